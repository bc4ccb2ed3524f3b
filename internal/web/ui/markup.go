package ui

import (
	"context"
	"html"
	"io"

	"github.com/a-h/templ"
)

// literal is markup that stands in the program's own text. A string that came from
// elsewhere isn't one, so that it can't be written unescaped by mistake.
type literal string

// markup writes a component without a template. Most components are templates; those
// that a page has by the hundred (buttons, badges, rows, facts, events) are written by
// this, because half of what a template costs is spent between the texts.
//
// The first error is kept, and nothing is written after it.
type markup struct {
	ctx context.Context
	w   io.Writer
	out io.StringWriter
	err error
}

// mark starts the writing of a component.
func mark(ctx context.Context, w io.Writer) markup {
	out, ok := w.(io.StringWriter)
	if !ok {
		out = whole{w}
	}
	return markup{ctx: ctx, w: w, out: out}
}

// whole gives a writer that takes bytes only the method for texts.
type whole struct{ io.Writer }

func (w whole) WriteString(s string) (int, error) { return io.WriteString(w.Writer, s) }

// lit writes markup.
func (m *markup) lit(s literal) {
	if m.err == nil {
		_, m.err = m.out.WriteString(string(s))
	}
}

// when writes markup if a condition holds: a further class, an attribute without value.
func (m *markup) when(on bool, s literal) {
	if on {
		m.lit(s)
	}
}

// text writes a text, escaped.
func (m *markup) text(s string) {
	if !plain(s) {
		s = html.EscapeString(s)
	}
	if m.err == nil {
		_, m.err = m.out.WriteString(s)
	}
}

// elem writes a text, escaped, between a start and an end; nothing where there is no text.
func (m *markup) elem(start literal, text string, end literal) {
	if text != "" {
		m.lit(start)
		m.text(text)
		m.lit(end)
	}
}

// attr writes an attribute, escaped and in quotes.
func (m *markup) attr(name literal, value string) {
	m.lit(" ")
	m.lit(name)
	m.lit(`="`)
	m.text(value)
	m.lit(`"`)
}

// some writes an attribute that has a value.
func (m *markup) some(name literal, value string) {
	if value != "" {
		m.attr(name, value)
	}
}

// url writes an address; one that would run as a program becomes a harmless one.
func (m *markup) url(name literal, address string) { m.attr(name, string(templ.URL(address))) }

// attrs writes attributes whose names the caller chose.
func (m *markup) attrs(a templ.Attributer) {
	if m.err == nil && a != nil {
		m.err = templ.RenderAttributes(m.ctx, m.w, a)
	}
}

// put writes a component; nil writes nothing.
func (m *markup) put(c templ.Component) {
	if m.err == nil && c != nil {
		m.err = c.Render(m.ctx, m.w)
	}
}

// plain reports whether a text has nothing to escape.
func plain(s string) bool {
	for i := range len(s) {
		switch s[i] {
		case '<', '>', '&', '"', '\'':
			return false
		}
	}
	return true
}
