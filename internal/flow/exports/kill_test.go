package exports_test

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/mail"
)

// child and store name the database and the folder of files for the process that gets
// killed.
const (
	child = "CARNET_TEST_EXPORT_CHILD"
	store = "CARNET_TEST_EXPORT_FILES"
)

func TestMain(m *testing.M) {
	if target := os.Getenv(child); target != "" {
		work(target, os.Getenv(store), mail.Off{}).Start(context.Background())
		time.Sleep(time.Minute) // until it is killed
		return
	}
	dbtest.Main(m)
}

// work returns a runner that makes exports.
func work(target, dir string, box mail.Sender) *jobs.Runner {
	d, err := db.Open(context.Background(), target, flow.Tables...)
	if err != nil {
		panic(err)
	}
	out, err := files.New(dir)
	if err != nil {
		panic(err)
	}
	r := jobs.New(d, slog.New(slog.DiscardHandler))
	r.Poll, r.Lease = 10*time.Millisecond, 300*time.Millisecond
	(&exports.Service{DB: d, Files: out, Mail: box, MailOn: true}).Register(r)
	return r
}

// TestKill kills the process that makes the file of an export, twice; another one makes
// it whole. No half file is ever offered, and the letter goes out once.
func TestKill(t *testing.T) {
	const n = 4000
	target := dbtest.Target(t)
	open, err := db.Open(t.Context(), target, flow.Tables...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { open.Close() })
	w := dbtest.WorldIn(t, open)
	dir := t.TempDir()
	out, err := files.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	box := &letterbox{}
	d := &desk{World: w, t: t, box: box, Service: &exports.Service{DB: open, Files: out, Mail: box, MailOn: true, BaseURL: "https://crm.example"}}
	d.clients("ann", "kill", n)
	e, err := d.Start(t.Context(), d.As("ada"), exports.Request{List: "client", Format: "csv", Lang: "en", Selection: all("name", "code"), Job: true, MailTo: d.Users["ann"].ID})
	if err != nil || !e.Busy() {
		t.Fatal(e, err)
	}
	killed := 0
	for range 2 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), child+"="+target, store+"="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for range 2000 {
			if now := d.get("ada", e.ID); now.State == exports.Running || !now.Busy() {
				break
			}
			time.Sleep(2 * time.Millisecond)
		}
		time.Sleep(20 * time.Millisecond)
		cmd.Process.Kill()
		cmd.Wait()
		if d.get("ada", e.ID).Busy() {
			killed++
		}
	}
	if killed == 0 {
		t.Skip("it was made before it could be killed")
	}
	r := work(target, dir, box)
	r.Start(context.Background())
	t.Cleanup(func() { r.Stop(context.Background()) })
	e = d.wait("ada", e.ID)
	if e.State != exports.Done || e.Rows != n {
		t.Fatalf("%s with %d rows", e.State, e.Rows)
	}
	f, err := out.Open(e.FileHash)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if lines := strings.Count(string(text), "\n"); err != nil || lines != n+1 {
		t.Errorf("the file has %d lines, %v", lines, err)
	}
	for range 500 {
		if len(box.all()) > 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(200 * time.Millisecond)
	if got := len(box.all()); got != 1 {
		t.Errorf("%d letters", got)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "tmp", "put-*")); len(left) > killed {
		t.Errorf("%d left-overs of %d kills: %v", len(left), killed, left)
	}
}
