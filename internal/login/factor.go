package login

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/pquerna/otp/totp"
)

// stepSeconds is how long a code of an authenticator app lives. Codes of the step
// before and the step after count too, for clocks that are a little off.
const stepSeconds = 30

// Factors says what somebody signs in with, for the page of their account.
type Factors struct {
	PasswordAt db.Stamp // when it was set, 0 without one
	TOTP       bool
	Passkeys   []Passkey
	Recovery   int64 // codes that are left
}

// FactorsOf returns what the actor signs in with.
func (s *Service) FactorsOf(ctx context.Context, tx *db.Tx) (Factors, error) {
	ac, err := mine(ctx, tx)
	if err != nil {
		return Factors{}, err
	}
	f := Factors{PasswordAt: ac.passwordAt, TOTP: ac.totp != "", Recovery: ac.recovery}
	for _, k := range ac.keys {
		f.Passkeys = append(f.Passkeys, k.Passkey)
	}
	return f, nil
}

// BeginTOTP makes the secret of an authenticator app and returns it, as text to
// type and as the otpauth address of a QR code. It counts once ConfirmTOTP has
// seen its first code.
func (s *Service) BeginTOTP(ctx context.Context, tx *db.Tx, issuer string) (secret, address string, err error) {
	ac, err := mine(ctx, tx)
	if err != nil {
		return "", "", err
	}
	b := make([]byte, 20)
	rand.Read(b)
	secret = base32.StdEncoding.EncodeToString(b)
	sealed, err := s.vault.Seal([]byte(secret), ac.sealedAs())
	if err != nil {
		return "", "", err
	}
	if _, err := tx.Exec(ctx, "UPDATE login SET totp_new = $1 WHERE agency_id = $2 AND user_id = $3", sealed, ac.agencyID, ac.userID); err != nil {
		return "", "", err
	}
	return secret, otpauth(issuer, ac.email, secret), nil
}

// PendingTOTP returns the secret that waits for its first code, so that the page
// can be shown again after a mistyped one. NotFound when none waits.
func (s *Service) PendingTOTP(ctx context.Context, tx *db.Tx, issuer string) (secret, address string, err error) {
	ac, err := mine(ctx, tx)
	if err != nil {
		return "", "", err
	}
	if ac.totpNew == "" {
		return "", "", errs.Missing()
	}
	b, err := s.vault.Open(ac.totpNew, ac.sealedAs())
	return string(b), otpauth(issuer, ac.email, string(b)), err
}

func otpauth(issuer, account, secret string) string {
	q := url.Values{"secret": {secret}, "issuer": {issuer}}
	// Authenticator apps read %20, not the plus sign of form encoding.
	return "otpauth://totp/" + url.PathEscape(issuer) + ":" + url.PathEscape(account) + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

func (ac *account) sealedAs() string { return "login/" + ac.id() + "/totp" }

// ConfirmTOTP turns the app on that BeginTOTP prepared, if code is its present
// one. It returns recovery codes when the person had none.
func (s *Service) ConfirmTOTP(ctx context.Context, tx *db.Tx, code string, p Place) (recovery []string, err error) {
	ac, err := mine(ctx, tx)
	if err != nil {
		return nil, err
	}
	step, ok, err := s.stepOf(ac, ac.totpNew, code, tx.Now.Time())
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errs.Bad("code", "login.error.code")
	}
	if _, err := tx.Exec(ctx, "UPDATE login SET totp = totp_new, totp_new = '', totp_step = $1 WHERE agency_id = $2 AND user_id = $3",
		step, ac.agencyID, ac.userID); err != nil {
		return nil, err
	}
	if err := note(ctx, tx, Signin{UserID: ac.userID, Event: "totp_on", Outcome: "ok"}, p); err != nil {
		return nil, err
	}
	return s.firstRecovery(ctx, tx, ac, p)
}

// RemoveTOTP turns the authenticator app off. Recovery codes go with the last
// second factor.
func (s *Service) RemoveTOTP(ctx context.Context, tx *db.Tx, p Place) error {
	ac, err := mine(ctx, tx)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE login SET totp = '', totp_new = '', totp_step = 0 WHERE agency_id = $1 AND user_id = $2",
		ac.agencyID, ac.userID); err != nil {
		return err
	}
	if len(ac.keys) == 0 {
		if err := dropRecovery(ctx, tx, ac); err != nil {
			return err
		}
	}
	return note(ctx, tx, Signin{UserID: ac.userID, Event: "totp_off", Outcome: "ok"}, p)
}

// stepOf finds the time step to which a code belongs.
func (s *Service) stepOf(ac *account, sealed, code string, now time.Time) (step int64, ok bool, err error) {
	code = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, code)
	if sealed == "" || len(code) != 6 {
		return 0, false, nil
	}
	secret, err := s.vault.Open(sealed, ac.sealedAs())
	if err != nil {
		return 0, false, err
	}
	for d := int64(-1); d <= 1; d++ {
		at := now.Unix()/stepSeconds + d
		want, err := totp.GenerateCode(string(secret), time.Unix(at*stepSeconds, 0))
		if err != nil {
			return 0, false, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return at, true, nil
		}
	}
	return 0, false, nil
}

// useCode checks a code and burns it: a code that somebody looked at over a
// shoulder doesn't count a second time.
func (s *Service) useCode(ctx context.Context, ac *account, code string) (bool, error) {
	if ac.totp == "" {
		return false, nil
	}
	step, ok, err := s.stepOf(ac, ac.totp, code, s.db.Now())
	if err != nil || !ok {
		return false, err
	}
	var n int64
	err = s.db.UpdateLocal(ctx, func(tx *db.Tx) (err error) {
		n, err = tx.Exec(ctx, "UPDATE login SET totp_step = $1 WHERE agency_id = $2 AND user_id = $3 AND totp_step < $1",
			step, ac.agencyID, ac.userID)
		return err
	})
	return n == 1, err
}

// recoveryCodes is how many codes a person gets.
const recoveryCodes = 10

// NewRecovery replaces the actor's recovery codes and returns the new ones, which
// nobody can see again. It needs a second factor to recover from.
func (s *Service) NewRecovery(ctx context.Context, tx *db.Tx, p Place) ([]string, error) {
	ac, err := mine(ctx, tx)
	if err != nil {
		return nil, err
	}
	if !ac.second() {
		return nil, errs.New(errs.Conflict, "login.error.no_factor")
	}
	return s.makeRecovery(ctx, tx, ac, p)
}

func (s *Service) firstRecovery(ctx context.Context, tx *db.Tx, ac *account, p Place) ([]string, error) {
	if ac.recovery > 0 {
		return nil, nil
	}
	return s.makeRecovery(ctx, tx, ac, p)
}

func (s *Service) makeRecovery(ctx context.Context, tx *db.Tx, ac *account, p Place) ([]string, error) {
	if err := dropRecovery(ctx, tx, ac); err != nil {
		return nil, err
	}
	codes := make([]string, recoveryCodes)
	for i := range codes {
		b := make([]byte, 15) // 120 bits: a plain hash is enough (ASVS 6.5.2)
		rand.Read(b)
		c := strings.ToLower(base32.StdEncoding.EncodeToString(b))
		codes[i] = c[:6] + "-" + c[6:12] + "-" + c[12:18] + "-" + c[18:]
		if _, err := tx.Exec(ctx, "INSERT INTO recovery_code (hash, agency_id, user_id) VALUES ($1, $2, $3)",
			ac.recoveryHash(codes[i]), ac.agencyID, ac.userID); err != nil {
			return nil, err
		}
	}
	return codes, note(ctx, tx, Signin{UserID: ac.userID, Event: "recovery_new", Outcome: "ok"}, p)
}

func dropRecovery(ctx context.Context, tx *db.Tx, ac *account) error {
	_, err := tx.Exec(ctx, "DELETE FROM recovery_code WHERE agency_id = $1 AND user_id = $2", ac.agencyID, ac.userID)
	return err
}

// recoveryHash forgives spaces, dashes and capitals.
func (ac *account) recoveryHash(code string) string {
	code = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, strings.ToLower(code))
	return hashOf("recovery", ac.id(), code)
}

func (s *Service) useRecovery(ctx context.Context, ac *account, code string) (bool, error) {
	if !ac.second() {
		return false, nil
	}
	var n int64
	err := s.db.UpdateLocal(ctx, func(tx *db.Tx) (err error) {
		n, err = tx.Exec(ctx, "UPDATE recovery_code SET used_at = $1 WHERE hash = $2 AND agency_id = $3 AND user_id = $4 AND used_at IS NULL",
			tx.Now, ac.recoveryHash(code), ac.agencyID, ac.userID)
		return err
	})
	return n == 1, err
}

// ResetFactors takes all second factors away from somebody who lost them, for who
// manages people. Their sessions end: whoever asked for this has to sign in again.
func (s *Service) ResetFactors(ctx context.Context, tx *db.Tx, userID int64, p Place) error {
	if !tx.Actor.May("user.manage") {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	ac, err := findUser(ctx, tx, tx.Actor.AgencyID, userID)
	if err != nil {
		return err
	}
	for _, q := range []string{"UPDATE login SET totp = '', totp_new = '', totp_step = 0 WHERE agency_id = $1 AND user_id = $2",
		"DELETE FROM passkey WHERE agency_id = $1 AND user_id = $2"} {
		if _, err := tx.Exec(ctx, q, ac.agencyID, ac.userID); err != nil {
			return err
		}
	}
	if err := dropRecovery(ctx, tx, ac); err != nil {
		return err
	}
	if err := s.endSessions(ctx, tx, userID, 0); err != nil {
		return err
	}
	return note(ctx, tx, Signin{UserID: userID, Event: "totp_off", Outcome: "ok"}, p)
}

// SecondOf reports whether somebody has a second factor, for who manages people.
func (s *Service) SecondOf(ctx context.Context, tx *db.Tx, userID int64) (bool, error) {
	if !tx.Actor.May("user.manage") {
		return false, errs.New(errs.Forbidden, "error.forbidden")
	}
	ac, err := find(ctx, tx, "agency_id = $1 AND user_id = $2", tx.Actor.AgencyID, userID)
	return ac != nil && ac.second(), err
}
