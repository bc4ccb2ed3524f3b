package web

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// fieldsData is what the page of a record shows of the agency's own fields.
type fieldsData struct {
	fieldSet *field.Set
}

// fieldPart shows the fields that the agency has defined itself (W21): one section per
// record of the page, none where there are no such fields.
func fieldPart() part {
	return part{at: 'm', load: (*recordView).loadFields, cards: (*recordView).fieldCards, routes: (*Server).fieldRoutes}
}

// The sections: of the page's own record, and of the only traveler of a client.
const ownCard, ofPersonCard = "fields", "personfields"

func (s *Server) fieldRoutes() []Route {
	return []Route{
		{Pattern: "POST /clients/{id}/" + ownCard, Right: "client.edit", handle: s.saveCard("client", ownCard, saveFields)},
		{Pattern: "POST /clients/{id}/" + ofPersonCard, Right: "client.edit", handle: s.saveCard("client", ofPersonCard, savePersonFields)},
		{Pattern: "POST /travelers/{id}/" + ownCard, Right: "client.edit", handle: s.saveCard("traveler", ownCard, saveFields)},
	}
}

func (v *recordView) loadFields(ctx context.Context, tx *db.Tx) (err error) {
	v.fieldSet, err = field.Of(ctx, tx)
	return err
}

func (v *recordView) fieldCards() (out []cardDef) {
	if len(v.fieldSet.For(v.ref.Kind)) > 0 {
		out = append(out, cardDef{ownCard, v.p.T("field.card"), "", func() templ.Component { return v.fieldCard(ownCard, v.ref.Kind) }})
	}
	if v.client != nil && v.person != nil && len(v.fieldSet.For("traveler")) > 0 {
		title := v.p.T("field.card_traveler")
		out = append(out, cardDef{ofPersonCard, title, "", func() templ.Component { return v.fieldCard(ofPersonCard, "traveler") }})
	}
	return out
}

// bag returns the values of a record of the page, and the version of the record.
func (v *recordView) bag(kind string) (record.Bag, int64) {
	if kind == "client" {
		return v.client.Fields, v.client.Version
	}
	return v.person.Fields, v.person.Version
}

func (v *recordView) fieldCard(id, kind string) templ.Component {
	p, title, note := v.p, v.p.T("field.card"), ""
	if id == ofPersonCard {
		title, note = p.T("field.card_traveler"), v.person.Name()
	}
	bag, version := v.bag(kind)
	if v.editing(id) {
		c := editCard{id: id, title: title, action: v.path() + "/" + id, version: version, note: note, plain: true}
		return v.editBox(c, v.fieldControls(v.fieldSet.For(kind), bag, ""))
	}
	texts := bag.Texts()
	var groups ui.Group
	for _, section := range sectionsOf(v.fieldSet.For(kind)) {
		facts := ui.Facts{Two: true}
		for _, f := range section {
			if text := texts[f.Code]; text != "" {
				facts.Items = append(facts.Items, p.fieldFact(f, text))
			}
		}
		if len(facts.Items) == 0 {
			continue
		}
		if name := section[0].Section; name != "" {
			groups = append(groups, factHead(name))
		}
		groups = append(groups, facts)
	}
	card := ui.Card{ID: id, Title: title, Note: note, Body: true, Actions: v.open(id, "", p.T("common.edit"), "edit")}
	if len(groups) == 0 {
		card.Body = false
		return within(ui.CardBox(card), ui.Empty{Title: p.T("field.none"), Small: true})
	}
	return within(ui.CardBox(card), groups)
}

// fieldFact shows one value.
func (p *Page) fieldFact(f *field.Field, text string) ui.Fact {
	fact := ui.Fact{Label: f.Label(p.L.Lang()), Value: f.Show(p.L, text)}
	switch f.Kind {
	case field.Link:
		fact.Full, fact.Comp = true, outsideLink(text, strings.TrimPrefix(strings.TrimPrefix(text, "https://"), "http://"))
	case field.Long:
		fact.Full, fact.Comp = true, prose(text)
	}
	return fact
}

// sectionsOf groups fields by their headings, in the order of the first of each; those
// without one come first.
func sectionsOf(list []*field.Field) (out [][]*field.Field) {
	names := []string{""}
	for _, f := range list {
		if !slices.Contains(names, f.Section) {
			names = append(names, f.Section)
		}
	}
	for _, name := range names {
		var group []*field.Field
		for _, f := range list {
			if f.Section == name {
				group = append(group, f)
			}
		}
		if len(group) > 0 {
			out = append(out, group)
		}
	}
	return out
}

// fieldControls ask for values; prefix begins the names of the controls.
func (v *recordView) fieldControls(list []*field.Field, bag record.Bag, prefix string) ui.Group {
	texts := bag.Texts()
	var out ui.Group
	for i, section := range sectionsOf(list) {
		var controls ui.Group
		for j, f := range section {
			controls = append(controls, v.fieldControl(f, prefix+field.Path(f.Code), texts[f.Code], i+j == 0))
		}
		grid := within(ui.Fields(), controls)
		if name := section[0].Section; name != "" {
			grid = within(ui.FieldGroup(name, false), grid)
		}
		out = append(out, grid)
	}
	return out
}

// fieldControl asks for one value; first gets the focus.
func (v *recordView) fieldControl(f *field.Field, name, stored string, first bool) templ.Component {
	p := v.p
	c := v.field("client", name, 6)
	c.Help, c.Required = f.Help, f.Requirement == field.Always
	if !v.fieldSet.Edits(f) {
		c.Disabled = true
		return ui.Input{Field: c, Value: f.Show(p.L, stored)}
	}
	val := v.val(name, stored)
	switch f.Kind {
	case field.Long:
		c.Width = 0
		return ui.Textarea{Field: c, Value: val, Rows: 3}
	case field.Date:
		if v.form == nil || !v.form.Has(name) {
			val = p.typedDate(date.Date(stored))
		}
		d := p.dateField(c, val, false)
		d.NoYear = false
		return d
	case field.Choice:
		return ui.Select{Field: c, Value: val, Options: choicesOf(f, stored), HasNone: true}
	case field.YesNo:
		return ui.Select{Field: c, Value: val, HasNone: true,
			Options: []ui.Option{{Value: "true", Label: p.T("common.yes")}, {Value: "false", Label: p.T("common.no")}}}
	case field.Several:
		values := strings.Split(stored, ",")
		if v.form != nil && v.form.Has("_tick."+name) {
			values = v.form.All(name)
		}
		c.Width = 0
		return ui.Group{ui.Hidden{Name: "_tick." + name, Value: "1"}, ui.Ticks{Field: c, Values: values, Options: choicesOf(f, stored)}}
	}
	in := ui.Input{Field: c, Value: val, Autocomplete: "off", Autofocus: first && v.edit != "new", MaxLength: 200}
	switch f.Kind {
	case field.Number:
		in.InputMode, in.MaxLength = "decimal", 20
		if v.form == nil || !v.form.Has(name) {
			in.Value = p.typedNumber(stored)
		}
	case field.Link:
		in.InputMode, in.MaxLength = "url", 500
	}
	return in
}

// typedNumber writes a number as the reader types it.
func (p *Page) typedNumber(s string) string {
	if strings.Contains(p.L.Decimal(0.5, 1), ",") {
		return strings.Replace(s, ".", ",", 1)
	}
	return s
}

// choicesOf are the values of a choice that can be had: those in use, and what is stored.
func choicesOf(f *field.Field, stored string) (out []ui.Option) {
	for _, o := range f.Options() {
		if !o.Off || slices.Contains(strings.Split(stored, ","), o.Code) {
			out = append(out, ui.Option{Value: o.Code, Label: o.Label})
		}
	}
	return out
}

// putFields copies the values that are part of the form into a bag. What can't be read
// stays as it was typed: saving says what is wrong with it.
func (p *Page) putFields(f Form, set *field.Set, kind, prefix string, to *record.Bag) {
	for _, x := range set.For(kind) {
		name := prefix + field.Path(x.Code)
		if !set.Edits(x) || !f.Has(name) && !f.Has("_tick."+name) {
			continue
		}
		if x.Kind == field.Several {
			*to = to.With(x.Code, f.All(name))
			continue
		}
		text := f.Str(name)
		var value any = text
		if x.Kind == field.Number {
			text = p.L.Ungroup(text)
		}
		if v, key, _ := x.Typed(text, date.OrderFor(p.Agency.Country)); key == "" {
			value = v
		}
		*to = to.With(x.Code, value)
	}
}

// saveFields stores the section of the page's own record.
func saveFields(ctx context.Context, tx *db.Tx, v *recordView) error {
	if v.ref.Kind == "traveler" {
		return savePersonFields(ctx, tx, v)
	}
	c := new(client.Client)
	return v.saveBag(ctx, tx, c, v.ref.ID, &c.Fields)
}

// savePersonFields stores the section of a traveler.
func savePersonFields(ctx context.Context, tx *db.Tx, v *recordView) error {
	id := v.ref.ID
	if v.ref.Kind == "client" {
		var err error
		if id, err = onlyTraveler(ctx, tx, v.ref.ID); err != nil {
			return err
		}
	}
	t := new(traveler.Traveler)
	return v.saveBag(ctx, tx, t, id, &t.Fields)
}

// saveBag stores the values of a section and refuses one that leaves a required field empty.
func (v *recordView) saveBag(ctx context.Context, tx *db.Tx, r record.Record, id int64, bag *record.Bag) error {
	set, err := field.Of(ctx, tx)
	if err != nil {
		return err
	}
	err = v.editRecord(ctx, tx, r, id, "version", func() { v.p.putFields(v.form, set, r.Table(), "", bag) })
	if err != nil {
		return err
	}
	return field.Need(ctx, tx, r, *bag)
}

var ownPath = regexp.MustCompile(`(?:^|\.)fields\.([a-z][a-z0-9_]*)$`)

// ownField returns the agency's own field that a path or a column of the history names,
// nil for any other.
func (v *recordView) ownField(path string) *field.Field {
	if m := ownPath.FindStringSubmatch(path); m != nil && v.fieldSet != nil {
		return v.fieldSet.Get(m[1])
	}
	return nil
}

// columnLabel is the name of a column or of a field of the agency's own.
func (v *recordView) columnLabel(kind, column string) string {
	if f := v.ownField(column); f != nil {
		return f.Label(v.p.L.Lang())
	}
	return v.p.fieldLabel(kind, strings.TrimPrefix(column, field.Column+"."))
}

// columnValue is a stored value as people read it.
func (v *recordView) columnValue(kind, column, s string) string {
	if f := v.ownField(column); f != nil {
		return f.Show(v.p.L, s)
	}
	return v.names.value(v.p, kind, column, s)
}

// asked are the fields of a kind of record that the form for a new one asks for: what
// must be filled in, always or under conditions, and what has a value from the start.
func (v *recordView) asked(kind string) (out []*field.Field) {
	if v.fieldSet == nil {
		return nil
	}
	for _, f := range v.fieldSet.For(kind) {
		if v.fieldSet.Edits(f) && (f.Requirement != field.Never || f.Default != "") {
			out = append(out, f)
		}
	}
	return out
}

// fieldRow asks for what has to be filled in of one more traveler of a new client, or of
// somebody who is created with a relation.
func (v *recordView) fieldRow(row string) (out ui.Group) {
	list := v.asked("traveler")
	texts := v.defaults(list).Texts()
	for _, f := range list {
		out = append(out, v.fieldControl(f, row+field.Path(f.Code), texts[f.Code], false))
	}
	return out
}

// fieldGroup asks for the agency's own fields of a new record, nothing where none has to
// be filled in.
func (v *recordForm) fieldGroup(kind, prefix string) ui.Group {
	list := v.asked(kind)
	if len(list) == 0 {
		return nil
	}
	title := v.p.T("field.card")
	if kind != v.ref.Kind {
		title = v.p.T("field.card_traveler")
	}
	return ui.Group{within(ui.FieldGroup(title, false), v.fieldControls(list, v.defaults(list), prefix))}
}

// firstFields are those of the person who becomes a client.
func (v *recordForm) firstFields() ui.Group {
	if v.corporate {
		return nil // among the people of the company
	}
	return v.fieldGroup("traveler", "t.")
}

// defaults are the values from the start.
func (v *recordView) defaults(list []*field.Field) (b record.Bag) {
	for _, f := range list {
		if x := f.Initial(); x != nil {
			b = b.With(f.Code, x)
		}
	}
	return b
}
