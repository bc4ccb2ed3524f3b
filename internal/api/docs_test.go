package api

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestDocsRun runs every example of docs/api.md in its order against a server.
func TestDocsRun(t *testing.T) {
	for _, tool := range []string{"curl", "sh"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is needed to run the examples", tool)
		}
	}
	text, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllSubmatch(text, -1)
	if len(blocks) < 8 {
		t.Fatalf("%d examples", len(blocks))
	}
	k := newKit(t)
	srv := k.serve()
	k.enable("sue")
	token := k.do("sue", "POST /tokens", proved(`{"name":"Examples","scope":"write"}`)).want(201).at("token").(string)
	// One shell, so that what one example sets is there for the next.
	script := bytes.NewBufferString("set -e\n")
	for _, b := range blocks {
		script.Write(b[1])
	}
	cmd := exec.Command("sh", "-x")
	cmd.Dir = t.TempDir()
	cmd.Stdin = script
	cmd.Env = append(os.Environ(), "BASE="+srv.URL, "TOKEN="+token)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// TestReference: the page needs no token, loads nothing from elsewhere, runs no
// script, and every link in it leads somewhere.
func TestReference(t *testing.T) {
	k := newKit(t)
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		k.api.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != 200 {
			t.Fatalf("%s: %d", path, w.Code)
		}
		return w
	}
	w := get(docsPath)
	page := w.Body.String()
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q", csp)
	}
	for _, bad := range []string{"<script", " style=", "src=\"http", "href=\"http", " onclick"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %s", bad)
		}
	}
	for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(page, `id="`+m[1]+`"`) {
			t.Errorf("nothing is called %s", m[1])
		}
	}
	for _, r := range Routes() {
		if !strings.Contains(page, `id="`+r.ID+`"`) || !strings.Contains(page, r.Path) {
			t.Errorf("%s isn't on the page", r.ID)
		}
	}
	// Problems link to the page.
	problem := k.do("ada", "POST /clients", `{}`).want(422)
	link, _ := problem.at("type").(string)
	if _, anchor, _ := strings.Cut(link, "#"); !strings.Contains(page, `id="`+anchor+`"`) {
		t.Errorf("a problem links to %s", link)
	}
	if css := get(docsPath + ".css").Body.String(); strings.Contains(css, "url(") || strings.Contains(css, "@import") {
		t.Error("the style sheet loads something")
	}
	var d map[string]any
	if err := json.Unmarshal(get(specPath).Body.Bytes(), &d); err != nil || d["openapi"] != "3.1.0" {
		t.Errorf("%v %v", err, d["openapi"])
	}
}
