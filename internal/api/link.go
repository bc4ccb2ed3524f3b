package api

import (
	"context"
	"strconv"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// clientTravelerModel is a traveler as a client's page shows it.
var clientTravelerModel = obj("ClientTraveler", "A traveler of a client.",
	number("traveler_id", "Number of the traveler.", 3),
	number("version", "Version of the link between the two: send it as If-Match to change role, primary or position.", 1),
	text("family", "Family name as in the passport.", "Kowalska"),
	text("given", "Given name as in the passport.", "Joanna"),
	day("birth_date", "Birth date, --03-12 where the year is unknown.", "1980-03-12").orNull(),
	text("phone", "The traveler's phone, E.164.", "+48601234567"),
	text("email", "The traveler's e-mail.", "joanna@example.com"),
	text("role", "What the traveler is to the client.", "spouse"),
	yesno("primary", "The traveler who stands for the client.", true),
	number("position", "Place in the order.", 0),
).must("traveler_id", "version", "family", "given", "birth_date", "phone", "email", "role", "primary", "position")

const clientTravelerSQL = `SELECT l.traveler_id, l.version, t.family, t.given, t.birth_date, t.phone, t.email, l.role, l.is_primary, l.position
	FROM {client_traveler} l JOIN {traveler} t ON t.id = l.traveler_id WHERE l.client_id = $1`

// appendClientTravelers writes the travelers of a client, without the brackets.
func appendClientTravelers(ctx context.Context, tx *db.Tx, b []byte, id int64) ([]byte, error) {
	err := tx.Each(ctx, clientTravelerSQL+" ORDER BY l.position, l.id", []any{id}, func(rows db.Rows) (err error) {
		b, _, err = appendClientTraveler(appendComma(b), rows)
		return err
	})
	return b, err
}

func appendClientTraveler(b []byte, rows db.Rows) ([]byte, int64, error) {
	var id, version, position int64
	var family, given, phone, mail, role string
	var birth date.Date
	var primary bool
	if err := rows.Scan(&id, &version, &family, &given, &birth, &phone, &mail, &role, &primary, &position); err != nil {
		return b, 0, err
	}
	b = appendInt(append(b, '{'), "traveler_id", id)
	b = appendInt(b, "version", version)
	b = appendText(b, "family", family)
	b = appendText(b, "given", given)
	b = appendDay(b, "birth_date", birth)
	b = appendText(b, "phone", phone)
	b = appendText(b, "email", mail)
	b = appendText(b, "role", role)
	b = appendBool(b, "primary", primary)
	return append(appendInt(b, "position", position), '}'), version, nil
}

// appendDay appends a calendar date, null for none.
func appendDay(b []byte, name string, d date.Date) []byte {
	if d == "" {
		return append(appendKey(b, name), "null"...)
	}
	return appendText(b, name, string(d))
}

var (
	linkNew = obj("ClientTravelerLink", "Which traveler belongs to the client.",
		number("traveler_id", "Number of the traveler.", 3), linkRole, linkPrimary).must("traveler_id")
	linkEdit = obj("ClientTravelerChange", "What to change.", linkRole, linkPrimary,
		number("position", "Place in the order.", 1))
	linkRole    = text("role", "What the traveler is to the client, in your own words.", "spouse").orNull()
	linkPrimary = yesno("primary", "Stands for the client. Setting it unsets the other.", true)
)

func linkOps() []op {
	const path = "/clients/{id}/travelers"
	return []op{
		{id: "client.traveler.list", method: "GET", path: path, group: "Clients", summary: "List the travelers of a client",
			doc: "The travelers in their order.", status: 200, reply: all("ClientTraveler", clientTravelerModel), run: listLinks},
		{id: "client.traveler.create", method: "POST", path: path, group: "Clients", summary: "Add a traveler to a client",
			doc:  "Adds a traveler who exists already. To create one in the client, send client_id to POST /travelers.",
			need: "client.edit", body: linkNew, status: 201, reply: clientTravelerModel, etag: true, run: createLink},
		{id: "client.traveler.get", method: "GET", path: path + "/{traveler}", group: "Clients", summary: "Read a traveler of a client",
			doc: "The traveler as the client's page shows it; the version is that of the link.", status: 200, reply: clientTravelerModel, etag: true,
			run: func(ctx context.Context, tx *db.Tx, q *req) error { return answerLink(ctx, tx, q, q.sub()) }},
		{id: "client.traveler.edit", method: "PATCH", path: path + "/{traveler}", group: "Clients", summary: "Change role, primary or position",
			doc:  "Changes the link between client and traveler, not the traveler.",
			need: "client.edit", body: linkEdit, status: 200, reply: clientTravelerModel, etag: true, ifMatch: true, run: editLink},
		{id: "client.traveler.delete", method: "DELETE", path: path + "/{traveler}", group: "Clients", summary: "Take a traveler out of a client",
			doc: "The traveler stays.", need: "client.edit", status: 204, ifMatch: true, run: deleteLink},
		{id: "client.traveler.order", method: "PUT", path: path + "/order", group: "Clients", summary: "Put the travelers in order",
			doc: "Names every traveler of the client once.", need: "client.edit",
			body: obj("TravelerOrder", "The order.", array("traveler_ids", "The travelers in their new order.",
				number("", "Number of a traveler.", 3).schema)).must("traveler_ids"),
			status: 200, reply: all("ClientTraveler", clientTravelerModel), run: orderLinks},
	}
}

func listLinks(ctx context.Context, tx *db.Tx, q *req) error {
	if err := clientOwner.seen(ctx, tx, q); err != nil {
		return err
	}
	b, err := appendClientTravelers(ctx, tx, append(q.out, `{"items":[`...), q.id())
	q.out = append(b, ']', '}')
	return err
}

// answerLink writes one traveler of the client.
func answerLink(ctx context.Context, tx *db.Tx, q *req, traveler int64) error {
	found := false
	err := tx.Each(ctx, clientTravelerSQL+" AND l.traveler_id = $2", []any{q.id(), traveler}, func(rows db.Rows) (err error) {
		found = true
		q.out, q.etag, err = appendClientTraveler(q.out, rows)
		return err
	})
	if err == nil && !found {
		err = errs.Missing()
	}
	return err
}

func createLink(ctx context.Context, tx *db.Tx, q *req) error {
	l := &client.Link{ClientID: q.id(), TravelerID: intOf(q.body, "traveler_id"), Role: q.text("role"), Primary: boolOf(q.body, "primary")}
	if err := record.Insert(ctx, tx, l); err != nil {
		return err
	}
	q.location = q.http.URL.Path + "/" + strconv.FormatInt(l.TravelerID, 10)
	return answerLink(ctx, tx, q, l.TravelerID)
}

// findLink reads the link that the path names.
func findLink(ctx context.Context, tx *db.Tx, q *req) (*client.Link, error) {
	var l []client.Link
	err := record.Select(ctx, tx, &l, "WHERE r.client_id = $1 AND r.traveler_id = $2", q.id(), q.sub())
	if err == nil && len(l) == 0 {
		err = errs.Missing()
	}
	if err != nil {
		return nil, err
	}
	return &l[0], nil
}

func editLink(ctx context.Context, tx *db.Tx, q *req) error {
	l, err := findLink(ctx, tx, q)
	if err != nil {
		return err
	}
	err = record.Edit(ctx, tx, l, l.ID, q.version, func() error {
		if _, sent := q.body["role"]; sent {
			l.Role = q.text("role")
		}
		if _, sent := q.body["primary"]; sent {
			l.Primary = boolOf(q.body, "primary")
		}
		if _, sent := q.body["position"]; sent {
			l.Position = intOf(q.body, "position")
		}
		return nil
	})
	if err != nil {
		return err
	}
	return answerLink(ctx, tx, q, q.sub())
}

func deleteLink(ctx context.Context, tx *db.Tx, q *req) error {
	l, err := findLink(ctx, tx, q)
	if err != nil {
		return err
	}
	return record.Delete(ctx, tx, l, l.ID, q.version)
}

// orderLinks gives each link its place; only those that move are written.
func orderLinks(ctx context.Context, tx *db.Tx, q *req) error {
	if err := record.Editable(ctx, tx, clientOwner.ref(q)); err != nil {
		return err
	}
	links, err := client.Links(ctx, tx, q.id())
	if err != nil {
		return err
	}
	place := map[int64]int64{}
	ids, _ := q.body["traveler_ids"].([]any)
	for i, v := range ids {
		if n, ok := v.(int64); ok {
			place[n] = int64(i)
		}
	}
	if len(ids) != len(links) || len(place) != len(links) {
		return errs.Bad("traveler_ids", "api.order")
	}
	for i := range links {
		l := &links[i]
		at, named := place[l.TravelerID]
		if !named {
			return errs.Bad("traveler_ids", "api.order")
		}
		if err := record.Edit(ctx, tx, l, l.ID, 0, func() error { l.Position = at; return nil }); err != nil {
			return err
		}
	}
	return listLinks(ctx, tx, q)
}
