package bench

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/demo"
	"github.com/carnetcrm/carnet/internal/vault"
)

// brim returns the client that has more of everything than most ever have. It makes one
// in a set that has none, with the key that the program has made for the set: its cards
// and documents are sealed.
func (b *bencher) brim(ctx context.Context) (id int64, err error) {
	id, err = b.raw.number(ctx, `SELECT l.owner_id FROM tag_link l JOIN tag t ON t.agency_id = l.agency_id AND t.id = l.tag_id
		WHERE l.agency_id = $1 AND l.owner_kind = 'client' AND t.name = 'Label number 0' LIMIT 1`, b.set.Agency)
	if err != nil || id != 0 {
		return id, err
	}
	v, _, err := vault.Load(vault.Options{File: filepath.Join(b.set.Dir, vault.FileName)})
	if err != nil {
		return 0, err
	}
	b.d.Sealer = v
	id, err = b.raw.number(ctx, `SELECT c.id FROM client c WHERE c.agency_id = $1 AND c.kind = 'personal' AND c.deleted_at IS NULL
		AND (SELECT count(*) FROM client_traveler l WHERE l.agency_id = c.agency_id AND l.client_id = c.id) = 1 ORDER BY c.id LIMIT 1`, b.set.Agency)
	if err != nil {
		return 0, err
	}
	if err := b.d.Update(ctx, b.admin, func(tx *db.Tx) error { return demo.Brim(ctx, tx, id) }); err != nil {
		return 0, fmt.Errorf("filling a client to the brim: %w", err)
	}
	return id, nil
}
