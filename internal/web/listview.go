package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/clientlist"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// listParts are the finished parts of a list page.
type listParts struct {
	head    ui.PageHead
	menu    ui.Menu
	whole   templ.Component // carries the query for the acts on all of it
	tabs    ui.Tabs
	filters ui.FilterBar
	table   ui.Table
}

func (v *listView) screen(p *Page, title string) listParts {
	keep := hiddens(v.full())
	l := listParts{head: v.head(p, title), menu: v.pageMenu(p), tabs: v.tabBar(p), filters: v.filterBar(p), table: v.table(p, title)}
	l.whole = ui.Group{heldForm("list-whole", append(slices.Clone(keep), ui.Hidden{Name: "all", Value: "1"})), heldForm("list-view", v.viewFields(keep))}
	return l
}

// hiddens are parameters as fields of a form, in a steady order.
func hiddens(u url.Values) (out []ui.Hidden) {
	for k, vals := range u {
		for _, val := range vals {
			out = append(out, ui.Hidden{Name: k, Value: val})
		}
	}
	slices.SortFunc(out, func(a, b ui.Hidden) int { return strings.Compare(a.Name+"\x00"+a.Value, b.Name+"\x00"+b.Value) })
	return out
}

// viewFields are what a view is saved with.
func (v *listView) viewFields(keep []ui.Hidden) []ui.Hidden {
	out := append(slices.Clone(keep), ui.Hidden{Name: "v_list", Value: v.def.Name})
	if v.view != nil {
		out = append(out, ui.Hidden{Name: "version", Value: strconv.FormatInt(v.view.Version, 10)})
	}
	if len(v.widths) > 0 {
		raw, _ := json.Marshal(v.widths) // of numbers
		out = append(out, ui.Hidden{Name: "v_widths", Value: string(raw)})
	}
	return out
}

func (v *listView) head(p *Page, title string) ui.PageHead {
	h := ui.PageHead{Title: title}
	if p.Actor.May("client.import") && v.path == "/clients" {
		h.Actions = append(h.Actions, ui.Button{Label: p.T("common.import"), Icon: "upload", Kind: "ghost", Href: "/imports/new", Compact: true})
	}
	if p.Actor.May("client.share") && v.path == "/clients" { // R101
		h.Actions = append(h.Actions, ui.Button{Label: p.T("client.share"), Icon: "share", Kind: "ghost", Href: "/shares", Compact: true})
	}
	h.Actions = append(h.Actions, ui.Button{Label: p.T("listpage.menu"), Icon: "more", Kind: "ghost", IconOnly: true, Popover: "list-menu"})
	return h
}

// listAct is a line of a menu that does something to the rows of the form.
func listAct(p *Page, key, icon, form, to string) ui.MenuItem {
	return ui.MenuItem{Label: p.T(key), Icon: icon, Form: form, Attrs: templ.Attributes{"formaction": to}}
}

// pageMenu is what can be done with everything shown, and with the page.
func (v *listView) pageMenu(p *Page) ui.Menu {
	var all []ui.MenuItem
	if p.Actor.May("client.export") {
		all = append(all, listAct(p, "listpage.export_all", "download", "list-whole", v.path+"/export"))
		all = append(all, v.outputs(p, "list-whole")...)
	}
	if v.def.Name == "client" && p.Actor.May("client_list.edit") {
		all = append(all, listAct(p, "listpage.add_to_list", "lists", "list-whole", "/lists/add"))
	}
	views := []ui.MenuItem{listAct(p, "listpage.save_as", "bookmark", "list-view", "/views/new"),
		{Label: p.T("listpage.manage_views"), Icon: "sliders", Href: "/views?list=" + v.def.Name}}
	density := ui.MenuItem{Label: p.T("listpage.compact"), Icon: "list", Post: "/display", Name: "density", Value: "compact"}
	if p.User.Density == "compact" {
		density.Label, density.Value = p.T("listpage.comfortable"), ""
	}
	density.Post += "?back=" + url.QueryEscape(p.here())
	return ui.Menu{ID: "list-menu", Label: p.T("listpage.menu"), Start: true, Groups: []ui.MenuGroup{{Items: all}, {Items: views}, {Items: []ui.MenuItem{density}}}}
}

// outputs are the ways out besides a file. A colleague gets it by mail: without a mail
// server that isn't offered, as the page of the export couldn't do it.
func (v *listView) outputs(p *Page, form string) []ui.MenuItem {
	labels := listAct(p, "listpage.labels", "tag", form, v.path+"/export")
	labels.Name, labels.Value = "_format", "labels"
	out := []ui.MenuItem{listAct(p, "common.print", "print", form, v.path+"/print"), labels}
	if p.s.Exports.MailOn {
		mail := listAct(p, "listpage.mail", "mail", form, v.path+"/export")
		mail.Name, mail.Value = "_format", "pdf"
		out = append(out, mail)
	}
	return out
}

// tabBar are the views that are always there, then the pinned ones.
func (v *listView) tabBar(p *Page) ui.Tabs {
	t := ui.Tabs{Label: p.T("list.views")}
	for _, tab := range v.tabs(p) {
		u := v.def.Encode(tab.filters)
		if len(u) == 0 && v.standard {
			u.Set("view", "0")
		}
		href := v.path
		if len(u) > 0 {
			href += "?" + u.Encode()
		}
		here := v.view == nil && !v.q.Any && len(v.q.Groups) == 0 && sameFilters(tab.filters, v.q.Filters)
		t.Items = append(t.Items, ui.Tab{Label: p.T("list.tab." + v.def.Name + "." + tab.key), Href: href, Current: here})
	}
	shown := false
	for _, w := range v.views {
		here := v.view != nil && v.view.ID == w.ID
		shown = shown || here
		t.Items = append(t.Items, v.viewTab(p, w.ID, w.Name, here))
	}
	if v.view != nil && !shown {
		t.Items = append(t.Items, v.viewTab(p, v.view.ID, v.view.Name, true))
	}
	t.Extra = []templ.Component{ui.TabButton{Label: p.T("listpage.save_as"), Icon: "plus", Form: "list-view", Action: "/views/new"}}
	return t
}

func (v *listView) viewTab(p *Page, id int64, name string, here bool) ui.Tab {
	t := ui.Tab{Label: name, Href: v.path + "?view=" + strconv.FormatInt(id, 10), Current: here}
	if here && v.changed {
		t.Mark = p.T("listpage.changed")
	}
	return t
}

func sameFilters(a, b []list.Filter) bool {
	return slices.EqualFunc(a, b, func(x, y list.Filter) bool {
		return x.Key == y.Key && x.Op == y.Op && len(x.Where)+len(y.Where) == 0 && slices.Equal(x.Values, y.Values)
	})
}

// filterBar shows the filters in force as chips; the default ones stand there as
// bubbles until they are used (R108, L03), the others are in the menu.
func (v *listView) filterBar(p *Page) ui.FilterBar {
	bar := ui.FilterBar{L: p.L, Chips: v.chips, Words: v.words, Add: v.aside("filter"), Panel: v.aside("filter", "panel", "1")}
	for _, key := range v.def.Filters {
		used := slices.ContainsFunc(v.q.Filters, func(f list.Filter) bool { return f.Key == key })
		if _, ok := v.def.Field(key, p.Actor); ok && !used {
			bar.Quick = append(bar.Quick, ui.Bubble{Label: v.def.Title(p.L, key), Href: v.aside("filter", "field", key)})
		}
	}
	if len(v.chips) > 1 {
		bar.Clear = v.href(v.top(func(q *list.Query) { q.Any, q.Filters, q.Groups = false, nil, nil }))
	}
	if v.view != nil && v.changed {
		bar.End = append(bar.End, ui.Button{Label: p.T("listpage.reset_view"), Icon: "undo", Kind: "ghost", Small: true, Compact: true, Href: v.href(v.saved)})
		if v.view.MayChange(p.Actor) {
			bar.End = append(bar.End, ui.Button{Label: p.T("listpage.update_view"), Icon: "bookmark", Kind: "ghost", Small: true, Compact: true, Submit: true, Form: "list-view",
				Action: "/views/" + strconv.FormatInt(v.view.ID, 10) + "/update"})
		}
	}
	bar.End = append(bar.End, ui.Button{Label: p.T("listpage.columns_short"), Icon: "columns", Kind: "ghost", Small: true, Compact: true, Href: v.aside("columns"), Attrs: templ.Attributes{"data-part": "panel"}})
	return bar
}

// loadChips writes the filters in force in words.
func (v *listView) loadChips(ctx context.Context, tx *db.Tx, p *Page) error {
	var wrong []string
	for _, f := range fieldErrors(v.wrong) {
		wrong = append(wrong, f.Path)
	}
	if v.q.Any && len(v.q.Filters)+len(v.q.Groups) > 1 { // chips are what must all hold
		text, err := p.describe(ctx, tx, v.def, list.Query{Any: true, Filters: v.q.Filters, Groups: v.q.Groups})
		if err != nil {
			return unlessInvalid(err)
		}
		v.words = sentence(text)
		v.chips = []ui.Chip{{Field: p.T("listpage.match_any"), Value: p.L.Number(int64(len(v.q.Filters) + len(v.q.Groups))), Panel: true,
			Edit: v.aside("filter", "panel", "1"), Remove: v.href(v.top(func(q *list.Query) { q.Any, q.Filters, q.Groups = false, nil, nil })), Wrong: len(wrong) > 0}}
		return nil
	}
	deep := len(v.q.Groups) > 0
	for i, flt := range v.q.Filters {
		c, err := v.chip(ctx, tx, p, flt)
		if err != nil {
			return unlessInvalid(err)
		}
		c.Edit, c.Remove = v.aside("filter", "at", strconv.Itoa(i)), v.href(v.without(i))
		c.Wrong = slices.Contains(wrong, flt.Key)
		deep = deep || len(flt.Where) > 1
		v.chips = append(v.chips, c)
	}
	for i, g := range v.q.Groups {
		text, err := p.describe(ctx, tx, v.def, list.Query{Any: g.Any, Filters: g.Filters})
		if err != nil {
			return unlessInvalid(err)
		}
		v.chips = append(v.chips, ui.Chip{Field: p.T("listpage.group"), Value: text, Panel: true, Edit: v.aside("filter", "panel", "1"),
			Remove: v.href(v.top(func(q *list.Query) { q.Groups = slices.Delete(q.Groups, i, i+1) })),
			Wrong:  slices.ContainsFunc(g.Filters, func(f list.Filter) bool { return slices.Contains(wrong, f.Key) })})
	}
	if !deep {
		return nil
	}
	text, err := p.describe(ctx, tx, v.def, v.q)
	v.words = sentence(text)
	return unlessInvalid(err)
}

// unlessInvalid lets pass what the rows have already been refused for.
func unlessInvalid(err error) error {
	if errs.KindOf(err) == errs.Invalid {
		return nil
	}
	return err
}

// sentence begins with a capital letter.
func sentence(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return ""
	}
	return strings.ToUpper(string(r[0])) + string(r[1:])
}

// chip is one filter in words.
func (v *listView) chip(ctx context.Context, tx *db.Tx, p *Page, flt list.Filter) (ui.Chip, error) {
	f, ok := v.def.Field(flt.Key, p.Actor)
	if !ok {
		return ui.Chip{Field: flt.Key}, nil
	}
	c := ui.Chip{Field: v.def.Title(p.L, f.Key), Op: list.OpWord(p.L, flt.Op)}
	var err error
	switch {
	case f.Kind == list.Area:
		c.Op = opLabel(p, f, flt.Op)
		if slotOf(f, flt.Op) == "n" {
			c.Op += " " + first1(flt.Values)
		}
		c.Value, err = p.describe(ctx, tx, f.Area.Def, list.Query{Filters: flt.Where})
	case flt.Op == "inmonth":
		if m, err := strconv.Atoi(first1(flt.Values)); err == nil && m >= 1 && m <= 12 {
			c.Value = p.monthName(m)
		}
	case flt.Op == "md":
		c.Value = p.typedValue(first1(flt.Values))
	default:
		var told list.Query
		if told, err = clientlist.Worded(ctx, tx, list.Query{Filters: []list.Filter{flt}}, p.T("client_list.unseen")); err == nil {
			c.Value, err = v.def.Words(ctx, tx, f, told.Filters[0], p.L)
		}
	}
	return c, err
}

// wrongText is what is wrong with the query, for the place of the rows.
func (v *listView) wrongText(p *Page) string { return p.queryFault(v.wrong) }

// queryFault is what is wrong with filters: that of one of them, where it is known, since no
// field is marked.
func (p *Page) queryFault(err error) string {
	text := p.L.Error(err)
	var e *errs.Error
	if errors.As(err, &e) {
		for _, f := range e.Fields {
			text = p.T(f.Key, f.Args...)
		}
	}
	return text
}

// selection is the bar of what can be done with the ticked rows.
func (v *listView) selection(p *Page) templ.Component {
	b := ui.SelectionBar{L: p.L, Label: p.T("listpage.selection"), Menu: ui.Menu{ID: "selection-menu", Start: true}}
	button := func(key, icon, to string) {
		b.Actions = append(b.Actions, ui.Button{Label: p.T(key), Icon: icon, Submit: true, Action: to, Attrs: templ.Attributes{"title": p.T(key)}})
	}
	if p.Actor.May("client.edit") {
		button("listpage.modify", "edit", v.path+"/modify")
	}
	if v.def.Name == "client" && p.Actor.May("client_list.edit") {
		button("listpage.add_to_list", "lists", "/lists/add")
	}
	if p.Actor.May("client.export") {
		button("common.export", "download", v.path+"/export")
	}
	if p.Actor.May("client.delete") {
		button("common.delete", "trash", v.path+"/remove")
	}
	var items []ui.MenuItem
	if p.Actor.May("client.export") {
		items = append(items, listAct(p, "common.print", "print", "list-form", v.path+"/print"))
	}
	if id := v.oneList(); id != "" && p.Actor.May("client_list.edit") {
		items = append(items, listAct(p, "listpage.remove_from_list", "minus", "list-form", "/lists/"+id+"/remove"))
	}
	if len(items) > 0 {
		if len(items) > 0 {
			b.Menu.Groups = []ui.MenuGroup{{Items: items}}
		}
	}
	switch {
	case v.all:
		b.Text, b.Clear = v.allText(p), v.href(v.q)
	case v.page.Next != "" || v.q.Cursor != "":
		b.All, b.AllText = ui.Link{Href: v.href(v.q, "all", "1"), Text: p.T("listpage.select_all", "Count", v.totalText(p))}, v.allText(p)
	}
	return b
}

func (v *listView) allText(p *Page) string {
	return p.T("listpage.all_selected", "Count", v.totalText(p))
}

func (v *listView) totalText(p *Page) string {
	switch {
	case v.total < 0:
		return ""
	case v.total > countBound:
		return p.T("common.at_least", "Number", p.L.Number(countBound))
	}
	return p.L.Number(int64(v.total))
}

// oneList is the number of the list of clients that is shown, "" for none.
func (v *listView) oneList() string {
	if v.def.Name != "client" || v.q.Any {
		return ""
	}
	for _, f := range v.q.Filters {
		if f.Key == clientlist.Key && f.Op == "any" && len(f.Values) == 1 {
			return f.Values[0]
		}
	}
	return ""
}
