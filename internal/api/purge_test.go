package api

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestPurgeKeepsLooks: removing a person for good neither lets who looked at their
// secrets look again, nor takes the looks out of the log; what was said of them goes.
func TestPurgeKeepsLooks(t *testing.T) {
	k := newKit(t)
	dbtest.Update(t, k.DB, k.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		var a agency.Agency
		return record.Edit(ctx, tx, &a, k.Agency.ID, 0, func() error { a.RevealLimit = 2; return nil })
	})
	c := k.do("ann", "POST /clients", `{"travelers":[{"family":"Lis","given":"Ewa"}]}`).want(201)
	var person int64
	dbtest.View(t, k.DB, k.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, "SELECT l.traveler_id FROM {client_traveler} l WHERE l.client_id = $1", []any{c.id()}, &person)
	})
	passport := k.do("ann", fmt.Sprintf("POST /travelers/%d/passports", person), `{"country":"PL","number":"AB1234567","expires":"2030-01-01"}`).want(201).id()
	ada := k.As("ada")
	ada.Via = "web"
	for range 2 {
		dbtest.Update(t, k.DB, ada, func(ctx context.Context, tx *db.Tx) error {
			_, err := flow.Reveal(ctx, tx, "passport", passport, "number", "visa: Mrs Lis: asked")
			return err
		})
	}
	log := func() string { return k.do("eva", "GET /reveals", "").want(200).raw }
	if before := log(); strings.Count(before, `"visa: Mrs Lis: asked"`) != 2 {
		t.Errorf("%s", before)
	}
	k.do("ada", fmt.Sprintf("DELETE /clients/%d", c.id()), "", "If-Match", "*").want(204)
	k.enable("ada")
	k.do("ada", fmt.Sprintf("DELETE /trash/travelers/%d", person), proved("{}")).want(204)
	if after := log(); strings.Count(after, `"visa"`) != 2 || strings.Contains(after, "Lis") {
		t.Errorf("%s", after)
	}
	err := k.DB.Update(t.Context(), k.As("ada"), func(tx *db.Tx) error { return flow.MayReveal(t.Context(), tx) })
	if !errs.Is(err, errs.TooMany) {
		t.Errorf("the limit is forgotten: %v", err)
	}
	if mine := k.do("ann", "GET /reveals", ""); strings.Contains(mine.raw, "visa") {
		t.Errorf("an agent reads %s", mine.raw)
	}
}
