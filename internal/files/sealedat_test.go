package files

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/carnetcrm/carnet/internal/errs"
)

// TestSealedAt: what was sealed as a stream is read at any place, of any length, around
// the seams of its segments too; what was changed isn't.
func TestSealedAt(t *testing.T) {
	s := newStore(t)
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 100, segment - sealHead - sealTag - 1, segment - sealHead - sealTag, segment - sealHead - sealTag + 1,
		2*segment - sealHead - 2*sealTag, 3*segment + 12345} {
		plain := make([]byte, n)
		for i := range plain {
			plain[i] = byte(rng.Uint32())
		}
		info, key, err := s.PutSealed(t.Context(), bytes.NewReader(plain), 0)
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.OpenSealedAt(info.Hash, key)
		if err != nil {
			t.Fatal(n, err)
		}
		if r.Size() != int64(n) {
			t.Errorf("%d bytes are %d", n, r.Size())
		}
		all, err := io.ReadAll(io.NewSectionReader(r, 0, r.Size()))
		if err != nil || !bytes.Equal(all, plain) {
			t.Errorf("%d bytes: %v", n, err)
		}
		for range 50 {
			off := rng.IntN(n + 1)
			buf := make([]byte, rng.IntN(n/2+2))
			k, err := r.ReadAt(buf, int64(off))
			if want := min(len(buf), n-off); k != want || !bytes.Equal(buf[:k], plain[off:off+k]) || (k < len(buf)) != errors.Is(err, io.EOF) {
				t.Fatalf("%d bytes at %d of %d: %d %v", len(buf), off, n, k, err)
			}
		}
		if _, err := r.ReadAt(make([]byte, 1), -1); err == nil {
			t.Error("read before the beginning")
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestSealedAtDamaged: a wrong key, a changed byte and a cut file are told.
func TestSealedAtDamaged(t *testing.T) {
	s := newStore(t)
	plain := bytes.Repeat([]byte("Kowalska;AB1234567\n"), 200_000)
	info, key, err := s.PutSealed(t.Context(), bytes.NewReader(plain), 0)
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := s.PutSealed(t.Context(), bytes.NewReader([]byte("x")), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.OpenSealedAt(info.Hash, other); !errors.Is(err, ErrSealed) {
		t.Error("another key:", err)
	}
	if _, err := s.OpenSealedAt(info.Hash, "no key"); !errors.Is(err, ErrSealed) {
		t.Error("no key:", err)
	}
	if _, err := s.OpenSealedAt("../etc", key); !errs.Is(err, errs.NotFound) {
		t.Error("no file:", err)
	}
	path := ""
	for _, name := range leftovers(t, s) {
		if raw, err := os.ReadFile(name); err == nil && len(raw) > len(plain) {
			path = name
			if bytes.Contains(raw, []byte("AB1234567")) {
				t.Error("it lies there in the clear")
			}
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][]byte{"changed": append(append(bytes.Clone(raw[:segment+99]), raw[segment+99]^1), raw[segment+100:]...),
		"cut": raw[:len(raw)-1], "cut at a seam": raw[:2*segment], "empty": nil} {
		if err := os.Chmod(path, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, change, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := s.OpenSealedAt(info.Hash, key)
		if err == nil {
			_, err = io.ReadAll(io.NewSectionReader(r, 0, r.Size()))
			_ = r.Close()
		}
		if !errors.Is(err, ErrSealed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
