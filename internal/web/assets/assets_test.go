package assets

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func get(t *testing.T, url, encoding string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, url, nil)
	r.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestHandler(t *testing.T) {
	for _, name := range []string{"app.css", "tokens.css", "icons.svg", "app.js", "js/text.js", "vendor/htmx.min.js", "favicon.svg", "app.webmanifest"} {
		res := get(t, URL(name), "")
		plain, _ := io.ReadAll(res.Body)
		if res.StatusCode != 200 || len(plain) == 0 {
			t.Fatalf("%s: status %d, %d bytes", name, res.StatusCode, len(plain))
		}
		if cc := res.Header.Get("Cache-Control"); !strings.Contains(cc, "immutable") {
			t.Errorf("%s: Cache-Control %q", name, cc)
		}
		if res.Header.Get("Content-Type") == "" || res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", name, res.Header)
		}
		res = get(t, URL(name), "br, gzip;q=0.8")
		if res.Header.Get("Content-Encoding") != "gzip" {
			continue // too small to gain
		}
		zr, err := gzip.NewReader(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if unzipped, _ := io.ReadAll(zr); string(unzipped) != string(plain) {
			t.Errorf("%s: the compressed form says something else", name)
		}
	}
}

func TestHandlerRefuses(t *testing.T) {
	for _, url := range []string{"/assets/", "/assets/x", "/assets/x/", "/assets/" + version() + "/nothing.css",
		"/assets/" + version() + "/../assets.go", "/assets/" + version() + "/js", "/other"} {
		if res := get(t, url, ""); res.StatusCode != 404 {
			t.Errorf("%s: status %d", url, res.StatusCode)
		}
	}
	res := get(t, "/assets/0123/app.css", "gzip;q=0")
	if res.StatusCode != 200 || res.Header.Get("Cache-Control") != "no-cache" || res.Header.Get("Content-Encoding") != "" {
		t.Errorf("an old address: status %d, %v", res.StatusCode, res.Header)
	}
}

// TestShorter: the library reads all that we wrote, and makes it shorter.
func TestShorter(t *testing.T) {
	for name, a := range loaded() {
		raw, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(name, "vendor/") || path.Ext(name) == ".webmanifest" {
			continue
		}
		if _, err := shrink().Bytes(path.Ext(name), raw); err != nil {
			t.Errorf("%s can't be read: %v", name, err)
		}
		if len(a.plain) >= len(raw) || len(a.plain) < len(raw)/4 {
			t.Errorf("%s: %d bytes of %d", name, len(a.plain), len(raw))
		}
	}
}

// The budget of a list page is 60 KB in all (architecture, performance budget);
// the table itself takes up to 12 KB of it.
func TestWeight(t *testing.T) {
	total := 0
	for _, name := range append([]string{"tokens.css", "app.css", "icons.svg", "app.js", "vendor/htmx.min.js", "favicon.svg"}, Modules...) {
		total += Weight(name)
		t.Logf("%-22s %6d", name, Weight(name))
	}
	if total > 56<<10 {
		t.Errorf("the assets of a page weigh %d bytes, more than 56 KB", total)
	}
}

// Colours live in tokens.css, or a theme is forgotten; the policy refuses data
// images.
func TestStyleSheet(t *testing.T) {
	css, err := os.ReadFile("app.css")
	if err != nil {
		t.Fatal(err)
	}
	bare := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(string(css), "")
	if m := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b\s*[;,)]|rgba?\(|hsla?\(|oklch\(`).FindString(bare); m != "" {
		t.Errorf("app.css has a literal colour: %q", m)
	}
	for _, bad := range []string{"data:", "@import", "url("} {
		if strings.Contains(bare, bad) {
			t.Errorf("app.css has %q", bad)
		}
	}
	tokens, err := os.ReadFile("tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`var\((--[a-z0-9-]+)\)`).FindAllStringSubmatch(bare, -1) {
		if !strings.Contains(string(tokens)+bare, m[1]+":") {
			t.Errorf("app.css uses %s, which is nowhere set", m[1])
		}
	}
}

// Nothing may need eval or inline script, or the policy breaks it.
func TestScripts(t *testing.T) {
	for _, name := range slices.Concat([]string{"app.js"}, Modules, Rare) {
		data, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if m := regexp.MustCompile(`\beval\(|new Function|\.style\.|setAttribute\("style"|\bon[a-z]+\s*=\s*["']`).FindString(string(data)); m != "" {
			t.Errorf("%s has %q", name, m)
		}
	}
}

func TestIconsOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`id="(i-[a-z-]+)"`).FindAllStringSubmatch(string(loaded()["icons.svg"].plain), -1) {
		if seen[m[1]] {
			t.Errorf("the icon %s is there twice", m[1])
		}
		seen[m[1]] = true
	}
	if !HasIcon("search") || HasIcon("nothing") || !Exists("app.css") || Exists("nothing") {
		t.Error("HasIcon or Exists answers wrongly")
	}
}
