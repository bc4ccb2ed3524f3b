package jobs_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/jobs"
)

func TestEveryPlansOneRunAtATime(t *testing.T) {
	d := dbtest.New(t)
	var runs atomic.Int64
	for range 2 {
		start(t, d, func(r *jobs.Runner) {
			r.Handle("tick", func(context.Context, *jobs.Job) error { runs.Add(1); return nil }, jobs.HandlerOptions{})
			r.Every("tick", jobs.Each(10*time.Millisecond))
		})
	}
	for end := time.Now().Add(10 * time.Second); runs.Load() < 5; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("ran %d times", runs.Load())
		}
	}
	var waiting []jobs.Info
	err := d.Local(t.Context(), func(tx *db.Tx) (err error) {
		waiting, err = jobs.List(t.Context(), tx, jobs.Filter{Kinds: []string{"tick"}, Unfinished: true})
		return err
	})
	if err != nil || len(waiting) != 1 {
		t.Errorf("%d runs are planned (%v), want 1", len(waiting), err)
	}
}

func TestDaily(t *testing.T) {
	next := jobs.Daily(3, 15)
	for now, want := range map[string]string{
		"2026-11-22T03:14:59Z": "2026-11-22T03:15:00Z",
		"2026-11-22T03:15:00Z": "2026-11-23T03:15:00Z",
		"2026-12-31T23:00:00Z": "2027-01-01T03:15:00Z",
	} {
		at, _ := time.Parse(time.RFC3339, now)
		if got := next(at).Format(time.RFC3339); got != want {
			t.Errorf("after %s comes %s, want %s", now, got, want)
		}
	}
}

func TestForgetAndClean(t *testing.T) {
	d := dbtest.New(t)
	start(t, d, func(r *jobs.Runner) {
		r.Handle("secret", func(context.Context, *jobs.Job) error { return nil }, jobs.HandlerOptions{Forget: true})
	})
	id := enqueue(t, d, "secret", "Joanna")
	await(t, d, id, jobs.Done)
	var args string
	if err := d.Local(t.Context(), func(tx *db.Tx) error {
		return tx.Row(t.Context(), "SELECT args FROM job WHERE id = $1", []any{id}, &args)
	}); err != nil || args != "{}" {
		t.Errorf("arguments %q are kept (%v)", args, err)
	}
	waiting := enqueue(t, d, "other", nil)
	if n, err := jobs.Clean(t.Context(), d, time.Hour); n != 0 || err != nil {
		t.Errorf("removed %d too early (%v)", n, err)
	}
	now := d.Now
	d.Now = func() time.Time { return now().Add(2 * time.Hour) }
	defer func() { d.Now = now }()
	if n, err := jobs.Clean(t.Context(), d, time.Hour); n != 1 || err != nil {
		t.Errorf("removed %d (%v), want 1", n, err)
	}
	if i := info(t, d, waiting); i.State != jobs.Ready {
		t.Errorf("the waiting job is %s", i.State)
	}
}
