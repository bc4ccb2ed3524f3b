package ui

import (
	"context"
	"io"
)

// labelText is what a label says: the question, and a quiet remark.
type labelText struct{ label, note string }

// Render writes the text.
func (t labelText) Render(ctx context.Context, w io.Writer) error {
	m := mark(ctx, w)
	m.text(t.label)
	m.elem(" <small>", t.note, "</small>")
	return m.err
}

// fieldNotes are the texts below a control: what is wrong or doubtful with it, and help.
type fieldNotes struct{ id, wrong, caution, help string }

// Render writes those that there are.
func (n fieldNotes) Render(ctx context.Context, w io.Writer) error {
	m := mark(ctx, w)
	switch {
	case n.wrong != "":
		n.problem(&m, "", "error", n.wrong)
	case n.caution != "":
		n.problem(&m, ` data-kind="caution"`, "warning", n.caution)
	}
	if n.help != "" {
		m.lit(`<span class="field-help" id="`)
		m.text(n.id)
		m.lit(`-help">`)
		m.text(n.help)
		m.lit("</span>")
	}
	return m.err
}

func (n *fieldNotes) problem(m *markup, kind literal, symbol, text string) {
	m.lit(`<span class="field-error"`)
	m.lit(kind)
	m.lit(` id="`)
	m.text(n.id)
	m.lit(`-err">`)
	icon{class: " icon-sm", name: symbol}.write(m)
	m.lit("<span>")
	m.text(text)
	m.lit("</span></span>")
}

// selectOptions are the choices of a Select or of a group in it.
type selectOptions struct {
	list  []Option
	value string // the chosen one
}

// Render writes the choices.
func (o selectOptions) Render(ctx context.Context, w io.Writer) error {
	m := mark(ctx, w)
	for i := range o.list {
		it := &o.list[i]
		m.lit("<option")
		m.attr("value", it.Value)
		m.when(it.Value == o.value, " selected")
		m.when(it.Disabled, " disabled")
		m.lit(">")
		m.text(it.Label)
		m.lit("</option>")
	}
	return m.err
}
