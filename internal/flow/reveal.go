package flow

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// Reasons are why somebody looks at a secret; "other" must be told in words.
var Reasons = []string{"booking", "visa", "client", "correction", "other"}

// maxNote bounds what is said besides the reason, in characters.
const maxNote = 300

// Why joins a reason and what was said about it into the text that the history keeps:
// "visa", "other: asked by the embassy". Invalid without a reason (W8).
func Why(reason, note string) (string, error) {
	var c errs.Collect
	note = strings.Join(strings.Fields(note), " ")
	c.OneOf("reason", reason, Reasons...)
	if reason == "other" {
		c.Required("note", note)
	}
	c.MaxLen("note", note, maxNote)
	if note != "" {
		reason += ": " + note
	}
	return reason, c.Err()
}

// Reveal opens a secret for the actor, who has given fresh proof and a reason (see
// Why), and writes it into the history of the record. TooMany when the actor has
// looked at as many within an hour as the agency allows.
func Reveal(ctx context.Context, tx *db.Tx, kind string, id int64, column, why string) (string, error) {
	if err := MayReveal(ctx, tx); err != nil {
		return "", err
	}
	return record.Reveal(ctx, tx, kind, id, column, why)
}

// MayReveal refuses who has looked at too many secrets within the last hour, and says
// when it goes on. Two requests of one person wait for each other, so that the limit
// holds for a program, too.
func MayReveal(ctx context.Context, tx *db.Tx) error {
	if tx.Dialect() == db.Postgres { // SQLite has one writer anyway
		var one int64
		mark := int64(0x5256)<<48 | (tx.Actor.AgencyID&0xffffff)<<24 | tx.Actor.UserID&0xffffff
		if err := tx.Row(ctx, "SELECT 1 FROM pg_advisory_xact_lock($1)", []any{mark}, &one); err != nil {
			return fmt.Errorf("waiting for another look: %w", err)
		}
	}
	var most int64
	if err := tx.AsSystem().Row(ctx, "SELECT a.reveal_limit FROM {agency} a WHERE a.id = $1", []any{tx.Actor.AgencyID}, &most); err != nil {
		return err
	}
	hourAgo := tx.Now.Add(-time.Hour)
	n, err := record.Reveals(ctx, tx, hourAgo)
	if err != nil || n < most {
		return err
	}
	var at db.Stamp // when the one that must be forgotten first was looked at
	err = tx.AsSystem().Row(ctx, `SELECT h.at FROM {history} h WHERE h.user_id = $1 AND h.at > $2 AND h.op = 'reveal'
		ORDER BY h.at DESC LIMIT 1 OFFSET $3`, []any{tx.Actor.UserID, hourAgo, most - 1}, &at)
	if err != nil {
		return err
	}
	wait := time.Duration(at-hourAgo) * time.Microsecond
	minutes := int((wait + time.Minute - 1) / time.Minute)
	return errs.New(errs.TooMany, "secret.error.limit", "Count", max(1, minutes), "Limit", most, "Seconds", int(wait/time.Second)+1)
}

// Look is one act of looking at a secret: who saw what, when and why.
type Look struct {
	ID     int64
	At     db.Stamp
	UserID int64
	Via    string // web, api
	Kind   string // of the record that holds the secret
	RefID  int64
	Field  string // its column, "all" for all of a person's at once
	Why    string // see Why
	Of     record.Ref
	OfName string // of the client or traveler, "" when gone
}

// Looks returns who looked at secrets, newest first, at most limit older than the
// entry before (0 for the newest): of one record, of a client with its travelers, or
// with the zero Ref all that the actor may know of.
func Looks(ctx context.Context, tx *db.Tx, of record.Ref, before int64, limit int) ([]Look, error) {
	if before == 0 {
		before = 1<<53 - 1
	}
	cond, args := "", []any{before, limit}
	switch of.Kind {
	case "":
	case "client":
		cond = ` AND ((h.root_kind = 'client' AND h.root_id = $3)
			OR (h.root_kind = 'traveler' AND h.root_id IN (SELECT l.traveler_id FROM {client_traveler} l WHERE l.client_id = $3)))`
		args = append(args, of.ID)
	default:
		cond = " AND h.root_kind = $3 AND h.root_id = $4"
		args = append(args, of.Kind, of.ID)
	}
	var out []Look
	err := tx.Each(ctx, `SELECT h.id, h.at, h.user_id, h.via, h.kind, h.ref_id, h.root_kind, h.root_id, h.changes FROM {history} h
		WHERE `+record.Told(tx)+`h.op = 'reveal' AND h.id < $1`+cond+` ORDER BY h.id DESC LIMIT $2`, args, func(rows db.Rows) error {
		var k Look
		var user db.Ref
		var text string
		var changes []record.Change
		if err := rows.Scan(&k.ID, &k.At, &user, &k.Via, &k.Kind, &k.RefID, &k.Of.Kind, &k.Of.ID, &text); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(text), &changes); err != nil {
			return fmt.Errorf("reading history %d: %w", k.ID, err)
		}
		for _, c := range changes {
			k.Field, k.Why = c.Field, c.New
		}
		k.UserID = int64(user)
		out = append(out, k)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nameLooks(ctx, tx, out)
}

var rootNames = map[string]string{
	"client":   "SELECT x.id, x.name FROM {client.any} x WHERE x.id IN {ids $1}",
	"traveler": "SELECT x.id, CASE WHEN x.given = '' THEN x.family ELSE x.given || ' ' || x.family END FROM {traveler.any} x WHERE x.id IN {ids $1}",
}

func nameLooks(ctx context.Context, tx *db.Tx, list []Look) error {
	for kind, q := range rootNames {
		var ids db.IDs
		for _, k := range list {
			if k.Of.Kind == kind && !slices.Contains(ids, k.Of.ID) {
				ids = append(ids, k.Of.ID)
			}
		}
		if len(ids) == 0 {
			continue
		}
		names := map[int64]string{}
		err := tx.Each(ctx, q, []any{ids}, func(rows db.Rows) error {
			var id int64
			var name string
			err := rows.Scan(&id, &name)
			names[id] = name
			return err
		})
		if err != nil {
			return err
		}
		for i := range list {
			if list[i].Of.Kind == kind {
				list[i].OfName = names[list[i].Of.ID]
			}
		}
	}
	return nil
}
