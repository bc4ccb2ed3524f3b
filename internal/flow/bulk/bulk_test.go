package bulk_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

func TestMain(m *testing.M) {
	if childMain() {
		return
	}
	dbtest.Main(m)
}

// desk is an agency in which acts are done.
type desk struct {
	*dbtest.World
	*bulk.Service
	t testing.TB
}

func newDesk(t testing.TB) *desk {
	w := dbtest.NewWorld(t)
	return &desk{World: w, Service: &bulk.Service{DB: w.DB}, t: t}
}

// clients makes n clients of a person; change may alter each.
func clients(t testing.TB, d *db.DB, a db.Actor, n int, change func(i int, c *client.Client)) (ids []int64) {
	t.Helper()
	dbtest.Update(t, d, a, func(ctx context.Context, tx *db.Tx) error {
		var all []*client.Client
		for i := range n {
			c := &client.Client{Kind: "personal", Name: fmt.Sprintf("Client%05d/Ann", i), Code: fmt.Sprintf("%d-%d-%d", tx.Now%1000000, a.UserID, i),
				AdvisorID: db.Ref(a.UserID), BranchID: db.Ref(a.BranchID), OwnerKind: "agent", Search: fmt.Sprintf("client%05d ann", i)}
			if change != nil {
				change(i, c)
			}
			all = append(all, c)
		}
		if err := record.InsertMany(ctx, tx, all); err != nil {
			return err
		}
		for _, c := range all {
			ids = append(ids, c.ID)
		}
		return nil
	})
	return ids
}

func (d *desk) clients(who string, n int, change func(i int, c *client.Client)) []int64 {
	d.t.Helper()
	return clients(d.t, d.World.DB, d.As(who), n, change)
}

// work runs the jobs until the act has ended.
func (d *desk) work(who string, id int64) *bulk.Act {
	d.t.Helper()
	r := jobs.New(d.World.DB, slog.New(slog.DiscardHandler))
	r.Poll = 5 * time.Millisecond
	d.Register(r)
	r.Start(context.Background())
	defer r.Stop(context.Background())
	return d.wait(who, id)
}

func (d *desk) wait(who string, id int64) *bulk.Act {
	d.t.Helper()
	for range 6000 {
		if a := d.act(who, id); !a.Busy() {
			return a
		}
		time.Sleep(5 * time.Millisecond)
	}
	d.t.Fatal("the act doesn't end")
	return nil
}

func (d *desk) act(who string, id int64) (a *bulk.Act) {
	d.t.Helper()
	dbtest.View(d.t, d.World.DB, d.As(who), func(ctx context.Context, tx *db.Tx) (err error) { a, err = bulk.Get(ctx, tx, id); return err })
	return a
}

// do does an order on ticked records, by a job where it is large.
func (d *desk) do(who string, o bulk.Order, ids []int64) *bulk.Act {
	d.t.Helper()
	a, err := d.Do(d.t.Context(), d.As(who), o, list.Selection{IDs: ids})
	if err != nil {
		d.t.Fatal(err)
	}
	if a.Busy() {
		a = d.work(who, a.ID)
	}
	return a
}

func (d *desk) undo(who string, id int64) *bulk.Act {
	d.t.Helper()
	a, err := d.Undo(d.t.Context(), d.As(who), id)
	if err != nil {
		d.t.Fatal(err)
	}
	if a.Busy() {
		a = d.work(who, a.ID)
	}
	return a
}

func (d *desk) preview(who string, o bulk.Order, sel list.Selection) *bulk.Preview {
	d.t.Helper()
	var p *bulk.Preview
	n, err := bulk.NounOf(o.Kind)
	if err != nil {
		d.t.Fatal(err)
	}
	dbtest.View(d.t, d.World.DB, d.As(who), func(ctx context.Context, tx *db.Tx) (err error) { p, err = n.Preview(ctx, tx, o, sel); return err })
	return p
}

// status counts the live clients of the agency by a column.
func (d *desk) by(column string) string {
	d.t.Helper()
	var out []string
	dbtest.View(d.t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return tx.Each(ctx, "SELECT CAST(coalesce(c."+column+", '') AS text), count(*) FROM {client} c GROUP BY c."+column+" ORDER BY 1", nil, func(rows db.Rows) error {
			var v string
			var n int64
			err := rows.Scan(&v, &n)
			out = append(out, fmt.Sprintf("%s %d", v, n))
			return err
		})
	})
	return strings.Join(out, ", ")
}

func (d *desk) get(id int64) (c client.Client) {
	d.t.Helper()
	dbtest.View(d.t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error { return record.GetAny(ctx, tx, &c, id) })
	return c
}

// counts is how an act ended.
func counts(a *bulk.Act) string {
	return fmt.Sprintf("%s: %d changed, %d unchanged, %d refused, %d undone, %d kept", a.State, a.Changed, a.Unchanged, a.Refused, a.Undone, a.Kept)
}

func (d *desk) expect(a *bulk.Act, want string) {
	d.t.Helper()
	if got := counts(a); got != want {
		d.t.Errorf("%s\nwant %s", got, want)
	}
	if done := a.Changed + a.Unchanged + a.Refused; a.State == bulk.Done && (done != a.Total || a.Position != a.Total) {
		d.t.Errorf("%d of %d records at %d", done, a.Total, a.Position)
	}
}

// reasons are those of refused or kept records, with how many.
func (d *desk) reasons(who string, a *bulk.Act, outcome string) string {
	d.t.Helper()
	var out []string
	dbtest.View(d.t, d.World.DB, d.As(who), func(ctx context.Context, tx *db.Tx) error {
		list, err := bulk.Reasons(ctx, tx, a, outcome)
		for _, r := range list {
			out = append(out, fmt.Sprintf("%d %s %v", r.Count, r.Key, r.Args))
		}
		return err
	})
	return strings.Join(out, "; ")
}

var inactive = bulk.Order{Kind: "client", What: bulk.Modify, Field: "status", Value: "inactive"}

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

// TestDelete deletes together what can be deleted, tells both counts (L05), and
// brings all of it back.
func TestDelete(t *testing.T) {
	d := newDesk(t)
	var ids []int64
	for i := range 6 {
		n := &flow.NewClient{Client: client.Client{Name: fmt.Sprintf("Lis%d/Ewa", i)}, Travelers: []flow.NewTraveler{{Traveler: traveler.Traveler{Family: fmt.Sprintf("Lis%d", i), Given: "Ewa"}}}}
		dbtest.Update(t, d.World.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) })
		ids = append(ids, n.Client.ID)
	}
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
	live := func(table string) (n int64) {
		dbtest.View(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, "SELECT count(*) FROM {"+table+"} x", nil, &n)
		})
		return n
	}
	if live("client") != 3 || live("traveler") != 2 {
		t.Errorf("%d clients and %d travelers are left", live("client"), live("traveler"))
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
	if live("client") != 5 || live("traveler") != 4 {
		t.Errorf("undone: %d clients and %d travelers", live("client"), live("traveler"))
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
