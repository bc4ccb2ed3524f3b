package flow

import (
	"context"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// handOverStep is how many clients change their advisor in one transaction, so
// that the one writer of SQLite stays free for others.
const handOverStep = 200

// Disable keeps somebody from signing in, at once and everywhere. Their clients
// need another advisor (L13): to, who may be 0 only when there are none. The
// person is disabled first, so that a former colleague is out even if the handing
// over fails half-way; HandOver goes on from there. It returns how many clients
// were handed over.
func Disable(ctx context.Context, d *db.DB, actor db.Actor, userID, to int64) (int, error) {
	err := d.Update(ctx, actor, func(tx *db.Tx) error {
		if err := MayDisable(ctx, tx, userID, to); err != nil {
			return err
		}
		var u agency.User
		return record.Edit(ctx, tx, &u, userID, 0, func() error { u.Status = "disabled"; return nil })
	})
	if err != nil || to == 0 {
		return 0, err
	}
	return HandOver(ctx, d, actor, userID, to)
}

// MayDisable refuses to disable oneself, and somebody with clients when nobody else can
// take them.
func MayDisable(ctx context.Context, tx *db.Tx, userID, to int64) error {
	if userID == tx.Actor.UserID {
		return errs.New(errs.Conflict, "agency.error.disable_self")
	}
	n, err := ClientsOf(ctx, tx, userID)
	if err != nil {
		return err
	}
	if n > 0 && to == 0 {
		return errs.Bad("to", "agency.error.hand_over", "Count", n)
	}
	if to == 0 {
		return nil
	}
	return canTake(ctx, tx, userID, to)
}

// HandOver gives all clients of one advisor to another (R098), in steps of a few
// hundred; each client has it in its history. It can be repeated after a failure.
func HandOver(ctx context.Context, d *db.DB, actor db.Actor, from, to int64) (int, error) {
	if !actor.May("client.reassign") {
		return 0, errs.New(errs.Forbidden, "client.error.reassign")
	}
	total := 0
	for {
		n := 0
		err := d.Update(ctx, actor, func(tx *db.Tx) error {
			if err := canTake(ctx, tx, from, to); err != nil {
				return err
			}
			var list []client.Client
			if err := record.Select(ctx, tx, &list, "WHERE r.advisor_id = $1 ORDER BY r.id LIMIT $2", from, handOverStep); err != nil {
				return err
			}
			n = len(list)
			for i := range list {
				c := &list[i]
				if err := record.Edit(ctx, tx, c, c.ID, 0, func() error { c.AdvisorID = db.Ref(to); return nil }); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n == 0 {
			return total, err
		}
		total += n
	}
}

func canTake(ctx context.Context, tx *db.Tx, from, to int64) error {
	if from == to {
		return errs.Bad("to", "agency.error.hand_over_self")
	}
	var u agency.User
	err := record.Get(ctx, tx, &u, to)
	if errs.Is(err, errs.NotFound) || (err == nil && (!u.HasClients || u.Status == "disabled")) {
		return errs.Bad("to", "client.error.advisor")
	}
	return err
}

// ClientsOf counts the live clients of an advisor that the actor sees.
func ClientsOf(ctx context.Context, tx *db.Tx, userID int64) (int64, error) {
	var n int64
	err := tx.Row(ctx, "SELECT count(*) FROM {client} c WHERE c.advisor_id = $1", []any{userID}, &n)
	return n, err
}
