package exports

import (
	"context"

	"github.com/carnetcrm/carnet/internal/db"
)

// Still lets tests ask what a job asks while it makes a file.
var Still = (*Service).still

// Refresh looks at the job of an export that was read as busy.
func (e *Export) Refresh(ctx context.Context, tx *db.Tx) error { return e.refresh(ctx, tx) }
