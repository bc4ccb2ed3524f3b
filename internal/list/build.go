package list

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
)

// builder makes the SQL of one query.
type builder struct {
	d       *Def
	tx      *db.Tx
	where   []string
	args    []any
	columns []Field
	sortKey string // the sort as asked for, to tie a cursor to it
	order   []term
	cursor  *cursor
	ranked  *Field   // choice that is sorted by label: one query per value
	options []Option // its values
	desc    bool     // of ranked
	few     bool     // the actor sees few rows: walking them beats any index over all
}

// term is one sort expression.
type term struct {
	sql    string
	desc   bool
	number bool // its values are numbers, else texts
}

// cursor is the place after which a page begins: the sort values of the last row.
type cursor struct {
	Sort   string `json:"s"`
	Values []any  `json:"v"` // string or json.Number
	Rank   string `json:"r,omitempty"`
}

type keyed struct {
	Row
	keys []any
	rank string
}

func (k keyed) cursor(sort string) string {
	b, _ := json.Marshal(cursor{sort, k.keys, k.rank}) // of strings and numbers
	return base64.RawURLEncoding.EncodeToString(b)
}

func (d *Def) build(ctx context.Context, tx *db.Tx, q Query) (*builder, error) {
	b := &builder{d: d, tx: tx}
	var err error
	if _, known := tx.TableOf(d.Name); known {
		if b.few, err = tx.Few(ctx, d.Name); err != nil {
			return nil, err
		}
	}
	if err := b.filters(ctx, q.Filters); err != nil {
		return nil, err
	}
	if len(b.args) > maxArgs {
		return nil, bad("filter", "list.too_many", "Max", maxArgs)
	}
	if err := b.choose(q.Columns); err != nil {
		return nil, err
	}
	if err := b.sort(ctx, q); err != nil {
		return nil, err
	}
	if q.Cursor == "" {
		return b, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(q.Cursor)
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.UseNumber()
	c := &cursor{}
	if err != nil || dec.Decode(c) != nil || c.Sort != b.sortKey || len(c.Values) != len(b.order) {
		return nil, bad("cursor", "list.bad_cursor")
	}
	for i, v := range c.Values {
		if c.Values[i], err = b.order[i].value(v); err != nil {
			return nil, err
		}
	}
	b.cursor = c
	return b, nil
}

// value checks a value of a cursor: it comes from outside, and a database refuses
// to compare a text with a number.
func (t term) value(v any) (any, error) {
	switch x := v.(type) {
	case nil:
		return nil, nil
	case json.Number:
		if n, err := x.Int64(); err == nil && t.number {
			return n, nil
		}
	case string:
		if !t.number && !strings.ContainsRune(x, 0) {
			return x, nil
		}
	}
	return nil, bad("cursor", "list.bad_cursor")
}

// isNumber reports whether a field is stored as a number.
func (f *Field) isNumber() bool {
	return f.Kind == Stamp || f.Kind == Number || f.Kind == Choice && f.Numeric
}

// from names the rows of the list, found through the ways of their rule where that
// is wanted.
func (b *builder) from(ways bool) string {
	if ways {
		return strings.Replace(b.d.From, "{"+b.d.Name+"}", "{"+b.d.Name+".scan}", 1)
	}
	return b.d.From
}

// byWays reports whether the ways come in the order of the sort, so that a page is
// merged from their beginnings. PostgreSQL doesn't merge them.
func (b *builder) byWays() bool {
	t, _ := b.tx.TableOf(b.d.Name)
	return t.Ordered && b.tx.Dialect() == db.SQLite && b.ranked == nil && b.order[0].sql == b.d.Tie
}

// unindexed keeps SQLite from walking everybody's rows in the order of a sort where
// the actor sees few: those are found by the ways, and sorted.
func (b *builder) unindexed(sql string) string {
	if b.few && !b.byWays() && b.tx.Dialect() == db.SQLite {
		return "+" + sql
	}
	return sql
}

func (b *builder) arg(v any) string {
	b.args = append(b.args, v)
	return "$" + strconv.Itoa(len(b.args))
}

// choose sets the columns: those asked for, else the default ones.
func (b *builder) choose(keys []string) error {
	if len(keys) == 0 {
		keys = b.d.Columns
	}
	for _, key := range keys {
		f, ok := b.d.Field(key, b.tx.Actor)
		if !ok && slices.Contains(b.d.Columns, key) {
			continue // a default column to which this actor has no right
		}
		if !ok || f.NoShow {
			return bad("columns", "list.unknown_field", "Field", key)
		}
		b.columns = append(b.columns, f)
	}
	return nil
}

func (b *builder) sort(ctx context.Context, q Query) error {
	b.sortKey = q.Sort
	if b.sortKey == "" {
		b.sortKey = b.d.Sort
	}
	keys := strings.Split(b.sortKey, ",")
	if len(keys) > maxSort {
		return bad("sort", "list.too_many_sorts", "Max", maxSort)
	}
	for i, key := range keys {
		name, desc := strings.CutPrefix(strings.TrimSpace(key), "-")
		f, ok := b.d.Field(name, b.tx.Actor)
		if !ok || f.Sort == "" {
			return bad("sort", "list.unknown_sort", "Field", name)
		}
		b.desc = desc
		if f.Kind == Choice && i == 0 && !strings.Contains(b.sortKey, ",") {
			var err error
			if b.options, err = b.d.options(ctx, b.tx, f, q.Lang); err != nil {
				return err
			}
			b.ranked = &f
			desc = false
			break
		}
		b.order = append(b.order, term{f.Sort, desc, f.isNumber()})
	}
	desc := len(b.order) > 0 && b.order[len(b.order)-1].desc
	if b.d.Tie != "" && !slices.ContainsFunc(b.order, func(t term) bool { return t.sql == b.d.Tie }) && b.ranked != nil {
		b.order = append(b.order, term{b.d.Tie, desc, false})
	}
	b.order = append(b.order, term{b.d.ID, desc, true})
	return nil
}

func (b *builder) clause() string {
	if len(b.where) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(b.where, " AND ")
}

// after is the condition that skips to the place behind the cursor.
func (b *builder) after() string {
	if b.cursor == nil {
		return ""
	}
	var marks, cols []string
	mixed := false
	for i, t := range b.order {
		marks = append(marks, b.arg(b.cursor.Values[i]))
		cols = append(cols, b.unindexed(t.sql))
		mixed = mixed || t.desc != b.order[0].desc
	}
	if !mixed { // a row comparison: both engines walk the index with it
		return "(" + strings.Join(cols, ", ") + ") " + than(b.order[0].desc) + " (" + strings.Join(marks, ", ") + ")"
	}
	var alts []string
	for i, t := range b.order {
		var part []string
		for j := range i {
			part = append(part, cols[j]+" = "+marks[j])
		}
		alts = append(alts, "("+strings.Join(append(part, cols[i]+" "+than(t.desc)+" "+marks[i]), " AND ")+")")
	}
	return "(" + strings.Join(alts, " OR ") + ")"
}

func than(desc bool) string {
	if desc {
		return "<"
	}
	return ">"
}

// run reads at most n rows under two extra conditions.
func (b *builder) run(ctx context.Context, extra, after string, n int) ([]keyed, error) {
	where := slices.Clone(b.where)
	for _, c := range []string{extra, after} {
		if c != "" {
			where = append(where, c)
		}
	}
	var order, sel []string
	for _, t := range b.order {
		t.sql = b.unindexed(t.sql)
		sel = append(sel, t.sql)
		if t.desc {
			order = append(order, t.sql+" DESC")
		} else {
			order = append(order, t.sql)
		}
	}
	for _, f := range b.columns {
		if f.Show != "" {
			sel = append(sel, f.Show)
		} else {
			sel = append(sel, f.SQL)
		}
	}
	q := "SELECT " + strings.Join(sel, ", ") + " FROM " + b.from(b.few || b.byWays())
	if len(where) > 0 {
		q += " WHERE " + strings.Join(where, " AND ")
	}
	q += fmt.Sprintf(" ORDER BY %s LIMIT %d", strings.Join(order, ", "), n)
	rows, err := b.tx.Query(ctx, q, b.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []keyed
	for rows.Next() {
		vals := make([]any, len(sel))
		ptrs := make([]any, len(sel))
		for i := range vals {
			ptrs[i] = &vals[i]
		}
		if err := rows.Scan(ptrs...); err != nil {
			return nil, err
		}
		for i, v := range vals {
			vals[i] = plain(v)
		}
		k := len(b.order)
		id, _ := vals[k-1].(int64)
		out = append(out, keyed{Row: Row{ID: id, Values: vals[k:]}, keys: vals[:k]})
	}
	return out, db.Normalize(rows.Err())
}

// plain turns what the drivers return into string, int64, bool or nil.
func plain(v any) any {
	switch x := v.(type) {
	case []byte:
		return string(x)
	case int32:
		return int64(x)
	case int16:
		return int64(x)
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return v
}

// runRanked sorts by the label of a choice: it walks the values in the order of
// their labels and takes from each what is still missing, so that an index on
// (choice, tie, id) serves and nothing is sorted.
func (b *builder) runRanked(ctx context.Context, n int) ([]keyed, error) {
	opts := append(slices.Clone(b.options), Option{}) // rows without a value come last
	if b.desc {
		slices.Reverse(opts)
	}
	if b.cursor != nil {
		at := slices.IndexFunc(opts, func(o Option) bool { return o.Value == b.cursor.Rank })
		if at < 0 {
			return nil, bad("cursor", "list.bad_cursor")
		}
		opts = opts[at:]
	}
	var out []keyed
	base := len(b.args)
	for i, o := range opts {
		b.args = b.args[:base]
		after := ""
		if i == 0 {
			after = b.after()
		}
		cond := b.blank(*b.ranked)
		if o.Value != "" {
			v, err := b.value(*b.ranked, o.Value)
			if err != nil {
				return nil, err
			}
			cond = b.ranked.SQL + " = " + v
		}
		rows, err := b.run(ctx, cond, after, n-len(out))
		if err != nil {
			return nil, err
		}
		for j := range rows {
			rows[j].rank = o.Value
		}
		if out = append(out, rows...); len(out) >= n {
			break
		}
	}
	return out, nil
}
