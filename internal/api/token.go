package api

import (
	"context"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/login"
)

var tokenSchema = obj("Token", "An API token of oneself. Its text is shown once, when it is created.",
	number("id", "Number of the token.", 12), text("name", "What it is for.", "Website form"),
	enum("scope", "Whether it may write.", "read", "read", "write"), text("hint", "Its last four characters.", "x7Qa"),
	moment("created_at", "When it was created."), moment("expires_at", "When it ends, null for never.").orNull(),
	moment("used_at", "When it was last used, null for never.").orNull(),
	number("made_by", "The token by means of which it was made, and with which it ends; null for none.", 11).orNull(),
).must("id", "name", "scope", "hint", "created_at", "expires_at", "used_at", "made_by")

func tokenOps() []op {
	return []op{
		{id: "token.list", method: "GET", path: "/tokens", group: "Tokens", summary: "List one's tokens", doc: "The tokens that aren't revoked, newest first.",
			need: "token.own", status: 200, reply: all("Token", tokenSchema), run: func(ctx context.Context, tx *db.Tx, q *req) error {
				list, err := q.s.Login.Tokens(ctx, tx, q.actor.UserID)
				b := append(q.out, `{"items":[`...)
				for i := range list {
					b = append(appendToken(append(appendComma(b), '{'), &list[i]), '}')
				}
				q.out = append(b, ']', '}')
				return err
			}},
		{id: "token.create", method: "POST", path: "/tokens", group: "Tokens", summary: "Create a token", secret: true,
			doc: "A token that acts in your name. It takes your password or a code of your authenticator app, and ends when the token that asks for it expires or is revoked, if not before. " +
				"The answer holds the token's text, which is never shown again and never kept for a repetition.",
			need: "token.own", proof: proofAlways,
			body: obj("TokenNew", "A new token.", text("name", "What it is for.", "Website form"), enum("scope", "Whether it may write.", "read", "read", "write"),
				number("days", "Days until it ends, 1 to 3650; null for never.", 365).orNull(), proofMembers[0], proofMembers[1]).must("name", "scope"),
			status: 201, reply: tokenSchema.with("TokenCreated", "The new token with its text.", text("token", "The text to send as bearer.", "carnet_…")).must("token"),
			run: createToken},
		{id: "token.delete", method: "DELETE", path: "/tokens/{id}", group: "Tokens", summary: "Revoke a token",
			doc: "It stops working at once, and so do the tokens that were made by means of it.", need: "token.own", status: 204,
			run: func(ctx context.Context, tx *db.Tx, q *req) error { return q.s.Login.RevokeToken(ctx, tx, q.id()) }},
	}
}

func createToken(ctx context.Context, tx *db.Tx, q *req) error {
	days := intOf(q.body, "days")
	if _, sent := q.body["days"].(int64); sent && (days < 1 || days > 3650) {
		return errs.Bad("days", "error.max", "Max", 3650)
	}
	t, secret, err := q.s.Login.NewToken(ctx, tx, q.text("name"), q.text("scope"), time.Duration(days)*24*time.Hour)
	if err != nil {
		return err
	}
	b := appendToken(append(q.out, '{'), &t)
	q.out = append(appendText(b, "token", secret), '}')
	return nil
}

func appendToken(b []byte, t *login.Token) []byte {
	b = appendInt(b, "id", t.ID)
	b = appendText(b, "name", t.Name)
	b = appendText(b, "scope", t.Scope)
	b = appendText(b, "hint", t.Hint)
	b = appendStamp(b, "created_at", t.CreatedAt)
	b = appendStamp(b, "expires_at", t.ExpiresAt)
	b = appendStamp(b, "used_at", t.UsedAt)
	return appendRef(b, "made_by", t.ParentID)
}
