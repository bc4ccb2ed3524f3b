package traveler_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// TestPreferenceFields: every field has a name, its list, its category, and a place in
// the filters.
func TestPreferenceFields(t *testing.T) {
	seen := map[string]bool{}
	admin := db.System(1)
	for _, f := range traveler.PreferenceFields {
		if seen[f.Key] {
			t.Errorf("%s is there twice", f.Key)
		}
		seen[f.Key] = true
		if !slices.Contains(traveler.PreferenceCategories, f.Category) {
			t.Errorf("%s has no category", f.Key)
		}
		chooses := slices.Contains([]traveler.PreferenceKind{traveler.PrefOne, traveler.PrefSeveral, traveler.PrefLikes, traveler.PrefSeverity}, f.Kind)
		if len(option.Lists[f.List].Codes) > 0 != chooses {
			t.Errorf("%s is %s of %q", f.Key, f.Kind, f.List)
		}
		for _, d := range append(f.Degrees(), "") {
			if !i18n.For("en").Has(f.LabelKey(d)) {
				t.Errorf("%s has no name for %q", f.Key, d)
			}
			if d != "" && !i18n.For("en").Has("preference.degree."+d) {
				t.Errorf("degree %s has no name", d)
			}
		}
	}
	for _, f := range traveler.PreferenceList.Fields {
		if !i18n.For("pl").Has(traveler.PreferenceList.Label(f.Key)) || !i18n.For("pl").Has("list.group."+f.Group) {
			t.Errorf("filter %s has no name", f.Key)
		}
		if _, ok := traveler.PreferenceList.Field(f.Key, admin); !ok {
			t.Errorf("no filter %s", f.Key)
		}
	}
	if _, ok := traveler.PreferenceFieldOf("nothing"); ok {
		t.Error("there is a field nothing")
	}
}

func TestPreferenceCheck(t *testing.T) {
	for _, c := range []struct {
		p    traveler.Preference
		want traveler.Preference
		bad  string // path
	}{
		{p: traveler.Preference{Field: "bed", Code: " king "}, want: traveler.Preference{Field: "bed", Code: "KING"}},
		{p: traveler.Preference{Field: "bed", Code: "king", Text: "x"}, want: traveler.Preference{Field: "bed", Code: "KING"}},
		{p: traveler.Preference{Field: "airline", Code: "lh"}, want: traveler.Preference{Field: "airline", Code: "LH", Degree: "like"}},
		{p: traveler.Preference{Field: "diet", Code: "NUTS"}, want: traveler.Preference{Field: "diet", Code: "NUTS", Degree: "preference"}},
		{p: traveler.Preference{Field: "destination", Code: "Japan", Text: " Hokkaido ", Number: 2027}, want: traveler.Preference{Field: "destination", Code: "JP", Text: "Hokkaido", Degree: "wish", Number: 2027}},
		{p: traveler.Preference{Field: "home_airport", Text: "  KRK  or KTW "}, want: traveler.Preference{Field: "home_airport", Text: "KRK or KTW"}},
		{p: traveler.Preference{Field: "nonstop", Code: "yes"}, want: traveler.Preference{Field: "nonstop", Code: "YES"}},
		{p: traveler.Preference{Field: "trips_per_year", Number: 4, Code: "4"}, want: traveler.Preference{Field: "trips_per_year", Number: 4}},
		{p: traveler.Preference{Field: "nothing", Code: "X"}, bad: "field"},
		{p: traveler.Preference{Field: "bed"}, bad: "code"},
		{p: traveler.Preference{Field: "bed", Code: "KING", Degree: "like"}, bad: "degree"},
		{p: traveler.Preference{Field: "airline", Code: "LH", Degree: "allergy"}, bad: "degree"},
		{p: traveler.Preference{Field: "destination", Code: "Narnia"}, bad: "code"},
		{p: traveler.Preference{Field: "destination", Code: "JP", Number: 27}, bad: "number"},
		{p: traveler.Preference{Field: "bed", Code: "KING", Number: 2027}, bad: "number"},
		{p: traveler.Preference{Field: "trips_per_year"}, bad: "number"},
		{p: traveler.Preference{Field: "trips_per_year", Number: -1}, bad: "number"},
		{p: traveler.Preference{Field: "nonstop", Code: "MAYBE"}, bad: "code"},
		{p: traveler.Preference{Field: "hotel_note"}, bad: "text"},
		{p: traveler.Preference{Field: "hotel_note", Text: strings.Repeat("x", 2001)}, bad: "text"},
		{p: traveler.Preference{Field: "bed", Code: "KING", Note: strings.Repeat("x", 501)}, bad: "note"},
	} {
		p := c.p
		err := p.Check()
		if c.bad == "" && (err != nil || p != c.want) {
			t.Errorf("%+v becomes %+v, %v", c.p, p, err)
		}
		if c.bad != "" && (err == nil || !strings.Contains(err.Error(), c.bad+":")) {
			t.Errorf("%+v: %v, want %s", c.p, err, c.bad)
		}
	}
}

// somebody is a traveler of ann's.
func somebody(t *testing.T, w *dbtest.World, family string) int64 {
	t.Helper()
	x := &traveler.Traveler{Family: family, Given: "Anna"}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, x) })
	return x.ID
}

// tastes are the stored values of a field, written shortly.
func tastes(t *testing.T, w *dbtest.World, who string, id int64, field string) (prefs []traveler.Preference, short string) {
	t.Helper()
	dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) (err error) {
		prefs, err = traveler.Preferences(ctx, tx, id)
		return err
	})
	prefs = slices.DeleteFunc(prefs, func(p traveler.Preference) bool { return p.Field != field })
	var out []string
	for _, p := range prefs {
		s := p.Code + p.Text
		if p.Degree != "" && p.Degree != "like" {
			s += "-" + p.Degree
		}
		if p.Number != 0 {
			s += fmt.Sprint(p.Number)
		}
		out = append(out, s)
	}
	return prefs, strings.Join(out, " ")
}

func want(field string, vals ...traveler.Preference) traveler.Wish {
	return traveler.Wish{Field: field, Values: vals}
}

func code(c string) traveler.Preference { return traveler.Preference{Code: c} }

// TestSavePreferences: a form's fields become what is stored; values that stay keep
// their row; others' rights and mistakes change nothing.
func TestSavePreferences(t *testing.T) {
	w := dbtest.NewWorld(t)
	id := somebody(t, w, "Kowalska")
	save := func(who string, wishes ...traveler.Wish) error {
		return w.DB.Update(t.Context(), w.As(who), func(tx *db.Tx) error { return traveler.SavePreferences(t.Context(), tx, id, wishes) })
	}
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &option.Option{List: "bed", Label: "Water bed", Active: true})
	})
	err := save("ann", want("bed", code("KING"), code("twin"), code("WATER_BED")), want("airline", code("LH"), traveler.Preference{Code: "FR", Degree: "avoid"}),
		want("destination", traveler.Preference{Code: "JP", Degree: "been", Number: 2019}, traveler.Preference{Code: "JP", Number: 2027}),
		want("trips_per_year", traveler.Preference{Number: 3}), want("home_airport", traveler.Preference{Text: "KRK"}, traveler.Preference{Text: "KTW"}),
		want("diet", traveler.Preference{Code: "NUTS", Degree: "anaphylaxis"}, code("VEGAN")), want("hotel_note", traveler.Preference{Text: "quiet, please"}))
	if err != nil {
		t.Fatal(err)
	}
	for field, expect := range map[string]string{"bed": "KING TWIN WATER_BED", "airline": "LH FR-avoid", "destination": "JP-wish2027 JP-been2019", "trips_per_year": "3",
		"home_airport": "KRK KTW", "diet": "NUTS-anaphylaxis VEGAN-preference", "hotel_note": "quiet, please"} {
		if _, got := tastes(t, w, "ann", id, field); got != expect {
			t.Errorf("%s is %q, want %q", field, got, expect)
		}
	}
	before, _ := tastes(t, w, "ann", id, "bed")
	if err := save("ann", want("bed", code("KING"), code("QUEEN")), want("airline", traveler.Preference{Code: "LH", Degree: "avoid"}), want("hotel_note")); err != nil {
		t.Fatal(err)
	}
	after, got := tastes(t, w, "ann", id, "bed")
	if got != "KING QUEEN" || after[0].ID != before[0].ID || after[0].Version != 1 {
		t.Errorf("bed is %q: %+v, was %+v", got, after, before)
	}
	if air, got := tastes(t, w, "ann", id, "airline"); got != "LH-avoid" || air[0].Version != 2 {
		t.Errorf("airline is %q", got)
	}
	if _, got := tastes(t, w, "ann", id, "hotel_note"); got != "" {
		t.Errorf("the note is %q", got)
	}
	for name, c := range map[string]struct {
		wish traveler.Wish
		path string
	}{
		"unknown code": {want("bed", code("KING"), code("HAMMOCK")), "bed[1].code"},
		"twice":        {want("bed", code("KING"), code("king")), "bed[1].code"},
		"two of one":   {want("cabin_long", code("C"), code("F")), "cabin_long[1].code"},
		"both degrees": {want("airline", code("LH"), traveler.Preference{Code: "LH", Degree: "avoid"}), "airline[1].code"},
		"no field":     {want("nothing", code("X")), "nothing[0].field"},
		"no country":   {want("destination", code("Narnia")), "destination[0].code"},
	} {
		if err := save("ann", c.wish); !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), c.path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := save("bob", want("bed")); !errs.Is(err, errs.NotFound) {
		t.Errorf("bob, who doesn't see the traveler: %v", err)
	}
	if err := save("eva", want("bed")); !errs.Is(err, errs.Forbidden) {
		t.Errorf("the auditor: %v", err)
	}
	if prefs, _ := tastes(t, w, "bob", id, "bed"); len(prefs) > 0 {
		t.Errorf("bob reads %v", prefs)
	}
}

// TestPreferenceConflict: what two people changed otherwise is told with both values;
// what only one of them changed is kept.
func TestPreferenceConflict(t *testing.T) {
	w := dbtest.NewWorld(t)
	id := somebody(t, w, "Kowalska")
	save := func(who string, wishes ...traveler.Wish) error {
		return w.DB.Update(t.Context(), w.As(who), func(tx *db.Tx) error { return traveler.SavePreferences(t.Context(), tx, id, wishes) })
	}
	if err := save("ann", want("bed", code("KING")), want("meal", code("VGML"))); err != nil {
		t.Fatal(err)
	}
	bed, _ := tastes(t, w, "ann", id, "bed")
	meal, _ := tastes(t, w, "ann", id, "meal")
	if err := save("ada", want("bed", code("TWIN"))); err != nil {
		t.Fatal(err)
	}
	mine := func(b, m string) []traveler.Wish {
		return []traveler.Wish{{Field: "bed", Values: []traveler.Preference{code(b)}, Was: traveler.Mark(bed)},
			{Field: "meal", Values: []traveler.Preference{code(m)}, Was: traveler.Mark(meal)}}
	}
	if err := save("ann", mine("KING", "KSML")...); err != nil { // the bed isn't mine to change back
		t.Fatal(err)
	}
	_, b := tastes(t, w, "ann", id, "bed")
	_, m := tastes(t, w, "ann", id, "meal")
	if b != "TWIN" || m != "KSML" {
		t.Errorf("bed %q, meal %q", b, m)
	}
	meal, _ = tastes(t, w, "ann", id, "meal")
	err := save("ann", mine("QUEEN", "KSML")...)
	e, ok := err.(*errs.Error)
	if !ok || e.Kind != errs.Conflict || len(e.Fields) != 1 || e.Fields[0].Path != "bed" {
		t.Fatalf("%v", err)
	}
	theirs, my := traveler.Unpacked("bed", e.Fields[0].Theirs), traveler.Unpacked("bed", e.Fields[0].Mine)
	if len(theirs) != 1 || theirs[0].Code != "TWIN" || len(my) != 1 || my[0].Code != "QUEEN" {
		t.Errorf("mine %+v, theirs %+v", my, theirs)
	}
	if len(e.Args) != 4 || e.Args[1] != w.Users["ann"].ID { // ann saved the meal last
		t.Errorf("saved by %v", e.Args)
	}
	if _, b = tastes(t, w, "ann", id, "bed"); b != "TWIN" {
		t.Errorf("bed %q after a conflict", b)
	}
	if err := save("ann", mine("TWIN", "KSML")...); err != nil {
		t.Errorf("the same as stored: %v", err)
	}
}

// TestTasteFilters: travelers are found by what they like, avoid and are members of.
func TestTasteFilters(t *testing.T) {
	w := dbtest.NewWorld(t)
	a, b, c := somebody(t, w, "Adamska"), somebody(t, w, "Borowska"), somebody(t, w, "Czarna")
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		for id, wishes := range map[int64][]traveler.Wish{
			a: {want("airline", code("LH")), want("bed", code("KING")), want("diet", traveler.Preference{Code: "NUTS", Degree: "allergy"}), want("trips_per_year", traveler.Preference{Number: 5})},
			b: {want("airline", traveler.Preference{Code: "LH", Degree: "avoid"}), want("bed", code("KING"), code("TWIN")), want("diet", code("NUTS")), want("destination", traveler.Preference{Code: "JP", Degree: "been"}, code("IT"))},
		} {
			if err := traveler.SavePreferences(ctx, tx, id, wishes); err != nil {
				return err
			}
		}
		p, err := traveler.ProgrammeNamed(ctx, tx, "Miles & More", "")
		if err != nil {
			return err
		}
		if err := record.Insert(ctx, tx, &traveler.Loyalty{TravelerID: a, ProgrammeID: p.ID, Number: "992000000000001", Tier: "Senator", Expires: "2027-02-28"}); err != nil {
			return err
		}
		return record.Insert(ctx, tx, &traveler.SpecialDate{TravelerID: c, Type: "WEDDING", Date: "--06-12", Yearly: true})
	})
	taste := func(where ...list.Filter) list.Filter {
		return list.Filter{Key: "preference", Op: "has", Where: where}
	}
	any := func(key string, vals ...string) list.Filter { return list.Filter{Key: key, Op: "any", Values: vals} }
	for name, x := range map[string]struct {
		f    list.Filter
		want []int64
	}{
		"likes an airline":   {taste(any("airline", "LH")), []int64{a}},
		"avoids it":          {taste(any("airline_avoid", "LH")), []int64{b}},
		"a bed":              {taste(any("bed", "KING")), []int64{a, b}},
		"two beds":           {taste(any("bed", "KING"), any("bed", "TWIN")), []int64{b}},
		"bed and airline":    {taste(any("bed", "KING"), any("airline", "LH", "LO")), []int64{a}},
		"not a bed":          {taste(list.Filter{Key: "bed", Op: "none", Values: []string{"TWIN"}}), []int64{a, c}},
		"no bed":             {taste(list.Filter{Key: "bed", Op: "blank"}), []int64{c}},
		"nuts":               {taste(any("diet", "NUTS")), []int64{a, b}},
		"allergic to nuts":   {taste(any("diet_allergy", "NUTS")), []int64{a}},
		"travels often":      {taste(list.Filter{Key: "trips_per_year", Op: "least", Values: []string{"4"}}), []int64{a}},
		"wishes Italy":       {taste(any("destination_wish", "IT", "JP")), []int64{b}},
		"has been to Japan":  {taste(any("destination_been", "JP")), []int64{b}},
		"without any of it":  {list.Filter{Key: "preference", Op: "none", Where: []list.Filter{any("bed", "KING")}}, []int64{c}},
		"a senator":          {list.Filter{Key: "loyalty", Op: "has", Where: []list.Filter{{Key: "tier", Op: "is", Values: []string{"senator"}}, any("kind", "air")}}, []int64{a}},
		"expires soon":       {list.Filter{Key: "loyalty", Op: "has", Where: []list.Filter{{Key: "expires", Op: "before", Values: []string{"2027-03-01"}}}}, []int64{a}},
		"no member of any":   {list.Filter{Key: "loyalty", Op: "none"}, []int64{b, c}},
		"has a programme":    {list.Filter{Key: "programme", Op: "filled"}, []int64{a}},
		"a wedding in June":  {list.Filter{Key: "special_date", Op: "has", Where: []list.Filter{any("type", "WEDDING"), {Key: "date", Op: "inmonth", Values: []string{"6"}}}}, []int64{c}},
		"a wedding in March": {list.Filter{Key: "special_date", Op: "has", Where: []list.Filter{{Key: "date", Op: "inmonth", Values: []string{"3"}}}}, nil},
	} {
		for _, sort := range []string{"family", "-created"} {
			dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
				p, err := traveler.List.Run(ctx, tx, list.Query{Filters: []list.Filter{x.f}, Sort: sort, Columns: []string{"family", "programme"}})
				if err != nil {
					t.Errorf("%s: %v", name, err)
					return nil
				}
				var got []int64
				for _, r := range p.Rows {
					got = append(got, r.ID)
				}
				slices.Sort(got)
				if fmt.Sprint(got) != fmt.Sprint(x.want) {
					t.Errorf("%s by %s: %v, want %v", name, sort, got, x.want)
				}
				words, err := traveler.List.Describe(ctx, tx, list.Query{Filters: []list.Filter{x.f}}, "pl")
				if err != nil || words == "" || strings.Contains(words, "field.") {
					t.Errorf("%s reads %q, %v", name, words, err)
				}
				return nil
			})
		}
	}
}
