package flow_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// TestScan: {table.scan} has exactly the rows of {table}, each once, for everybody.
func TestScan(t *testing.T) {
	w := dbtest.NewWorld(t)
	mixed(t, w)
	for _, table := range flow.Tables {
		for _, name := range w.Names() {
			plain, scan := visible(t, w, name, "{"+table.Name+"}"), visible(t, w, name, "{"+table.Name+".scan}")
			if !slices.Equal(plain, scan) {
				t.Errorf("%s of %s: {%[1]s} has %v, {%[1]s.scan} has %v", table.Name, name, plain, scan)
			}
		}
	}
	if n := len(visible(t, w, "max", "{client.scan}")); n < 10 {
		t.Errorf("the manager sees %d clients, too few for a test", n)
	}
}

// mixed makes clients of every advisor, of no branch, shared alone, shared all
// together, shared twice over, deleted, and travelers without a client.
func mixed(t *testing.T, w *dbtest.World) {
	t.Helper()
	ann, bob := db.Ref(w.Users["ann"].ID), db.Ref(w.Users["bob"].ID)
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		for i := range 36 {
			n := person(fmt.Sprint("Kowalska", i), "Joanna", "", "")
			n.Client.BranchID = []db.Ref{db.Ref(w.North.ID), db.Ref(w.South.ID)}[i%2]
			n.Client.AdvisorID = []db.Ref{ann, bob, db.Ref(w.Users["max"].ID), db.Ref(w.Users["ada"].ID)}[i%4]
			if err := flow.CreateClient(ctx, tx, n); err != nil {
				return err
			}
			if i%5 == 0 && n.Client.AdvisorID != ann {
				if err := record.Insert(ctx, tx, &client.Share{ClientID: db.Ref(n.Client.ID), UserID: int64(ann), CanEdit: i%2 == 0}); err != nil {
					return err
				}
			}
			if i%9 == 0 {
				if err := flow.TrashClient(ctx, tx, n.Client.ID, 0); err != nil {
					return err
				}
			}
		}
		return record.Insert(ctx, tx, &client.Share{AdvisorID: bob, UserID: w.Users["max"].ID})
	})
	for _, name := range []string{"ann", "bob"} {
		dbtest.Update(t, w.DB, w.As(name), func(ctx context.Context, tx *db.Tx) error {
			return flow.CreateTraveler(ctx, tx, &flow.NewTraveler{Traveler: traveler.Traveler{Family: "Alone", Given: name}})
		})
	}
}

// visible returns the ids that a person gets from a brace, in order.
func visible(t *testing.T, w *dbtest.World, name, brace string) (ids []int64) {
	t.Helper()
	dbtest.View(t, w.DB, w.As(name), func(ctx context.Context, tx *db.Tx) error {
		return tx.Each(ctx, "SELECT x.id FROM "+brace+" x ORDER BY x.id", nil, func(rows db.Rows) error {
			var id int64
			err := rows.Scan(&id)
			ids = append(ids, id)
			return err
		})
	})
	return ids
}
