package db

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// few is the number of rows up to which looking at each of them is quick.
const few = 3000

// fewFor is how long the answer of Few is kept. It decides how rows are looked for,
// never which.
const fewFor = time.Minute

// Few reports whether the actor sees so few rows of a table that a query does best
// to walk {table.scan}; else it does best to walk an index over everybody's rows and
// to test each of them, {table}.
func (tx *Tx) Few(ctx context.Context, table string) (bool, error) {
	if by := tx.db.tables[table].Few; by != "" {
		table = by
	}
	if v, ok := tx.Recall("few " + table); ok {
		return v.(bool), nil
	}
	var n int64
	q := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 AS one FROM {%s.scan} x LIMIT %d) y", table, few+1)
	if err := tx.Row(ctx, q, nil, &n); err != nil {
		return false, fmt.Errorf("counting what is visible: %w", err)
	}
	tx.Remember("few "+table, n <= few, fewFor)
	return n <= few, nil
}

// recent keeps small answers for a short while: what may be a little old.
type recent struct {
	mu sync.RWMutex
	m  map[recentKey]recentEntry
}

// maxRecent bounds the answers that are kept.
const maxRecent = 5000

type recentKey struct {
	agency, user, branch int64
	scope                Scope
	what                 string
}

type recentEntry struct {
	value any
	until time.Time
}

func (a Actor) recentKey(what string) recentKey {
	return recentKey{a.AgencyID, a.UserID, a.BranchID, a.Scope, what}
}

// Remember keeps an answer to this actor for a while. It is for what may be a little
// old, such as "more than 10,000"; nothing that grants or refuses goes here.
func (tx *Tx) Remember(what string, value any, life time.Duration) {
	r := &tx.db.recent
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.m == nil || len(r.m) >= maxRecent {
		r.m = map[recentKey]recentEntry{}
	}
	r.m[tx.Actor.recentKey(what)] = recentEntry{value, time.Now().Add(life)}
}

// Recall returns what Remember kept for this actor, unless it is too old.
func (tx *Tx) Recall(what string) (any, bool) {
	r := &tx.db.recent
	r.mu.RLock()
	defer r.mu.RUnlock()
	e, ok := r.m[tx.Actor.recentKey(what)]
	return e.value, ok && time.Now().Before(e.until)
}
