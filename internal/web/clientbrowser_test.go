package web_test

import (
	"testing"

	"github.com/carnetcrm/carnet/internal/chrome"
)

// TestRecordInBrowser edits cards in a real browser: a card is swapped and saved in
// place, the head and the timeline follow, look-alikes appear while typing, and a
// conflict shows both values without leaving the page.
func TestRecordInBrowser(t *testing.T) {
	s := newSite(t, 12)
	o := chrome.Options{Width: 1440, Height: 1000, Language: "en"}
	p, q := s.browser(t, "administrator", o), s.browser(t, "manager", o)
	p.Navigate("/account")
	chrome.Eval[bool](p, `fetch("/display", {method: "POST", body: new URLSearchParams({lang: "en", back: "/"})}).then(r => r.ok)`)
	p.Navigate("/clients/3")
	p.Click(`[data-edit-card="data"]`)
	p.WaitFor(`document.activeElement.name === "name"`)
	chrome.Axe(t, p)
	p.Fill(`form#data [name="name"]`, "Orzechowska/Wanda")
	p.WaitText("1 unsaved change")
	p.Press("Ctrl+s")
	p.WaitFor(`!document.querySelector("form#data")`)
	p.WaitFor(`document.querySelector("h1").innerText.includes("Orzechowska")`)
	p.WaitFor(`document.querySelector("#history").innerText.includes("Orzechowska/Wanda")`)
	if at := p.Path(); at != "/clients/3" {
		t.Errorf("saving a card led to %s", at)
	}
	// A second person saves first: both values, my choice, nothing lost.
	p.Click(`[data-edit-card="notes"]`)
	p.WaitFor(`document.querySelector("form#notes")`)
	q.Navigate("/clients/3?edit=notes")
	q.Fill(`form#notes [name="memo"]`, "theirs")
	q.Press("Ctrl+s")
	q.WaitFor(`!document.querySelector("form#notes")`)
	p.Fill(`form#notes [name="memo"]`, "mine")
	p.Allow("409")
	p.Press("Ctrl+s")
	p.WaitFor(`document.querySelector('form#notes [name="choose.memo"]')`)
	chrome.Axe(t, p)
	p.Press("Ctrl+s")
	p.WaitFor(`!document.querySelector("form#notes") && document.querySelector("#notes").innerText.includes("mine")`)
	// A contact is added on its own; cancelling brings the card back.
	p.Click(`#contact .card-head a`)
	p.WaitFor(`document.querySelector("#comm-new form")`)
	p.Click(`#comm-new [data-cancel]`)
	p.WaitFor(`!document.querySelector("#comm-new")`)
	// The country of an address changes what is asked for, without saving.
	p.Click(`[data-edit-card="addresses"]`)
	p.WaitFor(`document.querySelector("form#addresses")`)
	p.Fill(`[name="physical.country"]`, "US")
	p.WaitFor(`document.querySelector("form#addresses").innerText.includes("State")`)
	// Look-alikes appear while typing.
	p.Navigate("/clients/new")
	p.Fill(`[name="t.family"]`, "Orzechowska")
	p.Fill(`[name="t.given"]`, "Wanda")
	p.WaitFor(`document.querySelector("#dupes a[href='/clients/3']")`)
	chrome.Axe(t, p)
	chrome.Eval[bool](p, `(document.querySelector('input[name=kind][value=corporate]').click(), true)`)
	p.WaitFor(`document.querySelector('[name="travel_policy"]')`)
}
