package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// tasteData is what is known of a person's taste, memberships, special dates and of
// whom to call.
type tasteData struct {
	taste       []traveler.Preference
	options     *option.Set
	memberships []traveler.Membership
	programmes  []traveler.Programme // to choose from while one is edited
	special     []traveler.SpecialDate
	emergency   []traveler.EmergencyContact
	landed      string // the category that was just saved
}

// tastePart are the sections about a person's taste and what goes with it.
func tastePart() part {
	return part{at: 'p', load: (*recordView).loadTaste, cards: (*recordView).tasteCards, routes: func(s *Server) []Route {
		return append(s.tasteRoutes("client"), s.tasteRoutes("traveler")...)
	}}
}

// tasteRoutes write the sections of a kind of record; on a client they are those of its
// only traveler.
func (s *Server) tasteRoutes(kind string) []Route {
	at := "POST /" + kind + "s/{id}/"
	out := []Route{{Pattern: at + "preferences", Right: "client.edit", handle: s.saveCard(kind, "preferences", saveTaste)}}
	for _, r := range []struct {
		path, card      string
		add, edit, drop act
	}{
		{"loyalty", "loyalty", addLoyalty, editLoyalty, dropLoyalty},
		{"special-dates", "dates", addDate, editDate, dropDate},
		{"emergency-contacts", "emergency", addEmergency, editEmergency, dropEmergency},
	} {
		out = append(out,
			Route{Pattern: at + r.path, Right: "client.edit", handle: s.saveCard(kind, r.card, r.add)},
			Route{Pattern: at + r.path + "/{row}", Right: "client.edit", handle: s.saveCard(kind, r.card, r.edit)},
			Route{Pattern: at + r.path + "/{row}/delete", Right: "client.edit", handle: s.saveCard(kind, r.card, r.drop)})
	}
	return out
}

func (v *recordView) loadTaste(ctx context.Context, tx *db.Tx) error {
	ref, ok := v.personRef()
	if !ok {
		return nil
	}
	return tx.Together(ctx, db.Into(&v.taste, traveler.Preferences, ref.ID), func(ctx context.Context, tx *db.Tx) (err error) {
		v.options, err = option.Load(ctx, tx)
		return err
	}, db.Into(&v.memberships, traveler.Memberships, ref.ID), db.Into(&v.special, traveler.SpecialDates, ref.ID), func(ctx context.Context, tx *db.Tx) (err error) {
		if v.editing("loyalty") {
			v.programmes, err = traveler.Offered(ctx, tx)
		}
		return err
	}, db.Into(&v.emergency, traveler.EmergencyContacts, ref.ID))
}

func (v *recordView) tasteCards() []cardDef {
	if _, ok := v.personRef(); !ok {
		return nil
	}
	p := v.p
	return []cardDef{{"preferences", p.T("preference.card"), countText(p, len(v.tasteFields())), v.tasteCard},
		{"loyalty", p.T("loyalty.card"), countText(p, len(v.memberships)), v.loyaltyCard},
		{"dates", p.T("special_date.card"), countText(p, len(v.special)), v.datesCard},
		{"emergency", p.T("emergency_contact.card"), countText(p, len(v.emergency)), v.emergencyCard}}
}

// subject is the person whose sections are written: the traveler of the page, or the
// only one of a client.
func (v *recordView) subject(ctx context.Context, tx *db.Tx) (int64, error) {
	if v.ref.Kind == "traveler" {
		return v.ref.ID, nil
	}
	return onlyTraveler(ctx, tx, v.ref.ID)
}

// tasteFields are the fields of which something is known.
func (v *recordView) tasteFields() map[string]bool {
	out := map[string]bool{}
	for _, p := range v.taste {
		out[p.Field] = true
	}
	return out
}

var tasteIcons = map[string]string{"interests": "heart", "diet": "utensils", "flight": "plane", "hotel": "bed", "cruise": "ship", "vehicle": "car", "train": "train"}

// tasteGroup is a category as it is read.
type tasteGroup struct {
	icon, title string
	actions     []templ.Component
	facts       ui.Facts
}

// tasteCard shows what is known by category (R088), and offers the others; one category
// is edited at a time.
func (v *recordView) tasteCard() templ.Component {
	p := v.p
	for _, c := range traveler.PreferenceCategories {
		if v.may && v.edit == "preferences-"+c {
			return v.tasteForm(c)
		}
	}
	known := map[string][]*traveler.Preference{}
	for i := range v.taste {
		t := &v.taste[i]
		known[t.Field] = append(known[t.Field], t)
	}
	var groups ui.Group
	var more []ui.Button
	for _, c := range traveler.PreferenceCategories {
		title := p.T("preference.category." + c)
		g := tasteGroup{icon: tasteIcons[c], title: title, facts: ui.Facts{Two: true}}
		for _, f := range traveler.PreferenceFieldsOf(c) {
			g.facts.Items = append(g.facts.Items, v.tasteFacts(f, known[f.Key])...)
		}
		if len(g.facts.Items) > 0 {
			g.actions = v.tasteOpen(c, p.T("preference.edit_of", "Category", title), "edit", true)
			groups = append(groups, taste(g))
			continue
		}
		for _, b := range v.tasteOpen(c, title, tasteIcons[c], false) {
			more = append(more, b.(ui.Button))
		}
	}
	card := ui.Card{ID: "preferences", Title: p.T("preference.card")}
	content := groups
	if len(groups) == 0 && len(more) == 0 {
		return within(ui.CardBox(card), ui.Empty{Title: p.T("preference.none"), Small: true})
	}
	if len(more) > 0 {
		content = append(content, tasteMore(more))
	}
	return within(ui.CardBox(card), content)
}

// tasteOpen opens a category. Where the person comes back from editing it, the focus is
// there again.
func (v *recordView) tasteOpen(category, label, icon string, iconOnly bool) (out []templ.Component) {
	landed := v.landed
	if name := v.p.R.URL.Query().Get("card"); landed == "" && v.back {
		landed = strings.TrimPrefix(name, "preferences-")
	}
	for _, c := range v.open("preferences", category, label, icon) {
		b := c.(ui.Button)
		b.IconOnly = iconOnly
		b.Focus = v.back && category == landed
		out = append(out, b)
	}
	return out
}

// tasteFacts are the lines of a field of which something is known: one, or one for each
// thing that is said of values.
func (v *recordView) tasteFacts(f traveler.PreferenceField, known []*traveler.Preference) (out []ui.Fact) {
	if len(known) == 0 {
		return nil
	}
	if f.Kind == traveler.PrefSeverity { // one line: what is dangerous comes first
		list := make(ui.BadgeList, len(known))
		for i, p := range known {
			list[i] = ui.Badge{Label: v.tasteText(f, p), Kind: severityKinds[p.Degree]}
		}
		return []ui.Fact{{Label: v.p.T(f.LabelKey("")), Comp: list, Full: true}}
	}
	degrees := f.Degrees()
	if degrees == nil {
		degrees = []string{""}
	}
	for _, d := range degrees {
		var list ui.BadgeList
		fact := ui.Fact{}
		for _, p := range known {
			if p.Degree != d {
				continue
			}
			switch f.Kind {
			case traveler.PrefText:
				fact.Comp, fact.Full = prose(p.Text), true
			case traveler.PrefOne, traveler.PrefNumber, traveler.PrefYesNo:
				fact.Value = v.tasteText(f, p)
			default:
				b := ui.Badge{Label: v.tasteText(f, p)}
				if d == "avoid" {
					b.Kind, b.Icon = "caution", "minus"
				}
				list = append(list, b)
				fact.Comp = list
			}
		}
		if fact.Comp != nil || fact.Value != "" {
			fact.Label = v.p.T(f.LabelKey(d))
			out = append(out, fact)
		}
	}
	return out
}

// severityKinds colour what somebody doesn't stand by how dangerous it is.
var severityKinds = map[string]string{"intolerance": "caution", "allergy": "danger", "anaphylaxis": "danger"}

// tasteText is a value as people read it.
func (v *recordView) tasteText(f traveler.PreferenceField, p *traveler.Preference) string {
	l, text := v.p.L, p.Text
	switch f.Kind {
	case traveler.PrefNumber:
		text = l.Number(p.Number)
	case traveler.PrefYesNo:
		text = v.p.T("preference.value." + p.Code)
	case traveler.PrefPlaces:
		if text = l.Country(p.Code); p.Text != "" {
			text = p.Text + ", " + text
		}
		if p.Number != 0 {
			text += " " + strconv.FormatInt(p.Number, 10)
		}
	case traveler.PrefWords, traveler.PrefText:
	default:
		text = v.options.Label(l, f.List, p.Code)
		if f.Kind == traveler.PrefSeverity && p.Degree != "preference" {
			text = v.p.L.Pair(text, v.p.T("preference.degree."+p.Degree))
		}
	}
	if p.Note != "" {
		text = v.p.T("preference.with_note", "Value", text, "Note", p.Note)
	}
	return text
}
