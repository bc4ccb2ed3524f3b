// Package list turns one declaration of an entity's fields into its list page:
// columns, filters, sorting, keyset paging and the parameters of the API.
//
// A Query may combine filters with AND and OR on two levels, and ask for what hangs
// on a row: clients that have a traveler of whom something is true (R111). It is run
// in one of two ways. Walking reads a stretch of an index in the order of the sort and
// keeps what matches: quick when much matches. Gathering finds everything that matches,
// then sorts it: quick when little does. Which it is can't be known before, so the walk
// is tried first and is short (walk.go).
//
// Only what a Def declares can be asked for: an unknown field, operator or sort is
// refused, and no text of a user ever becomes SQL.
package list

import (
	"context"
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
	Area   Kind = "area" // what hangs on the row: see Field.Area
)

// A Field is something that a user can show, filter or sort by.
type Field struct {
	Key   string // stable name: URL, saved view, API; translation key is Def.Name + ".field." + Key
	Kind  Kind
	Group string // part of the menu of fields: label key "list.group." + Group, "main" where empty
	SQL   string // expression over Def.From that filters compare with
	Show  string // expression that is shown, SQL where empty
	Sort  string // expression to sort by, never NULL; "" can't be sorted
	Need  string // right without which the field doesn't exist
	As    string // how a text is written out: "phone", "country", "countries", "language", "" as it is

	Choices []string // of a Choice: stored values; label key is Def.Name + "." + Key + "." + value
	Options func(context.Context, *db.Tx) ([]Option, error)
	Listed  func(ctx context.Context, tx *db.Tx, lang string) ([]Option, error) // instead: Options whose labels are translated
	// Known is the label of a value, be it one that Options doesn't offer any more; "" for
	// one that is gone. A filter that names such a one is refused, where Known is set: "none
	// of these" would show everybody.
	Known func(ctx context.Context, tx *db.Tx, value string) (string, error)

	Folded  bool     // of a Text: SQL is a folded column, so the value is folded too
	Loose   bool     // of a Text: compared without case and accents, though SQL isn't folded
	Keyed   bool     // of a Text: SQL is a key (fold.Key), in which punctuation is spaces: so it is in values
	Among   string   // of a Loose Text: an indexed key that begins with the key of this text, and goes on
	Reach   bool     // of a Text: SQL is a phone number, an e-mail or another address in its normal form
	Index   string   // of a Text: the declared table whose search column contains SQL's text
	Whole   string   // of a Text whose SQL holds the first Clip characters: expression of all of it
	Clip    int      //
	Within  string   // of a Text in whose order rows are walked: SQLite's trigrams of what follows its first letter
	Via     *Related // SQL is of what hangs on the row: a tag, a phone; only its rows matter
	NoShow  bool     // only a filter
	Numeric bool     // of a Choice: values are ids

	MonthDay string // of a Date: expression of "06-12", worked out where empty

	// Indexed says that an index gives the rows in the order of Sort, Grouped that one
	// gives those of a value in the order of Def.Tie, Quick that one finds a value. Tied
	// says that the index of an Indexed one goes on by Def.Tie, by which equal values sort.
	// Near says of a field of what hangs on a row that its index tells Related.NearKey.
	Indexed, Grouped, Quick, Tied, Near bool

	// Bulk is the column of the record that may be set on many rows at once (R120),
	// "" for none.
	Bulk string

	// Of a field that the agency has defined itself: its name, and the values of a Choice
	// with their labels, in a language; what makes a value of that which Show gives; how
	// many decimals a Number has, of which SQL is the integer; what tidies a value that
	// many rows are set to.
	Title  func(lang string) string
	Values func(lang string) []Option
	Read   func(shown any) any
	Scale  int
	Tidy   func(value string) (string, error)

	// Area tells of a field of that kind what can be asked.
	Area *Related

	// Offered, where set, says whether menus offer the field to the agency. What names it
	// already, such as a saved view, goes on to work.
	Offered func(ctx context.Context, tx *db.Tx) (bool, error)

	// Expand turns a value of a Choice into a query whose rows it stands for: a list
	// that follows its filter. Nil means that the value is compared as any other.
	Expand func(ctx context.Context, tx *db.Tx, value string) (*Query, error)
}

// Related is what hangs on the rows of a list: their travelers, communications, tags.
type Related struct {
	From  string // rows with {tables} in braces, under the alias that Def's fields use
	Owner string // expression of From that is the id of the row they hang on
	Cond  string // condition that always holds, "" for none
	Def   *Def   // the fields that can be asked of them; only filters matter

	// Near, where set, are rows with which most of those of From can be told by an index
	// alone: NearOwner is the owner of such a row, NULL where only From knows it. Both
	// have the alias that Def's fields use. NearKey is the owner's Def.Tie, from the same
	// index.
	Near, NearOwner, NearKey string

	// None is a condition of the row on which nothing hangs, "" where there is none whose
	// rows an index gives in the order of Def.Tie.
	None string

	// Once has PostgreSQL make the set of owners once and look rows up in it, whatever
	// it guesses: fresh tables, of which it knows nothing, are else compared row by row.
	Once bool
}

// An Option is a value that can be chosen, in the order of its label.
type Option struct {
	Value, Label string
	Off          bool // records may have it, but it can't be chosen any more
}

// A Def declares one list.
type Def struct {
	Name    string // noun: translation keys, URL, view
	From    string // with {tables} in braces
	ID      string // "c.id"
	Tie     string // unique-enough second sort key, "c.name_key"; "" for none
	Fields  []Field
	Filters []string // keys of the filters that stand there from the start (R108, L03)
	Columns []string // keys of the columns shown from the start
	Drive   []string // keys of Grouped fields, the one that leaves fewest rows first
	Sort    string   // default sort: "name" or "-created"

	// Implicit is added to every query that doesn't filter by the field named in
	// ImplicitUnless (R073: excluded customer types stay out unless asked for).
	Implicit, ImplicitUnless string

	// Extra finds the fields that the agency has defined itself and the actor sees. Their
	// keys begin with OwnPrefix; they are asked for only where one of them is named.
	Extra func(ctx context.Context, tx *db.Tx) ([]Field, error)
}

// A Filter compares a field with values, or asks for what hangs on a row.
type Filter struct {
	Key    string   `json:"key"`
	Op     string   `json:"op"`
	Values []string `json:"values,omitempty"`
	Where  []Filter `json:"where,omitempty"` // of an Area: all of which must hold of one of its rows

	later bool // of a text that contains a word: it doesn't begin with it (split.go)
}

// A Group is a bracket of filters.
type Group struct {
	Any     bool     `json:"any,omitempty"` // one of them is enough, else all must hold
	Filters []Filter `json:"filters"`
}

// A Query is what the user asked for. A saved view is a stored Query.
type Query struct {
	Any     bool     `json:"any,omitempty"` // one of Filters and Groups is enough, else all must hold
	Filters []Filter `json:"filters,omitempty"`
	Groups  []Group  `json:"groups,omitempty"`
	Sort    string   `json:"sort,omitempty"` // "name,-created"
	Columns []string `json:"columns,omitempty"`

	Limit  int            `json:"-"` // rows of a page, 1 to 200; 0 is 50
	Cursor string         `json:"-"` // what Page.Next gave
	Lang   string         `json:"-"` // labels by which choices are sorted
	Zone   *time.Location `json:"-"` // in which days begin; that of ZoneOf where nil
}

// Filtered reports whether q asks for less than everything.
func (q *Query) Filtered() bool { return len(q.Filters)+len(q.Groups) > 0 }

// Narrow is the query for what both q and more ask for. A sort, columns and a place of
// more take the place of those of q. Brackets have two levels: where they don't do, it is
// an error.
func (q Query) Narrow(more Query) (Query, error) {
	q.Filters, q.Groups = slices.Clone(q.Filters), slices.Clone(q.Groups)
	if more.Sort != "" {
		q.Sort = more.Sort
	}
	if len(more.Columns) > 0 {
		q.Columns = more.Columns
	}
	q.Cursor = more.Cursor
	switch {
	case !more.Filtered():
	case !q.Filtered():
		q.Any, q.Filters, q.Groups = more.Any, more.Filters, more.Groups
	case !q.Any && !more.Any:
		q.Filters, q.Groups = append(slices.Clone(more.Filters), q.Filters...), append(slices.Clone(more.Groups), q.Groups...)
	case len(q.Groups) == 0 && !more.Any: // the alternatives become a bracket
		q.Groups = append(slices.Clone(more.Groups), Group{Any: true, Filters: q.Filters})
		q.Any, q.Filters = false, more.Filters
	case len(more.Groups) == 0 && !q.Any:
		q.Groups = append(q.Groups, Group{Any: true, Filters: more.Filters})
	case len(more.Groups) == 0 && len(q.Groups) == 0:
		q.Groups = []Group{{Any: true, Filters: q.Filters}, {Any: true, Filters: more.Filters}}
		q.Any, q.Filters = false, nil
	default:
		return q, bad("where", "list.too_deep")
	}
	return q, nil
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

// options returns the values of a choice in the order of their labels.
func (d *Def) options(ctx context.Context, tx *db.Tx, f Field, lang string) ([]Option, error) {
	if f.Options != nil {
		return f.Options(ctx, tx)
	}
	if f.Values != nil {
		return f.Values(lang), nil
	}
	if f.Listed != nil {
		return f.Listed(ctx, tx, lang)
	}
	l := i18n.For(lang)
	var out []Option
	for _, v := range f.Choices {
		out = append(out, Option{Value: v, Label: l.T(d.ChoiceLabel(f.Key, v))})
	}
	slices.SortStableFunc(out, func(a, b Option) int {
		return strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label))
	})
	return out, nil
}

// Options returns the values that a choice field offers, in the order of their
// labels.
func (d *Def) Options(ctx context.Context, tx *db.Tx, key, lang string) ([]Option, error) {
	d, err := d.Knowing(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	f, ok := d.Field(key, tx.Actor)
	if !ok {
		return nil, bad(key, "list.unknown_field", "Field", key)
	}
	return d.options(ctx, tx, f, lang)
}
