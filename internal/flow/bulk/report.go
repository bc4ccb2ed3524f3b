package bulk

import (
	"context"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// Groups returns from what to what an act has changed how many records, the most
// frequent first, among the records that the actor sees; nothing for tags, the trash,
// and fields that the actor has no right to.
func Groups(ctx context.Context, tx *db.Tx, a *Act) (out []Group, err error) {
	if !a.Readable(tx.Actor) || a.What != Modify || a.column() == "" {
		return nil, nil
	}
	err = tx.Each(ctx, `SELECT r.was, r.now, count(*) FROM {bulk_row} r WHERE r.act_id = $1 AND r.outcome <> 'refused'
			AND EXISTS (SELECT 1 FROM {`+a.Kind+`.any} x WHERE x.id = r.record_id)
		GROUP BY r.was, r.now ORDER BY count(*) DESC, r.was`, []any{a.ID}, func(rows db.Rows) error {
		var g Group
		var n int64
		err := rows.Scan(&g.Was, &g.Now, &n)
		g.Count = int(n)
		out = append(out, g)
		return err
	})
	return out, err
}

// Readable reports whether the actor may read the values of the act's field.
func (a *Act) Readable(actor db.Actor) bool {
	n, err := NounOf(a.Kind)
	if err != nil || a.What == Delete {
		return err == nil
	}
	if list.IsOwn(a.Field) {
		return a.own
	}
	_, ok := n.Def.Field(a.Field, actor)
	return ok
}

// Reasons returns why records were refused, or kept by undo, the most frequent
// first, without names.
func Reasons(ctx context.Context, tx *db.Tx, a *Act, outcome string) (out []Reason, err error) {
	err = tx.Each(ctx, `SELECT r.reason, r.args, count(*) FROM {bulk_row} r WHERE r.act_id = $1 AND r.outcome = $2
		GROUP BY r.reason, r.args ORDER BY count(*) DESC, r.reason, r.args`, []any{a.ID, outcome}, func(rows db.Rows) error {
		var r Row
		var n int64
		err := rows.Scan(&r.Reason, &r.Args, &n)
		out = append(out, Reason{Why: r.Why(), Count: int(n)})
		return err
	})
	return out, err
}

// Line is what became of one record, for a report.
type Line struct {
	Row
	Name string // "" for a record that the reader doesn't see
}

// Lines returns the records of an act with an outcome, after the row with number
// after.
func Lines(ctx context.Context, tx *db.Tx, a *Act, outcome string, after int64, limit int) ([]Line, error) {
	n, err := NounOf(a.Kind)
	if err != nil {
		return nil, err
	}
	var rows []Row
	err = record.Select(ctx, tx, &rows, "WHERE r.act_id = $1 AND r.outcome = $2 AND r.id > $3 ORDER BY r.id LIMIT $4", a.ID, outcome, after, limit)
	if err != nil {
		return nil, err
	}
	named := make([]Named, len(rows))
	for i := range rows {
		named[i].ID = rows[i].RecordID
	}
	if err := n.names(ctx, tx, named); err != nil {
		return nil, err
	}
	out := make([]Line, len(rows))
	for i := range rows {
		out[i] = Line{rows[i], named[i].Name}
		if out[i].Name == "" || !a.Readable(tx.Actor) {
			out[i].Was, out[i].Now = "", ""
		}
		if out[i].Name == "" {
			out[i].RecordID = 0
		}
	}
	return out, nil
}

// Keep is how long is known what became of each record, and an act can be taken
// back: as long as deleted records are kept.
const Keep = 30 * 24 * time.Hour

// Forget removes what is known of the records of acts older than Keep, in all
// agencies. The acts with their counts stay.
func (s *Service) Forget(ctx context.Context) error {
	var agencies []int64
	err := s.DB.Local(ctx, func(tx *db.Tx) error {
		return tx.Each(ctx, "SELECT id FROM agency_registry ORDER BY id", nil, func(rows db.Rows) error {
			var id int64
			err := rows.Scan(&id)
			agencies = append(agencies, id)
			return err
		})
	})
	if err != nil {
		return err
	}
	for _, id := range agencies {
		if err := s.forgetIn(ctx, db.System(id)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) forgetIn(ctx context.Context, a db.Actor) error {
	var old []Act
	err := s.DB.View(ctx, a, func(tx *db.Tx) error {
		return record.Select(ctx, tx, &old, "WHERE r.forgotten = false AND r.updated_at < $1 AND r.state NOT IN ('running', 'undoing')", tx.Now.Add(-Keep))
	})
	if err != nil {
		return err
	}
	for i := range old {
		err := s.DB.Update(ctx, a, func(tx *db.Tx) error {
			var x Act
			return record.Edit(ctx, tx, &x, old[i].ID, 0, func() error { x.Forgotten = true; return nil })
		})
		if err != nil {
			return err
		}
		for _, kind := range []string{"bulk_row", "bulk_part"} {
			for n := int64(1); n > 0; {
				err := s.DB.Update(ctx, a, func(tx *db.Tx) (err error) {
					n, err = record.Clear(ctx, tx, kind, "act_id", old[i].ID, 5000)
					return err
				})
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}
