package document

import (
	"context"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
)

// held are the columns of tenant tables that name blobs, by table.
var held = map[string][]string{"attachment": {"blob", "thumb"}, "agency": {"logo"}, "import_run": {"file_hash"}}

// Hold tells the clean-up that columns of a table name blobs of the file store. A
// package with such a table says so while it is initialised; a test looks for columns
// that nobody has told of.
func Hold(table string, columns ...string) bool {
	held[table] = append(held[table], columns...)
	return true
}

// Held returns the columns that name blobs, by table.
func Held() map[string][]string { return held }

// settled is how old a blob is before the clean-up touches it: its row may be on its
// way, and a backup that is being made may still hold the row and want the blob.
const settled = 48 * time.Hour

// Clean removes the blobs that no row of any agency refers to any more: what was purged
// from the trash, and what an upload left that ended between the store and the database.
// It returns how many.
func (s *Service) Clean(ctx context.Context) (n int64, err error) {
	// The blobs come first: what is stored after this moment is too young anyway.
	var old []string
	limit := s.DB.Now().Add(-settled)
	err = s.Files.Each(func(name string, stored time.Time) error {
		if stored.Before(limit) {
			old = append(old, name)
		}
		return ctx.Err()
	})
	if err != nil || len(old) == 0 {
		return 0, err
	}
	needed, err := s.needed(ctx)
	if err != nil {
		return 0, err
	}
	for _, name := range old {
		if needed[name] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return n, err
		}
		if err := s.Files.Delete(name); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// needed gathers the blobs that rows name: also those in the trash, and of records that
// are there.
func (s *Service) needed(ctx context.Context) (map[string]bool, error) {
	ids, err := agency.IDs(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	needed := map[string]bool{}
	for _, id := range ids {
		err := s.DB.View(ctx, db.System(id), func(tx *db.Tx) error {
			for table, columns := range held {
				for _, c := range columns {
					if err := record.Values(ctx, tx, table, c, func(name string) { needed[name] = true }); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return needed, nil
}
