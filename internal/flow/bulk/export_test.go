package bulk

import (
	"context"

	"github.com/carnetcrm/carnet/internal/db"
)

// Refresh looks at the job of what was read as busy.
func (a *Act) Refresh(ctx context.Context, tx *db.Tx) error { return a.refresh(ctx, tx) }
