package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/chrome"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web"
)

// couple is a client of ann's with two travelers, so that both have pages.
func (d *desk) couple() (clientID, travelerID int64) {
	d.t.Helper()
	dbtest.Update(d.t, d.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		c := &client.Client{Kind: "personal", Name: "Nowak", Code: "NOWAK", Classification: "client", Segment: "regular", Status: "active", OwnerKind: "agent",
			AdvisorID: db.Ref(d.Users["ann"].ID), BranchID: db.Ref(d.North.ID)}
		if err := record.Insert(ctx, tx, c); err != nil {
			return err
		}
		clientID = c.ID
		for _, given := range []string{"Jan", "Ewa"} {
			v := &traveler.Traveler{Family: "Nowak", Given: given}
			if err := record.Insert(ctx, tx, v); err != nil {
				return err
			}
			travelerID = v.ID
			if err := record.Insert(ctx, tx, &client.Link{ClientID: c.ID, TravelerID: v.ID}); err != nil {
				return err
			}
		}
		return nil
	})
	return clientID, travelerID
}

// sent is a file of a form.
type sent struct {
	name    string
	content io.Reader
}

func words(s string) io.Reader { return strings.NewReader(s) }

// upload sends files as a browser does, without holding them.
func (b *browser) sendFiles(path string, fields map[string]string, list ...sent) *browser {
	b.d.t.Helper()
	r, w := io.Pipe()
	form := multipart.NewWriter(w)
	go func() {
		var err error
		for k, v := range fields {
			err = errors.Join(err, form.WriteField(k, v))
		}
		for _, f := range list {
			part, perr := form.CreateFormFile("file", f.name)
			if perr == nil {
				_, perr = io.Copy(part, f.content)
			}
			err = errors.Join(err, perr)
		}
		w.CloseWithError(errors.Join(err, form.Close()))
	}()
	return b.done(b.c.Post(b.d.srv.URL+path, form.FormDataContentType(), r))
}

var fileLink = regexp.MustCompile(`href="(/files/\d+)"`)

// newest is the first file that the page lists.
func (b *browser) newest() string {
	b.d.t.Helper()
	m := fileLink.FindStringSubmatch(b.body)
	if m == nil {
		b.d.t.Fatal("no file on ", b.at)
	}
	return m[1]
}

// fetch reads an answer with its headers.
func (b *browser) fetch(path string) (*http.Response, []byte) {
	b.d.t.Helper()
	res, err := b.c.Get(b.d.srv.URL + path)
	if err != nil {
		b.d.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.d.t.Fatal(err)
	}
	return res, raw
}

func smallJPG(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 60, 40)), nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestFiles goes the way of a file: in, shown, renamed, replaced, deleted, back (R121-R125).
func TestFiles(t *testing.T) {
	d := newDesk(t, true)
	id, _ := d.couple()
	page := fmt.Sprintf("/clients/%d", id)
	b := d.as("ann")
	b.get(page).want(200, "", "No files yet")
	b.get(page+"?edit=files-new").want(200, "", "Drop files here", `enctype="multipart/form-data"`)
	b.sendFiles(page+"/files", map[string]string{"dated": "1"}, sent{"terms.txt", words("some terms")}, sent{"photo.jpg", words(smallJPG(t))}).
		want(200, page, "2 files added", d.DB.Now().UTC().Format("2006")+"-", "terms.txt", "photo.jpg", "File added", `/thumb"`)
	b.sendFiles(page+"/files", nil, sent{"terms.txt", words("new terms")}).want(200, page, "terms.txt is now version 2", "Version 2")
	file := b.newest()
	b.get(file).want(200, "", "Versions", "No preview", "ann")
	b.post(file, "version", "1", "name", "Terms of 2026.txt", "description", "as signed").want(200, file, "Terms of 2026.txt", "as signed")
	b.post(file, "version", "1", "name", "Another.txt").want(409, file, "Terms of 2026.txt")
	b.post(file, "version", "2", "name", " ").want(422, file, "Please fill in this field")
	res, raw := b.fetch(file + "/download")
	_, params, err := mime.ParseMediaType(res.Header.Get("Content-Disposition"))
	if err != nil || params["filename"] != "Terms of 2026.txt" || string(raw) != "new terms" || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the download: %v, %q, %v", res.Header, raw, err)
	}
	b.post(file+"/delete").want(200, page, "Deleted: Terms of 2026.txt", file+"/restore", "1 deleted file")
	b.get(file).want(404, "")
	b.post(file+"/restore").want(200, page, "Restored")
	b.get("/documents").want(200, "", "Terms of 2026.txt", "photo.jpg", "Nowak")
	b.get("/documents?name=photo&form=image&owner=nowak&sort=name").want(200, "", "photo.jpg")
	if strings.Contains(b.body, "Terms of 2026") {
		t.Error("the filter shows everything")
	}
	b.get("/documents?after=2020-01-01&before=2021-01-01").want(200, "", "No match")
	b.get("/documents?after=soon").want(200, "", "isn’t a date")
	d.as("bob").get(file).want(404, "")
	d.as("bob").get("/documents").want(200, "", "No documents yet")
	eva := d.as("eva")
	eva.get(file).want(200, "", "Terms of 2026.txt")
	eva.post(file+"/delete").want(403, "")
	eva.sendFiles(page+"/files", nil, sent{"x.txt", words("x")}).want(403, "")
}

// TestDeleteVersion: who deletes a version stays with the file, whichever it was.
func TestDeleteVersion(t *testing.T) {
	d := newDesk(t, true)
	id, _ := d.couple()
	page := fmt.Sprintf("/clients/%d", id)
	b := d.as("ann")
	var all []string
	for range 3 {
		b.sendFiles(page+"/files", nil, sent{"terms.txt", words("terms")})
		all = append(all, b.newest())
	}
	for _, i := range []int{1, 0} { // a later one, and the first
		b.post(all[i]+"/delete").want(200, all[2], "Deleted: terms.txt", all[i]+"/restore")
	}
	b.post(all[2]+"/delete").want(200, page, "Deleted: terms.txt")
}

// TestLinksOnRecords: a link is an address and what it is (R122).
func TestLinksOnRecords(t *testing.T) {
	d := newDesk(t, true)
	id, _ := d.couple()
	page := fmt.Sprintf("/clients/%d", id)
	b := d.as("ann")
	b.get(page+"?edit=files-link").want(200, "", `type="url"`)
	b.post(page+"/file-links", "url", "javascript:alert(1)", "description", "x").want(422, page+"/file-links", "isn’t a web address")
	b.post(page+"/file-links", "url", "https://example.com/terms", "name", "Terms", "description", "of the ferry").
		want(200, page, "Terms", "of the ferry", `href="https://example.com/terms"`, `rel="noopener noreferrer"`)
	file := b.newest()
	b.get(file).want(200, "", "Nothing is copied", "Open the link")
	b.get(file+"/download").want(404, "")
	b.post(file, "version", "1", "url", "", "name", "Terms").want(422, file)
}

// TestHostileFiles: whatever is sent, the browser runs nothing of it.
func TestHostileFiles(t *testing.T) {
	d := newDesk(t, true)
	id, person := d.couple()
	b := d.as("ann")
	page := fmt.Sprintf("/clients/%d", id)
	html := "<html><script>alert(document.cookie)</script></html>"
	svg := `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`
	pdf := "%PDF-1.4\n1 0 obj << /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >> endobj"
	for name, content := range map[string]string{"page.html": html, "photo.jpg": html, "logo.svg": svg, "form.pdf": pdf, "护照 扫描.txt": "x",
		"../../etc/passwd": "x", `a";filename=evil.exe;".txt`: "x", strings.Repeat("长", 300) + ".txt": "x"} {
		b.sendFiles(page+"/files", nil, sent{name, words(content)}).want(200, page, "1 file added")
		file := b.newest()
		res, raw := b.fetch(file + "/download")
		kind, params, err := mime.ParseMediaType(res.Header.Get("Content-Disposition"))
		if err != nil || kind != "attachment" || strings.ContainsAny(params["filename"], "/\\\r\n") || string(raw) != content {
			t.Errorf("%q: %q, %v", name, res.Header.Get("Content-Disposition"), err)
		}
		want := "application/octet-stream"
		if strings.HasPrefix(content, "%PDF") {
			want = files.PDF
		}
		if h := res.Header; h.Get("Content-Type") != want || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%q: %v", name, h)
		}
		if res, raw := b.fetch(file + "/preview"); res.StatusCode == 200 && res.Header.Get("Content-Type") != files.JPEG {
			t.Errorf("%q is shown as %s: %.80q", name, res.Header.Get("Content-Type"), raw)
		}
		b.get(file).want(200, "")
	}
	dbtest.Update(t, d.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &traveler.Passport{TravelerID: person, Type: "ordinary", Status: "valid", Country: "PL", No: record.Plain("ABC123456")})
	})
	to := fmt.Sprintf("/travelers/%d/files?part=passport-1", person)
	b.sendFiles(to, nil, sent{"scan.jpg", words(html)}).want(422, "", "JPG, PDF")
	b.sendFiles(fmt.Sprintf("/travelers/%d/files?part=passport-99", person), nil, sent{"scan.jpg", words(smallJPG(t))}).want(404, "")
	b.sendFiles(fmt.Sprintf("/travelers/%d/files?part=user-1", person), nil, sent{"scan.jpg", words(smallJPG(t))}).want(404, "")
	b.sendFiles(page+"/files?part=passport-1", nil, sent{"scan.jpg", words(smallJPG(t))}).want(404, "")
}

// TestPassportImage: it is shown with a reason, and that is written down (R032, W8).
func TestPassportImage(t *testing.T) {
	d := newDesk(t, true)
	_, person := d.couple()
	dbtest.Update(t, d.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &traveler.Passport{TravelerID: person, Type: "ordinary", Status: "valid", Country: "PL", No: record.Plain("ABC123456")})
	})
	b := d.as("ann")
	b.sendFiles(fmt.Sprintf("/travelers/%d/files?part=passport-1", person), nil, sent{"scan.pdf", words(smallJPG(t))}).want(200, "", "1 file added", "scan.jpg")
	file := b.newest()
	b.get(file).want(200, "", "shows a travel document", `action="`+file+`/reveal"`)
	for _, what := range []string{"/download", "/preview", "/thumb"} {
		if res, _ := b.fetch(file + what); res.StatusCode != 403 {
			t.Errorf("%s answers %d without a reason", what, res.StatusCode)
		}
	}
	b.post(file+"/reveal", "reason", "").want(422, file+"/reveal")
	b.post(file+"/reveal", "reason", "visa").want(200, file, file+"/preview")
	if res, raw := b.fetch(file + "/preview?page=1"); res.StatusCode != 200 || res.Header.Get("Content-Type") != files.JPEG || res.Header.Get("Cache-Control") != "no-store" || len(raw) == 0 {
		t.Errorf("the picture: %d, %v", res.StatusCode, res.Header)
	}
	if res, raw := b.fetch(file + "/download"); res.StatusCode != 200 || string(raw) != smallJPG(t) {
		t.Errorf("the download: %d, %d bytes", res.StatusCode, len(raw))
	}
	if res, _ := d.as("ada").fetch(file + "/preview"); res.StatusCode != 403 {
		t.Errorf("somebody else looks along: %d", res.StatusCode)
	}
	eva := d.as("eva")
	eva.get(file).want(200, "", "shows a travel document")
	eva.post(file+"/reveal", "reason", "visa").want(403, "")
	b.get("/documents").want(200, "", "No documents yet")
	now := time.Now
	d.DB.Now = func() time.Time { return now().Add(6 * time.Minute) }
	b.post(file+"/reveal", "reason", "visa").want(200, "/confirm?next="+strings.ReplaceAll(file, "/", "%2F")+"%2Freveal", "Confirm that it’s you")
}

// TestBigFile sends a PDF of 50 MB and breaks off another (R034, A17).
func TestBigFile(t *testing.T) {
	d := newDesk(t, true)
	id, person := d.couple()
	dbtest.Update(t, d.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &traveler.Passport{TravelerID: person, Type: "ordinary", Status: "valid", Country: "PL", No: record.Plain("ABC123456")})
	})
	b := d.as("ann")
	const size = 50_000_000
	big := func() io.Reader { return io.MultiReader(words("%PDF-1.7\n"), io.LimitReader(endless{}, size-9)) }
	b.sendFiles(fmt.Sprintf("/travelers/%d/files?part=passport-1", person), nil, sent{"passport.pdf", big()}).want(200, "", "1 file added")
	file := b.newest()
	b.post(file+"/reveal", "reason", "booking").want(200, file)
	res, err := b.c.Get(d.srv.URL + file + "/download")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if n, err := io.Copy(io.Discard, res.Body); err != nil || n != size || res.ContentLength != size {
		t.Errorf("%d bytes come back, %v", n, err)
	}
	page := fmt.Sprintf("/clients/%d", id)
	gone := errors.New("the line went dead")
	r, w := io.Pipe()
	form := multipart.NewWriter(w)
	go func() {
		part, err := form.CreateFormFile("file", "half.pdf")
		if err == nil {
			_, err = io.Copy(part, io.LimitReader(endless{}, 3_000_000))
		}
		w.CloseWithError(errors.Join(err, gone))
	}()
	if _, err := b.c.Post(d.srv.URL+page+"/files", form.FormDataContentType(), r); !errors.Is(err, gone) {
		t.Errorf("broken off: %v", err)
	}
	b.get(page).want(200, "")
	if strings.Contains(b.body, "half.pdf") {
		t.Error("half a file is stored")
	}
}

// endless is content without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// deaf is a place for files where nothing works.
type deaf struct{ err error }

func (d deaf) Put(context.Context, string, *os.File, int64) error        { return d.err }
func (d deaf) Get(context.Context, string) (io.ReadCloser, error)        { return nil, d.err }
func (d deaf) Delete(context.Context, string) error                      { return d.err }
func (d deaf) Each(context.Context, func(string, time.Time) error) error { return d.err }

// TestNoStore: a full disk, a bucket that can't be reached and a limit are told in words.
func TestNoStore(t *testing.T) {
	d := newDesk(t, true)
	id, _ := d.couple()
	for want, c := range map[string]struct {
		err    error
		limit  int64
		status int
	}{
		"no space left":    {errs.New(errs.Unavailable, "error.disk_full"), 0, 503},
		"can’t be reached": {errs.New(errs.Unavailable, "file.store_down"), 0, 503},
		"limit is 1 kB":    {nil, 1000, 413},
	} {
		store, err := files.Over(t.TempDir(), deaf{c.err})
		if err != nil {
			t.Fatal(err)
		}
		h, err := web.New(web.Deps{DB: d.DB, Login: d.login, Files: store, MaxFile: c.limit})
		if err != nil {
			t.Fatal(err)
		}
		b := d.as("ann")
		srv := httptest.NewServer(h)
		was := d.srv
		d.srv = srv
		b.sendFiles(fmt.Sprintf("/clients/%d/files", id), nil, sent{"a.txt", words(strings.Repeat("x", 5000))}).want(c.status, "", want, "a.txt", "Drop files here")
		d.srv = was
		srv.Close()
	}
}

// TestDropFiles has a browser drop a file on the section and follow it to its page.
func TestDropFiles(t *testing.T) {
	s := newSite(t, 3)
	p := s.browser(t, "administrator", chrome.Options{})
	p.Navigate("/clients")
	href := chrome.Eval[string](p, `document.querySelector("table a[href^='/clients/']").getAttribute("href")`)
	p.Navigate(href)
	// As soon as the script is there, the section shows that it takes what is over it.
	drag := func(kind string) string {
		return `(() => {
		const to = document.querySelector("#files");
		const data = new DataTransfer();
		data.items.add(new File(["dropped words"], "dropped.txt", { type: "text/plain" }));
		to.dispatchEvent(new DragEvent("` + kind + `", { bubbles: true, cancelable: true, dataTransfer: data }));
		return to.hasAttribute("data-over");
	})()`
	}
	p.WaitFor(drag("dragover"))
	chrome.Eval[bool](p, drag("drop"))
	p.WaitFor(`document.querySelector("#files .rows")?.textContent.includes("dropped.txt")`)
	if said := chrome.Eval[string](p, `document.getElementById("toasts").textContent`); !strings.Contains(said, "1") {
		t.Errorf("told: %q", said)
	}
	p.Navigate(chrome.Eval[string](p, `document.querySelector("#files .rows a").getAttribute("href")`))
	if title := chrome.Eval[string](p, `document.querySelector("h1").textContent`); !strings.Contains(title, "dropped.txt") {
		t.Errorf("the page is called %q", title)
	}
}
