package db

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// keptFor is how long answers from settled tables are kept. This process drops them as
// soon as it writes to such a table; another one on the same database is seen after
// this long, as with sessions.
const keptFor = 2 * time.Second

// kept holds answers from settled tables: lists of options, names of people and
// branches, the agency itself. Every page asks for them, and they change once a month.
type kept struct {
	mu    sync.RWMutex
	m     map[keptKey]keptEntry
	moved map[int64]int64 // by agency: how often its answers were dropped
}

// keptKey is the question as the engine is asked it, rules and the actor's values
// included: whoever asks the same may be given the same answer.
type keptKey struct {
	agency int64
	query  string
	args   string
}

type keptEntry struct {
	value any
	until time.Time
	moved int64
}

// Kept returns what read makes of the rows of a query, or what it made of them within the
// last two seconds, for anybody of the agency for whom the query is the same. Only settled
// tables can be named. A transaction that writes always reads. The value is shared:
// nobody may change it, or anything it leads to.
func Kept[T any](ctx context.Context, tx *Tx, query string, args []any, read func(Rows) (T, error)) (T, error) {
	var zero T
	p, all, err := tx.planned(query, args)
	if err != nil {
		return zero, err
	}
	if !p.settled {
		return zero, fmt.Errorf("db: not only settled tables in %q", query)
	}
	k := &tx.db.kept
	key := keptKey{tx.Actor.AgencyID, p.sql, asked(all)}
	value, moved := k.get(key)
	if v, ok := value.(T); ok && !tx.write {
		return v, nil
	}
	began := time.Now()
	rows, err := tx.c.query(ctx, p.sql, all)
	if err != nil {
		return zero, fmt.Errorf("%w\nin: %s", normalize(err), query)
	}
	defer rows.Close()
	v, err := read(rows)
	if err == nil {
		err = normalize(rows.Err())
	}
	if err == nil && !tx.write {
		k.put(key, keptEntry{v, began.Add(keptFor), moved})
	}
	return v, err
}

// asked tells apart the arguments of a question.
func asked(args []any) string {
	var b []byte
	for _, a := range args {
		switch a := a.(type) {
		case int64:
			b = strconv.AppendInt(b, a, 10)
		case string:
			b = strconv.AppendQuote(b, a)
		default:
			b = fmt.Appendf(b, "%T %v", a, a)
		}
		b = append(b, ' ')
	}
	return string(b)
}

// get returns what is kept and still true, nil for nothing, and how often the answers of
// the agency were dropped so far.
func (k *kept) get(key keptKey) (value any, moved int64) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	e, moved := k.m[key], k.moved[key.agency]
	if e.moved == moved && time.Now().Before(e.until) {
		value = e.value
	}
	return value, moved
}

func (k *kept) put(key keptKey, e keptEntry) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.m == nil || len(k.m) >= maxRecent {
		k.m = map[keptKey]keptEntry{}
	}
	k.m[key] = e
}

// drop makes all answers of an agency old: those that are being read now, too.
func (k *kept) drop(agency int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.moved == nil {
		k.moved = map[int64]int64{}
	}
	k.moved[agency]++
}

// written finds the table to which a statement of package record writes.
var written = regexp.MustCompile(`^\s*(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"`)

// wrote has what is kept of the agency dropped at the commit, where a settled table is
// written to.
func (tx *Tx) wrote(query string) {
	m := written.FindStringSubmatch(query)
	if m == nil || !tx.db.tables[m[1]].Settled {
		return
	}
	type once struct{ agency int64 }
	if _, twice := tx.memo[once{tx.Actor.AgencyID}]; twice {
		return
	}
	d, agency := tx.db, tx.Actor.AgencyID
	tx.memo[once{agency}] = true
	tx.AfterCommit(func() { d.kept.drop(agency) })
}

// Raw runs a statement that package record composed, braces and bare names as
// they are. The architecture test refuses any other caller.
func (tx *Tx) Raw(ctx context.Context, query string, args ...any) (int64, error) {
	tx.wrote(query)
	n, err := tx.c.exec(ctx, query, args)
	if err != nil {
		return n, fmt.Errorf("%w\nin: %s", normalize(err), query)
	}
	return n, nil
}

// RawQuery is Raw for a statement that returns rows.
func (tx *Tx) RawQuery(ctx context.Context, query string, args ...any) (Rows, error) {
	tx.wrote(query)
	rows, err := tx.c.query(ctx, query, args)
	if err != nil {
		return nil, fmt.Errorf("%w\nin: %s", normalize(err), query)
	}
	return rows, nil
}
