package api

import (
	"context"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
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
	flag("primary", "The traveler who stands for the client.", true),
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
