package imports_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestFileIsSealed: an uploaded list lies sealed in the file store, a refused one not at
// all; its key is shown to nobody; a file from before is still read.
func TestFileIsSealed(t *testing.T) {
	d := newDesk(t)
	dir := t.TempDir()
	store, err := files.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	d.Service.Files = store
	const list = "Last name;First name;E-mail\nPlantedsecret;Ewa;ewa@example.com\n"
	count := func() (n int) {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			raw, err := os.ReadFile(path)
			if bytes.Contains(raw, []byte("Plantedsecret")) {
				t.Errorf("%s holds the list in the clear", path)
			}
			n++
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	run := d.imported("max", "clients.csv", list, nil)
	if run.Created != 1 || count() != 1 {
		t.Errorf("%+v, %d files", run, count())
	}
	if _, err := d.Upload(t.Context(), d.As("max"), "x.csv", strings.NewReader("%PDF-1.4 Plantedsecret")); err == nil || count() != 1 {
		t.Errorf("%v, %d files", err, count())
	}
	dbtest.Update(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		if _, err := record.Reveal(ctx, tx, "import_run", run.ID, "file_key", "booking"); err == nil {
			t.Error("the key is shown")
		}
		return nil
	})
	// As it was stored before there were keys.
	info, err := store.Put(t.Context(), strings.NewReader(strings.ReplaceAll(list, "Plantedsecret", "Other")), 0)
	if err != nil {
		t.Fatal(err)
	}
	old := d.upload("max", "old.csv", list)
	dbtest.Update(t, d.World.DB, d.As("max"), func(ctx context.Context, tx *db.Tx) error {
		var r imports.Run
		return record.Edit(ctx, tx, &r, old.ID, 0, func() error { r.FileHash, r.FileSize, r.FileKey = info.Hash, info.Size, ""; return nil })
	})
	d.set("max", old, nil)
	if done := d.do("max", old.ID, d.Start); done.Created+done.Skipped+done.Updated != 1 || done.State != imports.Done {
		t.Errorf("%+v", done)
	}
}

// TestLabelledPassport: the number in a field that its owner called "Passport" is sealed
// and stands in no remark, and the same list again brings nothing new.
func TestLabelledPassport(t *testing.T) {
	d := newDesk(t)
	const list = "First Name,Last Name,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Custom Field 1 - Label,Custom Field 1 - Value\n" +
		"Ana,García,,,ana@example.com,,,Passport,AB1234567\n"
	d.expect(d.imported("ada", "google.csv", list, nil), "create 1 update 0 skip 0 error 0 warned 0")
	if got := d.profiles(); !strings.Contains(got, " passport AB1234567 …4567 ") {
		t.Error(got)
	}
	dbtest.View(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		var n int
		err := tx.Row(ctx, "SELECT count(*) FROM {client} c WHERE c.remarks <> ''", nil, &n)
		if n > 0 {
			t.Error("the number stands in the remarks")
		}
		return err
	})
	d.expect(d.imported("ada", "again.csv", list, nil), "create 0 update 0 skip 1 error 0 warned 1")
}
