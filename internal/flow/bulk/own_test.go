package bulk_test

import (
	"context"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestOwnFields sets a field that the agency has defined itself on many records, tells it
// beforehand, takes it back, and keeps it from those who don't see it.
func TestOwnFields(t *testing.T) {
	d := newDesk(t)
	dbtest.Update(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		for _, f := range []*field.Field{
			{Name: "Size", Areas: "client", Kind: field.Number, Active: true},
			{Name: "Card", Areas: "client", Kind: field.Choice, Choices: "GOLD=Gold\nOLD=Old", Requirement: field.Always, ViewRoles: "administrator,agent", Active: true},
		} {
			if err := record.Insert(ctx, tx, f); err != nil {
				return err
			}
		}
		return nil
	})
	ids := d.clients("ann", 3, func(i int, c *client.Client) {
		if i == 0 {
			c.Fields = `{"card":"GOLD","size":42.5}`
		}
	})
	order := bulk.Order{Kind: "client", What: bulk.Modify, Field: "field_size", Value: "42,50"}
	p := d.preview("ann", order, list.Selection{IDs: ids})
	if p.Changed != 2 || p.Unchanged != 1 || p.Order.Value != "42.5" {
		t.Errorf("%+v", p)
	}
	a := d.do("ann", order, ids)
	d.expect(a, "done: 2 changed, 1 unchanged, 0 refused, 0 undone, 0 kept")
	if c := d.get(ids[1]); c.Fields != `{"size":42.5}` {
		t.Errorf("%s", c.Fields)
	}
	d.expect(d.undo("ann", a.ID), "undone: 2 changed, 1 unchanged, 0 refused, 2 undone, 0 kept")
	if c := d.get(ids[1]); c.Fields != "" {
		t.Errorf("%s", c.Fields)
	}
	// What is required can't be emptied.
	a = d.do("ann", bulk.Order{Kind: "client", What: bulk.Modify, Field: "field_card", Op: bulk.Clear}, ids)
	d.expect(a, "done: 0 changed, 2 unchanged, 1 refused, 0 undone, 0 kept")
	a = d.do("ann", bulk.Order{Kind: "client", What: bulk.Modify, Field: "field_card", Value: "OLD"}, ids)
	d.expect(a, "done: 3 changed, 0 unchanged, 0 refused, 0 undone, 0 kept")
	for who, sees := range map[string]bool{"ann": true, "ada": true} {
		if got := d.act(who, a.ID); got.Readable(d.As(who)) != sees {
			t.Errorf("%s may read about the act: %v", who, !sees)
		}
	}
	err := d.World.DB.View(t.Context(), d.As("max"), func(tx *db.Tx) error {
		n, err := bulk.NounOf("client")
		if err != nil {
			return err
		}
		_, err = n.Preview(t.Context(), tx, bulk.Order{Kind: "client", What: bulk.Modify, Field: "field_card", Value: "OLD"}, list.Selection{IDs: ids})
		return err
	})
	if !errs.Is(err, errs.Invalid) {
		t.Errorf("a field out of sight: %v", err)
	}
}

// TestChoiceSwitchedOff: what was switched off isn't offered for many records, and refused at
// once where somebody asks for it.
func TestChoiceSwitchedOff(t *testing.T) {
	d := newDesk(t)
	dbtest.Update(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &field.Field{Name: "Card", Areas: "client", Kind: field.Choice, Choices: "GOLD=Gold\n-OLD=Old", Active: true})
	})
	dbtest.View(t, d.World.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		n, err := bulk.NounOf("client")
		if err != nil {
			return err
		}
		n, err = n.For(ctx, tx)
		if err != nil {
			return err
		}
		opts, err := n.Values(ctx, tx, "field_card", "en")
		if len(opts) != 1 || opts[0].Value != "GOLD" {
			t.Errorf("offered: %v", opts)
		}
		if err := n.Check(ctx, tx, &bulk.Order{Kind: "client", What: bulk.Modify, Field: "field_card", Op: bulk.Set, Value: "OLD"}); !errs.Is(err, errs.Invalid) {
			t.Errorf("asked for all the same: %v", err)
		}
		return err
	})
}
