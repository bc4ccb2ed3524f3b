package web_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/chrome"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// marks are the fields by which a form of preferences says what it was made from.
func (b *browser) marks() (out []string) {
	for _, m := range regexp.MustCompile(`name="(\w+\.version)" value="(\w+)"`).FindAllStringSubmatch(b.body, -1) {
		out = append(out, m[1], m[2])
	}
	return out
}

// taste reads the values of a field as the administrator sees them.
func taste(t *testing.T, d *desk, id int64, field string) string {
	t.Helper()
	var out []string
	dbtest.View(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		prefs, err := traveler.Preferences(ctx, tx, id)
		for _, p := range prefs {
			if p.Field == field {
				out = append(out, strings.TrimSpace(fmt.Sprint(p.Code+p.Text, " ", p.Degree)))
			}
		}
		return err
	})
	return strings.Join(out, ", ")
}

// TestPreferences fills in categories as the page without script does, on the page of a
// client with one traveler and on that of the traveler; somebody who saves first isn't
// overwritten; the timeline tells it by field.
func TestPreferences(t *testing.T) {
	d := newDesk(t, true)
	n := aClient(t, d, "Kowalska", "Joanna", "601 234 567")
	id := n.Travelers[0].ID
	page, side := fmt.Sprintf("/clients/%d", n.Client.ID), fmt.Sprintf("/travelers/%d", id)
	en := i18n.For("en")
	ann, ada := d.as("ann"), d.as("ada")
	ann.get(page).want(200, page, `id="preferences"`, `href="`+page+`?edit=preferences-hotel#preferences"`)
	ann.get(page+"?edit=preferences-hotel").want(200, page+"?edit=preferences-hotel", `name="bed" value="KING"`, `name="_tick.bed"`, "Marriott", "Kowalska/Joanna")
	ann.post(page+"/preferences", append(ann.marks(), "_row", "hotel", "_tick.bed", "1", "bed", "KING", "bed", "HYPOALLERGENIC", "_tick.hotel_chain", "1", "hotel_chain", "Marriott", "hotel_chain", "RIU",
		"hotel_chain_avoid", "IBEROSTAR", "_tick.hotel_note", "1", "hotel_note", "away from the disco")...).
		want(200, page, "King-size bed", "Hypoallergenic bedding", "Marriott", "Hotel chains: avoids", "Iberostar", "away from the disco", en.T("history.preference.edit"))
	if got := taste(t, d, id, "hotel_chain"); got != "MARRIOTT like, RIU like, IBEROSTAR avoid" {
		t.Errorf("chains are %s", got)
	}
	ann.get(side+"?edit=preferences-diet").want(200, "", `name="diet[0].code"`)
	ann.post(side+"/preferences", append(ann.marks(), "_row", "diet", "_tick.diet", "1", "diet[0].code", "NUTS", "diet[0].degree", "anaphylaxis", "diet[0].note", "carries a pen",
		"diet[1].code", "", "diet[1].degree", "preference", "diet[2].code", "VEGAN", "diet[2].degree", "preference")...).
		want(200, side, "No nuts: anaphylaxis (carries a pen)", "Vegan")
	ann.get(side + "?edit=preferences-interests")
	ann.post(side+"/preferences", append(ann.marks(), "_row", "interests", "_tick.destination", "1", "destination[0].code", "JP", "destination[0].text", "Hokkaido", "destination[0].degree", "wish", "destination[0].number", "2027",
		"_tick.trips_per_year", "1", "trips_per_year", "4", "_tick.budget", "1", "budget", "D", "_tick.activity", "1", "activity", "DIVING,Wine", "activity_avoid", "CASINO")...).
		want(200, side, "Hokkaido, Japan 2027", "Diving", "Wine", "Casino", "2000–4000")
	// What is wrong is told at its field, and what was typed is kept.
	ann.get(side + "?edit=preferences-interests")
	ann.post(side+"/preferences", append(ann.marks(), "_row", "interests", "_tick.trips_per_year", "1", "trips_per_year", "often", "_tick.activity", "1", "activity", "knitting")...).
		want(422, side+"/preferences", `value="often"`, "knitting", en.T("error.number"),
			`href="#e-preferences-interests-trips_per_year">`+en.T("preference.field.trips_per_year")+`</a>`, `id="e-preferences-interests-trips_per_year"`)
	ann.post(side+"/preferences", append(ann.marks(), "_row", "interests", "_tick.activity", "1", "activity", "knitting")...).
		want(422, "", `href="#e-preferences-interests-activity">`+en.T("preference.field.activity")+`</a>`, `id="e-preferences-interests-activity"`)
	ann.get(side + "?edit=preferences-diet")
	ann.post(side+"/preferences", append(ann.marks(), "_row", "diet", "_tick.diet", "1", "diet[0].code", "STONES", "diet[0].degree", "preference")...).
		want(422, "", `href="#e-preferences-diet-diet-0-code">`+en.T("preference.field.diet")+`</a>`, `id="e-preferences-diet-diet-0-code"`)
	ann.post(side+"/preferences", "_row", "nothing").want(404, "")
	// Ada saves the bed while ann's form is open.
	ann.get(page + "?edit=preferences-hotel")
	old := ann.marks()
	ada.get(side + "?edit=preferences-hotel")
	ada.post(side+"/preferences", append(ada.marks(), "_row", "hotel", "_tick.bed", "1", "bed", "TWIN")...).want(200, side, "Twin beds")
	ann.post(page+"/preferences", append(old, "_row", "hotel", "_tick.bed", "1", "bed", "QUEEN", "_tick.board", "1", "board", "HB")...).
		want(409, page+"/preferences", "Queen-size bed", "Twin beds", `name="choose.bed"`, "Saved by ada")
	if got := taste(t, d, id, "bed"); got != "TWIN" {
		t.Errorf("the bed is %s", got)
	}
	fresh := ann.marks()
	ann.post(page+"/preferences", append(fresh, "_row", "hotel", "_tick.bed", "1", "bed", "QUEEN", "_tick.board", "1", "board", "HB", "choose.bed", "theirs")...).want(200, page, "Half board")
	if got := taste(t, d, id, "bed") + taste(t, d, id, "board"); got != "TWINHB" {
		t.Errorf("bed and board are %s", got)
	}
	ann.get(side).want(200, side, "<del>", "Twin beds")
	// In another language, and for who only reads.
	eva := d.as("eva")
	eva.get(side).want(200, side, "Twin beds")
	if strings.Contains(eva.body, "edit=preferences") {
		t.Error("the auditor is offered to edit")
	}
	eva.post(side+"/preferences", "_row", "hotel", "_tick.bed", "1").want(403, "")
	d.as("zoe").get(side).want(404, "")
}

// TestMemberships keeps loyalty programmes, special dates and emergency contacts.
func TestMemberships(t *testing.T) {
	d := newDesk(t, true)
	n := aClient(t, d, "Kowalska", "Joanna", "601 234 567")
	page, side := fmt.Sprintf("/clients/%d", n.Client.ID), fmt.Sprintf("/travelers/%d", n.Travelers[0].ID)
	en := i18n.For("en")
	ann := d.as("ann")
	ann.get(page+"?edit=loyalty-new").want(200, "", "Miles &amp; More", `name="programme"`)
	ann.post(page+"/loyalty", "programme", "", "number", "").want(422, page+"/loyalty", en.T("error.required"))
	ann.post(page+"/loyalty", "programme", "miles & more", "number", "992000000000001", "tier", "Senator", "tier_until", "28.2.2030", "expires", "1.1.2020", "pin", "zq4711", "_tick.is_default", "1", "is_default", "1").
		want(200, page, "Miles &amp; More", "992000000000001", "Senator", en.T("loyalty.default"), "expired 1 Jan 2020", "••••")
	if strings.Contains(ann.body, "zq4711") {
		t.Error("the page holds the PIN")
	}
	ann.post(side+"/loyalty", "programme", "Klub Gościa", "kind", "hotel", "number", "77").want(200, side, "Klub Gościa", "77")
	ann.get(side+"?edit=loyalty-new").want(200, "", `value="Klub Gościa"`) // R036
	row := regexp.MustCompile(`id="loyalty-row-(\d+)"`).FindAllStringSubmatch(ann.get(side).body, -1)
	if len(row) != 2 {
		t.Fatalf("%d memberships", len(row))
	}
	one := "/loyalty/" + row[0][1]
	ann.get(side+"?edit=loyalty-"+row[0][1]).want(200, "", `value="992000000000001"`, `2020"`)
	ann.post(side+one, "version", "1", "programme", "Miles & More", "number", "123", "tier", "", "pin", "", "expires", "").
		want(200, side, "123", en.T("loyalty.unusual", "Name", "Miles &amp; More"), "••••") // an empty PIN keeps the old one
	ann.post(page+one, "version", "1", "number", "124").want(409, page+one, "123", "124", `name="choose.number"`)
	ann.post(side+one, "version", "2", "pin_drop", "1").want(200, side)
	if strings.Contains(ann.body, "••••") {
		t.Error("the PIN is still there")
	}
	d.as("bob").post(side+one, "version", "3", "number", "1").want(404, "")
	ann.post(page+one+"/delete", "version", "3").want(200, page)
	if strings.Contains(ann.body, `id="loyalty-row-`+row[0][1]+`"`) {
		t.Error("the membership is still there")
	}

	ann.get(page+"?edit=dates-new").want(200, "", `value="WEDDING"`)
	ann.post(page+"/special-dates", "type", "WEDDING", "date", "whenever", "remind_days", "x").want(422, page+"/special-dates", `value="whenever"`, `value="x"`)
	ann.post(page+"/special-dates", "type", "WEDDING", "date", "12.6.2001", "remind_days", "180", "_tick.yearly", "1", "yearly", "1").want(200, page, "Wedding anniversary", "12 Jun 2001", "reminder 180 days before")
	ann.post(side+"/special-dates/1", "version", "1", "date", "--06-13", "note", "with the parents").want(200, side, "13 Jun", "with the parents")
	ann.post(page+"/special-dates/1/delete", "version", "2").want(200, page, en.T("history.special_date.delete"), en.T("special_date.none"))

	ann.post(page+"/emergency-contacts", "name", "Jan Kowalski", "phone", "").want(422, page+"/emergency-contacts", `value="Jan Kowalski"`, en.T("preference.error.reach"))
	ann.post(page+"/emergency-contacts", "name", "Jan Kowalski", "relation", "father", "phone", "+48 600 100 200").want(200, page, "Jan Kowalski", "father", "tel:+48600100200")
	ann.post(side+"/emergency-contacts/1", "version", "1", "email", "jan@example.com").want(200, side, "mailto:jan@example.com")
	ann.post(side+"/emergency-contacts/1/delete", "version", "2").want(200, side, en.T("emergency_contact.none"))
}

// TestOptionPages: who keeps the lists switches values off, names them, adds some and
// puts them in order; somebody who saved meanwhile is pointed out.
func TestOptionPages(t *testing.T) {
	d := newDesk(t, true)
	max, ann := d.as("max"), d.as("ann")
	ann.get("/admin/options").want(403, "")
	max.get("/admin/options").want(200, "/admin/options", "Board", "5 values", "Hotel chains")
	max.get("/admin/options/nothing").want(404, "")
	max.get("/admin/options/board").want(200, "/admin/options/board", "Half board", `name="on.HB"`)
	form := []string{"version", "0"}
	for i, code := range []string{"RO", "BB", "HB", "FB", "AI"} {
		form = append(form, "code", code, "label."+code, map[string]string{"RO": "Room only", "BB": "Bed and breakfast", "HB": "Two meals", "FB": "Full board", "AI": "All inclusive"}[code], "at."+code, fmt.Sprint(5-i))
		if code != "RO" {
			form = append(form, "on."+code, "1")
		}
	}
	max.post("/admin/options/board", append(form, "new", "a, b")...).want(422, "/admin/options/board", `value="a, b"`)
	max.post("/admin/options/board", append(form, "new", "full BOARD")...).want(422, "/admin/options/board", i18n.For("en").T("option.error.twin"))
	max.post("/admin/options/board", append(form, "new", "Ultra all inclusive")...).want(200, "/admin/options/board", "ULTRA_ALL_INCLUSIVE", "Two meals")
	if !regexp.MustCompile(`(?s)value="AI".*value="FB".*value="HB".*value="BB".*value="RO".*value="ULTRA`).MatchString(max.body) {
		t.Error("the order isn't that of the numbers")
	}
	max.post("/admin/options/board", form...).want(409, "/admin/options/board", "in the meantime")
	max.get("/admin/options").want(200, "/admin/options", "1 switched off", "1 of your own")
	n := aClient(t, d, "Kowalska", "Joanna", "")
	ann.get(fmt.Sprintf("/clients/%d?edit=preferences-hotel", n.Client.ID)).want(200, "", "Two meals", "Ultra all inclusive")
	if strings.Contains(ann.body, `name="board" value="RO"`) {
		t.Error("a value that is off is offered")
	}
	max.post("/admin/programmes/new", "name", "Klub Gościa", "kind", "hotel", "pattern", "(").want(422, "/admin/programmes/new", `value="("`)
	max.post("/admin/programmes/new", "name", "Klub Gościa", "kind", "hotel", "_tick.active", "1", "active", "1").want(200, "/admin/programmes", "Klub Gościa")
}

// TestTasteInBrowser: a category is filled in by keyboard alone, and the focus comes
// back to where it was.
func TestTasteInBrowser(t *testing.T) {
	s := newSite(t, 12)
	p := s.browser(t, "administrator", chrome.Options{Width: 1440, Height: 1000, Language: "en"})
	p.Navigate("/account")
	chrome.Eval[bool](p, `fetch("/display", {method: "POST", body: new URLSearchParams({lang: "en", back: "/"})}).then(r => r.ok)`)
	p.Navigate("/travelers/3?edit=preferences-flight")
	chrome.Eval[bool](p, `(document.querySelector('form#preferences c-tokens[data-name="seat"] > input').focus(), true)`)
	p.Type("window")
	p.WaitFor(`document.querySelector('form#preferences input[name="seat"][value="WINDOW"]')`)
	chrome.Eval[bool](p, `(document.querySelector('form#preferences [name="upgrade"]').focus(), true)`)
	p.Press("Space")
	chrome.Axe(t, p)
	p.Press("Ctrl+s")
	p.WaitFor(`!document.querySelector("form#preferences") && document.querySelector("#preferences").innerText.includes("Window")`)
	p.WaitFor(`document.activeElement.closest("#preferences .taste-head")`)
	p.WaitFor(`document.querySelector("#history").innerText.includes("Seat")`)
	p.Press("Enter")
	p.WaitFor(`document.querySelector("form#preferences")`)
	p.Click(`form#preferences [data-cancel]`)
	p.WaitFor(`!document.querySelector("form#preferences") && document.activeElement.closest("#preferences .taste-head")`)
	p.Click(`#loyalty .card-head a`)
	p.WaitFor(`document.activeElement.name === "programme"`)
	chrome.Axe(t, p)
	p.Fill(`[name="programme"]`, "Flying Blue")
	p.Fill(`#loyalty [name="number"]`, "1234567890")
	p.Press("Ctrl+s")
	p.WaitFor(`document.querySelector("#loyalty").innerText.includes("1234567890")`)
	p.WaitFor(`document.activeElement.closest("#loyalty .card-head")`)
}
