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

// TestTagValueWithComma gives a value that is offered and has a comma in it; what isn't
// offered is several tags.
func TestTagValueWithComma(t *testing.T) {
	d := newDesk(t, true)
	n := aClient(t, d, "Nowak", "Adam", "600 100 201")
	page := fmt.Sprintf("/clients/%d", n.Client.ID)
	dbtest.Update(t, d.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		if err := record.Insert(ctx, tx, &tag.Tag{Name: "Room", TakesValue: "required", Choices: "quiet, high floor\nany", Active: true}); err != nil {
			return err
		}
		return record.Insert(ctx, tx, &tag.Tag{Name: "VIP", Active: true})
	})
	d.as("ann").post(page+"/tags", "tags", "Room: quiet, high floor", "tags", "VIP").want(200, page, "quiet, high floor")
	ann := d.as("ann")
	ann.post("/clients", "kind", "personal", "t.family", "Lis", "tags", "Room: quiet, high floor", "tags", "VIP, Room: any").want(422, "/clients", "Room: quiet, high floor")
	ann.post("/clients", "kind", "personal", "t.family", "Lis", "tags", "Room: quiet, high floor", "tags", "VIP").want(200, "", "quiet, high floor", "VIP")
}
