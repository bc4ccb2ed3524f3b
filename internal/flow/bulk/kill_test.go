package bulk_test

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/list"
)

// child names the database for the process that gets killed.
const child = "CARNET_TEST_BULK_CHILD"

// childMain does acts until it is killed; false in any other process.
func childMain() bool {
	target := os.Getenv(child)
	if target == "" {
		return false
	}
	d, err := db.Open(context.Background(), target, flow.Tables...)
	if err != nil {
		panic(err)
	}
	r := runner(d)
	r.Start(context.Background())
	time.Sleep(time.Minute)
	return true
}

func runner(d *db.DB) *jobs.Runner {
	r := jobs.New(d, slog.New(slog.DiscardHandler))
	r.Poll, r.Lease = 10*time.Millisecond, 300*time.Millisecond
	(&bulk.Service{DB: d}).Register(r)
	return r
}

// TestKill kills the process that does an act, and then its undo, again and again;
// another one finishes both. Every record is changed once, and once put back.
func TestKill(t *testing.T) {
	const n = 3000
	target := dbtest.Target(t)
	store, err := db.Open(t.Context(), target, flow.Tables...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	w := dbtest.WorldIn(t, store)
	d := &desk{World: w, Service: &bulk.Service{DB: store}, t: t}
	ids := d.clients("ada", n, nil)
	act, err := d.Do(t.Context(), d.As("ada"), inactive, list.Selection{IDs: ids})
	if err != nil {
		t.Fatal(err)
	}
	d.killed(target, act.ID)
	r := runner(store)
	r.Start(context.Background())
	act = d.wait("ada", act.ID)
	r.Stop(context.Background())
	d.expect(act, "done: 3000 changed, 0 unchanged, 0 refused, 0 undone, 0 kept")
	d.entries(act.ID, n)
	if by := d.by("status"); by != "inactive 3000" {
		t.Errorf("then %s", by)
	}
	if act, err = d.Undo(t.Context(), d.As("ada"), act.ID); err != nil {
		t.Fatal(err)
	}
	d.killed(target, act.ID)
	r = runner(store)
	r.Start(context.Background())
	act = d.wait("ada", act.ID)
	r.Stop(context.Background())
	d.expect(act, "undone: 3000 changed, 0 unchanged, 0 refused, 3000 undone, 0 kept")
	d.entries(act.ID, 2*n)
	if by := d.by("status"); by != "active 3000" {
		t.Errorf("undone %s", by)
	}
}

// killed has a process work for the act and kills it in the middle, twice.
func (d *desk) killed(target string, id int64) {
	d.t.Helper()
	kills := 0
	for range 2 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), child+"="+target)
		if err := cmd.Start(); err != nil {
			d.t.Fatal(err)
		}
		before, _ := d.act("ada", id).Progress()
		for range 2000 {
			if p, _ := d.act("ada", id).Progress(); p > before {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		cmd.Process.Kill()
		cmd.Wait()
		if a := d.act("ada", id); a.Busy() {
			kills++
		}
	}
	if kills == 0 {
		d.t.Error("it was done before it could be killed")
	}
}

// entries counts the changes that the history names the act for.
func (d *desk) entries(id int64, want int) {
	d.t.Helper()
	var n int
	dbtest.View(d.t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, "SELECT count(*) FROM {history} h WHERE h.run_id = $1", []any{-id}, &n)
	})
	if n != want {
		d.t.Errorf("%d entries in the history, want %d", n, want)
	}
}

// TestCancel stops an act between two steps; what it did can be undone.
func TestCancel(t *testing.T) {
	d := newDesk(t)
	ids := d.clients("ada", 4000, nil)
	act, err := d.Do(t.Context(), d.As("ada"), inactive, list.Selection{IDs: ids})
	if err != nil || !act.Busy() {
		t.Fatal(act, err)
	}
	r := runner(d.World.DB)
	r.Start(context.Background())
	defer r.Stop(context.Background())
	for d.act("ada", act.ID).Position == 0 {
		time.Sleep(time.Millisecond)
	}
	if act, err = d.Cancel(t.Context(), d.As("ada"), act.ID); err != nil || act.State != bulk.Cancelled {
		t.Fatal(act, err)
	}
	at := act.Position
	time.Sleep(100 * time.Millisecond)
	if act = d.act("ada", act.ID); act.Position != at || at == 4000 || act.Changed != at || act.State != bulk.Cancelled {
		t.Errorf("at %d, then %s", at, counts(act))
	}
	if _, err := d.Cancel(t.Context(), d.As("ada"), act.ID); err == nil {
		t.Error("cancelled twice")
	}
	if act, err = d.Undo(t.Context(), d.As("ada"), act.ID); err != nil {
		t.Fatal(err)
	}
	act = d.wait("ada", act.ID)
	if act.State != bulk.Undone || act.Undone != at {
		t.Errorf("undone: %s", counts(act))
	}
	if by := d.by("status"); by != "active 4000" {
		t.Error(by)
	}
}

// TestLeft: a small act whose process is killed in the middle is finished by its job.
func TestLeft(t *testing.T) {
	d := newDesk(t)
	ids := d.clients("ada", 30, nil)
	var act *bulk.Act
	dbtest.Update(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) (err error) {
		act, err = bulk.Begin(ctx, tx, inactive, list.Selection{IDs: ids})
		return err
	})
	if act = d.work("ada", act.ID); act.State != bulk.Done || act.Changed != 30 {
		t.Error(counts(act))
	}
}
