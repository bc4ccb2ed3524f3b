package web_test

import (
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/chrome"
)

// TestBackInBrowser: "Back" leads through the steps of what is done to several records,
// and past the deed itself. The answer to a form couldn't be shown again: the browser
// would only offer to send the form once more.
func TestBackInBrowser(t *testing.T) {
	s := newSite(t, 20)
	english(t, s, "administrator")
	p := s.browser(t, "administrator", chrome.Options{Width: 1440, Height: 900, Language: "en"})
	tick := func() {
		t.Helper()
		p.Navigate("/clients")
		p.Check(`tbody tr:nth-child(1) .tick`, true) // it may be remembered
		p.Check(`tbody tr:nth-child(2) .tick`, true)
	}
	press := func(button, there string) {
		t.Helper()
		p.Click(button)
		arrived(p, there)
	}
	back := func(text string) {
		t.Helper()
		p.Back()
		if got := p.Text(); !strings.Contains(got, text) {
			t.Errorf("going back leads to %s without %q: %.300s", p.Path(), text, got)
		}
	}
	tick()
	press(`.selbar [formaction="/clients/modify"]`, `document.querySelector('[name="act_field"][value="status"]')`)
	press(`[name="act_field"][value="status"]`, `document.querySelector('select[name="act_value"]')`)
	p.Fill(`[name="act_value"]`, "inactive")
	press(`.savebar [type="submit"]`, `document.querySelector("#preview")`)
	back("Change 2 clients")
	if !chrome.Eval[bool](p, `!!document.querySelector('select[name="act_value"]')`) {
		t.Error("back from the preview isn't the value")
	}
	back("What do you want to change?")
	back("Clients")
	if at := p.Path(); at != "/clients" {
		t.Errorf("back from the first step is %s", at)
	}
	// The way out: a file is chosen, a list is asked for, a view gets a name.
	tick()
	press(`.selbar [formaction="/clients/export"]`, `document.querySelector(".export-form")`)
	p.Navigate("/exports")
	back("2 rows")
	tick()
	press(`.selbar [formaction="/lists/add"]`, `document.querySelector("#add-new")`)
	p.Fill(`#add-new [name="l_name"]`, "Letters")
	press(`#add-new [type="submit"]`, `location.pathname === "/lists/1"`)
	back("2 clients")
	p.Navigate("/clients?kind=personal")
	press(`button[formaction="/views/new"].tab`, `document.querySelector('[name="v_name"]')`)
	p.Fill(`[name="v_name"]`, "Persons")
	press(`.savebar [type="submit"]`, `location.search.startsWith("?view=")`)
	back("New view")
	press(`.savebar a`, `location.pathname === "/clients"`)
	// The deed: what is gone can't be looked at again, and says so.
	tick()
	press(`.selbar [formaction="/clients/remove"]`, `document.querySelector("#preview")`)
	press(`[name="act_step"][value="do"]`, `!document.querySelector("#preview")`)
	p.Allow("422")
	back("You can’t see any of these records any more")
	back("Clients")
}
