package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// Job is a job in the hands of its handler.
type Job struct {
	ID       int64
	Kind     string
	AgencyID int64 // 0 for work of the program itself
	UserID   int64 // who asked for it, 0 for the program
	Args     json.RawMessage
	Attempt  int // 1 the first time; it also tells apart who holds the job

	// State is what the last checkpoint stored, of this run or of an earlier
	// one; empty before the first.
	State json.RawMessage

	max      int
	r        *Runner
	want     atomic.Pointer[string]
	reported time.Time
	done     atomic.Int64 // the heartbeat stores them, too
	total    atomic.Int64
}

// Handler does the work of one kind of job. It returns nil when the work is done,
// what Stopped returned when it was asked to stop, Permanent(err) when trying
// again is useless, and any other error to be run again later.
type Handler func(ctx context.Context, j *Job) error

// What a handler returns when it was stopped; see Job.Stopped.
var (
	ErrPaused    = errors.New("jobs: paused")
	ErrCancelled = errors.New("jobs: cancelled")
	ErrStopping  = errors.New("jobs: the program stops")
)

// ErrLost reports that another process holds the job by now: this one was
// suspended for longer than the lease. The handler returns it and does nothing
// more.
var ErrLost = errors.New("jobs: another process holds the job")

// Bind reads the arguments into v.
func (j *Job) Bind(v any) error {
	if err := json.Unmarshal(j.Args, v); err != nil {
		return Permanent(fmt.Errorf("reading the arguments: %w", err))
	}
	return nil
}

// Load reads the last checkpoint into v and reports whether there is one.
func (j *Job) Load(v any) (bool, error) {
	if len(j.State) == 0 {
		return false, nil
	}
	if err := json.Unmarshal(j.State, v); err != nil {
		return false, Permanent(fmt.Errorf("reading the checkpoint: %w", err))
	}
	return true, nil
}

// Stopped returns nil while the job should go on. Otherwise it returns what the
// handler must return as soon as its work is in order: ErrPaused, ErrCancelled,
// ErrStopping, or the error of ctx. It is cheap: long handlers ask once per batch.
func (j *Job) Stopped(ctx context.Context) error {
	if w := j.want.Load(); w != nil {
		switch *w {
		case "pause":
			return ErrPaused
		case "cancel":
			return ErrCancelled
		}
	}
	if j.r != nil && j.r.stopping.Load() {
		return ErrStopping
	}
	return context.Cause(ctx)
}

// Checkpoint stores how far the work has come, in the same transaction as the
// work itself: when the job is begun again, State holds what was stored here, and
// exactly the work of committed transactions has been done. It returns ErrLost,
// and so undoes the transaction, when another process holds the job. The last
// checkpoint is also the job's result. Done and total are the progress.
func (j *Job) Checkpoint(ctx context.Context, tx *db.Tx, state any, done, total int64) error {
	raw, err := json.Marshal(state)
	if err != nil {
		return Permanent(fmt.Errorf("storing a checkpoint: %w", err))
	}
	limit := j.max
	if limit > 1 { // who gets on isn't failing: attempts count from the last checkpoint
		limit = j.Attempt + DefaultAttempts - 1
	}
	var want string
	err = tx.Row(ctx, `UPDATE job SET result = $1, progress = $2, total = $3, lease_until = $4, max_attempts = $5
		WHERE id = $6 AND state = 'running' AND attempt = $7 RETURNING want`,
		[]any{string(raw), done, total, j.lease(tx), limit, j.ID, j.Attempt}, &want)
	if errs.Is(err, errs.NotFound) {
		return ErrLost
	}
	if err != nil {
		return fmt.Errorf("storing a checkpoint: %w", err)
	}
	tx.AfterCommit(func() {
		j.State, j.max = raw, limit
		j.done.Store(done)
		j.total.Store(total)
		j.want.Store(&want)
	})
	return nil
}

// Progress stores how far the work has come, for the eyes only, in a transaction
// of its own and at most twice a second.
func (j *Job) Progress(ctx context.Context, done, total int64) error {
	j.done.Store(done)
	j.total.Store(total)
	if done < total && time.Since(j.reported) < 500*time.Millisecond {
		return nil
	}
	j.reported = time.Now()
	return j.renew(ctx)
}

// renew prolongs the lease, stores the progress and learns what is wanted.
func (j *Job) renew(ctx context.Context) error {
	var want string
	err := j.r.d.UpdateLocal(ctx, func(tx *db.Tx) error {
		return tx.Row(ctx, `UPDATE job SET lease_until = $1, progress = coalesce(nullif(CAST($2 AS bigint), 0), progress),
			total = coalesce(nullif(CAST($3 AS bigint), 0), total)
			WHERE id = $4 AND state = 'running' AND attempt = $5 RETURNING want`,
			[]any{j.lease(tx), j.done.Load(), j.total.Load(), j.ID, j.Attempt}, &want)
	})
	if errs.Is(err, errs.NotFound) {
		return ErrLost
	}
	if err != nil {
		return fmt.Errorf("renewing the lease: %w", err)
	}
	j.want.Store(&want)
	return nil
}

func (j *Job) lease(tx *db.Tx) int64 { return int64(tx.Now.Add(j.r.Lease)) }
