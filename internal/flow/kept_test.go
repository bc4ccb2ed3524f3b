package flow_test

import (
	"context"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestKept: what is read of settled tables is kept for a moment, for the agency that it
// belongs to; who writes sees what is stored, and everybody does after the commit.
func TestKept(t *testing.T) {
	w := dbtest.NewWorld(t)
	reads, start := 0, time.Now()
	names := func(tx *db.Tx) (out []string) {
		t.Helper()
		out, err := db.Kept(t.Context(), tx, "SELECT x.name FROM {branch} x ORDER BY x.id", nil, func(rows db.Rows) (out []string, err error) {
			for reads++; rows.Next() && err == nil; {
				var s string
				err = rows.Scan(&s)
				out = append(out, s)
			}
			return out, err
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	view := func(who string) (out []string) {
		t.Helper()
		dbtest.View(t, w.DB, w.As(who), func(_ context.Context, tx *db.Tx) error { out = names(tx); return nil })
		return out
	}
	first := view("ann")
	view("ada")
	if quick := time.Since(start) < time.Second; reads != 1 && quick || len(first) == 0 { // a busy machine reads again
		t.Fatalf("%d readings of %v for two of one agency, want 1", reads, first)
	}
	failed := w.DB.Update(t.Context(), w.As("ada"), func(tx *db.Tx) error {
		rename(t, tx, first[0], "Nowhere")
		if got := names(tx); got[0] != "Nowhere" {
			t.Errorf("within the transaction it is called %q", got[0])
		}
		return context.Canceled
	})
	if failed == nil {
		t.Fatal("the transaction was to fail")
	}
	if got := view("ann"); got[0] != first[0] {
		t.Errorf("after a transaction that failed: %q, want %q", got[0], first[0])
	}
	dbtest.Update(t, w.DB, w.As("ada"), func(_ context.Context, tx *db.Tx) error { rename(t, tx, first[0], "Łódź"); return nil })
	if got := view("ann"); got[0] != "Łódź" {
		t.Errorf("after the commit: %q", got[0])
	}
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		_, err := db.Kept(ctx, tx, "SELECT c.name FROM {client} c", nil, func(db.Rows) (bool, error) { return true, nil })
		if err == nil {
			t.Error("clients were kept")
		}
		var out []client.Client
		if record.Kept(ctx, tx, &out, "") == nil {
			t.Error("records of clients were kept")
		}
		return nil
	})
}

// TestKeptApart: nobody is given what was read for another agency or under a rule that
// holds more.
func TestKeptApart(t *testing.T) {
	w := dbtest.NewWorld(t)
	of := func(a db.Actor) (out []agency.User) {
		dbtest.View(t, w.DB, a, func(ctx context.Context, tx *db.Tx) error { return record.Kept(ctx, tx, &out, "ORDER BY r.id") })
		return out
	}
	mine, theirs := of(w.As("ann")), of(w.As("zoe"))
	for _, m := range mine {
		for _, b := range theirs {
			if m.ID == b.ID {
				t.Errorf("%q is of two agencies", m.Name)
			}
		}
	}
	if len(mine) == 0 || len(theirs) == 0 {
		t.Errorf("%d and %d people", len(mine), len(theirs))
	}
	mine[0].Name = "changed by whoever got it"
	if again := of(w.As("ann")); again[0].Name == mine[0].Name {
		t.Error("a record that was handed out is the one that is kept")
	}
}

func rename(t *testing.T, tx *db.Tx, from, to string) {
	t.Helper()
	var list []agency.Branch
	if err := record.Select(t.Context(), tx, &list, "WHERE r.name = $1", from); err != nil || len(list) != 1 {
		t.Fatalf("%d branches called %q: %v", len(list), from, err)
	}
	b := &list[0]
	if err := record.Edit(t.Context(), tx, b, b.ID, 0, func() error { b.Name = to; return nil }); err != nil {
		t.Fatal(err)
	}
}
