package login

import (
	"context"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// tokenPrefix lets scanners of leaked secrets recognise our tokens.
const tokenPrefix = "carnet_"

// Token is an API token of a person: a program that acts in their name, with
// their rights, or with those to read only.
type Token struct {
	ID        int64
	UserID    int64
	ParentID  int64 // the token that made it and ends it, 0 none
	Name      string
	Scope     string   // read or write
	Hint      string   // the last four characters
	ExpiresAt db.Stamp // 0 never
	CreatedAt db.Stamp
	UsedAt    db.Stamp // to the minute, 0 never
}

// AuthenticateToken returns the actor of an API token ("carnet_...") and the
// token's id. It costs no query while the same token was used within two seconds;
// what this process changes about tokens and people counts at once.
func (s *Service) AuthenticateToken(ctx context.Context, bearer string) (db.Actor, int64, error) {
	if !strings.HasPrefix(bearer, tokenPrefix) {
		return db.Actor{}, 0, unknown()
	}
	now := db.StampOf(s.db.Now())
	hash := hashOf(bearer)
	e := s.cached(hash, now)
	if e == nil {
		var err error
		if e, err = s.readToken(ctx, hash, now); err != nil {
			return db.Actor{}, 0, err
		}
		s.keep(hash, e)
	}
	if e.tokenID == 0 || (e.ends != 0 && now >= e.ends) {
		return db.Actor{}, 0, unknown()
	}
	s.used(ctx, e, now, "UPDATE api_token SET used_at = $1 WHERE id = $2", e.tokenID)
	a := agency.ActorOf(&e.agency, &e.user, "api")
	a.ReadOnly, a.TokenID, a.Until = e.readOnly, e.tokenID, e.ends
	return a, e.tokenID, nil
}

func (s *Service) readToken(ctx context.Context, hash string, now db.Stamp) (*entry, error) {
	e := s.begin(now)
	var agencyID, userID int64
	var scope string
	var used, revoked db.Stamp
	err := s.db.Local(ctx, func(tx *db.Tx) error {
		return tx.Row(ctx, "SELECT id, agency_id, user_id, scope, expires_at, used_at, revoked_at FROM api_token WHERE hash = $1",
			[]any{hash}, &e.tokenID, &agencyID, &userID, &scope, &e.ends, &used, &revoked)
	})
	if errs.Is(err, errs.NotFound) || revoked != 0 {
		return nil, unknown()
	}
	if err != nil {
		return nil, err
	}
	e.readOnly = scope != "write"
	e.touched.Store(int64(used))
	return e, s.person(ctx, e, agencyID, userID)
}

// NewToken makes an API token for the actor and returns its text, which nobody
// can see again. Life 0 means that it doesn't expire. One that was made by another
// token ends with it at the latest: when that one expires or is revoked.
func (s *Service) NewToken(ctx context.Context, tx *db.Tx, name, scope string, life time.Duration) (Token, string, error) {
	if !tx.Actor.May("token.own") || tx.Actor.UserID == 0 {
		return Token{}, "", errs.New(errs.Forbidden, "error.forbidden")
	}
	var bad errs.Collect
	t := Token{UserID: tx.Actor.UserID, ParentID: tx.Actor.TokenID, Name: strings.TrimSpace(name), Scope: scope, CreatedAt: tx.Now}
	bad.Required("name", t.Name)
	bad.MaxLen("name", t.Name, 100)
	bad.OneOf("scope", scope, "read", "write")
	if life < 0 {
		bad.Add("expires", "error.date_past")
	}
	if err := bad.Err(); err != nil {
		return Token{}, "", err
	}
	if life > 0 {
		t.ExpiresAt = tx.Now.Add(life)
	}
	if end := tx.Actor.Until; end != 0 && (t.ExpiresAt == 0 || t.ExpiresAt > end) {
		t.ExpiresAt = end
	}
	if err := holdToken(ctx, tx); err != nil {
		return Token{}, "", err
	}
	text := tokenPrefix + newToken()
	t.Hint = text[len(text)-4:]
	err := tx.Row(ctx, `INSERT INTO api_token (hash, hint, agency_id, user_id, parent_id, name, scope, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
		[]any{hashOf(text), t.Hint, tx.Actor.AgencyID, t.UserID, db.Ref(t.ParentID), t.Name, t.Scope, t.CreatedAt, t.ExpiresAt}, &t.ID)
	if err != nil {
		return Token{}, "", err
	}
	return t, text, note(ctx, tx, Signin{UserID: t.UserID, Event: "token_new", Outcome: "ok", Detail: t.Name}, Place{})
}

// holdToken refuses to make anything by a token that was revoked since the request began,
// and holds it until the new one is there: who revokes it then ends both.
func holdToken(ctx context.Context, tx *db.Tx) error {
	if tx.Actor.TokenID == 0 {
		return nil
	}
	n, err := tx.Exec(ctx, "UPDATE api_token SET used_at = used_at WHERE id = $1 AND revoked_at IS NULL", tx.Actor.TokenID)
	if err == nil && n == 0 {
		err = unknown()
	}
	return err
}

// Tokens returns the actor's tokens that aren't revoked, newest first. Who manages
// people may ask for those of somebody else.
func (s *Service) Tokens(ctx context.Context, tx *db.Tx, userID int64) ([]Token, error) {
	if userID != tx.Actor.UserID && !tx.Actor.May("user.manage") {
		return nil, errs.New(errs.Forbidden, "error.forbidden")
	}
	var out []Token
	err := tx.Each(ctx, `SELECT id, user_id, coalesce(parent_id, 0), name, scope, hint, expires_at, created_at, used_at FROM api_token
		WHERE agency_id = $1 AND user_id = $2 AND revoked_at IS NULL ORDER BY id DESC`,
		[]any{tx.Actor.AgencyID, userID}, func(rows db.Rows) error {
			var t Token
			err := rows.Scan(&t.ID, &t.UserID, &t.ParentID, &t.Name, &t.Scope, &t.Hint, &t.ExpiresAt, &t.CreatedAt, &t.UsedAt)
			out = append(out, t)
			return err
		})
	return out, err
}

// RevokeToken ends a token, and all that were made by means of it: one's own, or anybody's
// for who manages people.
func (s *Service) RevokeToken(ctx context.Context, tx *db.Tx, id int64) error {
	var userID int64
	var name string
	err := tx.Row(ctx, "SELECT user_id, name FROM api_token WHERE id = $1 AND agency_id = $2 AND revoked_at IS NULL",
		[]any{id, tx.Actor.AgencyID}, &userID, &name)
	if err != nil {
		return err
	}
	if userID != tx.Actor.UserID && !tx.Actor.May("user.manage") {
		return errs.Missing()
	}
	if _, err := tx.Exec(ctx, "UPDATE api_token SET revoked_at = $1 WHERE id = $2", tx.Now, id); err != nil {
		return err
	}
	tx.AfterCommit(s.forget)
	if err := note(ctx, tx, Signin{UserID: userID, Event: "token_revoked", Outcome: "ok", Detail: name}, Place{}); err != nil {
		return err
	}
	return revokeMade(ctx, tx, userID)
}

// revokeMade ends the tokens that were made by means of a revoked one, and those made by
// them: one generation after the other, because each of them may be making one right now.
func revokeMade(ctx context.Context, tx *db.Tx, userID int64) error {
	for {
		var names []string
		err := tx.Each(ctx, `UPDATE api_token SET revoked_at = $1 WHERE agency_id = $2 AND user_id = $3 AND revoked_at IS NULL AND parent_id IN
			(SELECT p.id FROM api_token p WHERE p.agency_id = $2 AND p.user_id = $3 AND p.revoked_at IS NOT NULL) RETURNING name`,
			[]any{tx.Now, tx.Actor.AgencyID, userID}, func(rows db.Rows) error {
				var name string
				err := rows.Scan(&name)
				names = append(names, name)
				return err
			})
		if err != nil || len(names) == 0 {
			return err
		}
		for _, name := range names {
			if err := note(ctx, tx, Signin{UserID: userID, Event: "token_revoked", Outcome: "ok", Detail: name}, Place{}); err != nil {
				return err
			}
		}
	}
}
