package list

import (
	"context"
	"errors"
	"time"
)

// Patience is how long one query of a list may take. Beyond it is cancelled with a
// message that says what to narrow.
const Patience = 2 * time.Second

// patience is replaced by tests, which run on busy machines.
var patience = Patience

// SlowError reports a query that was cancelled.
type SlowError struct {
	Field string // key of the filter or sort that is likely the cause
	err   error
}

// Error says that the query was stopped, and why it would be told.
func (e *SlowError) Error() string { return "list: too slow: " + e.err.Error() }

// IsSlow reports whether err is a SlowError.
func IsSlow(err error) bool {
	var slow *SlowError
	return errors.As(err, &slow)
}

// Unwrap makes the error the one that users are told.
func (e *SlowError) Unwrap() error { return e.err }

// patient runs fn for as long as people wait, and says what to narrow when that wasn't
// enough.
func (b *builder) patient(ctx context.Context, q *Query, fn func(context.Context) error) error {
	short, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := fn(short)
	if err == nil || short.Err() == nil || ctx.Err() != nil {
		return err
	}
	key := b.blame(q)
	return &SlowError{key, bad(key, "list.too_slow", "Seconds", int(Patience.Seconds()))}
}

// blame names the filter that likely costs most: one that no index serves.
func (b *builder) blame(q *Query) string {
	worst, key := -1, "filter"
	for _, flt := range q.all() {
		f, _ := b.d.Field(flt.Key, b.tx.Actor)
		cost := 1
		switch {
		case f.Kind == Area:
			cost = 4
		case f.Kind == Text && flt.Op == "contains" && f.Index == "":
			cost = 5
		case f.Kind == Text && flt.Op == "contains", f.Loose:
			cost = 3
		case f.Grouped || f.Quick:
			cost = 0
		}
		if cost > worst {
			worst, key = cost, flt.Key
		}
	}
	return key
}
