package view_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/view"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

type world struct {
	*dbtest.World
	t *testing.T
}

func newWorld(t *testing.T) *world { return &world{dbtest.NewWorld(t), t} }

// try runs fn as somebody and returns its error.
func (w *world) try(who string, fn func(ctx context.Context, tx *db.Tx) error) error {
	return w.DB.Update(w.t.Context(), w.As(who), func(tx *db.Tx) error { return fn(w.t.Context(), tx) })
}

func (w *world) do(who string, fn func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	if err := w.try(who, fn); err != nil {
		w.t.Fatalf("%s: %v", who, err)
	}
}

func (w *world) save(who string, v *view.View, pin bool) int64 {
	w.t.Helper()
	w.do(who, func(ctx context.Context, tx *db.Tx) error { return view.Save(ctx, tx, v, pin) })
	return v.ID
}

func vip() *view.View {
	v := &view.View{List: "client", Name: "VIP"}
	if err := v.Keep(list.Query{Filters: []list.Filter{{Key: "segment", Op: "any", Values: []string{"vip_incentive"}}}, Sort: "-created", Columns: []string{"name", "city"}}); err != nil {
		panic(err)
	}
	return v
}

// TestSharing asks who finds and who changes a view of each sharing.
func TestSharing(t *testing.T) {
	w := newWorld(t)
	north, south := db.Ref(w.North.ID), db.Ref(w.South.ID)
	for _, tt := range []struct {
		owner string
		s     agency.Sharing
		find  []string // beside the owner
		edit  []string
	}{
		{"max", agency.Sharing{}, nil, nil},
		{"ann", agency.Sharing{}, nil, nil},
		{"max", agency.Sharing{Share: agency.ForAll}, []string{"ada", "sue", "ann", "bob", "joe", "eva"}, []string{"ada"}},
		{"ada", agency.Sharing{Share: agency.ForRole, Role: agency.Agent}, []string{"max", "ann", "bob"}, []string{"max"}},
		{"ada", agency.Sharing{Share: agency.ForRole, Role: agency.Auditor}, []string{"max", "eva"}, []string{"max"}},
		{"ada", agency.Sharing{Share: agency.ForOffice, BranchID: north}, []string{"max", "sue", "ann", "joe", "eva"}, []string{"max"}},
		{"ada", agency.Sharing{Share: agency.ForOffice, BranchID: south}, []string{"max", "bob"}, []string{"max"}},
	} {
		v := vip()
		v.Sharing = tt.s
		id := w.save(tt.owner, v, false)
		name := fmt.Sprintf("%s's %+v", tt.owner, tt.s)
		for _, who := range w.Names() {
			finds := who == tt.owner || slices.Contains(tt.find, who)
			edits := who == tt.owner || slices.Contains(tt.edit, who)
			dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
				got, err := view.Get(ctx, tx, "client", id)
				if (err == nil) != finds || err != nil && !errs.Is(err, errs.NotFound) {
					t.Errorf("%s finds %s: %v, want %v", who, name, err, finds)
				}
				if err == nil && got.MayChange(tx.Actor) != edits {
					t.Errorf("%s may change %s by its own word: %v", who, name, !edits)
				}
				h, err := record.History(ctx, tx, record.Ref{Kind: "view", ID: id}, 0, 10)
				if err != nil || (len(h) > 0) != finds {
					t.Errorf("%s sees %d entries of the history of %s: %v", who, len(h), name, err)
				}
				return nil
			})
			err := w.try(who, func(ctx context.Context, tx *db.Tx) error {
				_, err := view.Update(ctx, tx, id, 0, func(v *view.View) error { v.Name += "x"; return nil })
				return err
			})
			if (err == nil) != edits {
				t.Errorf("%s changes %s: %v", who, name, err)
			}
		}
	}
}

// TestMayShare: agents keep views for themselves; nobody gives away what is another's.
func TestMayShare(t *testing.T) {
	w := newWorld(t)
	for _, who := range []string{"sue", "ann", "joe", "eva"} {
		v := vip()
		v.Share = agency.ForAll
		if err := w.try(who, func(ctx context.Context, tx *db.Tx) error { return view.Save(ctx, tx, v, false) }); !errs.Is(err, errs.Forbidden) {
			t.Errorf("%s shares: %v", who, err)
		}
		id := w.save(who, vip(), false)
		err := w.try(who, func(ctx context.Context, tx *db.Tx) error {
			_, err := view.Update(ctx, tx, id, 0, func(v *view.View) error { v.OwnerID = db.Ref(w.Users["ada"].ID); return nil })
			return err
		})
		if !errs.Is(err, errs.Forbidden) {
			t.Errorf("%s gives a view away: %v", who, err)
		}
	}
	// Who made a shared view and may not share any more can still take it back.
	v := vip()
	v.Share = agency.ForAll
	id := w.save("max", v, false)
	w.do("ada", func(ctx context.Context, tx *db.Tx) error {
		u := new(agency.User)
		return record.Edit(ctx, tx, u, w.Users["max"].ID, 0, func() error { u.Role = agency.Agent; return nil })
	})
	was := db.Actor{AgencyID: w.Agency.ID, UserID: w.Users["max"].ID, BranchID: w.North.ID, Rights: agency.RightsOf(agency.Agent)}
	err := w.DB.Update(t.Context(), was, func(tx *db.Tx) error {
		_, err := view.Update(t.Context(), tx, id, 0, func(v *view.View) error { v.Share = agency.Private; return nil })
		return err
	})
	if err != nil {
		t.Errorf("a former manager takes a view back: %v", err)
	}
	for _, bad := range []*view.View{
		{List: "client"}, {List: "nothing", Name: "x"}, {List: "client", Name: "x", Query: "{"}, {List: "client", Name: "x", Widths: "[]"},
		{List: "client", Name: "x", Sharing: agency.Sharing{Share: "world"}}, {List: "client", Name: "x", Sharing: agency.Sharing{Share: agency.ForRole, Role: "king"}},
		{List: "client", Name: "x", Sharing: agency.Sharing{Share: agency.ForOffice}}, {List: "client", Name: "x", Sharing: agency.Sharing{Share: agency.ForOffice, BranchID: 999999}},
	} {
		if err := w.try("ada", func(ctx context.Context, tx *db.Tx) error { return view.Save(ctx, tx, bad, false) }); !errs.Is(err, errs.Invalid) {
			t.Errorf("%+v is saved: %v", bad, err)
		}
	}
}

func (w *world) tabs(who string) (out []string) {
	w.t.Helper()
	dbtest.View(w.t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
		tabs, err := view.Tabs(ctx, tx, "client")
		for _, tab := range tabs {
			out = append(out, tab.Name)
		}
		return err
	})
	return out
}

func (w *world) wantTabs(who string, want ...string) {
	w.t.Helper()
	if got := w.tabs(who); !slices.Equal(got, want) {
		w.t.Errorf("%s has the tabs %q, want %q", who, got, want)
	}
}

// TestTabs pins, orders, shares, deletes and restores views.
func TestTabs(t *testing.T) {
	w := newWorld(t)
	named := func(who, name, share string, tab, pin bool) int64 {
		v := vip()
		v.Name, v.Share, v.Tab = name, share, tab
		return w.save(who, v, pin)
	}
	own := named("ann", "Own", "", false, true)
	all := named("max", "All", agency.ForAll, true, false)
	quiet := named("max", "Quiet", agency.ForAll, false, false)
	w.wantTabs("ann", "Own", "All")
	w.wantTabs("bob", "All")
	w.wantTabs("max", "All")
	pin := func(who string, id int64, on bool) {
		t.Helper()
		w.do(who, func(ctx context.Context, tx *db.Tx) error { return view.SetPin(ctx, tx, id, on) })
	}
	pin("ann", quiet, true)
	w.wantTabs("ann", "Own", "All", "Quiet")
	w.do("ann", func(ctx context.Context, tx *db.Tx) error { return view.Order(ctx, tx, "client", []int64{quiet, own}) })
	w.wantTabs("ann", "Quiet", "Own", "All")
	w.do("ann", func(ctx context.Context, tx *db.Tx) error { return view.Step(ctx, tx, all, -2) })
	w.wantTabs("ann", "All", "Quiet", "Own")
	w.do("ann", func(ctx context.Context, tx *db.Tx) error { return view.Step(ctx, tx, all, 99) })
	w.wantTabs("ann", "Quiet", "Own", "All")
	pin("bob", all, false)
	w.wantTabs("bob")
	pin("bob", all, true)
	w.wantTabs("bob", "All")
	if err := w.try("bob", func(ctx context.Context, tx *db.Tx) error { return view.SetPin(ctx, tx, own, true) }); !errs.Is(err, errs.NotFound) {
		t.Errorf("bob pins ann's view: %v", err)
	}

	// Deleted while it is pinned: it is gone from everybody's tabs, and whoever has its
	// address is told; restored, it is where it was.
	w.do("max", func(ctx context.Context, tx *db.Tx) error { return view.Delete(ctx, tx, all, 0) })
	w.wantTabs("ann", "Quiet", "Own")
	w.wantTabs("bob")
	told := map[string]string{"ann": "view.error.deleted", "bob": "view.error.deleted", "zoe": "view.error.missing"}
	for who, key := range told {
		dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
			_, err := view.Get(ctx, tx, "client", all)
			var e *errs.Error
			if !errs.Is(err, errs.NotFound) || !asError(err, &e) || e.Key != key {
				t.Errorf("%s is told %v, want %s", who, err, key)
			}
			return nil
		})
	}
	if err := w.try("ann", func(ctx context.Context, tx *db.Tx) error { _, err := view.Restore(ctx, tx, all); return err }); !errs.Is(err, errs.Forbidden) {
		t.Errorf("ann restores max's view: %v", err)
	}
	w.do("max", func(ctx context.Context, tx *db.Tx) error { _, err := view.Restore(ctx, tx, all); return err })
	w.wantTabs("ann", "Quiet", "Own", "All")

	// Not shared any more, it is nobody's tab but its owner's.
	w.do("max", func(ctx context.Context, tx *db.Tx) error {
		_, err := view.Update(ctx, tx, all, 0, func(v *view.View) error { v.Share = agency.Private; return nil })
		return err
	})
	w.wantTabs("ann", "Quiet", "Own")
	w.wantTabs("bob")

	// Views for agents aren't tabs of the manager who could change them.
	v := vip()
	v.Name, v.Share, v.Role, v.Tab = "Agents", agency.ForRole, agency.Agent, true
	w.save("ada", v, false)
	w.wantTabs("bob", "Agents")
	w.wantTabs("max")
}

func asError(err error, to **errs.Error) bool {
	e, ok := err.(*errs.Error)
	if ok {
		*to = e
	}
	return ok
}

// TestDefault: one's own default goes before that of the role, which only those who
// manage views set, and only for a view that the role finds.
func TestDefault(t *testing.T) {
	w := newWorld(t)
	own, all, hidden := w.save("ann", vip(), false), vip(), vip()
	all.Share = agency.ForAll
	w.save("max", all, false)
	w.save("max", hidden, false)
	opens := func(who string) (id int64) {
		dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
			v, ok, err := view.Default(ctx, tx, "client")
			if ok {
				id = v.ID
			}
			return err
		})
		return id
	}
	set := func(who string, id int64, role string, on bool) error {
		return w.try(who, func(ctx context.Context, tx *db.Tx) error { return view.SetDefault(ctx, tx, id, role, on) })
	}
	want := func(who string, id int64) {
		t.Helper()
		if got := opens(who); got != id {
			t.Errorf("the list of %s opens with %d, want %d", who, got, id)
		}
	}
	want("ann", 0)
	if err := set("ann", all.ID, agency.Agent, true); !errs.Is(err, errs.Forbidden) {
		t.Errorf("an agent sets the default of a role: %v", err)
	}
	if err := set("max", hidden.ID, agency.Agent, true); !errs.Is(err, errs.Invalid) {
		t.Errorf("a private view becomes the default of a role: %v", err)
	}
	if err := set("max", all.ID, agency.Agent, true); err != nil {
		t.Fatal(err)
	}
	want("ann", all.ID)
	want("bob", all.ID)
	want("sue", 0)
	if err := set("ann", own, "", true); err != nil {
		t.Fatal(err)
	}
	want("ann", own)
	want("bob", all.ID)
	if err := set("ann", own, "", false); err != nil {
		t.Fatal(err)
	}
	want("ann", all.ID)
	w.do("max", func(ctx context.Context, tx *db.Tx) error { return view.Delete(ctx, tx, all.ID, 0) })
	want("ann", 0)
}

// TestTwoEditors: of two people who change one view the second is told what the first
// did; saved as another view nothing is lost.
func TestTwoEditors(t *testing.T) {
	w := newWorld(t)
	v := vip()
	v.Share = agency.ForAll
	id := w.save("max", v, false)
	mine := list.Query{Filters: []list.Filter{{Key: "kind", Op: "any", Values: []string{"corporate"}}}}
	w.do("ada", func(ctx context.Context, tx *db.Tx) error {
		_, err := view.SaveQuery(ctx, tx, id, 1, list.Query{Sort: "city"}, "")
		return err
	})
	err := w.try("max", func(ctx context.Context, tx *db.Tx) error {
		_, err := view.SaveQuery(ctx, tx, id, 1, mine, "")
		return err
	})
	var e *errs.Error
	if !errs.Is(err, errs.Conflict) || !asError(err, &e) || len(e.Fields) != 1 || e.Fields[0].Path != "query" || e.Fields[0].Key != "conflict.both" {
		t.Fatalf("the second editor is told %v", err)
	}
	var copied *view.View
	w.do("max", func(ctx context.Context, tx *db.Tx) error {
		copied, err = view.Duplicate(ctx, tx, id, "Mine")
		if err != nil {
			return err
		}
		_, err = view.SaveQuery(ctx, tx, copied.ID, copied.Version, mine, `{"name":200}`)
		return err
	})
	dbtest.View(t, w.DB, w.As("max"), func(ctx context.Context, tx *db.Tx) error {
		for id, want := range map[int64]string{id: `{"sort":"city"}`, copied.ID: `{"filters":[{"key":"kind","op":"any","values":["corporate"]}]}`} {
			v, err := view.Get(ctx, tx, "client", id)
			if err != nil || v.Query != want {
				t.Errorf("view %d asks %s (%v), want %s", id, v.Query, err, want)
			}
		}
		h, err := record.History(ctx, tx, record.Ref{Kind: "view", ID: id}, 0, 10)
		if len(h) != 2 || h[0].Op != "edit" || int64(h[0].UserID) != w.Users["ada"].ID {
			t.Errorf("the history of the view: %+v", h)
		}
		return err
	})
}
