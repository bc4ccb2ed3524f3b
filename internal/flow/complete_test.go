package flow_test

import (
	"context"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// TestComplete names what a booking would ask for, until there is nothing left.
func TestComplete(t *testing.T) {
	w := dbtest.NewWorld(t)
	id := create(t, w, "ann", person("Kowalska", "Joanna", "", ""))
	var p traveler.Traveler
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		var list []traveler.Traveler
		err := record.Select(ctx, tx, &list, "WHERE r.family = 'Kowalska'")
		p = list[0]
		return err
	})
	gaps := func(ref record.Ref) string {
		t.Helper()
		var out []string
		dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
			c, err := flow.Complete(ctx, tx, ref, "2026-11-22")
			if err != nil {
				return err
			}
			for _, g := range c.Gaps {
				out = append(out, g.What)
			}
			if c.Done()+len(out) != c.Total {
				t.Errorf("%d of %d, %d missing", c.Done(), c.Total, len(out))
			}
			return nil
		})
		return strings.Join(out, " ")
	}
	own, his := record.Ref{Kind: "client", ID: id}, record.Ref{Kind: "traveler", ID: p.ID}
	want := func(client, person string) {
		t.Helper()
		if got := gaps(own); got != client {
			t.Errorf("the client lacks %q, want %q", got, client)
		}
		if got := gaps(his); got != person {
			t.Errorf("the traveler lacks %q, want %q", got, person)
		}
	}
	want("reach address birth_date sex nationality document", "birth_date sex nationality document reach")
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		if err := record.Insert(ctx, tx, &contact.Communication{OwnerKind: "client", OwnerID: id, Type: "phone", Value: "600 100 200"}); err != nil {
			return err
		}
		return record.Edit(ctx, tx, &p, p.ID, 0, func() error { p.BirthDate, p.Sex, p.Nationality = "--03-12", "F", "PL"; return nil })
	})
	want("address birth_date document", "birth_date document") // a birthday alone is no birth date
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		if err := record.Insert(ctx, tx, &traveler.Passport{TravelerID: p.ID, No: record.Plain("ZS0000177"), Country: "PL", Expires: "2026-11-21"}); err != nil {
			return err
		}
		if err := record.Insert(ctx, tx, &contact.Address{OwnerKind: "traveler", OwnerID: p.ID, Kind: "physical", Street: "Długa 1", City: "Kraków", Country: "PL"}); err != nil {
			return err
		}
		return record.Edit(ctx, tx, &p, p.ID, 0, func() error { p.BirthDate = "1980-02-29"; return nil })
	})
	want("document", "document") // expired yesterday
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &traveler.Passport{TravelerID: p.ID, No: record.Plain("ZS0000178"), Country: "PL", Expires: "2026-11-22"})
	})
	want("", "")
	err := w.DB.View(t.Context(), w.As("bob"), func(tx *db.Tx) error {
		_, err := flow.Complete(t.Context(), tx, his, "2026-11-22")
		return err
	})
	if !errs.Is(err, errs.NotFound) {
		t.Errorf("bob asks: %v", err)
	}
}
