package api

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestMRZ reads lines and refuses damaged ones with the place of the mistake; nothing is
// written, so read-only tokens may ask.
func TestMRZ(t *testing.T) {
	k := newKit(t)
	const lines = `P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8989O2C36UTO7408122F1204159ZE184226B<<<<<10`
	got := k.do("ann:read", "POST /mrz", `{"lines":"`+lines+`"}`).want(200).body
	if got["number"] != "L898902C3" || got["kind"] != "passport" || got["birth_date"] != "1974-08-12" || got["family"] != "ERIKSSON" {
		t.Errorf("%v", got)
	}
	fixes, _ := got["corrections"].([]any)
	if len(fixes) != 1 || fixes[0].(map[string]any)["from"] != "O" {
		t.Errorf("corrections %v", fixes)
	}
	bad := k.do("ann", "POST /mrz", `{"lines":"`+strings.Replace(lines, "O2C36", "02C37", 1)+`"}`).want(422)
	if !strings.Contains(bad.raw, `"lines"`) || !strings.Contains(bad.raw, "check digit after the document number") {
		t.Errorf("%s", bad.raw)
	}
	k.do("ann", "POST /mrz", `{}`).want(422)
	k.do("", "POST /mrz", `{"lines":"x"}`).want(401)
}

// TestMRZPicture: without a program that reads pictures the answer says so; a body that
// is no upload is refused.
func TestMRZPicture(t *testing.T) {
	k := newKit(t)
	k.do("ann", "POST /mrz/picture", `{}`).want(415)
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	if err := m.WriteField("other", "x"); err != nil {
		t.Fatal(err)
	}
	m.Close()
	k.do("ann", "POST /mrz/picture", b.String(), "Content-Type", m.FormDataContentType()).want(422)

	b.Reset()
	m = multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", "passport.jpg")
	if err != nil {
		t.Fatal(err)
	}
	part.Write([]byte("picture"))
	m.Close()
	r := httptest.NewRequest("POST", base+"/mrz/picture", &b)
	r.Header.Set("Authorization", "Bearer ann")
	r.Header.Set("Content-Type", m.FormDataContentType())
	w := httptest.NewRecorder()
	k.api.ServeHTTP(w, r)
	if w.Code != 503 || !strings.Contains(w.Body.String(), "Tesseract") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
