package backup_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/backup"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// place is an installation without a database.
func place(t *testing.T, target string) *backup.Installation {
	t.Helper()
	dir := t.TempDir()
	store, err := files.New(filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	return &backup.Installation{Target: target, Files: store, Temp: dir}
}

// made is an installation at work: a client, a file, a sealed file with its key.
func made(t *testing.T) (*backup.Installation, *dbtest.World, string, string) {
	t.Helper()
	target := dbtest.Target(t)
	d, err := db.Open(t.Context(), target, flow.Tables...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	in := place(t, target)
	w := dbtest.WorldIn(t, d)
	dbtest.Update(t, d, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &client.Client{Name: "Żółć/李"})
	})
	if _, err := in.Files.Put(t.Context(), strings.NewReader("a logo"), 0); err != nil {
		t.Fatal(err)
	}
	info, key, err := in.Files.PutSealed(t.Context(), strings.NewReader("a passport"), 0)
	if err != nil {
		t.Fatal(err)
	}
	return in, w, info.Hash, key
}

// TestThereAndBack backs up an installation while somebody writes, restores it
// elsewhere, and finds what was there.
func TestThereAndBack(t *testing.T) {
	in, w, name, key := made(t)
	stop, done := make(chan bool), make(chan int)
	go func() {
		n := 0
		for ; ; n++ {
			select {
			case <-stop:
				done <- n
				return
			default:
				dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
					return record.Insert(ctx, tx, &client.Client{Name: "Meanwhile"})
				})
			}
		}
	}()
	var archive bytes.Buffer
	sum, err := backup.Write(t.Context(), in, &archive, "v1")
	close(stop)
	t.Logf("%d clients written meanwhile, %d bytes", <-done, archive.Len())
	if err != nil || sum.Files != 2 || sum.Size == 0 {
		t.Fatalf("%+v %v", sum, err)
	}

	to := place(t, dbtest.Empty(t))
	head, got, err := backup.Restore(t.Context(), to, bytes.NewReader(archive.Bytes()))
	if err != nil || got != sum || head.Program != "v1" || head.Schema != db.SchemaVersion() {
		t.Fatalf("%+v %+v %v", head, got, err)
	}
	d, err := db.Open(t.Context(), to.Target, flow.Tables...)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	dbtest.View(t, d, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		var found []client.Client
		if err := record.Select(ctx, tx, &found, "WHERE r.name = 'Żółć/李'"); err != nil || len(found) != 1 {
			t.Errorf("%v %v", found, err)
		}
		return nil
	})
	f, err := to.Files.OpenSealed(t.Context(), name, key)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if b, err := io.ReadAll(f); string(b) != "a passport" || err != nil {
		t.Errorf("%q %v", b, err)
	}
	if _, _, err := backup.Restore(t.Context(), to, &archive); !errors.Is(err, db.ErrOccupied) {
		t.Errorf("over what is there: %v", err)
	}
	for _, i := range []*backup.Installation{in, to} {
		if left, _ := filepath.Glob(filepath.Join(i.Temp, "backup-*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

// full is a disk that is full after some bytes.
type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errors.New("no space left on device")
	}
	return len(p), nil
}

// TestBroken: no archive that isn't whole becomes an installation, and nothing stays of
// what failed.
func TestBroken(t *testing.T) {
	in, _, _, _ := made(t)
	if _, err := backup.Write(t.Context(), in, &full{room: 5000}, "v1"); err == nil {
		t.Error("a full disk: no error")
	}
	var archive bytes.Buffer
	if _, err := backup.Write(t.Context(), in, &archive, "v1"); err != nil {
		t.Fatal(err)
	}
	b := archive.Bytes()
	swapped := bytes.Clone(b)
	swapped[len(b)/2] ^= 1
	for name, content := range map[string][]byte{
		"nothing": nil, "text": []byte("a backup\n"), "half": b[:len(b)/2], "all but its end": b[:len(b)-600],
		"all but a byte": b[:len(b)-1], "another byte": swapped,
	} {
		to := place(t, dbtest.Empty(t))
		if _, _, err := backup.Restore(t.Context(), to, bytes.NewReader(content)); err == nil {
			t.Errorf("%s: no error", name)
		}
		if err := db.Empty(t.Context(), to.Target); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := filepath.Glob(filepath.Join(to.Temp, "backup-*")); len(left) > 0 {
			t.Errorf("%s left behind: %v", name, left)
		}
	}
}

// TestWrongPlace: a backup goes only where it can be used.
func TestWrongPlace(t *testing.T) {
	if dbtest.OnPostgres() {
		t.Skip("from the embedded database to PostgreSQL")
	}
	in, _, _, _ := made(t)
	var archive bytes.Buffer
	if _, err := backup.Write(t.Context(), in, &archive, "v1"); err != nil {
		t.Fatal(err)
	}
	to := place(t, in.Target)
	if _, _, err := backup.Restore(t.Context(), to, bytes.NewReader(archive.Bytes())); !errors.Is(err, db.ErrOccupied) {
		t.Errorf("%v", err)
	}
	if _, err := backup.Write(t.Context(), place(t, filepath.Join(t.TempDir(), "none.db")), io.Discard, "v1"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("of nothing: %v", err)
	}
}
