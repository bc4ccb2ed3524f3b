package record

import (
	"context"
	"fmt"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// Drop removes many records of a silent kind, such as the members of a list: rows that
// have neither a history nor a trash. It removes all of them or, when the actor may not
// change one, none.
func Drop(ctx context.Context, tx *db.Tx, kind string, ids []int64) error {
	k, ok := kinds[kind]
	if !ok || !k.Silent {
		return fmt.Errorf("record: %s can't be dropped", kind)
	}
	for len(ids) > 0 {
		part := ids[:min(len(ids), 500)]
		ids = ids[len(part):]
		var may int64
		err := tx.Row(ctx, "SELECT count(*) FROM {"+kind+".edit} r WHERE r.id IN {ids $1}", []any{db.IDs(part)}, &may)
		if err != nil {
			return err
		}
		if may != int64(len(part)) {
			return errs.New(errs.Forbidden, "error.forbidden")
		}
		args := []any{tx.Actor.AgencyID}
		for _, id := range part {
			args = append(args, id)
		}
		if _, err := tx.Raw(ctx, fmt.Sprintf(`DELETE FROM "%s" WHERE agency_id = $1 AND id IN (%s)`, kind, marks(2, len(args))), args...); err != nil {
			return err
		}
	}
	return nil
}
