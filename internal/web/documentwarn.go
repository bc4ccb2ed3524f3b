package web

import (
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// documentAlerts tell in the head of the page what could stop the next journey.
func (v *recordView) documentAlerts() (out ui.Group) {
	p := v.p
	for _, t := range v.people() {
		d := v.docs[t.ID]
		if d == nil {
			continue
		}
		for _, w := range traveler.Warnings(t, d, traveler.When{Date: p.Today()}, v.rules) {
			if w.Level == "note" {
				continue
			}
			a := ui.Alert{Kind: w.Level, Icon: "passport", Strong: p.L.Pair(t.Name(), p.warning(w)), Text: p.advice(w)}
			if w.Level == "danger" {
				a.Icon = ""
			}
			out = append(out, a)
		}
	}
	return out
}

// warning says what is wrong, advice what follows from it. What expires before a journey
// but is valid today hasn't expired yet.
func (p *Page) warning(w traveler.Warning) string {
	key := "document.warning." + w.Code
	if !w.Date.Before(p.Today()) && p.L.Has(key+"_then") {
		key += "_then"
	}
	return p.T(key, "Date", p.L.Date(w.Date), "Country", p.land(w.Country))
}

func (p *Page) advice(w traveler.Warning) string {
	switch {
	case w.Code == "passport_soon" && w.Country != "":
		return p.T("document.advice.passport_country", "Country", p.land(w.Country), "Count", w.Months)
	case w.Code == "passport_soon":
		return p.T("document.advice.passport_soon", "Count", w.Months)
	case p.L.Has("document.advice." + w.Code):
		return p.T("document.advice." + w.Code)
	}
	return ""
}

// passportNote is "Passport until 2 Mar 2027" for the row of a client's traveler, with
// the kind of what is wrong with it.
func (v *recordView) passportNote(t *traveler.Traveler) (text, kind string) {
	if t.PassportUntil == "" {
		return "", ""
	}
	text = v.p.T("document.passport_until", "Date", v.p.L.Date(t.PassportUntil))
	if d := v.docs[t.ID]; d != nil {
		for _, w := range traveler.Warnings(t, d, traveler.When{Date: v.p.Today()}, v.rules) {
			if w.Kind == "passport" && w.Level != "note" && w.Code != "name" {
				return text, w.Level
			}
		}
	}
	return text, ""
}
