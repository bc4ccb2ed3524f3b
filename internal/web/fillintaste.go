package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/flow/fillin"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// emptyDiets is for how many more diets the page behind a link has room.
const emptyDiets = 2

// gatherTastes makes one text of what the controls of a preference sent: boxes that are
// ticked, rows of a diet. Whom one calls is kept by the word that all languages share.
func gatherTastes(p *Page, list []fillin.Field, f Form, values map[string]string) {
	for _, x := range list {
		switch {
		case x.Section == "emergency" && x.Column == "relation" && f.Has(x.Key):
			for _, s := range emergencyRelations {
				if strings.EqualFold(f.Str(x.Key), p.T("emergency_contact.relation."+s)) {
					values[x.Key] = s
				}
			}
		case x.Type != "taste" || !f.Has(x.Key):
		default:
			said := fillin.SaidOf(x.Column, strings.Join(some(f.All(x.Key)...), ","))
			for _, r := range f.Rows(x.Key, "code") {
				said = append(said, fillin.Said{Value: r.Str("code"), Degree: r.Str("degree")})
			}
			values[x.Key] = fillin.Say(said)
		}
	}
}

// tasteControl asks for a preference in the way of its kind, with as little typing as can
// be.
func (v *sheetView) tasteControl(x fillin.Field, field ui.Field, value string) templ.Component {
	f, _ := traveler.PreferenceFieldOf(x.Column)
	said := fillin.SaidOf(x.Column, value)
	field.Width = 0
	switch f.Kind {
	case traveler.PrefText:
		return ui.Textarea{Field: field, Value: value, Rows: 2, MaxLength: 2000}
	case traveler.PrefWords:
		return ui.Input{Field: field, Value: strings.ReplaceAll(value, ",", ", "), Autocomplete: "off", MaxLength: 200}
	case traveler.PrefSeverity:
		return v.dietControl(f, field, said)
	}
	var chosen []string
	for _, s := range said {
		chosen = append(chosen, s.Value)
	}
	// The empty value says that the page asked, when nothing is ticked.
	return ui.Group{ui.Hidden{Name: x.Key}, ui.Picks{Field: field, Options: v.offered(f, chosen), Values: chosen}}
}

// offered are the values of a list that the agency offers, and those that are there.
func (v *sheetView) offered(f traveler.PreferenceField, chosen []string) (out []ui.Option) {
	for _, o := range v.Lists.All(f.List) {
		if o.Active || slices.Contains(chosen, o.Code) {
			out = append(out, ui.Option{Value: o.Code, Label: o.Label(v.p.L)})
		}
	}
	return out
}

// dietControl asks for diets and how grave each is: those known, and some more.
func (v *sheetView) dietControl(f traveler.PreferenceField, field ui.Field, said []fillin.Said) templ.Component {
	p := v.p
	var chosen []string
	for _, s := range said {
		chosen = append(chosen, s.Value)
	}
	opts, degrees := v.offered(f, chosen), p.options("preference.degree.", f.Degrees())
	rows := ui.Group{ui.Hidden{Name: field.Name}}
	for i := range len(said) + emptyDiets {
		s := fillin.Said{}
		if i < len(said) {
			s = said[i]
		}
		at := field.Name + "[" + strconv.Itoa(i) + "]."
		code := ui.Select{Field: ui.Field{Name: at + "code", Label: field.Label, Width: 6}, Value: s.Value, Options: opts, HasNone: true}
		if i == 0 {
			code.ID, code.Error = field.Name, field.Error
		}
		rows = append(rows, code, ui.Select{Field: ui.Field{Name: at + "degree", Label: p.T("preference.field.severity"), Width: 6}, Value: s.Degree, Options: degrees})
	}
	return rows
}

// saidText writes a preference as people read it.
func saidText(p *Page, lists *option.Set, field, text string) string {
	f, _ := traveler.PreferenceFieldOf(field)
	var out []string
	for _, s := range fillin.SaidOf(field, text) {
		name := s.Value
		if f.List != "" && lists != nil {
			name = lists.Label(p.L, f.List, s.Value)
		}
		if s.Degree != "" && s.Degree != "preference" {
			name = p.L.Pair(name, p.known("preference.degree.", s.Degree))
		}
		out = append(out, name)
	}
	return strings.Join(out, ", ")
}
