package record

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
)

// IDs hands out n ids of a table, so that a batch of parents and children can be
// prepared before the first of them is stored.
func IDs(ctx context.Context, tx *db.Tx, table string, n int) ([]int64, error) {
	return tx.NextIDs(ctx, table, n)
}

// InsertMany stores records of one kind in few statements: the path of imports.
// It does what Insert does except that records may bring their ID (from IDs) and
// must bring their search text: nothing is indexed from the database. Parents are
// not looked at one by one: the caller creates them in the same transaction.
func InsertMany[R Record](ctx context.Context, tx *db.Tx, list []R) error {
	if len(list) == 0 {
		return nil
	}
	if err := allowed(tx, list[0]); err != nil {
		return err
	}
	var without int
	for _, r := range list {
		if err := r.Check(); err != nil {
			return err
		}
		if err := guard(r, nil, tx.Actor); err != nil {
			return err
		}
		if err := tidyBag(ctx, tx, r, nil, false); err != nil {
			return err
		}
		start(r.base(), tx)
		if r.base().ID == 0 {
			without++
		}
	}
	if without > 0 {
		ids, err := IDs(ctx, tx, list[0].Table(), without)
		if err != nil {
			return err
		}
		for _, r := range list {
			if r.base().ID == 0 {
				r.base().ID, ids = ids[0], ids[1:]
			}
		}
	}
	if shapeOf(list[0]).secrets {
		for _, r := range list {
			if err := seal(tx, r, nil); err != nil {
				return err
			}
		}
	}
	if err := insertRows(ctx, tx, list); err != nil {
		return err
	}
	if err := spreadMany(ctx, tx, list); err != nil {
		return err
	}
	if err := insertHistory(ctx, tx, list); err != nil {
		return err
	}
	return insertIndex(ctx, tx, list)
}

func insertRows[R Record](ctx context.Context, tx *db.Tx, list []R) error {
	head, cols := shapeOf(list[0]).insertSQL(true)
	rows := make([][]any, len(list))
	for i, r := range list {
		v := reflect.ValueOf(r).Elem()
		row := make([]any, 1, len(cols)+1)
		row[0] = tx.Actor.AgencyID
		for _, c := range cols {
			row = append(row, v.FieldByIndex(c.index).Interface())
		}
		rows[i] = row
	}
	if err := insertAll(ctx, tx, head, rows); err != nil {
		return named(ctx, tx, err, list[0])
	}
	return nil
}

func insertHistory[R Record](ctx context.Context, tx *db.Tx, list []R) error {
	if kinds[list[0].Table()].Silent {
		return nil
	}
	rows := make([][]any, 0, len(list))
	for _, r := range list {
		rows = append(rows, historyArgs(tx, "create", r, changes(r, nil))...)
	}
	if err := insertAll(ctx, tx, historySQL, rows); err != nil {
		return fmt.Errorf("writing the history: %w", err)
	}
	return nil
}

// insertIndex fills SQLite's full-text twins for kinds that are searched.
func insertIndex[R Record](ctx context.Context, tx *db.Tx, list []R) error {
	t, _ := tx.TableOf(list[0].Table())
	if tx.Dialect() != db.SQLite {
		return nil
	}
	fill := func(twin, column string, text func(string) string) error {
		if twin == "" {
			return nil
		}
		rows := make([][]any, len(list))
		for i, r := range list {
			rows[i] = []any{r.base().ID, text(textOf(r, column))}
		}
		return insertAll(ctx, tx, `INSERT INTO "`+twin+`" (rowid, search) VALUES `, rows)
	}
	if err := fill(t.Index, "search", func(s string) string { return s }); err != nil {
		return err
	}
	return fill(t.Within, "name_key", within)
}

// insertAll runs "head (..), (..)" in as many statements as it takes.
//
// On PostgreSQL their numbers of rows are powers of two: few round trips, and few
// texts to prepare. On SQLite each row has its own: there is no round trip to save,
// a statement of one row needs no journal of its own, and without one the full-text
// index gathers many rows before it writes a segment.
func insertAll(ctx context.Context, tx *db.Tx, head string, rows [][]any) error {
	most := 128
	if tx.Dialect() == db.SQLite {
		most = 1
	}
	for n := most; n > 0 && len(rows) > 0; n /= 2 {
		q := head + rowMarks(tx, n, len(rows[0]))
		for ; len(rows) >= n; rows = rows[n:] {
			if _, err := tx.Raw(ctx, q, slices.Concat(rows[:n]...)...); err != nil {
				return err
			}
		}
	}
	return nil
}

// rowMarks returns "(..), (..)" for n rows. SQLite gets marks without numbers: its
// driver looks each numbered one up in a list of all of them.
func rowMarks(tx *db.Tx, n, width int) string {
	if tx.Dialect() == db.SQLite {
		row := "(?" + strings.Repeat(", ?", width-1) + ")"
		return row + strings.Repeat(", "+row, n-1)
	}
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + marks(i*width+1, (i+1)*width) + ")")
	}
	return b.String()
}

// Purge removes a deleted record for good, with what hangs on it. Its history
// loses all values and keeps one line that says when it was purged, and who has looked
// at its secrets: the limit counts them, and whoever looked doesn't get rid of the trace.
func Purge(ctx context.Context, tx *db.Tx, kind string, id int64) error {
	k, ok := kinds[kind]
	if !ok {
		return fmt.Errorf("record: unknown kind %s", kind)
	}
	r := k.New()
	if err := load(ctx, tx, r, id, ".trash"); err != nil {
		return err
	}
	if err := erase(ctx, tx, k, r); err != nil {
		return err
	}
	return writeHistory(ctx, tx, "purge", r, clone(r))
}

// Unmake removes a record as if it had never been there, history included but for looks
// at its secrets: the undo of an import. The caller has made sure that nobody edited it since.
func Unmake(ctx context.Context, tx *db.Tx, kind string, id int64) error {
	k, ok := kinds[kind]
	if !ok {
		return fmt.Errorf("record: unknown kind %s", kind)
	}
	r := k.New()
	if err := load(ctx, tx, r, id, ".any"); err != nil {
		return err
	}
	if err := reindexParents(ctx, tx, r); err != nil {
		return err
	}
	return erase(ctx, tx, k, r)
}

func erase(ctx context.Context, tx *db.Tx, k Kind, r Record) error {
	id, agency := r.base().ID, tx.Actor.AgencyID
	if k.Purge != nil {
		if err := k.Purge(ctx, tx, id); err != nil {
			return err
		}
	}
	if b := bagOf(r); b != nil && *b != "" && keeper.Spread != nil {
		if err := keeper.Spread(ctx, tx, k.Name, map[int64]Bag{id: ""}, false); err != nil {
			return err
		}
	}
	for _, twin := range twins(tx, k.Name) {
		if _, err := tx.Raw(ctx, `DELETE FROM "`+twin+`" WHERE rowid = $1`, id); err != nil {
			return err
		}
	}
	if err := remove(ctx, tx, r); err != nil {
		return err
	}
	_, err := tx.Raw(ctx, `DELETE FROM "history" WHERE agency_id = $1 AND ((root_kind = $2 AND root_id = $3) OR (kind = $2 AND ref_id = $3)) AND op <> 'reveal'`,
		agency, k.Name, id)
	if err != nil {
		return err
	}
	return forgetNotes(ctx, tx, k.Name, db.IDs{id})
}

// Sweep removes the rows of a table that hang on a record without a foreign key.
// For the Purge function of a Kind.
func Sweep(ctx context.Context, tx *db.Tx, table, ownerKind string, ownerID int64) error {
	_, err := tx.Raw(ctx, `DELETE FROM "`+table+`" WHERE agency_id = $1 AND owner_kind = $2 AND owner_id = $3`,
		tx.Actor.AgencyID, ownerKind, ownerID)
	return err
}
