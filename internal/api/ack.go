package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow/ack"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
)

var templateModel = newModel("AckTemplate", "A text to be acknowledged.", &ack.Template{},
	prop{name: "name", doc: "Name for colleagues.", max: 100, example: "Terms and conditions", must: true},
	prop{name: "language", doc: "Language of the text and the page.", enum: i18n.Langs, example: "en", must: true},
	prop{name: "title", doc: "Title, with fields such as {name}.", max: 200, example: "Terms of {agency}", must: true},
	prop{name: "text", doc: "The text, with fields: {name}, {salutation}, {client}, {agency}, {date}.", max: 100000, example: "Dear {salutation}, …", must: true},
	prop{name: "number", doc: "Number of the version, counted up by each change of title or text.", ro: true, example: int64(1)},
	prop{name: "active", doc: "Whether it can be sent; true where nothing is said.", example: true, yes: true},
)

var templates = noun[ack.Template]{one: "text to acknowledge", many: "texts to acknowledge", id: "ack_template", group: "Private links", path: "/ack-templates",
	model: templateModel, need: ack.RightManage, doc: "The agency's texts, by name. What was sent keeps the version it was sent in.",
	list: func(ctx context.Context, tx *db.Tx, _ *req) ([]ack.Template, error) {
		return ack.Templates(ctx, tx, false)
	}}

var ackModel = newModel("Acknowledgement", "A document that was sent to be acknowledged, and what the person said.", &ack.Ack{},
	prop{name: "owner_kind", doc: "client or traveler.", ro: true, example: "client"},
	prop{name: "owner_id", doc: "Its number.", ro: true, example: int64(7)},
	prop{name: "template_id", doc: "The text that was sent.", ro: true, example: int64(1)},
	prop{name: "template_number", doc: "Its version.", ro: true, example: int64(1)},
	prop{name: "title", doc: "Title exactly as shown.", ro: true, example: "Terms of Azymut"},
	prop{name: "text", doc: "Text exactly as shown.", ro: true, example: "Dear Ms Kowalska, …"},
	prop{name: "hash", doc: "SHA-256 of title, an empty line and text, in UTF-8.", ro: true, example: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
	prop{name: "file_name", doc: "File that went along.", ro: true, example: ""},
	prop{name: "file_hash", doc: "SHA-256 of its content.", ro: true, example: ""},
	prop{name: "recipient", doc: "Name of the person.", ro: true, example: "Joanna Kowalska"},
	prop{name: "email", doc: "Where the link was mailed.", ro: true, example: "joanna@example.com"},
	prop{name: "status", doc: "Where it stands; what is sent or seen ends with expires_at.", enum: ack.Statuses[:5], ro: true, example: "acknowledged"},
	prop{name: "expires_at", doc: "When the link ends.", ro: true},
	prop{name: "remind_at", doc: "When a reminder is due.", ro: true},
	prop{name: "reminders", doc: "Reminders that were mailed.", ro: true, example: int64(0)},
	prop{name: "seen_at", doc: "When the document was opened first.", ro: true},
	prop{name: "answered_at", doc: "When it was acknowledged or declined.", ro: true},
	prop{name: "signer", doc: "The name that was typed.", ro: true, example: "Joanna Kowalska"},
	prop{name: "reason", doc: "Why it was declined.", ro: true, example: ""},
	prop{name: "ip", doc: "Address from which it was answered.", ro: true, example: "203.0.113.7"},
	prop{name: "user_agent", doc: "Program with which it was answered.", ro: true, example: ""},
)

var (
	ackNew = obj("AcknowledgementNew", "What to send to whom.",
		number("template_id", "The text.", 1),
		number("attachment_id", "A file of the client or traveler that goes along.", 12).orNull(),
		text("recipient", "Name of the person; that of the client or traveler where nothing is sent.", "Joanna Kowalska"),
		text("email", "Where the link is mailed; empty mails nothing.", "joanna@example.com"),
		text("message", "A few words to the person, in the mail and on the page.", ""),
		number("days", "For how many days the link opens, 1 to 365.", 30),
		number("remind", "After how many days a reminder is mailed to email, 0 never.", 7)).must("template_id", "days")
	ackMade = ackModel.read.with("AcknowledgementMade", "What was sent, with its link, which nobody can see again.",
		text("link", "Address of the page for the person.", "https://crm.example.com/acknowledge/…")).must("link")
)

func ackOps() []op {
	out := ops(templates)
	for _, o := range []owner{clientOwner, travelerOwner} {
		out = append(out,
			op{id: o.kind + ".acknowledgement.list", method: "GET", path: o.path + "/acknowledgements", group: "Private links", what: "sending", summary: "List what was sent to acknowledge",
				doc: "The newest first.", status: 200, reply: all("Acknowledgement", ackModel.read),
				run: func(ctx context.Context, tx *db.Tx, q *req) error {
					if err := o.seen(ctx, tx, q); err != nil {
						return err
					}
					list, err := ack.Of(ctx, tx, o.ref(q))
					q.out = append(appendRecords(append(q.out, `{"items":`...), ackModel, list, q.actor), '}')
					return err
				}},
			op{id: o.kind + ".acknowledgement.create", method: "POST", path: o.path + "/acknowledgements", group: "Private links", what: "sending", summary: "Send a document to acknowledge",
				doc:  "Makes a private link by which the person reads the text, and the file, and signs with their name or declines. The answer is not kept for a repetition.",
				need: "client.edit", body: ackNew, status: 201, reply: ackMade, etag: true, secret: true, act: o.sendAck})
	}
	return append(out,
		op{id: "acknowledgement.get", method: "GET", path: "/acknowledgements/{id}", group: "Private links", what: "sending", summary: "Read a sending with its proof",
			doc: "What was shown, who answered, when and from where.", status: 200, reply: ackModel.read, etag: true,
			run: func(ctx context.Context, tx *db.Tx, q *req) error {
				a := new(ack.Ack)
				err := record.Get(ctx, tx, a, q.id())
				if err == nil {
					q.answer(ackModel, a)
				}
				return err
			}},
		op{id: "acknowledgement.revoke", method: "POST", path: "/acknowledgements/{id}/revoke", group: "Private links", what: "sending", summary: "Revoke a sending",
			doc: "Before it is answered: its links don't open any more.", need: "client.edit", status: 200, reply: ackModel.read, etag: true,
			run: func(ctx context.Context, tx *db.Tx, q *req) error {
				a, err := ack.Revoke(ctx, tx, q.id())
				if err == nil {
					q.answer(ackModel, a)
				}
				return err
			}})
}

// sendAck reads the file that goes along outside of the transaction.
func (o owner) sendAck(q *req, _ http.ResponseWriter) error {
	s := &ack.Service{DB: q.s.DB, Absolute: q.s.Login.Absolute}
	if q.s.Imports != nil {
		s.Files = q.s.Imports.Files
	}
	a, path, err := s.Send(q.http.Context(), q.actor, ack.Request{Owner: o.ref(q), Template: intOf(q.body, "template_id"), Attachment: intOf(q.body, "attachment_id"),
		Recipient: q.text("recipient"), Email: q.text("email"), Message: q.text("message"), Days: intOf(q.body, "days"), Remind: intOf(q.body, "remind")})
	if err != nil {
		return err
	}
	q.location, q.etag = base+"/acknowledgements/"+idText(a.ID), a.Version
	q.out = append(appendText(ackModel.append(append(q.out, '{'), a, q.actor), "link", s.Absolute(path)), '}')
	return nil
}

func idText(id int64) string { return strconv.FormatInt(id, 10) }
