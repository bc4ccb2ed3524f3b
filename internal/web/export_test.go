package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/record"
)

// exporter is somebody at the pages of exports.
type exporter struct {
	t *testing.T
	s *site
	c *http.Client
}

// send posts a form, or gets a page where v is nil, and returns answer and text.
func (x exporter) send(path string, v url.Values) (*http.Response, string) {
	x.t.Helper()
	var res *http.Response
	var err error
	if v == nil {
		res, err = x.c.Get(x.s.URL + path)
	} else {
		res, err = x.c.PostForm(x.s.URL+path, v)
	}
	if err != nil {
		x.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		x.t.Fatal(err)
	}
	return res, string(raw)
}

var exportHidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// TestExportPages: from the list to the file, in few steps and without script.
func TestExportPages(t *testing.T) {
	s := newSite(t, 40)
	x := exporter{t, s, s.client(t, "administrator")}
	// All that match, with a column that wasn't shown, in the order of the ticks.
	res, _ := x.send("/clients/export", url.Values{"all": {"1"}, "kind": {"corporate"}, "sort": {"-name"}})
	if to := res.Header.Get("Location"); res.StatusCode != 303 || to != "/clients/export?all=1&kind=corporate&sort=-name" {
		t.Fatal(res.StatusCode, to)
	}
	res, html := x.send(res.Header.Get("Location"), nil)
	if res.StatusCode != 200 {
		t.Fatal(res.StatusCode, html)
	}
	v := url.Values{"_format": {"csv"}, "_col": {"code", "name", "phone"}}
	for _, m := range exportHidden.FindAllStringSubmatch(html, -1) {
		v.Add(m[1], m[2])
	}
	if v.Get("kind") != "corporate" || v.Get("all") != "1" || v.Get("sort") != "-name" {
		t.Errorf("the page forgot what was asked for: %v", v)
	}
	res, file := x.send("/clients/export/start", v)
	if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment") || !strings.HasPrefix(file, "\uFEFF") {
		t.Fatal(res.StatusCode, res.Header, file)
	}
	lines := strings.Split(strings.TrimSpace(file), "\r\n")
	if len(lines) < 3 || strings.Count(lines[0], ";") != 2 {
		t.Errorf("the file has %d lines: %s", len(lines), lines[0])
	}
	// Ticked rows.
	v = url.Values{"ids": {"3,5"}, "_format": {"csv"}, "_col": {"name"}}
	if _, file = x.send("/clients/export/start", v); strings.Count(file, "\r\n") != 3 {
		t.Errorf("two ticked rows make\n%s", file)
	}
	for format, start := range map[string]string{"xlsx": "PK", "pdf": "%PDF", "vcard": "BEGIN:VCARD", "labels": "%PDF"} {
		v.Set("_format", format)
		v.Set("_sheet", "L7160")
		if res, file = x.send("/clients/export/start", v); res.StatusCode != 200 || !strings.HasPrefix(file, start) {
			t.Errorf("%s: %d %.60q", format, res.StatusCode, file)
		}
	}
	// What can't be made comes back with the form.
	v.Set("_format", "labels")
	v.Set("_sheet", "none")
	if res, html = x.send("/clients/export/start", v); res.StatusCode != 422 || !strings.Contains(html, `value="3,5"`) {
		t.Error(res.StatusCode)
	}
	wrong := url.Values{"ids": {"3,5"}, "_format": {"csv"}, "sort": {"xx"}}
	if res, html = x.send("/clients/export/start", wrong); res.StatusCode != 422 || !strings.Contains(html, "xx") {
		t.Error("an unknown order:", res.StatusCode)
	}
	v.Set("_format", "print")
	if res, html = x.send("/clients/export/start", v); res.StatusCode != 200 || strings.Count(html, "<tr>") != 3 || !strings.Contains(html, "print.css") {
		t.Error(res.StatusCode, html)
	}
	if res, html = x.send("/travelers/print?sort=-created", nil); res.StatusCode != 200 || !strings.Contains(html, "<table>") {
		t.Error(res.StatusCode)
	}
	// All of it was noted.
	if res, html = x.send("/exports", nil); res.StatusCode != 200 || strings.Count(html, `href="/exports/`) < 8 {
		t.Error(res.StatusCode, strings.Count(html, `href="/exports/`))
	}
}

// TestExportJob: a large export has a page, and a link that only who asked can use.
func TestExportJob(t *testing.T) {
	s := newSite(t, 30)
	boss := exporter{t, s, s.client(t, "administrator")}
	var mate agency.User
	dbtest.View(t, s.db, s.agency.Actor(), func(ctx context.Context, tx *db.Tx) error {
		var list []agency.User
		err := record.Select(ctx, tx, &list, "WHERE r.role = 'manager' AND r.status = 'active' ORDER BY r.id LIMIT 1")
		mate = list[0]
		return err
	})
	// What is mailed is made by a job, however small it is.
	res, html := boss.send("/clients/export/start", url.Values{"all": {"1"}, "_format": {"csv"}, "_col": {"name"}, "_mail_to": {strconv.FormatInt(mate.ID, 10)}})
	page := res.Header.Get("Location")
	if res.StatusCode != 303 || !strings.HasPrefix(page, "/exports/") {
		t.Fatal(res.StatusCode, page, html)
	}
	for range 200 {
		if _, html = boss.send(page, nil); strings.Contains(html, page+"/link") {
			break
		}
		time.Sleep(30 * time.Millisecond)
	}
	res, _ = boss.send(page+"/link", url.Values{})
	file := res.Header.Get("Location")
	if res.StatusCode != 303 || !strings.HasPrefix(file, page+"/file?token=") {
		t.Fatal(res.StatusCode, file)
	}
	if res, text := boss.send(file, nil); res.StatusCode != 200 || !strings.HasPrefix(text, "\uFEFF") {
		t.Error(res.StatusCode)
	}
	if res, _ := boss.send(page+"/file?token=x", nil); res.StatusCode != 404 {
		t.Error("a wrong link:", res.StatusCode)
	}
	for role, want := range map[string]int{"manager": 404, "auditor": 403, "agent": 403, "": 303} {
		other := exporter{t, s, s.client(t, role)}
		if res, _ := other.send(file, nil); res.StatusCode != want {
			t.Errorf("%q gets %d", role, res.StatusCode)
		}
	}
	if res, html := (exporter{t, s, s.client(t, "auditor")}).send(page, nil); res.StatusCode != 200 || strings.Contains(html, page+"/link") {
		t.Error("the auditor sees the export, not the file:", res.StatusCode)
	}
}

// TestSendOffered: without a mail server nothing is offered that needs one.
func TestSendOffered(t *testing.T) {
	s := newSite(t, 3)
	english(t, s, "administrator")
	x := exporter{t, s, s.client(t, "administrator")}
	for _, on := range []bool{true, false} {
		s.exports.MailOn = on
		_, html := x.send("/clients", nil)
		if got := strings.Contains(html, "Send to a colleague"); got != on {
			t.Errorf("mail %v: sending is offered: %v", on, got)
		}
		if !strings.Contains(html, "/clients/print") {
			t.Error("printing isn't offered")
		}
	}
}

// TestExportOff: the switch of the agency counts at once, for everybody.
func TestExportOff(t *testing.T) {
	s := newSite(t, 10)
	english(t, s, "administrator")
	x := exporter{t, s, s.client(t, "administrator")}
	if _, html := x.send("/clients", nil); !strings.Contains(html, "/clients/export") {
		t.Error("the list doesn't offer to export")
	}
	res, _ := x.send("/clients/export/start", url.Values{"all": {"1"}, "_format": {"csv"}, "_mail_to": {strconv.FormatInt(s.agency.People[1], 10)}})
	page := res.Header.Get("Location")
	for range 200 {
		if _, html := x.send(page, nil); strings.Contains(html, page+"/link") {
			break
		}
		time.Sleep(30 * time.Millisecond)
	}
	if _, html := x.send("/exports", nil); !strings.Contains(html, ">Download<") {
		t.Error("the log doesn't show the file")
	}
	_, html := x.send("/admin/agency", nil)
	version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(html)
	if version == nil || !strings.Contains(html, `name="no_export"`) {
		t.Fatal("no switch")
	}
	if res, _ := x.send("/admin/agency", url.Values{"version": {version[1]}, "_tick.no_export": {"1"}, "no_export": {"1"}}); res.StatusCode != 303 {
		t.Fatal(res.StatusCode)
	}
	for _, path := range []string{"/clients/export", "/travelers/export", "/clients/print"} {
		if res, html := x.send(path, nil); res.StatusCode != 403 || !strings.Contains(html, "Exporting is switched off") {
			t.Errorf("%s answers %d, or doesn't say why", path, res.StatusCode)
		}
	}
	if res, _ := x.send("/clients/export/start", url.Values{"all": {"1"}, "_format": {"csv"}}); res.StatusCode != 403 {
		t.Error(res.StatusCode)
	}
	if _, html := x.send("/clients", nil); strings.Contains(html, "/clients/export") || strings.Contains(html, "/clients/print") {
		t.Error("the list offers what can't be done")
	}
	for _, path := range []string{"/exports", page} {
		if res, html := x.send(path, nil); res.StatusCode != 200 || strings.Contains(html, ">Download<") || !strings.Contains(html, "Exporting is switched off") {
			t.Errorf("%s answers %d, or offers what can't be had, or doesn't say why", path, res.StatusCode)
		}
	}
	if _, err := s.exports.Start(t.Context(), s.agency.Actor(), exports.Request{List: "client", Format: "x"}); err == nil {
		t.Error(fmt.Errorf("an unknown format was taken"))
	}
}
