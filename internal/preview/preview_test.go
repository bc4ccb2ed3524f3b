package preview

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/files"
)

// flag is a picture whose left half is red and whose right half is blue.
func flag(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 0, 0, 255}
			if x >= w/2 {
				c = color.RGBA{0, 0, 255, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func encoded(t *testing.T, encode func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestImages(t *testing.T) {
	img := flag(3000, 1000)
	for kind, data := range map[string][]byte{
		files.JPEG: encoded(t, func(w io.Writer) error { return jpeg.Encode(w, img, nil) }),
		files.PNG:  encoded(t, func(w io.Writer) error { return png.Encode(w, img) }),
		files.GIF:  encoded(t, func(w io.Writer) error { return gif.Encode(w, img, nil) }),
	} {
		for name, c := range map[string]struct {
			make func(context.Context, io.Reader) ([]byte, error)
			w, h int
		}{
			"thumb": {func(ctx context.Context, r io.Reader) ([]byte, error) { return Thumb(ctx, r, kind) }, 240, 80},
			"page":  {func(ctx context.Context, r io.Reader) ([]byte, error) { return Page(ctx, r, kind, 1) }, 1600, 533},
		} {
			out, err := c.make(t.Context(), bytes.NewReader(data))
			if err != nil {
				t.Fatalf("%s of %s: %v", name, kind, err)
			}
			got, err := jpeg.Decode(bytes.NewReader(out))
			if err != nil {
				t.Fatal(err)
			}
			if got.Bounds().Dx() != c.w || got.Bounds().Dy() != c.h {
				t.Errorf("%s of %s is %v", name, kind, got.Bounds())
			}
			if r, _, b, _ := got.At(5, 5).RGBA(); r < 0xe000 || b > 0x2000 {
				t.Errorf("%s of %s: the left is %x %x", name, kind, r, b)
			}
		}
	}
}

// exifJPEG puts an orientation into a JPEG.
func exifJPEG(jpg []byte, turned uint16, order binary.ByteOrder) []byte {
	var t bytes.Buffer
	t.WriteString(map[bool]string{true: "II", false: "MM"}[order == binary.LittleEndian])
	for _, v := range []any{uint16(42), uint32(8), uint16(1), uint16(0x0112), uint16(3), uint32(1), turned, uint16(0), uint32(0)} {
		_ = binary.Write(&t, order, v)
	}
	body := append([]byte("Exif\x00\x00"), t.Bytes()...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(body)+2))
	return append(append(head, body...), jpg[2:]...)
}

// TestUpright turns a photo as the camera was held: where the red half is tells.
func TestUpright(t *testing.T) {
	jpg := encoded(t, func(w io.Writer) error { return jpeg.Encode(w, flag(200, 100), &jpeg.Options{Quality: 95}) })
	for turned, c := range map[uint16]struct{ w, h, x, y int }{ // a point that must be red
		1: {200, 100, 10, 50}, 2: {200, 100, 190, 50}, 3: {200, 100, 190, 50}, 4: {200, 100, 10, 50},
		5: {100, 200, 50, 10}, 6: {100, 200, 50, 10}, 7: {100, 200, 50, 190}, 8: {100, 200, 50, 190}, 9: {200, 100, 10, 50},
	} {
		for _, order := range []binary.ByteOrder{binary.BigEndian, binary.LittleEndian} {
			out, err := Page(t.Context(), bytes.NewReader(exifJPEG(jpg, turned, order)), files.JPEG, 1)
			if err != nil {
				t.Fatal(turned, err)
			}
			img, err := jpeg.Decode(bytes.NewReader(out))
			if err != nil {
				t.Fatal(err)
			}
			r, _, b, _ := img.At(c.x, c.y).RGBA()
			if img.Bounds().Dx() != c.w || img.Bounds().Dy() != c.h || r < 0xd000 || b > 0x3000 {
				t.Errorf("orientation %d: %v, at %d,%d %x %x", turned, img.Bounds(), c.x, c.y, r, b)
			}
		}
	}
}

// bomb is a PNG that promises w by h pixels.
func bomb(w, h uint32, depth, kind byte) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h)
	head = append(head, depth, kind, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
}

func TestBombs(t *testing.T) {
	for name, data := range map[string][]byte{"square": bomb(60000, 60000, 8, 2), "line": bomb(1<<30, 1, 8, 2), "deep": bomb(7000, 7000, 16, 6)} {
		began := time.Now()
		if _, err := Thumb(t.Context(), bytes.NewReader(data), files.PNG); !errors.Is(err, ErrTooBig) {
			t.Errorf("%s: %v", name, err)
		}
		if time.Since(began) > time.Second {
			t.Errorf("%s took %s", name, time.Since(began))
		}
	}
	for name, data := range map[string]string{"cut": string(bomb(100, 100, 8, 2)), "empty": "", "html": "<html><script>alert(1)</script>"} {
		if _, err := Thumb(t.Context(), strings.NewReader(data), files.PNG); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Thumb(t.Context(), strings.NewReader("x"), files.Text); !errors.Is(err, ErrNone) {
		t.Errorf("text: %v", err)
	}
}

// pdf is a document of some pages with an act that opens when a reader runs scripts.
func pdf(pages int) []byte {
	var b bytes.Buffer
	var at []int
	obj := func(format string, args ...any) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n"+format+"\nendobj\n", append([]any{len(at)}, args...)...)
	}
	b.WriteString("%PDF-1.4\n")
	var kids strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", 3+i)
	}
	obj("<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\('x'\\); app.launchURL\\('http://127.0.0.1:1/'\\)) >> >>")
	obj("<< /Type /Pages /Kids [%s] /Count %d >>", kids.String(), pages)
	for range pages {
		obj("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents %d 0 R >>", 3+pages)
	}
	red := "1 0 0 rg 0 0 100 100 re f 0 0 1 rg 100 0 100 100 re f"
	obj("<< /Length %d >>\nstream\n%s\nendstream", len(red), red)
	from := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, from)
	return b.Bytes()
}

// TestPDF paints pages of a document with a script: it is painted, never run.
func TestPDF(t *testing.T) {
	if painter() == "" {
		t.Skip("pdftoppm isn't installed")
	}
	for _, page := range []int{1, 3} {
		out, err := Page(t.Context(), bytes.NewReader(pdf(3)), files.PDF, page)
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		if r, _, b, _ := img.At(20, 20).RGBA(); img.Bounds().Dx() != 1600 || r < 0xd000 || b > 0x3000 {
			t.Errorf("page %d: %v, %x %x", page, img.Bounds(), r, b)
		}
	}
	if _, err := Page(t.Context(), bytes.NewReader(pdf(3)), files.PDF, 4); !errors.Is(err, ErrBroken) {
		t.Errorf("behind the last page: %v", err)
	}
	for data, want := range map[string]int{string(pdf(3)): 3, string(pdf(1)): 1, "%PDF-1.7\nnothing": 0} {
		if n := Pages(t.Context(), strings.NewReader(data)); n != want && counter() != "" {
			t.Errorf("%d pages, not %d", n, want)
		}
	}
	for name, data := range map[string]string{"no pdf": "%PDF-1.7\nnothing", "cut": string(pdf(2)[:60])} {
		if _, err := Thumb(t.Context(), strings.NewReader(data), files.PDF); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Thumb(gone, bytes.NewReader(pdf(1)), files.PDF); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits: %v", err)
	}
}

func FuzzImages(f *testing.F) {
	img := flag(8, 4)
	var j, p, g bytes.Buffer
	if jpeg.Encode(&j, img, nil) != nil || png.Encode(&p, img) != nil || gif.Encode(&g, img, nil) != nil {
		f.Fatal("encoding")
	}
	for _, s := range [][]byte{j.Bytes(), p.Bytes(), g.Bytes(), exifJPEG(j.Bytes(), 6, binary.LittleEndian), bomb(9, 9, 8, 6)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		kind := files.Sniff(data)
		if kind == files.PDF || !Can(kind) {
			kind = files.JPEG
		}
		if out, err := Thumb(t.Context(), bytes.NewReader(data), kind); err == nil {
			if c, err := jpeg.DecodeConfig(bytes.NewReader(out)); err != nil || max(c.Width, c.Height) > small {
				t.Errorf("%+v, %v", c, err)
			}
		}
	})
}
