package clientlists_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/clientlist"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/clientlists"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestJob: more than a thousand clients are added, and taken out, by a job.
func TestJob(t *testing.T) {
	w := newWorld(t)
	const n = clientlists.AtOnce + 700
	w.do("bob", func(ctx context.Context, tx *db.Tx) error {
		var list []*client.Client
		for i := range n {
			list = append(list, &client.Client{Name: fmt.Sprintf("Crowd/%04d", i), Code: fmt.Sprintf("CROWD%04d", i), AdvisorID: db.Ref(w.Users["bob"].ID), BranchID: db.Ref(w.South.ID)})
		}
		return record.InsertMany(ctx, tx, list)
	})
	if dbtest.OnPostgres() { // which does so by itself within a minute
		w.do("ada", func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, "ANALYZE"); return err })
	}
	id := w.make("ada", shared(clientlist.Fixed), nil)
	runner := jobs.New(w.DB, slog.New(slog.DiscardHandler))
	(&clientlists.Service{DB: w.DB}).Register(runner)
	runner.Start(t.Context())
	defer runner.Stop(context.Background())
	act := func(do func(context.Context, *db.Tx, int64, list.Selection) (clientlists.Done, error)) (took time.Duration) {
		t.Helper()
		began := time.Now()
		var done clientlists.Done
		w.do("ada", func(ctx context.Context, tx *db.Tx) (err error) { done, err = do(ctx, tx, id, *all()); return err })
		if done.JobID == 0 {
			t.Fatal("no job does it")
		}
		for range 600 {
			var j *jobs.Info
			dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) (err error) { j, err = jobs.Get(ctx, tx, done.JobID); return err })
			if j.Ended() {
				if j.State != jobs.Done || j.Done != n+5 || j.Total != n+5 {
					t.Fatalf("the job ended %s with %d of %d: %s", j.State, j.Done, j.Total, j.Error)
				}
				return time.Since(began)
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatal("the job doesn't end")
		return 0
	}
	count := func(who string, want int) {
		t.Helper()
		dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
			got, err := clientlists.Count(ctx, tx, id, 10000)
			if got != want {
				t.Errorf("%s counts %d, want %d", who, got, want)
			}
			return err
		})
	}
	t.Logf("%d added in %v", n, act(clientlists.Add))
	count("ada", n+5)
	count("bob", n+2)
	count("ann", 3)
	act(clientlists.Add) // again: nothing twice
	count("ada", n+5)
	act(clientlists.Remove)
	count("ada", 0)
}

// TestTrash: a list that was shared is told of when it is gone.
func TestTrash(t *testing.T) {
	w := newWorld(t)
	id := w.make("max", shared(clientlist.Fixed), ticked(w.ids("a1")...))
	w.do("max", func(ctx context.Context, tx *db.Tx) error {
		return record.Delete(ctx, tx, new(clientlist.List), id, 0)
	})
	err := w.try("ann", func(ctx context.Context, tx *db.Tx) error { _, err := clientlist.Get(ctx, tx, id); return err })
	var e *errs.Error
	if !errors.As(err, &e) || e.Key != "client_list.error.deleted" {
		t.Errorf("ann is told %v", err)
	}
	if err := w.try("ann", func(ctx context.Context, tx *db.Tx) error { _, err := clientlist.Restore(ctx, tx, id); return err }); !errs.Is(err, errs.Forbidden) {
		t.Errorf("ann restores it: %v", err)
	}
	w.do("max", func(ctx context.Context, tx *db.Tx) error { _, err := clientlist.Restore(ctx, tx, id); return err })
	w.in("ann", id, "a1")
}

// TestJobOfTheDemoted: a job that goes on for somebody who has lost the right to it ends.
func TestJobOfTheDemoted(t *testing.T) {
	w := newWorld(t)
	const n = 6000
	w.do("bob", func(ctx context.Context, tx *db.Tx) error {
		var list []*client.Client
		for i := range n {
			list = append(list, &client.Client{Name: fmt.Sprintf("Crowd/%04d", i), Code: fmt.Sprintf("CROWD%04d", i), AdvisorID: db.Ref(w.Users["bob"].ID), BranchID: db.Ref(w.South.ID)})
		}
		return record.InsertMany(ctx, tx, list)
	})
	id := w.make("ada", shared(clientlist.Fixed), nil)
	runner := jobs.New(w.DB, slog.New(slog.DiscardHandler))
	runner.Poll = 5 * time.Millisecond
	(&clientlists.Service{DB: w.DB}).Register(runner)
	runner.Start(t.Context())
	defer runner.Stop(context.Background())
	var done clientlists.Done
	w.do("ada", func(ctx context.Context, tx *db.Tx) (err error) {
		done, err = clientlists.Add(ctx, tx, id, *all())
		return err
	})
	job := func() (j *jobs.Info) {
		dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) (err error) { j, err = jobs.Get(ctx, tx, done.JobID); return err })
		return j
	}
	for job().Done == 0 {
		time.Sleep(time.Millisecond)
	}
	w.do("ada", func(ctx context.Context, tx *db.Tx) error {
		var u, other agency.User
		err := record.Edit(ctx, tx, &other, w.Users["max"].ID, 0, func() error { other.Role = agency.Administrator; return nil }) // one must stay
		if err != nil {
			return err
		}
		return record.Edit(ctx, tx, &u, w.Users["ada"].ID, 0, func() error { u.Role = agency.Auditor; return nil })
	})
	at := job()
	if at.Ended() {
		t.Skip("the job was faster")
	}
	for range 600 {
		if at = job(); at.Ended() {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if at.State != jobs.Failed || at.Done >= n {
		t.Errorf("%s at %d of %d: %s", at.State, at.Done, at.Total, at.Error)
	}
}
