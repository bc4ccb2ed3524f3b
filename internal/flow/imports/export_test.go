package imports

import (
	"context"

	"github.com/carnetcrm/carnet/internal/db"
)

// Refresh looks at the job of what was read as busy.
func (r *Run) Refresh(ctx context.Context, tx *db.Tx) error { return r.refresh(ctx, tx) }
