// Package preview makes harmless pictures of files that strangers sent: an image is
// decoded and encoded again, a page of a PDF is painted by a program that runs no
// script. What a browser is given was made here, never taken from the file.
package preview

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // decoders
	"image/jpeg"
	_ "image/png"
	"io"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"github.com/carnetcrm/carnet/internal/files"
)

// Errors of what can't be shown.
var (
	// ErrBroken: the content isn't what its first bytes promise.
	ErrBroken = errors.New("preview: the file can't be read as an image or PDF")
	// ErrTooBig: unpacked it would take more memory than a picture may.
	ErrTooBig = errors.New("preview: the picture is too big to be shown")
	// ErrNone: there is no preview of files of this type, or none on this machine.
	ErrNone = errors.New("preview: there is no preview of this file")
)

const (
	// maxPixels and maxBytes bound what an image becomes when it is unpacked: a few
	// kilobytes can promise a picture of gigabytes.
	maxPixels = 60_000_000
	maxBytes  = 160 << 20

	large = 1600 // pixels of the longer side of what is shown
	small = 240  // of a thumbnail
	fine  = 3200 // in which the small print of a scan can be read by machine
)

// turn is held by who unpacks a picture: one at a time keeps the memory small.
var turn = make(chan struct{}, 1)

// Can reports whether there may be a preview of files of a type.
func Can(kind string) bool {
	switch kind {
	case files.JPEG, files.PNG, files.GIF, files.WebP:
		return true
	case files.PDF:
		return painter() != ""
	}
	return false
}

// Thumb returns the small picture of an image, or of the first page of a PDF, as JPEG.
func Thumb(ctx context.Context, r io.Reader, kind string) ([]byte, error) {
	return show(ctx, r, kind, 1, small)
}

// Page returns an image, or a page of a PDF counted from 1, as JPEG that fits a screen.
func Page(ctx context.Context, r io.Reader, kind string, page int) ([]byte, error) {
	return show(ctx, r, kind, page, large)
}

// Scan returns an image, or the first page of a PDF, as JPEG in which small print can be
// read.
func Scan(ctx context.Context, r io.Reader, kind string) ([]byte, error) {
	return show(ctx, r, kind, 1, fine)
}

func show(ctx context.Context, r io.Reader, kind string, page, side int) ([]byte, error) {
	if !Can(kind) || page < 1 || page > maxPage {
		return nil, ErrNone
	}
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return nil, fmt.Errorf("making a preview: %w", ctx.Err())
	}
	if kind == files.PDF {
		raw, err := paint(ctx, r, page, side)
		if err != nil {
			return nil, err
		}
		r = bytes.NewReader(raw)
	}
	img, turned, err := decode(r)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, upright(shrink(img, side), turned), &jpeg.Options{Quality: 82}); err != nil {
		return nil, fmt.Errorf("making a preview: %w", err)
	}
	return out.Bytes(), nil
}

// decode unpacks an image of bearable size, and says how a camera was held.
func decode(r io.Reader) (img image.Image, turned int, err error) {
	var head bytes.Buffer
	c, _, err := image.DecodeConfig(io.TeeReader(io.LimitReader(r, 16<<20), &head))
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	if c.Width <= 0 || c.Height <= 0 || int64(c.Width)*int64(c.Height) > maxPixels ||
		int64(c.Width)*int64(c.Height)*depth(c.ColorModel) > maxBytes {
		return nil, 0, ErrTooBig
	}
	turned = orientation(head.Bytes())
	img, _, err = image.Decode(io.MultiReader(&head, r))
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return img, turned, nil
}

// depth is how many bytes a pixel takes when it is unpacked.
func depth(m color.Model) int64 {
	switch m {
	case color.GrayModel, color.AlphaModel:
		return 1
	case color.YCbCrModel:
		return 3
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	case color.Gray16Model, color.Alpha16Model:
		return 2
	}
	if _, ok := m.(color.Palette); ok {
		return 1
	}
	return 4
}

// shrink makes the longer side at most side pixels, on white where it is transparent.
func shrink(img image.Image, side int) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if longer := max(w, h); longer > side {
		w, h = max(1, w*side/longer), max(1, h*side/longer)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	scaler := draw.Interpolator(draw.ApproxBiLinear)
	if max(b.Dx(), b.Dy()) < 4*side {
		scaler = draw.CatmullRom
	}
	scaler.Scale(out, out.Bounds(), img, b, draw.Over, nil)
	return out
}

// upright turns a picture the way the camera says it was held (EXIF, 1 to 8).
func upright(img *image.RGBA, turned int) image.Image {
	if turned < 2 || turned > 8 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if turned >= 5 {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			to := place(x, y, w, h, turned)
			out.SetRGBA(to.X, to.Y, img.RGBAAt(x, y))
		}
	}
	return out
}

// place is where a pixel of a picture of w by h goes.
func place(x, y, w, h, turned int) image.Point {
	switch turned {
	case 2:
		return image.Pt(w-1-x, y)
	case 3:
		return image.Pt(w-1-x, h-1-y)
	case 4:
		return image.Pt(x, h-1-y)
	case 5:
		return image.Pt(y, x)
	case 6:
		return image.Pt(h-1-y, x)
	case 7:
		return image.Pt(h-1-y, w-1-x)
	}
	return image.Pt(y, w-1-x)
}
