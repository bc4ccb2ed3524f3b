package vault

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
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

// TestOtherProcess: two vaults on one file are two processes. What one seals with a new
// key, the other opens, and soon seals with it, too; forgotten keys open nothing.
func TestOtherProcess(t *testing.T) {
	file := filepath.Join(t.TempDir(), FileName)
	a := open(t, "", file)
	b := open(t, "", file)
	old := seal(t, b, "old", "here")
	if _, err := a.Rotate(); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Open(seal(t, a, "new", "here"), "here"); err != nil || string(got) != "new" {
		t.Fatalf("the other process opens %q, %v", got, err)
	}
	if b.Stale(seal(t, b, "again", "here")) {
		t.Error("the other process goes on with the old key")
	}
	c := open(t, "", file)
	if _, err := a.Rotate(); err != nil {
		t.Fatal(err)
	}
	c.looked.Store(0) // a second later
	if a.Stale(seal(t, c, "later", "here")) {
		t.Error("a process that only seals never notices")
	}
	// Both add a key from what they knew: neither is lost.
	fromA, fromB := "", ""
	for _, v := range []*Vault{a, b} {
		if _, err := v.Rotate(); err != nil {
			t.Fatal(err)
		}
		if v == a {
			fromA = seal(t, v, "a", "here")
		} else {
			fromB = seal(t, v, "b", "here")
		}
	}
	for _, s := range []string{fromA, fromB, old} {
		if _, err := open(t, "", file).Open(s, "here"); err != nil {
			t.Errorf("after two rotations: %v", err)
		}
	}
	if a.Keys() != 5 {
		t.Errorf("%d keys", a.Keys())
	}
	fresh, _, err := a.Reseal(old, "here")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Forget(); err != nil || a.Keys() != 1 {
		t.Fatalf("%d keys left, %v", a.Keys(), err)
	}
	if _, err := open(t, "", file).Open(old, "here"); !errors.Is(err, ErrWrongKey) {
		t.Errorf("a forgotten key: %v", err)
	}
	if got, err := b.Open(fresh, "here"); err != nil || string(got) != "old" {
		t.Errorf("resealed: %q, %v", got, err)
	}
	if left, _ := filepath.Glob(file + ".*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// fakeKMS speaks the protocol of the transit engine.
func fakeKMS(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in map[string]string
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error(err)
		}
		turn := func(s string) string { // stands for the encryption
			b := []byte(s)
			for i := range b {
				b[i] ^= 0x15
			}
			return string(b)
		}
		answer := map[string]any{}
		switch {
		case r.Header.Get("X-Vault-Token") != "letmein":
			w.WriteHeader(http.StatusForbidden)
			json.NewEncoder(w).Encode(map[string]any{"errors": []string{"permission denied"}})
			return
		case r.Method == "POST" && r.URL.Path == "/v1/transit/encrypt/carnet":
			answer["ciphertext"] = "vault:v1:" + base64.StdEncoding.EncodeToString([]byte(turn(in["plaintext"])))
		case r.Method == "POST" && r.URL.Path == "/v1/transit/decrypt/carnet":
			raw, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(in["ciphertext"], "vault:v1:"))
			answer["plaintext"] = turn(string(raw))
		default:
			w.WriteHeader(http.StatusNotFound)
			json.NewEncoder(w).Encode(map[string]any{"errors": []string{}})
			return
		}
		json.NewEncoder(w).Encode(map[string]any{"data": answer})
	}))
	t.Cleanup(s.Close)
	return s
}

func TestKMS(t *testing.T) {
	kms := fakeKMS(t)
	file := filepath.Join(t.TempDir(), FileName)
	plain := open(t, "", file)
	old := seal(t, plain, "secret", "here")
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	opt := Options{File: file, KMS: &KMS{URL: kms.URL + "/transit/keys/carnet", Token: "letmein"}}
	v, created, err := Load(opt) // takes a file over that wasn't encrypted
	if err != nil || created || v.Source() != "kms" {
		t.Fatal(created, err)
	}
	after, err := os.ReadFile(file)
	if err != nil || !bytes.HasPrefix(after, []byte("kms:vault:v1:")) || bytes.Contains(after, bytes.TrimSpace(before)) {
		t.Fatalf("the file: %.60q, %v", after, err)
	}
	if got, err := v.Open(old, "here"); err != nil || string(got) != "secret" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := v.Rotate(); err != nil {
		t.Fatal(err)
	}
	again, _, err := Load(opt)
	if err != nil || again.Keys() != 2 {
		t.Fatal(err)
	}
	if got, err := again.Open(seal(t, v, "x", "y"), "y"); err != nil || string(got) != "x" {
		t.Errorf("%q, %v", got, err)
	}
	if _, _, err := New("", file); !errors.Is(err, ErrBadKey) || !strings.Contains(err.Error(), "CARNET_VAULT_KMS") {
		t.Errorf("without the service: %v", err)
	}
	for what, k := range map[string]*KMS{"wrong token": {URL: opt.KMS.URL, Token: "x"}, "wrong key": {URL: kms.URL + "/transit/keys/other", Token: "letmein"},
		"no address": {URL: "transit"}, "no key in it": {URL: kms.URL}, "nobody there": {URL: "http://127.0.0.1:1/transit/keys/carnet"}} {
		_, _, err := Load(Options{File: file, KMS: k})
		if !errors.Is(err, ErrKMS) || strings.Contains(err.Error(), "letmein") {
			t.Errorf("%s: %v", what, err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil || !bytes.HasPrefix(kept, []byte("kms:")) {
		t.Errorf("a failure touched the file: %.40q %v", kept, err)
	}
}
