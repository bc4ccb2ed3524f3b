package login

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/email"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/go-webauthn/webauthn/webauthn"
)

// account is what somebody signs in with. It is what the passkey library calls a
// user.
type account struct {
	email, handle, password string
	agencyID, userID        int64
	passwordAt              db.Stamp
	totp, totpNew           string // sealed
	totpStep                int64
	keys                    []passkeyRow
	recovery                int64 // codes that are left
}

type passkeyRow struct {
	Passkey
	credential webauthn.Credential
}

func (ac *account) id() string {
	return strconv.FormatInt(ac.agencyID, 10) + "/" + strconv.FormatInt(ac.userID, 10)
}

// second reports whether a password alone isn't enough.
func (ac *account) second() bool { return ac.totp != "" || len(ac.keys) > 0 }

// factors lists the second factors that may be used now.
func (ac *account) factors() []string {
	var out []string
	if len(ac.keys) > 0 {
		out = append(out, "passkey")
	}
	if ac.totp != "" {
		out = append(out, "totp")
	}
	if ac.second() && ac.recovery > 0 {
		out = append(out, "recovery")
	}
	return out
}

// WebAuthnID is the handle under which authenticators store their keys.
func (ac *account) WebAuthnID() []byte {
	b, _ := base64.RawURLEncoding.DecodeString(ac.handle)
	return b
}

// WebAuthnName is shown by the browser when it asks which passkey to use.
func (ac *account) WebAuthnName() string { return ac.email }

// WebAuthnDisplayName is shown likewise.
func (ac *account) WebAuthnDisplayName() string { return ac.email }

// WebAuthnCredentials are the person's passkeys.
func (ac *account) WebAuthnCredentials() []webauthn.Credential {
	out := make([]webauthn.Credential, len(ac.keys))
	for i, k := range ac.keys {
		out[i] = k.credential
	}
	return out
}

const accountColumns = "email, handle, password, password_at, agency_id, user_id, totp, totp_new, totp_step"

// find reads an account by a condition on table login; nil when there is none.
func find(ctx context.Context, tx *db.Tx, cond string, args ...any) (*account, error) {
	ac := new(account)
	err := tx.Row(ctx, "SELECT "+accountColumns+" FROM login WHERE "+cond, args,
		&ac.email, &ac.handle, &ac.password, &ac.passwordAt, &ac.agencyID, &ac.userID, &ac.totp, &ac.totpNew, &ac.totpStep)
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	err = tx.Each(ctx, "SELECT id, name, data, created_at, used_at FROM passkey WHERE agency_id = $1 AND user_id = $2 ORDER BY id",
		[]any{ac.agencyID, ac.userID}, func(rows db.Rows) error {
			var k passkeyRow
			var data string
			if err := rows.Scan(&k.ID, &k.Name, &data, &k.CreatedAt, &k.UsedAt); err != nil {
				return err
			}
			if err := json.Unmarshal([]byte(data), &k.credential); err != nil {
				return fmt.Errorf("reading passkey %d: %w", k.ID, err)
			}
			ac.keys = append(ac.keys, k)
			return nil
		})
	if err != nil {
		return nil, err
	}
	return ac, tx.Row(ctx, "SELECT count(*) FROM recovery_code WHERE agency_id = $1 AND user_id = $2 AND used_at IS NULL",
		[]any{ac.agencyID, ac.userID}, &ac.recovery)
}

func findEmail(ctx context.Context, tx *db.Tx, typed string) (*account, string, error) {
	mail, ok := email.Parse(typed)
	if !ok {
		return nil, strings.ToLower(strings.TrimSpace(typed)), nil
	}
	ac, err := find(ctx, tx, "email = $1", mail)
	return ac, mail, err
}

func findUser(ctx context.Context, tx *db.Tx, agencyID, userID int64) (*account, error) {
	ac, err := find(ctx, tx, "agency_id = $1 AND user_id = $2", agencyID, userID)
	if err == nil && ac == nil {
		err = errs.Missing()
	}
	return ac, err
}

// mine reads the account of the actor.
func mine(ctx context.Context, tx *db.Tx) (*account, error) {
	return findUser(ctx, tx, tx.Actor.AgencyID, tx.Actor.UserID)
}

// add gives a person an account without a password. The e-mail must be free in
// the whole installation.
func add(ctx context.Context, tx *db.Tx, u *agency.User) error {
	_, err := tx.Exec(ctx, "INSERT INTO login (email, agency_id, user_id, handle, created_at) VALUES ($1, $2, $3, $4, $5)",
		u.Email, tx.Actor.AgencyID, u.ID, newToken(), tx.Now)
	if errs.Is(err, errs.Conflict) {
		e := errs.Bad("email", "error.taken")
		e.Kind = errs.Conflict
		return e
	}
	return err
}

// person reads who an account belongs to, with the eyes of the system.
func (ac *account) person(ctx context.Context, tx *db.Tx) (*agency.User, error) {
	u := new(agency.User)
	return u, record.Get(ctx, tx, u, ac.userID)
}
