package output

import (
	"io"
	"strings"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/text/unicode/norm"
)

// paper draws on the pages of a PDF file. Lengths are points, 72 to the inch; texts
// stand on their base line.
type paper struct {
	*fpdf.Fpdf
	plain, bold, wide *font
	font              *font // plain or bold
	size              float64
	known             map[string]bool
	width, height     float64
}

func newPaper(letter, landscape bool) (*paper, error) {
	p := &paper{known: map[string]bool{}, width: 595.28, height: 841.89}
	if letter {
		p.width, p.height = 612, 792
	}
	var err error
	for _, f := range []struct {
		to   **font
		load func() (*font, error)
	}{{&p.plain, plainFont}, {&p.bold, boldFont}, {&p.wide, wideFont}} {
		if *f.to, err = f.load(); err != nil {
			return nil, err
		}
	}
	orientation := "P"
	if landscape {
		orientation, p.width, p.height = "L", p.height, p.width
	}
	size := fpdf.SizeType{Wd: min(p.width, p.height), Ht: max(p.width, p.height)}
	p.Fpdf = fpdf.NewCustom(&fpdf.InitType{OrientationStr: orientation, UnitStr: "pt", Size: size})
	p.SetAutoPageBreak(false, 0)
	p.SetMargins(0, 0, 0)
	p.SetCatalogSort(true)
	p.use(p.plain, 9)
	return p, nil
}

// say fills in what programs show about the file.
func (p *paper) say(t *Table) {
	p.SetTitle(tidy(t.Title), true)
	p.SetAuthor(tidy(t.Agency), true)
	p.SetSubject(tidy(t.Subtitle), true)
	p.SetCreator("Carnet", true)
	p.SetLang(t.Lang)
	p.SetCreationDate(t.At)
	p.SetModificationDate(t.At)
}

// use chooses the font of what follows.
func (p *paper) use(f *font, size float64) { p.font, p.size = f, size }

// readable replaces what no font here can show. Marks join their letters; what can't
// be seen and pictograms are left out; any other character leaves a question mark.
func (p *paper) readable(s string) string {
	plain := true
	for _, r := range s {
		if r > 0xFFFF || !p.plain.has[r] || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r), r >= 0xFE00 && r <= 0xFE0F:
			return -1
		case r <= 0xFFFF && (p.plain.has[r] || p.wide.has[r]):
			return r
		case r > 0xFFFF && unicode.Is(unicode.So, r):
			return -1
		}
		return '?'
	}, norm.NFC.String(tidy(s)))
}

// fontOf is the font that shows a character of a readable text.
func (p *paper) fontOf(r rune) *font {
	if p.font.has[r] {
		return p.font
	}
	if p.plain.has[r] {
		return p.plain
	}
	return p.wide
}

// wideOf is the width of a readable text.
func (p *paper) wideOf(s string) float64 {
	n := 0
	for _, r := range s {
		n += int(p.fontOf(r).width[r])
	}
	return float64(n) * p.size / 1000
}

// write draws a readable text, each run of characters in the font that has them.
func (p *paper) write(x, y float64, s string) {
	for s != "" {
		var f *font
		end := len(s)
		for i, r := range s {
			if g := p.fontOf(r); f == nil {
				f = g
			} else if g != f {
				end = i
				break
			}
		}
		if !p.known[f.name] { // fonts that no text needs aren't part of the file
			p.AddUTF8FontFromBytes(f.name, "", f.data)
			p.known[f.name] = true
		}
		p.SetFont(f.name, "", p.size)
		p.Text(x, y, s[:end])
		x += p.wideOf(s[:end])
		s = s[end:]
	}
}

// ellipsis ends what was cut.
const ellipsis = "…"

// wrap breaks a readable text into at most n lines of a width; the last one ends with
// an ellipsis where more would follow.
func (p *paper) wrap(s string, width float64, n int) []string {
	var out []string
	for para := range strings.SplitSeq(s, "\n") {
		for para = strings.TrimSpace(para); para != ""; {
			line, rest := p.line(para, width)
			out, para = append(out, line), rest
			if len(out) > n { // one more than asked for: the last must be cut
				return append(out[:n-1], p.cut(out[n-1]+" "+out[n], width, true))
			}
		}
	}
	return out
}

// line takes from a text what fits into one line: whole words if it can.
func (p *paper) line(s string, width float64) (line, rest string) {
	room := width*1000/p.size + 0.001
	used, blank, before := 0.0, -1, ' '
	for i, r := range s {
		if r == ' ' || i > 0 && (asian(r) || strings.ContainsRune("/@-", before)) {
			blank = i
		}
		before = r
		if used += float64(p.fontOf(r).width[r]); used > room && i > 0 {
			if r == ' ' {
				blank = i
			}
			if blank <= 0 {
				blank = i
			}
			return strings.TrimSpace(s[:blank]), strings.TrimSpace(s[blank:])
		}
	}
	return s, ""
}

// asian reports whether lines may break before a character.
func asian(r rune) bool {
	return r >= 0x3040 && r <= 0x30FF || r >= 0x3400 && r <= 0x9FFF || r >= 0xAC00 && r <= 0xD7A3
}

// cut shortens a text to a width; more has it end with an ellipsis in any case.
func (p *paper) cut(s string, width float64, more bool) string {
	if !more && p.wideOf(s) <= width {
		return s
	}
	r := []rune(s)
	for len(r) > 0 && p.wideOf(string(r)+ellipsis) > width {
		r = r[:len(r)-1]
	}
	return strings.TrimRight(string(r), " ") + ellipsis
}

// finish writes the file.
func (p *paper) finish(w io.Writer) error { return p.Output(w) }
