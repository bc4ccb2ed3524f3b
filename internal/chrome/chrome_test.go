package chrome

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

const good = `<!doctype html><html lang="en"><head><title>A good page</title><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/style.css"><link rel="icon" href="data:,"></head><body><main><h1>Clients</h1>
<form method="post" action="/save" enctype="multipart/form-data">
<label for="name">Name *</label><input id="name" name="name" required>
<label>Phone <input name="phone"></label>
<label for="kind">Kind</label><select id="kind" name="kind"><option value="p">Personal</option><option value="c">Corporate</option></select>
<label for="day">Day</label><input type="date" id="day" name="day">
<label><input type="checkbox" name="vip" value="1"> VIP</label>
<label for="note">Note</label><textarea id="note" name="note"></textarea>
<label for="file">Photo</label><input type="file" id="file" name="file">
<button>Save</button></form>
<button type="button" id="later" aria-label="Show later">…</button><p id="out"></p>
<a href="/other">Another page</a>
<dialog id="sure"><h2>Are you sure?</h2><button type="button" id="yes">Save</button></dialog>
<noscript><p>Works without script</p></noscript>
</main><script src="/app.js"></script></body></html>`

const script = `
const out = t => document.getElementById('out').textContent = t;
document.getElementById('later').onclick = () => setTimeout(() => out('Here it is'), 150);
document.getElementById('yes').onclick = () => { out('Confirmed'); document.getElementById('sure').close(); };
document.addEventListener('keydown', e => {
  if (e.ctrlKey && e.key === 'k') { e.preventDefault(); document.getElementById('name').focus(); }
  if (e.ctrlKey && e.key === 's') { e.preventDefault(); document.getElementById('sure').showModal(); }
});`

const style = `body{background:#fff;color:#111} a{color:#00c} *{min-height:24px}
@media (prefers-color-scheme: dark){body{background:#111;color:#eee} a{color:#9cf}}`

// serve starts a server with a strict Content-Security-Policy. Without a browser the test
// ends here, before a spy could meet that.
func serve(t *testing.T) *httptest.Server {
	t.Helper()
	acquire(t)
	t.Cleanup(release)
	mux := http.NewServeMux()
	page := func(path, kind, body string, status int) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind+"; charset=utf-8")
			w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; connect-src 'self'")
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		})
	}
	wrap := func(body string) string {
		return `<!doctype html><html lang="en"><head><title>T</title><link rel="icon" href="data:,"></head><body><main><h1>T</h1>` + body + `</main></body></html>`
	}
	page("/{$}", "text/html", good, 200)
	page("/style.css", "text/css", style, 200)
	page("/app.js", "text/javascript", script, 200)
	page("/other", "text/html", wrap("<p>Other</p>"), 200)
	page("/invalid", "text/html", wrap("<p>Please correct</p>"), 422)
	page("/broken", "text/html", wrap("<p>Sorry</p>"), 500)
	page("/inline", "text/html", wrap("<script>alert(1)</script>"), 200)
	page("/throws", "text/html", wrap(`<script src="/throws.js"></script>`), 200)
	page("/throws.js", "text/javascript", "console.error('told', 7); null.x", 200)
	page("/foreign", "text/html", wrap(`<img alt="" src="http://tracker.example/p.png">`), 200)
	page("/missing-image", "text/html", wrap(`<img alt="" src="/none.png">`), 200)
	page("/bad", "text/html", `<!doctype html><html><head><title></title><link rel="icon" href="data:,"></head><body><img src="data:,"><input></body></html>`, 200)
	page("/wide", "text/html", wrap(`<table width="3000"><tr><td>x</td></tr></table>`), 200)
	mux.HandleFunc("/who", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1", Path: "/"})
		_, err := r.Cookie("seen")
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, wrap(fmt.Sprintf("<p>known: %v, language: %s</p>", err == nil, r.Header.Get("Accept-Language"))))
	})
	mux.HandleFunc("/save", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		size := 0
		if f, h, err := r.FormFile("file"); err == nil {
			size = int(h.Size)
			f.Close()
		}
		fmt.Fprint(w, wrap(fmt.Sprintf("<p>saved %s|%s|%s|%s|%s|%s|%d</p>", r.FormValue("name"), r.FormValue("phone"), r.FormValue("kind"),
			r.FormValue("day"), r.FormValue("vip"), r.FormValue("note"), size)))
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func TestFormAsAUserFillsIt(t *testing.T) {
	s := serve(t)
	p := New(t, s.URL, Options{})
	p.Navigate("/")
	p.Fill("Name", "wrong")
	p.Fill("Name", "Żółć, Grażyna")
	p.Fill("Phone", "600 100 200")
	p.Fill("Kind", "Corporate")
	p.Fill("Day", "2026-05-01")
	p.Fill("#note", "two words")
	p.Check("VIP", true)
	p.Check("VIP", true) // stays ticked
	file := filepath.Join(t.TempDir(), "photo.txt")
	if err := os.WriteFile(file, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Upload("Photo", file)
	if got := p.Value("Name") + p.Value("VIP"); got != "Żółć, Grażynatrue" {
		t.Errorf("the form holds %q", got)
	}
	p.Follow("Save")
	p.WaitText("saved Żółć, Grażyna|600 100 200|c|2026-05-01|1|two words|5")
	p.Back()
	p.WaitText("Clients")
	p.Fill("Phone", "")
	if got := p.Value("Phone"); got != "" {
		t.Errorf("the emptied field holds %q", got)
	}
}

func TestKeysDialogsAndWaiting(t *testing.T) {
	s := serve(t)
	p := New(t, s.URL, Options{})
	p.Navigate("/")
	p.WaitNoText("Here it is")
	p.Click("Show later")
	p.WaitText("Here it is")
	p.Press("Ctrl+k")
	p.Type("Kowalska")
	p.Press("Shift+Tab", "Tab", "End", "!", "Left", "Backspace")
	if got := p.Value("Name"); got != "Kowalsk!" {
		t.Errorf("typed %q", got)
	}
	p.Press("Ctrl+s")
	p.WaitText("Are you sure?")
	p.Click("Save") // the one of the dialog, not the one behind it
	p.WaitText("Confirmed")
	p.Follow("Another page")
	if p.Path() != "/other" || p.Title() != "T" || p.Status() != 200 || !strings.Contains(p.Text(), "Other") {
		t.Errorf("at %s %q, status %d", p.Path(), p.Title(), p.Status())
	}
	p.WaitFor("document.readyState === 'complete'")
}

func TestNoScript(t *testing.T) {
	s := serve(t)
	p := New(t, s.URL, Options{NoScript: true})
	p.Navigate("/")
	p.WaitText("Works without script")
	p.Fill("Name", "Ana")
	p.Follow("Save")
	p.WaitText("saved Ana||p")
}

func TestLookAndVisitor(t *testing.T) {
	s := serve(t)
	p := New(t, s.URL, Options{Width: 360, Height: 640, Dark: true, Language: "pl"})
	p.Navigate("/")
	if got := Eval[string](p, "getComputedStyle(document.body).backgroundColor + innerWidth"); got != "rgb(17, 17, 17)360" {
		t.Errorf("the dark phone page is %s", got)
	}
	p.FitsWidth()
	file := filepath.Join(t.TempDir(), "deep", "shot.png")
	p.Screenshot(file)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	shot, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil || shot.Width != 360 || shot.Height != 640 {
		t.Errorf("the screenshot is %+v (%v)", shot, err)
	}
	p.FullScreenshot(file)

	p.Navigate("/who")
	p.WaitText("known: false, language: pl")
	p.Reload()
	p.WaitText("known: true")
	other := New(t, s.URL, Options{})
	other.Navigate("/who")
	other.WaitText("known: false")
	same := New(t, s.URL, Options{SameUser: p, Print: true})
	same.Navigate("/who")
	same.WaitText("known: true")
	if !Eval[bool](same, "matchMedia('print').matches") {
		t.Error("the media type isn't print")
	}
}

func TestPasskey(t *testing.T) {
	s := serve(t)
	// Names of credentials need a domain, and localhost is one.
	p := New(t, strings.Replace(s.URL, "127.0.0.1", "localhost", 1), Options{})
	p.Passkey()
	p.Navigate("/other")
	kind := Eval[string](p, `navigator.credentials.create({publicKey: {challenge: new Uint8Array(16), rp: {name: 'x'},
		user: {id: new Uint8Array(8), name: 'a', displayName: 'A'}, pubKeyCredParams: [{type: 'public-key', alg: -7}]}}).then(c => c.type)`)
	if kind != "public-key" {
		t.Errorf("the new credential is a %q", kind)
	}
}

// spy stands in for a test that is expected to fail.
type spy struct {
	testing.TB
	failed []string
}

func (s *spy) Errorf(format string, args ...any) {
	s.failed = append(s.failed, fmt.Sprintf(format, args...))
}

func TestProblemsAreSeen(t *testing.T) {
	s := serve(t)
	tests := []struct{ path, want string }{
		{"/other", ""},
		{"/invalid", ""}, // a form that comes back is no problem
		{"/broken", "HTTP 500"},
		{"/inline", "Content Security Policy"},
		{"/throws", "TypeError"},
		{"/throws", "console.error: told 7"},
		{"/foreign", "foreign host: http://tracker.example/p.png"},
		{"/missing-image", "404"},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			p := New(t, s.URL, Options{})
			p.Navigate(tt.path)
			got := strings.Join(p.Problems(), "\n")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("problems %q, want %q", got, tt.want)
			}
			p.Allow(".") // they were provoked
			if left := p.Problems(); len(left) != 0 {
				t.Errorf("%v was allowed", left)
			}
		})
	}
}

func TestAxe(t *testing.T) {
	s := serve(t)
	for _, dark := range []bool{false, true} {
		p := New(t, s.URL, Options{Dark: dark})
		p.Navigate("/")
		Axe(t, p)
	}
	p := New(t, s.URL, Options{})
	p.Navigate("/bad")
	judge := &spy{TB: t}
	Axe(judge, p)
	if len(judge.failed) != 1 {
		t.Fatalf("axe reports %d times", len(judge.failed))
	}
	for _, rule := range []string{"image-alt (critical)", "label (critical)", "html-has-lang", "document-title", "landmark-one-main", "https://"} {
		if !strings.Contains(judge.failed[0], rule) {
			t.Errorf("axe doesn't report %s:\n%s", rule, judge.failed[0])
		}
	}
	for _, v := range p.Violations("image-alt") {
		if v.ID == "image-alt" {
			t.Error("the rule was switched off")
		}
	}
}

func TestTooWide(t *testing.T) {
	s := serve(t)
	judge := &spy{TB: t}
	p := New(judge, s.URL, Options{Width: 360})
	p.Navigate("/wide")
	p.FitsWidth()
	if len(judge.failed) != 1 || !strings.Contains(judge.failed[0], `width="3000"`) {
		t.Errorf("reported %q", judge.failed)
	}
}

// stopped is what a spied test panics with instead of ending.
type stopped struct{ message string }

func (s *spy) Fatalf(format string, args ...any) { panic(stopped{fmt.Sprintf(format, args...)}) }

func (s *spy) Fatal(args ...any) { panic(stopped{fmt.Sprint(args...)}) }

func (s *spy) Skip(args ...any) { panic(stopped{"skip: " + fmt.Sprint(args...)}) }

// ending runs f and returns the message with which it ended its test.
func ending(f func()) (message string) {
	defer func() {
		if s, ok := recover().(stopped); ok {
			message = s.message
		}
	}()
	f()
	return ""
}

func TestWithoutBrowser(t *testing.T) {
	t.Setenv(envPath, filepath.Join(t.TempDir(), "no-such-browser"))
	t.Setenv(envRequire, "")
	if got := ending(func() { acquire(&spy{TB: t}) }); !strings.HasPrefix(got, "skip: "+envPath) {
		t.Errorf("without a browser: %q", got)
	}
	t.Setenv(envRequire, "1")
	if got := ending(func() { acquire(&spy{TB: t}) }); !strings.Contains(got, envRequire+"=1, but") {
		t.Errorf("without a required browser: %q", got)
	}
}

func TestFailureSaysWhatWasSeen(t *testing.T) {
	defer func(before time.Duration) { patience = before }(patience)
	patience = 3 * time.Second
	s := serve(t)
	judge := &spy{TB: t}
	p := New(judge, s.URL, Options{})
	p.Navigate("/other")
	got := ending(func() { p.Click("Delete everything") })
	for _, want := range []string{"clicking Delete everything: not on the page", "/other", "Other"} {
		if !strings.Contains(got, want) {
			t.Errorf("the message lacks %q: %s", want, got)
		}
	}
	if _, err := os.Stat(filepath.Join(t.ArtifactDir(), "failure.png")); err != nil {
		t.Error(err)
	}
	if got := ending(func() { p.Press("Hyper+x") }); !strings.Contains(got, "no modifier") {
		t.Errorf("an unknown modifier: %q", got)
	}
}
