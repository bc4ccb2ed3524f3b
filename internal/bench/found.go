package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/fold"
)

// shown is how many hits the box shows while somebody types.
const shown = 12

// mustFind are the searches whose hits are checked before anything is said of their
// speed, with what the name of each hit must hold and how one of them must begin; a
// phone instead names whose number it is.
var mustFind = []struct {
	typed string
	words []string
	best  string
	phone string
}{
	{typed: "kowalska joanna", words: []string{"kowalska", "joanna"}, best: "Kowalska/Joanna"},
	{typed: "joanna kowalska", words: []string{"kowalska", "joanna"}}, // somebody is called Joanna/Kowalska
	{typed: "zolc", words: []string{"zolc"}, best: "Żółć"},
	{typed: "600 100 200", phone: "+48600100200"},
	{typed: "+48600100200", phone: "+48600100200"},
}

// check holds that the search finds what it should: names in any order and without
// accents, a phone in both notations.
func (b *bencher) check(ctx context.Context) error {
	for _, m := range mustFind {
		var hits []flow.Hit
		err := b.d.View(ctx, b.admin, func(tx *db.Tx) (err error) {
			hits, err = flow.Search(ctx, tx, m.typed, shown)
			return err
		})
		switch {
		case err != nil:
		case len(hits) == 0:
			err = fmt.Errorf("nothing is found")
		case m.phone != "":
			err = b.reached(ctx, m.phone, hits)
		case !slices.ContainsFunc(hits, func(h flow.Hit) bool { return strings.HasPrefix(h.Name, m.best) }):
			err = fmt.Errorf("%s isn't among the hits: %v", m.best, hits)
		default:
			err = named(hits, m.words)
		}
		if err != nil {
			return fmt.Errorf("searching for %q: %w", m.typed, err)
		}
	}
	return nil
}

// named refuses hits that don't have all words in their name.
func named(hits []flow.Hit, words []string) error {
	for _, h := range hits {
		for _, w := range words {
			if !strings.Contains(fold.Fold(h.Name), w) {
				return fmt.Errorf("%s %d, %s, is no hit", h.Kind, h.ID, h.Name)
			}
		}
	}
	return nil
}

// reached refuses hits unless they are the clients that have a phone number, by
// themselves or through their travelers, and those travelers.
func (b *bencher) reached(ctx context.Context, norm string, hits []flow.Hit) error {
	var want []int64
	for _, q := range []string{
		"SELECT m.owner_id FROM communication m WHERE m.agency_id = $1 AND m.norm = $2 AND m.owner_kind = 'client'",
		`SELECT l.client_id FROM communication m JOIN client_traveler l ON l.agency_id = m.agency_id AND l.traveler_id = m.owner_id
			WHERE m.agency_id = $1 AND m.norm = $2 AND m.owner_kind = 'traveler'`,
	} {
		ids, err := b.column(ctx, q, b.set.Agency, norm)
		if err != nil {
			return err
		}
		want = append(want, ids...)
	}
	slices.Sort(want)
	want = slices.Compact(want)
	var got []int64
	for _, h := range hits {
		if h.Kind == "client" {
			got = append(got, h.ID)
		}
	}
	slices.Sort(got)
	if len(want) == 0 || len(want) <= shown && !slices.Equal(got, want) {
		return fmt.Errorf("clients %v are found, %v have the number", got, want)
	}
	return nil
}
