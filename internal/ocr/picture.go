package ocr

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // the formats that are read
	_ "image/png"
	"io"

	"golang.org/x/image/draw"

	"github.com/carnetcrm/carnet/internal/errs"
)

// MaxBytes is how large the file of a picture may be.
const MaxBytes = 64 << 20

const (
	maxPixels = 64_000_000 // more than any telephone takes
	usual     = 1800       // pixels of width that the program reads well: a zone of 44 characters has some 35 each
)

// decode reads a picture, refuses one that is too large before its pixels are unpacked,
// and makes it grey and of a size that the program reads well.
func decode(r io.Reader) (*image.Gray, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read a picture: %w", err)
	case len(raw) > MaxBytes:
		return nil, errs.New(errs.TooLarge, "mrz.ocr.large")
	}
	conf, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "mrz.ocr.picture")
	}
	if conf.Width < 100 || conf.Height < 30 {
		return nil, errs.New(errs.Invalid, "mrz.ocr.small")
	}
	if conf.Width > maxPixels/conf.Height {
		return nil, errs.New(errs.TooLarge, "mrz.ocr.large")
	}
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "mrz.ocr.picture")
	}
	b := img.Bounds()
	if b.Dx() > b.Dy() {
		return fit(img, usual, b.Dy()*usual/b.Dx()), nil
	}
	return fit(img, b.Dx()*usual/b.Dy(), usual), nil
}

// fit paints a picture in grey, at the given size, on white.
func fit(img image.Image, width, height int) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, max(width, 1), max(height, 1)))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(out, out.Bounds(), img, img.Bounds(), draw.Over, nil)
	return out
}

// attempts are the pictures to try, the likeliest first: the foot of the page, where
// the zone stands, enlarged when the page is upright; the whole page; the page turned.
func attempts(page *image.Gray) []*image.Gray {
	var out []*image.Gray
	for _, turned := range []*image.Gray{page, turn(page), turn(turn(turn(page))), turn(turn(page))} {
		b := turned.Bounds()
		foot := image.Rect(0, b.Dy()*3/5, b.Dx(), b.Dy())
		out = append(out, fit(turned.SubImage(foot), usual, foot.Dy()*usual/max(b.Dx(), 1)))
		if turned == page {
			out = append(out, fit(page, usual, min(b.Dy()*usual/max(b.Dx(), 1), 2*usual)))
		}
	}
	return out
}

// turn turns a picture by a quarter, clockwise.
func turn(img *image.Gray) *image.Gray {
	b := img.Bounds()
	out := image.NewGray(image.Rect(0, 0, b.Dy(), b.Dx()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			out.Pix[x*out.Stride+b.Dy()-1-y] = img.Pix[y*img.Stride+x]
		}
	}
	return out
}

// pgm writes a picture in the plainest of formats.
func pgm(img *image.Gray) []byte {
	b := img.Bounds()
	out := fmt.Appendf(make([]byte, 0, b.Dx()*b.Dy()+32), "P5\n%d %d\n255\n", b.Dx(), b.Dy())
	for y := range b.Dy() {
		i := y * img.Stride
		out = append(out, img.Pix[i:i+b.Dx()]...)
	}
	return out
}
