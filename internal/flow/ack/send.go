package ack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/mail"
	"github.com/carnetcrm/carnet/internal/publiclink"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// Service sends documents and takes the answers.
type Service struct {
	DB       *db.DB
	Files    *files.Store
	Absolute func(path string) string // the whole address of a path of Carnet
}

// Path is the address of a link.
func Path(token string) string { return "/acknowledge/" + token }

// Request says what is to be sent to whom.
type Request struct {
	Owner      record.Ref // client or traveler
	Template   int64
	Attachment int64 // file of the owner that goes along, 0 for none
	Recipient  string
	Email      string // "" hands the link over by another way
	Message    string
	Days       int64 // for which the link opens
	Remind     int64 // after so many days a reminder is mailed, 0 never
}

// Send stores the document exactly as the person will see it and returns it with the
// path of the link, which nobody can see again. With an e-mail the link leaves by mail.
// The file's content is read once, to note its hash.
func (s *Service) Send(ctx context.Context, actor db.Actor, r Request) (a *Ack, path string, err error) {
	f, err := s.attached(ctx, actor, r)
	if err != nil {
		return nil, "", err
	}
	err = s.DB.Update(ctx, actor, func(tx *db.Tx) error {
		a, err = compose(ctx, tx, r)
		if err != nil {
			return err
		}
		if f != nil {
			a.FileName, a.FileHash, a.FileType, a.FileSize = f.name, f.hash, f.kind, f.size
			a.Blob, a.BlobKey = f.blob, record.Plain(f.key)
		}
		if err := record.Insert(ctx, tx, a); err != nil {
			return err
		}
		path, err = s.link(ctx, tx, a, "ack.mail.subject", "ack.mail.text")
		return err
	})
	return a, path, err
}

// link makes a link to a and has it mailed where there is an address.
func (s *Service) link(ctx context.Context, tx *db.Tx, a *Ack, subject, text string) (path string, err error) {
	token, err := publiclink.Add(ctx, tx, a.Ref(), a.ExpiresAt)
	if err != nil {
		return "", err
	}
	path = Path(token)
	if a.Email == "" {
		return path, nil
	}
	ag, err := agency.Current(ctx, tx)
	if err != nil {
		return "", err
	}
	l := i18n.For(a.Language)
	body := l.T("link.mail.hello", "Name", a.Recipient) + "\n\n"
	if a.Message != "" {
		body += a.Message + "\n\n"
	}
	body += l.T(text, "Agency", ag.Name, "Title", a.Title, "Link", s.Absolute(path), "Until", l.DateTime(a.ExpiresAt.Time(), ag.Location()))
	_, err = jobs.Enqueue(ctx, tx, "mail", mail.Message{To: []mail.Address{{Name: a.Recipient, Email: a.Email}}, Date: tx.Now.Time(),
		ReplyTo: mail.Address{Name: ag.Name, Email: ag.Email}, Subject: l.T(subject, "Agency", ag.Name, "Title", a.Title), Text: body})
	return path, err
}

// attachment is a file as it goes along.
type attachment struct {
	name, hash, kind, blob, key string
	size                        int64
}

// attached reads the file that goes along, outside of any transaction: it may be large.
func (s *Service) attached(ctx context.Context, actor db.Actor, r Request) (*attachment, error) {
	if r.Attachment == 0 {
		return nil, nil
	}
	var f attachment
	err := s.DB.View(ctx, actor, func(tx *db.Tx) error {
		if err := record.Editable(ctx, tx, r.Owner); err != nil {
			return err
		}
		a, err := document.Get(ctx, tx, r.Attachment)
		if errs.Is(err, errs.NotFound) { // deleted since the form was opened, perhaps
			return errs.Bad("attachment_id", "error.not_found")
		}
		if err != nil {
			return err
		}
		// Pictures of travel documents are nobody's to send out.
		if a.Owner() != r.Owner || a.Kind != document.File || a.Private() {
			return errs.Bad("attachment_id", "error.not_found")
		}
		f = attachment{name: a.Name, kind: a.Type, blob: a.Blob, size: a.Size}
		f.key, err = record.Unsealed(tx, a, "blob_key")
		return err
	})
	if err != nil {
		return nil, err
	}
	content, err := s.Files.OpenSealed(ctx, f.blob, f.key)
	if err != nil {
		return nil, err
	}
	defer content.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, content); err != nil {
		return nil, err
	}
	f.hash = hex.EncodeToString(sum.Sum(nil))
	return &f, nil
}

// compose makes the document of a request: the template with its fields filled in.
func compose(ctx context.Context, tx *db.Tx, r Request) (*Ack, error) {
	if err := record.Editable(ctx, tx, r.Owner); err != nil { // before anything else is told
		return nil, err
	}
	var bad errs.Collect
	if r.Days < 1 || r.Days > maxDays {
		bad.Add("days", "link.error.days", "Max", maxDays)
	}
	if r.Remind < 0 || r.Remind > 0 && r.Remind >= r.Days {
		bad.Add("remind", "ack.error.remind")
	}
	if r.Email = strings.TrimSpace(r.Email); r.Remind > 0 && r.Email == "" {
		bad.Add("remind", "ack.error.remind_email") // it is mailed: without an address nobody would ever be reminded
	}
	r.Recipient = strings.Join(strings.Fields(r.Recipient), " ")
	bad.MaxLen("recipient", r.Recipient, 200)
	var t Template
	err := record.Get(ctx, tx, &t, r.Template)
	if errs.Is(err, errs.NotFound) || err == nil && !t.Active {
		bad.Add("template_id", "error.required")
	} else if err != nil {
		return nil, err
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	values, err := fieldsOf(ctx, tx, r.Owner, t.Language)
	if err != nil {
		return nil, err
	}
	if r.Recipient != "" {
		values["name"] = r.Recipient
	}
	a := &Ack{OwnerKind: r.Owner.Kind, OwnerID: r.Owner.ID, TemplateID: db.Ref(t.ID), TemplateNumber: t.Number, Language: t.Language,
		Title: merge(t.Title, values), Text: merge(t.Text, values), Recipient: values["name"], Email: r.Email, Message: r.Message,
		Status: "sent", ExpiresAt: tx.Now.Add(time.Duration(r.Days) * 24 * time.Hour)}
	if r.Remind > 0 {
		a.RemindAt = tx.Now.Add(time.Duration(r.Remind) * 24 * time.Hour)
	}
	return a, nil
}

// fieldsOf are the values of the merge fields for a client or traveler.
func fieldsOf(ctx context.Context, tx *db.Tx, owner record.Ref, lang string) (map[string]string, error) {
	ag, err := agency.Current(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := map[string]string{"agency": ag.Name, "date": i18n.For(lang).DateLong(date.Of(tx.Now.Time().In(ag.Location())))}
	if owner.Kind == "client" {
		var c client.Client
		if err := record.Get(ctx, tx, &c, owner.ID); err != nil {
			return nil, err
		}
		name := c.Name
		if family, given, ok := strings.Cut(c.Name, "/"); ok && c.Kind == "personal" {
			name = given + " " + family
		}
		out["name"], out["client"], out["salutation"] = name, name, first(c.FormalSalutation, c.InformalSalutation, name)
		return out, nil
	}
	var t traveler.Traveler
	if err := record.Get(ctx, tx, &t, owner.ID); err != nil {
		return nil, err
	}
	name := strings.TrimSpace(t.Given + " " + t.Family)
	out["name"], out["client"], out["salutation"] = name, name, first(t.Salutation, name)
	return out, nil
}

func first(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// Revoke ends a sending that wasn't answered: its links don't open any more.
func Revoke(ctx context.Context, tx *db.Tx, id int64) (*Ack, error) {
	a := new(Ack)
	err := record.Edit(ctx, tx, a, id, 0, func() error {
		if !a.Open(tx.Now) {
			return errs.New(errs.Conflict, "link.error.ended")
		}
		a.Status, a.RemindAt = "revoked", 0
		return nil
	})
	if err != nil {
		return nil, err
	}
	return a, publiclink.Revoke(ctx, tx, a.Ref())
}

// Remind mails a new link to all of an agency who haven't answered by the time that was
// set, once each, and returns how many. The link before stays good.
func (s *Service) Remind(ctx context.Context, agencyID int64) (n int64, err error) {
	err = s.DB.Update(ctx, db.System(agencyID), func(tx *db.Tx) error {
		n = 0
		var due []Ack
		err := record.Select(ctx, tx, &due, "WHERE r.remind_at <= $1 AND r.status IN ('sent', 'seen') ORDER BY r.id LIMIT 100", tx.Now)
		if err != nil {
			return err
		}
		for i := range due {
			a := &due[i]
			late := !a.Open(tx.Now)
			err := record.Edit(ctx, tx, a, a.ID, 0, func() error {
				if a.RemindAt = 0; !late {
					a.Reminders++
				}
				return nil
			})
			if err != nil {
				return err
			}
			if late {
				continue
			}
			if _, err := s.link(ctx, tx, a, "ack.mail.remind_subject", "ack.mail.remind_text"); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}
