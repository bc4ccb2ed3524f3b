package record

import (
	"context"

	"github.com/carnetcrm/carnet/internal/db"
)

// Part is Select as a part of a reading, for db.Tx.Together.
func Part[T any, P interface {
	*T
	Record
}](into *[]T, clause string, args ...any) db.Part {
	return func(ctx context.Context, tx *db.Tx) error { return Select[T, P](ctx, tx, into, clause, args...) }
}
