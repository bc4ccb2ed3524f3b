package flow_test

import (
	"context"
	"slices"
	"testing"

	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// TestSearchCompanions: who sees some clients only finds the people who travel with
// them by all that they are found by, and people whom no client has yet, if it was
// they who entered them; others find neither.
func TestSearchCompanions(t *testing.T) {
	w := dbtest.NewWorld(t)
	n := person("Kowalska", "Joanna", "", "")
	n.Travelers = append(n.Travelers, flow.NewTraveler{Traveler: traveler.Traveler{Family: "Żółć", Given: "Grażyna"},
		Communications: []contact.Communication{{Type: "phone", Value: "+34 600 200 300"}, {Type: "email", Value: "grazyna@example.com"}}})
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		if err := flow.CreateClient(ctx, tx, n); err != nil {
			return err
		}
		return flow.CreateTraveler(ctx, tx, &flow.NewTraveler{Traveler: traveler.Traveler{Family: "Lonely", Given: "Zoltan"}})
	})
	for _, c := range []struct {
		q, traveler string
		client      bool // the client is a hit, too
		alone       bool // no client has the traveler
	}{
		{"zolc", "Żółć/Grażyna", true, false}, {"grazyna zol", "Żółć/Grażyna", true, false}, {"azyn", "Żółć/Grażyna", true, false},
		{"zo", "Żółć/Grażyna", true, false},
		{"+34600200300", "Żółć/Grażyna", true, false}, {"+34 600 200", "Żółć/Grażyna", true, false}, {"600 200 300", "Żółć/Grażyna", true, false},
		{"zyna@example", "Żółć/Grażyna", true, false},
		{"lonely", "Lonely/Zoltan", false, true}, {"oltan lone", "Lonely/Zoltan", false, true},
		{"+34 600 200 301", "", false, false}, {"kowalska zolc", "", true, false},
	} {
		for _, who := range w.Names() {
			dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
				hits, err := flow.Search(ctx, tx, c.q, 10)
				if err != nil {
					return err
				}
				only, err := flow.SearchKind(ctx, tx, "traveler", c.q, 10)
				sees := who != "bob" && who != "zoe"
				if c.alone { // the assistants and managers of her branch neither
					sees = who == "ann" || tx.Actor.Scope == db.Agency && who != "zoe"
				}
				if c.q == "zo" && !sees || c.q == "zo" && tx.Actor.Scope != db.Own {
					return err // two letters: who sees more looks at beginnings of names
				}
				has := func(list []flow.Hit, kind, name string) bool {
					return slices.ContainsFunc(list, func(h flow.Hit) bool { return h.Kind == kind && h.Name == name })
				}
				if c.traveler != "" && (has(hits, "traveler", c.traveler) != sees || has(only, "traveler", c.traveler) != sees) {
					t.Errorf("%s searches %q and gets %v, travelers %v", who, c.q, hits, only)
				}
				if has(hits, "client", "Kowalska/Joanna") != (c.client && sees) || has(only, "client", "Kowalska/Joanna") {
					t.Errorf("%s searches %q and gets clients in %v, travelers %v", who, c.q, hits, only)
				}
				return err
			})
		}
	}
}
