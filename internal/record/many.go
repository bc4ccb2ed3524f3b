package record

import (
	"context"
	"fmt"

	"github.com/carnetcrm/carnet/internal/db"
)

// Many is an edit of many records of one kind.
type Many struct {
	Kind   string
	IDs    []int64
	Dry    bool                 // writes nothing: what Try is to Edit
	Change func(r Record) error // alters one of them

	// Told is called with what became of each; r is nil where it couldn't be read. An
	// error that it returns ends the edit.
	Told func(id int64, r Record, changed bool, err error) error
}

// EditMany does what Edit does to each of the records, in their order, but reads them
// at once and writes their history at once. What is wrong with one keeps no other from
// being changed, unless the database refuses to store it.
func EditMany(ctx context.Context, tx *db.Tx, m Many) error {
	k, ok := kinds[m.Kind]
	if !ok {
		return fmt.Errorf("record: unknown kind %s", m.Kind)
	}
	list, err := loadMany(ctx, tx, k, m.IDs)
	if err != nil {
		return err
	}
	var history [][]any
	for _, id := range m.IDs {
		r := list[id]
		if r == nil {
			if err := m.Told(id, nil, false, Editable(ctx, tx, Ref{m.Kind, id})); err != nil {
				return err
			}
			continue
		}
		old, changed, err := settle(ctx, tx, r, 0, func() error { return m.Change(r) })
		if err == nil && changed && !m.Dry {
			if err := replace(ctx, tx, r, old); err != nil {
				return err
			}
			if err := follow(ctx, tx, "edit", r, old); err != nil {
				return err
			}
			if !k.Silent {
				history = append(history, historyArgs(tx, "edit", r, changes(r, old))...)
			}
		}
		if err := m.Told(id, r, changed, err); err != nil {
			return err
		}
	}
	if err := insertAll(ctx, tx, historySQL, history); err != nil {
		return fmt.Errorf("writing the history: %w", err)
	}
	return nil
}

// loadMany reads the records that the actor may change.
func loadMany(ctx context.Context, tx *db.Tx, k Kind, ids []int64) (map[int64]Record, error) {
	list := make(map[int64]Record, len(ids))
	s := shapeOf(k.New())
	q := "SELECT " + s.list + " FROM {" + k.Name + ".edit} r WHERE " + tx.Among("r.id", "$1")
	err := tx.Each(ctx, q, []any{db.IDs(ids)}, func(rows db.Rows) error {
		r := k.New()
		err := rows.Scan(s.pointers(r)...)
		list[r.base().ID] = r
		return err
	})
	return list, err
}
