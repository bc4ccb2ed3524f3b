package app_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/carnetcrm/carnet/internal/app"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// numbered makes card number n of many, with a right check digit.
func cardNumber(n int) string {
	head := fmt.Sprintf("4%014d", n)
	sum := 0
	for i := range len(head) {
		d := int(head[len(head)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return fmt.Sprintf("%s%d", head, (10-sum%10)%10)
}

// fillCards gives an agency a traveler with cards and returns their ids.
func fillCards(t *testing.T, a *app.App, actor db.Actor, n int) (traveler0 int64, ids []int64) {
	t.Helper()
	p := &flow.NewTraveler{Traveler: traveler.Traveler{Family: "Lis", Given: "Ala"}}
	dbtest.Update(t, a.DB, actor, func(ctx context.Context, tx *db.Tx) error {
		if err := flow.CreateTraveler(ctx, tx, p); err != nil {
			return err
		}
		var list []*client.Card
		for i := range n {
			list = append(list, &client.Card{TravelerID: p.ID, Number: record.Plain(cardNumber(i))})
		}
		err := record.InsertMany(ctx, tx, list)
		for _, c := range list {
			ids = append(ids, c.ID)
		}
		return err
	})
	return p.ID, ids
}

// TestRotation changes the key while one process reads, another writes, and a third
// rotates: nobody fails, nothing is lost, and in the end the old keys open nothing.
func TestRotation(t *testing.T) {
	c := settings(t)
	a, _ := open(t, c)
	_, id := found(t, a)
	actor, err := a.As(t.Context(), 1, id)
	if err != nil {
		t.Fatal(err)
	}
	person, ids := fillCards(t, a, actor, 120)
	dbtest.Update(t, a.DB, actor, func(ctx context.Context, tx *db.Tx) error {
		_, _, err := a.Login.BeginTOTP(ctx, tx, "Azymut")
		return err
	})
	reader, _ := open(t, c)
	rotator, _ := open(t, c)

	var stop atomic.Bool
	var reads, writes atomic.Int64
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; !stop.Load(); i++ {
			n := i % len(ids)
			err := reader.DB.Update(t.Context(), actor, func(tx *db.Tx) error {
				var k client.Card
				if err := record.Get(t.Context(), tx, &k, ids[n]); err != nil {
					return err
				}
				got, err := record.Unsealed(tx, &k, "number")
				if err == nil && got != cardNumber(n) && !strings.HasPrefix(got, "49") {
					err = fmt.Errorf("card %d is %s", n, got)
				}
				return err
			})
			if err != nil {
				t.Error("a reader:", err)
				return
			}
			reads.Add(1)
		}
	})
	wg.Go(func() {
		for i := 0; !stop.Load(); i++ {
			err := a.DB.Update(t.Context(), actor, func(tx *db.Tx) error {
				if i%3 == 0 {
					return record.Insert(t.Context(), tx, &client.Card{TravelerID: person, Number: record.Plain(cardNumber(90000000000000 + i))})
				}
				var k client.Card
				return record.Edit(t.Context(), tx, &k, ids[i%len(ids)], 0, func() error { k.Note = fmt.Sprint("note ", i); return nil })
			})
			if err != nil {
				t.Error("a writer:", err)
				return
			}
			writes.Add(1)
		}
	})
	r, err := rotator.Rotate(t.Context(), app.RotateOptions{ForgetOld: true, Batch: 7})
	stop.Store(true)
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if !r.Added || r.Keys != 1 || r.Forgotten != 1 || r.Old != 0 || r.Resealed < 121 || r.Kinds["login"] != 1 || reads.Load() == 0 || writes.Load() == 0 {
		t.Errorf("%+v after %d reads and %d writes", r, reads.Load(), writes.Load())
	}
	later, _ := open(t, c) // the witness is the new key's
	dbtest.View(t, later.DB, actor, func(ctx context.Context, tx *db.Tx) error {
		cards, err := client.Cards(ctx, tx, person)
		for i := range cards {
			if _, err := record.Unsealed(tx, &cards[i], "number"); err != nil {
				t.Error(err)
			}
		}
		if _, _, err := later.Login.PendingTOTP(ctx, tx, "Azymut"); err != nil {
			t.Error("the authenticator app:", err)
		}
		return err
	})
}

// TestRotationInterrupted goes on where it stopped, without another key.
func TestRotationInterrupted(t *testing.T) {
	c := settings(t)
	a, _ := open(t, c)
	_, id := found(t, a)
	actor, err := a.As(t.Context(), 1, id)
	if err != nil {
		t.Fatal(err)
	}
	fillCards(t, a, actor, 30)
	ctx, cancel := context.WithCancel(t.Context())
	_, err = a.Rotate(ctx, app.RotateOptions{Batch: 5, Progress: func(_ string, done int) {
		if done >= 10 {
			cancel()
		}
	}})
	if err == nil {
		t.Fatal("it wasn't interrupted")
	}
	state, err := a.SealedState(t.Context())
	if err != nil || state.Keys != 2 || state.Old == 0 || state.Old == state.Secrets {
		t.Fatalf("in the middle: %+v, %v", state, err)
	}
	again, _ := open(t, c)
	r, err := again.Rotate(t.Context(), app.RotateOptions{})
	if err != nil || r.Added || r.Keys != 2 || r.Old != 0 || r.Resealed != state.Old {
		t.Errorf("after %+v: %+v, %v", state, r, err)
	}
	if r, err = again.Rotate(t.Context(), app.RotateOptions{ForgetOld: true}); err != nil || r.Added || r.Keys != 1 || r.Forgotten != 1 {
		t.Errorf("forgetting: %+v, %v", r, err)
	}
}

// TestRotationByVariable: a new variable first, then everything else.
func TestRotationByVariable(t *testing.T) {
	c := settings(t)
	key, err := os.ReadFile(c.VaultFile())
	_ = key
	if err == nil {
		t.Fatal("there is a key file")
	}
	a, _ := open(t, c) // makes a file, whose content is the variable
	raw, err := os.ReadFile(c.VaultFile())
	if err != nil {
		t.Fatal(err)
	}
	_, id := found(t, a)
	actor, err := a.As(t.Context(), 1, id)
	if err != nil {
		t.Fatal(err)
	}
	person, _ := fillCards(t, a, actor, 3)
	with := *c
	with.VaultKey = strings.TrimSpace(string(raw))
	b, _ := open(t, &with)
	r, err := b.Rotate(t.Context(), app.RotateOptions{})
	if err != nil || r.Variable == "" || r.Resealed != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	with.VaultKey = r.Variable
	d, _ := open(t, &with)
	if r, err = d.Rotate(t.Context(), app.RotateOptions{}); err != nil || r.Added {
		t.Fatalf("%+v, %v", r, err)
	}
	dbtest.View(t, d.DB, actor, func(ctx context.Context, tx *db.Tx) error {
		cards, err := client.Cards(ctx, tx, person)
		for i := range cards {
			if got, err := record.Unsealed(tx, &cards[i], "number"); err != nil || len(got) != 16 {
				t.Errorf("%q, %v", got, err)
			}
		}
		return err
	})
}

// TestRotationWithoutSecrets: where nothing is sealed yet, the second run finishes the
// rotation that the new variable began, instead of printing yet another key.
func TestRotationWithoutSecrets(t *testing.T) {
	c := settings(t)
	open(t, c) // makes a file, whose content is the variable
	raw, err := os.ReadFile(c.VaultFile())
	if err != nil {
		t.Fatal(err)
	}
	with := *c
	with.VaultKey = strings.TrimSpace(string(raw))
	a, _ := open(t, &with)
	r, err := a.Rotate(t.Context(), app.RotateOptions{})
	if err != nil || r.Variable == "" || r.Secrets != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	with.VaultKey = r.Variable
	b, _ := open(t, &with)
	if r, err = b.Rotate(t.Context(), app.RotateOptions{}); err != nil || r.Added || r.Variable != "" || r.Keys != 2 {
		t.Errorf("with the new variable: %+v, %v", r, err)
	}
	if r, err = b.Rotate(t.Context(), app.RotateOptions{}); err != nil || !r.Added || r.Variable == "" {
		t.Errorf("a rotation after that: %+v, %v", r, err)
	}
}
