package login_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/login"
)

func (b *bench) try(email, pw, ip, device string) (*login.Result, error) {
	return b.s.SignIn(b.t.Context(), login.Attempt{Email: email, Password: pw, Place: login.Place{IP: ip, Device: device}})
}

// wait returns the seconds that a TooMany error asks for, 0 for any other.
func wait(err error) int {
	var e *errs.Error
	if !errors.As(err, &e) || e.Kind != errs.TooMany {
		return 0
	}
	for i := 0; i+1 < len(e.Args); i += 2 {
		if e.Args[i] == "Seconds" {
			return e.Args[i+1].(int)
		}
	}
	return -1
}

// TestSignInRefused: every wrong attempt gets the same answer.
func TestSignInRefused(t *testing.T) {
	b := newBench(t)
	b.give("ann", "bob")
	if err := b.change("bob", func(u *agency.User) { u.Status = "disabled" }); err != nil {
		t.Fatal(err)
	}
	for i, tt := range []struct{ email, pw string }{{"ann@example.com", "wrong"}, {"ann@example.com", ""}, {"nobody@example.com", secret},
		{"bob@example.com", secret}, {"sue@example.com", secret}, {"", ""}, {"ann", secret}, {"ann@example.com", secret + " "}} {
		_, err := b.try(tt.email, tt.pw, fmt.Sprintf("192.0.2.%d", i), "")
		var e *errs.Error
		if !errors.As(err, &e) || e.Kind != errs.Unauthenticated || e.Key != "login.error.wrong" || len(e.Args) > 0 {
			t.Errorf("%q %q: %v", tt.email, tt.pw, err)
		}
	}
	if _, err := b.try(" Ann@Example.COM ", secret, "192.0.2.99", ""); err != nil {
		t.Errorf("an e-mail in capitals: %v", err)
	}
}

// TestPairIsSlowed: one address that guesses one account waits twice as long each
// time, up to a quarter of an hour, and gets no further by trying while it waits.
func TestPairIsSlowed(t *testing.T) {
	b := newBench(t)
	b.give("ann")
	var waits []int
	for range 17 {
		if _, err := b.try("ann@example.com", "wrong", "203.0.113.9", ""); !errs.Is(err, errs.Unauthenticated) {
			t.Fatalf("after %v: %v", waits, err)
		}
		_, err := b.try("ann@example.com", secret, "203.0.113.9", "")
		if err == nil {
			break // would be signed in: the free attempts
		}
		w := wait(err)
		if w == 0 {
			t.Fatal(err)
		}
		if _, again := b.try("ann@example.com", "wrong", "203.0.113.9", ""); wait(again) != w {
			t.Fatalf("trying while waiting changes %d to %d", w, wait(again))
		}
		waits = append(waits, w)
		b.now = b.now.Add(time.Duration(w) * time.Second)
	}
	if len(waits) > 0 {
		t.Fatalf("slowed before the free attempts were used: %v", waits)
	}
	// With the right password never typed, the waits grow.
	for range 20 {
		_, err := b.try("ann@example.com", "wrong", "203.0.113.10", "")
		if w := wait(err); w > 0 {
			waits = append(waits, w)
			b.now = b.now.Add(time.Duration(w) * time.Second)
		}
	}
	if want := []int{1, 2, 4, 8, 16, 32, 64, 128}; len(waits) < len(want) || !reflect.DeepEqual(waits[:len(want)], want) {
		t.Errorf("waits %v, want %v ...", waits, want)
	}
	for _, w := range waits {
		if w > 900 {
			t.Errorf("a wait of %d s", w)
		}
	}
}

// TestOwnerIsNeverLockedOut: while a thousand addresses guess ann's password, ann
// signs in from her own browser and from her own address at once.
func TestOwnerIsNeverLockedOut(t *testing.T) {
	b := newBench(t)
	b.give("ann")
	first, err := b.try("ann@example.com", secret, "192.0.2.1", "")
	if err != nil {
		t.Fatal(err)
	}
	slowed := 0
	for i := range 60 {
		if _, err := b.try("ann@example.com", "wrong", fmt.Sprintf("198.51.100.%d", i), ""); wait(err) > 0 {
			slowed++
		}
	}
	if slowed == 0 {
		t.Error("many addresses guess one account, and nothing slows them")
	}
	if _, err := b.try("ann@example.com", secret, "192.0.2.1", ""); err != nil {
		t.Errorf("ann at her own address: %v", err)
	}
	if _, err := b.try("ann@example.com", secret, "203.0.113.77", first.Device); err != nil {
		t.Errorf("ann's own browser elsewhere: %v", err)
	}
	if _, err := b.try("ann@example.com", secret, "203.0.113.78", "forged"); wait(err) == 0 {
		t.Errorf("a forged cookie counts as ann's browser: %v", err)
	}
}

// TestNetworkIsSlowed: one address that tries many accounts is slowed, whether
// they exist or not.
func TestNetworkIsSlowed(t *testing.T) {
	b := newBench(t)
	slowed := 0
	for i := range 40 {
		if _, err := b.try(fmt.Sprintf("guess%d@example.com", i), "wrong", "2001:db8::"+fmt.Sprint(i), ""); wait(err) > 0 {
			slowed++
		}
	}
	if slowed != 9 {
		t.Errorf("%d of 40 attempts from one /64 were slowed, want 9", slowed)
	}
}

// TestManyAtOnce: attempts at the same moment are counted all.
func TestManyAtOnce(t *testing.T) {
	b := newBench(t)
	b.give("ann")
	results := make(chan error, 12)
	for range cap(results) {
		go func() {
			_, err := b.try("ann@example.com", "wrong", "203.0.113.9", "")
			results <- err
		}()
	}
	wrong := 0
	for range cap(results) {
		if err := <-results; errs.Is(err, errs.Unauthenticated) {
			wrong++
		} else if wait(err) == 0 {
			t.Error(err)
		}
	}
	if wrong != 4 { // three are free, the fourth sets the wait
		t.Errorf("%d guesses were answered, want 4", wrong)
	}
}

// TestHistory: people see their own sign-ins, auditors and administrators
// everybody's, another agency nobody's.
func TestHistory(t *testing.T) {
	b := newBench(t)
	b.give("ann", "bob")
	b.try("ann@example.com", "wrong", "192.0.2.7", "")
	b.signIn("ann")
	b.signIn("bob")
	all := 3
	for who, want := range map[string]int{"ann": 2, "bob": 1, "max": 0, "joe": 0, "ada": all, "eva": all, "zoe": 0} {
		dbtest.View(t, b.DB, b.As(who), func(ctx context.Context, tx *db.Tx) error {
			lines, err := login.History(ctx, tx, 0, 0, 50)
			if len(lines) != want {
				t.Errorf("%s sees %d lines, want %d", who, len(lines), want)
			}
			if who == "ann" && len(lines) == 2 && (lines[0].Outcome != "ok" || lines[1].Outcome != "failed" || lines[1].IP != "192.0.2.7") {
				t.Errorf("ann's lines %+v", lines)
			}
			return err
		})
	}
}
