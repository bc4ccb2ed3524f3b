package list

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// strides are how many rows a walk looks at: first few, which is enough for what is common;
// and in all before it is given up, which is still quicker than to sort a tenth of all rows.
var strides = []int{1000, 15000}

// Run returns one page.
func (d *Def) Run(ctx context.Context, tx *db.Tx, q Query) (Page, error) {
	b, err := d.build(ctx, tx, q)
	if err != nil {
		return Page{}, err
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, MaxLimit)
	var rows []keyed
	err = b.patient(ctx, &q, func(ctx context.Context) error {
		rows, err = b.page(ctx, &q, limit+1)
		return err
	})
	if err != nil {
		return Page{}, err
	}
	p := Page{Columns: b.columns}
	if len(rows) > limit {
		rows = rows[:limit]
		p.Next = rows[limit-1].cursor(b.sortKey)
	} else if q.Cursor == "" { // the whole list is on the page
		tx.Memo(totalKey(d, &q), func() (any, error) { return len(rows), nil })
	}
	for _, r := range rows {
		p.Rows = append(p.Rows, r.Row)
	}
	return p, nil
}

// page finds n rows the quickest way.
func (b *builder) page(ctx context.Context, q *Query, n int) ([]keyed, error) {
	filtered := q.Filtered()
	b.within = b.driver(q)
	if err := b.conditions(ctx, q); err != nil {
		return nil, err
	}
	if b.few || !filtered && b.order[0].field == nil {
		return b.run(ctx, n, b.after())
	}
	if !b.found || b.size == 0 || b.size > int64(4*n) { // some hundreds are gathered as soon
		if at, err := b.ranks(ctx, q); err != nil {
			return nil, err
		} else if at >= 0 {
			return b.ranked(ctx, q, at, n)
		}
		if rows, done, err := b.eachPage(ctx, q, n); done || err != nil {
			return rows, err
		}
	}
	if !b.found && b.walkable() {
		rows, done, err := b.walk(ctx, q, n)
		if done || err != nil {
			return rows, err
		}
	}
	return b.gathered(ctx, q, n)
}

// after is the condition that skips to the place behind the cursor.
func (b *builder) after() string {
	if b.cursor == nil {
		return ""
	}
	return b.beyond(b.order, b.cursor.Values, false)
}

// walkable reports whether an index gives the rows in order: by columns of which one
// is served, or by the values of a choice, each of which has an index by name.
func (b *builder) walkable() bool {
	order := b.order
	if order[0].field != nil {
		if !order[0].field.Grouped || len(order) != 3 || order[1].sql != b.d.Tie {
			return false
		}
		order = order[1:]
	} else if order[0].tied {
		if len(order) != 3 || order[1].sql != b.d.Tie || order[0].desc != order[1].desc {
			return false
		}
		order = order[1:]
	}
	return len(order) == 2 && order[0].indexed && order[0].desc == order[1].desc
}

// walk looks for n rows along the index. It reports done when it has them, or has come
// to the end.
func (b *builder) walk(ctx context.Context, q *Query, n int) (out []keyed, done bool, err error) {
	rank := b.order[0]
	if rank.field == nil {
		return b.stretch(ctx, q, b.within, b.cursorValues(), n)
	}
	from, values := 0, b.cursorValues()
	if values != nil {
		at, _ := values[0].(int64)
		if at < 0 || at > int64(len(rank.options)) {
			return nil, false, bad("cursor", "list.bad_cursor")
		}
		if from, values = int(at), values[1:]; rank.desc {
			from = len(rank.options) - from
		}
	}
	places := make([]int, 0, len(rank.options)+1)
	for i := range len(rank.options) + 1 {
		places = append(places, i)
	}
	if rank.desc {
		slices.Reverse(places)
	}
	defer func() { b.order[0] = rank }()
	for i, place := range places[from:] {
		if i > 0 {
			values = nil
		}
		b.order[0].sql, b.order[0].fixed = strconv.Itoa(place), true // to name all values takes longer than to find the rows
		within := Filter{Key: rank.field.Key, Op: "blank"}
		if place < len(rank.options) {
			within = Filter{Key: rank.field.Key, Op: "any", Values: []string{rank.options[place].Value}}
		}
		rows, done, err := b.stretch(ctx, q, &within, values, n-len(out))
		if err != nil || !done {
			return nil, false, err
		}
		if out = append(out, rows...); len(out) >= n {
			break
		}
	}
	return out, true, nil
}

func (b *builder) cursorValues() []any {
	if b.cursor == nil {
		return nil
	}
	return b.cursor.Values
}

// driver is a filter that must hold and whose rows an index gives in the order of the
// sort: then only they need be walked.
func (b *builder) driver(q *Query) *Filter {
	if q.Any && len(q.Filters)+len(q.Groups) > 1 {
		return nil
	}
	for _, fits := range []func(f Field, op string) bool{
		func(f Field, op string) bool { // what begins with a text stands side by side in its order
			return op == "starts" && f.Indexed && f.Whole == "" && !f.Loose && f.SQL == b.order[0].sql
		},
		func(f Field, op string) bool { return op == "is" && f.Tied && b.order[0].sql == b.d.Tie },
		func(f Field, op string) bool { return op == "none" && f.Kind == Area && b.order[0].sql == b.d.Tie },
	} {
		for i, flt := range q.Filters {
			f, ok := b.d.Field(flt.Key, b.tx.Actor)
			if ok && (len(flt.Values) == 1 || f.bare(flt)) && fits(f, flt.Op) {
				return &q.Filters[i]
			}
		}
	}
	if b.order[0].sql != b.d.Tie {
		return nil
	}
	for _, key := range b.d.Drive {
		i := slices.IndexFunc(q.Filters, func(f Filter) bool { return f.Key == key && f.Op == "any" && len(f.Values) == 1 })
		if i < 0 {
			continue
		}
		if f, ok := b.d.Field(key, b.tx.Actor); ok && f.Grouped && f.Expand == nil {
			return &q.Filters[i]
		}
	}
	return nil
}

// stretch walks the rows of within from the place values on, in strides: what was met
// tells how far the rest is.
func (b *builder) stretch(ctx context.Context, q *Query, within *Filter, values []any, n int) (out []keyed, done bool, err error) {
	order := b.order
	if order[0].field != nil {
		order = order[1:]
	}
	defer func() { b.sieve = false }()
	stride, most := strides[0], strides[len(strides)-1]
	looked, far := 0, 0
	part := b.splits(ctx, q)
	for sieved := 0; ; {
		if part >= 0 && (far > strides[len(strides)-1]/4 || b.parted(q.Filters[part])) {
			if rows, done, err := b.split(ctx, q, part, n); done || err != nil {
				return rows, done, err
			}
			part = -1
		}
		if looked > 0 || b.size > 0 || b.guesses() { // PostgreSQL makes sets even where each row is asked
			lost := looked > 0 && b.hopeless(looked+far)
			small, err := b.sift(ctx, q, far)
			if err != nil || lost && !small {
				return nil, false, err
			}
			if small {
				stride = max(most, 2*far)
				sieved++
			}
		}
		rows, stop, err := b.step(ctx, q, within, order, values, n-len(out), stride)
		if err != nil {
			return nil, false, err
		}
		if out = append(out, rows...); stop == nil || len(out) >= n {
			return out, true, nil
		}
		values = stop
		looked += stride
		far = max(1, looked*n/(len(out)+1)-looked)
		if b.sieve && (far > farthest || sieved > 1) || !b.sieve && looked >= most {
			return nil, false, nil
		}
		stride = max(strides[0], min(2*far, most))
	}
}

// farthest is how far a walk may be expected to lead when each row is looked for in a set:
// that costs a tenth of asking what hangs on it.
const farthest = 60000

// sift goes over to sets of owners where there are some, and the walk won't lead too far.
func (b *builder) sift(ctx context.Context, q *Query, far int) (bool, error) {
	if b.sieve || b.sets == 0 || far > farthest {
		return b.sieve, nil // once there are none, there are none later
	}
	b.sieve, b.args = true, nil
	err := b.conditions(ctx, q)
	b.sieve = err == nil && b.sets > 0
	return b.sieve, err
}

// step walks one stride: it returns the matches there, and the place where it ended, nil
// where the rows do.
func (b *builder) step(ctx context.Context, q *Query, within *Filter, order []term, values []any, n, stride int) (rows []keyed, stop []any, err error) {
	if stop, err = b.stop(ctx, order, within, values, stride); err != nil {
		return nil, nil, err
	}
	b.args = nil
	if err := b.conditions(ctx, q); err != nil {
		return nil, nil, err
	}
	inside, err := b.inner(ctx, within)
	if err != nil {
		return nil, nil, err
	}
	more := []string{inside}
	if values != nil {
		more = append(more, b.beyond(order, values, false))
	}
	if stop != nil {
		more = append(more, b.beyond(order, stop, true))
	}
	rows, err = b.walked(ctx, n, more, stride > strides[0])
	return rows, stop, err
}

// walked reads n rows in order. Where many will be met, only what the index says of them
// is looked at until the n are found: PostgreSQL fetches every row otherwise.
func (b *builder) walked(ctx context.Context, n int, more []string, many bool) ([]keyed, error) {
	if !b.sieve && !(many && b.guesses()) {
		return b.run(ctx, n, more...)
	}
	_, order := b.selection()
	found := fmt.Sprintf("SELECT %s FROM %s%s ORDER BY %s LIMIT %d", b.d.ID, b.from(false), b.clause(more...), strings.Join(order, ", "), n)
	b.where = nil
	return b.run(ctx, 0, b.d.ID+" IN ("+found+")")
}

// driven reports whether only the rows of the filter are walked.
func (b *builder) driven(flt Filter) bool {
	return b.within != nil && b.must && !b.either && b.within.Key == flt.Key && b.within.Op == flt.Op && slices.Equal(b.within.Values, flt.Values)
}

// inner is the condition of the filter within which rows are walked, "" for none.
func (b *builder) inner(ctx context.Context, within *Filter) (string, error) {
	if within == nil {
		return "", nil
	}
	f, _ := b.d.Field(within.Key, b.tx.Actor)
	if f.bare(*within) {
		return f.Area.None, nil
	}
	return b.condition(ctx, f, *within)
}

// stop returns the sort values of the row at which a stride ends, nil where the rows
// end before.
func (b *builder) stop(ctx context.Context, order []term, within *Filter, values []any, stride int) ([]any, error) {
	b.args = nil
	inside, err := b.inner(ctx, within)
	if err != nil {
		return nil, err
	}
	var conds, sel, by []string
	if inside != "" {
		conds = append(conds, inside)
	}
	if values != nil {
		conds = append(conds, b.beyond(order, values, false))
	}
	for _, t := range order {
		sel = append(sel, t.sql)
		by = append(by, t.by())
	}
	stmt := "SELECT " + strings.Join(sel, ", ") + " FROM " + b.from(false)
	if len(conds) > 0 {
		stmt += " WHERE " + strings.Join(conds, " AND ")
	}
	stmt += fmt.Sprintf(" ORDER BY %s LIMIT 1 OFFSET %d", strings.Join(by, ", "), stride)
	key := fmt.Sprint("stop ", stmt, b.args)
	if v, ok := b.tx.Recall(key); ok { // any place will do, so it may be of a while ago
		return v.([]any), nil
	}
	out := make([]any, len(order))
	ptrs := make([]any, len(order))
	for i := range out {
		ptrs[i] = &out[i]
	}
	switch err := b.tx.Row(ctx, stmt, b.args, ptrs...); {
	case errs.Is(err, errs.NotFound):
		out = nil
	case err != nil:
		return nil, err
	}
	for i := range out {
		out[i] = plain(out[i])
	}
	if values == nil { // the first page is asked for again and again, others seldom
		b.tx.Remember(key, out, overFor)
	}
	return out, nil
}

// gathered finds everything that matches and sorts it. The rows are kept apart from
// the order, so that no planner walks an index in hope of an early end.
func (b *builder) gathered(ctx context.Context, q *Query, n int) ([]keyed, error) {
	b.gather, b.args = true, nil
	defer func() { b.gather = false }()
	if err := b.conditions(ctx, q); err != nil {
		return nil, err
	}
	var sel, order []string
	for i, t := range b.order {
		sel = append(sel, fmt.Sprintf("%s AS k%d", t.sql, i))
		t.sql = fmt.Sprintf("k%d", i)
		order = append(order, t.by())
	}
	stmt := "WITH hit AS MATERIALIZED (SELECT " + strings.Join(sel, ", ") + " FROM " + b.from(false) + b.clause(b.after())
	stmt += fmt.Sprintf(") SELECT k%d, (SELECT count(*) FROM hit) FROM hit ORDER BY %s LIMIT %d", len(b.order)-1, strings.Join(order, ", "), n)
	var ids db.IDs
	var total int64
	err := b.tx.Each(ctx, stmt, b.args, func(rows db.Rows) error {
		var id int64
		err := rows.Scan(&id, &total)
		ids = append(ids, id)
		return err
	})
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	if q.Cursor == "" && !b.partly {
		b.tx.Memo(totalKey(b.d, q), func() (any, error) { return int(total), nil })
	}
	b.where, b.args = nil, nil
	rows, err := b.run(ctx, 0, b.d.ID+" IN {ids "+b.arg(ids)+"}")
	return rows, err
}

// totalKey is where the number of matches is kept within a transaction, once a page
// has told it.
func totalKey(d *Def, q *Query) any {
	raw, _ := json.Marshal(Query{Any: q.Any, Filters: q.Filters, Groups: q.Groups}) // of strings
	return [2]string{"list.total " + d.Name, string(raw)}
}
