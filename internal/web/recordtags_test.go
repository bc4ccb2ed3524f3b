package web_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
)

// TestHashTag gives a tag whose name begins like the numbers by which the form names those
// that are there; one that somebody took off meanwhile doesn't come back as a tag.
func TestHashTag(t *testing.T) {
	d := newDesk(t, true)
	n := aClient(t, d, "Nowak", "Adam", "600 100 201")
	page := fmt.Sprintf("/clients/%d", n.Client.ID)
	dbtest.Update(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &tag.Tag{Name: "#family", Active: true})
	})
	d.as("ada").post(page+"/tags", "tags", "#family", "tags", "#99999").want(200, page)
	dbtest.View(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		has, err := tag.Of(ctx, tx, record.Ref{Kind: "client", ID: n.Client.ID})
		if len(has) != 1 || has[0].Name != "#family" {
			t.Errorf("the client has %v", has)
		}
		return err
	})
}
