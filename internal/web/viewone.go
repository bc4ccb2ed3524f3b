package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/view"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// viewView is the page of one view.
type viewView struct {
	view     *view.View
	form     Form
	err      error
	words    string
	pinned   bool
	own      bool     // its list opens with it for the visitor
	roles    []string // and for these roles
	names    map[int64]string
	branches []ui.Option
	history  []record.Entry
}

func (v *viewView) load(ctx context.Context, tx *db.Tx, p *Page, id int64) (err error) {
	if v.view == nil {
		if v.view, err = view.Get(ctx, tx, "", id); err != nil {
			return err
		}
	}
	v.words = p.viewWords(ctx, tx, v.view)
	tabs, err := view.Pinned(ctx, tx, v.view.List)
	if err != nil {
		return err
	}
	for _, t := range tabs {
		v.pinned = v.pinned || t == id
	}
	all, err := view.Standards(ctx, tx, v.view.List)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.ViewID == id && s.Role == "" {
			v.own = true
		} else if s.ViewID == id {
			v.roles = append(v.roles, s.Role)
		}
	}
	if v.names, err = userNames(ctx, tx); err != nil {
		return err
	}
	if v.branches, err = branchOptions(ctx, tx); err != nil {
		return err
	}
	v.history, err = record.History(ctx, tx, record.Ref{Kind: "view", ID: id}, 0, eventsPerPage)
	p.tellQueries(ctx, tx, listDefs[v.view.List].def, v.history)
	return err
}

func (s *Server) showView(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	return s.viewPage(p, http.StatusOK, id, &viewView{})
}

func (s *Server) viewPage(p *Page, status int, id int64, v *viewView) error {
	if err := p.View(func(ctx context.Context, tx *db.Tx) error { return v.load(ctx, tx, p, id) }); err != nil {
		return err
	}
	return p.RenderStatus(status, Screen{Title: v.view.Name, Nav: "views"}, viewScreen(p, v))
}

// saveView renames a view or shares it with others.
func (s *Server) saveView(p *Page) error {
	id, f, err := p.posted()
	if err != nil {
		return err
	}
	f = f.chosen()
	v := new(view.View)
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		return record.Edit(ctx, tx, v, id, f.Int("version"), func() error {
			f.put("name", &v.Name)
			f.putSharing(&v.Sharing)
			f.putBool("tab", &v.Tab)
			return nil
		})
	})
	err = p.weigh("view", id, f.Int("version"), err)
	if err != nil && correctable(err) && len(fieldErrors(err)) > 0 {
		return s.viewPage(p, StatusOf(err), id, &viewView{view: v, form: f, err: err})
	}
	if err != nil && !isStale(err) {
		return err
	}
	p.Flash("good", "common.saved")
	return p.Redirect(viewPath(id))
}

// updateView has a view ask what its list asks now. When somebody changed the view
// since it was opened, the visitor chooses: over it, or beside it as another view.
func (s *Server) updateView(p *Page) error {
	id, f, err := p.posted()
	if err != nil {
		return err
	}
	var v *view.View
	err = p.View(func(ctx context.Context, tx *db.Tx) (err error) { v, err = view.Get(ctx, tx, "", id); return err })
	if err != nil {
		return err
	}
	l := listDefs[v.List]
	if l.def, err = p.knownDef(l.def); err != nil {
		return err
	}
	q, err := l.def.ParseQuery(url.Values(f), p.Actor)
	if err != nil {
		return err
	}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		widths, err := draggedWidths(ctx, tx, v.List, id)
		if err != nil {
			return err
		}
		_, err = view.SaveQuery(ctx, tx, id, f.Int("version"), q, widths)
		return err
	})
	if isStale(err) && len(fieldErrors(err)) > 0 {
		c := &viewClash{view: v, keep: hiddenOf(l.def.EncodeQuery(q))}
		c.who, c.when = p.savedBy(err)
		return p.RenderStatus(http.StatusConflict, Screen{Title: v.Name, Nav: v.List + "s"}, viewClashScreen(p, c))
	}
	if err != nil && !isStale(err) {
		return err
	}
	p.Flash("good", "view.saved", "Name", v.Name)
	return p.Redirect(viewHref(v.List, id))
}

// viewClash asks what to do when two people change what a view asks.
type viewClash struct {
	view      *view.View
	who, when string
	keep      []ui.Hidden
}

// with is what the form carries along, and one thing more.
func (c *viewClash) with(more ui.Hidden) []ui.Hidden { return append(slices.Clone(c.keep), more) }

// viewAct runs an act on the view that the path names and leads to where the form says.
func (s *Server) viewAct(p *Page, act func(ctx context.Context, tx *db.Tx, f Form, id int64) error) error {
	id, f, err := p.posted()
	if err != nil {
		return err
	}
	if err := p.Update(func(ctx context.Context, tx *db.Tx) error { return act(ctx, tx, f, id) }); err != nil {
		return err
	}
	return p.Redirect(f.backTo("/views"))
}

// backTo is where a form leads on: its field "back", if that is a page of ours.
func (f Form) backTo(standard string) string {
	if back := f.Str("back"); back != "" && ours(back) {
		return back
	}
	return standard
}

// pinView makes a view a tab of the visitor's, or takes it away; with "by" it moves the
// tab.
func (s *Server) pinView(p *Page) error {
	return s.viewAct(p, func(ctx context.Context, tx *db.Tx, f Form, id int64) error {
		if f.Has("by") {
			return view.Step(ctx, tx, id, int(f.Int("by")))
		}
		return view.SetPin(ctx, tx, id, f.Bool("on"))
	})
}

// orderViews stores the order that somebody gave their tabs by mouse or keyboard.
func (s *Server) orderViews(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	name := f.Str("list")
	if _, ok := listDefs[name]; !ok {
		return errs.Bad("list", "error.choice", "Allowed", "client, traveler")
	}
	var ids []int64
	for _, s := range f.All("item") {
		if id := parseID(s); id > 0 {
			ids = append(ids, id)
		}
	}
	if len(ids) > 200 {
		return errs.Bad("item", "list.too_many", "Max", 200)
	}
	if err := p.Update(func(ctx context.Context, tx *db.Tx) error { return view.Order(ctx, tx, name, ids) }); err != nil {
		return err
	}
	if p.wantsFragment() {
		p.W.WriteHeader(http.StatusNoContent)
		return nil
	}
	return p.Redirect("/views")
}

func (s *Server) defaultView(p *Page) error {
	return s.viewAct(p, func(ctx context.Context, tx *db.Tx, f Form, id int64) error {
		return view.SetDefault(ctx, tx, id, f.Str("role"), f.Bool("on"))
	})
}

func (s *Server) duplicateView(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	var c *view.View
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		v, err := view.Get(ctx, tx, "", id)
		if err != nil {
			return err
		}
		c, err = view.Duplicate(ctx, tx, id, p.T("view.copy_of", "Name", clipped(v.Name, 60)))
		return err
	})
	if err != nil {
		return err
	}
	p.Flash("good", "view.duplicated")
	return p.Redirect(viewPath(c.ID))
}

// clipped cuts a text after so many characters.
func clipped(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}

func (s *Server) deleteView(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	var v *view.View
	err = p.Update(func(ctx context.Context, tx *db.Tx) (err error) {
		if v, err = view.Get(ctx, tx, "", id); err != nil {
			return err
		}
		return view.Delete(ctx, tx, id, 0)
	})
	if err != nil {
		return err
	}
	p.FlashUndo(viewPath(id)+"/restore", "view.gone", "Name", v.Name)
	return p.Redirect("/views")
}

func (s *Server) restoreView(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error { _, err := view.Restore(ctx, tx, id); return err })
	if err != nil {
		return err
	}
	p.Flash("good", "view.restored")
	return p.Redirect(viewPath(id))
}
