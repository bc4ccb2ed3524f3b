// Package list turns one declaration of an entity's fields into its list page:
// columns, filters, sorting, keyset paging and the parameters of the API.
//
// Only what a Def declares can be asked for: an unknown field, operator or sort is
// refused, and no text of a user ever becomes SQL.
package list

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/i18n"
)

// Kind says which operators a field takes and how it is shown.
type Kind string

// The kinds of fields.
const (
	Text   Kind = "text"
	Choice Kind = "choice" // one of Field.Choices, or of Field.Options
	Date   Kind = "date"   // calendar date, "2006-01-02" or "--01-02"
	Stamp  Kind = "stamp"  // moment, microseconds
	Number Kind = "number"
	Bool   Kind = "bool"
)

// A Field is something that a user can show, filter or sort by.
type Field struct {
	Key  string // stable name: URL, saved view, API; translation key is Def.Name + ".field." + Key
	Kind Kind
	SQL  string // expression over Def.From that filters compare with
	Show string // expression that is shown, SQL where empty
	Sort string // expression to sort by, never NULL; "" can't be sorted
	Need string // right without which the field doesn't exist

	Choices []string // of a Choice: stored values; label key is Def.Name + "." + Key + "." + value
	Options func(context.Context, *db.Tx) ([]Option, error)

	Folded  bool   // of a Text: SQL is a folded column, so the value is folded too
	Index   string // of a Text: the declared table whose search column contains SQL's text
	Where   string // filter over other rows, with %s where the comparison of SQL goes
	NoShow  bool   // only a filter
	Numeric bool   // of a Choice: values are ids
}

// An Option is a value that can be chosen, in the order of its label.
type Option struct{ Value, Label string }

// A Def declares one list.
type Def struct {
	Name    string // noun: translation keys, URL, view
	From    string // with {tables} in braces
	ID      string // "c.id"
	Tie     string // unique-enough second sort key, "c.name_key"; "" for none
	Fields  []Field
	Filters []string // keys of the filters that stand there from the start (R108, L03)
	Columns []string // keys of the columns shown from the start
	Sort    string   // default sort: "name" or "-created"

	// Implicit is added to every query that doesn't filter by the field named in
	// ImplicitUnless (R073: excluded customer types stay out unless asked for).
	Implicit, ImplicitUnless string
}

// A Filter compares a field with values.
type Filter struct {
	Key    string   `json:"key"`
	Op     string   `json:"op"`
	Values []string `json:"values"`
}

// A Query is what the user asked for. A saved view is a stored Query.
type Query struct {
	Filters []Filter `json:"filters,omitempty"`
	Sort    string   `json:"sort,omitempty"` // "name,-created"
	Columns []string `json:"columns,omitempty"`
	Limit   int      `json:"-"` // rows of a page, 1 to 200; 0 is 50
	Cursor  string   `json:"-"` // what Page.Next gave
	Lang    string   `json:"-"` // labels by which choices are sorted
}

// MaxLimit is the largest page.
const MaxLimit = 200

// A Row is one line: the id and the shown values in the order of the columns.
type Row struct {
	ID     int64
	Values []any // string, int64, bool or nil
}

// A Page is a part of a list.
type Page struct {
	Columns []Field
	Rows    []Row
	Next    string // cursor of the next page, "" on the last
}

// Field returns the declared field with the key, if the actor has a right to it.
func (d *Def) Field(key string, a db.Actor) (Field, bool) {
	i := slices.IndexFunc(d.Fields, func(f Field) bool { return f.Key == key })
	if i < 0 || !a.May(d.Fields[i].Need) {
		return Field{}, false
	}
	return d.Fields[i], true
}

// Visible returns the fields that the actor has a right to.
func (d *Def) Visible(a db.Actor) []Field {
	var out []Field
	for _, f := range d.Fields {
		if a.May(f.Need) {
			out = append(out, f)
		}
	}
	return out
}

// Label is the translation key of a field.
func (d *Def) Label(key string) string { return d.Name + ".field." + key }

// ChoiceLabel is the translation key of a choice's value.
func (d *Def) ChoiceLabel(key, value string) string { return d.Name + "." + key + "." + value }

func bad(path, key string, args ...any) error { return errs.Bad(path, key, args...) }

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
	if b.ranked != nil {
		rows, err = b.runRanked(ctx, limit+1)
	} else {
		rows, err = b.run(ctx, "", b.after(), limit+1)
	}
	if err != nil {
		return Page{}, err
	}
	p := Page{Columns: b.columns}
	if len(rows) > limit {
		rows = rows[:limit]
		p.Next = rows[limit-1].cursor(b.sortKey)
	}
	for _, r := range rows {
		p.Rows = append(p.Rows, r.Row)
	}
	return p, nil
}

// Count returns how many rows q matches, counted up to bound: bound+1 stands for
// "more than bound".
func (d *Def) Count(ctx context.Context, tx *db.Tx, q Query, bound int) (int, error) {
	b, err := d.build(ctx, tx, Query{Filters: q.Filters})
	if err != nil {
		return 0, err
	}
	var n int64
	t, _ := tx.TableOf(d.Name)
	query := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 AS one FROM %s%s LIMIT %d) x", b.from(b.few || t.Ordered), b.clause(), bound+1)
	key := fmt.Sprint(query, b.args)
	if v, ok := tx.Recall(key); ok {
		return v.(int), nil
	}
	if err := tx.Row(ctx, query, b.args, &n); err != nil {
		return 0, err
	}
	if int(n) > bound {
		tx.Remember(key, int(n), overFor)
	}
	return int(n), nil
}

// overFor is how long "more than bound" is believed without counting again: ten
// thousand rows are counted for every page else, to the same end.
const overFor = time.Minute

// IDs returns the ids of all rows that q matches, at most max, in no order.
func (d *Def) IDs(ctx context.Context, tx *db.Tx, q Query, max int) ([]int64, error) {
	b, err := d.build(ctx, tx, Query{Filters: q.Filters})
	if err != nil {
		return nil, err
	}
	var ids []int64
	err = tx.Each(ctx, fmt.Sprintf("SELECT %s FROM %s%s LIMIT %d", d.ID, b.from(b.few), b.clause(), max), b.args,
		func(rows db.Rows) error {
			var id int64
			err := rows.Scan(&id)
			ids = append(ids, id)
			return err
		})
	return ids, err
}

// options returns the values of a choice in the order of their labels.
func (d *Def) options(ctx context.Context, tx *db.Tx, f Field, lang string) ([]Option, error) {
	if f.Options != nil {
		return f.Options(ctx, tx)
	}
	l := i18n.For(lang)
	var out []Option
	for _, v := range f.Choices {
		out = append(out, Option{v, l.T(d.ChoiceLabel(f.Key, v))})
	}
	slices.SortStableFunc(out, func(a, b Option) int {
		return strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label))
	})
	return out, nil
}

// Options returns the values that a choice field offers, in the order of their
// labels.
func (d *Def) Options(ctx context.Context, tx *db.Tx, key, lang string) ([]Option, error) {
	f, ok := d.Field(key, tx.Actor)
	if !ok {
		return nil, bad(key, "list.unknown_field", "Field", key)
	}
	return d.options(ctx, tx, f, lang)
}
