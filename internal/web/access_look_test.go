package web_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/carnetcrm/carnet/internal/chrome"
)

// accessLooks are the pages of signing in, of one's account and of the
// administration.
var accessLooks = []struct{ name, path, role string }{
	{"sign-in", "/sign-in", ""},
	{"forgotten", "/forgotten", ""},
	{"account", "/account", "administrator"},
	{"password", "/account/password", "administrator"},
	{"security", "/account/security", "administrator"},
	{"sessions", "/account/sessions", "administrator"},
	{"tokens", "/account/tokens", "administrator"},
	{"confirm", "/confirm?next=%2Faccount", "administrator"},
	{"people", "/admin/people", "administrator"},
	{"invite", "/admin/people/new", "administrator"},
	{"person", "/admin/people/4", "administrator"},
	{"agency", "/admin/agency", "administrator"},
	{"branches", "/admin/branches", "administrator"},
	{"types", "/admin/types", "administrator"},
	{"tag", "/admin/tags/new", "administrator"},
	{"permissions", "/admin/permissions", "administrator"},
	{"signins", "/admin/signins", "administrator"},
}

// TestLookAccess opens them in both themes and widths, as TestLook does.
func TestLookAccess(t *testing.T) {
	s := newSite(t, 20)
	for _, width := range []int{1440, 390} {
		for _, dark := range []bool{false, true} {
			if dark && width < 1000 {
				continue // colours don't depend on the width
			}
			theme := map[bool]string{true: "dark", false: "light"}[dark]
			for _, role := range []string{"", "administrator"} {
				p := s.browser(t, role, chrome.Options{Width: width, Height: 900, Dark: dark, Language: "en"})
				for _, l := range accessLooks {
					if l.role == role {
						look(t, p, l.path, fmt.Sprintf("%s-%d-%s", l.name, width, theme))
					}
				}
			}
		}
	}
	empty := emptySite(t)
	for _, width := range []int{1440, 390} {
		p := empty.browser(t, "", chrome.Options{Width: width, Height: 900, Language: "en"})
		look(t, p, "/setup", fmt.Sprintf("setup-%d-light", width))
	}
}

// look opens a page, photographs it when CARNET_SHOTS names a folder, and checks
// that it fits and that axe has nothing to say.
func look(t *testing.T, p *chrome.Page, path, name string) {
	t.Run(name, func(t *testing.T) {
		p.Navigate(path)
		if shots := os.Getenv("CARNET_SHOTS"); shots != "" {
			p.Screenshot(filepath.Join(shots, name+".png"))
		}
		p.FitsWidth()
		chrome.Axe(t, p)
	})
}

// TestPasskeyInBrowser adds a passkey, signs out, and signs in with it alone, in a
// real browser with a virtual authenticator.
func TestPasskeyInBrowser(t *testing.T) {
	d := newDesk(t, true)
	p := chrome.New(t, d.named, chrome.Options{Width: 1280, Height: 900, Language: "en"})
	p.Passkey()
	p.Navigate("/sign-in?next=%2Faccount%2Fsecurity")
	p.Fill("E-mail", "ann@example.com")
	p.Fill("Password", secret)
	p.Follow("Sign in")
	p.Fill("#f-name", "Laptop")
	p.Follow("Add a passkey")
	p.WaitText("You see these codes only now")
	p.WaitText("Laptop")
	if status := chrome.Eval[int](p, "fetch('/sign-out', {method: 'POST'}).then(r => r.status)"); status != 200 {
		t.Fatalf("signing out answers %d", status)
	}
	p.Navigate("/account")
	p.Follow("Sign in with a passkey")
	p.WaitText("My account")
	p.WaitText("ann@example.com")
}
