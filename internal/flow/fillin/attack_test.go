package fillin_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/fillin"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// TestRights: who sees the traveler sees what was sent, who edits the traveler asks and
// accepts, and who comes by the link sees one request and nothing else.
func TestRights(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	token, id := w.ask("ann", "personal")
	l := w.follow(token)
	given := key("traveler", w.traveler, "given")
	w.show(l)
	if err := l.Save(ctx, w.DB, fillin.Input{Values: map[string]string{given: "X"}, Submit: true}); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[string]errs.Kind{"bob": errs.NotFound, "zoe": errs.NotFound, "eva": errs.Forbidden, "joe": errs.Forbidden} {
		err := w.DB.Update(ctx, w.As(who), func(tx *db.Tx) error { _, err := fillin.Settle(ctx, tx, id, fillin.Verdict{All: true}); return err })
		if errs.KindOf(err) != want {
			t.Errorf("%s accepts: %v", who, err)
		}
		err = w.DB.Update(ctx, w.As(who), func(tx *db.Tx) error {
			_, err := fillin.Ask(ctx, tx, &fillin.FillIn{TravelerID: w.traveler, Sections: "personal", Language: "pl"}, 5, nil)
			return err
		})
		if errs.KindOf(err) != want {
			t.Errorf("%s asks: %v", who, err)
		}
	}
	other, otherID := w.ask("ann", "personal")
	l2 := w.follow(other)
	err := w.DB.View(ctx, l2.Actor, func(tx *db.Tx) error {
		for _, table := range w.DB.Tables() {
			var n int64
			if err := tx.Row(ctx, "SELECT count(*) FROM {"+table.Name+"} r", nil, &n); err != nil {
				return err
			}
			open := map[string]bool{"agency": true, "branch": true, "department": true, "user": true, "tag": true, "customer_type": true,
				"fill_in": true, "proposal": true}
			if n > 0 && !open[table.Name] {
				t.Errorf("who comes by a link sees %d rows of %s", n, table.Name)
			}
			if n != 1 && (table.Name == "fill_in" || table.Name == "proposal") {
				t.Errorf("who comes by a link sees %d rows of %s", n, table.Name)
			}
		}
		return record.Get(ctx, tx, new(fillin.FillIn), otherID)
	})
	if err != nil {
		t.Error(err)
	}
	for what, do := range map[string]func(tx *db.Tx) error{
		"another request": func(tx *db.Tx) error { return record.Get(ctx, tx, new(fillin.FillIn), id) },
		"the outcome": func(tx *db.Tx) error {
			f := new(fillin.FillIn)
			return record.Edit(ctx, tx, f, otherID, 0, func() error { f.Status = "accepted"; return nil })
		},
		"the sections": func(tx *db.Tx) error {
			f := new(fillin.FillIn)
			return record.Edit(ctx, tx, f, otherID, 0, func() error { f.Sections, f.Status = "passport", "opened"; return nil })
		},
		"a client": func(tx *db.Tx) error { return record.Insert(ctx, tx, &client.Client{Name: "zq"}) },
		"the traveler": func(tx *db.Tx) error {
			p := new(traveler.Traveler)
			return record.Edit(ctx, tx, p, w.traveler, 0, func() error { p.Given = "zq"; return nil })
		},
		"its own verdict": func(tx *db.Tx) error {
			_, err := fillin.Settle(ctx, tx, otherID, fillin.Verdict{All: true})
			return err
		},
	} {
		if err := w.DB.Update(ctx, l2.Actor, do); err == nil {
			t.Errorf("who comes by a link reaches %s", what)
		}
	}
}

// TestTokens: what isn't a link that works is answered alike, whatever it is.
func TestTokens(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	token, id := w.ask("ann", "personal")
	late, _ := w.ask("ann", "personal")
	if token == late || len(token) != 43 {
		t.Fatalf("tokens %q, %q", token, late)
	}
	var stored int64
	if err := w.DB.Local(ctx, func(tx *db.Tx) error {
		return tx.Row(ctx, "SELECT count(*) FROM public_link WHERE hash LIKE $1 OR kind LIKE $1", []any{"%" + token[:8] + "%"}, &stored)
	}); err != nil || stored != 0 {
		t.Errorf("the token is in the table: %d, %v", stored, err)
	}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { _, err := fillin.Revoke(ctx, tx, id); return err })
	answers := map[string]bool{}
	try := func(tok string) {
		_, err := fillin.Follow(ctx, w.DB, tok, place)
		if err == nil {
			t.Errorf("%q opens", tok)
			return
		}
		answers[err.Error()] = true
	}
	now := w.DB.Now
	for _, bad := range []string{"", "nothing", strings.Repeat("A", 43), token, strings.ToLower(late), late + "A", late[:42], "%00", "../..", "\x00"} {
		try(bad)
	}
	w.DB.Now = func() time.Time { return now().Add(15 * 24 * time.Hour) }
	try(late)
	if len(answers) != 1 {
		t.Errorf("different answers: %v", answers)
	}
	var err error
	for range 400 {
		if _, err = fillin.Follow(ctx, w.DB, strings.Repeat("B", 43), place); errs.Is(err, errs.TooMany) {
			break
		}
	}
	if !errs.Is(err, errs.TooMany) {
		t.Errorf("400 guesses: %v", err)
	}
	err = w.DB.Update(ctx, w.As("ann"), func(tx *db.Tx) error { _, err := fillin.Revoke(ctx, tx, id); return err })
	if !errs.Is(err, errs.Conflict) {
		t.Errorf("revoked twice: %v", err)
	}
}

// TestAtOnce: of two who send, and of two who accept at the same time, one does.
func TestAtOnce(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	token, id := w.ask("ann", "personal")
	l := w.follow(token)
	w.show(l)
	race := func(do func(i int) error) (won int) {
		var wg sync.WaitGroup
		errors := make([]error, 4)
		for i := range errors {
			wg.Go(func() { errors[i] = do(i) })
		}
		wg.Wait()
		for _, err := range errors {
			if err == nil {
				won++
			} else if !errs.Is(err, errs.Conflict) {
				t.Error(err)
			}
		}
		return won
	}
	given := key("traveler", w.traveler, "given")
	if n := race(func(int) error {
		return l.Save(ctx, w.DB, fillin.Input{Values: map[string]string{given: "Eva"}, Submit: true})
	}); n != 1 {
		t.Errorf("%d were sent", n)
	}
	if n := race(func(i int) error {
		return w.DB.Update(ctx, w.As([]string{"ann", "ada"}[i%2]), func(tx *db.Tx) error {
			_, err := fillin.Settle(ctx, tx, id, fillin.Verdict{All: i%2 == 0})
			return err
		})
	}); n != 1 {
		t.Errorf("%d have settled it", n)
	}
}

// TestClean removes what was proposed 90 days after the link has ended, and keeps that
// somebody was asked.
func TestClean(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	token, id := w.ask("ann", "personal")
	w.show(w.follow(token))
	now := w.DB.Now
	for _, c := range []struct {
		days int
		gone int64
	}{{100, 0}, {105, 1}, {106, 0}} {
		w.DB.Now = func() time.Time { return now().Add(time.Duration(c.days) * 24 * time.Hour) }
		n, err := fillin.Clean(ctx, w.DB, w.Agency.ID)
		if err != nil || n != c.gone {
			t.Errorf("after %d days: %d, %v", c.days, n, err)
		}
	}
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		r, err := fillin.Look(ctx, tx, id)
		if err != nil || r.Proposal != nil || r.FillIn.State(tx.Now) != "expired" {
			t.Errorf("%+v, %v", r, err)
		}
		return nil
	})
}

// FuzzSave: whatever a form sends, it is refused or stored so that it can be looked at,
// nothing is proposed that wasn't asked for, and no secret is in what is shown.
func FuzzSave(f *testing.F) {
	w := newWorld(f)
	token, id := w.ask("ann", "contact,passport")
	l := w.follow(token)
	w.show(l)
	f.Add("communication.new-phone.value", "+48 601 700 200", "AB1234567")
	f.Add(key("communication", w.phone, "value"), "", "<b>")
	f.Add("passport.new.expires", "31.2.2030", "ąę")
	f.Add(key("traveler", w.traveler, "given"), "Jan", "1")
	f.Fuzz(func(t *testing.T, k, v, number string) {
		if !utf8.ValidString(k+v+number) || strings.Contains(k+v+number, "\x00") {
			t.Skip() // the page refuses them
		}
		err := l.Save(t.Context(), w.DB, fillin.Input{Values: map[string]string{k: v}, Number: number})
		if err != nil && !errs.Is(err, errs.Invalid) {
			t.Fatal(err)
		}
		s, err := l.Show(t.Context(), w.DB)
		if err != nil {
			t.Fatal(err)
		}
		for name := range s.Values {
			if strings.HasPrefix(name, "traveler.") {
				t.Errorf("%s wasn't asked for", name)
			}
		}
		if len(s.Typed) > 4 {
			t.Errorf("so much is shown of the number: %q", s.Typed)
		}
		dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { _, err := fillin.Look(ctx, tx, id); return err })
	})
}
