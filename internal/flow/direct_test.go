package flow_test

import (
	"context"
	"testing"

	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
)

// TestSearchDirect: what is typed in full is found through its own index, whoever
// owns it, and the same is found as by its parts.
func TestSearchDirect(t *testing.T) {
	w := dbtest.NewWorld(t)
	n := person("Wiśniewska", "Anna", "+48 601 234 567", "anna.w@example.com")
	n.Travelers[0].Traveler.BirthDate = date.Date("1984-05-17")
	n.Client.Code = "WIS1"
	other := person("Nowak", "Piotr", "", "")
	other.Client.Name = "Nowak family"
	other.Communications = []contact.Communication{{Type: "phone", Value: "+48 22 555 01 02"}, {Type: "email", Value: "nowak@example.com"}}
	for _, n := range []*flow.NewClient{n, other} {
		dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) })
	}
	for _, c := range []struct {
		q, client string
		people    int // travelers found by themselves, without their client
	}{
		{"WIS1", "Wiśniewska/Anna", 1}, {"wis1", "Wiśniewska/Anna", 1},
		{"601 234 567", "Wiśniewska/Anna", 0}, {"+48601234567", "Wiśniewska/Anna", 0}, {"0048 601-234-567", "Wiśniewska/Anna", 0},
		{"234567", "Wiśniewska/Anna", 0},
		{"anna.w@example.com", "Wiśniewska/Anna", 1}, {"ANNA.W@exam", "Wiśniewska/Anna", 1}, {"na.w@example.com", "Wiśniewska/Anna", 1},
		{"17.05.1984", "Wiśniewska/Anna", 1}, {"1984-05-17", "Wiśniewska/Anna", 1},
		{"22 555 01 02", "Nowak family", 0}, {"nowak@example.com", "Nowak family", 0},
		{"anna wisniewska", "Wiśniewska/Anna", 1}, {"wisniewska an", "Wiśniewska/Anna", 1},
	} {
		for _, who := range w.Names() {
			dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
				hits, err := flow.Search(ctx, tx, c.q, 10)
				sees := who != "bob" && who != "zoe"
				if sees && (len(hits) == 0 || hits[0].Kind != "client" || hits[0].Name != c.client) || !sees && len(hits) > 0 {
					t.Errorf("%s searches %q and gets %v", who, c.q, hits)
				}
				kind, err2 := flow.SearchKind(ctx, tx, "traveler", c.q, 10)
				if sees && c.q != "WIS1" && c.q != "wis1" && len(kind) != c.people {
					t.Errorf("%s searches travelers for %q and gets %v", who, c.q, kind)
				}
				if err == nil {
					err = err2
				}
				return err
			})
		}
	}
}
