package list_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// asker makes random queries whose values come from the rows themselves.
type asker struct {
	r       *rand.Rand
	n       *naive
	options func(def *list.Def, key string) []string
	actor   db.Actor
}

func (a *asker) filter(def *list.Def, rows []*thing, depth int) (list.Filter, bool) {
	r := a.r
	f := pick(r, def.Visible(a.actor)...)
	if f.Expand != nil { // what follows a filter of its own is tested where that is kept
		return list.Filter{}, false
	}
	flt := list.Filter{Key: f.Key, Op: pick(r, f.Ops()...)}
	if f.Kind == list.Area {
		if depth >= 2 {
			return flt, false
		}
		if flt.Op != "has" && flt.Op != "none" {
			flt.Values = []string{strconv.Itoa(r.IntN(4))}
		}
		var under []*thing
		for _, x := range rows {
			under = append(under, x.areas[f.Key]...)
		}
		for range r.IntN(3) {
			if w, ok := a.filter(f.Area.Def, under, depth+1); ok {
				flt.Where = append(flt.Where, w)
			}
		}
		return flt, true
	}
	if list.Valueless(flt.Op) {
		return flt, true
	}
	count := 1 + r.IntN(2)
	if flt.Op == "between" {
		count = 2
	} else if f.Kind != list.Text && f.Kind != list.Choice {
		count = 1
	}
	for range count {
		v, ok := a.value(def, f, flt.Op, rows)
		if !ok {
			return flt, false
		}
		flt.Values = append(flt.Values, v)
	}
	slices.Sort(flt.Values)
	return flt, true
}

// value takes a value of some row, or a part of one.
func (a *asker) value(def *list.Def, f list.Field, op string, rows []*thing) (string, bool) {
	r := a.r
	switch {
	case op == "last" || op == "next" || op == "due" || op == "nth":
		return pick(r, "0", "1", "5", "10", "25", "40", "300"), true
	case op == "inmonth":
		return strconv.Itoa(1 + r.IntN(12)), true
	case op == "md":
		return pick(r, "02-29", "06-12", "12-31", a.n.today.MonthDay()), true
	case f.Kind == list.Date || f.Kind == list.Stamp:
		return string(pick(r, "1980-02-29", "2001-06-12", a.n.today, a.n.today.AddDays(-3), "1955-03-01")), true
	case f.Scale > 0:
		return pick(r, "0", "-1.5", "2", "2.25", "2,5", "1000000"), true
	case f.Kind == list.Number:
		return strconv.Itoa(r.IntN(4)), true
	case f.Kind == list.Bool:
		return pick(r, "true", "false"), true
	case f.Kind == list.Choice:
		o := a.options(def, f.Key)
		if len(o) == 0 {
			return "", false
		}
		return pick(r, o...), true
	}
	if len(rows) == 0 {
		return "kow", true
	}
	v := pick(r, rows...).values[f.Key]
	if v == nil {
		v = "" // the naive evaluation will say that it doesn't know the field
	}
	if l, ok := v.([]any); ok {
		if len(l) == 0 {
			return "600", true
		}
		v = pick(r, l...)
	}
	s := []rune(v.(string))
	if len(s) == 0 {
		return pick(r, "x", "%", "_", `\`, "100%"), true
	}
	if op == "starts" {
		s = s[:1+r.IntN(len(s))]
	} else if op == "contains" {
		i := r.IntN(len(s))
		s = s[i:min(i+1+r.IntN(len(s)-i), i+60)] // more words than that are refused
	}
	out := strings.TrimSpace(string(s))
	if r.IntN(3) == 0 && (f.Folded || f.Loose) {
		out = strings.ToUpper(out)
	}
	return out, strings.Trim(out, " '’-‘`") != ""
}

func (a *asker) query(def *list.Def, rows []*thing) list.Query {
	q := list.Query{Any: a.r.IntN(4) == 0, Limit: 1 + a.r.IntN(40), Lang: "pl", Zone: a.n.zone}
	some := func(n int) (out []list.Filter) {
		for range n {
			if f, ok := a.filter(def, rows, 0); ok {
				out = append(out, f)
			}
		}
		return out
	}
	q.Filters = some(a.r.IntN(3))
	for range a.r.IntN(3) {
		if g := some(1 + a.r.IntN(3)); len(g) > 0 {
			q.Groups = append(q.Groups, list.Group{Any: a.r.IntN(2) == 0, Filters: g})
		}
	}
	var sorts []string
	for range a.r.IntN(3) {
		if f := pick(a.r, def.Visible(a.actor)...); f.Sort != "" {
			sorts = append(sorts, pick(a.r, "", "-")+f.Key)
		}
	}
	q.Sort = strings.Join(sorts, ",")
	return q
}

// newAsker asks about n as a person, the same each time for the same seeds.
func newAsker(t *testing.T, w *dbtest.World, who string, seed1, seed2 uint64, n *naive) *asker {
	known := map[string][]string{}
	return &asker{r: rand.New(rand.NewPCG(seed1, seed2)), n: n, actor: w.As(who), options: func(def *list.Def, key string) (out []string) {
		if o, ok := known[def.Name+key]; ok {
			return o
		}
		defer func() { known[def.Name+key] = out }()
		dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
			opts, err := def.Options(ctx, tx, key, "pl")
			for _, o := range opts {
				out = append(out, o.Value)
			}
			return err
		})
		return out
	}}
}

// TestEveryQuery asks random queries, of every operator of every field and brackets of
// them, as three people, and compares the rows with a naive evaluation in Go. The walks
// are made so short that both ways of finding rows are gone.
func TestEveryQuery(t *testing.T) {
	defer list.Wait(time.Minute)()
	w := dbtest.NewWorld(t)
	fill(t, w, 90)
	rounds := 480
	if testing.Short() || dbtest.OnPostgres() {
		rounds = 120
	}
	used := map[string]int{}
	for i, who := range []string{"ada", "ann", "max"} {
		clients, travelers := readAll(t, w, who)
		for _, n := range []*naive{clients, travelers} {
			a := newAsker(t, w, who, uint64(i), 3, n)
			house := houses(t, w, who)
			for round := range rounds {
				undo := func() {}
				if round%4 > 0 {
					undo = list.Shorten([]int{5, 30}, 10)
				}
				compare(t, w, who, n, a.query(n.def, n.rows), house, used)
				if undo(); t.Failed() {
					return
				}
			}
		}
	}
	for _, def := range []*list.Def{&client.List, &traveler.List, &contact.CommunicationList, &contact.AddressList} {
		for _, f := range def.Fields {
			for _, op := range list.Ops[f.Kind] {
				if f.Expand == nil && used[def.Name+f.Key+op] == 0 && rounds > 200 {
					t.Errorf("%s: nothing asked %s %s", def.Name, f.Key, op)
				}
			}
		}
	}
}

func note(used map[string]int, def *list.Def, filters []list.Filter) {
	for _, f := range filters {
		used[def.Name+f.Key+f.Op]++
		i := slices.IndexFunc(def.Fields, func(x list.Field) bool { return x.Key == f.Key })
		if a := def.Fields[i].Area; a != nil {
			note(used, a.Def, f.Where)
		}
	}
}

func compare(t *testing.T, w *dbtest.World, who string, n *naive, q list.Query, house []int64, used map[string]int) {
	t.Helper()
	raw, _ := json.Marshal(q)
	note(used, n.def, q.Filters)
	for _, g := range q.Groups {
		note(used, n.def, g.Filters)
	}
	var want []int64
	asked := slices.ContainsFunc(append(slices.Clone(q.Filters), flat(q.Groups)...), func(f list.Filter) bool { return f.Key == n.def.ImplicitUnless })
	for _, r := range n.rows {
		if n.matches(r, &q) && (asked || n.def.Name != "client" || !slices.Contains(house, r.id)) {
			want = append(want, r.id)
		}
	}
	slices.Sort(want)
	back, err := n.def.ParseQuery(n.def.EncodeQuery(q), w.As(who))
	if err != nil {
		t.Fatalf("%s: the URL can't be read back: %v", raw, err)
	}
	back.Limit, back.Lang, back.Zone = q.Limit, q.Lang, q.Zone
	dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
		var got []int64
		count, err := n.def.Count(ctx, tx, back, 1000)
		if err != nil {
			return fmt.Errorf("%s %s: counting: %w", who, raw, err)
		}
		for range len(n.rows) + 2 {
			p, err := n.def.Run(ctx, tx, back)
			if err != nil {
				return fmt.Errorf("%s %s: %w", who, raw, err)
			}
			for _, r := range p.Rows {
				got = append(got, r.ID)
			}
			if back.Cursor = p.Next; p.Next == "" {
				break
			}
		}
		var streamed []int64
		if err := n.def.Each(ctx, tx, q, func(r list.Row) error { streamed = append(streamed, r.ID); return nil }); err != nil {
			return fmt.Errorf("%s %s: streaming: %w", who, raw, err)
		}
		if !slices.Equal(got, streamed) {
			t.Errorf("%s %s %s: the pages have other rows or another order than the stream:\n%v\n%v", n.def.Name, who, raw, got, streamed)
		}
		slices.Sort(got)
		ids, err := n.def.IDs(ctx, tx, q, 1000)
		slices.Sort(ids)
		if !slices.Equal(got, want) || count != len(want) || !slices.Equal(ids, want) {
			t.Errorf("%s %s %s:\ngot  %v\nids  %v\nwant %v\ncount %d", n.def.Name, who, raw, got, ids, want, count)
		}
		if _, err := n.def.Describe(ctx, tx, q, "de"); err != nil {
			t.Errorf("%s: no words: %v", raw, err)
		}
		return err
	})
}

func flat(groups []list.Group) (out []list.Filter) {
	for _, g := range groups {
		out = append(out, g.Filters...)
	}
	return out
}

// houses are the clients of an excluded customer type (R073).
func houses(t *testing.T, w *dbtest.World, who string) (ids []int64) {
	dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
		return tx.Each(ctx, "SELECT c.id FROM {client} c JOIN {customer_type} y ON y.id = c.customer_type_id WHERE y.excluded", nil, func(rows db.Rows) error {
			var id int64
			err := rows.Scan(&id)
			ids = append(ids, id)
			return err
		})
	})
	return ids
}
