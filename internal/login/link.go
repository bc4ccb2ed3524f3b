package login

import (
	"context"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/password"
	"github.com/carnetcrm/carnet/internal/record"
)

// Enable gives a person a password at once and makes them active: first start,
// the command line, the demo. Hash is of package password; the caller has checked
// the password, and hashes it before the transaction, which must be short.
func (s *Service) Enable(ctx context.Context, tx *db.Tx, userID int64, hash string) error {
	u, err := s.account(ctx, tx, userID)
	if err != nil {
		return err
	}
	return s.setPassword(ctx, tx, u, hash)
}

// account reads a person and makes sure that they have an account.
func (s *Service) account(ctx context.Context, tx *db.Tx, userID int64) (*agency.User, error) {
	if !tx.Actor.May("user.manage") {
		return nil, errs.New(errs.Forbidden, "error.forbidden")
	}
	u := new(agency.User)
	if err := record.Get(ctx, tx, u, userID); err != nil {
		return nil, err
	}
	ac, err := find(ctx, tx, "agency_id = $1 AND user_id = $2", tx.Actor.AgencyID, userID)
	if err != nil || ac != nil {
		return u, err
	}
	return u, add(ctx, tx, u)
}

// setPassword stores a password and makes an invited person active.
func (s *Service) setPassword(ctx context.Context, tx *db.Tx, u *agency.User, hash string) error {
	if err := s.storePassword(ctx, tx, u.ID, hash, 0); err != nil || u.Status != "invited" {
		return err
	}
	return record.Edit(ctx, tx, u, u.ID, 0, func() error { u.Status = "active"; return nil })
}

// storePassword ends all sessions but one, and all open links, of the person.
func (s *Service) storePassword(ctx context.Context, tx *db.Tx, userID int64, hash string, but int64) error {
	if _, err := tx.Exec(ctx, "UPDATE login SET password = $1, password_at = $2 WHERE agency_id = $3 AND user_id = $4",
		hash, tx.Now, tx.Actor.AgencyID, userID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM link_token WHERE agency_id = $1 AND user_id = $2", tx.Actor.AgencyID, userID); err != nil {
		return err
	}
	return s.endSessions(ctx, tx, userID, but)
}

// checked refuses what attackers try first, the person's own names among it, and
// hashes the rest.
func checked(pw string, u *agency.User, a *agency.Agency) (hash string, err error) {
	if err := password.Check(pw, u.Name, u.Email, a.Name); err != nil {
		return "", err
	}
	return password.Hash(pw)
}

// Invite saves a new person and returns the path of the link by which they choose
// their password. With a mail server set up the link is also mailed.
func (s *Service) Invite(ctx context.Context, tx *db.Tx, u *agency.User) (path string, err error) {
	u.Status = "invited"
	if err := record.Insert(ctx, tx, u); err != nil {
		return "", err
	}
	if err := add(ctx, tx, u); err != nil {
		return "", err
	}
	return s.InviteAgain(ctx, tx, u.ID)
}

// InviteAgain makes a new link for somebody who hasn't accepted yet; the old ones
// end.
func (s *Service) InviteAgain(ctx context.Context, tx *db.Tx, userID int64) (path string, err error) {
	u, err := s.account(ctx, tx, userID)
	if err != nil {
		return "", err
	}
	if u.Status != "invited" {
		return "", errs.New(errs.Conflict, "login.error.accepted")
	}
	path, err = s.link(ctx, tx, u, "invite", inviteFor)
	if err != nil {
		return "", err
	}
	if err := note(ctx, tx, Signin{UserID: u.ID, Event: "invited", Outcome: "ok"}, Place{}); err != nil {
		return "", err
	}
	return path, s.mail(ctx, tx, u, "invite", path)
}

// ResetLink makes a link by which a person sets a new password, for an
// administrator to hand over. It works for a day. It is mailed as well where that
// is possible.
func (s *Service) ResetLink(ctx context.Context, tx *db.Tx, userID int64) (path string, err error) {
	u, err := s.account(ctx, tx, userID)
	if err != nil {
		return "", err
	}
	if u.Status != "active" {
		return "", errs.New(errs.Conflict, "login.error.not_active")
	}
	path, err = s.link(ctx, tx, u, "reset", byHandFor)
	if err != nil {
		return "", err
	}
	if err := note(ctx, tx, Signin{UserID: u.ID, Event: "reset_link", Outcome: "ok"}, Place{}); err != nil {
		return "", err
	}
	return path, s.mail(ctx, tx, u, "reset", path)
}

// link stores a new link in place of the older ones of its kind.
func (s *Service) link(ctx context.Context, tx *db.Tx, u *agency.User, kind string, life time.Duration) (path string, err error) {
	if _, err := tx.Exec(ctx, "DELETE FROM link_token WHERE agency_id = $1 AND user_id = $2 AND kind = $3",
		tx.Actor.AgencyID, u.ID, kind); err != nil {
		return "", err
	}
	token := newToken()
	_, err = tx.Exec(ctx, "INSERT INTO link_token (hash, kind, agency_id, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
		hashOf(kind, token), kind, tx.Actor.AgencyID, u.ID, tx.Now, tx.Now.Add(life))
	if kind == "invite" {
		return "/join/" + token, err
	}
	return "/reset/" + token, err
}

// gone is the answer to a link that was used, has expired or never existed.
func gone() error { return errs.New(errs.NotFound, "login.error.link") }

// LinkOf tells whose link it is, so that its page can greet the person. Kind is
// invite or reset. NotFound for one that doesn't work any more.
func (s *Service) LinkOf(ctx context.Context, kind, token string) (*agency.User, *agency.Agency, error) {
	var agencyID, userID int64
	err := s.db.Local(ctx, func(tx *db.Tx) error {
		return tx.Row(ctx, "SELECT agency_id, user_id FROM link_token WHERE hash = $1 AND used_at IS NULL AND expires_at > $2",
			[]any{hashOf(kind, token), tx.Now}, &agencyID, &userID)
	})
	u, a := new(agency.User), new(agency.Agency)
	if err == nil {
		err = s.db.View(ctx, db.System(agencyID), func(tx *db.Tx) error {
			if err := record.Get(ctx, tx, u, userID); err != nil {
				return err
			}
			return record.Get(ctx, tx, a, agencyID)
		})
	}
	if errs.Is(err, errs.NotFound) || (err == nil && u.Status == "disabled") {
		return nil, nil, gone()
	}
	return u, a, err
}

// Accept uses a link: it sets the password and signs in, unless a second factor is
// still due. The link works once, even when it is used twice at the same moment;
// a password that is refused doesn't use it up.
func (s *Service) Accept(ctx context.Context, kind, token, pw string, p Place) (*Result, error) {
	u, a, err := s.LinkOf(ctx, kind, token)
	if err != nil {
		return nil, err
	}
	hash, err := checked(pw, u, a)
	if err != nil {
		return nil, err
	}
	p = p.tidy()
	e := entrance{method: "password"}
	event := "reset"
	if kind == "invite" {
		e.method, event = "invite", "accepted"
	}
	var ac *account
	err = s.db.Update(ctx, db.System(a.ID), func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE link_token SET used_at = $1 WHERE hash = $2 AND used_at IS NULL AND expires_at > $1",
			tx.Now, hashOf(kind, token))
		if err == nil && n == 0 {
			err = gone()
		}
		if err != nil {
			return err
		}
		if err := s.setPassword(ctx, tx, u, hash); err != nil {
			return err
		}
		if ac, err = findUser(ctx, tx, a.ID, u.ID); err != nil {
			return err
		}
		return note(ctx, tx, Signin{UserID: u.ID, Event: event, Outcome: "ok"}, p)
	})
	if err != nil {
		return nil, err
	}
	e.due = ac.second()
	return s.enter(ctx, ac, e, p)
}

// ChangePassword sets the actor's password. It demands the old one, ends all
// other sessions and gives this one a new token.
func (s *Service) ChangePassword(ctx context.Context, actor db.Actor, sessionID int64, old, pw string, p Place) (token string, err error) {
	var ac *account
	err = s.db.Local(ctx, func(tx *db.Tx) (err error) {
		ac, err = findUser(ctx, tx, actor.AgencyID, actor.UserID)
		return err
	})
	if err != nil {
		return "", err
	}
	if old == "" {
		return "", errs.Bad("old", "error.required")
	}
	if _, err := s.check(ctx, ac, Proof{Password: old}, "proof", p.tidy()); err != nil {
		if errs.Is(err, errs.Invalid) {
			return "", errs.Bad("old", "login.error.password")
		}
		return "", err
	}
	var u *agency.User
	var a *agency.Agency
	err = s.db.View(ctx, actor, func(tx *db.Tx) error {
		if u, err = ac.person(ctx, tx); err != nil {
			return err
		}
		a, err = agency.Current(ctx, tx)
		return err
	})
	if err != nil {
		return "", err
	}
	hash, err := checked(pw, u, a)
	if err != nil {
		return "", err
	}
	err = s.db.Update(ctx, actor, func(tx *db.Tx) error {
		if token, err = s.rotate(ctx, tx, sessionID); err != nil {
			return err
		}
		if err := s.storePassword(ctx, tx, u.ID, hash, sessionID); err != nil {
			return err
		}
		return note(ctx, tx, Signin{UserID: actor.UserID, Event: "password", Outcome: "ok"}, p)
	})
	return token, err
}

// LetIn ends the disabling of a person: they sign in with the password they had,
// or are invited again when they never had one.
func (s *Service) LetIn(ctx context.Context, tx *db.Tx, userID int64) error {
	u, err := s.account(ctx, tx, userID)
	if err != nil || u.Status != "disabled" {
		return err
	}
	status, err := s.StatusOf(ctx, tx, userID)
	if err != nil {
		return err
	}
	return record.Edit(ctx, tx, u, u.ID, 0, func() error { u.Status = status; return nil })
}

// StatusOf is what somebody is who isn't disabled: active, or invited while they have no
// password.
func (s *Service) StatusOf(ctx context.Context, tx *db.Tx, userID int64) (string, error) {
	if _, err := s.account(ctx, tx, userID); err != nil {
		return "", err
	}
	ac, err := findUser(ctx, tx, tx.Actor.AgencyID, userID)
	if err != nil {
		return "", err
	}
	if ac.password == "" {
		return "invited", nil
	}
	return "active", nil
}
