package record

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// Secret is a column that the database keeps sealed (data rule 11): a passport
// number, a card number, a diagnosis. Read, it holds what Reveal opens; to store
// another value set it to Plain. Tag it history:"secret", and reveal:"right" with the
// right of those who may see it in the clear.
type Secret string

var secretType = reflect.TypeFor[Secret]()

// open marks a value that isn't sealed yet. No sealed value begins like that.
const open = "\x00"

// Plain is a secret to be stored; the empty text is none.
func Plain(s string) Secret {
	if s == "" {
		return ""
	}
	return Secret(open + s)
}

// Fresh returns what Plain was given and was not stored yet: a record's Check tidies
// it and takes the part of it that may be shown.
func (s Secret) Fresh() (string, bool) { return strings.CutPrefix(string(s), open) }

// hidden stands for a secret wherever it isn't opened.
const hidden = "•••"

// String hides it from logs, pages and messages.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// MarshalJSON hides it, too.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(strconv.Quote(s.String())), nil }

// place is what a secret is sealed for.
func place(tx *db.Tx, table string, id int64, column string) string {
	return fmt.Sprintf("%d/%s/%d/%s", tx.Actor.AgencyID, table, id, column)
}

// seal replaces the fresh secrets of r, which has its ID, by sealed ones. A secret
// that was typed again as it is stays as it was.
func seal(tx *db.Tx, r, old Record) error {
	s := shapeOf(r)
	if !s.secrets {
		return nil
	}
	for _, c := range s.cols {
		if !c.secret {
			continue
		}
		plain, fresh := Secret(c.value(r).String()).Fresh()
		if !fresh {
			if was := ""; old != nil {
				was = c.value(old).String()
				if is := c.value(r).String(); is != "" && is != was {
					return fmt.Errorf("record: %s.%s was given a sealed value", s.table, c.name)
				}
			} else if c.value(r).String() != "" {
				return fmt.Errorf("record: %s.%s was given a sealed value", s.table, c.name)
			}
			continue
		}
		if strings.TrimSpace(plain) == hidden { // what was read, not what it hides: it would be lost
			return errs.Bad(c.name, "error.characters")
		}
		at := place(tx, s.table, r.base().ID, c.name)
		if old != nil && c.value(old).String() != "" {
			was, err := tx.Open(c.value(old).String(), at)
			if err == nil && was == plain {
				c.value(r).SetString(c.value(old).String())
				continue
			}
		}
		sealed, err := tx.Seal(plain, at)
		if err != nil {
			return fmt.Errorf("sealing %s.%s: %w", s.table, c.name, err)
		}
		c.value(r).SetString(sealed)
	}
	return nil
}

// Secrets returns the columns of a kind that are sealed, with the right to reveal each.
func Secrets(r Record) map[string]string {
	out := map[string]string{}
	for _, c := range shapeOf(r).cols {
		if c.secret {
			out[c.name] = c.reveal
		}
	}
	return out
}

// guarded is a record with a say in whether its secrets may be looked at now.
type guarded interface {
	MayReveal(ctx context.Context, tx *db.Tx) error
}

// Reveal opens a secret of a record that the actor sees, and writes into the history
// of the record who looked at it and why. Forbidden without the right; NotFound for a
// column that holds nothing. The caller has made sure of fresh proof, and shows the
// value only after the transaction is committed.
func Reveal(ctx context.Context, tx *db.Tx, kind string, id int64, column, why string) (string, error) {
	k, ok := kinds[kind]
	if !ok {
		return "", errs.Missing()
	}
	r := k.New()
	if err := Get(ctx, tx, r, id); err != nil {
		return "", err
	}
	c, err := secretColumn(r, column)
	if err != nil {
		return "", err
	}
	if !tx.Actor.May(c.reveal) || tx.Actor.ReadOnly {
		return "", errs.New(errs.Forbidden, "error.forbidden")
	}
	if g, ok := r.(guarded); ok {
		if err := g.MayReveal(ctx, tx); err != nil {
			return "", err
		}
	}
	if c.value(r).String() == "" {
		return "", errs.Missing()
	}
	plain, err := tx.Open(c.value(r).String(), place(tx, kind, id, column))
	if err != nil {
		return "", fmt.Errorf("opening %s.%s of %d: %w", kind, column, id, err)
	}
	return plain, looked(ctx, tx, r, column, why)
}

// AllColumns stands in the history for all secrets of a person's records of a kind.
const AllColumns = "all"

// RevealAll is Reveal for all secrets of several records of one kind that share their
// parents, such as a person's medical entries: one act, one line in the history. The
// records have been read with Select or Get; the answer has the columns by name for
// each of them.
func RevealAll[R Record](ctx context.Context, tx *db.Tx, list []R, why string) ([]map[string]string, error) {
	if len(list) == 0 {
		return nil, errs.Missing()
	}
	out := make([]map[string]string, len(list))
	for i, r := range list {
		out[i] = map[string]string{}
		for _, c := range shapeOf(r).cols {
			if !c.secret {
				continue
			}
			if !tx.Actor.May(c.reveal) || tx.Actor.ReadOnly {
				return nil, errs.New(errs.Forbidden, "error.forbidden")
			}
			if c.value(r).String() == "" {
				continue
			}
			plain, err := tx.Open(c.value(r).String(), place(tx, r.Table(), r.base().ID, c.name))
			if err != nil {
				return nil, fmt.Errorf("opening %s.%s of %d: %w", r.Table(), c.name, r.base().ID, err)
			}
			out[i][c.name] = plain
		}
	}
	return out, looked(ctx, tx, list[0], AllColumns, why)
}

// looked writes into the history that the actor looked at a secret.
func looked(ctx context.Context, tx *db.Tx, r Record, column, why string) error {
	for _, args := range historyArgs(tx, "reveal", r, []Change{{Field: column, New: why}}) {
		if _, err := tx.Raw(ctx, historySQL+"("+marks(1, len(args))+")", args...); err != nil {
			return fmt.Errorf("writing the history: %w", err)
		}
	}
	return nil
}

// forgetNotes takes out of the looks at secrets of records that are gone what was said
// besides the reason: it may name the person.
func forgetNotes(ctx context.Context, tx *db.Tx, kind string, ids db.IDs) error {
	looks := map[int64]string{}
	for _, cond := range []string{"h.root_kind = $1 AND h.root_id IN {ids $2}", "h.kind = $1 AND h.ref_id IN {ids $2}"} {
		err := tx.AsSystem().Each(ctx, "SELECT h.id, h.changes FROM {history} h WHERE h.op = 'reveal' AND "+cond, []any{kind, ids}, func(rows db.Rows) error {
			var id int64
			var text string
			err := rows.Scan(&id, &text)
			looks[id] = text
			return err
		})
		if err != nil {
			return err
		}
	}
	for id, text := range looks {
		var list []Change
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			return fmt.Errorf("reading history %d: %w", id, err)
		}
		for i := range list {
			list[i].New, _, _ = strings.Cut(list[i].New, ":")
		}
		bare, _ := json.Marshal(list) // of strings: can't fail
		if _, err := tx.Raw(ctx, `UPDATE "history" SET changes = $1 WHERE agency_id = $2 AND id = $3`, string(bare), tx.Actor.AgencyID, id); err != nil {
			return fmt.Errorf("shortening the history: %w", err)
		}
	}
	return nil
}

func secretColumn(r Record, name string) (column, error) {
	for _, c := range shapeOf(r).cols {
		if c.secret && c.name == name {
			return c, nil
		}
	}
	return column{}, errs.Missing()
}

// Unsealed opens a secret for the program itself: a job that must use it, such as the
// thumbnail of a sealed image. Nothing of it may be shown to anybody.
func Unsealed(tx *db.Tx, r Record, name string) (string, error) {
	c, err := secretColumn(r, name)
	if err != nil || c.value(r).String() == "" {
		return "", err
	}
	return tx.Open(c.value(r).String(), place(tx, r.Table(), r.base().ID, name))
}

// Reveals counts how often the actor looked at secrets since a moment.
func Reveals(ctx context.Context, tx *db.Tx, since db.Stamp) (n int64, err error) {
	sys := tx.AsSystem()
	err = sys.Row(ctx, "SELECT count(*) FROM {history} h WHERE h.user_id = $1 AND h.at > $2 AND h.op = 'reveal'",
		[]any{tx.Actor.UserID, since}, &n)
	return n, err
}

// Reseal seals the secrets of at most limit records of a kind, with ids above after,
// with the newest key, and returns the last id; 0 when there are no more. It changes
// no version and leaves no history: the values stay what they are. again reseals one
// value and says whether it had to.
func Reseal(ctx context.Context, tx *db.Tx, kind string, after int64, limit int, again func(sealed, place string) (string, bool, error)) (last int64, changed int, err error) {
	r := kinds[kind].New()
	s := shapeOf(r)
	var cols []string
	for _, c := range s.cols {
		if c.secret {
			cols = append(cols, c.name)
		}
	}
	if len(cols) == 0 {
		return 0, 0, nil
	}
	type row struct {
		id   int64
		vals []string
	}
	var rows []row
	err = tx.AsSystem().Each(ctx, "SELECT r.id, r."+strings.Join(cols, ", r.")+" FROM {"+kind+".any} r WHERE r.id > $1 ORDER BY r.id LIMIT $2",
		[]any{after, limit}, func(rs db.Rows) error {
			x := row{vals: make([]string, len(cols))}
			to := []any{&x.id}
			for i := range x.vals {
				to = append(to, &x.vals[i])
			}
			err := rs.Scan(to...)
			rows = append(rows, x)
			return err
		})
	if err != nil {
		return 0, 0, err
	}
	for _, x := range rows {
		for i, sealed := range x.vals {
			if sealed == "" {
				continue
			}
			out, did, err := again(sealed, place(tx, kind, x.id, cols[i]))
			if err != nil {
				return 0, changed, fmt.Errorf("sealing %s.%s of %d again: %w", kind, cols[i], x.id, err)
			}
			if !did {
				continue
			}
			// Only if nobody stored another value meanwhile: theirs has the new key.
			n, err := tx.Raw(ctx, `UPDATE "`+kind+`" SET `+cols[i]+` = $1 WHERE agency_id = $2 AND id = $3 AND `+cols[i]+` = $4`,
				out, tx.Actor.AgencyID, x.id, sealed)
			if err != nil {
				return 0, changed, err
			}
			changed += int(n)
		}
		last = x.id
	}
	if len(rows) < limit {
		last = 0
	}
	return last, changed, nil
}
