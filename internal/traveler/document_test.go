package traveler_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// joanna is a client of who's with one traveler.
func joanna(t *testing.T, w *dbtest.World, who string) *traveler.Traveler {
	t.Helper()
	n := &flow.NewClient{Client: client.Client{Kind: "personal"}}
	n.Travelers = []flow.NewTraveler{{Traveler: traveler.Traveler{Family: "Müller", Given: "Joanna", Middle: "Maria", BirthDate: "1980-03-12", Nationality: "PL"}}}
	dbtest.Update(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) })
	return reread(t, w, n.Travelers[0].Traveler.ID)
}

func reread(t *testing.T, w *dbtest.World, id int64) *traveler.Traveler {
	t.Helper()
	var tr traveler.Traveler
	dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error { return record.GetAny(ctx, tx, &tr, id) })
	return &tr
}

func docsOf(t *testing.T, w *dbtest.World, id int64) *traveler.Documents {
	t.Helper()
	var out *traveler.Documents
	dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		all, err := traveler.DocumentsOf(ctx, tx, id)
		out = all[id]
		return err
	})
	return out
}

func save(t *testing.T, w *dbtest.World, r record.Record) {
	t.Helper()
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, r) })
}

// TestDocumentCheck: what is refused, and about which field.
func TestDocumentCheck(t *testing.T) {
	for _, c := range []struct {
		name string
		r    record.Record
		want string // path of the first problem, "" for none
	}{
		{"passport", &traveler.Passport{Country: "pol", No: record.Plain("ed 123 4567"), Issued: "2017-03-02", Expires: "2027-03-02"}, ""},
		{"empty passport", &traveler.Passport{}, "number"},
		{"odd number", &traveler.Passport{No: record.Plain("ED*12")}, "number"},
		{"long number", &traveler.Passport{No: record.Plain(strings.Repeat("9", 41))}, "number"},
		{"ends before it begins", &traveler.Passport{Country: "PL", Issued: "2027-03-02", Expires: "2017-03-02"}, "expires"},
		{"no year", &traveler.Passport{Country: "PL", Expires: "--03-02"}, "expires"},
		{"no country", &traveler.Passport{Country: "Atlantis", Expires: "2027-03-02"}, "country"},
		{"stateless", &traveler.Passport{Country: "DE", Nationality: "xxa", Expires: "2027-03-02"}, ""},
		{"wrong type", &traveler.Passport{Country: "DE", Type: "holy"}, "type"},
		{"wrong lines", &traveler.Passport{MRZ: record.Plain("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C37UTO7408122F1204159ZE184226B<<<<<10")}, "mrz"},
		{"visa", &traveler.Visa{Country: "schengen", Type: "tourist", Entries: "multiple", MaxStay: 90}, ""},
		{"visa without country", &traveler.Visa{Type: "tourist"}, "country"},
		{"endless stay", &traveler.Visa{Country: "US", MaxStay: -1}, "max_stay"},
		{"nationality", &traveler.Nationality{Country: "Poland", Acquired: "descent"}, ""},
		{"nationality of nowhere", &traveler.Nationality{}, "country"},
		{"permit without country", &traveler.OtherDocument{Kind: "residence_permit"}, "country"},
		{"licence", &traveler.OtherDocument{Kind: "driving_licence", Classes: "B, BE"}, ""},
		{"no kind", &traveler.OtherDocument{Name: "paper"}, "kind"},
		{"months", &traveler.CountryRule{Country: "TH", Months: 25}, "passport_months"},
	} {
		got := ""
		if err := c.r.Check(); err != nil {
			var e *errs.Error
			if e, _ = err.(*errs.Error); e == nil {
				t.Fatal(err)
			}
			got = e.Fields[0].Path
		}
		if got != c.want {
			t.Errorf("%s: problem with %q, want %q", c.name, got, c.want)
		}
	}
	p := &traveler.Passport{No: record.Plain(" ed 123 4567 "), Country: "Poland"}
	if err := p.Check(); err != nil || p.Country != "PL" || p.Hint != "4567" {
		t.Errorf("tidied to %q, %q, %v", p.Country, p.Hint, err)
	}
	if no, fresh := p.No.Fresh(); no != "ED1234567" || !fresh {
		t.Errorf("number tidied to %q", no)
	}
	for number, hint := range map[string]string{"ED1234567": "4567", "A12345": "345", "A1234": "", "": ""} {
		p := &traveler.Passport{No: record.Plain(number), Country: "PL"}
		if p.Check(); p.Hint != hint {
			t.Errorf("hint of %q is %q", number, p.Hint)
		}
	}
}

// TestLinesFill: machine-readable lines fill what wasn't typed, and nothing else.
func TestLinesFill(t *testing.T) {
	const lines = "p<utoeriksson<<anna<maria<<<<<<<<<<<<<<<<<<<\r\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
	p := &traveler.Passport{Country: "SE", Given: "Anna", MRZ: record.Plain(lines)}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	no, _ := p.No.Fresh()
	if no != "L898902C3" || p.Hint != "02C3" || p.Family != "ERIKSSON" || p.Given != "Anna" || p.Country != "SE" || p.BirthDate != "1974-08-12" ||
		p.Expires != "2012-04-15" || p.Sex != "F" {
		t.Errorf("filled %+v, number %q", p, no)
	}
	if text, _ := p.MRZ.Fresh(); !strings.HasPrefix(text, "P<UTOERIKSSON") || strings.Count(text, "\n") != 1 {
		t.Errorf("lines kept as %q", text)
	}
}

// TestPrimaryPassport: the first passport stands for all until another is chosen, and
// the list knows until when it is valid.
func TestPrimaryPassport(t *testing.T) {
	w := dbtest.NewWorld(t)
	tr := joanna(t, w, "ann")
	one := &traveler.Passport{TravelerID: tr.ID, Country: "PL", No: record.Plain("ED1234567"), Expires: "2027-03-02"}
	save(t, w, one)
	if !one.Primary || reread(t, w, tr.ID).PassportUntil != "2027-03-02" {
		t.Errorf("first passport: primary %v, list says %q", one.Primary, reread(t, w, tr.ID).PassportUntil)
	}
	two := &traveler.Passport{TravelerID: tr.ID, Country: "CA", Expires: "2031-01-01"}
	save(t, w, two)
	if two.Primary || reread(t, w, tr.ID).PassportUntil != "2027-03-02" {
		t.Error("a second passport took the place of the first by itself")
	}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		var p traveler.Passport
		return record.Edit(ctx, tx, &p, two.ID, 0, func() error { p.Primary = true; return nil })
	})
	list := docsOf(t, w, tr.ID).Passports
	if len(list) != 2 || list[0].ID != two.ID || list[1].Primary || reread(t, w, tr.ID).PassportUntil != "2031-01-01" {
		t.Errorf("after choosing the second: %+v", list)
	}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return record.Delete(ctx, tx, new(traveler.Passport), two.ID, 0)
	})
	if got := reread(t, w, tr.ID).PassportUntil; got != "2027-03-02" {
		t.Errorf("with the second in the trash the list says %q", got)
	}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return record.Restore(ctx, tx, new(traveler.Passport), two.ID)
	})
	if got := reread(t, w, tr.ID).PassportUntil; got != "2031-01-01" {
		t.Errorf("with the second restored the list says %q", got)
	}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		plain, err := record.Reveal(ctx, tx, "passport", one.ID, "number", "visa")
		if err == nil && plain != "ED1234567" {
			t.Errorf("the number is %q", plain)
		}
		return err
	})
}

// TestNationalityInStep: the quick list of the traveler and the nationalities with
// details agree, whichever side is changed.
func TestNationalityInStep(t *testing.T) {
	w := dbtest.NewWorld(t)
	tr := joanna(t, w, "ann")
	quick := func(want string) {
		t.Helper()
		if got := reread(t, w, tr.ID).Nationality; got != want {
			t.Errorf("quick list %q, want %q", got, want)
		}
	}
	rows := func(want ...string) {
		t.Helper()
		var got []string
		for _, n := range docsOf(t, w, tr.ID).Nationalities {
			got = append(got, n.Country)
		}
		if !slices.Equal(got, want) {
			t.Errorf("nationalities %v, want %v", got, want)
		}
	}
	if bare := docsOf(t, w, tr.ID).Bare(tr); !slices.Equal(bare, []string{"PL"}) {
		t.Errorf("of %v no more is known", bare)
	}
	ca, pl := &traveler.Nationality{TravelerID: tr.ID, Country: "Canada", Acquired: "birth"}, &traveler.Nationality{TravelerID: tr.ID, Country: "PL", Acquired: "descent"}
	save(t, w, ca)
	quick("PL,CA")
	save(t, w, pl)
	quick("PL,CA")
	rows("CA", "PL")
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		var n traveler.Nationality
		return record.Edit(ctx, tx, &n, ca.ID, 0, func() error { n.Country = "US"; return nil })
	})
	quick("PL,US")
	edit := func(codes string) {
		t.Helper()
		dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
			var x traveler.Traveler
			return record.Edit(ctx, tx, &x, tr.ID, 0, func() error { x.Nationality = codes; return nil })
		})
	}
	edit("US,FR")
	quick("US,FR")
	rows("US")
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return record.Restore(ctx, tx, new(traveler.Nationality), pl.ID)
	})
	quick("US,FR,PL")
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return record.Delete(ctx, tx, new(traveler.Nationality), ca.ID, 0)
	})
	quick("FR,PL")
	rows("PL")
	err := w.DB.Update(t.Context(), w.As("ann"), func(tx *db.Tx) error {
		return record.Insert(t.Context(), tx, &traveler.Nationality{TravelerID: tr.ID, Country: "PL"})
	})
	if !errs.Is(err, errs.Conflict) {
		t.Errorf("the same nationality twice: %v", err)
	}
	// Many at once, as the list changes them.
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return record.EditMany(ctx, tx, record.Many{Kind: "traveler", IDs: []int64{tr.ID},
			Change: func(r record.Record) error { r.(*traveler.Traveler).Nationality = "DE"; return nil },
			Told:   func(_ int64, _ record.Record, _ bool, err error) error { return err }})
	})
	quick("DE")
	rows()
}

// TestWarnings: what could stop a journey.
func TestWarnings(t *testing.T) {
	rules := traveler.Rules{Months: 6, Countries: map[string]int{"TZ": 6, "GB": 0, "TH": 9}}
	adult := traveler.Traveler{Family: "Müller", Given: "Joanna", Middle: "Maria", BirthDate: "1980-03-12"}
	child := traveler.Traveler{Family: "Kowalski", Given: "Jan", BirthDate: "2015-01-01"}
	on := func(d date.Date, country string) traveler.When { return traveler.When{Date: d, Country: country} }
	pass := func(id int64, status string, primary bool, expires date.Date) traveler.Passport {
		p := traveler.Passport{Status: status, Primary: primary, Expires: expires}
		p.ID = id
		return p
	}
	named := func(family, given string) traveler.Passport {
		p := pass(1, "valid", true, "2031-01-01")
		p.Family, p.Given = family, given
		return p
	}
	for _, c := range []struct {
		name string
		t    traveler.Traveler
		d    traveler.Documents
		when traveler.When
		want string
	}{
		{"nothing", adult, traveler.Documents{}, on("2026-11-22", ""), "note none"},
		{"good", adult, traveler.Documents{Passports: []traveler.Passport{pass(1, "valid", true, "2031-01-01")}}, on("2026-11-22", ""), ""},
		{"never expires", adult, traveler.Documents{Passports: []traveler.Passport{pass(1, "valid", true, "")}}, on("2026-11-22", ""), ""},
		{"expired yesterday", adult, traveler.Documents{Passports: []traveler.Passport{pass(1, "valid", true, "2026-11-21")}}, on("2026-11-22", ""), "danger passport_expired"},
		{"expires today", adult, traveler.Documents{Passports: []traveler.Passport{pass(1, "valid", true, "2026-11-22")}}, on("2026-11-22", ""), "caution passport_soon"},
		{"a day short", adult, traveler.Documents{Passports: []traveler.Passport{pass(1, "valid", true, "2027-05-21")}}, on("2026-11-22", ""), "caution passport_soon"},
		{"just enough", adult, traveler.Documents{Passports: []traveler.Passport{pass(1, "valid", true, "2027-05-22")}}, on("2026-11-22", ""), ""},
		{"lenient country", adult, traveler.Documents{Passports: []traveler.Passport{pass(1, "valid", true, "2026-12-01")}}, on("2026-11-22", "GB"), ""},
		{"strict country", adult, traveler.Documents{Passports: []traveler.Passport{pass(1, "valid", true, "2027-07-01")}}, on("2026-11-22", "TH"), "caution passport_soon"},
		{"the other one expired", adult, traveler.Documents{Passports: []traveler.Passport{pass(1, "valid", false, "2020-01-01"), pass(2, "valid", true, "2031-01-01")}},
			on("2026-11-22", ""), "note passport_expired"},
		{"replaced ones are silent", adult, traveler.Documents{Passports: []traveler.Passport{pass(1, "replaced", false, "2020-01-01"), pass(2, "valid", true, "2031-01-01")}},
			on("2026-11-22", ""), ""},
		{"transliterated", adult, traveler.Documents{Passports: []traveler.Passport{named("MUELLER", "JOANNA MARIA")}}, on("2026-11-22", ""), ""},
		{"without middle name", adult, traveler.Documents{Passports: []traveler.Passport{named("Muller", "Joanna")}}, on("2026-11-22", ""), ""},
		{"maiden name", adult, traveler.Documents{Passports: []traveler.Passport{named("NOWAK", "JOANNA")}}, on("2026-11-22", ""), "caution name"},
		{"visa in an old passport", adult, traveler.Documents{Passports: []traveler.Passport{pass(2, "valid", true, "2031-01-01"), pass(1, "replaced", false, "2027-01-01")},
			Visas: []traveler.Visa{{Country: "US", PassportID: 1, Expires: "2030-01-01"}}}, on("2026-11-22", ""), "caution visa_replaced"},
		{"visa in a good passport", adult, traveler.Documents{Passports: []traveler.Passport{pass(2, "valid", true, "2031-01-01")},
			Visas: []traveler.Visa{{Country: "US", PassportID: 2, Expires: "2030-01-01"}}}, on("2026-11-22", ""), ""},
		{"visa expired", adult, traveler.Documents{Passports: []traveler.Passport{pass(2, "valid", true, "2031-01-01")},
			Visas: []traveler.Visa{{Country: "US", PassportID: 1, Expires: "2020-01-01"}}}, on("2026-11-22", ""), "note visa_expired"},
		{"child", child, traveler.Documents{Passports: []traveler.Passport{pass(1, "valid", true, "2031-01-01")}}, on("2026-11-22", ""), "note minor"},
		{"child with consent", child, traveler.Documents{Passports: []traveler.Passport{pass(1, "valid", true, "2031-01-01")},
			Others: []traveler.OtherDocument{{Kind: "parental_consent", Expires: "2026-12-24"}}}, on("2026-11-22", ""), ""},
		{"consent for another journey", child, traveler.Documents{Passports: []traveler.Passport{pass(1, "valid", true, "2031-01-01")},
			Others: []traveler.OtherDocument{{Kind: "parental_consent", Expires: "2026-08-24"}}}, on("2026-11-22", ""), "note document_expired, note minor"},
		{"identity card alone", adult, traveler.Documents{Others: []traveler.OtherDocument{{Kind: "national_id", Expires: "2030-01-01"}}}, on("2026-11-22", ""), ""},
		{"dead", traveler.Traveler{Family: "X", Deceased: true}, traveler.Documents{}, on("2026-11-22", ""), ""},
	} {
		var got []string
		for _, w := range traveler.Warnings(&c.t, &c.d, c.when, rules) {
			got = append(got, w.Level+" "+w.Code)
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
}

// TestAirlineText: SSR DOCS and DOCO.
func TestAirlineText(t *testing.T) {
	tr := &traveler.Traveler{Family: "Müller", Given: "Joanna", Middle: "Maria Anna", BirthDate: "1980-03-12", Sex: "F", Nationality: "PL,CA", BirthPlace: "Kraków"}
	p := &traveler.Passport{Country: "PL", Expires: "2027-03-02"}
	if got, want := p.DOCS(tr, "ED1234567"), "DOCS YY HK1/P/POL/ED1234567/POL/12MAR80/F/02MAR27/MUELLER/JOANNA/MARIA ANNA"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	p = &traveler.Passport{Country: "XXA", Nationality: "XXA", Sex: "X", Family: "DOE", Given: "J"}
	if got, want := p.DOCS(&traveler.Traveler{Family: "Doe"}, "1"), "DOCS YY HK1/P/XXA/1/XXA//U//DOE/J"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	v := &traveler.Visa{Country: "US", Place: "Warszawa", Issued: "2026-06-10"}
	if got, want := v.DOCO(tr, "123456"), "DOCO YY HK1/KRAKOW/V/123456/WARSZAWA/10JUN26/USA"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestDocumentRules: who sees the traveler sees the documents, who may change the
// traveler may change them, and a visa sits in a passport of the same traveler.
func TestDocumentRules(t *testing.T) {
	w := dbtest.NewWorld(t)
	tr, other := joanna(t, w, "ann"), joanna(t, w, "bob")
	p := &traveler.Passport{TravelerID: tr.ID, Country: "PL", No: record.Plain("ED1234567"), Expires: "2027-03-02"}
	save(t, w, p)
	for who, want := range map[string]errs.Kind{"ann": 0, "max": 0, "ada": 0, "bob": errs.NotFound, "eva": errs.Forbidden, "joe": errs.Forbidden, "zoe": errs.NotFound} {
		err := w.DB.Update(t.Context(), w.As(who), func(tx *db.Tx) error {
			var x traveler.Passport
			return record.Edit(t.Context(), tx, &x, p.ID, 0, func() error { x.Note = "by " + who; return nil })
		})
		if want == 0 && err != nil || want != 0 && !errs.Is(err, want) {
			t.Errorf("%s changes the passport: %v", who, err)
		}
	}
	err := w.DB.Update(t.Context(), w.As("ada"), func(tx *db.Tx) error {
		return record.Insert(t.Context(), tx, &traveler.Visa{TravelerID: other.ID, Country: "US", PassportID: db.Ref(p.ID)})
	})
	if !errs.Is(err, errs.Invalid) {
		t.Errorf("a visa in somebody else's passport: %v", err)
	}
	err = w.DB.Update(t.Context(), w.As("ann"), func(tx *db.Tx) error {
		var x traveler.Passport
		return record.Edit(t.Context(), tx, &x, p.ID, 1, func() error { x.Note = "late"; return nil })
	})
	if !errs.Is(err, errs.Conflict) {
		t.Errorf("a stale change: %v", err)
	}
}

// TestDocumentLists: travelers, and clients through them, are found by their documents.
func TestDocumentLists(t *testing.T) {
	w := dbtest.NewWorld(t)
	tr := joanna(t, w, "ann")
	joanna(t, w, "ann")
	save(t, w, &traveler.Passport{TravelerID: tr.ID, Country: "PL", Expires: "2027-03-02"})
	save(t, w, &traveler.Visa{TravelerID: tr.ID, Country: "US", Expires: "2030-01-01"})
	save(t, w, &traveler.OtherDocument{TravelerID: tr.ID, Kind: "ktn", No: record.Plain("123456789")})
	has := func(key string, where ...list.Filter) list.Filter {
		return list.Filter{Key: key, Op: "has", Where: where}
	}
	for name, f := range map[string]list.Filter{
		"expires":       {Key: "passport_expires", Op: "before", Values: []string{"2028-01-01"}},
		"country":       {Key: "passport_country", Op: "is", Values: []string{"PL"}},
		"visa":          {Key: "visa_country", Op: "is", Values: []string{"US"}},
		"kind":          {Key: "document_kind", Op: "any", Values: []string{"ktn"}},
		"passport area": has("passport", list.Filter{Key: "country", Op: "is", Values: []string{"PL"}}, list.Filter{Key: "expires", Op: "after", Values: []string{"2027-01-01"}}),
		"visa area":     has("visa", list.Filter{Key: "type", Op: "any", Values: []string{"tourist"}}),
		"other area":    has("document", list.Filter{Key: "kind", Op: "any", Values: []string{"ktn"}}),
	} {
		dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
			for _, c := range []struct {
				def *list.Def
				q   list.Query
			}{{&traveler.List, list.Query{Filters: []list.Filter{f}}}, {&client.List, list.Query{Filters: []list.Filter{has("traveler", f)}}}} {
				rows, err := c.def.IDs(ctx, tx, c.q, 100)
				if err != nil {
					return err
				}
				if len(rows) != 1 || c.def == &traveler.List && rows[0] != tr.ID {
					t.Errorf("%s finds %d %ss", name, len(rows), c.def.Name)
				}
			}
			return nil
		})
	}
}
