package web_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// TestExportSecrets: numbers of documents have a page of their own, which asks why; who
// lacks the right isn't offered it, and gets none.
func TestExportSecrets(t *testing.T) {
	s := newSite(t, 10)
	var id int64
	dbtest.Update(t, s.db, s.agency.Actor(), func(ctx context.Context, tx *db.Tx) error {
		p := &traveler.Traveler{Family: "Planted", Given: "Ewa"}
		if err := record.Insert(ctx, tx, p); err != nil {
			return err
		}
		id = p.ID
		return record.Insert(ctx, tx, &traveler.Passport{TravelerID: id, No: record.Plain("PP1234567"), Country: "PL", Expires: "2040-01-01"})
	})
	boss := exporter{t, s, s.client(t, "administrator")}
	const path = "/travelers/export/secrets"
	_, html := boss.send("/travelers/export?family=planted", nil)
	if !strings.Contains(html, path) {
		t.Error("the page doesn't lead to numbers of documents")
	}
	if _, html := boss.send("/clients/export", nil); strings.Contains(html, path) {
		t.Error("clients have no documents")
	}
	if res, html := boss.send(path+"?ids="+fmt.Sprint(id), nil); res.StatusCode != 200 || !strings.Contains(html, `name="reason"`) || strings.Contains(html, "PP1234567") || strings.Contains(html, `value="vcard"`) {
		t.Error(res.StatusCode, html)
	}
	v := url.Values{"ids": {fmt.Sprint(id)}, "_format": {"csv"}, "_col": {"family"}, "_secret": {"passport_number"}}
	if res, html := boss.send(path, v); res.StatusCode != 422 || strings.Contains(html, "PP1234567") {
		t.Error("without a reason:", res.StatusCode)
	}
	v.Set("reason", "visa")
	v.Set("_mail_to", "2") // what this form doesn't have
	if res, file := boss.send(path, v); res.StatusCode != 200 || !strings.Contains(file, "Planted") || !strings.Contains(file, "PP1234567") {
		t.Error(res.StatusCode, file)
	}
	if res, file := boss.send("/travelers/export/start", v); res.StatusCode == 200 && strings.Contains(file, "PP1234567") {
		t.Error("the other form gives numbers")
	}
	v.Del("_secret")
	if res, _ := boss.send(path, v); res.StatusCode != 422 {
		t.Error("without a number:", res.StatusCode)
	}
	if _, html := boss.send("/exports", nil); strings.Contains(html, "PP1234567") {
		t.Error("the log holds numbers")
	}
	v.Set("_secret", "passport_number")
	agent := exporter{t, s, s.client(t, "assistant")}
	if res, _ := agent.send(path, nil); res.StatusCode != 403 {
		t.Error(res.StatusCode)
	}
	if res, _ := agent.send(path, v); res.StatusCode != 403 {
		t.Error(res.StatusCode)
	}
	if _, html := agent.send("/travelers/export", nil); strings.Contains(html, path) {
		t.Error("offered to who may not")
	}
}
