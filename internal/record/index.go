package record

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/carnetcrm/carnet/internal/db"
)

// reindex has the search text of r, of what it hangs on and of what contains it
// written before the transaction commits, once however often it is asked for.
func reindex(ctx context.Context, tx *db.Tx, r Record) error {
	Reindex(tx, Ref{r.Table(), r.base().ID})
	return reindexParents(ctx, tx, r)
}

func reindexParents(_ context.Context, tx *db.Tx, r Record) error {
	for _, p := range parents(r) {
		Reindex(tx, p)
	}
	if d, ok := r.(Deriver); ok {
		for _, o := range d.Derives() {
			Reindex(tx, o)
		}
	}
	return nil
}

// Reindex has the search text of a record written again before the transaction
// commits. Callers need it only when something outside of package record changed
// what the record is found by.
func Reindex(tx *db.Tx, ref Ref) {
	k, ok := kinds[ref.Kind]
	if !ok || (k.Derive == nil && k.Touches == nil) {
		return
	}
	phase := 1
	if k.Touches != nil {
		phase = 0 // others contain its text: they come after it
	}
	tx.BeforeCommit(phase, ref, func(ctx context.Context) error {
		// Two who link somebody at once must not each derive from what they see alone.
		if err := hold(ctx, tx, k, ref.ID); err != nil {
			return err
		}
		all := tx.AsSystem() // the text must not depend on who saves
		if k.Touches != nil {
			others, err := k.Touches(ctx, all, ref.ID)
			if err != nil {
				return err
			}
			for _, o := range others {
				if o != ref {
					Reindex(tx, o)
				}
			}
		}
		if k.Derive == nil {
			return nil
		}
		d, err := k.Derive(ctx, all, ref.ID)
		if err != nil {
			return fmt.Errorf("indexing %s %d: %w", ref.Kind, ref.ID, err)
		}
		return writeDerived(ctx, tx, ref, d)
	})
}

// hold locks a record and what is derived from, where several write at once.
func hold(ctx context.Context, tx *db.Tx, k Kind, id int64) error {
	if tx.Dialect() != db.Postgres {
		return nil
	}
	_, err := tx.Raw(ctx, `SELECT 1 FROM "`+k.Name+`" WHERE agency_id = $1 AND id = $2 FOR NO KEY UPDATE`, tx.Actor.AgencyID, id)
	if err != nil || k.Holds == "" {
		return err
	}
	_, err = tx.Raw(ctx, k.Holds, tx.Actor.AgencyID, id)
	return err
}

// writeDerived stores the derived columns where one of them differs. It leaves
// version and stamps alone: nobody changed the record.
func writeDerived(ctx context.Context, tx *db.Tx, ref Ref, d Derived) error {
	if len(d) == 0 {
		return nil
	}
	var sets, differs []string
	var args []any
	for _, name := range slices.Sorted(maps.Keys(d)) {
		args = append(args, d[name])
		mark := "$" + strconv.Itoa(len(args))
		sets = append(sets, name+" = "+mark)
		differs = append(differs, name+" IS DISTINCT FROM "+mark)
	}
	q := fmt.Sprintf(`UPDATE "%s" SET %s WHERE agency_id = $%d AND id = $%d AND (%s)`, ref.Kind,
		strings.Join(sets, ", "), len(args)+1, len(args)+2, strings.Join(differs, " OR "))
	n, err := tx.Raw(ctx, q, append(args, tx.Actor.AgencyID, ref.ID)...)
	if err != nil || n == 0 {
		return err
	}
	t, _ := tx.TableOf(ref.Kind)
	if tx.Dialect() != db.SQLite || t.Index == "" {
		return nil
	}
	if _, err := tx.Raw(ctx, `DELETE FROM "`+t.Index+`" WHERE rowid = $1`, ref.ID); err != nil {
		return err
	}
	_, err = tx.Raw(ctx, `INSERT INTO "`+t.Index+`" (rowid, search) VALUES ($1, $2)`, ref.ID, d["search"])
	return err
}

// twins are SQLite's full-text tables of a kind.
func twins(tx *db.Tx, kind string) (out []string) {
	if tx.Dialect() != db.SQLite {
		return nil
	}
	t, _ := tx.TableOf(kind)
	for _, twin := range []string{t.Index, t.Within} {
		if twin != "" {
			out = append(out, twin)
		}
	}
	return out
}

// within is a name without its first letter.
func within(name string) string {
	_, size := utf8.DecodeRuneInString(name)
	return name[size:]
}

// textOf is the value of a column that holds a text.
func textOf(r Record, column string) string {
	for _, c := range shapeOf(r).cols {
		if c.name == column {
			return c.value(r).String()
		}
	}
	return ""
}

// writeWithin keeps SQLite's twin of names without their first letters; old is nil for a
// new record. Unlike the search text a name may change while the words in it don't.
func writeWithin(ctx context.Context, tx *db.Tx, r, old Record) error {
	t, _ := tx.TableOf(r.Table())
	if tx.Dialect() != db.SQLite || t.Within == "" {
		return nil
	}
	name := textOf(r, "name_key")
	if old != nil {
		if textOf(old, "name_key") == name {
			return nil
		}
		if _, err := tx.Raw(ctx, `DELETE FROM "`+t.Within+`" WHERE rowid = $1`, r.base().ID); err != nil {
			return err
		}
	}
	_, err := tx.Raw(ctx, `INSERT INTO "`+t.Within+`" (rowid, search) VALUES ($1, $2)`, r.base().ID, within(name))
	return err
}
