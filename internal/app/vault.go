package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/vault"
)

// Sealed counts what is sealed in a database.
type Sealed struct {
	Keys    int            `json:"keys"`   // in the keyset
	Source  string         `json:"source"` // file, variable, kms
	Secrets int            `json:"secrets"`
	Old     int            `json:"old"` // of them sealed with a key that isn't the newest
	Kinds   map[string]int `json:"kinds"`
}

// Rotation says how a rotation went.
type Rotation struct {
	Sealed
	Added     bool   `json:"added"`              // a key was added now; false: an interrupted rotation went on
	Resealed  int    `json:"resealed"`           // values that have the new key now
	Forgotten int    `json:"forgotten"`          // old keys that were removed
	Variable  string `json:"variable,omitempty"` // the new content of CARNET_VAULT_KEY
}

// RotateOptions say how to rotate.
type RotateOptions struct {
	ForgetOld bool // remove the old keys once nothing is sealed with them
	Batch     int  // records per transaction, 0 is 200
	Progress  func(kind string, done int)
}

// again is what record.Reseal and login.Reseal are given.
type again = func(sealed, place string) (string, bool, error)

// SealedState counts the secrets, and those that still have an old key.
func (a *App) SealedState(ctx context.Context) (s Sealed, err error) {
	s = Sealed{Keys: a.Vault.Keys(), Source: a.Vault.Source(), Kinds: map[string]int{}}
	_, err = a.reseal(ctx, RotateOptions{}, func(kind string) again {
		return func(sealed, place string) (string, bool, error) {
			s.Secrets++
			s.Kinds[kind]++
			if a.Vault.Stale(sealed) {
				s.Old++
			}
			return sealed, false, nil
		}
	})
	return s, err
}

// Rotate gives the vault a new key and seals every secret of every agency with it,
// while others read and write. A rotation that was interrupted goes on where it
// stopped, without another key.
func (a *App) Rotate(ctx context.Context, opt RotateOptions) (r Rotation, err error) {
	before, err := a.SealedState(ctx)
	if err != nil {
		return r, err
	}
	// Old values mean an interrupted rotation, and so does an old witness: where there are
	// no secrets yet it alone tells a new variable from one that was rotated long ago.
	// Several keys and no old value are one that is finished, of which the old keys may be
	// forgotten.
	unfinished, err := a.oldWitness(ctx)
	if err != nil {
		return r, err
	}
	if before.Old == 0 && !unfinished && !(opt.ForgetOld && before.Keys > 1) {
		if r.Variable, err = a.Vault.Rotate(); err != nil {
			return r, err
		}
		r.Added = true
	}
	if r.Variable != "" {
		// Other processes learn of the new key by the variable alone: what were sealed
		// with it now, they couldn't read.
		r.Sealed, err = before, nil
		r.Keys++
		return r, err
	}
	if r.Resealed, err = a.resealAll(ctx, opt); err != nil {
		return r, err
	}
	if opt.ForgetOld && a.Vault.Keys() > 1 {
		if err := a.settle(ctx, opt, &r); err != nil {
			return r, err
		}
	}
	r.Sealed, err = a.SealedState(ctx)
	return r, err
}

// resealAll goes over all secrets until a pass finds none with an old key: other
// processes may write some until they notice the new key.
func (a *App) resealAll(ctx context.Context, opt RotateOptions) (total int, err error) {
	for pass := 0; ; pass++ {
		n, err := a.reseal(ctx, opt, func(string) again { return a.Vault.Reseal })
		total += n
		if err != nil {
			return total, err
		}
		if n == 0 && pass > 0 {
			return total, a.rewitness(ctx)
		}
		if n > 0 {
			if err := pause(ctx, vault.Notice+vault.Notice/2); err != nil {
				return total, err
			}
		}
	}
}

// settle forgets the old keys, once nobody can store anything sealed with one any
// more: everybody has noticed the new key, and every transaction that read old values
// is over.
func (a *App) settle(ctx context.Context, opt RotateOptions, r *Rotation) error {
	if err := pause(ctx, 2*vault.Notice); err != nil {
		return err
	}
	if err := a.drain(ctx); err != nil {
		return err
	}
	n, err := a.resealAll(ctx, opt)
	if r.Resealed += n; err != nil {
		return err
	}
	state, err := a.SealedState(ctx)
	if err != nil {
		return err
	}
	if state.Old > 0 {
		return fmt.Errorf("%d values are still sealed with an old key: another process writes with it; restart it with the new key, then try again", state.Old)
	}
	keys := a.Vault.Keys()
	if r.Variable, err = a.Vault.Forget(); err != nil {
		return err
	}
	r.Forgotten = keys - 1
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// drain waits until the transactions that are open now are over. SQLite has one writer,
// who waits for us and we for it.
func (a *App) drain(ctx context.Context) error {
	if a.DB.Dialect != db.Postgres {
		return nil
	}
	since := a.DB.Now()
	for began := time.Now(); time.Since(began) < 10*time.Minute; {
		var open int64
		err := a.DB.Local(ctx, func(tx *db.Tx) error {
			return tx.Row(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
				AND state <> 'idle' AND xact_start < to_timestamp($1)`, []any{float64(since.UnixMilli()) / 1000}, &open)
		})
		if err != nil || open == 0 {
			return err
		}
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
	return errors.New("transactions of other programs have been open for ten minutes: the old keys are kept; try again later")
}

// oldWitness reports whether the witness was sealed with a key that isn't the newest.
func (a *App) oldWitness(ctx context.Context) (old bool, err error) {
	err = a.DB.UpdateLocal(ctx, func(tx *db.Tx) error {
		var sealed string
		err := tx.Row(ctx, "SELECT value FROM installation WHERE name = 'vault'", nil, &sealed)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		old = err == nil && a.Vault.Stale(sealed)
		return err
	})
	return old, err
}

// rewitness seals the witness of the key, by which a start recognises it, anew.
func (a *App) rewitness(ctx context.Context) error {
	return a.DB.UpdateLocal(ctx, func(tx *db.Tx) error {
		var sealed string
		err := tx.Row(ctx, "SELECT value FROM installation WHERE name = 'vault'", nil, &sealed)
		if errs.Is(err, errs.NotFound) || err == nil && !a.Vault.Stale(sealed) {
			return nil
		}
		if err != nil {
			return err
		}
		fresh, err := a.Vault.Witness()
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE installation SET value = $1 WHERE name = 'vault'", fresh)
		return err
	})
}

// reseal goes over every secret once: those of all kinds in all agencies, in batches of
// a transaction each, and those of logins.
func (a *App) reseal(ctx context.Context, opt RotateOptions, of func(kind string) again) (changed int, err error) {
	agencies, err := agency.IDs(ctx, a.DB)
	if err != nil {
		return 0, err
	}
	batch := opt.Batch
	if batch <= 0 {
		batch = 200
	}
	tell := func(kind string, n int) {
		if changed += n; opt.Progress != nil && n > 0 {
			opt.Progress(kind, changed)
		}
	}
	for _, id := range agencies {
		for _, kind := range sealedKinds() {
			for after := int64(-1); after != 0; {
				var n int
				err := a.DB.Update(ctx, operator(id), func(tx *db.Tx) (err error) {
					after, n, err = record.Reseal(ctx, tx, kind, max(after, 0), batch, of(kind))
					return err
				})
				if err != nil {
					return changed, err
				}
				tell(kind, n)
			}
		}
	}
	_, n, err := a.Login.Reseal(ctx, of("login"))
	tell("login", n)
	return changed, err
}

// sealedKinds are the kinds of records that have secrets.
func sealedKinds() (out []string) {
	for _, k := range record.Kinds() {
		if len(record.Secrets(k.New())) > 0 {
			out = append(out, k.Name)
		}
	}
	slices.SortFunc(out, strings.Compare)
	return out
}
