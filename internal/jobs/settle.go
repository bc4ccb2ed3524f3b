package jobs

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
)

// finish stores how a run ended and returns the job's new state, "lost" when
// another process holds the job, "unknown" when the database doesn't answer: then
// the lease passes and the job is run again.
func (r *Runner) finish(ctx context.Context, j *Job, err error) string {
	if errors.Is(err, ErrLost) {
		return "lost"
	}
	ctx = context.WithoutCancel(ctx) // how it ended must be stored during a stop, too
	for try := range 5 {
		var state string
		failure := r.d.UpdateLocal(ctx, func(tx *db.Tx) error {
			if err := r.settle(ctx, tx, j, err); err != nil {
				return err
			}
			return tx.Row(ctx, `SELECT state FROM job WHERE id = $1`, []any{j.ID}, &state)
		})
		if failure == nil {
			return state
		}
		if errors.Is(failure, ErrLost) {
			return "lost"
		}
		r.log.Error("storing how a job ended", "kind", j.Kind, "job", j.ID, "error", describe(failure))
		time.Sleep(time.Duration(1<<try) * 50 * time.Millisecond)
	}
	return "unknown"
}

// errGoOn is the end of a run that was asked to pause and then to go on.
var errGoOn = errors.New("jobs: goes on")

// ending is what is written about the end of a run.
type ending struct {
	state    string
	message  string
	runAt    db.Stamp
	finished db.Stamp
	extra    int  // attempts given back: stopping isn't failing
	keepWant bool // a wish that came meanwhile still holds
}

// settle writes the end of a run. It returns ErrLost when another process holds
// the job.
func (r *Runner) settle(ctx context.Context, tx *db.Tx, j *Job, err error) error {
	if errors.Is(err, ErrPaused) { // unless somebody thought better of it meanwhile
		var want string
		if failure := tx.Row(ctx, `SELECT want FROM job WHERE id = $1`, []any{j.ID}, &want); failure != nil {
			return fmt.Errorf("storing how job %d ended: %w", j.ID, failure)
		}
		switch want {
		case "cancel":
			err = ErrCancelled
		case "":
			err = errGoOn
		}
	}
	e := r.endingOf(tx, j, err)
	args := string(j.Args)
	if e.finished != 0 && r.kinds[j.Kind].options.Forget {
		args = "{}"
	}
	n, failure := tx.Exec(ctx, `UPDATE job SET state = $1, error = $2, run_at = $3, finished_at = $4,
		want = CASE WHEN $5 THEN want ELSE '' END, args = $6, max_attempts = max_attempts + $7, lease_until = 0,
		progress = coalesce(nullif(CAST($8 AS bigint), 0), progress), total = coalesce(nullif(CAST($9 AS bigint), 0), total)
		WHERE id = $10 AND state IN ('ready', 'running') AND attempt = $11`,
		e.state, e.message, int64(e.runAt), int64(e.finished), e.keepWant, args, e.extra, j.done.Load(), j.total.Load(), j.ID, j.Attempt)
	if failure != nil {
		return fmt.Errorf("storing how job %d ended: %w", j.ID, failure)
	}
	if n == 0 {
		return ErrLost
	}
	if e.finished != 0 {
		return r.planKind(ctx, tx, j.Kind)
	}
	return nil
}

func (r *Runner) endingOf(tx *db.Tx, j *Job, err error) ending {
	stopped := r.stopping.Load() && (errors.Is(err, ErrStopping) || errors.Is(err, context.Canceled))
	switch {
	case err == nil:
		return ending{state: Done, runAt: tx.Now, finished: tx.Now}
	case errors.Is(err, ErrPaused):
		return ending{state: Paused, runAt: tx.Now, extra: 1}
	case errors.Is(err, ErrCancelled):
		return ending{state: Cancelled, runAt: tx.Now, finished: tx.Now}
	case stopped, errors.Is(err, errGoOn):
		return ending{state: Ready, runAt: tx.Now, extra: 1, keepWant: true}
	case isPermanent(err), j.Attempt >= j.max:
		return ending{state: Failed, message: describe(err), runAt: tx.Now, finished: tx.Now}
	}
	wait := backoff(j.Attempt, err)
	wait += time.Duration(rand.Int64N(int64(wait)/5 + 1)) // so that many don't come back at once
	return ending{state: Ready, message: describe(err), runAt: tx.Now.Add(wait), keepWant: true}
}

func (r *Runner) count(kind, outcome string) {
	v, _ := r.counts.LoadOrStore([2]string{kind, outcome}, new(atomic.Int64))
	v.(*atomic.Int64).Add(1)
}

// Counts calls fn with the number of runs per kind and outcome since the start of
// the process, for the metrics.
func (r *Runner) Counts(fn func(kind, outcome string, n int64)) {
	r.counts.Range(func(k, v any) bool {
		key := k.([2]string)
		fn(key[0], key[1], v.(*atomic.Int64).Load())
		return true
	})
}
