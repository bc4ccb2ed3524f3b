package record_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/record"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// TestPutBack changes a client as a run of an import, and gives it back every
// column that it had, stamps, version and search text included.
func TestPutBack(t *testing.T) {
	w := dbtest.NewWorld(t)
	c := &client.Client{Name: "Lis/Ewa", Anniversary: "2001-06-12"}
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		if err := record.Insert(ctx, tx, c); err != nil {
			return err
		}
		return record.Insert(ctx, tx, &contact.Communication{OwnerKind: "client", OwnerID: c.ID, Type: "phone", Value: "600 100 200"})
	})
	read := func() (out client.Client, entries int) {
		dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			h, err := record.History(ctx, tx, record.Ref{Kind: "client", ID: c.ID}, 0, 50)
			if err != nil {
				return err
			}
			entries = len(h)
			return record.Get(ctx, tx, &out, c.ID)
		})
		return out, entries
	}
	before, lines := read()
	run := w.As("ada")
	run.RunID = 77
	var image []byte
	dbtest.Update(t, w.DB, run, func(ctx context.Context, tx *db.Tx) (err error) {
		if image, err = record.Image(ctx, tx, "client", c.ID); err != nil {
			return err
		}
		var x client.Client
		return record.Edit(ctx, tx, &x, c.ID, 0, func() error { x.Name, x.Remarks, x.Anniversary = "Wilk/Ewa", "new", ""; return nil })
	})
	if changed, _ := read(); changed.Version != before.Version+1 || changed.Search == before.Search {
		t.Fatalf("nothing changed: %+v", changed)
	}
	dbtest.Update(t, w.DB, run, func(ctx context.Context, tx *db.Tx) error {
		if err := record.PutBack(ctx, tx, "client", c.ID, image); err != nil {
			return err
		}
		n, err := record.ForgetRun(ctx, tx, 77, 100)
		if err == nil && n != 1 {
			t.Errorf("%d entries forgotten", n)
		}
		return err
	})
	if after, n := read(); after != before || n != lines {
		t.Errorf("is %+v with %d entries\nwas %+v with %d", after, n, before, lines)
	}
	dbtest.Update(t, w.DB, run, func(ctx context.Context, tx *db.Tx) error {
		if n, err := record.ForgetRun(ctx, tx, 0, 100); n != 0 || err != nil {
			t.Errorf("changes of people were forgotten: %d %v", n, err)
		}
		return record.PutBack(ctx, tx, "client", 4711, image) // gone meanwhile
	})
}

// TestUnmakeAll removes records with all that hangs on them and every trace in the
// history, and leaves the others alone.
func TestUnmakeAll(t *testing.T) {
	w := dbtest.NewWorld(t)
	var ids []int64
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		for i := range 3 {
			c := &client.Client{Name: fmt.Sprint("Lis/Ewa", i)}
			if err := record.Insert(ctx, tx, c); err != nil {
				return err
			}
			if err := record.Insert(ctx, tx, &contact.Communication{OwnerKind: "client", OwnerID: c.ID, Type: "email", Value: fmt.Sprint("e", i, "@example.com")}); err != nil {
				return err
			}
			ids = append(ids, c.ID)
		}
		return nil
	})
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return record.UnmakeAll(ctx, tx, "client", ids[:2])
	})
	dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		for _, q := range []struct {
			sql  string
			want int64
		}{{"SELECT count(*) FROM {client} c", 1}, {"SELECT count(*) FROM {communication} c", 1},
			{"SELECT count(*) FROM {history} h WHERE h.root_kind = 'client'", 2}} {
			var n int64
			if err := tx.Row(ctx, q.sql, nil, &n); err != nil || n != q.want {
				t.Errorf("%s: %d (%v), want %d", q.sql, n, err, q.want)
			}
		}
		return record.Get(ctx, tx, new(client.Client), ids[2])
	})
}

// TestSilent: bookkeeping leaves no history, and only it can be cleared.
func TestSilent(t *testing.T) {
	w := dbtest.NewWorld(t)
	run := &imports.Run{FileName: "x.csv", State: imports.Uploaded}
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		if err := record.Insert(ctx, tx, run); err != nil {
			return err
		}
		if err := record.Edit(ctx, tx, run, run.ID, 0, func() error { run.State = imports.Mapped; return nil }); err != nil {
			return err
		}
		var rows []*imports.Row
		for i := range 5 {
			rows = append(rows, &imports.Row{RunID: run.ID, Seq: int64(i), Action: imports.Skip})
		}
		return record.InsertMany(ctx, tx, rows)
	})
	var cleared []int64
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		for range 3 {
			n, err := record.Clear(ctx, tx, "import_row", "run_id", run.ID, 3)
			if err != nil {
				return err
			}
			cleared = append(cleared, n)
		}
		if _, err := record.Clear(ctx, tx, "client", "id", 1, 1); err == nil {
			t.Error("clients can be cleared")
		}
		if _, err := record.Clear(ctx, tx, "import_row", "nonsense", 1, 1); err == nil {
			t.Error("an unknown column is taken")
		}
		return nil
	})
	if !slices.Equal(cleared, []int64{3, 2, 0}) {
		t.Errorf("cleared %v", cleared)
	}
	dbtest.View(t, w.DB, db.System(w.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
		var n int64
		err := tx.Row(ctx, "SELECT count(*) FROM {history} h WHERE h.kind LIKE 'import%'", nil, &n)
		if n != 0 {
			t.Errorf("%d entries about imports", n)
		}
		return err
	})
	err := w.DB.View(t.Context(), w.As("zoe"), func(tx *db.Tx) error { return record.Get(t.Context(), tx, new(imports.Run), run.ID) })
	if !errs.Is(err, errs.NotFound) {
		t.Errorf("another agency reads the run: %v", err)
	}
}
