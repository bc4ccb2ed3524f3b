package list_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// A ranking is what pages of clients are compared by.
type ranking struct {
	key, status, city string
	born              bool
	id                int64
}

// crowd makes clients of few names, of whom some have one or two travelers born in a
// certain month, or one who travels for others, too.
func crowd(t *testing.T, w *dbtest.World) []ranking {
	var all []ranking
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		shared := int64(0)
		for i := range 120 {
			c := flow.NewClient{Client: client.Client{Name: fmt.Sprintf("Firma %c", 'a'+i*7%26), Kind: "corporate", Status: client.Statuses[i%2]}}
			city := [...]string{"Sopot", "Łódź", ""}[i/2%3]
			if city != "" {
				c.Addresses = []contact.Address{{Kind: "physical", City: city}}
			}
			for j := range i % 4 {
				birth := [...]date.Date{"1980-02-29", "1980-02-01", "1981-02-28"}[j]
				c.Travelers = append(c.Travelers, flow.NewTraveler{Traveler: traveler.Traveler{Family: "Lis", Given: "Ewa", BirthDate: birth}})
			}
			if err := flow.CreateClient(ctx, tx, &c); err != nil {
				return err
			}
			r := ranking{c.Client.NameKey, c.Client.Status, fold.Fold(city), i%4 > 0, c.Client.ID}
			switch {
			case i == 5:
				shared = c.Travelers[0].ID
			case i%12 == 0 && shared > 0: // of several clients
				r.born = true
				if err := record.Insert(ctx, tx, &client.Link{ClientID: r.id, TravelerID: shared}); err != nil {
					return err
				}
			}
			all = append(all, r)
		}
		return nil
	})
	return all
}

// TestRanked: the clients who have a certain traveler, are of a city, or one of these, come
// in their order, page by page, each once, whether the travelers are theirs alone, several
// or shared.
func TestRanked(t *testing.T) {
	w := dbtest.NewWorld(t)
	all := crowd(t, w)
	defer list.Wait(time.Minute)() // it is told what, not how soon
	born := list.Filter{Key: "traveler", Op: "has", Where: []list.Filter{{Key: "birth_date", Op: "between", Values: []string{"1980-02-01", "1980-02-29"}}}}
	sopot := list.Filter{Key: "city", Op: "is", Values: []string{"SOPOT"}}
	lodz := list.Filter{Key: "city", Op: "is", Values: []string{"Łódź"}}
	active := list.Filter{Key: "status", Op: "any", Values: client.Statuses[1:2]}
	named := list.Filter{Key: "name", Op: "starts", Values: []string{"firma b"}}
	ranked := 0
	for name, c := range map[string]struct {
		q     list.Query
		holds func(ranking) bool
	}{
		"born":             {list.Query{Filters: []list.Filter{born}}, func(r ranking) bool { return r.born }},
		"born and active":  {list.Query{Filters: []list.Filter{born, active}}, func(r ranking) bool { return r.born && r.status == client.Statuses[1] }},
		"born in sopot":    {list.Query{Filters: []list.Filter{sopot, born}}, func(r ranking) bool { return r.born && r.city == "sopot" }},
		"born or in sopot": {list.Query{Any: true, Filters: []list.Filter{sopot, born}}, func(r ranking) bool { return r.born || r.city == "sopot" }},
		"three ways": {list.Query{Any: true, Filters: []list.Filter{named, lodz, born}},
			func(r ranking) bool {
				return r.born || r.city == fold.Fold("Łódź") || strings.HasPrefix(r.key, "firma b")
			}},
		"in sopot":            {list.Query{Filters: []list.Filter{sopot}}, func(r ranking) bool { return r.city == "sopot" }},
		"active in sopot":     {list.Query{Filters: []list.Filter{active, sopot}}, func(r ranking) bool { return r.status == client.Statuses[1] && r.city == "sopot" }},
		"active":              {list.Query{Filters: []list.Filter{active}}, func(r ranking) bool { return r.status == client.Statuses[1] }},
		"in either of cities": {list.Query{Any: true, Filters: []list.Filter{sopot, lodz}}, func(r ranking) bool { return r.city != "" }},
	} {
		for few, walks := range map[int64][]int{10: {5, 12}, 40: {5, 2000}, 1000: {5, 12}} { // given up soon, or found to be far
			for _, sort := range []string{"name", "-name", "city", "-city"} {
				restore := list.Shorten(walks, few)
				q := c.q
				q.Sort, q.Limit = sort, 17
				var want []int64
				rows := slices.Clone(all)
				slices.SortFunc(rows, func(a, b ranking) int {
					byCity := 0
					if strings.HasSuffix(sort, "city") {
						byCity = strings.Compare(a.city, b.city)
					}
					return cmp.Or(byCity, strings.Compare(a.key, b.key), cmp.Compare(a.id, b.id))
				})
				if sort[0] == '-' {
					slices.Reverse(rows)
				}
				for _, r := range rows {
					if c.holds(r) {
						want = append(want, r.id)
					}
				}
				for range 2 { // the second time more is known
					var got []int64
					for q.Cursor = ""; ; {
						var p list.Page
						dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) (err error) {
							if p, err = client.List.Run(ctx, tx, q); err != nil {
								return err
							}
							at, err := list.Ranks(ctx, tx, &client.List, q)
							ranked += at + 1
							return err
						})
						for _, r := range p.Rows {
							got = append(got, r.ID)
						}
						if q.Cursor = p.Next; p.Next == "" {
							break
						}
					}
					if !slices.Equal(got, want) {
						t.Errorf("%s: walks %v, rare %d, %s: %d rows %v, want %d %v", name, walks, few, sort, len(got), got, len(want), want)
					}
				}
				restore()
			}
		}
	}
	if ranked == 0 {
		t.Error("no page was found by the ranks")
	}
}
