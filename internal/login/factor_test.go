package login_test

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/pquerna/otp/totp"
)

// app turns an authenticator app on for somebody and returns its secret and the
// recovery codes.
func (b *bench) app(name string) (key string, recovery []string) {
	b.t.Helper()
	dbtest.Update(b.t, b.DB, b.As(name), func(ctx context.Context, tx *db.Tx) error {
		var address string
		var err error
		if key, address, err = b.s.BeginTOTP(ctx, tx, "Azymut & Co"); err != nil {
			return err
		}
		if want := "otpauth://totp/Azymut%20&%20Co:" + name + "@example.com?issuer=Azymut%20%26%20Co&secret=" + key; address != want {
			b.t.Errorf("address %s, want %s", address, want)
		}
		if _, err := b.s.ConfirmTOTP(ctx, tx, "000000", login.Place{}); !errs.Is(err, errs.Invalid) {
			b.t.Errorf("a wrong first code: %v", err)
		}
		recovery, err = b.s.ConfirmTOTP(ctx, tx, b.code(key), login.Place{})
		return err
	})
	return key, recovery
}

func (b *bench) code(key string) string {
	b.t.Helper()
	c, err := totp.GenerateCode(key, b.now)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

// TestTOTP: the password alone opens nothing, a code counts once, and clocks may
// be half a minute off.
func TestTOTP(t *testing.T) {
	b := newBench(t)
	b.give("ann")
	key, recovery := b.app("ann")
	if len(recovery) != 10 {
		t.Errorf("%d recovery codes", len(recovery))
	}
	r := b.signIn("ann")
	if strings.Join(r.Second, " ") != "totp recovery" || b.opens(r.Token) {
		t.Fatalf("after the password: due %v, open %v", r.Second, b.opens(r.Token))
	}
	second := func(token, code string) (*login.Result, error) {
		return b.s.Second(t.Context(), token, login.Proof{Code: code}, login.Place{IP: "192.0.2.1"})
	}
	if _, err := second(r.Token, b.code(key)); !errs.Is(err, errs.Invalid) {
		t.Errorf("the code that turned the app on counts again: %v", err)
	}
	b.now = b.now.Add(time.Minute)
	good := b.code(key)
	b.now = b.now.Add(20 * time.Second)
	done, err := second(r.Token, good[:3]+" "+good[3:])
	if err != nil {
		t.Fatal(err)
	}
	if n, _, _, _, err := b.s.Authenticate(t.Context(), done.Token); err != nil || n.Method != "password+totp" {
		t.Errorf("session %+v (%v)", n, err)
	}
	if b.opens(r.Token) {
		t.Error("the token of the half-open session opens")
	}
	b.now = b.now.Add(time.Minute)
	r = b.signIn("ann")
	if _, err := second(r.Token, good); !errs.Is(err, errs.Invalid) {
		t.Errorf("a burnt code counts: %v", err)
	}
	b.now = b.now.Add(10 * time.Minute)
	if _, err := second(r.Token, b.code(key)); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("the second factor ten minutes later: %v", err)
	}
}

// TestCodesAreSlowed: six digits can't be guessed.
func TestCodesAreSlowed(t *testing.T) {
	b := newBench(t)
	b.give("ann")
	b.app("ann")
	r := b.signIn("ann")
	wrong := 0
	for range 20 {
		_, err := b.s.Second(t.Context(), r.Token, login.Proof{Code: "123456"}, login.Place{IP: "192.0.2.1"})
		if errs.Is(err, errs.Invalid) {
			wrong++
		} else if wait(err) == 0 {
			t.Fatal(err)
		}
	}
	if wrong != 5 {
		t.Errorf("%d codes were looked at, want 5", wrong)
	}
}

// TestRecovery: each code works once, however it is typed, and only while there is
// something to recover from.
func TestRecovery(t *testing.T) {
	b := newBench(t)
	b.give("ann", "bob")
	_, codes := b.app("ann")
	use := func(code string) error {
		r := b.signIn("ann")
		_, err := b.s.Second(t.Context(), r.Token, login.Proof{Recovery: code}, login.Place{IP: "192.0.2.1"})
		return err
	}
	if err := use(strings.ToUpper(strings.ReplaceAll(codes[0], "-", " "))); err != nil {
		t.Error(err)
	}
	if err := use(codes[0]); !errs.Is(err, errs.Invalid) {
		t.Errorf("a recovery code works twice: %v", err)
	}
	var fresh []string
	dbtest.Update(t, b.DB, b.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) {
		fresh, err = b.s.NewRecovery(ctx, tx, login.Place{})
		return err
	})
	if err := use(codes[1]); !errs.Is(err, errs.Invalid) {
		t.Errorf("a replaced code works: %v", err)
	}
	if err := use(fresh[9]); err != nil {
		t.Error(err)
	}
	dbtest.Update(t, b.DB, b.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		f, err := b.s.FactorsOf(ctx, tx)
		if f.Recovery != 9 || !f.TOTP {
			t.Errorf("factors %+v", f)
		}
		if err != nil {
			return err
		}
		if err := b.s.RemoveTOTP(ctx, tx, login.Place{}); err != nil {
			return err
		}
		f, err = b.s.FactorsOf(ctx, tx)
		if f.Recovery != 0 || f.TOTP {
			t.Errorf("after removing the app: %+v", f)
		}
		return err
	})
	if r := b.signIn("ann"); !b.opens(r.Token) {
		t.Error("without a second factor the password should do")
	}
	err := b.DB.Update(t.Context(), b.As("bob"), func(tx *db.Tx) error {
		_, err := b.s.NewRecovery(t.Context(), tx, login.Place{})
		return err
	})
	if !errs.Is(err, errs.Conflict) {
		t.Errorf("recovery codes without a second factor: %v", err)
	}
}

// TestProve: a proof makes the session fresh and changes its token; a wrong one
// doesn't; a recovery code is none.
func TestProve(t *testing.T) {
	b := newBench(t)
	b.give("ann")
	key, codes := b.app("ann")
	b.now = b.now.Add(time.Minute)
	r, err := b.s.Second(t.Context(), b.signIn("ann").Token, login.Proof{Code: b.code(key)}, login.Place{})
	if err != nil {
		t.Fatal(err)
	}
	b.now = b.now.Add(10 * time.Minute)
	for name, p := range map[string]login.Proof{"wrong password": {Password: "x"}, "wrong code": {Code: "000000"},
		"recovery code": {Recovery: codes[0]}, "nothing": {}} {
		n, _, _, actor, _ := b.s.Authenticate(t.Context(), r.Token)
		if _, err := b.s.Prove(t.Context(), actor, n.ID, p, login.Place{IP: name}); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	token := r.Token
	for name, p := range map[string]login.Proof{"password": {Password: secret}, "code": {Code: b.code(key)}} {
		b.now = b.now.Add(6 * time.Minute)
		n, _, _, actor, err := b.s.Authenticate(t.Context(), token)
		if err != nil || n.Fresh(db.StampOf(b.now)) {
			t.Fatalf("before the %s: fresh %v (%v)", name, n.Fresh(db.StampOf(b.now)), err)
		}
		if name == "code" {
			p.Code = b.code(key)
		}
		next, err := b.s.Prove(t.Context(), actor, n.ID, p, login.Place{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if n, _, _, _, err := b.s.Authenticate(t.Context(), next); err != nil || !n.Fresh(db.StampOf(b.now)) {
			t.Errorf("after the %s: %+v (%v)", name, n, err)
		}
		if b.opens(token) {
			t.Errorf("the token before the %s still opens", name)
		}
		token = next
	}
}

var b64 = base64.RawURLEncoding

// options digs out of a ceremony what the browser hands to the authenticator.
type options struct {
	PublicKey struct {
		Challenge string `json:"challenge"`
		User      struct {
			ID string `json:"id"`
		} `json:"user"`
	} `json:"publicKey"`
}

// Flags of an authenticator's answer: somebody was there; it was the owner.
const present, verified = 0x01, 0x05

// TestResetFactors: an administrator helps somebody who lost the phone, and nobody
// else can.
func TestResetFactors(t *testing.T) {
	b := newBench(t)
	b.give("ann")
	b.app("ann")
	reset := func(who string) error {
		return b.DB.Update(t.Context(), b.As(who), func(tx *db.Tx) error {
			return b.s.ResetFactors(t.Context(), tx, b.As("ann").UserID, login.Place{})
		})
	}
	for _, who := range []string{"ann", "max", "eva"} {
		if err := reset(who); !errs.Is(err, errs.Forbidden) {
			t.Errorf("%s resets ann's factors: %v", who, err)
		}
	}
	if err := reset("zoe"); !errs.Is(err, errs.NotFound) {
		t.Errorf("another agency resets ann's factors: %v", err)
	}
	if err := reset("ada"); err != nil {
		t.Fatal(err)
	}
	if r := b.signIn("ann"); len(r.Second) > 0 || !b.opens(r.Token) {
		t.Errorf("after the reset %v is due", r.Second)
	}
}
