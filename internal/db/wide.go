package db

import (
	"context"
	"math"
	"time"
)

// PostgreSQL's indexes of trigrams begin with the agency, so that a small agency isn't
// shown what everybody has. Of an agency that has most of the rows the index keeps a list
// of nearly all of them, and to walk it beside the lists of the trigrams takes longer than
// to look at the few rows of others.

// wideFor is how long it is kept whose rows are most, and wideShare what part that is.
const (
	wideFor   = 10 * time.Minute
	wideShare = 0.4
)

type wideness struct {
	yes   bool
	until time.Time
}

// weigh finds out whether the actor's agency has most of the clients, by PostgreSQL's
// statistics, where a query looks for letters and it isn't known. A transaction that writes
// goes by what is known: a statement that fails would end it.
func (tx *Tx) weigh(ctx context.Context, query string) {
	if tx.db.Dialect != Postgres || tx.write || !byLetters(query) {
		return
	}
	agency := tx.Actor.AgencyID
	if v, ok := tx.db.wide.Load(agency); ok && time.Now().Before(v.(wideness).until) {
		return
	}
	w := wideness{until: time.Now().Add(wideFor)}
	rows, err := tx.c.query(ctx, `SELECT coalesce(max(u.share), 0)::float8 FROM pg_stats s,
		unnest(s.most_common_vals::text::bigint[], s.most_common_freqs) AS u (id, share)
		WHERE s.schemaname = current_schema() AND s.tablename = 'client' AND s.attname = 'agency_id' AND u.id = $1`, []any{agency})
	if err != nil { // the query itself will tell
		return
	}
	defer rows.Close()
	var share float64
	if !rows.Next() || rows.Scan(&share) != nil {
		return
	}
	w.yes = share > wideShare
	for rows.Next() { // drains
	}
	if rows.Err() == nil {
		tx.db.wide.Store(agency, w)
	}
}

// aside reports whether an index of trigrams does better without the agency.
func (tx *Tx) aside(query string) bool {
	if tx.db.Dialect != Postgres || tx.Actor.AgencyID > math.MaxInt32 || !byLetters(query) {
		return false
	}
	v, ok := tx.db.wide.Load(tx.Actor.AgencyID)
	return ok && v.(wideness).yes
}

// agency is the condition that a row is the agency's. Compared with a number of another
// size, trees find it as well, and indexes of trigrams leave it out.
func (c *compiler) agency() string {
	cond := "agency_id = " + c.mark("agency")
	if c.aside {
		cond += "::int4"
	}
	return cond
}
