package web

import (
	"context"
	"fmt"
	"strings"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/phone"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

func (s *Server) searchRoutes() []Route {
	return append(s.listRoutes(), Route{Pattern: "GET /search", handle: s.search},
		Route{Pattern: "POST /display", Public: true, handle: s.saveDisplay})
}

// maxHits is how many results the search box shows.
const maxHits = 12

// search answers the search box while people type, and without script as a page.
func (s *Server) search(p *Page) error {
	q := strings.TrimSpace(p.R.URL.Query().Get("q"))
	if len(q) > 200 {
		q = strings.ToValidUTF8(q[:200], "")
	}
	res := ui.Results{L: p.L}
	limit := maxHits
	if !p.wantsFragment() {
		limit = 50
	}
	if q != "" {
		var hits []flow.Hit
		err := p.View(func(ctx context.Context, tx *db.Tx) (err error) {
			hits, err = flow.Search(ctx, tx, q, limit)
			return err
		})
		if err != nil {
			return err
		}
		res.Groups = p.hitGroups(hits, q)
	} else if err := p.recent(&res); err != nil {
		return err
	}
	res.Groups = append(res.Groups, p.commands(q)...)
	if p.wantsFragment() || p.R.URL.Query().Get("part") != "" {
		return p.Fragment(res)
	}
	return p.Render(Screen{Title: p.T("search.title"), Query: q}, searchScreen(p, q, res.Groups))
}

// hitGroups keeps the order of the hits; neighbours of one kind form a group.
func (p *Page) hitGroups(hits []flow.Hit, q string) (out []ui.ResultGroup) {
	groups := map[string]int{}
	for _, h := range hits {
		i, ok := groups[h.Kind]
		if !ok {
			i = len(out)
			groups[h.Kind] = i
			out = append(out, ui.ResultGroup{Label: p.T("nav." + h.Kind + "s")})
		}
		out[i].Items = append(out[i].Items, p.result(h, q))
	}
	return out
}

func (p *Page) result(h flow.Hit, q string) ui.Result {
	name := nameOf(h.Name, h.Corporate)
	r := ui.Result{Href: fmt.Sprintf("/%ss/%d", h.Kind, h.ID), Title: h.Name, Name: name, Query: q,
		Initials: ui.Initials(name.Family, name.Given), Tint: ui.Tint(h.ID), Person: h.Kind == "traveler"}
	detail := h.Detail
	if h.Kind == "traveler" && detail != "" {
		detail = p.L.Date(date.Date(detail))
	}
	var what []string
	for _, s := range []string{phone.Format(h.Phone, p.Agency.Country), h.Email, detail, h.Code} {
		if s != "" {
			what = append(what, s)
		}
	}
	r.What = strings.Join(what, " · ")
	return r
}

// recent offers the clients that were changed last before anything is typed.
func (p *Page) recent(res *ui.Results) error {
	var d startData
	err := p.View(func(ctx context.Context, tx *db.Tx) error { return d.loadRecent(ctx, tx, p) })
	if err != nil || len(d.recent) == 0 {
		return err
	}
	g := ui.ResultGroup{Label: p.T("start.recent")}
	for _, r := range d.recent[:min(5, len(d.recent))] {
		g.Items = append(g.Items, p.result(flow.Hit{Kind: "client", ID: r.id, Name: r.name, Corporate: r.kind == "corporate", Phone: r.phone}, ""))
	}
	res.Groups = append(res.Groups, g)
	return nil
}

// commands are the pages and acts whose name contains what is typed.
func (p *Page) commands(q string) []ui.ResultGroup {
	f, err := p.frame(Screen{})
	if err != nil {
		return nil
	}
	g := ui.ResultGroup{Label: p.T("search.commands")}
	add := func(label, href, icon string) {
		if strings.Contains(strings.ToLower(label), strings.ToLower(q)) {
			g.Items = append(g.Items, ui.Result{Title: label, Query: q, Href: href, Icon: icon})
		}
	}
	for _, n := range append(f.Nav, f.NavEnd...) {
		add(n.Label, n.Href, n.Icon)
	}
	for _, n := range f.New {
		add(n.Label, n.Href, n.Icon)
	}
	add(p.T("ui.profile"), "/account", "user")
	if len(g.Items) == 0 {
		return nil
	}
	return []ui.ResultGroup{g}
}
