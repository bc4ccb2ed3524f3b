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

// secretDesk is somebody at the keyboard before a masked passport number.
type secretDesk struct {
	*chrome.Page
	t *testing.T
}

const (
	hiddenNumber = "ED7654321"
	theEye       = `document.querySelector('#documents c-reveal a[data-reveal]:not([href*="do=copy"])')`
	theCopier    = `document.querySelector('#documents c-reveal a[data-reveal][href*="do=copy"]')`
)

// masked holds that the page shows the mask, and that nothing of the number is in it.
func (p secretDesk) masked() {
	p.t.Helper()
	p.WaitFor(`document.querySelector("#documents c-reveal .secret-mask")?.checkVisibility() === true`)
	src := chrome.Eval[string](p.Page, `document.documentElement.outerHTML + JSON.stringify(history.state) + location.href`)
	if strings.Contains(src, hiddenNumber[:6]) {
		p.t.Error("the number stands in the page")
	}
}

func (p secretDesk) enter(el string) {
	p.t.Helper()
	chrome.Eval[bool](p.Page, el+`.focus() ?? true`)
	p.Press("Enter")
}

// ask presses a button of the mask: the reason has the focus then.
func (p secretDesk) ask(el string) {
	p.t.Helper()
	p.enter(el)
	p.WaitFor(`document.activeElement?.name === "reason"`)
}

// say gives the first reason.
func (p secretDesk) say() {
	p.t.Helper()
	p.Press("Down")
	p.WaitFor(`document.activeElement.value !== ""`)
	p.Press("Tab", "Tab", "Enter")
}

// beforeSecret signs in, leaves time for the proof to get stale, and gives it anew when
// the secret asks for it.
func beforeSecret(t *testing.T) (secretDesk, string) {
	t.Helper()
	d := newDesk(t, true)
	n := aClient(t, d, "Kowalska", "Joanna", "600 100 209")
	own := fmt.Sprintf("/travelers/%d", n.Travelers[0].Traveler.ID)
	d.as("ann").post(own+"/documents/passport", "country", "PL", "number", hiddenNumber, "expires", "1.1.2035").want(200, own)
	p := secretDesk{chrome.New(t, d.srv.URL, chrome.Options{Width: 1440, Height: 900, Language: "en"}), t}
	p.Navigate("/sign-in?next=" + own)
	p.Fill("E-mail", "ann@example.com")
	p.Fill("Password", secret)
	p.Press("Enter")
	p.WaitText("•••• 4321")
	now := time.Now
	d.DB.Now = func() time.Time { return now().Add(6 * time.Minute) }
	p.masked()
	p.enter(theEye)
	p.WaitText("Confirm that it’s you")
	p.Fill("Password", secret)
	p.Press("Enter")
	p.WaitFor(`location.pathname !== "/confirm"`)
	p.Navigate(own)
	chrome.Eval[bool](p.Page, hurried)
	p.masked()
	return p, own
}

// TestRevealByKeyboard goes the way of a secret with the keyboard alone: masked, nothing
// of it in the page, asked for proof and reason, shown, hidden by Escape, by itself and on
// leaving; copied without being shown.
func TestRevealByKeyboard(t *testing.T) {
	p, own := beforeSecret(t)
	p.ask(theEye)
	p.Press("Tab", "Tab", "Enter") // without a reason nothing is shown
	p.WaitFor(`document.activeElement?.matches('#documents [name="reason"]:invalid')`)
	p.Press("Escape")
	p.masked()
	if !chrome.Eval[bool](p.Page, "document.activeElement === "+theEye) {
		t.Error("Escape loses the focus")
	}
	p.ask(theEye)
	chrome.Axe(t, p.Page)
	p.say()
	p.WaitText(hiddenNumber)
	chrome.Axe(t, p.Page)
	if !chrome.Eval[bool](p.Page, `document.activeElement.matches("[data-mask]")`) {
		t.Error("the focus isn't on the button that hides")
	}
	shown(p.Page, "reveal-shown")
	p.Press("Enter")
	p.masked()
	// It hides by itself.
	chrome.Eval[int](p.Page, "window.soon = 400")
	p.ask(theEye)
	p.say()
	p.WaitText(hiddenNumber)
	p.WaitNoText(hiddenNumber)
	p.masked()
	// Copied, it is never shown, and the clipboard is emptied.
	p.ask(theCopier)
	p.say()
	p.WaitFor(`window.copies.length === 2`)
	if got := chrome.Eval[[]string](p.Page, "window.copies"); got[0] != hiddenNumber || got[1] != "" {
		t.Errorf("copied %q", got)
	}
	p.masked()
	// Who leaves and comes back finds the mask.
	chrome.Eval[int](p.Page, "window.soon = 30000")
	p.ask(theEye)
	p.say()
	p.WaitText(hiddenNumber)
	p.Navigate("/clients")
	p.Back()
	p.WaitText("•••• 4321")
	p.masked()
	// Every look is written down.
	p.Navigate(own + "/reveals")
	if rows := chrome.Eval[int](p.Page, `document.querySelectorAll("#looks tbody tr").length`); rows != 4 {
		t.Errorf("%d looks are written down, not 4", rows)
	}
}
