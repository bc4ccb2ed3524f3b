package flow_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestAudience: who is said to see and to change a client are those, and only those,
// whom the rules of the database let do so, whatever is shared with whom.
func TestAudience(t *testing.T) {
	w := dbtest.NewWorld(t)
	var clients []int64
	for i, who := range []string{"ann", "bob", "sue", "max", "ada", "ann"} {
		clients = append(clients, create(t, w, who, person(fmt.Sprintf("Seen%d", i), "By", "", "")))
	}
	names := []string{}
	for _, n := range w.Names() {
		if n != "zoe" { // of another agency
			names = append(names, n)
		}
	}
	r := rand.New(rand.NewPCG(7, 7))
	for round := range 12 {
		compareAudience(t, w, names, clients)
		share := &client.Share{UserID: w.Users[names[r.IntN(len(names))]].ID, CanEdit: r.IntN(2) == 0}
		if round%3 == 2 {
			share.AdvisorID = db.Ref(w.Users[[]string{"ann", "bob", "sue"}[r.IntN(3)]].ID)
		} else {
			share.ClientID = db.Ref(clients[r.IntN(len(clients))])
		}
		err := w.DB.Update(t.Context(), w.As("ada"), func(tx *db.Tx) error { return record.Insert(t.Context(), tx, share) })
		if err != nil && !errs.Is(err, errs.Conflict) && !errs.Is(err, errs.Invalid) {
			t.Fatal(err)
		}
	}
	compareAudience(t, w, names, clients)
	err := w.DB.View(t.Context(), w.As("zoe"), func(tx *db.Tx) error {
		_, err := flow.Audience(t.Context(), tx, clients[0])
		return err
	})
	if !errs.Is(err, errs.NotFound) {
		t.Errorf("another agency asks: %v", err)
	}
	dbtest.View(t, w.DB, w.As("joe"), func(ctx context.Context, tx *db.Tx) error { // an accountant sees no agency section
		list, err := flow.Audience(ctx, tx, clients[0])
		if len(list) != 0 {
			t.Errorf("joe is told of %d people", len(list))
		}
		return err
	})
}

func compareAudience(t *testing.T, w *dbtest.World, names []string, clients []int64) {
	t.Helper()
	for _, id := range clients {
		told := map[int64]string{}
		dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			list, err := flow.Audience(ctx, tx, id)
			for _, s := range list {
				told[s.User.ID] = fmt.Sprint("sees, edits ", s.Edit)
			}
			return err
		})
		for _, who := range names {
			is := ""
			dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
				err := record.Editable(ctx, tx, record.Ref{Kind: "client", ID: id})
				if errs.Is(err, errs.NotFound) {
					return nil
				}
				if err != nil && !errs.Is(err, errs.Forbidden) {
					return err
				}
				is = fmt.Sprint("sees, edits ", err == nil)
				return nil
			})
			if got := told[w.Users[who].ID]; got != is {
				t.Errorf("client %d and %s: told %q, is %q", id, who, got, is)
			}
		}
	}
}
