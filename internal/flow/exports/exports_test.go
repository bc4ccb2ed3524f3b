package exports_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/mail"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// letterbox keeps what was mailed.
type letterbox struct {
	mu  sync.Mutex
	got []mail.Message
}

func (b *letterbox) Send(_ context.Context, m mail.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got = append(b.got, m)
	return nil
}

func (b *letterbox) all() []mail.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]mail.Message{}, b.got...)
}

// desk is a world with a service for exports.
type desk struct {
	*dbtest.World
	*exports.Service
	t   testing.TB
	box *letterbox
}

func newDesk(t testing.TB) *desk {
	w := dbtest.NewWorld(t)
	store, err := files.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	box := &letterbox{}
	return &desk{World: w, t: t, box: box, Service: &exports.Service{DB: w.DB, Files: store, Mail: box, MailOn: true, BaseURL: "https://crm.example"}}
}

// run runs jobs until the test ends.
func (d *desk) run() {
	r := jobs.New(d.Service.DB, slog.New(slog.DiscardHandler))
	r.Poll = 20 * time.Millisecond
	d.Register(r)
	r.Start(context.Background())
	d.t.Cleanup(func() { r.Stop(context.Background()) })
}

// clients makes n clients of an advisor.
func (d *desk) clients(who, prefix string, n int) (ids []int64) {
	d.t.Helper()
	u := d.Users[who]
	dbtest.Update(d.t, d.Service.DB, db.System(d.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
		var list []*client.Client
		for i := range n {
			list = append(list, &client.Client{Name: fmt.Sprintf("%s%04d/Łucja", prefix, i), Code: fmt.Sprintf("%.3s%d-%d", strings.ToUpper(prefix), u.ID, i), AdvisorID: db.Ref(u.ID), BranchID: u.BranchID,
				SourceMedium: "fair", Anniversary: "1999-02-03"})
		}
		if err := record.InsertMany(ctx, tx, list); err != nil {
			return err
		}
		for _, c := range list {
			ids = append(ids, c.ID)
		}
		return nil
	})
	return ids
}

// small makes an export at once.
func (d *desk) small(who string, q exports.Request) (*exports.Export, string) {
	d.t.Helper()
	if q.Lang == "" {
		q.Lang = "pl"
	}
	e, err := d.Start(d.t.Context(), d.As(who), q)
	if err != nil {
		d.t.Fatal(err)
	}
	b, err := d.Make(d.t.Context(), d.As(who), e)
	if err != nil {
		d.t.Fatal(err)
	}
	return e, string(b)
}

// wait waits for the end of an export.
func (d *desk) wait(who string, id int64) *exports.Export {
	d.t.Helper()
	for range 600 {
		e := d.get(who, id)
		if !e.Busy() {
			return e
		}
		time.Sleep(20 * time.Millisecond)
	}
	d.t.Fatal("the export doesn't end")
	return nil
}

func (d *desk) get(who string, id int64) (e *exports.Export) {
	d.t.Helper()
	dbtest.View(d.t, d.Service.DB, d.As(who), func(ctx context.Context, tx *db.Tx) (err error) {
		e, err = exports.Get(ctx, tx, id)
		return err
	})
	return e
}

func all(cols ...string) list.Selection {
	return list.Selection{All: true, Query: list.Query{Columns: cols}}
}

// TestSmall: what the actor sees, in the order and with the columns asked for, noted.
func TestSmall(t *testing.T) {
	d := newDesk(t)
	d.clients("sue", "Północ", 3)
	ids := d.clients("bob", "Południe", 2)
	sel := all("code", "name", "anniversary", "source_medium")
	sel.Query.Sort = "-name"
	e, text := d.small("sue", exports.Request{List: "client", Format: exports.CSV, Selection: sel})
	l := i18n.For("pl")
	want := "\uFEFF" + strings.Join([]string{l.T("client.field.code"), l.T("client.field.name"), l.T("client.field.anniversary"), l.T("client.field.source_medium")}, ";") +
		fmt.Sprintf("\r\nPÓŁ%d-2;Północ0002/Łucja;03.02.1999;", d.Users["sue"].ID) + l.T("client.source_medium.fair") + "\r\n"
	if !strings.HasPrefix(text, want) || strings.Count(text, "\r\n") != 4 || strings.Contains(text, "Południe") {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	if e = d.get("sue", e.ID); e.State != exports.Done || e.Rows != 3 || int(e.FileSize) != len(text) || e.FileHash != "" || !strings.HasPrefix(e.FileName, "Klienci 20") {
		t.Errorf("%+v", e)
	}
	// A filter, and ticked rows of which one can't be seen.
	sel.Query.Filters = []list.Filter{{Key: "name", Op: "contains", Values: []string{"0001"}}}
	if e, text = d.small("ada", exports.Request{List: "client", Format: exports.CSV, Selection: sel}); e.Rows != 2 || !strings.Contains(e.Words, "0001") {
		t.Errorf("%+v\n%s", e, text)
	}
	e, text = d.small("sue", exports.Request{List: "client", Format: exports.CSV, Selection: list.Selection{IDs: ids, Query: sel.Query}})
	if e.Rows != 0 || strings.Contains(text, "Południe") {
		t.Errorf("%+v\n%s", e, text)
	}
}

// TestFields: what somebody has no right to never leaves, neither as a column nor as
// a filter, nor when the right was lost meanwhile.
func TestFields(t *testing.T) {
	d := newDesk(t)
	d.clients("sue", "A", 2)
	_, err := d.Start(t.Context(), d.As("joe"), exports.Request{List: "client", Format: exports.CSV, Lang: "en", Selection: all("name", "source_medium")})
	if !errs.Is(err, errs.Invalid) {
		t.Error(err)
	}
	sel := all("name")
	sel.Query.Filters = []list.Filter{{Key: "source_medium", Op: "any", Values: []string{"fair"}}}
	if _, err := d.Start(t.Context(), d.As("joe"), exports.Request{List: "client", Format: exports.CSV, Lang: "en", Selection: sel}); !errs.Is(err, errs.Invalid) {
		t.Error(err)
	}
	// Asked for as an assistant, made as an accountant.
	e, err := d.Start(t.Context(), d.As("sue"), exports.Request{List: "client", Format: exports.CSV, Lang: "en", Job: true, Selection: all("name", "source_medium")})
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Update(t, d.Service.DB, db.System(d.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
		u := d.Users["sue"]
		return record.Edit(ctx, tx, u, u.ID, 0, func() error { u.Role = "accountant"; return nil })
	})
	d.run()
	e = d.wait("sue", e.ID)
	if text := d.read("sue", e.ID); e.Rows != 2 || strings.Contains(strings.ToLower(text), "fair") || strings.Contains(text, "Source") {
		t.Errorf("%+v\n%s", e, text)
	}
}

// read fetches the file by a fresh link.
func (d *desk) read(who string, id int64) string {
	d.t.Helper()
	token, err := d.Link(d.t.Context(), d.As(who), id)
	if err != nil {
		d.t.Fatal(err)
	}
	_, f, err := d.Open(d.t.Context(), d.As(who), id, token)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(b)
}

// TestRights: exporting is a permission, and the agency's switch wins over it.
func TestRights(t *testing.T) {
	d := newDesk(t)
	d.clients("ann", "A", 1)
	q := exports.Request{List: "client", Format: exports.CSV, Lang: "en", Selection: all()}
	for who, may := range map[string]bool{"ada": true, "max": true, "sue": true, "joe": true, "ann": false, "bob": false, "eva": false} {
		if _, err := d.Start(t.Context(), d.As(who), q); (err == nil) != may || err != nil && !errs.Is(err, errs.Forbidden) {
			t.Errorf("%s: %v", who, err)
		}
	}
	q.Job = true
	late, err := d.Start(t.Context(), d.As("ada"), q)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Update(t, d.Service.DB, db.System(d.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
		return record.Edit(ctx, tx, d.Agency, d.Agency.ID, 0, func() error { d.Agency.NoExport = true; return nil })
	})
	if _, err := d.Start(t.Context(), d.As("ada"), q); !errs.Is(err, errs.Forbidden) {
		t.Error(err)
	}
	d.run()
	if e := d.wait("ada", late.ID); e.State != exports.Failed || e.FileHash != "" || e.Error != "error.forbidden" {
		t.Errorf("%+v", e)
	}
}

// TestJob: a large export, its link, and who gets it.
func TestJob(t *testing.T) {
	d := newDesk(t)
	d.clients("sue", "Kowalska", exports.Small+200)
	d.run()
	e, err := d.Start(t.Context(), d.As("sue"), exports.Request{List: "client", Format: exports.XLSX, Lang: "pl", Selection: all("name", "anniversary")})
	if err != nil || e.JobID == 0 {
		t.Fatal(e, err)
	}
	if e = d.wait("sue", e.ID); e.State != exports.Done || e.Rows != exports.Small+200 || !e.Ready(time.Now()) {
		t.Fatalf("%+v", e)
	}
	if text := d.read("sue", e.ID); !strings.HasPrefix(text, "PK") {
		t.Error("no workbook")
	}
	token, err := d.Link(t.Context(), d.As("sue"), e.ID)
	if err != nil {
		t.Fatal(err)
	}
	for who, kind := range map[string]errs.Kind{"ada": errs.Forbidden, "eva": errs.Forbidden, "max": errs.NotFound, "ann": errs.NotFound} {
		if _, _, err := d.Open(t.Context(), d.As(who), e.ID, token); !errs.Is(err, kind) {
			t.Errorf("%s opens the file: %v", who, err)
		}
		if _, err := d.Link(t.Context(), d.As(who), e.ID); !errs.Is(err, kind) {
			t.Errorf("%s makes a link: %v", who, err)
		}
	}
	for _, bad := range []string{"", "x", token + "x"} {
		if _, _, err := d.Open(t.Context(), d.As("sue"), e.ID, bad); !errs.Is(err, errs.NotFound) {
			t.Errorf("%q opens the file: %v", bad, err)
		}
	}
	if e := d.get("sue", e.ID); strings.Contains(e.TokenHash, token) || len(e.TokenHash) != 64 {
		t.Error("the token is in the database")
	}
	// A day later link and file are gone, whatever else is in the store stays.
	hash := e.FileHash
	if err := d.Clean(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Files.Stat(hash); err != nil {
		t.Error("removed too early:", err)
	}
	dbtest.Update(t, d.Service.DB, db.System(d.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
		return record.Edit(ctx, tx, e, e.ID, 0, func() error { e.ExpiresAt = tx.Now.Add(-time.Second); return nil })
	})
	if _, _, err := d.Open(t.Context(), d.As("sue"), e.ID, token); !errs.Is(err, errs.NotFound) {
		t.Error("an old link opens the file:", err)
	}
	if err := d.Clean(t.Context()); err != nil {
		t.Fatal(err)
	}
	if e := d.get("sue", e.ID); e.FileHash != "" || e.TokenHash != "" || e.State != exports.Done || e.Rows != exports.Small+200 {
		t.Errorf("%+v", e)
	}
}

// TestCancelled: an export that waits ends at once.
func TestCancelled(t *testing.T) {
	d := newDesk(t)
	d.clients("sue", "A", 2)
	e, err := d.Start(t.Context(), d.As("sue"), exports.Request{List: "client", Format: exports.CSV, Lang: "en", Selection: all(), Job: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Cancel(t.Context(), d.As("eva"), e.ID); !errs.Is(err, errs.Forbidden) {
		t.Error("the auditor cancels:", err)
	}
	if _, err := d.Cancel(t.Context(), d.As("sue"), e.ID); err != nil {
		t.Fatal(err)
	}
	if e := d.get("sue", e.ID); e.State != exports.Cancelled {
		t.Errorf("%+v", e)
	}
	if _, err := d.Cancel(t.Context(), d.As("sue"), e.ID); !errs.Is(err, errs.Conflict) {
		t.Error(err)
	}
}

// TestMail: the file goes to colleagues who may export themselves, a link to others.
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

// TestCards: labels and address cards of clients and travelers.
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

// TestPrintout: a page to print has the texts of the list.
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

// TestLog: everybody sees their own exports, auditors and administrators all.
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

// TestBroken: an error is noted, and no half file leaves.
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
