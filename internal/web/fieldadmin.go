package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// fieldCatalog is where the agency's own fields are maintained (W21).
var fieldCatalog = &catalog{name: "fields", kind: "field", right: "field.manage",
	blankRecord: func() record.Record { return &field.Field{Active: true, Areas: "client", Kind: field.Text} },
	rows:        fieldRows, fill: fillField, fields: fieldFields}

// fieldRows lists the fields with the number of records that use each.
func fieldRows(ctx context.Context, tx *db.Tx, p *Page) (out []ui.Row, err error) {
	list, err := field.All(ctx, tx)
	if err != nil {
		return nil, err
	}
	for i := range list {
		f := &list[i]
		use, err := field.Use(ctx, tx, f.ID)
		if err != nil {
			return nil, err
		}
		var areas []string
		for a := range strings.SplitSeq(f.Areas, ",") {
			areas = append(areas, p.T("admin.tag.area."+a))
		}
		notes := []string{p.T("field.kind." + f.Kind), strings.Join(areas, ", ")}
		if f.Requirement != field.Never {
			notes = append(notes, p.T("field.requirement."+f.Requirement))
		}
		if f.Section != "" {
			notes = append(notes, f.Section)
		}
		row := p.catalogRow("/admin/fields", f.ID, f.Label(p.L.Lang()), join(notes...), f.Active)
		if n := int(use["client"] + use["traveler"]); n > 0 {
			row.End = p.T("field.used", "Count", n, "Number", p.L.Number(int64(n)))
		}
		out = append(out, row)
	}
	return out, nil
}

// fieldFields is the form of a field.
func fieldFields(p *Page, r record.Record, err error, _ []ui.Option) templ.Component {
	f := r.(*field.Field)
	at := func(name string, width int) ui.Field { return p.adminField("field", name, err, width) }
	name := at("name", 6)
	name.Required = true
	code := at("code", 6)
	code.Help = p.T("field.help.code")
	if f.ID != 0 {
		code.ReadOnly = true
	}
	kind := withHelp(at("kind", 6), "")
	out := ui.Group{ui.Input{Field: name, Value: f.Name, MaxLength: 60, Autofocus: f.ID == 0}, ui.Input{Field: code, Value: f.GivenCode(), MaxLength: 40},
		ui.Select{Field: kind, Value: f.Kind, Options: p.options("field.kind.", field.Kinds)},
		ui.Group{ui.Hidden{Name: "_areas", Value: "1"}, ui.Ticks{Field: at("areas", 6), Values: strings.Split(f.Areas, ","), Options: p.options("admin.tag.area.", field.Areas)}},
		ui.Textarea{Field: withHelp(at("choices", 0), p.T("field.help.choices")), Value: f.Choices, Rows: 4},
		ui.Input{Field: withHelp(at("help", 0), p.T("field.help.help")), Value: f.Help, MaxLength: 500},
		ui.Select{Field: at("requirement", 6), Value: f.Requirement, Options: p.options("field.requirement.", field.Requirements)},
		ui.Input{Field: at("default_value", 6), Value: f.Default}}
	out = append(out, p.fieldConditions(f, err)...)
	out = append(out, ui.Input{Field: withHelp(at("section", 6), p.T("field.help.section")), Value: f.Section, MaxLength: 60},
		ui.Input{Field: withHelp(at("position", 6), p.T("field.help.position")), Value: strconv.FormatInt(f.Position, 10), InputMode: "numeric", MaxLength: 6})
	for _, x := range []struct{ name, roles string }{{"view_roles", f.ViewRoles}, {"edit_roles", f.EditRoles}} {
		out = append(out, ui.Hidden{Name: "_" + x.name, Value: "1"},
			ui.Ticks{Field: withHelp(at(x.name, 6), p.T("field.help.roles")), Values: strings.Split(x.roles, ","), Options: p.options("agency.role.", agency.Roles)})
	}
	for _, lang := range i18n.Langs {
		label := f.Label(lang)
		if label == f.Name {
			label = ""
		}
		in := ui.Field{Name: "names." + lang, Label: p.T("field.name_in", "Language", p.L.Language(lang)), Note: p.T("common.optional"), Width: 6}
		out = append(out, ui.Input{Field: in, Value: label, MaxLength: 60})
	}
	return append(out, p.adminTick("field", "active", p.T("field.help.active"), f.Active))
}

// conditionRows is how many conditions the form offers; a field that has more, by the
// API, shows all of them.
const conditionRows = 2

// fieldConditions ask when the field must be filled in: one of the values that records
// can have, and beside it what age and nationality are compared with.
func (p *Page) fieldConditions(f *field.Field, err error) (out ui.Group) {
	options := p.conditionOptions(f)
	conds := f.Conditions()
	out = append(out, ui.Hidden{Name: "_conditions", Value: "1"})
	for i := range max(conditionRows, len(conds)) {
		n := strconv.Itoa(i)
		key, value := "", ""
		if i < len(conds) {
			key, value = conds[i].String(), ""
			if c := conds[i]; c.On == "age" || c.On == "nationality" {
				key, value = c.On+" "+c.Op, c.Value
			}
		}
		on := ui.Field{Name: "condition" + n, Label: p.T("field.condition"), Width: 6}
		with := ui.Field{Name: "condition" + n + ".value", Label: p.T("field.condition_value"), Help: p.T("field.help.condition_value"), Width: 6}
		if i == 0 {
			on.Error, on.Help = p.Problem(err, "required_if"), p.T("field.help.condition")
		} else {
			on.Label, with.Help = p.T("field.condition_and"), ""
		}
		out = append(out, ui.Select{Field: on, Value: key, Options: withOption(options, key, key), HasNone: true}, ui.Input{Field: with, Value: value, MaxLength: 60})
	}
	return out
}

// conditionOptions are all conditions that a field can have.
func (p *Page) conditionOptions(f *field.Field) (out []ui.Option) {
	for _, on := range field.Conditioned() {
		for _, v := range field.ConditionValues(on) {
			out = append(out, ui.Option{Value: on + " = " + v, Label: p.T("client." + on + "." + v), Group: p.T("client.field." + on)})
		}
	}
	group := p.T("admin.tag.area.traveler")
	out = append(out, ui.Option{Value: "age <", Label: p.T("field.condition_age"), Group: group},
		ui.Option{Value: "nationality =", Label: p.T("traveler.field.nationality"), Group: group})
	var all []field.Field
	if p.View(func(ctx context.Context, tx *db.Tx) (err error) { all, err = field.All(ctx, tx); return err }) != nil {
		return out // the page says so elsewhere
	}
	for i := range all {
		o := &all[i]
		if o.ID == f.ID || !o.Active {
			continue
		}
		label := o.Label(p.L.Lang())
		own := field.Path(o.Code)
		out = append(out, ui.Option{Value: own + " filled", Label: p.T("field.condition_filled"), Group: label})
		switch o.Kind {
		case field.YesNo:
			out = append(out, ui.Option{Value: own + " = true", Label: p.T("common.yes"), Group: label}, ui.Option{Value: own + " = false", Label: p.T("common.no"), Group: label})
		case field.Choice, field.Several:
			for _, x := range o.Options() {
				out = append(out, ui.Option{Value: own + " = " + x.Code, Label: x.Label, Group: label})
			}
		}
	}
	return out
}

func fillField(f Form, r record.Record) {
	x := r.(*field.Field)
	for name, to := range map[string]*string{"name": &x.Name, "kind": &x.Kind, "choices": &x.Choices, "help": &x.Help,
		"requirement": &x.Requirement, "default_value": &x.Default, "section": &x.Section} {
		f.put(name, to)
	}
	if x.ID == 0 {
		f.put("code", &x.Code)
	}
	for name, to := range map[string]*string{"areas": &x.Areas, "view_roles": &x.ViewRoles, "edit_roles": &x.EditRoles} {
		if f.Has("_" + name) {
			*to = strings.Join(f.All(name), ",")
		}
	}
	if f.Has("position") {
		x.Position = f.Int("position")
	}
	f.putBool("active", &x.Active)
	if f.Has("_conditions") {
		var lines []string
		for i := range field.MaxConditions {
			key := f.Str("condition" + strconv.Itoa(i))
			if strings.HasSuffix(key, "<") || strings.HasSuffix(key, "=") {
				key += " " + f.Str("condition"+strconv.Itoa(i)+".value")
			}
			if key != "" && !slices.Contains(lines, key) {
				lines = append(lines, key)
			}
		}
		x.RequiredIf = strings.Join(lines, "\n")
	}
	var names []string
	asked := false
	for _, lang := range i18n.Langs {
		asked = asked || f.Has("names."+lang)
		if name := f.Str("names." + lang); name != "" {
			names = append(names, lang+"="+name)
		}
	}
	if asked {
		x.Names = strings.Join(names, "\n")
	}
}
