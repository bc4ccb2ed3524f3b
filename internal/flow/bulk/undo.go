package bulk

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// needs is Needs where there is one.
func (n *Noun) needs(field string, empty bool) string {
	if n.Needs == nil {
		return ""
	}
	return n.Needs(field, empty)
}

// mayUndo refuses who couldn't do what undo would do: somebody may have lost the right
// to it since, or act for another who has it.
func (a *Act) mayUndo(ctx context.Context, tx *db.Tx) error {
	ok, err := a.may(ctx, tx)
	if err != nil {
		return err
	}
	n, err := NounOf(a.Kind)
	if err != nil {
		return err
	}
	for _, empty := range []bool{true, false} {
		right := n.needs(a.Field, empty)
		if !ok || tx.Actor.May(right) {
			continue
		}
		was := "<>"
		if empty {
			was = "="
		}
		var some int64
		err := tx.Row(ctx, "SELECT count(*) FROM (SELECT 1 AS one FROM {bulk_row} r WHERE r.act_id = $1 AND r.outcome = 'changed' AND r.was "+was+" '' LIMIT 1) x", []any{a.ID}, &some)
		if err != nil {
			return err
		}
		ok = some == 0
	}
	if !ok {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	return nil
}

// back puts the next records back, the last one first. The person has the right to do
// so (see may and Needs), but it looks and acts with the eyes of the agency: what an act
// has given away or put out of sight can be taken back too, since only what the act
// itself did is touched.
func (a *Act) back(ctx context.Context, tx *db.Tx, size int, because error) error {
	n, err := NounOf(a.Kind)
	if err != nil {
		return err
	}
	all := own(tx)
	var rows []Row
	err = record.Select(ctx, all, &rows, "WHERE r.act_id = $1 AND r.outcome = 'changed' ORDER BY r.id DESC LIMIT $2", a.ID, size)
	if err != nil {
		return err
	}
	for i := range rows {
		if !tx.Actor.May(n.needs(a.Field, rows[i].Was == "")) {
			return agency.LostRight()
		}
	}
	d, err := n.doer(ctx, all, a.Order())
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	if err != nil { // the tag was removed: nothing can be put back
		because = err
	}
	whys := map[int64]Why{}
	tell := func(id int64, _ effect, err error) error {
		i := slices.IndexFunc(rows, func(r Row) bool { return r.RecordID == id })
		w, err := a.kept(ctx, all, &rows[i], err)
		whys[id] = w
		return err
	}
	if because != nil {
		err = eachRow(rows, tell, func(*Row) error { return because })
	} else {
		err = d.undo(ctx, all, rows, tell)
	}
	if err != nil {
		return err
	}
	if err := a.note(ctx, all, rows, whys); err != nil {
		return err
	}
	if len(rows) < size {
		a.State, a.FinishedAt = Undone, tx.Now
	}
	return nil
}

// note writes into the rows what undo did.
func (a *Act) note(ctx context.Context, tx *db.Tx, rows []Row, whys map[int64]Why) error {
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	return record.EditMany(ctx, tx, record.Many{Kind: "bulk_row", IDs: ids,
		Change: func(r record.Record) error {
			row := r.(*Row)
			if w := whys[row.RecordID]; w.Key == "" {
				row.Outcome = PutBack
				a.Undone++
			} else {
				row.Outcome = Kept
				row.tell(w)
				a.Kept++
			}
			return nil
		},
		Told: func(_ int64, _ record.Record, _ bool, err error) error { return err }})
}

// kept says why a record was left alone, with an empty key where it was put back.
func (a *Act) kept(ctx context.Context, tx *db.Tx, row *Row, err error) (Why, error) {
	switch {
	case err == nil:
		return Why{}, nil
	case errors.Is(err, errSince):
		return a.since(ctx, tx, row)
	case errs.KindOf(err) == errs.Internal, isStale(err):
		return Why{}, err
	}
	return why(err), nil
}

// since tells who has changed a record after the act did.
func (a *Act) since(ctx context.Context, tx *db.Tx, row *Row) (Why, error) {
	about := "h.kind = 'tag_link'"
	if a.What == Delete {
		about = "h.kind = $1 AND h.op <> 'edit'"
	} else if c := a.column(); c != "" { // a name that is declared in the list, not one that was sent
		about = `h.kind = $1 AND h.changes LIKE '%"field":"` + c + `"%'`
	}
	var name string
	err := tx.Row(ctx, `SELECT coalesce((SELECT u.name FROM {user} u WHERE u.id = h.user_id), '') FROM {history} h
		WHERE h.root_kind = $1 AND h.root_id = $2 AND h.run_id <> $3 AND `+about+`
			AND EXISTS (SELECT 1 FROM {history} x WHERE x.root_kind = $1 AND x.root_id = $2 AND x.run_id = $3 AND x.id < h.id)
		ORDER BY h.id DESC LIMIT 1`, []any{a.Kind, row.RecordID, runOf(a.ID)}, &name)
	switch {
	case errs.Is(err, errs.NotFound), err == nil && name == "":
		return Why{Key: "bulk.reason.since"}, nil
	case err != nil:
		return Why{}, err
	}
	return Why{Key: "bulk.reason.since_by", Args: []any{"Name", name}}, nil
}

// column is the column that the act has set, "" for other acts.
func (a *Act) column() string {
	if code, own := strings.CutPrefix(a.Field, list.OwnPrefix); own {
		return field.Path(code)
	}
	if n, err := NounOf(a.Kind); err == nil {
		for _, f := range n.Def.Fields {
			if f.Key == a.Field && f.Bulk != tags {
				return f.Bulk
			}
		}
	}
	return ""
}
