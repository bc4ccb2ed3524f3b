package web_test

import (
	"testing"

	"github.com/carnetcrm/carnet/internal/chrome"
)

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
	p.WaitText("These codes are shown only once")
	p.WaitText("Laptop")
	if status := chrome.Eval[int](p, "fetch('/sign-out', {method: 'POST'}).then(r => r.status)"); status != 200 {
		t.Fatalf("signing out answers %d", status)
	}
	p.Navigate("/account")
	p.Follow("Sign in with a passkey")
	p.WaitText("My account")
	p.WaitText("ann@example.com")
}
