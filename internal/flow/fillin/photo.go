package fillin

import (
	"context"
	"io"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/record"
)

// Revealer opens a secret for the actor, notes that, and counts it (flow.Reveal).
type Revealer func(ctx context.Context, tx *db.Tx, kind string, id int64, column, why string) (string, error)

// OpenPhoto opens the picture that was sent, for a person with the right to see travel
// documents: that they looked, and why, is written into the traveler's history, and
// counts as a look like any other. The caller has made sure of fresh proof. It returns
// the type of the content, too.
func OpenPhoto(ctx context.Context, d *db.DB, store *files.Store, reveal Revealer, actor db.Actor, id int64, why string) (io.ReadCloser, string, error) {
	var name, key, kind string
	err := d.Update(ctx, actor, func(tx *db.Tx) error {
		p, err := proposalOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if p.Photo == "" {
			return errs.Missing()
		}
		name, kind = p.Photo, p.PhotoType
		key, err = reveal(ctx, tx, "proposal", p.ID, "photo_key", why)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	r, err := store.OpenSealed(ctx, name, key)
	return r, kind, err
}

// The clean-up of the file store leaves the pictures alone that wait here.
var _ = document.Hold("proposal", "photo")

// attach puts the picture that was sent on the passport that it shows.
func attach(ctx context.Context, tx *db.Tx, p *Proposal, passport record.Record) error {
	key, err := record.Unsealed(tx, p, "photo_key")
	if err != nil {
		return err
	}
	ag, err := agency.Current(ctx, tx)
	if err != nil {
		return err
	}
	name := document.FileName(string(date.Today(tx.Now.Time(), ag.Location()))+" passport", p.PhotoType)
	return document.Hang(ctx, tx, document.Kept{Name: name, Type: p.PhotoType, Blob: p.Photo, Key: key, Size: p.PhotoSize},
		record.Ref{Kind: "traveler", ID: p.TravelerID}, record.Ref{Kind: "passport", ID: record.Stamps(passport).ID})
}
