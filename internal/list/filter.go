package list

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Ops are the operators of each kind; the first one is the default, which a URL
// need not name.
var Ops = map[Kind][]string{
	Text:   {"contains", "is", "not", "starts", "blank", "filled"}, // R112
	Choice: {"any", "none", "blank", "filled"},
	Date: {"on", "before", "after", "between", "today", "last", "next", "month", "year",
		"md", "due", "inmonth", "nth", "blank", "filled"},
	Stamp:  {"on", "before", "after", "between", "today", "last", "month", "year"},
	Number: {"is", "not", "less", "most", "more", "least", "between"},
	Bool:   {"is"},
	Area:   {"has", "none", "is", "least", "most"},
}

// Ops are the operators of the field.
func (f *Field) Ops() []string {
	if f.Kind == Number && f.Via != nil { // a number that a row may lack
		return append(slices.Clone(Ops[Number]), "blank", "filled")
	}
	return Ops[f.Kind]
}

// Valueless reports whether an operator stands alone: "is blank", "today".
func Valueless(op string) bool {
	return slices.Contains([]string{"blank", "filled", "today", "month", "year", "has"}, op)
}

// What one query may ask for: more is no question that a person has.
const (
	maxFilters = 50
	maxArgs    = 2000 // values and words of all filters together
	maxWords   = 20   // of one text that is looked for
	maxSort    = 6    // fields to sort by
	maxExpand  = 5    // lists that follow lists
)

// conditions renders all filters of a query, in the one way or the other.
func (b *builder) conditions(ctx context.Context, q *Query) error {
	b.where, b.filters, b.found, b.size, b.sets = nil, 0, false, 0, 0
	cond, err := b.nested(ctx, q)
	if err != nil {
		return err
	}
	if cond != "" {
		b.where = append(b.where, cond)
	}
	if len(b.args) > maxArgs {
		return bad("filter", "list.too_many", "Max", maxArgs)
	}
	if b.d.implicit(q) {
		b.where = append(b.where, b.d.Implicit)
	}
	return nil
}

// implicit reports whether Implicit belongs to a query. Who asks for a list by its
// name asks for what was put there, too.
func (d *Def) implicit(q *Query) bool {
	if d.Implicit == "" {
		return false
	}
	return !slices.ContainsFunc(q.all(), func(flt Filter) bool {
		i := slices.IndexFunc(d.Fields, func(f Field) bool { return f.Key == flt.Key })
		return flt.Key == d.ImplicitUnless || flt.Op == "any" && i >= 0 && d.Fields[i].Expand != nil
	})
}

// all returns the filters of a query, whatever bracket they are in.
func (q *Query) all() []Filter {
	out := slices.Clone(q.Filters)
	for _, g := range q.Groups {
		out = append(out, g.Filters...)
	}
	return out
}

// nested renders filters and groups of a query, "" where there are none.
func (b *builder) nested(ctx context.Context, q *Query) (string, error) {
	top, each, err := b.several(ctx, len(q.Filters)+len(q.Groups), q.Any, func(i int) (string, error) {
		if i < len(q.Filters) {
			return b.keyed(ctx, q.Filters[i])
		}
		g := q.Groups[i-len(q.Filters)]
		parts, each, err := b.several(ctx, len(g.Filters), g.Any, func(i int) (string, error) { return b.keyed(ctx, g.Filters[i]) })
		return b.alternatives(parts, g.Any, each), err
	})
	return b.alternatives(top, q.Any, each), err
}

// alternatives joins conditions. Where each is rare, it is looked up by itself: a
// database that is told "this or that" reads every row.
func (b *builder) alternatives(parts []string, any, each bool) string {
	if !any || !b.gather || !each || len(parts) < 2 {
		return joined(parts, any)
	}
	for i, p := range parts {
		parts[i] = "SELECT " + b.d.ID + " FROM " + b.d.From + " WHERE " + p
	}
	return b.d.ID + " IN (" + strings.Join(parts, " UNION ALL ") + ")"
}

func joined(parts []string, any bool) string {
	if len(parts) == 0 {
		return ""
	}
	if any {
		return "(" + strings.Join(parts, " OR ") + ")"
	}
	return "(" + strings.Join(parts, " AND ") + ")"
}

// several renders n conditions. Of alternatives every one must be rare for the whole
// to be, of what must hold together one suffices.
func (b *builder) several(ctx context.Context, n int, any bool, render func(i int) (string, error)) (out []string, each bool, err error) {
	was, size, sum := b.found, b.size, int64(0)
	defer func(either bool) { b.either = either }(b.either)
	b.either = b.either || any && n > 1
	each = n > 0
	counted := each
	for i := range n {
		if any {
			b.found, b.size = false, 0
		}
		cond, err := render(i)
		if err != nil {
			return nil, false, err
		}
		if cond != "" {
			out = append(out, cond)
		}
		each, counted, sum = each && b.found, counted && b.size > 0, sum+b.size
	}
	if any {
		b.found, b.size = was || each, size
		if counted && (size == 0 || sum < size) {
			b.size = sum
		}
	}
	return out, each, ctx.Err()
}

// keyed renders a filter of a field that the actor may know of.
func (b *builder) keyed(ctx context.Context, flt Filter) (string, error) {
	f, ok := b.d.Field(flt.Key, b.tx.Actor)
	if !ok {
		return "", bad(flt.Key, "list.unknown_field", "Field", flt.Key)
	}
	return b.filter(ctx, f, flt)
}

// filter renders one filter.
func (b *builder) filter(ctx context.Context, f Field, flt Filter) (string, error) {
	if b.filters++; b.filters > maxFilters {
		return "", bad("filter", "list.too_many", "Max", maxFilters)
	}
	if flt.Op == "" && IsOwn(f.Key) {
		flt.Op = f.Ops()[0]
	}
	switch {
	case !slices.Contains(f.Ops(), flt.Op):
		return "", bad(flt.Key, "list.unknown_operator", "Operator", flt.Op, "Allowed", strings.Join(f.Ops(), ", "))
	case f.Kind == Area:
		return b.related(ctx, f, flt)
	case f.Expand != nil && (flt.Op == "any" || flt.Op == "none"):
		return b.expanded(ctx, f, flt)
	case f.Via != nil:
		return b.via(ctx, f, flt)
	}
	render := func(b *builder) (string, error) { return b.condition(ctx, f, flt) }
	if b.sieve && b.either && f.served(flt.Op) { // or every row must be fetched that is walked
		served := true
		if set, err := b.sifted(ctx, &Related{From: b.d.From, Owner: b.d.ID}, render, &served); set != "" || err != nil {
			return set, err
		}
	}
	// Where names sort, rows of a Grouped value are walked by themselves; those that begin
	// with the text by which they sort, or are of one city, always are.
	if flt.Op != "any" && b.driven(flt) {
		return render(b)
	}
	if f.served(flt.Op) || f.Grouped && flt.Op == "any" && len(b.order) > 0 && b.order[0].sql != b.d.Tie {
		if err := b.weigh(ctx, &Related{From: b.d.From}, render); err != nil {
			return "", err
		}
	}
	return render(b)
}

// served reports whether an index finds the rows of a comparison.
func (f *Field) served(op string) bool {
	switch op {
	case "any", "is":
		return f.Quick || f.Indexed
	case "starts", "on", "between", "today", "last", "next", "month", "year", "nth", "before", "after":
		return f.Indexed || f.Quick && op == "starts"
	case "due", "md", "inmonth":
		return f.MonthDay != ""
	}
	return false
}

// via compares a value of what hangs on the row. "Is not" and "is blank" mean that
// nothing hangs there which is: who has two tags hasn't "not the first".
func (b *builder) via(ctx context.Context, f Field, flt Filter) (string, error) {
	positive, not := flt, ""
	switch flt.Op {
	case "none", "not", "blank":
		positive.Op, not = map[string]string{"none": "any", "not": "is", "blank": "filled"}[flt.Op], "NOT "
	}
	var extra string
	render := func(b *builder) (string, error) {
		if positive.Op == "filled" {
			return "", nil
		}
		must := b.must
		b.must = false
		defer func() { b.must = must }()
		return b.condition(ctx, f, positive)
	}
	cond, err := render(b)
	if err != nil {
		return "", err
	}
	if not == "" && f.served(flt.Op) {
		if err := b.weigh(ctx, f.Via, render); err != nil {
			return "", err
		}
	}
	if not == "" && f.Index != "" && flt.Op == "contains" && len(flt.Values) == 1 {
		word, err := b.word(ctx, f, flt.Op, flt.Values[0])
		if err != nil {
			return "", err
		}
		if extra, err = b.indexed(ctx, f, strings.Fields(word)); err != nil {
			return "", err
		}
	}
	hold := b.holds(f.Via, cond)
	if f.Via.Once && b.guesses() {
		if hold, err = b.once(ctx, f.Via, cond, render); err != nil {
			return "", err
		}
	}
	return not + hold + extra, nil
}

// expanded renders a choice of which a value may stand for a query of its own.
func (b *builder) expanded(ctx context.Context, f Field, flt Filter) (string, error) {
	if b.depth >= maxExpand {
		return "", bad(f.Key, "list.too_deep")
	}
	var parts, plain []string
	for _, v := range flt.Values {
		q, err := f.Expand(ctx, b.tx, v)
		if err != nil {
			return "", err
		}
		if q == nil {
			plain = append(plain, v)
			continue
		}
		b.depth++
		if b.d, err = b.d.asked(ctx, b.tx, q); err != nil {
			return "", err
		}
		must := b.must
		b.must = must && flt.Op == "any" && len(flt.Values) == 1
		cond, err := b.nested(ctx, q)
		b.must = must
		b.depth--
		if err != nil {
			return "", err
		}
		if cond == "" {
			cond = "(1 = 1)"
		}
		if b.d.implicit(q) {
			cond = "(" + cond + " AND " + b.d.Implicit + ")"
		}
		parts = append(parts, cond)
	}
	if len(plain) > 0 {
		f.Expand = nil
		cond, err := b.filter(ctx, f, Filter{Key: flt.Key, Op: "any", Values: plain})
		if err != nil {
			return "", err
		}
		parts = append(parts, cond)
	}
	if len(parts) == 0 {
		return "", bad(f.Key, "list.needs_value")
	}
	if flt.Op == "none" { // a comparison with what isn't known leaves the row out of the list
		return "(" + strings.Join(parts, " OR ") + ") IS NOT TRUE", nil
	}
	return "(" + strings.Join(parts, " OR ") + ")", nil
}

func (b *builder) condition(ctx context.Context, f Field, flt Filter) (string, error) {
	switch flt.Op {
	case "blank":
		return b.blank(f), nil
	case "filled":
		return "NOT " + b.blank(f), nil
	}
	if (len(flt.Values) == 0 || strings.TrimSpace(flt.Values[0]) == "") && !Valueless(flt.Op) || len(flt.Values) > 200 {
		return "", bad(f.Key, "list.needs_value")
	}
	if len(flt.Values) > 1 && f.Kind != Text && !slices.Contains([]string{"any", "none", "between"}, flt.Op) {
		return "", bad(f.Key, "list.needs_one")
	}
	switch f.Kind {
	case Text:
		return b.text(ctx, f, flt)
	case Date, Stamp:
		return b.dated(ctx, f, flt)
	}
	var marks []string
	for _, v := range flt.Values {
		m, err := b.value(f, v)
		if err != nil {
			return "", err
		}
		if err := b.there(ctx, f, v); err != nil {
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
		return fmt.Sprintf("(%[1]s >= %[2]s AND %[1]s <= %[3]s)", f.SQL, marks[0], marks[1]), nil
	}
	sym := map[string]string{"is": "=", "not": "<>", "less": "<", "more": ">", "most": "<=", "least": ">="}[flt.Op]
	return "(" + f.SQL + " " + sym + " " + marks[0] + ")", nil
}

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
	}
	return "", bad(f.Key, "error.choice", "Allowed", "")
}

func (b *builder) number(f Field, s string) (string, error) {
	if f.Scale > 0 {
		s = shifted(s, f.Scale)
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return "", bad(f.Key, "error.number")
	}
	return b.arg(n), nil
}
