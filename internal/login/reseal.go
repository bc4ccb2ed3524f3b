package login

import (
	"context"
	"fmt"

	"github.com/carnetcrm/carnet/internal/db"
)

// Reseal seals the secrets of authenticator apps again with the newest key of the
// vault; again does it for one value and says whether it had to. It returns how many
// there are and how many it changed.
func (s *Service) Reseal(ctx context.Context, again func(sealed, place string) (string, bool, error)) (seen, changed int, err error) {
	type row struct {
		ac            account
		column, value string
	}
	var rows []row
	err = s.db.Local(ctx, func(tx *db.Tx) error {
		return tx.Each(ctx, "SELECT agency_id, user_id, totp, totp_new FROM login WHERE totp <> '' OR totp_new <> ''", nil, func(r db.Rows) error {
			var ac account
			var on, next string
			if err := r.Scan(&ac.agencyID, &ac.userID, &on, &next); err != nil {
				return err
			}
			for column, value := range map[string]string{"totp": on, "totp_new": next} {
				if value != "" {
					rows = append(rows, row{ac, column, value})
				}
			}
			return nil
		})
	})
	if err != nil {
		return 0, 0, err
	}
	for _, r := range rows {
		out, did, err := again(r.value, r.ac.sealedAs())
		if err != nil {
			return len(rows), changed, fmt.Errorf("sealing the authenticator app of user %s again: %w", r.ac.id(), err)
		}
		if !did {
			continue
		}
		err = s.db.UpdateLocal(ctx, func(tx *db.Tx) error { // only if it is still the same
			_, err := tx.Exec(ctx, "UPDATE login SET "+r.column+" = $1 WHERE agency_id = $2 AND user_id = $3 AND "+r.column+" = $4",
				out, r.ac.agencyID, r.ac.userID, r.value)
			return err
		})
		if err != nil {
			return len(rows), changed, err
		}
		changed++
	}
	return len(rows), changed, nil
}
