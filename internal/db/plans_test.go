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
	p, err := d.compile("SELECT id FROM {thing} WHERE id > $1 LIMIT $2", System(1), 2, nil, false)
	if err != nil || !strings.HasSuffix(p.sql, " LIMIT +$2") {
		t.Errorf("%q, %v", p.sql, err)
	}
	d.Dialect = Postgres
	p, err = d.compile("SELECT id FROM {thing} WHERE id > $1 LIMIT $2", System(1), 2, nil, false)
	if err != nil || !strings.HasSuffix(p.sql, " LIMIT $2") {
		t.Errorf("%q, %v", p.sql, err)
	}
}

// TestHangShort: what hangs on a record that was shown isn't asked for the record again,
// and other kinds of owners aren't asked for at all.
func TestHangShort(t *testing.T) {
	rule := Same("{boat has owner} OR {crew has owner}")
	d, err := Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), Table{Name: "boat", View: Same("mine = :user")}, Table{Name: "crew"},
		Table{Name: "note", Of: "owner", View: rule}, Table{Name: "log", Of: "boat_id", View: Same("{boat has boat_id} AND NOT {crew has writer_id}")})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	compiled := func(query string, shownID int64, args ...any) string {
		tx := &Tx{Actor: Actor{AgencyID: 1, UserID: 2}, db: d, shown: shown{}}
		if shownID != 0 {
			tx.Shown("boat", shownID)
		}
		q, _, err := tx.expand(query, args)
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	const notes, logs = "SELECT id FROM {note of $1 $2} r", "SELECT id FROM {log of $1} r"
	for _, c := range []struct {
		name, sql  string
		boat, crew bool // are looked for
	}{
		{"not shown", compiled(notes, 0, "boat", int64(7)), true, false},
		{"shown", compiled(notes, 7, "boat", int64(7)), false, false},
		{"another one shown", compiled(notes, 8, "boat", int64(7)), true, false},
		{"another kind shown", compiled(notes, 7, "crew", int64(7)), false, true},
		{"no kind of owner", compiled(notes, 7, "pier", int64(7)), false, false},
		{"some shown", compiled("SELECT id FROM {note of boat ids $1} r", 7, IDs{7, 8}), true, false},
		{"all shown", compiled("SELECT id FROM {note of boat ids $1} r", 7, IDs{7, 7}), false, false},
		{"log, shown", compiled(logs, 7, int64(7)), false, true},
		{"log, not shown", compiled(logs, 0, int64(7)), true, true},
	} {
		if boat, crew := strings.Contains(c.sql, `FROM "boat"`), strings.Contains(c.sql, `FROM "crew"`); boat != c.boat || crew != c.crew {
			t.Errorf("%s: asks for boats %v, for crews %v: %s", c.name, boat, crew, c.sql)
		}
	}
	tx := &Tx{Actor: System(1), db: d}
	for _, bad := range []string{"SELECT 1 FROM {boat of $1} r", "SELECT 1 FROM {boat has boat_id} r", "SELECT 1 FROM {log.all of $1} r", "SELECT 1 FROM {log of $2} r", "SELECT 1 FROM {log of boat $1} r", "SELECT 1 FROM {note of $1} r"} {
		if q, _, err := tx.expand(bad, []any{int64(1)}); err == nil {
			t.Errorf("%s is %s", bad, q)
		}
	}
}

// TestByLetters: what an index of trigrams may serve is planned for its letters, nothing
// else is.
func TestByLetters(t *testing.T) {
	for q, want := range map[string]bool{
		"SELECT id FROM c WHERE c.search LIKE $1":                                true,
		"SELECT id FROM c WHERE (c.search || '') LIKE $1":                        false,
		"SELECT id FROM c WHERE (c.search || '') LIKE $1 AND c.name_key LIKE $2": true,
		"SELECT id FROM a WHERE x LIKE $1 UNION ALL SELECT id FROM b":            false,
		"SELECT id FROM c WHERE id = $1":                                         false,
	} {
		if got := byLetters(q); got != want {
			t.Errorf("%s: %v", q, got)
		}
	}
}
