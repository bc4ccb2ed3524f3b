package client

import (
	"context"
	"strings"

	"github.com/carnetcrm/carnet/internal/activity"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/record"
)

// Key is by what the client sorts: its sort name, else its name, folded.
func (c *Client) Key() string {
	return fold.Key(strings.ReplaceAll(or(c.SortName, c.Name), "/", " "))
}

// Echo tells the travelers who travel for this client alone how it sorts now.
func (c *Client) Echo(ctx context.Context, tx *db.Tx, old record.Record) error {
	if was, ok := old.(*Client); ok && was.NameKey == c.NameKey {
		return nil
	}
	ids, err := tx.AsSystem().IDs(ctx, "SELECT l.traveler_id FROM {client_traveler} l WHERE l.client_id = $1 ORDER BY l.traveler_id", c.ID)
	if err != nil {
		return err
	}
	return record.Retell(ctx, tx, "traveler", ids, "only_client_id", c, "only_client_key", c.NameKey)
}

// sweep removes what hangs on the client, and has those who traveled for it forget it.
func sweep(ctx context.Context, tx *db.Tx, id int64) error {
	travelers, err := tx.AsSystem().IDs(ctx, "SELECT l.traveler_id FROM {client_traveler} l WHERE l.client_id = $1", id)
	if err != nil {
		return err
	}
	for _, t := range travelers {
		record.Reindex(tx, record.Ref{Kind: "traveler", ID: t})
	}
	for _, table := range []string{"communication", "address", "tag_link", "comment", "attachment", "acknowledgement"} {
		if err := record.Sweep(ctx, tx, table, "client", id); err != nil {
			return err
		}
	}
	return activity.Sweep(ctx, tx, "client", id)
}
