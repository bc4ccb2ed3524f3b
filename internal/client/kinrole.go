package client

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// kinRole takes the role of a new traveler from what they are to the client's primary
// one, where nothing else was said.
func (l *Link) kinRole(ctx context.Context, tx *db.Tx, links []Link) error {
	at := slices.IndexFunc(links, func(o Link) bool { return o.Primary })
	if at < 0 {
		return nil
	}
	codes, err := traveler.Between(ctx, tx, links[at].TravelerID, l.TravelerID)
	for _, code := range codes {
		if slices.Contains([]string{"spouse", "partner", "child", "parent", "assistant", "employee"}, code) {
			l.Role = code
			break
		}
	}
	return err
}
