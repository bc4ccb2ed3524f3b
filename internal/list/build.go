package list

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/date"
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
	few     bool // the actor sees few rows: walking them beats any index over all
	today   date.Date
	zone    *time.Location

	partly bool    // it looks for a part of a page (split.go)
	within *Filter // the filter whose rows are walked, nil for all

	// While conditions are rendered:
	gather  bool             // they make sets of what matches, else each row is asked
	sieve   bool             // small sets are made and each row is asked whether it is in them
	sets    int              // how many were made so, or could be
	must    bool             // what is rendered now must hold of every row
	either  bool             // what is rendered now is one of several alternatives
	found   bool             // something that must hold is known to be rare
	size    int64            // the fewest matches of something that must hold, 0 where that isn't known
	depth   int              // filters within filters
	filters int              // how many there were
	known   map[string]int64 // what was counted to find out what is rare
}

// term is one sort expression.
type term struct {
	sql     string
	desc    bool
	number  bool     // its values are numbers, else texts
	indexed bool     // rows can be walked in its order
	tied    bool     // and then in that of Def.Tie
	fixed   bool     // it is the same in all rows that are asked for
	field   *Field   // of a choice sorted by label: sql is the rank of its value
	options []Option // its values in the order of their ranks
}

// cursor is the place after which a page begins: the sort values of the last row.
type cursor struct {
	Sort   string `json:"s"`
	Values []any  `json:"v"` // string or json.Number
}

type keyed struct {
	Row
	keys []any
}

func (k keyed) cursor(sort string) string {
	b, _ := json.Marshal(cursor{sort, k.keys}) // of strings and numbers
	return base64.RawURLEncoding.EncodeToString(b)
}

func (d *Def) build(ctx context.Context, tx *db.Tx, q Query) (*builder, error) {
	d, err := d.asked(ctx, tx, &q)
	if err != nil {
		return nil, err
	}
	b := &builder{d: d, tx: tx, zone: q.Zone, must: true, known: map[string]int64{}}
	if _, known := tx.TableOf(d.Name); known {
		if b.few, err = fewOf(ctx, tx, d.Name); err != nil {
			return nil, err
		}
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

// fewOf is replaced by tests: a small database has few rows for everybody.
var fewOf = func(ctx context.Context, tx *db.Tx, table string) (bool, error) { return tx.Few(ctx, table) }

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
	return t.Ordered && b.tx.Dialect() == db.SQLite && len(b.order) > 0 && b.order[0].sql == b.d.Tie
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
	for _, key := range keys {
		name, desc := strings.CutPrefix(strings.TrimSpace(key), "-")
		f, ok := b.d.Field(name, b.tx.Actor)
		if !ok || f.Sort == "" {
			return bad("sort", "list.unknown_sort", "Field", name)
		}
		t := term{sql: f.Sort, desc: desc, number: f.isNumber(), indexed: f.Indexed, tied: f.Tied}
		if f.Kind == Choice {
			if err := b.rank(ctx, &t, f, q.Lang); err != nil {
				return err
			}
		}
		b.order = append(b.order, t)
	}
	desc := b.order[len(b.order)-1].desc
	if b.order[0].field != nil && len(b.order) == 1 && b.d.Tie != "" {
		desc = false // within a value names ascend
		b.order = append(b.order, term{sql: b.d.Tie, indexed: true})
	} else if b.order[0].tied && len(b.order) == 1 {
		b.order = append(b.order, term{sql: b.d.Tie, desc: desc, indexed: true})
	}
	b.order = append(b.order, term{sql: b.d.ID, desc: desc, number: true, indexed: true})
	return nil
}

// maxRanks bounds the values of a choice that are sorted by label. Beyond, they sort
// as they are stored.
const maxRanks = 1000

// rank makes a term sort by the labels of its choice; what has no value comes last.
func (b *builder) rank(ctx context.Context, t *term, f Field, lang string) (err error) {
	t.indexed = false
	expr := f.SQL
	if f.Via != nil { // SQL is of rows that hang on this one
		expr = f.Sort
	}
	if t.options, err = b.d.options(ctx, b.tx, f, lang); err != nil || len(t.options) == 0 || len(t.options) > maxRanks {
		t.sql = "coalesce(" + expr + ", 0)"
		if !f.Numeric {
			t.sql = expr
		}
		return err
	}
	var sql strings.Builder
	sql.WriteString("CASE " + expr)
	for i, o := range t.options {
		v := "'" + strings.ReplaceAll(o.Value, "'", "''") + "'"
		if f.Numeric {
			n, err := strconv.ParseInt(o.Value, 10, 64)
			if err != nil {
				return fmt.Errorf("list: option %q of %s isn't a number", o.Value, f.Key)
			}
			v = strconv.FormatInt(n, 10)
		}
		fmt.Fprintf(&sql, " WHEN %s THEN %d", v, i)
	}
	fmt.Fprintf(&sql, " ELSE %d END", len(t.options))
	t.sql, t.number, t.field = sql.String(), true, &f
	return nil
}

// clause is the WHERE of the conditions and some more, of which some may be "".
func (b *builder) clause(more ...string) string {
	where := append(slices.Clone(b.where), slices.DeleteFunc(more, func(s string) bool { return s == "" })...)
	if len(where) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(where, " AND ")
}

// beyond is the condition that a row comes after the one with these sort values in
// the order of the terms; before turns it round, and lets that row itself pass.
func (b *builder) beyond(order []term, values []any, before bool) string {
	var marks, cols []string
	mixed := false
	for i, t := range order {
		marks = append(marks, b.arg(values[i]))
		cols = append(cols, b.unindexed(t.sql))
		mixed = mixed || t.desc != order[0].desc
	}
	if !mixed { // a row comparison: both engines walk the index with it
		op := than(order[0].desc != before)
		if before {
			op += "="
		}
		return "(" + strings.Join(cols, ", ") + ") " + op + " (" + strings.Join(marks, ", ") + ")"
	}
	var alts []string
	for i, t := range order {
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

// selection are the expressions of a row: sort values, then columns.
func (b *builder) selection() (sel, order []string) {
	for i, t := range b.order {
		t.sql = b.unindexed(t.sql)
		sel = append(sel, fmt.Sprintf("%s AS k%d", t.sql, i))
		if !t.fixed {
			order = append(order, t.by())
		}
	}
	for _, f := range b.columns {
		if f.Show != "" {
			sel = append(sel, f.Show)
		} else {
			sel = append(sel, f.SQL)
		}
	}
	return sel, order
}

// by is the term in an ORDER BY.
func (t term) by() string {
	if t.desc {
		return t.sql + " DESC"
	}
	return t.sql
}

// query is the statement for the rows under the conditions and some more, in order;
// n limits them, 0 doesn't.
func (b *builder) query(n int, more ...string) string {
	sel, order := b.selection()
	q := "SELECT " + strings.Join(sel, ", ") + " FROM " + b.from(b.few || b.byWays())
	q += b.clause(more...) + " ORDER BY " + strings.Join(order, ", ")
	if n > 0 {
		q += " LIMIT " + strconv.Itoa(n)
	}
	return q
}

// read runs a statement whose rows are sort values and columns.
func (b *builder) read(ctx context.Context, q string, fn func(keyed) error) error {
	return b.tx.Each(ctx, q, b.args, func(rows db.Rows) error {
		vals := make([]any, len(b.order)+len(b.columns))
		ptrs := make([]any, len(vals))
		for i := range vals {
			ptrs[i] = &vals[i]
		}
		if err := rows.Scan(ptrs...); err != nil {
			return err
		}
		for i, v := range vals {
			vals[i] = plain(v)
		}
		k := len(b.order)
		for i := range b.columns {
			if read := b.columns[i].Read; read != nil {
				vals[k+i] = read(vals[k+i])
			}
		}
		id, _ := vals[k-1].(int64)
		return fn(keyed{Row: Row{ID: id, Values: vals[k:]}, keys: vals[:k]})
	})
}

// run reads at most n rows under more conditions.
func (b *builder) run(ctx context.Context, n int, more ...string) (out []keyed, err error) {
	err = b.read(ctx, b.query(n, more...), func(k keyed) error {
		out = append(out, k)
		return nil
	})
	return out, err
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
