package ui

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/chrome"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/web/assets"
)

func TestMain(m *testing.M) { os.Exit(chrome.Main(m)) }

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"

// mailbox keeps what was posted, by path.
type mailbox struct {
	sync.Mutex
	got map[string]string
}

func (m *mailbox) put(path, form string) {
	m.Lock()
	defer m.Unlock()
	m.got[path] = form
}

// wait returns the form that was posted to path, within five seconds.
func (m *mailbox) wait(path string) string {
	for range 100 {
		m.Lock()
		form := m.got[path]
		m.Unlock()
		if form != "" {
			return form
		}
		time.Sleep(50 * time.Millisecond)
	}
	return ""
}

// serveGallery answers /<page>?lang=&theme= under the policy of the product, and
// the few addresses that scripts ask. What was posted is kept in the map.
func serveGallery(t *testing.T) (base string, posted *mailbox) {
	posted = &mailbox{got: map[string]string{}}
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", assets.Handler())
	mux.HandleFunc("GET /search", func(w http.ResponseWriter, r *http.Request) {
		_ = gallerySearch(i18n.For("en")).Render(r.Context(), w)
	})
	mux.HandleFunc("GET /travelers/find", func(w http.ResponseWriter, r *http.Request) {
		_ = Results{L: i18n.For("en"), ID: "t", Groups: []ResultGroup{{Label: "Travelers", Items: []Result{{Value: "42", Title: "Nowak/Anna", Query: r.FormValue("q"), Initials: "NA"}}}}}.Render(r.Context(), w)
	})
	mux.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseMultipartForm(1 << 20)
		posted.put(r.URL.Path, r.Form.Encode())
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, "<p>seen %s</p>", strings.ReplaceAll(r.FormValue("family"), "<", ""))
	})
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /{page}", func(w http.ResponseWriter, r *http.Request) {
		page, ok := galleryPages[r.PathValue("page")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		l := i18n.For(r.FormValue("lang"))
		if r.FormValue("peek") != "" && r.Header.Get("HX-Request") != "" {
			fmt.Fprintf(w, `<aside class="peek" aria-label="Peek"><a href="/list" data-peek-close>Close</a><p>Peek %s</p></aside>`, r.FormValue("peek"))
			return
		}
		_ = page(l, r.FormValue("theme")).Render(r.Context(), w)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL, posted
}

// Each page in both themes and three widths: nothing that axe finds, nothing
// wider than the window, no complaint of the browser. CARNET_SHOTS=dir keeps
// pictures.
func TestGalleryInBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("short: no browser")
	}
	base, _ := serveGallery(t)
	shots := os.Getenv("CARNET_SHOTS")
	for name := range galleryPages {
		for _, look := range []struct {
			width int
			theme string
		}{{1440, "light"}, {1440, "dark"}, {390, "light"}, {390, "dark"}, {360, "light"}, {800, "light"}} {
			t.Run(fmt.Sprintf("%s-%d-%s", name, look.width, look.theme), func(t *testing.T) {
				p := chrome.New(t, base, chrome.Options{Width: look.width, Height: 900})
				p.Navigate("/" + name + "?theme=" + look.theme)
				if look.theme == "dark" {
					chrome.AxeColours(t, p)
				} else if look.width != 360 && look.width != 800 { // between: only the room
					chrome.Axe(t, p)
				}
				p.FitsWidth()
				if shots != "" {
					p.Screenshot(filepath.Join(shots, filepath.Base(t.Name())+".png"))
				}
			})
		}
	}
}

// No text is cut off in the longest languages.
func TestGalleryLanguages(t *testing.T) {
	if testing.Short() {
		t.Skip("short: no browser")
	}
	base, _ := serveGallery(t)
	for _, lang := range i18n.Langs[1:] {
		p := chrome.New(t, base, chrome.Options{Width: 360, Height: 800})
		p.Allow("beforeunload") // the record has a card with an unsaved change
		for name := range galleryPages {
			p.Navigate("/" + name + "?lang=" + lang)
			p.FitsWidth()
			if dirty := chrome.Eval[string](p, `[...document.querySelectorAll(".form-page [data-changed]")].map(e => e.textContent).join()`); dirty != "" {
				t.Errorf("/%s: changed before anybody typed: %s", name, dirty)
			}
		}
	}
}

// expect returns a check that waits up to two seconds for an expression to hold.
func expect(t *testing.T, p *chrome.Page) func(what, expr string) {
	return func(what, expr string) {
		t.Helper()
		for range 40 {
			if chrome.Eval[bool](p, expr) {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Errorf("%s: not so: %s", what, expr)
	}
}

func TestKeyboard(t *testing.T) {
	if testing.Short() {
		t.Skip("short: no browser")
	}
	base, _ := serveGallery(t)
	p := chrome.New(t, base, chrome.Options{Width: 1440, Height: 900})
	p.Navigate("/list")
	is := expect(t, p)
	p.Press("/")
	is("/ opens the search", `document.getElementById("palette").open`)
	p.Press("k", "o", "w")
	is("results appear", `document.querySelectorAll("#palette-list [role=option]").length === 3`)
	is("the first is chosen", `document.getElementById("palette-q").getAttribute("aria-activedescendant") === "r-0-0"`)
	p.Press("Down")
	is("arrow down", `document.getElementById("palette-q").getAttribute("aria-activedescendant") === "r-0-1"`)
	chrome.Eval[bool](p, `(document.querySelector("c-palette").search().then(() => { document.body.dataset.late = "1" }), true)`)
	is("a late answer came", `document.body.dataset.late === "1"`)
	is("and left the choice where it was", `document.getElementById("palette-q").getAttribute("aria-activedescendant") === "r-0-1"`)
	p.Press("Escape")
	is("Escape closes", `!document.getElementById("palette").open`)
	chrome.Eval[bool](p, `(document.activeElement.blur(), true)`)
	p.Press("j", "j")
	is("j moves", `document.activeElement.closest("tr").dataset.row === "4" || document.activeElement.closest("tr").dataset.row === "5"`)
	p.Press("x")
	is("x ticks", `document.querySelectorAll("tbody .tick:checked").length === 1`)
	is("the bar shows", `document.querySelector(".selbar").checkVisibility() && document.querySelector("[data-selected]").textContent.includes("1")`)
	p.Press("Shift+?")
	is("? shows the list", `document.getElementById("shortcuts").open`)
	p.Press("Escape")
	chrome.Eval[bool](p, `(document.querySelector("tr[data-row='6'] .col-name a").focus(), true)`)
	p.Press("p")
	is("p peeks", `document.getElementById("peek").textContent.includes("Peek 6") && location.search === "?peek=6"`)
	p.Press("Escape")
	is("Escape closes the peek", `document.querySelectorAll("#peek > *").length === 0`)
}

func TestFormScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("short: no browser")
	}
	base, posted := serveGallery(t)
	p := chrome.New(t, base, chrome.Options{Width: 1440, Height: 1000})
	p.Navigate("/form")
	is := expect(t, p)
	p.Fill("#f-family", "Nowak")
	is("the field has a dot", `document.getElementById("f-family").closest(".field").hasAttribute("data-changed")`)
	is("hints come", `document.getElementById("dupes").textContent.includes("seen Nowak")`)
	p.Fill("#f-birth", "3 mar 75")
	is("the date is understood", `document.getElementById("f-birth-help").textContent.includes("3 March 1975")`)
	p.Click("Add a phone number")
	is("a row was added", `document.querySelector('[name="phones[2].value"]') !== null`)
	p.Fill("#f-phones-2-value", "999")
	chrome.Eval[bool](p, `(document.querySelectorAll(".repeat-row")[2].querySelector("[data-move=up]").click(), true)`)
	is("rows are numbered anew", `document.querySelector('[name="phones[1].value"]').value === "999"`)
	p.Fill("#f-main", "anna")
	is("the look-up offers", `document.querySelector("#f-main-results [role=option]") !== null`)
	p.Press("Enter")
	is("and takes", `document.querySelector('[name="main"]').value === "42" && document.getElementById("f-main").value === "Nowak/Anna"`)
	is("leaving would ask", `document.querySelector("form[data-dirty]") !== null`)
	p.Press("Ctrl+s")
	sent := posted.wait("/form")
	for _, want := range []string{"family=Nowak", "main=42", "phones%5B1%5D.value=999"} {
		if !strings.Contains(sent, want) {
			t.Errorf("Ctrl-S sent %q, without %s", sent, want)
		}
	}
}

func TestOrder(t *testing.T) {
	if testing.Short() {
		t.Skip("short: no browser")
	}
	base, posted := serveGallery(t)
	p := chrome.New(t, base, chrome.Options{Width: 1440, Height: 1000})
	p.Allow("beforeunload")
	p.Navigate("/record")
	p.Click("[data-item='2'] [data-move=up]")
	if sent := posted.wait("/travelers/order"); sent != "item=2&item=1&version=7" {
		t.Errorf("moving sent %q", sent)
	}
	expect(t, p)("the row moved", `document.querySelector("[data-item]").dataset.item === "2"`)
}

// Without script a page can be read and a form sent: what needs a script is not
// there, what it replaces is.
func TestWithoutScript(t *testing.T) {
	if testing.Short() {
		t.Skip("short: no browser")
	}
	base, posted := serveGallery(t)
	p := chrome.New(t, base, chrome.Options{Width: 1440, Height: 1000, NoScript: true})
	p.Navigate("/record")
	p.Fill("#f-airport", "WAW")
	p.Click("#preferences button[type=submit]")
	sent := posted.wait("/record")
	for _, want := range []string{"airport=WAW", "version=7", "chains=Accor", "chains=Meli"} {
		if !strings.Contains(sent, want) {
			t.Errorf("the form sent %q, without %s", sent, want)
		}
	}
}

// What floats over a page, opened as a person does, in both themes and on a phone.
func TestFloating(t *testing.T) {
	if testing.Short() {
		t.Skip("short: no browser")
	}
	base, _ := serveGallery(t)
	open := map[string]string{
		"user":   `document.querySelector("[popovertarget=user-menu]").click()`,
		"new":    `document.getElementById("new-menu").showPopover()`,
		"cols":   `document.querySelector("[popovertarget=cols]").click()`,
		"menu":   `document.querySelector("[popovertarget=list-menu]").click()`,
		"search": `(document.dispatchEvent(new Event("carnet:search")), document.getElementById("palette-q").value = "kowal")`,
		"keys":   `document.getElementById("shortcuts").showModal()`,
		"ticked": `document.querySelectorAll("tbody .tick").forEach((b, i) => i < 3 && b.click())`,
	}
	shots := os.Getenv("CARNET_SHOTS")
	for name, script := range open {
		for _, look := range []struct {
			width int
			theme string
		}{{1440, "light"}, {390, "dark"}} {
			t.Run(fmt.Sprintf("%s-%d-%s", name, look.width, look.theme), func(t *testing.T) {
				p := chrome.New(t, base, chrome.Options{Width: look.width, Height: 860})
				p.Navigate("/list?theme=" + look.theme)
				chrome.Eval[bool](p, "("+script+", new Promise(r => setTimeout(() => r(true), 500)))")
				chrome.Axe(t, p)
				p.FitsWidth()
				if shots != "" {
					p.Screenshot(filepath.Join(shots, "open-"+filepath.Base(t.Name())+".png"))
				}
			})
		}
	}
}
