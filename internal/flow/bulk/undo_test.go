package bulk_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestUndoAsksForRights: who has lost the right to an act can't take it back either, and
// leaves that to those who have it.
func TestUndoAsksForRights(t *testing.T) {
	d := newDesk(t)
	d.person("max", func(u *agency.User) { u.Role = agency.Administrator }) // one must stay
	ids := d.clients("ada", 3, nil)
	to := func(who string) bulk.Order {
		return bulk.Order{Kind: "client", What: bulk.Modify, Field: "advisor", Value: strconv.FormatInt(d.Users[who].ID, 10)}
	}
	given := d.do("ada", to("bob"), ids)
	medium := d.do("ada", bulk.Order{Kind: "client", What: bulk.Modify, Field: "source_medium", Value: "fair"}, ids)
	gone := d.do("ada", bulk.Order{Kind: "client", What: bulk.Delete}, d.clients("ada", 1, nil))
	refused := func(act *bulk.Act) {
		t.Helper()
		if x, err := d.Undo(t.Context(), d.As("ada"), act.ID); !errs.Is(err, errs.Forbidden) {
			t.Errorf("undone: %v %v", err, x)
		}
	}
	be := func(role string) {
		d.person("ada", func(u *agency.User) { u.Role = role })
		dbtest.View(t, d.World.DB, db.System(d.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
			return record.Get(ctx, tx, d.Users["ada"], d.Users["ada"].ID)
		})
	}
	be(agency.Agent)
	refused(given) // nobody but administrators gives a client another advisor
	be(agency.Accountant)
	refused(gone)
	refused(medium)
	be(agency.Administrator)
	for _, act := range []*bulk.Act{given, medium, gone} {
		if act = d.undo("ada", act.ID); act.State != bulk.Undone || act.Undone != act.Changed {
			t.Error(counts(act))
		}
	}
	if c := d.get(ids[0]); int64(c.AdvisorID) != d.Users["ada"].ID {
		t.Errorf("the client is with %d", c.AdvisorID)
	}
}
