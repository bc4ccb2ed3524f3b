package ocr

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/ocr/ocrtest"
)

const (
	passport = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
	idCard   = "IDUTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
)

func encoded(t *testing.T, img image.Image, quality int) *bytes.Buffer {
	t.Helper()
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	if quality == 0 {
		b.Reset()
		err = png.Encode(&b, img)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &b
}

func installed(t *testing.T) *Reader {
	t.Helper()
	r, err := New("")
	if err != nil {
		t.Fatal(err)
	}
	if !r.Available() {
		t.Skip("tesseract isn't installed")
	}
	return r
}

// TestRead reads pictures of made-up documents with the real program.
func TestRead(t *testing.T) {
	r := installed(t)
	for name, c := range map[string]struct {
		picture *bytes.Buffer
		want    string
	}{
		"passport": {encoded(t, ocrtest.Page(t, passport, 1400), 80), passport},
		"card":     {encoded(t, ocrtest.Page(t, idCard, 1200), 90), idCard},
		"turned":   {encoded(t, turn(fit(ocrtest.Page(t, passport, 1500), 1500, 1050)), 85), passport},
	} {
		start := time.Now()
		got, err := r.Read(context.Background(), c.picture)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Err != nil || got.Lines != c.want {
			t.Errorf("%s: %v\n%s", name, got.Err, got.Lines)
		}
		t.Logf("%s in %v, %d corrections", name, time.Since(start).Round(time.Millisecond), len(got.Document.Corrections))
	}
	blank := image.NewGray(image.Rect(0, 0, 800, 600))
	if _, err := r.Read(context.Background(), encoded(t, blank, 80)); !errs.Is(err, errs.Invalid) {
		t.Errorf("a black picture: %v", err)
	}
}

// fake installs a program in the place of Tesseract.
func fake(t *testing.T, script string) *Reader {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tesseract")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	r, err := New(path)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestBounds: a program that hangs, floods or fails ends well and leaves nothing.
func TestBounds(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("no /bin/sh to stand in for the program")
	}
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	picture := encoded(t, ocrtest.Page(t, passport, 400), 60).Bytes()
	for name, c := range map[string]struct {
		script string
		kind   errs.Kind
	}{
		"hangs":  {"sleep 60 & wait", errs.Unavailable},
		"fails":  {"echo broken >&2; exit 3", errs.Unavailable},
		"floods": {"cat >/dev/null; yes 'no zone in here, only a line that is long' | head -c 3000000", errs.Invalid},
	} {
		patience := time.Minute
		if name == "hangs" {
			patience = 1500 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		start := time.Now()
		_, err := fake(t, c.script).Read(ctx, bytes.NewReader(picture))
		if !errs.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
		if d := time.Since(start); name == "hangs" && d > 8*time.Second {
			t.Errorf("%s: took %v", name, d)
		}
		cancel()
	}
	if left, _ := filepath.Glob(temp + "/carnet-ocr-*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	got, err := fake(t, "cat >/dev/null; [ \"$1\" = --list-langs ] && exit; echo 'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<'; echo L898902C37UTO7408122F1204159ZE184226B'<<<<<10'").
		Read(context.Background(), bytes.NewReader(picture))
	if err != nil || got.Err == nil || !strings.Contains(got.Lines, "L898902C37") {
		t.Errorf("lines with a mistake: %v %+v", err, got)
	}
	if _, err := New(temp + "/nothing"); err == nil {
		t.Error("a program that doesn't exist is accepted")
	}
	var none *Reader
	if _, err := none.Read(context.Background(), bytes.NewReader(picture)); !errs.Is(err, errs.Unavailable) {
		t.Errorf("without a program: %v", err)
	}
}

// TestPictures: what is no picture, is cut off, or unpacks to far too many pixels is
// refused before the program runs.
func TestPictures(t *testing.T) {
	whole := encoded(t, ocrtest.Page(t, passport, 400), 60).Bytes()
	for name, c := range map[string]struct {
		data []byte
		kind errs.Kind
	}{
		"html":    {[]byte("<html><script>alert(1)</script></html>"), errs.Invalid},
		"pdf":     {[]byte("%PDF-1.7\n1 0 obj"), errs.Invalid},
		"empty":   {nil, errs.Invalid},
		"cut off": {whole[:len(whole)/2], errs.Invalid},
		"tiny":    {encoded(t, image.NewGray(image.Rect(0, 0, 20, 20)), 0).Bytes(), errs.Invalid},
		"bomb":    {bomb(60_000, 60_000), errs.TooLarge},
	} {
		if _, err := decode(bytes.NewReader(c.data)); !errs.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if img, err := decode(bytes.NewReader(whole)); err != nil || img.Bounds().Dx() != usual {
		t.Errorf("a good picture: %v", err)
	}
}

// bomb is the beginning of a PNG that claims a size.
func bomb(width, height uint32) []byte {
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	head = append(binary.BigEndian.AppendUint32(head, height), 8, 0, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	out = append(out, head...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
}
