package app_test

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// cardReaders may see card numbers in the clear.
var cardReaders = []string{"ada", "max", "ann", "amy", "bob", "joe", "zoe"}

// purse gives the traveler a payment card and medical information.
func (m *matrix) purse(actor db.Actor, ids map[string]int64) {
	dbtest.Update(m.t, m.DB, actor, func(ctx context.Context, tx *db.Tx) error {
		c := &client.Card{TravelerID: ids["traveler"], Number: record.Plain("4111111111111111")}
		e := &traveler.MedicalEntry{TravelerID: ids["traveler"], Kind: "allergy", What: record.Plain("peanuts")}
		for _, r := range []record.Record{c, e} {
			if err := record.Insert(ctx, tx, r); err != nil {
				return err
			}
		}
		ids["card"], ids["medical"] = c.ID, e.ID
		return nil
	})
}

// secretRows are what is kept sealed: cards, medical information, and looking at it.
var secretRows = func() []row {
	out := []row{
		{route: "GET /reveal", who: cardReaders, query: "?kind=payment_card&id=1&column=number", ok: 200},
		{route: "GET /reveal", query: "?kind=payment_card&id=1&column=holder", ok: 404},
		{route: "POST /reveal", who: cardReaders, on: "live", need: 's', body: "kind=payment_card&id={card}&column=number&reason=booking", ok: 200},
		{route: "POST /reveal", who: cardReaders, on: "live", need: 's', body: "kind=payment_card&id={card}&column=number", ok: 422, none: 422},
		{route: "GET /clients/{id}/reveals", on: "live", need: 's', id: "client", ok: 200},
		{route: "GET /travelers/{id}/reveals", on: "live", need: 's', id: "traveler", ok: 200},
		{route: "GET /admin/reveals", who: audits, ok: 200},
		{route: "GET /travelers/{id}/medical/reveal", who: writers, on: "live", need: 's', id: "traveler", ok: 200},
		{route: "POST /travelers/{id}/medical/reveal", who: writers, on: "live", need: 's', id: "traveler", body: "reason=visa", ok: 200},
		{route: "POST /clients/{id}/payment", who: writers, on: "live", need: 'e', id: "client", part: "client", kind: "client", body: "version={v}&payment_form=P&default_card_id={card}", ok: 303},
		{route: "POST" + v1 + "/reveal", who: cardReaders, on: "live", need: 's',
			body: `{"kind":"payment_card","id":{card},"column":"number","reason":"booking","password":"` + secret + `"}`, ok: 200},
		{route: "POST" + v1 + "/reveal", who: cardReaders, on: "live", need: 's',
			body: `{"kind":"payment_card","id":{card},"column":"number","reason":"booking"}`, ok: 403, none: 403},
		{route: "GET /travelers/export/secrets", who: leaders, ok: 200},
		{route: "GET /travelers/export/secrets", who: leaders, query: "?ids=1", ok: 200},
		{route: "POST /travelers/export/secrets", who: leaders, on: "live", need: 's', ok: 200, none: 200,
			body: "ids={traveler}&_format=csv&_col=family&_secret=passport_number&reason=visa"},
		{route: "POST /travelers/export/secrets", who: leaders, body: "all=1&_format=csv&_secret=passport_number", ok: 422},
		{route: "POST" + v1 + "/travelers/export/secrets", who: leaders, on: "live", need: 's', ok: 200, none: 200,
			body: `{"ids":[{traveler}],"format":"csv","columns":["family"],"secrets":["passport_number"],"reason":"visa","password":"` + secret + `"}`},
		{route: "POST" + v1 + "/travelers/export/secrets", who: leaders,
			body: `{"all":true,"format":"csv","secrets":["passport_number"],"reason":"visa"}`, ok: 403},
		{route: "GET" + v1 + "/reveals", who: audits, ok: 200},
		{route: "GET" + v1 + "/clients/{id}/reveals", on: "live", need: 's', id: "client", ok: 200},
		{route: "GET" + v1 + "/travelers/{id}/reveals", on: "live", need: 's', id: "traveler", ok: 200},
		{route: "GET" + v1 + "/clients/{id}/cards", on: "live", need: 's', id: "client", ok: 200},
	}
	for _, page := range []string{"client", "traveler"} {
		at := "POST /" + page + "s/{id}/"
		out = append(out,
			row{route: at + "cards", who: writers, on: "live", need: 'e', id: page, body: "traveler_id={traveler}&number=5555555555554444&expires=05%2F29", ok: 303},
			row{route: at + "cards/{row}", who: writers, on: "live", need: 'e', id: page, part: "card", kind: "payment_card", body: "version={v}&note=n{n}", ok: 303},
			row{route: at + "cards/{row}/delete", who: writers, on: "live", need: 'e', id: page, part: "card", ok: 303, uses: true},
			row{route: at + "medical", who: writers, on: "live", need: 'e', id: page, body: "traveler_id={traveler}&kind=medicine&what=pills", ok: 303},
			row{route: at + "medical/{row}", who: writers, on: "live", need: 'e', id: page, part: "medical", kind: "medical_entry", body: "version={v}&what=w{n}", ok: 303},
			row{route: at + "medical/{row}/delete", who: writers, on: "live", need: 'e', id: page, part: "medical", ok: 303, uses: true},
			row{route: at + "medical-consent", who: writers, on: "live", need: 'e', id: page, part: "consent", kind: "medical_consent",
				body: "version={v}&consent_id={consent}&traveler_id={traveler}&given_on=2026-01-03&source=paper&note=n{n}", ok: 303})
	}
	for _, n := range []struct {
		path, part, body string
		readers          []string
	}{
		{"cards", "card", `{"number":"5555555555554444","expires":"2029-05"}`, nil},
		{"medical", "medical", `{"kind":"medicine","what":"pills"}`, writers},
		{"medical-consent", "consent", `{"given_on":"2026-02-03","source":"verbal"}`, writers},
	} {
		at := v1 + "/travelers/{id}/" + n.path
		create := row{route: "POST" + at, who: writers, on: "live", need: 'e', id: "traveler", body: n.body, ok: 201}
		if n.part == "consent" { // there is one already
			create.ok = 409
		}
		out = append(out, create,
			row{route: "GET" + at, who: n.readers, on: "live", need: 's', id: "traveler", ok: 200},
			row{route: "GET" + at + "/{number}", who: n.readers, on: "live", need: 's', id: "traveler", part: n.part, ok: 200},
			row{route: "PATCH" + at + "/{number}", who: writers, on: "live", need: 'e', id: "traveler", part: n.part, body: `{"note":"n{n}"}`, ok: 200},
			row{route: "DELETE" + at + "/{number}", who: writers, on: "live", need: 'e', id: "traveler", part: n.part, ok: 204, uses: true})
	}
	return slices.Clip(out)
}()
