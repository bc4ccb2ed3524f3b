package bulk_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestFiveThousand is the promise: 5,000 ticked clients changed and undone, in
// seconds, each with its history.
func TestFiveThousand(t *testing.T) {
	d := newDesk(t)
	ids := d.clients("ada", 5000, func(i int, c *client.Client) {
		if i%25 == 0 {
			c.Status = "inactive"
		}
	})
	began := time.Now()
	p := d.preview("ada", inactive, list.Selection{IDs: ids})
	t.Logf("preview of 5,000: %v", time.Since(began).Round(time.Millisecond))
	if p.Total != 5000 || p.Changed != 4800 || p.Unchanged != 200 || p.Refused() != 0 || len(p.Groups) != 1 || p.Groups[0] != (bulk.Group{Was: "active", Now: "inactive", Count: 4800}) {
		t.Errorf("preview: %+v", p)
	}
	began = time.Now()
	act := d.do("ada", inactive, ids)
	took := time.Since(began)
	d.expect(act, "done: 4800 changed, 200 unchanged, 0 refused, 0 undone, 0 kept")
	if by := d.by("status"); by != "inactive 5000" {
		t.Errorf("then %s", by)
	}
	dbtest.View(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		h, err := record.History(ctx, tx, record.Ref{Kind: "client", ID: ids[1]}, 0, 10)
		if err != nil || len(h) != 2 || bulk.ActOf(&h[0]) != act.ID || h[0].Op != "edit" || int64(h[0].UserID) != d.Users["ada"].ID ||
			len(h[0].Changes) != 1 || h[0].Changes[0] != (record.Change{Field: "status", Old: "active", New: "inactive"}) {
			t.Errorf("history: %+v %v", h, err)
		}
		if h, err = record.History(ctx, tx, record.Ref{Kind: "client", ID: ids[0]}, 0, 10); err != nil || len(h) != 1 {
			t.Errorf("history of an unchanged client: %+v %v", h, err)
		}
		return nil
	})
	began = time.Now()
	act = d.undo("ada", act.ID)
	t.Logf("5,000 clients: changed in %v, undone in %v", took.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
	d.expect(act, "undone: 4800 changed, 200 unchanged, 0 refused, 4800 undone, 0 kept")
	if by := d.by("status"); by != "active 4800, inactive 200" {
		t.Errorf("undone %s", by)
	}
	if took > time.Minute {
		t.Errorf("%v for 5,000 clients", took)
	}
	if _, err := d.Undo(t.Context(), d.As("ada"), act.ID); !errs.Is(err, errs.Conflict) {
		t.Errorf("undone twice: %v", err)
	}
}

// TestSince: what somebody has changed meanwhile stays, and it is told who did.
func TestSince(t *testing.T) {
	d := newDesk(t)
	ids := d.clients("ada", 10, nil)
	act := d.do("ada", inactive, ids)
	d.expect(act, "done: 10 changed, 0 unchanged, 0 refused, 0 undone, 0 kept")
	edit := func(who string, id int64, change func(c *client.Client)) {
		dbtest.Update(t, d.World.DB, d.As(who), func(ctx context.Context, tx *db.Tx) error {
			var c client.Client
			return record.Edit(ctx, tx, &c, id, 0, func() error { change(&c); return nil })
		})
	}
	edit("max", ids[2], func(c *client.Client) { c.Status = "active" })
	edit("max", ids[3], func(c *client.Client) { c.Memo = "another field" })
	edit("max", ids[4], func(c *client.Client) { c.Status = "active" })
	edit("max", ids[4], func(c *client.Client) { c.Status = "inactive" }) // as the act left it
	act = d.undo("ada", act.ID)
	d.expect(act, "undone: 10 changed, 0 unchanged, 0 refused, 9 undone, 1 kept")
	if got := d.reasons("ada", act, bulk.Kept); got != "1 bulk.reason.since_by [Name max]" {
		t.Errorf("kept: %s", got)
	}
	if c := d.get(ids[3]); c.Status != "active" || c.Memo != "another field" {
		t.Errorf("the other field: %s %q", c.Status, c.Memo)
	}
	if c := d.get(ids[2]); c.Status != "active" {
		t.Errorf("changed since: %s", c.Status)
	}
}

// TestRights: rules hold for each record, and what somebody doesn't see is neither
// touched nor told.
func TestRights(t *testing.T) {
	d := newDesk(t)
	bob, ann := d.Users["bob"].ID, d.Users["ann"].ID
	mine := d.clients("ann", 3, nil)
	theirs := d.clients("bob", 2, nil)
	none := d.clients("ada", 1, func(_ int, c *client.Client) { c.AdvisorID, c.BranchID = 0, db.Ref(d.North.ID) })
	rival := clients(t, d.World.DB, d.As("zoe"), 2, nil)
	all := slices.Concat(mine, theirs, none, rival)

	reassign := bulk.Order{Kind: "client", What: bulk.Modify, Field: "advisor", Value: strconv.FormatInt(bob, 10)}
	p := d.preview("ann", reassign, list.Selection{IDs: all})
	if p.Total != 3 || p.Changed != 0 || p.Refused() != 3 || len(p.Reasons) != 1 || p.Reasons[0].Key != "client.error.reassign" || p.Reasons[0].Named[0].Name != "Client00000/Ann" {
		t.Errorf("an agent's preview: %+v", p)
	}
	act := d.do("ann", reassign, all)
	d.expect(act, "done: 0 changed, 0 unchanged, 3 refused, 0 undone, 0 kept")
	if got := d.reasons("ann", act, bulk.Refused); got != "3 client.error.reassign []" {
		t.Errorf("refused: %s", got)
	}
	if _, err := d.Undo(t.Context(), d.As("ann"), act.ID); !errs.Is(err, errs.Conflict) {
		t.Errorf("undoing nothing: %v", err)
	}

	// An assistant gives the client without advisor one, and takes none from anybody.
	act = d.do("sue", bulk.Order{Kind: "client", What: bulk.Modify, Field: "advisor", Value: strconv.FormatInt(ann, 10)}, all)
	if act.Changed != 1 || d.get(none[0]).AdvisorID != db.Ref(ann) {
		t.Errorf("an assistant's act: %s", counts(act))
	}
	act = d.undo("sue", act.ID) // putting back isn't re-assigning
	if act.Undone != 1 || d.get(none[0]).AdvisorID != 0 {
		t.Errorf("an assistant's undo: %s", counts(act))
	}

	// An administrator may give them away and take them back, though not those of
	// another agency.
	act = d.do("ada", reassign, all)
	d.expect(act, "done: 4 changed, 2 unchanged, 0 refused, 0 undone, 0 kept")
	d.expect(d.undo("ada", act.ID), "undone: 4 changed, 2 unchanged, 0 refused, 4 undone, 0 kept")
	if c := d.get(mine[0]); c.AdvisorID != db.Ref(ann) {
		t.Errorf("undone: %d", c.AdvisorID)
	}

	fails := func(who string, o bulk.Order, ids []int64, kind errs.Kind) {
		t.Helper()
		if _, err := d.Do(t.Context(), d.As(who), o, list.Selection{IDs: ids}); !errs.Is(err, kind) {
			t.Errorf("%s %+v: %v", who, o, err)
		}
	}
	fails("eva", inactive, all, errs.Forbidden)
	fails("joe", inactive, all, errs.Forbidden)
	fails("joe", bulk.Order{Kind: "client", What: bulk.Delete}, all, errs.Forbidden)
	fails("ann", inactive, rival, errs.Invalid) // nothing that she sees
	fails("ada", bulk.Order{Kind: "client", What: bulk.Modify, Field: "name", Value: "Same"}, all, errs.Invalid)
	fails("ada", bulk.Order{Kind: "client", What: bulk.Modify, Field: "status", Value: "sleeping"}, all, errs.Invalid)
	fails("ada", bulk.Order{Kind: "client", What: bulk.Modify, Field: "status", Op: bulk.Clear}, all, errs.Invalid)
	fails("ada", bulk.Order{Kind: "client", What: bulk.Modify, Field: "branch", Value: "999999"}, all, errs.Invalid)
	fails("ada", bulk.Order{Kind: "client", What: "paint"}, all, errs.Invalid)
	fails("ada", bulk.Order{Kind: "user", What: bulk.Modify, Field: "role", Value: "agent"}, all, errs.NotFound)

	// Acts are their maker's and the auditors'; only administrators undo those of others.
	act = d.do("ann", inactive, mine)
	for who, sees := range map[string]bool{"ann": true, "ada": true, "eva": true, "max": false, "bob": false, "zoe": false} {
		err := d.World.DB.View(t.Context(), d.As(who), func(tx *db.Tx) error { _, err := bulk.Get(t.Context(), tx, act.ID); return err })
		if (err == nil) != sees || (err != nil && !errs.Is(err, errs.NotFound)) {
			t.Errorf("%s looks at ann's act: %v", who, err)
		}
	}
	if _, err := d.Undo(t.Context(), d.As("eva"), act.ID); !errs.Is(err, errs.Forbidden) {
		t.Errorf("an auditor undoes: %v", err)
	}
	d.expect(d.undo("ada", act.ID), "undone: 3 changed, 0 unchanged, 0 refused, 3 undone, 0 kept")
}

// TestRules: each record goes through its own rules.
func TestRules(t *testing.T) {
	d := newDesk(t)
	prospects := d.clients("ada", 4, func(_ int, c *client.Client) { c.Classification = "prospect" })
	dbtest.Update(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &contact.Communication{OwnerKind: "client", OwnerID: prospects[1], Type: "phone", Value: "600 100 200"})
	})
	promote := bulk.Order{Kind: "client", What: bulk.Modify, Field: "classification", Value: "client"}
	act := d.do("ada", promote, prospects)
	d.expect(act, "done: 1 changed, 0 unchanged, 3 refused, 0 undone, 0 kept")
	if got := d.reasons("ada", act, bulk.Refused); got != "3 client.error.no_contact []" { // R065
		t.Errorf("refused: %s", got)
	}
	client.DemotionChecks = append(client.DemotionChecks, func(_ context.Context, _ *db.Tx, id int64) error {
		if id == prospects[1] {
			return errs.Bad("classification", "client.error.no_contact")
		}
		return nil
	})
	defer func() { client.DemotionChecks = nil }()
	act = d.undo("ada", act.ID) // R064 holds for undo too
	d.expect(act, "undone: 1 changed, 0 unchanged, 3 refused, 0 undone, 1 kept")

	// A branch that was chosen is taken back as none.
	act = d.do("ada", bulk.Order{Kind: "client", What: bulk.Modify, Field: "branch", Value: strconv.FormatInt(d.South.ID, 10)}, prospects)
	if act.Changed != 4 || d.get(prospects[0]).BranchID != db.Ref(d.South.ID) {
		t.Errorf("branch: %s", counts(act))
	}
	act = d.do("ada", bulk.Order{Kind: "client", What: bulk.Modify, Field: "branch", Op: bulk.Clear}, prospects)
	if act.Changed != 4 || d.get(prospects[0]).BranchID != 0 {
		t.Errorf("no branch: %s", counts(act))
	}
	d.undo("ada", act.ID)
	if d.get(prospects[0]).BranchID != db.Ref(d.South.ID) {
		t.Error("the branch didn't come back")
	}
}

// TestMatching: "all that match" is settled once, so that an act doesn't lose its own
// records by changing what they are found by.
func TestMatching(t *testing.T) {
	d := newDesk(t)
	d.clients("ada", 700, func(i int, c *client.Client) {
		if i%2 == 0 {
			c.Segment = "regular"
		}
	})
	sel := list.Selection{All: true, Query: list.Query{Filters: []list.Filter{{Key: "segment", Op: "any", Values: []string{"regular"}}}}}
	act, err := d.Do(t.Context(), d.As("ada"), bulk.Order{Kind: "client", What: bulk.Modify, Field: "segment", Value: "organiser"}, sel)
	if err != nil {
		t.Fatal(err)
	}
	d.expect(act, "done: 350 changed, 0 unchanged, 0 refused, 0 undone, 0 kept")
	if by := d.by("segment"); by != "organiser 350, temporary 350" {
		t.Error(by)
	}
	if q := act.Asked(); q == nil || len(q.Filters) != 1 || q.Filters[0].Key != "segment" {
		t.Errorf("asked: %+v", q)
	}
}

// TestForget: after thirty days the act with its counts stays, and nothing else.
func TestForget(t *testing.T) {
	d := newDesk(t)
	ids := d.clients("ada", 3, nil)
	act := d.do("ada", inactive, ids)
	rows := func() (n int64) {
		dbtest.View(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, "SELECT (SELECT count(*) FROM {bulk_row} r) + (SELECT count(*) FROM {bulk_part} p)", nil, &n)
		})
		return n
	}
	if err := d.Forget(t.Context()); err != nil || rows() != 4 {
		t.Errorf("too early: %d rows, %v", rows(), err)
	}
	now := d.World.DB.Now
	d.World.DB.Now = func() time.Time { return now().Add(31 * 24 * time.Hour) }
	if err := d.Forget(t.Context()); err != nil || rows() != 0 {
		t.Errorf("%d rows are left, %v", rows(), err)
	}
	if act = d.act("ada", act.ID); act.Changed != 3 || act.Undoable() {
		t.Errorf("%+v", act)
	}
}
