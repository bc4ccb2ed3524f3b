package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// filter answers with the menu of fields, the editor of one filter, or the panel of
// all of them. Applying one leads to the list under the new query.
func (g *listing) filter(p *Page) error {
	f := Form(p.R.URL.Query())
	e := &filterEditor{p: p, f: f, problems: map[string]string{}, strict: f.Str("do") == "apply"}
	var c templ.Component
	to := ""
	err := p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		if e.v, err = g.openBase(ctx, tx, p, f.Str("base")); err != nil {
			return err
		}
		e.ctx, e.tx = ctx, tx
		switch {
		case f.Bool("panel"):
			c, to, err = e.panel()
		case f.Has("at") || f.Has("field"):
			c, to, err = e.single()
		default:
			c = e.menu()
		}
		return cmp.Or(err, e.failed)
	})
	switch {
	case err != nil:
		return err
	case to != "":
		return p.Redirect(to)
	}
	status := http.StatusOK
	if len(e.problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	if p.wantsFragment() {
		return p.write(status, c)
	}
	return p.RenderStatus(status, Screen{Title: p.T("ui.filters"), Nav: g.noun()}, asideScreen(p.T("ui.filters"), c))
}

func (e *filterEditor) base() ui.Hidden { return ui.Hidden{Name: "base", Value: e.f.Str("base")} }

// menu offers all fields.
func (e *filterEditor) menu() templ.Component {
	return ui.FieldMenu{L: e.p.L, Action: e.v.path + "/filter", Keep: []ui.Hidden{e.base()}, Panel: e.v.aside("filter", "panel", "1"),
		Fields: e.v.fieldOptions(e.p, e.offered)}
}

// offered leaves out what means nothing in this agency, such as the codes of a consortium
// of which it is no member. What the list is filtered by already stays.
func (e *filterEditor) offered(f list.Field) bool {
	if f.Offered == nil || mentions(e.v.q.Filters, f.Key) || slices.ContainsFunc(e.v.q.Groups, func(g list.Group) bool { return mentions(g.Filters, f.Key) }) {
		return true
	}
	ok, err := f.Offered(e.ctx, e.tx)
	e.failed = cmp.Or(e.failed, err)
	return ok
}

// mentions reports whether filters name a field, those within an area included.
func mentions(filters []list.Filter, key string) bool {
	return slices.ContainsFunc(filters, func(f list.Filter) bool { return f.Key == key || mentions(f.Where, key) })
}

// single edits the filter at a place, or a new one of a field.
func (e *filterEditor) single() (templ.Component, string, error) {
	at, err := strconv.Atoi(e.f.Str("at"))
	if err != nil || at < 0 || at >= len(e.v.q.Filters) {
		at = -1
	}
	flt := list.Filter{Key: e.f.Str("field")}
	if at >= 0 {
		flt = e.v.q.Filters[at]
	}
	if _, ok := e.v.def.Field(flt.Key, e.p.Actor); !ok {
		return e.menu(), "", nil
	}
	if e.f.Has("f0.key") {
		flt, _ = e.read(e.v.def, "f0")
	}
	if e.strict && len(e.problems) == 0 {
		q := e.v.top(nil)
		if at >= 0 {
			q.Filters[at] = flt
		} else if q, err = alongside(q, flt); err != nil {
			return nil, "", err
		}
		return nil, e.v.href(q), nil
	}
	c, err := e.condition(e.v.def, "f0", flt, true)
	if err != nil {
		return nil, "", err
	}
	form := ui.FilterEditor{L: e.p.L, Action: e.v.path + "/filter", Body: c, Keep: []ui.Hidden{e.base(), {Name: "field", Value: flt.Key}}}
	if at >= 0 {
		form.Keep = append(form.Keep, ui.Hidden{Name: "at", Value: strconv.Itoa(at)})
		form.Remove = e.v.href(e.v.without(at))
	}
	return form, "", nil
}

// alongside is a query narrowed by one more filter, which stands last.
func alongside(q list.Query, flt list.Filter) (list.Query, error) {
	if q.Any {
		return q.Narrow(list.Query{Filters: []list.Filter{flt}, Cursor: q.Cursor})
	}
	q.Filters = append(q.Filters, flt)
	return q, nil
}

// without is the query without the filter at a place.
func (v *listView) without(at int) list.Query {
	return v.top(func(q *list.Query) { q.Filters = slices.Delete(q.Filters, at, at+1) })
}

// panel edits the whole query: filters, brackets, and what joins them.
func (e *filterEditor) panel() (templ.Component, string, error) {
	q := e.v.q
	if e.f.Has("any") {
		e.readQuery(&q)
	}
	if e.strict && len(e.problems) == 0 {
		return nil, e.v.href(e.v.top(func(old *list.Query) {
			old.Any, old.Filters = q.Any, q.Filters
			old.Groups = slices.DeleteFunc(q.Groups, func(g list.Group) bool { return len(g.Filters) == 0 })
		})), nil
	}
	fields := e.v.fieldOptions(e.p, e.offered)
	top := ui.Bracket{L: e.p.L, Scope: "f", Label: e.p.T("listpage.match"), AnyName: "any", Any: q.Any, Fields: fields, Add: e.p.T("listpage.add_condition")}
	var err error
	if top.Items, err = e.conditions(e.v.def, "f", q.Filters); err != nil {
		return nil, "", err
	}
	for i, g := range q.Groups {
		scope := "g" + strconv.Itoa(i)
		b := ui.Bracket{L: e.p.L, Scope: scope + ".f", Label: e.p.T("listpage.group"), AnyName: scope + ".any", Any: g.Any, Fields: fields,
			Add: e.p.T("listpage.add_condition"), Drop: scope}
		if b.Items, err = e.conditions(e.v.def, scope+".f", g.Filters); err != nil {
			return nil, "", err
		}
		top.Groups = append(top.Groups, b)
	}
	return ui.FilterEditor{L: e.p.L, Title: e.p.T("listpage.advanced"), Panel: true, Action: e.v.path + "/filter", Body: top,
		Keep: []ui.Hidden{e.base(), {Name: "panel", Value: "1"}}, Cancel: e.v.href(e.v.top(nil))}, "", nil
}

// conditions are the rows of a bracket.
func (e *filterEditor) conditions(d *list.Def, scope string, filters []list.Filter) (out []ui.Condition, err error) {
	for i, flt := range filters {
		c, err := e.condition(d, scope+strconv.Itoa(i), flt, false)
		if err != nil {
			return nil, err
		}
		c.Drop = true
		out = append(out, c)
	}
	return out, nil
}

// readQuery reads filters and brackets from the form, and does what its buttons ask.
func (e *filterEditor) readQuery(q *list.Query) {
	q.Any = e.f.Str("any") == "1"
	q.Filters = e.readList(e.v.def, "f")
	q.Groups = nil
	for i := 0; i < maxRows; i++ {
		scope := "g" + strconv.Itoa(i)
		if !e.f.Has(scope + ".any") {
			break
		}
		if e.f.Str("_drop") == scope {
			continue
		}
		q.Groups = append(q.Groups, list.Group{Any: e.f.Str(scope+".any") == "1", Filters: e.readList(e.v.def, scope+".f")})
	}
	if e.f.Str("_add") == "g" {
		q.Groups = append(q.Groups, list.Group{Any: !q.Any})
	}
}
