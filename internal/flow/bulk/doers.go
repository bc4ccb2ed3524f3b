package bulk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
)

// setter gives a column a value.
type setter struct {
	n             *Noun
	column, value string
}

// errSame reports a record that is as it should be already.
var errSame = errors.New("bulk: as it should be")

func (s setter) do(ctx context.Context, tx *db.Tx, ids []int64, dry bool, tell teller) error {
	var was string
	return record.EditMany(ctx, tx, record.Many{Kind: s.n.Kind, IDs: ids, Dry: dry,
		Change: func(r record.Record) (err error) {
			if was, err = record.Text(r, s.column); err != nil {
				return err
			}
			if was == s.value {
				return errSame
			}
			return record.SetText(r, s.column, s.value)
		},
		Told: func(id int64, r record.Record, changed bool, err error) error {
			if errors.Is(err, errSame) {
				return tell(id, effect{}, nil)
			}
			if err != nil || !changed {
				return tell(id, effect{}, err)
			}
			now, err := record.Text(r, s.column) // as Check has tidied it
			return tell(id, effect{was, now, was != now}, err)
		}})
}

func (s setter) undo(ctx context.Context, tx *db.Tx, rows []Row, tell teller) error {
	byID := map[int64]*Row{}
	var ids []int64
	for i := range rows {
		byID[rows[i].RecordID] = &rows[i]
		ids = append(ids, rows[i].RecordID)
	}
	return record.EditMany(ctx, tx, record.Many{Kind: s.n.Kind, IDs: ids,
		Change: func(r record.Record) error {
			row := byID[record.Stamps(r).ID]
			is, err := record.Text(r, s.column)
			if err != nil {
				return err
			}
			if is != row.Now {
				return errSince
			}
			return record.SetText(r, s.column, row.Was)
		},
		Told: func(id int64, _ record.Record, _ bool, err error) error { return tell(id, effect{}, err) }})
}

// tagger gives records a tag, or takes it from them.
type tagger struct {
	kind  string
	tag   tag.Tag
	value string
	take  bool
}

func newTagger(ctx context.Context, tx *db.Tx, kind string, o Order) (doer, error) {
	id, err := strconv.ParseInt(o.Value, 10, 64)
	if err != nil {
		return nil, errs.Bad("value", "bulk.error.value")
	}
	t := tagger{kind: kind, value: o.Note, take: o.Op == Remove}
	if err := record.Get(ctx, tx, &t.tag, id); err != nil {
		return nil, err
	}
	return t, nil
}

// links are the links of the tag on a record, those with the value where there is
// one.
func (t tagger) links(ctx context.Context, tx *db.Tx, id int64) ([]tag.Link, error) {
	var out []tag.Link
	err := record.Select(ctx, tx, &out, "WHERE r.owner_kind = $1 AND r.owner_id = $2 AND r.tag_id = $3 ORDER BY r.id", t.kind, id, t.tag.ID)
	return out, err
}

func (t tagger) do(ctx context.Context, tx *db.Tx, ids []int64, dry bool, tell teller) error {
	return each(ids, tell, func(id int64) (effect, error) { return t.one(ctx, tx, id, dry) })
}

// each does one record after the other.
func each(ids []int64, tell teller, do func(id int64) (effect, error)) error {
	for _, id := range ids {
		e, err := do(id)
		if err = tell(id, e, err); err != nil {
			return err
		}
	}
	return nil
}

func eachRow(rows []Row, tell teller, undo func(row *Row) error) error {
	for i := range rows {
		if err := tell(rows[i].RecordID, effect{}, undo(&rows[i])); err != nil {
			return err
		}
	}
	return nil
}

func (t tagger) one(ctx context.Context, tx *db.Tx, id int64, dry bool) (effect, error) {
	if err := record.Editable(ctx, tx, record.Ref{Kind: t.kind, ID: id}); err != nil {
		return effect{}, err
	}
	has, err := t.links(ctx, tx, id)
	if err != nil {
		return effect{}, err
	}
	if t.take {
		return t.remove(ctx, tx, has, dry)
	}
	if slices.ContainsFunc(has, func(l tag.Link) bool { return t.value == "" || l.Value == t.value }) {
		return effect{}, nil
	}
	l := &tag.Link{TagID: t.tag.ID, OwnerKind: t.kind, OwnerID: id, Value: t.value}
	if !dry {
		if err := record.Insert(ctx, tx, l); err != nil {
			return effect{}, err
		}
		return effect{now: strconv.FormatInt(l.ID, 10), changed: true}, nil
	}
	if err := l.Check(); err != nil {
		return effect{}, err
	}
	return effect{changed: true}, l.Guard(ctx, tx, nil)
}

func (t tagger) remove(ctx context.Context, tx *db.Tx, has []tag.Link, dry bool) (effect, error) {
	gone := slices.Clone(has)
	if t.value != "" {
		gone = slices.DeleteFunc(gone, func(l tag.Link) bool { return l.Value != t.value })
	}
	if len(gone) == 0 {
		return effect{}, nil
	}
	if t.tag.Requirement == "mandatory" && len(gone) == len(has) {
		return effect{}, errs.Bad("tags", "tag.error.mandatory", "Names", t.tag.Name) // L11
	}
	var values []string
	for i := range gone {
		values = append(values, gone[i].Value)
		if dry {
			continue
		}
		if err := record.Delete(ctx, tx, new(tag.Link), gone[i].ID, 0); err != nil {
			return effect{}, err
		}
	}
	raw, _ := json.Marshal(values) // of texts: can't fail
	return effect{was: string(raw), changed: true}, nil
}

func (t tagger) undo(ctx context.Context, tx *db.Tx, rows []Row, tell teller) error {
	return eachRow(rows, tell, func(row *Row) error { return t.back(ctx, tx, row) })
}

func (t tagger) back(ctx context.Context, tx *db.Tx, row *Row) error {
	if !t.take {
		id, err := strconv.ParseInt(row.Now, 10, 64)
		if err != nil {
			return fmt.Errorf("bulk: row %d names no link: %w", row.ID, err)
		}
		var l tag.Link
		switch err := record.Get(ctx, tx, &l, id); {
		case errs.Is(err, errs.NotFound):
			return errSince
		case err != nil:
			return err
		case l.Version != 1:
			return errSince
		}
		return record.Delete(ctx, tx, &l, id, 0)
	}
	has, err := t.links(ctx, tx, row.RecordID)
	if err != nil {
		return err
	}
	var values []string
	if err := json.Unmarshal([]byte(row.Was), &values); err != nil {
		return fmt.Errorf("bulk: reading row %d: %w", row.ID, err)
	}
	for _, l := range has {
		if !t.tag.Several || slices.Contains(values, l.Value) {
			return errSince
		}
	}
	for _, v := range values {
		if err := record.Insert(ctx, tx, &tag.Link{TagID: t.tag.ID, OwnerKind: t.kind, OwnerID: row.RecordID, Value: v}); err != nil {
			return err
		}
	}
	return nil
}

// trasher moves records to the trash.
type trasher struct{ n *Noun }

func (t trasher) do(ctx context.Context, tx *db.Tx, ids []int64, dry bool, tell teller) error {
	return each(ids, tell, func(id int64) (effect, error) { return t.one(ctx, tx, id, dry) })
}

func (t trasher) one(ctx context.Context, tx *db.Tx, id int64, dry bool) (effect, error) {
	if err := t.n.MayTrash(ctx, tx, id); err != nil || dry {
		return effect{changed: err == nil}, err
	}
	if err := t.n.Trash(ctx, tx, id); err != nil {
		return effect{}, err
	}
	return effect{now: strconv.FormatInt(int64(tx.Now), 10), changed: true}, nil
}

// undo restores what this act has deleted: not what somebody restored and deleted
// again.
func (t trasher) undo(ctx context.Context, tx *db.Tx, rows []Row, tell teller) error {
	return eachRow(rows, tell, func(row *Row) error { return t.back(ctx, tx, row) })
}

func (t trasher) back(ctx context.Context, tx *db.Tx, row *Row) error {
	var at db.Stamp
	err := tx.Row(ctx, "SELECT r.deleted_at FROM {"+t.n.Kind+".any} r WHERE r.id = $1", []any{row.RecordID}, &at)
	if err != nil {
		return err
	}
	if strconv.FormatInt(int64(at), 10) != row.Now {
		return errSince
	}
	return t.n.Restore(ctx, tx, row.RecordID)
}
