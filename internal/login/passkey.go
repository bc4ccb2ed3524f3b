package login

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// Passkey is a key that an authenticator keeps for somebody: as a second factor,
// or in place of the password.
type Passkey struct {
	ID        int64
	Name      string
	CreatedAt db.Stamp
	UsedAt    db.Stamp // 0 never
}

// Ceremony is the first half of what a browser does with a passkey: it gives
// Options to the authenticator and sends its answer back with Token.
type Ceremony struct {
	Token   string
	Options json.RawMessage // {"publicKey": {...}}
}

// newPasskeys returns nil where browsers offer no passkeys: they are bound to a
// host name, so an installation reached by its number has none.
func newPasskeys(base string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(base)
	if err != nil || u.Hostname() == "" {
		return nil, nil
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return nil, nil
	}
	w, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: "Carnet", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		// Password managers answer with extensions that nobody asked for.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore})
	if err != nil {
		return nil, fmt.Errorf("setting up passkeys for %s: %w", base, err)
	}
	return w, nil
}

// PasskeysOn reports whether this installation can use passkeys.
func (s *Service) PasskeysOn() bool { return s.keys != nil }

func (s *Service) needPasskeys() error {
	if s.keys == nil {
		return errs.New(errs.Conflict, "login.error.no_passkeys")
	}
	return nil
}

// BeginPasskey starts the registration of a passkey of the actor.
func (s *Service) BeginPasskey(ctx context.Context, tx *db.Tx) (*Ceremony, error) {
	if err := s.needPasskeys(); err != nil {
		return nil, err
	}
	ac, err := mine(ctx, tx)
	if err != nil {
		return nil, err
	}
	var have []protocol.CredentialDescriptor
	for _, c := range ac.WebAuthnCredentials() {
		have = append(have, c.Descriptor())
	}
	opt, state, err := s.keys.BeginRegistration(ac, webauthn.WithExclusions(have),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred}))
	if err != nil {
		return nil, fmt.Errorf("beginning a passkey: %w", err)
	}
	return s.keepState(ctx, tx, ac.agencyID, ac.userID, opt, state)
}

func (s *Service) keepState(ctx context.Context, tx *db.Tx, agencyID, userID int64, opt, state any) (*Ceremony, error) {
	options, err := json.Marshal(opt)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(state)
	if err != nil {
		return nil, err
	}
	c := &Ceremony{Token: newToken(), Options: options}
	_, err = tx.Exec(ctx, "INSERT INTO ceremony (hash, agency_id, user_id, data, expires_at) VALUES ($1, $2, $3, $4, $5)",
		hashOf(c.Token), agencyID, userID, string(data), tx.Now.Add(pending))
	return c, err
}

// takeState reads the state of a ceremony and removes it: an answer counts once.
// ok is false when there is none.
func takeState(ctx context.Context, tx *db.Tx, token string, agencyID, userID int64) (state webauthn.SessionData, ok bool, err error) {
	var data string
	err = tx.Row(ctx, "DELETE FROM ceremony WHERE hash = $1 AND agency_id = $2 AND user_id = $3 AND expires_at > $4 RETURNING data",
		[]any{hashOf(token), agencyID, userID, tx.Now}, &data)
	if errs.Is(err, errs.NotFound) {
		return state, false, nil
	}
	if err != nil {
		return state, false, err
	}
	return state, true, json.Unmarshal([]byte(data), &state)
}

// FinishPasskey stores the passkey that the browser made. It returns recovery
// codes when the person had none.
func (s *Service) FinishPasskey(ctx context.Context, tx *db.Tx, token string, answer []byte, name string, p Place) (recovery []string, err error) {
	if err := s.needPasskeys(); err != nil {
		return nil, err
	}
	ac, err := mine(ctx, tx)
	if err != nil {
		return nil, err
	}
	state, ok, err := takeState(ctx, tx, token, ac.agencyID, ac.userID)
	if err != nil {
		return nil, err
	}
	parsed, perr := protocol.ParseCredentialCreationResponseBytes(answer)
	if !ok || perr != nil {
		return nil, errs.Bad("passkey", "login.error.passkey")
	}
	c, err := s.keys.CreateCredential(ac, state, parsed)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "login.error.passkey")
	}
	name = strings.TrimSpace(name)
	var bad errs.Collect
	bad.Required("name", name)
	bad.MaxLen("name", name, 60)
	if err := bad.Err(); err != nil {
		return nil, err
	}
	data, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO passkey (credential, agency_id, user_id, name, data, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
		base64.RawURLEncoding.EncodeToString(c.ID), ac.agencyID, ac.userID, name, string(data), tx.Now); err != nil {
		return nil, err
	}
	if err := note(ctx, tx, Signin{UserID: ac.userID, Event: "passkey_new", Outcome: "ok", Detail: name}, p); err != nil {
		return nil, err
	}
	return s.firstRecovery(ctx, tx, ac, p)
}

// RemovePasskey takes one of the actor's passkeys away. Recovery codes go with
// the last second factor.
func (s *Service) RemovePasskey(ctx context.Context, tx *db.Tx, id int64, p Place) error {
	ac, err := mine(ctx, tx)
	if err != nil {
		return err
	}
	var name string
	if err := tx.Row(ctx, "DELETE FROM passkey WHERE id = $1 AND agency_id = $2 AND user_id = $3 RETURNING name",
		[]any{id, ac.agencyID, ac.userID}, &name); err != nil {
		return err
	}
	if len(ac.keys) <= 1 && ac.totp == "" {
		if err := dropRecovery(ctx, tx, ac); err != nil {
			return err
		}
	}
	return note(ctx, tx, Signin{UserID: ac.userID, Event: "passkey_gone", Outcome: "ok", Detail: name}, p)
}

// BeginPasskeySignIn starts a sign-in by passkey alone: the authenticator knows
// who it is, and checks its owner by fingerprint or PIN, so it is both factors.
func (s *Service) BeginPasskeySignIn(ctx context.Context) (c *Ceremony, err error) {
	if err := s.needPasskeys(); err != nil {
		return nil, err
	}
	opt, state, err := s.keys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, fmt.Errorf("beginning a sign-in by passkey: %w", err)
	}
	err = s.db.UpdateLocal(ctx, func(tx *db.Tx) error { c, err = s.keepState(ctx, tx, 0, 0, opt, state); return err })
	return c, err
}

// PasskeySignIn completes what BeginPasskeySignIn began. Old is the token of the
// session that the browser had.
func (s *Service) PasskeySignIn(ctx context.Context, token string, answer []byte, old string, p Place) (*Result, error) {
	if err := s.needPasskeys(); err != nil {
		return nil, err
	}
	p = p.tidy()
	var ac *account
	var used *webauthn.Credential
	network := key{"network", p.network()}
	err := s.db.UpdateLocal(ctx, func(tx *db.Tx) error { return charge(ctx, tx, network) })
	if err != nil {
		return nil, err
	}
	err = s.db.UpdateLocal(ctx, func(tx *db.Tx) error {
		state, ok, err := takeState(ctx, tx, token, 0, 0)
		parsed, perr := protocol.ParseCredentialRequestResponseBytes(answer)
		if err != nil || !ok || perr != nil {
			return err
		}
		_, c, verr := s.keys.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
			ac, err = find(ctx, tx, "handle = $1", base64.RawURLEncoding.EncodeToString(handle))
			if err == nil && ac == nil {
				err = unknown()
			}
			return ac, err
		}, state, parsed)
		if verr == nil {
			used = c
			return ac.store(ctx, tx, c)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if used == nil || used.Authenticator.CloneWarning {
		if ac != nil {
			return nil, s.refuse(ctx, ac, Signin{Event: "signin", Method: "passkey", Outcome: "failed"}, p)
		}
		return nil, wrong()
	}
	return s.enter(ctx, ac, entrance{method: "passkey", keys: []key{network}, old: old}, p)
}

// BeginProof starts a proof by passkey: of the actor (step-up), or of the session
// that waits for its second factor when a token is given.
func (s *Service) BeginProof(ctx context.Context, actor db.Actor, token string) (c *Ceremony, err error) {
	if err := s.needPasskeys(); err != nil {
		return nil, err
	}
	agencyID, userID := actor.AgencyID, actor.UserID
	if token != "" {
		n, _, err := s.half(ctx, token)
		if err != nil {
			return nil, err
		}
		agencyID, userID = n.AgencyID, n.UserID
	}
	err = s.db.UpdateLocal(ctx, func(tx *db.Tx) error {
		ac, err := findUser(ctx, tx, agencyID, userID)
		if err != nil {
			return err
		}
		if len(ac.keys) == 0 {
			return errs.New(errs.Conflict, "login.error.passkey")
		}
		opt, state, err := s.keys.BeginLogin(ac, webauthn.WithUserVerification(protocol.VerificationPreferred))
		if err != nil {
			return fmt.Errorf("beginning a proof by passkey: %w", err)
		}
		c, err = s.keepState(ctx, tx, ac.agencyID, ac.userID, opt, state)
		return err
	})
	return c, err
}

func (s *Service) usePasskey(ctx context.Context, ac *account, token string, answer []byte) (ok bool, err error) {
	if s.keys == nil {
		return false, nil
	}
	err = s.db.UpdateLocal(ctx, func(tx *db.Tx) error {
		state, known, err := takeState(ctx, tx, token, ac.agencyID, ac.userID)
		parsed, perr := protocol.ParseCredentialRequestResponseBytes(answer)
		if err != nil || !known || perr != nil {
			return err
		}
		c, verr := s.keys.ValidateLogin(ac, state, parsed)
		if verr != nil || c.Authenticator.CloneWarning {
			return nil // the ceremony is used up all the same
		}
		ok = true
		return ac.store(ctx, tx, c)
	})
	return ok && err == nil, err
}

// store keeps the signature count of a passkey that was used.
func (ac *account) store(ctx context.Context, tx *db.Tx, c *webauthn.Credential) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE passkey SET data = $1, used_at = $2 WHERE credential = $3 AND agency_id = $4 AND user_id = $5",
		string(data), tx.Now, base64.RawURLEncoding.EncodeToString(c.ID), ac.agencyID, ac.userID)
	return err
}
