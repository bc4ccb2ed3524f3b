package web_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"strings"
	"testing"
)

// TestImportMasks: the page that asks what columns mean shows values, but of numbers of
// documents and cards only their ends, and nothing of a security code.
func TestImportMasks(t *testing.T) {
	s := newSite(t, 10)
	c := s.client(t, "administrator")
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", "profiles.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(part, "Last name;First name;Passport number;CVV;Notes;Seat preference\nKos;Ewa;PP1234567;987;card 4111111111111111;window\n"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	res, err := c.Post(s.URL+"/imports", w.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	_, html := exporter{t, s, c}.send(res.Header.Get("Location"), nil)
	for _, bad := range []string{"PP1234567", "987", "4111111111111111"} {
		if strings.Contains(html, bad) {
			t.Errorf("the page shows %s", bad)
		}
	}
	for _, want := range []string{"•••• 567", "card •••• 1111", `value="preference.seat" selected`, `value="passport.number" selected`, `value="preference.airline_avoid"`, `value="special_date.WEDDING"`, "window"} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is missing", want)
		}
	}
}
