package web_test

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// The specimen of ICAO 9303-4, valid until 2012.
const specimen = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"

var birthInput = regexp.MustCompile(`value="([^"]*)"[^>]*name="birth_date"`)

// TestPassportPage: a passport is taken by hand and from its lines, shown masked,
// warned about, changed, seen, deleted and restored.
func TestPassportPage(t *testing.T) {
	d := newDesk(t, true)
	n := aClient(t, d, "Eriksson", "Anna", "600 100 201")
	page, tr := fmt.Sprintf("/clients/%d", n.Client.ID), n.Travelers[0].Traveler.ID
	own := fmt.Sprintf("/travelers/%d", tr)
	ann := d.as("ann")
	ann.get(page+"?edit=documents-passport-new").want(200, "", "Machine-readable lines", `name="number"`)
	// Reading fills the form and stores nothing.
	ann.post(page+"/documents/passport", "version", "0", "_row", "passport-new", "mrz", strings.ToLower(specimen), "_act", "read").
		want(200, "", `value="L898902C3"`, `value="ERIKSSON"`, `value="ANNA MARIA"`, i18n.For("en").T("document.read_done"))
	if m := birthInput.FindStringSubmatch(ann.body); m == nil || !strings.Contains(m[1], "1974") {
		t.Errorf("the day of birth isn't filled in: %q", m)
	}
	if got := papersOf(t, d, tr); got.Len() != 0 {
		t.Errorf("reading the lines stored %d documents", got.Len())
	}
	ann.post(page+"/documents/passport", "version", "0", "_row", "passport-new", "mrz", strings.Replace(specimen, "L898902C36", "L898902C37", 1), "_act", "read").
		want(200, "", `aria-invalid="true"`)
	ann.post(page+"/documents/passport", "_row", "passport-new", "number", "ED*1").want(422, "", "ED*1", i18n.For("en").T("document.error.number"))
	ann.post(page+"/documents/passport", "_row", "passport-new", "number", "ed 1234567", "country", "PL", "expires", "2.3.2027", "family", "NOWAK", "given", "ANNA",
		"_tick.seen", "1", "seen", "1").want(200, page, "•••• 4567", "2 Mar 2027", "Original seen by ann", "Name differs", "Name on the document differs")
	if strings.Contains(ann.body, "ED1234567") || strings.Contains(ann.body, "1234567") {
		t.Error("the number stands in the page")
	}
	p := papersOf(t, d, tr).Passports[0]
	if p.Expires != "2027-03-02" || !p.Primary || p.VerifiedBy != db.Ref(d.Users["ann"].ID) {
		t.Errorf("stored %+v", p)
	}
	at := fmt.Sprintf("/documents/passport/%d", p.ID)
	// An empty number keeps the stored one.
	ann.get(own+"?edit=documents-passport-"+fmt.Sprint(p.ID)).want(200, "", "Leave empty to keep the number ending in 4567")
	ann.post(own+at, "version", ann.version("documents"), "number", "", "family", "ERIKSSON", "expires", "2.3.2020").want(200, own, "•••• 4567", "Expired", "Passport expired on 2 Mar 2020")
	if strings.Contains(ann.body, "Name differs") {
		t.Error("the name still differs")
	}
	// The text for airlines is a reveal: with a reason, in the history.
	ann.get(own+at+"/apis").want(200, "", `name="reason"`)
	ann.post(own+at+"/apis", "reason", "").want(422, "")
	ann.post(own+at+"/apis", "reason", "booking").want(200, "", "DOCS YY HK1/P/POL/ED1234567//")
	ann.get(own+"/reveals").want(200, "", "ann")
	d.as("eva").get(own+at+"/apis").want(403, "")
	// The client's page tells it beside the traveler.
	ann.get(page).want(200, "", "Passport until 2 Mar 2020", "Passport expired on 2 Mar 2020", "Passport added", "Original seen by")
	// Who saw it is told although the history on the page says nothing of it.
	ann.get(own+"?before=1").want(200, "", "Original seen by ann")
	// Two people at once.
	version := ann.get(own + "?edit=documents-passport-" + fmt.Sprint(p.ID)).version("documents")
	d.as("ada").post(own+at, "version", version, "note", "Ada's note").want(200, own)
	ann.post(own+at, "version", version, "note", "Ann's note").want(409, "", "Ann&#39;s note", "Ada&#39;s note", `name="choose.note"`)
	ann.post(own+at, "version", "1", "note", "blind").want(409, "")
	// Away and back.
	ann.post(own+at+"/delete", "version", "0").want(200, own, i18n.For("en").T("document.none"))
	ann.post(own+at+"/restore").want(200, own, "•••• 4567")
	dbtest.Update(t, d.DB, db.System(d.As("ann").AgencyID), func(ctx context.Context, tx *db.Tx) error {
		var seen traveler.Passport
		return record.Edit(ctx, tx, &seen, p.ID, 0, func() error { seen.MarkSeen(tx, true); return nil })
	})
	ann.get(own+"?before=1").want(200, "", "Original seen on")
	ann.post(own+at+"/seen", "seen", "").want(200, own)
	if papersOf(t, d, tr).Passports[0].VerifiedAt != 0 {
		t.Error("the original is still seen")
	}
	// Others: who doesn't see the traveler, who may only look, what is no kind.
	d.as("bob").post(own+at, "version", "1", "note", "x").want(404, "")
	d.as("eva").get(own).want(200, own, "•••• 4567")
	if strings.Contains(d.as("eva").get(own).body, "documents-add") {
		t.Error("an auditor is offered to add documents")
	}
	ann.post(own+"/documents/ticket", "number", "1").want(404, "")
}

func papersOf(t *testing.T, d *desk, id int64) *traveler.Documents {
	t.Helper()
	var out *traveler.Documents
	dbtest.View(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		all, err := traveler.DocumentsOf(ctx, tx, id)
		out = all[id]
		return err
	})
	return out
}

// TestOtherPapers: visas, nationalities and other documents by the same form.
func TestOtherPapers(t *testing.T) {
	d := newDesk(t, true)
	n := aClient(t, d, "Kowalska", "Joanna", "600 100 202")
	tr := n.Travelers[0].Traveler.ID
	own, ann := fmt.Sprintf("/travelers/%d", tr), d.as("ann")
	ann.post(own+"/documents/passport", "country", "PL", "number", "ED7654321", "expires", "1.1.2035", "status", "replaced").want(200, own, "Replaced")
	pass := papersOf(t, d, tr).Passports[0]
	ann.post(own+"/documents/visa", "country", "SCHENGEN", "type", "tourist", "max_stay", "many").want(422, "", i18n.For("en").T("document.error.stay"))
	ann.post(own+"/documents/visa", "country", "US", "type", "esta", "number", "X12345678", "expires", "1.1.2034", "entries", "multiple", "max_stay", "90",
		"passport_id", fmt.Sprint(pass.ID)).want(200, own, "ESTA", "United States", "Multiple entries", "90 days", "•••• 5678", "Old passport")
	ann.post(own+"/documents/nationality", "country", "CA", "acquired", "birth", "since", "1.7.1990").want(200, own, "Canada", "Birth", "since 1 Jul 1990")
	ann.post(own+"/documents/nationality", "country", "CA").want(409, "")
	ann.post(own+"/documents/other_document", "kind", "insurance", "name", "Hestia Travel", "phone", "+48 22 555 01 02", "number", "POL-778899", "expires", "1.1.2020").
		want(200, own, "Hestia Travel", "Insurance policy", "•••• 8899", "Expired")
	ann.post(own+"/documents/other_document", "kind", "residence_permit").want(422, "", "field-error")
	if got := papersOf(t, d, tr); got.Len() != 4 {
		t.Errorf("stored %d documents", got.Len())
	}
	ann.get(own).want(200, "", "Visa added", "Nationality added", "Document added")
	// The quick list is in step, and taking a code out of it takes the nationality away.
	ann.post(own+"/personal", "version", versionOf(t, d, tr), "family", "Kowalska", "given", "Joanna", "nationality", "PL").want(200, own, "Poland")
	if got := papersOf(t, d, tr); len(got.Nationalities) != 0 {
		t.Errorf("%d nationalities are left", len(got.Nationalities))
	}
}

func versionOf(t *testing.T, d *desk, id int64) string {
	t.Helper()
	var tr traveler.Traveler
	dbtest.View(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error { return record.Get(ctx, tx, &tr, id) })
	return fmt.Sprint(tr.Version)
}

// TestCountryRules: how long countries want passports to be valid has a page.
func TestCountryRules(t *testing.T) {
	d := newDesk(t, true)
	ada := d.as("ada")
	ada.get("/admin/agency").want(200, "", `name="passport_months"`)
	ada.post("/admin/countries/new", "country", "TH", "passport_months", "six").want(422, "", i18n.For("en").T("agency.error.passport_months"))
	ada.post("/admin/countries/new", "country", "TH", "passport_months", "9", "note", "as of 2026").want(200, "/admin/countries", "Thailand", "Passport 9 months after the return", "as of 2026")
	ada.post("/admin/countries/new", "country", "TH", "passport_months", "3").want(409, "")
	d.as("ann").get("/admin/countries").want(403, "")
}

// TestImagesOfDocuments: images of documents are JPG or PDF by what they hold, of any size,
// and two of one name are versions (R032-R034).
func TestImagesOfDocuments(t *testing.T) {
	d := newDesk(t, true)
	n := aClient(t, d, "Kowalska", "Joanna", "600 100 203")
	tr := n.Travelers[0].Traveler.ID
	own, ann := fmt.Sprintf("/travelers/%d", tr), d.as("ann")
	ann.post(own+"/documents/passport", "country", "PL", "number", "ED7654321", "expires", "1.1.2035").want(200, own)
	p := papersOf(t, d, tr).Passports[0]
	to := fmt.Sprintf("%s/files?part=passport-%d", own, p.ID)
	images := func() (out []document.Attachment) {
		dbtest.View(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			_, all, err := document.OfTraveler(ctx, tx, tr)
			out = all[record.Ref{Kind: "passport", ID: p.ID}]
			return err
		})
		return out
	}
	ann.sendFiles(to, nil, sent{"scan.pdf", words(smallJPG(t))}).want(200, "")
	if got := images(); len(got) != 1 || got[0].Type != "image/jpeg" || !got[0].Private() {
		t.Fatalf("a JPG called .pdf is stored as %+v", got)
	}
	for name, content := range map[string]string{"page.jpg": "<!DOCTYPE html><script>alert(1)</script>", "a.png": "\x89PNG\r\n\x1a\n0000", "b.gif": "GIF89a0000", "c.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>", "d.pdf": ""} {
		ann.sendFiles(to, nil, sent{name, words(content)})
		if ann.status != 422 || content != "" && !strings.Contains(ann.body, "JPG, PDF") {
			t.Errorf("%s is answered with %d, and JPG, PDF isn't named", name, ann.status)
		}
	}
	first := images()[0]
	ann.sendFiles(to, nil, sent{"scan.pdf", words(smallJPG(t))}).want(200, "")
	if got := images(); len(got) != 1 || got[0].Number != 2 || got[0].First() != first.ID {
		t.Errorf("a second upload of one name: %+v", got)
	}
	// It is looked at with a reason only.
	file := fmt.Sprintf("/files/%d", images()[0].ID)
	ann.get(own).want(200, "", "scan", file)
	ann.get(file+"/download").want(403, "")
	d.as("bob").get(file).want(404, "")
	d.as("bob").sendFiles(to, nil, sent{"x.pdf", words(smallJPG(t))}).want(404, "")
	// 50 MB stream through with flat memory.
	var peak atomic.Uint64
	stop := make(chan struct{})
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak.Store(max(peak.Load(), m.HeapInuse))
			}
		}
	}()
	const size = 50 << 20
	ann.sendFiles(to, nil, sent{"thick.pdf", io.MultiReader(words("%PDF-1.7\n"), io.LimitReader(endless{}, size))}).want(200, "")
	close(stop)
	if got := images(); len(got) != 2 || got[1].Size != size+9 {
		t.Errorf("after 50 MB: %+v", got)
	}
	if grew := int64(peak.Load()) - int64(before.HeapInuse); grew > 32<<20 {
		t.Errorf("the heap grew by %d MB", grew>>20)
	}
}

// TestDocumentsReadWell: no key without a text in any language, on a page with all of
// it.
func TestDocumentsReadWell(t *testing.T) {
	d := newDesk(t, true)
	n := aClient(t, d, "Kowalska", "Joanna", "600 100 204")
	tr := n.Travelers[0].Traveler.ID
	own := fmt.Sprintf("/travelers/%d", tr)
	dbtest.Update(t, d.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		for _, r := range []record.Record{&traveler.Passport{TravelerID: tr, Country: "XXA", Type: "stateless", Expires: "2020-01-01", Family: "X", Given: "Y"},
			&traveler.Visa{TravelerID: tr, Country: "SCHENGEN", Entries: "double", MaxStay: 2, ValidFrom: "2026-01-01"},
			&traveler.Nationality{TravelerID: tr, Country: "FR", Acquired: "marriage"},
			&traveler.OtherDocument{TravelerID: tr, Kind: "trusted_traveler", Name: "NEXUS"}} {
			if err := record.Insert(ctx, tx, r); err != nil {
				return err
			}
		}
		return nil
	})
	raw := regexp.MustCompile(`>\s*(document|passport|visa|nationality|other_document|history)\.[a-z_.]+\s*<`)
	ann := d.as("ann")
	for _, lang := range i18n.Langs {
		ann.post("/account", "name", "ann", "language", lang).want(200, "/account")
		for _, kind := range append([]string{""}, traveler.DocumentKinds...) {
			body := ann.get(own + "?edit=documents-" + kind + "-new").body
			if m := raw.FindString(body); m != "" {
				t.Errorf("%s, form %q shows %s", lang, kind, m)
			}
		}
	}
}
