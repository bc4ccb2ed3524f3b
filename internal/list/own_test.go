package list_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// The agency's own fields (W21) are asked for like built-in ones: every kind, every
// operator, three roles of which each sees others of them.

// ownFields are one of each kind, and those that not everybody sees.
var ownFields = []field.Field{
	{Code: "words", Kind: field.Text}, {Code: "story", Kind: field.Long}, {Code: "size", Kind: field.Number}, {Code: "since", Kind: field.Date},
	{Code: "rank", Kind: field.Choice, Choices: "GOLD=Złoty\nIRON=Żelazny\n-OLD=Dawny"}, {Code: "likes", Kind: field.Several, Choices: "SKI=Narty\nSUN=Słońce\nSEA=Morze"},
	{Code: "sure", Kind: field.YesNo}, {Code: "site", Kind: field.Link},
	{Code: "inner", Kind: field.Text, ViewRoles: "administrator"}, {Code: "led", Kind: field.Number, ViewRoles: "manager", EditRoles: "manager"},
	{Code: "felt", Kind: field.Several, Choices: "A=a\nB=b", ViewRoles: "agent"},
}

// ownBag is a random value of each field, or none.
func ownBag(r *rand.Rand, today date.Date) record.Bag {
	long := strings.Repeat("zażółć gęślą ", 9) // longer than what lists sort by
	v := map[string]any{}
	put := func(code string, values ...any) {
		if x := pick(r, values...); x != nil {
			v[code] = x
		}
	}
	put("words", nil, "Łódź", "łodz", "Ångström", "100% sure_ly", `Back\slash`, long+"Anna", long+"ewa", "O’Brien")
	put("story", nil, "Jedna\ndwie linie", long+long+"koniec", "ÆTHER")
	put("size", nil, json.Number("0"), json.Number("-1.5"), json.Number("2.25"), json.Number("2.5"), json.Number("1000000"))
	put("since", nil, "1980-02-29", "2001-06-12", string(today), string(today.AddDays(-3)), string(today.AddDays(5)))
	put("rank", nil, "GOLD", "IRON")
	put("likes", nil, []string{"SKI"}, []string{"SUN", "SEA"}, []string{"SKI", "SUN", "SEA"})
	put("sure", nil, true, false)
	put("site", nil, "https://example.org/a", "https://example.org/"+strings.Repeat("path/", 30)+"Last")
	put("inner", nil, "x", "Plan B")
	put("led", nil, json.Number("2"), json.Number("2.25"))
	put("felt", nil, []string{"A"}, []string{"A", "B"})
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return record.Bag(raw)
}

// fillOwn defines the fields and gives clients and travelers values, as the program:
// each role sees others of the fields.
func fillOwn(t *testing.T, w *dbtest.World) {
	t.Helper()
	r, today := rand.New(rand.NewPCG(5, 9)), date.Of(w.DB.Now())
	dbtest.Update(t, w.DB, db.System(w.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
		for _, f := range ownFields {
			f.Name, f.Areas, f.Active = "Own "+f.Code, "client,traveler", true
			if err := record.Insert(ctx, tx, &f); err != nil {
				return fmt.Errorf("%s: %w", f.Code, err)
			}
		}
		var cs []client.Client
		var ts []traveler.Traveler
		if err := record.Select(ctx, tx, &cs, "ORDER BY r.id"); err != nil {
			return err
		}
		if err := record.Select(ctx, tx, &ts, "ORDER BY r.id"); err != nil {
			return err
		}
		for i := range cs {
			c := &cs[i]
			if err := record.Edit(ctx, tx, c, c.ID, 0, func() error { c.Fields = ownBag(r, today); return nil }); err != nil {
				return err
			}
		}
		for i := range ts {
			v := &ts[i]
			if err := record.Edit(ctx, tx, v, v.ID, 0, func() error { v.Fields = ownBag(r, today); return nil }); err != nil {
				return err
			}
		}
		return nil
	})
}

// knowOwn teaches the naive evaluation the own fields that somebody sees, and leaves of
// the built-in ones few, so that chance picks own ones often.
func (n *naive) knowOwn(t *testing.T, w *dbtest.World, who string, bags map[int64]record.Bag) (codes []string) {
	t.Helper()
	dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
		def, err := n.def.For(ctx, tx)
		if err != nil {
			return err
		}
		few := *def
		few.Fields = slices.DeleteFunc(slices.Clone(def.Fields), func(f list.Field) bool {
			return !list.IsOwn(f.Key) && !slices.Contains([]string{"name", "family", "status", "customer_type", "sex", "traveler", "client"}, f.Key)
		})
		n.def = &few
		return nil
	})
	for _, f := range n.def.Fields {
		code, own := strings.CutPrefix(f.Key, list.OwnPrefix)
		if !own {
			continue
		}
		codes = append(codes, code)
		for _, x := range n.rows {
			var vals []any
			switch v := bags[x.id].Values()[code].(type) {
			case nil:
			case bool:
				vals = []any{fmt.Sprint(v)}
			case []any:
				vals = v
			default:
				vals = []any{v}
			}
			x.values[f.Key] = vals
		}
	}
	return codes
}

// TestEveryOwnQuery is TestEveryQuery for the agency's own fields.
func TestEveryOwnQuery(t *testing.T) {
	defer list.Wait(time.Minute)()
	w := dbtest.NewWorld(t)
	fill(t, w, 40)
	fillOwn(t, w)
	bags := map[string]map[int64]record.Bag{"client": {}, "traveler": {}}
	dbtest.View(t, w.DB, db.System(w.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
		for kind, m := range bags {
			err := tx.Each(ctx, "SELECT r.id, r.fields FROM {"+kind+"} r", nil, func(rows db.Rows) error {
				var id int64
				var text string
				err := rows.Scan(&id, &text)
				m[id] = record.Bag(text)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	rounds := 160
	if testing.Short() || dbtest.OnPostgres() {
		rounds = 60
	}
	used := map[string]int{}
	hidden := map[string]string{"ada": "led felt", "ann": "inner led", "max": "inner felt"}
	for i, who := range []string{"ada", "ann", "max"} {
		clients, travelers := readAll(t, w, who)
		known := map[string][]string{} // of both, before either is asked: each is among what hangs on the other
		for _, n := range []*naive{clients, travelers} {
			known[n.def.Name] = n.knowOwn(t, w, who, bags[n.def.Name])
		}
		for _, n := range []*naive{clients, travelers} {
			plain, codes := map[string]*list.Def{"client": &client.List, "traveler": &traveler.List}[n.def.Name], known[n.def.Name]
			for _, f := range ownFields {
				if out := slices.Contains(strings.Fields(hidden[who]), f.Code); out == slices.Contains(codes, f.Code) {
					t.Fatalf("%s sees %s: %v", who, f.Code, !out)
				} else if out {
					refused(t, w, who, plain, list.OwnPrefix+f.Code)
				}
			}
			a := newAsker(t, w, who, uint64(i), 8, n)
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
		for _, n := range []*naive{clients, travelers} {
			for _, f := range n.def.Fields {
				for _, op := range f.Ops() {
					if list.IsOwn(f.Key) && i == 2 && rounds > 200 && used[n.def.Name+f.Key+op] == 0 {
						t.Errorf("%s: nothing asked %s %s", n.def.Name, f.Key, op)
					}
				}
			}
		}
	}
}

// refused asks for a field that somebody doesn't see: as a filter, a column, a sort.
func refused(t *testing.T, w *dbtest.World, who string, def *list.Def, key string) {
	t.Helper()
	for _, q := range []list.Query{{Filters: []list.Filter{{Key: key, Op: "filled"}}}, {Columns: []string{key}}, {Sort: key}} {
		dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
			if _, err := def.Run(ctx, tx, q); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s asks for %s: %v", who, key, err)
			}
			return nil
		})
	}
}
