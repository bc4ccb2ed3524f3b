package traveler_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// persons creates travelers who stand alone and belong to who.
func persons(t *testing.T, w *dbtest.World, who string, names ...string) (ids []int64) {
	t.Helper()
	dbtest.Update(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
		for _, n := range names {
			p := &traveler.Traveler{Family: "Nowak", Given: n}
			if err := record.Insert(ctx, tx, p); err != nil {
				return err
			}
			ids = append(ids, p.ID)
		}
		return nil
	})
	return ids
}

// relate has other be code to id, and returns the error.
func relate(t *testing.T, w *dbtest.World, who string, id, other int64, code string) (*traveler.Relation, error) {
	t.Helper()
	r := &traveler.Relation{}
	err := w.DB.Update(t.Context(), w.As(who), func(tx *db.Tx) error {
		return traveler.Relate(t.Context(), tx, id, other, code, r)
	})
	return r, err
}

func must(t *testing.T, w *dbtest.World, id, other int64, code string) *traveler.Relation {
	t.Helper()
	r, err := relate(t, w, "ann", id, other, code)
	if err != nil {
		t.Fatalf("%d is %s of %d: %v", other, code, id, err)
	}
	return r
}

// kin is what a person's page lists: "given=code" in order.
func kin(t *testing.T, w *dbtest.World, who string, id int64) string {
	t.Helper()
	var out []string
	dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
		list, err := traveler.KinOf(ctx, tx, id)
		for _, k := range list {
			out = append(out, k.T.Given+"="+k.Is)
		}
		return err
	})
	slices.Sort(out)
	return strings.Join(out, " ")
}

// key is the first field that an error blames, with its message.
func key(err error) string {
	var e *errs.Error
	if !errors.As(err, &e) || len(e.Fields) == 0 {
		return fmt.Sprint(err)
	}
	return e.Fields[0].Path + " " + e.Fields[0].Key
}

// TestRelationIsSeenFromBothSides: what is added, changed or removed on one side is so
// on the other (R041, R042).
func TestRelationIsSeenFromBothSides(t *testing.T) {
	w := dbtest.NewWorld(t)
	p := persons(t, w, "ann", "Ewa", "Jan")
	r := must(t, w, p[0], p[1], "parent") // Jan is Ewa's father
	if a, b := kin(t, w, "ann", p[0]), kin(t, w, "ann", p[1]); a != "Jan=parent" || b != "Ewa=child" {
		t.Fatalf("Ewa has %q, Jan %q", a, b)
	}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		all, err := traveler.Kinships(ctx, tx)
		if err != nil {
			return err
		}
		var e traveler.Relation // from Jan's side: Ewa is his guardian
		return record.Edit(ctx, tx, &e, r.ID, r.Version, func() error { return e.Put(all, p[1], p[0], "guardian") })
	})
	if a, b := kin(t, w, "ann", p[0]), kin(t, w, "ann", p[1]); a != "Jan=ward" || b != "Ewa=guardian" {
		t.Fatalf("Ewa has %q, Jan %q", a, b)
	}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return record.Delete(ctx, tx, new(traveler.Relation), r.ID, 0)
	})
	if a, b := kin(t, w, "ann", p[0]), kin(t, w, "ann", p[1]); a+b != "" {
		t.Fatalf("Ewa has %q, Jan %q", a, b)
	}
	for _, id := range p { // both histories tell it
		dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
			h, err := record.History(ctx, tx, record.Ref{Kind: "traveler", ID: id}, 0, 20)
			var ops []string
			for _, e := range h {
				if e.Kind == "relation" {
					ops = append(ops, e.Op)
				}
			}
			if s := strings.Join(ops, " "); s != "delete edit create" {
				t.Errorf("history of %d: %s", id, s)
			}
			return err
		})
	}
}

// TestRefusedRelations: oneself, twice, and circles through any number of persons.
func TestRefusedRelations(t *testing.T) {
	w := dbtest.NewWorld(t)
	p := persons(t, w, "ann", "A", "B", "C", "D")
	must(t, w, p[0], p[1], "parent") // B is parent of A, C of B, D grandparent of C
	must(t, w, p[1], p[2], "parent")
	must(t, w, p[2], p[3], "grandparent")
	must(t, w, p[0], p[1], "manager")
	must(t, w, p[0], p[1], "emergency_contact")
	must(t, w, p[1], p[0], "emergency_contact")
	must(t, w, p[3], p[0], "sibling")
	for _, c := range []struct {
		id, other int64
		code      string
		want      string
	}{
		{p[0], p[0], "sibling", "traveler_id relation.error.self"},
		{p[0], p[1], "parent", "traveler_id relation.error.twice"},
		{p[1], p[0], "child", "traveler_id relation.error.twice"},
		{p[0], p[3], "sibling", "traveler_id relation.error.twice"},
		{p[1], p[0], "parent", "code relation.error.circle"},
		{p[2], p[0], "parent", "code relation.error.circle"},
		{p[3], p[0], "parent", "code relation.error.circle"},
		{p[3], p[1], "grandparent", "code relation.error.circle"},
		{p[1], p[0], "manager", "code relation.error.circle"},
		{p[0], p[2], "boss", "code relation.error.code"},
		{p[0], 9999, "friend", "traveler_id relation.error.person"},
	} {
		if _, err := relate(t, w, "ann", c.id, c.other, c.code); key(err) != c.want {
			t.Errorf("%d is %s of %d: %s, want %s", c.other, c.code, c.id, key(err), c.want)
		}
	}
	// A change can't close a circle either, nor can it take another person.
	r := must(t, w, p[2], p[0], "friend")
	for want, change := range map[string]func(r *traveler.Relation){
		"code relation.error.circle":         func(r *traveler.Relation) { r.A, r.B, r.AIs = p[0], p[2], "parent" },
		"traveler_id relation.error.persons": func(r *traveler.Relation) { r.A, r.B = p[3], p[2] },
	} {
		err := w.DB.Update(t.Context(), w.As("ann"), func(tx *db.Tx) error {
			var e traveler.Relation
			return record.Edit(t.Context(), tx, &e, r.ID, 0, func() error { change(&e); return nil })
		})
		if key(err) != want {
			t.Errorf("changed: %s, want %s", key(err), want)
		}
	}
}

// TestRelationsAreSeenWithBothPersons: who doesn't see the other person isn't told that
// there is somebody, in the list, the history and the filter.
func TestRelationsAreSeenWithBothPersons(t *testing.T) {
	w := dbtest.NewWorld(t)
	anns, bobs := persons(t, w, "ann", "Ewa"), persons(t, w, "bob", "Jan")
	if _, err := relate(t, w, "ann", anns[0], bobs[0], "spouse"); key(err) != "traveler_id relation.error.person" {
		t.Errorf("ann relates somebody whom she doesn't see: %v", err)
	}
	if _, err := relate(t, w, "eva", anns[0], bobs[0], "spouse"); !errs.Is(err, errs.Forbidden) {
		t.Errorf("the auditor relates: %v", err)
	}
	r, err := relate(t, w, "ada", anns[0], bobs[0], "spouse")
	if err != nil {
		t.Fatal(err)
	}
	for who, want := range map[string]string{"ada": "Jan=spouse", "eva": "Jan=spouse", "ann": ""} {
		if got := kin(t, w, who, anns[0]); got != want {
			t.Errorf("%s sees %q, want %q", who, got, want)
		}
		dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
			h, err := record.History(ctx, tx, record.Ref{Kind: "traveler", ID: anns[0]}, 0, 20)
			if told := slices.ContainsFunc(h, func(e record.Entry) bool { return e.Kind == "relation" }); told != (want != "") {
				t.Errorf("%s reads of the relation in the history: %v", who, told)
			}
			if err != nil {
				return err
			}
			q := list.Query{Filters: []list.Filter{{Key: "relation", Op: "has", Where: []list.Filter{{Key: "kind", Op: "any", Values: []string{"spouse"}}}}}}
			page, err := traveler.List.Run(ctx, tx, q)
			if err == nil && (len(page.Rows) > 0) != (want != "") {
				t.Errorf("%s finds %d with a spouse", who, len(page.Rows))
			}
			return err
		})
	}
	err = w.DB.Update(t.Context(), w.As("ann"), func(tx *db.Tx) error {
		return record.Delete(t.Context(), tx, new(traveler.Relation), r.ID, 0)
	})
	if !errs.Is(err, errs.NotFound) {
		t.Errorf("ann removes what she doesn't see: %v", err)
	}
}

// TestOwnKindsOfRelations: the agency adds kinds with an inverse and switches kinds off;
// what has them keeps them (W20).
func TestOwnKindsOfRelations(t *testing.T) {
	w := dbtest.NewWorld(t)
	p := persons(t, w, "ann", "Ewa", "Jan", "Ola")
	own := &traveler.RelationType{Name: "Host  family", InverseName: "Guest", Active: true}
	if err := w.DB.Update(t.Context(), w.As("ann"), func(tx *db.Tx) error { return record.Insert(t.Context(), tx, own) }); !errs.Is(err, errs.Forbidden) {
		t.Errorf("an agent adds a kind: %v", err)
	}
	ada := func(fn func(ctx context.Context, tx *db.Tx) error) {
		t.Helper()
		dbtest.Update(t, w.DB, w.As("ada"), fn)
	}
	ada(func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, own) })
	if own.Code != "own.host_family" || own.Inverse != "own.host_family.of" {
		t.Fatalf("codes %q and %q", own.Code, own.Inverse)
	}
	must(t, w, p[0], p[1], own.Code)
	if got := kin(t, w, "ann", p[1]); got != "Ewa=own.host_family.of" {
		t.Errorf("Jan has %q", got)
	}
	ada(func(ctx context.Context, tx *db.Tx) error {
		return record.Edit(ctx, tx, own, own.ID, 0, func() error { own.Name, own.Active = "Hosts", false; return nil })
	})
	if own.Code != "own.host_family" {
		t.Errorf("the code changed to %q", own.Code)
	}
	ada(func(ctx context.Context, tx *db.Tx) error { return traveler.SwitchKinship(ctx, tx, "cousin", false) })
	for _, code := range []string{own.Code, own.Inverse, "cousin"} {
		if _, err := relate(t, w, "ann", p[0], p[2], code); key(err) != "code relation.error.inactive" {
			t.Errorf("%s, switched off: %v", code, err)
		}
	}
	if got := kin(t, w, "ann", p[0]); got != "Jan="+own.Code {
		t.Errorf("what has it keeps it: %q", got)
	}
	ada(func(ctx context.Context, tx *db.Tx) error { return traveler.SwitchKinship(ctx, tx, "cousin", true) })
	must(t, w, p[0], p[2], "cousin")
	err := w.DB.Update(t.Context(), w.As("ada"), func(tx *db.Tx) error { return traveler.DropRelationType(t.Context(), tx, own.ID, 0) })
	if !errs.Is(err, errs.Conflict) {
		t.Errorf("a kind in use is removed: %v", err)
	}
}

// TestOwnKinshipNames: the name that a kind had before is free for another, the one that it
// has isn't.
func TestOwnKinshipNames(t *testing.T) {
	w := dbtest.NewWorld(t)
	first, second, twin := &traveler.RelationType{Name: "Host", InverseName: "Guest"}, &traveler.RelationType{Name: "Host", InverseName: "Visitor"}, &traveler.RelationType{Name: "landlord"}
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		if err := record.Insert(ctx, tx, first); err != nil {
			return err
		}
		if err := record.Edit(ctx, tx, first, first.ID, 0, func() error { first.Name = "Landlord"; return nil }); err != nil {
			return err
		}
		return record.Insert(ctx, tx, second)
	})
	if first.Code != "own.host" || second.Code != "own.host_2" || second.Inverse != "own.host_2.of" {
		t.Errorf("codes %q, %q, %q", first.Code, second.Code, second.Inverse)
	}
	if err := w.DB.Update(t.Context(), w.As("ada"), func(tx *db.Tx) error { return record.Insert(t.Context(), tx, twin) }); !errs.Is(err, errs.Conflict) {
		t.Errorf("a name twice: %v", err)
	}
}

// TestProposals: two children of one mother are siblings, until somebody says never.
func TestProposals(t *testing.T) {
	w := dbtest.NewWorld(t)
	p := persons(t, w, "ann", "Ewa", "Jan", "Mother", "Husband", "Grandma")
	must(t, w, p[0], p[2], "parent")
	must(t, w, p[1], p[2], "parent")
	must(t, w, p[2], p[3], "spouse")
	must(t, w, p[2], p[4], "parent")
	proposals := func(id int64) string {
		var out []string
		dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
			mine, err := traveler.KinOf(ctx, tx, id)
			if err != nil {
				return err
			}
			list, err := traveler.Proposals(ctx, tx, id, mine, "2026-11-22")
			for _, o := range list {
				out = append(out, o.T.Given+"="+strings.Join(o.Codes, "/")+" via "+o.Via.Given)
			}
			return err
		})
		slices.Sort(out)
		return strings.Join(out, ", ")
	}
	if got := proposals(p[0]); got != "Grandma=grandparent via Mother, Husband=parent/step_parent via Mother, Jan=sibling/half_sibling via Mother" {
		t.Errorf("for Ewa: %s", got)
	}
	if got := proposals(p[3]); got != "Ewa=child/step_child via Mother, Grandma=parent_in_law via Mother, Jan=child/step_child via Mother" {
		t.Errorf("for the husband: %s", got)
	}
	must(t, w, p[0], p[1], "sibling")
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return traveler.Refuse(ctx, tx, p[0], p[3], "parent", "step_parent")
	})
	if got := proposals(p[0]); got != "Grandma=grandparent via Mother" {
		t.Errorf("for Ewa: %s", got)
	}
	if got := proposals(p[3]); strings.Contains(got, "Ewa") || !strings.Contains(got, "Jan=child") {
		t.Errorf("the other side of what was turned down: %s", got)
	}
}

// TestSidesStayInStep adds, changes and removes at random, and compares both sides of
// every pair with a plain model after each act.
func TestSidesStayInStep(t *testing.T) {
	w := dbtest.NewWorld(t)
	p := persons(t, w, "ann", "A", "B", "C", "D", "E")
	rnd := rand.New(rand.NewPCG(7, 11))
	codes := traveler.RelationCodes
	var all []traveler.Kinship
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = traveler.Kinships(ctx, tx)
		return err
	})
	inverse := map[string]string{}
	for _, k := range all {
		inverse[k.Code], inverse[k.Inverse] = k.Inverse, k.Code
	}
	model := map[int64][3]string{} // relation -> persons and what the second is to the first
	added, refused := 0, 0
	for step := range 220 {
		i, j := rnd.IntN(len(p)), rnd.IntN(len(p))
		code := codes[rnd.IntN(len(codes))]
		name := func(n int) string { return string(rune('A' + n)) }
		switch {
		case step%3 != 2 || len(model) == 0:
			r, err := relate(t, w, "ann", p[i], p[j], code)
			if err != nil {
				if k := key(err); !strings.Contains(k, "relation.error.") {
					t.Fatal(err)
				}
				refused++
				break
			}
			added++
			model[r.ID] = [3]string{name(i), name(j), code}
		case rnd.IntN(2) == 0:
			for id, m := range model {
				err := w.DB.Update(t.Context(), w.As("ann"), func(tx *db.Tx) error {
					var e traveler.Relation // from the second one's side
					return record.Edit(t.Context(), tx, &e, id, 0, func() error {
						return e.Put(all, p[m[1][0]-'A'], p[m[0][0]-'A'], code)
					})
				})
				if err == nil {
					model[id] = [3]string{m[1], m[0], code}
				} else if !strings.Contains(key(err), "relation.error.") {
					t.Fatal(err)
				}
				break
			}
		default:
			for id := range model {
				dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
					return record.Delete(ctx, tx, new(traveler.Relation), id, 0)
				})
				delete(model, id)
				break
			}
		}
		for n := range p {
			var want []string
			for _, m := range model {
				if m[0] == name(n) {
					want = append(want, m[1]+"="+m[2])
				}
				if m[1] == name(n) {
					want = append(want, m[0]+"="+inverse[m[2]])
				}
			}
			slices.Sort(want)
			if got := kin(t, w, "ann", p[n]); got != strings.Join(want, " ") {
				t.Fatalf("step %d: %s has %q, want %q", step, name(n), got, want)
			}
		}
	}
	if added < 50 || refused < 10 {
		t.Errorf("%d added, %d refused: too few to prove anything", added, refused)
	}
}
