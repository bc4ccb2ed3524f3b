package agency

import (
	"context"
	"sync/atomic"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/record"
)

// epoch counts the saved changes of agencies and people.
var epoch atomic.Int64

// Epoch changes whenever this process has saved an agency or a person. Whoever
// keeps a copy of either reads it first and drops the copy once it has moved, so
// that a changed role or setting counts at once.
func Epoch() int64 { return epoch.Load() }

func moveEpoch() { epoch.Add(1) }

// Guard makes changed settings count at once.
func (a *Agency) Guard(_ context.Context, tx *db.Tx, _ record.Record) error {
	tx.AfterCommit(moveEpoch)
	return nil
}

// follow keeps what hangs on a person in step with a change: the e-mail that
// signs in, and the sessions, links and tokens of somebody who was disabled: who is let
// in again makes new ones. It stands here, and
// not with the logins, because no way to change a person may go round it.
func (u *User) follow(ctx context.Context, tx *db.Tx, was *User) error {
	tx.AfterCommit(moveEpoch)
	if was.Email != u.Email {
		if err := u.moved(ctx, tx, was); err != nil {
			return err
		}
	}
	if was.Status != u.Status && u.Status == "disabled" {
		for _, q := range []string{"DELETE FROM session WHERE agency_id = $1 AND user_id = $2",
			"DELETE FROM link_token WHERE agency_id = $1 AND user_id = $2"} {
			if _, err := tx.Exec(ctx, q, tx.Actor.AgencyID, u.ID); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "UPDATE api_token SET revoked_at = $1 WHERE agency_id = $2 AND user_id = $3 AND revoked_at IS NULL",
			tx.Now, tx.Actor.AgencyID, u.ID)
		if err != nil {
			return err
		}
	}
	if was.Role == Administrator && was.Status == "active" && (u.Role != Administrator || u.Status != "active") {
		return otherAdministrator(ctx, tx, u.ID)
	}
	return nil
}

// Moved are the arguments of the job that tells the old address of a person that another
// one signs in now.
type Moved struct {
	UserID int64  `json:"user_id"`
	Email  string `json:"email"` // the old one
}

// moved has the new e-mail sign in. Links that went to the old one end: whoever reads it
// may be a stranger. Who has signed in with it is told: a change behind their back must
// not go unnoticed.
func (u *User) moved(ctx context.Context, tx *db.Tx, was *User) error {
	n, err := tx.Exec(ctx, "UPDATE login SET email = $1 WHERE agency_id = $2 AND user_id = $3", u.Email, tx.Actor.AgencyID, u.ID)
	if errs.Is(err, errs.Conflict) {
		return errs.Bad("email", "error.taken")
	}
	if err != nil || n == 0 {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM link_token WHERE agency_id = $1 AND user_id = $2", tx.Actor.AgencyID, u.ID); err != nil {
		return err
	}
	if was.Status != "invited" {
		_, err = jobs.Enqueue(ctx, tx, "login.moved", Moved{u.ID, was.Email})
	}
	return err
}

// otherAdministrator refuses to leave an agency without an administrator. The row
// of the registry serves as the lock: two administrators who demote each other at
// the same moment must not both succeed.
func otherAdministrator(ctx context.Context, tx *db.Tx, id int64) error {
	if _, err := tx.Exec(ctx, "UPDATE agency_registry SET created_at = created_at WHERE id = $1", tx.Actor.AgencyID); err != nil {
		return err
	}
	var n int64
	err := tx.Row(ctx, "SELECT count(*) FROM {user} u WHERE u.role = 'administrator' AND u.status = 'active' AND u.id <> $1", []any{id}, &n)
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "agency.error.last_administrator")
	}
	return err
}
