// Package files keeps blobs (logos, passport images, documents, import files) in a
// folder or in an S3-compatible store, named by the hash of their content: the same
// file is stored once, and a name that a user typed never becomes a path.
//
// Put keeps content as it is. PutSealed encrypts it on its way, under a key of its own
// that the caller keeps: the store, its disks and its backups never hold it in the clear.
package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/carnetcrm/carnet/internal/errs"
)

// Store takes uploads in and gives them back. What arrives is written to a local file
// first, whatever the place it goes to: only then are its hash and its type known, and
// a slow upload never holds a connection to the place. It is safe for use by several
// goroutines and processes.
type Store struct {
	dir    string                   // uploads on their way are in dir/tmp
	blobs  Blobs                    // where they go
	create func() (*os.File, error) // a new file for an upload; a test makes it a full disk
}

// Blobs is a place for blobs. It is given valid names only.
type Blobs interface {
	// Put makes the content of f, size bytes from its beginning, the blob name.
	// It returns when it is safely stored. f may be gone from its path afterwards.
	Put(ctx context.Context, name string, f *os.File, size int64) error
	// Get opens a blob, errs.NotFound when there is none.
	Get(ctx context.Context, name string) (io.ReadCloser, error)
	// Delete removes a blob; one that isn't there is no error.
	Delete(ctx context.Context, name string) error
	// Each calls fn for every blob with the time it was stored.
	Each(ctx context.Context, fn func(name string, stored time.Time) error) error
}

// S3 says where an S3-compatible store is.
type S3 struct {
	Endpoint  string // "" is that of AWS in the region
	Bucket    string
	Region    string
	Key       string
	Secret    string
	Prefix    string // of all names, such as "carnet/"
	PathStyle bool   // the bucket is in the path, not in the host name: stores of one's own
}

// Info describes a stored blob.
type Info struct {
	Hash string // name of the blob: SHA-256 of what is stored, 64 hexadecimal digits
	Size int64  // bytes of the content
	Type string // what the content is, one of the Type constants
}

// New returns the store in dir, which is created readable by its owner only. Left-overs
// of uploads that a crash interrupted more than a day ago are removed.
func New(dir string) (*Store, error) { return Over(dir, folder(dir)) }

// Over returns a store of what blobs holds. Uploads are in dir until they are whole.
func Over(dir string, blobs Blobs) (*Store, error) {
	s := &Store{dir: dir, blobs: blobs}
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

// validHash keeps anything but our own names from reaching the file system.
func validHash(h string) bool {
	return len(h) == 64 && strings.Trim(h, "0123456789abcdef") == ""
}

// Put stores what r holds and returns when it is safely on disk. More than limit bytes
// are errs.TooLarge; a full disk is errs.Unavailable; in every failure, and when ctx
// ends, nothing stays behind. limit 0 means no limit.
func (s *Store) Put(ctx context.Context, r io.Reader, limit int64) (Info, error) {
	return s.put(ctx, r, limit, func(w io.Writer) (io.WriteCloser, error) { return asIs{w}, nil })
}

// asIs passes on what is written.
type asIs struct{ io.Writer }

func (asIs) Close() error { return nil }

// put stores what r holds as through lets it come out.
func (s *Store) put(ctx context.Context, r io.Reader, limit int64, through func(io.Writer) (io.WriteCloser, error)) (Info, error) {
	tmp, err := s.create()
	if err != nil {
		return Info{}, diskError("storing a file", err)
	}
	defer func() {
		_ = tmp.Close()           // closed already when all went well
		_ = os.Remove(tmp.Name()) // moved already when all went well
	}()
	stored := &counter{out: tmp, sum: sha256.New()}
	w := &writer{}
	out, err := through(stored)
	if err == nil {
		w.out = out
		err = s.copy(ctx, w, r, limit)
	}
	if err == nil {
		if err = errors.Join(out.Close(), tmp.Sync()); err != nil {
			err = diskError("storing a file", err)
		}
	}
	if stored.err != nil { // what goes through a cipher loses the cause on its way
		return Info{}, diskError("storing a file", stored.err)
	}
	if err != nil {
		return Info{}, err
	}
	info := Info{Hash: hex.EncodeToString(stored.sum.Sum(nil)), Size: w.n, Type: w.kind()}
	if err := s.blobs.Put(ctx, info.Hash, tmp, stored.n); err != nil {
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

// counter counts and hashes what is stored.
type counter struct {
	out io.Writer
	sum hash.Hash
	n   int64
	err error // the first of out
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.out.Write(p)
	c.sum.Write(p[:n])
	c.n += int64(n)
	if c.err == nil {
		c.err = err
	}
	return n, err
}

// writer counts the content and remembers its beginning and, of an archive, its end,
// where the names of its files are: by them the type is told.
type writer struct {
	out        io.Writer
	head, tail []byte
	n          int64
}

// tailLen is enough for the directory of a workbook of hundreds of sheets.
const tailLen = 64 << 10

func (w *writer) Write(p []byte) (int, error) {
	n, err := w.out.Write(p)
	w.n += int64(n)
	if room := sniffLen - len(w.head); room > 0 {
		w.head = append(w.head, p[:min(room, n)]...)
	}
	if bytes.HasPrefix(w.head, []byte(zipMagic)) {
		w.tail = append(w.tail, p[:n]...)
		if len(w.tail) > 2*tailLen {
			w.tail = append(w.tail[:0], w.tail[len(w.tail)-tailLen:]...)
		}
	}
	return n, err
}

func (w *writer) kind() string {
	kind := Sniff(w.head)
	if kind == typeZip {
		return zipType(tail{w.tail, w.n - int64(len(w.tail))}, w.n)
	}
	return kind
}

// tail reads the end of a content of which the rest is gone; it reads as zeros.
type tail struct {
	end  []byte
	from int64 // where end begins
}

func (t tail) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	for ; n < len(p) && off+int64(n) < t.from; n++ {
		p[n] = 0
	}
	if at := off + int64(n) - t.from; at < int64(len(t.end)) {
		n += copy(p[n:], t.end[at:])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Open returns the content of a blob, errs.NotFound when there is none of that hash.
// Of a blob that isn't in a folder here it is a copy, gone when it is closed.
func (s *Store) Open(hash string) (*os.File, error) {
	if !validHash(hash) {
		return nil, errs.Missing()
	}
	ctx := context.Background()
	r, err := s.blobs.Get(ctx, hash)
	if err != nil {
		return nil, err
	}
	if f, ok := r.(*os.File); ok {
		return f, nil
	}
	defer r.Close()
	f, err := s.create()
	if err != nil {
		return nil, diskError("fetching a file", err)
	}
	_ = os.Remove(f.Name()) // what is open can still be read
	_, err = io.Copy(f, r)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		_ = f.Close()
		return nil, diskError("fetching a file", err)
	}
	return f, nil
}

// Stat returns the description of a blob that Put stored, errs.NotFound when there is
// none.
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
	return s.blobs.Delete(context.Background(), hash)
}

// Each calls fn for every blob with the time it was stored, until fn returns an error.
// Clean-up uses it to find blobs that no record refers to.
func (s *Store) Each(fn func(hash string, stored time.Time) error) error {
	return s.blobs.Each(context.Background(), fn)
}

// diskError says in the user's words that there is no room; other errors stay ours.
func diskError(doing string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EROFS) {
		return errs.Wrap(err, errs.Unavailable, "error.disk_full")
	}
	return fmt.Errorf("%s: %w", doing, err)
}
