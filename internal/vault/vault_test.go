package vault

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func open(t *testing.T, key, file string) *Vault {
	t.Helper()
	v, _, err := New(key, file)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func seal(t *testing.T, v *Vault, plain, place string) string {
	t.Helper()
	s, err := v.Seal([]byte(plain), place)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSealAndOpen(t *testing.T) {
	file := filepath.Join(t.TempDir(), "data", FileName)
	v, created, err := New("", file)
	if err != nil || !created {
		t.Fatalf("first start: created %v, %v", created, err)
	}
	for _, plain := range []string{"", "AB1234567", strings.Repeat("żółw", 10000)} {
		s := seal(t, v, plain, "traveler/7")
		if plain != "" && strings.Contains(s, plain) {
			t.Error("the plain text shows")
		}
		if s == seal(t, v, plain, "traveler/7") {
			t.Error("two seals of one value are equal")
		}
		got, err := v.Open(s, "traveler/7")
		if err != nil || string(got) != plain {
			t.Errorf("opened %q, %v", got, err)
		}
		if _, err := v.Open(s, "traveler/8"); !errors.Is(err, ErrDamaged) {
			t.Errorf("opened for another place: %v", err)
		}
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	again, created, err := New("", file)
	if err != nil || created {
		t.Fatalf("second start: created %v, %v", created, err)
	}
	if got, err := again.Open(seal(t, v, "x", "y"), "y"); err != nil || string(got) != "x" {
		t.Errorf("after a restart: %q, %v", got, err)
	}
}

func TestDamage(t *testing.T) {
	v := open(t, "", filepath.Join(t.TempDir(), FileName))
	s := seal(t, v, "secret", "here")
	for i := len(prefix); i < len(s); i += 7 {
		b := []byte(s)
		b[i] = 'A' + (b[i]-'A'+1)%26
		if string(b) == s {
			continue
		}
		if plain, err := v.Open(string(b), "here"); err == nil {
			t.Errorf("changed at %d and opened as %q", i, plain)
		}
	}
	for _, bad := range []string{"", "secret", "v1:", "v1:AAAA", s[:20], s[len(prefix):], s + "A", "v1:!!!!"} {
		if _, err := v.Open(bad, "here"); !errors.Is(err, ErrDamaged) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestLostKey(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, FileName)
	v := open(t, "", file)
	w, err := v.Witness()
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Verify(w); err != nil {
		t.Errorf("the right key: %v", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	other, created, err := New("", file)
	if err != nil || !created {
		t.Fatal(created, err)
	}
	if err := other.Verify(w); !errors.Is(err, ErrWrongKey) {
		t.Errorf("another key: %v", err)
	}
	if err := v.Verify(seal(t, v, "something else", witness)); !errors.Is(err, ErrDamaged) {
		t.Errorf("a wrong witness: %v", err)
	}
}

func TestBrokenKey(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"empty": "", "text": "my secret key", "base64": "AAAAAAAA", "half": ""} {
		if name == "half" {
			key, err := Generate()
			if err != nil {
				t.Fatal(err)
			}
			content = key[:len(key)/2]
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := New("", file); !errors.Is(err, ErrBadKey) {
			t.Errorf("%s: %v", name, err)
		}
		after, err := os.ReadFile(file)
		if err != nil || string(after) != content {
			t.Errorf("%s: the file was touched", name)
		}
	}
	if _, _, err := New("not a key", ""); !errors.Is(err, ErrBadKey) {
		t.Errorf("variable: %v", err)
	}
	if _, _, err := New("", dir); err == nil || errors.Is(err, ErrBadKey) {
		t.Errorf("a folder as key file: %v", err)
	}
}

func TestRotateFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), FileName)
	v := open(t, "", file)
	old := seal(t, v, "secret", "here")
	if v.Stale(old) {
		t.Error("stale before the rotation")
	}
	if out, changed, err := v.Reseal(old, "here"); err != nil || changed || out != old {
		t.Errorf("resealed without need: %v, %v", changed, err)
	}
	if variable, err := v.Rotate(); err != nil || variable != "" {
		t.Fatal(variable, err)
	}
	fresh, changed, err := v.Reseal(old, "here")
	if err != nil || !changed || !v.Stale(old) || v.Stale(fresh) {
		t.Errorf("reseal: %v, %v", changed, err)
	}
	if _, _, err := v.Reseal(old, "elsewhere"); !errors.Is(err, ErrDamaged) {
		t.Errorf("reseal for another place: %v", err)
	}
	again := open(t, "", file)
	for _, s := range []string{old, fresh} {
		if got, err := again.Open(s, "here"); err != nil || string(got) != "secret" {
			t.Errorf("after rotation and restart: %q, %v", got, err)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file after rotation: %v, %v", info.Mode(), err)
	}
}

func TestRotateVariable(t *testing.T) {
	key, err := Generate()
	if err != nil {
		t.Fatal(err)
	}
	v := open(t, key, "")
	old := seal(t, v, "secret", "here")
	next, err := v.Rotate()
	if err != nil || next == "" || next == key {
		t.Fatal("no new variable: ", err)
	}
	if got, err := open(t, next, "").Open(old, "here"); err != nil || string(got) != "secret" {
		t.Errorf("the new variable: %q, %v", got, err)
	}
	if _, err := open(t, key, "").Open(seal(t, v, "new", "here"), "here"); !errors.Is(err, ErrWrongKey) {
		t.Errorf("the old variable: %v", err)
	}
}

func TestTogether(t *testing.T) {
	v := open(t, "", filepath.Join(t.TempDir(), FileName))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				s, err := v.Seal([]byte("x"), "y")
				if err != nil {
					t.Error(err)
					return
				}
				if got, err := v.Open(s, "y"); err != nil || !bytes.Equal(got, []byte("x")) {
					t.Errorf("%q, %v", got, err)
				}
			}
		})
	}
	for range 3 {
		if _, err := v.Rotate(); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
}
