package demo

import (
	"bytes"
	"context"
	"fmt"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
)

// marketed is how many clients get marketing codes at most.
const marketed = 200

// Marketing makes the agency a member of the affiliation of the example file, and gives
// its first clients some of the codes.
func Marketing(ctx context.Context, d *db.DB, a *Agency) error {
	err := d.Update(ctx, a.Actor(), func(tx *db.Tx) error {
		got, err := tag.ImportAffiliation(ctx, tx, bytes.NewReader(tag.Example))
		if err != nil {
			return err
		}
		codes, err := tag.Codes(ctx, tx, got.ID)
		if err != nil {
			return err
		}
		var clients []int64
		err = tx.Each(ctx, "SELECT c.id FROM {client} c WHERE c.kind = 'personal' ORDER BY c.id LIMIT $1", []any{marketed}, func(rows db.Rows) error {
			var id int64
			err := rows.Scan(&id)
			clients = append(clients, id)
			return err
		})
		if err != nil {
			return err
		}
		var marks []*tag.Mark
		for i, id := range clients {
			for n, c := range codes {
				if h := i*7 + n*5; h%6 == 0 {
					states := c.States()
					marks = append(marks, &tag.Mark{ClientID: id, CodeID: c.ID, State: states[(i+n)%len(states)]})
				}
			}
		}
		return record.InsertMany(ctx, tx, marks)
	})
	if err != nil {
		return fmt.Errorf("marketing codes of the demo: %w", err)
	}
	return nil
}
