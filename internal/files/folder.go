package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/carnetcrm/carnet/internal/errs"
)

// folder keeps blobs in a folder, on the file system where the uploads are spooled.
type folder string

// path spreads the blobs over 256 folders, which every file system handles well.
func (d folder) path(name string) string { return filepath.Join(string(d), name[:2], name) }

// Put gives the blob its name. A blob that is there already has the same content.
func (d folder) Put(_ context.Context, name string, f *os.File, _ int64) error {
	if err := f.Close(); err != nil {
		return diskError("storing a file", err)
	}
	dest := d.path(name)
	if err := os.MkdirAll(filepath.Dir(dest), 0o700); err != nil {
		return diskError("storing a file", err)
	}
	if err := os.Rename(f.Name(), dest); err != nil {
		return diskError("storing a file", err)
	}
	// Without this a power cut can forget the name, although the content is there.
	for _, dir := range []string{filepath.Dir(dest), string(d)} {
		h, err := os.Open(dir)
		if err != nil {
			return diskError("storing a file", err)
		}
		if err = errors.Join(h.Sync(), h.Close()); err != nil {
			return diskError("storing a file", err)
		}
	}
	return nil
}

// Get opens the blob's file.
func (d folder) Get(_ context.Context, name string) (io.ReadCloser, error) {
	f, err := os.Open(d.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errs.Wrap(err, errs.NotFound, "error.not_found")
	}
	if err != nil {
		return nil, fmt.Errorf("opening a stored file: %w", err)
	}
	return f, nil
}

// Delete removes the blob's file.
func (d folder) Delete(_ context.Context, name string) error {
	if err := os.Remove(d.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("deleting a stored file: %w", err)
	}
	return nil
}

// Each walks through the folders.
func (d folder) Each(ctx context.Context, fn func(name string, stored time.Time) error) error {
	return filepath.WalkDir(string(d), func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !validHash(e.Name()) {
			return err
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("listing stored files: %w", err)
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // deleted meanwhile
		}
		if err != nil {
			return fmt.Errorf("listing stored files: %w", err)
		}
		return fn(e.Name(), info.ModTime())
	})
}
