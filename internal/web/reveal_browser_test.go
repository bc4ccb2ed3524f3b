package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/chrome"
)

// hurried makes half a minute a moment, and keeps what is copied: a browser of a test has
// no clipboard of its own.
const hurried = `(() => {
	const wait = window.setTimeout.bind(window);
	window.setTimeout = (f, ms, ...a) => wait(f, ms >= 30000 ? window.soon ?? ms : ms, ...a);
	window.copies = [];
	Object.defineProperty(navigator.clipboard, "writeText", {value: async s => { window.copies.push(s); }});
	return true;
})()`

// TestRevealByKeyboard goes the way of a secret with the keyboard alone: masked, nothing
// of it in the page, asked for proof and reason, shown, hidden by Escape, by itself and on
// leaving; copied without being shown.
func TestRevealByKeyboard(t *testing.T) {
	const number = "ED7654321"
	d := newDesk(t, true)
	n := aClient(t, d, "Kowalska", "Joanna", "600 100 209")
	own := fmt.Sprintf("/travelers/%d", n.Travelers[0].Traveler.ID)
	d.as("ann").post(own+"/documents/passport", "country", "PL", "number", number, "expires", "1.1.2035").want(200, own)

	p := chrome.New(t, d.srv.URL, chrome.Options{Width: 1440, Height: 900, Language: "en"})
	p.Navigate("/sign-in?next=" + own)
	p.Fill("E-mail", "ann@example.com")
	p.Fill("Password", secret)
	p.Press("Enter")
	p.WaitText("•••• 4321")
	now := time.Now
	d.DB.Now = func() time.Time { return now().Add(6 * time.Minute) } // the proof of signing in is stale
	masked := func() {
		t.Helper()
		p.WaitFor(`document.querySelector("#documents c-reveal .secret-mask")?.checkVisibility() === true`)
		if src := chrome.Eval[string](p, `document.documentElement.outerHTML + JSON.stringify(history.state) + location.href`); strings.Contains(src, number) || strings.Contains(src, number[:6]) {
			t.Error("the number stands in the page")
		}
	}
	eye := `document.querySelector('#documents c-reveal a[data-reveal]:not([href*="do=copy"])')`
	focusOn := func(el string) { chrome.Eval[bool](p, el+`.focus() ?? true`) }
	masked()
	focusOn(eye)
	p.Press("Enter")
	p.WaitText("Confirm that it’s you")
	p.Fill("Password", secret)
	p.Press("Enter")
	p.WaitFor(`location.pathname === "/reveal" || location.pathname === "` + own + `"`)
	p.Navigate(own)
	chrome.Eval[bool](p, hurried)
	masked()

	ask := func(el string) { // the reason has the focus; without one nothing is shown
		t.Helper()
		focusOn(el)
		p.Press("Enter")
		p.WaitFor(`document.activeElement?.name === "reason"`)
	}
	say := func() {
		t.Helper()
		p.Press("Down")
		p.WaitFor(`document.activeElement.value !== ""`)
		p.Press("Tab", "Tab", "Enter")
	}
	ask(eye)
	p.Press("Tab", "Tab", "Enter")
	p.WaitFor(`document.activeElement?.matches('#documents [name="reason"]:invalid')`)
	p.Press("Escape") // no: not now
	masked()
	if !chrome.Eval[bool](p, "document.activeElement === "+eye) {
		t.Error("Escape loses the focus")
	}
	ask(eye)
	chrome.Axe(t, p)
	say()
	p.WaitText(number)
	chrome.Axe(t, p)
	if !chrome.Eval[bool](p, `document.activeElement.matches("[data-mask]")`) {
		t.Error("the focus isn't on the button that hides")
	}
	shown(p, "reveal-shown")
	p.Press("Enter")
	masked()
	// It hides by itself.
	chrome.Eval[int](p, "window.soon = 400")
	ask(eye)
	say()
	p.WaitText(number)
	p.WaitNoText(number)
	masked()
	// Copied, it is never shown, and the clipboard is emptied.
	ask(`document.querySelector('#documents c-reveal a[data-reveal][href*="do=copy"]')`)
	say()
	p.WaitFor(`window.copies.length === 2`)
	if got := chrome.Eval[[]string](p, "window.copies"); got[0] != number || got[1] != "" {
		t.Errorf("copied %q", got)
	}
	masked()
	// Who leaves and comes back finds the mask.
	chrome.Eval[int](p, "window.soon = 30000")
	ask(eye)
	say()
	p.WaitText(number)
	p.Navigate("/clients")
	p.Back()
	p.WaitText("•••• 4321")
	masked()
	// Every look is written down.
	p.Navigate(own + "/reveals")
	if rows := chrome.Eval[int](p, `document.querySelectorAll("#looks tbody tr").length`); rows != 4 {
		t.Errorf("%d looks are written down, not 4", rows)
	}
}
