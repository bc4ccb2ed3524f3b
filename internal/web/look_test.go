package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/chrome"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/demo"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/i18n"
)

// looks are the pages that are looked at: by axe in both themes and both widths,
// by a test for raw keys in every language, and by people when CARNET_SHOTS names
// a folder for pictures. Role "" is a stranger.
var looks = []struct{ name, path, role string }{
	{"start", "/", "agent"},
	{"clients", "/clients", "administrator"},
	{"clients-peek", "/clients?peek=3", "administrator"},
	{"clients-filter", "/clients?kind=personal&name=kow", "administrator"},
	{"clients-none", "/clients?name=qqqq", "administrator"},
	{"clients-area", `/clients?where={"filters":[{"key":"traveler","op":"has","where":[{"key":"nationality","op":"contains","values":["PL"]},{"key":"birth_date","op":"before","values":["1960-01-01"]}]}],"groups":[{"any":true,"filters":[{"key":"status","op":"any","values":["active"]},{"key":"created","op":"last","values":["30"]}]}]}`, "administrator"},
	{"clients-all", "/clients?all=1&view=0&cols=name,status,created&sort=status,-created", "administrator"},
	{"clients-filter-menu", "/clients/filter", "agent"},
	{"clients-filter-text", "/clients/filter?field=name", "agent"},
	{"clients-filter-field", "/clients/filter?field=created", "agent"},
	{"clients-filter-area", "/clients/filter?field=traveler&f0.key=traveler&f0.op=least&f0.n=2&f0.w0.key=birth_date&f0.w0.op=between&f0.w0.v=1.1.1950", "agent"},
	{"clients-filter-panel", `/clients/filter?panel=1&base=name%3Da%26where%3D{"groups":[{"any":true,"filters":[{"key":"status","op":"any","values":["active"]},{"key":"anniversary","op":"inmonth","values":["6"]}]}]}`, "administrator"},
	{"clients-share", "/shares", "agent"},
	{"clients-share-all", "/shares", "administrator"},
	{"clients-columns", "/clients/columns", "agent"},
	{"travelers", "/travelers", "administrator"},
	{"print", "/clients/print?kind=personal&sort=-created", "administrator"}, // the first export of the log
	{"export", "/clients/export?kind=personal&name=a", "administrator"},
	{"export-travelers", "/travelers/export", "manager"},
	{"export-secrets", "/travelers/export/secrets", "manager"},
	{"exports", "/exports", "administrator"},
	{"export-one", "/exports/1", "administrator"},
	{"search", "/search?q=kowalska", "administrator"},
	{"trash", "/trash", "administrator"},
	{"missing", "/clients/999999", "agent"},
	{"client", "/clients/8", "administrator"},
	{"client-seen-by", "/clients/8?seers=1", "administrator"},
	{"client-brim", "/clients/12", "administrator"},
	{"client-family", "/clients/4", "administrator"},
	{"client-read-only", "/clients/8", "auditor"},
	{"client-new", "/clients/new", "agent"},
	{"client-new-company", "/clients/new?kind=corporate", "administrator"},
	{"traveler", "/travelers/8", "administrator"},
	{"taste", "/travelers/1", "administrator"},
	{"taste-hotel", "/travelers/1?edit=preferences-hotel", "administrator"},
	{"taste-diet", "/travelers/3?edit=preferences-diet", "administrator"},
	{"taste-interests", "/travelers/1?edit=preferences-interests", "administrator"},
	{"loyalty-new", "/travelers/1?edit=loyalty-new#loyalty", "administrator"},
	{"dates-new", "/travelers/1?edit=dates-new#dates", "administrator"},
	{"emergency-new", "/travelers/2?edit=emergency-new#emergency", "administrator"},
	{"taste-filter", "/travelers/filter?field=preference&f0.key=preference&f0.op=has&f0.w0.key=bed&f0.w0.op=any&f0.w0.v=KING", "agent"},
	{"card-new", "/travelers/8?edit=cards-new", "administrator"},
	{"links-fill", "/travelers/8?edit=links-fill#links", "administrator"},
	{"medical", "/travelers/8/medical/reveal", "administrator"},
	{"payment", "/clients/8?edit=payment", "administrator"},
	{"reveal", "/reveal?kind=payment_card&id=1&column=number&back=/travelers/8", "administrator"},
	{"reveals", "/travelers/8/reveals", "administrator"},
	{"admin-reveals", "/admin/reveals", "administrator"},
	{"traveler-new", "/travelers/new", "agent"},
	{"documents", "/travelers/6", "administrator"},
	{"documents-new", "/travelers/6?edit=documents-passport-new", "administrator"},
	{"documents-visa", "/travelers/6?edit=documents-visa-new", "administrator"},
	{"documents-check", "/travelers/6?check=1&date=1.1.2032&country=TH#documents", "administrator"},
	{"documents-check-wrong", "/clients/8?check=1&date=soon#documents", "administrator"},
	{"admin-countries", "/admin/countries", "administrator"},
	{"admin-country-new", "/admin/countries/new", "administrator"},
	{"files-add", "/clients/1?edit=files-new", "administrator"},
	{"files-link", "/clients/4?edit=files-link", "administrator"},
	{"documents", "/documents", "administrator"},
	{"file-pdf", "/files/3", "administrator"},
	{"file-image", "/files/6", "administrator"},
	{"files", "/clients/1", "administrator"},
	{"activities", "/activities", "administrator"},
	{"activities-client", "/activities?client=8&sort=type", "administrator"},
	{"activity-new", "/clients/8/activities/new", "administrator"},
	{"activity", "/activities/1", "administrator"},
	{"client-events", "/clients/8?show=events#history", "administrator"},
	{"relations", "/travelers/5", "administrator"},
	{"relations-edit", "/travelers/5?edit=relations#relations", "administrator"},
	{"admin-relations", "/admin/relations", "administrator"},
	{"admin-relation-new", "/admin/relations/new", "manager"},
	{"sign-in", "/sign-in", ""},
	{"forgotten", "/forgotten", ""},
	{"confirm", "/confirm?next=/account/security", "agent"},
	{"account", "/account", "agent"},
	{"account-password", "/account/password", "agent"},
	{"account-security", "/account/security", "agent"},
	{"account-sessions", "/account/sessions", "agent"},
	{"account-tokens", "/account/tokens", "agent"},
	{"admin-agency", "/admin/agency", "administrator"},
	{"admin-permissions", "/admin/permissions", "administrator"},
	{"admin-people", "/admin/people", "administrator"},
	{"admin-person", "/admin/people/3", "administrator"},
	{"admin-invite", "/admin/people/new", "administrator"},
	{"admin-branches", "/admin/branches", "administrator"},
	{"admin-departments", "/admin/departments", "administrator"},
	{"admin-types", "/admin/types", "administrator"},
	{"admin-tags", "/admin/tags", "administrator"},
	{"admin-tag-new", "/admin/tags/new", "administrator"},
	{"admin-interests", "/admin/interests", "administrator"},
	{"admin-interest-new", "/admin/interests/new", "manager"},
	{"admin-tags-import", "/admin/tags/import", "administrator"},
	{"admin-affiliations", "/admin/affiliations", "administrator"},
	{"admin-affiliation", "/admin/affiliations/1", "manager"},
	{"marketing", "/clients/2#marketing", "administrator"},
	{"marketing-all", "/clients/2?codes=all#marketing", "administrator"},
	{"marketing-edit", "/clients/2?edit=marketing#marketing", "administrator"},
	{"marketing-filter", "/clients/filter?field=marketing&f0.key=marketing&f0.op=has&f0.w0.key=state&f0.w0.op=any&f0.w0.v=wishes", "administrator"},
	{"admin-options", "/admin/options", "administrator"},
	{"admin-option-list", "/admin/options/board", "administrator"},
	{"admin-programmes", "/admin/programmes", "administrator"},
	{"admin-programme-new", "/admin/programmes/new", "administrator"},
	{"admin-templates", "/admin/templates", "administrator"},
	{"admin-template-new", "/admin/templates/new", "administrator"},
	{"admin-fields", "/admin/fields", "administrator"},
	{"admin-field", "/admin/fields/2", "administrator"},
	{"client-own-fields", "/clients/4?edit=fields#fields", "administrator"},
	{"clients-own-fields", "/clients?view=0&field_membership=GOLD&cols=name,field_membership,phone&sort=-field_membership,name", "administrator"},
	{"admin-signins", "/admin/signins", "administrator"},
	{"imports", "/imports", "administrator"},
	{"imports-new", "/imports/new", "administrator"},
	{"modify", "/clients/modify?ids=3,4,5", "administrator"},
	{"modify-value", "/clients/modify?ids=3,4,5&act_field=tag", "administrator"},
	{"modify-look", "/clients/modify?all=1&kind=personal&act_field=classification&act_value=prospect&act_step=look", "administrator"},
	{"modify-refused", "/clients/modify?all=1&act_field=advisor&act_value=2&act_step=look", "agent"},
	{"remove", "/clients/remove?ids=3,4,5", "administrator"},
	{"travelers-modify", "/travelers/modify?ids=3,4&act_field=nationality", "administrator"},
	{"views", "/views", "administrator"},
	{"views-agent", "/views", "agent"},
	{"view", "/views/1", "administrator"},
	{"view-agent", "/views/1", "agent"},
	{"clients-view", "/clients?view=1", "agent"},
	{"lists", "/lists", "administrator"},
	{"lists-auditor", "/lists", "auditor"},
	{"list", "/lists/1", "administrator"},
	{"list-living", "/lists/2", "agent"},
	{"list-new", "/lists/new", "administrator"},
	{"acts", "/acts", "administrator"},
	{"act-done", "/acts/1", "administrator"},
	{"act-undone", "/acts/2?rows=kept", "administrator"},
}

// furnish puts something into the trash, so that no page is empty by chance.
func furnish(t *testing.T, s *site) {
	t.Helper()
	actSome(t, s)
	keep(t, s)
	if err := demo.Tastes(t.Context(), s.db, s.agency); err != nil {
		t.Fatal(err)
	}
	if err := demo.Marketing(t.Context(), s.db, s.agency); err != nil {
		t.Fatal(err)
	}
	if err := demo.Documents(t.Context(), s.db, s.agency); err != nil {
		t.Fatal(err)
	}
	if err := demo.Files(t.Context(), s.db, s.store); err != nil {
		t.Fatal(err)
	}
	fillToTheBrim(t, s)
	dbtest.Update(t, s.db, s.agency.Actor(), func(ctx context.Context, tx *db.Tx) error {
		for _, id := range []int64{20, 21} {
			if err := flow.TrashClient(ctx, tx, id, 0); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestLook opens every page in both themes and widths: no axe violation, nothing
// wider than the screen, no error in the console.
func TestLook(t *testing.T) {
	if testing.Short() {
		t.Skip("opens every page in a browser")
	}
	s := newSite(t, 300)
	furnish(t, s)
	for _, width := range []int{1440, 390} {
		t.Run(strconv.Itoa(width), func(t *testing.T) {
			t.Parallel()
			lookAtAll(t, s, width)
		})
	}
	empty := emptySite(t)
	for _, width := range []int{1440, 390} {
		t.Run(fmt.Sprintf("setup-%d", width), func(t *testing.T) {
			p := empty.browser(t, "", chrome.Options{Width: width, Height: 900, Language: "en"})
			p.Navigate("/setup")
			looked(t, p, fmt.Sprintf("setup-%d", width))
		})
	}
}

// lookAtAll opens every page in a window of that width.
func lookAtAll(t *testing.T, s *site, width int) {
	pages := map[string]*chrome.Page{}
	for _, l := range looks {
		if pages[l.role] == nil {
			pages[l.role] = s.browser(t, l.role, chrome.Options{Width: width, Height: map[int]int{1440: 900, 390: 844}[width], Language: "en"})
		}
		p := pages[l.role]
		name := fmt.Sprintf("%s-%d", l.name, width)
		t.Run(name, func(t *testing.T) {
			p.Navigate(l.path)
			if l.name != "missing" && p.Status() != http.StatusOK {
				t.Fatalf("%s answers %d", l.path, p.Status())
			}
			looked(t, p, name)
		})
	}
}

// looked holds that the open page fits its screen and satisfies axe in both themes,
// and keeps pictures of it when CARNET_SHOTS names a folder. Only colours change with
// the theme, and only they are asked for twice.
func looked(t *testing.T, p *chrome.Page, name string) {
	t.Helper()
	shots := os.Getenv("CARNET_SHOTS")
	shot := func(theme string) {
		if shots != "" {
			p.Screenshot(filepath.Join(shots, name+"-"+theme+".png"))
		}
	}
	shot("light")
	p.FitsWidth()
	chrome.Axe(t, p)
	p.Theme(true)
	defer p.Theme(false)
	shot("dark")
	p.FitsWidth()
	chrome.AxeColours(t, p)
}

// shownKey is a translation key that a page shows instead of its text.
var shownKey = regexp.MustCompile(`[>"](?:[a-z][a-z_]*\.){1,4}[a-z_]+[<"]`)

// innocent are texts of that form that are no keys: files, addresses, names.
var innocent = regexp.MustCompile(`\.(com|org|net|example|pl|js|css|svg|csv|xlsx|vcf|id)[<"]|name="|href="|src="|op\.|data-`)

// TestEveryLanguage renders every page in every language: no key shown raw, no
// placeholder left open.
func TestEveryLanguage(t *testing.T) {
	s := newSite(t, 60)
	furnish(t, s)
	for _, lang := range i18n.Langs {
		clients := map[string]*http.Client{}
		for _, l := range looks {
			if clients[l.role] == nil {
				clients[l.role] = s.client(t, l.role)
				speak(t, s, clients[l.role], lang)
			}
			req, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+l.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Accept-Language", lang)
			res, err := clients[l.role].Do(req)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil {
				t.Fatal(err)
			}
			html := string(raw)
			if !strings.Contains(html, `lang="`+lang+`"`) {
				t.Errorf("%s in %s: status %d, not in that language", l.path, lang, res.StatusCode)
			}
			if strings.Contains(html, "{{") || strings.Contains(html, "%!") || strings.Contains(html, "&lt;no value") {
				t.Errorf("%s in %s leaves a placeholder open", l.path, lang)
			}
			for _, m := range shownKey.FindAllStringIndex(html, -1) {
				around := html[max(0, m[0]-8):m[1]]
				if !innocent.MatchString(around) && !strings.Contains(around, "@") && i18n.For("en").Has(strings.Trim(html[m[0]:m[1]], `<>"`)) {
					t.Errorf("%s in %s shows a key: %s", l.path, lang, around)
				}
			}
		}
	}
}

// speak sets the language of a person, or of a stranger's browser.
func speak(t *testing.T, s *site, c *http.Client, lang string) {
	t.Helper()
	res, err := c.PostForm(s.URL+"/display", map[string][]string{"lang": {lang}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("setting the language answers %d", res.StatusCode)
	}
}

// TestFits opens every page in every language on a phone: nothing is wider than
// the screen, whatever the words are.
func TestFits(t *testing.T) {
	if testing.Short() {
		t.Skip("opens every page in a browser")
	}
	for _, lang := range i18n.Langs {
		if lang == "en" {
			continue // TestLook holds it
		}
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, 60) // of its own: people have one language
			furnish(t, s)
			fitAll(t, s, lang)
		})
	}
}

// fitAll opens every page on a phone in that language.
func fitAll(t *testing.T, s *site, lang string) {
	pages := map[string]*chrome.Page{}
	for _, l := range looks {
		if pages[l.role] == nil {
			if l.role != "" {
				speak(t, s, s.client(t, l.role), lang)
			}
			pages[l.role] = s.browser(t, l.role, chrome.Options{Width: 390, Height: 844, Language: lang})
		}
		p := pages[l.role]
		t.Run(l.name+"-"+lang, func(t *testing.T) {
			p.Navigate(l.path)
			if shots := os.Getenv("CARNET_SHOTS"); shots != "" {
				p.Screenshot(filepath.Join(shots, "fits-"+l.name+"-"+lang+".png"))
			}
			p.FitsWidth()
		})
	}
}
