package ack

import (
	"context"
	"io"
	"strings"
	"unicode"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/publiclink"
	"github.com/carnetcrm/carnet/internal/record"
)

// Link is a private link that was opened: whose eyes look, and at what.
type Link struct{ publiclink.Opened }

// Follow opens a private link. Its errors are those of publiclink.Open.
func Follow(ctx context.Context, d *db.DB, token string, from login.Place) (*Link, error) {
	o, err := publiclink.Open(ctx, d, Kind, token, from)
	if err != nil {
		return nil, err
	}
	return &Link{o}, nil
}

// Show returns the document and the agency, and notes that the document was seen.
func (l *Link) Show(ctx context.Context, d *db.DB) (a *Ack, ag *agency.Agency, err error) {
	err = d.Update(ctx, l.Actor, func(tx *db.Tx) error {
		a = new(Ack)
		if err := record.Get(ctx, tx, a, l.ID); err != nil {
			return err
		}
		if ag, err = agency.Current(ctx, tx); err != nil {
			return err
		}
		if err := a.kept(ctx, tx); err != nil {
			return err
		}
		if a.Status != "sent" || !a.Open(tx.Now) {
			return nil
		}
		return record.Edit(ctx, tx, a, a.ID, 0, func() error {
			if a.Status == "sent" { // not when it was answered meanwhile
				a.Status, a.SeenAt = "seen", tx.Now
			}
			return nil
		})
	})
	return a, ag, publiclink.Hide(err)
}

// kept refuses what was sent to somebody whom the agency has removed: it is closed.
func (a *Ack) kept(ctx context.Context, tx *db.Tx) error {
	var one int64
	return tx.AsSystem().Row(ctx, "SELECT 1 FROM {"+a.OwnerKind+"} o WHERE o.id = $1", []any{a.OwnerID}, &one)
}

// File opens the file that goes along: NotFound where there is none.
func (l *Link) File(ctx context.Context, d *db.DB, store *files.Store) (*Ack, io.ReadCloser, error) {
	a, _, err := l.Show(ctx, d)
	if err != nil {
		return nil, nil, err
	}
	return fileOf(ctx, d, l.Actor, store, a.ID)
}

// OpenFile opens the file that was sent, for somebody of the agency.
func OpenFile(ctx context.Context, d *db.DB, actor db.Actor, store *files.Store, id int64) (*Ack, io.ReadCloser, error) {
	return fileOf(ctx, d, actor, store, id)
}

func fileOf(ctx context.Context, d *db.DB, actor db.Actor, store *files.Store, id int64) (*Ack, io.ReadCloser, error) {
	a := new(Ack)
	key := ""
	err := d.View(ctx, actor, func(tx *db.Tx) (err error) {
		if err = record.Get(ctx, tx, a, id); err != nil {
			return err
		}
		if a.Blob == "" || store == nil {
			return errs.Missing()
		}
		key, err = record.Unsealed(tx, a, "blob_key")
		return err
	})
	if err != nil {
		return nil, nil, publiclink.Hide(err)
	}
	r, err := store.OpenSealed(ctx, a.Blob, key)
	return a, r, err
}

// Answer is what the person says.
type Answer struct {
	Agreed bool   // the box was ticked
	Signer string // their name
	Reason string // of declining
	Place  login.Place
}

// Sign acknowledges the document: once, with the box ticked and a name.
func (l *Link) Sign(ctx context.Context, d *db.DB, in Answer) error {
	var bad errs.Collect
	if !in.Agreed {
		bad.Add("agreed", "ack.error.agreed")
	}
	if !strings.ContainsFunc(in.Signer, unicode.IsLetter) { // nor is what nobody can see a name
		bad.Add("signer", "error.required")
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return l.answer(ctx, d, "acknowledged", in)
}

// Decline says no, once, with a reason.
func (l *Link) Decline(ctx context.Context, d *db.DB, in Answer) error {
	in.Signer = ""
	return l.answer(ctx, d, "declined", in)
}

func (l *Link) answer(ctx context.Context, d *db.DB, status string, in Answer) error {
	err := d.Update(ctx, l.Actor, func(tx *db.Tx) error {
		a := new(Ack)
		return record.Edit(ctx, tx, a, l.ID, 0, func() error {
			if err := a.kept(ctx, tx); err != nil {
				return err
			}
			if !a.Open(tx.Now) {
				return errs.New(errs.Conflict, "ack.error.closed")
			}
			if !a.Whole() { // the text was changed behind our back: nobody signs that
				return errs.New(errs.Conflict, "ack.error.changed")
			}
			a.Status, a.AnsweredAt, a.RemindAt = status, tx.Now, 0
			if a.SeenAt == 0 {
				a.SeenAt = tx.Now
			}
			a.Signer, a.IP, a.UserAgent = in.Signer, in.Place.IP, in.Place.UserAgent
			if status == "declined" {
				a.Reason = in.Reason
			}
			return nil
		})
	})
	return publiclink.Hide(err)
}
