package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/view"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// pageSize is the number of rows of a page; countBound is how far totals are
// counted (data rule 10).
const pageSize, countBound = 50, 10000

// listing is a list page: a list.Def and what its rows look like.
type listing struct {
	def   *list.Def
	path  string   // "/clients"
	extra []string // columns that are read for the badges, behind the shown ones
	tabs  func(*Page) []listTab
	row   func(*Page, *listView, list.Row) ui.TableRow
	sizes map[string]string // widths and places on a phone by key
	slots map[string]string
	peek  func(*Page, int64, string) (templ.Component, error)
	news  string // right to create, and address
}

// listTab is a view that is always there.
type listTab struct {
	key     string
	filters []list.Filter
}

// listView is one request of a listing.
type listView struct {
	*listing
	q        list.Query // filters, sort and place; Columns as the address names them
	columns  []string   // keys of the columns shown
	view     *view.View // the saved view in force, nil for none
	saved    list.Query // what the view asks
	changed  bool       // q isn't what the view asks
	standard bool       // the list opens with a view, so that none must be asked for
	all      bool       // all that match are chosen
	page     list.Page
	total    int // -1: not known
	wrong    error
	chips    []ui.Chip
	words    string
	views    []view.Tab
	widths   map[string]int
	home     string // country in which phones are written short
}

// listRoutes are the pages of this file, for the tables of the nouns.
func (s *Server) listRoutes() []Route {
	clients, travelers := clientListing(), travelerListing()
	return []Route{
		{Pattern: "GET /clients", handle: clients.show},
		{Pattern: "GET /clients/filter", handle: clients.filter},
		{Pattern: "GET /clients/columns", handle: clients.chooseColumns},
		{Pattern: "POST /clients/columns", handle: clients.saveColumns},
		{Pattern: "GET /travelers", handle: travelers.show},
		{Pattern: "GET /travelers/filter", handle: travelers.filter},
		{Pattern: "GET /travelers/columns", handle: travelers.chooseColumns},
		{Pattern: "POST /travelers/columns", handle: travelers.saveColumns},
	}
}

func clientListing() *listing {
	return &listing{def: &client.List, path: "/clients", news: "/clients/new",
		extra: []string{"kind", "segment", "classification", "status"},
		sizes: map[string]string{"name": "name", "phone": "phone", "email": "mail", "advisor": "person", "branch": "short", "segment": "date", "city": "person"},
		slots: map[string]string{"name": "name", "phone": "trip", "advisor": "person"},
		tabs:  clientTabs, row: clientRow, peek: clientPeek}
}

func travelerListing() *listing {
	return &listing{def: &traveler.List, path: "/travelers", news: "/travelers/new",
		extra: []string{"given"},
		sizes: map[string]string{"family": "family", "given": "person", "birth_date": "date", "phone": "phone", "email": "mail", "nationality": "short", "clients": "person"},
		slots: map[string]string{"family": "name", "phone": "trip", "clients": "person"},
		tabs:  func(*Page) []listTab { return []listTab{{key: "all"}} }, row: travelerRow, peek: travelerPeek}
}

func clientTabs(p *Page) []listTab {
	any := func(key string, values ...string) []list.Filter {
		return []list.Filter{{Key: key, Op: "any", Values: values}}
	}
	tabs := []listTab{{key: "all"}}
	if p.User.HasClients && p.Actor.Scope != db.Own {
		tabs = append(tabs, listTab{"mine", any("advisor", strconv.FormatInt(p.User.ID, 10))})
	}
	return append(tabs, listTab{"vip", any("segment", "vip_incentive")}, listTab{"prospects", any("classification", "prospect")},
		listTab{"corporate", any("kind", "corporate")}, listTab{"inactive", any("status", "inactive")})
}

// show answers with the list, with the next rows, or with a peek.
func (g *listing) show(p *Page) error {
	params := p.R.URL.Query()
	var v *listView
	peeked, perr := strconv.ParseInt(params.Get("peek"), 10, 64)
	fragment := perr == nil && p.wantsFragment()
	err := p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		if v, err = g.open(ctx, tx, p, params); err != nil || fragment {
			return err
		}
		return v.load(ctx, tx, p)
	})
	var broken *brokenStart
	var told *errs.Error
	if errors.As(err, &broken) && errors.As(err, &told) { // nobody is locked out of the list by its first view
		p.Flash("caution", told.Key, told.Args...)
		return p.Redirect(g.path + "?view=0")
	}
	if err != nil {
		return err
	}
	if fragment {
		c, err := g.peek(p, peeked, v.href(v.q))
		if err != nil {
			return err
		}
		return p.Fragment(c)
	}
	if err := v.run(p); err != nil {
		return err
	}
	var peek templ.Component
	if perr == nil {
		if peek, err = g.peek(p, peeked, v.href(v.q)); err != nil {
			return err
		}
	}
	title := p.T("nav." + g.noun())
	sc := Screen{Title: title, Nav: g.noun(), Fixed: true}
	if v.view != nil {
		sc.Density = v.view.Density
	}
	status := http.StatusOK
	if v.wrong != nil {
		status = StatusOf(v.wrong)
	}
	return p.RenderStatus(status, sc, listScreen(v.screen(p, title), peek))
}

// noun is the plural that names the list: "clients".
func (g *listing) noun() string { return strings.TrimPrefix(g.path, "/") }

// load reads what stands around the rows.
func (v *listView) load(ctx context.Context, tx *db.Tx, p *Page) (err error) {
	if v.views, err = view.Tabs(ctx, tx, v.def.Name); err != nil {
		return err
	}
	return v.loadWidths(ctx, tx)
}

// run reads the rows. A query that asks for what can't be, or for too much, gives a
// page without rows that says so.
func (v *listView) run(p *Page) error {
	q := v.q
	q.Columns = append(slices.Clone(v.columns), v.extra...)
	err := p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		v.page, err = v.def.Run(ctx, tx, q)
		return err
	})
	v.total = -1
	if err != nil {
		if errs.KindOf(err) != errs.Invalid {
			return err
		}
		v.wrong = err
		v.page = list.Page{}
		for _, key := range v.columns {
			f, _ := v.def.Field(key, p.Actor)
			v.page.Columns = append(v.page.Columns, f)
		}
	} else {
		v.page.Columns = v.page.Columns[:len(v.columns)]
		err = p.View(func(ctx context.Context, tx *db.Tx) (err error) {
			v.total, err = v.def.Count(ctx, tx, q, countBound)
			return err
		})
		if err != nil && !list.IsSlow(err) {
			return err
		}
		if err != nil {
			v.total = -1
		}
	}
	return p.View(func(ctx context.Context, tx *db.Tx) error { return v.loadChips(ctx, tx, p) })
}

// cell shows a value in the reader's language.
func (v *listView) cell(p *Page, f list.Field, val any) ui.Cell {
	out := ui.Cell{Text: v.def.Text(p.L, f, val, p.Loc(), v.home)}
	if out.Text != "" && f.As != "phone" && f.Kind != list.Number && f.Kind != list.Date {
		out.Kind = "soft"
	}
	return out
}

func countryNames(p *Page, codes string) string {
	var out []string
	for _, c := range strings.Split(codes, ",") {
		out = append(out, p.land(c))
	}
	return strings.Join(out, ", ")
}

func clientRow(p *Page, v *listView, r list.Row) ui.TableRow {
	n := len(v.page.Columns)
	text := func(i int) string { s, _ := r.Values[i].(string); return s }
	kind, segment, class, status := text(n), text(n+1), text(n+2), text(n+3)
	name := nameOf(text(0), kind == "corporate")
	return ui.TableRow{Name: name, Initials: ui.Initials(name.Family, name.Given), Tint: ui.Tint(r.ID),
		Badges: clientBadges(p, kind, segment, class, status, true)}
}

// clientBadges are the marks by which an eye tells clients apart: solid, outlined,
// dashed, struck.
func clientBadges(p *Page, kind, segment, classification, status string, small bool) (out []ui.Badge) {
	if segment == "vip_incentive" {
		out = append(out, ui.Badge{Label: p.T("client.badge.vip"), Kind: "vip", Tall: !small})
	}
	if kind == "corporate" {
		out = append(out, ui.Badge{Label: p.T("client.kind.corporate"), Kind: "corporate", Icon: "building", IconOnly: small, Tall: !small})
	}
	if classification == "prospect" {
		out = append(out, ui.Badge{Label: p.T("client.classification.prospect"), Kind: "prospect", Tall: !small})
	}
	if status == "inactive" {
		out = append(out, ui.Badge{Label: p.T("client.status.inactive"), Kind: "inactive", Tall: !small})
	}
	return out
}

func travelerRow(p *Page, v *listView, r list.Row) ui.TableRow {
	family, _ := r.Values[0].(string)
	given, _ := r.Values[len(v.page.Columns)].(string)
	row := ui.TableRow{Name: ui.Name{Family: family, Given: given}, Initials: ui.Initials(family, given), Tint: ui.Tint(r.ID), Person: true}
	if slices.ContainsFunc(v.page.Columns, func(f list.Field) bool { return f.Key == "given" }) && family != "" {
		row.Name.Given, row.OnPhone = "", given // a column has it, which phones don't show
	}
	return row
}

// day returns the date of a stamp in the agency's time zone.
func (p *Page) day(s db.Stamp) string {
	return p.L.Date(date.Of(s.Time().In(p.Loc())))
}

// moment returns date and time of a stamp in the agency's time zone.
func (p *Page) moment(s db.Stamp) string { return p.L.DateTime(s.Time(), p.Loc()) }

// iso is the machine-readable form of a stamp.
func iso(s db.Stamp) string { return s.Time().Format(time.RFC3339) }
