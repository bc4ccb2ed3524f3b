package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/chrome"
)

// TestPasteLines: machine-readable lines that are pasted into a form fill it, though
// something was typed before; nobody is asked whether to leave. They stand in letters of
// one width, as they are printed.
func TestPasteLines(t *testing.T) {
	s := newSite(t, 5)
	english(t, s, "agent")
	clientID, _ := s.ofAgent(t, "agent")
	p := s.browser(t, "agent", chrome.Options{Width: 1440, Height: 900, Language: "en"})
	visa := "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"
	for kind, lines := range map[string]string{"passport": specimen, "visa": visa} {
		number := map[string]string{"passport": "L898902C3", "visa": "L8988901C"}[kind]
		p.Navigate(fmt.Sprintf("/clients/%d?edit=documents-%s-new", clientID, kind))
		chrome.Eval[bool](p, `(asked = "", confirm = (text) => (asked = text, false), true)`)
		p.Fill(`#documents [name="mrz"]`, lines)
		p.Press("Ctrl+a", "Ctrl+x")
		p.Fill(`#documents [name="number"]`, "AB 123")
		if font := chrome.Eval[string](p, `getComputedStyle(document.querySelector('#documents [name="mrz"]')).fontFamily`); !strings.Contains(font, "mono") {
			t.Errorf("%s: the lines stand in %s", kind, font)
		}
		chrome.Eval[bool](p, `(document.querySelector('#documents [name="mrz"]').focus(), true)`)
		p.Press("Ctrl+v")
		p.WaitFor(`asked || document.querySelector('#documents [name="number"]')?.value === "` + number + `"`)
		if text := chrome.Eval[string](p, `asked`); text != "" {
			t.Errorf("%s: pasting asks %q", kind, text)
		}
	}
}

// TestCheckOpens: the questions of the check for a trip come when it is opened, by keyboard,
// too, which stays where it was; they are answered without leaving the page.
func TestCheckOpens(t *testing.T) {
	s := newSite(t, 5)
	english(t, s, "agent")
	clientID, _ := s.ofAgent(t, "agent")
	p := s.browser(t, "agent", chrome.Options{Width: 1440, Height: 900, Language: "en"})
	p.Navigate(fmt.Sprintf("/clients/%d", clientID))
	if n := chrome.Eval[int](p, `document.querySelectorAll("#documents-check option").length`); n > 0 {
		t.Errorf("%d countries before anybody asked", n)
	}
	chrome.Eval[bool](p, `(document.querySelector("#documents-check-head").focus(), true)`)
	p.Press("Enter")
	p.WaitFor(`document.querySelectorAll("#check-country option").length > 200`)
	p.WaitFor(`document.activeElement.id === "documents-check-head" && document.querySelector("#documents-check").open`)
	p.Fill("#check-date", "1/2/2031")
	p.Press("Enter")
	p.WaitFor(`document.querySelector("#check-date").value.includes("2031") && document.querySelector("#documents-check [role=status]").innerText.trim() !== ""`)
	p.WaitFor(`document.activeElement.closest("#documents-check")`)
	if got, want := p.Path(), fmt.Sprintf("/clients/%d", clientID); got != want {
		t.Errorf("the page is %s, want %s", got, want)
	}
	chrome.Eval[bool](p, `(document.querySelector("#documents-check-head").focus(), true)`)
	p.Press("Enter")
	p.WaitFor(`!document.querySelector("#documents-check").open`)
}
