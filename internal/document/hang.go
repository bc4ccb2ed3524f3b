package document

import (
	"context"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
)

// Hang puts a file that is in the store already on its owner, as Upload does: one of a
// name that is there becomes its new version. Key opens the blob.
func Hang(ctx context.Context, tx *db.Tx, a *Attachment, key string) error {
	a.Kind, a.Key = File, record.Plain(key)
	a.Name = FileName(a.Name, a.Type)
	return add(ctx, tx, a)
}
