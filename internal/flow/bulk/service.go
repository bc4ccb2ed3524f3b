package bulk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// Service does acts on many records of a database.
type Service struct{ DB *db.DB }

// patience is how long the job of a small act waits: the person's own request does
// the work, and the job only goes on where a killed process has left it.
const patience = time.Minute

// Begin notes an act and has a job do it. The caller's transaction may end it all.
func Begin(ctx context.Context, tx *db.Tx, o Order, sel list.Selection) (*Act, error) {
	return begin(ctx, tx, o, sel, 0)
}

func begin(ctx context.Context, tx *db.Tx, o Order, sel list.Selection, wait time.Duration) (*Act, error) {
	n, err := nounFor(ctx, tx, o)
	if err != nil {
		return nil, err
	}
	if err := n.Check(ctx, tx, &o); err != nil {
		return nil, err
	}
	ids, err := n.Def.Selected(ctx, tx, sel, Max)
	switch {
	case err != nil:
		return nil, err
	case len(ids) == 0:
		return nil, errs.New(errs.Invalid, "bulk.error.none")
	case len(ids) > Max:
		return nil, errs.New(errs.Invalid, "bulk.error.too_many", "Max", Max)
	case len(ids) > Small:
		wait = 0
	}
	slices.Sort(ids)
	act := &Act{Kind: o.Kind, What: o.What, Field: o.Field, Op: o.Op, Value: o.Value, Note: o.Note,
		State: Running, Via: tx.Actor.Via, Total: int64(len(ids)), own: list.IsOwn(o.Field)}
	if sel.All {
		q := sel.Query
		q.Sort, q.Columns = "", nil
		raw, err := json.Marshal(q)
		if err != nil {
			return nil, fmt.Errorf("storing what an act is about: %w", err)
		}
		act.Query = string(raw)
	}
	if err := record.Insert(ctx, own(tx), act); err != nil {
		return nil, err
	}
	if err := insertParts(ctx, tx, act.ID, ids); err != nil {
		return nil, err
	}
	err = record.Edit(ctx, own(tx), act, act.ID, 0, func() error {
		act.JobID, err = jobs.Enqueue(ctx, tx, jobRun, jobArgs{act.ID}, jobs.MaxAttempts(attempts), jobs.At(tx.Now.Add(wait).Time()))
		return err
	})
	return act, err
}

func insertParts(ctx context.Context, tx *db.Tx, act int64, ids []int64) error {
	var parts []*Part
	for some := range slices.Chunk(ids, stepSize) {
		text := make([]string, len(some))
		for i, id := range some {
			text[i] = strconv.FormatInt(id, 10)
		}
		parts = append(parts, &Part{ActID: act, Seq: int64(len(parts)), IDs: strings.Join(text, ",")})
	}
	return record.InsertMany(ctx, own(tx), parts)
}

// own is the transaction with the rights to keep the books of an act: they must be
// kept even for somebody who has lost the right to change anything meanwhile.
func own(tx *db.Tx) *db.Tx {
	all := tx.AsSystem()
	all.Actor.UserID = tx.Actor.UserID
	return all
}

// Do does an act: up to Small records before it returns, more by a job.
func (s *Service) Do(ctx context.Context, a db.Actor, o Order, sel list.Selection) (*Act, error) {
	var act *Act
	err := s.DB.Update(ctx, a, func(tx *db.Tx) (err error) {
		act, err = begin(ctx, tx, o, sel, patience)
		return err
	})
	if err != nil || act.Total > Small {
		return act, err
	}
	// Whoever closes the browser now has still asked for it.
	err = s.run(context.WithoutCancel(ctx), nil, a, act)
	return act, err
}

// Get returns an act that the actor sees, with its state as it is now.
func Get(ctx context.Context, tx *db.Tx, id int64) (*Act, error) {
	a := new(Act)
	if err := record.Get(ctx, tx, a, id); err != nil {
		return nil, err
	}
	return a, a.refresh(ctx, tx)
}

// List returns the acts that the actor sees, the newest first, older than the act
// before (0 for the newest).
func List(ctx context.Context, tx *db.Tx, before int64, limit int) ([]Act, error) {
	if before == 0 {
		before = 1<<53 - 1
	}
	var out []Act
	if err := record.Select(ctx, tx, &out, "WHERE r.id < $1 ORDER BY r.id DESC LIMIT $2", before, limit); err != nil {
		return nil, err
	}
	for i := range out {
		if err := out[i].refresh(ctx, tx); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// refresh looks at the job of a busy act: it may have ended without its handler.
func (a *Act) refresh(ctx context.Context, tx *db.Tx) error {
	if list.IsOwn(a.Field) {
		n, err := nounFor(ctx, tx, a.Order())
		if err != nil {
			return err
		}
		_, a.own = n.Def.Field(a.Field, tx.Actor)
	}
	if !a.Busy() {
		return nil
	}
	job := a.JobID
	j, err := jobs.Behind(ctx, tx, job, func() (bool, error) {
		err := record.Get(ctx, tx, a, a.ID)
		return a.Busy() && a.JobID == job, err
	})
	if errs.Is(err, errs.NotFound) {
		a.State, a.Error = Failed, "bulk.error.failed"
		return nil
	}
	if err == nil && j != nil && j.Ended() && j.State != jobs.Done {
		a.State, a.Error = Failed, "bulk.error.failed"
	}
	return err
}

// Cancel ends an act, or its undo, after the present step. What was done stays until
// Undo.
func (s *Service) Cancel(ctx context.Context, a db.Actor, id int64) (*Act, error) {
	var act *Act
	var err error
	for range 5 { // a step of the act may be faster
		err = s.DB.Update(ctx, a, func(tx *db.Tx) error {
			if act, err = Get(ctx, tx, id); err != nil {
				return err
			}
			return record.Edit(ctx, tx, act, id, 0, func() error {
				if !act.Busy() {
					return errs.New(errs.Conflict, "bulk.error.state")
				}
				act.State, act.FinishedAt = Cancelled, tx.Now
				return nil
			})
		})
		if !isStale(err) {
			break
		}
	}
	return act, err
}

// isStale reports whether another transaction has saved the act first.
func isStale(err error) bool {
	var e *errs.Error
	return asError(err, &e) && e.Kind == errs.Conflict && e.Key == "error.stale"
}

// Undo takes an act back: up to Small records before it returns, more by a job.
// Records that somebody has changed since stay as they are.
func (s *Service) Undo(ctx context.Context, a db.Actor, id int64) (*Act, error) {
	var act *Act
	err := s.DB.Update(ctx, a, func(tx *db.Tx) (err error) {
		act, err = beginUndo(ctx, tx, id, patience)
		return err
	})
	if err != nil || act.Changed-act.Undone-act.Kept > Small {
		return act, err
	}
	err = s.run(context.WithoutCancel(ctx), nil, a, act)
	return act, err
}

// BeginUndo has a job take an act back.
func BeginUndo(ctx context.Context, tx *db.Tx, id int64) (*Act, error) {
	return beginUndo(ctx, tx, id, 0)
}

func beginUndo(ctx context.Context, tx *db.Tx, id int64, wait time.Duration) (*Act, error) {
	act, err := Get(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	state := act.State // as it really is
	err = record.Edit(ctx, tx, act, id, 0, func() (err error) {
		act.State = state
		if !act.Undoable() {
			return errs.New(errs.Conflict, "bulk.error.state")
		}
		if err := act.mayUndo(ctx, tx); err != nil {
			return err
		}
		if act.Changed-act.Undone-act.Kept > Small {
			wait = 0
		}
		act.State, act.Error, act.FinishedAt = Undoing, "", 0
		act.JobID, err = jobs.Enqueue(ctx, tx, jobRun, jobArgs{id}, jobs.MaxAttempts(attempts), jobs.At(tx.Now.Add(wait).Time()))
		return err
	})
	return act, err
}
