package bulk_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// TestTags gives and takes tags under their rules.
func TestTags(t *testing.T) {
	d := newDesk(t)
	ids := d.clients("ada", 5, nil)
	newsletter := &tag.Tag{Name: "Newsletter", Active: true}
	level := &tag.Tag{Name: "Level", TakesValue: "required", Choices: "gold\nsilver", Active: true}
	must := &tag.Tag{Name: "Market", Requirement: "mandatory", Active: true}
	other := &tag.Tag{Name: "Wheelchair", Areas: "traveler", Active: true}
	dbtest.Update(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		for _, g := range []*tag.Tag{newsletter, level, must, other} {
			if err := record.Insert(ctx, tx, g); err != nil {
				return err
			}
		}
		for _, id := range ids[:2] {
			if err := record.Insert(ctx, tx, &tag.Link{TagID: newsletter.ID, OwnerKind: "client", OwnerID: id}); err != nil {
				return err
			}
		}
		return record.Insert(ctx, tx, &tag.Link{TagID: level.ID, OwnerKind: "client", OwnerID: ids[0], Value: "silver"})
	})
	order := func(op string, g *tag.Tag, note string) bulk.Order {
		return bulk.Order{Kind: "client", What: bulk.Modify, Field: "tag", Op: op, Value: strconv.FormatInt(g.ID, 10), Note: note}
	}
	tags := func(id int64) (out string) {
		dbtest.View(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			has, err := tag.Of(ctx, tx, record.Ref{Kind: "client", ID: id})
			for _, o := range has {
				out += o.Name + o.Value + " "
			}
			return err
		})
		return out
	}
	both := func(o bulk.Order, want string) *bulk.Act {
		t.Helper()
		p := d.preview("ada", o, list.Selection{IDs: ids})
		a := d.do("ada", o, ids)
		d.expect(a, want)
		if int64(p.Changed) != a.Changed || int64(p.Unchanged) != a.Unchanged || int64(p.Refused()) != a.Refused {
			t.Errorf("the preview said %d, %d, %d", p.Changed, p.Unchanged, p.Refused())
		}
		return a
	}
	act := both(order(bulk.Add, newsletter, ""), "done: 3 changed, 2 unchanged, 0 refused, 0 undone, 0 kept")
	d.expect(d.undo("ada", act.ID), "undone: 3 changed, 2 unchanged, 0 refused, 3 undone, 0 kept")
	if tags(ids[0]) != "Levelsilver Newsletter " || tags(ids[4]) != "" {
		t.Errorf("undone: %q %q", tags(ids[0]), tags(ids[4]))
	}
	act = both(order(bulk.Add, level, "gold"), "done: 4 changed, 0 unchanged, 1 refused, 0 undone, 0 kept")
	if got := d.reasons("ada", act, bulk.Refused); got != "1 tag.error.once [Name Level]" {
		t.Errorf("refused: %s", got)
	}
	act = both(order(bulk.Remove, level, ""), "done: 5 changed, 0 unchanged, 0 refused, 0 undone, 0 kept")
	if tags(ids[0]) != "Newsletter " {
		t.Errorf("taken: %q", tags(ids[0]))
	}
	dbtest.Update(t, d.World.DB, d.As("max"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &tag.Link{TagID: level.ID, OwnerKind: "client", OwnerID: ids[3], Value: "silver"})
	})
	act = d.undo("ada", act.ID)
	d.expect(act, "undone: 5 changed, 0 unchanged, 0 refused, 4 undone, 1 kept")
	if got := d.reasons("ada", act, bulk.Kept); got != "1 bulk.reason.since_by [Name max]" || tags(ids[0]) != "Levelsilver Newsletter " || tags(ids[1]) != "Levelgold Newsletter " {
		t.Errorf("undone: %s %q %q", got, tags(ids[0]), tags(ids[1]))
	}
	both(order(bulk.Add, must, ""), "done: 5 changed, 0 unchanged, 0 refused, 0 undone, 0 kept")
	act = both(order(bulk.Remove, must, ""), "done: 0 changed, 0 unchanged, 5 refused, 0 undone, 0 kept")
	if got := d.reasons("ada", act, bulk.Refused); got != "5 tag.error.mandatory [Names Market]" { // L11
		t.Errorf("refused: %s", got)
	}
	if _, err := d.Do(t.Context(), d.As("ada"), order(bulk.Add, other, ""), list.Selection{IDs: ids}); !errs.Is(err, errs.Invalid) {
		t.Errorf("a tag for travelers: %v", err)
	}
}

// families makes n clients with a traveler each.
func (d *desk) families(who string, n int) (ids []int64) {
	d.t.Helper()
	for i := range n {
		n := &flow.NewClient{Client: client.Client{Name: fmt.Sprintf("Lis%d/Ewa", i)}, Travelers: []flow.NewTraveler{{Traveler: traveler.Traveler{Family: fmt.Sprintf("Lis%d", i), Given: "Ewa"}}}}
		dbtest.Update(d.t, d.World.DB, d.As(who), func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) })
		ids = append(ids, n.Client.ID)
	}
	return ids
}

// TestDelete deletes together what can be deleted, tells both counts (L05), and
// brings all of it back.
func TestDelete(t *testing.T) {
	d := newDesk(t)
	ids := d.families("ann", 6)
	shared := d.clients("bob", 1, func(_ int, c *client.Client) { c.Name = "Shared/Client" })
	dbtest.Update(t, d.World.DB, d.As("bob"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &client.Share{ClientID: db.Ref(shared[0]), UserID: d.Users["ann"].ID, CanEdit: true})
	})
	flow.Hindrances = append(flow.Hindrances, func(_ context.Context, _ *db.Tx, kind string, some []int64) (map[int64]error, error) {
		out := map[int64]error{}
		for _, id := range some {
			if kind == "client" && (id == ids[1] || id == ids[4]) {
				out[id] = errs.New(errs.Conflict, "test.trips", "Count", 2)
			}
		}
		return out, nil
	})
	defer func() { flow.Hindrances = nil }()
	order := bulk.Order{Kind: "client", What: bulk.Delete}
	p := d.preview("ann", order, list.Selection{IDs: append(slices.Clone(ids), shared...)})
	if p.Changed != 4 || p.Refused() != 3 {
		t.Errorf("preview: %+v", p)
	}
	act := d.do("ann", order, append(slices.Clone(ids), shared...))
	d.expect(act, "done: 4 changed, 0 unchanged, 3 refused, 0 undone, 0 kept")
	if got := d.reasons("ann", act, bulk.Refused); got != "2 test.trips [Count 2]; 1 client.error.shared_delete []" {
		t.Errorf("refused: %s", got)
	}
	if d.live("client") != 3 || d.live("traveler") != 2 {
		t.Errorf("%d clients and %d travelers are left", d.live("client"), d.live("traveler"))
	}
	err := d.World.DB.Update(t.Context(), d.As("ann"), func(tx *db.Tx) error { return flow.TrashClient(t.Context(), tx, ids[1], 0) })
	if !errs.Is(err, errs.Conflict) {
		t.Errorf("one alone: %v", err)
	}
	// One comes back by hand, one comes back and goes again, one is purged.
	again := func(who string, fn func(ctx context.Context, tx *db.Tx) error) {
		dbtest.Update(t, d.World.DB, d.As(who), fn)
	}
	again("ann", func(ctx context.Context, tx *db.Tx) error { return flow.RestoreClient(ctx, tx, ids[0]) })
	again("ann", func(ctx context.Context, tx *db.Tx) error { return flow.RestoreClient(ctx, tx, ids[2]) })
	again("max", func(ctx context.Context, tx *db.Tx) error { return flow.TrashClient(ctx, tx, ids[2], 0) })
	again("ada", func(ctx context.Context, tx *db.Tx) error { return record.Purge(ctx, tx, "client", ids[3]) })
	act = d.undo("ann", act.ID)
	d.expect(act, "undone: 4 changed, 0 unchanged, 3 refused, 1 undone, 3 kept")
	if got := d.reasons("ann", act, bulk.Kept); got != "1 bulk.reason.gone []; 1 bulk.reason.since_by [Name ann]; 1 bulk.reason.since_by [Name max]" {
		t.Errorf("kept: %s", got)
	}
	if d.live("client") != 5 || d.live("traveler") != 4 {
		t.Errorf("undone: %d clients and %d travelers", d.live("client"), d.live("traveler"))
	}
	dbtest.View(t, d.World.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		lines, err := bulk.Lines(ctx, tx, act, bulk.Refused, 0, 10)
		if err != nil || len(lines) != 3 || lines[0].Name != "Lis1/Ewa" {
			t.Errorf("lines: %+v %v", lines, err)
		}
		return nil
	})
	// Who sees the act but not its records learns no names.
	again("bob", func(ctx context.Context, tx *db.Tx) error {
		var all []client.Share
		if err := record.Select(ctx, tx, &all, "WHERE r.client_id = $1", shared[0]); err != nil {
			return err
		}
		return record.Delete(ctx, tx, &all[0], all[0].ID, 0)
	})
	dbtest.View(t, d.World.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		lines, err := bulk.Lines(ctx, tx, act, bulk.Refused, 0, 10)
		if err != nil || len(lines) != 3 || lines[2].Name != "" || lines[2].RecordID != 0 {
			t.Errorf("lines: %+v %v", lines, err)
		}
		return nil
	})
}

// TestTravelers: the same acts on the other noun.
func TestTravelers(t *testing.T) {
	d := newDesk(t)
	var ids []int64
	for i := range 3 {
		n := &flow.NewTraveler{Traveler: traveler.Traveler{Family: fmt.Sprintf("Wilk%d", i), Given: "Jan", Company: "Old"}}
		dbtest.Update(t, d.World.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error { return flow.CreateTraveler(ctx, tx, n) })
		ids = append(ids, n.ID)
	}
	act := d.do("ann", bulk.Order{Kind: "traveler", What: bulk.Modify, Field: "company", Value: "New Ltd"}, ids)
	d.expect(act, "done: 3 changed, 0 unchanged, 0 refused, 0 undone, 0 kept")
	dbtest.View(t, d.World.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		g, err := bulk.Groups(ctx, tx, act)
		if err != nil || len(g) != 1 || g[0] != (bulk.Group{Was: "Old", Now: "New Ltd", Count: 3}) {
			t.Errorf("groups: %+v %v", g, err)
		}
		return nil
	})
	d.expect(d.undo("ann", act.ID), "undone: 3 changed, 0 unchanged, 0 refused, 3 undone, 0 kept")
	act = d.do("ann", bulk.Order{Kind: "traveler", What: bulk.Modify, Field: "nationality", Value: "nowhere"}, ids)
	d.expect(act, "done: 0 changed, 0 unchanged, 3 refused, 0 undone, 0 kept")
	act = d.do("ann", bulk.Order{Kind: "traveler", What: bulk.Delete}, ids)
	d.expect(act, "done: 3 changed, 0 unchanged, 0 refused, 0 undone, 0 kept")
	d.expect(d.undo("ann", act.ID), "undone: 3 changed, 0 unchanged, 0 refused, 3 undone, 0 kept")
}
