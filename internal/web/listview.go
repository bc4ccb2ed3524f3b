package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// listParts are the finished parts of a list page.
type listParts struct {
	head    ui.PageHead
	tabs    ui.Tabs
	filters ui.FilterBar
	table   ui.Table
}

func (v *listView) screen(p *Page, title string) listParts {
	return listParts{head: v.head(p, title), tabs: v.tabBar(p), filters: v.filterBar(p), table: v.table(p, title)}
}

func (v *listView) head(p *Page, title string) ui.PageHead {
	h := ui.PageHead{Title: title}
	if p.Actor.May("client.import") && v.path == "/clients" {
		h.Actions = append(h.Actions, ui.Button{Label: p.T("common.import"), Icon: "upload", Kind: "ghost", Href: "/imports/new", Compact: true})
	}
	return h
}

func (v *listView) tabBar(p *Page) ui.Tabs {
	t := ui.Tabs{Label: p.T("list.views")}
	for _, tab := range v.tabs(p) {
		u := v.def.Encode(tab.filters)
		href := v.path
		if len(u) > 0 {
			href += "?" + u.Encode()
		}
		t.Items = append(t.Items, ui.Tab{Label: p.T("list.tab." + v.def.Name + "." + tab.key), Href: href,
			Current: sameFilters(tab.filters, v.q.Filters)})
	}
	return t
}

func sameFilters(a, b []list.Filter) bool {
	return slices.EqualFunc(a, b, func(x, y list.Filter) bool {
		return x.Key == y.Key && x.Op == y.Op && slices.Equal(x.Values, y.Values)
	})
}

// filterBar shows the filters in force as chips; the default ones stand there as
// buttons until they are used (R108, L03), the others are in the menu.
func (v *listView) filterBar(p *Page) ui.FilterBar {
	bar := ui.FilterBar{L: p.L, Clear: v.href(p, first(func(u url.Values) {
		for k := range u {
			if k != "sort" {
				u.Del(k)
			}
		}
	}))}
	used := map[string]bool{}
	for i, flt := range v.q.Filters {
		f, ok := v.def.Field(flt.Key, p.Actor)
		if !ok {
			continue
		}
		used[flt.Key] = true
		rest := slices.Delete(slices.Clone(v.q.Filters), i, i+1)
		form := v.filterForm(p, f, flt, rest)
		form.Remove = v.with(p, rest)
		bar.Chips = append(bar.Chips, ui.Chip{ID: "chip-" + f.Key + "-" + strconv.Itoa(i), Field: p.T(v.def.Label(f.Key)),
			Op: p.T("list.op." + flt.Op), Value: v.words(p, f, flt), Remove: form.Remove, Edit: &form})
	}
	for _, key := range v.def.Filters {
		if f, ok := v.def.Field(key, p.Actor); ok && !used[key] {
			bar.Quick = append(bar.Quick, v.filterForm(p, f, list.Filter{Key: key}, v.q.Filters))
		}
	}
	for _, f := range v.def.Visible(p.Actor) {
		if !used[f.Key] && !slices.Contains(v.def.Filters, f.Key) {
			bar.Add = append(bar.Add, v.filterForm(p, f, list.Filter{Key: f.Key}, v.q.Filters))
		}
	}
	return bar
}

// with is the address of the list under other filters, from its beginning.
func (v *listView) with(p *Page, filters []list.Filter) string {
	u := v.def.Encode(filters)
	if v.q.Sort != "" {
		u.Set("sort", v.q.Sort)
	}
	if len(u) == 0 {
		return v.path
	}
	return v.path + "?" + u.Encode()
}

func (v *listView) filterForm(p *Page, f list.Field, flt list.Filter, rest []list.Filter) ui.FilterForm {
	form := ui.FilterForm{L: p.L, ID: "filter-" + f.Key, Label: p.T(v.def.Label(f.Key)), Action: v.path, OpName: "op." + f.Key, Op: flt.Op}
	for _, op := range list.Ops[f.Kind] {
		form.Ops = append(form.Ops, ui.Option{Value: op, Label: p.T("list.op." + op)})
	}
	keep := v.def.Encode(rest)
	if v.q.Sort != "" {
		keep.Set("sort", v.q.Sort)
	}
	for k, vals := range keep {
		for _, val := range vals {
			form.Keep = append(form.Keep, ui.Hidden{Name: k, Value: val})
		}
	}
	slices.SortFunc(form.Keep, func(a, b ui.Hidden) int { return strings.Compare(a.Name+a.Value, b.Name+b.Value) })
	id := "v-" + f.Key
	if flt.Op != "" {
		id += "-edit"
	}
	form.Value = v.control(p, f, flt, ui.Field{Name: f.Key, ID: id, Label: p.T("list.value")})
	return form
}

// control asks for the value of a filter.
func (v *listView) control(p *Page, f list.Field, flt list.Filter, field ui.Field) templ.Component {
	value := ""
	if len(flt.Values) > 0 {
		value = flt.Values[0]
	}
	switch f.Kind {
	case list.Choice:
		opts := []ui.Option{}
		for _, o := range v.options[f.Key] {
			opts = append(opts, ui.Option{Value: o.Value, Label: o.Label})
		}
		if len(opts) <= 8 {
			return ui.Ticks{Field: field, Values: flt.Values, Options: opts}
		}
		return ui.Select{Field: field, Value: value, Options: opts, HasNone: true}
	case list.Bool:
		return ui.Select{Field: field, Value: value, HasNone: true, Options: []ui.Option{{Value: "true", Label: p.T("common.yes")}, {Value: "false", Label: p.T("common.no")}}}
	case list.Date, list.Stamp:
		second := field
		second.ID, second.Label = field.ID+"-2", p.T("list.value_to")
		to := ""
		if len(flt.Values) > 1 {
			to = flt.Values[1]
		}
		return ui.Group{ui.Input{Field: field, Type: "date", Value: value}, ui.Input{Field: second, Type: "date", Value: to}}
	case list.Number:
		return ui.Input{Field: field, Value: value, InputMode: "numeric"}
	}
	return ui.Input{Field: field, Value: value, Autocomplete: "off"}
}

// words are the values of a filter as people read them.
func (v *listView) words(p *Page, f list.Field, flt list.Filter) string {
	if flt.Op == "blank" || flt.Op == "filled" {
		return ""
	}
	var out []string
	for _, val := range flt.Values {
		switch f.Kind {
		case list.Choice:
			for _, o := range v.options[f.Key] {
				if o.Value == val {
					val = o.Label
					break
				}
			}
		case list.Date, list.Stamp:
			if d := date.Date(val); d.Valid() {
				val = p.L.Date(d)
			}
		case list.Bool:
			val = p.T(map[string]string{"true": "common.yes"}[val] + map[string]string{"false": "common.no"}[val])
		}
		out = append(out, val)
	}
	return strings.Join(out, ", ")
}

func (v *listView) table(p *Page, title string) ui.Table {
	t := ui.Table{L: p.L, Label: title, WidthURL: v.path + "/columns"}
	sorted := v.q.Sort
	if sorted == "" {
		sorted = v.def.Sort
	}
	for _, f := range v.page.Columns {
		c := ui.Column{Key: f.Key, Label: p.T(v.def.Label(f.Key)), Width: v.widths[f.Key], Size: v.sizes[f.Key], Slot: v.slots[f.Key], Number: f.Kind == list.Number}
		if f.Sort != "" {
			next := f.Key
			switch sorted {
			case f.Key:
				c.Sort, next = "ascending", "-"+f.Key
			case "-" + f.Key:
				c.Sort = "descending"
			}
			c.SortHref = v.href(p, first(func(u url.Values) { u.Set("sort", next) }))
		}
		t.Columns = append(t.Columns, c)
	}
	peeked := p.R.URL.Query().Get("peek")
	for _, r := range v.page.Rows {
		row := v.row(p, v, r)
		row.ID = strconv.FormatInt(r.ID, 10)
		row.Href = v.path + "/" + row.ID
		row.Peek = v.href(p, func(u url.Values) { u.Set("peek", row.ID) })
		row.Peeked = row.ID == peeked
		for i, f := range v.page.Columns[1:] {
			row.Cells = append(row.Cells, v.cell(p, f, r.Values[i+1]))
		}
		t.Rows = append(t.Rows, row)
	}
	t.Empty = v.empty(p)
	t.Foot = v.pager(p)
	return t
}

func (v *listView) pager(p *Page) ui.Pager {
	pg := ui.Pager{L: p.L, Count: ui.Count(p.L, len(v.page.Rows), min(v.total, countBound), v.total > countBound)}
	if v.page.Next != "" {
		pg.Next = v.href(p, func(u url.Values) { u.Set("cursor", v.page.Next) })
	}
	if v.q.Cursor != "" {
		pg.First = v.href(p, first(func(url.Values) {}))
	}
	return pg
}

// empty says what to do when there is nothing to show.
func (v *listView) empty(p *Page) ui.Empty {
	if len(v.q.Filters) > 0 {
		return ui.Empty{Title: p.T("list.none.title"), Text: p.T("list.none.text"),
			Actions: []templ.Component{ui.Button{Label: p.T("ui.clear_filters"), Href: v.path}}}
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
