package files

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/carnetcrm/carnet/internal/errs"
)

func newStore(t *testing.T) *Store {
	t.Helper()
	s, err := New(filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t *testing.T, s *Store, content string) Info {
	t.Helper()
	info, err := s.Put(t.Context(), strings.NewReader(content), 0)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// leftovers lists everything in the store that isn't a folder.
func leftovers(t *testing.T, s *Store) (names []string) {
	t.Helper()
	err := filepath.WalkDir(s.dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestPutOpenDelete(t *testing.T) {
	s := newStore(t)
	info := put(t, s, "hello\nworld\n")
	if info.Hash != "4a1e67f2fe1d1cc7b31d0ca2ec441da4778203a036a77da10344c85e24ff0f92" || info.Size != 12 || info.Type != Text {
		t.Errorf("info = %+v", info)
	}
	if again := put(t, s, "hello\nworld\n"); again != info || len(leftovers(t, s)) != 1 {
		t.Errorf("the same content twice: %+v, %q", again, leftovers(t, s))
	}
	f, err := s.Open(info.Hash)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(f)
	if err != nil || string(got) != "hello\nworld\n" {
		t.Errorf("content = %q, %v", got, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if st, err := s.Stat(info.Hash); err != nil || st != info {
		t.Errorf("Stat = %+v, %v", st, err)
	}
	seen := 0
	err = s.Each(func(hash string, stored time.Time) error {
		seen++
		if hash != info.Hash || time.Since(stored) > time.Hour {
			t.Errorf("Each: %s at %s", hash, stored)
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
	mode, err := os.Stat(s.dir)
	if err != nil || mode.Mode().Perm() != 0o700 {
		t.Errorf("mode of the folder: %v, %v", mode.Mode(), err)
	}
}

func TestNothingStaysBehind(t *testing.T) {
	s := newStore(t)
	broken := errors.New("the line went dead")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx   context.Context
		r     io.Reader
		limit int64
		check func(error) bool
	}{
		"too large":     {t.Context(), strings.NewReader(strings.Repeat("x", 101)), 100, func(err error) bool { return errs.Is(err, errs.TooLarge) }},
		"broken upload": {t.Context(), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken)), 0, func(err error) bool { return errors.Is(err, broken) }},
		"cancelled":     {cancelled, strings.NewReader("x"), 0, func(err error) bool { return errors.Is(err, context.Canceled) }},
	} {
		if _, err := s.Put(c.ctx, c.r, c.limit); !c.check(err) {
			t.Errorf("%s: %v", name, err)
		}
		if left := leftovers(t, s); len(left) > 0 {
			t.Errorf("%s left %q", name, left)
		}
	}
	if _, err := s.Put(t.Context(), strings.NewReader(strings.Repeat("x", 100)), 100); err != nil {
		t.Errorf("exactly the limit: %v", err)
	}
}

// TestFullDisk writes to the device that is always full.
func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here: ", err)
	}
	s := newStore(t)
	s.create = func() (*os.File, error) {
		name := filepath.Join(s.tmpDir(), "put-full")
		if err := os.Symlink("/dev/full", name); err != nil {
			return nil, err
		}
		return os.OpenFile(name, os.O_RDWR, 0)
	}
	_, err := s.Put(t.Context(), strings.NewReader("content"), 0)
	var e *errs.Error
	if !errors.As(err, &e) || e.Kind != errs.Unavailable || e.Key != "error.disk_full" {
		t.Errorf("a full disk: %v", err)
	}
	if left := leftovers(t, s); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	if err := diskError("storing", errors.New("other")); errs.Is(err, errs.Unavailable) {
		t.Errorf("another error: %v", err)
	}
}

func TestForeignNames(t *testing.T) {
	s := newStore(t)
	secret := filepath.Join(filepath.Dir(s.dir), "secret")
	if err := os.WriteFile(secret, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, h := range []string{"", "..", "../secret", "../../etc/passwd", strings.Repeat("A", 64), strings.Repeat("a", 63) + "/",
		strings.Repeat("a", 64)} {
		if _, err := s.Open(h); !errs.Is(err, errs.NotFound) {
			t.Errorf("Open(%q): %v", h, err)
		}
		if _, err := s.Stat(h); !errs.Is(err, errs.NotFound) {
			t.Errorf("Stat(%q): %v", h, err)
		}
		if err := s.Delete(h); err != nil {
			t.Errorf("Delete(%q): %v", h, err)
		}
	}
	if _, err := os.Stat(secret); err != nil {
		t.Error("a foreign file is gone")
	}
}

func TestOldUploadsAreRemoved(t *testing.T) {
	s := newStore(t)
	old, young := filepath.Join(s.tmpDir(), "put-old"), filepath.Join(s.tmpDir(), "put-young")
	for _, f := range []string{old, young} {
		if err := os.WriteFile(f, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	then := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(old, then, then); err != nil {
		t.Fatal(err)
	}
	if _, err := New(s.dir); err != nil {
		t.Fatal(err)
	}
	if left := leftovers(t, s); len(left) != 1 || left[0] != young {
		t.Errorf("left: %q", left)
	}
}

func TestTogether(t *testing.T) {
	s := newStore(t)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() { put(t, s, "the same content from everybody") })
	}
	wg.Wait()
	if left := leftovers(t, s); len(left) != 1 {
		t.Errorf("stored: %q", left)
	}
}

// archive returns a zip file with empty files of the names.
func archive(t *testing.T, names ...string) string {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, n := range names {
		if _, err := z.Create(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestTypes(t *testing.T) {
	s := newStore(t)
	for name, c := range map[string]struct{ content, want string }{
		"jpeg": {"\xff\xd8\xff\xe0\x00\x10JFIF", JPEG}, "png": {"\x89PNG\r\n\x1a\nxxxx", PNG}, "gif": {"GIF89a\x01", GIF},
		"webp": {"RIFF\x10\x00\x00\x00WEBPVP8 ", WebP}, "pdf": {"%PDF-1.7\n\x00", PDF}, "pdf late": {"\r\n%PDF-1.4\x00", PDF},
		"workbook": {archive(t, "[Content_Types].xml", "xl/workbook.xml"), XLSX}, "other zip": {archive(t, "word/document.xml"), Binary},
		"half zip": {"PK\x03\x04xxxx", Binary}, "old excel": {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xx", XLS},
		"vcard": {"BEGIN:VCARD\r\nVERSION:3.0\r\n", VCard}, "vcard bom": {"\xef\xbb\xbfbegin:vcard\n", VCard},
		"csv": {"Name,Phone\nAnna,1\nJan,2\n", CSV}, "semicolons": {"Nazwisko;Imię\r\nŻak;Anna\r\n", CSV},
		"tabs": {"a\tb\n1\t2\n", CSV}, "cp1250": {"Nazwisko;Imi\xea\nNowak;Stanis\xb3aw\n", CSV},
		"title above": {"Client list;;\nName;Tel\nA;1\n", CSV}, "header only": {"Name;Phone;Mail", CSV},
		"utf16": {"\xff\xfeN\x00a\x00,\x00b\x00\n\x001\x00,\x002\x00\n\x00", CSV},
		"text":  {"Dear Anna, thank you.\nSee you soon.\n", Text}, "html": {"<html><script>a;b</script>\n<p>a;b</html>", Text},
		"svg": {"<svg xmlns='x' onload='a,b'>\n,</svg>", Text}, "json": {"{\"a\":1,\n\"b\":2,\n\"c\":3,}", Text},
		"empty": {"", Binary}, "program": {"\x7fELF\x02\x01\x01\x00", Binary},
	} {
		info := put(t, s, c.content)
		if info.Type != c.want {
			t.Errorf("%s is %s, want %s", name, info.Type, c.want)
		}
		if st, err := s.Stat(info.Hash); err != nil || st != info {
			t.Errorf("%s: Stat = %+v, %v", name, st, err)
		}
	}
}

func TestRealImports(t *testing.T) {
	names, _ := filepath.Glob("../../../shared/data/imports/*.csv")
	cards, _ := filepath.Glob("../../../shared/data/imports/vcard/*.vcf")
	if len(names) == 0 {
		t.Skip("no sample data here")
	}
	s := newStore(t)
	for _, name := range append(names, cards...) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		want := CSV
		if strings.HasSuffix(name, ".vcf") {
			want = VCard
		}
		if got := put(t, s, string(data)).Type; got != want {
			t.Errorf("%s is %s", filepath.Base(name), got)
		}
	}
}

func FuzzSniff(f *testing.F) {
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("a;b\nc;d"))
	f.Add([]byte("\xff\xfea\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if kind := Sniff(b); kind == "" {
			t.Errorf("no type for %q", b)
		}
	})
}
