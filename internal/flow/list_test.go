package flow_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// crowd creates clients with many equal values, so that pages end in the middle
// of them.
func crowd(t *testing.T, w *dbtest.World, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		for range n {
			family := pick(r, "Nowak", "Żółć", "Łuk", "Ångström", "García", "Zając")
			c := person(family, pick(r, "Anna", "Ewa", "Jan"), pick(r, "", "600 100 200", "600 100 201"), "")
			c.Client.Kind = pick(r, client.Kinds...)
			c.Client.Name = family + "/" + c.Travelers[0].Traveler.Given
			c.Client.Segment = pick(r, client.Segments...)
			c.Client.Classification = pick(r, client.Classifications...)
			c.Client.Status = pick(r, client.Statuses...)
			c.Client.AdvisorID = db.Ref(pick(r, w.Users["ann"].ID, w.Users["bob"].ID))
			c.Client.BranchID = db.Ref(pick(r, w.North.ID, w.South.ID))
			c.Client.Language = pick(r, "", "pl", "de")
			c.Client.Anniversary = pick(r, "", date.Date("2001-06-12"), date.Date("--02-29"))
			c.Travelers[0].Traveler.BirthDate = pick(r, "", date.Date("1980-03-12"), date.Date("--02-29"), date.Date("1979-01-01"))
			c.Travelers[0].Traveler.Sex = pick(r, "", "M", "F", "X")
			if err := flow.CreateClient(ctx, tx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestPaging walks every sort of both lists, up and down, in small pages: each
// row comes exactly once, and going down is the reverse of going up.
func TestPaging(t *testing.T) {
	w := dbtest.NewWorld(t)
	const n = 61
	crowd(t, w, n)
	for _, def := range []*list.Def{&client.List, &traveler.List} {
		for _, f := range def.Fields {
			if f.Sort == "" {
				continue
			}
			up := walk(t, w, def, f.Key)
			down := walk(t, w, def, "-"+f.Key)
			if len(up) != n || len(down) != n {
				t.Errorf("%s by %s: %d rows up, %d down, want %d", def.Name, f.Key, len(up), len(down), n)
				continue
			}
			slices.Reverse(down)
			// For a choice, down reverses the values; within one of them names still ascend.
			if f.Kind != list.Choice && !slices.Equal(up, down) {
				t.Errorf("%s by %s: down isn't the reverse of up", def.Name, f.Key)
			}
			seen := map[int64]bool{}
			for _, id := range up {
				if seen[id] {
					t.Errorf("%s by %s: %d comes twice", def.Name, f.Key, id)
				}
				seen[id] = true
			}
		}
	}
}

func walk(t *testing.T, w *dbtest.World, def *list.Def, sort string) (ids []int64) {
	t.Helper()
	dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		q := list.Query{Sort: sort, Limit: 7, Lang: "pl"}
		for range 100 {
			p, err := def.Run(ctx, tx, q)
			if err != nil {
				return fmt.Errorf("%s by %s: %w", def.Name, sort, err)
			}
			for _, r := range p.Rows {
				ids = append(ids, r.ID)
			}
			if p.Next == "" {
				return nil
			}
			q.Cursor = p.Next
		}
		return fmt.Errorf("%s by %s doesn't end", def.Name, sort)
	})
	return ids
}

// TestFilters asks each kind of filter through its URL form, on both databases.
func TestFilters(t *testing.T) {
	w := dbtest.NewWorld(t)
	crowd(t, w, 40)
	count := func(def *list.Def, query string) int {
		t.Helper()
		v, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			f, err := def.Parse(v, w.As("ada"))
			if err != nil {
				return fmt.Errorf("%s: %w", query, err)
			}
			if again, err := def.Parse(def.Encode(f), w.As("ada")); err != nil || fmt.Sprint(again) != fmt.Sprint(f) {
				t.Errorf("%s: %v encodes to %v (%v)", query, f, again, err)
			}
			n, err = def.Count(ctx, tx, list.Query{Filters: f}, 1000)
			return err
		})
		return n
	}
	all := count(&client.List, "")
	sum := func(def *list.Def, queries ...string) (n int) {
		for _, q := range queries {
			n += count(def, q)
		}
		return n
	}
	for _, tt := range []struct {
		def  *list.Def
		what string
		got  int
		want int
	}{
		{&client.List, "kinds", sum(&client.List, "kind=personal", "kind=corporate"), all},
		{&client.List, "any of two", count(&client.List, "kind=personal&kind=corporate"), all},
		{&client.List, "none of one", sum(&client.List, "segment.none=regular", "segment=regular"), all},
		{&client.List, "blank and filled", sum(&client.List, "language.blank=1", "op.language=filled"), all},
		{&client.List, "is and not", sum(&client.List, "language.is=pl", "language.not=pl"), all},
		{&client.List, "advisor", sum(&client.List, fmt.Sprint("advisor=", w.Users["ann"].ID), fmt.Sprint("advisor=", w.Users["bob"].ID)), all},
		{&client.List, "name contains, folded", count(&client.List, "name=zolc"), count(&client.List, "name=%C5%BB%C3%93%C5%81%C4%86")},
		{&client.List, "name starts", sum(&client.List, "name.starts=nowak", "name.starts=zolc", "name.starts=luk", "name.starts=angstrom", "name.starts=garcia", "name.starts=zajac"), all},
		{&client.List, "op beside value", count(&client.List, "op.name=starts&name=now"), count(&client.List, "name.starts=now")},
		{&client.List, "wildcards are letters", sum(&client.List, "name=%25", "name=_", "name=*"), 0},
		{&client.List, "anniversary", sum(&client.List, "anniversary=2001-06-12", "anniversary=--02-29", "anniversary.blank=1"), all},
		{&client.List, "day and month", count(&client.List, "anniversary.md=02-29"), count(&client.List, "anniversary=--02-29")},
		{&client.List, "created", sum(&client.List, "created.after=2000-01-01", "created.before=2000-01-01"), all},
		{&client.List, "travelers", count(&client.List, "travelers.is=1"), all},
		{&traveler.List, "phone of the client isn't the traveler's", count(&traveler.List, "phone=600"), 0},
		{&traveler.List, "born between", count(&traveler.List, "birth_date.between=1979-01-01&birth_date.between=1980-12-31"), sum(&traveler.List, "birth_date=1979-01-01", "birth_date=1980-03-12")},
		{&traveler.List, "sexes", sum(&traveler.List, "sex=M", "sex=F", "sex=X", "sex.blank=1"), 40},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %s: %d, want %d", tt.def.Name, tt.what, tt.got, tt.want)
		}
	}
}

// TestExcludedType: clients of an excluded customer type appear only when asked
// for (R073).
func TestExcludedType(t *testing.T) {
	w := dbtest.NewWorld(t)
	house := &client.Type{Code: "H", Name: "House", Excluded: true, Active: true}
	n := person("Hidden", "Account", "", "")
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		if err := record.Insert(ctx, tx, house); err != nil {
			return err
		}
		n.Client.CustomerType = db.Ref(house.ID)
		return flow.CreateClient(ctx, tx, n)
	})
	for _, tt := range []struct {
		filters []list.Filter
		want    int
	}{{nil, 0}, {[]list.Filter{{Key: "customer_type", Op: "any", Values: []string{fmt.Sprint(house.ID)}}}, 1}} {
		dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			n, err := client.List.Count(ctx, tx, list.Query{Filters: tt.filters}, 10)
			if n != tt.want {
				t.Errorf("%v: %d, want %d", tt.filters, n, tt.want)
			}
			return err
		})
	}
}

// TestRefusedQueries: what isn't declared can't be asked for.
func TestRefusedQueries(t *testing.T) {
	w := dbtest.NewWorld(t)
	for _, q := range []list.Query{
		{Filters: []list.Filter{{Key: "search", Op: "is", Values: []string{"x"}}}},
		{Filters: []list.Filter{{Key: "name", Op: "regexp", Values: []string{"x"}}}},
		{Filters: []list.Filter{{Key: "kind", Op: "any", Values: []string{"' OR 1=1"}}}},
		{Filters: []list.Filter{{Key: "advisor", Op: "any", Values: []string{"1 OR 1=1"}}}},
		{Filters: []list.Filter{{Key: "name", Op: "contains"}}},
		{Sort: "memo"}, {Sort: "name;drop"}, {Cursor: "nonsense"}, {Columns: []string{"travel_policy"}},
	} {
		err := w.DB.View(t.Context(), w.As("ada"), func(tx *db.Tx) error {
			_, err := client.List.Run(t.Context(), tx, q)
			return err
		})
		if err == nil {
			t.Errorf("%+v was answered", q)
		}
	}
	// An accountant has no right to the agency section, so the source is no field.
	err := w.DB.View(t.Context(), w.As("joe"), func(tx *db.Tx) error {
		_, err := client.List.Run(t.Context(), tx, list.Query{Sort: "source_medium"})
		return err
	})
	if err == nil {
		t.Error("the accountant sorts by the source")
	}
}
