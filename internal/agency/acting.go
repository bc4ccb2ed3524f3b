package agency

import (
	"context"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// Acting returns a person as the actor of a job that they asked for, with the rights
// that they have now; 0 is the program itself. Somebody who was disabled meanwhile asks
// for nothing any more.
func Acting(ctx context.Context, d *db.DB, agencyID, userID int64, via string) (db.Actor, error) {
	sys := db.System(agencyID)
	sys.Via = via
	if userID == 0 {
		return sys, nil
	}
	var a db.Actor
	err := d.View(ctx, sys, func(tx *db.Tx) error {
		var u User
		if err := record.Get(ctx, tx, &u, userID); err != nil {
			return err
		}
		ag, err := Current(ctx, tx)
		if err != nil {
			return err
		}
		if u.Status == "disabled" {
			return errs.New(errs.Forbidden, "error.forbidden")
		}
		a = ActorOf(ag, &u, via)
		return nil
	})
	return a, err
}

// IDs returns the ids of all agencies, the oldest first. An id may be taken and not be
// used.
func IDs(ctx context.Context, d *db.DB) (ids []int64, err error) {
	err = d.Local(ctx, func(tx *db.Tx) (err error) {
		ids, err = tx.IDs(ctx, "SELECT id FROM agency_registry ORDER BY id")
		return err
	})
	return ids, err
}
