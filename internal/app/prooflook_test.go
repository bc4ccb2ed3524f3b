package app_test

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
)

// file looks into a file, unpacked as far as it is packed.
func (p *plant) file(name string, b []byte) {
	p.look(name, b)
	if z, err := zip.NewReader(bytes.NewReader(b), int64(len(b))); err == nil {
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				p.t.Fatal(err)
			}
			inner, err := io.ReadAll(r)
			if err != nil {
				p.t.Fatal(err)
			}
			p.look(name+" ("+f.Name+")", inner)
		}
	}
	for part := range bytes.SplitSeq(b, []byte("stream")) { // of a PDF
		if r, err := zlib.NewReader(bytes.NewReader(bytes.TrimLeft(part, "\r\n"))); err == nil {
			inner, _ := io.ReadAll(r) // what follows the stream isn't packed
			p.look(name+" (a stream)", inner)
		}
	}
}

// dump looks at all that the database holds. The SQLite file is in the data folder.
func (p *plant) dump() {
	t := p.t
	if !dbtest.OnPostgres() {
		return
	}
	var tables []string
	var rows bytes.Buffer
	err := p.DB.Local(t.Context(), func(tx *db.Tx) error {
		return tx.Each(t.Context(), "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'", nil, func(r db.Rows) error {
			var name string
			err := r.Scan(&name)
			tables = append(tables, name)
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	programs, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
	if path, err := exec.LookPath("pg_dump"); err == nil {
		programs = append(programs, path)
	}
	if len(programs) == 0 {
		t.Skip("pg_dump isn't installed")
	}
	target, _, _ := strings.Cut(p.app.Config.Database, "?")
	cmd := exec.CommandContext(t.Context(), slices.Max(programs), "--dbname", target)
	cmd.Stdout, cmd.Stderr = &rows, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("pg_dump: %v", err)
	}
	if !strings.Contains(rows.String(), "payment_card") || len(tables) < 10 {
		t.Fatal("the dump has no cards")
	}
	before := p.open
	if p.look("the dump", rows.Bytes()); p.open == before {
		t.Error("nothing at all is found in the dump")
	}
}

// folder looks into every file of the data folder: database, files, exports.
func (p *plant) folder(dir string) {
	n, before := 0, p.open
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		n++
		p.file(strings.TrimPrefix(path, dir), b)
		return nil
	})
	if err != nil || n < 3 || p.open == before {
		p.t.Errorf("%d files in the data folder, nothing found in %v, %v", n, p.open == before, err)
	}
}
