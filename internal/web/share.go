package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// shareRoutes are the page on which people share all of their clients (R099-R103).
func (s *Server) shareRoutes() []Route {
	return []Route{
		{Pattern: "GET /shares", Right: "client.share", handle: s.shareAll},
		{Pattern: "POST /shares", Right: "client.share", handle: s.addShareAll},
		{Pattern: "POST /shares/{row}", Right: "client.share", handle: s.changeShareAll},
		{Pattern: "POST /shares/{row}/delete", Right: "client.share", handle: s.endShareAll},
	}
}

// sharesView is the page: whose clients are shared as a whole, and with whom.
type sharesView struct {
	given    []client.Share // shared by the visitor, or by anybody where they see all clients
	received []client.Share // shared with the visitor
	names    map[int64]string
	people   []ui.Option // colleagues to share with
	advisors []ui.Option // whose clients can be shared; one's own alone for most
	form     Form
	err      error
}

func (v *sharesView) load(ctx context.Context, tx *db.Tx, p *Page) (err error) {
	var all []client.Share
	if err := record.Select(ctx, tx, &all, "WHERE r.advisor_id IS NOT NULL ORDER BY r.advisor_id, r.id"); err != nil {
		return err
	}
	for _, s := range all {
		switch {
		case s.UserID == p.User.ID:
			v.received = append(v.received, s)
		case int64(s.AdvisorID) == p.User.ID || p.Actor.Scope == db.Agency:
			v.given = append(v.given, s)
		}
	}
	if v.names, err = userNames(ctx, tx); err != nil {
		return err
	}
	if v.people, err = idOptions(ctx, tx, "SELECT u.id, u.name FROM {user} u WHERE u.status <> 'disabled' ORDER BY u.name_key, u.id"); err != nil {
		return err
	}
	v.advisors, err = idOptions(ctx, tx, "SELECT u.id, u.name FROM {user} u WHERE u.has_clients AND u.status <> 'disabled' ORDER BY u.name_key, u.id")
	return err
}

// colleagues are the people to share with, without the advisor whose clients they are
// where there is no choice.
func (v *sharesView) colleagues(p *Page) (out []ui.Option) {
	for _, o := range v.people {
		if p.Actor.Scope == db.Agency || o.Value != strconv.FormatInt(p.User.ID, 10) {
			out = append(out, o)
		}
	}
	return out
}

func (s *Server) shareAll(p *Page) error { return s.sharesPage(p, http.StatusOK, &sharesView{}) }

func (s *Server) sharesPage(p *Page, status int, v *sharesView) error {
	if err := p.View(func(ctx context.Context, tx *db.Tx) error { return v.load(ctx, tx, p) }); err != nil {
		return err
	}
	return p.RenderStatus(status, Screen{Title: p.T("client.share_all_title"), Nav: "clients"}, sharesScreen(p, v))
}

// addShareAll shares all clients of an advisor with each of the chosen colleagues.
func (s *Server) addShareAll(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		ids := f.list("user_id")
		if len(ids) == 0 {
			return errs.Bad("user_id", "client.error.share_nobody")
		}
		advisor := db.Ref(p.User.ID)
		if f.Has("advisor_id") {
			advisor = f.Ref("advisor_id")
		}
		for _, id := range ids {
			n, err := strconv.ParseInt(id, 10, 64)
			if err != nil {
				return errs.Bad("user_id", "client.error.share_user")
			}
			if err := record.Insert(ctx, tx, &client.Share{AdvisorID: advisor, UserID: n, CanEdit: f.Bool("can_edit")}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && correctable(err) {
		return s.sharesPage(p, StatusOf(err), &sharesView{form: f, err: err})
	}
	if err != nil {
		return err
	}
	p.Flash("good", "client.shared_all")
	return p.Redirect("/shares")
}

// wholeShare reads the share of all clients that the path names.
func wholeShare(ctx context.Context, tx *db.Tx, p *Page) (*client.Share, error) {
	id, err := p.ID("row")
	if err != nil {
		return nil, err
	}
	var sh client.Share
	if err := record.Get(ctx, tx, &sh, id); err != nil {
		return nil, err
	}
	if sh.AdvisorID == 0 {
		return nil, errs.Missing()
	}
	return &sh, nil
}

// changeShareAll lets the colleague change the clients, or only look at them.
func (s *Server) changeShareAll(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		sh, err := wholeShare(ctx, tx, p)
		if err != nil {
			return err
		}
		return record.Edit(ctx, tx, sh, sh.ID, 0, func() error { sh.CanEdit = f.Bool("can_edit"); return nil })
	})
	if err != nil {
		return err
	}
	p.Flash("good", "common.saved")
	return p.Redirect("/shares")
}

func (s *Server) endShareAll(p *Page) error {
	err := p.Update(func(ctx context.Context, tx *db.Tx) error {
		sh, err := wholeShare(ctx, tx, p)
		if err != nil {
			return err
		}
		return record.Delete(ctx, tx, sh, sh.ID, 0)
	})
	if err != nil {
		return err
	}
	p.Flash("good", "client.share_ended")
	return p.Redirect("/shares")
}

// whose is the advisor that the form shows.
func (v *sharesView) whose(p *Page) string {
	if s := formValue(v.form, "advisor_id"); s != "" {
		return s
	}
	return strconv.FormatInt(p.User.ID, 10)
}

// row is a share on the page.
func (v *sharesView) row(p *Page, s *client.Share, given bool) ui.Row {
	who := v.names[s.UserID]
	if !given {
		who = v.names[int64(s.AdvisorID)]
	}
	r := ui.Row{Lead: ui.Avatar{Initials: ui.Initials(who, ""), Tint: ui.Tint(s.UserID), Size: "md"}, Title: who, Slim: true,
		Sub: p.T(map[bool]string{true: "client.share_edit", false: "client.share_view"}[s.CanEdit])}
	if !given {
		return r
	}
	if int64(s.AdvisorID) != p.User.ID {
		r.Sub = p.T("client.share_of", "Name", v.names[int64(s.AdvisorID)]) + " · " + r.Sub
	}
	to := "/shares/" + strconv.FormatInt(s.ID, 10)
	change := ui.Button{Label: p.T("client.share_make_view"), Kind: "ghost", Small: true, Submit: true}
	if !s.CanEdit {
		change.Label, change.Name, change.Value = p.T("client.share_make_edit"), "can_edit", "1"
	}
	r.Actions = []templ.Component{oneButton(to, change),
		oneButton(to+"/delete", ui.Button{Label: p.T("client.share_end", "Name", who), Icon: "trash", IconOnly: true, Kind: "ghost", Small: true, Submit: true})}
	return r
}

// seersLink asks for the sharing card to say as well who sees the client. It is asked
// for, because most pages are opened for other reasons; it changes nothing, so those
// who only read have it too.
func (v *recordView) seersLink() templ.Component {
	return ui.Button{Label: v.p.T("client.who_sees"), Icon: "eye", Kind: "ghost", Small: true, Href: v.path() + "?seers=1#sharing",
		Swap: ui.Swap{Card: "sharing", Get: v.path() + "?seers=1"}}
}

// seersBox says who sees the client and why, for those who may know (R021, W6).
func (v *recordView) seersBox() templ.Component {
	p := v.p
	rows := ui.Group{}
	for _, s := range v.seers {
		why := ""
		for _, w := range s.Ways {
			text := p.T("client.sees." + w.By)
			if w.From != 0 {
				text = p.T("client.sees."+w.By+"_from", "Name", v.names.user(p, int64(w.From)))
			}
			if why != "" {
				why += " · "
			}
			why += text
		}
		r := ui.Row{Lead: ui.Avatar{Initials: ui.Initials(s.User.Name, ""), Tint: ui.Tint(s.User.ID), Size: "md"}, Title: s.User.Name, Slim: true, Sub: why,
			End: p.T(map[bool]string{true: "client.share_edit", false: "client.share_view"}[s.Edit])}
		rows = append(rows, r)
	}
	return ui.Group{cardLine(p.T("client.sees", "Count", len(v.seers))), within(ui.Rows(), rows)}
}

// loadSeers reads who sees the client.
func (v *recordView) loadSeers(ctx context.Context, tx *db.Tx) (err error) {
	if !v.whoSees {
		return nil
	}
	v.seers, err = flow.Audience(ctx, tx, v.ref.ID)
	return err
}
