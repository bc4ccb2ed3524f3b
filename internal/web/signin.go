package web

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/login"
)

func (s *Server) signinRoutes() []Route {
	return []Route{
		{Pattern: "GET /sign-in", Public: true, handle: s.signInPage},
		{Pattern: "POST /sign-in", Public: true, handle: s.signIn},
		{Pattern: "POST /sign-in/passkey/options", Public: true, handle: s.passkeyOptions},
		{Pattern: "POST /sign-in/passkey", Public: true, handle: s.signInByPasskey},
		{Pattern: "GET /sign-in/second", Public: true, handle: s.secondPage},
		{Pattern: "POST /sign-in/second", Public: true, handle: s.second},
		{Pattern: "POST /sign-in/second/options", Public: true, handle: s.secondOptions},
		{Pattern: "POST /sign-out", Public: true, handle: s.signOut},
		{Pattern: "GET /setup", Public: true, handle: s.setupPage},
		{Pattern: "POST /setup", Public: true, handle: s.setup},
		{Pattern: "GET /forgotten", Public: true, handle: s.forgottenPage},
		{Pattern: "POST /forgotten", Public: true, handle: s.forgotten},
		{Pattern: "GET /join/{token}", Public: true, handle: s.linkPage},
		{Pattern: "POST /join/{token}", Public: true, handle: s.acceptLink},
		{Pattern: "GET /reset/{token}", Public: true, handle: s.linkPage},
		{Pattern: "POST /reset/{token}", Public: true, handle: s.acceptLink},
		{Pattern: "GET /confirm", handle: s.confirmPage},
		{Pattern: "POST /confirm", handle: s.confirm},
		{Pattern: "POST /confirm/options", handle: s.confirmOptions},
	}
}

// How long cookies stay, in seconds: the session as long as it can live, the mark
// of a known browser as long as it counts.
const (
	sessionAge = 30 * 24 * 3600
	deviceAge  = 90 * 24 * 3600
)

// place says where the request comes from. The address is that of the connection,
// which the application has replaced by the browser's behind a trusted proxy.
func (p *Page) place() login.Place {
	host, _, err := net.SplitHostPort(p.R.RemoteAddr)
	if err != nil {
		host = p.R.RemoteAddr
	}
	return login.Place{IP: host, UserAgent: p.R.UserAgent(), Device: p.cookie("device")}
}

func (p *Page) sessionToken() string { return p.cookie(p.s.sessionCookie()) }

// signedIn stores what a sign-in gave and goes on to the page that was asked for.
func (p *Page) signedIn(r *login.Result, next string) error {
	p.setCookie(p.s.sessionCookie(), r.Token, sessionAge)
	p.setCookie("device", r.Device, deviceAge)
	if len(r.Second) > 0 {
		return p.Redirect("/sign-in/second?next=" + url.QueryEscape(next))
	}
	return p.Redirect(next)
}

// signInForm is the sign-in page as it is shown again after a mistake.
type signInForm struct {
	email, next, err string
	demo             []DemoLogin
	passkeys, mail   bool
}

func (s *Server) signInPage(p *Page) error {
	next := p.R.URL.Query().Get("next")
	if p.Visitor != nil && !p.Visitor.Partial {
		return p.Redirect(next)
	}
	if needed, err := flow.NeedsSetup(p.Ctx(), s.DB); err != nil {
		return err
	} else if needed {
		return p.Redirect("/setup")
	}
	return s.showSignIn(p, http.StatusOK, signInForm{next: next})
}

func (s *Server) showSignIn(p *Page, status int, f signInForm) error {
	f.demo, f.passkeys, f.mail = s.Demo, s.Login.PasskeysOn(), s.Login.MailOn()
	return p.RenderPlain(status, p.T("signin.title"), signInScreen(p, f))
}

// problem turns an error of signing in into the text for its page; errors of
// other kinds are returned.
func (p *Page) problem(err error) (status int, text string, other error) {
	var e *errs.Error
	if !errors.As(err, &e) {
		return 0, "", err
	}
	switch e.Kind {
	case errs.TooMany:
		for i := 0; i+1 < len(e.Args); i += 2 {
			if n, ok := e.Args[i+1].(int); ok && e.Args[i] == "Seconds" {
				p.W.Header().Set("Retry-After", strconv.Itoa(n))
			}
		}
	case errs.Unauthenticated, errs.Invalid, errs.Conflict:
	default:
		return 0, "", err
	}
	text = p.L.Error(err)
	if len(e.Fields) > 0 {
		text = p.L.Field(e.Fields[0])
	}
	return statuses[e.Kind], text, nil
}

func (s *Server) signIn(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	r, err := s.Login.SignIn(p.Ctx(), login.Attempt{Email: f.Str("email"), Password: f.Raw("password"), Place: p.place(), Old: p.sessionToken()})
	if err == nil {
		return p.signedIn(r, f.Str("next"))
	}
	status, text, other := p.problem(err)
	if other != nil {
		return other
	}
	return s.showSignIn(p, status, signInForm{email: f.Str("email"), next: f.Str("next"), err: text})
}

// answerJSON gives the page's script what to ask the authenticator for.
func (p *Page) answerJSON(c *login.Ceremony) error {
	p.W.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(p.W).Encode(map[string]any{"token": c.Token, "options": c.Options})
}

func (s *Server) passkeyOptions(p *Page) error {
	c, err := s.Login.BeginPasskeySignIn(p.Ctx())
	if err != nil {
		return err
	}
	return p.answerJSON(c)
}

func (s *Server) signInByPasskey(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	r, err := s.Login.PasskeySignIn(p.Ctx(), f.Raw("ceremony"), []byte(f.Raw("answer")), p.sessionToken(), p.place())
	if err == nil {
		return p.signedIn(r, f.Str("next"))
	}
	status, text, other := p.problem(err)
	if other != nil {
		return other
	}
	if errs.Is(err, errs.Unauthenticated) {
		text = p.T("login.error.passkey")
	}
	return s.showSignIn(p, status, signInForm{next: f.Str("next"), err: text})
}

func (s *Server) signOut(p *Page) error {
	if err := s.Login.SignOut(p.Ctx(), p.sessionToken()); err != nil {
		return err
	}
	p.setCookie(s.sessionCookie(), "", -1)
	// What the browser kept of a person's pages goes with the session.
	p.W.Header().Set("Clear-Site-Data", `"cache"`)
	return p.Redirect("/sign-in")
}

// secondForm is the page of the second factor.
type secondForm struct {
	factors   []string
	next, err string
}

func (s *Server) secondPage(p *Page) error {
	return s.showSecond(p, http.StatusOK, secondForm{next: p.R.URL.Query().Get("next")})
}

func (s *Server) showSecond(p *Page, status int, f secondForm) error {
	var err error
	if f.factors, err = s.Login.Pending(p.Ctx(), p.sessionToken()); err != nil {
		return err
	}
	return p.RenderPlain(status, p.T("signin.second.title"), secondScreen(p, f))
}

// proofOf reads what a form gave to prove who somebody is.
func proofOf(f Form) login.Proof {
	return login.Proof{Password: f.Raw("password"), Code: f.Str("code"), Recovery: f.Str("recovery"),
		Ceremony: f.Raw("ceremony"), Answer: []byte(f.Raw("answer"))}
}

func (s *Server) second(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	r, err := s.Login.Second(p.Ctx(), p.sessionToken(), proofOf(f), p.place())
	if err == nil {
		return p.signedIn(r, f.Str("next"))
	}
	if errs.Is(err, errs.Unauthenticated) {
		return err
	}
	status, text, other := p.problem(err)
	if other != nil {
		return other
	}
	return s.showSecond(p, status, secondForm{next: f.Str("next"), err: text})
}

func (s *Server) secondOptions(p *Page) error {
	c, err := s.Login.BeginProof(p.Ctx(), db.Actor{}, p.sessionToken())
	if err != nil {
		return err
	}
	return p.answerJSON(c)
}

func (s *Server) forgottenPage(p *Page) error {
	return p.RenderPlain(http.StatusOK, p.T("signin.forgotten.title"), forgottenScreen(p, s.Login.MailOn(), "", false, ""))
}

// forgotten gives the same answer whether the address has an account or not.
func (s *Server) forgotten(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	if !s.Login.MailOn() {
		return errs.New(errs.Conflict, "error.mail_off")
	}
	if err := s.Login.RequestReset(p.Ctx(), f.Str("email"), p.place()); err != nil {
		status, text, other := p.problem(err)
		if other != nil {
			return other
		}
		return p.RenderPlain(status, p.T("signin.forgotten.title"), forgottenScreen(p, true, f.Str("email"), false, text))
	}
	s.Kick()
	return p.RenderPlain(http.StatusOK, p.T("signin.forgotten.title"), forgottenScreen(p, true, f.Str("email"), true, ""))
}

// linkKind tells an invitation from a reset by the path.
func (p *Page) linkKind() string {
	if len(p.R.URL.Path) > 5 && p.R.URL.Path[:6] == "/join/" {
		return "invite"
	}
	return "reset"
}

func (s *Server) linkPage(p *Page) error { return s.showLink(p, http.StatusOK, "") }

func (s *Server) showLink(p *Page, status int, problem string) error {
	kind := p.linkKind()
	u, a, err := s.Login.LinkOf(p.Ctx(), kind, p.R.PathValue("token"))
	if err != nil {
		return err
	}
	// The address of this page opens an account: it must not travel to other pages.
	p.W.Header().Set("Referrer-Policy", "no-referrer")
	var screen templ.Component
	if kind == "invite" {
		screen = linkScreen(p, p.T("signin.join.title", "Agency", a.Name), p.T("signin.join.text", "Name", u.Name), p.T("signin.join.submit"), u.Email, problem)
	} else {
		screen = linkScreen(p, p.T("signin.reset.title"), p.T("signin.reset.text", "Agency", a.Name), p.T("signin.reset.submit"), u.Email, problem)
	}
	return p.RenderPlain(status, p.T("signin.reset.title"), screen)
}

func (s *Server) acceptLink(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	r, err := s.Login.Accept(p.Ctx(), p.linkKind(), p.R.PathValue("token"), f.Raw("password"), p.place())
	if err == nil {
		return p.signedIn(r, "/")
	}
	status, text, other := p.problem(err)
	if other != nil {
		return other
	}
	return s.showLink(p, status, text)
}
