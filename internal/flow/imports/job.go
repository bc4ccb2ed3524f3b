package imports

import (
	"context"
	"errors"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/record"
)

// The kinds of jobs.
const (
	jobCheck  = "import.check"
	jobRun    = "import.run"
	jobUndo   = "import.undo"
	jobForget = "import.forget"
)

// attempts is how often a job of an import is begun before the run has failed.
const attempts = 5

type jobArgs struct {
	Run int64 `json:"run"`
}

// Register has r do the jobs of imports.
func (s *Service) Register(r *jobs.Runner) {
	o := jobs.HandlerOptions{Concurrency: 2, Repeatable: true}
	r.Handle(jobCheck, s.handle(s.check), o)
	r.Handle(jobRun, s.handle(s.work), o)
	r.Handle(jobUndo, s.handle(s.takeBack), o)
	r.Handle(jobForget, func(ctx context.Context, _ *jobs.Job) error { return s.Forget(ctx) }, jobs.HandlerOptions{Repeatable: true})
	r.Every(jobForget, jobs.Daily(2, 40))
}

// Check begins the dry run.
func (s *Service) Check(ctx context.Context, a db.Actor, id int64) (*Run, error) {
	return s.begin(ctx, a, id, jobCheck, func(r *Run) bool {
		ok := r.Editable()
		r.State = Checking
		r.resetCounts()
		return ok
	})
}

// Start begins the import, or goes on with one that failed. A dry run beforehand is
// wise but not demanded.
func (s *Service) Start(ctx context.Context, a db.Actor, id int64) (*Run, error) {
	return s.begin(ctx, a, id, jobRun, func(r *Run) bool {
		ok := r.Editable() || r.State == Failed
		if r.StartedAt == 0 {
			r.resetCounts()
			r.StartedAt = db.StampOf(s.DB.Now())
		}
		r.State, r.FinishedAt, r.Error = Running, 0, ""
		return ok
	})
}

// begin changes the state of a run and enqueues its job, both or neither.
func (s *Service) begin(ctx context.Context, a db.Actor, id int64, kind string, change func(*Run) bool) (*Run, error) {
	var run *Run
	err := s.DB.Update(ctx, a, func(tx *db.Tx) error {
		var err error
		if run, err = Get(ctx, tx, id); err != nil {
			return err
		}
		state := run.State // as it really is
		return record.Edit(ctx, tx, run, id, 0, func() error {
			run.State = state
			if !change(run) {
				return errs.New(errs.Conflict, "import.error.state")
			}
			if state == Paused {
				if err := jobs.Cancel(ctx, tx, run.JobID); err != nil {
					return err
				}
			}
			// The state keeps a second job away; handlers do nothing for a run that
			// names another job.
			run.JobID, err = jobs.Enqueue(ctx, tx, kind, jobArgs{id}, jobs.MaxAttempts(attempts))
			return err
		})
	})
	return run, err
}

// Pause stops a run after its present batch, until Resume.
func (s *Service) Pause(ctx context.Context, a db.Actor, id int64) (*Run, error) {
	return s.ask(ctx, a, id, jobs.Pause, Running)
}

// Resume lets a paused run go on.
func (s *Service) Resume(ctx context.Context, a db.Actor, id int64) (*Run, error) {
	return s.ask(ctx, a, id, jobs.Resume, Paused)
}

// Cancel ends a dry run or an import after its present batch. What was imported
// stays until Undo.
func (s *Service) Cancel(ctx context.Context, a db.Actor, id int64) (*Run, error) {
	return s.ask(ctx, a, id, jobs.Cancel, Checking, Running, Paused)
}

func (s *Service) ask(ctx context.Context, a db.Actor, id int64, act func(context.Context, *db.Tx, int64) error, states ...string) (*Run, error) {
	var run *Run
	err := s.DB.Update(ctx, a, func(tx *db.Tx) error {
		var err error
		if run, err = Get(ctx, tx, id); err != nil {
			return err
		}
		ok := false
		for _, st := range states {
			ok = ok || run.State == st
		}
		if !ok {
			return errs.New(errs.Conflict, "import.error.state")
		}
		if err := act(ctx, tx, run.JobID); err != nil {
			return err
		}
		j, err := jobs.Get(ctx, tx, run.JobID)
		if err != nil {
			return err
		}
		state := run.State
		return record.Edit(ctx, tx, run, id, 0, func() error {
			switch j.State {
			case jobs.Paused:
				run.State = Paused
			case jobs.Cancelled:
				run.cancelled(tx.Now)
			case jobs.Ready, jobs.Running:
				if state == Paused {
					run.State = Running
				}
			}
			return nil
		})
	})
	return run, err
}

// cancelled is a run that a person ended: a dry run goes back to its mapping.
func (r *Run) cancelled(now db.Stamp) {
	if r.StartedAt == 0 {
		r.State = Mapped
		return
	}
	r.State, r.FinishedAt = Cancelled, now
}

// handle makes a handler of a step: it acts as the person who asked for it, with
// the rights that the person has now, and notes how it ended.
func (s *Service) handle(step func(context.Context, *jobs.Job, db.Actor, *Run) error) jobs.Handler {
	return func(ctx context.Context, j *jobs.Job) error {
		var args jobArgs
		if err := j.Bind(&args); err != nil {
			return err
		}
		a, err := agency.Acting(ctx, s.DB, j.AgencyID, j.UserID, "import")
		if err != nil && !errors.Is(err, agency.ErrEnded) {
			return err
		}
		a.RunID = args.Run
		run := new(Run)
		if err := s.DB.View(ctx, db.System(j.AgencyID), func(tx *db.Tx) error { return record.Get(ctx, tx, run, args.Run) }); err != nil {
			return err
		}
		if run.JobID != j.ID {
			return nil // another job works for it by now
		}
		if err == nil {
			err = step(ctx, j, a, run)
		}
		if errors.Is(err, jobs.ErrLost) {
			return err
		}
		return s.ended(context.WithoutCancel(ctx), j, run.ID, err)
	}
}

// ended stores in the run how its job ended, where the job ends for good: as the
// program, since the person may have lost the right to.
func (s *Service) ended(ctx context.Context, j *jobs.Job, id int64, err error) error {
	var note func(r *Run, now db.Stamp)
	switch {
	case err == nil, errors.Is(err, jobs.ErrStopping), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, jobs.ErrPaused):
		note = func(r *Run, _ db.Stamp) { r.State = Paused }
	case errors.Is(err, jobs.ErrCancelled):
		note = func(r *Run, now db.Stamp) { r.cancelled(now) }
	case j.Attempt >= attempts || final(err):
		note = func(r *Run, now db.Stamp) {
			r.State, r.Error, r.FinishedAt = Failed, keyOfError(err), now
		}
	default:
		return err
	}
	failure := s.DB.Update(ctx, db.System(j.AgencyID), func(tx *db.Tx) error {
		var r Run
		return record.Edit(ctx, tx, &r, id, 0, func() error { note(&r, tx.Now); return nil })
	})
	if failure != nil {
		return errors.Join(err, failure)
	}
	return err
}

// again gives a transaction the rights that its person has now, and ends the work of
// somebody who may not import any more.
func again(ctx context.Context, tx *db.Tx) error {
	if err := agency.Again(ctx, tx); err != nil {
		return err
	}
	if !tx.Actor.May(Right) || !tx.Actor.May("client.edit") {
		return agency.LostRight()
	}
	return nil
}

// final reports whether trying again is useless.
func final(err error) bool {
	switch errs.KindOf(err) {
	case errs.NotFound, errs.Invalid, errs.Forbidden, errs.Unauthenticated, errs.TooLarge:
		return true
	}
	return false
}

func keyOfError(err error) string {
	var e *errs.Error
	if errors.As(err, &e) && e.Kind != errs.Internal && e.Key != "" && len(e.Args) == 0 {
		return e.Key
	}
	return "import.error.failed"
}
