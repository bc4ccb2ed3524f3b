package agency

import (
	"context"
	"errors"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// ErrEnded is inside the error of work that can't go on because the person who asked for
// it was disabled or has lost the right to it.
var ErrEnded = errors.New("agency: the person may not go on")

// LostRight is the error of work whose person has lost the right to it.
func LostRight() error { return errs.Wrap(ErrEnded, errs.Forbidden, "error.job_right") }

// Acting returns a person as the actor of a job that they asked for, with the rights
// that they have now; 0 is the program itself. Somebody who was disabled meanwhile asks
// for nothing any more. The rights may change while the job runs: what it does in many
// transactions begins each of them with Again.
func Acting(ctx context.Context, d *db.DB, agencyID, userID int64, via string) (db.Actor, error) {
	a := db.System(agencyID)
	a.Via = via
	if userID == 0 {
		return a, nil
	}
	err := d.View(ctx, a, func(tx *db.Tx) (err error) {
		a, err = now(ctx, tx, userID)
		return err
	})
	return a, err
}

// Again gives the actor of a transaction the rights that the person has at this moment,
// before anything else is done in it. Work of several transactions would go on with
// those that they had when it began.
func Again(ctx context.Context, tx *db.Tx) error {
	if tx.Actor.UserID == 0 {
		return nil
	}
	a, err := now(ctx, tx, tx.Actor.UserID)
	if err != nil {
		return err
	}
	tx.Actor.BranchID, tx.Actor.Scope, tx.Actor.Rights = a.BranchID, a.Scope, a.Rights
	return nil
}

// now is what a person may do at this moment.
func now(ctx context.Context, tx *db.Tx, userID int64) (db.Actor, error) {
	var u User
	if err := record.Get(ctx, tx, &u, userID); err != nil {
		return db.Actor{}, err
	}
	ag, err := Current(ctx, tx)
	if err != nil {
		return db.Actor{}, err
	}
	if u.Status == "disabled" {
		return db.Actor{}, errs.Wrap(ErrEnded, errs.Forbidden, "error.job_disabled")
	}
	return ActorOf(ag, &u, tx.Actor.Via), nil
}

// Refused is the error for a person without a right. Where the role has it, and the
// agency has switched off what it is for, the error says so.
func Refused(ctx context.Context, d *db.DB, a db.Actor, right string) error {
	refused := errs.New(errs.Forbidden, "error.forbidden")
	if a.UserID == 0 {
		return refused
	}
	return d.View(ctx, db.System(a.AgencyID), func(tx *db.Tx) error {
		var u User
		if err := record.Get(ctx, tx, &u, a.UserID); err != nil {
			return err
		}
		ag, err := Current(ctx, tx)
		if err != nil {
			return err
		}
		if ag.NoExport && rightsOf[u.Role][right] && !settledRights[u.Role][right] {
			return errs.New(errs.Forbidden, "export.off")
		}
		return refused
	})
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
