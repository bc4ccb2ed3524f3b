package flow_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/activity"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/demo"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// TestHang: {table of $1} has exactly the rows of {table} that hang on the owner, for
// everybody, whether or not the owner was shown before.
func TestHang(t *testing.T) {
	w := dbtest.NewWorld(t)
	mixed(t, w)
	full := hung(t, w)
	found := 0
	for _, table := range flow.Tables {
		if table.Of == "" {
			continue
		}
		kinds := []string{"client", "traveler"}
		if name, fixed := strings.CutSuffix(table.Of, "_id"); fixed {
			kinds = []string{name}
		}
		for _, name := range w.Names() {
			for _, kind := range kinds {
				for _, id := range full[kind] {
					found += sameHung(t, w, name, table, record.Ref{Kind: kind, ID: id})
				}
			}
		}
	}
	if found < 300 {
		t.Errorf("only %d rows were compared", found)
	}
}

// sameHung compares the rows of a table that hang on an owner, and returns how many.
func sameHung(t *testing.T, w *dbtest.World, name string, table db.Table, owner record.Ref) int {
	t.Helper()
	args, of, where := []any{owner.Kind, owner.ID}, "$1 $2", table.Of+"_kind = $1 AND x."+table.Of+"_id = $2"
	if strings.HasSuffix(table.Of, "_id") {
		args, of, where = []any{owner.ID}, "$1", table.Of+" = $1"
	}
	rows := 0
	dbtest.View(t, w.DB, w.As(name), func(ctx context.Context, tx *db.Tx) error {
		read := func(from string) []int64 {
			ids, err := tx.IDs(ctx, "SELECT x.id FROM "+from+" ORDER BY x.id", args...)
			if err != nil {
				t.Fatal(table.Name, err)
			}
			return ids
		}
		want := read("{" + table.Name + "} x WHERE x." + where)
		for _, shown := range []bool{false, true} {
			if shown && !see(ctx, t, tx, owner) {
				break // who isn't given the owner has no short way
			}
			if got := read("{" + table.Name + " of " + of + "} x"); !slices.Equal(got, want) {
				t.Errorf("%s of %s %d for %s, shown %v: %v, want %v", table.Name, owner.Kind, owner.ID, name, shown, got, want)
			}
		}
		rows = len(want)
		return nil
	})
	return rows
}

// see reads a record as its page does, and reports whether the actor is given it.
func see(ctx context.Context, t *testing.T, tx *db.Tx, owner record.Ref) bool {
	t.Helper()
	var r record.Record = new(client.Client)
	if owner.Kind == "traveler" {
		r = new(traveler.Traveler)
	}
	err := record.Get(ctx, tx, r, owner.ID)
	if err != nil && !errs.Is(err, errs.NotFound) {
		t.Fatal(err)
	}
	return err == nil
}

// hung gives every kind of part to some clients and travelers, one of them in the trash,
// and returns them by kind.
func hung(t *testing.T, w *dbtest.World) map[string][]int64 {
	t.Helper()
	out := map[string][]int64{}
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		all, err := tx.IDs(ctx, "SELECT c.id FROM {client} c WHERE c.kind = 'personal' ORDER BY c.id LIMIT 4")
		if err != nil {
			return err
		}
		for i, id := range all {
			links, err := client.Links(ctx, tx, id)
			if err != nil {
				return err
			}
			out["client"], out["traveler"] = append(out["client"], id), append(out["traveler"], links[0].TravelerID)
			if i == 0 {
				if err := demo.Brim(ctx, tx, id); err != nil {
					return err
				}
			}
			for _, r := range []record.Record{
				&activity.Activity{OwnerKind: "client", OwnerID: id, Type: "PHONE", Subject: "Told nobody", Private: true},
				&activity.Activity{OwnerKind: "traveler", OwnerID: links[0].TravelerID, Type: "PHONE", Subject: "Told all"},
				&contact.Address{OwnerKind: "client", OwnerID: id, Kind: "physical", City: "Sopot"},
				&contact.Address{OwnerKind: "traveler", OwnerID: links[0].TravelerID, Kind: "physical", City: "Hel"},
				&document.Attachment{OwnerKind: "traveler", OwnerID: links[0].TravelerID, Kind: document.Link, Name: "A page", URL: "https://example.org/a"},
				&client.InterfaceID{ClientID: id, System: "sabre", Value: fmt.Sprint("X", id)},
			} {
				if err := record.Insert(ctx, tx, r); err != nil {
					return fmt.Errorf("%s: %w", r.Table(), err)
				}
			}
		}
		return flow.TrashClient(ctx, tx, all[3], 0)
	})
	return out
}

// clientOf returns a client that somebody advises, with a traveler.
func clientOf(t *testing.T, w *dbtest.World, name string) (id int64) {
	t.Helper()
	dbtest.View(t, w.DB, w.As(name), func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, "SELECT l.client_id FROM {client_traveler} l JOIN {client} c ON c.id = l.client_id WHERE c.advisor_id = $1 ORDER BY l.id DESC LIMIT 1",
			[]any{w.Users[name].ID}, &id)
	})
	return id
}

// TestHangEdits: that a record was shown changes nothing about who may edit it.
func TestHangEdits(t *testing.T) {
	w := dbtest.NewWorld(t)
	mixed(t, w)
	for kind, ids := range hung(t, w) {
		for _, name := range w.Names() {
			dbtest.View(t, w.DB, w.As(name), func(ctx context.Context, tx *db.Tx) error {
				for _, id := range ids {
					ref := record.Ref{Kind: kind, ID: id}
					before := record.Editable(ctx, tx, ref)
					seen := see(ctx, t, tx, ref)
					after := record.Editable(ctx, tx, ref)
					if errs.KindOf(before) != errs.KindOf(after) || (before == nil) != (after == nil) || before == nil && !seen {
						t.Errorf("%s, %s %d: %v before it was shown, %v after", name, kind, id, before, after)
					}
				}
				return nil
			})
		}
	}
}

// TestHangOfSystem: what the program was given in the name of nobody proves nothing for the
// person.
func TestHangOfSystem(t *testing.T) {
	w := dbtest.NewWorld(t)
	mixed(t, w)
	id := clientOf(t, w, "ada")
	dbtest.View(t, w.DB, w.As("bob"), func(ctx context.Context, tx *db.Tx) error {
		if see(ctx, t, tx, record.Ref{Kind: "client", ID: id}) {
			t.Fatal("Bob sees the client himself")
		}
		sys := tx.AsSystem()
		if !see(ctx, t, sys, record.Ref{Kind: "client", ID: id}) {
			t.Fatal("the program doesn't see the client")
		}
		other := *sys
		other.Actor = tx.Actor
		for _, as := range []*db.Tx{tx, &other} {
			if all, err := client.Links(ctx, as, id); err != nil || len(all) != 0 {
				t.Errorf("Bob is given %v, %v", all, err)
			}
		}
		if all, err := client.Links(ctx, sys, id); err != nil || len(all) == 0 {
			t.Errorf("the program is given %v, %v", all, err)
		}
		return nil
	})
}

// TestHangForgets: what was shown a while ago is looked for again.
func TestHangForgets(t *testing.T) {
	w := dbtest.NewWorld(t)
	mixed(t, w)
	id := clientOf(t, w, "ann")
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		links := func() int {
			all, err := client.Links(ctx, tx, id)
			if err != nil {
				t.Fatal(err)
			}
			return len(all)
		}
		if !see(ctx, t, tx, record.Ref{Kind: "client", ID: id}) || links() == 0 {
			t.Fatal("Ann doesn't see her own client")
		}
		if tx.Dialect() == db.SQLite {
			return nil // the transaction sees the database as it was when it began
		}
		dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			c := new(client.Client)
			return record.Edit(ctx, tx, c, id, 0, func() error {
				c.AdvisorID, c.BranchID = db.Ref(w.Users["bob"].ID), db.Ref(w.South.ID)
				return nil
			})
		})
		time.Sleep(2100 * time.Millisecond)
		if n := links(); n != 0 {
			t.Errorf("%d links of a client that is Bob's by now", n)
		}
		return nil
	})
}
