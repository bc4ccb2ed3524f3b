package flow_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// person is a one-person client as the form sends it.
func person(family, given, phone, mail string) *flow.NewClient {
	n := &flow.NewClient{Travelers: []flow.NewTraveler{{Traveler: traveler.Traveler{Family: family, Given: given}}}}
	if phone != "" {
		n.Communications = append(n.Communications, contact.Communication{Type: "phone", Value: phone})
	}
	if mail != "" {
		n.Travelers[0].Communications = []contact.Communication{{Type: "email", Value: mail}}
	}
	return n
}

func create(t *testing.T, w *dbtest.World, who string, n *flow.NewClient) int64 {
	t.Helper()
	dbtest.Update(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) })
	return n.Client.ID
}

// TestVisibility checks the exact set of clients that each person sees: in the
// list, its count, the search box, the history and the hints about duplicates.
func TestVisibility(t *testing.T) {
	w := dbtest.NewWorld(t)
	anns := create(t, w, "ann", person("Żółć", "Łukasz", "600 100 200", "lukasz@example.pl"))
	bobs := create(t, w, "bob", person("Żółć", "Anna", "600 100 201", ""))
	zoes := create(t, w, "zoe", person("Żółć", "Zoe", "600 100 200", ""))
	sees := map[string][]int64{"ada": {anns, bobs}, "max": {anns}, "sue": {anns}, "ann": {anns}, "bob": {bobs},
		"joe": {anns, bobs}, "eva": {anns, bobs}, "zoe": {zoes}}
	check := func() {
		t.Helper()
		for _, who := range w.Names() {
			want := fmt.Sprint(sorted(sees[who]))
			dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
				p, err := client.List.Run(ctx, tx, list.Query{})
				if err != nil {
					return err
				}
				var got []int64
				for _, r := range p.Rows {
					got = append(got, r.ID)
				}
				if s := fmt.Sprint(sorted(got)); s != want {
					t.Errorf("%s lists %s, want %s", who, s, want)
				}
				if n, err := client.List.Count(ctx, tx, list.Query{}, 100); err != nil || n != len(sees[who]) {
					t.Errorf("%s counts %d (%v), want %d", who, n, err, len(sees[who]))
				}
				hits, err := flow.Search(ctx, tx, "zolc", 10)
				if s := clientsOf(hits); err != nil || fmt.Sprint(s) != want {
					t.Errorf("%s finds %v (%v), want %s", who, s, err, want)
				}
				for _, id := range []int64{anns, bobs, zoes} {
					seen := contains(sees[who], id)
					if err := record.Get(ctx, tx, new(client.Client), id); (err == nil) != seen || (err != nil && !errs.Is(err, errs.NotFound)) {
						t.Errorf("%s reads %d: %v", who, id, err)
					}
					if h, err := record.History(ctx, tx, record.Ref{Kind: "client", ID: id}, 0, 50); err != nil || (len(h) > 0) != seen {
						t.Errorf("%s sees %d entries of %d (%v)", who, len(h), id, err)
					}
				}
				hints(t, ctx, tx, who, sees[who], anns)
				return nil
			})
		}
	}
	check()

	// A share opens one client, a share of all opens all of them; both end.
	share := &client.Share{ClientID: db.Ref(anns), UserID: w.Users["bob"].ID, CanEdit: true}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, share) })
	sees["bob"] = []int64{anns, bobs}
	check()
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return record.Delete(ctx, tx, new(client.Share), share.ID, 0)
	})
	all := &client.Share{AdvisorID: db.Ref(w.Users["bob"].ID), UserID: w.Users["ann"].ID}
	dbtest.Update(t, w.DB, w.As("bob"), func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, all) })
	sees["bob"], sees["ann"] = []int64{bobs}, []int64{anns, bobs}
	check()
	err := w.DB.Update(t.Context(), w.As("ann"), func(tx *db.Tx) error {
		var c client.Client
		return record.Edit(t.Context(), tx, &c, bobs, 0, func() error { c.Memo = "x"; return nil })
	})
	if !errs.Is(err, errs.Forbidden) {
		t.Errorf("ann, who may only look, edits bob's client: %v", err)
	}
}

// hints checks that duplicates are pointed out among visible clients only, and that
// twin, when it is one of them, is.
func hints(t *testing.T, ctx context.Context, tx *db.Tx, who string, visible []int64, twin int64) {
	t.Helper()
	twins, err := flow.Twins(ctx, tx, flow.Suspect{Name: "Zolc/Lukasz", Phones: []string{"+48600100200"}}, 10)
	if err != nil {
		t.Error(err)
	}
	var hinted []int64
	for _, tw := range twins {
		if tw.Kind == "client" {
			hinted = append(hinted, tw.ID)
		}
	}
	for _, id := range hinted {
		if !contains(visible, id) {
			t.Errorf("%s is told about %d", who, id)
		}
	}
	if contains(visible, twin) && !contains(hinted, twin) {
		t.Errorf("%s isn't told about %d", who, twin)
	}
}

func clientsOf(hits []flow.Hit) []int64 {
	var out []int64
	for _, h := range hits {
		if h.Kind == "client" {
			out = append(out, h.ID)
		}
	}
	return sorted(out)
}

func sorted(ids []int64) []int64 {
	out := append([]int64{}, ids...)
	for i := range out {
		for j := i + 1; j < len(out); j++ {
			if out[j] < out[i] {
				out[i], out[j] = out[j], out[i]
			}
		}
	}
	return out
}

func contains(ids []int64, id int64) bool {
	for _, x := range ids {
		if x == id {
			return true
		}
	}
	return false
}

// TestSearch finds one client by everything that people type.
func TestSearch(t *testing.T) {
	w := dbtest.NewWorld(t)
	n := person("Żółć-Kowalska", "Joanna Maria", "600-100-200", "Joanna.K@Example.com")
	n.Travelers[0].Traveler.BirthDate = "1980-03-12"
	id := create(t, w, "ann", n)
	create(t, w, "ann", person("Nowak", "Adam", "601 222 333", ""))
	for _, q := range []string{"zolc", "Żółć", "kowalska joanna", "joanna kowalska", "JOANNA", "maria", "kowal", "wals joan",
		"600 100 200", "+48600100200", "0048 600-100-200", "600100", "joanna.k@example.com", "joanna.k@", n.Client.Code, "12.3.1980", "1980-03-12", "zolc kowalska joanna maria"} {
		dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
			hits, err := flow.Search(ctx, tx, q, 5)
			if err != nil {
				return err
			}
			if len(hits) != 1 || hits[0].ID != id || hits[0].Kind != "client" {
				t.Errorf("%q finds %+v", q, hits)
			}
			return nil
		})
	}
	for _, q := range []string{"", "   ", "xyz", "kowalska adam", "602222333", "%", "_", `"`, "'", "*", "12.3.1981"} {
		dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
			hits, err := flow.Search(ctx, tx, q, 5)
			if err != nil || len(hits) != 0 {
				t.Errorf("%q finds %+v (%v)", q, hits, err)
			}
			return nil
		})
	}
}

// TestConflict: the second of two editors learns of both values and loses nothing.
func TestConflict(t *testing.T) {
	w := dbtest.NewWorld(t)
	id := create(t, w, "ann", person("Nowak", "Adam", "601 222 333", ""))
	edit := func(version int64, change func(*client.Client)) error {
		return w.DB.Update(t.Context(), w.As("ada"), func(tx *db.Tx) error {
			var c client.Client
			return record.Edit(t.Context(), tx, &c, id, version, func() error { change(&c); return nil })
		})
	}
	if err := edit(1, func(c *client.Client) { c.Memo, c.Contact = "first", "reception" }); err != nil {
		t.Fatal(err)
	}
	err := edit(1, func(c *client.Client) { c.Memo, c.Remarks = "second", "mine" })
	var e *errs.Error
	if !errs.Is(err, errs.Conflict) || !asErr(err, &e) {
		t.Fatalf("stale edit: %v", err)
	}
	want := []errs.Field{{Path: "memo", Key: "conflict.both", Mine: "second", Theirs: "first"},
		{Path: "remarks", Key: "conflict.mine", Mine: "mine", Theirs: ""}}
	if !reflect.DeepEqual(e.Fields, want) {
		t.Errorf("conflict %+v, want %+v", e.Fields, want)
	}
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		var c client.Client
		err := record.Get(ctx, tx, &c, id)
		if c.Memo != "first" || c.Remarks != "" || c.Version != 2 {
			t.Errorf("stored %q %q version %d", c.Memo, c.Remarks, c.Version)
		}
		return err
	})
}

func asErr(err error, e **errs.Error) bool {
	x, ok := err.(*errs.Error)
	*e = x
	return ok
}

// TestAdvisor: assigning and re-assigning follow the role (R097, R098, A10).
func TestAdvisor(t *testing.T) {
	w := dbtest.NewWorld(t)
	ann, bob := db.Ref(w.Users["ann"].ID), db.Ref(w.Users["bob"].ID)
	give := func(who string, id int64, to db.Ref) errs.Kind {
		err := w.DB.Update(t.Context(), w.As(who), func(tx *db.Tx) error {
			var c client.Client
			return record.Edit(t.Context(), tx, &c, id, 0, func() error { c.AdvisorID = to; return nil })
		})
		if err == nil {
			return -1
		}
		return errs.KindOf(err)
	}
	for _, tt := range []struct {
		who        string
		first      errs.Kind // give an unassigned client to ann
		second     errs.Kind // take it from ann and give it to bob
		unassigned bool
	}{{"ada", -1, -1, true}, {"max", -1, errs.Forbidden, true}, {"sue", -1, errs.Forbidden, true}} {
		n := person("Free", tt.who, "", "")
		dbtest.Update(t, w.DB, db.System(w.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
			n.Client.BranchID = db.Ref(w.North.ID)
			return flow.CreateClient(ctx, tx, n)
		})
		if got := give(tt.who, n.Client.ID, ann); got != tt.first {
			t.Errorf("%s assigns: %v, want %v", tt.who, got, tt.first)
		}
		if got := give(tt.who, n.Client.ID, bob); got != tt.second {
			t.Errorf("%s re-assigns: %v, want %v", tt.who, got, tt.second)
		}
	}
	mine := create(t, w, "ann", person("Mine", "Ann", "", ""))
	if got := give("ann", mine, bob); got != errs.Forbidden {
		t.Errorf("an agent gives away a client: %v", got)
	}
	if got := give("ada", mine, db.Ref(w.Users["joe"].ID)); got != errs.Invalid {
		t.Errorf("a person without clients becomes advisor: %v", got)
	}
}

// TestShareWithAdvisor: a client isn't shared with its own advisor, who would keep seeing
// it when another takes over.
func TestShareWithAdvisor(t *testing.T) {
	w := dbtest.NewWorld(t)
	id, bob := create(t, w, "ann", person("Żółć", "Łukasz", "600 100 200", "")), w.Users["bob"].ID
	share := func(who string, with int64) error {
		return w.DB.Update(t.Context(), w.As(who), func(tx *db.Tx) error {
			return record.Insert(t.Context(), tx, &client.Share{ClientID: db.Ref(id), UserID: with})
		})
	}
	for _, who := range []string{"ann", "ada"} {
		if err := share(who, w.Users["ann"].ID); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s shares a client of ann's with ann: %v", who, err)
		}
	}
	if err := share("ann", bob); err != nil {
		t.Fatal(err)
	}
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error { // a share that is there stays when bob takes over
		var c client.Client
		return record.Edit(ctx, tx, &c, id, 0, func() error { c.AdvisorID = db.Ref(bob); return nil })
	})
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		var list []client.Share
		if err := record.Select(ctx, tx, &list, "WHERE r.client_id = $1", id); err != nil || len(list) != 1 {
			t.Errorf("%+v, %v", list, err)
		}
		return record.Edit(ctx, tx, &list[0], list[0].ID, 0, func() error { list[0].CanEdit = true; return nil })
	})
}

// TestTrash: deleting takes the traveler along, restoring brings both back, and
// the search box forgets and remembers.
func TestTrash(t *testing.T) {
	w := dbtest.NewWorld(t)
	n := person("Trashed", "Tom", "600 100 200", "")
	id := create(t, w, "ann", n)
	count := func() (clients, travelers int) {
		dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
			hits, err := flow.Search(ctx, tx, "trashed", 5)
			if err != nil {
				return err
			}
			clients = len(hits)
			travelers, err = traveler.List.Count(ctx, tx, list.Query{}, 10)
			return err
		})
		return
	}
	if c, tr := count(); c != 1 || tr != 1 {
		t.Fatalf("before: %d %d", c, tr)
	}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return flow.TrashClient(ctx, tx, id, 0) })
	if c, tr := count(); c != 0 || tr != 0 {
		t.Errorf("in the trash: %d %d", c, tr)
	}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return flow.RestoreClient(ctx, tx, id) })
	if c, tr := count(); c != 1 || tr != 1 {
		t.Errorf("restored: %d %d", c, tr)
	}
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		h, err := record.History(ctx, tx, record.Ref{Kind: "client", ID: id}, 0, 50)
		var ops []string
		for _, e := range h {
			if e.Kind == "client" {
				ops = append(ops, e.Op)
			}
		}
		if want := []string{"restore", "delete", "create"}; !reflect.DeepEqual(ops, want) {
			t.Errorf("history %v, want %v", ops, want)
		}
		return err
	})
}
