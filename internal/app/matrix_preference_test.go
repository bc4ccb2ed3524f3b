package app_test

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// tasteRows are what travelers like, where they are members, their special dates and
// emergency contacts, and the lists that go with them.
var tasteRows = slices.Concat(tasteForms("client"), tasteForms("traveler"),
	tasteOps("preferences", "taste", `{"field":"home_airport","text":"A{n}"}`, `{"note":"n{n}"}`),
	tasteOps("loyalty", "member", `{"programme_id":{programme},"number":"N{n}"}`, `{"tier":"t{n}"}`),
	tasteOps("special-dates", "day", `{"type":"NAME_DAY","date":"--03-19"}`, `{"note":"n{n}"}`),
	tasteOps("emergency-contacts", "helper", `{"name":"N{n}","phone":"601 100 200"}`, `{"relation":"r{n}"}`),
	formRows("programmes", "prog", "programme", leaders, "name=P{n}"),
	[]row{
		{route: "GET" + v1 + "/programmes", ok: 200},
		{route: "POST" + v1 + "/programmes", who: writers, body: `{"name":"P{n}"}`, ok: 201}, // R036
		{route: "GET" + v1 + "/programmes/{number}", on: "prog", need: 's', part: "id", ok: 200},
		{route: "PATCH" + v1 + "/programmes/{number}", who: leaders, on: "prog", need: 'o', part: "id", body: `{"supplier":"S{n}"}`, ok: 200},
		{route: "DELETE" + v1 + "/programmes/{number}", who: leaders, on: "prog", need: 'o', part: "id", ok: 204, uses: true},
		{route: "GET" + v1 + "/options", ok: 200},
		{route: "POST" + v1 + "/options", who: leaders, body: `{"list":"room","label":"Room {n}"}`, ok: 201},
		{route: "GET" + v1 + "/options/{number}", on: "choice", need: 's', part: "id", ok: 200},
		{route: "PATCH" + v1 + "/options/{number}", who: leaders, on: "choice", need: 'o', part: "id", body: `{"label":"L{n}"}`, ok: 200},
		{route: "GET" + v1 + "/option-lists", ok: 200},
		{route: "GET" + v1 + "/preference-fields", ok: 200},
		{route: "GET /admin/options", who: leaders, ok: 200},
		{route: "GET /admin/options/{kind}", kind: "board", who: leaders, ok: 200},
		{route: "POST /admin/options/{kind}", kind: "bed", who: leaders, body: "version=0", ok: 303},
	})

// tasteForms are the forms on the pages of both; a client's page writes to its only
// traveler.
func tasteForms(kind string) []row {
	at := "POST /" + kind + "s/{id}/"
	out := []row{{route: at + "preferences", who: writers, on: "live", need: 'e', id: kind, body: "_row=flight&_tick.home_airport=1&home_airport=B{n}", ok: 303, uses: true}}
	for _, p := range []struct{ path, part, kind, add, edit string }{
		{"loyalty", "member", "loyalty", "programme=Own+{n}&number=1", "tier=t{n}"},
		{"special-dates", "day", "special_date", "type=OTHER&date=1.1.2000&remind_days=3", "note=n{n}"},
		{"emergency-contacts", "helper", "emergency_contact", "name=N{n}&phone=601100200", "relation=r{n}"},
	} {
		out = append(out,
			row{route: at + p.path, who: writers, on: "live", need: 'e', id: kind, body: p.add, ok: 303},
			row{route: at + p.path + "/{row}", who: writers, on: "live", need: 'e', id: kind, part: p.part, kind: p.kind, body: "version={v}&" + p.edit, ok: 303},
			row{route: at + p.path + "/{row}/delete", who: writers, on: "live", need: 'e', id: kind, part: p.part, kind: p.kind, body: "version={v}", ok: 303, uses: true})
	}
	return out
}

// tasteOps are the operations on one of the nouns.
func tasteOps(path, part, body, change string) []row {
	at := v1 + "/travelers/{id}/" + path
	return []row{
		{route: "GET" + at, on: "live", need: 's', id: "traveler", ok: 200},
		{route: "POST" + at, who: writers, on: "live", need: 'e', id: "traveler", body: body, ok: 201},
		{route: "GET" + at + "/{number}", on: "live", need: 's', id: "traveler", part: part, ok: 200},
		{route: "PATCH" + at + "/{number}", who: writers, on: "live", need: 'e', id: "traveler", part: part, body: change, ok: 200},
		{route: "DELETE" + at + "/{number}", who: writers, on: "live", need: 'e', id: "traveler", part: part, ok: 204, uses: true},
	}
}

// tastes plants one of each on the traveler of a subject.
func (m *matrix) tastes(actor db.Actor, ids map[string]int64, mark func(string) string) {
	dbtest.Update(m.t, m.DB, actor, func(ctx context.Context, tx *db.Tx) error {
		p, err := traveler.ProgrammeNamed(ctx, tx, "Miles & More", "")
		if err != nil {
			return err
		}
		ids["programme"] = p.ID
		for part, r := range map[string]record.Record{
			"taste":  &traveler.Preference{TravelerID: ids["traveler"], Field: "hotel_note", Text: mark("taste")},
			"member": &traveler.Loyalty{TravelerID: ids["traveler"], ProgrammeID: p.ID, Number: mark("member"), PIN: record.Plain(mark("pin"))},
			"day":    &traveler.SpecialDate{TravelerID: ids["traveler"], Type: "WEDDING", Date: "2001-06-12", Yearly: true, Note: mark("day")},
			"helper": &traveler.EmergencyContact{TravelerID: ids["traveler"], Name: mark("helper"), Phone: "601 100 200"},
		} {
			if err := record.Insert(ctx, tx, r); err != nil {
				return err
			}
			ids[part] = record.Stamps(r).ID
		}
		return nil
	})
}
