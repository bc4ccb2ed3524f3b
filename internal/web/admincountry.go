package web

import (
	"context"
	"strconv"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// countryCatalog is how long countries want passports to be valid (W11).
var countryCatalog = &catalog{name: "countries", kind: "country_rule", right: "agency.manage",
	blankRecord: func() record.Record { return &traveler.CountryRule{Months: 6} }, rows: countryRuleRows, fill: fillCountryRule, fields: countryRuleFields}

// countryRuleRows lists the countries by their names.
func countryRuleRows(ctx context.Context, tx *db.Tx, p *Page) (out []ui.Row, err error) {
	list, err := traveler.CountryRules(ctx, tx)
	if err != nil {
		return nil, err
	}
	byCode := map[string]*traveler.CountryRule{}
	for i := range list {
		byCode[list[i].Country] = &list[i]
	}
	add := func(r *traveler.CountryRule) {
		text := p.T("admin.country.journey")
		if r.Months > 0 {
			text = p.T("admin.country.months", "Count", int(r.Months))
		}
		out = append(out, p.catalogRow("/admin/countries", r.ID, p.land(r.Country), join(text, r.Note), true))
	}
	for _, o := range p.countries() {
		if r := byCode[o.Value]; r != nil {
			add(r)
			delete(byCode, o.Value)
		}
	}
	for i := range list { // what is no country
		if byCode[list[i].Country] != nil {
			add(&list[i])
		}
	}
	return out, nil
}

func fillCountryRule(f Form, r record.Record) {
	c := r.(*traveler.CountryRule)
	f.put("country", &c.Country)
	f.putNumber("passport_months", &c.Months)
	f.put("note", &c.Note)
}

func countryRuleFields(p *Page, r record.Record, err error, _ []ui.Option) templ.Component {
	c := r.(*traveler.CountryRule)
	return ui.Group{
		ui.Select{Field: p.adminField("country_rule", "country", err, 6), Value: c.Country, Options: p.countries(), HasNone: true},
		ui.Input{Field: p.adminField("country_rule", "passport_months", err, 6), InputMode: "numeric", Value: strconv.FormatInt(c.Months, 10), Autocomplete: "off"},
		ui.Input{Field: p.adminField("country_rule", "note", err, 0), Value: c.Note, MaxLength: 500, Autocomplete: "off"},
	}
}

// monthsInput is how long passports must be valid where no country says otherwise.
func (p *Page) monthsInput(a *agency.Agency, err error) ui.Input {
	f := p.adminField("agency", "passport_months", err, 6)
	f.Help = p.T("admin.help.passport_months")
	return ui.Input{Field: f, InputMode: "numeric", Value: strconv.FormatInt(a.PassportMonths, 10), Autocomplete: "off"}
}
