package record

import (
	"context"

	"github.com/carnetcrm/carnet/internal/db"
)

// A Follower has something else follow from its being saved: Follow runs in the same
// transaction after an insert, an edit, a delete and a restore. Old is nil for what is
// new or came back; gone says that it was deleted. Undo puts records back as they
// were and asks nobody.
type Follower interface {
	Record
	Follow(ctx context.Context, tx *db.Tx, old Record, gone bool) error
}

func follow(ctx context.Context, tx *db.Tx, op string, r, old Record) error {
	if op == "create" || op == "restore" {
		old = nil
	}
	if f, ok := r.(Follower); ok {
		return f.Follow(ctx, tx, old, op == "delete")
	}
	return nil
}

// tell writes what happened to a record into the history, and has follow what follows.
// R is nil for one that is removed without a trash.
func tell(ctx context.Context, tx *db.Tx, op string, r, old Record) error {
	if err := writeHistory(ctx, tx, op, r, old); err != nil {
		return err
	}
	if r == nil {
		r = old
	}
	return follow(ctx, tx, op, r, old)
}
