package api

import (
	"context"
	"strconv"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

var clientModel = newModel("Client", "An account: who buys, pays, is billed and written to.", &client.Client{},
	prop{name: "kind", doc: "Person or company; personal where nothing is said.", enum: client.Kinds, example: "personal"},
	prop{name: "code", doc: "Account code, unique in the agency, in capitals; proposed from name and phone where nothing is said.", max: client.MaxCode, example: "KOW567"},
	prop{name: "name", doc: "\"Family/Given\" of a person, or the company; of the primary traveler where nothing is said.", max: 300, example: "Kowalska/Joanna"},
	prop{name: "sort_name", doc: "Sorts instead of the name.", max: 300, example: ""},
	prop{name: "classification", doc: "Prospect or client. A prospect becomes a client once it can be reached.", enum: client.Classifications, example: "client"},
	prop{name: "segment", doc: "What kind of buyer it is.", enum: client.Segments, example: "regular"},
	prop{name: "status", doc: "Whether the account is in use.", enum: client.Statuses, example: "active"},
	prop{name: "customer_type_id", doc: "One of the agency's customer types; the default one of the kind where nothing is said.", example: int64(4)},
	prop{name: "branch_id", doc: "The branch that looks after the client; one's own where nothing is said.", example: int64(1)},
	prop{name: "advisor_id", doc: "The user who looks after the client; oneself where nothing is said.", example: int64(2)},
	prop{name: "owner_kind", doc: "Whose client it is: the agency's or the agent's. Agency clients need an advisor and a source.", enum: client.OwnerKinds, example: "agent"},
	prop{name: "source_medium", doc: "How the client came to the agency, \"\" where unknown.", enum: append([]string{""}, client.SourceMedia...), example: "walk_in"},
	prop{name: "source_detail", doc: "Who or what brought the client.", max: 300, example: ""},
	prop{name: "informal_salutation", doc: "How letters to the client begin among friends.", max: 300, example: "Dear Joanna"},
	prop{name: "formal_salutation", doc: "How formal letters begin.", max: 300, example: "Dear Ms Kowalska"},
	prop{name: "anniversary", doc: "A day to congratulate on, 2001-06-12, or --06-12 without a year.", example: "2001-06-12"},
	prop{name: "anniversary_note", doc: "What is celebrated.", max: 300, example: "Wedding"},
	prop{name: "contact", doc: "Whom to ask for.", max: 300, example: ""},
	prop{name: "memo", doc: "A note that stands out on the client's page.", max: 20000, example: ""},
	prop{name: "remarks", doc: "Anything worth remembering.", max: 20000, example: "Prefers the sea"},
	prop{name: "travel_policy", doc: "What employees of a company may book; never shown outside of the agency.", max: 20000, example: ""},
	prop{name: "legal_name", doc: "Name on invoices.", max: 300, example: ""},
	prop{name: "tax_id", doc: "Tax number.", max: 300, example: ""},
	prop{name: "registration_no", doc: "Number in the company register.", max: 300, example: ""},
	prop{name: "language", doc: "ISO 639 code of the language in which the client is written to.", max: 8, example: "pl"},
	prop{name: "currency", doc: "ISO 4217 code of the currency in which the client is billed.", max: 3, example: "PLN"},
	prop{name: "payment_form", doc: "How the client pays: A agency plastic, C cash or check, P card, R receivable; empty where it isn't known.", enum: append([]string{""}, client.PaymentForms...), example: "P"},
	prop{name: "default_card_id", doc: "With the forms A and P: which card, one of the client's travelers'.", example: int64(5)},
	prop{name: "phone", doc: "The phone that lists show, E.164: the client's or its primary traveler's.", ro: true, example: "+48601234567"},
	prop{name: "email", doc: "The e-mail that lists show.", ro: true, example: "joanna@example.com"},
	prop{name: "city", doc: "City of the address that lists show.", ro: true, example: "Kraków"},
	prop{name: "country", doc: "ISO 3166 code of its country.", ro: true, example: "PL"},
	prop{name: "fields", doc: ownFieldsDoc},
)

// clientDocs describe the fields of the client list, clientExamples give values.
var clientDocs = map[string]string{
	"name": "Name of the client.", "code": "Account code.", "kind": "Person or company.",
	"phone": "Phone that lists show, E.164.", "email": "E-mail that lists show.",
	"advisor": "The user who looks after the client.", "branch": "The branch.", "segment": "What kind of buyer it is.",
	"classification": "Prospect or client.", "status": "Whether the account is in use.",
	"customer_type": "The customer type. Excluded types are listed only when they are asked for here.",
	"city":          "City.", "country": "ISO 3166 code of the country.", "travelers": "How many travelers it has.",
	"anniversary": "Anniversary.", "language": "ISO 639 code of the language.", "currency": "ISO 4217 code of the currency.",
	"source_medium": "How the client came to the agency.", "tag": "A tag of the client.", "attribute": "An attribute of the client.", "interest": "An interest of the client.",
	"marketing": "Marketing codes of the client's affiliations.", "payment_form": "Default form of payment: A agency plastic, C cash or check, P card, R receivable.",
	"list": "A client list; clients of it, fixed or living.", "traveler": "Travelers of the client.",
	"communication": "Phones, e-mails and other communications of the client.", "address": "Addresses of the client.",
	"created": "When the client was created, by day.", "updated": "When the client was last changed, by day.",
	"version": "Version of the record.", "advisor_id": "Id of the advisor.", "branch_id": "Id of the branch.",
	"customer_type_id": "Id of the customer type.",
}

var clientExamples = map[string]any{"name": "Kowalska/Joanna", "code": "KOW567", "kind": "personal", "phone": "+48601234567",
	"email": "joanna@example.com", "advisor": "Ann Nowak", "branch": "North", "segment": "regular", "classification": "client",
	"status": "active", "customer_type": "Personal", "city": "Kraków", "country": "PL", "travelers": int64(2),
	"anniversary": "2001-06-12", "language": "pl", "currency": "PLN", "payment_form": "C", "source_medium": "walk_in", "created": "2026-03-12T09:30:00.000Z",
	"updated": "2026-03-12T09:30:00.000Z", "version": int64(3), "advisor_id": int64(2), "branch_id": int64(1), "customer_type_id": int64(4)}

var clientList = extend(client.List,
	"version,name,code,kind,phone,email,advisor_id,branch_id,segment,classification,status,city,country,created,updated",
	list.Field{Key: "version", Kind: list.Number, SQL: "c.version"},
	list.Field{Key: "advisor_id", Kind: list.Number, SQL: "c.advisor_id"},
	list.Field{Key: "branch_id", Kind: list.Number, SQL: "c.branch_id"},
	list.Field{Key: "customer_type_id", Kind: list.Number, SQL: "c.customer_type_id"})

// clientFull is a client with all that hangs on it.
var clientFull = clientModel.read.with("ClientFull", "A client with what hangs on it.",
	array("travelers", "The travelers in their order.", clientTravelerModel),
	array("communications", "How the client is reached, primary ones first.", communicationModel.read),
	array("addresses", "Physical and mailing address.", addressModel.read),
	array("tags", "The tags by name.", tagOnSchema),
	array("interface_ids", "Keys by which booking systems name the client.", interfaceIDModel.read),
).must("travelers", "communications", "addresses", "tags", "interface_ids")

func clientOps() []op {
	return []op{
		{id: "client.list", method: "GET", path: "/clients", group: "Clients", summary: "List clients",
			doc: "The clients that you may see, in pages. Several filters narrow the list; several values of one filter widen it. " +
				"Fields of the agency's own are filters, columns and sorts, too: field_ and the code.",
			query: listParams, filters: clientList, status: 200,
			reply: pageSchema("Client", "A client as lists show it.", clientList, clientDocs, clientExamples),
			run:   func(ctx context.Context, tx *db.Tx, q *req) error { return runList(ctx, tx, q, clientList) }},
		{id: "client.create", method: "POST", path: "/clients", group: "Clients", summary: "Create a client",
			doc: "Saves a client with its travelers, communications, addresses, tags and interface ids, all or nothing. " +
				"For a person it is enough to send one traveler: the client gets the traveler's name.",
			need: "client.edit", body: clientNew, status: 201, reply: clientFull, etag: true, run: createClient},
		{id: "client.get", method: "GET", path: "/clients/{id}", group: "Clients", summary: "Read a client",
			doc: "The client with its travelers, communications, addresses, tags and interface ids.", status: 200, reply: clientFull, etag: true, run: getClient},
		{id: "client.edit", method: "PATCH", path: "/clients/{id}", group: "Clients", summary: "Change a client",
			doc:  "Changes the fields that are sent and leaves the others alone (JSON merge patch, RFC 7396).",
			need: "client.edit", body: clientModel.patch, status: 200, reply: clientModel.read, etag: true, ifMatch: true, run: editClient},
		{id: "client.delete", method: "DELETE", path: "/clients/{id}", group: "Clients", summary: "Move a client to the trash",
			doc:  "The travelers that belong to no other client go with it. Both can be restored for 30 days.",
			need: "client.delete", status: 204, ifMatch: true,
			run: func(ctx context.Context, tx *db.Tx, q *req) error {
				return flow.TrashClient(ctx, tx, q.id(), q.version)
			}},
		{id: "client.restore", method: "POST", path: "/clients/{id}/restore", group: "Clients", summary: "Restore a client from the trash",
			doc:  "The travelers that went to the trash with it come back as well.",
			need: "client.delete", status: 200, reply: clientFull, etag: true,
			run: func(ctx context.Context, tx *db.Tx, q *req) error {
				if err := flow.RestoreClient(ctx, tx, q.id()); err != nil {
					return err
				}
				return getClient(ctx, tx, q)
			}},
		{id: "client.code", method: "GET", path: "/clients/code-proposal", group: "Clients", summary: "Propose an account code",
			doc: "A free code of the first letters of the name and the last digits of the phone. It isn't reserved.",
			query: []param{{member: text("name", "Name of the client.", "Kowalska/Joanna"), must: true},
				{member: text("phone", "A phone of the client.", "+48601234567")}},
			status: 200, reply: obj("CodeProposal", "A proposal.", text("code", "A code that nobody uses.", "KOW567")).must("code"),
			run: proposeCode},
	}
}

func proposeCode(ctx context.Context, tx *db.Tx, q *req) error {
	code, err := client.FreeCode(ctx, tx, client.ProposeCode(q.query.Get("name"), q.query.Get("phone")))
	q.out = append(appendText(append(q.out, '{'), "code", code), '}')
	return err
}

func getClient(ctx context.Context, tx *db.Tx, q *req) error {
	var c client.Client
	if err := record.Get(ctx, tx, &c, q.id()); err != nil {
		return err
	}
	return answerClient(ctx, tx, q, &c)
}

// answerClient writes c with all that hangs on it.
func answerClient(ctx context.Context, tx *db.Tx, q *req, c *client.Client) error {
	b := clientModel.append(append(q.out, '{'), c, q.actor)
	b, err := appendClientTravelers(ctx, tx, append(appendKey(b, "travelers"), '['), c.ID)
	if err != nil {
		return err
	}
	if b, err = appendParts(ctx, tx, append(b, ']'), record.Ref{Kind: "client", ID: c.ID}, q.actor); err != nil {
		return err
	}
	ids, err := client.InterfaceIDs(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	b = appendRecords(appendKey(b, "interface_ids"), interfaceIDModel, ids, q.actor)
	q.out, q.etag = append(b, '}'), c.Version
	return nil
}

func editClient(ctx context.Context, tx *db.Tx, q *req) error {
	var c client.Client
	err := record.Edit(ctx, tx, &c, q.id(), q.version, func() error {
		clientModel.fill(&c, q.body)
		return nil
	})
	if err != nil {
		return err
	}
	// Edit leaves in c what the actor may not see; append leaves it out.
	q.answer(clientModel, &c)
	return nil
}

func clientPath(id int64) string { return base + "/clients/" + strconv.FormatInt(id, 10) }
