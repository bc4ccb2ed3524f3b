package imports_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/vault"
)

// child names the database and the folder of files for the process that gets
// killed.
const child = "CARNET_TEST_IMPORT_CHILD"

// childMain imports until it is killed; false in any other process.
func childMain() bool {
	target, dir, ok := strings.Cut(os.Getenv(child), "|")
	if !ok {
		return false
	}
	d, err := db.Open(context.Background(), target, flow.Tables...)
	if err != nil {
		panic(err)
	}
	store, err := files.New(dir)
	if err != nil {
		panic(err)
	}
	if d.Sealer, err = keyIn(dir); err != nil {
		panic(err)
	}
	s := &imports.Service{DB: d, Files: store, Batch: 20}
	r := jobs.New(d, slog.New(slog.DiscardHandler))
	r.Poll, r.Lease = 10*time.Millisecond, 300*time.Millisecond
	s.Register(r)
	r.Start(context.Background())
	time.Sleep(time.Minute)
	return true
}

// keyIn is the vault that both processes have: uploaded lists are sealed.
func keyIn(dir string) (*vault.Vault, error) {
	v, _, err := vault.New("", filepath.Join(dir, vault.FileName))
	return v, err
}

// people writes a list of n made-up people; every tenth is there twice, far apart.
func people(n int) string {
	var b strings.Builder
	b.WriteString("First name;Last name;E-mail;Mobile;Birth date;City;Street;Postal code;Country;Tags;Customer no.\n")
	for i := range n {
		k := i
		if i%10 == 9 && i > n/2 {
			k = i - n/2
		}
		fmt.Fprintf(&b, "%s;%s%d;p%d@example.com;600 %03d %03d;%d.%d.%d;Łódź;Piotrkowska %d;90-%03d;Poland;old;%d\n",
			[]string{"Jan", "Anna", "Zoë", "Łukasz"}[k%4], []string{"Kowalski", "Nowak", "Wiśniewska"}[k%3], k, k,
			k/1000%1000, k%1000, k%28+1, k%12+1, 1940+k%60, k%200, k%1000, k+100)
	}
	return b.String()
}

// TestKill kills the process that imports again and again, then lets another one
// finish: nobody is lost and nobody is there twice.
func TestKill(t *testing.T) {
	const n = 1200
	target := dbtest.Target(t)
	d, err := db.Open(t.Context(), target, flow.Tables...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	dir := t.TempDir()
	store, err := files.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	if d.Sealer, err = keyIn(dir); err != nil {
		t.Fatal(err)
	}
	w := alone(t, d)
	s := &imports.Service{DB: d, Files: store, Batch: 20}
	run, err := s.Upload(t.Context(), w, "people.csv", strings.NewReader(people(n)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Start(t.Context(), w, run.ID); err != nil {
		t.Fatal(err)
	}
	kills := 0
	for ; kills < 3; kills++ {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), child+"="+target+"|"+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		before := position(t, d, w, run.ID)
		for range 1000 {
			if p := position(t, d, w, run.ID); p > before {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		cmd.Process.Kill()
		cmd.Wait()
		if p := position(t, d, w, run.ID); p >= n {
			break
		}
	}
	if kills == 0 {
		t.Error("the import was done before it could be killed")
	}
	r := jobs.New(d, slog.New(slog.DiscardHandler))
	r.Poll, r.Lease = 10*time.Millisecond, 300*time.Millisecond
	s.Register(r)
	r.Start(context.Background())
	defer r.Stop(context.Background())
	var done *imports.Run
	for range 3000 {
		dbtest.View(t, d, w, func(ctx context.Context, tx *db.Tx) (err error) { done, err = imports.Get(ctx, tx, run.ID); return err })
		if !done.Busy() {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	twice := int64(0)
	for i := range n {
		if i%10 == 9 && i > n/2 {
			twice++
		}
	}
	if done.State != imports.Done || done.Created != n-twice || done.Skipped != twice || done.RowsDone != n {
		t.Fatalf("after %d kills: %s %s, %s, %d rows", kills, done.State, done.Error, counts(done), done.RowsDone)
	}
	for table, want := range map[string]int64{"client": n - twice, "traveler": n - twice, "communication": 2 * (n - twice), "import_row": n} {
		var got int64
		dbtest.View(t, d, w, func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, "SELECT count(*) FROM {"+table+"} x", nil, &got)
		})
		if got != want {
			t.Errorf("%d rows of %s, want %d", got, table, want)
		}
	}
}

func position(t *testing.T, d *db.DB, a db.Actor, id int64) int64 {
	t.Helper()
	var run imports.Run
	dbtest.View(t, d, a, func(ctx context.Context, tx *db.Tx) error { return record.Get(ctx, tx, &run, id) })
	return run.Position
}

// alone fills a database with an agency of one administrator.
func alone(t testing.TB, d *db.DB) db.Actor {
	t.Helper()
	id, err := agency.NewID(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	a := &agency.Agency{Name: "Azymut", Country: "PL", TimeZone: "Europe/Warsaw", Currency: "PLN", Language: "en"}
	u := &agency.User{Name: "Ada", Email: "ada@example.com", Role: agency.Administrator, Status: "active", HasClients: true}
	dbtest.Update(t, d, db.System(id), func(ctx context.Context, tx *db.Tx) error {
		if err := agency.Found(ctx, tx, a); err != nil {
			return err
		}
		return record.Insert(ctx, tx, u)
	})
	return agency.ActorOf(a, u, "test")
}

// TestPause stops an import between two batches, lets it go on, ends another one in
// the middle, and takes both back.
func TestPause(t *testing.T) {
	d := newDesk(t)
	d.Batch = 10
	before := d.dump()
	run := d.upload("ada", "people.csv", people(600))
	if _, err := d.Start(t.Context(), d.As("ada"), run.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Pause(t.Context(), d.As("ada"), run.ID); err != nil {
		t.Fatal(err)
	}
	paused := d.wait("ada", run.ID)
	if paused.State != imports.Paused || paused.RowsDone >= 600 {
		t.Fatalf("%s after %d rows", paused.State, paused.RowsDone)
	}
	at := d.count("client")
	time.Sleep(50 * time.Millisecond)
	if n := d.count("client"); n != at || n != paused.Created {
		t.Errorf("%d clients, then %d, the run says %d", at, n, paused.Created)
	}
	done := d.do("ada", run.ID, d.Resume)
	if done.State != imports.Done {
		t.Fatalf("ended as %s", done.State)
	}
	d.expect(done, "create 570 update 0 skip 30 error 0 warned 0")
	if u := d.do("ada", run.ID, d.Undo); u.State != imports.Undone {
		t.Fatalf("undo ended as %s %s", u.State, u.Error)
	}
	same(t, "undone", before, d.dump())

	run = d.upload("ada", "people.csv", people(600))
	if _, err := d.Start(t.Context(), d.As("ada"), run.ID); err != nil {
		t.Fatal(err)
	}
	for position(t, d.World.DB, d.As("ada"), run.ID) == 0 {
		time.Sleep(time.Millisecond)
	}
	stopped := d.do("ada", run.ID, d.Cancel)
	if stopped.State != imports.Cancelled || stopped.Created == 0 || stopped.Created >= 570 {
		t.Fatalf("%s, %s", stopped.State, counts(stopped))
	}
	if u := d.do("ada", run.ID, d.Undo); u.State != imports.Undone {
		t.Fatalf("undo ended as %s %s", u.State, u.Error)
	}
	same(t, "cancelled and undone", before, d.dump())
}
