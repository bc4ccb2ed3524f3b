package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"github.com/carnetcrm/carnet/internal/i18n"
)

// Event is an entry of a timeline. With Change it is something that the system
// wrote down: a field and its old and new value.
type Event struct {
	Icon, Kind string // "phone", "mail" ...; kind "danger", "overdue", "good", "accent"
	Title      string
	Text       string
	By         string
	Time, ISO  string
	Change     bool
	Changes    []Change
	Href       string // of the title
	With       []Link // people who were there
}

// Change is a field's value before and after.
type Change struct{ Field, Old, New string }

// Day groups the events of one day.
type Day struct {
	Title  string // "Today", "Saturday, 21 November"
	Events []Event
}

// TimelineDays writes days without the card, to be added below those shown.
func TimelineDays(l *i18n.Localizer, days []Day) templ.Component { return timelineDays{l, days} }

type timelineDays struct {
	l    *i18n.Localizer
	days []Day
}

// Render writes the days; none at all say that nothing happened.
func (t timelineDays) Render(ctx context.Context, w io.Writer) error {
	m := mark(ctx, w)
	if len(t.days) == 0 {
		m.put(Empty{Title: t.l.T("common.empty"), Small: true})
	}
	for i := range t.days {
		m.lit(`<h3 class="timeline-day">`)
		m.text(t.days[i].Title)
		m.lit(`</h3><ol class="timeline">`)
		for k := range t.days[i].Events {
			t.days[i].Events[k].write(&m, t.l)
		}
		m.lit("</ol>")
	}
	return m.err
}

func (e *Event) write(m *markup, l *i18n.Localizer) {
	m.lit("<li")
	m.when(e.Change, ` class="is-change"`)
	m.lit(`><span class="timeline-dot"`)
	m.some("data-kind", e.Kind)
	m.lit(">")
	if e.Icon != "" && !e.Change {
		icon{name: e.Icon}.write(m)
	}
	m.lit(`</span><div class="event"><div class="event-head">`)
	e.head(m, l)
	m.lit(" ")
	m.put(Time{Text: e.Time, ISO: e.ISO})
	m.lit("</div>")
	e.body(m, l)
	m.lit("</div></li>")
}

// head writes the title, or the only change when there is none.
func (e *Event) head(m *markup, l *i18n.Localizer) {
	switch {
	case e.Title == "" && len(e.Changes) > 0:
		e.Changes[0].write(m, l)
	case e.Title == "":
	case e.Href != "":
		m.lit(`<a class="link"`)
		m.url("href", e.Href)
		m.lit(">")
		m.elem("<b>", e.Title, "</b>")
		m.lit("</a>")
	case e.Change:
		m.elem("<span>", e.Title, "</span>")
	default:
		m.elem("<b>", e.Title, "</b>")
	}
}

// body writes what stands below the head.
func (e *Event) body(m *markup, l *i18n.Localizer) {
	for i := range e.Changes {
		if i > 0 || e.Title != "" {
			m.lit(`<p class="event-text">`)
			e.Changes[i].write(m, l)
			m.lit("</p>")
		}
	}
	m.elem(`<p class="event-text">`, e.Text, "</p>")
	if len(e.With) > 0 {
		m.lit(`<p class="event-by">`)
		for i, person := range e.With {
			m.when(i > 0, ", ")
			m.put(person)
		}
		m.lit("</p>")
	}
	m.elem(`<p class="event-by">`, e.By, "</p>")
}

func (c *Change) write(m *markup, l *i18n.Localizer) {
	m.lit("<span>")
	m.text(c.Field)
	m.lit(" ")
	if c.Old != "" {
		m.elem(`<del><span class="vh">`, l.T("ui.was"), " </span>")
		m.text(c.Old)
		m.lit("</del> ")
	}
	if c.New != "" {
		m.elem(`<ins><span class="vh">`, l.T("ui.is_now"), " </span>")
		m.text(c.New)
		m.lit("</ins>")
	} else {
		m.elem(`<span class="dim">`, l.T("ui.emptied"), "</span>")
	}
	m.lit("</span>")
}
