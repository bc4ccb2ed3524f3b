package web_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/tag"
)

func lacks(t *testing.T, b *browser, text string) {
	t.Helper()
	if strings.Contains(b.body, text) {
		t.Errorf("%s has %q", b.at, text)
	}
}

// TestMarketingSection: without an affiliation there is no section; a member's clients
// have one, which shows the chosen codes or all, and stores what was changed in it
// alone, without script (R082-R086).
func TestMarketingSection(t *testing.T) {
	d := newDesk(t, true)
	n := aClient(t, d, "Kowalska", "Joanna", "600 100 200")
	page := fmt.Sprintf("/clients/%d", n.Client.ID)
	lacks(t, d.as("ann").get(page).want(200, page), `id="marketing"`)
	// Nor can one filter by codes that there aren't: in the menu, the panel, and of a
	// traveler's clients; an address that names them goes on to work.
	menus := []string{"/clients/filter", "/clients/filter?panel=1", "/travelers/filter?field=client&f0.key=client&f0.op=has&f0.w0.key=kind"}
	for _, menu := range menus {
		lacks(t, d.as("ann").get(menu).want(200, "", `value="kind"`), `value="marketing"`)
	}
	named := "/clients/filter?field=marketing&f0.key=marketing&f0.op=has"
	d.as("ann").get(named).want(200, "", "Marketing code")
	d.as("ann").get("/admin/affiliations").want(403, "")

	var got tag.Imported
	codes := map[string]string{}
	dbtest.Update(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) (err error) {
		got, err = tag.ImportAffiliation(ctx, tx, strings.NewReader(string(tag.Example)))
		if err != nil {
			return err
		}
		list, err := tag.Codes(ctx, tx, got.ID)
		for _, c := range list {
			codes[c.Code] = fmt.Sprintf("m%d", c.ID)
		}
		return err
	})
	ann := d.as("ann").get(page).want(200, page, `id="marketing"`, "No marketing code chosen yet", "codes=all")
	lacks(t, ann, "Ocean cruises")
	for _, menu := range menus {
		d.as("ann").get(menu).want(200, "", `value="marketing"`)
	}
	ann.get(page+"?card=marketing&codes=all").want(200, "", "Ocean cruises", "Only through the advisor")
	ann.get(page+"?edit=marketing").want(200, "", "Ocean cruises", "Wish for the next 12 months")
	ann.post(page+"/marketing", "affiliation", fmt.Sprint(got.ID), codes["CR-OCEAN"], "wishes", "_was."+codes["CR-OCEAN"], "",
		"_tick."+codes["P-EMAIL"], "1", codes["P-EMAIL"], "1", "_was."+codes["P-EMAIL"], "").want(200, page, "Ocean cruises", "Wish for the next 12 months", "May be written to by e-mail")
	// What the form doesn't change stays, though a colleague has changed it meanwhile.
	ann.post(page+"/marketing", "affiliation", fmt.Sprint(got.ID), codes["AC-GOLF"], "done", "_was."+codes["AC-GOLF"], "",
		codes["CR-OCEAN"], "", "_was."+codes["CR-OCEAN"], "").want(200, page, "Ocean cruises", "Golf", "Has done it")
	ann.post(page+"/marketing", "affiliation", fmt.Sprint(got.ID), codes["CR-OCEAN"], "given", "_was."+codes["CR-OCEAN"], "wishes").want(422, "")
	d.as("bob").post(page+"/marketing", "affiliation", fmt.Sprint(got.ID)).want(404, "")

	ada := d.as("ada").get("/admin/affiliations").want(200, "", "Example Consortium", "24 codes")
	one := fmt.Sprintf("/admin/affiliations/%d", got.ID)
	ada.get(one).want(200, "", "CR-OCEAN")
	ada.post(one, "_tick.member", "1", "version", "0").want(200, "/admin/affiliations", "Not a member")
	lacks(t, d.as("ann").get(page).want(200, page), `id="marketing"`)
}

// TestTagScreens: one screen for each kind of tag, and a file for all of them.
func TestTagScreens(t *testing.T) {
	d := newDesk(t, true)
	ada := d.as("ada")
	ada.post("/admin/interests/new", "name", "Golf", "kind", "interest").want(200, "/admin/interests", "Golf")
	lacks(t, ada.get("/admin/tags").want(200, ""), "Golf")
	ada.get("/admin/tags/export").want(200, "", `"kind": "interest"`, "Golf")
	ada.get("/admin/tags/import").want(200, "", `type="file"`)
	n := aClient(t, d, "Kowalska", "Joanna", "600 100 200")
	page := fmt.Sprintf("/clients/%d", n.Client.ID)
	d.as("ann").post(page+"/tags", "tags", "Golf").want(200, page, "Interests", "Golf")
}
