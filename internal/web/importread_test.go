package web_test

import (
	"bytes"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestImportReading: letters and delimiters that were recognised wrongly are chosen on the
// page of the columns, which reads the file again.
func TestImportReading(t *testing.T) {
	s := newSite(t, 10)
	c := s.client(t, "administrator")
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "polish.csv")
	if err != nil {
		t.Fatal(err)
	}
	part.Write([]byte("Nazwisko;Imie;Miasto\nW\xb9s;Jan;Radom\n")) // one letter says too little
	w.Close()
	res, err := c.Post(s.URL+"/imports", w.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	at := res.Header.Get("Location")
	send := func(fields url.Values) (int, string) {
		res, html := exporter{t, s, c}.send(at+"/mapping", fields)
		if res.StatusCode == 303 {
			res, html = exporter{t, s, c}.send(at, nil)
		}
		return res.StatusCode, html
	}
	if _, html := (exporter{t, s, c}).send(at, nil); !strings.Contains(html, "Wšs") || !strings.Contains(html, "Jak rozpoznano: ISO 8859-2") || !strings.Contains(html, "Jak rozpoznano: ;") {
		t.Error("the page doesn't say how the file was read")
	}
	if _, html := send(url.Values{"encoding": {"windows-1250"}}); !strings.Contains(html, "Wąs") || !strings.Contains(html, `value="windows-1250" selected`) {
		t.Error("the letters are still wrong")
	}
	if _, html := send(url.Values{"encoding": {"windows-1250"}, "delimiter": {"tab"}}); !strings.Contains(html, "Nazwisko;Imie;Miasto") || !strings.Contains(html, `value="tab" selected`) {
		t.Error("the delimiter is still the old one")
	}
	for _, bad := range []url.Values{{"encoding": {"latin-99"}}, {"delimiter": {"x"}}} {
		if status, html := send(bad); status != 422 || !strings.Contains(html, "field-error") {
			t.Errorf("%v: status %d", bad, status)
		}
	}
	if _, html := send(url.Values{"encoding": {""}, "delimiter": {""}}); !strings.Contains(html, "Wšs") {
		t.Error("what was recognised can't be chosen again")
	}
}

// TestImportStale: an act that a run doesn't take leads back to its page, which says so;
// and an undone import offers nothing that went with it.
func TestImportStale(t *testing.T) {
	s := newSite(t, 10)
	c := s.client(t, "administrator")
	e := exporter{t, s, c}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "list.csv")
	if err != nil {
		t.Fatal(err)
	}
	part.Write([]byte("Nazwisko;Imie;E-mail\nKos;Jan;jan@example.com\n;;\n;Ala;\nLis;Ewa;not an address\n;;x;y;z;\n"))
	w.Close()
	res, err := c.Post(s.URL+"/imports", w.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	at := res.Header.Get("Location")
	until := func(want string) string {
		t.Helper()
		for range 500 {
			if _, html := e.send(at, nil); strings.Contains(html, want) {
				return html
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Fatalf("%q never came", want)
		return ""
	}
	stale := func(act string) {
		t.Helper()
		res, _ := e.send(at+act, url.Values{"x": {"1"}})
		if _, html := e.send(at, nil); res.StatusCode != 303 || res.Header.Get("Location") != at || !strings.Contains(html, "Na tym etapie importu to niemożliwe") {
			t.Errorf("%s: status %d to %q", act, res.StatusCode, res.Header.Get("Location"))
		}
	}
	for _, act := range []string{"/undo", "/pause", "/resume", "/cancel"} {
		stale(act)
	}
	e.send(at+"/start", url.Values{"x": {"1"}})
	if html := until("/undo"); !strings.Contains(html, at+"/errors") || !strings.Contains(html, at+"/report.csv") {
		t.Error("the files of the import are missing")
	}
	for _, act := range []string{"/start", "/discard", "/mapping"} {
		stale(act)
	}
	e.send(at+"/undo", url.Values{"x": {"1"}})
	if html := until("Cofnięty"); strings.Contains(html, at+"/errors") || strings.Contains(html, at+"/report.csv") || strings.Contains(html, "rows=") {
		t.Error("the page offers a report that is gone")
	}
}
