package imports

import (
	"context"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
)

// Keep is how long the file of an import, its report and the means to undo it are
// kept: they hold personal data that nobody needs twice.
const Keep = 30 * 24 * time.Hour

// Forget removes the files and reports of imports older than Keep, in all agencies.
// The runs with their counts stay.
func (s *Service) Forget(ctx context.Context) error {
	agencies, err := agency.IDs(ctx, s.DB)
	if err != nil {
		return err
	}
	needed := map[string]bool{}
	var old []string
	for _, id := range agencies {
		hashes, err := s.forgetIn(ctx, db.System(id), needed)
		if err != nil {
			return err
		}
		old = append(old, hashes...)
	}
	for _, hash := range old {
		if needed[hash] {
			continue // another run imports the same file
		}
		if err := s.Files.Delete(hash); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) forgetIn(ctx context.Context, a db.Actor, needed map[string]bool) (hashes []string, err error) {
	var old []Run
	err = s.DB.View(ctx, a, func(tx *db.Tx) error {
		var list []Run
		if err := record.Select(ctx, tx, &list, "WHERE r.file_hash <> ''"); err != nil {
			return err
		}
		for _, r := range list {
			if r.UpdatedAt.Add(Keep) > tx.Now || r.Busy() {
				needed[r.FileHash] = true
			} else {
				old = append(old, r)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range old {
		if err := clearRows(ctx, s.DB, a, old[i].ID); err != nil {
			return nil, err
		}
		hashes = append(hashes, old[i].FileHash)
		err := s.DB.Update(ctx, a, func(tx *db.Tx) error {
			var r Run
			return record.Edit(ctx, tx, &r, old[i].ID, 0, func() error { r.FileHash, r.FileKey = "", ""; return nil })
		})
		if err != nil {
			return nil, err
		}
	}
	return hashes, nil
}

// dropFile removes a file unless another run, of whichever agency, needs it: equal
// files are stored once.
func (s *Service) dropFile(ctx context.Context, hash string) error {
	agencies, err := agency.IDs(ctx, s.DB)
	if err != nil {
		return err
	}
	for _, id := range agencies {
		var n int64
		err := s.DB.View(ctx, db.System(id), func(tx *db.Tx) error {
			return tx.Row(ctx, "SELECT count(*) FROM {import_run} r WHERE r.file_hash = $1", []any{hash}, &n)
		})
		if err != nil || n > 0 {
			return err
		}
	}
	return s.Files.Delete(hash)
}
