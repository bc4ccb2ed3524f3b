package list

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/db"
)

// Settled returns the values and labels that a query of settled tables finds, in its
// order: the people, branches and types to choose from (db.Kept).
func Settled(ctx context.Context, tx *db.Tx, query string, args ...any) ([]Option, error) {
	all, err := db.Kept(ctx, tx, query, args, func(rows db.Rows) (out []Option, err error) {
		for rows.Next() && err == nil {
			var o Option
			err = rows.Scan(&o.Value, &o.Label)
			out = append(out, o)
		}
		return out, err
	})
	return slices.Clone(all), err
}
