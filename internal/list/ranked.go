package list

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
)

// The clients who have a traveler born in some month are thousands, strewn over the order
// of the names: a walk meets one in two hundred rows, and to gather them is to fetch them
// all. Where the index that finds their travelers tells how the clients sort, it tells the
// first fifty as well, and only those are fetched.

// ranks is the place of the filter that tells owners in the order of the page, -1 for none.
func (b *builder) ranks(ctx context.Context, q *Query) (int, error) {
	if b.few || q.Any && len(q.Filters)+len(q.Groups) > 1 || b.order[0].sql != b.d.Tie || len(b.order) != 2 || b.order[0].desc != b.order[1].desc {
		return -1, nil
	}
	for i, flt := range q.Filters {
		f, ok := b.d.Field(flt.Key, b.tx.Actor)
		if !ok || f.Kind != Area || f.Area.NearKey == "" || flt.Op != "has" || !b.near(f.Area.Def, flt.Where) {
			continue
		}
		p := b.apart()
		cond, quick, err := p.hanging(ctx, f, flt)
		if err != nil || !quick {
			return -1, err
		}
		n, err := b.many(ctx, f.Area, cond, p.args)
		if err != nil || n < scarce*rare {
			return i, err
		}
	}
	return -1, nil
}

// near reports whether one of the filters of what hangs on a row is found by an index
// that tells the owner's key.
func (b *builder) near(d *Def, where []Filter) bool {
	return slices.ContainsFunc(where, func(w Filter) bool {
		f, ok := d.Field(w.Key, b.tx.Actor)
		return ok && f.Near && f.served(w.Op)
	})
}

// ranked finds a page of the owners of what meets the filter at a place, in batches: so
// many places in the order, and those of them that meet the rest.
func (b *builder) ranked(ctx context.Context, q *Query, at, n int) (out []keyed, err error) {
	rest := *q
	rest.Filters = slices.Delete(slices.Clone(q.Filters), at, at+1)
	f, _ := b.d.Field(q.Filters[at].Key, b.tx.Actor)
	from, seen := b.cursorValues(), map[int64]bool{}
	for batch := n + n/4; len(out) < n; batch *= 4 {
		ids, stop, err := b.places(ctx, f, q.Filters[at], from, batch)
		if err != nil {
			return nil, err
		}
		if len(ids) > 0 {
			b.args = nil
			if err := b.conditions(ctx, &rest); err != nil {
				return nil, err
			}
			rows, err := b.run(ctx, 0, b.d.ID+" IN {ids "+b.arg(ids)+"}")
			if err != nil {
				return nil, err
			}
			for _, r := range rows {
				if !seen[r.ID] {
					seen[r.ID] = true
					out = append(out, r)
				}
			}
		}
		if stop == nil {
			break
		}
		from = stop
	}
	return out[:min(n, len(out))], nil
}

// places are the next owners in the order, and the place to go on from, nil at the end.
func (b *builder) places(ctx context.Context, f Field, flt Filter, from []any, n int) (ids db.IDs, stop []any, err error) {
	r := f.Area
	b.args = nil
	b.gather = true
	cond, _, err := b.hanging(ctx, f, flt)
	b.gather = false
	if err != nil {
		return nil, nil, err
	}
	where := b.hangs(r, cond)
	by := func(key, id string) []term {
		return []term{{sql: key, desc: b.order[0].desc}, {sql: id, desc: b.order[1].desc, number: true}}
	}
	page := func(source string, order []term, more ...string) string {
		if from != nil {
			more = append(more, b.beyond(order, from, false))
		}
		where := ""
		if len(more) > 0 {
			where = " WHERE " + strings.Join(more, " AND ")
		}
		return fmt.Sprintf("SELECT %s AS k0, %s AS k1 FROM %s%s ORDER BY %s, %s LIMIT %d", order[0].sql, order[1].sql,
			source, where, order[0].by(), order[1].by(), n)
	}
	// Whom several clients have is asked for by the links. No planner may walk there.
	several := fmt.Sprintf("SELECT %s AS n, %s AS i FROM %s WHERE %s IN (SELECT %s FROM %s WHERE %s IS NULL AND %s)",
		b.d.Tie, b.d.ID, b.d.From, b.d.ID, r.Owner, r.From, r.NearOwner, where)
	stmt := "WITH hit AS MATERIALIZED (" + several + ") SELECT 0, k0, k1 FROM (" +
		page(r.Near, by(r.NearKey, r.NearOwner), r.NearOwner+" IS NOT NULL", where) + ") a UNION ALL SELECT 1, k0, k1 FROM (" +
		page("hit", by("n", "i")) + ") b"
	var found [2][][]any
	err = b.tx.Each(ctx, stmt, b.args, func(rows db.Rows) error {
		var key string
		var which, id int64
		err := rows.Scan(&which, &key, &id)
		found[which] = append(found[which], []any{key, id})
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	for _, list := range found { // what one has not told yet, may come before what the other told
		slices.SortFunc(list, b.compare)
		if len(list) == n && (stop == nil || b.compare(list[n-1], stop) < 0) {
			stop = list[n-1]
		}
	}
	for _, at := range slices.Concat(found[0], found[1]) {
		if stop == nil || b.compare(at, stop) <= 0 {
			ids = append(ids, at[1].(int64))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), stop, nil
}

// eachPage finds a page of what meets this or that: of the pages of each by itself the
// first rows, each once. It is done where each comes in the order of the page.
func (b *builder) eachPage(ctx context.Context, q *Query, n int) (out []keyed, done bool, err error) {
	if !q.Any || len(q.Filters) < 2 || len(q.Filters) > maxParts || len(q.Groups) > 0 || b.few || b.order[0].sql != b.d.Tie || len(b.order) != 2 {
		return nil, false, nil
	}
	parts := make([]Query, len(q.Filters))
	for i, flt := range q.Filters {
		parts[i] = Query{Filters: []Filter{flt}}
		if b.d.implicit(q) != b.d.implicit(&parts[i]) {
			return nil, false, nil
		}
		if b.driver(&parts[i]) != nil {
			continue
		}
		if at, err := b.ranks(ctx, &parts[i]); at < 0 || err != nil {
			return nil, false, err
		}
	}
	for i := range parts {
		p := *b
		p.partly, p.where, p.args = true, nil, nil
		rows, err := p.page(ctx, &parts[i], n)
		if err != nil {
			return nil, false, err
		}
		out = append(out, rows...)
	}
	slices.SortStableFunc(out, func(x, y keyed) int { return b.compare(x.keys, y.keys) })
	out = slices.CompactFunc(out, func(x, y keyed) bool { return x.ID == y.ID })
	return out[:min(n, len(out))], true, nil
}

// maxParts is how many alternatives are looked for one by one.
const maxParts = 8
