package login

import (
	"context"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/password"
)

// Attempt is what somebody typed to sign in.
type Attempt struct {
	Email, Password string
	Place           Place
	Old             string // token of the session that the browser had, which ends
}

// Result is a sign-in that worked, or worked so far.
type Result struct {
	Token    string   // for the session cookie
	Device   string   // for a cookie that stays for 90 days: this browser is known
	Second   []string // not empty: one of these factors is still due (passkey, totp, recovery)
	AgencyID int64
	UserID   int64
}

// wrong is the one answer to a wrong password, an unknown e-mail and a disabled
// person: nobody learns who has an account.
func wrong() error { return errs.New(errs.Unauthenticated, "login.error.wrong") }

// SignIn checks e-mail and password. With a second factor set up, the session
// that it returns opens nothing until Second has seen that factor. Errors:
// Unauthenticated, and TooMany with the seconds to wait as Count.
func (s *Service) SignIn(ctx context.Context, a Attempt) (*Result, error) {
	p := a.Place.tidy()
	var ac *account
	var keys []key
	err := s.db.UpdateLocal(ctx, func(tx *db.Tx) error {
		var mail string
		var err error
		if ac, mail, err = findEmail(ctx, tx, a.Email); err != nil {
			return err
		}
		if keys, err = s.keysOf(ctx, tx, mail, ac, p); err != nil {
			return err
		}
		return charge(ctx, tx, keys...)
	})
	if err != nil {
		return nil, err
	}
	if ac == nil || ac.password == "" {
		return nil, s.pretend(ctx, a.Password, keys)
	}
	ok, rehash := password.Verify(ac.password, a.Password)
	if !ok {
		return nil, s.refuse(ctx, ac, Signin{Event: "signin", Method: "password", Outcome: "failed"}, p)
	}
	var better string
	if rehash {
		if better, err = password.Hash(a.Password); err != nil {
			return nil, err
		}
	}
	return s.enter(ctx, ac, entrance{method: "password", due: ac.second(), keys: keys, old: a.Old, better: better}, p)
}

// pretend takes as long as a wrong password for an account that exists, so that
// nobody learns from a clock who has one: the hash, and a commit in place of the
// one that notes the failure.
func (s *Service) pretend(ctx context.Context, pw string, keys []key) error {
	password.Waste(pw)
	err := s.db.UpdateLocal(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE throttle SET last_at = last_at WHERE key = $1", keys[0].text())
		return err
	})
	if err != nil {
		return err
	}
	return wrong()
}

// refuse notes a failed attempt and returns the error that says so.
func (s *Service) refuse(ctx context.Context, ac *account, n Signin, p Place) error {
	n.UserID = ac.userID
	err := s.db.Update(ctx, db.System(ac.agencyID), func(tx *db.Tx) error { return note(ctx, tx, n, p) })
	if err != nil {
		return err
	}
	return wrong()
}

// entrance is how somebody comes in.
type entrance struct {
	method string
	event  string // of the history, "signin" when empty
	due    bool   // the second factor is still missing
	keys   []key  // to refund
	old    string // token of the session that ends
	better string // a password hash with today's costs
	also   func(*db.Tx) error
}

// enter opens a session for an account that has proven who it is.
func (s *Service) enter(ctx context.Context, ac *account, e entrance, p Place) (*Result, error) {
	r := &Result{AgencyID: ac.agencyID, UserID: ac.userID, Device: p.Device}
	if r.Device == "" {
		r.Device = newToken()
	}
	p.Device = r.Device
	disabled := false
	err := s.db.Update(ctx, db.System(ac.agencyID), func(tx *db.Tx) error {
		u, err := ac.person(ctx, tx)
		if err != nil {
			return err
		}
		n := Signin{UserID: u.ID, Event: "signin", Method: e.method, Outcome: "ok"}
		if e.event != "" {
			n.Event = e.event
		}
		if disabled = u.Status != "active"; disabled {
			n.Outcome = "disabled"
			return note(ctx, tx, n, p)
		}
		if e.also != nil {
			if err := e.also(tx); err != nil {
				return err
			}
		}
		if err := refund(ctx, tx, e.keys...); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM session WHERE hash = $1", hashOf(e.old)); err != nil {
			return err
		}
		if e.better != "" {
			if _, err := tx.Exec(ctx, "UPDATE login SET password = $1 WHERE agency_id = $2 AND user_id = $3 AND password = $4",
				e.better, ac.agencyID, ac.userID, ac.password); err != nil {
				return err
			}
		}
		r.Token, err = s.open(ctx, tx, Session{AgencyID: ac.agencyID, UserID: u.ID, Method: e.method, SecondDue: e.due}, p)
		tx.AfterCommit(s.forget)
		if err != nil || e.due {
			return err // noted once the second factor is there
		}
		if err := remember(ctx, tx, ac, p); err != nil {
			return err
		}
		return note(ctx, tx, n, p)
	})
	if err != nil {
		return nil, err
	}
	if disabled {
		return nil, wrong()
	}
	if e.due {
		r.Second = ac.factors()
	}
	return r, nil
}

// Pending returns the factors that the session of a token still waits for.
// Unauthenticated when it waits for none, or has waited longer than 10 minutes.
func (s *Service) Pending(ctx context.Context, token string) ([]string, error) {
	_, ac, err := s.half(ctx, token)
	if err != nil {
		return nil, err
	}
	return ac.factors(), nil
}

// half reads a session that waits for its second factor.
func (s *Service) half(ctx context.Context, token string) (n Session, ac *account, err error) {
	err = s.db.Local(ctx, func(tx *db.Tx) error {
		if err := findSession(ctx, tx, hashOf(token), &n); err != nil {
			return err
		}
		if !n.SecondDue || !n.live(tx.Now) {
			return unknown()
		}
		ac, err = findUser(ctx, tx, n.AgencyID, n.UserID)
		return err
	})
	return n, ac, err
}

// Second completes a sign-in by a second factor and returns the session with a
// new token.
func (s *Service) Second(ctx context.Context, token string, proof Proof, p Place) (*Result, error) {
	n, ac, err := s.half(ctx, token)
	if err != nil {
		return nil, err
	}
	proof.Password = "" // has been given: it is no second factor
	how, err := s.check(ctx, ac, proof, "second", p.tidy())
	if err != nil {
		return nil, err
	}
	return s.enter(ctx, ac, entrance{method: n.Method + "+" + how, old: token}, p.tidy())
}
