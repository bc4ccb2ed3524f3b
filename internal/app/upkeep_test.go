package app

import (
	"testing"

	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/demo"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/madeup"

	"github.com/carnetcrm/carnet/internal/db"
)

// TestUpkeep: merging the full-text indexes ends, and everything is found as before.
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
}
