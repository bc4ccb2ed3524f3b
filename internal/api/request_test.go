package api

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestRefused is what the API says no to, and how.
func TestRefused(t *testing.T) {
	k := newKit(t)
	id := k.person("ada", "Nowak", "Jan")
	one := fmt.Sprintf("/clients/%d", id)
	long := strings.Repeat("x", 301)
	for _, c := range []struct {
		name, request, body string
		status              int
		fields              []string
	}{
		{"unknown field", "POST /clients", `{"name":"A","nmae":"B"}`, 422, []string{"nmae", "unknown_field"}},
		{"two mistakes", "POST /clients", `{"zzz":1,"name":5}`, 422, []string{"name", "api.type", "zzz", "unknown_field"}},
		{"field of the server", "POST /clients", `{"name":"A","id":5}`, 422, []string{"id", "api.read_only_field"}},
		{"nested unknown field", "POST /clients", `{"travelers":[{"family":"A","foo":1}]}`, 422, []string{"travelers[0].foo", "unknown_field"}},
		{"nested mistake", "POST /clients", `{"name":"A","travelers":[{"family":"A"},{"birth_date":"1980-13-01"}]}`, 422, []string{"travelers[1].birth_date", "date"}},
		{"nested rule", "POST /clients", `{"name":"A","travelers":[{"title":"Dr"}]}`, 422, []string{"travelers[0].family", "traveler.name"}},
		{"communication", "POST /clients", `{"name":"A","communications":[{"type":"phone","value":"1"},{"type":"fax","value":"22"}]}`, 422,
			[]string{"communications[0].value", "phone", "communications[1].type", "choice"}},
		{"missing member", "POST /clients", `{"name":"A","communications":[{"type":"phone"}]}`, 422, []string{"communications[0].value", "required"}},
		{"existing traveler with data", "POST /clients", `{"name":"A","travelers":[{"id":3,"family":"B"}]}`, 422, []string{"travelers[0].family", "api.existing_traveler"}},
		{"no name", "POST /clients", `{}`, 422, []string{"name", "required"}},
		{"too long", "POST /clients", `{"name":"` + long + `"}`, 422, []string{"name", "too_long"}},
		{"control characters", "POST /clients", `{"name":"a\u0000b"}`, 422, []string{"name", "characters"}},
		{"fraction", "POST /clients", `{"name":"A","branch_id":1.5}`, 422, []string{"branch_id", "api.type"}},
		{"huge number", "POST /clients", `{"name":"A","branch_id":9007199254740993}`, 422, []string{"branch_id", "api.type"}},
		{"text for an array", "POST /clients", `{"name":"A","travelers":"B"}`, 422, []string{"travelers", "api.type"}},
		{"null for an array", "POST /clients", `{"name":"A","travelers":null}`, 422, []string{"travelers", "api.type"}},
		{"no JSON", "POST /clients", `{`, 400, nil},
		{"array", "POST /clients", `[]`, 400, nil},
		{"two objects", "POST /clients", `{} {}`, 400, nil},
		{"no UTF-8", "POST /clients", "{\"name\":\"\xff\"}", 400, nil},
		{"unknown parameter", "GET /clients?nmae=x", "", 422, []string{"nmae", "api.unknown_parameter"}},
		{"unknown parameter elsewhere", "GET " + one + "?x=1", "", 422, []string{"x", "api.unknown_parameter"}},
		{"unknown operator", "GET /clients?name.like=x", "", 422, []string{"name", "list.unknown_operator"}},
		{"unknown sort", "GET /clients?sort=memo", "", 422, []string{"sort", "list.unknown_sort"}},
		{"unknown column", "GET /clients?columns=name,memo", "", 422, []string{"columns", "list.unknown_field"}},
		{"bad cursor", "GET /clients?cursor=abc", "", 422, []string{"cursor", "list.bad_cursor"}},
		{"bad limit", "GET /clients?limit=0", "", 422, []string{"limit", "min"}},
		{"large limit", "GET /clients?limit=201", "", 422, []string{"limit", "max"}},
		{"bad count", "GET /clients?count=maybe", "", 422, []string{"count", "choice"}},
		{"control characters in the address", "GET /search?q=a%00b", "", 422, []string{"q", "characters"}},
		{"broken address", "GET /search?q=%zz", "", 422, nil},
		{"nothing to look for", "GET /search", "", 422, []string{"q", "required"}},
		{"no number", "GET /clients/abc", "", 404, nil},
		{"negative number", "GET /clients/-1", "", 404, nil},
		{"huge path number", "GET /clients/99999999999999999999", "", 404, nil},
		{"unknown address", "GET /nothing", "", 404, nil},
		{"other method", "PUT /clients", "", 405, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := *k
			k.t = t
			k.do("ada", c.request, c.body).bad(c.status, c.fields...)
		})
	}
	r := k.do("ada", "DELETE /clients", "").want(405)
	if got := r.head.Get("Allow"); got != "GET, POST" {
		t.Errorf("Allow: %s", got)
	}
	k.do("ada", "POST /clients", `{"name":"A"}`, "Content-Type", "text/plain").want(415).is("code", "media_type")
	k.do("ada", "PATCH "+one, `{"memo":"A"}`, "If-Match", "*", "Content-Type", "application/merge-patch+json").want(200)
	k.do("ada", "POST /clients", `{"memo":"`+strings.Repeat("x", maxBody)+`"}`).want(413).is("code", "too_large")
	k.do("", "GET /clients", "").want(401)
	if h := k.do("nobody", "GET /clients", "").want(401).head.Get("WWW-Authenticate"); h == "" {
		t.Error("no WWW-Authenticate")
	}
	k.do("ada", "POST /clients", `{"name":"A","code":"NOWAK-1"}`).want(201)
	k.do("ada", "POST /clients", `{"name":"A","code":"nowak-1"}`).bad(409, "code", "taken")
}

// TestLanguages: a problem speaks the language that was asked for, its codes don't.
func TestLanguages(t *testing.T) {
	k := newKit(t)
	for _, lang := range i18n.Langs {
		l := i18n.For(lang)
		r := k.do("ada", "POST /clients", `{}`, "Accept-Language", lang+"-XX,en;q=0.5").bad(422, "name", "required")
		r.is("title", l.T("api.problem.invalid"), "detail", l.T("error.invalid"), "errors.0.message", l.T("error.required"), "code", "invalid")
		if got := r.head.Get("Content-Language"); got != lang {
			t.Errorf("asked for %s, got %s", lang, got)
		}
	}
	for _, p := range docProblems() {
		for _, lang := range i18n.Langs {
			if !i18n.For(lang).Has("api.problem." + p.Code) {
				t.Errorf("%s has no title for %s", lang, p.Code)
			}
		}
	}
}

// TestInternal: what breaks inside is never told outside.
func TestInternal(t *testing.T) {
	k := newKit(t)
	api := New(Deps{DB: k.DB, Authenticate: func(context.Context, string) (db.Actor, error) {
		return db.Actor{}, fmt.Errorf("the secret cause")
	}})
	r := httptest.NewRequest("GET", "/api/v1/clients", nil)
	r.Header.Set("Authorization", "Bearer x")
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret") || !strings.Contains(w.Body.String(), `"code":"internal"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestIdempotency: the same key and body answer once, whatever happens around it.
func TestIdempotency(t *testing.T) {
	k := newKit(t)
	now := time.Now()
	k.DB.Now = func() time.Time { return now }
	const body = `{"name":"Nowak/Jan"}`
	first := k.do("ann", "POST /clients", body, "Idempotency-Key", "k1").want(201)
	again := k.do("ann", "POST /clients", body, "Idempotency-Key", "k1").want(201)
	if again.raw != first.raw || again.head.Get("Location") != first.head.Get("Location") || again.head.Get("Etag") != first.head.Get("Etag") {
		t.Errorf("repeated: %s, want %s", again.raw, first.raw)
	}
	k.do("ann", "POST /clients", `{"name":"Other"}`, "Idempotency-Key", "k1").want(422).is("code", "key_reused")
	k.do("ann", "POST /travelers", `{"family":"Nowak"}`, "Idempotency-Key", "k1").want(422).is("code", "key_reused")
	if other := k.do("bob", "POST /clients", body, "Idempotency-Key", "k1").want(201); other.id() == first.id() {
		t.Error("bob got ann's client")
	}
	k.do("zoe", "POST /clients", body, "Idempotency-Key", "k1").want(201)
	k.do("ann", "POST /clients", body, "Idempotency-Key", "a b").want(400).is("code", "bad_key")
	k.do("ann", "POST /clients", `{}`, "Idempotency-Key", "k2").want(422)
	fixed := k.do("ann", "POST /clients", body, "Idempotency-Key", "k2").want(201)
	if got := k.do("ann", "GET /clients", "").want(200).all("id"); !slices.Equal(sortedTexts(got), ids(first.id(), fixed.id())) {
		t.Errorf("ann has %v", got)
	}
	now = now.Add(keyLife + time.Minute)
	if late := k.do("ann", "POST /clients", body, "Idempotency-Key", "k1").want(201); late.id() == first.id() {
		t.Error("the key still holds after its time")
	}
	if n, err := CleanIdempotency(t.Context(), k.DB); err != nil || n != 3 {
		t.Errorf("cleaned %d (%v), want those of bob, zoe and ann's second", n, err)
	}
}

// TestIdempotencyAtOnce sends one creation many times at the same moment: exactly
// one client comes of it, and each caller gets it or is asked to wait.
func TestIdempotencyAtOnce(t *testing.T) {
	k := newKit(t)
	srv := k.serve()
	const callers = 8
	statuses := make([]int, callers)
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			r, err := http.NewRequest("POST", srv.URL+base+"/clients", strings.NewReader(`{"name":"Nowak/Jan"}`))
			if err != nil {
				return
			}
			r.Header.Set("Authorization", "Bearer ann")
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Idempotency-Key", "same")
			res, err := srv.Client().Do(r)
			if err != nil {
				return
			}
			drain(res.Body)
			statuses[i] = res.StatusCode
		})
	}
	wg.Wait()
	for _, s := range statuses {
		if s != 201 && s != 409 {
			t.Errorf("statuses %v", statuses)
		}
	}
	if !slices.Contains(statuses, 201) {
		t.Errorf("nobody got the client: %v", statuses)
	}
	if n := len(k.do("ann", "GET /clients", "").want(200).all("id")); n != 1 {
		t.Errorf("%d clients", n)
	}
}

// TestRepeatedToOthersEyes: an answer isn't repeated to who can't read the record any more.
func TestRepeatedToOthersEyes(t *testing.T) {
	k := newKit(t)
	send := func(request, body, key string) *reply {
		t.Helper()
		return k.do("ann", request, body, "Idempotency-Key", key)
	}
	const body = `{"memo":"zqplan","travelers":[{"family":"Lis","given":"Ewa"}]}`
	c := send("POST /clients", body, "k1").want(201).id()
	comment := fmt.Sprintf("POST /clients/%d/comments", c)
	send(comment, `{"text":"zqword"}`, "k2").want(201)
	send("POST /clients", body, "k1").want(201).is("memo", "zqplan")
	send(comment, `{"text":"zqword"}`, "k2").want(201).is("text", "zqword")
	k.do("ada", fmt.Sprintf("PATCH /clients/%d", c), fmt.Sprintf(`{"advisor_id":%d}`, k.Users["bob"].ID), "If-Match", "*").want(200)
	for key, request := range map[string]string{"k1": "POST /clients", "k2": comment} {
		sent := body
		if key == "k2" {
			sent = `{"text":"zqword"}`
		}
		r := send(request, sent, key).want(404)
		if strings.Contains(r.raw, "zq") || r.head.Get("Location") != "" || r.head.Get("Etag") != "" {
			t.Errorf("%s repeated tells %v %s", request, r.head, r.raw)
		}
	}
	if n := len(k.do("ada", "GET /clients", "").want(200).all("id")); n != 1 {
		t.Errorf("%d clients", n)
	}
}

// TestSlowed: who guesses a password with a token is told how long to wait, as programs
// read it.
func TestSlowed(t *testing.T) {
	k := newKit(t)
	k.enable("ann")
	for range 30 {
		r := k.do("ann", "POST /tokens", `{"name":"x","scope":"read","password":"guess"}`)
		if r.status != 429 {
			r.bad(422, "password", "login.password")
			continue
		}
		if n, err := strconv.Atoi(r.head.Get("Retry-After")); err != nil || n < 1 {
			t.Errorf("Retry-After is %q", r.head.Get("Retry-After"))
		}
		return
	}
	t.Error("guesses aren't slowed")
}

// TestNoUpload: who sends JSON where a file is wanted is told how files are sent.
func TestNoUpload(t *testing.T) {
	k := newKit(t)
	for _, request := range []string{"POST /imports", fmt.Sprintf("POST /clients/%d/files", k.person("ada", "Lis", "Ewa")), "POST /mrz/picture"} {
		r := k.do("ada", request, "{}").want(415)
		if !strings.Contains(r.at("detail").(string), "multipart/form-data") {
			t.Errorf("%s: %s", request, r.raw)
		}
	}
}

// TestNamesNothing: a number that names nothing, or something of another agency, is said to
// be wrong where it stands.
func TestNamesNothing(t *testing.T) {
	k := newKit(t)
	other := k.person("zoe", "Lis", "Ewa")
	id := k.person("ada", "Lis", "Ewa")
	theirs := &agency.Branch{Name: "Theirs"}
	dbtest.Update(t, k.DB, db.System(k.Other.ID), func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, theirs) })
	for _, n := range []int64{theirs.ID, 99999} {
		for _, name := range []string{"branch_id", "customer_type_id"} {
			if name != "branch_id" && n == theirs.ID {
				continue
			}
			k.do("ada", fmt.Sprintf("PATCH /clients/%d", id), fmt.Sprintf(`{%q:%d}`, name, n), "If-Match", "*").bad(409, name, "not_found")
			k.do("ada", "POST /clients", fmt.Sprintf(`{"name":"New",%q:%d}`, name, n)).bad(409, name, "not_found")
		}
		k.do("ada", fmt.Sprintf("PATCH /users/%d", k.Users["ann"].ID), fmt.Sprintf(`{"branch_id":%d}`, n), "If-Match", "*").bad(409, "branch_id", "not_found")
	}
	k.do("ada", "POST /clients", fmt.Sprintf(`{"name":"New","travelers":[{"id":%d}]}`, other)).bad(422, "travelers[0].id", "client.traveler")
	b := k.do("ada", "POST /branches", `{"name":"Used"}`).want(201).id()
	k.do("ada", fmt.Sprintf("PATCH /clients/%d", id), fmt.Sprintf(`{"branch_id":%d}`, b), "If-Match", "*").want(200)
	k.do("ada", fmt.Sprintf("DELETE /branches/%d", b), "", "If-Match", "*").want(409)
}
