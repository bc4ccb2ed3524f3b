package web

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// maxRows bounds the rows of a form of filters.
const maxRows = 60

// filterEditor reads filters from a form and writes them into one. A filter has the
// names key, op, v (values), to (end of a range), days, month and n (count) behind a
// prefix; what is asked of an area stands behind "w".
type filterEditor struct {
	p        *Page
	v        *listView
	f        Form
	ctx      context.Context
	tx       *db.Tx
	strict   bool              // what is wrong is noted: the form is being applied
	problems map[string]string // by prefix
	failed   error             // of a look whether a field is offered
}

// slotOf names the control from which an operator takes its value.
func slotOf(f list.Field, op string) string {
	switch {
	case list.Valueless(op):
		return ""
	case f.Kind == list.Area:
		if op == "none" {
			return ""
		}
		return "n"
	case slices.Contains([]string{"last", "next", "due", "nth"}, op):
		return "days"
	case op == "inmonth":
		return "month"
	}
	return "v"
}

// opsOf are the operators that make sense of a field: of a code, what it is and not
// what it contains.
func opsOf(f list.Field) []string {
	if f.Kind == list.Text && (f.As == "country" || f.As == "language") {
		return []string{"is", "not", "blank", "filled"}
	}
	return f.Ops()
}

// readList reads the filters of a bracket, without the one whose button was pressed,
// with the one that was added.
func (e *filterEditor) readList(d *list.Def, scope string) (out []list.Filter) {
	for i := 0; i < maxRows; i++ {
		prefix := scope + strconv.Itoa(i)
		if !e.f.Has(prefix + ".key") {
			break
		}
		if e.f.Str("_drop") == prefix {
			continue
		}
		if flt, ok := e.read(d, prefix); ok {
			out = append(out, flt)
		}
	}
	if e.f.Str("_add") == scope {
		if f, ok := d.Field(e.f.Str(scope+".new"), e.p.Actor); ok {
			out = append(out, list.Filter{Key: f.Key, Op: opsOf(f)[0]})
		}
	}
	return out
}

// read reads one filter; it reports false where the field doesn't exist.
func (e *filterEditor) read(d *list.Def, prefix string) (list.Filter, bool) {
	f, ok := d.Field(e.f.Str(prefix+".key"), e.p.Actor)
	if !ok {
		return list.Filter{}, false
	}
	flt := list.Filter{Key: f.Key, Op: e.f.Str(prefix + ".op")}
	if !slices.Contains(f.Ops(), flt.Op) {
		flt.Op = opsOf(f)[0]
	}
	slot := slotOf(f, flt.Op)
	if slot != "" {
		for _, v := range e.f.All(prefix + "." + slot) {
			if v = strings.TrimSpace(v); v != "" {
				flt.Values = append(flt.Values, e.typed(f, flt.Op, slot, v))
			}
		}
	}
	if flt.Op == "between" {
		if v := e.f.Str(prefix + ".to"); v != "" {
			flt.Values = append(flt.Values, e.typed(f, flt.Op, slot, v))
		}
	}
	if f.Kind == list.Area {
		flt.Where = e.readList(f.Area.Def, prefix+".w")
	}
	if e.strict {
		if key, args := wrongValue(f, flt, slot); key != "" {
			e.problems[prefix] = e.p.T(key, args...)
		}
	}
	return flt, true
}

// typed turns what a person types into the stored form of a value.
func (e *filterEditor) typed(f list.Field, op, slot, v string) string {
	switch {
	case slot == "v" && f.Kind == list.Number:
		return e.p.L.Ungroup(v)
	case slot != "v" || f.Kind != list.Date && f.Kind != list.Stamp:
		return v
	}
	d, ok := date.Parse(v, date.OrderFor(e.p.Agency.Country))
	switch {
	case !ok:
		return v
	case op == "md":
		return d.MonthDay()
	}
	return string(d)
}

// wrongValue says what is wrong with the values of a filter, as the engine would.
func wrongValue(f list.Field, flt list.Filter, slot string) (string, []any) {
	switch {
	case slot == "":
		return "", nil
	case len(flt.Values) == 0:
		return "list.needs_value", nil
	case flt.Op == "between" && len(flt.Values) != 2:
		return "list.needs_two", nil
	}
	most := 36500
	if flt.Op == "due" {
		most = 366
	}
	for _, v := range flt.Values {
		n, err := strconv.Atoi(v)
		switch {
		case slot == "days" && (err != nil || n < 0 || n > most):
			return "list.needs_days", []any{"Max", most}
		case slot == "month" && (err != nil || n < 1 || n > 12):
			return "list.needs_month", nil
		case f.Scale > 0:
			if _, err := strconv.ParseFloat(strings.Replace(v, ",", ".", 1), 64); err != nil {
				return "error.number", nil
			}
		case (slot == "n" || f.Kind == list.Number) && err != nil:
			return "error.number", nil
		case slot == "v" && f.Kind != list.Date && f.Kind != list.Stamp:
		case slot != "v":
		case flt.Op == "md":
			if !date.Date("--" + v).Valid() {
				return "error.date", nil
			}
		case !date.Date(v).Valid(), !date.Date(v).HasYear() && (flt.Op != "on" || f.Kind == list.Stamp):
			return "error.date", nil
		}
	}
	return "", nil
}

// condition writes one filter into a form; alone is the editor of this one.
func (e *filterEditor) condition(d *list.Def, prefix string, flt list.Filter, alone bool) (ui.Condition, error) {
	p := e.p
	f, ok := d.Field(flt.Key, p.Actor)
	if !ok {
		return ui.Condition{L: p.L, Prefix: prefix, Key: flt.Key, Label: flt.Key, Error: p.T("list.unknown_field", "Field", flt.Key)}, nil
	}
	c := ui.Condition{L: p.L, Prefix: prefix, Key: f.Key, Label: d.Title(p.L, f.Key), Op: flt.Op, Error: e.problems[prefix]}
	ops := opsOf(f)
	if flt.Op != "" && !slices.Contains(ops, flt.Op) {
		ops = append(slices.Clone(ops), flt.Op)
	}
	for _, op := range ops {
		c.Ops = append(c.Ops, ui.Option{Value: op, Label: opLabel(p, f, op)})
	}
	if c.Op == "" {
		c.Op = ops[0]
	}
	c.Radio = alone && len(ops) <= 6 && f.Kind != list.Area
	var err error
	if f.Kind == list.Area {
		n := ui.Input{Field: ui.Field{Name: prefix + ".n", Label: p.T("listpage.how_many"), NoLabel: true}, Value: first1(flt.Values), InputMode: "numeric", MaxLength: 6}
		c.Slots = []ui.Slot{{Name: "n", Comp: n}}
		c.Area = &ui.Bracket{L: p.L, Scope: prefix + ".w", Label: p.T("listpage.of_which"), Add: p.T("listpage.add_condition"),
			Fields: fieldOptions(p, f.Area.Def, func(g list.Field) bool {
				return (g.Kind != list.Area || !strings.Contains(prefix, "w")) && e.offered(g)
			})}
		c.Area.Items, err = e.conditions(f.Area.Def, prefix+".w", flt.Where)
		return c, err
	}
	c.Slots, err = e.slots(d, f, prefix, flt, c.Op)
	return c, err
}

func opLabel(p *Page, f list.Field, op string) string {
	if f.Kind == list.Area {
		return p.T("listpage.area." + op)
	}
	return p.T("list.op." + op)
}

func first1(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// slots are the controls of the values of a field.
func (e *filterEditor) slots(d *list.Def, f list.Field, prefix string, flt list.Filter, op string) ([]ui.Slot, error) {
	p := e.p
	mine := func(slot string) []string { // the values, where the operator takes them from this control
		if slotOf(f, op) == slot {
			return flt.Values
		}
		return nil
	}
	vals := mine("v")
	field := func(name, label string) ui.Field { return ui.Field{Name: prefix + "." + name, Label: p.T(label)} }
	value := field("v", "list.value")
	second := ""
	if len(vals) > 1 {
		second = vals[1]
	}
	switch f.Kind {
	case list.Choice:
		opts, err := d.Options(e.ctx, e.tx, f.Key, p.L.Lang())
		if err != nil {
			return nil, err
		}
		return []ui.Slot{{Name: "v", Comp: choiceTicks(value, opts, vals)}}, nil
	case list.Bool:
		return []ui.Slot{{Name: "v", Comp: ui.Segmented{Field: value, Value: orStr(first1(vals), "true"), Small: true,
			Options: []ui.Option{{Value: "true", Label: p.T("common.yes")}, {Value: "false", Label: p.T("common.no")}}}}}, nil
	case list.Number:
		if f.Scale > 0 {
			return []ui.Slot{{Name: "v", Comp: ui.Input{Field: value, Value: first1(vals), InputMode: "decimal", Autocomplete: "off"}},
				{Name: "to", Comp: ui.Input{Field: field("to", "list.value_to"), Value: second, InputMode: "decimal", Autocomplete: "off"}}}, nil
		}
		return []ui.Slot{{Name: "v", Comp: ui.Input{Field: value, Value: first1(vals), InputMode: "numeric", Autocomplete: "off"}},
			{Name: "to", Comp: ui.Input{Field: field("to", "list.value_to"), Value: second, InputMode: "numeric", Autocomplete: "off"}}}, nil
	case list.Date, list.Stamp:
		out := []ui.Slot{{Name: "v", Comp: p.dateField(value, p.typedValue(first1(vals)), false)},
			{Name: "to", Comp: p.dateField(field("to", "list.value_to"), p.typedValue(second), false)},
			{Name: "days", Comp: ui.Input{Field: field("days", "listpage.number"), Value: first1(mine("days")), InputMode: "numeric", Autocomplete: "off", MaxLength: 5}}}
		if f.Kind == list.Date {
			months := []ui.Option{}
			for m := time.January; m <= time.December; m++ {
				months = append(months, ui.Option{Value: strconv.Itoa(int(m)), Label: p.L.Month(m)})
			}
			out = append(out, ui.Slot{Name: "month", Comp: ui.Select{Field: field("month", "listpage.month"), Value: first1(mine("month")), Options: months}})
		}
		return out, nil
	}
	return e.textSlots(f, value, vals), nil
}

// textSlots take a text, or each of several; codes are chosen.
func (e *filterEditor) textSlots(f list.Field, field ui.Field, vals []string) (out []ui.Slot) {
	var codes []ui.Option
	switch f.As {
	case "country", "countries":
		codes = e.p.countries()
	case "language":
		codes = e.p.languages()
	}
	if len(vals) == 0 {
		vals = []string{""}
	}
	for i, v := range vals {
		one := field
		if i > 0 {
			one.Label, one.NoLabel = field.Label+" "+strconv.Itoa(i+1), true
			one.ID = "f-" + strings.ReplaceAll(field.Name, ".", "-") + "-" + strconv.Itoa(i)
		}
		var c templ.Component = ui.Input{Field: one, Value: v, Autocomplete: "off"}
		if codes != nil {
			c = ui.Select{Field: one, Value: v, Options: withOption(codes, v, v), HasNone: true}
		}
		out = append(out, ui.Slot{Name: "v", Comp: c})
	}
	return out
}

// choiceTicks are the values of a choice, each with a box; of more than fit in the box
// the chosen ones first.
func choiceTicks(field ui.Field, opts []list.Option, vals []string) templ.Component {
	t := ui.Ticks{Field: field, Values: vals}
	var rest []ui.Option
	for _, o := range opts {
		to := &rest
		if len(opts) <= 3 || slices.Contains(vals, o.Value) {
			to = &t.Options
		}
		*to = append(*to, ui.Option{Value: o.Value, Label: o.Label})
	}
	t.Options = append(t.Options, rest...)
	return t
}

func orStr(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// typedValue writes a stored date as people type it; "03-12" is a day of every year,
// and what isn't a date stays as it was typed.
func (p *Page) typedValue(v string) string {
	for _, d := range []date.Date{date.Date(v), date.Date("--" + v)} {
		if v != "" && d.Valid() {
			return p.typedDate(d)
		}
	}
	return v
}
