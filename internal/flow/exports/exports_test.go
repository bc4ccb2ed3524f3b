package exports_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/mail"
	"github.com/carnetcrm/carnet/internal/record"
)

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
	return &desk{World: w, t: t, box: box, Service: &exports.Service{DB: w.DB, Files: store, Mail: box, MailOn: true, BaseURL: "https://crm.example", Reveal: flow.Reveal}}
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
	e := d.wait("ada", late.ID)
	if e.State != exports.Failed || e.FileHash != "" || e.Error != "export.off" {
		t.Errorf("%+v", e)
	}
	// Who read it while it was at work, and its job once that had ended, is told the same.
	e.State, e.Error = exports.Running, ""
	for end := time.Now().Add(10 * time.Second); e.State == exports.Running && time.Now().Before(end); { // the job ends after the export
		dbtest.View(t, d.Service.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error { return e.Refresh(ctx, tx) })
	}
	if e.State != exports.Failed || e.Error != "export.off" {
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
// TestCards: labels and address cards of clients and travelers.
// TestPrintout: a page to print has the texts of the list.
// TestLog: everybody sees their own exports, auditors and administrators all.
// TestBroken: an error is noted, and no half file leaves.

// TestAskedWrong: what the list can't be asked is refused at once, not by the job.
func TestAskedWrong(t *testing.T) {
	d := newDesk(t)
	for name, q := range map[string]list.Query{
		"order":           {Sort: "xx"},
		"too many orders": {Sort: "name,-created,city,code,segment,status,kind"},
		"column":          {Columns: []string{"name", "xx"}},
		"filter":          {Filters: []list.Filter{{Key: "xx", Op: "is", Values: []string{"a"}}}},
		"operator":        {Filters: []list.Filter{{Key: "name", Op: "after", Values: []string{"2020-01-01"}}}},
		"value":           {Filters: []list.Filter{{Key: "created", Op: "after", Values: []string{"yesterday"}}}},
		"within an area":  {Filters: []list.Filter{{Key: "traveler", Op: "has", Where: []list.Filter{{Key: "xx", Op: "is", Values: []string{"a"}}}}}},
	} {
		for _, format := range []string{exports.CSV, exports.VCard, exports.Print} {
			for _, sel := range []list.Selection{{All: true, Query: q}, {IDs: []int64{1}, Query: q}} {
				if len(q.Filters) > 0 && !sel.All {
					continue // they don't decide what leaves
				}
				_, err := d.Start(t.Context(), d.As("ada"), exports.Request{List: "client", Format: format, Lang: "en", Selection: sel, Job: true})
				if !errs.Is(err, errs.Invalid) {
					t.Errorf("%s, %s, all %v: %v", name, format, sel.All, err)
				}
			}
		}
	}
}
