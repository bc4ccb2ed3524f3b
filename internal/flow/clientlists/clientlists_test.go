package clientlists_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/clientlist"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/clientlists"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

type world struct {
	*dbtest.World
	t *testing.T
	n map[string]int64 // clients by name
}

// newWorld has clients of ann's (north) and bob's (south), VIP or regular, and one of a
// foreign agency.
func newWorld(t *testing.T) *world {
	w := &world{dbtest.NewWorld(t), t, map[string]int64{}}
	for _, c := range []struct{ who, name, segment string }{{"ann", "a1", "vip_incentive"}, {"ann", "a2", "regular"}, {"ann", "a3", "vip_incentive"},
		{"bob", "b1", "vip_incentive"}, {"bob", "b2", "regular"}, {"zoe", "z1", "vip_incentive"}} {
		n := &flow.NewClient{Client: client.Client{Segment: c.segment}, Travelers: []flow.NewTraveler{{Traveler: traveler.Traveler{Family: c.name}}}}
		w.do(c.who, func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) })
		w.n[c.name] = n.Client.ID
	}
	return w
}

func (w *world) try(who string, fn func(ctx context.Context, tx *db.Tx) error) error {
	return w.DB.Update(w.t.Context(), w.As(who), func(tx *db.Tx) error { return fn(w.t.Context(), tx) })
}

func (w *world) do(who string, fn func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	if err := w.try(who, fn); err != nil {
		w.t.Fatalf("%s: %v", who, err)
	}
}

func (w *world) ids(names ...string) (out []int64) {
	for _, n := range names {
		out = append(out, w.n[n])
	}
	return out
}

// make stores a list of a kind for everybody.
func (w *world) make(who string, l *clientlist.List, s *list.Selection) int64 {
	w.t.Helper()
	if l.Name == "" {
		l.Name = "List"
	}
	w.do(who, func(ctx context.Context, tx *db.Tx) error { _, err := clientlists.Create(ctx, tx, l, s); return err })
	return l.ID
}

func ticked(ids ...int64) *list.Selection { return &list.Selection{IDs: ids} }

func all(filters ...list.Filter) *list.Selection {
	return &list.Selection{All: true, Query: list.Query{Filters: filters}}
}

func is(key string, values ...string) list.Filter {
	return list.Filter{Key: key, Op: "any", Values: values}
}

func shared(kind string) *clientlist.List {
	return &clientlist.List{Kind: kind, Sharing: agency.Sharing{Share: agency.ForAll}}
}

// sees asks the clients under a filter by lists, and counts them.
func (w *world) sees(who string, q list.Query, want ...string) {
	w.t.Helper()
	dbtest.View(w.t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
		p, err := client.List.Run(ctx, tx, q)
		if err != nil {
			return err
		}
		var got []string
		for _, r := range p.Rows {
			for name, id := range w.n {
				if id == r.ID {
					got = append(got, name)
				}
			}
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			w.t.Errorf("%s sees %q, want %q", who, got, want)
		}
		n, err := client.List.Count(ctx, tx, q, 100)
		if n != len(want) {
			w.t.Errorf("%s counts %d, want %d", who, n, len(want))
		}
		return err
	})
}

func (w *world) in(who string, id int64, want ...string) {
	w.t.Helper()
	w.sees(who, clientlists.In(id), want...)
}

func value(id int64) string { return fmt.Sprint(id) }

// TestFixed: exact visible sets of a fixed list; members that a reader doesn't see
// neither show nor count.
func TestFixed(t *testing.T) {
	w := newWorld(t)
	id := w.make("ada", shared(clientlist.Fixed), ticked(w.ids("a1", "a2", "b1", "z1")...))
	w.in("ada", id, "a1", "a2", "b1")
	w.in("joe", id, "a1", "a2", "b1")
	w.in("max", id, "a1", "a2")
	w.in("ann", id, "a1", "a2")
	w.in("bob", id, "b1")
	out := list.Query{Filters: []list.Filter{{Key: "list", Op: "none", Values: []string{value(id)}}}}
	w.sees("ada", out, "a3", "b2")
	w.sees("bob", out, "b2")

	if err := w.try("bob", func(ctx context.Context, tx *db.Tx) error {
		_, err := clientlists.Add(ctx, tx, id, *ticked(w.n["b2"]))
		return err
	}); !errs.Is(err, errs.Forbidden) {
		t.Errorf("bob adds to ada's list: %v", err)
	}
	w.do("max", func(ctx context.Context, tx *db.Tx) error { // manages shared lists, sees the north
		done, err := clientlists.Add(ctx, tx, id, *all())
		if done.Changed != 1 || done.Chosen != 3 {
			t.Errorf("max adds %+v, want 1 of 3", done)
		}
		if err != nil {
			return err
		}
		done, err = clientlists.Remove(ctx, tx, id, *ticked(w.ids("a1", "b1")...))
		if done.Changed != 1 {
			t.Errorf("max removes %+v, want a1 alone", done)
		}
		return err
	})
	w.in("ada", id, "a2", "a3", "b1")
	dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		h, err := record.History(ctx, tx, record.Ref{Kind: "client_list", ID: id}, 0, 20)
		if len(h) < 2 || int64(h[0].UserID) != w.Users["max"].ID {
			t.Errorf("the history of the list: %+v", h)
		}
		return err
	})

	// A client in the trash leaves quietly and comes back with its place.
	w.do("bob", func(ctx context.Context, tx *db.Tx) error { return flow.TrashClient(ctx, tx, w.n["b1"], 0) })
	w.in("ada", id, "a2", "a3")
	w.do("bob", func(ctx context.Context, tx *db.Tx) error { return flow.RestoreClient(ctx, tx, w.n["b1"]) })
	w.in("ada", id, "a2", "a3", "b1")
	w.do("bob", func(ctx context.Context, tx *db.Tx) error { return flow.TrashClient(ctx, tx, w.n["b1"], 0) })
	w.do("ada", func(ctx context.Context, tx *db.Tx) error { return record.Purge(ctx, tx, "client", w.n["b1"]) })
	w.in("ada", id, "a2", "a3")
}

// TestPrivate: a list of one's own is found by nobody else, and nobody learns anything by
// leaving it out.
func TestPrivate(t *testing.T) {
	w := newWorld(t)
	// Ann has a list of her own, which nobody else finds; what isn't hers can't be put in.
	own := w.make("ann", &clientlist.List{Name: "Own", Kind: clientlist.Fixed}, ticked(w.ids("a1", "b1", "z1")...))
	w.in("ann", own, "a1")
	for _, who := range []string{"ada", "bob", "eva", "zoe"} {
		err := w.try(who, func(ctx context.Context, tx *db.Tx) error {
			_, err := client.List.Run(ctx, tx, clientlists.In(own))
			return err
		})
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("%s filters by ann's private list: %v", who, err)
		}
		err = w.try(who, func(ctx context.Context, tx *db.Tx) error {
			_, err := client.List.Run(ctx, tx, list.Query{Filters: []list.Filter{{Key: "list", Op: "none", Values: []string{value(own)}}}})
			return err
		})
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("%s sees everybody by excluding ann's private list: %v", who, err)
		}
		err = w.try(who, func(ctx context.Context, tx *db.Tx) error {
			_, err := clientlists.Add(ctx, tx, own, *ticked(w.n["a2"]))
			return err
		})
		if !errs.Is(err, errs.NotFound) {
			t.Errorf("%s adds to ann's private list: %v", who, err)
		}
	}
	if err := w.try("eva", func(ctx context.Context, tx *db.Tx) error {
		_, err := clientlists.Create(ctx, tx, &clientlist.List{Name: "x", Kind: clientlist.Fixed}, nil)
		return err
	}); !errs.Is(err, errs.Forbidden) {
		t.Errorf("an auditor makes a list: %v", err)
	}
}

// TestExcluded: who opens a list sees what was put there, of whatever customer type; a
// living list follows the usual rule (R073).
func TestExcluded(t *testing.T) {
	w := newWorld(t)
	house := &client.Type{Code: "H", Name: "House", Excluded: true, Active: true}
	w.do("ada", func(ctx context.Context, tx *db.Tx) error {
		if err := record.Insert(ctx, tx, house); err != nil {
			return err
		}
		c := new(client.Client)
		return record.Edit(ctx, tx, c, w.n["a1"], 0, func() error { c.CustomerType = db.Ref(house.ID); return nil })
	})
	w.in("ada", w.make("ada", shared(clientlist.Fixed), ticked(w.ids("a1", "a2")...)), "a1", "a2")
	w.in("ada", w.make("ada", shared(clientlist.Living), all(is("segment", "vip_incentive"))), "a3", "b1")
	w.in("ada", w.make("ada", shared(clientlist.Living), all(is("customer_type", value(house.ID)))), "a1")
}

// TestLiving: a list that follows its filter does so with the eyes of each reader.
func TestLiving(t *testing.T) {
	w := newWorld(t)
	vip := w.make("ada", shared(clientlist.Living), all(is("segment", "vip_incentive")))
	w.in("ada", vip, "a1", "a3", "b1")
	w.in("max", vip, "a1", "a3")
	w.in("bob", vip, "b1")
	w.do("bob", func(ctx context.Context, tx *db.Tx) error {
		c := new(client.Client)
		return record.Edit(ctx, tx, c, w.n["b2"], 0, func() error { c.Segment = "vip_incentive"; return nil })
	})
	w.in("bob", vip, "b1", "b2")
	w.sees("ada", list.Query{Filters: []list.Filter{{Key: "list", Op: "none", Values: []string{value(vip)}}}}, "a2")

	// A filter that a reader may not use isn't used for them, and isn't left out.
	inner := w.make("ada", shared(clientlist.Living), all(is("source_medium", "web_form")))
	err := w.try("joe", func(ctx context.Context, tx *db.Tx) error {
		_, err := clientlists.Count(ctx, tx, inner, 10)
		return err
	})
	if !errs.Is(err, errs.Invalid) {
		t.Errorf("an accountant asks a list by the source: %v", err)
	}
	for what, err := range map[string]error{
		"ticked": w.try("ada", func(ctx context.Context, tx *db.Tx) error {
			_, err := clientlists.Create(ctx, tx, shared(clientlist.Living), ticked(w.n["a1"]))
			return err
		}),
		"unknown field": w.try("ada", func(ctx context.Context, tx *db.Tx) error {
			l := shared(clientlist.Living)
			l.Name = "x"
			_, err := clientlists.Create(ctx, tx, l, all(is("shoe_size", "46")))
			return err
		}),
		"another kind": w.try("ada", func(ctx context.Context, tx *db.Tx) error {
			l := new(clientlist.List)
			return record.Edit(ctx, tx, l, vip, 0, func() error { l.Kind, l.Query = clientlist.Fixed, ""; return nil })
		}),
	} {
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := w.try("ada", func(ctx context.Context, tx *db.Tx) error {
		_, err := clientlists.Add(ctx, tx, vip, *ticked(w.n["a2"]))
		return err
	}); !errs.Is(err, errs.Conflict) {
		t.Errorf("a client is put into a living list: %v", err)
	}
}

// TestCombine makes lists of what two have in common or not, as each person sees them.
func TestCombine(t *testing.T) {
	w := newWorld(t)
	one := w.make("ada", shared(clientlist.Fixed), ticked(w.ids("a1", "a2", "b1")...))
	two := w.make("ada", shared(clientlist.Living), all(is("segment", "vip_incentive"))) // a1 a3 b1
	for _, tt := range []struct {
		who, way string
		lists    []int64
		want     []string
	}{
		{"ada", clientlists.Union, []int64{one, two}, []string{"a1", "a2", "a3", "b1"}},
		{"ada", clientlists.Intersection, []int64{one, two}, []string{"a1", "b1"}},
		{"ada", clientlists.Difference, []int64{one, two}, []string{"a2"}},
		{"ada", clientlists.Difference, []int64{two, one}, []string{"a3"}},
		{"ada", clientlists.Union, []int64{two}, []string{"a1", "a3", "b1"}},
		{"ann", clientlists.Union, []int64{one, two}, []string{"a1", "a2", "a3"}},
		{"bob", clientlists.Intersection, []int64{two, one}, []string{"b1"}},
	} {
		l := &clientlist.List{Name: tt.way}
		w.do(tt.who, func(ctx context.Context, tx *db.Tx) error {
			_, err := clientlists.Combine(ctx, tx, l, tt.way, tt.lists)
			return err
		})
		w.in(tt.who, l.ID, tt.want...)
	}
	private := w.make("bob", &clientlist.List{Kind: clientlist.Fixed}, nil)
	for _, bad := range []struct {
		way   string
		lists []int64
	}{{"half", []int64{one}}, {clientlists.Union, nil}, {clientlists.Union, []int64{one, private}}, {clientlists.Union, []int64{one, 99999}}} {
		err := w.try("ann", func(ctx context.Context, tx *db.Tx) error {
			_, err := clientlists.Combine(ctx, tx, &clientlist.List{Name: "x"}, bad.way, bad.lists)
			return err
		})
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
