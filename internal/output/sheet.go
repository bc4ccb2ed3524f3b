package output

import (
	"fmt"
	"io"
	"strings"

	"github.com/carnetcrm/carnet/internal/i18n"
)

// Fact is a line of a text document: what it is, and its value.
type Fact struct{ Label, Value string }

// TextPDF writes pages of running text with a list of facts below it: a document and
// what became of it. Of t it takes what stands around: title, agency, language, date.
func TextPDF(w io.Writer, t *Table, text string, facts []Fact) error {
	paper, err := newPaper(t.Letter, false)
	if err != nil {
		return err
	}
	p := &prose{paper: paper, t: t}
	p.say(t)
	p.page()
	p.lines(p.bold, 14, t.Title)
	p.y += 8
	for para := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(para) == "" {
			p.y += 8
			continue
		}
		p.lines(p.plain, 10, para)
	}
	p.y += 18
	for _, f := range facts {
		p.fact(f)
	}
	p.numbers()
	if err := p.finish(w); err != nil {
		return fmt.Errorf("writing PDF: %w", err)
	}
	return nil
}

// prose is running text on its way to paper.
type prose struct {
	*paper
	t *Table
	y float64
}

// border is the margin of a page of text, in points: such pages are bound.
const border = 56.0

func (p *prose) page() {
	p.AddPage()
	p.SetTextColor(20, 24, 32)
	p.y = border
}

// room begins another page where less than h is left.
func (p *prose) room(h float64) {
	if p.y+h > p.height-border {
		p.page()
	}
}

// lines writes a paragraph.
func (p *prose) lines(f *font, size float64, s string) {
	p.use(f, size)
	width := p.width - 2*border
	for _, line := range p.wrap(p.readable(s), width, 1<<20) {
		p.room(size * 1.4)
		p.use(f, size) // the page may be new
		p.write(border, p.y+size, line)
		p.y += size * 1.4
	}
}

// fact writes a label with its value beside it.
func (p *prose) fact(f Fact) {
	const size, label = 9.0, 150.0
	p.use(p.plain, size)
	lines := p.wrap(p.readable(f.Value), p.width-2*border-label, 1<<20)
	if len(lines) == 0 {
		return
	}
	p.room(size * 1.4)
	p.use(p.bold, size)
	p.write(border, p.y+size, p.cut(p.readable(f.Label), label-8, false))
	for _, line := range lines {
		p.room(size * 1.4)
		p.use(p.plain, size)
		p.write(border+label, p.y+size, line)
		p.y += size * 1.4
	}
	p.y += 3
}

// numbers writes the foot of each page.
func (p *prose) numbers() {
	l := i18n.For(p.t.Lang)
	pages := p.PageCount()
	for n := 1; n <= pages; n++ {
		p.SetPage(n)
		p.SetTextColor(90, 98, 110)
		p.use(p.plain, 8)
		page := p.readable(l.T("output.page", "Page", l.Number(int64(n)), "Pages", l.Number(int64(pages))))
		p.write(p.width-border-p.wideOf(page), p.height-border/2, page)
		p.write(border, p.height-border/2, p.cut(p.readable(p.t.Agency), p.width-2*border-120, false))
	}
}
