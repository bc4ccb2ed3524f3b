package list

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/fold"
)

// Ops are the operators of each kind; the first one is the default, which a URL
// need not name.
var Ops = map[Kind][]string{
	Text:   {"contains", "is", "not", "starts", "blank", "filled"}, // R112
	Choice: {"any", "none", "blank", "filled"},
	Date:   {"on", "before", "after", "between", "md", "blank", "filled"},
	Stamp:  {"on", "before", "after", "between"},
	Number: {"is", "not", "less", "most", "more", "least", "between"},
	Bool:   {"is"},
}

// What one query may ask for: more is no question that a person has.
const (
	maxFilters = 50
	maxArgs    = 2000 // values and words of all filters together
	maxWords   = 20   // of one text that is looked for
	maxSort    = 6    // fields to sort by
)

// Parse reads filters from URL parameters: "name=kow", "name.starts=kow",
// "advisor=3&advisor=4", "phone.blank=1". A form without script sends the operator
// beside the value instead: "op.name=starts&name=kow". Parameters that name no
// field are left alone, so that others can share the query string; empty values
// are no filter.
func (d *Def) Parse(v url.Values, a db.Actor) ([]Filter, error) {
	var out []Filter
	keys := make([]string, 0, len(v))
	for k := range v {
		if name, ok := strings.CutPrefix(k, "op."); ok {
			if v.Has(name) && slices.ContainsFunc(v[name], func(s string) bool { return strings.TrimSpace(s) != "" }) || !valueless(v.Get(k)) {
				continue // the value's own parameter brings the filter
			}
			k = name + "." + v.Get(k)
			v = with(v, k, "1")
		}
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		name, op, dotted := strings.Cut(k, ".")
		f, ok := d.Field(name, a)
		if !ok {
			if dotted {
				return nil, bad(k, "list.unknown_field", "Field", name)
			}
			continue
		}
		if op == "" {
			op = v.Get("op." + name)
		}
		if op == "" {
			op = Ops[f.Kind][0]
		}
		vals := slices.DeleteFunc(slices.Clone(v[k]), func(s string) bool { return strings.TrimSpace(s) == "" })
		if len(vals) == 0 {
			continue
		}
		if op != "between" && (f.Kind == Date || f.Kind == Stamp || f.Kind == Number) {
			vals = vals[:1]
		}
		out = append(out, Filter{name, op, vals})
	}
	return out, nil
}

// valueless reports whether an operator stands alone.
func valueless(op string) bool { return op == "blank" || op == "filled" }

func with(v url.Values, key, value string) url.Values {
	out := url.Values{}
	for k, vals := range v {
		out[k] = vals
	}
	out.Set(key, value)
	return out
}

// Encode is the inverse of Parse.
func (d *Def) Encode(filters []Filter) url.Values {
	v := url.Values{}
	for _, flt := range filters {
		i := slices.IndexFunc(d.Fields, func(f Field) bool { return f.Key == flt.Key })
		key := flt.Key
		if i < 0 || Ops[d.Fields[i].Kind][0] != flt.Op {
			key += "." + flt.Op
		}
		v[key] = append(v[key], flt.Values...)
	}
	return v
}

func (b *builder) filters(ctx context.Context, list []Filter) error {
	if len(list) > maxFilters {
		return bad("filter", "list.too_many", "Max", maxFilters)
	}
	implicit := b.d.Implicit != ""
	for _, flt := range list {
		f, ok := b.d.Field(flt.Key, b.tx.Actor)
		if !ok {
			return bad(flt.Key, "list.unknown_field", "Field", flt.Key)
		}
		if !slices.Contains(Ops[f.Kind], flt.Op) {
			return bad(flt.Key, "list.unknown_operator", "Operator", flt.Op, "Allowed", strings.Join(Ops[f.Kind], ", "))
		}
		if flt.Key == b.d.ImplicitUnless {
			implicit = false
		}
		cond, err := b.condition(ctx, f, flt)
		if err != nil {
			return err
		}
		if f.Where != "" {
			cond = strings.Replace(f.Where, "%s", cond, 1)
		}
		b.where = append(b.where, cond)
	}
	if implicit {
		b.where = append(b.where, b.d.Implicit)
	}
	return nil
}

func (b *builder) condition(ctx context.Context, f Field, flt Filter) (string, error) {
	switch flt.Op {
	case "blank":
		return b.blank(f), nil
	case "filled":
		return "NOT " + b.blank(f), nil
	}
	if len(flt.Values) == 0 || len(flt.Values) > 200 {
		return "", bad(f.Key, "list.needs_value")
	}
	if f.Kind == Text {
		return b.text(ctx, f, flt)
	}
	var marks []string
	for _, v := range flt.Values {
		m, err := b.value(f, v)
		if err != nil {
			return "", err
		}
		marks = append(marks, m)
	}
	switch flt.Op {
	case "any":
		return f.SQL + " IN (" + strings.Join(marks, ", ") + ")", nil
	case "none":
		return "(" + f.SQL + " IS NULL OR " + f.SQL + " NOT IN (" + strings.Join(marks, ", ") + "))", nil
	case "between":
		if len(marks) != 2 {
			return "", bad(f.Key, "list.needs_two")
		}
		low, high := "%[1]s >= %[2]s AND ", "%[1]s <= %[3]s"
		if f.Kind == Stamp {
			high = "%[1]s < %[3]s + " + strconv.FormatInt(day, 10)
		}
		return fmt.Sprintf("("+low+high+" AND NOT %[4]s)", f.SQL, marks[0], marks[1], b.blank(f)), nil
	case "on":
		if f.Kind == Stamp {
			return fmt.Sprintf("(%[1]s >= %[2]s AND %[1]s < %[2]s + %[3]d)", f.SQL, marks[0], day), nil
		}
	case "md":
		return "substr(" + f.SQL + ", length(" + f.SQL + ") - 4) = " + marks[0], nil
	case "after":
		if f.Kind == Stamp {
			return fmt.Sprintf("%s >= %s + %d", f.SQL, marks[0], day), nil
		}
	}
	sym := map[string]string{"is": "=", "on": "=", "not": "<>", "before": "<", "less": "<", "after": ">", "more": ">", "most": "<=", "least": ">="}[flt.Op]
	return "(" + f.SQL + " " + sym + " " + marks[0] + " AND NOT " + b.blank(f) + ")", nil
}

// day is a day in microseconds.
const day = int64(24 * time.Hour / time.Microsecond)

func (b *builder) blank(f Field) string {
	switch f.Kind {
	case Text, Date:
		return "(" + f.SQL + " = '')"
	case Choice:
		if !f.Numeric {
			return "(" + f.SQL + " = '')"
		}
	}
	return "(" + f.SQL + " IS NULL)"
}

// value binds one value of a field that isn't a text.
func (b *builder) value(f Field, s string) (string, error) {
	s = strings.TrimSpace(s)
	switch f.Kind {
	case Choice:
		if f.Numeric {
			return b.number(f, s)
		}
		if f.Choices != nil && !slices.Contains(f.Choices, s) {
			return "", bad(f.Key, "error.choice", "Allowed", strings.Join(f.Choices, ", "))
		}
		return b.arg(s), nil
	case Number:
		return b.number(f, s)
	case Bool:
		v, err := strconv.ParseBool(s)
		if err != nil {
			return "", bad(f.Key, "error.choice", "Allowed", "true, false")
		}
		return b.arg(v), nil
	case Stamp:
		t, err := time.Parse(time.DateOnly, s)
		if err != nil {
			return "", bad(f.Key, "error.date")
		}
		return b.arg(t.UnixMicro()), nil
	}
	if len(s) == len("01-02") {
		if _, err := time.Parse("2006-01-02", "2000-"+s); err == nil {
			return b.arg(s), nil
		}
	}
	if !date.Date(s).Valid() { // "2001-06-12", or "--06-12" where the year isn't known
		return "", bad(f.Key, "error.date")
	}
	return b.arg(s), nil
}

func (b *builder) number(f Field, s string) (string, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return "", bad(f.Key, "error.number")
	}
	return b.arg(n), nil
}

// text compares a text field. Several values are alternatives, except that "not"
// excludes each.
func (b *builder) text(ctx context.Context, f Field, flt Filter) (string, error) {
	var parts []string
	for _, v := range flt.Values {
		v = strings.TrimSpace(v)
		if f.Folded {
			v = fold.Fold(v)
		}
		cond := ""
		switch flt.Op {
		case "is":
			cond = f.SQL + " = " + b.arg(v)
		case "not":
			cond = f.SQL + " <> " + b.arg(v)
		case "starts":
			m := b.arg(v)
			cond = "(" + f.SQL + " >= " + m + " AND " + f.SQL + " < " + b.arg(v+"\U0010FFFF") + ")"
		case "contains":
			var err error
			if cond, err = b.contains(ctx, f, v); err != nil {
				return "", err
			}
		}
		parts = append(parts, cond)
	}
	if flt.Op == "not" {
		return "(" + strings.Join(parts, " AND ") + ")", nil
	}
	return "(" + strings.Join(parts, " OR ") + ")", nil
}

// contains finds every word of v in the field, in any order. Where the field has
// a trigram index and the words are rare it goes through the index; where they
// are common, walking the sort order finds a page sooner than sorting thousands.
func (b *builder) contains(ctx context.Context, f Field, v string) (string, error) {
	var conds []string
	words := strings.Fields(v)
	switch {
	case len(words) == 0: // nothing but marks that folding takes off
		return "", bad(f.Key, "list.needs_value")
	case len(words) > maxWords:
		return "", bad(f.Key, "list.too_many_words", "Max", maxWords)
	}
	for _, w := range words {
		conds = append(conds, Contains(b.tx, f.SQL, b.arg(Pattern(b.tx, w))))
	}
	if f.Index == "" || b.few {
		return "(" + strings.Join(conds, " AND ") + ")", nil
	}
	if b.tx.Dialect() == db.Postgres {
		t := strings.TrimSuffix(f.SQL, f.SQL[strings.LastIndex(f.SQL, ".")+1:])
		for _, w := range words {
			conds = append(conds, t+"search LIKE "+b.arg(Pattern(b.tx, w)))
		}
		return "(" + strings.Join(conds, " AND ") + ")", nil
	}
	match := Match(words)
	if match == "" {
		return "(" + strings.Join(conds, " AND ") + ")", nil
	}
	var n int64
	err := b.tx.Row(ctx, fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %[1]s WHERE %[1]s MATCH $1 LIMIT %[2]d)", f.Index, rare),
		[]any{match}, &n)
	if err != nil {
		return "", err
	}
	if n < rare {
		conds = append(conds, fmt.Sprintf("%[1]s IN (SELECT rowid FROM %[2]s WHERE %[2]s MATCH %[3]s)", b.d.ID, f.Index, b.arg(match)))
	}
	return "(" + strings.Join(conds, " AND ") + ")", nil
}

// rare is the number of matches below which the trigram index is used.
const rare = 3000

// Pattern is the argument of Contains for a folded word.
func Pattern(tx *db.Tx, word string) string {
	if tx.Dialect() == db.SQLite {
		return word
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(word) + "%"
}

// Contains is the condition that an expression contains the word bound at mark as
// Pattern made it.
func Contains(tx *db.Tx, expr, mark string) string {
	if tx.Dialect() == db.SQLite {
		return "instr(" + expr + ", " + mark + ") > 0"
	}
	return expr + " LIKE " + mark
}
