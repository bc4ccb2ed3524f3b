package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// Button is a button, or a link that looks like one when Href is set. Without
// Submit or a name it does nothing by itself: it opens Popover or Dialog, or
// carries htmx attributes.
type Button struct {
	Label    string // always given; with IconOnly it is the accessible name
	Icon     string // name in the sprite, "" for none
	Kind     string // "", "primary" (one per view), "danger", "ghost"
	Href     string // makes it a link
	Submit   bool   // sends the form it stands in
	Name     string // sent with the form together with Value
	Value    string
	Form     string // id of the form it sends, when it stands outside
	Action   string // sends the form to this address instead (formaction)
	Popover  string // id of the Menu or Pop that it opens
	Dialog   string // id of the Dialog that it opens
	Shortcut string // shown, and announced: "Ctrl S"
	Keys     string // aria-keyshortcuts: "Control+S"
	Small    bool
	Wide     bool
	Compact  bool // icon only on a phone
	IconOnly bool
	AtEnd    bool // pushed to the end of its bar
	Disabled bool
	Focus    bool // has the keyboard when the page or its part appears
	ID       string
	Swap     Swap             // with a script, only a card changes
	Attrs    templ.Attributer // hx-..., data-...
}

// Swap has the script put an answer in the place of a card. Without script the link
// is followed.
type Swap struct {
	Card string // id of the card that makes room
	Get  string // address of the answer
	Edit bool   // the answer is the card opened for editing
}

// Render writes the button.
func (b Button) Render(ctx context.Context, w io.Writer) error {
	m := mark(ctx, w)
	link := b.Href != "" && !b.Disabled
	m.when(link, `<a class="btn`)
	m.when(!link, `<button class="btn`)
	m.when(b.Small, " is-small")
	m.when(b.Wide, " is-wide")
	m.when(b.Compact, " is-compact")
	m.when(b.IconOnly, " is-icon")
	m.when(b.AtEnd, " at-end")
	m.lit(`"`)
	if link {
		m.url("href", b.Href)
	} else {
		b.does(&m)
	}
	m.some("id", b.ID)
	m.some("data-kind", b.Kind)
	if b.IconOnly {
		m.attr("aria-label", b.Label)
		m.attr("title", b.Label)
	}
	m.some("aria-keyshortcuts", b.Keys)
	m.when(b.Focus, " autofocus")
	b.Swap.attrs(&m)
	m.attrs(b.Attrs)
	m.lit(">")
	b.inside(&m)
	m.when(link, "</a>")
	m.when(!link, "</button>")
	return m.err
}

// does writes what a button that isn't a link does.
func (b *Button) does(m *markup) {
	if b.Submit || b.Name != "" || b.Form != "" || b.Action != "" {
		m.lit(` type="submit"`)
	} else {
		m.lit(` type="button"`)
	}
	if b.Name != "" { // it asks for something other than saving: the browser's own check is skipped
		m.attr("name", b.Name)
		m.attr("value", b.Value)
		m.lit(" formnovalidate")
	}
	m.some("form", b.Form)
	if b.Action != "" {
		m.url("formaction", b.Action)
	}
	m.some("popovertarget", b.Popover)
	if b.Dialog != "" {
		m.lit(` command="show-modal"`)
		m.attr("commandfor", b.Dialog)
		m.lit(` aria-haspopup="dialog"`)
	}
	m.when(b.Disabled, " disabled")
}

// inside writes the icon, the label and the shortcut.
func (b *Button) inside(m *markup) {
	if b.Icon != "" {
		icon{name: b.Icon}.write(m)
	}
	if !b.IconOnly {
		m.when(b.Compact, `<span class="btn-label">`)
		m.text(b.Label)
		m.when(b.Compact, "</span>")
	}
	m.elem(`<kbd aria-hidden="true">`, b.Shortcut, "</kbd>")
}

func (s *Swap) attrs(m *markup) {
	if s.Card == "" {
		return
	}
	if s.Edit {
		m.attr("data-edit-card", s.Card)
	}
	m.attr("hx-get", s.Get)
	m.lit(` hx-target="#`)
	m.text(s.Card)
	m.lit(`" hx-swap="outerHTML"`)
}
