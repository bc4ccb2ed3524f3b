package imports_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/record"
)

// permits lists the communications to which marketing may be sent.
func (d *desk) permits() string {
	d.t.Helper()
	var list []contact.Communication
	dbtest.View(d.t, d.World.DB, db.System(d.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
		return record.Select(ctx, tx, &list, "WHERE r.permit_marketing")
	})
	var out []string
	for _, c := range list {
		out = append(out, c.Value)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// TestPermit takes over to whom marketing may be sent: a yes of the file for what it
// brings, a no at any time.
func TestPermit(t *testing.T) {
	d := newDesk(t)
	const head = "First name;Last name;E-mail;Mobile;Marketing permitted;Unsubscribed\n"
	d.add("ada", "Lis", "Ola", "ola@example.com", "")
	run := d.imported("ada", "first.csv", head+
		"Jan;Kos;jan@example.com;600100200;yes;\n"+
		"Ewa;Kos;ewa@example.com;;tak;true\n"+ // a no counts
		"Ida;Kos;ida@example.com;;;\n"+
		"Ida;Bąk;b@example.com;;;no\n"+ // who hasn't unsubscribed hasn't consented
		"Ola;Lis;ola@example.com;600100201;TAK;\n"+
		"Kim;Kos;kim@example.com;;yes;\n"+
		"Kim;Kos;kim@example.com;;no;\n", nil)
	d.expect(run, "create 5 update 2 skip 0 error 0 warned 1")
	if got := d.permits(); got != "600100200 600100201 jan@example.com" {
		t.Errorf("first: %s", got)
	}
	before := d.dump()
	run = d.imported("ada", "second.csv", head+"Ola;Lis;ola@example.com;;yes;\nJan;Kos;jan@example.com;;no;\n",
		func(o *imports.Options) { o.Mode = imports.ModeOverwrite })
	d.expect(run, "create 0 update 2 skip 0 error 0 warned 0")
	if got := d.permits(); got != "600100200 600100201 ola@example.com" {
		t.Errorf("second: %s", got)
	}
	if r := d.do("ada", run.ID, d.Undo); r.State != imports.Undone {
		t.Fatal(r.State, r.Error)
	}
	same(t, "undone", before, d.dump())
	if got := d.permits(); got != "600100200 600100201 jan@example.com" {
		t.Errorf("undone: %s", got)
	}
}

// TestPermitTitles recognises the column in the five languages.
func TestPermitTitles(t *testing.T) {
	d := newDesk(t)
	for i, title := range []string{"Marketing permitted", "Zgoda na marketing", "Werbung erlaubt", "Publicidad permitida", "Publicité autorisée"} {
		d.imported("ada", "titles.csv", fmt.Sprintf("E-mail;%s\nx%d@example.com;1\n", title, i), nil)
	}
	if got := d.permits(); got != "x0@example.com x1@example.com x2@example.com x3@example.com x4@example.com" {
		t.Error(got)
	}
}
