package web_test

import (
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/chrome"
)

// stop is where the focus is: what it is called, whether it can be seen that it is
// there, and where it stands.
type stop struct {
	Name   string `json:"name"`
	Seen   string `json:"seen"` // empty when nothing is wrong
	Region string `json:"region"`
}

// focused looks at the element with the focus.
const focused = `(() => {
	const e = document.activeElement;
	if (!e || e === document.body) return {name: "", seen: "", region: ""};
	const named = e.getAttribute("aria-label") || e.labels?.[0]?.innerText || e.innerText || e.value || e.name || e.id;
	const ringed = n => { const s = getComputedStyle(n); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== "none"; };
	const r = e.getBoundingClientRect();
	let seen = "";
	if (!ringed(e) && !(e.parentElement && ringed(e.parentElement)) && !(e.labels?.[0] && ringed(e.labels[0]))) seen = "no ring";
	else if (r.bottom < 1 || r.top > innerHeight - 1 || r.right < 1 || r.left > innerWidth - 1) seen = "outside the window";
	else {
		const at = document.elementFromPoint(Math.min(Math.max((r.left + r.right) / 2, 1), innerWidth - 1), Math.min(Math.max((r.top + r.bottom) / 2, 1), innerHeight - 1));
		if (at && at !== e && !e.contains(at) && !at.contains(e) && !e.labels?.[0]?.contains(at) && at.tagName !== "LABEL") seen = "covered by " + at.outerHTML.slice(0, 80);
	}
	return {name: e.tagName.toLowerCase() + " " + (named || "").trim().replace(/\s+/g, " ").slice(0, 50), seen, region: e.closest("nav, header, main, dialog, aside")?.tagName.toLowerCase() ?? ""};
})()`

// walk presses Tab until the focus leaves the page or comes back, and complains about
// every stop that can't be seen.
func walk(t *testing.T, p *chrome.Page, most int) (names []string) {
	t.Helper()
	seen := map[string]int{}
	for range most {
		p.Press("Tab")
		at := chrome.Eval[stop](p, focused)
		if at.Name == "" {
			break
		}
		if at.Seen != "" {
			t.Errorf("%s: %q has the focus: %s", p.Path(), at.Name, at.Seen)
		}
		if seen[at.Name]++; seen[at.Name] > 12 {
			t.Errorf("%s: the focus is caught at %q", p.Path(), at.Name)
			break
		}
		names = append(names, at.Region+" "+at.Name)
	}
	return names
}

// TestEveryStopIsSeen goes through pages with Tab alone, on a desktop and on a narrow
// window: every stop has a ring, stands in the window and is covered by nothing.
func TestEveryStopIsSeen(t *testing.T) {
	if testing.Short() {
		t.Skip("goes through pages in a browser")
	}
	s := newSite(t, 30)
	furnish(t, s)
	english(t, s, "administrator")
	for width, paths := range map[int][]string{
		1440: {"/", "/clients/8?edit=data", "/clients/new", "/imports/new", "/admin/tags/new", "/search?q=kow"},
		390:  {"/clients/8?edit=data", "/imports/new"},
	} {
		p := s.browser(t, "administrator", chrome.Options{Width: width, Height: 844, Language: "en"})
		for _, path := range paths {
			p.Navigate(path)
			if names := walk(t, p, 70); len(names) < 12 {
				t.Errorf("%s at %d has %d stops only: %s", path, width, len(names), strings.Join(names, ", "))
			}
		}
	}
}

// TestKeyboardAlone does a morning's work without a mouse: sign in, find a client,
// change it, leave a card with Escape, create a client, start an import.
func TestKeyboardAlone(t *testing.T) {
	s := newSite(t, 60)
	english(t, s, "administrator")
	p := chrome.New(t, s.URL, chrome.Options{Width: 1440, Height: 900, Language: "en"})
	p.Navigate("/sign-in")
	p.WaitFor(`document.activeElement.name === "email"`)
	p.Type(s.email(t, "administrator"))
	p.Press("Tab")
	p.Type(pass)
	p.Press("Enter")
	p.WaitFor(`location.pathname === "/" && document.getElementById("palette")`)
	// Going past the search box opens nothing; typing in it does, and keeps the letters.
	p.WaitFor(`customElements.get("c-palette")`)
	chrome.Eval[bool](p, `(document.querySelector(".nav a:last-of-type").focus(), document.getElementById("q").focus(), true)`)
	if chrome.Eval[bool](p, `document.getElementById("palette").open`) {
		t.Error("the search opens when the focus only passes")
	}
	p.Type("joanna kowalska")
	p.WaitFor(`document.getElementById("palette-q").value === "joanna kowalska"`)
	p.Press("Escape")
	p.WaitFor(`!document.getElementById("palette").open`)
	if chrome.Eval[string](p, `document.activeElement.id`) != "q" {
		t.Error("Escape doesn't bring the focus back to the box")
	}
	chrome.Eval[bool](p, `(document.activeElement.blur(), true)`)
	p.Press("/")
	p.Type("joanna kowalska")
	p.WaitFor(`[...document.querySelectorAll('[role=option]')].some(o => o.innerText.includes('Kowalska'))`)
	p.Press("Enter")
	p.WaitFor(`location.pathname.startsWith("/clients/") && document.readyState === "complete" && window.htmx`)
	// A card: Escape leaves it and gives the focus back, Ctrl-S saves it.
	edit := `[data-edit-card="notes"]`
	chrome.Eval[bool](p, `(document.querySelector('`+edit+`').focus(), true)`)
	p.Press("Enter")
	p.WaitFor(`document.activeElement.closest("form#notes")`)
	p.Press("Escape")
	p.WaitFor(`!document.querySelector("form#notes")`)
	p.WaitFor(`document.activeElement.matches('` + edit + `')`)
	p.Press("Enter")
	p.WaitFor(`document.activeElement.closest("form#notes")`)
	p.Type("Window seat. ")
	p.Press("Ctrl+s")
	p.WaitFor(`!document.querySelector("form#notes") && document.getElementById("notes").innerText.includes("Window seat.")`)
	p.WaitFor(`document.activeElement.matches('` + edit + `')`)
	// A new client.
	p.Press("n", "c")
	p.WaitFor(`location.pathname === "/clients/new" && document.activeElement.name === "t.family"`)
	p.Type("Nowicka")
	p.Press("Tab")
	p.Type("Halina")
	p.Press("Ctrl+s")
	p.WaitFor(`/^.clients.[0-9]+$/.test(location.pathname) && document.querySelector("h1").innerText.includes("Nowicka")`)
	p.WaitFor(`document.readyState === "complete" && customElements.get("c-palette")`)
	// An import: the file field can be reached and shows that it has the focus.
	p.Press("g", "i")
	p.WaitFor(`location.pathname === "/imports" && document.readyState === "complete" && document.getElementById("main")`)
	chrome.Eval[bool](p, `(document.getElementById("main").focus(), true)`)
	p.Press("Tab", "Enter")
	p.WaitFor(`location.pathname === "/imports/new"`)
	for range 30 {
		p.Press("Tab")
		if chrome.Eval[bool](p, `document.activeElement.type === "file"`) {
			return
		}
	}
	t.Error("Tab never comes to the file field")
}
