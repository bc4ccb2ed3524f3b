package files

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/carnetcrm/carnet/internal/errs"
)

// places are the stores that behave alike: a folder, and a bucket over real HTTP.
func places(t *testing.T) map[string]*Store {
	t.Helper()
	return map[string]*Store{"folder": newStore(t), "s3": bucketStore(t, nil)}
}

// bucketStore returns a store in a fake of S3; before sees every request.
func bucketStore(t *testing.T, before func(w http.ResponseWriter, r *http.Request) bool) *Store {
	t.Helper()
	fake := s3mem.New()
	if err := fake.CreateBucket("carnet"); err != nil {
		t.Fatal(err)
	}
	handler := gofakes3.New(fake).Server()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if before == nil || before(w, r) {
			handler.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	s := inBucket(t, S3{Endpoint: srv.URL, Bucket: "carnet", Region: "eu-central-1",
		Key: "key", Secret: "secret", Prefix: "a/b/", PathStyle: true})
	return s
}

func TestPlaces(t *testing.T) {
	for name, s := range places(t) {
		t.Run(name, func(t *testing.T) {
			info := put(t, s, "Name,Phone\nAnna,1\nJan,2\n")
			if st, err := s.Stat(info.Hash); err != nil || st != info || st.Type != CSV {
				t.Errorf("Stat = %+v, %v", st, err)
			}
			f, err := s.Open(info.Hash)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if got, err := io.ReadAll(f); err != nil || !strings.HasPrefix(string(got), "Name,Phone") {
				t.Errorf("content = %q, %v", got, err)
			}
			seen := 0
			err = s.Each(func(hash string, stored time.Time) error {
				seen++
				if hash != info.Hash || time.Since(stored) > time.Hour {
					t.Errorf("Each: %q at %s", hash, stored)
				}
				return nil
			})
			if err != nil || seen != 1 {
				t.Errorf("Each saw %d, %v", seen, err)
			}
			for range 2 {
				if err := s.Delete(info.Hash); err != nil {
					t.Error(err)
				}
			}
			if _, err := s.Open(info.Hash); !errs.Is(err, errs.NotFound) {
				t.Errorf("opened after deletion: %v", err)
			}
			if left := leftovers(t, s); len(left) > 0 {
				t.Errorf("left: %q", left)
			}
		})
	}
}

func TestSealed(t *testing.T) {
	sheet := archive(t, "[Content_Types].xml", "xl/workbook.xml")
	for place, s := range places(t) {
		for name, c := range map[string]struct{ content, kind string }{
			"empty": {"", Binary}, "pdf": {"%PDF-1.7\nPASSPORT 123", PDF}, "workbook": {sheet, XLSX},
			"one segment and more": {strings.Repeat("JKL123456 ", segment/10+7), Text},
		} {
			t.Run(place+" "+name, func(t *testing.T) {
				info, key, err := s.PutSealed(t.Context(), strings.NewReader(c.content), 0)
				if err != nil {
					t.Fatal(err)
				}
				if info.Size != int64(len(c.content)) || info.Type != c.kind {
					t.Errorf("info = %+v", info)
				}
				r, err := s.OpenSealed(t.Context(), info.Hash, key)
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(r)
				if err != nil || string(got) != c.content {
					t.Errorf("read %d bytes, %v", len(got), err)
				}
				if err := r.Close(); err != nil {
					t.Error(err)
				}
				f, err := s.Open(info.Hash)
				if err != nil {
					t.Fatal(err)
				}
				raw, err := io.ReadAll(f)
				if err != nil || bytes.Contains(raw, []byte("JKL12")) || bytes.Contains(raw, []byte("PASSPORT")) {
					t.Errorf("the store knows the content (%v)", err)
				}
				if err := f.Close(); err != nil {
					t.Error(err)
				}
				_, other, err := s.PutSealed(t.Context(), strings.NewReader(c.content), 0)
				if err != nil || other == key {
					t.Fatalf("the same key twice, %v", err)
				}
				for _, wrong := range []string{other, "", "x", key[:20]} {
					if _, err := s.OpenSealed(t.Context(), info.Hash, wrong); !errors.Is(err, ErrSealed) {
						t.Errorf("opened with %q: %v", wrong, err)
					}
				}
				if _, err := s.OpenSealed(t.Context(), strings.Repeat("0", 64), key); !errs.Is(err, errs.NotFound) {
					t.Errorf("a blob that isn't there: %v", err)
				}
			})
		}
	}
}

// TestDamagedSealed flips a bit in the last segment and cuts the end: neither passes
// for content.
func TestDamagedSealed(t *testing.T) {
	s := newStore(t)
	info, key, err := s.PutSealed(t.Context(), strings.NewReader(strings.Repeat("x", 3*segment)), 0)
	if err != nil {
		t.Fatal(err)
	}
	path := folder(s.dir).path(info.Hash)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-1] ^= 1
	for name, content := range map[string][]byte{"flipped": flipped, "cut": whole[:len(whole)-100], "cut at a segment": whole[:2*segment]} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := s.OpenSealed(t.Context(), info.Hash, key)
		if err != nil {
			t.Fatalf("%s: the first segment is whole: %v", name, err)
		}
		if _, err := io.Copy(io.Discard, r); !errors.Is(err, ErrSealed) {
			t.Errorf("%s: %v", name, err)
		}
		_ = r.Close()
	}
}

func TestNothingSealedStaysBehind(t *testing.T) {
	broken := errors.New("the line went dead")
	for place, s := range places(t) {
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		_, _, err := s.PutSealed(t.Context(), strings.NewReader(strings.Repeat("x", 101)), 100)
		if !errs.Is(err, errs.TooLarge) {
			t.Errorf("%s: too large: %v", place, err)
		}
		_, _, err = s.PutSealed(t.Context(), io.MultiReader(io.LimitReader(zeros{}, 5*segment), iotest.ErrReader(broken)), 0)
		if !errors.Is(err, broken) {
			t.Errorf("%s: aborted: %v", place, err)
		}
		if _, _, err = s.PutSealed(cancelled, strings.NewReader("x"), 0); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: cancelled: %v", place, err)
		}
		err = s.Each(func(hash string, _ time.Time) error { t.Errorf("%s stored %s", place, hash); return nil })
		if left := leftovers(t, s); err != nil || len(left) > 0 {
			t.Errorf("%s left %q, %v", place, left, err)
		}
	}
}

func TestFullDiskSealed(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here: ", err)
	}
	for place, s := range places(t) {
		s.create = func() (*os.File, error) {
			name := filepath.Join(s.tmpDir(), "put-full")
			if err := os.Symlink("/dev/full", name); err != nil {
				return nil, err
			}
			return os.OpenFile(name, os.O_RDWR, 0)
		}
		for _, content := range []string{"short", strings.Repeat("x", 3*segment)} {
			_, _, err := s.PutSealed(t.Context(), strings.NewReader(content), 0)
			var e *errs.Error
			if !errors.As(err, &e) || e.Kind != errs.Unavailable || e.Key != "error.disk_full" {
				t.Errorf("%s: a full disk: %v", place, err)
			}
			if left := leftovers(t, s); len(left) > 0 {
				t.Errorf("%s left %q", place, left)
			}
		}
	}
}

// zeros is content without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestFlatMemory stores and reads 300 MB in both places; the heap stays small.
func TestFlatMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("600 MB through the disk")
	}
	const size = 300_000_000
	// The fake keeps its content in memory, so the bucket is one that forgets it.
	var parts atomic.Int64
	sink := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}
		switch q := r.URL.Query(); {
		case r.Method == http.MethodPut:
			parts.Add(1)
			w.Header().Set("ETag", `"x"`)
		case q.Has("uploads"):
			_, _ = io.WriteString(w, "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>")
		default:
			_, _ = io.WriteString(w, `<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>`)
		}
	}))
	defer sink.Close()
	remote := inBucket(t, S3{Endpoint: sink.URL, Bucket: "b", Region: "r", Key: "k", Secret: "s", PathStyle: true})
	local := newStore(t)
	for name, s := range map[string]*Store{"folder": local, "s3": remote} {
		peak := watchHeap(func() {
			info, key, err := s.PutSealed(t.Context(), io.LimitReader(noise(), size), 0)
			if err != nil || info.Size != size {
				t.Fatalf("%s: %+v, %v", name, info, err)
			}
			if s == remote {
				return
			}
			r, err := s.OpenSealed(t.Context(), info.Hash, key)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := io.Copy(io.Discard, r); err != nil || n != size {
				t.Errorf("%s: read %d, %v", name, n, err)
			}
			_ = r.Close()
		})
		if peak > 60<<20 {
			t.Errorf("%s: the heap grew to %d MB", name, peak>>20)
		}
	}
	if n := parts.Load(); n != 18 {
		t.Errorf("sent in %d parts", n)
	}
}

func noise() io.Reader { return rand.NewChaCha8([32]byte{1}) }

// watchHeap runs fn and returns the largest heap that was seen meanwhile.
func watchHeap(fn func()) uint64 {
	runtime.GC()
	done, peak := make(chan struct{}), make(chan uint64)
	go func() {
		var top uint64
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			top = max(top, m.HeapAlloc)
			select {
			case <-done:
				peak <- top
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	fn()
	close(done)
	return <-peak
}

// TestBigInBucket sends a blob in parts, and again with a part that fails: nothing of
// it is left in the bucket.
func TestBigInBucket(t *testing.T) {
	var fail, aborted atomic.Bool
	s := bucketStore(t, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodDelete && r.URL.Query().Has("uploadId") {
			aborted.Store(true)
		}
		if fail.Load() && r.URL.Query().Get("partNumber") == "2" {
			w.WriteHeader(http.StatusForbidden)
			return false
		}
		return true
	})
	content := make([]byte, 2*part+100)
	_, _ = io.ReadFull(noise(), content)
	info, key, err := s.PutSealed(t.Context(), bytes.NewReader(content), 0)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.OpenSealed(t.Context(), info.Hash, key)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content) {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
	if err := s.Delete(info.Hash); err != nil {
		t.Fatal(err)
	}
	fail.Store(true)
	if _, _, err := s.PutSealed(t.Context(), bytes.NewReader(content), 0); !errs.Is(err, errs.Unavailable) {
		t.Errorf("a part was refused: %v", err)
	}
	if !aborted.Load() {
		t.Error("the parts stay in the bucket")
	}
	if err := s.Each(func(hash string, _ time.Time) error { t.Errorf("stored %s", hash); return nil }); err != nil {
		t.Error(err)
	}
}

// inBucket is a store whose blobs are in S3.
func inBucket(t *testing.T, c S3) *Store {
	t.Helper()
	blobs, err := NewS3(c)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Over(filepath.Join(t.TempDir(), "files"), blobs)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestBucketDown has nobody at the address: every act says so in the user's words.
func TestBucketDown(t *testing.T) {
	s := inBucket(t, S3{Endpoint: "http://127.0.0.1:1", Bucket: "b", Region: "r", Key: "k", Secret: "s", PathStyle: true})
	name := strings.Repeat("a", 64)
	_, _, put := s.PutSealed(t.Context(), strings.NewReader("x"), 0)
	_, open := s.Open(name)
	for act, err := range map[string]error{"put": put, "open": open, "delete": s.Delete(name),
		"each": s.Each(func(string, time.Time) error { return nil })} {
		var e *errs.Error
		if !errors.As(err, &e) || e.Kind != errs.Unavailable || e.Key != "file.store_down" {
			t.Errorf("%s: %v", act, err)
		}
	}
	if left := leftovers(t, s); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}
