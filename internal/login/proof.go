package login

import (
	"context"
	"fmt"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/password"
)

// Proof is one thing by which a person proves who they are. The first that isn't
// empty counts.
type Proof struct {
	Password string
	Code     string // of the authenticator app
	Recovery string // a recovery code; as a second factor only
	Ceremony string // token of a passkey ceremony, with the browser's answer in Answer
	Answer   []byte
}

// Prove is the step-up: it checks a password, a code or a passkey of the actor,
// marks the session as fresh for 5 minutes and returns its new token.
func (s *Service) Prove(ctx context.Context, actor db.Actor, sessionID int64, proof Proof, p Place) (string, error) {
	var ac *account
	err := s.db.Local(ctx, func(tx *db.Tx) (err error) {
		ac, err = findUser(ctx, tx, actor.AgencyID, actor.UserID)
		return err
	})
	if err != nil {
		return "", err
	}
	proof.Recovery = "" // for emergencies at the door, not for every day
	how, err := s.check(ctx, ac, proof, "proof", p.tidy())
	if err != nil {
		return "", err
	}
	var token string
	err = s.db.Update(ctx, actor, func(tx *db.Tx) error {
		if token, err = s.rotate(ctx, tx, sessionID); err != nil {
			return err
		}
		return note(ctx, tx, Signin{UserID: ac.userID, Event: "proof", Method: how, Outcome: "ok"}, p)
	})
	return token, err
}

// Confirm is Prove for a program that acts with a token of the actor's: it checks a
// password or a code, slowed like every guess, and keeps nothing fresh.
func (s *Service) Confirm(ctx context.Context, actor db.Actor, proof Proof, p Place) error {
	var ac *account
	err := s.db.Local(ctx, func(tx *db.Tx) (err error) {
		ac, err = findUser(ctx, tx, actor.AgencyID, actor.UserID)
		return err
	})
	if err != nil {
		return err
	}
	how, err := s.check(ctx, ac, Proof{Password: proof.Password, Code: proof.Code}, "proof", p.tidy())
	if err != nil {
		return err
	}
	return s.db.Update(ctx, actor, func(tx *db.Tx) error {
		return note(ctx, tx, Signin{UserID: ac.userID, Event: "proof", Method: how, Outcome: "ok"}, p)
	})
}

// ProofBy lists how the actor can prove who they are: password, totp, passkey.
func (s *Service) ProofBy(ctx context.Context, tx *db.Tx) ([]string, error) {
	ac, err := mine(ctx, tx)
	if err != nil {
		return nil, err
	}
	var out []string
	if ac.password != "" {
		out = append(out, "password")
	}
	if ac.totp != "" {
		out = append(out, "totp")
	}
	if len(ac.keys) > 0 {
		out = append(out, "passkey")
	}
	return out, nil
}

// check verifies a proof, slowed like every guess, and returns its name.
func (s *Service) check(ctx context.Context, ac *account, proof Proof, event string, p Place) (how string, err error) {
	k := key{"second", ac.id() + " " + p.network()}
	err = s.db.UpdateLocal(ctx, func(tx *db.Tx) error { return charge(ctx, tx, k) })
	if err != nil {
		return "", err
	}
	var ok bool
	switch {
	case proof.Password != "":
		how = "password"
		ok, _ = password.Verify(ac.password, proof.Password)
	case proof.Code != "":
		how = "totp"
		ok, err = s.useCode(ctx, ac, proof.Code)
	case proof.Recovery != "":
		how = "recovery"
		ok, err = s.useRecovery(ctx, ac, proof.Recovery)
	case proof.Ceremony != "":
		how = "passkey"
		ok, err = s.usePasskey(ctx, ac, proof.Ceremony, proof.Answer)
	}
	if err != nil {
		return "", fmt.Errorf("checking a %s: %w", how, err)
	}
	if !ok {
		if err := s.refuse(ctx, ac, Signin{Event: event, Method: how, Outcome: "failed"}, p); !errs.Is(err, errs.Unauthenticated) {
			return "", err
		}
		return "", wrongProof(how)
	}
	return how, s.db.UpdateLocal(ctx, func(tx *db.Tx) error { return refund(ctx, tx, k) })
}

// wrongProof names the field that was wrong: whoever gets here has a session or
// the password, so there is nothing to hide.
func wrongProof(how string) error {
	switch how {
	case "password":
		return errs.Bad("password", "login.error.password")
	case "totp":
		return errs.Bad("code", "login.error.code")
	case "recovery":
		return errs.Bad("recovery", "login.error.recovery")
	case "passkey":
		return errs.Bad("passkey", "login.error.passkey")
	}
	return errs.Bad("code", "error.required")
}
