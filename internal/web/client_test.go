package web_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// aClient enters a person with a phone as ann's client.
func aClient(t *testing.T, d *desk, family, given, phone string) *flow.NewClient {
	t.Helper()
	n := &flow.NewClient{Travelers: []flow.NewTraveler{{Traveler: traveler.Traveler{Family: family, Given: given}}}}
	if phone != "" {
		n.Travelers[0].Communications = []contact.Communication{{Type: "phone", Value: phone}}
	}
	dbtest.Update(t, d.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) })
	return n
}

// stored reads a client as the administrator sees it.
func stored(t *testing.T, d *desk, id int64) client.Client {
	t.Helper()
	var c client.Client
	dbtest.View(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error { return record.Get(ctx, tx, &c, id) })
	return c
}

var atClient = regexp.MustCompile(`^/clients/(\d+)$`)

// created returns the id of the client whose page the browser stands on.
func (b *browser) created() (id int64) {
	b.d.t.Helper()
	m := atClient.FindStringSubmatch(b.at)
	if m == nil {
		b.d.t.Fatalf("no client was created: %s\n%s", b.at, b.problems())
	}
	fmt.Sscan(m[1], &id)
	return id
}

// problems are the messages beside the fields.
func (b *browser) problems() string {
	return strings.Join(regexp.MustCompile(`(?s)class="field-error".*?</span></span>`).FindAllString(b.body, -1), "\n")
}

// version finds the version that a card sends along.
func (b *browser) version(card string) string {
	b.d.t.Helper()
	_, rest, ok := strings.Cut(b.body, `id="`+card+`"`)
	m := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(rest)
	if !ok || m == nil {
		b.d.t.Fatalf("%s has no card %s in its edit state", b.at, card)
	}
	return m[1]
}

// TestNewClient creates a family with all that belongs to it in one step.
func TestNewClient(t *testing.T) {
	d := newDesk(t, true)
	ann := d.as("ann").get("/clients/new").want(200, "/clients/new", "t.family", "communications[0].value")
	ann.post("/clients", "kind", "personal", "t.family", "Żółć", "t.given", "Łukasz", "t.birth_date", "12.3.80", "t.nationality", "PL,DE",
		"communications[0].type", "phone", "communications[0].value", "600 100 200", "communications[0].permit_marketing", "1",
		"communications[2].type", "email", "communications[2].value", "Lukasz@Example.pl",
		"others[3].family", "Żółć", "others[3].given", "Ola", "others[3].role", "daughter",
		"physical.country", "PL", "physical.street", "ul. Długa 1", "physical.postal_code", "31-038", "physical.city", "Kraków",
		"segment", "regular", "owner_kind", "agent", "remarks", "Window seats", "ids[0].system", "Amadeus", "ids[0].value", "K1")
	id := ann.created()
	ann.want(200, "", "Żółć", "Łukasz", "+48600100200", "600 100 200", "Ola", "ul. Długa 1", "Window seats", "has been created")
	c := stored(t, d, id)
	if c.Name != "Żółć/Łukasz" || c.Segment != "regular" || int64(c.AdvisorID) != d.Users["ann"].ID || c.Code == "" || c.Phone != "+48600100200" || c.City != "Kraków" {
		t.Errorf("stored %+v", c)
	}
	dbtest.View(t, d.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		links, err := client.Links(ctx, tx, id)
		if err != nil || len(links) != 2 || !links[0].Primary || links[1].Role != "daughter" {
			t.Errorf("links %+v, %v", links, err)
			return err
		}
		var p traveler.Traveler
		if err := record.Get(ctx, tx, &p, links[0].TravelerID); err != nil || p.BirthDate != "1980-03-12" || p.Nationality != "PL,DE" {
			t.Errorf("traveler %+v, %v", p, err)
		}
		comms, err := contact.Of(ctx, tx, record.Ref{Kind: "traveler", ID: p.ID})
		if err != nil || len(comms) != 2 || !comms[0].PermitMarketing || comms[1].Norm != "lukasz@example.pl" {
			t.Errorf("reached by %+v, %v", comms, err)
		}
		return nil
	})
}

// TestNewClientErrors says everything that is wrong at once and keeps what was
// typed.
func TestNewClientErrors(t *testing.T) {
	d := newDesk(t, true)
	ann := d.as("ann").post("/clients", "kind", "personal", "t.given", "", "t.birth_date", "32.13.1980", "name", "Trip of <friends>",
		"communications[4].type", "email", "communications[4].value", "anna@nowhere", "anniversary", "someday",
		"others[1].family", "Nowak", "others[1].birth_date", "31.2.2001", "memo", "  keep me")
	ann.want(422, "/clients", "Trip of &lt;friends&gt;", "32.13.1980", "anna@nowhere", "someday", "31.2.2001", "keep me",
		`name="communications[0].value"`, `name="others[0].birth_date"`)
	for _, key := range []string{"traveler.error.name", "error.email", "error.date"} {
		if text := i18n.For("en").T(key); !strings.Contains(ann.body, strings.ReplaceAll(text, "’", "’")) {
			t.Errorf("the form doesn't say %q", text)
		}
	}
	if n := strings.Count(ann.body, `aria-invalid="true"`); n != 5 {
		t.Errorf("%d fields are marked, want 5:\n%s", n, ann.problems())
	}
	// R095: what belongs to the agency needs an advisor and a source.
	ann.post("/clients", "kind", "personal", "t.family", "Lis", "owner_kind", "agency", "advisor_id", "", "source_medium", "", "source_detail", "").want(422, "/clients")
	if n := strings.Count(ann.body, i18n.For("en").T("error.required")); n < 3 {
		t.Errorf("the source is asked for %d times", n)
	}
	// A company has a travel policy, a person hasn't (R007); a taken code is said (R010).
	ann.post("/clients", "kind", "corporate", "name", "Orbita sp. z o.o.", "travel_policy", "Economy only", "code", "ORB1").want(200, "", "Economy only")
	ann.created()
	ann.post("/clients", "kind", "personal", "t.family", "Orban", "code", "orb1").want(409, "/clients", i18n.For("en").T("error.taken"))
	// A row more without script loses nothing.
	ann.post("/clients", "kind", "personal", "t.family", "Lis", "_add", "others").want(200, "/clients", `value="Lis"`, `name="others[0].family"`)
}

// TestDuplicates points out look-alikes that the person may see, and no others.
func TestDuplicates(t *testing.T) {
	d := newDesk(t, true)
	n := aClient(t, d, "Kowalska", "Joanna", "601 234 567")
	form := []string{"kind", "personal", "t.family", "Kowalska", "t.given", "Joana", "communications[0].type", "phone", "communications[0].value", "0048 601-234-567"}
	link := fmt.Sprintf(`href="/clients/%d"`, n.Client.ID)
	d.as("ann").post("/clients/duplicates", form...).want(200, "", link, "601 234 567", "KOW567-2")
	if b := d.as("bob").post("/clients/duplicates", form...).want(200, ""); strings.Contains(b.body, link) {
		t.Error("bob is told about a client that he can't see")
	}
	if b := d.as("ann").post("/travelers/duplicates", "t.family", "Kowalska", "t.given", "Joanna").want(200, ""); !strings.Contains(b.body, link) {
		t.Error("a traveler of the same name isn't pointed out")
	}
}

// TestEditCards changes a client card by card.
func TestEditCards(t *testing.T) {
	d := newDesk(t, true)
	n := aClient(t, d, "Nowak", "Adam", "600 100 201")
	page := fmt.Sprintf("/clients/%d", n.Client.ID)
	ann := d.as("ann")
	ann.get(page + "?edit=personal")
	ann.post(page+"/personal", "version", ann.version("personal"), "family", "Nowak", "given", "Adam", "birth_date", "1 maja 1975", "_tick.do_not_contact", "1", "do_not_contact", "1").
		want(200, page, "1 May 1975", i18n.For("en").T("traveler.alert.do_not_contact", "Name", "Nowak/Adam"))
	ann.get(page + "?edit=addresses")
	ann.post(page+"/addresses", "physical.country", "DE", "physical.street", "Lange Str. 5", "physical.postal_code", "10115", "physical.city", "Berlin",
		"_tick.with_mailing", "1", "with_mailing", "1", "mailing.country", "PL", "mailing.po_box", "Skr. 7", "mailing.city", "Łódź").
		want(200, page, "Lange Str. 5", "10115 Berlin", "GERMANY", "Łódź")
	ann.post(page+"/communications", "type", "email", "value", "adam@", "owner", "traveler").want(422, page+"/communications", `value="adam@"`)
	ann.post(page+"/communications", "type", "email", "value", "adam@example.com", "owner", "traveler", "_tick.is_primary", "1", "is_primary", "1").want(200, page, "mailto:adam@example.com")
	ann.post(page+"/tags", "tags", "Honeymoon").want(422, page+"/tags", "Honeymoon") // an agent can't invent tags
	dbtest.Update(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &tag.Tag{Name: "Meal", TakesValue: "free", Active: true})
	})
	ann.post(page+"/tags", "tags", "Meal: vegan").want(200, page, "Meal: vegan")
	ann.post(page+"/ids", "ids[0].system", "amadeus", "ids[0].value", "A 1").want(422, page+"/ids", `value="A 1"`)
	ann.post(page+"/ids", "ids[0].system", "amadeus", "ids[0].value", "A1", "ids[1].system", "sabre", "ids[1].value", "S1").want(200, page, "A1", "S1")
	ann.post(page+"/comments", "text", "Pays late but always pays").want(200, page, "Pays late but always pays")
	ann.get(page + "?edit=data")
	ann.post(page+"/data", "version", ann.version("data"), "name", "Nowak/Adam", "segment", "vip_incentive", "code", "N 1").want(422, page+"/data", `value="N 1"`)
	ann.post(page+"/data", "version", ann.version("data"), "name", "Nowak/Adam", "segment", "vip_incentive", "code", "NOW9").want(200, page, "NOW9", "VIP")
	// All of it is in the timeline, in words.
	ann.get(page).want(200, page, "Segment", "Walk-in", "VIP / incentive", "Birth date", "Tag added", "Meal, vegan", "Address added", "Contact added")
	// R063 to R065: back to prospect and forth, but not without a contact.
	b := aClient(t, d, "Cichy", "Jan", "")
	page = fmt.Sprintf("/clients/%d", b.Client.ID)
	ann.post(page+"/data", "version", "1", "classification", "prospect").want(200, page, "Prospect")
	ann.post(page+"/data", "version", "2", "classification", "client").want(422, page+"/data", i18n.For("en").T("client.error.no_contact"))
}

// TestConflict lets two people change one client: the second sees both values,
// chooses, and neither loses what they typed (must show 5).
func TestConflict(t *testing.T) {
	d := newDesk(t, true)
	n := aClient(t, d, "Nowak", "Adam", "600 100 201")
	page := fmt.Sprintf("/clients/%d", n.Client.ID)
	ann, ada := d.as("ann"), d.as("ada")
	version := ann.get(page + "?edit=notes").version("notes")
	ada.post(page+"/notes", "version", version, "remarks", "Ada's remark", "memo", "Ada's memo").want(200, page)
	// Ann changed the remarks; the memo in her form is the old, empty one.
	ann.post(page+"/notes", "version", version, "remarks", "Ann's remark", "memo", "").
		want(409, page+"/notes", "Ann&#39;s remark", "Ada&#39;s remark", "Ada&#39;s memo", `name="choose.remarks"`, "Saved by ada")
	if stored(t, d, n.Client.ID).Remarks != "Ada's remark" {
		t.Error("the stale form overwrote what was stored")
	}
	mine := regexp.MustCompile(`name="choose\.(\w+)" value="(\w+)" checked`).FindAllStringSubmatch(ann.body, -1)
	if fmt.Sprint(mine) != `[[name="choose.remarks" value="mine" checked remarks mine] [name="choose.memo" value="theirs" checked memo theirs]]` &&
		fmt.Sprint(mine) != `[[name="choose.memo" value="theirs" checked memo theirs] [name="choose.remarks" value="mine" checked remarks mine]]` {
		t.Errorf("proposed %v, want mine for what I changed and theirs for what only they did", mine)
	}
	fresh := ann.version("notes")
	ann.post(page+"/notes", "version", fresh, "remarks", "Ann's remark", "memo", "", "choose.remarks", "mine", "choose.memo", "theirs").want(200, page)
	if c := stored(t, d, n.Client.ID); c.Remarks != "Ann's remark" || c.Memo != "Ada's memo" {
		t.Errorf("stored %q and %q", c.Remarks, c.Memo)
	}
	// A form without a version never overwrites anything.
	ann.post(page+"/notes", "remarks", "blind").want(409, page+"/notes", "blind")
	// The same for an address and a communication, each with its own version.
	ann.post(page+"/addresses", "physical.street", "Old 1", "physical.country", "PL").want(200, page)
	ada.post(page+"/addresses", "physical.version", "1", "physical.street", "Ada 2").want(200, page)
	ann.post(page+"/addresses", "physical.version", "1", "physical.street", "Ann 3").want(409, page+"/addresses", "Ada 2", "Ann 3", "choose.physical.street", `name="physical.version" value="2"`)
	ann.post(page+"/addresses", "physical.version", "2", "physical.street", "Ann 3", "choose.physical.street", "mine").want(200, page, "Ann 3")
}

// TestLinks links, orders and unlinks travelers from both sides (L01, L04).
func TestLinks(t *testing.T) {
	d := newDesk(t, true)
	a, b := aClient(t, d, "Kowalska", "Joanna", "601 234 567"), aClient(t, d, "Lis", "Ewa", "601 234 568")
	page, ewa := fmt.Sprintf("/clients/%d", a.Client.ID), b.Travelers[0].ID
	ann := d.as("ann")
	ann.get("/travelers/lookup?q=lis").want(200, "", fmt.Sprintf(`data-value="%d"`, ewa), "Lis/Ewa")
	ann.post(page+"/links", "traveler_id_q", "nobody of this name").want(422, page+"/links", "nobody of this name")
	ann.post(page+"/links", "traveler_id_q", "Lis Ewa", "role", "friend").want(200, page, "friend", "Ewa Lis")
	ann.post(page+"/links", "traveler_id", fmt.Sprint(ewa)).want(409, page+"/links", i18n.For("en").T("client.error.linked"))
	var links []client.Link
	read := func() {
		t.Helper()
		dbtest.View(t, d.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) {
			links, err = client.Links(ctx, tx, a.Client.ID)
			return err
		})
	}
	read()
	row := func(i int, l client.Link) []string {
		p := fmt.Sprintf("travelers[%d].", i)
		return []string{p + "id", fmt.Sprint(l.ID), p + "version", fmt.Sprint(l.Version), p + "role", "role " + fmt.Sprint(i)}
	}
	ann.post(page+"/travelers", append(append(row(0, links[1]), row(1, links[0])...), "primary", fmt.Sprint(links[1].ID))...).want(200, page, "role 0", "role 1")
	read()
	if links[0].TravelerID != ewa || !links[0].Primary || links[1].Primary || links[1].Role != "role 1" {
		t.Errorf("order and primary are %+v", links)
	}
	ann.post(page+"/travelers/order", "item", fmt.Sprint(links[1].ID), "item", fmt.Sprint(links[0].ID)).want(200, page)
	if read(); links[1].TravelerID != ewa {
		t.Errorf("order is %+v", links)
	}
	// From the traveler's side; a link of another client is refused.
	side := fmt.Sprintf("/travelers/%d", ewa)
	ann.get(side).want(200, side, "Kowalska", "Lis", "role 0")
	ann.post(fmt.Sprintf("%s/links/%d/delete", side, links[0].ID)).want(404, "")
	ann.post(fmt.Sprintf("%s/links/%d/delete", side, links[1].ID)).want(200, side)
	if read(); len(links) != 1 {
		t.Errorf("%d links are left", len(links))
	}
	ann.post("/travelers", "t.family", "Kowalska", "t.given", "Zofia", "client", fmt.Sprint(a.Client.ID), "role", "daughter").want(200, page, "Zofia Kowalska", "daughter")
	ann.post("/travelers", "t.family", "", "t.birth_date", "1.1.3000", "communications[0].type", "phone", "communications[0].value", "1").want(422, "/travelers", "1.1.3000")
}

// TestMandatoryTag demands a mandatory tag where a record is made and where tags
// are taken off (L11), and lets it be given.
func TestMandatoryTag(t *testing.T) {
	d := newDesk(t, true)
	dbtest.Update(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &tag.Tag{Name: "Consent form", Requirement: "mandatory", Active: true})
	})
	ann := d.as("ann")
	missing := i18n.For("en").T("tag.error.mandatory", "Names", "Consent form")
	ann.post("/travelers", "t.family", "Lis").want(422, "/travelers", missing)
	ann.post("/travelers", "t.family", "Lis", "tags", "Consent form").want(200, "", "Consent form")
	ann.post(ann.at+"/tags", "tags", "").want(422, "", missing)
	ann.post("/clients", "kind", "personal", "t.family", "Lis").want(422, "/clients", missing)
	ann.post("/clients", "kind", "personal", "t.family", "Lis", "tags", "Consent form").want(200, "", "Consent form")
}

// TestRightsOfPages checks what each person may see and do with ann's client.
func TestRightsOfPages(t *testing.T) {
	d := newDesk(t, true)
	n := aClient(t, d, "Nowak", "Adam", "600 100 201")
	page := fmt.Sprintf("/clients/%d", n.Client.ID)
	dbtest.Update(t, d.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		var c client.Client
		return record.Edit(ctx, tx, &c, n.Client.ID, 0, func() error { c.SourceMedium, c.SourceDetail = "fair", "Gdynia expo"; return nil })
	})
	for name, want := range map[string]struct {
		page, save        int
		buttons, internal bool
	}{"ada": {200, 200, true, true}, "max": {200, 200, true, true}, "ann": {200, 200, true, true}, "bob": {404, 404, false, false},
		"joe": {200, 403, false, false}, "eva": {200, 403, false, true}, "zoe": {404, 404, false, false}} {
		b := d.as(name).get(page).want(want.page, page)
		if got := strings.Contains(b.body, "?edit=") || strings.Contains(b.body, page+"/comments"); got != want.buttons {
			t.Errorf("%s: edit buttons %v", name, got)
		}
		if got := strings.Contains(b.body, "Gdynia expo"); got != want.internal {
			t.Errorf("%s: the agency section %v", name, got)
		}
		b.post(page+"/comments", "text", "by "+name).want(want.save, "")
		b.get(page+"?edit=data").want(want.page, "")
		if got := strings.Contains(b.body, "<form class=\"card is-editing\""); got != want.buttons {
			t.Errorf("%s: the edit state %v", name, got)
		}
	}
	// R097, R098: managers assign, only administrators re-assign.
	bob := fmt.Sprint(d.Users["bob"].ID)
	version := fmt.Sprint(stored(t, d, n.Client.ID).Version)
	d.as("max").post(page+"/data", "version", version, "advisor_id", bob).want(403, page+"/data", "Only administrators give")
	// R099, R102 to R105: ann shares with bob, bob edits, but can't share onwards or delete.
	d.as("ann").post(page+"/shares", "user_id", bob, "can_edit", "1").want(200, page, "bob")
	b := d.as("bob").post(page+"/notes", "version", version, "remarks", "seen by bob").want(200, page, "seen by bob")
	b.post(page+"/shares", "user_id", fmt.Sprint(d.Users["sue"].ID)).want(403, "")
	b.post(page+"/delete").want(403, "")
	var share client.Share
	dbtest.View(t, d.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, "SELECT s.id FROM {share} s WHERE s.client_id = $1", []any{n.Client.ID}, &share.ID)
	})
	d.as("ann").post(fmt.Sprintf("%s/shares/%d/delete", page, share.ID)).want(200, page, "Sharing ended")
	b.get(page).want(404, page)
	d.as("ada").post(page+"/data", "version", fmt.Sprint(stored(t, d, n.Client.ID).Version), "advisor_id", bob).want(200, page, "bob")
	b.get(page).want(200, page)
}

// TestTrashPages deletes with a way back.
func TestTrashPages(t *testing.T) {
	d := newDesk(t, true)
	n := aClient(t, d, "Nowak", "Adam", "600 100 201")
	page := fmt.Sprintf("/clients/%d", n.Client.ID)
	ann := d.as("ann").post(page+"/delete").want(200, "/clients", "Nowak/Adam is in the trash.", `action="`+page+`/restore"`)
	ann.get(page).want(404, page)
	ann.post(page+"/restore").want(200, page, "Adam")
	side := fmt.Sprintf("/travelers/%d", n.Travelers[0].ID)
	ann.post(side+"/delete").want(200, "/travelers", "Nowak/Adam is in the trash.")
	ann.post(side+"/restore").want(200, side)
}

// TestRecordLanguages shows the pages in all languages without a raw key.
func TestRecordLanguages(t *testing.T) {
	d := newDesk(t, true)
	n := aClient(t, d, "Nowak", "Adam", "600 100 201")
	ann := d.as("ann")
	raw := regexp.MustCompile(`>\s*(client|traveler|contact|communication|address|link|history|conflict|country|common|error)\.[a-z_.]+\s*<`)
	for _, lang := range i18n.Langs {
		ann.post("/display", "lang", lang, "back", "/account").want(200, "/account")
		for _, path := range []string{"/clients/new", "/clients/new?kind=corporate", "/travelers/new",
			fmt.Sprintf("/clients/%d", n.Client.ID), fmt.Sprintf("/travelers/%d", n.Travelers[0].ID)} {
			ann.get(path).want(200, path, `lang="`+lang+`"`)
			if m := raw.FindString(ann.body); m != "" {
				t.Errorf("%s in %s shows %q", path, lang, m)
			}
			for _, card := range []string{"travelers", "travelers-link", "personal", "work", "contact-new", "addresses", "data", "notes", "tags", "ids", "agency", "sharing-new", "clients-link"} {
				if strings.HasSuffix(path, "new") || strings.Contains(path, "?") {
					continue
				}
				ann.get(path + "?edit=" + card)
				if m := raw.FindString(ann.body); m != "" || ann.status != 200 {
					t.Errorf("%s, card %s in %s: %d, shows %q", path, card, lang, ann.status, m)
				}
			}
		}
	}
}

// TestHiddenMain: who edits a traveler without seeing the one through whom they are
// reached keeps that one, and isn't led to a page that they may not see.
func TestHiddenMain(t *testing.T) {
	d := newDesk(t, true)
	child, mother := aClient(t, d, "Nowak", "Ola", ""), aClient(t, d, "Nowak", "Ewa", "600 100 201")
	id, main := child.Travelers[0].ID, mother.Travelers[0].ID
	dbtest.Update(t, d.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		share := &client.Share{ClientID: db.Ref(child.Client.ID), UserID: d.Users["bob"].ID, CanEdit: true}
		if err := record.Insert(ctx, tx, share); err != nil {
			return err
		}
		var tr traveler.Traveler
		return record.Edit(ctx, tx, &tr, id, 0, func() error { tr.MainTraveler = db.Ref(main); return nil })
	})
	is := func(want int64) {
		t.Helper()
		var tr traveler.Traveler
		dbtest.View(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error { return record.Get(ctx, tx, &tr, id) })
		if int64(tr.MainTraveler) != want {
			t.Errorf("the main traveler is %d, not %d", tr.MainTraveler, want)
		}
	}
	page, link := fmt.Sprintf("/travelers/%d", id), fmt.Sprintf(`href="/travelers/%d"`, main)
	bob := d.as("bob").get(page).want(200, page, "Nowak")
	if strings.Contains(bob.body, link) {
		t.Error("bob is led to a traveler he doesn't see")
	}
	bob.get(page+"?edit=personal").want(200, "", "Somebody you don’t see")
	bob.post(page+"/personal", "version", bob.version("personal"), "family", "Nowak", "given", "Olga", "main_traveler_id", fmt.Sprint(main), "main_traveler_id_q", "").want(200, page, "Olga")
	is(main)
	ann := d.as("ann").get(page).want(200, page, link)
	ann.get(page + "?edit=personal")
	ann.post(page+"/personal", "version", ann.version("personal"), "family", "Nowak", "given", "Ola", "main_traveler_id", fmt.Sprint(main), "main_traveler_id_q", "").want(200, page)
	is(0) // who sees them may take them away
}
