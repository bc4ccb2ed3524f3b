package login

import (
	"context"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
)

// Clean removes what has expired: sessions, links, ceremonies, forgiven failures,
// places not seen for 90 days, and API tokens a year after their end. It returns
// how many rows went. A job calls it every day.
func (s *Service) Clean(ctx context.Context) (int64, error) {
	var total int64
	for _, c := range []struct {
		query string
		ago   time.Duration
	}{
		{"DELETE FROM session WHERE expires_at <= $1", 0},
		{"DELETE FROM session WHERE seen_at <= $1", idle},
		{"DELETE FROM link_token WHERE expires_at <= $1", 0},
		{"DELETE FROM ceremony WHERE expires_at <= $1", 0},
		{"DELETE FROM throttle WHERE last_at <= $1", 24 * time.Hour},
		{"DELETE FROM known_place WHERE last_at <= $1", knownFor},
		{"DELETE FROM api_token WHERE revoked_at <= $1 OR expires_at <= $1", 365 * 24 * time.Hour},
	} {
		err := s.db.UpdateLocal(ctx, func(tx *db.Tx) error {
			n, err := tx.Exec(ctx, c.query, tx.Now.Add(-c.ago))
			total += n
			return err
		})
		if err != nil {
			return total, err
		}
	}
	return total, nil
}
