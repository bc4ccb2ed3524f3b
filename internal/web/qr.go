package web

import (
	"fmt"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// qrCode returns a QR code as the path of an SVG of size by size squares, with the
// quiet border of four that scanners need.
func qrCode(text string) (path string, size int, err error) {
	code, err := qr.Encode(text, qr.M, qr.Unicode)
	if err != nil {
		return "", 0, fmt.Errorf("drawing a QR code: %w", err)
	}
	const border = 4
	n := code.Bounds().Dx()
	var b strings.Builder
	for y := range n {
		for x := 0; x < n; {
			run := 0
			for x+run < n && dark(code.At(x+run, y)) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+border, y+border, run, run)
			}
			x += run + 1
		}
	}
	return b.String(), n + 2*border, nil
}

func dark(c interface{ RGBA() (r, g, b, a uint32) }) bool { r, _, _, _ := c.RGBA(); return r < 0x8000 }
