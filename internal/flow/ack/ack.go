package ack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/email"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/publiclink"
	"github.com/carnetcrm/carnet/internal/record"
)

// Kind is the kind of the record, and of its links.
const Kind = "acknowledgement"

func rule(mode string) db.Rule {
	of := `{client` + mode + ` has owner} OR {traveler` + mode + ` has owner}`
	return db.Rule{Own: of + " OR " + publiclink.Rule(Kind), Branch: of, Agency: of}
}

// Tables are the tenant tables of this package: who sees a record sees what was sent to
// it, who edits it sends and revokes; the person who got it answers, and nobody else.
var Tables = []db.Table{
	{Name: "ack_template", View: db.Everybody, Edit: db.Everybody.With(RightManage)},
	{Name: "ack_text", View: db.Everybody, Edit: db.Everybody.With(RightManage)},
	{Name: "acknowledgement", Of: "owner", View: rule(""), Edit: rule(".edit")},
}

var _ = record.Register(
	record.Kind{Name: "ack_template", New: func() record.Record { return new(Template) }},
	record.Kind{Name: "ack_text", New: func() record.Record { return new(Version) }, Silent: true},
	record.Kind{Name: Kind, New: func() record.Record { return new(Ack) }},
)

// What was sent is kept as long as the proof of it.
var _ = document.Hold(Kind, "blob")

// Statuses are where a sending stands; that it has expired is seen from the time only.
var Statuses = []string{"sent", "seen", "acknowledged", "declined", "revoked", "expired"}

// Ack is one document sent to one person, and what they said.
type Ack struct {
	record.Base
	OwnerKind      string        `db:"owner_kind" history:"-"`
	OwnerID        int64         `db:"owner_id" history:"-"`
	TemplateID     db.Ref        `db:"template_id" history:"-"`
	TemplateNumber int64         `db:"template_number" history:"-"`
	Language       string        `db:"language" history:"-"`
	Title          string        `db:"title" history:"track"`
	Text           string        `db:"text" history:"-"` // exactly as shown
	Hash           string        `db:"hash" history:"-"` // HashOf title and text
	FileName       string        `db:"file_name" history:"track"`
	FileHash       string        `db:"file_hash" history:"-"` // SHA-256 of the content
	FileType       string        `db:"file_type" history:"-"`
	FileSize       int64         `db:"file_size" history:"-"`
	Blob           string        `db:"blob" history:"-"`
	BlobKey        record.Secret `db:"blob_key" history:"secret" reveal:"passport.reveal"`
	Recipient      string        `db:"recipient" history:"-"`
	Email          string        `db:"email" history:"track"`
	Message        string        `db:"message" history:"-"`
	Status         string        `db:"status" history:"track"`
	ExpiresAt      db.Stamp      `db:"expires_at" history:"-"`
	RemindAt       db.Stamp      `db:"remind_at" history:"-"`
	Reminders      int64         `db:"reminders" history:"track"`
	SeenAt         db.Stamp      `db:"seen_at" history:"-"`
	AnsweredAt     db.Stamp      `db:"answered_at" history:"-"`
	Signer         string        `db:"signer" history:"track"`
	Reason         string        `db:"reason" history:"track"`
	IP             string        `db:"ip" history:"-"`
	UserAgent      string        `db:"user_agent" history:"-"`
}

// Table names the table and the kind.
func (*Ack) Table() string { return Kind }

// Parents is the client or traveler to whom it was sent.
func (a *Ack) Parents() []record.Ref { return []record.Ref{a.Owner()} }

// Owner is the client or traveler to whom it was sent.
func (a *Ack) Owner() record.Ref { return record.Ref{Kind: a.OwnerKind, ID: a.OwnerID} }

// Ref names the sending.
func (a *Ack) Ref() record.Ref { return record.Ref{Kind: Kind, ID: a.ID} }

// HashOf is the SHA-256, as 64 hexadecimal digits, of a document's text: its title, an
// empty line, its text, in UTF-8 with line feeds.
func HashOf(title, text string) string {
	sum := sha256.Sum256([]byte(title + "\n\n" + text))
	return hex.EncodeToString(sum[:])
}

// Whole reports whether the text is the one that was sent.
func (a *Ack) Whole() bool { return a.Hash == HashOf(a.Title, a.Text) }

// State is the status at a moment: one of Statuses.
func (a *Ack) State(now db.Stamp) string {
	if (a.Status == "sent" || a.Status == "seen") && a.ExpiresAt <= now {
		return "expired"
	}
	return a.Status
}

// Open reports whether the person can still answer.
func (a *Ack) Open(now db.Stamp) bool {
	s := a.State(now)
	return s == "sent" || s == "seen"
}

// maxDays is the longest time for which a link can be given.
const maxDays = 365

// Check tidies a and reports what is wrong with it.
func (a *Ack) Check() error {
	var bad errs.Collect
	bad.OneOf("status", a.Status, Statuses[:5]...)
	a.Message, a.Reason = strings.TrimSpace(a.Message), strings.TrimSpace(a.Reason)
	a.Signer = strings.Join(strings.Fields(a.Signer), " ")
	bad.MaxLen("message", a.Message, 2000)
	bad.MaxLen("reason", a.Reason, 2000)
	bad.MaxLen("signer", a.Signer, 200)
	if a.UserAgent = strings.ToValidUTF8(strings.ReplaceAll(a.UserAgent, "\x00", ""), ""); len(a.UserAgent) > 400 {
		a.UserAgent = strings.ToValidUTF8(a.UserAgent[:400], "")
	}
	if a.Email = strings.TrimSpace(a.Email); a.Email != "" {
		norm, ok := email.Parse(a.Email)
		if !ok {
			bad.Add("email", "error.email")
		}
		a.Email = norm
	}
	switch {
	case a.Status == "acknowledged" && a.Signer == "":
		bad.Add("signer", "error.required")
	case a.Status == "declined" && a.Reason == "":
		bad.Add("reason", "error.required")
	}
	return bad.Err()
}

// Guard keeps the proof: who comes by the link answers, once, and changes nothing else;
// the agency sends, reminds and revokes, and can't answer for anybody.
func (a *Ack) Guard(_ context.Context, tx *db.Tx, old record.Record) error {
	was, _ := old.(*Ack)
	if was == nil {
		if a.ExpiresAt <= tx.Now || a.ExpiresAt > tx.Now.Add((maxDays*24+1)*time.Hour) {
			return errs.Bad("days", "link.error.days", "Max", maxDays)
		}
		if a.Hash = HashOf(a.Title, a.Text); a.Status != "sent" || a.AnsweredAt != 0 || tx.Actor.Link != "" {
			return errs.New(errs.Forbidden, "error.forbidden")
		}
		return nil
	}
	mine, theirs := *a, *was
	mine.Base, theirs.Base = record.Base{}, record.Base{}
	if tx.Actor.Link != "" {
		if !was.Open(tx.Now) {
			return errs.New(errs.Conflict, "ack.error.closed")
		}
		theirs.Status, theirs.SeenAt, theirs.AnsweredAt, theirs.Signer = a.Status, a.SeenAt, a.AnsweredAt, a.Signer
		theirs.Reason, theirs.IP, theirs.UserAgent, theirs.RemindAt = a.Reason, a.IP, a.UserAgent, a.RemindAt
	} else {
		theirs.RemindAt, theirs.Reminders = a.RemindAt, a.Reminders
		if a.Status == "revoked" && was.Open(tx.Now) {
			theirs.Status = a.Status
		}
	}
	if mine != theirs {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	return nil
}

// Of returns what was sent to a client or traveler, the newest first.
func Of(ctx context.Context, tx *db.Tx, owner record.Ref) ([]Ack, error) {
	var out []Ack
	err := record.Select(ctx, tx, &out, "of $1 $2 ORDER BY r.id DESC LIMIT 50", owner.Kind, owner.ID)
	return out, err
}
