package output

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
)

// The fonts of PDF files: DejaVu for Latin, Cyrillic and Greek letters, Droid for
// Chinese, Japanese and Korean ones. They travel in the program, so that a file
// looks the same wherever it is made.
//
//go:embed fonts/*.gz
var fontFiles embed.FS

// font is a TrueType font with what the layout of a page needs to know of it.
type font struct {
	name  string
	data  []byte
	width []uint16 // by character of the basic plane, in thousandths of the size
	has   []bool   // likewise: whether the font can show it
}

var (
	plainFont = sync.OnceValues(func() (*font, error) { return loadFont("DejaVuSansCondensed") })
	boldFont  = sync.OnceValues(func() (*font, error) { return loadFont("DejaVuSansCondensed-Bold") })
	wideFont  = sync.OnceValues(func() (*font, error) { return loadFont("DroidSansFallback") })
)

func loadFont(name string) (*font, error) {
	raw, err := fontFiles.ReadFile("fonts/" + name + ".ttf.gz")
	if err != nil {
		return nil, fmt.Errorf("reading the font %s: %w", name, err)
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("reading the font %s: %w", name, err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("reading the font %s: %w", name, err)
	}
	f := &font{name: name, data: data, width: make([]uint16, 1<<16), has: make([]bool, 1<<16)}
	if err := f.measure(); err != nil {
		return nil, fmt.Errorf("reading the font %s: %w", name, err)
	}
	return f, nil
}

// measure reads which characters the font has and how wide they are.
func (f *font) measure() error {
	head, hhea, hmtx, cmap := f.table("head"), f.table("hhea"), f.table("hmtx"), f.table("cmap")
	if len(head) < 20 || len(hhea) < 36 || len(cmap) < 4 {
		return fmt.Errorf("a table is missing")
	}
	em := uint32(binary.BigEndian.Uint16(head[18:]))
	metrics := int(binary.BigEndian.Uint16(hhea[34:]))
	if em == 0 || metrics == 0 || len(hmtx) < metrics*4 {
		return fmt.Errorf("the widths are missing")
	}
	return eachGlyph(cmap, func(char, glyph int) {
		f.has[char] = true
		at := min(glyph, metrics-1) * 4
		f.width[char] = uint16(uint32(binary.BigEndian.Uint16(hmtx[at:])) * 1000 / em)
	})
}

// table returns a table of the font, nil where it has none.
func (f *font) table(tag string) []byte {
	n := int(binary.BigEndian.Uint16(f.data[4:]))
	for i := range n {
		e := f.data[12+16*i:]
		if string(e[:4]) == tag {
			off, size := binary.BigEndian.Uint32(e[8:]), binary.BigEndian.Uint32(e[12:])
			return f.data[off : off+size]
		}
	}
	return nil
}

// eachGlyph walks the characters of the basic plane: a table of format 4.
func eachGlyph(cmap []byte, fn func(char, glyph int)) error {
	u16 := func(b []byte, at int) int { return int(binary.BigEndian.Uint16(b[at:])) }
	for i := range u16(cmap, 2) {
		t := cmap[binary.BigEndian.Uint32(cmap[4+8*i+4:]):]
		if u16(t, 0) != 4 {
			continue
		}
		segs := u16(t, 6) / 2
		ends, starts, deltas, offsets := 14, 16+2*segs, 16+4*segs, 16+6*segs
		for s := range segs {
			first, last := u16(t, starts+2*s), u16(t, ends+2*s)
			for c := first; c <= last && c < 0xFFFF; c++ {
				g := c
				if off := u16(t, offsets+2*s); off != 0 {
					if g = u16(t, offsets+2*s+off+2*(c-first)); g == 0 {
						continue
					}
				}
				if g = (g + u16(t, deltas+2*s)) & 0xFFFF; g != 0 {
					fn(c, g)
				}
			}
		}
		return nil
	}
	return fmt.Errorf("no table of characters that this program reads")
}
