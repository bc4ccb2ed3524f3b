package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// mostPicks is how many values of a list are all in sight; longer lists are typed.
const mostPicks = 20

// tasteForm edits one category. Every field says in "<key>.version" what it was made
// from, so that what somebody else changed meanwhile is noticed per field.
func (v *recordView) tasteForm(category string) templ.Component {
	p := v.p
	title := p.T("preference.card_of", "Category", p.T("preference.category."+category))
	const id = "preferences"
	back := v.path() + "?card=preferences-" + category
	box := ui.EditCard{L: p.L, ID: id, Title: title, Action: v.path() + "/preferences", Fields: true,
		Attrs: templ.Attributes{"hx-post": v.path() + "/preferences", "hx-target": "#" + id, "hx-swap": "outerHTML"},
		Extra: []templ.Component{ui.Button{Label: p.T("common.cancel"), Kind: "ghost", Href: back + "#" + id, Attrs: cancels, Swap: ui.Swap{Card: id, Get: back}}}}
	if v.client != nil {
		box.Note = v.person.Name()
	}
	row := ui.Hidden{Name: "_row", Value: category}
	if isStale(v.err) {
		box.Fields = false
		return within(ui.EditBox(box), append(v.conflict(0), v.tasteMarks(category)...)) // the row is carried along
	}
	content := ui.Group{v.tasteProblems(), row}
	if v.form == nil {
		content = append(content, v.tasteMarks(category)...)
	} else {
		for _, f := range traveler.PreferenceFieldsOf(category) {
			content = append(content, ui.Hidden{Name: f.Key + ".version", Value: v.form.Str(f.Key + ".version")})
		}
	}
	for _, f := range traveler.PreferenceFieldsOf(category) {
		content = append(content, ui.Hidden{Name: "_tick." + f.Key, Value: "1"}, v.tasteControl(f))
	}
	return within(ui.EditBox(box), content)
}

// tasteProblems lists what is wrong, with a link to each field.
func (v *recordView) tasteProblems() templ.Component {
	sum := ui.ErrorSummary{L: v.p.L}
	for _, e := range fieldErrors(v.err) {
		key, _, _ := strings.Cut(e.Path, "[")
		f, ok := traveler.PreferenceFieldOf(key)
		if !ok {
			return v.problems()
		}
		sum.Items = append(sum.Items, ui.FieldError{ID: v.field("preference", e.Path, 0).ID, Label: v.p.T(f.LabelKey("")), Text: v.p.T(e.Key, e.Args...)})
	}
	if len(sum.Items) == 0 {
		return v.problems()
	}
	return sum
}

// tasteMarks say what the fields are made from.
func (v *recordView) tasteMarks(category string) (out ui.Group) {
	for _, f := range traveler.PreferenceFieldsOf(category) {
		out = append(out, ui.Hidden{Name: f.Key + ".version", Value: traveler.Mark(v.tasteOf(f.Key))})
	}
	return out
}

// tasteOf are the stored values of a field.
func (v *recordView) tasteOf(key string) (out []traveler.Preference) {
	for _, p := range v.taste {
		if p.Field == key {
			out = append(out, p)
		}
	}
	return out
}

// tasteControl asks for a field in the way of its kind.
func (v *recordView) tasteControl(f traveler.PreferenceField) templ.Component {
	stored := v.tasteOf(f.Key)
	first := traveler.Preference{}
	if len(stored) > 0 {
		first = stored[0]
	}
	switch f.Kind {
	case traveler.PrefOne:
		return v.pick("preference", f.Key, first.Code, 6, v.listOptions(f, stored), true)
	case traveler.PrefYesNo:
		return v.pick("preference", f.Key, first.Code, 6, v.p.options("preference.value.", []string{"YES", "NO"}), true)
	case traveler.PrefNumber:
		n := ""
		if first.Number != 0 {
			n = strconv.FormatInt(first.Number, 10)
		}
		in := v.text("preference", f.Key, n, 6)
		in.InputMode, in.MaxLength = "numeric", 7
		return in
	case traveler.PrefText:
		a := v.area("preference", f.Key, first.Text)
		a.Rows = 2
		return a
	case traveler.PrefSeverity, traveler.PrefPlaces:
		return v.tasteRows(f, stored)
	case traveler.PrefLikes:
		return ui.Group{v.tasteTokens(f, "like", stored), v.tasteTokens(f, "avoid", stored)}
	case traveler.PrefSeveral:
		if opts := v.listOptions(f, stored); len(opts) <= mostPicks {
			return ui.Picks{Field: v.field("preference", f.Key, 0), Options: opts, Values: v.tasteValues(f, "", stored)}
		}
	}
	return v.tasteTokens(f, "", stored)
}

// listOptions are the values that the agency offers of a field's list, and those that
// the person has though they are off.
func (v *recordView) listOptions(f traveler.PreferenceField, stored []traveler.Preference) (out []ui.Option) {
	for _, o := range v.options.All(f.List) {
		if o.Active || slices.ContainsFunc(stored, func(p traveler.Preference) bool { return p.Code == o.Code }) {
			out = append(out, ui.Option{Value: o.Code, Label: o.Label(v.p.L)})
		}
	}
	return out
}

// tasteName is the name of the control for what is said in a degree.
func tasteName(f traveler.PreferenceField, degree string) string {
	if degree == "avoid" {
		return f.Key + "_avoid"
	}
	return f.Key
}

// tasteValues are what a control holds: what was typed, or what is stored.
func (v *recordView) tasteValues(f traveler.PreferenceField, degree string, stored []traveler.Preference) (out []string) {
	name := tasteName(f, degree)
	if v.form != nil && v.form.Has("_tick."+f.Key) {
		return v.form.list(name)
	}
	for _, p := range stored {
		if p.Degree == degree {
			out = append(out, p.Code+p.Text)
		}
	}
	return out
}

func (v *recordView) tasteTokens(f traveler.PreferenceField, degree string, stored []traveler.Preference) templ.Component {
	t := ui.Tokens{Field: v.field("preference", tasteName(f, degree), 0), L: v.p.L, Add: v.p.T("preference.add_value"), Only: f.List != ""}
	t.Label = v.p.T(f.LabelKey(degree))
	if degree != "" {
		t.Width = 6
	}
	if f.List != "" {
		t.Suggestions = v.listOptions(f, stored)
	}
	for _, val := range v.tasteValues(f, degree, stored) {
		o := ui.Option{Value: val, Label: val}
		if f.List != "" {
			o.Label = v.options.Label(v.p.L, f.List, val)
		}
		t.Values = append(t.Values, o)
	}
	return t
}

// tasteRows asks for values of which more is said: a severity, a year, a note.
func (v *recordView) tasteRows(f traveler.PreferenceField, stored []traveler.Preference) templ.Component {
	rep := ui.Repeat{L: v.p.L, Name: f.Key, Label: v.p.T(f.LabelKey("")), Add: v.p.T("preference.add_place"), Blank: v.tasteRow(f, "__i__", traveler.Preference{}, stored)}
	if f.Kind == traveler.PrefSeverity {
		rep.Add = v.p.T("preference.add_diet")
	}
	if v.form != nil && v.form.Has("_tick."+f.Key) {
		stored = nil
		for _, r := range v.form.Rows(f.Key, "code", "text", "note") {
			if !r.Bool("delete") {
				stored = append(stored, rowPreference(f, r))
			}
		}
	}
	for i, p := range stored {
		rep.Rows = append(rep.Rows, v.tasteRow(f, strconv.Itoa(i), p, stored))
	}
	rep.Rows = append(rep.Rows, v.tasteRow(f, strconv.Itoa(len(stored)), traveler.Preference{}, stored))
	return within(ui.FieldGroup(rep.Label, false), rep)
}

func (v *recordView) tasteRow(f traveler.PreferenceField, n string, p traveler.Preference, stored []traveler.Preference) templ.Component {
	at := f.Key + "[" + n + "]."
	pick := func(name, label, value string, width int, opts []ui.Option, blank bool) ui.Select {
		s := ui.Select{Field: v.field("preference", at+name, width), Value: value, Options: opts, HasNone: blank}
		s.Label = label
		return s
	}
	input := func(name, label, value string, width int) ui.Input {
		in := ui.Input{Field: v.field("preference", at+name, width), Value: value, Autocomplete: "off"}
		in.Label = label
		return in
	}
	degrees := v.p.options("preference.degree.", f.Degrees())
	label := func(name string) string { return v.p.T("preference.field." + name) }
	if f.Kind == traveler.PrefSeverity {
		return within(ui.Fields(), ui.Group{pick("code", label(f.Key), p.Code, 4, v.listOptions(f, stored), true),
			pick("degree", label("severity"), p.Degree, 4, degrees, false), input("note", label("note"), p.Note, 4)})
	}
	year := ""
	if p.Number > 0 {
		year = strconv.FormatInt(p.Number, 10)
	}
	when := input("number", label("year"), year, 3)
	when.InputMode, when.MaxLength = "numeric", 4
	return within(ui.Fields(), ui.Group{pick("code", label("country"), p.Code, 6, v.p.countries(), true), input("text", label("region"), p.Text, 6),
		pick("degree", label("degree"), p.Degree, 3, degrees, false), when, input("note", label("note"), p.Note, 6)})
}

// rowPreference reads a row; a year that is no number is refused by the record.
func rowPreference(f traveler.PreferenceField, r Form) traveler.Preference {
	p := traveler.Preference{Field: f.Key, Code: r.Str("code"), Text: r.Str("text"), Degree: r.Str("degree"), Note: r.Str("note")}
	if s := r.Str("number"); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if p.Number = n; err != nil {
			p.Number = -1
		}
	}
	return p
}

// saveTaste stores the fields of a category.
func saveTaste(ctx context.Context, tx *db.Tx, v *recordView) error {
	category := v.form.Str("_row")
	if !slices.Contains(traveler.PreferenceCategories, category) {
		return errs.Missing()
	}
	v.landed = category
	id, err := v.subject(ctx, tx)
	if err != nil {
		return err
	}
	stored := v.person
	v.person = &traveler.Traveler{}
	v.person.ID = id
	err = v.loadTaste(ctx, tx)
	v.person = stored
	if err != nil {
		return err
	}
	var wishes []traveler.Wish
	for _, f := range traveler.PreferenceFieldsOf(category) {
		if v.form.Has("_tick." + f.Key) { // else it stays as somebody else saved it
			wishes = append(wishes, traveler.Wish{Field: f.Key, Values: v.tasteTyped(f), Was: v.form.Str(f.Key + ".version")})
		}
	}
	return v.tasteErrors(traveler.SavePreferences(ctx, tx, id, wishes))
}

// tasteTyped reads the values of a field from the form. What the form doesn't ask for,
// a note that another program wrote, stays with its value.
func (v *recordView) tasteTyped(f traveler.PreferenceField) (out []traveler.Preference) {
	add := func(p traveler.Preference) {
		for _, old := range v.tasteOf(f.Key) {
			if old.Code == p.Code && old.Text == p.Text && p.Note == "" {
				p.Note = old.Note
			}
		}
		out = append(out, p)
	}
	text := v.form.Str(f.Key)
	switch f.Kind {
	case traveler.PrefSeverity, traveler.PrefPlaces:
		for _, r := range v.form.Rows(f.Key, "code", "text", "note") {
			if !r.Bool("delete") {
				out = append(out, rowPreference(f, r))
			}
		}
		return out
	case traveler.PrefOne, traveler.PrefYesNo:
		if text != "" {
			add(traveler.Preference{Code: text})
		}
	case traveler.PrefNumber:
		if text != "" {
			out = append(out, rowPreference(f, Form{"number": {text}}))
		}
	case traveler.PrefText:
		if text != "" {
			add(traveler.Preference{Text: text})
		}
	case traveler.PrefWords:
		for _, s := range v.form.list(f.Key) {
			add(traveler.Preference{Text: s})
		}
	default:
		degrees := f.Degrees()
		if degrees == nil {
			degrees = []string{""}
		}
		for _, d := range degrees {
			for _, s := range v.form.list(tasteName(f, d)) {
				if code, ok := v.options.Find(v.p.L, f.List, s); ok { // typed where there is no script
					s = code
				}
				add(traveler.Preference{Code: s, Degree: d})
			}
		}
	}
	return out
}

// tasteErrors puts what is wrong where the form shows it, and writes the values of a
// conflict as people read them.
func (v *recordView) tasteErrors(err error) error {
	fields := fieldErrors(err)
	for i := range fields {
		e := &fields[i]
		key, rest, _ := strings.Cut(e.Path, "[")
		f, ok := traveler.PreferenceFieldOf(key)
		if !ok {
			continue
		}
		if e.Mine != "" || e.Theirs != "" {
			e.Mine, e.Theirs = v.tasteWords(f, e.Mine), v.tasteWords(f, e.Theirs)
			continue
		}
		if f.Kind != traveler.PrefSeverity && f.Kind != traveler.PrefPlaces && rest != "" {
			e.Path = key
		}
	}
	return err
}

// tasteWords writes packed values of a field.
func (v *recordView) tasteWords(f traveler.PreferenceField, packed string) string {
	var out []string
	for _, p := range traveler.Unpacked(f.Key, packed) {
		out = append(out, v.tasteSaid(f, p))
	}
	return strings.Join(out, ", ")
}
