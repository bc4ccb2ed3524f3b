package bulk_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
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

// by counts the live clients of the agency by a column.
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

// live counts the live rows of a table.
func (d *desk) live(table string) (n int64) {
	d.t.Helper()
	dbtest.View(d.t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, "SELECT count(*) FROM {"+table+"} x", nil, &n)
	})
	return n
}
