package web

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/view"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// viewRoutes are the pages of saved views. The pages of lists post here: their query
// is part of the form, so that nothing is lost on the way.
func (s *Server) viewRoutes() []Route {
	return []Route{
		{Pattern: "GET /views", handle: s.views},
		{Pattern: "GET /views/new", handle: s.newView},
		{Pattern: "POST /views/new", handle: s.newView},
		{Pattern: "POST /views/order", handle: s.orderViews},
		{Pattern: "GET /views/{id}", handle: s.showView},
		{Pattern: "POST /views/{id}", handle: s.saveView},
		{Pattern: "POST /views/{id}/update", handle: s.updateView},
		{Pattern: "POST /views/{id}/pin", handle: s.pinView},
		{Pattern: "POST /views/{id}/default", handle: s.defaultView},
		{Pattern: "POST /views/{id}/duplicate", handle: s.duplicateView},
		{Pattern: "POST /views/{id}/delete", handle: s.deleteView},
		{Pattern: "POST /views/{id}/restore", handle: s.restoreView},
	}
}

// listDefs are the lists that have views, by name, with their pages.
var listDefs = map[string]struct {
	def  *list.Def
	path string
}{"client": {&client.List, "/clients"}, "traveler": {&traveler.List, "/travelers"}}

func viewPath(id int64) string { return "/views/" + strconv.FormatInt(id, 10) }

// viewHref opens a view in its list.
func viewHref(listName string, id int64) string {
	return listDefs[listName].path + "?view=" + strconv.FormatInt(id, 10)
}

// knownDef is a list with the fields that the agency has defined itself.
func (p *Page) knownDef(d *list.Def) (out *list.Def, err error) {
	err = p.View(func(ctx context.Context, tx *db.Tx) error { out, err = d.For(ctx, tx); return err })
	return out, err
}

// openView is the query of a view, of the list d, as the visitor may ask it. An error names the field
// that is missing, as people know it.
func (p *Page) openView(d *list.Def, v *view.View) (list.Query, error) {
	q, err := v.Open(d, p.Actor)
	var e *errs.Error
	if !errors.As(err, &e) || e.Key != "view.error.field" {
		return q, err
	}
	return q, errs.New(e.Kind, e.Key, "Name", v.Name, "Field", p.fieldName(d, e.Args))
}

// fieldName is the label of the field in the arguments of an error, or its key.
func (p *Page) fieldName(d *list.Def, args []any) string {
	i := slices.Index(args, any("Field"))
	if i < 0 || i+1 >= len(args) {
		return ""
	}
	key, _ := args[i+1].(string)
	if name := d.Title(p.L, key); name != d.Label(key) {
		return name
	}
	return key
}

// viewsView is the page of all views.
type viewsView struct {
	views    []view.View
	gone     []goneThing // in the trash
	tabs     map[string][]view.Tab
	own      map[int64]bool     // views with which a list opens for the visitor
	roles    map[int64][]string // roles for which a list opens with the view
	words    map[int64]string   // filters in words
	names    map[int64]string
	branches []ui.Option
}

func (v *viewsView) load(ctx context.Context, tx *db.Tx, p *Page) (err error) {
	v.tabs, v.own, v.roles, v.words = map[string][]view.Tab{}, map[int64]bool{}, map[int64][]string{}, map[int64]string{}
	if v.views, err = view.All(ctx, tx, ""); err != nil {
		return err
	}
	for _, name := range view.Lists {
		if v.tabs[name], err = view.Tabs(ctx, tx, name); err != nil {
			return err
		}
	}
	all, err := view.Standards(ctx, tx, "")
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.Role != "" {
			v.roles[s.ViewID] = append(v.roles[s.ViewID], s.Role)
		} else {
			v.own[s.ViewID] = true
		}
	}
	for i := range v.views {
		v.words[v.views[i].ID] = p.viewWords(ctx, tx, &v.views[i])
	}
	if v.gone, err = goneShared(ctx, tx, "view", p.User.ID); err != nil {
		return err
	}
	if v.names, err = userNames(ctx, tx); err != nil {
		return err
	}
	v.branches, err = branchOptions(ctx, tx)
	return err
}

// viewWords says in words what a view asks, or why the visitor can't open it.
func (p *Page) viewWords(ctx context.Context, tx *db.Tx, v *view.View) string {
	d, err := listDefs[v.List].def.For(ctx, tx)
	if err != nil {
		return p.L.Error(err)
	}
	q, err := p.openView(d, v)
	if err != nil {
		return p.L.Error(err)
	}
	text, err := p.describe(ctx, tx, d, q)
	switch {
	case err != nil:
		return p.L.Error(err)
	case text == "":
		return p.T("view.no_filter")
	}
	return text
}

func (s *Server) views(p *Page) error {
	v := &viewsView{}
	if err := p.View(func(ctx context.Context, tx *db.Tx) error { return v.load(ctx, tx, p) }); err != nil {
		return err
	}
	return p.Render(Screen{Title: p.T("view.all"), Nav: "views"}, viewsScreen(p, v))
}

// pinned reports whether a view stands as a tab of the visitor's.
func (v *viewsView) pinned(id int64) bool {
	for _, tabs := range v.tabs {
		if slices.ContainsFunc(tabs, func(t view.Tab) bool { return t.ID == id }) {
			return true
		}
	}
	return false
}

// of returns the views of one list.
func (v *viewsView) of(name string) (out []view.View) {
	for _, x := range v.views {
		if x.List == name {
			out = append(out, x)
		}
	}
	return out
}

// newView stores the present query of a list as a view. Without a name it asks for one
// first, and by following a link it only asks. The fields of the view begin with "v_",
// since a list has a filter "name".
func (s *Server) newView(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	v := &view.View{List: f.Str("v_list"), Name: f.Str("v_name"), Density: p.User.Density}
	l, ok := listDefs[v.List]
	if !ok {
		return errs.Bad("v_list", "error.choice", "Allowed", "client, traveler")
	}
	if l.def, err = p.knownDef(l.def); err != nil {
		return err
	}
	q, err := l.def.ParseQuery(url.Values(f), p.Actor)
	if err != nil {
		return err
	}
	f.putSharing(&v.Sharing)
	v.Tab = f.Bool("v_tab")
	if err := v.Keep(q); err != nil {
		return err
	}
	if p.R.Method != http.MethodPost || !f.Has("v_name") {
		u := l.def.EncodeQuery(q)
		u.Set("v_list", v.List)
		if f.Int("view") != 0 {
			u.Set("view", f.Str("view"))
		}
		if done, err := p.toAddress("/views/new", u); done || err != nil {
			return err
		}
		return s.askView(p, http.StatusOK, v, f, nil)
	}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		if v.Widths, err = draggedWidths(ctx, tx, v.List, f.Int("view")); err != nil {
			return err
		}
		return view.Save(ctx, tx, v, f.Bool("v_pin"))
	})
	if err != nil && correctable(err) {
		return s.askView(p, StatusOf(err), v, f, err)
	}
	if err != nil {
		return err
	}
	p.Flash("good", "view.saved", "Name", v.Name)
	return p.Redirect(viewHref(v.List, v.ID))
}

// draggedWidths are the widths of columns that the visitor gave a list, or a view of it.
func draggedWidths(ctx context.Context, tx *db.Tx, listName string, viewID int64) (string, error) {
	key := "widths." + listName
	if viewID != 0 {
		key += "." + strconv.FormatInt(viewID, 10)
	}
	return agency.GetSetting(ctx, tx, key)
}

// askView is the form of a new view, with the query in hidden fields.
func (s *Server) askView(p *Page, status int, v *view.View, f Form, problem error) error {
	q, err := v.Ask()
	if err != nil {
		return err
	}
	l := listDefs[v.List]
	a := &viewAsk{view: v, form: f, err: problem, back: l.path, keep: hiddenOf(l.def.EncodeQuery(q))}
	if f.Int("view") != 0 {
		a.keep = append(a.keep, ui.Hidden{Name: "view", Value: f.Str("view")})
	}
	if enc := l.def.EncodeQuery(q).Encode(); enc != "" {
		a.back += "?" + enc
	}
	err = p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		if a.words, err = p.describe(ctx, tx, l.def, q); err != nil {
			return err
		}
		a.branches, err = branchOptions(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return p.RenderStatus(status, Screen{Title: p.T("view.new"), Nav: v.List + "s"}, viewNewScreen(p, a))
}

// viewAsk is the form of a new view.
type viewAsk struct {
	view     *view.View
	form     Form
	err      error
	back     string
	words    string
	keep     []ui.Hidden
	branches []ui.Option
}

// hiddenOf carries parameters along in a form, in a steady order.
func hiddenOf(v url.Values) (out []ui.Hidden) {
	for _, k := range slices.Sorted(maps.Keys(v)) {
		for _, val := range v[k] {
			out = append(out, ui.Hidden{Name: k, Value: val})
		}
	}
	return out
}

// goneThing is a deleted view or client list.
type goneThing struct {
	agency.Sharing
	ID   int64
	Name string
}

// goneShared are the last things of a kind that were deleted: one's own, and those that
// were shared, as far as the visitor would see them. Who may change one may restore it;
// the others see that it is gone.
func goneShared(ctx context.Context, tx *db.Tx, kind string, user int64) (out []goneThing, err error) {
	err = tx.Each(ctx, "SELECT r.id, r.name, r.owner_id, r.share FROM {"+kind+".trash} r WHERE r.owner_id = $1 OR r.share <> 'private' ORDER BY r.deleted_at DESC LIMIT 50",
		[]any{user}, func(rows db.Rows) error {
			var g goneThing
			err := rows.Scan(&g.ID, &g.Name, &g.OwnerID, &g.Share)
			out = append(out, g)
			return err
		})
	return out, err
}
