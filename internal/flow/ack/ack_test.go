package ack_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/ack"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/record"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var place = login.Place{IP: "203.0.113.9", UserAgent: "Telefon"}

type world struct {
	*dbtest.World
	t        *testing.T
	s        *ack.Service
	client   record.Ref
	template int64
}

func newWorld(t *testing.T) *world {
	t.Helper()
	store, err := files.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{World: dbtest.NewWorld(t), t: t}
	w.s = &ack.Service{DB: w.DB, Files: store, Absolute: func(p string) string { return "https://crm.example" + p }}
	n := &flow.NewClient{Client: client.Client{Kind: "personal", Name: "Nowak/{agency}", FormalSalutation: "Szanowny Panie"}}
	tmpl := &ack.Template{Name: "Terms", Language: "pl", Title: "Warunki {agency}", Text: "{salutation}, {name}!\r\n\r\nDnia { date }: {client}.", Active: true}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) })
	dbtest.Update(t, w.DB, w.As("max"), func(ctx context.Context, tx *db.Tx) error { tmpl.ID = 0; return record.Insert(ctx, tx, tmpl) })
	w.client, w.template = record.Ref{Kind: "client", ID: n.Client.ID}, tmpl.ID
	return w
}

func (w *world) send(r ack.Request) (*ack.Ack, *ack.Link) {
	w.t.Helper()
	r.Owner, r.Template = w.client, w.template
	if r.Days == 0 {
		r.Days = 30
	}
	a, path, err := w.s.Send(w.t.Context(), w.As("ann"), r)
	if err != nil {
		w.t.Fatal(err)
	}
	return a, w.follow(path)
}

func (w *world) follow(path string) *ack.Link {
	w.t.Helper()
	l, err := ack.Follow(w.t.Context(), w.DB, strings.TrimPrefix(path, "/acknowledge/"), place)
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

func (w *world) get(id int64) (a ack.Ack) {
	w.t.Helper()
	dbtest.View(w.t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return record.Get(ctx, tx, &a, id) })
	return a
}

// TestSign goes the whole way with a file, and proves what was signed.
func TestSign(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	content := []byte("%PDF-1.4 our terms " + strings.Repeat("x", 5000))
	docs := &document.Service{DB: w.DB, Files: w.s.Files}
	file, err := docs.Upload(ctx, w.As("ann"), document.Upload{Owner: w.client, Name: "terms.pdf", Content: bytes.NewReader(content)})
	if err != nil {
		t.Fatal(err)
	}
	a, l := w.send(ack.Request{Attachment: file.ID, Recipient: "Jan Nowak", Email: "jan@example.com"})
	sum := sha256.Sum256(content)
	if a.FileHash != hex.EncodeToString(sum[:]) || a.FileName != "terms.pdf" {
		t.Errorf("%s %s", a.FileName, a.FileHash)
	}
	// A value that looks like a field stays what it is.
	if a.Title != "Warunki Azymut" || !strings.HasPrefix(a.Text, "Szanowny Panie, Jan Nowak!\n\nDnia ") || !strings.HasSuffix(a.Text, "{agency} Nowak.") {
		t.Errorf("%q: %q", a.Title, a.Text)
	}
	seen, ag, err := l.Show(ctx, w.DB)
	if err != nil || ag.Name != "Azymut" || seen.Status != "seen" || seen.Hash != ack.HashOf(a.Title, a.Text) {
		t.Fatalf("%+v, %v", seen, err)
	}
	_, r, err := l.File(ctx, w.DB, w.s.Files)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if r.Close(); err != nil || !bytes.Equal(got, content) {
		t.Errorf("another file: %d bytes, %v", len(got), err)
	}
	for _, in := range []ack.Answer{{}, {Agreed: true}, {Signer: "Jan"}, {Agreed: true, Signer: "  "}, {Agreed: true, Signer: "\u200b\u200b"}, {Agreed: true, Signer: "- ."}} {
		if err := l.Sign(ctx, w.DB, in); !errs.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", in, err)
		}
	}
	// The file and the template change afterwards: what was sent doesn't.
	dbtest.Update(t, w.DB, w.As("max"), func(ctx context.Context, tx *db.Tx) error {
		x := new(ack.Template)
		return record.Edit(ctx, tx, x, w.template, 0, func() error { x.Text = "Other"; return nil })
	})
	if err := l.Sign(ctx, w.DB, ack.Answer{Agreed: true, Signer: " Jan  Nowak ", Place: place}); err != nil {
		t.Fatal(err)
	}
	is := w.get(a.ID)
	if is.Status != "acknowledged" || is.Signer != "Jan Nowak" || is.IP != place.IP || is.UserAgent != "Telefon" || is.AnsweredAt == 0 || !is.Whole() || is.Text != a.Text {
		t.Errorf("%+v", is)
	}
	if err := l.Sign(ctx, w.DB, ack.Answer{Agreed: true, Signer: "Replay"}); !errs.Is(err, errs.Conflict) {
		t.Errorf("signed twice: %v", err)
	}
	if err := l.Decline(ctx, w.DB, ack.Answer{Reason: "no"}); !errs.Is(err, errs.Conflict) {
		t.Errorf("declined afterwards: %v", err)
	}
	w.versions(t)
}

// versions holds that the text before the change is still there.
func (w *world) versions(t *testing.T) {
	t.Helper()
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		list, err := ack.Versions(ctx, tx, w.template)
		if err != nil || len(list) != 1 || list[0].Number != 1 || !strings.Contains(list[0].Text, "{salutation}") {
			t.Errorf("%+v, %v", list, err)
		}
		return nil
	})
}

// TestDecline: a reason is needed, and the sending is closed.
func TestDecline(t *testing.T) {
	w := newWorld(t)
	a, l := w.send(ack.Request{})
	if err := l.Decline(t.Context(), w.DB, ack.Answer{}); !errs.Is(err, errs.Invalid) {
		t.Errorf("without a reason: %v", err)
	}
	if err := l.Decline(t.Context(), w.DB, ack.Answer{Reason: "too strict", Place: place}); err != nil {
		t.Fatal(err)
	}
	if is := w.get(a.ID); is.Status != "declined" || is.Reason != "too strict" || is.Signer != "" {
		t.Errorf("%+v", is)
	}
}

// TestProof: nobody of the agency answers for a client or changes what was shown, and a
// link reaches nothing but its document.
func TestProof(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	a, l := w.send(ack.Request{})
	b, m := w.send(ack.Request{})
	change := func(do func(*ack.Ack)) func(tx *db.Tx) error {
		return func(tx *db.Tx) error {
			x := new(ack.Ack)
			return record.Edit(ctx, tx, x, a.ID, 0, func() error { do(x); return nil })
		}
	}
	for what, do := range map[string]func(*ack.Ack){
		"signs": func(x *ack.Ack) { x.Status, x.Signer = "acknowledged", "Nowak" }, "text": func(x *ack.Ack) { x.Text = "" },
		"hash": func(x *ack.Ack) { x.Text, x.Hash = "y", ack.HashOf(x.Title, "y") }, "time": func(x *ack.Ack) { x.AnsweredAt = 5 },
		"seen": func(x *ack.Ack) { x.Status = "seen" }, "file": func(x *ack.Ack) { x.FileHash = "0" }, "longer": func(x *ack.Ack) { x.ExpiresAt++ }} {
		for _, who := range []string{"ann", "ada"} {
			if err := w.DB.Update(ctx, w.As(who), change(do)); !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s: %s: %v", who, what, err)
			}
		}
		if err := w.DB.Update(ctx, m.Actor, change(do)); !errs.Is(err, errs.NotFound) {
			t.Errorf("by another link: %s: %v", what, err)
		}
	}
	for what, do := range map[string]func(*ack.Ack){"text": func(x *ack.Ack) { x.Text = "" }, "owner": func(x *ack.Ack) { x.OwnerID++ }, "template": func(x *ack.Ack) { x.TemplateNumber++ }} {
		if err := w.DB.Update(ctx, l.Actor, change(do)); err == nil {
			t.Errorf("by its own link: %s", what)
		}
	}
	for who, want := range map[string]errs.Kind{"bob": errs.NotFound, "zoe": errs.NotFound, "eva": errs.Forbidden} {
		err := w.DB.Update(ctx, w.As(who), func(tx *db.Tx) error { _, err := ack.Revoke(ctx, tx, b.ID); return err })
		if errs.KindOf(err) != want {
			t.Errorf("%s revokes: %v", who, err)
		}
		if _, _, err := w.s.Send(ctx, w.As(who), ack.Request{Owner: w.client, Template: w.template, Days: 5}); err == nil {
			t.Errorf("%s sends", who)
		}
	}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { _, err := ack.Revoke(ctx, tx, b.ID); return err })
	if err := m.Sign(ctx, w.DB, ack.Answer{Agreed: true, Signer: "Late"}); !errs.Is(err, errs.Conflict) {
		t.Errorf("signed after it was revoked, from a page that was open: %v", err)
	}
}

// TestAtOnce: of several answers at the same moment one counts.
func TestAtOnce(t *testing.T) {
	w := newWorld(t)
	a, l := w.send(ack.Request{})
	var wg sync.WaitGroup
	errors := make([]error, 6)
	for i := range errors {
		wg.Go(func() {
			if i%2 == 0 {
				errors[i] = l.Sign(t.Context(), w.DB, ack.Answer{Agreed: true, Signer: "A"})
			} else {
				errors[i] = l.Decline(t.Context(), w.DB, ack.Answer{Reason: "B"})
			}
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errors {
		if err == nil {
			won++
		} else if !errs.Is(err, errs.Conflict) {
			t.Error(err)
		}
	}
	if is := w.get(a.ID); won != 1 || is.Signer != "" && is.Reason != "" {
		t.Errorf("%d answers counted: %+v", won, is)
	}
}

// TestRemind mails a second link once, to who hasn't answered.
func TestRemind(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	if _, _, err := w.s.Send(ctx, w.As("ann"), ack.Request{Owner: w.client, Template: w.template, Days: 5, Remind: 5, Email: "a@example.com"}); !errs.Is(err, errs.Invalid) {
		t.Errorf("a reminder after the end: %v", err)
	}
	a, _ := w.send(ack.Request{Remind: 3, Email: "a@example.com"})
	b, l := w.send(ack.Request{Remind: 3, Email: "b@example.com"})
	if _, _, err := w.s.Send(ctx, w.As("ann"), ack.Request{Owner: w.client, Template: w.template, Days: 5, Remind: 3, Email: " "}); !errs.Is(err, errs.Invalid) {
		t.Errorf("a reminder without an address: %v", err)
	}
	if err := l.Sign(ctx, w.DB, ack.Answer{Agreed: true, Signer: "B"}); err != nil {
		t.Fatal(err)
	}
	now := w.DB.Now
	for _, c := range []struct {
		days int
		n    int64
	}{{2, 0}, {4, 1}, {5, 0}} {
		w.DB.Now = func() time.Time { return now().Add(time.Duration(c.days) * 24 * time.Hour) }
		if n, err := w.s.Remind(ctx, w.Agency.ID); err != nil || n != c.n {
			t.Errorf("after %d days: %d, %v", c.days, n, err)
		}
	}
	w.DB.Now = now
	if x, y := w.get(a.ID), w.get(b.ID); x.Reminders != 1 || y.Reminders != 0 {
		t.Errorf("%d, %d", x.Reminders, y.Reminders)
	}
	var mails int64
	if err := w.DB.Local(ctx, func(tx *db.Tx) error {
		return tx.Row(ctx, "SELECT count(*) FROM job WHERE kind = 'mail' AND args LIKE '%https://crm.example/acknowledge/%' AND args LIKE '%a@example.com%'", nil, &mails)
	}); err != nil || mails != 2 {
		t.Errorf("%d mails, %v", mails, err)
	}
}

// TestTemplate: a field that doesn't exist is refused, and only who may keeps them.
func TestTemplate(t *testing.T) {
	w := newWorld(t)
	for text, ok := range map[string]bool{"{name}": true, "{ name }": true, "{namme}": false, "{Name}": false, "{}": true, "a { b c } d": true, "": false} {
		x := &ack.Template{Name: "X", Language: "en", Title: "T", Text: text}
		if err := x.Check(); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
	for who, ok := range map[string]bool{"ada": true, "ann": false, "eva": false} {
		err := w.DB.Update(t.Context(), w.As(who), func(tx *db.Tx) error {
			return record.Insert(t.Context(), tx, &ack.Template{Name: who, Language: "en", Title: "T", Text: "x"})
		})
		if (err == nil) != ok {
			t.Errorf("%s: %v", who, err)
		}
	}
}

// TestOwnerGone: what was sent to a client that is in the trash is answered by nobody.
func TestOwnerGone(t *testing.T) {
	w := newWorld(t)
	a, l := w.send(ack.Request{})
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return flow.TrashClient(ctx, tx, w.client.ID, 0) })
	if err := l.Sign(t.Context(), w.DB, ack.Answer{Agreed: true, Signer: "Jan Nowak", Place: place}); !errs.Is(err, errs.NotFound) {
		t.Errorf("signing: %v", err)
	}
	if err := l.Decline(t.Context(), w.DB, ack.Answer{Reason: "no", Place: place}); !errs.Is(err, errs.NotFound) {
		t.Errorf("declining: %v", err)
	}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return flow.RestoreClient(ctx, tx, w.client.ID) })
	if x := w.get(a.ID); x.Status != "sent" || x.Signer != "" {
		t.Errorf("it is %s, by %q", x.Status, x.Signer)
	}
	if err := l.Sign(t.Context(), w.DB, ack.Answer{Agreed: true, Signer: "Jan Nowak", Place: place}); err != nil {
		t.Errorf("signing once the client is back: %v", err)
	}
}

// TestRemindGone: nobody is reminded of what was sent to a client that is in the trash;
// once the client is back, the reminder that was due goes out.
func TestRemindGone(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	a, _ := w.send(ack.Request{Remind: 3, Email: "a@example.com"})
	now := w.DB.Now
	w.DB.Now = func() time.Time { return now().Add(4 * 24 * time.Hour) }
	remind := func(want int64) {
		t.Helper()
		if n, err := w.s.Remind(ctx, w.Agency.ID); err != nil || n != want {
			t.Errorf("%d reminders, %v", n, err)
		}
		var mails int64
		if err := w.DB.Local(ctx, func(tx *db.Tx) error {
			return tx.Row(ctx, "SELECT count(*) FROM job WHERE kind = 'mail' AND args LIKE '%a@example.com%'", nil, &mails)
		}); err != nil || mails != 1+want {
			t.Errorf("%d mails, %v", mails, err)
		}
	}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return flow.TrashClient(ctx, tx, w.client.ID, 0) })
	remind(0)
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return flow.RestoreClient(ctx, tx, w.client.ID) })
	remind(1)
	if x := w.get(a.ID); x.Reminders != 1 {
		t.Errorf("%d reminders are noted", x.Reminders)
	}
}

// TestRefused: a file that was deleted meanwhile and a name that is too long are told at
// their fields.
func TestRefused(t *testing.T) {
	w := newWorld(t)
	for path, r := range map[string]ack.Request{"attachment_id": {Attachment: 999}, "recipient": {Recipient: strings.Repeat("x", 201)}} {
		r.Owner, r.Template, r.Days = w.client, w.template, 5
		_, _, err := w.s.Send(t.Context(), w.As("ann"), r)
		var e *errs.Error
		if !errors.As(err, &e) || e.Kind != errs.Invalid || len(e.Fields) != 1 || e.Fields[0].Path != path {
			t.Errorf("%s: %v", path, err)
		}
	}
}
