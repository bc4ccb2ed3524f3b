package record

import (
	"context"
	"fmt"
	"slices"

	"github.com/carnetcrm/carnet/internal/db"
)

// An Echoer is a record of which others keep something that lists sort by. Echo brings it
// to them after an edit, and after an undo, with Retell. What is new was derived already.
type Echoer interface {
	Record
	Echo(ctx context.Context, tx *db.Tx, old Record) error
}

func echo(ctx context.Context, tx *db.Tx, r, old Record) error {
	if e, ok := r.(Echoer); ok {
		return e.Echo(ctx, tx, old)
	}
	return nil
}

// Retell writes a derived column of those records that name r in another derived column:
// what they keep of r. Version and stamps stay, as nobody changed them.
func Retell(ctx context.Context, tx *db.Tx, kind string, ids []int64, named string, r Record, column, value string) error {
	for part := range slices.Chunk(ids, 500) {
		args := []any{value, tx.Actor.AgencyID, r.base().ID}
		for _, id := range part {
			args = append(args, id)
		}
		q := fmt.Sprintf(`UPDATE "%s" SET %s = $1 WHERE agency_id = $2 AND %s = $3 AND id IN (%s)`, kind, column, named, marks(4, 3+len(part)))
		if _, err := tx.Raw(ctx, q, args...); err != nil {
			return err
		}
	}
	return nil
}
