package output

import (
	"fmt"
	"io"
	"iter"
	"slices"
)

// Sheet is a sheet of labels as sold. Lengths are millimetres.
type Sheet struct {
	Key           string // stable name
	Name          string // as printed on the box
	Letter        bool   // paper of North America, else A4
	Columns, Rows int
	Width, Height float64 // of a label
	Left, Top     float64 // margins of the sheet
	GapX, GapY    float64 // between labels
}

// Sheets are the sheets that labels are printed on.
var Sheets = []Sheet{
	{"L7160", "Avery L7160 · 63,5 × 38,1 mm", false, 3, 7, 63.5, 38.1, 7.2, 15.15, 2.55, 0},
	{"L7163", "Avery L7163 · 99,1 × 38,1 mm", false, 2, 7, 99.1, 38.1, 4.65, 15.15, 2.5, 0},
	{"L7159", "Avery L7159 · 63,5 × 33,9 mm", false, 3, 8, 63.5, 33.9, 7.2, 12.9, 2.55, 0},
	{"3475", "Avery Zweckform 3475 · 70 × 36 mm", false, 3, 8, 70, 36, 0, 4.5, 0, 0},
	{"5160", "Avery 5160 · 2⅝ × 1 in", true, 3, 10, 66.675, 25.4, 4.763, 12.7, 3.175, 0},
	{"5163", "Avery 5163 · 4 × 2 in", true, 2, 5, 101.6, 50.8, 3.969, 12.7, 4.763, 0},
}

// SheetOf returns the sheet with a key.
func SheetOf(key string) (Sheet, bool) {
	i := slices.IndexFunc(Sheets, func(s Sheet) bool { return s.Key == key })
	if i < 0 {
		return Sheet{}, false
	}
	return Sheets[i], true
}

// PerPage is how many labels a sheet has.
func (s Sheet) PerPage() int { return s.Columns * s.Rows }

// Labels are the texts of labels, each as its lines.
type Labels = iter.Seq2[[]string, error]

// Text on labels: as large as fits, between these sizes.
const (
	labelSize = 10.5
	labelLow  = 6.0
	mm        = 72 / 25.4
)

// WriteLabels writes sheets of labels as PDF. The first label is put at the place
// start, counted from 1 along the rows: the ones before it were used up. Lines that
// don't fit are set smaller, then cut. It returns how many labels it has written,
// and ErrTooMany behind MaxPDF.
func WriteLabels(w io.Writer, t *Table, s Sheet, start int, labels Labels) (n int64, err error) {
	p, err := newPaper(s.Letter, false)
	if err != nil {
		return 0, err
	}
	p.say(t)
	p.SetTextColor(0, 0, 0)
	place := min(max(start, 1), s.PerPage()) - 1
	fresh := true
	for lines, err := range labels {
		if err != nil {
			return n, err
		}
		if n == MaxPDF {
			return n, ErrTooMany
		}
		if n++; fresh || place == s.PerPage() {
			p.AddPage()
			if !fresh {
				place = 0
			}
			fresh = false
		}
		p.label(s, place, lines)
		place++
	}
	if fresh {
		p.AddPage() // a file without pages is none
	}
	if err := p.finish(w); err != nil {
		return n, fmt.Errorf("writing labels: %w", err)
	}
	return n, nil
}

// label draws the lines of one label, in the middle of its height.
func (p *paper) label(s Sheet, place int, lines []string) {
	pad := 4.0 * mm
	x := (s.Left+float64(place%s.Columns)*(s.Width+s.GapX))*mm + pad
	y := (s.Top + float64(place/s.Columns)*(s.Height+s.GapY)) * mm
	width, height := s.Width*mm-2*pad, s.Height*mm-2*2.5*mm
	text := make([]string, len(lines))
	for i, l := range lines {
		text[i] = p.readable(l)
	}
	size := labelSize
	for ; size > labelLow; size -= 0.5 {
		p.use(p.plain, size)
		if float64(len(text))*size*1.2 <= height && !slices.ContainsFunc(text, func(l string) bool { return p.wideOf(l) > width }) {
			break
		}
	}
	p.use(p.plain, size)
	leading := size * 1.2
	text = text[:min(len(text), int(height/leading))]
	at := y + (s.Height*mm-float64(len(text))*leading)/2 + size*0.9
	for i, l := range text {
		p.write(x, at+float64(i)*leading, p.cut(l, width, false))
	}
}
