package app_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/api"
	"github.com/carnetcrm/carnet/internal/web"
)

// routes are all pages and operations as method and path.
func routes() (out []string) {
	for _, r := range web.Routes() {
		out = append(out, r.Pattern)
	}
	for _, r := range api.Routes() {
		out = append(out, r.Method+" "+r.Path)
	}
	return out
}

// hosts are addresses that some browser takes for another host's.
var hosts = []string{"https://evil.example", "//evil.example", "///evil.example", `/\evil.example`, `\\evil.example`, "/\t/evil.example", "/\n/evil.example",
	"/\r\n/evil.example", "\t//evil.example", "/%09/evil.example", "javascript:alert(1)", "http:evil.example", "evil.example", "/.//evil.example", "/..//evil.example", "/\x00/evil.example", " //evil.example"}

// TestWaysOut: what a link says about the next page never leads to another site.
func TestWaysOut(t *testing.T) {
	m := newMatrix(t)
	for _, to := range hosts {
		q := url.QueryEscape(to)
		for _, r := range []request{{method: "POST", path: "/display", body: "theme=dark&back=" + q}, {method: "GET", path: "/sign-in?next=" + q},
			{method: "POST", path: "/confirm", body: "password=" + secret + "&next=" + q},
			{method: "POST", path: "/display", body: "back=" + q, header: http.Header{"Hx-Request": {"true"}}}} {
			w := m.as("ann", r)
			for _, loc := range append(w.Header()["Location"], w.Header()["Hx-Redirect"]...) {
				// As browsers read it.
				seen := strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(strings.TrimSpace(loc))
				u, err := url.Parse(seen)
				if err != nil || !strings.HasPrefix(seen, "/") || strings.HasPrefix(seen, "//") || u.Host != "" {
					t.Errorf("%s %s, next %q: %q", r.method, r.path, to, loc)
				}
			}
			if w.Code >= 500 {
				t.Errorf("%s %s, next %q: %d", r.method, r.path, to, w.Code)
			}
		}
	}
}

// TestStrangeInput: bytes that no database holds, numbers that are none, and values
// without end get a plain refusal from every page and every operation.
func TestStrangeInput(t *testing.T) {
	m := newMatrix(t)
	strange := []string{"%00", "%ff%fe", "a%00b", "%ed%a0%80", strings.Repeat("9", 30), "-1", "0", "1e9", "%F0%9F%92%A9", strings.Repeat("x", 20000), "%22%27%3C%3E", "NaN", "9223372036854775807"}
	names := []string{"q", "name", "sort", "cursor", "peek", "before", "after", "edit", "rows", "column", "filter", "family", "value", "email", "password", "version", "memo", "text", "tags", "next", "limit", "id"}
	for _, route := range routes() {
		method, path, _ := strings.Cut(route, " ")
		for _, v := range strange {
			inPath := v
			if len(v) > 100 || strings.HasSuffix(path, "{$}") {
				inPath = "1"
			}
			at := strings.NewReplacer("{$}", "", "{kind}", "client", "{id}", inPath, "{row}", inPath, "{number}", inPath, "{traveler}", inPath, "{token}", inPath).Replace(path)
			pairs := "x=1"
			for _, n := range names {
				pairs += "&" + n + "=" + v
			}
			q := request{method: method, path: at + "?" + pairs[:min(len(pairs), 30000)]}
			if method != "GET" {
				q = request{method: method, path: at, body: pairs[:min(len(pairs), 500_000)]}
			}
			if strings.HasPrefix(path, "/api/") && method != "GET" {
				text, err := url.QueryUnescape(v)
				if err != nil {
					t.Fatal(err)
				}
				q.body = `{"name":"` + text + `","text":"` + text + `"}`
			}
			if slices.Contains([]string{"POST /sign-in", "POST /sign-out", "POST /setup", "POST /forgotten"}, route) && len(v) > 100 {
				continue // slow hashes, and the session that the others need
			}
			if w := m.as("ada", q); w.Code >= 500 {
				t.Errorf("%s with %.40s: %d %s", route, v, w.Code, excerpt(w))
			}
		}
	}
	for _, line := range strings.Split(m.log.String(), "\n") {
		if strings.Contains(line, `"level":"ERROR"`) {
			t.Errorf("logged: %.400s", line)
		}
	}
	for body, want := range map[string]int{"kind=personal&t.family=a%00b": 422, "kind=personal&t.family=%ff": 422, "t%00=x": 422} {
		if w := m.as("ann", request{method: "POST", path: "/clients", body: body}); w.Code != want {
			t.Errorf("a new client of %q: %d, want %d", body, w.Code, want)
		}
	}
	if w := m.as("ann", request{method: "GET", path: "/clients?name=a%00b"}); w.Code != 422 {
		t.Errorf("a list by NUL: %d", w.Code)
	}
}

// TestStrangeBrowser: what a browser says about itself is stored with the sign-in,
// whatever bytes it is made of.
func TestStrangeBrowser(t *testing.T) {
	m := newMatrix(t)
	for _, agent := range []string{"\xff\xfe", "Mozilla/5.0 \xe9\xe8", strings.Repeat("\xf0\x9f\x92\xa9", 200), "<script>alert(1)</script>"} {
		for pw, want := range map[string]int{url.QueryEscape(secret): 303, "wrong": 401} {
			w := m.as("nobody", request{method: "POST", path: "/sign-in", body: "email=bob%40example.com&password=" + pw, header: http.Header{"User-Agent": {agent}}})
			if w.Code != want {
				t.Errorf("signing in with %.20q: %d, want %d", agent, w.Code, want)
			}
		}
	}
	w := m.as("bob", request{method: "GET", path: "/account/sessions"})
	if w.Code != 200 || strings.Contains(w.Body.String(), "<script>alert") {
		t.Errorf("the page of sessions: %d", w.Code)
	}
}

// TestCookies: the session's cookie is out of reach of scripts and other sites, and
// bound to the host where there is TLS. A new sign-in brings a new one, whatever
// the browser had before.
func TestCookies(t *testing.T) {
	m := newMatrix(t)
	const planted = "planted-by-somebody"
	m.sessions["nobody"] = planted
	w := m.as("nobody", request{method: "POST", path: "/sign-in", body: "email=bob%40example.com&password=" + url.QueryEscape(secret)})
	cookies := 0
	for _, c := range w.Result().Cookies() {
		if c.Name == "carnet" || c.Name == "device" {
			cookies++
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Value == planted || len(c.Value) < 40 {
				t.Errorf("cookie %+v", c)
			}
		}
	}
	if cookies != 2 {
		t.Errorf("%d cookies of a sign-in: %v", cookies, w.Result().Cookies())
	}
	if w := m.as("nobody", request{method: "GET", path: "/"}); w.Code != http.StatusSeeOther {
		t.Errorf("the planted session opens a page: %d", w.Code)
	}

	c := settings(t)
	c.BaseURL = "https://crm.example.com"
	a, _ := open(t, c)
	found(t, a)
	r := httptest.NewRequest("POST", "/sign-in", strings.NewReader("email=ewa%40example.com&password="+url.QueryEscape(secret)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	server(t, a).ServeHTTP(rec, r)
	for _, c := range rec.Result().Cookies() {
		if !c.Secure {
			t.Errorf("cookie without Secure behind TLS: %+v", c)
		}
		if c.Name == "carnet" {
			t.Error("the session's cookie isn't bound to the host")
		}
	}
	if rec.Header().Get("Strict-Transport-Security") == "" {
		t.Error("no Strict-Transport-Security behind TLS")
	}
}

// TestSecretsStayOutOfTheLog: whatever is asked, the log holds no password, token,
// cookie, e-mail address or name.
func TestSecretsStayOutOfTheLog(t *testing.T) {
	m := newMatrix(t)
	m.as("ann", request{method: "GET", path: "/clients?name=Zqownname"})
	m.as("ann", request{method: "GET", path: "/search?q=zqown"})
	m.as("ann", request{method: "GET", path: "/api/v1/search?q=zqown"})
	m.as("nobody", request{method: "GET", path: "/join/link-token-in-the-path"})
	m.as("nobody", request{method: "GET", path: "/reset/link-token-in-the-path?next=link-token-in-the-path"})
	m.as("nobody", request{method: "POST", path: "/sign-in", body: "email=ann%40example.com&password=a-wrong-password"})
	m.as("ada", request{method: "POST", path: "/admin/people/new", body: "name=Zqnew&email=zqnew%40example.com&role=agent"})
	log := m.log.String()
	for _, s := range append([]string{secret, "a-wrong-password", "link-token-in-the-path", "ann@example.com", "zqnew", "Zqown", "zqown"}, m.tokens["ann"], m.sessions["ann"], m.hash) {
		if strings.Contains(log, s) {
			t.Errorf("the log holds %q", s)
		}
	}
	if !strings.Contains(log, `"route":"GET /clients"`) {
		t.Errorf("the log holds nothing at all: %.300s", log)
	}
}

// TestStrangeFiles: names and contents of uploads.
func TestStrangeFiles(t *testing.T) {
	m := newMatrix(t)
	for name, content := range map[string]string{
		"nul.csv":               "Name;E-mail\nNo\x00wak;a@example.org\n",
		"bytes.csv":             "Name;E-mail\n\xff\xfe\xfd;a@example.org\n",
		"../../../etc/x.csv":    "Name;E-mail\nNowak;a@example.org\n",
		"a\x00b.csv":            "Name;E-mail\nNowak;b@example.org\n",
		"\xff\xfe.csv":          "Name;E-mail\nNowak;c@example.org\n",
		"\"; x=\"y\r\nZ: 1.csv": "Name;E-mail\nNowak;d@example.org\n",
		"page.html":             "<script>alert(1)</script>",
		"wide.csv":              strings.Repeat("column;", 20000) + "\n1;2\n",
		"card.vcf":              "BEGIN:VCARD\nVERSION:3.0\nN:\x00;\xff\nEND:VCARD\n",
		"not.xlsx":              "PK\x03\x04 no workbook",
		"empty.csv":             "",
	} {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		part, err := w.CreatePart(map[string][]string{"Content-Disposition": {`form-data; name="file"; filename="` + strings.NewReplacer(`"`, `\"`, "\r", "%0D", "\n", "%0A").Replace(name) + `"`}})
		if err != nil {
			t.Fatal(err)
		}
		part.Write([]byte(content))
		w.Close()
		r := httptest.NewRequest("POST", "/imports", &b)
		r.Header.Set("Content-Type", w.FormDataContentType())
		r.AddCookie(&http.Cookie{Name: "carnet", Value: m.sessions["max"]})
		rec := httptest.NewRecorder()
		m.server.ServeHTTP(rec, r)
		if rec.Code >= 500 {
			t.Errorf("uploading %q: %d", name, rec.Code)
		}
		if to := rec.Header().Get("Location"); rec.Code == http.StatusSeeOther {
			for _, page := range []string{"", "/report.csv", "/errors"} {
				got := m.as("max", request{method: "GET", path: to + page})
				if got.Code >= 500 {
					t.Errorf("%s%s of %q: %d", to, page, name, got.Code)
				}
				if d := got.Header().Get("Content-Disposition"); strings.ContainsAny(d, "\r\n/\\") {
					t.Errorf("%q is offered as %q", name, d)
				}
			}
		}
	}
}

// TestLogoTakesNothingAway: a logo that is no picture is refused, and a file of
// somebody else with the same content stays.
func TestLogoTakesNothingAway(t *testing.T) {
	m := newMatrix(t)
	svg := `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`
	info, err := m.app.Files.Put(t.Context(), strings.NewReader(svg), 0)
	if err != nil {
		t.Fatal(err)
	}
	for content, want := range map[string]int{svg: 422, "<html><script>alert(1)</script>": 422, "GIF89a\x01\x00\x01\x00\x00\x00\x00;": 303} {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		part, err := w.CreateFormFile("logo_file", "logo.png")
		if err != nil {
			t.Fatal(err)
		}
		part.Write([]byte(content))
		w.Close()
		r := httptest.NewRequest("POST", "/admin/agency", &b)
		r.Header.Set("Content-Type", w.FormDataContentType())
		r.AddCookie(&http.Cookie{Name: "carnet", Value: m.sessions["zoe"]})
		rec := httptest.NewRecorder()
		m.server.ServeHTTP(rec, r)
		if rec.Code != want {
			t.Errorf("a logo of %.20q: %d, want %d", content, rec.Code, want)
		}
	}
	if _, err := m.app.Files.Stat(info.Hash); err != nil {
		t.Errorf("the file of somebody else: %v", err)
	}
	w := m.as("zoe", request{method: "GET", path: "/logo"})
	if h := w.Header(); w.Code != 200 || h.Get("Content-Type") != "image/gif" || h.Get("Content-Security-Policy") != "default-src 'none'; sandbox" || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the logo: %d %v", w.Code, h)
	}
	if w := m.as("ann", request{method: "GET", path: "/logo"}); w.Code != 404 {
		t.Errorf("another agency's logo: %d", w.Code)
	}
}
