package login

import (
	"context"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// Tables are the tenant tables of this package. People see what happened around
// their own signing in, auditors see everybody's; nobody changes it.
var Tables = []db.Table{{Name: "signin",
	View: db.Rule{Own: "user_id = :user", Branch: "user_id = :user", Agency: "user_id = :user", Lift: "audit.view"},
	Edit: db.Rule{Need: "system"}}}

var _ = record.Register(record.Kind{Name: "signin", New: func() record.Record { return new(Signin) }})

// Signin is one line of the sign-in history: a sign-in that worked or not, and
// every change of what somebody signs in with.
type Signin struct {
	record.Base
	At        db.Stamp `db:"at" history:"-"`
	UserID    int64    `db:"user_id" history:"-"`
	Event     string   `db:"event" history:"-"`   // one of Events
	Method    string   `db:"method" history:"-"`  // as in Session
	Outcome   string   `db:"outcome" history:"-"` // ok, failed, disabled
	Detail    string   `db:"detail" history:"-"`  // the name of a token or passkey
	IP        string   `db:"ip" history:"-"`
	UserAgent string   `db:"user_agent" history:"-"`
}

// Events are the kinds of lines in the sign-in history.
var Events = []string{"signin", "second", "proof", "accepted", "invited", "password", "reset", "reset_link",
	"totp_on", "totp_off", "passkey_new", "passkey_gone", "recovery_new", "session_revoked", "token_new", "token_revoked"}

// Table names the table and the kind.
func (*Signin) Table() string { return "signin" }

// Check reports what is wrong with n.
func (n *Signin) Check() error {
	var c errs.Collect
	c.OneOf("event", n.Event, Events...)
	c.OneOf("outcome", n.Outcome, "ok", "failed", "disabled")
	return c.Err()
}

// Roots is empty: the line is history itself and needs none of its own.
func (*Signin) Roots() []record.Ref { return []record.Ref{} }

// note adds a line to the sign-in history, whoever acts.
func note(ctx context.Context, tx *db.Tx, n Signin, p Place) error {
	p = p.tidy()
	n.At, n.IP, n.UserAgent = tx.Now, p.IP, p.UserAgent
	sys := tx.AsSystem()
	return record.Insert(ctx, sys, &n)
}

// History returns the lines that the actor may see, newest first, at most limit
// of them before the line with the given id (0 for the newest). With a user only
// that person's.
func History(ctx context.Context, tx *db.Tx, userID, before int64, limit int) ([]Signin, error) {
	if before == 0 {
		before = 1<<53 - 1
	}
	var out []Signin
	err := record.Select(ctx, tx, &out, "WHERE r.id < $1 AND ($2 = 0 OR r.user_id = $2) ORDER BY r.id DESC LIMIT $3", before, userID, limit)
	return out, err
}
