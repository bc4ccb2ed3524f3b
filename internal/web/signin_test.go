package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/password"
	"github.com/carnetcrm/carnet/internal/vault"
	"github.com/carnetcrm/carnet/internal/web"
	"github.com/pquerna/otp/totp"
)

// desk is a running server on a real database, with people who can sign in.
type desk struct {
	*dbtest.World
	t     *testing.T
	login *login.Service
	srv   *httptest.Server
	named string // its address by name
}

const secret = "coral lagoon 47 tickets"

var secretHash = sync.OnceValue(func() string {
	h, err := password.Hash(secret)
	if err != nil {
		panic(err)
	}
	return h
})

func newDesk(t *testing.T, world bool, change ...func(*web.Deps)) *desk {
	t.Helper()
	d := &desk{t: t}
	if world {
		d.World = dbtest.NewWorld(t)
	} else {
		d.World = &dbtest.World{DB: dbtest.New(t)}
	}
	v, _, err := vault.New("", filepath.Join(t.TempDir(), "vault.key"))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	d.srv = httptest.NewServer(mux)
	t.Cleanup(d.srv.Close)
	// Passkeys are bound to a name, and localhost is one.
	d.named = strings.Replace(d.srv.URL, "127.0.0.1", "localhost", 1)
	if d.login, err = login.New(d.DB, v, login.Options{BaseURL: d.named}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.login.Close)
	store, err := files.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	deps := web.Deps{DB: d.DB, Login: d.login, Files: store}
	for _, f := range change {
		f(&deps)
	}
	h, err := web.New(deps)
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/", h)
	if world {
		for _, name := range d.Names() {
			a := d.As(name)
			dbtest.Update(t, d.DB, db.System(a.AgencyID), func(ctx context.Context, tx *db.Tx) error {
				return d.login.Enable(ctx, tx, a.UserID, secretHash())
			})
		}
	}
	return d
}

// browser is one person's browser: cookies and the last page.
type browser struct {
	d      *desk
	c      *http.Client
	status int
	at     string // path after redirects
	body   string
}

func (d *desk) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		d.t.Fatal(err)
	}
	return &browser{d: d, c: &http.Client{Jar: jar}}
}

func (b *browser) done(res *http.Response, err error) *browser {
	b.d.t.Helper()
	if err != nil {
		b.d.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.d.t.Fatal(err)
	}
	b.status, b.at, b.body = res.StatusCode, res.Request.URL.RequestURI(), string(raw)
	if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
		b.d.t.Errorf("%s has the policy %q", b.at, csp)
	}
	if strings.Contains(b.body, " style=") || strings.Contains(b.body, "<script>") {
		b.d.t.Errorf("%s has inline style or script", b.at)
	}
	if m := rawKey.FindString(b.body); m != "" {
		b.d.t.Errorf("%s shows a raw key: %s", b.at, m)
	}
	return b
}

// rawKey is what a missing translation looks like.
var rawKey = regexp.MustCompile(`>\s*(signin|setup|account|admin|agency|login|customer_type|tag|user|branch|department|common|error)\.[a-z_.]+\s*<`)

func (b *browser) get(path string) *browser {
	b.d.t.Helper()
	return b.done(b.c.Get(b.d.srv.URL + path))
}

// post sends a form: name, value, name, value ...
func (b *browser) post(path string, pairs ...string) *browser {
	b.d.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return b.done(b.c.PostForm(b.d.srv.URL+path, v))
}

func (b *browser) want(status int, at string, texts ...string) *browser {
	b.d.t.Helper()
	if b.status != status || (at != "" && b.at != at) {
		b.d.t.Errorf("at %s with %d, want %s with %d", b.at, b.status, at, status)
	}
	for _, s := range texts {
		if !strings.Contains(b.body, s) {
			b.d.t.Errorf("%s lacks %q", b.at, s)
		}
	}
	return b
}

func (d *desk) as(name string) *browser {
	d.t.Helper()
	b := d.browser()
	return b.post("/sign-in", "email", name+"@example.com", "password", secret, "next", "/account").want(200, "/account")
}

func TestSignInPage(t *testing.T) {
	d := newDesk(t, true)
	b := d.browser()
	b.get("/account").want(200, "/sign-in?next=%2Faccount", `name="password"`, "current-password")
	b.post("/sign-in", "email", "ann@example.com", "password", "wrong", "next", "/account").want(401, "/sign-in", "don’t match", "ann@example.com")
	if strings.Contains(b.body, "wrong") {
		t.Error("the typed password comes back")
	}
	b.post("/sign-in", "email", "ann@example.com", "password", secret, "next", "//evil.example/x").want(200, "/")
	b.post("/sign-out").want(200, "/sign-in")
	b.get("/account").want(200, "/sign-in?next=%2Faccount")
}

// TestCookies: out of reach of scripts, and gone after signing out.
func TestCookies(t *testing.T) {
	d := newDesk(t, true)
	b := d.browser()
	b.c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := b.c.PostForm(d.srv.URL+"/sign-in", url.Values{"email": {"ann@example.com"}, "password": {secret}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	seen := 0
	for _, c := range res.Cookies() {
		if c.Name == "carnet" || c.Name == "device" {
			seen++
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.MaxAge < 86400 {
				t.Errorf("cookie %+v", c)
			}
		}
	}
	if seen != 2 {
		t.Errorf("%d of the two cookies", seen)
	}
}

// TestForeignSite: a form on another site can't act for somebody.
func TestForeignSite(t *testing.T) {
	d := newDesk(t, true)
	b := d.as("ann")
	req, err := http.NewRequest("POST", d.srv.URL+"/account/sessions", strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "https://evil.example")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := b.c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("a foreign form gets %d", res.StatusCode)
	}
}

// TestFirstStart goes from nothing to an agency, once.
func TestFirstStart(t *testing.T) {
	d := newDesk(t, false)
	b := d.browser()
	b.get("/").want(200, "/setup", `name="agency.name"`)
	form := []string{"agency.name", "Azymut", "agency.country", "PL", "agency.time_zone", "Europe/Warsaw", "agency.currency", "PLN",
		"agency.language", "pl", "branch", "Centrala", "admin.name", "Ada", "admin.email", "ada@azymut.example"}
	b.post("/setup", append(form, "password", "short")...).want(422, "/setup", "Azymut", "At least")
	b.post("/setup", form...).want(422, "/setup", "Please fill in this field")
	b.post("/setup", append(form, "password", secret)...).want(200, "/")
	b.get("/admin/people").want(200, "/admin/people", "Ada")
	d.browser().post("/setup", append(form, "password", secret)...).want(200, "/sign-in")
	d.browser().get("/setup").want(200, "/sign-in")
}

// TestSecondFactor sets an authenticator app up in the browser and signs in with it.
func TestSecondFactor(t *testing.T) {
	d := newDesk(t, true)
	b := d.as("ann")
	b.get("/account/security").want(200, "", "Authenticator app", "Passkeys")
	b.post("/account/security", "act", "totp").want(200, "/account/security", "<svg", `<path d="M`)
	m := regexp.MustCompile(`value="((?:[A-Z2-7]{4} ?){8})"`).FindStringSubmatch(b.body)
	if m == nil {
		t.Fatal("the page shows no secret")
	}
	key := strings.ReplaceAll(m[1], " ", "")
	b.post("/account/security", "act", "totp_confirm", "code", "000000").want(422, "/account/security", m[1])
	code := func() string {
		c, err := totp.GenerateCode(key, d.DB.Now())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	b.post("/account/security", "act", "totp_confirm", "code", code()).want(200, "/account/security", "These codes are shown only once")
	codes := regexp.MustCompile(`<li>([a-z2-7]{6}(?:-[a-z2-7]{6}){3})</li>`).FindAllStringSubmatch(b.body, -1)
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes are shown", len(codes))
	}
	now := time.Now
	d.DB.Now = func() time.Time { return now().Add(time.Minute) }
	b = d.browser()
	b.post("/sign-in", "email", "ann@example.com", "password", secret, "next", "/account").want(200, "/sign-in/second?next=%2Faccount", "one-time-code")
	b.get("/account").want(200, "/sign-in?next=%2Faccount")
	b.post("/sign-in/second", "code", "000000", "next", "/account").want(422, "/sign-in/second", "isn’t right")
	b.post("/sign-in/second", "code", code(), "next", "/account").want(200, "/account")
	b = d.browser()
	b.post("/sign-in", "email", "ann@example.com", "password", secret).want(200, "")
	b.post("/sign-in/second", "recovery", codes[3][1], "next", "/account").want(200, "/account")
}

// TestStepUp: delicate things ask for a proof that is at most five minutes old.
func TestStepUp(t *testing.T) {
	d := newDesk(t, true)
	b := d.as("ann")
	now := time.Now
	d.DB.Now = func() time.Time { return now().Add(6 * time.Minute) }
	b.post("/account/tokens", "name", "site", "scope", "read", "days", "30").want(200, "/confirm?next=%2Faccount%2Ftokens", "Confirm that it’s you")
	b.post("/confirm", "password", "wrong", "next", "/account/tokens").want(422, "/confirm")
	b.post("/confirm", "password", secret, "next", "/account/tokens").want(200, "/account/tokens")
	b.post("/account/tokens", "name", "site", "scope", "read", "days", "30").want(200, "/account/tokens", "carnet_", "It is shown only once")
	text := regexp.MustCompile(`value="(carnet_[\w-]{43})"`).FindStringSubmatch(b.body)
	if text == nil {
		t.Fatal("the token isn't shown")
	}
	if a, _, err := d.login.AuthenticateToken(t.Context(), text[1]); err != nil || !a.ReadOnly {
		t.Errorf("the token opens %+v (%v)", a, err)
	}
	b.get("/account/tokens").want(200, "", "site")
	if strings.Contains(b.body, text[1]) {
		t.Error("the token is shown a second time")
	}
	id := regexp.MustCompile(`/account/tokens/(\d+)/revoke`).FindString(b.body)
	b.post(id).want(200, "/account/tokens")
	if _, _, err := d.login.AuthenticateToken(t.Context(), text[1]); err == nil {
		t.Error("the revoked token opens")
	}
}

// TestAccount: one's own profile, password and sessions.
func TestAccount(t *testing.T) {
	d := newDesk(t, true)
	b, other := d.as("ann"), d.as("ann")
	b.post("/account", "name", "Anna Nowak", "language", "pl", "theme", "dark", "density", "compact").want(200, "/account", "Anna Nowak", `lang="pl"`, `data-theme="dark"`)
	b.post("/account", "name", "Anna Nowak", "language", "en", "theme", "neon").want(422, "/account")
	b.post("/account", "name", "Anna Nowak", "language", "en").want(200, "/account")
	b.get("/account/sessions").want(200, "", "This browser", "Sign-in")
	b.post("/account/sessions").want(200, "/account/sessions")
	other.get("/account").want(200, "/sign-in?next=%2Faccount")
	b.get("/account/password").want(200, "", "new-password")
	b.post("/account/password", "old", "wrong", "password", "quiet harbour at nine").want(422, "/account/password", "isn’t your password")
	b.post("/account/password", "old", secret, "password", "quiet harbour at nine").want(200, "/account/security")
	d.browser().post("/sign-in", "email", "ann@example.com", "password", "quiet harbour at nine").want(200, "/")
}

// TestLanguages renders every page of this part in every language.
func TestLanguages(t *testing.T) {
	d := newDesk(t, true)
	for _, lang := range []string{"en", "es", "fr", "pl", "de"} {
		out := d.browser()
		out.post("/display", "lang", lang, "back", "/sign-in").want(200, "/sign-in", `lang="`+lang+`"`)
		out.get("/forgotten").want(200, "/forgotten")
		b := d.as("ada")
		b.post("/account", "name", "ada", "language", lang).want(200, "/account", `lang="`+lang+`"`)
		for _, page := range []string{"/account/password", "/account/security", "/account/sessions", "/account/tokens", "/confirm", "/admin/people",
			"/admin/people/new", fmt.Sprintf("/admin/people/%d", d.As("ann").UserID), "/admin/agency", "/admin/branches", "/admin/branches/new",
			"/admin/departments", "/admin/departments/new", "/admin/types", "/admin/types/new", "/admin/tags", "/admin/tags/new",
			"/admin/permissions", "/admin/signins"} {
			b.get(page).want(200, page)
		}
		b.post("/account/security", "act", "totp").want(200, "/account/security")
	}
}
