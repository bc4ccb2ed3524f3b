package api

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/list"
)

// TestForgedCursors: a cursor comes from outside. Whatever it says, the answer is a
// page or a refusal, never a failure of the database.
func TestForgedCursors(t *testing.T) {
	k := newKit(t)
	k.person("ann", "Nowak", "Jan")
	values := []string{`1`, `"a"`, `null`, `true`, `1.5`, `1e400`, `99999999999999999999`, `[]`, `{}`, `"a\u0000b"`, `"\ud800"`, `"2026-01-01"`}
	for _, def := range []*list.Def{clientList, travelerList} {
		path := map[string]string{"client": "/clients", "traveler": "/travelers"}[def.Name]
		for _, f := range def.Fields {
			if f.Sort == "" {
				continue
			}
			for _, sort := range []string{f.Key, "-" + f.Key, f.Key + ",-created"} {
				for _, v := range values {
					for _, n := range []int{1, 2, 3} {
						c := fmt.Sprintf(`{"s":%q,"v":[%s],"r":"1"}`, sort, strings.TrimSuffix(strings.Repeat(v+",", n), ","))
						q := url.Values{"sort": {sort}, "cursor": {base64.RawURLEncoding.EncodeToString([]byte(c))}}
						r := k.do("ann", "GET "+path+"?"+q.Encode(), "")
						if r.status != 200 && r.status != 422 {
							t.Errorf("%s %s: %d %s", path, c, r.status, r.raw)
						}
					}
				}
			}
		}
	}
}

// TestGreedyQueries: more conditions, words and sort keys than a person can mean
// are refused instead of being built into a statement that no database takes.
func TestGreedyQueries(t *testing.T) {
	k := newKit(t)
	k.person("ann", "Nowak", "Jan")
	many := func(s string, n int) string { return strings.Repeat(s, n) }
	for name, c := range map[string]struct {
		query  string
		status int
	}{
		"words":                  {"name=" + many("a+", 5000), 422},
		"marks that fold away":   {"name=%CC%81", 422},
		"marks in another field": {"country=%CC%81", 200},
		"sort keys":              {"sort=" + many("name,", 3000) + "name", 422},
		"one key many times":     {"sort=name,name,name", 200},
		"columns":                {"columns=" + many("name,", 3000) + "name", 200},
		"values":                 {many("name=ab&", 201), 422},
		"values of many fields":  {many("code=ab+cd&", 190) + many("city=ab+cd&", 190) + many("email=ab+cd&", 190) + many("phone=ab+cd&", 190) + many("country=ab+cd&", 190) + many("language=ab+cd&", 190), 422},
		"quotes":                 {"name=" + url.QueryEscape(`"a" OR "b" * ^ NEAR( ' ; --`), 200},
		"wildcards":              {"code=" + url.QueryEscape(`%_\`), 200},
		"a long word":            {"name=" + many("x", 30000), 200},
	} {
		if r := k.do("ann", "GET /clients?count=1&"+c.query, ""); r.status != c.status {
			t.Errorf("%s: %d, want %d: %.300s", name, r.status, c.status, r.raw)
		}
	}
	for _, q := range []string{many("a ", 3000), `"`, "%", `\`, "\u0301", many("x", 30000), "'; DROP TABLE client; --", "é\u0301\u0301", "+", "+48", "@", "/"} {
		k.do("ann", "GET /search?q="+url.QueryEscape(q), "").want(200)
	}
}

// TestHostileJSON: depth, size, repeated and strange members.
func TestHostileJSON(t *testing.T) {
	k := newKit(t)
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"deep arrays":       {strings.Repeat("[", 500_000), 400},
		"deep closed":       {`{"name":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`, 422},
		"deep objects":      {strings.Repeat(`{"name":`, 50_000), 400},
		"member twice":      {`{"name":"A","name":"B"}`, 201},
		"huge exponent":     {`{"name":"A","branch_id":1e999999999}`, 422},
		"lone surrogate":    {`{"name":"\ud800"}`, 201}, // becomes the replacement character
		"too many parts":    {`{"name":"A","tags":[` + strings.TrimSuffix(strings.Repeat(`{"name":"x"},`, 501), ",") + `]}`, 422},
		"branch of nobody":  {`{"name":"A","branch_id":987654321}`, 409},
		"negative":          {`{"name":"A","branch_id":-5}`, 409},
		"own agency":        {`{"name":"A","agency_id":2}`, 422},
		"stamps of history": {`{"name":"A","created_by":1,"deleted_at":null}`, 422},
	} {
		if r := k.do("ann", "POST /clients", c.body); r.status != c.status {
			t.Errorf("%s: %d, want %d: %.300s", name, r.status, c.status, r.raw)
		}
	}
}

// TestForeignNumbers names records of another agency wherever a number can be
// given. Each is refused, and the refusal doesn't tell that the record exists.
func TestForeignNumbers(t *testing.T) {
	k := newKit(t)
	zoes := k.person("zoe", "Obcy", "Ewa")
	foreign := k.do("zoe", fmt.Sprintf("GET /clients/%d", zoes), "").want(200)
	traveler := foreign.body["travelers"].([]any)[0].(map[string]any)["traveler_id"]
	branch := k.do("zoe", "POST /branches", `{"name":"Far"}`).want(201).id()
	kind := k.do("zoe", "POST /customer-types", `{"code":"X","name":"Far"}`).want(201).id()
	mine := k.person("ada", "Nowak", "Jan")
	own := fmt.Sprintf("/clients/%d", mine)
	me := k.do("ada", "GET "+own, "").body["travelers"].([]any)[0].(map[string]any)["traveler_id"]
	const none = 987654321
	for _, c := range []struct {
		request, body string
		number        any
	}{
		{"PATCH " + own, `{"branch_id":%v}`, branch},
		{"PATCH " + own, `{"customer_type_id":%v}`, kind},
		{"PATCH " + own, `{"advisor_id":%v}`, k.Zoe.ID},
		{"POST /clients", `{"name":"A","advisor_id":%v}`, k.Zoe.ID},
		{"POST /clients", `{"name":"A","travelers":[{"id":%v}]}`, traveler},
		{"POST " + own + "/travelers", `{"traveler_id":%v}`, traveler},
		{"POST " + own + "/shares", `{"user_id":%v}`, k.Zoe.ID},
		{"POST /shares", fmt.Sprintf(`{"advisor_id":%d,"user_id":%%v}`, k.Users["ann"].ID), k.Zoe.ID},
		{"POST /travelers", `{"family":"A","client_id":%v}`, zoes},
		{"POST /travelers", `{"family":"A","main_traveler_id":%v}`, traveler},
		{fmt.Sprintf("PATCH /travelers/%v", me), `{"main_traveler_id":%v}`, traveler},
		{"POST /departments", `{"name":"D","branch_id":%v}`, branch},
		{fmt.Sprintf("PATCH /users/%d", k.Users["ann"].ID), `{"branch_id":%v}`, branch},
	} {
		real := k.do("ada", c.request, fmt.Sprintf(c.body, c.number), "If-Match", "*")
		unreal := k.do("ada", c.request, fmt.Sprintf(c.body, none), "If-Match", "*")
		if real.status < 400 || real.status != unreal.status || real.raw != unreal.raw {
			t.Errorf("%s %s: %d %s; for a number of nobody %d %s", c.request, c.body, real.status, real.raw, unreal.status, unreal.raw)
		}
	}
}

// TestAnswersAreData: nothing of the API may be taken for a page by a browser, or
// kept by one.
func TestAnswersAreData(t *testing.T) {
	k := newKit(t)
	k.do("ann", "POST /clients", `{"name":"<script>alert(1)</script>","travelers":[{"family":"<b>"}]}`).want(201)
	for _, path := range []string{"/clients", "/clients?sort=%3Cscript%3E", "/search?q=%3Cscript%3E", "/clients/%3Cscript%3E", "/nowhere%3Cscript%3E"} {
		r := httptest.NewRequest("GET", base+path, nil)
		r.Header.Set("Authorization", "Bearer ann")
		w := httptest.NewRecorder()
		k.api.ServeHTTP(w, r)
		h := w.Header()
		if kind := h.Get("Content-Type"); !strings.HasPrefix(kind, "application/") || !strings.Contains(kind, "json") {
			t.Errorf("%s is answered as %s", path, kind)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: headers %v", path, h)
		}
	}
}

// TestWideNames: names at their longest, of letters that grow when they are
// folded, still fit into the indexes.
func TestWideNames(t *testing.T) {
	k := newKit(t)
	wide := func(from rune, n int) string {
		r := make([]rune, n)
		for i := range r {
			r[i] = from + rune(i*7919%2500) // no two alike, so that nothing is compressed away
		}
		return string(r)
	}
	for name, from := range map[string]rune{"Hangul": 0xAC00, "CJK": 0x4E00, "CJK B": 0x20000, "emoji": 0x1F300, "Arabic forms": 0xFB50} {
		body, err := json.Marshal(map[string]any{"name": wide(from, 300), "contact": wide(from+7, 300),
			"travelers": []any{map[string]any{"family": wide(from, 200), "given": wide(from+3, 200), "middle": wide(from+5, 200), "native_name": wide(from, 200)}},
			"addresses": []any{map[string]any{"kind": "physical", "city": wide(from, 300), "street": wide(from, 300)}}})
		if err != nil {
			t.Fatal(err)
		}
		if r := k.do("ann", "POST /clients", string(body)); r.status != 201 {
			t.Errorf("%s: %d %.300s", name, r.status, r.raw)
		}
	}
}
