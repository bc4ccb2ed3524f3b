package bulk

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/record"
)

// The kinds of jobs.
const (
	jobRun    = "bulk.run" // an act, or its undo
	jobForget = "bulk.forget"
)

// attempts is how often a job is begun before the act has failed.
const attempts = 5

type jobArgs struct {
	Act int64 `json:"act"`
}

// Register has r do the jobs of acts.
func (s *Service) Register(r *jobs.Runner) {
	r.Handle(jobRun, s.handle, jobs.HandlerOptions{Concurrency: 2, Repeatable: true})
	r.Handle(jobForget, func(ctx context.Context, _ *jobs.Job) error { return s.Forget(ctx) }, jobs.HandlerOptions{Repeatable: true})
	r.Every(jobForget, jobs.Daily(2, 50))
}

// handle does an act as the person who asked for it, with the rights that the person
// has now.
func (s *Service) handle(ctx context.Context, j *jobs.Job) error {
	var args jobArgs
	if err := j.Bind(&args); err != nil {
		return err
	}
	act := new(Act)
	err := s.DB.View(ctx, db.System(j.AgencyID), func(tx *db.Tx) error { return record.Get(ctx, tx, act, args.Act) })
	if err != nil {
		return err
	}
	if act.JobID != j.ID || !act.Busy() {
		return nil // another job works for it, or it is done
	}
	a, err := agency.Acting(ctx, s.DB, j.AgencyID, j.UserID, act.Via)
	if err == nil {
		err = s.run(ctx, j, a, act)
	}
	if err == nil || errors.Is(err, jobs.ErrLost) || errors.Is(err, jobs.ErrStopping) || errors.Is(err, context.Canceled) {
		return err
	}
	if j.Attempt < attempts && !final(err) {
		return err
	}
	return errors.Join(err, s.fail(context.WithoutCancel(ctx), j.AgencyID, act.ID, err))
}

// final reports whether trying again is useless.
func final(err error) bool {
	switch errs.KindOf(err) {
	case errs.NotFound, errs.Invalid, errs.Forbidden, errs.Unauthenticated, errs.TooLarge:
		return true
	}
	return false
}

func (s *Service) fail(ctx context.Context, agencyID, id int64, why error) error {
	key := "bulk.error.failed"
	var e *errs.Error
	if asError(why, &e) && e.Kind != errs.Internal && e.Key != "" && len(e.Args) == 0 {
		key = e.Key
	}
	return s.DB.Update(ctx, db.System(agencyID), func(tx *db.Tx) error {
		var a Act
		return record.Edit(ctx, tx, &a, id, 0, func() error {
			a.State, a.Error, a.FinishedAt = Failed, key, tx.Now
			return nil
		})
	})
}

// errIdle ends the steps of an act: there is nothing to do for it.
var errIdle = errors.New("bulk: nothing to do")

// run does step after step until the act isn't busy any more, and leaves in act how
// it ended.
func (s *Service) run(ctx context.Context, j *jobs.Job, a db.Actor, act *Act) error {
	a.RunID = runOf(act.ID)
	size := stepSize
	for act.Busy() {
		if j != nil {
			if err := j.Stopped(ctx); err != nil {
				return err
			}
		}
		done, err := s.step(ctx, j, a, act.ID, size, nil)
		switch {
		case err == nil:
			*act, size = *done, stepSize
		case errors.Is(err, errIdle):
			return s.read(ctx, a, act)
		case isStale(err): // a person has cancelled, or another process works for it
			if err := s.read(ctx, a, act); err != nil {
				return err
			}
		case errors.Is(err, agency.ErrEnded):
			if j == nil { // the job, which would note it, comes later
				err = errors.Join(err, s.fail(context.WithoutCancel(ctx), a.AgencyID, act.ID, err))
			}
			return err
		case errors.Is(err, jobs.ErrLost), ctx.Err() != nil, j != nil && j.Stopped(ctx) != nil:
			return err
		case size > 1:
			// The database has refused something in the middle, and with it the whole
			// transaction: one record at a time tells which.
			size = 1
		case errs.KindOf(err) == errs.Internal:
			return err
		default:
			if done, err = s.step(ctx, j, a, act.ID, 1, err); err != nil {
				return err
			}
			*act = *done
		}
	}
	return nil
}

func (s *Service) read(ctx context.Context, a db.Actor, act *Act) error {
	return s.DB.View(ctx, db.System(a.AgencyID), func(tx *db.Tx) error { return record.Get(ctx, tx, act, act.ID) })
}

// step does at most size records of an act, or of its undo, in one transaction. With
// an error it does nothing to the next record but note that this is why.
func (s *Service) step(ctx context.Context, j *jobs.Job, a db.Actor, id int64, size int, because error) (*Act, error) {
	act := new(Act)
	err := s.DB.Update(ctx, a, func(tx *db.Tx) error {
		if err := agency.Again(ctx, tx); err != nil {
			return err
		}
		err := record.Edit(ctx, own(tx), act, id, 0, func() error {
			if j != nil && act.JobID != j.ID || !act.Busy() {
				return errIdle
			}
			if ok, err := act.may(ctx, tx); err != nil {
				return err
			} else if !ok {
				return agency.LostRight()
			}
			switch act.State {
			case Running:
				return act.forward(ctx, tx, size, because)
			default:
				return act.back(ctx, tx, size, because)
			}
		})
		if err != nil || j == nil {
			return err
		}
		return j.Checkpoint(ctx, tx, struct{}{}, act.progress(), act.goal())
	})
	return act, err
}

// progress and goal are how far the act, or its undo, has come.
func (a *Act) progress() int64 {
	if a.State == Undoing || a.State == Undone {
		return a.Undone + a.Kept
	}
	return a.Position
}

func (a *Act) goal() int64 {
	if a.State == Undoing || a.State == Undone {
		return a.Changed
	}
	return a.Total
}

// Progress tells how many records of how many were gone through.
func (a *Act) Progress() (done, total int64) { return a.progress(), a.goal() }

// forward does the next records.
func (a *Act) forward(ctx context.Context, tx *db.Tx, size int, because error) error {
	n, err := NounOf(a.Kind)
	if err != nil {
		return err
	}
	ids, err := a.next(ctx, tx, size)
	if err != nil {
		return err
	}
	var rows []*Row
	tell := func(id int64, e effect, err error) {
		row := &Row{ActID: a.ID, RecordID: id, Outcome: Changed, Was: e.was, Now: e.now}
		switch {
		case err != nil:
			row.Outcome, row.Was, row.Now = Refused, "", ""
			row.tell(why(err))
			a.Refused++
		case !e.changed:
			a.Unchanged++
			return
		default:
			a.Changed++
		}
		rows = append(rows, row)
	}
	if because != nil {
		for _, id := range ids {
			tell(id, effect{}, because)
		}
	} else {
		w, err := n.worker(ctx, tx, a.Order())
		if err != nil {
			return err
		}
		if err := w.step(ctx, tx, ids, false, tell); err != nil {
			return err
		}
	}
	if err := record.InsertMany(ctx, own(tx), rows); err != nil {
		return err
	}
	if a.Position += int64(len(ids)); a.Position >= a.Total {
		a.State, a.FinishedAt = Done, tx.Now
	}
	return nil
}

// next are the records at the act's position, at most size and of one part.
func (a *Act) next(ctx context.Context, tx *db.Tx, size int) ([]int64, error) {
	var parts []Part
	err := record.Select(ctx, own(tx), &parts, "WHERE r.act_id = $1 AND r.seq = $2", a.ID, a.Position/stepSize)
	if err != nil || len(parts) != 1 {
		return nil, errors.Join(err, fmt.Errorf("bulk: act %d has %d parts at %d", a.ID, len(parts), a.Position))
	}
	text := strings.Split(parts[0].IDs, ",")
	text = text[a.Position%stepSize:]
	text = text[:min(size, len(text))]
	ids := make([]int64, len(text))
	for i, s := range text {
		if ids[i], err = strconv.ParseInt(s, 10, 64); err != nil {
			return nil, fmt.Errorf("bulk: reading the records of act %d: %w", a.ID, err)
		}
	}
	return ids, nil
}
