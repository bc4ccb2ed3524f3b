package jobs_test

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/jobs"
)

// steps is how far the job of TestKill counts.
const steps = 400

// child names the database when this process is the one that gets killed.
const child = "CARNET_TEST_JOB_CHILD"

// stepper counts to steps. Each step and its checkpoint are one transaction, so
// the table must hold every number exactly once, whatever happens in between.
func stepper(d *db.DB) func(*jobs.Runner) {
	return func(r *jobs.Runner) {
		r.Handle("steps", func(ctx context.Context, j *jobs.Job) error {
			var c counter
			if _, err := j.Load(&c); err != nil {
				return err
			}
			for c.Step < steps {
				if err := j.Stopped(ctx); err != nil {
					return err
				}
				c.Step++
				err := d.UpdateLocal(ctx, func(tx *db.Tx) error {
					if _, err := tx.Exec(ctx, "INSERT INTO step (n) VALUES ($1)", c.Step); err != nil {
						return err
					}
					return j.Checkpoint(ctx, tx, c, c.Step, steps)
				})
				if err != nil {
					return err
				}
				time.Sleep(2 * time.Millisecond)
			}
			return nil
		}, jobs.HandlerOptions{Repeatable: true})
		r.Handle("fragile", func(ctx context.Context, j *jobs.Job) error {
			if err := j.Progress(ctx, 1, 2); err != nil {
				return err
			}
			<-ctx.Done()
			return context.Cause(ctx)
		}, jobs.HandlerOptions{})
	}
}

// childMain works on the queue until it is killed; false in any other process.
func childMain() bool {
	target := os.Getenv(child)
	if target == "" {
		return false
	}
	d, err := db.Open(context.Background(), target, flow.Tables...)
	if err != nil {
		panic(err)
	}
	r := jobs.New(d, silent())
	r.Poll, r.Lease = 10*time.Millisecond, 500*time.Millisecond
	stepper(d)(r)
	r.Start(context.Background())
	time.Sleep(time.Minute) // the parent kills it long before
	return true
}

// TestKill kills the process that works on a job again and again, then lets
// another one finish: nothing is lost and nothing is done twice.
func TestKill(t *testing.T) {
	target := dbtest.Target(t)
	d, err := db.Open(t.Context(), target, flow.Tables...)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.UpdateLocal(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "CREATE TABLE step (n bigint NOT NULL)")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	id, fragile := enqueue(t, d, "steps", nil), enqueue(t, d, "fragile", nil)
	kills := 0
	for info(t, d, id).Done < steps/2 && kills < 14 {
		before := info(t, d, id).Done
		c := exec.Command(os.Args[0], "-test.run=^$")
		c.Env = append(os.Environ(), child+"="+target)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(20 * time.Second); info(t, d, id).Done < before+20 && time.Now().Before(end); {
			time.Sleep(3 * time.Millisecond)
		}
		if err := c.Process.Kill(); err != nil { // SIGKILL
			t.Fatal(err)
		}
		c.Wait()
		kills++
	}
	if i := info(t, d, id); i.State != jobs.Running || kills < 2 {
		t.Fatalf("after %d kills the job is %s at %d", kills, i.State, i.Done)
	}
	start(t, d, stepper(d))
	await(t, d, id, jobs.Done)
	var n, distinct, last int64
	if err := d.Local(t.Context(), func(tx *db.Tx) error {
		return tx.Row(t.Context(), "SELECT count(*), count(DISTINCT n), max(n) FROM step", nil, &n, &distinct, &last)
	}); err != nil || n != steps || distinct != steps || last != steps {
		t.Errorf("after %d kills %d steps were done, %d different ones up to %d (%v), want %d", kills, n, distinct, last, err, steps)
	}
	if i := await(t, d, fragile, jobs.Failed); i.Attempt != 1 {
		t.Errorf("the job that isn't repeatable was begun %d times", i.Attempt)
	}
}

// TestLostJob has a handler outlive its lease: it can't store a checkpoint then.
func TestLostJob(t *testing.T) {
	d := dbtest.New(t)
	stale := make(chan error, 1)
	start(t, d, func(r *jobs.Runner) {
		r.Handle("slow", func(ctx context.Context, j *jobs.Job) error {
			if j.Attempt > 1 {
				return nil
			}
			// As if this process had been suspended: the other one took the job.
			if err := d.UpdateLocal(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE job SET attempt = 2 WHERE id = $1", j.ID)
				return err
			}); err != nil {
				return err
			}
			err := d.UpdateLocal(ctx, func(tx *db.Tx) error { return j.Checkpoint(ctx, tx, 1, 1, 2) })
			stale <- err
			return err
		}, jobs.HandlerOptions{Repeatable: true, Concurrency: 2})
	})
	id := enqueue(t, d, "slow", nil)
	if err := <-stale; err != jobs.ErrLost {
		t.Errorf("the checkpoint of a lost job gives %v", err)
	}
	if i := await(t, d, id, jobs.Done); i.Attempt != 3 || i.Done != 0 {
		t.Errorf("ended with attempt %d at %d", i.Attempt, i.Done)
	}
}
