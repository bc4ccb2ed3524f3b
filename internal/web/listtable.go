package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

func (v *listView) table(p *Page, title string) ui.Table {
	t := ui.Table{L: p.L, Label: title, WidthURL: v.path + "/columns", Action: v.path + "/modify", TickName: "ids", All: v.all,
		Keep: hiddens(v.full()), Bar: v.selection(p)}
	if v.view != nil {
		t.WidthURL += "?view=" + strconv.FormatInt(v.view.ID, 10)
	}
	ticks := v.top(func(q *list.Query) { q.Sort, q.Columns = "", nil })
	t.Ticks = v.path + "?" + v.def.EncodeQuery(ticks).Encode()
	by := v.sorting()
	for _, f := range v.page.Columns {
		c := ui.Column{Key: f.Key, Label: v.def.Title(p.L, f.Key), Width: v.widths[f.Key], Size: v.size(f), Slot: v.slots[f.Key], Number: f.Kind == list.Number}
		if f.Sort != "" {
			v.sortable(&c, f.Key, by)
		}
		t.Columns = append(t.Columns, c)
	}
	peeked := p.R.URL.Query().Get("peek")
	for _, r := range v.page.Rows {
		row := v.row(p, v, r)
		row.ID = strconv.FormatInt(r.ID, 10)
		row.Href = v.path + "/" + row.ID
		row.Peek = v.href(v.q, "peek", row.ID)
		row.Peeked = row.ID == peeked
		for i, f := range v.page.Columns[1:] {
			row.Cells = append(row.Cells, v.cell(p, f, r.Values[i+1]))
		}
		t.Rows = append(t.Rows, row)
	}
	t.Empty = v.empty(p)
	t.Foot = v.pager(p, by)
	return t
}

// size is how wide a column is before anybody drags it.
func (v *listView) size(f list.Field) string {
	if s := v.sizes[f.Key]; s != "" {
		return s
	}
	switch f.Kind {
	case list.Date, list.Stamp:
		return "date"
	case list.Number, list.Bool:
		return "short"
	}
	return "person"
}

// sortable gives a head its addresses: alone, and besides what the list is sorted by.
func (v *listView) sortable(c *ui.Column, key string, by []string) {
	next, more := key, slices.Clone(by)
	at := slices.IndexFunc(by, func(s string) bool { return strings.TrimPrefix(s, "-") == key })
	switch {
	case at < 0:
		more = append(more, key)
	case by[at] == key:
		c.Sort, next, more[at] = "ascending", "-"+key, "-"+key
	default:
		c.Sort, more[at] = "descending", key
	}
	if at >= 0 && len(by) > 1 {
		c.Rank = at + 1
	}
	c.SortHref = v.href(v.top(func(q *list.Query) { q.Sort = next }))
	if len(more) <= sortLevels {
		c.SortMore = v.href(v.top(func(q *list.Query) { q.Sort = strings.Join(more, ",") }))
	}
}

func (v *listView) pager(p *Page, by []string) ui.Pager {
	pg := ui.Pager{L: p.L, Shown: len(v.page.Rows), Count: ui.Count(p.L, len(v.page.Rows), min(v.total, countBound), v.total > countBound)}
	if v.total < 0 {
		pg.Count = p.L.Number(int64(len(v.page.Rows)))
	}
	if v.page.Next != "" {
		q := v.q
		q.Cursor = v.page.Next
		pg.Next = v.href(q)
	}
	if v.q.Cursor != "" {
		pg.First = v.href(v.top(nil))
	}
	var words []string
	for _, key := range by {
		name := strings.TrimPrefix(key, "-")
		word := v.def.Title(p.L, name)
		if name != key {
			word = p.T("listpage.downwards", "Name", word)
		}
		words = append(words, word)
	}
	pg.Sorted = p.T("listpage.sorted", "Fields", strings.Join(words, ", "))
	return pg
}

// empty says what to do when there is nothing to show.
func (v *listView) empty(p *Page) ui.Empty {
	if v.wrong != nil {
		return ui.Empty{Title: p.T("listpage.wrong"), Text: v.wrongText(p),
			Actions: []templ.Component{ui.Button{Label: p.T("ui.clear_filters"), Href: v.href(list.Query{})}}}
	}
	if v.q.Filtered() {
		return ui.Empty{Title: p.T("list.none.title"), Text: p.T("list.none.text"),
			Actions: []templ.Component{ui.Button{Label: p.T("ui.clear_filters"), Href: v.href(list.Query{})}}}
	}
	e := ui.Empty{Title: p.T("list.empty." + v.def.Name), Text: p.T("list.empty_text." + v.def.Name)}
	if p.Actor.May("client.edit") {
		e.Actions = append(e.Actions, ui.Button{Label: p.T("nav.new_" + v.def.Name), Href: v.news, Kind: "primary", Icon: "plus"})
	}
	if p.Actor.May("client.import") {
		e.Actions = append(e.Actions, ui.Button{Label: p.T("nav.import"), Href: "/imports/new", Icon: "upload"})
	}
	return e
}

func (p *Page) monthName(m int) string { return p.L.Month(time.Month(m)) }
