package web

import (
	"strings"

	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

func init() {
	idColumns["programme_id"] = "programme"
	nameQueries["programme"] = "SELECT x.id, x.name FROM {programme} x WHERE x.id IN {ids $1}"
	for kind, icon := range map[string]string{"preference": "heart", "loyalty": "star", "special_date": "calendar", "emergency_contact": "phone"} {
		eventIcons[kind] = icon
	}
	shortFields["loyalty"] = []string{"programme_id", "number", "tier"}
	shortFields["special_date"] = []string{"type", "date", "note"}
	shortFields["emergency_contact"] = []string{"name", "relation", "phone"}
}

// tasteKinds are the kinds of record that the cards of taste edit.
var tasteKinds = map[string]string{"preferences": "preference", "loyalty": "loyalty", "dates": "special_date", "emergency": "emergency_contact"}

// sameTaste reports whether an entry of the timeline belongs to the same save of
// preferences as the one before it: they are told together, field by field.
func (v *recordView) sameTaste(i int) bool {
	if i == 0 {
		return false
	}
	a, b := &v.history[i-1], &v.history[i]
	return a.Kind == "preference" && b.Kind == "preference" && a.At == b.At && a.UserID == b.UserID
}

// tasteEvent tells what one save made of preferences: "Bed King, was Twin".
func (v *recordView) tasteEvent(ev ui.Event, e record.Entry) ui.Event {
	old, is := map[string][]string{}, map[string][]string{}
	var order []string
	for i := len(v.history) - 1; i >= 0; i-- { // oldest first
		x := v.history[i]
		if x.Kind != "preference" || x.At != e.At || x.UserID != e.UserID {
			continue
		}
		was, now := v.tasteOfEntry(x)
		key := was.Field + now.Field
		if x.Op == "edit" || was.Field != "" && now.Field != "" {
			key = now.Field
		}
		f, ok := traveler.PreferenceFieldOf(key)
		if !ok {
			continue // the value is gone, and nobody knows what it was of
		}
		if old[key] == nil && is[key] == nil {
			order = append(order, key)
		}
		if was.Field != "" {
			old[key] = append(old[key], v.tasteSaid(f, was))
		}
		if now.Field != "" {
			is[key] = append(is[key], v.tasteSaid(f, now))
		}
	}
	ev.Change, ev.Kind, ev.Title, ev.Text = true, "", v.p.T("history.preference.edit"), ""
	for _, key := range order {
		ev.Changes = append(ev.Changes, ui.Change{Field: v.p.T("preference.field." + key), Old: strings.Join(old[key], ", "), New: strings.Join(is[key], ", ")})
	}
	return ev
}

// tasteSaid is a value with what is said of it.
func (v *recordView) tasteSaid(f traveler.PreferenceField, p traveler.Preference) string {
	s := v.tasteText(f, &p)
	if (f.Kind == traveler.PrefLikes || f.Kind == traveler.PrefPlaces) && p.Degree != "" && p.Degree != "like" {
		s = v.p.L.Pair(v.p.T("preference.degree."+p.Degree), s)
	}
	return s
}

// tasteOfEntry is a value before and after an entry; one without a field wasn't there.
func (v *recordView) tasteOfEntry(e record.Entry) (was, now traveler.Preference) {
	if e.Op == "edit" { // the history holds what changed; the rest is as it is now
		for _, p := range v.taste {
			if p.ID == e.RefID {
				was, now = p, p
			}
		}
	}
	for _, c := range e.Changes {
		setTaste(&was, c.Field, c.Old)
		setTaste(&now, c.Field, c.New)
	}
	return was, now
}

func setTaste(p *traveler.Preference, column, value string) {
	switch column {
	case "field":
		p.Field = value
	case "code":
		p.Code = value
	case "text":
		p.Text = value
	case "degree":
		p.Degree = value
	case "note":
		p.Note = value
	case "number":
		p.Number = Form{"n": {value}}.Int("n")
	}
}
