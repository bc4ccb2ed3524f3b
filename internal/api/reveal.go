package api

import (
	"context"
	"net"
	"net/http"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/record"
)

var lookSchema = obj("Look", "Somebody looked at a secret.",
	number("id", "Number of the entry in the history.", 431), moment("at", "When."), number("user_id", "Who.", 2),
	enum("via", "By which way.", "web", "web", "api"), text("kind", "Kind of the record that holds the secret.", "payment_card"),
	number("ref_id", "Number of that record.", 5), text("column", "Which secret of it, \"all\" for all of a person's at once.", "number"),
	text("why", "The reason, followed by what was said about it.", "booking: LOT, 12 May"),
	enum("of", "Whose secret it is: a client's or a traveler's.", "traveler", "client", "traveler"), number("of_id", "Number of the client or traveler.", 7),
).must("id", "at", "user_id", "via", "kind", "ref_id", "column", "why", "of", "of_id")

// lookPages are the parameters of its pages.
var lookPages = []param{{member: number("limit", "Entries per page, 1 to 200.", 50)}, {member: text("cursor", "\"next\" of the page before.", "")}}

func revealOps() []op {
	out := []op{{id: "secret.reveal", method: "POST", path: "/reveal", group: "Secrets", summary: "Look at a secret", secret: true,
		doc: "Answers what a sealed field holds, such as the number of a card. It takes the right of the field, a reason, and a password or a code " +
			"of the authenticator app, which is slowed like every guess. Each look is written into the history of the record, and their number per hour is limited (429).",
		body: obj("Reveal", "Which secret, and why.", text("kind", "Kind of the record: \"payment_card\", \"passport\".", "payment_card"),
			number("id", "Number of the record.", 5), text("column", "The sealed field.", "number"),
			enum("reason", "Why it is needed.", "booking", flow.Reasons...),
			text("note", "More about it; with the reason \"other\" it must be there.", "").orNull(),
			proofMembers[0], proofMembers[1],
		).must("kind", "id", "column", "reason"),
		status: 200, reply: obj("Revealed", "The secret in the clear.", text("value", "What the field holds.", "4111111111111111")).must("value"),
		act: revealSecret},
		{id: "secret.looks", method: "GET", path: "/reveals", group: "Secrets", summary: "List who looked at secrets",
			doc: "Of all clients and travelers, newest first.", need: "audit.view", query: lookPages, status: 200, reply: page("Look", lookSchema),
			run: func(ctx context.Context, tx *db.Tx, q *req) error { return q.answerLooks(ctx, tx, record.Ref{}) }},
	}
	for _, o := range []owner{clientOwner, travelerOwner} {
		out = append(out, op{id: o.kind + ".looks", method: "GET", path: o.path + "/reveals", group: o.group, summary: "List who looked at secrets",
			doc: "Who looked at secrets of the record, when and why, newest first: what those whom it concerns may be told.", query: lookPages,
			status: 200, reply: page("Look", lookSchema), run: func(ctx context.Context, tx *db.Tx, q *req) error {
				if err := o.seen(ctx, tx, q); err != nil {
					return err
				}
				return q.answerLooks(ctx, tx, o.ref(q))
			}})
	}
	return out
}

// revealSecret asks for fresh proof first, in transactions of its own, so that wrong
// guesses count.
func revealSecret(q *req, _ http.ResponseWriter) error {
	ctx := q.http.Context()
	why, err := flow.Why(q.text("reason"), q.text("note"))
	if err != nil {
		return err
	}
	k, ok := record.KindOf(q.text("kind"))
	if !ok {
		return errs.Missing()
	}
	right, ok := record.Secrets(k.New())[q.text("column")]
	if !ok {
		return errs.Missing()
	}
	if !q.actor.May(right) {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	if err := q.proveFresh(); err != nil {
		return err
	}
	var plain string
	err = q.s.DB.Update(ctx, q.actor, func(tx *db.Tx) error {
		plain, err = flow.Reveal(ctx, tx, q.text("kind"), intOf(q.body, "id"), q.text("column"), why)
		return err
	})
	if err != nil {
		return err
	}
	q.out = append(appendText(append(q.out[:0], '{'), "value", plain), '}')
	return nil
}

// prove checks the proof that a request brings, before its transaction, so that wrong
// guesses count. Where the operation always needs one, its absence is refused.
func (q *req) prove() error {
	if q.op.proof == proofNever || q.op.proof == proofPart && q.text("password") == "" && q.text("code") == "" {
		return nil
	}
	err := q.proveFresh()
	q.proved = err == nil
	return err
}

// needProof refuses what was asked for without fresh proof.
func (q *req) needProof() error {
	if q.proved {
		return nil
	}
	return errs.New(errs.StepUp, "secret.error.proof")
}

// proveFresh asks for the password or a code of the person whose token it is.
func (q *req) proveFresh() error {
	proof := login.Proof{Password: q.text("password"), Code: q.text("code")}
	if proof.Password == "" && proof.Code == "" {
		return errs.New(errs.StepUp, "secret.error.proof")
	}
	return q.s.Login.Confirm(q.http.Context(), q.actor, proof, q.place())
}

// place says where a request comes from.
func (q *req) place() login.Place {
	host, _, err := net.SplitHostPort(q.http.RemoteAddr)
	if err != nil {
		host = q.http.RemoteAddr
	}
	return login.Place{IP: host, UserAgent: q.http.UserAgent()}
}

func (q *req) answerLooks(ctx context.Context, tx *db.Tx, of record.Ref) error {
	return pageBack(q, func(before int64, n int) ([]flow.Look, error) { return flow.Looks(ctx, tx, of, before, n) },
		func(k *flow.Look) int64 { return k.ID }, func(b []byte, k *flow.Look) []byte {
			b = appendInt(b, "id", k.ID)
			b = appendRef(appendStamp(b, "at", k.At), "user_id", k.UserID)
			b = appendInt(appendText(appendText(b, "via", k.Via), "kind", k.Kind), "ref_id", k.RefID)
			b = appendText(appendText(b, "column", k.Field), "why", strings.TrimSpace(k.Why))
			return appendInt(appendText(b, "of", k.Of.Kind), "of_id", k.Of.ID)
		})
}
