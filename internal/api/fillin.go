package api

import (
	"context"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow/fillin"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
)

var fillInModel = newModel("FillIn", "A request to a person to fill in their own data by a private link.", &fillin.FillIn{},
	prop{name: "traveler_id", doc: "The person who is asked.", ro: true, example: int64(9)},
	prop{name: "client_id", doc: "The client whose contact data and address are shown along, where the traveler is its only one.", ro: true, example: int64(7)},
	prop{name: "sections", doc: "What is asked for, by comma.", ro: true, example: "personal,contact,address,passport"},
	prop{name: "language", doc: "Language of the page.", ro: true, example: "pl"},
	prop{name: "email", doc: "Where the link was mailed; empty where it was handed over by another way.", ro: true, example: "joanna@example.com"},
	prop{name: "message", doc: "A few words to the person.", ro: true, example: ""},
	prop{name: "status", doc: "Where it stands; a request that is sent or opened ends with expires_at.", enum: fillin.Statuses[:7], ro: true, example: "submitted"},
	prop{name: "note", doc: "Why something was refused.", ro: true, example: ""},
	prop{name: "expires_at", doc: "When the link ends.", ro: true},
	prop{name: "opened_at", doc: "When the person opened the page first.", ro: true},
	prop{name: "submitted_at", doc: "When the person sent the answer.", ro: true},
	prop{name: "settled_at", doc: "When the agency accepted or refused.", ro: true},
)

var (
	fillInNew = obj("FillInNew", "What to ask for.",
		array("sections", "The parts of the page, at least one.", &schema{typ: "string", doc: "A part.", enum: fillin.Sections, example: "personal"}),
		enum("language", "Language of the page and the mail; that of Accept-Language where nothing is sent.", "pl", append([]string{""}, i18n.Langs...)...),
		text("email", "Where the link is mailed; empty mails nothing.", "joanna@example.com"),
		text("message", "A few words to the person.", ""),
		number("days", "For how many days the link opens, 1 to 90.", 14)).must("sections", "days")
	fillInMade = fillInModel.read.with("FillInMade", "The request with its link, which nobody can see again.",
		text("link", "Address of the page for the person.", "https://crm.example.com/fill-in/…")).must("link")
	differenceSchema = obj("Difference", "One thing that the person wants otherwise.",
		text("key", "Names it when it is accepted.", "traveler.9.given"),
		text("section", "Part of the page.", "personal"),
		text("kind", "Kind of the record.", "traveler"),
		text("field", "Column of the record, \"photo\" for a picture.", "given"),
		text("known", "What is stored now; of a passport number its last characters, of a preference its codes by comma, of a diet with how grave it is: \"PEANUTS:allergy\".", "Joanna"),
		text("proposed", "What the person wrote; empty takes the value away. Of a passport number its last characters, of a picture its type, of a preference as in known.", "Joanna Maria"),
		yesno("conflict", "Somebody has changed it, or removed or entered what it is about, since the person saw it.", false)).must("key", "section", "kind", "field", "known", "proposed", "conflict")
	proposalSchema = fillInModel.read.with("FillInProposal", "A request and what was sent.",
		array("differences", "What the person wants otherwise; empty until it was sent, and 90 days after the link has ended.", differenceSchema)).must("differences")
	verdictSchema = obj("FillInVerdict", "What is accepted; the rest is refused.",
		yesno("all", "Accepts everything.", true),
		array("accept", "Keys of the differences that are accepted.", &schema{typ: "string", doc: "A key.", example: "traveler.9.given"}),
		text("note", "Why something is refused.", ""))
)

func fillInOps() []op {
	return []op{
		{id: "traveler.fill_in.list", method: "GET", path: "/travelers/{id}/fill-ins", group: "Private links", what: "request", summary: "List requests to fill in",
			doc: "What the traveler was asked to fill in, the newest first.", status: 200, reply: all("FillIn", fillInModel.read),
			run: func(ctx context.Context, tx *db.Tx, q *req) error {
				if err := travelerOwner.seen(ctx, tx, q); err != nil {
					return err
				}
				list, err := fillin.Of(ctx, tx, q.id())
				q.out = append(appendRecords(append(q.out, `{"items":`...), fillInModel, list, q.actor), '}')
				return err
			}},
		{id: "traveler.fill_in.create", method: "POST", path: "/travelers/{id}/fill-ins", group: "Private links", what: "request", summary: "Ask a traveler to fill in",
			doc:  "Makes a private link by which the person sees and completes their data without signing in. What they send is a proposal: nothing is written before it is accepted. The answer is not kept for a repetition.",
			need: "client.edit", body: fillInNew, status: 201, reply: fillInMade, etag: true, secret: true, run: createFillIn},
		{id: "fill_in.get", method: "GET", path: "/fill-ins/{id}", group: "Private links", what: "request", summary: "Read a request with what was sent",
			doc: "The differences between what is known and what the person sent.", status: 200, reply: proposalSchema, etag: true, run: getFillIn},
		{id: "fill_in.revoke", method: "POST", path: "/fill-ins/{id}/revoke", group: "Private links", what: "request", summary: "Revoke a request",
			doc: "Its link doesn't open any more.", need: "client.edit", status: 200, reply: fillInModel.read, etag: true,
			run: func(ctx context.Context, tx *db.Tx, q *req) error {
				f, err := fillin.Revoke(ctx, tx, q.id())
				if err == nil {
					q.answer(fillInModel, f)
				}
				return err
			}},
		{id: "fill_in.settle", method: "POST", path: "/fill-ins/{id}/settle", group: "Private links", what: "request", summary: "Accept or refuse what was sent",
			doc:  "Writes what is accepted to the records, as yours; the rest is refused and the link ends. It can be done once.",
			need: "client.edit", body: verdictSchema, status: 200, reply: fillInModel.read, etag: true,
			run: func(ctx context.Context, tx *db.Tx, q *req) error {
				f, err := fillin.Settle(ctx, tx, q.id(), fillin.Verdict{All: boolOf(q.body, "all"), Keys: textsOf(q.body, "accept"), Note: q.text("note")})
				if err == nil {
					q.answer(fillInModel, f)
				}
				return err
			}},
	}
}

func createFillIn(ctx context.Context, tx *db.Tx, q *req) error {
	f := &fillin.FillIn{TravelerID: q.id(), Sections: strings.Join(textsOf(q.body, "sections"), ","), Language: q.text("language"),
		Email: q.text("email"), Message: q.text("message")}
	if f.Language == "" {
		f.Language = q.lang()
	}
	path, err := fillin.Ask(ctx, tx, f, intOf(q.body, "days"), q.s.Login.Absolute)
	if err != nil {
		return err
	}
	q.location, q.etag = base+"/fill-ins/"+idText(f.ID), f.Version
	q.out = append(appendText(fillInModel.append(append(q.out, '{'), f, q.actor), "link", q.s.Login.Absolute(path)), '}')
	return nil
}

func getFillIn(ctx context.Context, tx *db.Tx, q *req) error {
	r, err := fillin.Look(ctx, tx, q.id())
	if err != nil {
		return err
	}
	b := append(appendKey(fillInModel.append(append(q.out, '{'), r.FillIn, q.actor), "differences"), '[')
	for _, d := range r.Differences {
		kind, column := d.Kind, d.Column
		if d.Type == "photo" {
			kind, column = "passport", "photo"
		}
		b = appendText(append(appendComma(b), '{'), "key", d.Key)
		b = appendText(appendText(appendText(b, "section", d.Section), "kind", kind), "field", column)
		b = append(appendBool(appendText(appendText(b, "known", d.Known), "proposed", d.Proposed), "conflict", d.Conflict), '}')
	}
	q.out, q.etag = append(b, ']', '}'), record.Stamps(r.FillIn).Version
	return nil
}
