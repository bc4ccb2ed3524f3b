package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
)

// schedule is a kind of job that comes again and again.
type schedule struct {
	kind string
	next Next
}

// Next tells when work that comes again is due, counted from now.
type Next func(now time.Time) time.Time

// Daily is every day at a time of the day in UTC.
func Daily(hour, minute int) Next {
	return func(now time.Time) time.Time {
		now = now.UTC()
		t := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, 0, 0, time.UTC)
		if !t.After(now) {
			t = t.AddDate(0, 0, 1)
		}
		return t
	}
}

// Each is after every d.
func Each(d time.Duration) Next { return func(now time.Time) time.Time { return now.Add(d) } }

// Every has a job of the kind, without arguments, run again and again: by one
// process at a time, however many there are. A time that passed while no process
// ran is made up for at once. Before Start only.
func (r *Runner) Every(kind string, next Next) {
	r.every = append(r.every, schedule{kind, next})
}

// plan makes sure that every regular job waits in the queue.
func (r *Runner) plan(ctx context.Context) error {
	if len(r.every) == 0 {
		return nil
	}
	var waiting int64
	keys := db.Texts{}
	for _, s := range r.every {
		keys = append(keys, onceKey(s.kind))
	}
	err := r.d.Local(ctx, func(tx *db.Tx) error {
		return tx.Row(ctx, `SELECT count(*) FROM job WHERE once IN {texts $1} AND state IN ('ready', 'running', 'paused')`,
			[]any{keys}, &waiting)
	})
	if err != nil || waiting == int64(len(keys)) {
		return err
	}
	return r.d.UpdateLocal(ctx, func(tx *db.Tx) error {
		for _, s := range r.every {
			if err := r.planKind(ctx, tx, s.kind); err != nil {
				return err
			}
		}
		return nil
	})
}

// planKind enqueues the next run of a regular kind, unless one waits.
func (r *Runner) planKind(ctx context.Context, tx *db.Tx, kind string) error {
	for _, s := range r.every {
		if s.kind != kind {
			continue
		}
		at := s.next(tx.Now.Time())
		if _, err := Enqueue(ctx, tx, kind, struct{}{}, At(at), Once(onceKey(kind)), MaxAttempts(5)); err != nil {
			return fmt.Errorf("planning %s: %w", kind, err)
		}
	}
	return nil
}

func onceKey(kind string) string { return "every:" + kind }

// Clean removes jobs that ended more than keep ago, and returns how many. Errors
// and results are kept until then.
func Clean(ctx context.Context, d *db.DB, keep time.Duration) (int64, error) {
	var n int64
	for {
		var step int64
		err := d.UpdateLocal(ctx, func(tx *db.Tx) error {
			var err error
			step, err = tx.Exec(ctx, `DELETE FROM job WHERE id IN (SELECT id FROM job
				WHERE state IN ('done', 'failed', 'cancelled') AND finished_at < $1 ORDER BY id LIMIT 1000)`,
				int64(tx.Now.Add(-keep)))
			return err
		})
		n += step
		if err != nil || step == 0 {
			return n, err
		}
	}
}
