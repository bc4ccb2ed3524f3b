package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// sortLevels is by how many fields the form sorts; an address may name more.
const sortLevels = 3

// chooseColumns asks which columns are shown, in which order, and by what the list is
// sorted.
func (g *listing) chooseColumns(p *Page) error {
	f := Form(p.R.URL.Query())
	var v *listView
	err := p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		v, err = g.openBase(ctx, tx, p, f.Str("base"))
		return err
	})
	if err != nil {
		return err
	}
	if f.Has("col") || f.Has("_move") { // moved by a button, without script
		v.q.Columns, v.q.Sort = v.chosen(p, f)
		v.columns = v.q.Columns
	}
	c := v.columnChoice(p, f.Str("base"), f.Str("_move"))
	if p.wantsFragment() {
		return p.Fragment(c)
	}
	return p.Render(Screen{Title: c.Title, Nav: g.noun()}, asideScreen(c.Title, c))
}

// saveColumns remembers the width of a column, or which columns the person wants.
func (g *listing) saveColumns(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	if f.Has("width") {
		return g.resize(p, f)
	}
	var v *listView
	err = p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		v, err = g.openBase(ctx, tx, p, f.Str("base"))
		return err
	})
	if err != nil {
		return err
	}
	q := v.top(func(q *list.Query) {
		if q.Columns, q.Sort = v.chosen(p, f); f.Has("_reset") {
			q.Columns, q.Sort = nil, ""
		}
		if slices.Equal(q.Columns, v.def.Columns) && v.view == nil {
			q.Columns = nil
		}
		if q.Sort == v.def.Sort && v.view == nil {
			q.Sort = ""
		}
	})
	if v.view == nil {
		err = p.Update(func(ctx context.Context, tx *db.Tx) error {
			return agency.SaveSetting(ctx, tx, "columns."+v.def.Name, strings.Join(q.Columns, ","))
		})
		if err != nil {
			return err
		}
	}
	return p.Redirect(v.href(q))
}

// chosen reads columns and sort from the form.
func (v *listView) chosen(p *Page, f Form) (cols []string, sort string) {
	cols = []string{v.def.Columns[0]}
	for _, key := range f.All("col") {
		if fd, ok := v.def.Field(key, p.Actor); ok && !fd.NoShow && !slices.Contains(cols, key) {
			cols = append(cols, key)
		}
	}
	var by, keys []string
	for i := range sortLevels {
		n := strconv.Itoa(i)
		key := f.Str("sort" + n)
		fd, ok := v.def.Field(key, p.Actor)
		if !ok || fd.Sort == "" || slices.Contains(keys, key) {
			continue
		}
		keys = append(keys, key)
		by = append(by, strings.TrimSpace(f.Str("desc"+n))+key)
	}
	return cols, strings.Join(by, ",")
}

// columnChoice is the form; move, "phone" or "-phone", is the column to be moved down
// or up before it is shown.
func (v *listView) columnChoice(p *Page, base, move string) ui.ColumnChoice {
	cols := slices.Clone(v.columns)
	key, up := strings.CutPrefix(move, "-")
	if at := slices.Index(cols, key); at > 0 {
		to := at + 1
		if up {
			to = at - 1
		}
		if to > 0 && to < len(cols) {
			cols[at], cols[to] = cols[to], cols[at]
		}
	}
	c := ui.ColumnChoice{L: p.L, Title: p.T("listpage.columns"), Action: v.path + "/columns", Keep: []ui.Hidden{{Name: "base", Value: base}},
		First: v.def.Title(p.L, cols[0]), Cancel: v.href(v.top(nil))}
	for _, key := range cols[1:] {
		c.Shown = append(c.Shown, ui.Option{Value: key, Label: v.def.Title(p.L, key)})
	}
	c.Others = append(c.Others, v.fieldOptions(p, func(f list.Field) bool { return !f.NoShow && !slices.Contains(cols, f.Key) })...)
	c.Sorts = v.sortRows(p)
	return c
}

// fieldOptions are the fields that pass, by group in the order of the list.
func (v *listView) fieldOptions(p *Page, pass func(list.Field) bool) []ui.Option {
	return fieldOptions(p, v.def, pass)
}

func fieldOptions(p *Page, d *list.Def, pass func(list.Field) bool) []ui.Option {
	fields := d.Visible(p.Actor)
	var groups []string
	for _, f := range fields {
		if !slices.Contains(groups, f.Group) {
			groups = append(groups, f.Group)
		}
	}
	var out []ui.Option
	for _, group := range groups {
		name := group
		if name == "" {
			name = "main"
		}
		for _, f := range fields {
			if f.Group != group || !pass(f) {
				continue
			}
			o := ui.Option{Value: f.Key, Label: d.Title(p.L, f.Key), Group: p.T("list.group." + name)}
			if f.Kind == list.Area {
				o.Icon = "chevron-right"
			}
			out = append(out, o)
		}
	}
	return out
}

// sortRows are the fields by which the list is sorted, the first counts most.
func (v *listView) sortRows(p *Page) (rows []templ.Component) {
	fields := v.fieldOptions(p, func(f list.Field) bool { return f.Sort != "" })
	by := v.sorting()
	for i := range sortLevels {
		key, desc, n := "", "", strconv.Itoa(i)
		if i < len(by) {
			key = strings.TrimPrefix(by[i], "-")
			if key != by[i] {
				desc = "-"
			}
		}
		label := p.T("listpage.sort_by")
		if i > 0 {
			label = p.T("listpage.then_by")
		}
		rows = append(rows, sortRow(
			ui.Select{Field: ui.Field{Name: "sort" + n, Label: label}, Value: key, Options: fields, HasNone: true},
			ui.Select{Field: ui.Field{Name: "desc" + n, Label: p.T("listpage.direction"), NoLabel: true}, Value: desc,
				Options: []ui.Option{{Value: "", Label: p.T("listpage.ascending")}, {Value: "-", Label: p.T("listpage.descending")}}}))
	}
	return rows
}

// sorting are the keys by which the list is sorted, with "-" where downwards.
func (v *listView) sorting() []string {
	by := v.q.Sort
	if by == "" {
		by = v.def.Sort
	}
	return strings.Split(by, ",")
}
