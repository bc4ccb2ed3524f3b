package api

import (
	"context"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow"
)

var (
	gapSchema = obj("ProfileGap", "Something that a booking will ask for and the profile doesn't have.",
		enum("what", "What is missing.", "document", "name", "birth_date", "sex", "nationality", "reach", "document", "travelers", "address"),
		number("traveler_id", "Whose it is; null where it is the client's own.", 9).orNull(),
		text("name", "Name of the traveler.", "Kowalska/Joanna")).must("what", "traveler_id", "name")
	completeSchema = obj("Completeness", "How far a profile goes for a booking without asking again.",
		number("done", "Things that are there.", 8), number("total", "Things that are asked for.", 9),
		array("missing", "What isn't there.", gapSchema)).must("done", "total", "missing")
)

// completeness says what is missing for a booking.
func (o owner) completeness() op {
	return op{id: o.kind + ".completeness", method: "GET", path: o.path + "/completeness", group: o.group, summary: "What is missing for a booking",
		doc:    "How complete the profile is: names, birth date, sex, nationality, a way to reach, a document that is valid today; of a client also travelers and an address.",
		status: 200, what: o.kind, reply: completeSchema, run: func(ctx context.Context, tx *db.Tx, q *req) error {
			a, err := agency.Current(ctx, tx)
			if err != nil {
				return err
			}
			c, err := flow.Complete(ctx, tx, o.ref(q), date.Today(tx.Now.Time(), a.Location()))
			if err != nil {
				return err
			}
			b := appendInt(append(q.out, '{'), "done", int64(c.Done()))
			b = append(appendKey(appendInt(b, "total", int64(c.Total)), "missing"), '[')
			for _, g := range c.Gaps {
				b = appendText(append(appendComma(b), '{'), "what", g.What)
				b = append(appendText(appendRef(b, "traveler_id", g.Traveler), "name", g.Name), '}')
			}
			q.out = append(b, "]}"...)
			return nil
		}}
}
