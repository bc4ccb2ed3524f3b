package output

import (
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/carnetcrm/carnet/internal/i18n"
)

// MaxPDF is how many rows a PDF file holds: it is built in memory, and nobody turns
// over six hundred pages.
const MaxPDF = 20000

// Measures of the pages of a table, in points.
const (
	margin   = 34.0
	cellPad  = 4.0
	maxLines = 3 // of a cell
	minWidth = 26.0
)

// pdfTable is a table on its way to paper.
type pdfTable struct {
	*paper
	t      *Table
	l      *i18n.Localizer
	widths []float64
	size   float64 // of the letters in cells
	y      float64
	odd    bool
}

// PDF writes a table as pages in landscape format: title, filter and date on the
// first, the header of the columns on each, numbered. Texts that are too long wrap
// to three lines and then end with an ellipsis. It returns how many rows it has
// written, and ErrTooMany behind row MaxPDF.
func PDF(w io.Writer, t *Table, rows Rows) (n int64, err error) {
	head, rest, err := peek(rows, sampled)
	if err != nil {
		return 0, err
	}
	paper, err := newPaper(t.Letter, true)
	if err != nil {
		return 0, err
	}
	p := &pdfTable{paper: paper, t: t, l: i18n.For(t.Lang)}
	p.say(t)
	p.layout(head)
	p.AddPage()
	p.heading()
	p.header()
	for row, err := range rest {
		if err != nil {
			return n, err
		}
		if n == MaxPDF {
			return n, ErrTooMany
		}
		n++
		p.row(row)
	}
	p.footers(n)
	if err := p.finish(w); err != nil {
		return n, fmt.Errorf("writing PDF: %w", err)
	}
	return n, nil
}

// layout decides how wide the columns are: by their content, and where that is too
// much, the wide ones give way.
func (p *pdfTable) layout(head [][]any) {
	p.size = 8
	if len(p.t.Columns) > 12 {
		p.size = 6.5
	}
	room := p.width - 2*margin
	natural := make([]float64, len(p.t.Columns))
	for i, c := range p.t.Columns {
		p.use(p.bold, p.size)
		natural[i] = p.wideOf(p.readable(c.Label))
		p.use(p.plain, p.size)
		var all []float64
		for _, row := range head {
			all = append(all, p.wideOf(p.readable(p.t.text(row[i], p.l))))
		}
		if len(all) > 0 { // one long name in twenty may wrap
			slices.Sort(all)
			natural[i] = max(natural[i], all[(len(all)-1)*95/100])
		}
		natural[i] = max(natural[i]+2*cellPad+1, minWidth)
	}
	p.widths = share(natural, room)
}

// share gives columns their natural widths where these fit into the room, with what
// is left spread among them; else the widest give way until all fit.
func share(natural []float64, room float64) []float64 {
	out := slices.Clone(natural)
	sum := 0.0
	for _, w := range out {
		sum += w
	}
	if len(out) == 0 {
		return out
	}
	if sum <= room {
		stretch := min(room/sum, 1.6)
		for i := range out {
			out[i] *= stretch
		}
		return out
	}
	sorted := slices.Sorted(slices.Values(natural))
	left := room
	most := 0.0
	for i, w := range sorted {
		most = left / float64(len(sorted)-i)
		if w > most {
			break
		}
		left -= w
	}
	for i := range out {
		out[i] = min(out[i], most)
	}
	return out
}

// heading is the top of the first page.
func (p *pdfTable) heading() {
	p.y = margin + 8
	p.SetTextColor(90, 98, 110)
	p.use(p.plain, 8.5)
	made := p.readable(p.t.made(p.l))
	p.write(p.width-margin-p.wideOf(made), p.y, made)
	p.use(p.bold, 8.5)
	p.write(margin, p.y, p.cut(p.readable(p.t.Agency), p.width-2*margin-140, false))
	p.y += 22
	p.SetTextColor(20, 24, 32)
	p.use(p.bold, 16)
	p.write(margin, p.y, p.cut(p.readable(p.t.Title), p.width-2*margin, false))
	p.y += 5
	p.use(p.plain, 9)
	p.SetTextColor(60, 66, 76)
	for _, line := range p.wrap(p.readable(p.t.Subtitle), p.width-2*margin, 4) {
		p.y += 12
		p.write(margin, p.y, line)
	}
	p.y += 12
}

// header is the row of titles.
func (p *pdfTable) header() {
	p.use(p.bold, p.size)
	cells, lines := make([][]string, len(p.t.Columns)), 1
	for i, c := range p.t.Columns {
		cells[i] = p.wrap(p.readable(c.Label), p.widths[i]-2*cellPad, 2)
		lines = max(lines, len(cells[i]))
	}
	h := float64(lines)*p.leading() + 2*cellPad
	p.SetFillColor(226, 231, 236)
	p.Rect(margin, p.y, p.total(), h, "F")
	p.SetTextColor(20, 24, 32)
	p.cells(cells, h)
	p.odd = false
}

func (p *pdfTable) leading() float64 { return p.size * 1.25 }

func (p *pdfTable) total() (sum float64) {
	for _, w := range p.widths {
		sum += w
	}
	return sum
}

// bottom is where the last row of a page ends.
func (p *pdfTable) bottom() float64 { return p.height - margin - 14 }

func (p *pdfTable) row(row []any) {
	p.use(p.plain, p.size)
	cells, lines := make([][]string, len(p.t.Columns)), 1
	for i := range p.t.Columns {
		text := p.readable(p.t.text(row[i], p.l))
		if w := p.widths[i] - 2*cellPad; p.wideOf(text) <= w {
			cells[i] = []string{text}
		} else {
			cells[i] = p.wrap(text, w, maxLines)
		}
		lines = max(lines, len(cells[i]))
	}
	h := float64(lines)*p.leading() + 2*cellPad - 2
	if p.y+h > p.bottom() {
		p.AddPage()
		p.y = margin
		p.header()
		p.use(p.plain, p.size)
	}
	if p.odd = !p.odd; !p.odd {
		p.SetFillColor(246, 248, 249)
		p.Rect(margin, p.y, p.total(), h, "F")
	}
	p.SetTextColor(20, 24, 32)
	p.cells(cells, h)
}

// cells draws the texts of a row and the line below it. Numbers stand at the right.
func (p *pdfTable) cells(cells [][]string, h float64) {
	x := margin
	for i, lines := range cells {
		for n, s := range lines {
			at := x + cellPad
			if p.t.Columns[i].Kind == Number {
				at = x + p.widths[i] - cellPad - p.wideOf(s)
			}
			p.write(at, p.y+cellPad+p.size*0.85+float64(n)*p.leading(), s)
		}
		x += p.widths[i]
	}
	p.y += h
	p.SetDrawColor(214, 219, 225)
	p.SetLineWidth(0.4)
	p.Line(margin, p.y, math.Min(margin+p.total(), p.width-margin), p.y)
}

// footers number the pages, once it is known how many there are.
func (p *pdfTable) footers(rows int64) {
	pages := p.PageCount()
	count := p.readable(p.l.T("output.count", "Count", int(rows), "Number", p.l.Number(rows)))
	for n := 1; n <= pages; n++ {
		p.SetPage(n)
		p.SetTextColor(90, 98, 110)
		p.use(p.plain, 8)
		y := p.height - margin + 4
		page := p.readable(p.l.T("output.page", "Page", p.l.Number(int64(n)), "Pages", p.l.Number(int64(pages))))
		p.write(p.width-margin-p.wideOf(page), y, page)
		p.write(margin, y, p.cut(p.readable(p.t.Title)+" · "+count, p.width-2*margin-120, false))
	}
}
