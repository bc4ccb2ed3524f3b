package web

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

func (s *Server) accountRoutes() []Route {
	return []Route{
		{Pattern: "GET /account", handle: s.account},
		{Pattern: "POST /account", handle: s.saveAccount},
		{Pattern: "GET /account/password", handle: s.passwordPage},
		{Pattern: "POST /account/password", handle: s.savePassword},
		{Pattern: "GET /account/security", handle: s.security},
		{Pattern: "POST /account/security", StepUp: true, handle: s.changeSecurity},
		{Pattern: "POST /account/security/options", StepUp: true, handle: s.newPasskeyOptions},
		{Pattern: "GET /account/sessions", handle: s.sessions},
		{Pattern: "POST /account/sessions", handle: s.revokeSessions},
		{Pattern: "GET /account/tokens", Right: "token.own", handle: s.tokens},
		{Pattern: "POST /account/tokens", Right: "token.own", StepUp: true, handle: s.newToken},
		{Pattern: "POST /account/tokens/{id}/revoke", Right: "token.own", handle: s.revokeToken},
	}
}

// accountTabs leads through the pages about oneself.
func accountTabs(p *Page, current string) ui.Tabs {
	t := ui.Tabs{Label: p.T("account.title")}
	for _, it := range []struct{ key, href string }{{"profile", "/account"}, {"security", "/account/security"},
		{"sessions", "/account/sessions"}, {"tokens", "/account/tokens"}} {
		t.Items = append(t.Items, ui.Tab{Label: p.T("account.tab." + it.key), Href: it.href, Current: it.key == current})
	}
	return t
}

func (p *Page) showAccount(status int, tab string, c templ.Component) error {
	return p.RenderStatus(status, Screen{Title: p.T("account.title"), Nav: "account"}, accountScreen(p, tab, c))
}

func (s *Server) account(p *Page) error {
	return p.showAccount(http.StatusOK, "profile", profileCard(p, p.User, nil))
}

func (s *Server) saveAccount(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	var u agency.User
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		return record.Edit(ctx, tx, &u, p.User.ID, f.Int("version"), func() error {
			u.Name, u.Phone = f.Str("name"), f.Str("phone")
			u.Language, u.Theme, u.Density = f.Str("language"), f.Str("theme"), f.Str("density")
			return nil
		})
	})
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.Conflict) {
		return p.showAccount(StatusOf(err), "profile", profileCard(p, &u, err))
	}
	if err != nil {
		return err
	}
	p.setCookie("lang", u.Language, 365*24*3600)
	p.Flash("good", "account.saved")
	return p.Redirect("/account")
}

func (s *Server) passwordPage(p *Page) error {
	return p.showAccount(http.StatusOK, "security", passwordCard(p, nil))
}

func (s *Server) savePassword(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	token, err := s.Login.ChangePassword(p.Ctx(), p.Actor, p.Session, f.Raw("old"), f.Raw("password"), p.place())
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.TooMany) {
		return p.showAccount(StatusOf(err), "security", passwordCard(p, err))
	}
	if err != nil {
		return err
	}
	p.setCookie(s.sessionCookie(), token, sessionAge)
	p.Flash("good", "account.password.saved")
	return p.Redirect("/account/security")
}

// securityData is what the security page shows.
type securityData struct {
	login.Factors
	passkeysOn bool

	// While an authenticator app is set up: its secret, as text and as QR code.
	secret, address string
	recovery        []string // new codes, shown this once
	err             error
}

func (s *Server) security(p *Page) error { return s.showSecurity(p, http.StatusOK, securityData{}) }

func (s *Server) showSecurity(p *Page, status int, d securityData) error {
	d.passkeysOn = s.Login.PasskeysOn()
	err := p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		if d.Factors, err = s.Login.FactorsOf(ctx, tx); err != nil || d.err == nil || d.TOTP {
			return err
		}
		// A code was mistyped: show the same secret again.
		d.secret, d.address, err = s.Login.PendingTOTP(ctx, tx, p.issuer())
		if errs.Is(err, errs.NotFound) {
			err = nil
		}
		return err
	})
	if err != nil {
		return err
	}
	return p.showAccount(status, "security", securityCards(p, d))
}

// issuer is what authenticator apps show above the code.
func (p *Page) issuer() string { return "Carnet " + p.Agency.Name }

// changeSecurity does what the pressed button says. All of it needs fresh proof,
// and one address for all of it lets the visitor come back here from there.
func (s *Server) changeSecurity(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	var d securityData
	done := ""
	err = p.Update(func(ctx context.Context, tx *db.Tx) (err error) {
		switch f.Str("act") {
		case "totp":
			d.secret, d.address, err = s.Login.BeginTOTP(ctx, tx, p.issuer())
		case "totp_confirm":
			done = "account.totp.on"
			d.recovery, err = s.Login.ConfirmTOTP(ctx, tx, f.Str("code"), p.place())
		case "totp_remove":
			done = "account.totp.removed"
			err = s.Login.RemoveTOTP(ctx, tx, p.place())
		case "passkey":
			done = "account.passkey.added"
			d.recovery, err = s.Login.FinishPasskey(ctx, tx, f.Raw("ceremony"), []byte(f.Raw("answer")), f.Str("name"), p.place())
		case "passkey_remove":
			done = "account.passkey.removed"
			err = s.Login.RemovePasskey(ctx, tx, f.Int("id"), p.place())
		case "recovery":
			d.recovery, err = s.Login.NewRecovery(ctx, tx, p.place())
		default:
			err = errs.Missing()
		}
		return err
	})
	switch {
	case errs.Is(err, errs.Invalid):
		d.err = err
		return s.showSecurity(p, http.StatusUnprocessableEntity, d)
	case err != nil:
		return err
	case done != "" && len(d.recovery) == 0:
		p.Flash("good", done)
		return p.Redirect("/account/security")
	}
	return s.showSecurity(p, http.StatusOK, d)
}

func (s *Server) newPasskeyOptions(p *Page) error {
	var c *login.Ceremony
	err := p.Update(func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = s.Login.BeginPasskey(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return p.answerJSON(c)
}

// signinsShown is how many lines of the sign-in history a page has.
const signinsShown = 50

func (s *Server) sessions(p *Page) error {
	var list []login.Session
	var lines []login.Signin
	before := pageBefore(p)
	err := p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		if list, err = s.Login.Sessions(ctx, tx); err != nil {
			return err
		}
		lines, err = login.History(ctx, tx, p.User.ID, before, signinsShown+1)
		return err
	})
	if err != nil {
		return err
	}
	return p.showAccount(http.StatusOK, "sessions", sessionCards(p, list, signinPage(p, lines, nil, "/account/sessions")))
}

// revokeSessions ends one session, or all but this one.
func (s *Server) revokeSessions(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		if id := f.Int("id"); id != 0 {
			return s.Login.Revoke(ctx, tx, id)
		}
		return s.Login.RevokeOthers(ctx, tx, p.Session)
	})
	if err != nil {
		return err
	}
	p.Flash("good", "account.session.revoked")
	return p.Redirect("/account/sessions")
}

// tokenForm is the page of API tokens; made is the text of a new one, shown once.
type tokenForm struct {
	list              []login.Token
	made, name, scope string
	days              int64
	err               error
}

func (s *Server) tokens(p *Page) error {
	return s.showTokens(p, http.StatusOK, tokenForm{scope: "read", days: 365})
}

func (s *Server) showTokens(p *Page, status int, t tokenForm) error {
	err := p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		t.list, err = s.Login.Tokens(ctx, tx, p.User.ID)
		return err
	})
	if err != nil {
		return err
	}
	return p.showAccount(status, "tokens", tokenCards(p, t))
}

func (s *Server) newToken(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	t := tokenForm{name: f.Str("name"), scope: f.Str("scope"), days: f.Int("days")}
	err = p.Update(func(ctx context.Context, tx *db.Tx) (err error) {
		_, t.made, err = s.Login.NewToken(ctx, tx, t.name, t.scope, time.Duration(min(t.days, 3650))*24*time.Hour)
		return err
	})
	if errs.Is(err, errs.Invalid) {
		t.err, t.made = err, ""
		return s.showTokens(p, http.StatusUnprocessableEntity, t)
	}
	if err != nil {
		return err
	}
	t.name = ""
	return s.showTokens(p, http.StatusOK, t)
}

func (s *Server) revokeToken(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error { return s.Login.RevokeToken(ctx, tx, id) })
	if err != nil {
		return err
	}
	p.Flash("good", "account.token.revoked")
	return p.Redirect("/account/tokens")
}
