package web_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/chrome"
)

// shot takes a picture where CARNET_SHOTS names a folder.
func shot(p *chrome.Page, name string) {
	if dir := os.Getenv("CARNET_SHOTS"); dir != "" {
		p.Screenshot(filepath.Join(dir, name+".png"))
	}
}

// arrived waits until a page of which something is true has loaded with its scripts.
func arrived(p *chrome.Page, what string) {
	p.WaitFor(what + ` && document.readyState === "complete"`)
}

// query is the decoded query of the address.
func query(p *chrome.Page) string {
	return chrome.Eval[string](p, `decodeURIComponent(location.search.replaceAll("+", " "))`)
}

func wantQuery(t *testing.T, p *chrome.Page, parts ...string) {
	t.Helper()
	q := query(p)
	for _, part := range parts {
		if !strings.Contains(q, part) {
			t.Errorf("the address asks %s, without %s", q, part)
		}
	}
}

// operatorsSeen holds where the operators stand within the pop-up, below its title.
const operatorsSeen = `(() => {
	const box = s => document.querySelector("#filter-pop " + s).getBoundingClientRect()
	const title = box("legend"), ops = box(".flt-op"), values = box(".flt-vals"), pop = document.querySelector("#filter-pop").getBoundingClientRect()
	return ops.width > 150 && ops.left >= pop.left && ops.right <= pop.right && ops.top >= title.bottom - 1 && ops.top < title.bottom + 20 && values.top >= ops.bottom - 1
})()`

// TestFiltersInBrowser adds, edits and takes away filters: a bubble, the menu of all
// fields, an area with conditions, and the panel with a group (R108, R111, R112).
func TestFiltersInBrowser(t *testing.T) {
	s := newSite(t, 120)
	english(t, s, "administrator")
	p := s.browser(t, "administrator", chrome.Options{Width: 1440, Height: 900, Language: "en"})
	p.Navigate("/clients")
	// A bubble: the editor opens in place, the operators hide what they don't need.
	p.Click(`.chip.is-open a[href*="field=name"]`)
	p.WaitFor(`document.querySelector("#filter-pop").matches(":popover-open") && document.activeElement.name === "f0.v"`)
	shot(p, "filter-text")
	chrome.Axe(t, p)
	p.WaitFor(operatorsSeen)
	p.Click(`#filter-pop [name="f0.op"][value="blank"]`)
	p.WaitFor(`!document.querySelector('#filter-pop [name="f0.v"]').checkVisibility()`)
	p.Click(`#filter-pop [name="f0.op"][value="contains"]`)
	p.Fill(`#filter-pop [name="f0.v"]`, "a")
	p.Press("Enter")
	arrived(p, `location.search === "?name=a"`)
	// The menu narrows while one types; a date is typed as people do.
	p.Press("f")
	p.WaitFor(`document.activeElement.matches("[data-narrow]")`)
	shot(p, "filter-menu")
	chrome.Axe(t, p)
	p.Type("creat")
	p.WaitFor(`[...document.querySelectorAll("#filter-pop .menu-item[name]")].filter(e => e.checkVisibility()).length === 1`)
	p.Press("Enter")
	p.WaitFor(`document.querySelector('#filter-pop select[name="f0.op"]')`)
	p.Fill(`#filter-pop [name="f0.op"]`, "after")
	p.Fill(`#filter-pop [name="f0.v"]`, "not a day")
	p.Allow("422")
	p.Click(`#filter-pop .pop-foot [name="do"]`)
	p.WaitFor(`document.querySelector("#filter-pop [data-wrong]") && document.activeElement.name === "f0.v"`)
	p.Fill(`#filter-pop [name="f0.v"]`, "1.2.2001")
	p.Click(`#filter-pop .pop-foot [name="do"]`)
	arrived(p, `location.search.includes("created.after=2001-02-01")`)
	// Several values of a choice; the same field twice.
	p.Click(`.chip.is-open a[href*="field=kind"]`)
	p.WaitFor(`document.querySelector('#filter-pop [name="f0.v"][value="personal"]')`)
	p.Click(`#filter-pop [name="f0.v"][value="personal"]`)
	p.Click(`#filter-pop [name="f0.v"][value="corporate"]`)
	p.Click(`#filter-pop .pop-foot [name="do"]`)
	arrived(p, `document.querySelectorAll(".chip:not(.is-open)").length === 3`)
	wantQuery(t, p, "kind=corporate&kind=personal")
	p.Click(`[data-add-filter]`)
	p.WaitFor(`document.querySelector('#filter-pop [value="name"]')`)
	p.Click(`#filter-pop [name="field"][value="name"]`)
	p.WaitFor(`document.querySelector('#filter-pop [name="f0.v"]')`)
	p.Fill(`#filter-pop [name="f0.v"]`, "e")
	p.Press("Enter")
	arrived(p, `document.querySelectorAll(".chip:not(.is-open)").length === 4`)
	// A chip is edited, then taken away.
	p.Click(`.chip:not(.is-open) a[href*="at=0"]`)
	p.WaitFor(`document.querySelector('#filter-pop [name="at"]')`)
	p.Click(`#filter-pop .pop-foot a`)
	arrived(p, `document.querySelectorAll(".chip:not(.is-open)").length === 3`)
	p.Click(`.filters > .btn[href="/clients"]`)
	arrived(p, `location.search === ""`)
}

// TestAreaInBrowser asks for clients by their travelers, and puts conditions into a
// group.
func TestAreaInBrowser(t *testing.T) {
	s := newSite(t, 120)
	english(t, s, "administrator")
	p := s.browser(t, "administrator", chrome.Options{Width: 1440, Height: 900, Language: "en"})
	p.Navigate("/clients")
	p.Click(`[data-add-filter]`)
	p.WaitFor(`document.querySelector('#filter-pop [value="traveler"]')`)
	p.Click(`#filter-pop [name="field"][value="traveler"]`)
	p.WaitFor(`document.querySelector('#filter-pop [name="f0.w.new"]')`)
	p.Fill(`#filter-pop [name="f0.w.new"]`, "birth_date")
	p.Click(`#filter-pop [name="_add"]`)
	p.WaitFor(`document.querySelector('#filter-pop [name="f0.w0.op"]') === document.activeElement`)
	p.Fill(`#filter-pop [name="f0.w0.op"]`, "before")
	p.Fill(`#filter-pop [name="f0.w0.v"]`, "1.1.1960")
	p.Fill(`#filter-pop [name="f0.w.new"]`, "nationality")
	p.Click(`#filter-pop [name="_add"]`)
	p.WaitFor(`document.querySelector('#filter-pop [name="f0.w1.op"]')`)
	p.Fill(`#filter-pop [name="f0.w1.v"]`, "PL")
	shot(p, "filter-area")
	chrome.Axe(t, p)
	p.Click(`#filter-pop .pop-foot [name="do"][value="apply"]`)
	arrived(p, `location.search.includes("where=")`)
	wantQuery(t, p, `"key":"traveler","op":"has"`, `"key":"birth_date","op":"before","values":["1960-01-01"]`, `"key":"nationality"`)
	arrived(p, `document.querySelector(".filter-words")`)
	shot(p, "filter-area-chip")
	chrome.Axe(t, p)
	// The panel: a group of which one is enough.
	p.Click(`.filter-words a`)
	p.WaitFor(`document.querySelector("#filter-panel").open`)
	p.Click(`#filter-panel [name="_add"][value="g"]`)
	p.WaitFor(`document.querySelector('#filter-panel [name="g0.f.new"]') === document.activeElement`)
	p.Fill(`#filter-panel [name="g0.f.new"]`, "status")
	p.Click(`#filter-panel [name="_add"][value="g0.f"]`)
	p.WaitFor(`document.querySelector('#filter-panel [name="g0.f0.op"]')`)
	p.Click(`#filter-panel [name="g0.f0.v"][value="active"]`)
	p.Fill(`#filter-panel [name="g0.f.new"]`, "city")
	p.Click(`#filter-panel [name="_add"][value="g0.f"]`)
	p.WaitFor(`document.querySelector('#filter-panel [name="g0.f1.op"]')`)
	p.Fill(`#filter-panel [name="g0.f1.v"]`, "krak")
	shot(p, "filter-panel")
	chrome.Axe(t, p)
	p.Click(`#filter-panel .dialog-foot [name="do"]`)
	arrived(p, `location.search.includes("groups")`)
	wantQuery(t, p, `"any":true`, `"key":"city"`)
	arrived(p, `document.querySelectorAll(".chip:not(.is-open)").length === 2`)
	shot(p, "filter-group-chip")
	// Escape closes the panel and nothing changes.
	before := query(p)
	p.Click(`.filter-words a`)
	p.WaitFor(`document.querySelector("#filter-panel").open`)
	p.Press("Escape")
	p.WaitFor(`!document.querySelector("#filter-panel").open`)
	if query(p) != before {
		t.Error("Escape changed the query")
	}
}

// TestColumnsInBrowser chooses, orders, widens and sorts columns (R109, R110, R113).
func TestColumnsInBrowser(t *testing.T) {
	s := newSite(t, 120)
	english(t, s, "administrator")
	p := s.browser(t, "administrator", chrome.Options{Width: 1440, Height: 900, Language: "en"})
	p.Navigate("/clients")
	p.Click(`.filters-end a[href*="columns"]`)
	p.WaitFor(`document.querySelector("#filter-panel").open`)
	shot(p, "columns")
	chrome.Axe(t, p)
	p.Click(`#filter-panel [name="col"][value="created"]`)
	p.Click(`#filter-panel [name="col"][value="phone"]`)
	p.Click(`#filter-panel [data-item="advisor"] [data-move="up"]`) // before e-mail
	p.Fill(`#filter-panel [name="sort1"]`, "created")
	p.Fill(`#filter-panel [name="desc1"]`, "-")
	p.Click(`#filter-panel .dialog-foot [data-kind="primary"]`)
	arrived(p, `location.search.includes("cols=")`)
	wantQuery(t, p, "cols=name,advisor,email,branch,segment,city,created", "sort=name,-created")
	if heads := chrome.Eval[string](p, `[...document.querySelectorAll("thead .sort")].map(e => e.innerText.replace(/\s+/g, "")).join()`); !strings.Contains(heads, "1") || !strings.Contains(heads, "2") {
		t.Errorf("the heads don't number the sort: %s", heads)
	}
	p.Navigate("/clients") // remembered
	p.WaitFor(`document.querySelector('[data-resize="created"]') && !document.querySelector('[data-resize="phone"]')`)
	// Sorting: a click takes one column, with Shift another one besides.
	p.Click(`th a.sort[href*="sort=city"]`)
	arrived(p, `location.search === "?sort=city"`)
	chrome.Eval[bool](p, `(document.querySelector('th a.sort[href*="sort=name"]').dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, shiftKey: true})), true)`)
	arrived(p, `decodeURIComponent(location.search) === "?sort=city,name"`)
	// Width: by keyboard, by mouse, as wide as the content; the others stay.
	p.Navigate("/clients")
	width := func(key string) int {
		return int(chrome.Eval[float64](p, `document.querySelector('[data-resize="`+key+`"]').closest("th").getBoundingClientRect().width`))
	}
	other, was := width("city"), width("email")
	chrome.Eval[bool](p, `(document.querySelector('[data-resize="email"]').focus(), true)`)
	p.Press("Right")
	p.Press("Right")
	if got := width("email"); got < was+30 || got > was+34 {
		t.Errorf("two steps to the right make %d of %d", got, was)
	}
	if got := width("city"); got < other-1 || got > other+1 {
		t.Errorf("another column went from %d to %d", other, got)
	}
	// What is cut is told by pointing at it, and nothing else is.
	said := chrome.Eval[string](p, `(() => {
		const td = document.querySelector("tbody tr").cells[3], point = () => td.dispatchEvent(new PointerEvent("pointerover", {bubbles: true}));
		td.textContent = "somebody.with.a.very.long.name@departments.example.org"; point();
		const cut = td.title;
		td.textContent = "short"; point();
		return cut + "|" + td.title;
	})()`)
	if said != "somebody.with.a.very.long.name@departments.example.org|" {
		t.Errorf("a cut cell says %q", said)
	}
	chrome.Eval[bool](p, `(document.querySelector('[data-resize="email"]').dispatchEvent(new MouseEvent("dblclick", {bubbles: true})), true)`)
	p.WaitFor(`[...document.querySelectorAll("tbody tr")].every(tr => { const td = tr.cells[3]; return td.scrollWidth <= td.clientWidth })`)
	fit := width("email")
	p.WaitFor(`performance.getEntriesByType("resource").filter(e => e.name.endsWith("/clients/columns")).length >= 2`)
	p.Navigate("/clients")
	if got := width("email"); got < fit-1 || got > fit+1 {
		t.Errorf("the width was %d and came back as %d", fit, got)
	}
	p.Click(`.filters-end a[href*="columns"]`)
	p.WaitFor(`document.querySelector("#filter-panel").open`)
	p.Click(`#filter-panel [name="_reset"]`)
	arrived(p, `document.querySelector('[data-resize="phone"]') && location.search === ""`)
}

// TestTicksInBrowser ticks by mouse and by keyboard: a range, the page, all that match;
// ticks survive the next page (R119, R120).
func TestTicksInBrowser(t *testing.T) {
	s := newSite(t, 120)
	english(t, s, "administrator")
	p := s.browser(t, "administrator", chrome.Options{Width: 1440, Height: 900, Language: "en"})
	p.Navigate("/clients")
	count := func(want string) {
		t.Helper()
		p.WaitFor(`document.querySelector("[data-selected]").innerText === "` + want + `"`)
	}
	box := func(n string) string { return `tbody tr:nth-child(` + n + `) .tick` }
	p.Click(box("2"))
	count("1 selected")
	chrome.Eval[bool](p, `(document.querySelector("`+box("5")+`").dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, shiftKey: true})), true)`)
	count("4 selected")
	shot(p, "ticked")
	chrome.Axe(t, p)
	// By keyboard alone: down, tick, down twice, range.
	chrome.Eval[bool](p, `(document.querySelector("tbody tr:nth-child(6) .col-name a").focus(), true)`)
	p.Press("j")
	p.Press("x")
	count("5 selected")
	p.Press("j")
	p.Press("j")
	p.Press("X")
	count("7 selected")
	p.Press("Space")
	p.WaitFor(`document.querySelector("#peek > *")`)
	p.Press("Escape")
	p.WaitFor(`!document.querySelector("#peek > *")`)
	// The next page: what was ticked counts on, and is sent along.
	chrome.Eval[bool](p, `(location.assign(document.querySelector("[data-more]").href), true)`)
	arrived(p, `location.search.includes("cursor=")`)
	count("7 selected")
	if n := chrome.Eval[int](p, `document.querySelector("[data-elsewhere]").value.split(",").length`); n != 7 {
		t.Errorf("%d ticks of the other page are sent", n)
	}
	p.Click(`thead .tick-hit`)
	count("57 selected")
	p.Click(`[data-all-match]`)
	count("All 120 selected")
	if got := chrome.Eval[string](p, `new FormData(document.querySelector("#list-form")).get("all")`); got != "1" {
		t.Errorf("all that match isn't sent: %q", got)
	}
	p.Click(`[data-clear]`)
	p.WaitFor(`!document.querySelector(".selbar").checkVisibility()`)
	if got := chrome.Eval[bool](p, `new FormData(document.querySelector("#list-form")).has("all")`); got {
		t.Error("all is still sent")
	}
	// Another filter begins anew.
	p.Navigate("/clients")
	p.Click(box("1"))
	count("1 selected")
	p.Navigate("/clients?kind=personal")
	if chrome.Eval[bool](p, `document.querySelector(".selbar").checkVisibility()`) {
		t.Error("ticks of another query are kept")
	}
}
