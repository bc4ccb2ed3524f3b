package ui

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// Fact is a label with what is known. Value is text; Comp, when set, is shown in
// its place. A fact without either is left out.
type Fact struct {
	Label string
	Value string
	Comp  templ.Component
	Note  string
	Full  bool // over both columns of Facts.Two
}

func (f *Fact) known() bool { return f.Value != "" || f.Comp != nil }

// Facts lists what is known, label and value on one line.
type Facts struct {
	Items  []Fact
	Two    bool // two columns where there is room
	Narrow bool // in a Peek
	Wide   bool // long labels before short values
}

// Render writes the list; without a single fact nothing. The same label twice in a row
// is written once.
func (f Facts) Render(ctx context.Context, w io.Writer) error {
	m := mark(ctx, w)
	last, any := "", false
	for i := range f.Items {
		it := &f.Items[i]
		if !it.known() {
			continue
		}
		if !any {
			m.lit(`<dl class="facts`)
			m.when(f.Two, " is-two")
			m.when(f.Narrow, " is-narrow")
			m.when(f.Wide, " is-wide")
			m.lit(`">`)
		}
		if !any || last != it.Label {
			m.lit("<dt>")
			m.text(it.Label)
			m.lit("</dt>")
		}
		last, any = it.Label, true
		it.write(&m)
	}
	m.when(any, "</dl>")
	return m.err
}

// write writes what is known, without its label.
func (f *Fact) write(m *markup) {
	m.lit("<dd")
	m.when(f.Full, ` class="is-full"`)
	m.lit(">")
	if f.Comp != nil {
		m.put(f.Comp)
	} else {
		m.text(f.Value)
	}
	m.elem(` <span class="note">`, f.Note, "</span>")
	m.lit("</dd>")
}

// Row is a line of a card: a record with what matters about it.
type Row struct {
	Lead    templ.Component // Avatar or IconLg
	Title   string
	Name    Name // instead of Title
	Href    string
	Strong  bool
	Badges  []Badge
	Sub     string
	SubComp templ.Component // instead of Sub
	End     string          // at the right
	EndSub  string
	EndKind string // "danger", "caution", "good": colours EndSub
	Actions []templ.Component
	Kind    string // "overdue": orange ground (R153)
	Slim    bool
	ID      string
	Attrs   templ.Attributer
}

// counts reports whether nothing but a number stands at the end: it stays there on a
// phone, too.
func (r *Row) counts() bool { return r.EndSub == "" && r.End != "" && len(r.End) <= 6 }

// Render writes the row; it belongs into Rows.
func (r Row) Render(ctx context.Context, w io.Writer) error {
	m := mark(ctx, w)
	m.lit(`<li class="row`)
	m.when(!r.counts(), " is-wrap")
	m.when(r.Slim, " is-slim")
	m.lit(`"`)
	m.some("id", r.ID)
	m.some("data-kind", r.Kind)
	m.attrs(r.Attrs)
	m.lit(">")
	m.put(r.Lead)
	r.main(&m)
	if r.End != "" || r.EndSub != "" {
		r.end(&m)
	}
	if len(r.Actions) > 0 {
		m.lit(`<div class="row-actions">`)
		m.put(Group(r.Actions))
		m.lit("</div>")
	}
	m.lit("</li>")
	return m.err
}

// main writes the title with its badges and what stands below it.
func (r *Row) main(m *markup) {
	m.lit(`<div class="row-main"><div class="row-title">`)
	if r.Href != "" {
		m.lit("<a")
		m.url("href", r.Href)
		m.lit(">")
		r.title(m)
		m.lit("</a> ")
	} else {
		m.lit("<span>")
		r.title(m)
		m.lit("</span> ")
	}
	for i := range r.Badges {
		r.Badges[i].write(m)
	}
	m.lit("</div>")
	if r.SubComp != nil {
		m.lit(`<div class="row-sub">`)
		m.put(r.SubComp)
		m.lit("</div>")
	} else {
		m.elem(`<p class="row-sub">`, r.Sub, "</p>")
	}
	m.lit("</div>")
}

func (r *Row) title(m *markup) {
	if r.Name != (Name{}) {
		m.put(r.Name)
		return
	}
	m.when(r.Strong, "<b>")
	// An e-mail address that doesn't fit its line parts before the @ sign.
	if at := strings.LastIndexByte(r.Title, '@'); at > 0 {
		m.text(r.Title[:at])
		m.lit("<wbr>")
		m.text(r.Title[at:])
	} else {
		m.text(r.Title)
	}
	m.when(r.Strong, "</b>")
}

func (r *Row) end(m *markup) {
	m.lit(`<div class="row-end sm">`)
	m.elem("<p>", r.End, "</p>")
	if r.EndSub != "" {
		m.lit("<p")
		m.attr("class", or(r.EndKind, "ink-3"))
		m.lit(">")
		m.text(r.EndSub)
		m.lit("</p>")
	}
	m.lit("</div>")
}
