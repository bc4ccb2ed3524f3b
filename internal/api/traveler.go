package api

import (
	"context"
	"slices"
	"strconv"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

var travelerModel = newModel("Traveler", "A person who travels, with names as in the passport.", &traveler.Traveler{},
	prop{name: "title", doc: "Title before the name.", max: 200, example: "Dr"},
	prop{name: "family", doc: "Family name as in the passport. A traveler needs a family or a given name.", max: 200, example: "Kowalska"},
	prop{name: "given", doc: "Given name as in the passport.", max: 200, example: "Joanna"},
	prop{name: "middle", doc: "Middle names as in the passport.", max: 200, example: "Maria"},
	prop{name: "suffix", doc: "What follows the name.", max: 200, example: ""},
	prop{name: "preferred", doc: "What the person is called.", max: 200, example: "Asia"},
	prop{name: "former", doc: "Family name of earlier years.", max: 200, example: "Nowak"},
	prop{name: "native_name", doc: "The name in its own script.", max: 200, example: ""},
	prop{name: "sex", doc: "As in the travel document; \"\" where unknown.", enum: append([]string{""}, traveler.Sexes...), example: "F"},
	prop{name: "salutation", doc: "How letters begin.", max: 200, example: "Dear Joanna"},
	prop{name: "birth_date", doc: "1980-03-12, or --03-12 where the year is unknown.", example: "1980-03-12"},
	prop{name: "birth_place", doc: "Place of birth.", max: 200, example: "Kraków"},
	prop{name: "birth_country", doc: "ISO 3166 code of the country of birth.", example: "PL"},
	prop{name: "nationality", doc: "ISO 3166 codes of all nationalities by comma.", example: "PL"},
	prop{name: "residence", doc: "ISO 3166 code of the country of residence.", example: "PL"},
	prop{name: "languages", doc: "ISO 639 codes of the languages spoken, by comma.", example: "pl,en"},
	prop{name: "marital_status", doc: "Marital status.", example: "married"},
	prop{name: "occupation", doc: "What the person does.", max: 200, example: "Architect"},
	prop{name: "company", doc: "Where the person works.", max: 200, example: ""},
	prop{name: "position", doc: "As what the person works there.", max: 200, example: ""},
	prop{name: "deceased", doc: "The person has died.", example: false},
	prop{name: "do_not_contact", doc: "The person doesn't want to be contacted.", example: false},
	prop{name: "main_traveler_id", doc: "The traveler through whom this one is reached, such as a parent.", example: int64(9)},
	prop{name: "remarks", doc: "Anything worth remembering.", max: 20000, example: ""},
	prop{name: "phone", doc: "The phone that lists show, E.164.", ro: true, example: "+48601234567"},
	prop{name: "email", doc: "The e-mail that lists show.", ro: true, example: "joanna@example.com"},
	prop{name: "passport_expires", doc: "Until when the passport of the next journey is valid; null where there is none.", ro: true, example: "2030-02-28"},
	prop{name: "fields", doc: ownFieldsDoc},
)

// travelerDocs describe the fields of the traveler list, travelerExamples give
// values.
var travelerDocs = map[string]string{
	"family": "Family name, then given and middle names.", "given": "Given name.", "middle": "Middle names.", "preferred": "What the person is called.",
	"phone": "Phone, E.164.", "email": "E-mail.", "birth_date": "Birth date.", "sex": "As in the travel document.",
	"nationality": "ISO 3166 codes of all nationalities by comma.", "residence": "ISO 3166 code of the country of residence.",
	"languages": "ISO 639 codes of the languages spoken by comma.", "do_not_contact": "Whether the person wants no contact.", "company": "Where the person works.", "occupation": "What the person does.",
	"clients": "Name of a client of the traveler that you may see.", "tag": "A tag of the traveler.", "interest": "An interest of the traveler.",
	"client": "Clients that the traveler belongs to.", "relation": "Persons whom the traveler is related to.",
	"passport_expires": "Until when the passport of the next journey is valid.", "passport_country": "Country of a passport, ISO 3166.",
	"visa_country": "Country or area of a visa.", "document_kind": "Kind of another document.",
	"passport": "Passports of the traveler.", "visa": "Visas of the traveler.", "document": "Other documents of the traveler.", "communication": "Phones, e-mails and other communications of the traveler.",
	"address":    "Addresses of the traveler.",
	"preference": "What the traveler likes and avoids.", "programme": "A loyalty programme of which the traveler is a member.",
	"loyalty": "Memberships in loyalty programmes.", "special_date": "Special dates of the traveler.",
	"created": "When the traveler was created, by day.", "updated": "When the traveler was last changed, by day.", "version": "Version of the record.",
}

var travelerExamples = map[string]any{"family": "Kowalska", "given": "Joanna", "middle": "Maria", "preferred": "Asia", "phone": "+48601234567",
	"email": "joanna@example.com", "birth_date": "1980-03-12", "sex": "F", "nationality": "PL", "residence": "PL", "languages": "pl,en", "do_not_contact": false, "company": "Studio 7", "occupation": "Architect",
	"passport_expires": "2027-03-02", "programme": "Miles & More", "clients": "Kowalska/Joanna", "created": "2026-03-12T09:30:00.000Z", "updated": "2026-03-12T09:30:00.000Z", "version": int64(3)}

var travelerList = extend(traveler.List, "version,family,given,middle,birth_date,sex,nationality,phone,email,created,updated",
	list.Field{Key: "version", Kind: list.Number, SQL: "t.version"})

// clientOfTraveler is a client as a traveler's page shows it.
var clientOfTraveler = obj("TravelerClient", "A client of a traveler.",
	number("client_id", "Number of the client.", 7), text("name", "Name of the client.", "Kowalska/Joanna"), text("code", "Account code.", "KOW567"),
	text("role", "What the traveler is to the client.", "spouse"), yesno("primary", "The traveler stands for the client.", true),
).must("client_id", "name", "code", "role", "primary")

var travelerFull = travelerModel.read.with("TravelerFull", "A traveler with what hangs on it.",
	array("clients", "The clients that you may see.", clientOfTraveler),
	array("communications", "How the traveler is reached, primary ones first.", communicationModel.read),
	array("addresses", "Physical and mailing address.", addressModel.read),
	array("tags", "The tags by name.", tagOnSchema),
).must("clients", "communications", "addresses", "tags")

var travelerNew = travelerModel.write.with("TravelerNew", "A new traveler with what hangs on it.", slices.Concat(partsNew, []member{
	number("client_id", "A client to whom the traveler belongs.", 7).orNull(), linkRole, linkPrimary})...)

func travelerOps() []op {
	return []op{
		{id: "traveler.list", method: "GET", path: "/travelers", group: "Travelers", summary: "List travelers",
			doc:   "The travelers that you may see, in pages. Several filters narrow the list; several values of one filter widen it.",
			query: listParams, filters: travelerList, status: 200,
			reply: pageSchema("Traveler", "A traveler as lists show it.", travelerList, travelerDocs, travelerExamples),
			run:   func(ctx context.Context, tx *db.Tx, q *req) error { return runList(ctx, tx, q, travelerList) }},
		{id: "traveler.create", method: "POST", path: "/travelers", group: "Travelers", summary: "Create a traveler",
			doc:  "Saves a traveler with communications, addresses and tags, in a client or without one.",
			need: "client.edit", body: travelerNew, status: 201, reply: travelerFull, etag: true, run: createTraveler},
		{id: "traveler.get", method: "GET", path: "/travelers/{id}", group: "Travelers", summary: "Read a traveler",
			doc: "The traveler with its clients, communications, addresses and tags.", status: 200, reply: travelerFull, etag: true, run: getTraveler},
		{id: "traveler.edit", method: "PATCH", path: "/travelers/{id}", group: "Travelers", summary: "Change a traveler",
			doc:  "Changes the fields that are sent and leaves the others alone (JSON merge patch, RFC 7396).",
			need: "client.edit", body: travelerModel.patch, status: 200, reply: travelerModel.read, etag: true, ifMatch: true, run: editTraveler},
		{id: "traveler.delete", method: "DELETE", path: "/travelers/{id}", group: "Travelers", summary: "Move a traveler to the trash",
			doc:  "The traveler can be restored for 30 days. Its clients stay.",
			need: "client.delete", status: 204, ifMatch: true,
			run: func(ctx context.Context, tx *db.Tx, q *req) error {
				return flow.TrashTraveler(ctx, tx, q.id(), q.version)
			}},
		{id: "traveler.restore", method: "POST", path: "/travelers/{id}/restore", group: "Travelers", summary: "Restore a traveler from the trash",
			doc:  "The traveler comes back with its clients, communications, addresses and tags.",
			need: "client.delete", status: 200, reply: travelerFull, etag: true,
			run: func(ctx context.Context, tx *db.Tx, q *req) error {
				if err := flow.RestoreTraveler(ctx, tx, q.id()); err != nil {
					return err
				}
				return getTraveler(ctx, tx, q)
			}},
	}
}

func getTraveler(ctx context.Context, tx *db.Tx, q *req) error {
	var t traveler.Traveler
	if err := record.Get(ctx, tx, &t, q.id()); err != nil {
		return err
	}
	return answerTraveler(ctx, tx, q, &t)
}

// answerTraveler writes t with all that hangs on it.
func answerTraveler(ctx context.Context, tx *db.Tx, q *req, t *traveler.Traveler) error {
	b := travelerModel.append(append(q.out, '{'), t, q.actor)
	b = append(appendKey(b, "clients"), '[')
	err := tx.Each(ctx, `SELECT c.id, c.name, c.code, l.role, l.is_primary FROM {client_traveler} l JOIN {client} c ON c.id = l.client_id
		WHERE l.traveler_id = $1 ORDER BY l.id`, []any{t.ID}, func(rows db.Rows) error {
		var id int64
		var name, code, role string
		var primary bool
		err := rows.Scan(&id, &name, &code, &role, &primary)
		b = appendInt(append(appendComma(b), '{'), "client_id", id)
		b = appendText(b, "name", name)
		b = appendText(b, "code", code)
		b = appendText(b, "role", role)
		b = append(appendBool(b, "primary", primary), '}')
		return err
	})
	if err != nil {
		return err
	}
	b, err = appendParts(ctx, tx, append(b, ']'), record.Ref{Kind: "traveler", ID: t.ID}, q.actor)
	q.out, q.etag = append(b, '}'), t.Version
	return err
}

func editTraveler(ctx context.Context, tx *db.Tx, q *req) error {
	var t traveler.Traveler
	err := record.Edit(ctx, tx, &t, q.id(), q.version, func() error {
		travelerModel.fill(&t, q.body)
		return nil
	})
	if err != nil {
		return err
	}
	q.answer(travelerModel, &t)
	return nil
}

func createTraveler(ctx context.Context, tx *db.Tx, q *req) error {
	t := newTraveler(q.body)
	if err := flow.CreateTraveler(ctx, tx, &t); err != nil {
		return err
	}
	if id := intOf(q.body, "client_id"); id != 0 {
		if err := record.Insert(ctx, tx, &client.Link{ClientID: id, TravelerID: t.ID, Role: t.Role, Primary: t.Primary}); err != nil {
			return err
		}
	}
	// Written when the transaction ends; the answer says what it will be.
	t.Traveler.Phone, t.Traveler.Email = contact.First(t.Communications, "phone"), contact.First(t.Communications, "email")
	q.location = travelerPath(t.ID)
	return answerTraveler(ctx, tx, q, &t.Traveler)
}

func travelerPath(id int64) string { return base + "/travelers/" + strconv.FormatInt(id, 10) }
