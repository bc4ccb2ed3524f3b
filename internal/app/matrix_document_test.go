package app_test

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// papers gives the traveler documents of each kind that one may have more of, and one of each in the trash.
func (m *matrix) papers(name string, actor db.Actor, ids map[string]int64) {
	dbtest.Update(m.t, m.DB, actor, func(ctx context.Context, tx *db.Tx) error {
		for part, land := range map[string]string{"": "PL", "ex": "DE"} {
			for _, d := range []traveler.Document{
				&traveler.Passport{TravelerID: ids["traveler"], Country: land, No: record.Plain("ZQ1234567"), Expires: "2035-01-01", Note: "zq" + name + "paper"},
				&traveler.Visa{TravelerID: ids["traveler"], Country: "US", Note: "zq" + name + "paper"},
				&traveler.OtherDocument{TravelerID: ids["traveler"], Kind: "ktn", Note: "zq" + name + "paper"},
			} {
				if err := m.paper(ctx, tx, d, part, ids); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// paper keeps a document, or one in the trash where its part begins with "ex".
func (m *matrix) paper(ctx context.Context, tx *db.Tx, d traveler.Document, part string, ids map[string]int64) error {
	err := record.Insert(ctx, tx, d)
	ids[part+d.Table()] = record.Stamps(d).ID
	if err == nil && part != "" {
		err = record.Delete(ctx, tx, d, record.Stamps(d).ID, 0)
	}
	return err
}

// onceOnly gives the traveler what a person has once: nationalities, a consent.
func (m *matrix) onceOnly(name string, actor db.Actor, ids map[string]int64) {
	dbtest.Update(m.t, m.DB, actor, func(ctx context.Context, tx *db.Tx) error {
		for part, land := range map[string]string{"": "PL", "ex": "DE"} {
			if err := m.paper(ctx, tx, &traveler.Nationality{TravelerID: ids["traveler"], Country: land, Note: "zq" + name + "paper"}, part, ids); err != nil {
				return err
			}
		}
		a := &traveler.MedicalConsent{TravelerID: ids["traveler"], GivenOn: "2026-01-02", Source: "paper"}
		err := record.Insert(ctx, tx, a)
		ids["consent"] = a.ID
		return err
	})
}

// rule is one of a country that has none yet.
func (m *matrix) rule() int64 {
	codes := country.Codes()
	return m.insert("ada", &traveler.CountryRule{Country: codes[m.n%len(codes)], Months: 6})
}

// documentRows are the travel documents of persons and the rules of countries.
var documentRows = func() []row {
	bodies := map[string][2]string{
		"passport":       {"country=PL&number=ZQ77&expires=2031-01-01", `{"country":"PL","number":"ZQ77"}`},
		"visa":           {"country=US&type=esta", `{"country":"US"}`},
		"nationality":    {"country=FR", `{"country":"FR"}`},
		"other_document": {"kind=ktn", `{"kind":"ktn"}`},
	}
	paths := map[string]string{"passport": "passports", "visa": "visas", "nationality": "nationalities", "other_document": "other-documents"}
	var out []row
	for _, kind := range traveler.DocumentKinds {
		for _, page := range []string{"client", "traveler"} {
			at := "POST /" + page + "s/{id}/documents/{kind}"
			out = append(out,
				row{route: at, who: writers, on: "live", need: 'e', id: page, kind: kind, body: bodies[kind][0], ok: 303, uses: true},
				row{route: at + "/{row}", who: writers, on: "live", need: 'e', id: page, part: kind, kind: kind, body: "version={v}&note=n{n}", ok: 303},
				row{route: at + "/{row}/seen", who: writers, on: "live", need: 'e', id: page, part: kind, kind: kind, body: "seen=1", ok: 303},
				row{route: at + "/{row}/delete", who: writers, on: "live", need: 'e', id: page, part: kind, kind: kind, ok: 303, uses: true},
				row{route: at + "/{row}/restore", who: writers, on: "live", need: 'e', id: page, part: "ex" + kind, kind: kind, ok: 303, uses: true})
		}
		at := v1 + "/travelers/{id}/" + paths[kind]
		one := at + "/{number}"
		out = append(out,
			row{route: "GET" + at, on: "live", need: 's', id: "traveler", ok: 200},
			row{route: "POST" + at, who: writers, on: "live", need: 'e', id: "traveler", body: bodies[kind][1], ok: 201, uses: true},
			row{route: "GET" + one, on: "live", need: 's', id: "traveler", part: kind, ok: 200},
			row{route: "PATCH" + one, who: writers, on: "live", need: 'e', id: "traveler", part: kind, body: `{"note":"n{n}"}`, ok: 200},
			row{route: "DELETE" + one, who: writers, on: "live", need: 'e', id: "traveler", part: kind, ok: 204, uses: true},
			row{route: "POST" + one + "/seen", who: writers, on: "live", need: 'e', id: "traveler", part: kind, body: `{"seen":true}`, ok: 200},
			row{route: "POST" + one + "/restore", who: writers, on: "live", need: 'e', id: "traveler", part: "ex" + kind, ok: 200, uses: true})
	}
	return slices.Concat(out, []row{
		{route: "GET" + v1 + "/travelers/{id}/document-warnings", on: "live", need: 's', id: "traveler", query: "?date=2034-09-01&country=TH", ok: 200},
		{route: "GET /travelers/{id}/documents/{kind}/{row}/apis", who: writers, on: "live", need: 's', id: "traveler", part: "passport", kind: "passport", ok: 200},
		{route: "POST /travelers/{id}/documents/{kind}/{row}/apis", who: writers, on: "live", need: 's', id: "traveler", part: "passport", kind: "passport", body: "reason=visa", ok: 200},
		{route: "GET" + v1 + "/travelers", query: "?passport_expires=2035-01-01&columns=family,passport_expires", ok: 200},
	}, catalogRows("/country-rules", "rule", admins, `{"country":"TH","passport_months":6}`, `{"passport_months":3}`),
		[]row{
			{route: "GET /admin/countries", who: admins, ok: 200},
			{route: "GET /admin/countries/new", who: admins, ok: 200},
			{route: "POST /admin/countries/new", who: admins, body: "country=AX&passport_months=1", ok: 303},
			{route: "GET /admin/countries/{id}", who: admins, on: "rule", need: 's', id: "id", ok: 200},
			{route: "POST /admin/countries/{id}", who: admins, on: "rule", need: 'o', id: "id", part: "id", kind: "country_rule", body: "passport_months=2&version={v}", ok: 303},
			{route: "POST /admin/countries/{id}/delete", who: admins, on: "rule", need: 'o', id: "id", ok: 303, uses: true},
		})
}()
