package flow_test

import (
	"context"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestDefaultCardGoes: a card that is removed, or whose traveler is taken out of the
// client, is no longer what the client pays with, also where the client is another
// advisor's; the history says so.
func TestDefaultCardGoes(t *testing.T) {
	w := dbtest.NewWorld(t)
	n := person("Żółć", "Łukasz", "600 100 200", "")
	mine := create(t, w, "ann", n)
	theirs := create(t, w, "bob", person("Żółć", "Anna", "600 100 201", ""))
	traveler := n.Travelers[0].ID
	as := func(who string, do func(ctx context.Context, tx *db.Tx) error) {
		t.Helper()
		dbtest.Update(t, w.DB, w.As(who), do)
	}
	link := &client.Link{ClientID: theirs, TravelerID: traveler}
	pay := func(number string) *client.Card {
		t.Helper()
		card := &client.Card{TravelerID: traveler, Number: record.Plain(number)}
		as("ada", func(ctx context.Context, tx *db.Tx) error {
			if err := record.Insert(ctx, tx, card); err != nil {
				return err
			}
			for _, id := range []int64{mine, theirs} {
				var c client.Client
				if err := record.Edit(ctx, tx, &c, id, 0, func() error { c.PaymentForm, c.DefaultCard = "P", db.Ref(card.ID); return nil }); err != nil {
					return err
				}
			}
			return nil
		})
		return card
	}
	is := func(what string, id int64, want int64, by string) {
		t.Helper()
		dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			var c client.Client
			if err := record.Get(ctx, tx, &c, id); err != nil || int64(c.DefaultCard) != want {
				t.Errorf("%s: client %d pays with %d, not %d (%v)", what, id, c.DefaultCard, want, err)
			}
			h, err := record.History(ctx, tx, record.Ref{Kind: "client", ID: id}, 0, 50)
			for _, e := range h {
				for _, x := range e.Changes {
					if e.Kind == "client" && x.Field == "default_card_id" && x.New == "" && (by == "") == (e.UserID == 0) {
						return err
					}
				}
			}
			if want == 0 {
				t.Errorf("%s: the history of %d doesn't say so", what, id)
			}
			return err
		})
	}
	as("ada", func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, link) })
	card := pay("4111 1111 1111 1111")
	as("ann", func(ctx context.Context, tx *db.Tx) error {
		return record.Delete(ctx, tx, new(client.Card), card.ID, 0)
	})
	is("removed", mine, 0, "ann")
	is("removed", theirs, 0, "")
	card = pay("5555 5555 5555 4444")
	as("bob", func(ctx context.Context, tx *db.Tx) error {
		return record.Delete(ctx, tx, new(client.Link), link.ID, 0)
	})
	is("unlinked", theirs, 0, "bob")
	is("unlinked", mine, card.ID, "ann")
}

// TestDefaultCardOfTrashed: a client that is in the trash while its card is removed comes
// back without it, and with it otherwise.
func TestDefaultCardOfTrashed(t *testing.T) {
	w := dbtest.NewWorld(t)
	n := person("Żółć", "Łukasz", "600 100 200", "")
	mine := create(t, w, "ann", n)
	theirs := create(t, w, "bob", person("Żółć", "Anna", "600 100 201", ""))
	card := &client.Card{TravelerID: n.Travelers[0].ID, Number: record.Plain("4111 1111 1111 1111")}
	as := func(do func(ctx context.Context, tx *db.Tx) error) {
		t.Helper()
		dbtest.Update(t, w.DB, w.As("ada"), do)
	}
	var c client.Client
	as(func(ctx context.Context, tx *db.Tx) error {
		// The traveler stays with its card when mine goes.
		if err := record.Insert(ctx, tx, &client.Link{ClientID: theirs, TravelerID: card.TravelerID}); err != nil {
			return err
		}
		if err := record.Insert(ctx, tx, card); err != nil {
			return err
		}
		return record.Edit(ctx, tx, &c, mine, 0, func() error { c.PaymentForm, c.DefaultCard = "P", db.Ref(card.ID); return nil })
	})
	for _, want := range []int64{card.ID, 0} {
		as(func(ctx context.Context, tx *db.Tx) error { return flow.TrashClient(ctx, tx, mine, 0) })
		if want == 0 {
			as(func(ctx context.Context, tx *db.Tx) error {
				return record.Delete(ctx, tx, new(client.Card), card.ID, 0)
			})
		}
		as(func(ctx context.Context, tx *db.Tx) error {
			if err := flow.RestoreClient(ctx, tx, mine); err != nil {
				return err
			}
			return record.Get(ctx, tx, &c, mine)
		})
		if int64(c.DefaultCard) != want {
			t.Errorf("it came back with card %d, not %d", c.DefaultCard, want)
		}
	}
}
