package record

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// Image returns all columns of a stored record as JSON, for PutBack. It sees what
// the actor sees.
func Image(ctx context.Context, tx *db.Tx, kind string, id int64) (json.RawMessage, error) {
	k, ok := kinds[kind]
	if !ok {
		return nil, fmt.Errorf("record: unknown kind %s", kind)
	}
	r := k.New()
	if err := load(ctx, tx, r, id, ".any"); err != nil {
		return nil, err
	}
	cols := map[string]any{}
	for _, c := range shapeOf(r).cols {
		switch v := c.value(r); v.Kind() {
		case reflect.String:
			cols[c.name] = v.String()
		case reflect.Bool:
			cols[c.name] = v.Bool()
		default:
			cols[c.name] = v.Int()
		}
	}
	return json.Marshal(cols)
}

// PutBack gives a record the columns of an Image again, version and stamps
// included, as if nothing had happened since: the undo of an import. The caller
// has made sure that nobody else changed the record since, and removes the
// history with ForgetRun. A record that was removed meanwhile stays so.
func PutBack(ctx context.Context, tx *db.Tx, kind string, id int64, image json.RawMessage) error {
	k, ok := kinds[kind]
	if !ok {
		return fmt.Errorf("record: unknown kind %s", kind)
	}
	r := k.New()
	if err := load(ctx, tx, r, id, ".any"); err != nil {
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		return err
	}
	was := clone(r)
	cols := map[string]any{}
	dec := json.NewDecoder(bytes.NewReader(image))
	dec.UseNumber()
	if err := dec.Decode(&cols); err != nil {
		return fmt.Errorf("reading the image of %s %d: %w", kind, id, err)
	}
	var sets []string
	var args []any
	for _, c := range shapeOf(r).cols {
		v, ok := cols[c.name]
		if !ok || c.name == "id" || c.derived {
			continue
		}
		if s, _ := v.(string); c.secret && s != "" {
			if _, err := tx.Open(s, place(tx, kind, id, c.name)); err != nil {
				continue // sealed with a key that was forgotten since: what is there now stays
			}
		}
		field := c.value(r)
		switch field.Kind() {
		case reflect.String:
			s, _ := v.(string)
			field.SetString(s)
		case reflect.Bool:
			b, _ := v.(bool)
			field.SetBool(b)
		default:
			n, _ := v.(json.Number)
			i, err := strconv.ParseInt(n.String(), 10, 64)
			if err != nil {
				return fmt.Errorf("reading the image of %s %d: %w", kind, id, err)
			}
			field.SetInt(i)
		}
		args = append(args, field.Interface())
		sets = append(sets, c.name+" = $"+strconv.Itoa(len(args)))
	}
	q := fmt.Sprintf(`UPDATE "%s" SET %s WHERE agency_id = $%d AND id = $%d`, kind, strings.Join(sets, ", "), len(args)+1, len(args)+2)
	if _, err := tx.Raw(ctx, q, append(args, tx.Actor.AgencyID, id)...); err != nil {
		return err
	}
	if err := writeWithin(ctx, tx, r, was); err != nil {
		return err
	}
	if err := echo(ctx, tx, r, was); err != nil {
		return err
	}
	if err := spread(ctx, tx, r, was); err != nil {
		return err
	}
	return reindex(ctx, tx, r)
}

// UnmakeAll is Unmake for many records of one kind on which no other record's
// search text depends, such as the clients and travelers of an import.
func UnmakeAll(ctx context.Context, tx *db.Tx, kind string, ids []int64) error {
	k, ok := kinds[kind]
	if !ok {
		return fmt.Errorf("record: unknown kind %s", kind)
	}
	for len(ids) > 0 {
		n := min(len(ids), 500)
		part := ids[:n]
		ids = ids[n:]
		if k.Purge != nil {
			for _, id := range part {
				if err := k.Purge(ctx, tx, id); err != nil {
					return err
				}
			}
		}
		if shapeOf(k.New()).bag != nil && keeper.Spread != nil {
			none := map[int64]Bag{}
			for _, id := range part {
				none[id] = ""
			}
			if err := keeper.Spread(ctx, tx, kind, none, false); err != nil {
				return err
			}
		}
		args := make([]any, 0, n+2)
		for _, id := range part {
			args = append(args, id)
		}
		in := "IN (" + marks(1, n) + ")"
		for _, twin := range twins(tx, kind) {
			if _, err := tx.Raw(ctx, `DELETE FROM "`+twin+`" WHERE rowid `+in, args...); err != nil {
				return err
			}
		}
		agency, kindMark := "$"+strconv.Itoa(n+1), "$"+strconv.Itoa(n+2)
		args = append(args, tx.Actor.AgencyID)
		if _, err := tx.Raw(ctx, `DELETE FROM "`+kind+`" WHERE agency_id = `+agency+` AND id `+in, args...); err != nil {
			return err
		}
		args = append(args, kind)
		for _, cond := range []string{"root_kind = " + kindMark + " AND root_id " + in, "kind = " + kindMark + " AND ref_id " + in} {
			if _, err := tx.Raw(ctx, `DELETE FROM "history" WHERE agency_id = `+agency+` AND op <> 'reveal' AND `+cond, args...); err != nil {
				return err
			}
		}
		if kinds[kind].Silent {
			continue
		}
		if err := forgetNotes(ctx, tx, kind, part); err != nil {
			return err
		}
	}
	return nil
}

// ForgetRun removes at most limit history entries of a run (db.Actor.RunID) and
// returns how many: the last step of the undo of an import.
func ForgetRun(ctx context.Context, tx *db.Tx, runID int64, limit int) (int64, error) {
	if runID == 0 {
		return 0, nil // the changes of people belong to no run
	}
	return tx.Raw(ctx, `DELETE FROM "history" WHERE agency_id = $1 AND id IN
		(SELECT id FROM "history" WHERE agency_id = $1 AND run_id = $2 LIMIT $3)`, tx.Actor.AgencyID, runID, limit)
}

// Clear removes at most limit records of a Silent kind in which column holds
// value, and returns how many.
func Clear(ctx context.Context, tx *db.Tx, kind, column string, value int64, limit int) (int64, error) {
	k := kinds[kind]
	if !k.Silent {
		return 0, fmt.Errorf("record: %s has a history and can't be cleared", kind)
	}
	known := false
	for _, c := range shapeOf(k.New()).cols {
		known = known || c.name == column
	}
	if !known {
		return 0, fmt.Errorf("record: %s has no column %s", kind, column)
	}
	return tx.Raw(ctx, `DELETE FROM "`+kind+`" WHERE agency_id = $1 AND id IN
		(SELECT id FROM "`+kind+`" WHERE agency_id = $1 AND `+column+` = $2 LIMIT $3)`, tx.Actor.AgencyID, value, limit)
}
