package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/api"
	"github.com/carnetcrm/carnet/internal/app"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/password"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web"
)

// The matrix asks every page and every operation of the API as everybody, about
// records of everybody. What must be answered is in the tables of
// matrix_rows_test.go; nothing of it is read from the program.

// matrix is a running installation with people, records and their secrets.
type matrix struct {
	*dbtest.World
	t      *testing.T
	app    *app.App
	server http.Handler
	log    *lines
	hash   string // of everybody's password

	tokens   map[string]string           // API tokens by person
	sessions map[string]string           // session cookies by person
	ids      map[string]map[string]int64 // numbers by subject and part
	spare    map[string]int64            // a traveler without client of each person
	from     map[string]int              // the builder of a part
	bare     map[string][]int            // builders that wait to be run for a subject
	asking   *row                        // what is asked now
	pals     []*agency.User              // colleagues of zoe's
	n        int                         // makes unique values
	asked    int
}

func newMatrix(t *testing.T) *matrix {
	t.Helper()
	c := settings(t)
	if dbtest.OnPostgres() {
		with := "?"
		if strings.Contains(c.Database, "?") {
			with = "&"
		}
		c.Database += with + "synchronous_commit=off" // nobody pulls the plug here
	}
	a, log := open(t, c)
	s, err := a.NewServer()
	if err != nil {
		t.Fatal(err)
	}
	m := &matrix{World: dbtest.WorldIn(t, a.DB), t: t, app: a, server: s, log: log, tokens: map[string]string{}, sessions: map[string]string{},
		ids: map[string]map[string]int64{}, spare: map[string]int64{}, from: map[string]int{}, bare: map[string][]int{}}
	if m.hash, err = password.Hash(secret); err != nil {
		t.Fatal(err)
	}
	m.people()
	for name := range access {
		m.make(name)
	}
	// A database in service knows the shape of its tables. PostgreSQL learns it a minute
	// after the rows came, of large tables only, and plans by half of it badly.
	if dbtest.OnPostgres() {
		if err := m.DB.UpdateLocal(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), "ANALYZE"); return err }); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// request is what somebody sends.
type request struct {
	method, path, body string
	header             http.Header
}

// as sends a request as a person: a page with the session cookie, an operation of
// the API with the token. A new cookie is kept, as a browser would.
func (m *matrix) as(who string, q request) *httptest.ResponseRecorder {
	m.asked++
	r := httptest.NewRequest(q.method, q.path, strings.NewReader(q.body))
	r.RemoteAddr = "127.0.0.1:5000"
	for name, vals := range q.header {
		r.Header[name] = vals
	}
	if strings.HasPrefix(q.path, "/api/") {
		if q.body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		if q.method != "GET" && q.method != "POST" {
			r.Header.Set("If-Match", "*")
		}
		if token := m.tokens[who]; token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
	} else {
		if q.method == "POST" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		if m.sessions[who] != "" {
			r.AddCookie(&http.Cookie{Name: "carnet", Value: m.sessions[who]})
		}
	}
	w := httptest.NewRecorder()
	m.server.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.Name == "carnet" && who != "nobody" && who != "dis" {
			if c.Value == "" {
				m.signIn(who)
			} else {
				m.sessions[who] = c.Value
			}
		}
	}
	return w
}

func (m *matrix) signIn(who string) {
	m.t.Helper()
	r, err := m.app.Login.SignIn(m.t.Context(), login.Attempt{Email: who + "@example.com", Password: secret, Place: login.Place{IP: "127.0.0.1"}})
	if err != nil {
		m.t.Fatalf("%s: %v", who, err)
	}
	m.sessions[who] = r.Token
}

// fill replaces the numbers in a path or body.
func (m *matrix) fill(text, who string, part map[string]int64) string {
	for name, id := range part {
		text = strings.ReplaceAll(text, "{"+name+"}", strconv.FormatInt(id, 10))
	}
	m.n++
	mate, branch := m.Users["eva"].ID, m.North.ID
	if who == "zoe" {
		mate = m.pals[0].ID
	}
	for name, v := range map[string]string{"who": who, "n": strconv.Itoa(m.n), "code": strconv.FormatInt(int64(m.n)+36*36, 36), "mate": strconv.FormatInt(mate, 10), "branch_id": strconv.FormatInt(branch, 10),
		"spare": strconv.FormatInt(m.spare[who], 10), "secret": url.QueryEscape(secret)} {
		text = strings.ReplaceAll(text, "{"+name+"}", v)
	}
	return text
}

// version replaces {v} by the present version of a record.
func (m *matrix) version(text string, r row, part map[string]int64, agency int64) string {
	if !strings.Contains(text, "{v}") {
		return text
	}
	kind, id := r.kind, part[r.part]
	var v int64
	dbtest.View(m.t, m.DB, db.System(agency), func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, "SELECT r.version FROM {"+kind+"} r WHERE r.id = $1", []any{id}, &v)
	})
	return strings.ReplaceAll(text, "{v}", strconv.FormatInt(v, 10))
}

// written counts the saved changes of both agencies.
func (m *matrix) written() (n [2]int64) {
	for i, id := range []int64{m.Agency.ID, m.Other.ID} {
		dbtest.View(m.t, m.DB, db.System(id), func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, "SELECT coalesce(max(h.id), 0) FROM {history} h", nil, &n[i])
		})
	}
	return n
}

// leaks returns a planted value in an answer that the person must not see.
func leaks(who, body string) string {
	body = strings.ToLower(body)
	for name, a := range marked {
		if a.level(who) != '-' {
			continue
		}
		for _, mark := range append(phoneMarks(name), "zq"+name) {
			if strings.Contains(body, mark) {
				return mark
			}
		}
	}
	if !slices.Contains(internal, strings.TrimSuffix(who, ":read")) && strings.Contains(body, "zqinner") {
		return "zqinner"
	}
	return ""
}

// TestMatrix is the authorization matrix.
func TestMatrix(t *testing.T) {
	m := newMatrix(t)
	known := map[string]bool{}
	for _, r := range rows {
		known[r.route] = true
	}
	for _, r := range web.Routes() {
		if !known[r.Pattern] {
			t.Errorf("the page %s has no row in the matrix", r.Pattern)
		}
	}
	for _, r := range api.Routes() {
		if !known[r.Method+" "+r.Path] {
			t.Errorf("the operation %s %s has no row in the matrix", r.Method, r.Path)
		}
	}
	began := time.Now()
	proved := began
	for _, r := range rows {
		if time.Since(proved) > time.Minute { // on a slow machine the proof of who one is would go stale
			proved = time.Now()
			for _, who := range everyone {
				m.signIn(who)
			}
		}
		m.row(r)
	}
	t.Logf("%d requests in %v", m.asked, time.Since(began).Round(time.Millisecond))
}

// askers are all who ask a route. Who may what doesn't change with partitions, which
// take longer to plan a query: of the partitioned run only what doesn't work there, or
// tells another agency, is news.
func askers() []string {
	if os.Getenv("CARNET_TEST_PARTITIONS") != "" {
		return []string{"ada", "ann", "bob", "zoe", "nobody"}
	}
	return append(slices.Clone(everyone), "nobody", "dis", "ann:read")
}

// row asks one route as everybody.
func (m *matrix) row(r row) {
	m.asking = &r
	m.complete()
	for _, who := range askers() {
		if strings.HasPrefix(r.route[strings.IndexByte(r.route, ' ')+1:], "/api/") || who != "ann:read" {
			m.ask(r, who)
		}
	}
}

// ask asks one route as one person: first all that must be refused, which must
// leave nothing behind, then what must be answered.
func (m *matrix) ask(r row, who string) {
	subjects := r.subjects()
	if !slices.Contains(r.people(), who) { // refused whatever it is about
		subjects = subjects[:1]
	}
	before := m.written()
	for _, allowed := range []bool{false, true} {
		for _, s := range subjects {
			if want, ok := r.want(who, s); ok == allowed && !(ok && r.skip) {
				m.one(r, who, s, want, ok)
			}
		}
		if now := m.written(); now != before && (!allowed || strings.HasPrefix(r.route, "GET ")) {
			m.t.Errorf("%s as %s: something was saved", r.route, who)
		}
	}
}

func (m *matrix) one(r row, who, subject string, want int, allowed bool) {
	part := m.ids[subject]
	method, path, _ := strings.Cut(r.route, " ")
	agency := m.Agency.ID
	if slices.Contains(others, subject) {
		agency = m.Other.ID
	}
	path = r.address(path)
	q := request{method: method, path: m.fill(path, who, part), body: m.version(m.fill(r.body, who, part), r, part, agency)}
	w := m.as(who, q)
	at := fmt.Sprintf("%s as %s about %s", r.route, who, subject)
	if w.Code != want {
		m.t.Errorf("%s: %d, want %d: %s", at, w.Code, want, excerpt(w))
	}
	if !allowed && w.Code == http.StatusSeeOther && !strings.HasPrefix(w.Header().Get("Location"), "/sign-in") {
		m.t.Errorf("%s: refused with a way to %s", at, w.Header().Get("Location"))
	}
	for _, text := range append(w.Header()["Location"], w.Body.String()) {
		if mark := leaks(who, text); mark != "" {
			m.t.Errorf("%s: the answer tells %q", at, mark)
		}
	}
	if allowed && r.uses && subject != "" && w.Code < 400 {
		m.renew(r, subject)
	}
}

func excerpt(w *httptest.ResponseRecorder) string {
	if loc := w.Header().Get("Location"); loc != "" {
		return loc
	}
	s := w.Body.String()
	if i := strings.Index(s, "<main"); i > 0 {
		s = s[i:]
	}
	return s[:min(300, len(s))]
}

// TestStaleProof: what needs fresh proof sends everybody to prove themselves once
// five minutes have passed.
func TestStaleProof(t *testing.T) {
	m := newMatrix(t)
	now := m.DB.Now
	m.DB.Now = func() time.Time { return now().Add(6 * time.Minute) }
	defer func() { m.DB.Now = now }()
	n := 0
	for _, r := range web.Routes() {
		if !r.StepUp {
			continue
		}
		n++
		method, path, _ := strings.Cut(r.Pattern, " ")
		path = strings.NewReplacer("{kind}", "client", "{id}", "1").Replace(path)
		if r.Keep { // what was typed waits in the page that asks
			w := m.as("ada", request{method: method, path: path, body: "name=Zq+typed"})
			if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), `value="name=Zq+typed"`) || !strings.Contains(w.Body.String(), `value="`+path+`"`) {
				t.Errorf("%s with an old proof: %d, without the form", r.Pattern, w.Code)
			}
			continue
		}
		if method == "POST" { // back to the page with the form, not to what only a form can do
			w := m.as("ada", request{method: method, path: path, header: http.Header{"Referer": {"http://example.com/trash?before=5"}}})
			if to := w.Header().Get("Location"); to != "/confirm?next=%2Ftrash%3Fbefore%3D5" {
				t.Errorf("%s with an old proof leads to %s", r.Pattern, to)
			}
			w = m.as("ada", request{method: method, path: path, header: http.Header{"Referer": {"http://evil.example/trash"}}})
			if to := w.Header().Get("Location"); strings.Contains(to, "trash%3F") || strings.Contains(to, "evil") {
				t.Errorf("%s with an old proof and a foreign page before leads to %s", r.Pattern, to)
			}
		}
		w := m.as("ada", request{method: method, path: path})
		if to := w.Header().Get("Location"); w.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/confirm?next=") {
			t.Errorf("%s with an old proof: %d %s", r.Pattern, w.Code, to)
		}
	}
	if n == 0 {
		t.Error("no page asks for fresh proof")
	}
}

// TestForeignForms: no page takes a form that another site's page sent.
func TestForeignForms(t *testing.T) {
	m := newMatrix(t)
	before := m.written()
	for _, r := range web.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		if method == "GET" {
			continue
		}
		path = strings.NewReplacer("{kind}", "client", "{id}", "1", "{row}", "1", "{token}", "x").Replace(path)
		for _, h := range []http.Header{{"Sec-Fetch-Site": {"cross-site"}}, {"Sec-Fetch-Site": {"same-site"}}, {"Origin": {"https://evil.example"}}, {"Origin": {"null"}}} {
			if w := m.as("ada", request{method: method, path: path, header: h}); w.Code != http.StatusForbidden {
				t.Errorf("%s with %v: %d", r.Pattern, h, w.Code)
			}
		}
	}
	if m.written() != before {
		t.Error("a form of another site saved something")
	}
}

// insert saves a record as somebody.
func (m *matrix) insert(who string, r record.Record) int64 {
	m.t.Helper()
	dbtest.Update(m.t, m.DB, m.actor(who), func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, r) })
	return record.Stamps(r).ID
}
