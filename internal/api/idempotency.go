package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// keyLife is how long an answer is kept for a repetition.
const keyLife = 24 * time.Hour

// flight holds the idempotency keys of requests that are being worked on.
type flight struct {
	mu   sync.Mutex
	keys map[flightKey]bool
}

type flightKey struct {
	agency, user int64
	key          string
}

// take reports whether nobody else works on k.
func (f *flight) take(k flightKey) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.keys[k] {
		return false
	}
	if f.keys == nil {
		f.keys = map[flightKey]bool{}
	}
	f.keys[k] = true
	return true
}

func (f *flight) leave(k flightKey) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.keys, k)
}

// once performs a creation whose caller may repeat it. The answer is stored in the
// transaction of the creation itself: after a crash both are there or neither, so
// a repetition never creates twice. What failed is not stored and may be corrected
// and sent again under the same key.
func (s *server) once(ctx context.Context, q *req, key string) (int, error) {
	if len(key) > 200 || strings.ContainsFunc(key, func(r rune) bool { return r < '!' || r > '~' }) {
		return 0, &statusError{errs.New(errs.Invalid, "api.bad_key"), http.StatusBadRequest, "bad_key"}
	}
	k := flightKey{q.actor.AgencyID, q.actor.UserID, key}
	if !s.flight.take(k) {
		return 0, &statusError{errs.New(errs.Conflict, "api.key_busy"), http.StatusConflict, "key_busy"}
	}
	defer s.flight.leave(k)
	status := q.op.status
	err := s.DB.Update(ctx, q.actor, func(tx *db.Tx) error {
		status = q.op.status
		fresh, err := claim(ctx, tx, key, q.print())
		if err != nil {
			return err
		}
		if !fresh {
			status, err = replay(ctx, tx, key, q)
			return err
		}
		if err := q.run(ctx, tx); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE idempotency SET status = $1, location = $2, version = $3, body = $4
			WHERE agency_id = $5 AND user_id = $6 AND name = $7`,
			status, q.location, q.etag, string(q.out), tx.Actor.AgencyID, tx.Actor.UserID, key)
		return err
	})
	return status, err
}

// claim takes the key for this transaction; false when a finished request has it.
func claim(ctx context.Context, tx *db.Tx, key, print string) (bool, error) {
	a := tx.Actor
	_, err := tx.Exec(ctx, "DELETE FROM idempotency WHERE agency_id = $1 AND user_id = $2 AND name = $3 AND created_at < $4",
		a.AgencyID, a.UserID, key, tx.Now.Add(-keyLife))
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO idempotency (agency_id, user_id, name, request, status, body, created_at)
		VALUES ($1, $2, $3, $4, 0, '', $5) ON CONFLICT DO NOTHING`, a.AgencyID, a.UserID, key, print, tx.Now)
	return n > 0, err
}

// replay answers what the first request with the key was answered.
func replay(ctx context.Context, tx *db.Tx, key string, q *req) (int, error) {
	var print, body string
	var status int64
	err := tx.Row(ctx, "SELECT request, status, location, version, body FROM idempotency WHERE agency_id = $1 AND user_id = $2 AND name = $3",
		[]any{tx.Actor.AgencyID, tx.Actor.UserID, key}, &print, &status, &q.location, &q.etag, &body)
	if err != nil {
		return 0, err
	}
	if print != q.print() {
		q.location, q.etag = "", 0
		return 0, &statusError{errs.New(errs.Invalid, "api.key_reused"), http.StatusUnprocessableEntity, "key_reused"}
	}
	if err := q.stillRead(ctx, tx); err != nil {
		q.location, q.etag = "", 0
		return 0, err
	}
	q.out = append(q.out[:0], body...)
	return int(status), nil
}

// stillRead refuses a repeated answer about what the caller can't read any more: it holds
// the whole record as it was. What they may read is decided by the operation that reads it,
// or whatever it hangs on.
func (q *req) stillRead(ctx context.Context, tx *db.Tx) error {
	path := q.location
	if path == "" {
		path = q.http.URL.Path
	}
	for path = strings.TrimPrefix(path, base); strings.HasPrefix(path, "/"); path = path[:strings.LastIndexByte(path, '/')] {
		o, ids := reading(path)
		if o == nil {
			continue
		}
		if !q.actor.May(o.need) {
			return errs.New(errs.Forbidden, "error.forbidden")
		}
		return o.run(ctx, tx, &req{s: q.s, op: o, http: q.http, actor: q.actor, ids: ids})
	}
	return nil
}

// reading finds the operation that reads what a path with a number names, nil where there
// is none.
func reading(path string) (*op, [3]int64) {
	parts := strings.Split(path, "/")
	for i := range operations {
		o := &operations[i]
		if o.method != http.MethodGet || o.run == nil || slices.ContainsFunc(o.query, func(p param) bool { return p.must }) {
			continue
		}
		if ids, n := numbersIn(strings.Split(o.path, "/"), parts); n > 0 {
			return o, ids
		}
	}
	return nil, [3]int64{}
}

// numbersIn reads the numbers of a path that a pattern has, and says how many there are: 0
// also where the path is another one.
func numbersIn(pattern, parts []string) (ids [3]int64, n int) {
	if len(pattern) != len(parts) {
		return ids, 0
	}
	for i, p := range pattern {
		if !strings.HasPrefix(p, "{") {
			if p != parts[i] {
				return ids, 0
			}
			continue
		}
		id, err := strconv.ParseInt(parts[i], 10, 64)
		if err != nil {
			return ids, 0
		}
		ids[n] = id
		n++
	}
	return ids, n
}

// print tells apart requests: the operation, its path and the body.
func (q *req) print() string {
	h := sha256.New()
	h.Write([]byte(q.http.Method + " " + q.http.URL.RequestURI() + "\n"))
	h.Write(q.raw)
	return hex.EncodeToString(h.Sum(nil))
}

// CleanIdempotency removes the answers that are kept no longer. A daily job calls
// it; it returns how many there were.
func CleanIdempotency(ctx context.Context, d *db.DB) (n int64, err error) {
	err = d.UpdateLocal(ctx, func(tx *db.Tx) error {
		n, err = tx.Exec(ctx, "DELETE FROM idempotency WHERE created_at < $1", tx.Now.Add(-keyLife))
		return err
	})
	return n, err
}
