package record

import (
	"context"
	"fmt"
	"slices"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// Values calls fn with every text in a column of a kind's rows, whatever their rules and
// wherever they are: also in the trash, or hanging on something there. Only the program
// itself may ask: a clean-up that overlooks rows destroys what they need.
func Values(ctx context.Context, tx *db.Tx, kind, column string, fn func(string)) error {
	k, ok := kinds[kind]
	if !ok || !slices.ContainsFunc(Columns(k.New()), func(c Column) bool { return c.Name == column }) {
		return fmt.Errorf("record: %s has no column %s", kind, column)
	}
	if !tx.Actor.May("system") {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	rows, err := tx.RawQuery(ctx, `SELECT `+column+` FROM "`+kind+`" WHERE agency_id = $1 AND `+column+` <> ''`, tx.Actor.AgencyID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return err
		}
		fn(s)
	}
	return db.Normalize(rows.Err())
}
