package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

func (s *Server) peopleRoutes() []Route {
	right := "user.manage"
	return []Route{
		{Pattern: "GET /admin/people", Right: right, handle: s.people},
		{Pattern: "GET /admin/people/new", Right: right, handle: s.newPerson},
		{Pattern: "POST /admin/people/new", Right: right, StepUp: true, Keep: true, handle: s.invite},
		{Pattern: "GET /admin/people/{id}", Right: right, handle: s.person},
		{Pattern: "POST /admin/people/{id}", Right: right, StepUp: true, Keep: true, handle: s.savePerson},
		{Pattern: "POST /admin/people/{id}/invite", Right: right, StepUp: true, handle: s.inviteAgain},
		{Pattern: "POST /admin/people/{id}/reset", Right: right, StepUp: true, handle: s.resetPerson},
		{Pattern: "POST /admin/people/{id}/factors", Right: right, StepUp: true, handle: s.resetFactors},
		{Pattern: "POST /admin/people/{id}/disable", Right: right, StepUp: true, Keep: true, handle: s.disablePerson},
		{Pattern: "POST /admin/people/{id}/enable", Right: right, StepUp: true, handle: s.enablePerson},
		{Pattern: "POST /admin/people/{id}/hand-over", Right: "client.reassign", handle: s.handOver},
	}
}

// statusKinds are the looks of a person's status.
var statusKinds = map[string]string{"invited": "caution", "active": "good", "disabled": "inactive"}

func (s *Server) people(p *Page) error {
	var users []agency.User
	branches := map[int64]string{}
	err := p.View(func(ctx context.Context, tx *db.Tx) error {
		if err := record.Select(ctx, tx, &users, "ORDER BY CASE WHEN r.status = 'disabled' THEN 1 ELSE 0 END, r.name_key, r.id"); err != nil {
			return err
		}
		return tx.Each(ctx, "SELECT b.id, b.name FROM {branch} b", nil, func(rows db.Rows) error {
			var id int64
			var name string
			err := rows.Scan(&id, &name)
			branches[id] = name
			return err
		})
	})
	if err != nil {
		return err
	}
	var rows []ui.Row
	for _, u := range users {
		r := ui.Row{Lead: ui.Avatar{Initials: ui.Initials(u.Name, ""), Tint: ui.Tint(u.ID), Size: "md"}, Title: u.Name, Strong: true,
			Href: personPath(u.ID), Sub: join(p.T("agency.role."+u.Role), branches[int64(u.BranchID)], u.Email)}
		if u.Status != "active" {
			r.Badges = []ui.Badge{{Label: p.T("admin.status." + u.Status), Kind: statusKinds[u.Status]}}
		}
		rows = append(rows, r)
	}
	head := ui.PageHead{Title: p.T("admin.tab.people"), Count: countOf(len(rows)),
		Actions: []templ.Component{ui.Button{Label: p.T("admin.new.user"), Icon: "user-plus", Kind: "primary", Href: "/admin/people/new"}}}
	return p.showAdmin(http.StatusOK, "people", head, rowsCard(p, head.Title, rows))
}

func personPath(id int64) string { return "/admin/people/" + strconv.FormatInt(id, 10) }

// personView is the page of one person.
type personView struct {
	u                     *agency.User
	form                  Form
	err                   error
	branches, departments []ui.Option
	heirs                 []ui.Option // who can take over the clients
	clients               int64
	second                bool
	link                  string // a new link to hand over, shown this once
}

func (s *Server) newPerson(p *Page) error {
	return s.showPerson(p, http.StatusOK, &personView{u: &agency.User{Role: agency.Agent, HasClients: true, BranchID: p.User.BranchID}})
}

func (s *Server) person(p *Page) error {
	u, err := p.loadPerson()
	if err != nil {
		return err
	}
	return s.showPerson(p, http.StatusOK, &personView{u: u})
}

func (p *Page) loadPerson() (*agency.User, error) {
	id, err := p.ID("id")
	if err != nil {
		return nil, err
	}
	u := new(agency.User)
	return u, p.View(func(ctx context.Context, tx *db.Tx) error { return record.Get(ctx, tx, u, id) })
}

func (s *Server) showPerson(p *Page, status int, v *personView) error {
	err := p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		if v.branches, err = branchOptions(ctx, tx); err != nil {
			return err
		}
		if v.departments, err = departmentOptions(ctx, tx); err != nil || v.u.ID == 0 {
			return err
		}
		if v.clients, err = flow.ClientsOf(ctx, tx, v.u.ID); err != nil {
			return err
		}
		advisors, err := agency.Advisors(ctx, tx)
		if err != nil {
			return err
		}
		for _, a := range advisors {
			if a.ID != v.u.ID {
				v.heirs = append(v.heirs, ui.Option{Value: strconv.FormatInt(a.ID, 10), Label: a.Name})
			}
		}
		v.second, err = s.Login.SecondOf(ctx, tx, v.u.ID)
		return err
	})
	if err != nil {
		return err
	}
	head := ui.PageHead{Title: v.u.Name, Back: ui.Link{Href: "/admin/people", Text: p.T("admin.tab.people")}}
	if v.u.ID == 0 {
		head.Title = p.T("admin.new.user")
	}
	return p.showAdmin(status, "people", head, personScreen(p, v))
}

func fillUser(f Form, u *agency.User) {
	f.put("name", &u.Name)
	f.put("email", &u.Email)
	f.put("phone", &u.Phone)
	f.put("role", &u.Role)
	f.putRef("branch_id", &u.BranchID)
	f.putRef("department_id", &u.DepartmentID)
	f.putBool("has_clients", &u.HasClients)
}

// invite saves a new person. The link is shown, for where no mail is set up.
func (s *Server) invite(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	v := &personView{u: new(agency.User), form: f}
	fillUser(f, v.u)
	var path string
	err = p.Update(func(ctx context.Context, tx *db.Tx) (err error) {
		path, err = s.Login.Invite(ctx, tx, v.u)
		return err
	})
	if err != nil && correctable(err) {
		v.u.ID, v.err = 0, err
		return s.showPerson(p, StatusOf(err), v)
	}
	if err != nil {
		return err
	}
	return s.showLinkTo(p, v.u.ID, path)
}

// showLinkTo shows a person's page with a link to hand over.
func (s *Server) showLinkTo(p *Page, id int64, path string) error {
	u := new(agency.User)
	if err := p.View(func(ctx context.Context, tx *db.Tx) error { return record.Get(ctx, tx, u, id) }); err != nil {
		return err
	}
	s.Kick()
	return s.showPerson(p, http.StatusOK, &personView{u: u, link: p.absolute(path)})
}

// absolute is the whole address of a path, as other people type it.
func (p *Page) absolute(path string) string {
	if p.s.BaseURL != "" {
		return p.s.BaseURL + path
	}
	scheme := "http://"
	if p.s.Secure {
		scheme = "https://"
	}
	return scheme + p.R.Host + path
}

func (s *Server) savePerson(p *Page) error {
	id, f, err := p.posted()
	if err != nil {
		return err
	}
	v := &personView{u: new(agency.User), form: f.chosen()}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		return record.Edit(ctx, tx, v.u, id, f.Int("version"), func() error { fillUser(v.form, v.u); return nil })
	})
	err = p.weigh("user", id, f.Int("version"), err)
	if err != nil && (correctable(err) || errs.Is(err, errs.Conflict)) && !(isStale(err) && len(fieldErrors(err)) == 0) {
		v.err = err
		return s.showPerson(p, StatusOf(err), v)
	}
	if err != nil && !isStale(err) {
		return err
	}
	p.Flash("good", "common.saved")
	return p.Redirect(personPath(id))
}

// linkFor makes a link for a person and shows it.
func (s *Server) linkFor(p *Page, make func(context.Context, *db.Tx, int64) (string, error)) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	var path string
	err = p.Update(func(ctx context.Context, tx *db.Tx) (err error) { path, err = make(ctx, tx, id); return err })
	if err != nil {
		return err
	}
	return s.showLinkTo(p, id, path)
}

func (s *Server) inviteAgain(p *Page) error { return s.linkFor(p, s.Login.InviteAgain) }

func (s *Server) resetPerson(p *Page) error { return s.linkFor(p, s.Login.ResetLink) }

func (s *Server) resetFactors(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error { return s.Login.ResetFactors(ctx, tx, id, p.place()) })
	if err != nil {
		return err
	}
	p.Flash("good", "admin.factors_reset")
	return p.Redirect(personPath(id))
}

// disablePerson keeps somebody out and hands their clients over.
func (s *Server) disablePerson(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	u, err := p.loadPerson()
	if err != nil {
		return err
	}
	n, err := flow.Disable(p.Ctx(), s.DB, p.Actor, u.ID, f.Int("to"))
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.Conflict) {
		return s.showPerson(p, StatusOf(err), &personView{u: u, err: err})
	}
	if err != nil {
		return err
	}
	if n > 0 {
		p.Flash("good", "admin.handed_over", "Count", n)
	} else {
		p.Flash("good", "admin.disabled")
	}
	return p.Redirect(personPath(u.ID))
}

// enablePerson lets somebody in again: with the password they had, or by the
// invitation that they hadn't accepted.
func (s *Server) enablePerson(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error { return s.Login.LetIn(ctx, tx, id) })
	if err != nil {
		return err
	}
	p.Flash("good", "common.saved")
	return p.Redirect(personPath(id))
}

func (s *Server) handOver(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	u, err := p.loadPerson()
	if err != nil {
		return err
	}
	n, err := flow.HandOver(p.Ctx(), s.DB, p.Actor, u.ID, f.Int("to"))
	if errs.Is(err, errs.Invalid) {
		return s.showPerson(p, StatusOf(err), &personView{u: u, err: err})
	}
	if err != nil {
		return err
	}
	p.Flash("good", "admin.handed_over", "Count", n)
	return p.Redirect(personPath(u.ID))
}
