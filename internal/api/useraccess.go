package api

import (
	"context"
	"strconv"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/record"
)

var signinSchema = obj("SignIn", "A sign-in, or a change of what somebody signs in with.",
	number("id", "Number of the line.", 431), moment("at", "When."), number("user_id", "Whose.", 2),
	enum("event", "What happened; \"second\" is a second factor, \"proof\" a proof asked for while signed in.", "signin", login.Events...),
	text("method", "How, several by plus: password, totp, passkey, recovery, invite; empty where it says nothing.", "password+totp"),
	enum("outcome", "Whether it worked; disabled is somebody who may not sign in.", "ok", "ok", "failed", "disabled"),
	text("detail", "Name of the token or passkey.", ""), text("ip", "Address from which it came.", "192.0.2.1"),
	text("user_agent", "What the browser or program says it is.", "curl/8.5.0"),
).must("id", "at", "user_id", "event", "method", "outcome", "detail", "ip", "user_agent")

var resetSchema = userModel.read.with("PasswordReset", "The person and the link by which they choose a new password.",
	text("link", "Path of the link, to be opened in a browser within a day. With a mail server set up it was also sent by mail.", "/reset/…")).must("link")

// accessOps are what administrators and auditors do about the signing in of others.
func accessOps() []op {
	return []op{
		{id: "user.reset_password", method: "POST", path: "/users/{id}/password-reset", group: "Users", summary: "Make a link for a new password", secret: true,
			doc: "For somebody who may sign in; an older link ends. The password stays until the link is used. " +
				"It takes your password or a code of your authenticator app.",
			need: "user.manage", proof: proofAlways, body: proofBody, status: 200, reply: resetSchema, etag: true, run: resetPassword},
		{id: "user.reset_factors", method: "POST", path: "/users/{id}/factors-reset", group: "Users", summary: "Take somebody's second factors away",
			doc: "For somebody who lost them: authenticator app, passkeys and recovery codes. Their sessions end. " +
				"It takes your password or a code of your authenticator app.",
			need: "user.manage", proof: proofAlways, body: proofBody, status: 204, run: func(ctx context.Context, tx *db.Tx, q *req) error {
				return q.s.Login.ResetFactors(ctx, tx, q.id(), q.place())
			}},
		{id: "signin.list", method: "GET", path: "/sign-ins", group: "Users", summary: "List sign-ins",
			doc: "Your own, newest first; those of everybody with the right audit.view.", status: 200, reply: page("SignIn", signinSchema),
			query: append([]param{{member: number("user_id", "Only those of one person.", 2)}}, lookPages...), run: listSignins},
	}
}

func resetPassword(ctx context.Context, tx *db.Tx, q *req) error {
	link, err := q.s.Login.ResetLink(ctx, tx, q.id())
	if err != nil {
		return err
	}
	var u agency.User
	if err := record.Get(ctx, tx, &u, q.id()); err != nil {
		return err
	}
	q.answerInvitation(&u, link)
	return nil
}

func listSignins(ctx context.Context, tx *db.Tx, q *req) error {
	var of int64
	if s := q.query.Get("user_id"); s != "" {
		var err error
		if of, err = strconv.ParseInt(s, 10, 64); err != nil || of < 1 {
			return errs.Bad("user_id", "error.number")
		}
	}
	return pageBack(q, func(before int64, n int) ([]login.Signin, error) { return login.History(ctx, tx, of, before, n) },
		func(s *login.Signin) int64 { return s.ID }, func(b []byte, s *login.Signin) []byte {
			b = appendInt(appendStamp(appendInt(b, "id", s.ID), "at", s.At), "user_id", s.UserID)
			b = appendText(appendText(appendText(b, "event", s.Event), "method", s.Method), "outcome", s.Outcome)
			return appendText(appendText(appendText(b, "detail", s.Detail), "ip", s.IP), "user_agent", s.UserAgent)
		})
}
