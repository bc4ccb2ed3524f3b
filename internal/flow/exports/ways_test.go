package exports_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

func TestMail(t *testing.T) {
	d := newDesk(t)
	d.clients("sue", "A", 3)
	d.run()
	sel := all("name")
	sel.Query.Filters = []list.Filter{{Key: "name", Op: "contains", Values: []string{"a"}}}
	send := func(to string) *exports.Export {
		e, err := d.Start(t.Context(), d.As("sue"), exports.Request{List: "client", Format: exports.CSV, Lang: "pl", Selection: sel, MailTo: d.Users[to].ID})
		if err != nil {
			t.Fatal(err)
		}
		e = d.wait("sue", e.ID)
		for range 300 {
			if e = d.get("sue", e.ID); e.Mailed != "" {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		return e
	}
	if e := send("max"); e.Mailed != "file" {
		t.Errorf("%+v", e)
	}
	if e := send("ann"); e.Mailed != "link" {
		t.Errorf("%+v", e)
	}
	got := d.box.all()
	if len(got) != 2 {
		t.Fatalf("%d mails", len(got))
	}
	if m := got[0]; m.To[0].Email != "max@example.com" || len(m.Attach) != 1 || !bytes.Contains(m.Attach[0].Data, []byte("A0002/Łucja")) || m.ReplyTo.Email != "sue@example.com" {
		t.Errorf("%+v", m)
	}
	if m := got[1]; m.To[0].Email != "ann@example.com" || len(m.Attach) != 0 || !strings.Contains(m.Text, "https://crm.example/clients?name=a") || strings.Contains(m.Text, "Łucja") {
		t.Errorf("%+v", m)
	}
	_, err := d.Start(t.Context(), d.As("sue"), exports.Request{List: "client", Format: exports.CSV, Lang: "pl", Selection: sel, MailTo: d.Zoe.ID})
	if !errs.Is(err, errs.Invalid) {
		t.Error("mailed to another agency:", err)
	}
	d.MailOn = false
	if _, err = d.Start(t.Context(), d.As("sue"), exports.Request{List: "client", Format: exports.CSV, Lang: "pl", Selection: sel, MailTo: d.Users["max"].ID}); !errs.Is(err, errs.Invalid) {
		t.Error("mailed without a server:", err)
	}
}

func TestCards(t *testing.T) {
	d := newDesk(t)
	var joanna, firm, bare client.Client
	var tr traveler.Traveler
	dbtest.Update(t, d.Service.DB, db.System(d.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
		joanna = client.Client{Name: "Kowalska/Joanna"}
		firm = client.Client{Name: "Azymut sp. z o.o.", Kind: "corporate", Contact: "Jan Nowak"}
		bare = client.Client{Name: "Nikt/Adam"}
		tr = traveler.Traveler{Family: "Kowalska", Given: "Joanna", Title: "dr", BirthDate: "1980-03-12"}
		for _, r := range []record.Record{&joanna, &firm, &bare, &tr} {
			if err := record.Insert(ctx, tx, r); err != nil {
				return err
			}
		}
		for _, r := range []record.Record{&client.Link{ClientID: joanna.ID, TravelerID: tr.ID},
			&contact.Communication{OwnerKind: "traveler", OwnerID: tr.ID, Type: "phone", SubType: "mobile", Value: "600 100 200", Region: "PL", Primary: true},
			&contact.Address{OwnerKind: "traveler", OwnerID: tr.ID, Kind: "physical", Street: "Długa 5", PostalCode: "31-147", City: "Kraków", Country: "PL"},
			&contact.Address{OwnerKind: "client", OwnerID: firm.ID, Kind: "physical", Street: "Hauptstraße 1", PostalCode: "10115", City: "Berlin", Country: "DE"},
			&contact.Address{OwnerKind: "client", OwnerID: firm.ID, Kind: "mailing", POBox: "Postfach 7", PostalCode: "10115", City: "Berlin", Country: "DE"}} {
			if err := record.Insert(ctx, tx, r); err != nil {
				return err
			}
		}
		return nil
	})
	e, text := d.small("ada", exports.Request{List: "client", Format: exports.VCard, Selection: all()})
	for _, want := range []string{"FN:Joanna Kowalska\r\nN:Kowalska;Joanna;;dr;\r\n", "BDAY:19800312", `TEL;PREF=1;TYPE="voice,cell":+48600100200`, "ADR;TYPE=home:;;Długa 5;Kraków;;31-147;Polska",
		"KIND:org\r\nFN:Azymut sp. z o.o.\r\n", "FN:Adam Nikt\r\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if e.Rows != 3 {
		t.Errorf("%d cards", e.Rows)
	}
	if _, text = d.small("ada", exports.Request{List: "traveler", Format: exports.VCard, Options: exports.Options{Old: true}, Selection: all()}); !strings.Contains(text, "VERSION:3.0") || !strings.Contains(text, "FN:Joanna Kowalska") {
		t.Error(text)
	}
	e, text = d.small("ada", exports.Request{List: "client", Format: exports.Labels, Options: exports.Options{Sheet: "L7160", Start: 3}, Selection: all()})
	if e.Rows != 2 || e.Skipped != 1 || !strings.HasPrefix(text, "%PDF") {
		t.Errorf("%+v", e)
	}
	if _, err := d.Start(t.Context(), d.As("ada"), exports.Request{List: "client", Format: exports.Labels, Lang: "pl", Selection: all()}); !errs.Is(err, errs.Invalid) {
		t.Error("labels without a sheet:", err)
	}
}

func TestPrintout(t *testing.T) {
	d := newDesk(t)
	d.clients("sue", "A", 3)
	e, err := d.Start(t.Context(), d.As("sue"), exports.Request{List: "client", Format: exports.Print, Lang: "pl", Selection: all("name", "anniversary")})
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.Printout(t.Context(), d.As("sue"), e)
	if err != nil || len(p.Cells) != 3 || p.Cells[0][1] != "3 lut 1999" || len(p.Columns) != 2 || p.More {
		t.Errorf("%+v %v", p, err)
	}
	if e := d.get("sue", e.ID); e.State != exports.Done || e.Rows != 3 {
		t.Errorf("%+v", e)
	}
}

func TestLog(t *testing.T) {
	d := newDesk(t)
	d.clients("sue", "A", 1)
	d.small("sue", exports.Request{List: "client", Format: exports.CSV, Selection: all()})
	d.small("max", exports.Request{List: "traveler", Format: exports.PDF, Selection: all()})
	for who, want := range map[string]int{"ada": 2, "eva": 2, "sue": 1, "max": 1, "ann": 0} {
		dbtest.View(t, d.Service.DB, d.As(who), func(ctx context.Context, tx *db.Tx) error {
			got, err := exports.List(ctx, tx, 0, 0, 10)
			if err == nil && len(got) != want {
				err = fmt.Errorf("%s sees %d exports, want %d", who, len(got), want)
			}
			return err
		})
	}
}

func TestBroken(t *testing.T) {
	d := newDesk(t)
	d.clients("sue", "A", 1)
	e, err := d.Start(t.Context(), d.As("sue"), exports.Request{List: "client", Format: exports.CSV, Lang: "pl", Selection: all()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if b, err := d.Make(ctx, d.As("sue"), e); b != nil || !errors.Is(err, context.Canceled) {
		t.Error(len(b), err)
	}
	if e := d.get("sue", e.ID); e.State != exports.Failed || e.Error == "" {
		t.Errorf("%+v", e)
	}
}
