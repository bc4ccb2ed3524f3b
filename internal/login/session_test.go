package login_test

import (
	"context"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestAuthenticate: a session opens exactly its owner's rights, and a proof is
// fresh for less than 5 minutes.
func TestAuthenticate(t *testing.T) {
	b := newBench(t)
	b.give("ann", "zoe")
	r := b.signIn("ann")
	if len(r.Second) != 0 {
		t.Fatalf("second factor %v", r.Second)
	}
	n, u, a, actor, err := b.s.Authenticate(t.Context(), r.Token)
	if err != nil {
		t.Fatal(err)
	}
	if want := b.As("ann"); u.ID != want.UserID || a.ID != want.AgencyID || actor.UserID != want.UserID || actor.Scope != want.Scope ||
		actor.BranchID != want.BranchID || !actor.May("client.edit") || actor.May("user.manage") || actor.Via != "web" {
		t.Errorf("actor %+v of %s", actor, u.Name)
	}
	if n.Method != "password" || n.IP != "192.0.2.1" || !n.Fresh(db.StampOf(b.now)) {
		t.Errorf("session %+v", n)
	}
	if _, _, _, other, err := b.s.Authenticate(t.Context(), b.signIn("zoe").Token); err != nil || other.AgencyID != b.Other.ID {
		t.Errorf("zoe enters agency %d (%v), want %d", other.AgencyID, err, b.Other.ID)
	}
	b.now = b.now.Add(5 * time.Minute)
	if n, _, _, _, err := b.s.Authenticate(t.Context(), r.Token); err != nil || n.Fresh(db.StampOf(b.now)) {
		t.Errorf("still fresh after 5 minutes (%v)", err)
	}
}

// TestSessionEnds goes through everything that ends a session.
func TestSessionEnds(t *testing.T) {
	ctx := context.Background()
	for name, end := range map[string]func(b *bench, r *login.Result){
		"half a day idle": func(b *bench, _ *login.Result) { b.now = b.now.Add(12 * time.Hour) },
		"30 days busy": func(b *bench, r *login.Result) {
			for range 30 * 24 / 6 {
				if !b.opens(r.Token) {
					b.t.Fatal("ended early")
				}
				b.s.Close() // the stamp of use is written
				b.now = b.now.Add(6 * time.Hour)
			}
		},
		"sign out": func(b *bench, r *login.Result) {
			if err := b.s.SignOut(ctx, r.Token); err != nil {
				b.t.Fatal(err)
			}
		},
		"revoked": func(b *bench, r *login.Result) {
			n, _, _, _, _ := b.s.Authenticate(ctx, r.Token)
			dbtest.Update(b.t, b.DB, b.As("ann"), func(ctx context.Context, tx *db.Tx) error { return b.s.Revoke(ctx, tx, n.ID) })
		},
		"all revoked": func(b *bench, _ *login.Result) {
			dbtest.Update(b.t, b.DB, b.As("ann"), func(ctx context.Context, tx *db.Tx) error { return b.s.RevokeOthers(ctx, tx, 0) })
		},
		"disabled": func(b *bench, _ *login.Result) {
			if err := b.change("ann", func(u *agency.User) { u.Status = "disabled" }); err != nil {
				b.t.Fatal(err)
			}
		},
		"password set by an administrator": func(b *bench, _ *login.Result) { b.give("ann") },
		"sign-in in the same browser": func(b *bench, r *login.Result) {
			if _, err := b.s.SignIn(ctx, login.Attempt{Email: "ann@example.com", Password: secret, Old: r.Token}); err != nil {
				b.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.give("ann")
			r := b.signIn("ann")
			if !b.opens(r.Token) {
				t.Fatal("doesn't open at first")
			}
			if end(b, r); b.opens(r.Token) {
				t.Error("still open")
			}
		})
	}
}

// TestRightsAtOnce: a changed role, scope or branch counts in the very next
// request, although sessions are cached.
func TestRightsAtOnce(t *testing.T) {
	b := newBench(t)
	b.give("ann")
	r := b.signIn("ann")
	actor := func() db.Actor {
		t.Helper()
		_, _, _, a, err := b.s.Authenticate(t.Context(), r.Token)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := actor(); a.Scope != db.Own || a.May("tag.manage") {
		t.Fatalf("an agent: %+v", a)
	}
	if err := b.change("ann", func(u *agency.User) { u.Role, u.BranchID = agency.Manager, db.Ref(b.South.ID) }); err != nil {
		t.Fatal(err)
	}
	if a := actor(); a.Scope != db.Branch || !a.May("tag.manage") || a.BranchID != b.South.ID {
		t.Errorf("a manager now, but %+v", a)
	}
	dbtest.Update(t, b.DB, b.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		var a agency.Agency
		return record.Edit(ctx, tx, &a, b.Agency.ID, 0, func() error { a.SeeManager = "agency"; return nil })
	})
	if a := actor(); a.Scope != db.Agency {
		t.Errorf("managers see the agency now, but the scope is %v", a.Scope)
	}
}

// TestOtherProcess: what another process changes is noticed within two seconds.
func TestOtherProcess(t *testing.T) {
	b := newBench(t)
	b.give("ann")
	r := b.signIn("ann")
	if !b.opens(r.Token) {
		t.Fatal("doesn't open")
	}
	err := b.DB.UpdateLocal(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "DELETE FROM session WHERE user_id = $1", b.As("ann").UserID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if b.now = b.now.Add(2 * time.Second); b.opens(r.Token) {
		t.Error("open after two seconds")
	}
}

// TestLastUse: the time of last use is written at most once a minute.
func TestLastUse(t *testing.T) {
	b := newBench(t)
	b.give("ann")
	r := b.signIn("ann")
	start := b.now
	seen := func() time.Duration {
		b.s.Close()
		var out []login.Session
		dbtest.View(t, b.DB, b.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) {
			out, err = b.s.Sessions(ctx, tx)
			return err
		})
		if len(out) != 1 {
			t.Fatalf("%d sessions", len(out))
		}
		return out[0].SeenAt.Time().Sub(start)
	}
	for _, step := range []struct{ at, want time.Duration }{{30 * time.Second, 0}, {61 * time.Second, 61 * time.Second},
		{90 * time.Second, 61 * time.Second}, {125 * time.Second, 125 * time.Second}} {
		if b.now = start.Add(step.at); !b.opens(r.Token) {
			t.Fatal("doesn't open")
		}
		if got := seen(); got != step.want {
			t.Errorf("after %v last use is %v, want %v", step.at, got, step.want)
		}
	}
}

// TestRevokeForeign: nobody ends somebody else's session.
func TestRevokeForeign(t *testing.T) {
	b := newBench(t)
	b.give("ann")
	r := b.signIn("ann")
	n, _, _, _, err := b.s.Authenticate(t.Context(), r.Token)
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"bob", "ada", "zoe"} {
		err := b.DB.Update(t.Context(), b.As(who), func(tx *db.Tx) error { return b.s.Revoke(t.Context(), tx, n.ID) })
		if !errs.Is(err, errs.NotFound) {
			t.Errorf("%s revokes ann's session: %v", who, err)
		}
	}
	if !b.opens(r.Token) {
		t.Error("ended all the same")
	}
}

// TestTokens: scopes, expiry, revocation, and whose they are.
func TestTokens(t *testing.T) {
	b := newBench(t)
	b.give("ann")
	text := map[string]string{}
	ids := map[string]int64{}
	dbtest.Update(t, b.DB, b.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		for name, scope := range map[string]string{"short": "write", "long": "read", "gone": "write"} {
			life := time.Duration(0)
			if name == "short" {
				life = time.Hour
			}
			tok, s, err := b.s.NewToken(ctx, tx, name, scope, life)
			if err != nil {
				return err
			}
			text[name], ids[name] = s, tok.ID
		}
		return nil
	})
	check := func(name string, want, readOnly bool) {
		t.Helper()
		a, id, err := b.s.AuthenticateToken(t.Context(), text[name])
		if (err == nil) != want || (err != nil && !errs.Is(err, errs.Unauthenticated)) {
			t.Errorf("%s opens: %v, want %v", name, err, want)
		}
		if err == nil && (id != ids[name] || a.ReadOnly != readOnly || a.UserID != b.As("ann").UserID || a.Via != "api" || a.May("user.manage")) {
			t.Errorf("%s is %+v, token %d", name, a, id)
		}
	}
	check("short", true, false)
	check("long", true, true)
	check("gone", true, false)
	if b.opens(text["long"]) {
		t.Error("an API token opens pages")
	}
	if _, _, err := b.s.AuthenticateToken(t.Context(), b.signIn("ann").Token); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("a session opens the API: %v", err)
	}
	for _, who := range []string{"bob", "zoe"} {
		err := b.DB.Update(t.Context(), b.As(who), func(tx *db.Tx) error { return b.s.RevokeToken(t.Context(), tx, ids["gone"]) })
		if !errs.Is(err, errs.NotFound) {
			t.Errorf("%s revokes ann's token: %v", who, err)
		}
	}
	dbtest.Update(t, b.DB, b.As("ann"), func(ctx context.Context, tx *db.Tx) error { return b.s.RevokeToken(ctx, tx, ids["gone"]) })
	check("gone", false, false)
	b.now = b.now.Add(time.Hour)
	check("short", false, false)
	check("long", true, true)
	b.s.Close()
	dbtest.View(t, b.DB, b.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		list, err := b.s.Tokens(ctx, tx, tx.Actor.UserID)
		if len(list) != 2 || list[0].Hint == "" {
			t.Errorf("tokens %+v", list)
		}
		for _, tok := range list {
			if tok.Name == "long" && tok.UsedAt != db.StampOf(b.now) {
				t.Errorf("last use of %s is %v", tok.Name, tok.UsedAt.Time())
			}
		}
		return err
	})
	if err := b.change("ann", func(u *agency.User) { u.Status = "disabled" }); err != nil {
		t.Fatal(err)
	}
	check("long", false, true)
	if err := b.change("ann", func(u *agency.User) { u.Status = "active" }); err != nil {
		t.Fatal(err)
	}
	check("long", false, true) // who was let in again makes new ones
}

// TestTokenOfToken: a token that was made by another one doesn't live longer.
func TestTokenOfToken(t *testing.T) {
	b := newBench(t)
	b.give("ann")
	made := func(a db.Actor, life time.Duration) (tok login.Token, text string) {
		t.Helper()
		dbtest.Update(t, b.DB, a, func(ctx context.Context, tx *db.Tx) (err error) {
			tok, text, err = b.s.NewToken(ctx, tx, "made", "write", life)
			return err
		})
		return tok, text
	}
	first, text := made(b.As("ann"), 24*time.Hour)
	a, _, err := b.s.AuthenticateToken(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	for life, want := range map[time.Duration]db.Stamp{0: first.ExpiresAt, 48 * time.Hour: first.ExpiresAt, time.Hour: db.StampOf(b.now).Add(time.Hour)} {
		if tok, _ := made(a, life); tok.ExpiresAt != want {
			t.Errorf("made for %v it ends %v, want %v", life, tok.ExpiresAt.Time(), want.Time())
		}
	}
}

// TestTokenOfTokenRevoked: who revokes a token ends what was made by means of it, however
// far down, and nothing else.
func TestTokenOfTokenRevoked(t *testing.T) {
	b := newBench(t)
	b.give("ann")
	made := func(by string) (tok login.Token, text string) {
		t.Helper()
		a := b.As("ann")
		if by != "" {
			var err error
			if a, _, err = b.s.AuthenticateToken(t.Context(), by); err != nil {
				t.Fatal(err)
			}
		}
		dbtest.Update(t, b.DB, a, func(ctx context.Context, tx *db.Tx) (err error) {
			tok, text, err = b.s.NewToken(ctx, tx, "made", "write", 0)
			return err
		})
		return tok, text
	}
	_, other := made("")
	first, firstText := made("")
	child, childText := made(firstText)
	_, grandchild := made(childText)
	_, sibling := made(firstText)
	if child.ParentID != first.ID {
		t.Errorf("made by %d, want %d", child.ParentID, first.ID)
	}
	stale, _, err := b.s.AuthenticateToken(t.Context(), childText) // a request that is on its way
	if err != nil {
		t.Fatal(err)
	}
	revoke := func(id int64) {
		t.Helper()
		dbtest.Update(t, b.DB, b.As("ann"), func(ctx context.Context, tx *db.Tx) error { return b.s.RevokeToken(ctx, tx, id) })
	}
	opens := func(text string) bool {
		_, _, err := b.s.AuthenticateToken(t.Context(), text)
		return err == nil
	}
	revoke(child.ID)
	if opens(childText) || opens(grandchild) || !opens(firstText) || !opens(sibling) {
		t.Error("revoking the second ends another family")
	}
	err = b.DB.Update(t.Context(), stale, func(tx *db.Tx) error {
		_, _, err := b.s.NewToken(t.Context(), tx, "late", "write", 0)
		return err
	})
	if !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("a revoked token made another one: %v", err)
	}
	revoke(first.ID)
	if opens(firstText) || opens(sibling) || !opens(other) {
		t.Error("revoking the first ends another family")
	}
}

// TestNewTokenRefused: what is wrong with a token is said per field.
func TestNewTokenRefused(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		name, scope string
		life        time.Duration
	}{{"", "read", 0}, {"x", "admin", 0}, {"x", "", 0}, {"x", "read", -time.Hour}} {
		err := b.DB.Update(t.Context(), b.As("ann"), func(tx *db.Tx) error {
			_, _, err := b.s.NewToken(t.Context(), tx, tt.name, tt.scope, tt.life)
			return err
		})
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}

// BenchmarkAuthenticateToken shows what the API pays per request.
func BenchmarkAuthenticateToken(bb *testing.B) {
	w := dbtest.NewWorld(bb)
	s, err := login.New(w.DB, nil, login.Options{})
	if err != nil {
		bb.Fatal(err)
	}
	defer s.Close()
	var text string
	dbtest.Update(bb, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) {
		_, text, err = s.NewToken(ctx, tx, "bench", "write", 0)
		return err
	})
	for bb.Loop() {
		if _, _, err := s.AuthenticateToken(bb.Context(), text); err != nil {
			bb.Fatal(err)
		}
	}
}
