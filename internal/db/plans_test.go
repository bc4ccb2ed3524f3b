package db

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestPlansAreBounded: whoever asks ever new questions doesn't fill the memory.
func TestPlansAreBounded(t *testing.T) {
	ctx := t.Context()
	d, err := Open(ctx, filepath.Join(t.TempDir(), "x.db"), Table{Name: "thing"})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.UpdateLocal(ctx, func(tx *Tx) error {
		_, err := tx.c.exec(ctx, "CREATE TABLE thing (agency_id bigint, id bigint)", nil)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	err = d.View(ctx, System(1), func(tx *Tx) error {
		for i := range 3*maxPlans + 10 {
			var n int64
			if err := tx.Row(ctx, fmt.Sprintf("SELECT count(*) + %d FROM {thing} t", i), nil, &n); err != nil || n != int64(i) {
				return fmt.Errorf("question %d: %d, %w", i, n, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	kept := 0
	d.plans.Range(func(any, any) bool { kept++; return true })
	if kept == 0 || kept > maxPlans {
		t.Errorf("%d plans are kept, at most %d may be", kept, maxPlans)
	}
}

// TestLimitKeepsPlan: a bound limit doesn't have SQLite plan the statement anew each
// time it runs.
func TestLimitKeepsPlan(t *testing.T) {
	d, err := Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), Table{Name: "thing"})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	p, err := d.compile("SELECT id FROM {thing} WHERE id > $1 LIMIT $2", System(1), 2)
	if err != nil || !strings.HasSuffix(p.sql, " LIMIT +$2") {
		t.Errorf("%q, %v", p.sql, err)
	}
	d.Dialect = Postgres
	p, err = d.compile("SELECT id FROM {thing} WHERE id > $1 LIMIT $2", System(1), 2)
	if err != nil || !strings.HasSuffix(p.sql, " LIMIT $2") {
		t.Errorf("%q, %v", p.sql, err)
	}
}
