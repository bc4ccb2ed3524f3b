package fillin_test

import (
	"context"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/fillin"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// TestParted: a link that was made for the only traveler of a client shows, takes and
// writes nothing of the client any more once the person has left it, isn't alone in it,
// or it is in the trash.
func TestParted(t *testing.T) {
	for name, part := range map[string]func(ctx context.Context, tx *db.Tx, w *world) error{
		"left": func(ctx context.Context, tx *db.Tx, w *world) error {
			links, err := client.Links(ctx, tx, w.client)
			if err == nil {
				err = another(ctx, tx, w)
			}
			if err != nil {
				return err
			}
			return record.Delete(ctx, tx, new(client.Link), links[0].ID, 0)
		},
		"joined": func(ctx context.Context, tx *db.Tx, w *world) error {
			p := &traveler.Traveler{Family: "Nowak", Given: "Ewa"}
			if err := record.Insert(ctx, tx, p); err != nil {
				return err
			}
			return record.Insert(ctx, tx, &client.Link{ClientID: w.client, TravelerID: p.ID})
		},
		"trash": func(ctx context.Context, tx *db.Tx, w *world) error {
			if err := another(ctx, tx, w); err != nil {
				return err
			}
			return flow.TrashClient(ctx, tx, w.client, 0)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c := &contact.Communication{OwnerKind: "client", OwnerID: w.client, Type: "phone", Value: "+48 609 999 999"}
			dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
				if err := record.Insert(ctx, tx, c); err != nil {
					return err
				}
				return record.Insert(ctx, tx, &contact.Address{OwnerKind: "client", OwnerID: w.client, Kind: "physical", Street: "Zqstreet 7", City: "Gdynia", Country: "PL"})
			})
			field := key("communication", c.ID, "value")
			sent, id := w.ask("ann", "contact,address")
			if w.show(w.follow(sent)).Value(field) == "" {
				t.Fatal("the link doesn't show the client's phone while it may")
			}
			if err := w.follow(sent).Save(t.Context(), w.DB, fillin.Input{Values: map[string]string{field: "+48 601 111 111"}, Submit: true}); err != nil {
				t.Fatal(err)
			}
			open, _ := w.ask("ann", "contact,address")
			dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return part(ctx, tx, w) })
			for _, f := range w.show(w.follow(open)).Fields {
				if f.Key == field || strings.Contains(f.Known, "Zqstreet") {
					t.Errorf("the link shows %s: %s", f.Key, f.Known)
				}
			}
			dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
				_, err := fillin.Settle(ctx, tx, id, fillin.Verdict{All: true})
				return err
			})
			if name == "trash" {
				dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return flow.RestoreClient(ctx, tx, w.client) })
			}
			dbtest.View(t, w.DB, db.System(w.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
				var now contact.Communication
				err := record.Get(ctx, tx, &now, c.ID)
				if now.Value != "+48 609 999 999" {
					t.Errorf("what was sent was written to the client: %s", now.Value)
				}
				return err
			})
		})
	}
}

// another puts the traveler into a client of their own.
func another(ctx context.Context, tx *db.Tx, w *world) error {
	return flow.CreateClient(ctx, tx, &flow.NewClient{Client: client.Client{Name: "Jan alone"}, Travelers: []flow.NewTraveler{{ID: w.traveler}}})
}
