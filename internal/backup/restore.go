package backup

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
)

// ErrBroken reports an archive that isn't whole, or none of ours. What was restored of it
// before that was seen are files that no record names; the database is not touched.
var ErrBroken = errors.New("this is no whole backup of Carnet")

// Restore makes the archive that r holds the content of an installation whose database
// must be empty. The database comes last: as long as it isn't there, nothing is.
func Restore(ctx context.Context, in *Installation, r io.Reader) (h Head, s Summary, err error) {
	if err := db.Empty(ctx, in.Target); err != nil {
		return h, s, err
	}
	dir, err := in.temp()
	if err != nil {
		return h, s, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	z, err := gzip.NewReader(reader{ctx, r})
	if err != nil {
		return h, s, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	got := &restoring{in: in, tar: tar.NewReader(z), path: filepath.Join(dir, dbName)}
	if err := got.read(ctx); err != nil {
		return got.head, got.sum, err
	}
	// To the end: the checksum of the compression is there.
	if n, err := io.Copy(io.Discard, z); err != nil || n > 1<<20 {
		return got.head, got.sum, fmt.Errorf("%w: something follows its end: %w", ErrBroken, err)
	}
	return got.head, got.sum, db.Load(ctx, in.Target, got.path)
}

// restoring is an archive that is being read.
type restoring struct {
	in   *Installation
	tar  *tar.Reader
	path string // of the copy of the database
	head Head
	sum  Summary // what was met
}

func (g *restoring) read(ctx context.Context) error {
	for first := true; ; first = false {
		e, err := g.tar.Next()
		if err == nil && first != (e.Name == headName) {
			err = errors.New("it begins with something else")
		}
		if err != nil { // the end of the file, too: the end of the archive comes before
			return fmt.Errorf("%w: %w", ErrBroken, err)
		}
		switch {
		case first:
			err = g.begin()
		case e.Name == dbName:
			err = g.database()
		case strings.HasPrefix(e.Name, filesName):
			err = g.file(ctx, strings.TrimPrefix(e.Name, filesName))
		case e.Name == endName:
			return g.end()
		default:
			err = fmt.Errorf("%w: what is %q?", ErrBroken, e.Name)
		}
		if err != nil {
			return err
		}
	}
}

// decode reads a small part.
func (g *restoring) decode(v any) error {
	if err := json.NewDecoder(io.LimitReader(g.tar, 1<<16)).Decode(v); err != nil {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return nil
}

// begin sees whether this program can restore the archive.
func (g *restoring) begin() error {
	if err := g.decode(&g.head); err != nil {
		return err
	}
	switch mine := db.Engine(g.in.Target); {
	case g.head.Format != Format:
		return fmt.Errorf("the backup has format %d, this program knows %d: install Carnet %s", g.head.Format, Format, g.head.Program)
	case g.head.Schema > db.SchemaVersion():
		return fmt.Errorf("the backup is of a newer version of Carnet: install %s", g.head.Program)
	case g.head.Engine != mine && mine == db.SQLite:
		return errors.New("the backup is of a PostgreSQL database: name an empty one with --database")
	case g.head.Engine != mine:
		return errors.New("the backup is of the embedded database: leave out --database")
	}
	return nil
}

func (g *restoring) database() error {
	f, err := os.OpenFile(g.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("restoring the database: %w", err)
	}
	h := sha256.New()
	g.sum.Size, err = io.Copy(io.MultiWriter(f, h), g.tar)
	g.sum.Database = hex.EncodeToString(h.Sum(nil))
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("restoring the database: %w", err)
	}
	return nil
}

// file stores a file. Its name says what it must hold.
func (g *restoring) file(ctx context.Context, name string) error {
	info, err := g.in.Files.Put(ctx, g.tar, 0)
	if err != nil {
		return err
	}
	if info.Hash != name {
		return errors.Join(fmt.Errorf("%w: the content of the file %q is another", ErrBroken, name), g.in.Files.Delete(info.Hash))
	}
	g.sum.Files++
	g.sum.Bytes += info.Size
	return nil
}

func (g *restoring) end() error {
	var want Summary
	if err := g.decode(&want); err != nil {
		return err
	}
	if want != g.sum {
		return fmt.Errorf("%w: its end speaks of %d files and another database than there was", ErrBroken, want.Files)
	}
	return nil
}
