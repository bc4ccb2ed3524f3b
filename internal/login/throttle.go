package login

import (
	"context"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// limit says how failed attempts at one key are slowed: so many are free, then
// each further one doubles the wait, up to a cap. A failure is forgiven after
// some time without another one.
type limit struct {
	free    int64
	first   time.Duration
	cap     time.Duration
	forgive time.Duration // one failure each
}

// The limits of signing in. They slow an attacker and never lock the owner out,
// unlike L13, which locks an account for an hour after four failures: there anyone
// who knows an e-mail address can keep its owner from working.
//
//   - pair: one address trying one account. Someone who mistypes notices little; a
//     program gets to some hundred guesses a day.
//   - network: one address trying many accounts. Higher, because an office shares
//     an address.
//   - account: many addresses trying one account. It counts only attempts from
//     places where this person never signed in; the owner's own browser and
//     address aren't counted here, and can't be blocked by strangers.
//   - known: one of the owner's own places. It has its own count, and a short cap.
//   - second: second factors and proofs, which only somebody with the password (or
//     the session) reaches.
//   - mail, mailnet: how often a reset can be asked for, per mailbox and by one
//     address, so that nobody floods a mailbox.
//   - link: one address trying private links that don't exist. Their tokens can't be
//     guessed; the limit keeps somebody who tries from busying the database.
//
// Whoever is slowed at a new computer while strangers attack the account gets in
// by passkey or by a reset link, which none of these counts touches.
var limits = map[string]limit{
	"pair":    {3, time.Second, 15 * time.Minute, 10 * time.Minute},
	"network": {30, time.Second, 15 * time.Minute, time.Minute},
	"account": {20, time.Second, 15 * time.Minute, 5 * time.Minute},
	"known":   {5, time.Second, 2 * time.Minute, 5 * time.Minute},
	"second":  {4, 2 * time.Second, 15 * time.Minute, 10 * time.Minute},
	"mailnet": {20, time.Minute, time.Hour, time.Minute},
	"mail":    {3, 10 * time.Minute, 6 * time.Hour, time.Hour},
	"link":    {300, time.Second, 15 * time.Minute, time.Second},
}

// charge counts an attempt at every key as a failure before it is made, so that
// many attempts at the same moment can't slip through; refund takes it back from
// those that were no failure. It returns a TooMany error with the time to wait
// when a key is blocked, and then counts nothing: waiting doesn't get longer by
// trying. Keys are "kind|...".
func charge(ctx context.Context, tx *db.Tx, keys ...key) error {
	var wait time.Duration
	for _, k := range keys {
		w, err := k.charge(ctx, tx)
		if err != nil {
			return err
		}
		wait = max(wait, w)
	}
	if wait > 0 {
		return tooMany(wait)
	}
	return nil
}

// ChargeLink counts a private link that doesn't exist against the address that tried
// it: TooMany, with the time to wait, where it has tried too many.
func ChargeLink(ctx context.Context, d *db.DB, p Place) error {
	return d.UpdateLocal(ctx, func(tx *db.Tx) error { return charge(ctx, tx, key{"link", p.tidy().network()}) })
}

// tooMany tells how long to wait, in words, and as Seconds for Retry-After.
func tooMany(wait time.Duration) error {
	seconds := int((wait + time.Second - 1) / time.Second)
	if seconds > 90 {
		return errs.New(errs.TooMany, "login.error.wait_minutes", "Count", (seconds+59)/60, "Seconds", seconds)
	}
	return errs.New(errs.TooMany, "login.error.wait", "Count", seconds, "Seconds", seconds)
}

// key is one thing whose failures are counted.
type key struct{ kind, name string }

func (k key) text() string { return k.kind + "|" + hashOf(k.name) } // no e-mail addresses in the table

func (k key) charge(ctx context.Context, tx *db.Tx) (wait time.Duration, err error) {
	l := limits[k.kind]
	if _, err := tx.Exec(ctx, "INSERT INTO throttle (key, failures, last_at) VALUES ($1, 0, $2) ON CONFLICT (key) DO NOTHING", k.text(), tx.Now); err != nil {
		return 0, err
	}
	var failures int64
	var last, until db.Stamp
	// The update locks the row: attempts at the same moment queue up here.
	if err := tx.Row(ctx, "UPDATE throttle SET failures = failures + 1 WHERE key = $1 RETURNING failures, last_at, blocked_until",
		[]any{k.text()}, &failures, &last, &until); err != nil {
		return 0, err
	}
	if tx.Now < until {
		return time.Duration(until-tx.Now) * time.Microsecond, nil
	}
	failures = max(1, failures-int64(tx.Now-last)/l.forgive.Microseconds())
	until = 0
	if over := failures - l.free; over > 0 {
		until = tx.Now.Add(min(l.cap, l.first<<min(over-1, 20)))
	}
	_, err = tx.Exec(ctx, "UPDATE throttle SET failures = $1, last_at = $2, blocked_until = $3 WHERE key = $4",
		failures, tx.Now, int64(until), k.text())
	return 0, err
}

// refund takes back what an attempt that succeeded was charged. What belongs to
// the person alone is cleared; what strangers share loses this attempt only.
func refund(ctx context.Context, tx *db.Tx, keys ...key) error {
	for _, k := range keys {
		q := "DELETE FROM throttle WHERE key = $1"
		if k.kind == "network" || k.kind == "account" {
			q = "UPDATE throttle SET failures = failures - 1, blocked_until = 0 WHERE key = $1 AND failures > 0"
		}
		if _, err := tx.Exec(ctx, q, k.text()); err != nil {
			return err
		}
	}
	return nil
}

// keysOf are the counts that an attempt to sign in is charged to.
func (s *Service) keysOf(ctx context.Context, tx *db.Tx, email string, ac *account, p Place) ([]key, error) {
	if ac != nil {
		for _, place := range p.marks(ac) {
			var one int64
			err := tx.Row(ctx, "SELECT 1 FROM known_place WHERE key = $1 AND last_at > $2", []any{place, tx.Now.Add(-knownFor)}, &one)
			if err == nil {
				return []key{{"known", place}}, nil
			}
			if !errs.Is(err, errs.NotFound) {
				return nil, err
			}
		}
	}
	return []key{{"pair", email + " " + p.network()}, {"network", p.network()}, {"account", email}}, nil
}

// marks are the keys under which a place is known: the browser by its cookie,
// which is hard to come by, and the address.
func (p Place) marks(ac *account) []string {
	var out []string
	if p.Device != "" {
		out = append(out, hashOf("device", p.Device, ac.id()))
	}
	return append(out, hashOf("address", p.network(), ac.id()))
}

// remember notes that the person signed in at this place.
func remember(ctx context.Context, tx *db.Tx, ac *account, p Place) error {
	for _, place := range p.marks(ac) {
		_, err := tx.Exec(ctx, `INSERT INTO known_place (key, agency_id, user_id, last_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (key) DO UPDATE SET last_at = excluded.last_at`, place, ac.agencyID, ac.userID, tx.Now)
		if err != nil {
			return err
		}
	}
	return nil
}
