package app

import (
	"testing"

	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/demo"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/madeup"

	"github.com/carnetcrm/carnet/internal/db"
)

// TestUpkeep: merging the trigram indexes ends, everything is found as before, and on
// PostgreSQL nothing waits to be sorted in, of which there is never more than a megabyte.
func TestUpkeep(t *testing.T) {
	d := dbtest.New(t)
	m := madeup.Azymut()
	a, err := demo.Found(t.Context(), d, m)
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.Load(t.Context(), d, a, madeup.New(madeup.Options{Seed: 3, Agency: m}), 0, 1200, nil); err != nil {
		t.Fatal(err)
	}
	found := func() (hits []flow.Hit) {
		err := d.View(t.Context(), a.Actor(), func(tx *db.Tx) error {
			hits, err = flow.Search(t.Context(), tx, "owalsk", 50)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return hits
	}
	before := len(found())
	if before == 0 {
		t.Fatal("nothing to find")
	}
	for range 2 {
		if err := (&App{DB: d}).upkeep(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	if after := len(found()); after != before {
		t.Errorf("%d hits after the upkeep, %d before", after, before)
	}
	if d.Dialect == db.SQLite {
		return
	}
	err = d.UpdateLocal(t.Context(), func(tx *db.Tx) error {
		indexes := 0
		err := tx.Each(t.Context(), `SELECT c.oid::regclass::text, coalesce(c.reloptions::text, ''), gin_clean_pending_list(c.oid::regclass)
			FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'gin' AND c.relkind = 'i' AND c.relnamespace = current_schema()::regnamespace`, nil,
			func(rows db.Rows) error {
				var name, options string
				var waiting int64
				err := rows.Scan(&name, &options, &waiting)
				if indexes++; options != "{gin_pending_list_limit=1024}" || waiting != 0 {
					t.Errorf("%s: %s, %d pages wait", name, options, waiting)
				}
				return err
			})
		if indexes < 2 {
			t.Errorf("%d trigram indexes", indexes)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
