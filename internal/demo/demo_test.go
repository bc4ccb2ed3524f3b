package demo_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/demo"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/madeup"
	"github.com/carnetcrm/carnet/internal/record"
)

// open returns a fresh database. Package dbtest can't be used: it stands above.
func open(t *testing.T) *db.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.db")
	if _, err := db.Migrate(t.Context(), path, db.MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), path, flow.Tables...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// TestLoad: the loaded clients are found, have their parts and their history, and
// their search texts are those that saving one of them would write.
func TestLoad(t *testing.T) {
	ctx, d := t.Context(), open(t)
	m := madeup.Azymut()
	a, err := demo.Found(ctx, d, m)
	if err != nil {
		t.Fatal(err)
	}
	saved := 0
	g := madeup.New(madeup.Options{Seed: 7, Agency: m})
	if err := demo.Load(ctx, d, a, g, 0, 700, func(n int) { saved = n }); err != nil {
		t.Fatal(err)
	}
	if saved != 700 {
		t.Errorf("progress ended at %d, want 700", saved)
	}
	var hit flow.Hit
	view(t, d, a, func(ctx context.Context, tx *db.Tx) error {
		n, err := client.List.Count(ctx, tx, list.Query{Filters: []list.Filter{{Key: "customer_type", Op: "filled"}}}, 10000)
		if n != 700 {
			t.Errorf("%d clients, want 700", n)
		}
		if err != nil {
			return err
		}
		for _, q := range []string{"kowalska joanna", "zolc", "600 100 200", "+48600100200"} {
			hits, err := flow.Search(ctx, tx, q, 10)
			if err != nil {
				return err
			}
			if len(hits) == 0 {
				t.Errorf("nothing found for %q", q)
				continue
			}
			hit = hits[0]
		}
		h, err := record.History(ctx, tx, record.Ref{Kind: "client", ID: hit.ID}, 0, 50)
		if len(h) < 3 {
			t.Errorf("%d entries of history, want the client, its link and its address", len(h))
		}
		return err
	})
	sameSearch(t, d, a)
}

// sameSearch has the search text of some clients written again: nothing may change.
func sameSearch(t *testing.T, d *db.DB, a *demo.Agency) {
	t.Helper()
	for id := int64(1); id <= 40; id++ {
		var before, after client.Client
		read := func(c *client.Client) {
			view(t, d, a, func(ctx context.Context, tx *db.Tx) error { return record.Get(ctx, tx, c, id) })
		}
		read(&before)
		err := d.Update(t.Context(), a.Actor(), func(tx *db.Tx) error {
			record.Reindex(tx, record.Ref{Kind: "client", ID: id})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if read(&after); before != after {
			t.Errorf("client %d changes when it is indexed again:\n%+v\n%+v", id, before, after)
		}
	}
}

func view(t *testing.T, d *db.DB, a *demo.Agency, fn func(context.Context, *db.Tx) error) {
	t.Helper()
	if err := d.View(t.Context(), a.Actor(), func(tx *db.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}
