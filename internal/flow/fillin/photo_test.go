package fillin_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/fillin"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestPhotoLimit: the picture of a passport that was sent counts as a look, and is kept
// from who has looked as often as an hour allows.
func TestPhotoLimit(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		var a agency.Agency
		return record.Edit(ctx, tx, &a, w.Agency.ID, 0, func() error { a.RevealLimit = 2; return nil })
	})
	blobs := store(t)
	token, id := w.ask("ann", "passport")
	l := w.follow(token)
	w.show(l)
	photo, err := fillin.Keep(ctx, blobs, bytes.NewReader(jpeg))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Save(ctx, w.DB, fillin.Input{Photo: photo, Submit: true}); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		r, _, err := fillin.OpenPhoto(ctx, w.DB, blobs, flow.Reveal, w.As("ann"), id, "visa")
		if err == nil {
			r.Close()
		}
		if i < 2 && err != nil || i == 2 && !errs.Is(err, errs.TooMany) {
			t.Errorf("look %d: %v", i+1, err)
		}
	}
}
