package list

import (
	"context"
	"fmt"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
)

// Count returns how many rows q matches, counted up to bound: bound+1 stands for
// "more than bound". It may be a SlowError although the page itself wasn't; on
// PostgreSQL the transaction is then over, so count last, or in one of its own.
func (d *Def) Count(ctx context.Context, tx *db.Tx, q Query, bound int) (int, error) {
	v, err := tx.Memo(totalKey(d, &q), func() (any, error) { return d.count(ctx, tx, q, bound) })
	if err != nil {
		return 0, err
	}
	return min(v.(int), bound+1), nil
}

func (d *Def) count(ctx context.Context, tx *db.Tx, q Query, bound int) (int, error) {
	q.Sort, q.Columns, q.Cursor = "", nil, ""
	b, err := d.build(ctx, tx, q)
	if err != nil {
		return 0, err
	}
	var n int64
	err = b.patient(ctx, &q, func(ctx context.Context) error {
		if err := b.conditions(ctx, &q); err != nil {
			return err
		}
		if b.found || b.size > 0 {
			b.gather, b.args = true, nil
			if err := b.conditions(ctx, &q); err != nil {
				return err
			}
		}
		t, _ := tx.TableOf(d.Name)
		query := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 AS one FROM %s%s LIMIT %d) x", b.from(b.few || t.Ordered), b.clause(), bound+1)
		key := fmt.Sprint(query, b.args)
		if v, ok := tx.Recall(key); ok {
			n = int64(v.(int))
			return nil
		}
		if err := tx.Row(ctx, query, b.args, &n); err != nil {
			return err
		}
		if int(n) > bound {
			tx.Remember(key, int(n), overFor)
		}
		return nil
	})
	return int(n), err
}

// overFor is how long "more than bound" is believed without counting again: ten
// thousand rows are counted for every page else, to the same end.
const overFor = time.Minute

// IDs returns the ids of all rows that q matches, at most max, in no order.
func (d *Def) IDs(ctx context.Context, tx *db.Tx, q Query, max int) ([]int64, error) {
	q.Sort, q.Columns, q.Cursor = "", nil, ""
	b, err := d.build(ctx, tx, q)
	if err != nil {
		return nil, err
	}
	b.gather = !b.few
	if err := b.conditions(ctx, &q); err != nil {
		return nil, err
	}
	return tx.IDs(ctx, fmt.Sprintf("SELECT %s FROM %s%s LIMIT %d", d.ID, b.from(b.few), b.clause(), max), b.args...)
}

// Each calls fn for every row that q matches, in its order. Rows are read one by one,
// so that a million of them need no more memory than one; there is no limit of time.
func (d *Def) Each(ctx context.Context, tx *db.Tx, q Query, fn func(Row) error) error {
	q.Cursor = ""
	b, err := d.build(ctx, tx, q)
	if err != nil {
		return err
	}
	b.gather = !b.few
	if err := b.conditions(ctx, &q); err != nil {
		return err
	}
	return b.read(ctx, b.query(0), func(k keyed) error { return fn(k.Row) })
}
