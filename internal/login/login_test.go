package login_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/password"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/vault"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// bench is a world whose people can sign in, and a clock that tests turn.
type bench struct {
	*dbtest.World
	t   *testing.T
	s   *login.Service
	now time.Time
}

// secret is everybody's password; the hash behind it is made once.
const secret = "coral lagoon 47 tickets"

var hash = sync.OnceValue(func() string {
	h, err := password.Hash(secret)
	if err != nil {
		panic(err)
	}
	return h
})

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{World: dbtest.NewWorld(t), t: t, now: time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)}
	b.DB.Now = func() time.Time { return b.now }
	v, _, err := vault.New("", filepath.Join(t.TempDir(), "vault.key"))
	if err != nil {
		t.Fatal(err)
	}
	if b.s, err = login.New(b.DB, v, login.Options{BaseURL: "http://localhost:8080"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.s.Close)
	return b
}

// give lets people sign in with the password secret.
func (b *bench) give(names ...string) {
	b.t.Helper()
	for _, name := range names {
		actor := b.As(name)
		dbtest.Update(b.t, b.DB, db.System(actor.AgencyID), func(ctx context.Context, tx *db.Tx) error {
			return b.s.Enable(ctx, tx, actor.UserID, hash())
		})
	}
}

func (b *bench) signIn(name string) *login.Result {
	b.t.Helper()
	r, err := b.s.SignIn(b.t.Context(), login.Attempt{Email: name + "@example.com", Password: secret, Place: login.Place{IP: "192.0.2.1", UserAgent: "test"}})
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// opens reports whether a session token lets somebody in, and fails on any error
// but Unauthenticated.
func (b *bench) opens(token string) bool {
	b.t.Helper()
	_, _, _, _, err := b.s.Authenticate(b.t.Context(), token)
	if err != nil && !errs.Is(err, errs.Unauthenticated) {
		b.t.Fatal(err)
	}
	return err == nil
}

// change edits a person as ada.
func (b *bench) change(name string, fn func(u *agency.User)) error {
	return b.DB.Update(b.t.Context(), b.As("ada"), func(tx *db.Tx) error {
		var u agency.User
		return record.Edit(b.t.Context(), tx, &u, b.As(name).UserID, 0, func() error { fn(&u); return nil })
	})
}

func TestTokenShape(t *testing.T) {
	b := newBench(t)
	b.give("ann")
	for _, bad := range []string{"", "carnet_", "carnet_x", "Bearer carnet_x", strings.Repeat("a", 10000)} {
		if _, _, err := b.s.AuthenticateToken(t.Context(), bad); !errs.Is(err, errs.Unauthenticated) {
			t.Errorf("%.20q opens: %v", bad, err)
		}
		if b.opens(bad) {
			t.Errorf("%.20q opens a session", bad)
		}
	}
}
