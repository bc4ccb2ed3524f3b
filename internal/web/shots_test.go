package web_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/chrome"
	"github.com/carnetcrm/carnet/internal/i18n"
)

// states are what a page looks like after somebody did something: a card in edit,
// a menu that is open, a form that was refused. The script runs in the page.
var states = []struct{ name, path, role, script string }{
	{"edit-data", "/clients/8?edit=data", "administrator", ""},
	{"edit-personal", "/clients/8?edit=personal", "administrator", ""},
	{"edit-work", "/clients/8?edit=work", "administrator", ""},
	{"edit-notes", "/clients/8?edit=notes", "administrator", ""},
	{"edit-tags", "/clients/8?edit=tags", "administrator", ""},
	{"edit-ids", "/clients/8?edit=ids", "administrator", ""},
	{"edit-agency", "/clients/8?edit=agency", "administrator", ""},
	{"edit-sharing", "/clients/8?edit=sharing-new", "administrator", ""},
	{"edit-contact", "/clients/8?edit=contact-new", "administrator", ""},
	{"edit-addresses", "/clients/8?edit=addresses", "administrator", ""},
	{"edit-travelers", "/clients/4?edit=travelers", "administrator", ""},
	{"edit-link", "/clients/4?edit=travelers-new", "administrator", ""},
	{"open-more", "/clients/8", "administrator", `document.querySelector(".record-head [popovertarget]")?.click()`},
	{"open-user", "/", "administrator", `document.querySelector("[popovertarget=user-menu]").click()`},
	{"open-new", "/", "administrator", `document.querySelector(".bar [popovertarget]:not([popovertarget=user-menu])")?.click()`},
	{"open-nav", "/", "administrator", `document.querySelector("[popovertarget=more]")?.click()`},
	{"open-filter", "/clients", "administrator", `document.querySelector("[popovertarget=add-filter]")?.click()`},
	{"open-palette", "/", "administrator", `(document.dispatchEvent(new Event("carnet:search")), document.getElementById("palette-q").value = "kowal", document.getElementById("palette-q").dispatchEvent(new Event("input", {bubbles: true})))`},
	{"open-keys", "/clients", "administrator", `document.getElementById("shortcuts").showModal()`},
	{"ticked", "/clients", "administrator", `document.querySelectorAll("tbody .tick").forEach((b, i) => i < 3 && b.click())`},
	{"refused-client", "/clients/new", "administrator", `setTimeout(() => { const f = document.querySelector("form.form-page, main form[method=post]"); f.noValidate = true; f.requestSubmit() })`},
	{"refused-person", "/admin/people/new", "administrator", `setTimeout(() => { const f = document.querySelector("main form[method=post]"); f.querySelector("[name=email]").value = "x"; f.noValidate = true; f.requestSubmit() })`},
	{"twins", "/clients/new", "administrator", `{ const f = document.querySelector('[name="t.family"]'), g = document.querySelector('[name="t.given"]'); f.value = "Kowalska"; g.value = "Joanna"; f.dispatchEvent(new Event("input", {bubbles: true})); g.dispatchEvent(new Event("input", {bubbles: true})); g.dispatchEvent(new Event("change", {bubbles: true})) }`},
	{"totp", "/account/security", "administrator", `setTimeout(() => document.querySelector("[name=act][value=totp]").closest("form").requestSubmit())`},
	{"token-made", "/account/tokens", "administrator", `setTimeout(() => { const f = document.querySelector('main form[action="/account/tokens"]') ?? document.querySelector("main form"); f.querySelector("[name=name]").value = "www"; f.requestSubmit() })`},
	{"import-map", "/imports/1", "administrator", ""},
	{"import-checked", "/imports/2", "administrator", ""},
	{"import-done", "/imports/3", "administrator", ""},
	{"imports-filled", "/imports", "administrator", ""},
	{"start-admin", "/", "administrator", ""},
	{"wrong", "/sign-in", "", `setTimeout(() => { const f = document.querySelector("form[method=post]"); f.querySelector("[name=email]").value = "a@example.com"; f.querySelector("[name=password]").value = "wrong wrong"; f.requestSubmit() })`},
}

// TestShots photographs every page, in every state, language, theme and width, for
// people to look at: CARNET_SHOTS names the folder. CARNET_SHOTS_LANGS ("pl,de"),
// CARNET_SHOTS_SHAPES ("1440-light") and CARNET_SHOTS_ONLY (a regular expression of
// names) ask for less.
func TestShots(t *testing.T) {
	folder := os.Getenv("CARNET_SHOTS")
	if folder == "" {
		t.Skip("CARNET_SHOTS names no folder for pictures")
	}
	only := regexp.MustCompile(os.Getenv("CARNET_SHOTS_ONLY"))
	langs := strings.Split(cmp.Or(os.Getenv("CARNET_SHOTS_LANGS"), strings.Join(i18n.Langs, ",")), ",")
	shapes := strings.Split(cmp.Or(os.Getenv("CARNET_SHOTS_SHAPES"), "1440-light,1440-dark,390-light,390-dark"), ",")
	s, all := newSite(t, 300), states
	furnish(t, s)
	importSome(t, s)
	for _, l := range looks {
		all = append(all, struct{ name, path, role, script string }{l.name, l.path, l.role, ""})
	}
	empty := emptySite(t)
	for _, lang := range langs {
		for _, role := range []string{"agent", "manager", "administrator", "auditor"} {
			speak(t, s, s.client(t, role), lang)
		}
		for _, shape := range shapes {
			o := chrome.Options{Width: 1440, Height: 900, Language: lang, Dark: strings.HasSuffix(shape, "dark")}
			if strings.HasPrefix(shape, "390") {
				o.Width, o.Height = 390, 844
			}
			file := func(name string) string {
				return filepath.Join(folder, fmt.Sprintf("%s-%s-%s.png", name, lang, shape))
			}
			if only.MatchString("setup") {
				p := empty.browser(t, "", o)
				p.Navigate("/setup")
				p.FullScreenshot(file("setup"))
			}
			pages := map[string]*chrome.Page{}
			for _, l := range all {
				if !only.MatchString(l.name) {
					continue
				}
				if pages[l.role] == nil {
					pages[l.role] = s.browser(t, l.role, o)
					pages[l.role].Allow("4[0-9][0-9]|beforeunload")
				}
				photograph(pages[l.role], l.path, l.script, file(l.name))
			}
		}
	}
}

// photograph opens a page, runs a script in it and takes its picture: in full
// length, unless something floats over it.
func photograph(p *chrome.Page, path, script, file string) {
	p.Navigate(path)
	if script != "" {
		chrome.Eval[bool](p, "(() => { "+script+"; return true })()")
		time.Sleep(1500 * time.Millisecond) // a request, the hash of a password
		p.WaitFor(`document.body && document.readyState === "complete"`)
	} else {
		p.FitsWidth()
	}
	if strings.HasPrefix(filepath.Base(file), "open-") {
		p.Screenshot(file)
		return
	}
	p.FullScreenshot(file)
}

// importSome leaves three imports: one to be mapped, one that was checked, one that
// ran with errors.
func importSome(t *testing.T, s *site) {
	english(t, s, "administrator")
	p := s.browser(t, "administrator", chrome.Options{Width: 1440, Height: 900})
	text := "Nachname;Vorname;Telefon;E-Mail;Geburtsdatum;Bemerkung;Zuletzt\r\nMüller;Anna;+49 30 5550123;anna@example.de;12.08.1974;Gangplatz;x\r\n" +
		"Żółć;Łukasz;601 000 111;lukasz@example.pl;0/0/00;;y\r\n;;;;31.02.2030;;\r\n山田;太郎;;;29.02.1980;;\r\nMüller;Anna;1,2E+10;anna@example;12.08.2074;;z\r\n"
	for i, name := range []string{"kunden.csv", "stammkunden-2024.csv", "Kundenliste Filiale Gdańsk (alt).csv"} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(text, "Anna", "Anna"+strings.Repeat("a", i))), 0o600); err != nil {
			t.Fatal(err)
		}
		p.Navigate("/imports/new")
		p.Upload("input[name=file]", file)
		p.Follow("Upload")
		p.WaitText(name)
		if i > 0 {
			p.Follow("Check the file")
			p.WaitText("nothing has been written yet")
		}
		if i > 1 {
			p.Follow("main button[data-kind=primary]")
			p.WaitText("See the clients")
		}
	}
}
