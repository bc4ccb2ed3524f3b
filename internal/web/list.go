package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/traveler"
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
	q       list.Query
	page    list.Page
	total   int
	options map[string][]list.Option
	widths  map[string]int
	home    string // country in which phones are written short
}

// listRoutes are the pages of this file, for the tables of the nouns.
func (s *Server) listRoutes() []Route {
	clients, travelers := clientListing(), travelerListing()
	return []Route{
		{Pattern: "GET /clients", handle: clients.show},
		{Pattern: "POST /clients/columns", handle: clients.resize},
		{Pattern: "GET /travelers", handle: travelers.show},
		{Pattern: "POST /travelers/columns", handle: travelers.resize},
	}
}

func clientListing() *listing {
	return &listing{def: &client.List, path: "/clients", news: "/clients/new",
		extra: []string{"kind", "segment", "classification", "status"},
		sizes: map[string]string{"name": "name", "phone": "phone", "email": "name", "advisor": "person", "branch": "short", "segment": "person", "city": "person"},
		slots: map[string]string{"name": "name", "phone": "trip", "advisor": "person"},
		tabs:  clientTabs, row: clientRow, peek: clientPeek}
}

func travelerListing() *listing {
	return &listing{def: &traveler.List, path: "/travelers", news: "/travelers/new",
		sizes: map[string]string{"family": "name", "given": "person", "birth_date": "date", "phone": "phone", "email": "name", "nationality": "short", "clients": "person"},
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
	v := &listView{listing: g, options: map[string][]list.Option{}, home: p.Agency.Country}
	params := p.R.URL.Query()
	var err error
	if v.q, err = g.def.ParseQuery(params, p.Actor); err != nil {
		return err
	}
	v.q.Lang, v.q.Limit, v.q.Zone = p.L.Lang(), pageSize, p.Loc()
	if id, err := strconv.ParseInt(params.Get("peek"), 10, 64); err == nil && p.wantsFragment() {
		c, err := g.peek(p, id, v.href(p, func(u url.Values) { u.Del("peek") }))
		if err != nil {
			return err
		}
		return p.Fragment(c)
	}
	err = p.View(func(ctx context.Context, tx *db.Tx) error { return v.load(ctx, tx, p) })
	if err != nil {
		return err
	}
	var peek templ.Component
	if id, err := strconv.ParseInt(params.Get("peek"), 10, 64); err == nil {
		if peek, err = g.peek(p, id, v.href(p, func(u url.Values) { u.Del("peek") })); err != nil {
			return err
		}
	}
	title := p.T("nav." + strings.TrimPrefix(g.path, "/"))
	return p.Render(Screen{Title: title, Nav: strings.TrimPrefix(g.path, "/"), Fixed: true}, listScreen(v.screen(p, title), peek))
}

func (v *listView) load(ctx context.Context, tx *db.Tx, p *Page) (err error) {
	cols := slices.Clone(v.def.Columns)
	v.q.Columns = append(cols, v.extra...)
	if v.page, err = v.def.Run(ctx, tx, v.q); err != nil {
		return err
	}
	v.page.Columns = v.page.Columns[:len(v.page.Columns)-len(v.extra)]
	if v.total, err = v.def.Count(ctx, tx, v.q, countBound); err != nil {
		return err
	}
	for _, f := range v.def.Visible(p.Actor) {
		if f.Kind == list.Choice {
			if v.options[f.Key], err = v.def.Options(ctx, tx, f.Key, p.L.Lang()); err != nil {
				return err
			}
		}
	}
	raw, err := agency.GetSetting(ctx, tx, "widths."+v.def.Name)
	if err == nil && raw != "" {
		json.Unmarshal([]byte(raw), &v.widths) // a damaged setting is no setting
	}
	return err
}

// href is the address of this list with its query changed.
func (v *listView) href(p *Page, change func(url.Values)) string {
	u := v.def.Encode(v.q.Filters)
	if v.q.Sort != "" {
		u.Set("sort", v.q.Sort)
	}
	if v.q.Cursor != "" {
		u.Set("cursor", v.q.Cursor)
	}
	change(u)
	if len(u) == 0 {
		return v.path
	}
	return v.path + "?" + u.Encode()
}

// first drops the place in the list: what changes the rows begins at the top.
func first(change func(url.Values)) func(url.Values) {
	return func(u url.Values) { u.Del("cursor"); change(u) }
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
		out = append(out, p.L.Country(c))
	}
	return strings.Join(out, ", ")
}

// resize remembers the width of a column for the person.
func (g *listing) resize(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	key := f.Str("col")
	if _, ok := g.def.Field(key, p.Actor); !ok {
		return p.Redirect(g.path)
	}
	width := min(max(f.Int("width"), 64), 640)
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		widths := map[string]int{}
		raw, err := agency.GetSetting(ctx, tx, "widths."+g.def.Name)
		if err != nil {
			return err
		}
		json.Unmarshal([]byte(raw), &widths) // a damaged setting is begun anew
		widths[key] = int(width)
		b, err := json.Marshal(widths)
		if err != nil {
			return err
		}
		return agency.SaveSetting(ctx, tx, "widths."+g.def.Name, string(b))
	})
	if err != nil {
		return err
	}
	p.W.WriteHeader(http.StatusNoContent)
	return nil
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
	given, _ := r.Values[1].(string)
	if family == "" {
		family = given
	}
	return ui.TableRow{Name: ui.Name{Family: family}, Initials: ui.Initials(family, given), Tint: ui.Tint(r.ID), Person: true}
}

// day returns the date of a stamp in the agency's time zone.
func (p *Page) day(s db.Stamp) string {
	return p.L.Date(date.Of(s.Time().In(p.Loc())))
}

// moment returns date and time of a stamp in the agency's time zone.
func (p *Page) moment(s db.Stamp) string { return p.L.DateTime(s.Time(), p.Loc()) }

// iso is the machine-readable form of a stamp.
func iso(s db.Stamp) string { return s.Time().Format(time.RFC3339) }
