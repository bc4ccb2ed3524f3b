package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/jobs"
)

func TestMain(m *testing.M) {
	if childMain() {
		return
	}
	dbtest.Main(m)
}

func silent() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// start runs a quick runner until the test ends.
func start(t *testing.T, d *db.DB, setup func(*jobs.Runner)) *jobs.Runner {
	t.Helper()
	r := jobs.New(d, silent())
	r.Poll, r.Lease, r.Grace = 20*time.Millisecond, 600*time.Millisecond, 100*time.Millisecond
	setup(r)
	r.Start(t.Context())
	t.Cleanup(func() { stop(t, r) })
	return r
}

func stop(t *testing.T, r *jobs.Runner) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := r.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func enqueue(t *testing.T, d *db.DB, kind string, args any, opts ...jobs.Option) (id int64) {
	t.Helper()
	err := d.UpdateLocal(t.Context(), func(tx *db.Tx) (err error) {
		id, err = jobs.Enqueue(t.Context(), tx, kind, args, opts...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func info(t *testing.T, d *db.DB, id int64) (i *jobs.Info) {
	t.Helper()
	err := d.Local(t.Context(), func(tx *db.Tx) (err error) {
		i, err = jobs.Get(t.Context(), tx, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// await waits until the job is in a state.
func await(t *testing.T, d *db.DB, id int64, state string) *jobs.Info {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		i := info(t, d, id)
		if i.State == state {
			return i
		}
		if time.Now().After(end) {
			t.Fatalf("job %d is %s (%s), not %s", id, i.State, i.Error, state)
		}
	}
}

func change(t *testing.T, d *db.DB, f func(context.Context, *db.Tx, int64) error, id int64) {
	t.Helper()
	if err := d.UpdateLocal(t.Context(), func(tx *db.Tx) error { return f(t.Context(), tx, id) }); err != nil {
		t.Fatal(err)
	}
}

func TestEnqueueBelongsToItsTransaction(t *testing.T) {
	d := dbtest.New(t)
	var ran atomic.Int64
	start(t, d, func(r *jobs.Runner) {
		r.Poll = time.Hour // only a kick can wake it
		r.Handle("greet", func(_ context.Context, j *jobs.Job) error {
			var args struct{ Name string }
			if err := j.Bind(&args); err != nil || args.Name != "Ada" {
				return jobs.Permanent(fmt.Errorf("arguments %v: %w", args, err))
			}
			ran.Add(1)
			return nil
		}, jobs.HandlerOptions{})
	})
	broken := errors.New("the act failed")
	err := d.UpdateLocal(t.Context(), func(tx *db.Tx) error {
		if _, err := jobs.Enqueue(t.Context(), tx, "greet", map[string]string{"Name": "Nobody"}); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	id := enqueue(t, d, "greet", map[string]string{"Name": "Ada"})
	i := await(t, d, id, jobs.Done)
	if ran.Load() != 1 || i.Attempt != 1 || i.FinishedAt == 0 {
		t.Errorf("ran %d times, attempt %d, finished %d", ran.Load(), i.Attempt, i.FinishedAt)
	}
}

func TestOnce(t *testing.T) {
	d := dbtest.New(t)
	a := enqueue(t, d, "x", nil, jobs.Once("key"))
	if b := enqueue(t, d, "x", nil, jobs.Once("key")); a != b {
		t.Errorf("the second job with a key is %d, not %d", b, a)
	}
	if c := enqueue(t, d, "x", nil, jobs.Once("other")); a == c {
		t.Error("another key gives the same job")
	}
	change(t, d, jobs.Cancel, a)
	if b := enqueue(t, d, "x", nil, jobs.Once("key")); a == b {
		t.Error("an ended job keeps its key")
	}
}

// TestEndings checks how a job ends by what its handler returns.
func TestEndings(t *testing.T) {
	cases := map[string]struct {
		handler jobs.Handler
		opts    []jobs.Option
		state   string
		runs    int64
		message string
	}{
		"well":        {func(context.Context, *jobs.Job) error { return nil }, nil, jobs.Done, 1, ""},
		"permanently": {func(context.Context, *jobs.Job) error { return jobs.Permanent(errors.New("no such box")) }, nil, jobs.Failed, 1, "no such box"},
		"invalid":     {func(context.Context, *jobs.Job) error { return errs.Bad("email", "error.email") }, nil, jobs.Failed, 1, "invalid: error.invalid; email: error.email"},
		"after three": {func(context.Context, *jobs.Job) error { return jobs.Later(errors.New("busy"), time.Millisecond) },
			[]jobs.Option{jobs.MaxAttempts(3)}, jobs.Failed, 3, "busy"},
		"at last": {func(_ context.Context, j *jobs.Job) error {
			if j.Attempt < 3 {
				return jobs.Later(errors.New("busy"), time.Millisecond)
			}
			return nil
		}, nil, jobs.Done, 3, ""},
		"by panic":   {func(_ context.Context, j *jobs.Job) error { j.Args = j.Args[:100:200]; return nil }, []jobs.Option{jobs.MaxAttempts(1)}, jobs.Failed, 1, "slice bounds out of range"},
		"in private": {func(context.Context, *jobs.Job) error { panic("Joanna Kowalska") }, []jobs.Option{jobs.MaxAttempts(1)}, jobs.Failed, 1, "panicked: string"},
		"too late": {func(ctx context.Context, _ *jobs.Job) error { <-ctx.Done(); return ctx.Err() },
			[]jobs.Option{jobs.MaxAttempts(1)}, jobs.Failed, 1, "deadline exceeded"},
	}
	d := dbtest.New(t)
	runs := map[string]*atomic.Int64{}
	start(t, d, func(r *jobs.Runner) {
		for name, c := range cases {
			n := new(atomic.Int64)
			runs[name] = n
			r.Handle(name, func(ctx context.Context, j *jobs.Job) error { n.Add(1); return c.handler(ctx, j) },
				jobs.HandlerOptions{Timeout: 200 * time.Millisecond})
		}
	})
	for name, c := range cases {
		i := await(t, d, enqueue(t, d, name, nil, c.opts...), c.state)
		if runs[name].Load() != c.runs || !strings.Contains(i.Error, c.message) || (c.message == "" && i.Error != "") || strings.Contains(i.Error, "Joanna") {
			t.Errorf("%s: ran %d times with error %q, want %d with %q", name, runs[name].Load(), i.Error, c.runs, c.message)
		}
	}
}

func TestErrorsLosePersonalData(t *testing.T) {
	d := dbtest.New(t)
	start(t, d, func(r *jobs.Runner) {
		r.Handle("mail", func(context.Context, *jobs.Job) error {
			return jobs.Permanent(fmt.Errorf(`550 5.1.1 <joanna.kowalska@example.com>: unknown "Joanna Kowalska", call +48 600 100 200`))
		}, jobs.HandlerOptions{})
	})
	i := await(t, d, enqueue(t, d, "mail", nil), jobs.Failed)
	for _, private := range []string{"joanna", "Joanna", "600 100", "@"} {
		if strings.Contains(i.Error, private) {
			t.Errorf("%q is in %q", private, i.Error)
		}
	}
	if !strings.Contains(i.Error, "550 5.1.1") {
		t.Errorf("the status is lost: %q", i.Error)
	}
}

// counter counts to n by checkpoints in table "throttled", one row per step.
type counter struct{ Step int64 }

// TestPauseResumeCancel drives a long job through its states.
func TestPauseResumeCancel(t *testing.T) {
	d := dbtest.New(t)
	start(t, d, func(r *jobs.Runner) {
		r.Handle("count", func(ctx context.Context, j *jobs.Job) error {
			var c counter
			if _, err := j.Load(&c); err != nil {
				return err
			}
			for {
				if err := j.Stopped(ctx); err != nil {
					return err
				}
				c.Step++
				if err := d.UpdateLocal(ctx, func(tx *db.Tx) error { return j.Checkpoint(ctx, tx, c, c.Step, 1000000) }); err != nil {
					return err
				}
				time.Sleep(time.Millisecond)
			}
		}, jobs.HandlerOptions{Repeatable: true})
	})
	id := enqueue(t, d, "count", nil)
	for info(t, d, id).Done == 0 {
		time.Sleep(time.Millisecond)
	}
	change(t, d, jobs.Pause, id)
	i := await(t, d, id, jobs.Paused)
	if i.Done == 0 || i.Total != 1000000 || string(i.Result) != fmt.Sprintf(`{"Step":%d}`, i.Done) {
		t.Errorf("paused at %d of %d with %s", i.Done, i.Total, i.Result)
	}
	time.Sleep(50 * time.Millisecond)
	if again := info(t, d, id); again.Done != i.Done {
		t.Errorf("it went on while paused: %d, then %d", i.Done, again.Done)
	}
	change(t, d, jobs.Resume, id)
	for info(t, d, id).Done == i.Done {
		time.Sleep(time.Millisecond)
	}
	change(t, d, jobs.Cancel, id)
	if end := await(t, d, id, jobs.Cancelled); end.Done <= i.Done || !end.Ended() {
		t.Errorf("cancelled at %d, paused before at %d", end.Done, i.Done)
	}
	waiting := enqueue(t, d, "nobody handles this", nil)
	change(t, d, jobs.Pause, waiting)
	await(t, d, waiting, jobs.Paused)
	change(t, d, jobs.Resume, waiting)
	await(t, d, waiting, jobs.Ready)
	change(t, d, jobs.Cancel, waiting)
	await(t, d, waiting, jobs.Cancelled)
}

// TestStopHandsOver stops a process in the middle of a job: the next one goes on
// from the checkpoint at once, without waiting for the lease.
func TestStopHandsOver(t *testing.T) {
	d := dbtest.New(t)
	setup := func(r *jobs.Runner) {
		r.Handle("count", func(ctx context.Context, j *jobs.Job) error {
			var c counter
			if _, err := j.Load(&c); err != nil {
				return err
			}
			for c.Step < 200 {
				if err := j.Stopped(ctx); err != nil {
					return err
				}
				c.Step++
				if err := d.UpdateLocal(ctx, func(tx *db.Tx) error { return j.Checkpoint(ctx, tx, c, c.Step, 200) }); err != nil {
					return err
				}
				time.Sleep(time.Millisecond)
			}
			return nil
		}, jobs.HandlerOptions{})
	}
	first := start(t, d, setup)
	id := enqueue(t, d, "count", nil)
	for info(t, d, id).Done == 0 {
		time.Sleep(time.Millisecond)
	}
	stop(t, first)
	i := info(t, d, id)
	if i.State != jobs.Ready || i.Done == 0 || i.Done == 200 {
		t.Fatalf("after the stop it is %s at %d: %s", i.State, i.Done, i.Error)
	}
	start(t, d, setup)
	if end := await(t, d, id, jobs.Done); end.Done != 200 || end.Attempt != 2 {
		t.Errorf("ended at %d after %d attempts", end.Done, end.Attempt)
	}
}

// TestManyProcesses has four runners share a queue: every job runs exactly once.
func TestManyProcesses(t *testing.T) {
	d := dbtest.New(t)
	const n = 60
	var runs [n + 1]atomic.Int64
	for range 4 {
		start(t, d, func(r *jobs.Runner) {
			r.Handle("one", func(_ context.Context, j *jobs.Job) error {
				var k int
				if err := j.Bind(&k); err != nil {
					return err
				}
				runs[k].Add(1)
				return nil
			}, jobs.HandlerOptions{Concurrency: 3})
		})
	}
	var ids []int64
	for k := range n {
		ids = append(ids, enqueue(t, d, "one", k))
	}
	for k, id := range ids {
		await(t, d, id, jobs.Done)
		if got := runs[k].Load(); got != 1 {
			t.Errorf("job %d ran %d times", k, got)
		}
	}
}

// TestAgenciesSeeTheirJobs checks that a job of another agency doesn't exist.
func TestAgenciesSeeTheirJobs(t *testing.T) {
	w := dbtest.NewWorld(t)
	var mine int64
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) {
		mine, err = jobs.Enqueue(ctx, tx, "x", nil)
		return err
	})
	for who, sees := range map[string]bool{"ann": true, "ada": true, "zoe": false} {
		dbtest.Update(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
			_, err := jobs.Get(ctx, tx, mine)
			l, failure := jobs.List(ctx, tx, jobs.Filter{})
			if failure != nil {
				return failure
			}
			if (err == nil) != sees || (len(l) == 1) != sees {
				t.Errorf("%s: %v, %d jobs", who, err, len(l))
			}
			if !sees && !errs.Is(jobs.Cancel(ctx, tx, mine), errs.NotFound) {
				t.Errorf("%s cancels it", who)
			}
			return nil
		})
	}
	if i := info(t, w.DB, mine); i.UserID != w.Users["ann"].ID || i.State != jobs.Ready {
		t.Errorf("user %d, state %s", i.UserID, i.State)
	}
}
