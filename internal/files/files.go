// Package files keeps blobs (logos, passport images, documents, import files) on disk,
// named by the hash of their content: the same file is stored once, and a name that a
// user typed never becomes a path.
package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/carnetcrm/carnet/internal/errs"
)

// Store is a folder of blobs. It is safe for use by several goroutines and processes.
type Store struct {
	dir    string
	create func() (*os.File, error) // a new file for an upload; a test makes it a full disk
}

// Info describes a stored blob.
type Info struct {
	Hash string // SHA-256 of the content, 64 hexadecimal digits
	Size int64  // bytes
	Type string // what the content is, one of the Type constants
}

// New returns the store in dir, which is created readable by its owner only. Left-overs
// of uploads that a crash interrupted more than a day ago are removed.
func New(dir string) (*Store, error) {
	s := &Store{dir: dir}
	s.create = func() (*os.File, error) { return os.CreateTemp(s.tmpDir(), "put-*") }
	if err := os.MkdirAll(s.tmpDir(), 0o700); err != nil {
		return nil, fmt.Errorf("making the folder for files: %w", err)
	}
	entries, err := os.ReadDir(s.tmpDir())
	if err != nil {
		return nil, fmt.Errorf("reading the folder for files: %w", err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > 24*time.Hour {
			_ = os.Remove(filepath.Join(s.tmpDir(), e.Name())) // the next start tries again
		}
	}
	return s, nil
}

func (s *Store) tmpDir() string { return filepath.Join(s.dir, "tmp") }

// path spreads the blobs over 256 folders, which every file system handles well.
func (s *Store) path(hash string) string { return filepath.Join(s.dir, hash[:2], hash) }

// validHash keeps anything but our own names from reaching the file system.
func validHash(h string) bool {
	return len(h) == 64 && strings.Trim(h, "0123456789abcdef") == ""
}

// Put stores what r holds and returns when it is safely on disk. More than limit bytes
// are errs.TooLarge; a full disk is errs.Unavailable; in every failure, and when ctx
// ends, nothing stays behind. limit 0 means no limit.
func (s *Store) Put(ctx context.Context, r io.Reader, limit int64) (info Info, err error) {
	tmp, err := s.create()
	if err != nil {
		return Info{}, diskError("storing a file", err)
	}
	defer func() {
		_ = tmp.Close()           // closed already when all went well
		_ = os.Remove(tmp.Name()) // moved already when all went well
	}()
	w := &writer{out: tmp, sum: sha256.New()}
	if err := s.copy(ctx, w, r, limit); err != nil {
		return Info{}, err
	}
	info = Info{Hash: hex.EncodeToString(w.sum.Sum(nil)), Size: w.n, Type: Sniff(w.head)}
	if info.Type == typeZip {
		info.Type = zipType(tmp, w.n)
	}
	if err := tmp.Sync(); err != nil {
		return Info{}, diskError("storing a file", err)
	}
	if err := tmp.Close(); err != nil {
		return Info{}, diskError("storing a file", err)
	}
	if err := s.publish(tmp.Name(), info.Hash); err != nil {
		return Info{}, err
	}
	return info, nil
}

// copy moves the content through w, watching the limit and ctx.
func (s *Store) copy(ctx context.Context, w *writer, r io.Reader, limit int64) error {
	if limit > 0 {
		r = io.LimitReader(r, limit+1)
	}
	buf := make([]byte, 64<<10)
	for {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("storing a file: %w", err)
		}
		n, readErr := r.Read(buf)
		if _, err := w.Write(buf[:n]); err != nil {
			return diskError("storing a file", err)
		}
		if limit > 0 && w.n > limit {
			return errs.New(errs.TooLarge, "error.too_large", "Max", megabytes(limit))
		}
		if errors.Is(readErr, io.EOF) {
			return nil
		}
		if readErr != nil {
			return fmt.Errorf("reading an upload: %w", readErr)
		}
	}
}

// megabytes writes a limit for a message; MB is understood in all five languages.
func megabytes(n int64) string {
	if n < 1_000_000 {
		return fmt.Sprintf("%d kB", n/1000)
	}
	return fmt.Sprintf("%d MB", n/1_000_000)
}

// publish gives the blob its name. A blob that is there already has the same content.
func (s *Store) publish(tmp, hash string) error {
	dest := s.path(hash)
	if err := os.MkdirAll(filepath.Dir(dest), 0o700); err != nil {
		return diskError("storing a file", err)
	}
	if err := os.Rename(tmp, dest); err != nil {
		return diskError("storing a file", err)
	}
	// Without this a power cut can forget the name, although the content is there.
	for _, dir := range []string{filepath.Dir(dest), s.dir} {
		d, err := os.Open(dir)
		if err != nil {
			return diskError("storing a file", err)
		}
		err = errors.Join(d.Sync(), d.Close())
		if err != nil {
			return diskError("storing a file", err)
		}
	}
	return nil
}

// writer counts, hashes and remembers the beginning of what goes to disk.
type writer struct {
	out  io.Writer
	sum  hash.Hash
	head []byte
	n    int64
}

func (w *writer) Write(p []byte) (int, error) {
	n, err := w.out.Write(p)
	w.sum.Write(p[:n])
	w.n += int64(n)
	if room := sniffLen - len(w.head); room > 0 {
		w.head = append(w.head, p[:min(room, n)]...)
	}
	return n, err
}

// Open returns the content of a blob, errs.NotFound when there is none of that hash.
func (s *Store) Open(hash string) (*os.File, error) {
	if !validHash(hash) {
		return nil, errs.Missing()
	}
	f, err := os.Open(s.path(hash))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errs.Wrap(err, errs.NotFound, "error.not_found")
	}
	if err != nil {
		return nil, fmt.Errorf("opening a stored file: %w", err)
	}
	return f, nil
}

// Stat returns the description of a blob, errs.NotFound when there is none.
func (s *Store) Stat(hash string) (Info, error) {
	f, err := s.Open(hash)
	if err != nil {
		return Info{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return Info{}, fmt.Errorf("reading a stored file: %w", err)
	}
	head := make([]byte, sniffLen)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return Info{}, fmt.Errorf("reading a stored file: %w", err)
	}
	info := Info{Hash: hash, Size: st.Size(), Type: Sniff(head[:n])}
	if info.Type == typeZip {
		info.Type = zipType(f, info.Size)
	}
	return info, nil
}

// Delete removes a blob; one that isn't there is no error. The caller knows whether
// another record still refers to the same content.
func (s *Store) Delete(hash string) error {
	if !validHash(hash) {
		return nil
	}
	if err := os.Remove(s.path(hash)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("deleting a stored file: %w", err)
	}
	return nil
}

// Each calls fn for every blob with the time it was stored, until fn returns an error.
// Clean-up uses it to find blobs that no record refers to.
func (s *Store) Each(fn func(hash string, stored time.Time) error) error {
	return filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !validHash(d.Name()) {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // deleted meanwhile
		}
		if err != nil {
			return fmt.Errorf("listing stored files: %w", err)
		}
		return fn(d.Name(), info.ModTime())
	})
}

// diskError says in the user's words that there is no room; other errors stay ours.
func diskError(doing string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EROFS) {
		return errs.Wrap(err, errs.Unavailable, "error.disk_full")
	}
	return fmt.Errorf("%s: %w", doing, err)
}
