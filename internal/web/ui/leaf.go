package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"github.com/carnetcrm/carnet/internal/web/assets"
)

// icon is a symbol of the sprite; class is " icon-sm", " icon-lg" or nothing.
type icon struct {
	class literal
	name  string
}

// Render draws the symbol.
func (i icon) Render(ctx context.Context, w io.Writer) error {
	m := mark(ctx, w)
	i.write(&m)
	return m.err
}

func (i icon) write(m *markup) {
	m.lit(`<svg class="icon`)
	m.lit(i.class)
	m.lit(`" aria-hidden="true"><use href="`)
	m.text(assets.Sprite())
	m.lit("#i-")
	m.text(i.name)
	m.lit(`"></use></svg>`)
}

// Icon draws one symbol of the sprite, 16 px, hidden from screen readers: the
// text beside it, or the name of its button, says what it means.
func Icon(name string) templ.Component { return icon{name: name} }

// IconSm is Icon at 14 px, for badges and help lines.
func IconSm(name string) templ.Component { return icon{class: " icon-sm", name: name} }

// IconLg is Icon at 20 px, for the head of a row or a dialog.
func IconLg(name string) templ.Component { return icon{class: " icon-lg", name: name} }

// Badge is a short fact about a record. Kinds differ by form, not by colour
// alone: "vip" is solid, "corporate" outlined, "prospect" dashed, "inactive"
// struck; "good", "caution", "overdue", "danger", "accent" are states.
type Badge struct {
	Label    string
	Kind     string
	Icon     string
	Tall     bool // in a record's head
	IconOnly bool // the label is for screen readers and the tip
}

// Render writes the badge; one without a label writes nothing.
func (b Badge) Render(ctx context.Context, w io.Writer) error {
	m := mark(ctx, w)
	b.write(&m)
	return m.err
}

func (b *Badge) write(m *markup) {
	if b.Label == "" {
		return
	}
	m.lit(`<span class="badge`)
	m.when(b.Tall, " is-tall")
	m.lit(`"`)
	m.some("data-kind", b.Kind)
	if b.IconOnly {
		m.attr("title", b.Label)
	}
	m.lit(">")
	if b.Icon != "" {
		icon{name: b.Icon}.write(m)
	}
	m.when(b.IconOnly, `<span class="vh">`)
	m.text(b.Label)
	m.when(b.IconOnly, "</span>")
	m.lit("</span>")
}

// BadgeList are badges beside each other, as a list.
type BadgeList []Badge

// Render writes the list.
func (l BadgeList) Render(ctx context.Context, w io.Writer) error {
	m := mark(ctx, w)
	m.lit(`<ul class="tag-list">`)
	for i := range l {
		m.lit("<li>")
		l[i].write(&m)
		m.lit("</li>")
	}
	m.lit("</ul>")
	return m.err
}

// Avatar shows initials: round is a person, square an account. It is hidden from
// screen readers because the name stands beside it.
type Avatar struct {
	Initials string
	Tint     int    // 1..5, see Tint
	Account  bool   // a client and not a person
	Size     string // "", "md", "lg", "xl"
}

// Render writes the initials.
func (a Avatar) Render(ctx context.Context, w io.Writer) error {
	m := mark(ctx, w)
	m.lit(`<span class="avatar`)
	m.when(a.Account, " is-account")
	if a.Size != "" {
		m.lit(" is-")
		m.text(a.Size)
	}
	m.lit(`" data-tint="`)
	m.text(digit(a.Tint))
	m.lit(`" aria-hidden="true">`)
	m.text(a.Initials)
	m.lit("</span>")
	return m.err
}

// Name writes a client's name as the trade does, FAMILY/Given: the family name
// carries the weight, the slash steps back. A company has a family name only.
type Name struct{ Family, Given string }

// String is the name as plain text: "Kowalska/Joanna".
func (n Name) String() string {
	if n.Given == "" || n.Family == "" {
		return n.Family + n.Given
	}
	return n.Family + "/" + n.Given
}

// Render writes the name.
func (n Name) Render(ctx context.Context, w io.Writer) error {
	m := mark(ctx, w)
	m.lit(`<span class="name"><b>`)
	if n.Family == "" || n.Given == "" {
		m.text(n.Family + n.Given)
		m.lit("</b>")
	} else {
		m.text(n.Family)
		m.lit("</b><i>/</i>")
		m.text(n.Given)
	}
	m.lit("</span>")
	return m.err
}

// Link is a plain link in running text or in a fact.
type Link struct{ Href, Text string }

// Render writes the link.
func (l Link) Render(ctx context.Context, w io.Writer) error {
	m := mark(ctx, w)
	m.lit(`<a class="link"`)
	m.url("href", l.Href)
	m.lit(">")
	m.text(l.Text)
	m.lit("</a>")
	return m.err
}

// Time is a moment or a day with its machine-readable form.
type Time struct {
	Text string // as people read it
	ISO  string // RFC 3339 or yyyy-mm-dd
}

// Render writes the time element.
func (t Time) Render(ctx context.Context, w io.Writer) error {
	m := mark(ctx, w)
	m.lit("<time")
	m.attr("datetime", t.ISO)
	m.lit(">")
	m.text(t.Text)
	m.lit("</time>")
	return m.err
}
