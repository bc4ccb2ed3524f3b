package login

import (
	"context"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// Session is one browser in which somebody is signed in.
type Session struct {
	ID        int64
	AgencyID  int64
	UserID    int64
	Method    string // how: password, password+totp, password+passkey, password+recovery, passkey, invite
	SecondDue bool   // the second factor is missing: the session opens nothing yet
	CreatedAt db.Stamp
	ExpiresAt db.Stamp // the end, however busy the session is
	SeenAt    db.Stamp // last use, to the minute
	ProofAt   db.Stamp // when the person last proved who they are
	IP        string
	UserAgent string
}

const sessionColumns = "id, agency_id, user_id, method, second_due, created_at, expires_at, seen_at, proof_at, ip, user_agent"

func (n *Session) scan(rows interface{ Scan(...any) error }) error {
	return rows.Scan(&n.ID, &n.AgencyID, &n.UserID, &n.Method, &n.SecondDue, &n.CreatedAt, &n.ExpiresAt,
		&n.SeenAt, &n.ProofAt, &n.IP, &n.UserAgent)
}

func (n *Session) live(now db.Stamp) bool { return now < n.ExpiresAt && now < n.SeenAt.Add(idle) }

// Fresh reports whether the person proved who they are within the last 5 minutes:
// what secrets ask for before they are shown.
func (n Session) Fresh(now db.Stamp) bool { return n.ProofAt != 0 && now < n.ProofAt.Add(fresh) }

// Authenticate returns whose session a token opens. It runs on every request:
// what it read is kept for two seconds, and dropped at once when this process
// changes the session, the person or the agency. Anything but a live session of
// an active person with all its factors is Unauthenticated.
func (s *Service) Authenticate(ctx context.Context, token string) (Session, *agency.User, *agency.Agency, db.Actor, error) {
	now := db.StampOf(s.db.Now())
	hash := hashOf(token)
	e := s.cached(hash, now)
	if e == nil {
		var err error
		if e, err = s.readSession(ctx, hash, now); err != nil {
			return Session{}, nil, nil, db.Actor{}, err
		}
		s.keep(hash, e)
	}
	n := e.session
	n.SeenAt = max(n.SeenAt, db.Stamp(e.touched.Load()))
	if n.ID == 0 || !n.live(now) { // no ID: the hash of an API token, which opens no page
		return Session{}, nil, nil, db.Actor{}, unknown()
	}
	s.used(ctx, e, now, "UPDATE session SET seen_at = $1 WHERE id = $2", n.ID)
	u, a := e.user, e.agency
	return n, &u, &a, agency.ActorOf(&a, &u, "web"), nil
}

func (s *Service) readSession(ctx context.Context, hash string, now db.Stamp) (*entry, error) {
	e := s.begin(now)
	n := &e.session
	err := s.db.Local(ctx, func(tx *db.Tx) error { return findSession(ctx, tx, hash, n) })
	if err != nil {
		return nil, err
	}
	if n.SecondDue || !n.live(now) {
		return nil, unknown()
	}
	e.touched.Store(int64(n.SeenAt))
	return e, s.person(ctx, e, n.AgencyID, n.UserID)
}

func findSession(ctx context.Context, tx *db.Tx, hash string, n *Session) error {
	rows, err := tx.Query(ctx, "SELECT "+sessionColumns+" FROM session WHERE hash = $1", hash)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return unknown()
	}
	return n.scan(rows)
}

// open starts a session and returns its token.
func (s *Service) open(ctx context.Context, tx *db.Tx, n Session, p Place) (string, error) {
	token := newToken()
	ends, proof := tx.Now.Add(absolute), tx.Now
	if n.SecondDue {
		ends, proof = tx.Now.Add(pending), 0
	}
	_, err := tx.Exec(ctx, `INSERT INTO session (hash, agency_id, user_id, method, second_due, created_at, expires_at, seen_at, proof_at, ip, user_agent)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $8, $9, $10)`,
		hashOf(token), n.AgencyID, n.UserID, n.Method, n.SecondDue, tx.Now, ends, proof, p.IP, p.UserAgent)
	return token, err
}

// rotate gives a session a new token and marks it as freshly proven.
func (s *Service) rotate(ctx context.Context, tx *db.Tx, id int64) (string, error) {
	token := newToken()
	n, err := tx.Exec(ctx, "UPDATE session SET hash = $1, proof_at = $2 WHERE id = $3", hashOf(token), tx.Now, id)
	if err == nil && n == 0 {
		err = unknown() // revoked meanwhile
	}
	tx.AfterCommit(s.forget)
	return token, err
}

// SignOut ends the session of a token. An unknown token is no error.
func (s *Service) SignOut(ctx context.Context, token string) error {
	err := s.db.UpdateLocal(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM session WHERE hash = $1", hashOf(token))
		tx.AfterCommit(s.forget)
		return err
	})
	return err
}

// Sessions returns the actor's own live sessions, the last used first.
func (s *Service) Sessions(ctx context.Context, tx *db.Tx) ([]Session, error) {
	var out []Session
	err := tx.Each(ctx, "SELECT "+sessionColumns+` FROM session WHERE agency_id = $1 AND user_id = $2
		AND NOT second_due AND expires_at > $3 AND seen_at > $4 ORDER BY seen_at DESC, id DESC`,
		[]any{tx.Actor.AgencyID, tx.Actor.UserID, tx.Now, tx.Now.Add(-idle)}, func(rows db.Rows) error {
			var n Session
			err := n.scan(rows)
			out = append(out, n)
			return err
		})
	return out, err
}

// Revoke ends one of the actor's own sessions.
func (s *Service) Revoke(ctx context.Context, tx *db.Tx, id int64) error {
	n, err := tx.Exec(ctx, "DELETE FROM session WHERE id = $1 AND agency_id = $2 AND user_id = $3",
		id, tx.Actor.AgencyID, tx.Actor.UserID)
	if err == nil && n == 0 {
		err = errs.Missing()
	}
	if err != nil {
		return err
	}
	tx.AfterCommit(s.forget)
	return note(ctx, tx, Signin{UserID: tx.Actor.UserID, Event: "session_revoked", Outcome: "ok"}, Place{})
}

// RevokeOthers ends all of the actor's sessions but one, 0 for really all.
func (s *Service) RevokeOthers(ctx context.Context, tx *db.Tx, but int64) error {
	if err := s.endSessions(ctx, tx, tx.Actor.UserID, but); err != nil {
		return err
	}
	return note(ctx, tx, Signin{UserID: tx.Actor.UserID, Event: "session_revoked", Outcome: "ok"}, Place{})
}

func (s *Service) endSessions(ctx context.Context, tx *db.Tx, userID, but int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM session WHERE agency_id = $1 AND user_id = $2 AND id <> $3",
		tx.Actor.AgencyID, userID, but)
	tx.AfterCommit(s.forget)
	return err
}
