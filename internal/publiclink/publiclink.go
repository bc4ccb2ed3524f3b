// Package publiclink keeps private links: addresses that open one record to whoever has
// them, without signing in, until they expire or are revoked. The token in the address
// has 256 random bits and is stored as a hash only; a link that doesn't exist, has
// expired or was revoked is answered in one and the same way.
package publiclink

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/record"
)

// tokenLen is the length of a token: 32 bytes in base64.
const tokenLen = 43

// hashOf binds a token to the kind of record that it opens.
func hashOf(kind, token string) string {
	sum := sha256.Sum256([]byte(kind + "\x00" + token))
	return hex.EncodeToString(sum[:])
}

// Add makes a link to a record of the actor's agency and returns its token, which
// nobody can see again. A record may have several: a reminder brings a new one.
func Add(ctx context.Context, tx *db.Tx, ref record.Ref, until db.Stamp) (token string, err error) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	token = base64.RawURLEncoding.EncodeToString(raw)
	_, err = tx.Exec(ctx, "INSERT INTO public_link (hash, kind, agency_id, ref_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
		hashOf(ref.Kind, token), ref.Kind, tx.Actor.AgencyID, ref.ID, tx.Now, until)
	return token, err
}

// Revoke ends all links to a record of the actor's agency.
func Revoke(ctx context.Context, tx *db.Tx, ref record.Ref) error {
	_, err := tx.Exec(ctx, "UPDATE public_link SET revoked_at = $1 WHERE agency_id = $2 AND kind = $3 AND ref_id = $4 AND revoked_at IS NULL",
		tx.Now, tx.Actor.AgencyID, ref.Kind, ref.ID)
	return err
}

// Right is what the actor of a link may do: answer what the link asks.
const Right = "link.answer"

// Opened is a link that was opened: the actor, who sees nothing but the link's record and
// the agency, and the record's id.
type Opened struct {
	Actor db.Actor
	ID    int64
}

// Open follows a link to a record of a kind. NotFound for a token that is unknown, expired
// or revoked, after it was counted against the address that tried it; TooMany where that
// has tried too many.
func Open(ctx context.Context, d *db.DB, kind, token string, from login.Place) (Opened, error) {
	o := Opened{Actor: db.Actor{Scope: db.Own, Rights: db.Rights{Right: true}, Via: "link"}}
	hash := hashOf(kind, token) // also of nonsense: it takes the same time
	err := d.Local(ctx, func(tx *db.Tx) error {
		return tx.Row(ctx, "SELECT agency_id, ref_id FROM public_link WHERE hash = $1 AND kind = $2 AND revoked_at IS NULL AND expires_at > $3",
			[]any{hash, kind, tx.Now}, &o.Actor.AgencyID, &o.ID)
	})
	if errs.Is(err, errs.NotFound) || len(token) != tokenLen {
		if err := login.ChargeLink(ctx, d, from); err != nil {
			return Opened{}, err
		}
		return Opened{}, Gone()
	}
	if err != nil {
		return Opened{}, err
	}
	o.Actor.Link = Name(record.Ref{Kind: kind, ID: o.ID})
	return o, nil
}

// Name is how an actor names the record of its link, and rules of tables say :link.
func Name(ref record.Ref) string { return ref.Kind + "/" + strconv.FormatInt(ref.ID, 10) }

// Rule is the condition that a row of a kind is that of the actor's link.
func Rule(kind string) string { return "'" + kind + "/' || id = :link" }

// Used notes that a link was opened.
func Used(ctx context.Context, d *db.DB, kind, token string) error {
	return d.UpdateLocal(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE public_link SET uses = uses + 1, used_at = $1 WHERE hash = $2", tx.Now, hashOf(kind, token))
		return err
	})
}

// Gone is the one answer to a link that doesn't work, whatever the reason.
func Gone() error { return errs.New(errs.NotFound, "link.gone") }

// Hide has a request that can't be found, such as about a traveler who was deleted, look
// like a link that never was.
func Hide(err error) error {
	if errs.Is(err, errs.NotFound) {
		return Gone()
	}
	return err
}

// keep is how long the hash of a link that has ended stays.
const keep = 30 * 24 * time.Hour

// Clean removes links that expired more than a month ago, and returns how many.
func Clean(ctx context.Context, d *db.DB) (n int64, err error) {
	err = d.UpdateLocal(ctx, func(tx *db.Tx) error {
		n, err = tx.Exec(ctx, "DELETE FROM public_link WHERE expires_at < $1", tx.Now.Add(-keep))
		return err
	})
	return n, err
}
