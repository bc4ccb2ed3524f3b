package api

import (
	"context"

	"github.com/carnetcrm/carnet/internal/cardno"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/traveler"
)

var cardModel = newModel("PaymentCard", "A payment card of a traveler. Its number is sealed; the security code is never kept, in no field.", &client.Card{},
	prop{name: "number", doc: "Only written: the digits. Answers have \"•••\"; see \"Look at a secret\".", max: 40, example: "4111 1111 1111 1111", must: true},
	prop{name: "brand", doc: "Found from the number.", enum: cardno.Brands, ro: true, example: "visa"},
	prop{name: "last4", doc: "Its last four digits.", ro: true, example: "1111"},
	prop{name: "holder", doc: "Name on the card.", max: 200, example: "JOANNA KOWALSKA"},
	prop{name: "expires", doc: "Last month in which it is valid: 2027-05 or 05/27.", max: 10, example: "2027-05"},
	prop{name: "street", doc: "Street of the billing address.", max: 200, example: "ul. Długa 5"},
	prop{name: "postal_code", doc: "Postal code.", max: 200, example: "31-147"},
	prop{name: "city", doc: "City.", max: 200, example: "Kraków"},
	prop{name: "region", doc: "State or province.", max: 200, example: ""},
	prop{name: "country", doc: "ISO 3166 code, or the name of the country.", max: 100, example: "PL"},
	prop{name: "note", doc: "When to use it. Numbers and security codes are refused here.", max: 2000, example: "for hotels"},
)

var cards = noun[client.Card]{one: "payment card", many: "payment cards", id: "traveler.card", group: "Travelers", path: "/travelers/{id}/cards",
	model: cardModel, need: "client.edit", doc: "Payment cards of the traveler.",
	list: func(ctx context.Context, tx *db.Tx, q *req) ([]client.Card, error) {
		if err := travelerOwner.seen(ctx, tx, q); err != nil {
			return nil, err
		}
		return client.Cards(ctx, tx, q.id())
	},
	prep: func(q *req, c *client.Card) { c.TravelerID = q.id() },
	owns: func(q *req, c *client.Card) bool { return c.TravelerID == q.id() }}

var medicalModel = newModel("MedicalEntry", "One thing to know about a person's health. All texts are sealed.", &traveler.MedicalEntry{},
	prop{name: "kind", doc: "What it is.", enum: traveler.MedicalKinds, example: "allergy", must: true},
	prop{name: "what", doc: "Only written: what it is about.", max: 5000, example: "peanuts"},
	prop{name: "reaction", doc: "Only written: of an allergy.", max: 5000, example: "swelling"},
	prop{name: "severity", doc: "Only written: preference, intolerance, allergy or anaphylaxis.", max: 40, example: "anaphylaxis"},
	prop{name: "medicine", doc: "Only written: what they carry along.", max: 5000, example: "adrenaline pen"},
	prop{name: "given_on", doc: "Only written: day of a vaccination, 2026-05-12.", max: 10, example: ""},
	prop{name: "valid_to", doc: "Only written: until when it protects.", max: 10, example: ""},
	prop{name: "note", doc: "Only written: more about it.", max: 5000, example: ""},
)

var medicalEntries = noun[traveler.MedicalEntry]{one: "medical entry", many: "medical entries", id: "traveler.medical", group: "Travelers", path: "/travelers/{id}/medical",
	model: medicalModel, need: "medical.view", readNeed: "medical.view", doc: "What is known about the person's health, sealed: kinds and numbers.",
	list: func(ctx context.Context, tx *db.Tx, q *req) ([]traveler.MedicalEntry, error) {
		if err := travelerOwner.seen(ctx, tx, q); err != nil {
			return nil, err
		}
		m, err := traveler.MedicalOf(ctx, tx, q.id())
		return m.Entries, err
	},
	prep: func(q *req, m *traveler.MedicalEntry) { m.TravelerID = q.id() },
	owns: func(q *req, m *traveler.MedicalEntry) bool { return m.TravelerID == q.id() }}

var consentModel = newModel("MedicalConsent", "That the person agreed to their health data being kept.", &traveler.MedicalConsent{},
	prop{name: "given_on", doc: "The day.", example: "2026-05-12", must: true},
	prop{name: "source", doc: "How they said so.", enum: traveler.ConsentSources, example: "paper", must: true},
	prop{name: "note", doc: "More about it.", max: 500, example: ""},
)

var medicalConsents = noun[traveler.MedicalConsent]{one: "consent to health data", many: "consents to health data", id: "traveler.medical_consent", group: "Travelers",
	path: "/travelers/{id}/medical-consent", model: consentModel, need: "medical.view", readNeed: "medical.view", doc: "One at most; deleting it is withdrawing it.",
	list: func(ctx context.Context, tx *db.Tx, q *req) ([]traveler.MedicalConsent, error) {
		if err := travelerOwner.seen(ctx, tx, q); err != nil {
			return nil, err
		}
		m, err := traveler.MedicalOf(ctx, tx, q.id())
		if err != nil || m.Consent == nil {
			return nil, err
		}
		return []traveler.MedicalConsent{*m.Consent}, nil
	},
	prep: func(q *req, m *traveler.MedicalConsent) { m.TravelerID = q.id() },
	owns: func(q *req, m *traveler.MedicalConsent) bool { return m.TravelerID == q.id() }}

// clientCards lists the cards of all travelers of a client (R038).
var clientCards = op{id: "client.card.list", method: "GET", path: "/clients/{id}/cards", group: "Clients", summary: "List payment cards",
	doc: "The cards of all travelers of the client.", status: 200, reply: all("PaymentCard", cardModel.read), run: func(ctx context.Context, tx *db.Tx, q *req) error {
		if err := clientOwner.seen(ctx, tx, q); err != nil {
			return err
		}
		links, err := client.Links(ctx, tx, q.id())
		if err != nil {
			return err
		}
		var ids []int64
		for _, l := range links {
			ids = append(ids, l.TravelerID)
		}
		list, err := client.Cards(ctx, tx, ids...)
		q.out = append(appendRecords(append(q.out, `{"items":`...), cardModel, list, q.actor), '}')
		return err
	}}

func cardOps() []op {
	out := append(ops(cards), clientCards)
	out = append(out, ops(medicalEntries)...)
	return append(out, ops(medicalConsents)...)
}

// isCode reports whether a member is named like a card's security code: it is refused in
// words of its own.
func isCode(name string) bool { return cardno.IsCodeName(name) }
