package web_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/carnetcrm/carnet/internal/chrome"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/list"
)

// clients counts the clients of the agency.
func (s *site) clients(t testing.TB) (n int) {
	t.Helper()
	dbtest.View(t, s.db, s.agency.Actor(), func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = client.List.Count(ctx, tx, list.Query{}, 1000000)
		return err
	})
	return n
}

// english makes the pages of a tab English.
func english(t *testing.T, s *site, role string) {
	t.Helper()
	speak(t, s, s.client(t, role), "en")
}

// TestMovingIn does the main job in a browser: upload a list, look at what was
// recognised, let the dry run tell, import, undo.
func TestMovingIn(t *testing.T) {
	s := newSite(t, 5)
	english(t, s, "administrator")
	file := filepath.Join(t.TempDir(), "kunden.csv")
	text := "Nachname;Vorname;Telefon;E-Mail;Geburtsdatum\r\nMüller;Anna;+49 30 5550123;anna@example.de;12.08.1974\r\n" +
		"Żółć;Łukasz;601 000 111;lukasz@example.pl;0/0/00\r\n;;;;\r\n山田;太郎;;;29.02.1980\r\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := s.browser(t, "administrator", chrome.Options{Width: 1440, Height: 900})
	before := s.clients(t)
	p.Navigate("/imports/new")
	p.Upload("input[name=file]", file)
	p.Follow("Upload")
	p.WaitText("kunden.csv")
	if got := p.Value("Field for Nachname"); got != "traveler.family" {
		t.Errorf("Nachname goes to %q", got)
	}
	chrome.Axe(t, p)
	p.Follow("Check the file")
	p.WaitText("nothing has been written yet")
	chrome.Axe(t, p)
	if n := s.clients(t); n != before {
		t.Fatalf("the dry run wrote %d clients", n-before)
	}
	p.Follow("Import 3 clients")
	p.WaitText("See the clients")
	chrome.Axe(t, p)
	if n := s.clients(t); n != before+3 {
		t.Errorf("%d clients were created, want 3", n-before)
	}
	p.Click("Undo the import")
	p.Follow("dialog[open] button[data-kind=danger]")
	p.WaitText("Undone")
	if n := s.clients(t); n != before {
		t.Errorf("after the undo there are %d clients more", n-before)
	}
}

// TestSearchBox finds a client with the keyboard alone.
func TestSearchBox(t *testing.T) {
	s := newSite(t, 60)
	english(t, s, "administrator")
	p := s.browser(t, "administrator", chrome.Options{Width: 1440, Height: 900})
	p.Navigate("/")
	p.Press("/")
	p.Type("joanna kowalska")
	p.WaitFor(`[...document.querySelectorAll('[role=option]')].some(o => o.innerText.includes('Kowalska'))`)
	chrome.Axe(t, p)
	p.Press("Enter")
	p.WaitFor(`location.pathname.startsWith('/clients/')`)
	p.WaitText("Kowalska")
	for _, q := range []string{"600 100 200", "+48600100200", "zolc"} {
		p.Navigate("/clients")
		p.Press("Ctrl+k")
		p.Type(q)
		p.WaitFor(`[...document.querySelectorAll('[role=option]')].some(o => /Kowalska|Żółć/.test(o.innerText))`)
		if len(p.Violations()) > 0 {
			t.Errorf("%s: axe finds %v", q, p.Violations())
		}
	}
}

// TestFirstStart sets up an agency in a browser.
func TestFirstStartInBrowser(t *testing.T) {
	s := emptySite(t)
	p := chrome.New(t, s.URL, chrome.Options{Width: 1440, Height: 900, Language: "en"})
	p.Navigate("/")
	p.WaitText("Set up your agency")
	chrome.Axe(t, p)
	p.Fill("Name of the agency", "Azymut")
	p.Fill("Your name", "Ewa Kowalska")
	p.Fill("E-mail", "ewa@example.com")
	p.Fill("Password", pass)
	p.Follow("Create the agency")
	p.WaitText("Bring your clients in")
	chrome.Axe(t, p)
}
