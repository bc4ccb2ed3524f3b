// Package web serves the pages of Carnet: HTML made on the server, readable and
// usable without JavaScript. A page is a file named after its noun; what it does
// is a function of an area or of package flow.
package web

import (
	"context"
	"log/slog"
	"math"
	"net/http"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/ocr"
	"github.com/carnetcrm/carnet/internal/web/assets"
)

// Deps is what the pages need from the application.
type Deps struct {
	DB      *db.DB
	Login   *login.Service
	Files   *files.Store
	Exports *exports.Service // nil keeps files beside the others and mails nothing
	OCR     *ocr.Reader      // reads the lines in pictures of documents; nil without the program
	Log     *slog.Logger
	BaseURL string // as people type it, without a slash at the end; "" takes the request's
	Secure  bool   // cookies travel over TLS only
	Version string
	MailOn  bool // invitations and resets can be mailed

	// MaxUpload bounds an uploaded client list, in bytes; 0 is 512 MB.
	MaxUpload int64

	// MaxFile bounds a file that is attached to a record, in bytes; 0 is no limit (R034).
	MaxFile int64

	// Demo lists the logins of a demo agency on the sign-in page.
	Demo []DemoLogin
	// Kick wakes the runner of jobs after a commit.
	Kick func()
}

// DemoLogin is one made-up person who can sign in to a demo.
type DemoLogin struct{ Name, Role, Email, Password string }

// Server holds what handlers need. It has no state of its own.
type Server struct {
	Deps
	auth  authenticator
	mux   *http.ServeMux
	keeps map[string]bool // the patterns of routes that keep their form over a proof
}

// authenticator turns the token of a session cookie into who asks.
type authenticator func(ctx context.Context, token string) (*Visitor, error)

// authenticate asks the service of logins.
func (s *Server) authenticate(ctx context.Context, token string) (*Visitor, error) {
	n, u, a, actor, err := s.Login.Authenticate(ctx, token)
	if err != nil {
		return nil, err
	}
	return &Visitor{User: u, Agency: a, Actor: actor, Session: n.ID, ProofAt: n.ProofAt, Partial: n.SecondDue}, nil
}

// Visitor is a person who has signed in.
type Visitor struct {
	User    *agency.User
	Agency  *agency.Agency
	Actor   db.Actor
	Session int64    // id of the session
	ProofAt db.Stamp // when the person last proved who they are
	Partial bool     // the second factor is missing: only its page is open
}

// handler is one page or act. It returns an error instead of rendering it.
type handler func(*Page) error

// Route is a line of the table of pages. The authorization matrix asks each of
// them with every role.
type Route struct {
	Pattern string // as http.ServeMux takes it: "POST /clients/{id}"
	Public  bool   // no session needed
	Right   string // right that the visitor needs; "" is everybody who has signed in
	StepUp  bool   // fresh proof needed, at most five minutes old
	Keep    bool   // with StepUp: the form that was sent waits for the proof and is then done
	Upload  bool   // takes files of any size: its handler reads the body as it arrives
	handle  handler
}

// New returns the handler of all pages.
func New(d Deps) (http.Handler, error) {
	s := &Server{Deps: d, mux: http.NewServeMux(), keeps: map[string]bool{}}
	if s.MaxUpload <= 0 {
		s.MaxUpload = imports.MaxFile
	}
	if s.Kick == nil {
		s.Kick = func() {}
	}
	if s.Log == nil {
		s.Log = slog.Default()
	}
	if s.Exports == nil {
		s.Exports = &exports.Service{DB: d.DB, Files: d.Files, Reveal: flow.Reveal}
	}
	s.auth = s.authenticate
	s.mux.Handle("GET /assets/", assets.Handler())
	for _, r := range s.routes() {
		s.mux.Handle(r.Pattern, s.serve(r))
		s.keeps[r.Pattern] = r.StepUp && r.Keep
	}
	s.mux.Handle("/", s.serve(Route{Public: true, handle: func(p *Page) error { return errs.Missing() }}))
	guard := http.NewCrossOriginProtection()
	return secure(guard.Handler(s.mux)), nil
}

// Routes returns the table of pages for the authorization matrix.
func Routes() []Route { return (&Server{}).routes() }

// routes gathers the tables of all files of this package.
func (s *Server) routes() []Route {
	var out []Route
	for _, part := range []func() []Route{s.startRoutes, s.clientRoutes, s.travelerRoutes, s.partRoutes, s.revealRoutes, s.shareRoutes, s.searchRoutes,
		s.trashRoutes, s.bulkRoutes, s.viewRoutes, s.clientListRoutes, s.marketingRoutes, s.importRoutes, s.exportRoutes, s.signinRoutes, s.accountRoutes, s.adminRoutes} {
		out = append(out, part()...)
	}
	return out
}

// csp lets a page load and run nothing but Carnet's own files.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"

// secure sets the headers that every answer has.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", csp)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "no-store") // pages hold personal data; assets set their own
		next.ServeHTTP(w, r)
	})
}

// maxForm bounds the body of a form; uploads have limits of their own.
const maxForm = 2 << 20

// serve runs a route: who asks, what they may, then the handler.
func (s *Server) serve(rt Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := &Page{s: s, W: w, R: r, began: time.Now()}
		p.R.Body = http.MaxBytesReader(w, r.Body, s.bodyLimit(rt))
		err := p.identify()
		if err == nil {
			err = p.admit(rt)
		}
		if err == nil && r.URL.RawQuery != "" {
			err = storable(r.URL.Query())
		}
		if err == nil {
			err = rt.handle(p)
		}
		if rt.Keep && errs.Is(err, errs.StepUp) {
			err = p.hold()
		}
		if err != nil {
			p.fail(err)
		}
	})
}

func (s *Server) bodyLimit(rt Route) int64 {
	if rt.Upload { // each file has a limit of its own, if any
		return math.MaxInt64
	}
	switch rt.Pattern {
	case "POST /imports":
		return s.MaxUpload
	case "POST /fill-in/{token}":
		return maxSheet
	}
	return maxForm
}

// admit refuses whoever may not use the route.
func (p *Page) admit(rt Route) error {
	switch {
	case rt.Public:
		return nil
	case p.Visitor == nil || p.Visitor.Partial:
		return errs.New(errs.Unauthenticated, "error.unauthenticated")
	case !p.Actor.May(rt.Right):
		return agency.Refused(p.Ctx(), p.s.DB, p.Actor, rt.Right)
	case rt.StepUp && !p.fresh():
		return errs.New(errs.StepUp, "error.step_up")
	}
	return nil
}

// freshFor is how long a proof of identity counts as fresh.
const freshFor = 5 * time.Minute

func (p *Page) fresh() bool {
	return p.ProofAt != 0 && db.StampOf(p.s.DB.Now()) < p.ProofAt.Add(freshFor)
}
