package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// Screen says what stands around a page's content.
type Screen struct {
	Title string // of the document
	Nav   string // area that is marked in the navigation: start, clients, travelers, imports, trash, admin
	Fixed bool   // a list: the page stands still and the table scrolls
	Query string // text in the search box

	Density string // of the table, where it isn't the person's
}

// Render answers with a whole page of somebody who has signed in.
func (p *Page) Render(sc Screen, c templ.Component) error { return p.render(http.StatusOK, sc, c) }

// RenderStatus is Render for a form that comes back with errors: 422, 409.
func (p *Page) RenderStatus(status int, sc Screen, c templ.Component) error {
	return p.render(status, sc, c)
}

func (p *Page) render(status int, sc Screen, c templ.Component) error {
	f, err := p.frame(sc)
	if err != nil {
		return err
	}
	return p.write(status, within(ui.Page(f), c))
}

// RenderPlain answers with a page without navigation: sign-in, first start.
func (p *Page) RenderPlain(status int, title string, c templ.Component) error {
	f := ui.Frame{L: p.L, Title: title, Path: p.here(), Flash: p.flashes()}
	f.Theme = p.cookie("theme")
	return p.write(status, within(ui.Plain(f), c))
}

// within puts c where a component has its children.
func within(outer, c templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return outer.Render(templ.WithChildren(ctx, c), w)
	})
}

// here is the path of the page with its query.
func (p *Page) here() string {
	if p.R.Method != http.MethodGet {
		return p.R.URL.Path
	}
	return p.R.URL.RequestURI()
}

// back is where somebody goes on after proving who they are: this page, or the one
// with the form, since what a form asked for isn't done by following a link, and a part
// of a page is no page.
func (p *Page) back() string {
	if p.R.Method != http.MethodGet || p.wantsFragment() {
		if u, err := url.Parse(p.R.Referer()); err == nil && u.Host == p.R.Host && ours(u.RequestURI()) {
			return u.RequestURI()
		}
	}
	return p.here()
}

func (p *Page) flashes() []ui.Flash {
	f, ok := p.takeFlash()
	if !ok {
		return nil
	}
	for i, a := range f.Args { // JSON made numbers floats
		if n, isFloat := a.(float64); isFloat {
			f.Args[i] = int(n)
		}
	}
	return []ui.Flash{{Kind: f.Kind, Text: p.T(f.Key, f.Args...), Undo: f.Undo}}
}

// frame fills in what is around every page.
func (p *Page) frame(sc Screen) (ui.Frame, error) {
	u, a := p.User, p.Agency
	f := ui.Frame{L: p.L, Title: sc.Title, Path: p.here(), Fixed: sc.Fixed, Query: sc.Query, Theme: u.Theme, Density: u.Density,
		Agency: ui.Agency{Name: a.Name},
		User:   ui.User{Name: u.Name, Initials: ui.Initials(u.Name, ""), Role: p.T("agency.role." + u.Role), Tint: ui.Tint(u.ID), Href: "/account"},
		Flash:  p.flashes()}
	if sc.Density != "" {
		f.Density = sc.Density
	}
	if a.Logo != "" {
		f.Agency.Logo = "/logo?v=" + a.Logo[:min(12, len(a.Logo))]
	}
	if u.BranchID != 0 {
		err := p.View(func(ctx context.Context, tx *db.Tx) error {
			branches, err := idNames(ctx, tx, "SELECT b.id, b.name FROM {branch} b")
			f.Agency.Branch = nameIn(branches, int64(u.BranchID))
			return err
		})
		if err != nil {
			return f, err
		}
	}
	nav := func(key, href, icon, letter string, minor bool) ui.NavItem {
		return ui.NavItem{Label: p.T("nav." + key), Href: href, Icon: icon, Key: letter, Minor: minor, Current: sc.Nav == key}
	}
	f.Nav = []ui.NavItem{nav("start", "/", "start", "s", false), nav("clients", "/clients", "clients", "c", false),
		nav("travelers", "/travelers", "travelers", "t", false), nav("lists", "/lists", "lists", "l", false)}
	f.Nav = append(f.Nav, nav("activities", "/activities", "flag", "v", true))
	f.Nav = append(f.Nav, nav("documents", "/documents", "clip", "d", true))
	if p.Actor.May("client.import") {
		f.Nav = append(f.Nav, nav("imports", "/imports", "upload", "i", true))
	}
	if p.Actor.May("client.edit") || p.Actor.May("audit.view") {
		f.Nav = append(f.Nav, nav("acts", "/acts", "history", "h", true))
	}
	if p.Actor.May("client.export") || p.Actor.May("audit.view") {
		f.Nav = append(f.Nav, nav("exports", "/exports", "download", "e", true))
	}
	f.Nav = append(f.Nav, nav("trash", "/trash", "trash", "r", true))
	if p.Actor.May("agency.manage") || p.Actor.May("user.manage") || p.Actor.May("tag.manage") || p.Actor.May("audit.view") {
		f.NavEnd = append(f.NavEnd, nav("admin", "/admin", "admin", "a", true))
	}
	if p.Actor.May("client.edit") && !p.Actor.ReadOnly {
		f.New = []ui.MenuItem{{Label: p.T("nav.new_client"), Href: "/clients/new", Icon: "clients", Key: "c"},
			{Label: p.T("nav.new_company"), Href: "/clients/new?kind=corporate", Icon: "building", Key: "o"},
			{Label: p.T("nav.new_traveler"), Href: "/travelers/new", Icon: "user-plus", Key: "t"}}
		if p.Actor.May("client.import") {
			f.New = append(f.New, ui.MenuItem{Label: p.T("nav.import"), Href: "/imports/new", Icon: "upload"})
		}
	}
	return f, nil
}

// statuses are the HTTP statuses of the kinds of error.
var statuses = map[errs.Kind]int{errs.NotFound: http.StatusNotFound, errs.Invalid: http.StatusUnprocessableEntity,
	errs.Conflict: http.StatusConflict, errs.Forbidden: http.StatusForbidden, errs.Unauthenticated: http.StatusUnauthorized,
	errs.StepUp: http.StatusForbidden, errs.TooMany: http.StatusTooManyRequests, errs.TooLarge: http.StatusRequestEntityTooLarge,
	errs.Unavailable: http.StatusServiceUnavailable, errs.Internal: http.StatusInternalServerError}

// StatusOf is the HTTP status of an error.
func StatusOf(err error) int { return statuses[errs.KindOf(err)] }

// fail renders an error: the only place that does.
func (p *Page) fail(err error) {
	kind := errs.KindOf(err)
	if errors.Is(err, context.Canceled) {
		return // nobody reads the answer
	}
	if kind == errs.Internal {
		p.s.Log.ErrorContext(p.Ctx(), "a page failed", "method", p.R.Method, "pattern", p.R.Pattern, "error", err)
	}
	if p.L == nil {
		p.L = i18n.For("en")
	}
	next := url.QueryEscape(p.back())
	switch {
	case kind == errs.Unauthenticated && p.Visitor != nil && p.Visitor.Partial:
		p.Redirect("/sign-in/second?next=" + next)
		return
	case kind == errs.Unauthenticated:
		p.Redirect("/sign-in?next=" + next)
		return
	case kind == errs.StepUp:
		p.Redirect("/confirm?next=" + next)
		return
	case kind == errs.TooMany:
		p.W.Header().Set("Retry-After", "30")
	}
	p.failPage(err, kind)
}

func (p *Page) failPage(err error, kind errs.Kind) {
	title := p.T("fail." + kind.String())
	text := p.L.Error(err)
	for _, f := range fieldErrors(err) {
		text += " " + p.T(f.Key, f.Args...)
	}
	status := statuses[kind]
	var werr error
	switch {
	case p.wantsFragment():
		werr = p.write(status, ui.Alert{Kind: "danger", Strong: title, Text: text, Live: true})
	case p.Visitor == nil || p.Visitor.Partial:
		werr = p.RenderPlain(status, title, within(ui.WelcomeBox(ui.Welcome{Title: title, Sub: text}), ui.Button{Label: p.T("fail.back"), Href: "/", Kind: "primary", Wide: true}))
	default:
		werr = p.render(status, Screen{Title: title}, failScreen(title, text, p.waysOn(kind)))
	}
	if werr != nil {
		p.s.Log.ErrorContext(p.Ctx(), "the page of an error failed", "error", werr)
		http.Error(p.W, title, status)
	}
}

// waysOn lead away from the page of an error. A list that can't be asked so can still be
// seen.
func (p *Page) waysOn(kind errs.Kind) []templ.Component {
	path, viewed := p.R.URL.Path, p.R.URL.Query().Get("view") != ""
	switch {
	case viewed:
		return []templ.Component{ui.Button{Label: p.T("view.without"), Href: path + "?view=0", Kind: "primary"}, ui.Button{Label: p.T("view.all"), Href: "/views"}}
	case kind == errs.Invalid && (path == "/clients" || path == "/travelers"):
		return []templ.Component{ui.Button{Label: p.T("listpage.fresh"), Href: path + "?view=0", Kind: "primary"}}
	}
	return []templ.Component{ui.Button{Label: p.T("fail.back"), Href: "/", Kind: "primary"}}
}

// fieldErrors returns what is wrong per field.
func fieldErrors(err error) []errs.Field {
	var e *errs.Error
	if errors.As(err, &e) {
		return e.Fields
	}
	return nil
}

// Problem returns the message for the field at path, "" if nothing is wrong.
func (p *Page) Problem(err error, path string) string {
	for _, f := range fieldErrors(err) {
		if f.Path == path {
			return p.T(f.Key, f.Args...)
		}
	}
	return ""
}

// nameOf splits a client's name as the trade writes it: FAMILY/Given for persons,
// the whole name for companies and groups.
func nameOf(name string, corporate bool) ui.Name {
	family, given, ok := strings.Cut(name, "/")
	if corporate || !ok || strings.Contains(given, "/") {
		return ui.Name{Family: name}
	}
	return ui.Name{Family: family, Given: given}
}

// saveDisplay stores theme, density and language, for people who have signed in
// and for those who haven't.
func (s *Server) saveDisplay(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	year := 365 * 24 * 3600
	for _, name := range []string{"theme", "lang"} {
		if f.Has(name) {
			p.setCookie(name, chosen(f.Str(name)), year)
		}
	}
	if p.Visitor != nil && !p.Visitor.Partial {
		u := *p.User
		err = p.Update(func(ctx context.Context, tx *db.Tx) error {
			return record.Edit(ctx, tx, &u, u.ID, 0, func() error {
				if f.Has("theme") {
					u.Theme = chosen(f.Str("theme"))
				}
				if f.Has("density") {
					u.Density = chosen(f.Str("density"))
				}
				if f.Has("lang") {
					u.Language = f.Str("lang")
				}
				return nil
			})
		})
		if err != nil {
			return err
		}
	}
	back := f.Str("back")
	if back == "" {
		back = "/"
	}
	return p.Redirect(back)
}

// chosen is what a choice of display is stored as: "as the device" is nothing.
func chosen(s string) string {
	if s == "system" {
		return ""
	}
	return s
}
