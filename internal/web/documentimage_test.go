package web_test

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/ocr"
	"github.com/carnetcrm/carnet/internal/ocr/ocrtest"
	"github.com/carnetcrm/carnet/internal/web"
)

// reads has the server read pictures; the test is skipped where that can't be done.
func reads(t *testing.T) func(*web.Deps) {
	t.Helper()
	r, err := ocr.New("")
	if err != nil {
		t.Fatal(err)
	}
	if !r.Available() {
		t.Skip("tesseract isn't installed")
	}
	return func(d *web.Deps) { d.OCR = r }
}

// scan is a photo of a passport with the lines.
func scan(t *testing.T, lines string) string {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, ocrtest.Page(t, lines, 1400), &jpeg.Options{Quality: 80}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// pdfOf is a PDF whose only page is a photo.
func pdfOf(jpg string) string {
	content := "q 500 0 0 350 40 460 cm /I Do Q"
	objects := []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</I 5 0 R>>>>/Contents 4 0 R>>",
		fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(content), content),
		fmt.Sprintf("<</Type/XObject/Subtype/Image/Width 1400/Height 980/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode/Length %d>>stream\n%s\nendstream", len(jpg), jpg)}
	var b strings.Builder
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj%s\nendobj\n", i+1, o)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, table)
	return b.String()
}

// imagesOf are the images of the person's documents.
func imagesOf(t *testing.T, d *desk, traveler int64) (out []document.Attachment) {
	t.Helper()
	dbtest.View(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		_, all, err := document.OfTraveler(ctx, tx, traveler)
		for _, list := range all {
			out = append(out, list...)
		}
		return err
	})
	return out
}

var heldField = regexp.MustCompile(`name="image" value="([^"]+)"`)

// held is what the form carries of an image, "" where it has none.
func (b *browser) held() string {
	if m := heldField.FindStringSubmatch(b.body); m != nil {
		return m[1]
	}
	return ""
}

// TestReadFromImage: a photo fills the form from its lines, and hangs on the passport once
// that is saved, without being chosen again; a PDF does, too.
func TestReadFromImage(t *testing.T) {
	d := newDesk(t, true, reads(t))
	n := aClient(t, d, "Eriksson", "Anna Maria", "600 100 205")
	page, tr := fmt.Sprintf("/clients/%d", n.Client.ID), n.Travelers[0].Traveler.ID
	ann, en := d.as("ann"), i18n.For("en")
	ann.get(page+"?edit=documents-passport-new").want(200, "", en.T("document.read_image"), `enctype="multipart/form-data"`)
	to := page + "/documents/passport"
	ann.sendFiles(to, map[string]string{"_row": "passport-new", "_act": "image", "note": "kept"}, sent{"scan.jpg", words(scan(t, specimen))}).
		want(200, "", `value="L898902C3"`, `value="ERIKSSON"`, `value="ANNA MARIA"`, "L898902C36UTO", "kept", "scan.jpg", en.T("document.read_done"))
	if papersOf(t, d, tr).Len() != 0 || len(imagesOf(t, d, tr)) != 0 {
		t.Error("reading stored something")
	}
	image := ann.held()
	if image == "" || strings.Contains(image, "scan") {
		t.Fatalf("the form carries %q", image)
	}
	ann.post(to, "_row", "passport-new", "image", image, "number", "L8*").want(422, "", "scan.jpg", en.T("document.error.number"))
	if ann.held() != image {
		t.Error("a mistake loses the image")
	}
	ann.post(to, "_row", "passport-new", "image", image, "number", "L898902C3", "family", "ERIKSSON", "given", "ANNA MARIA", "expires", "15.4.2032").
		want(200, page, "•••• 02C3", "scan.jpg")
	got := imagesOf(t, d, tr)
	if len(got) != 1 || got[0].PartID != papersOf(t, d, tr).Passports[0].ID || !got[0].Private() || got[0].Type != "image/jpeg" {
		t.Fatalf("stored %+v", got)
	}
	ann.get(fmt.Sprintf("/files/%d/download", got[0].ID)).want(403, "")
	// The same as a PDF, and for who carries it to another page it is gone.
	ann.sendFiles(to, map[string]string{"_row": "passport-new", "_act": "image"}, sent{"scan.pdf", words(pdfOf(scan(t, specimen)))}).
		want(200, "", `value="L898902C3"`)
	other := aClient(t, d, "Lis", "Ewa", "600 100 206")
	elsewhere := fmt.Sprintf("/clients/%d/documents/passport", other.Client.ID)
	ann.post(elsewhere, "_row", "passport-new", "image", ann.held(), "number", "AB1234567").want(422, "", en.T("document.error.image_gone"))
	if len(imagesOf(t, d, other.Travelers[0].Traveler.ID)) != 0 {
		t.Error("somebody else's image hangs on a passport")
	}
	// What has no lines says so, and is kept all the same.
	ann.sendFiles(to, map[string]string{"_row": "passport-new", "_act": "image"}, sent{"beach.jpg", words(smallJPG(t))}).want(422, "", en.T("mrz.ocr.small"), "beach.jpg")
	ann.post(to, "_row", "passport-new", "image", ann.held(), "_act", "drop").want(200, "")
	if ann.held() != "" {
		t.Error("the image is carried along though it was taken away")
	}
	ann.post(to, "_row", "passport-new", "_act", "image").want(422, "", en.T("document.error.image_choose"))
}

// TestImageWithForm: an image goes along with the form of a new document and of a stored
// one, where nothing can be read, too; what is none is refused before anything is stored.
func TestImageWithForm(t *testing.T) {
	d := newDesk(t, true)
	n := aClient(t, d, "Kowalska", "Joanna", "600 100 207")
	tr := n.Travelers[0].Traveler.ID
	own := fmt.Sprintf("/travelers/%d", tr)
	ann, en, to := d.as("ann"), i18n.For("en"), own+"/documents/passport"
	ann.get(own+"?edit=documents-passport-new").want(200, "", en.T("mrz.ocr.missing"))
	if strings.Contains(ann.body, en.T("document.read_image")) {
		t.Error("reading is offered without the program")
	}
	ann.sendFiles(to, map[string]string{"_row": "passport-new", "_act": "image"}, sent{"scan.jpg", words(smallJPG(t))}).want(422, "", en.T("mrz.ocr.missing"))
	for name, content := range map[string]string{"page.jpg": "<!DOCTYPE html><script>alert(1)</script>", "a.png": "\x89PNG\r\n\x1a\n0000", "d.pdf": ""} {
		ann.sendFiles(to, map[string]string{"_row": "passport-new", "country": "PL", "number": "ED7654321"}, sent{name, words(content)}).want(422, "", `value="ED7654321"`)
	}
	if papersOf(t, d, tr).Len() != 0 {
		t.Error("a refused image lets the passport be stored")
	}
	ann.sendFiles(to, map[string]string{"_row": "passport-new", "country": "PL", "number": "ED7654321", "expires": "1.1.2035"}, sent{"scan.jpg", words(smallJPG(t))}).
		want(200, own, "•••• 4321", "scan.jpg")
	pass := papersOf(t, d, tr).Passports[0]
	at := fmt.Sprintf("%s/%d", to, pass.ID)
	// An image alone, from a form that is stale in nothing else.
	version := ann.get(fmt.Sprintf("%s?edit=documents-passport-%d", own, pass.ID)).version("documents")
	ann.post(at, "version", version, "note", "later").want(200, own)
	ann.sendFiles(at, map[string]string{"_row": fmt.Sprintf("passport-%d", pass.ID), "version": version, "note": "later"}, sent{"stamps.pdf", words("%PDF-1.4\n")}).want(200, own, "stamps")
	if got := imagesOf(t, d, tr); len(got) != 2 {
		t.Errorf("stored %+v", got)
	}
	// Who may not change the traveler sends nothing; a form that was open for days is asked again.
	for who, status := range map[string]int{"bob": 404, "eva": 403} {
		d.as(who).sendFiles(to, map[string]string{"_row": "passport-new"}, sent{"x.jpg", words(smallJPG(t))}).want(status, "")
	}
	ann.sendFiles(to, map[string]string{"_row": "passport-new", "number": "*"}, sent{"x.jpg", words(smallJPG(t))}).want(422, "")
	image, now := ann.held(), d.DB.Now
	d.DB.Now = func() time.Time { return now().Add(25 * time.Hour) }
	d.as("ann").post(to, "_row", "passport-new", "image", image, "number", "AB1234567").want(422, "", en.T("document.error.image_gone"))
	d.DB.Now = now
	// A form without a file has its bound, whatever else the route takes.
	ann.post(to, "note", strings.Repeat("x", 3<<20)).want(413, "")
	ann.sendFiles(to, map[string]string{"_row": "passport-new", "note": strings.Repeat("x", 3<<20)}).want(413, "")
	// 50 MB with the form.
	ann.sendFiles(to, map[string]string{"_row": "passport-new", "country": "DE", "number": "C01X00T47", "expires": "1.1.2036"},
		sent{"thick.pdf", io.MultiReader(words("%PDF-1.7\n"), io.LimitReader(endless{}, 50<<20))}).want(200, own, "thick")
}

// TestCheckForTrip: the card says what could stop a journey, by the rules of its country.
func TestCheckForTrip(t *testing.T) {
	d := newDesk(t, true)
	n := aClient(t, d, "Kowalska", "Joanna", "600 100 208")
	own, ann, en := fmt.Sprintf("/travelers/%d", n.Travelers[0].Traveler.ID), d.as("ann"), i18n.For("en")
	ann.get(own).want(200, "", en.T("document.check"), en.T("document.none"))
	ann.get(own+"?check=1&date=1.7.2030").want(200, "", en.T("document.warning.none"))
	d.as("ada").post("/admin/countries/new", "country", "TH", "passport_months", "9").want(200, "")
	ann.post(own+"/documents/passport", "country", "PL", "number", "ED7654321", "expires", "1.3.2031").want(200, own)
	ann.get(own+"?check=1&date=1.7.2030&country=PL").want(200, "", en.T("document.check.good"))
	ann.get(own+"?check=1&date=1.7.2030&country=TH").want(200, "", "Passport expires on 1 Mar 2031", "Thailand asks for 9 months")
	ann.get(own+"?check=1&date=2.3.2031").want(200, "", "Passport will have expired on 1 Mar 2031")
	ann.get(own+"?check=1&date=soon&country=XQ").want(200, "", en.T("error.date"), en.T("error.country"), `value="soon"`)
	ann.get(fmt.Sprintf("/clients/%d?check=1&date=2.3.2031", n.Client.ID)).want(200, "", "Passport will have expired on 1 Mar 2031")
	d.as("eva").get(own+"?check=1&date=2.3.2031").want(200, "", "Passport will have expired on 1 Mar 2031")
}
