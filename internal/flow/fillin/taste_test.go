package fillin_test

import (
	"context"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/fillin"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// TestSaid: the same choice is the same text, and nothing that is typed gets lost.
func TestSaid(t *testing.T) {
	for _, c := range [][3]string{
		{"bed", "TWIN,KING,,TWIN", "KING,TWIN"},
		{"diet", "PEANUTS:allergy, VEGAN", "PEANUTS:allergy,VEGAN:preference"},
		{"home_airport", "WAW,  KRK ,WAW", "WAW,KRK"},
		{"diet_note", " no fish, please\r\nand no cats: really ", "no fish, please\nand no cats: really"},
		{"diet_note", "  ", ""},
	} {
		if got := fillin.Say(fillin.SaidOf(c[0], c[1])); got != c[2] {
			t.Errorf("%s of %q is %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

// known stores what the agency knows of the traveler's taste.
func (w *world) known(prefs ...traveler.Preference) {
	w.t.Helper()
	dbtest.Update(w.t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		for i := range prefs {
			prefs[i].TravelerID = w.traveler
			if err := record.Insert(ctx, tx, &prefs[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *world) tastes() map[string]string {
	w.t.Helper()
	out := map[string]string{}
	dbtest.View(w.t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		list, err := traveler.Preferences(ctx, tx, w.traveler)
		for _, p := range list {
			out[p.Field] += strings.Join([]string{p.Code + p.Text, p.Degree, p.Note}, "/") + " "
		}
		return err
	})
	return out
}

// settle accepts what was sent: all of it, or what is named.
func (w *world) settle(id int64, keys ...string) *fillin.FillIn {
	w.t.Helper()
	var done *fillin.FillIn
	dbtest.Update(w.t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) {
		done, err = fillin.Settle(ctx, tx, id, fillin.Verdict{All: len(keys) == 0, Keys: keys})
		return err
	})
	return done
}

// TestTastes: preferences are proposed and accepted each by itself; what the agency has
// noted beside them, and what the person isn't asked for, stays.
func TestTastes(t *testing.T) {
	w := newWorld(t)
	w.known(traveler.Preference{Field: "seat", Code: "WINDOW", Degree: "like", Note: "left side"}, traveler.Preference{Field: "seat", Code: "MIDDLE", Degree: "avoid"},
		traveler.Preference{Field: "seat", Code: "AISLE", Degree: "avoid"}, traveler.Preference{Field: "diet", Code: "VEGAN", Degree: "preference", Note: "strict"},
		traveler.Preference{Field: "hotel_class", Code: "4STAR"})
	token, id := w.ask("ann", "preferences")
	l := w.follow(token)
	s := w.show(l)
	at := func(field string) string { return key("preference", w.traveler, field) }
	if s.Value(at("seat")) != "WINDOW" || s.Value(at("diet")) != "VEGAN:preference" || s.Value(at("hotel_class")) != "" || s.Lists == nil {
		t.Errorf("shown: %q, %q", s.Value(at("seat")), s.Value(at("diet")))
	}
	save := func(values map[string]string) error { return l.Save(t.Context(), w.DB, fillin.Input{Values: values}) }
	for field, bad := range map[string]string{"seat": "THRONE", "diet": "VEGAN:deadly", "diet_note": strings.Repeat("x", 2001)} {
		if err := save(map[string]string{at(field): bad}); !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), at(field)) {
			t.Errorf("%s is %.20q: %v", field, bad, err)
		}
	}
	values := map[string]string{at("seat"): "AISLE,WINDOW", at("diet"): "VEGAN:preference,PEANUTS:allergy", at("bed"): "KING", at("home_airport"): "KRK, WAW",
		at("diet_note"): "no fish, please", at("hotel_class"): "5STAR"}
	if err := l.Save(t.Context(), w.DB, fillin.Input{Values: values, Submit: true}); err != nil {
		t.Fatal(err)
	}
	var r *fillin.Review
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) { r, err = fillin.Look(ctx, tx, id); return err })
	if len(r.Differences) != 5 || r.Lists == nil {
		t.Fatalf("%d differences: %+v", len(r.Differences), r.Differences)
	}
	if w.tastes()["bed"] != "" {
		t.Error("stored before it was accepted")
	}
	if done := w.settle(id, at("seat"), at("diet"), at("home_airport"), at("diet_note")); done.Status != "partly" {
		t.Errorf("it is %s", done.Status)
	}
	want := map[string]string{"seat": "WINDOW/like/left side AISLE/like/ MIDDLE/avoid/ ", "diet": "PEANUTS/allergy/ VEGAN/preference/strict ",
		"home_airport": "KRK// WAW// ", "diet_note": "no fish, please// ", "hotel_class": "4STAR// "}
	got := w.tastes()
	for field, s := range want {
		if len(got[field]) != len(s) || got["bed"] != "" {
			t.Errorf("%s is %q, want %q", field, got[field], s)
		}
		for part := range strings.SplitSeq(strings.TrimSpace(s), "/ ") {
			if !strings.Contains(got[field], part) {
				t.Errorf("%s is %q, want %q", field, got[field], s)
			}
		}
	}
	// Nothing ticked takes away what is liked, and nothing else.
	token, id = w.ask("ann", "preferences")
	l = w.follow(token)
	w.show(l)
	if err := l.Save(t.Context(), w.DB, fillin.Input{Values: map[string]string{at("seat"): "", at("diet"): "PEANUTS:allergy"}, Submit: true}); err != nil {
		t.Fatal(err)
	}
	w.settle(id)
	if got := w.tastes(); got["seat"] != "MIDDLE/avoid/ " || got["diet"] != "PEANUTS/allergy/ " {
		t.Errorf("after nothing was ticked: %v", got)
	}
}

// TestEmergency: people to call are changed, added and taken away.
func TestEmergency(t *testing.T) {
	w := newWorld(t)
	kept := &traveler.EmergencyContact{TravelerID: w.traveler, Name: "Anna Nowak", Relation: "mother", Phone: "+48 601 700 101", Note: "nights only"}
	gone := &traveler.EmergencyContact{TravelerID: w.traveler, Name: "Jan Kos", Phone: "+48 601 700 102", Position: 1}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		kept.ID, gone.ID = 0, 0
		if err := record.Insert(ctx, tx, kept); err != nil {
			return err
		}
		return record.Insert(ctx, tx, gone)
	})
	token, id := w.ask("ann", "emergency")
	l := w.follow(token)
	s := w.show(l)
	at := func(n any, column string) string { return key("emergency_contact", n, column) }
	if s.Value(at(kept.ID, "phone")) != "+48 601 700 101" || s.Value(at("new", "name")) != "" {
		t.Errorf("shown: %+v", s.Fields)
	}
	err := l.Save(t.Context(), w.DB, fillin.Input{Values: map[string]string{at("new", "name"): "Ewa Lis", at(kept.ID, "email"): "anna@example"}})
	if !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), at("new", "phone")) || !strings.Contains(err.Error(), at(kept.ID, "email")) {
		t.Errorf("nobody to reach: %v", err)
	}
	values := map[string]string{at("new", "name"): "Ewa Lis", at("new", "phone"): "601 700 103", at("new", "relation"): "friend", at(kept.ID, "phone"): "+48 601 700 199",
		at(gone.ID, "name"): "", at(gone.ID, "phone"): "", at(kept.ID, "note"): "zq"}
	if err := l.Save(t.Context(), w.DB, fillin.Input{Values: values, Submit: true}); err != nil {
		t.Fatal(err)
	}
	// One half of a new contact alone is none: the agency hears so, and nothing is stored.
	err = w.DB.Update(t.Context(), w.As("ann"), func(tx *db.Tx) error {
		_, err := fillin.Settle(t.Context(), tx, id, fillin.Verdict{Keys: []string{at("new", "phone")}})
		return err
	})
	if !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), at("new", "name")) {
		t.Errorf("a phone without a name: %v", err)
	}
	if done := w.settle(id); done.Status != "accepted" {
		t.Errorf("it is %s", done.Status)
	}
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		list, err := traveler.EmergencyContacts(ctx, tx, w.traveler)
		if len(list) != 2 || list[0].Phone != "+48 601 700 199" || list[0].Note != "nights only" || list[1].Name != "Ewa Lis" || list[1].PhoneNorm != "+48601700103" {
			t.Errorf("stored %+v", list)
		}
		return err
	})
}

// TestDraftStaysPrivate: the number that somebody has typed and not sent is theirs; once
// it is sent, who may look at it can, and that is written down.
func TestDraftStaysPrivate(t *testing.T) {
	w := newWorld(t)
	token, id := w.ask("ann", "passport")
	l := w.follow(token)
	w.show(l)
	save := func(submit bool) {
		if err := l.Save(t.Context(), w.DB, fillin.Input{Number: "AB1234567", Submit: submit}); err != nil {
			t.Fatal(err)
		}
	}
	var proposal int64
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		r, err := fillin.Look(ctx, tx, id)
		proposal = r.Proposal.ID
		return err
	})
	reveal := func(who string) (number string, err error) {
		err = w.DB.Update(t.Context(), w.As(who), func(tx *db.Tx) error {
			number, err = flow.Reveal(t.Context(), tx, "proposal", proposal, "number", "correction")
			return err
		})
		return number, err
	}
	save(false)
	if _, err := reveal("ann"); !errs.Is(err, errs.NotFound) {
		t.Errorf("a draft is shown: %v", err)
	}
	save(true)
	if n, err := reveal("ann"); err != nil || n != "AB1234567" {
		t.Errorf("%q, %v", n, err)
	}
	if _, err := reveal("bob"); !errs.Is(err, errs.NotFound) {
		t.Errorf("bob looks: %v", err)
	}
	dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		looks, err := flow.Looks(ctx, tx, record.Ref{Kind: "traveler", ID: w.traveler}, 0, 10)
		if len(looks) != 1 || looks[0].Kind != "proposal" || looks[0].Field != "number" {
			t.Errorf("written down: %+v", looks)
		}
		return err
	})
}
