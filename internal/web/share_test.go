package web_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestShareAll shares all clients of an advisor with two colleagues at once (R099,
// R100), changes what one of them may do, and ends it (R103). A page that was open is
// closed to them with the next click.
func TestShareAll(t *testing.T) {
	d := newDesk(t, true)
	n := aClient(t, d, "Kowalska", "Joanna", "600 100 200")
	page := fmt.Sprintf("/clients/%d", n.Client.ID)
	bob, max := fmt.Sprint(d.Users["bob"].ID), fmt.Sprint(d.Users["max"].ID)
	d.as("bob").get(page).want(404, "")

	ann := d.as("ann").get("/clients").want(200, "", `href="/shares"`)
	ann.get("/shares").want(200, "/shares", d.Users["bob"].Name)
	ann.post("/shares", "can_edit", "1").want(422, "")
	ann.post("/shares", "user_id", bob, "user_id", max, "can_edit", "1").want(200, "/shares", "All clients are now shared.", "can edit")
	ann.post("/shares", "user_id", bob).want(409, "") // once is enough
	d.as("bob").get(page).want(200, page, "Kowalska", "?edit=notes")

	var shares []client.Share
	dbtest.View(t, d.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return record.Select(ctx, tx, &shares, "WHERE r.advisor_id = $1 AND r.user_id = $2", d.Users["ann"].ID, d.Users["bob"].ID)
	})
	if len(shares) != 1 {
		t.Fatalf("%d shares", len(shares))
	}
	one := fmt.Sprintf("/shares/%d", shares[0].ID)
	ann.post(one).want(200, "/shares", "can view")
	seen := d.as("bob").get(page).want(200, page)
	seen.post(page+"/notes", "remarks", "not mine", "version", "1").want(403, "")
	d.as("bob").get("/shares").want(200, "", "Shared with me", d.Users["ann"].Name)
	d.as("bob").post(one+"/delete").want(403, "") // not those with whom it is shared

	ann.get(page+"?seers=1").want(200, "", d.Users["bob"].Name, "All clients of the advisor shared by "+d.Users["ann"].Name)
	ann.post(one+"/delete").want(200, "/shares", "no longer shared")
	seen.get(page).want(404, "")
}
