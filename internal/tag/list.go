package tag

import (
	"context"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
)

// Options lists the active tags of a kind for a filter; with "" those of all kinds.
func Options(kind string) func(context.Context, *db.Tx) ([]list.Option, error) {
	return func(ctx context.Context, tx *db.Tx) (out []list.Option, err error) {
		err = tx.Each(ctx, "SELECT CAST(g.id AS text), g.name FROM {tag} g WHERE g.active AND ($1 = '' OR g.kind = $1) ORDER BY g.name_key", []any{kind},
			func(rows db.Rows) error {
				var o list.Option
				err := rows.Scan(&o.Value, &o.Label)
				out = append(out, o)
				return err
			})
		return out, err
	}
}

// Known is the name of a tag, be it one that isn't offered any more; "" for none.
func Known(ctx context.Context, tx *db.Tx, id string) (name string, err error) {
	n, err := strconv.ParseInt(strings.TrimSpace(id), 10, 64)
	if err != nil {
		return "", nil
	}
	err = tx.Row(ctx, "SELECT g.name FROM {tag} g WHERE g.id = $1", []any{n}, &name)
	if errs.Is(err, errs.NotFound) {
		return "", nil
	}
	return name, err
}

// Related is how tags of a kind hang on the rows of a list of records; with "" those of
// all kinds. The link is k.
func Related(area, kind string) *list.Related {
	r := &list.Related{From: "{tag_link} k", Owner: "k.owner_id", Cond: "k.owner_kind = '" + area + "'"}
	if kind != "" {
		r.Cond += " AND k.tag_id IN (SELECT g.id FROM {tag} g WHERE g.kind = '" + kind + "')"
	}
	return r
}
