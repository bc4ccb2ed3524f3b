package api

import (
	"context"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
)

var hitMembers = []member{
	enum("kind", "What was found.", "client", "client", "traveler"),
	number("id", "Number of the client or traveler.", 7),
	text("name", "Its name.", "Kowalska/Joanna"),
	yesno("corporate", "A client that is a company.", false),
	text("code", "Account code of a client.", "KOW567"),
	text("phone", "Phone, E.164.", "+48601234567"),
	text("email", "E-mail.", "joanna@example.com"),
	text("detail", "City of a client, birth date of a traveler.", "Kraków"),
	number("client_id", "Of a traveler: a client that you may see.", 7).orNull(),
}

var hitSchema = obj("Hit", "Something that was found.", hitMembers...).
	must("kind", "id", "name", "corporate", "code", "phone", "email", "detail", "client_id")

var twinSchema = obj("Twin", "A record that may be the same person or company.", append(hitMembers[:len(hitMembers):len(hitMembers)],
	array("reasons", "What agrees: name, phone, email, birth_date.", text("", "What agrees.", "phone").schema),
	number("weight", "How likely it is the same, 0 to 100.", 85))...).
	must("kind", "id", "name", "corporate", "code", "phone", "email", "detail", "client_id", "reasons", "weight")

var suspectSchema = obj("Suspect", "What is known of a record that is being typed.",
	text("name", "Name of the client: \"Family/Given\", or a company.", "Kowalska/Joanna").orNull(),
	array("people", "Names of its travelers.", text("", "\"Family Given\".", "Kowalska Joanna").schema),
	array("phones", "Phones in any notation.", text("", "A phone.", "601 234 567").schema),
	array("emails", "E-mails.", text("", "An e-mail.", "joanna@example.com").schema),
	array("birth_dates", "Birth dates of its travelers.", day("", "A birth date.", "1980-03-12").schema),
	text("region", "ISO 3166 code of the country in which phones are read; the agency's where nothing is said.", "PL").orNull(),
	member{"except", obj("", "The record itself, when it exists already.",
		enum("kind", "Its kind.", "client", "client", "traveler"), number("id", "Its number.", 7)).must("kind", "id")})

func searchOps() []op {
	return []op{
		{id: "search", method: "GET", path: "/search", group: "Search", summary: "Find clients and travelers",
			doc: "By any part of any name in any order, with or without accents, phone in any notation, e-mail, account code or birth date. Best match first.",
			query: []param{{member: text("q", "What to look for.", "kowalska joanna"), must: true},
				{member: number("limit", "How many at most, 1 to 50.", 20)}},
			status: 200, reply: all("Hit", hitSchema), run: runSearch},
		{id: "duplicate.find", method: "POST", path: "/duplicates", group: "Search", summary: "Point out duplicates",
			doc: "Clients and travelers that may be the one that is being typed, likeliest first. Nothing is saved.", reads: true,
			body: suspectSchema, status: 200, reply: all("Twin", twinSchema), run: findTwins},
	}
}

func runSearch(ctx context.Context, tx *db.Tx, q *req) error {
	limit, err := q.limit(20, 50)
	if err != nil {
		return err
	}
	hits, err := flow.Search(ctx, tx, q.query.Get("q"), limit)
	if err != nil {
		return err
	}
	b := append(q.out, `{"items":[`...)
	for i := range hits {
		b = append(appendHit(append(appendComma(b), '{'), &hits[i]), '}')
	}
	q.out = append(b, ']', '}')
	return nil
}

func appendHit(b []byte, h *flow.Hit) []byte {
	b = appendText(b, "kind", h.Kind)
	b = appendInt(b, "id", h.ID)
	b = appendText(b, "name", h.Name)
	b = appendBool(b, "corporate", h.Corporate)
	b = appendText(b, "code", h.Code)
	b = appendText(b, "phone", h.Phone)
	b = appendText(b, "email", h.Email)
	b = appendText(b, "detail", h.Detail)
	return appendRef(b, "client_id", h.ClientID)
}

// maxTyped bounds each list of what is being typed: every name is a search.
const maxTyped = 20

func findTwins(ctx context.Context, tx *db.Tx, q *req) error {
	s := flow.Suspect{Name: q.text("name"), People: textsOf(q.body, "people"), Phones: textsOf(q.body, "phones"),
		Emails: textsOf(q.body, "emails"), Region: q.text("region")}
	for _, d := range textsOf(q.body, "birth_dates") {
		s.BirthDate = append(s.BirthDate, date.Date(d))
	}
	for name, n := range map[string]int{"people": len(s.People), "phones": len(s.Phones), "emails": len(s.Emails), "birth_dates": len(s.BirthDate)} {
		if n > maxTyped {
			return errs.Bad(name, "error.too_many_items", "Max", maxTyped)
		}
	}
	if self, ok := q.body["except"].(object); ok {
		s.Not = flow.Hit{Kind: textOf(self, "kind"), ID: intOf(self, "id")}
	}
	twins, err := flow.Twins(ctx, tx, s, 20)
	if err != nil {
		return err
	}
	b := append(q.out, `{"items":[`...)
	for i := range twins {
		b = appendHit(append(appendComma(b), '{'), &twins[i].Hit)
		b = appendTexts(b, "reasons", twins[i].Reasons)
		b = append(appendInt(b, "weight", int64(twins[i].Weight)), '}')
	}
	q.out = append(b, ']', '}')
	return nil
}
