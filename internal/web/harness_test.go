package web_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/carnetcrm/carnet/internal/chrome"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/demo"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/madeup"
	"github.com/carnetcrm/carnet/internal/mail"
	"github.com/carnetcrm/carnet/internal/password"
	"github.com/carnetcrm/carnet/internal/vault"
	"github.com/carnetcrm/carnet/internal/web"
)

func TestMain(m *testing.M) { os.Exit(chrome.Main(m)) }

// site is a running server with a made-up agency in it.
type site struct {
	*httptest.Server
	db     *db.DB
	login  *login.Service
	agency *demo.Agency

	exports *exports.Service
	store   *files.Store
}

// pass is everybody's password on a site.
const pass = "granatowy-atrament-7"

var passHash = func() string {
	h, err := password.Hash(pass)
	if err != nil {
		panic(err)
	}
	return h
}()

// newSite serves the pages with so many made-up clients.
func newSite(t testing.TB, clients int) *site {
	t.Helper()
	s := emptySite(t)
	ctx := t.Context()
	made := madeup.Azymut()
	var err error
	if s.agency, err = demo.Found(ctx, s.db, made); err != nil {
		t.Fatal(err)
	}
	dbtest.Update(t, s.db, s.agency.Actor(), func(ctx context.Context, tx *db.Tx) error {
		for _, id := range s.agency.People {
			if err := s.login.Enable(ctx, tx, id, passHash); err != nil {
				return err
			}
		}
		return nil
	})
	g := madeup.New(madeup.Options{Seed: 7, Agency: made, Today: date.Of(s.db.Now()).Time()})
	if clients > 0 {
		if err := demo.Load(ctx, s.db, s.agency, g, 0, clients, nil); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// emptySite serves the pages of a database without agencies.
func emptySite(t testing.TB) *site {
	t.Helper()
	s := &site{db: dbtest.New(t)}
	dir := t.TempDir()
	v, _, err := vault.New("", filepath.Join(dir, "vault.key"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := files.New(filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	if s.login, err = login.New(s.db, v, login.Options{BaseURL: s.URL}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.login.Close)
	runner := jobs.New(s.db, slog.New(slog.DiscardHandler))
	(&imports.Service{DB: s.db, Files: store}).Register(runner)
	out, err := files.New(filepath.Join(dir, "exports"))
	if err != nil {
		t.Fatal(err)
	}
	s.store = store
	s.exports = &exports.Service{DB: s.db, Files: out, Mail: mail.Off{}, MailOn: true, BaseURL: s.URL, Reveal: flow.Reveal}
	s.exports.Register(runner)
	s.login.Jobs(runner)
	runner.Start(context.WithoutCancel(t.Context()))
	t.Cleanup(func() { runner.Stop(context.Background()) })
	h, err := web.New(web.Deps{DB: s.db, Login: s.login, Files: store, Exports: s.exports, BaseURL: s.URL, Version: "test", Kick: runner.Kick})
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/", h)
	return s
}

// email is the address of the first person with a role.
func (s *site) email(t testing.TB, role string) string {
	t.Helper()
	for _, e := range s.agency.Made.People {
		if e.Role == role {
			return e.Email
		}
	}
	t.Fatalf("nobody is %s", role)
	return ""
}

// session signs in and returns the token of the session.
func (s *site) session(t testing.TB, role string) string {
	t.Helper()
	r, err := s.login.SignIn(t.Context(), login.Attempt{Email: s.email(t, role), Password: pass, Place: login.Place{IP: "127.0.0.1", UserAgent: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	return r.Token
}

// browser opens a tab that is signed in; role "" is a stranger.
func (s *site) browser(t testing.TB, role string, o chrome.Options) *chrome.Page {
	t.Helper()
	p := chrome.New(t, s.URL, o)
	if role != "" {
		p.Allow("404")
		p.Navigate("/assets/none")
		chrome.Eval[string](p, fmt.Sprintf("document.cookie = %q", "carnet="+s.session(t, role)+"; path=/"))
	}
	return p
}

// client returns an HTTP client that is signed in and follows no redirect.
func (s *site) client(t testing.TB, role string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	if role != "" {
		u, _ := url.Parse(s.URL)
		jar.SetCookies(u, []*http.Cookie{{Name: "carnet", Value: s.session(t, role), Path: "/"}})
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}
