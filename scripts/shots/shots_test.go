// Package shots takes the pictures of the documentation from a running demo:
//
//	carnet demo --listen 127.0.0.1:9000 &
//	CARNET_SHOTS=http://127.0.0.1:9000 go test ./scripts/shots
//
// It fails when a page that it needs isn't there or complains. Without the variable
// it is skipped.
package shots

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/carnetcrm/carnet/internal/chrome"
	"github.com/carnetcrm/carnet/internal/demo"
)

const (
	folder  = "../../docs/img"
	manager = "pawel.gorecki@example.com"
)

func TestMain(m *testing.M) { os.Exit(chrome.Main(m)) }

// site returns the address of the demo.
func site(t *testing.T) string {
	t.Helper()
	base := os.Getenv("CARNET_SHOTS")
	if base == "" {
		t.Skip("CARNET_SHOTS names no demo")
	}
	return base
}

// signIn opens the demo as somebody, in English.
func signIn(t *testing.T, email string, o chrome.Options) *chrome.Page {
	t.Helper()
	p := chrome.New(t, site(t), o)
	p.Navigate("/sign-in")
	p.Fill("E-mail", email)
	p.Fill("Password", demo.Password)
	p.Follow("main button[type=submit]")
	if !chrome.Eval[bool](p, `fetch("/display", {method: "POST", body: new URLSearchParams({lang: "en"})}).then(r => r.ok)`) {
		t.Fatal("the language could not be chosen")
	}
	p.Navigate("/")
	p.WaitText("Recent clients")
	return p
}

func shoot(p *chrome.Page, name string) { p.Screenshot(filepath.Join(folder, name+".png")) }

// open goes to the first result of a search.
func open(p *chrome.Page, query string) {
	p.Navigate("/search?q=" + query)
	p.Follow("main a[href^='/clients/']")
}

var desktop = chrome.Options{Width: 1280, Height: 800}

// TestDaily takes the pages of every day.
func TestDaily(t *testing.T) {
	p := signIn(t, manager, desktop)
	shoot(p, "start")
	p.Navigate("/clients")
	shoot(p, "clients")
	p.Press("/")
	p.Type("kowal")
	p.WaitText("Kowal")
	p.WaitFor(`document.querySelectorAll("[role=option]").length > 2`)
	shoot(p, "search")
	open(p, "zawadzki+tomasz")
	shoot(p, "client")
	p.Navigate("/clients/new")
	shoot(p, "new-client")
	p.Navigate("/trash")
	shoot(p, "trash")
}

// TestPhone takes a page as a phone shows it.
func TestPhone(t *testing.T) {
	p := signIn(t, manager, chrome.Options{Width: 390, Height: 760})
	open(p, "zawadzki+tomasz")
	p.FitsWidth()
	shoot(p, "phone")
}

// list is what an owner's spreadsheet looks like: a title line, two people in a cell, a
// date that isn't one, a line without a name.
const list = `Clients of the agency;;;;;;
Name;Phone;E-mail;Born;City;Tags;Notes
Anna Zielińska;601 555 010;a.zielinska@example.com;12.03.1980;Kraków;golf;aisle seat
Jan i Maria Kot;602 555 011;kot@example.com;0/0/00;Kraków;;anniversary in May
Krzysztof Wilk;603 555 012;k.wilk@example.com;5.11.1971;Tarnów;cruises;
;604 555 013;;;Nowy Sącz;;called in spring
Petra Lindqvist;+46 8 555 014;petra@example.org;30.09.1988;Stockholm;;
Anna Zielińska;601 555 010;a.zielinska@example.com;12.03.1980;Kraków;golf;
`

// TestImport takes every step of an import, and undoes it.
func TestImport(t *testing.T) {
	file := filepath.Join(t.TempDir(), "clients.csv")
	if err := os.WriteFile(file, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	p := signIn(t, manager, desktop)
	p.Navigate("/imports/new")
	p.Upload("main input[type=file]", file)
	shoot(p, "import-1-file")
	p.Follow("Upload")
	p.WaitText("Columns")
	shoot(p, "import-2-fields")
	p.Follow("Check the file")
	p.WaitText("nothing has been written yet")
	shoot(p, "import-3-check")
	p.Follow("main button[data-kind=primary]")
	p.WaitText("Undo the import")
	shoot(p, "import-4-done")
}
