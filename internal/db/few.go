package db

import (
	"context"
	"fmt"
	"time"
)

// few is the number of rows up to which looking at each of them is quick.
const few = 3000

// fewFor is how long the answer of Few is kept. It decides how rows are looked for,
// never which.
const fewFor = time.Minute

type fewKey struct {
	agency, user, branch int64
	scope                Scope
	table                string
}

type fewEntry struct {
	few   bool
	until Stamp
}

// Few reports whether the actor sees so few rows of a table that a query does best
// to walk {table.scan}; else it does best to walk an index over everybody's rows and
// to test each of them, {table}.
func (tx *Tx) Few(ctx context.Context, table string) (bool, error) {
	if by := tx.db.tables[table].Few; by != "" {
		table = by
	}
	a := tx.Actor
	key := fewKey{a.AgencyID, a.UserID, a.BranchID, a.Scope, table}
	now := StampOf(tx.db.Now())
	if v, ok := tx.db.sizes.Load(key); ok {
		if e := v.(fewEntry); now < e.until && now >= e.until.Add(-fewFor) {
			return e.few, nil
		}
	}
	var n int64
	q := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 AS one FROM {%s.scan} x LIMIT %d) y", table, few+1)
	if err := tx.Row(ctx, q, nil, &n); err != nil {
		return false, fmt.Errorf("counting what is visible: %w", err)
	}
	tx.db.sizes.Store(key, fewEntry{n <= few, now.Add(fewFor)})
	return n <= few, nil
}
