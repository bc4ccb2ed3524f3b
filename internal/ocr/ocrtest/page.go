// Package ocrtest makes pictures of made-up documents, for tests that read them.
package ocrtest

import (
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Page paints the picture of a made-up document with these machine-readable lines: text of other fields above, the zone below, on
// a tinted and noisy background.
func Page(t testing.TB, zone string, width int) *image.RGBA {
	t.Helper()
	parsed, err := opentype.Parse(gomono.TTF)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(zone, "\n")
	size := float64(width) / float64(len(lines[0])+4) / 0.6
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewRGBA(image.Rect(0, 0, width, width*7/10))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{226, 232, 220, 255}), image.Point{}, draw.Src)
	random := rand.New(rand.NewPCG(1, 2))
	for range width * width / 40 {
		img.Set(random.IntN(width), random.IntN(width*7/10), color.RGBA{190, 200, 205, 255})
	}
	write := func(text string, y float64) {
		d := font.Drawer{Dst: img, Src: image.NewUniform(color.RGBA{25, 25, 35, 255}), Face: face,
			Dot: fixed.Point26_6{X: fixed.Int26_6(1.2 * size * 64), Y: fixed.Int26_6(y * 64)}}
		d.DrawString(text)
	}
	write("UTOPIA   PASSPORT", 2*size)
	write("Eriksson", 5*size)
	write("Anna Maria   12.08.1974", 7*size)
	for i, line := range lines {
		write(line, float64(width)*7/10-size*(1.2+1.7*float64(len(lines)-1-i)))
	}
	return img
}
