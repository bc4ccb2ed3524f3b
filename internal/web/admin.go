package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/ack"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

func (s *Server) adminRoutes() []Route {
	out := []Route{
		{Pattern: "GET /admin", handle: s.admin},
		{Pattern: "GET /admin/permissions", handle: s.permissions},
		{Pattern: "GET /admin/agency", Right: "agency.manage", handle: s.agencyPage},
		{Pattern: "POST /admin/agency", Right: "agency.manage", handle: s.saveAgency},
		{Pattern: "GET /admin/signins", Right: "audit.view", handle: s.allSignins},
	}
	out = append(append(out, s.peopleRoutes()...), s.optionRoutes()...)
	for _, c := range catalogs {
		base := "/admin/" + c.name
		out = append(out,
			Route{Pattern: "GET " + base, Right: c.right, handle: c.list},
			Route{Pattern: "GET " + base + "/new", Right: c.right, handle: c.blank},
			Route{Pattern: "POST " + base + "/new", Right: c.right, handle: c.create},
			Route{Pattern: "GET " + base + "/{id}", Right: c.right, handle: c.show},
			Route{Pattern: "POST " + base + "/{id}", Right: c.right, handle: c.save},
			Route{Pattern: "POST " + base + "/{id}/delete", Right: c.right, handle: c.remove})
	}
	return out
}

// adminTabs are the parts of the administration with the right that each needs.
var adminTabs = []struct{ name, right string }{
	{"people", "user.manage"}, {"agency", "agency.manage"}, {"branches", "agency.manage"}, {"departments", "agency.manage"},
	{"types", "type.manage"}, {"tags", "tag.manage"}, {"attributes", "tag.manage"}, {"interests", "tag.manage"}, {"affiliations", "affiliation.manage"}, {"relations", "option.manage"}, {"countries", "agency.manage"}, {"options", "option.manage"}, {"programmes", "option.manage"}, {"fields", "field.manage"}, {"templates", ack.RightManage}, {"permissions", ""}, {"signins", "audit.view"}, {"reveals", "audit.view"},
}

func (p *Page) adminTabs(current string) ui.Tabs {
	t := ui.Tabs{Label: p.T("nav.admin")}
	for _, it := range adminTabs {
		if p.Actor.May(it.right) {
			t.Items = append(t.Items, ui.Tab{Label: p.T("admin.tab." + it.name), Href: "/admin/" + it.name, Current: it.name == current})
		}
	}
	return t
}

// admin leads to the first part that the visitor may see.
func (s *Server) admin(p *Page) error {
	for _, it := range adminTabs {
		if p.Actor.May(it.right) {
			return p.Redirect("/admin/" + it.name)
		}
	}
	return errs.Missing()
}

// showAdmin renders a part of the administration.
func (p *Page) showAdmin(status int, tab string, head ui.PageHead, c templ.Component) error {
	return p.RenderStatus(status, Screen{Title: head.Title, Nav: "admin"}, adminScreen(p, tab, head, c))
}

// permissions shows the table of rights and how far each role sees.
func (s *Server) permissions(p *Page) error {
	return p.showAdmin(http.StatusOK, "permissions", ui.PageHead{Title: p.T("admin.tab.permissions")}, permissionCards(p))
}

// permissionGrid is agency.Permissions as a table.
func permissionGrid(p *Page) ui.Grid {
	g := ui.Grid{Label: p.T("admin.tab.permissions"), Columns: []ui.Column{{Label: p.T("admin.right")}}, Stack: true}
	for _, role := range agency.Roles {
		g.Columns = append(g.Columns, ui.Column{Label: p.T("agency.role." + role)})
	}
	for _, line := range agency.Permissions {
		row := []ui.Cell{{Text: p.T("agency.right." + line.Right)}}
		for _, role := range agency.Roles {
			if slices.Contains(line.Roles, role) {
				row = append(row, ui.Cell{Comp: granted(p)})
			} else {
				row = append(row, ui.Cell{Text: "–", Kind: "dim"})
			}
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// scopeFacts says how far each role sees.
func scopeFacts(p *Page) (out []ui.Fact) {
	for _, role := range agency.Roles {
		out = append(out, ui.Fact{Label: p.T("agency.role." + role), Value: p.T("agency.scope." + p.Agency.ScopeOf(role).String())})
	}
	return out
}

// allSignins is everybody's sign-in history, for administrators and auditors.
func (s *Server) allSignins(p *Page) error {
	var lines []login.Signin
	names := map[int64]string{}
	before := pageBefore(p)
	err := p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		if lines, err = login.History(ctx, tx, 0, before, signinsShown+1); err != nil {
			return err
		}
		names, err = userNames(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	title := p.T("admin.tab.signins")
	return p.showAdmin(http.StatusOK, "signins", ui.PageHead{Title: title}, signinCard(p, title, signinPage(p, lines, names, "/admin/signins")))
}

func userNames(ctx context.Context, tx *db.Tx) (map[int64]string, error) {
	names := map[int64]string{}
	err := tx.Each(ctx, "SELECT u.id, u.name FROM {user} u", nil, func(rows db.Rows) error {
		var id int64
		var name string
		err := rows.Scan(&id, &name)
		names[id] = name
		return err
	})
	return names, err
}

// adminField is the control of a column of a record in the administration.
func (p *Page) adminField(kind, name string, err error, width int) ui.Field {
	return ui.Field{Name: name, Label: p.fieldLabel(kind, name), Error: p.Problem(err, name), Width: width}
}

// adminTick is a box with the hidden field that announces it.
func (p *Page) adminTick(kind, name, help string, on bool) templ.Component {
	return ui.Group{ui.Hidden{Name: "_tick." + name, Value: "1"}, ui.Tick{Name: name, Label: p.fieldLabel(kind, name), Help: help, Checked: on}}
}

// adminProblem shows what is wrong with a form as a whole; when somebody saved
// first, both values with a choice, and hidden fields that carry what was typed.
func (p *Page) adminProblem(kind string, f Form, err error) templ.Component {
	if err == nil {
		return ui.Group{}
	}
	if !isStale(err) {
		return problemAlert(p.L.Error(err))
	}
	t := ui.ConflictTable{L: p.L}
	for _, x := range fieldErrors(err) {
		t.Fields = append(t.Fields, ui.ConflictField{Path: x.Path, Label: p.fieldLabel(kind, x.Path), Mine: x.Mine, Theirs: x.Theirs,
			KeepTheirs: x.Key == "conflict.theirs"})
	}
	t.Who, t.When = p.savedBy(err)
	return t
}

// weigh marks the fields of a conflict that only the other person changed: what
// I didn't touch must not come back by saving my form.
func (p *Page) weigh(kind string, id, version int64, err error) error {
	if !isStale(err) {
		return err
	}
	verr := p.View(func(ctx context.Context, tx *db.Tx) error {
		others, serr := record.Since(ctx, tx, record.Ref{Kind: kind, ID: id}, version)
		err = merged(err, others)
		return serr
	})
	if verr != nil {
		return verr
	}
	return err
}

// savedBy tells who saved first, and how long ago.
func (p *Page) savedBy(err error) (who, when string) {
	var e *errs.Error
	if !asError(err, &e) {
		return "", ""
	}
	for i := 0; i+1 < len(e.Args); i += 2 {
		switch x := e.Args[i+1].(type) {
		case int64:
			if e.Args[i] == "User" {
				who = p.personName(x)
			}
		case db.Stamp:
			when = p.L.Ago(x.Time().In(p.Loc()), p.s.DB.Now().In(p.Loc()))
		}
	}
	return who, when
}

func (p *Page) personName(id int64) string {
	var u agency.User
	err := p.View(func(ctx context.Context, tx *db.Tx) error { return record.Get(ctx, tx, &u, id) })
	if err != nil {
		return p.T("common.unknown")
	}
	return u.Name
}
