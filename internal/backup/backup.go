// Package backup writes a whole installation, but for the key of its vault, into one
// archive while people work, and makes an installation of such an archive.
//
// The archive is a tar file compressed by gzip: a head, the database as it was at one
// moment, the files under their names, and an end that says what must have been there.
// Card numbers, passports and all else that is a secret are in it as they are in the
// database: sealed by the key that isn't in it.
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
	"hash"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
)

// Installation is what is backed up, or restored into.
type Installation struct {
	Target string       // path or URL of the database
	Files  *files.Store // may be in S3
	Temp   string       // folder with room for a copy of the database
}

// Format is the version of the archive.
const Format = 1

// names in the archive.
const (
	headName  = "carnet-backup.json"
	dbName    = "database"
	filesName = "files/"
	endName   = "end.json"
)

// Head begins an archive.
type Head struct {
	Format  int        `json:"format"`
	Program string     `json:"program"` // version that wrote it
	Engine  db.Dialect `json:"engine"`
	Schema  int64      `json:"schema"` // number of the last migration
	At      time.Time  `json:"at"`
}

// Summary ends an archive. Without it an archive is broken off.
type Summary struct {
	Database string `json:"database"`       // SHA-256
	Size     int64  `json:"database_bytes"` // of the database
	Files    int    `json:"files"`
	Bytes    int64  `json:"files_bytes"`
}

// tempPrefix begins the names of folders that a backup or a restore works in.
const tempPrefix = "backup-"

// temp makes a folder for a copy of the database, and removes those that were left by
// what was killed more than a day ago.
func (in *Installation) temp() (string, error) {
	old, _ := filepath.Glob(filepath.Join(in.Temp, tempPrefix+"*")) // the pattern is good
	for _, dir := range old {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > 24*time.Hour {
			_ = os.RemoveAll(dir) // the next backup tries again
		}
	}
	dir, err := os.MkdirTemp(in.Temp, tempPrefix)
	if err != nil {
		return "", fmt.Errorf("making room for a copy of the database: %w", err)
	}
	return dir, nil
}

// Write writes an archive to w while others work. Files that come after the database was
// copied may be in it, too; they do no harm.
func Write(ctx context.Context, in *Installation, w io.Writer, program string) (s Summary, err error) {
	dir, err := in.temp()
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	head := Head{Format: Format, Program: program, Engine: db.Engine(in.Target), At: time.Now().UTC().Truncate(time.Second)}
	if head.Schema, err = db.Version(ctx, in.Target); err != nil {
		return s, err
	}
	copied := filepath.Join(dir, dbName)
	if err := db.Snapshot(ctx, in.Target, copied); err != nil {
		return s, err
	}
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed) // what is sealed is no smaller, however long one tries
	if err != nil {
		return s, fmt.Errorf("writing the backup: %w", err)
	}
	a := &archive{tar: tar.NewWriter(z), at: head.At}
	if err := a.json(headName, head); err != nil {
		return s, err
	}
	if s.Database, s.Size, err = a.file(ctx, dbName, copied); err != nil {
		return s, err
	}
	err = in.Files.Each(func(name string, _ time.Time) error {
		n, err := a.blob(ctx, in.Files, name)
		if errs.Is(err, errs.NotFound) { // removed meanwhile
			return nil
		}
		s.Files++
		s.Bytes += n
		return err
	})
	if err != nil {
		return s, err
	}
	if err := a.json(endName, s); err != nil {
		return s, err
	}
	if err := errors.Join(a.tar.Close(), z.Close()); err != nil {
		return s, fmt.Errorf("writing the backup: %w", err)
	}
	return s, nil
}

// archive is an archive that is being written.
type archive struct {
	tar *tar.Writer
	at  time.Time
}

func (a *archive) json(name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err == nil {
		err = a.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(b)), ModTime: a.at})
	}
	if err == nil {
		_, err = a.tar.Write(b)
	}
	if err != nil {
		return fmt.Errorf("writing the backup: %w", err)
	}
	return nil
}

// file adds the file at path and returns its SHA-256 and size.
func (a *archive) file(ctx context.Context, name, path string) (sum string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, fmt.Errorf("writing the backup: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	size, err = a.copy(ctx, name, f, h)
	return hex.EncodeToString(h.Sum(nil)), size, err
}

// blob adds a stored file, as it is stored.
func (a *archive) blob(ctx context.Context, store *files.Store, name string) (int64, error) {
	f, err := store.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return a.copy(ctx, filesName+name, f, nil)
}

func (a *archive) copy(ctx context.Context, name string, f *os.File, h hash.Hash) (int64, error) {
	info, err := f.Stat()
	if err == nil {
		err = a.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: a.at})
	}
	var n int64
	if err == nil {
		w := io.Writer(a.tar)
		if h != nil {
			w = io.MultiWriter(w, h)
		}
		n, err = io.Copy(w, reader{ctx, f})
	}
	if err != nil {
		return n, fmt.Errorf("writing the backup: %w", err)
	}
	return n, nil
}

// reader stops when ctx ends.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
