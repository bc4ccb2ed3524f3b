package web

import (
	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// journeyCheck asks of a journey: the day of return and where it goes (W11). What was
// asked stands in the address, so the answer can be kept and passed on.
type journeyCheck struct {
	asked    bool
	when     traveler.When
	day      string // as typed
	problem  error
	findings []ui.Alert
}

// journey reads what was asked, and looks at the person's documents for it.
func (v *recordView) journey() (c journeyCheck) {
	f := Form(v.p.R.URL.Query())
	if c.asked = v.form == nil && f.Has("check"); !c.asked {
		return c
	}
	c.when.Country, c.day = f.Str("country"), f.Str("date")
	f.putDate("date", v.p.Agency.Country, false, &c.when.Date)
	var bad errs.Collect
	switch {
	case c.day == "":
		c.when.Date = v.p.Today()
	case !c.when.Date.HasYear():
		bad.Add("date", "error.date")
	}
	if _, ok := traveler.CountryOf(c.when.Country); c.when.Country != "" && !ok {
		bad.Add("country", "error.country")
	}
	if c.problem = bad.Err(); c.problem == nil {
		c.findings = v.findings(c.when)
	}
	return c
}

// findings are what could stop a journey, the gravest first.
func (v *recordView) findings(when traveler.When) (out []ui.Alert) {
	p, docs := v.p, v.docs[v.person.ID]
	named := map[record.Ref]string{}
	for _, d := range docs.All() {
		named[record.Ref{Kind: d.Table(), ID: record.Stamps(d).ID}] = v.documentName(d)
	}
	all := traveler.Warnings(v.person, docs, when, v.rules)
	for _, level := range []string{"danger", "caution", "note"} {
		for _, w := range all {
			if w.Level != level {
				continue
			}
			a := ui.Alert{Kind: level, Strong: p.warning(w), Text: p.advice(w)}
			if level == "note" {
				a.Kind = "info"
			}
			if name := named[record.Ref{Kind: w.Kind, ID: w.ID}]; name != "" && (w.Code == "document_expired" || w.Code == "name") {
				a.Strong = p.L.Pair(name, a.Strong)
			}
			out = append(out, a)
		}
	}
	if len(out) == 0 {
		out = append(out, ui.Alert{Kind: "good", Text: p.T("document.check.good")})
	}
	return out
}

// journeyForm is the part of the card that checks the documents for a journey.
func (v *recordView) journeyForm() templ.Component {
	p, c := v.p, v.journey()
	if !c.asked {
		return journeyClosed(v)
	}
	day := p.dateField(ui.Field{Name: "date", ID: "check-date", Label: p.T("document.check.date"), Width: 6, Error: p.Problem(c.problem, "date")}, c.day, false)
	day.NoYear = false
	if c.problem == nil {
		day.Value = p.typedDate(c.when.Date)
	}
	land := ui.Select{Field: ui.Field{Name: "country", ID: "check-country", Label: p.T("document.check.country"), Width: 6, Error: p.Problem(c.problem, "country")},
		Value: c.when.Country, Options: p.countries(), HasNone: true}
	ask := ui.Button{Label: p.T("document.check.go"), Icon: "plane", Small: true, Submit: true}
	if p.wantsFragment() && p.R.URL.Query().Has("date") {
		ask.Attrs = templ.Attributes{"autofocus": true} // where the person was
	}
	return journeyBox(v, c, ui.Group{day, land}, ask)
}
