package field

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/record"
)

// value is one value of a record, for lists: a field of several choices has several.
type value struct {
	record.Base
	FieldID   int64  `db:"field_id" history:"-"`
	OwnerKind string `db:"owner_kind" history:"-"`
	OwnerID   int64  `db:"owner_id" history:"-"`
	Key       string `db:"value_key" history:"-"`
	Words     string `db:"words" history:"-"`
	Number    int64  `db:"number" history:"-"`
}

// Table names the table and the kind.
func (*value) Table() string { return "field_value" }

// Check has nothing to tidy.
func (*value) Check() error { return nil }

// maxKey bounds the beginning of a text by which it is found and sorted, in characters.
const maxKey = 100

// spread writes the values of records anew.
func spread(ctx context.Context, tx *db.Tx, kind string, bags map[int64]record.Bag, fresh bool) error {
	if !fresh {
		for id := range bags {
			if err := record.Sweep(ctx, tx, "field_value", kind, id); err != nil {
				return err
			}
		}
	}
	s, err := Of(ctx, tx)
	if err != nil {
		return err
	}
	ids := make([]int64, 0, len(bags))
	for id := range bags {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var list []*value
	for _, id := range ids {
		values := bags[id].Values()
		for i := range s.all {
			f := &s.all[i]
			if v := values[f.Code]; v != nil {
				list = append(list, f.rows(kind, id, v)...)
			}
		}
	}
	return record.InsertMany(ctx, tx, list)
}

// rows are the rows of a value.
func (f *Field) rows(kind string, id int64, v any) (out []*value) {
	row := value{FieldID: f.ID, OwnerKind: kind, OwnerID: id}
	text := record.BagText(v)
	switch {
	case f.Texty():
		row.Words = fold.Fold(text)
		row.Key = clip(row.Words, maxKey)
	case f.Kind == Several:
		list, _ := v.([]any)
		if codes, ok := v.([]string); ok {
			for _, c := range codes {
				list = append(list, c)
			}
		}
		for _, c := range list {
			x := row
			x.Key = record.BagText(c)
			out = append(out, &x)
		}
		return out
	case f.Kind == Number:
		if n, ok := v.(json.Number); ok {
			row.Key, row.Number = n.String(), scaled(n.String())
		}
	default:
		row.Key = text
	}
	return []*value{&row}
}
