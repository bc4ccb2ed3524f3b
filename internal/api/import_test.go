package api

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/jobs"
)

// upload sends a file as a person and returns the answer.
func (k *kit) upload(who, name, content string) *reply {
	k.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", name)
	if err != nil {
		k.t.Fatal(err)
	}
	part.Write([]byte(content))
	m.Close()
	return k.do(who, "POST /imports", b.String(), "Content-Type", m.FormDataContentType())
}

// raw sends a request whose answer is no JSON.
func (k *kit) raw(who, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", base+path, nil)
	r.Header.Set("Authorization", "Bearer "+who)
	w := httptest.NewRecorder()
	k.api.ServeHTTP(w, r)
	return w
}

// until waits for a state of an import.
func (k *kit) until(who string, id int64, state string) *reply {
	k.t.Helper()
	for range 1000 {
		r := k.do(who, fmt.Sprintf("GET /imports/%d", id), "").want(200)
		if r.body["state"] == state {
			return r
		}
		time.Sleep(10 * time.Millisecond)
	}
	k.t.Fatalf("import %d never was %s", id, state)
	return nil
}

// TestImport moves a list in through the API: upload, columns, dry run, import,
// rows, files, undo.
func TestImport(t *testing.T) {
	k := newKit(t)
	r := jobs.New(k.DB, slog.New(slog.DiscardHandler))
	r.Poll = 10 * time.Millisecond
	k.imports.Register(r)
	r.Start(context.Background())
	defer r.Stop(context.Background())

	k.upload("ann", "people.csv", "x").want(403)
	k.upload("max:read", "people.csv", "x").want(403)
	k.upload("max", "people.pdf", "%PDF-1.4").want(422)
	k.do("max", "POST /imports", "{}").want(415)
	k.imports.Max = 1000 // as --max-upload says
	k.upload("max", "people.csv", "Name\n"+strings.Repeat("Nowak\n", 300)).want(413).is("code", "too_large")
	k.imports.Max = 0
	up := k.upload("max", "people.csv", "Wer;Mail;Quatsch\nJan Nowak;jan@example.com;1\nEwa Lis;ewa@example.com;2\n;;3\n").want(201)
	id := up.id()
	path := fmt.Sprintf("/imports/%d", id)
	if up.head.Get("Location") != base+path {
		t.Errorf("Location %q", up.head.Get("Location"))
	}
	k.do("max", "PUT "+path, `{"columns":[{"target":"name.full"},{"target":"nonsense"},{"target":"skip"}]}`).want(422)
	k.do("max", "PUT "+path, `{"columns":[{"target":"name.full"},{"target":"comm.email"},{"target":"skip"}],"tags":["moved in"],"mode":"overwrite","no_advisor":true,"save_as":"Odd"}`).
		want(200).is("state", "mapped", "mode", "overwrite", "no_advisor", true)
	k.do("max", "POST "+path+"/check", "").want(200)
	k.until("max", id, "checked").is("created", 2, "errors", 1)
	k.do("sue", "GET "+path, "").want(404)
	k.do("zoe", "GET "+path+"/rows", "").want(404)
	k.do("max", "POST "+path+"/undo", "").want(409)
	k.do("max", "POST "+path+"/start", "").want(200)
	k.until("max", id, "done").is("created", 2, "errors", 1)
	k.do("max", "POST "+path+"/start", "").want(409)
	for _, act := range []string{"pause", "resume", "cancel"} {
		k.do("max", "POST "+path+"/"+act, "").want(409)
	}
	first := k.do("max", "GET "+path+"/rows?limit=2", "").want(200)
	if len(first.all("number")) != 2 || first.body["next"] == nil {
		t.Errorf("rows %s", first.raw)
	}
	bad := k.do("max", "GET "+path+"/rows?action=error", "", "Accept-Language", "pl").want(200)
	if !strings.Contains(bad.raw, "Brak nazwiska") || len(bad.all("number")) != 1 {
		t.Errorf("refused rows %s", bad.raw)
	}
	if w := k.raw("max", path+"/errors"); w.Code != 200 || !strings.Contains(w.Body.String(), ";;3") || strings.Contains(w.Body.String(), "Nowak") {
		t.Errorf("errors %d %s", w.Code, w.Body)
	}
	if w := k.raw("max", path+"/report"); w.Code != 200 || w.Header().Get("Content-Type") != "text/csv" || strings.Count(w.Body.String(), "\r\n") != 4 {
		t.Errorf("report %d %s", w.Code, w.Body)
	}
	if w := k.raw("sue", path+"/report"); w.Code != 404 {
		t.Errorf("sue's report %d", w.Code)
	}
	if n := len(k.do("max", "GET /clients?tag=1", "").all("id")); n != 2 {
		t.Errorf("%d clients have the tag", n)
	}
	k.do("max", "DELETE "+path, "").want(409)
	k.do("ada", "POST "+path+"/undo", "").want(200)
	k.until("ada", id, "undone")
	if n := len(k.do("ada", "GET /clients", "").all("id")); n != 0 {
		t.Errorf("%d clients after undo", n)
	}
	if l := k.do("ada", "GET /imports", "").want(200); len(l.all("id")) != 1 {
		t.Errorf("imports %s", l.raw)
	}
	k.do("max", "DELETE "+path, "").want(204)
	k.do("max", "GET "+path, "").want(404)
	// The columns that were kept are proposed again.
	again := k.upload("max", "next.csv", "Wer;Mail;Quatsch\nOla Maj;ola@example.com;1\n").want(201)
	if !strings.Contains(again.raw, `"target":"name.full"`) || !strings.Contains(again.raw, `"target":"skip"`) {
		t.Errorf("the saved columns: %s", again.raw)
	}
}

// TestImportReading chooses how a file is read that was recognised wrongly.
func TestImportReading(t *testing.T) {
	k := newKit(t)
	run := k.upload("ada", "polish.csv", "Nazwisko|Imie;Miasto;E-mail\nW\xb9s|Jan;Radom;\n").want(201)
	at := fmt.Sprintf("PUT /imports/%d", int64(run.body["id"].(float64)))
	r := k.do("ada", at, `{"encoding": "windows-1250", "delimiter": "|", "tags": ["moved in"]}`).want(200)
	if cols := r.body["columns"].([]any); len(cols) != 2 || r.body["encoding"] != "windows-1250" || r.body["delimiter"] != "|" || fmt.Sprint(r.body["tags"]) != "[moved in]" {
		t.Errorf("%v", r.body)
	}
	r = k.do("ada", at, `{"delimiter": ""}`).want(200)
	if cols := r.body["columns"].([]any); len(cols) != 3 || r.body["encoding"] != "windows-1250" {
		t.Errorf("%v", r.body)
	}
	k.do("ada", at, `{"encoding": "latin-99"}`).want(422)
	k.do("ada", at, `{"sheet": "Nowhere", "delimiter": "x"}`).want(422)
	cards := k.upload("ada", "cards.vcf", "BEGIN:VCARD\nFN:Jan Kos\nEND:VCARD\n").want(201)
	k.do("ada", fmt.Sprintf("PUT /imports/%d", int64(cards.body["id"].(float64))), `{"encoding": "windows-1250"}`).want(422)
}
