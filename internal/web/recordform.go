package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// put copies a field that is part of the form. A card holds some fields of a
// record; the others stay as they are.
func (f Form) put(name string, to *string) {
	if f.Has(name) {
		*to = f.Str(name)
	}
}

// putBool copies a tick box. A box that isn't ticked isn't sent at all, so a
// hidden field says that the form had it.
func (f Form) putBool(name string, to *bool) {
	if f.Has("_tick." + name) {
		*to = f.Bool(name)
	}
}

// putNumber copies a whole number; what is none becomes -1, which Check refuses.
func (f Form) putNumber(name string, to *int64) {
	if !f.Has(name) {
		return
	}
	n, err := strconv.ParseInt(f.Str(name), 10, 64)
	if err != nil {
		n = -1
	}
	*to = n
}

func (f Form) putRef(name string, to *db.Ref) {
	if f.Has(name) {
		*to = f.Ref(name)
	}
}

// putDate copies a date as people of the country type it.
func (f Form) putDate(name, country string, birth bool, to *date.Date) {
	if !f.Has(name) {
		return
	}
	s := f.Str(name)
	p := date.Parser{Order: date.OrderFor(country), Past: birth}
	if d, ok := p.Parse(s); ok {
		*to = d
		return
	}
	*to = date.Date(s) // as typed: the record's Check reports it
}

// list joins the values of a field that comes several times or by comma.
func (f Form) list(name string) []string {
	var out []string
	for _, v := range f.All(name) {
		for s := range strings.SplitSeq(v, ",") {
			if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// chosen applies the choices of a conflict: a field that stays as somebody else
// saved it isn't part of the form any more.
func (f Form) chosen() Form {
	for name, vals := range f {
		path, ok := strings.CutPrefix(name, "choose.")
		if !ok {
			continue
		}
		delete(f, name)
		if len(vals) > 0 && vals[0] == "theirs" {
			delete(f, path)
			delete(f, "_tick."+path)
		}
	}
	return f
}

// fieldLabel is the label of a column of a record: "client.field.advisor" for
// advisor_id.
func (p *Page) fieldLabel(kind, column string) string {
	if key := kind + ".field." + column; p.L.Has(key) {
		return p.L.T(key)
	}
	key := kind + ".field." + strings.TrimSuffix(strings.TrimPrefix(column, "is_"), "_id")
	if p.L.Has(key) {
		return p.L.T(key)
	}
	return column
}

// field describes the control of a column in the card that is edited.
func (v *recordView) field(kind, name string, width int) ui.Field {
	path := name
	column := name[strings.LastIndexByte(name, '.')+1:]
	f := ui.Field{Name: name, ID: "e-" + strings.NewReplacer("[", "-", "]", "", ".", "-").Replace(v.edit+"-"+name),
		Label: v.p.fieldLabel(kind, column), Width: width}
	if own := v.ownField(name); own != nil {
		f.Label = own.Label(v.p.L.Lang())
	}
	if !isStale(v.err) {
		f.Error = v.p.Problem(v.err, path)
	}
	return f
}

// val is what a control shows: what was typed, or what is stored.
func (v *recordView) val(name, stored string) string {
	if v.form != nil && v.form.Has(name) {
		return v.form.Str(name)
	}
	return stored
}

// on is val for a tick box.
func (v *recordView) on(name string, stored bool) bool {
	if v.form != nil && v.form.Has("_tick."+name) {
		return v.form.Bool(name)
	}
	return stored
}

func (v *recordView) text(kind, name, stored string, width int) ui.Input {
	return ui.Input{Field: v.field(kind, name, width), Value: v.val(name, stored), Autocomplete: "off"}
}

func (v *recordView) area(kind, name, stored string) ui.Textarea {
	return ui.Textarea{Field: v.field(kind, name, 0), Value: v.val(name, stored), Rows: 3}
}

func (v *recordView) pick(kind, name, stored string, width int, options []ui.Option, blank bool) ui.Select {
	return ui.Select{Field: v.field(kind, name, width), Value: v.val(name, stored), Options: options, HasNone: blank}
}

// tick is a box together with the field that announces it.
func (v *recordView) tick(kind, name string, stored bool) templ.Component {
	f := v.field(kind, name, 0)
	return ui.Group{ui.Hidden{Name: "_tick." + name, Value: "1"},
		ui.Tick{Name: name, ID: f.ID, Label: f.Label, Error: f.Error, Checked: v.on(name, stored)}}
}

func (v *recordView) date(kind, name string, stored date.Date, width int, birth bool) ui.DateField {
	return v.p.dateField(v.field(kind, name, width), v.val(name, v.p.typedDate(stored)), birth)
}

// typedDate writes a date as the agency's people type it.
func (p *Page) typedDate(d date.Date) string {
	return p.L.DateInput(d, date.OrderFor(p.Agency.Country))
}

func (p *Page) dateField(f ui.Field, value string, birth bool) ui.DateField {
	return ui.DateField{Field: f, L: p.L, Value: value, NoYear: true, Birth: birth,
		Order: strings.ToLower(date.OrderFor(p.Agency.Country).String())}
}

// options translates the values of a closed list.
func (p *Page) options(prefix string, values []string) []ui.Option {
	out := make([]ui.Option, 0, len(values))
	for _, s := range values {
		out = append(out, ui.Option{Value: s, Label: p.T(prefix + s)})
	}
	return out
}

// editCard is a card whose fields are one form.
type editCard struct {
	id, title, action string
	version           int64
	note              string
	plain             bool // the content brings its own grid
}

// editBox puts fields into a card in its edit state: with a list of what is wrong
// where no field shows it, or as the choice between two values when somebody saved
// first.
func (v *recordView) editBox(c editCard, fields ...templ.Component) templ.Component {
	target := templ.Attributes{"hx-post": c.action, "hx-target": "#" + c.id, "hx-swap": "outerHTML"}
	box := ui.EditCard{L: v.p.L, ID: c.id, Title: c.title, Note: c.note, Action: c.action,
		Version: c.version, Fields: !c.plain, Attrs: target, Extra: []templ.Component{v.cancel(c.id)}}
	var content ui.Group
	if isStale(v.err) {
		box.Fields = false
		content = v.conflict(c.version)
	} else {
		content = append(v.problems(), fields...)
	}
	return within(ui.EditBox(box), content)
}

// cancel leads back to the card as it is stored.
func (v *recordView) cancel(card string) templ.Component {
	url := v.path() + "?card=" + card
	return ui.Button{Label: v.p.T("common.cancel"), Kind: "ghost", Href: url + "#" + card, Attrs: cancels, Swap: ui.Swap{Card: card, Get: url}}
}

// cancels marks the buttons that leave a form.
var cancels = templ.Attributes{"data-cancel": true}

// open is the button that opens a card, or a row of it, for editing. Nobody sees
// it who may not change the record.
func (v *recordView) open(card, row, label, icon string) []templ.Component {
	if !v.may {
		return nil
	}
	name := card
	if row != "" {
		name += "-" + row
	}
	url := v.path() + "?edit=" + name
	return []templ.Component{ui.Button{Label: label, Icon: icon, Kind: "ghost", Small: true, Href: url + "#" + card,
		Swap:  ui.Swap{Card: card, Get: url, Edit: true},
		Focus: v.back && row == "", // where the person was before the card was saved
	}}
}

// problems lists what is wrong with a card.
func (v *recordView) problems() ui.Group {
	if v.err == nil || isStale(v.err) {
		return nil
	}
	var text []string
	for _, f := range fieldErrors(v.err) {
		label := v.p.fieldLabel(v.ref.Kind, f.Path)
		if own := v.ownField(f.Path); own != nil {
			label = own.Label(v.p.L.Lang())
		} else if label == f.Path {
			label = v.p.fieldLabel("traveler", f.Path)
		}
		msg := v.p.T(f.Key, f.Args...)
		if label != f.Path {
			msg = v.p.L.Pair(label, msg)
		}
		text = append(text, msg)
	}
	if len(text) == 0 {
		text = append(text, v.p.L.Error(v.err))
	}
	return ui.Group{ui.Alert{Kind: "danger", Strong: v.p.T("ui.fields_wrong", "Count", max(1, len(text))), Text: strings.Join(text, " "), Live: true}}
}

// conflict shows what was typed beside what somebody saved meanwhile (data rule
// 12). The form carries along all that was typed; what only the other changed is
// kept as they saved it unless chosen otherwise.
func (v *recordView) conflict(version int64) ui.Group {
	t := ui.ConflictTable{L: v.p.L}
	var e *errs.Error
	if asError(v.err, &e) {
		who, at := int64(0), db.Stamp(0)
		for i := 0; i+1 < len(e.Args); i += 2 {
			switch x := e.Args[i+1].(type) {
			case int64:
				if e.Args[i] == "User" {
					who = x
				}
			case db.Stamp:
				at = x
			}
		}
		t.Who = v.names.user(v.p, who)
		t.When = v.p.L.Ago(at.Time().In(v.p.Loc()), v.p.s.DB.Now().In(v.p.Loc()))
		for _, f := range e.Fields {
			kind, column := v.kindOf(f.Path)
			t.Fields = append(t.Fields, ui.ConflictField{Path: f.Path, Label: v.columnLabel(kind, column),
				Mine: v.columnValue(kind, column, f.Mine), Theirs: v.columnValue(kind, column, f.Theirs),
				KeepTheirs: f.Key == "conflict.theirs"})
		}
	}
	out := append(ui.Group{t}, v.extra...)
	names := make([]string, 0, len(v.form))
	for name := range v.form {
		if name != "version" && !strings.HasSuffix(name, ".version") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, val := range v.form[name] {
			out = append(out, ui.Hidden{Name: name, Value: val})
		}
	}
	return out
}

// kindOf tells which record a path of a card belongs to.
func (v *recordView) kindOf(path string) (kind, column string) {
	group, column, nested := strings.Cut(path, ".")
	card, _, _ := strings.Cut(v.edit, "-")
	switch {
	case nested && (group == "physical" || group == "mailing"):
		return "address", column
	case card == "documents":
		kind, _ := v.editedDocument()
		return kind, path
	case card == "contact":
		return "communication", path
	case card == "cards":
		return "payment_card", path
	case card == "medical":
		return "medical_entry", path
	case tasteKinds[card] != "":
		return tasteKinds[card], path
	case card == "personal" || card == "work" || v.client == nil:
		return "traveler", path
	}
	return "client", path
}

// merged marks the fields of a conflict that only the other person changed, so
// that their value is proposed: what I didn't touch must not come back.
func merged(err error, others []record.Entry) error {
	var e *errs.Error
	if !isStale(err) || !asError(err, &e) {
		return err
	}
	for i := range e.Fields {
		f := &e.Fields[i]
		was, known := "", false
		for _, o := range others { // oldest first: what I had read
			for _, c := range o.Changes {
				if c.Field == f.Path && !known {
					was, known = c.Old, true
				}
			}
		}
		if known && was == f.Mine {
			f.Key = "conflict.theirs"
		}
	}
	return err
}
