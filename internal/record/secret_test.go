package record_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// person gives ann a traveler.
func person(t *testing.T, w *dbtest.World) int64 {
	t.Helper()
	n := &flow.NewTraveler{Traveler: traveler.Traveler{Family: "Lis", Given: "Ala"}}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return flow.CreateTraveler(ctx, tx, n) })
	return n.ID
}

const number = "4111111111111111"

func newCard(traveler int64) *client.Card {
	return &client.Card{TravelerID: traveler, Number: record.Plain("4111 1111 1111 1111"), Expires: "05/27"}
}

// stored is what a card's row holds.
func stored(t *testing.T, w *dbtest.World, id int64) (sealed string) {
	t.Helper()
	dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, "SELECT c.number FROM {payment_card} c WHERE c.id = $1", []any{id}, &sealed)
	})
	return sealed
}

func TestSecretSealed(t *testing.T) {
	w := dbtest.NewWorld(t)
	c := newCard(person(t, w))
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, c) })
	was := stored(t, w, c.ID)
	if !strings.HasPrefix(was, "v1:") || strings.Contains(was, number) || c.Last4 != "1111" || c.Brand != "visa" {
		t.Fatalf("stored %q, %+v", was, c)
	}
	for _, s := range []string{fmt.Sprint(c.Number), fmt.Sprintf("%v", *c), record.Plain(number).String()} {
		if strings.Contains(s, number) {
			t.Errorf("written out: %s", s)
		}
	}
	if b, err := json.Marshal(record.Plain(number)); err != nil || string(b) != `"•••"` {
		t.Errorf("as JSON: %s, %v", b, err)
	}

	// The same number again changes nothing; another one does.
	edit := func(version int64, s record.Secret, note string) error {
		return w.DB.Update(t.Context(), w.As("ann"), func(tx *db.Tx) error {
			var e client.Card
			return record.Edit(t.Context(), tx, &e, c.ID, version, func() error { e.Number, e.Note = s, note; return nil })
		})
	}
	if err := edit(1, record.Plain(number), ""); err != nil || stored(t, w, c.ID) != was {
		t.Errorf("typed again: %v", err)
	}
	if err := edit(1, record.Plain("5555555555554444"), ""); err != nil || stored(t, w, c.ID) == was {
		t.Errorf("another number: %v", err)
	}
	err := edit(1, record.Plain(number), "mine")
	var e *errs.Error
	if !errors.As(err, &e) || e.Kind != errs.Conflict {
		t.Fatalf("a stale version: %v", err)
	}
	if text := fmt.Sprintf("%+v", e.Fields); strings.Contains(text, number) || strings.Contains(text, "5555") || strings.Contains(text, "v1:") {
		t.Errorf("the conflict tells %s", text)
	}
	if err := edit(0, record.Secret(was), ""); err == nil {
		t.Error("a sealed value was taken over from elsewhere")
	}
	if err := edit(0, record.Plain("4111111111111112"), ""); !errs.Is(err, errs.Invalid) || strings.Contains(fmt.Sprintf("%+v", err), "411111") {
		t.Errorf("a wrong check digit: %v", err)
	}

	// A sealed value is worth nothing at another record.
	other := newCard(c.TravelerID)
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, other) })
	if _, err := w.DB.Sealer.Open(stored(t, w, c.ID), fmt.Sprintf("%d/payment_card/%d/number", w.Agency.ID, other.ID)); err == nil {
		t.Error("opened for another record")
	}
}

func TestSecretMany(t *testing.T) {
	w := dbtest.NewWorld(t)
	id := person(t, w)
	list := []*client.Card{newCard(id), newCard(id), newCard(id)}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return record.InsertMany(ctx, tx, list) })
	seen := map[string]bool{}
	for _, c := range list {
		if s := stored(t, w, c.ID); !strings.HasPrefix(s, "v1:") || seen[s] {
			t.Errorf("card %d holds %q", c.ID, s)
		} else {
			seen[s] = true
		}
		if got, err := reveal(t, w, "ann", c.ID, "booking"); err != nil || got != number {
			t.Errorf("card %d: %q, %v", c.ID, got, err)
		}
	}
}

func reveal(t *testing.T, w *dbtest.World, who string, id int64, why string) (got string, err error) {
	t.Helper()
	err = w.DB.Update(t.Context(), w.As(who), func(tx *db.Tx) error {
		got, err = flow.Reveal(t.Context(), tx, "payment_card", id, "number", why)
		return err
	})
	return got, err
}

func TestReveal(t *testing.T) {
	w := dbtest.NewWorld(t)
	id := person(t, w)
	c := newCard(id)
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, c) })
	if got, err := reveal(t, w, "ann", c.ID, "visa: consulate"); err != nil || got != number {
		t.Fatalf("ann: %q, %v", got, err)
	}
	for who, want := range map[string]errs.Kind{"bob": errs.NotFound, "sue": errs.NotFound, "eva": errs.NotFound} {
		if got, err := reveal(t, w, who, c.ID, "visa"); !errs.Is(err, want) && !errs.Is(err, errs.Forbidden) || got != "" {
			t.Errorf("%s: %q, %v", who, got, err)
		}
	}
	readOnly := w.As("ann")
	readOnly.ReadOnly = true
	if err := w.DB.View(t.Context(), readOnly, func(tx *db.Tx) error {
		_, err := record.Reveal(t.Context(), tx, "payment_card", c.ID, "number", "visa")
		return err
	}); !errs.Is(err, errs.Forbidden) {
		t.Errorf("a read-only token: %v", err)
	}
	for _, column := range []string{"holder", "id", "nothing"} {
		err := w.DB.Update(t.Context(), w.As("ann"), func(tx *db.Tx) error {
			_, err := record.Reveal(t.Context(), tx, "payment_card", c.ID, column, "visa")
			return err
		})
		if !errs.Is(err, errs.NotFound) {
			t.Errorf("%s: %v", column, err)
		}
	}

	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		entries, err := record.History(ctx, tx, record.Ref{Kind: "traveler", ID: id}, 0, 50)
		if err != nil {
			return err
		}
		if text := fmt.Sprintf("%+v", entries); strings.Contains(text, number) || strings.Contains(text, "v1:") {
			t.Errorf("the history tells %s", text)
		}
		if e := entries[0]; e.Op != "reveal" || len(e.Changes) != 1 || e.Changes[0].Field != "number" || e.Changes[0].New != "visa: consulate" {
			t.Errorf("the last entry is %+v", e)
		}
		looks, err := flow.Looks(ctx, tx, record.Ref{Kind: "traveler", ID: id}, 0, 10)
		if len(looks) != 1 || looks[0].UserID != w.Users["ann"].ID || looks[0].Why != "visa: consulate" || looks[0].OfName != "Ala Lis" {
			t.Errorf("who looked: %+v", looks)
		}
		return err
	})
}

// TestRevealLimit: at most so many an hour, and it says when it goes on.
func TestRevealLimit(t *testing.T) {
	w := dbtest.NewWorld(t)
	c := newCard(person(t, w))
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, c) })
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		var a agency.Agency
		return record.Edit(ctx, tx, &a, w.Agency.ID, 0, func() error { a.RevealLimit = 3; return nil })
	})
	for range 3 {
		if _, err := reveal(t, w, "ann", c.ID, "booking"); err != nil {
			t.Fatal(err)
		}
	}
	_, err := reveal(t, w, "ann", c.ID, "booking")
	var e *errs.Error
	if !errors.As(err, &e) || e.Kind != errs.TooMany || e.Args[1] != 60 {
		t.Errorf("the fourth: %v", err)
	}
	if _, err := reveal(t, w, "ada", c.ID, "booking"); err != nil {
		t.Errorf("somebody else: %v", err)
	}
}

// TestSecretTrashAndUndo: what is put back is what was there, sealed.
func TestSecretUndo(t *testing.T) {
	w := dbtest.NewWorld(t)
	c := newCard(person(t, w))
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		if err := record.Insert(ctx, tx, c); err != nil {
			return err
		}
		image, err := record.Image(ctx, tx, "payment_card", c.ID)
		if err != nil {
			return err
		}
		if strings.Contains(string(image), number) {
			t.Errorf("the image tells %s", image)
		}
		var e client.Card
		if err := record.Edit(ctx, tx, &e, c.ID, 0, func() error { e.Number = record.Plain("5555555555554444"); return nil }); err != nil {
			return err
		}
		return record.PutBack(ctx, tx, "payment_card", c.ID, image)
	})
	if got, err := reveal(t, w, "ann", c.ID, "booking"); err != nil || got != number {
		t.Errorf("after the undo: %q, %v", got, err)
	}
}

// TestMedicalHidden: who lacks the right sees neither entries nor that there are any.
func TestMedicalHidden(t *testing.T) {
	w := dbtest.NewWorld(t)
	id := person(t, w)
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		for _, what := range []string{"peanuts", "asthma"} {
			m := &traveler.MedicalEntry{TravelerID: id, Kind: "allergy", What: record.Plain(what), Severity: record.Plain("anaphylaxis")}
			if err := record.Insert(ctx, tx, m); err != nil {
				return err
			}
		}
		entries, open, err := traveler.RevealMedical(ctx, tx, id, "client")
		if len(entries) != 2 || len(open) != 2 || open[0]["what"] != "peanuts" || open[0]["severity"] != "anaphylaxis" || open[1]["note"] != "" {
			t.Errorf("opened %v", open)
		}
		return err
	})
	for _, who := range []string{"ann", "ada", "joe", "eva"} {
		dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
			may := tx.Actor.May("medical.view")
			m, err := traveler.MedicalOf(ctx, tx, id)
			if err != nil || len(m.Entries) > 0 != may {
				t.Errorf("%s reads %d entries, %v", who, len(m.Entries), err)
			}
			entries, err := record.History(ctx, tx, record.Ref{Kind: "traveler", ID: id}, 0, 50)
			if err != nil {
				return nil // doesn't see the traveler
			}
			text := fmt.Sprintf("%+v", entries)
			if strings.Contains(text, "medical_entry") != (may && len(entries) > 0) || strings.Contains(text, "peanuts") {
				t.Errorf("%s is told %s", who, text)
			}
			looks, err := flow.Looks(ctx, tx, record.Ref{Kind: "traveler", ID: id}, 0, 10)
			if want := map[bool]int{true: 1, false: 0}[may]; len(looks) != want {
				t.Errorf("%s is told of %d looks, want %d", who, len(looks), want)
			}
			return err
		})
	}
}
