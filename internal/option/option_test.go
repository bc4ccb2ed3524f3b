package option_test

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
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/record"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// TestShipped: every shipped value has a label in every language, its own one within
// its list, and one that pages without script can send by comma.
func TestShipped(t *testing.T) {
	if len(option.Names) < 45 {
		t.Fatalf("%d lists", len(option.Names))
	}
	set := new(option.Set)
	for _, name := range option.Names {
		for _, lang := range i18n.Langs {
			l := i18n.For(lang)
			if !l.Has("option.list." + name) {
				t.Errorf("list %s has no name", name)
			}
			seen := map[string]string{}
			for _, code := range option.Lists[name].Codes {
				label := set.Label(l, name, code)
				if len(label) < 2 && name != "bed" || label == code && len(code) > 3 && !brands[name] {
					t.Errorf("%s of %s has no label in %s: %q", code, name, lang, label)
				}
				if twin := seen[label]; twin != "" {
					t.Errorf("%s and %s of %s are both %q in %s", twin, code, name, label, lang)
				}
				seen[label] = code
				if strings.ContainsAny(label, ",;") {
					t.Errorf("%s of %s: %q", code, name, label)
				}
				if got, ok := set.Find(l, name, label); !ok || got != code {
					t.Errorf("%q of %s is %q in %s, want %s", label, name, got, lang, code)
				}
			}
		}
		for _, code := range option.Lists[name].Codes {
			o := &option.Option{List: name, Code: code}
			if err := o.Check(); err != nil {
				t.Errorf("%s of %s: %v", code, name, err)
			}
		}
	}
}

// brands are lists of names, which may be written like their code.
var brands = map[string]bool{"airline": true, "hotel_chain": true, "cruise_line": true, "car_rental": true, "car_make": true, "rail_operator": true}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		o    option.Option
		code string
		ok   bool
	}{
		{option.Option{List: "room", Label: "  Zimmer  am See "}, "ZIMMER_AM_SEE", true},
		{option.Option{List: "room", Label: "Łóżko wodne"}, "LOZKO_WODNE", true},
		{option.Option{List: "room", Label: "海景房"}, "", true},
		{option.Option{List: "meal", Code: "vgml"}, "VGML", true},
		{option.Option{List: "meal", Code: "XXML"}, "XXML", false}, // no label
		{option.Option{List: "meal", Code: "X-ML", Label: "x"}, "X-ML", false},
		{option.Option{List: "nothing", Code: "X", Label: "x"}, "X", false},
		{option.Option{List: "room", Label: "one, two"}, "ONE_TWO", false},
		{option.Option{List: "room"}, "", false},
		{option.Option{List: "room", Label: strings.Repeat("ab ", 40)}, "", false},
		{option.Option{List: "room", Label: "x", Position: -1}, "X", false},
	} {
		err := c.o.Check()
		if (err == nil) != c.ok || c.code != "" && c.o.Code != c.code {
			t.Errorf("%+v: %v", c.o, err)
		}
	}
}

// TestArrange: an agency switches values off, adds one, renames and reorders; codes
// stay valid, and nobody without the right does any of it.
func TestArrange(t *testing.T) {
	w := dbtest.NewWorld(t)
	load := func(who string) *option.Set {
		var s *option.Set
		dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) (err error) { s, err = option.Load(ctx, tx); return err })
		return s
	}
	codes := func(vals []option.Value) (out []string) {
		for _, v := range vals {
			out = append(out, v.Code)
		}
		return out
	}
	if got := codes(load("ann").Active("board")); !slices.Equal(got, []string{"RO", "BB", "HB", "FB", "AI"}) {
		t.Fatalf("board is %v", got)
	}
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &option.Option{List: "board", Label: "Ultra all inclusive", Active: true})
	})
	arrange := func(who string, order []string, off ...string) error {
		return w.DB.Update(t.Context(), w.As(who), func(tx *db.Tx) error {
			m := map[string]bool{}
			for _, c := range off {
				m[c] = true
			}
			return option.Arrange(t.Context(), tx, "board", order, m, map[string]string{"HB": "Two meals"})
		})
	}
	if err := arrange("ann", []string{"AI", "RO"}, "RO"); !errs.Is(err, errs.Forbidden) {
		t.Errorf("an agent arranges: %v", err)
	}
	if err := arrange("ada", []string{"RO", "BB", "HB", "FB", "AI", "ULTRA_ALL_INCLUSIVE"}, "RO"); err != nil {
		t.Fatal(err)
	}
	var rows int64
	dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, "SELECT count(*) FROM {option} o", nil, &rows)
	})
	if rows != 3 { // the own one, RO off, HB renamed
		t.Errorf("%d rows", rows)
	}
	if err := arrange("ada", []string{"ULTRA_ALL_INCLUSIVE", "AI", "FB", "HB", "BB", "RO"}, "RO"); err != nil {
		t.Fatal(err)
	}
	s := load("ann")
	if got := fmt.Sprint(codes(s.Active("board"))); got != "[ULTRA_ALL_INCLUSIVE AI FB HB BB]" {
		t.Errorf("board is %s", got)
	}
	pl := i18n.For("pl")
	if a, b, c := s.Label(pl, "board", "RO"), s.Label(pl, "board", "HB"), s.Label(pl, "board", "ULTRA_ALL_INCLUSIVE"); a != "Bez wyżywienia" || b != "Two meals" || c != "Ultra all inclusive" {
		t.Errorf("labels are %q, %q, %q", a, b, c)
	}
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		for code, want := range map[string]bool{"RO": true, "ULTRA_ALL_INCLUSIVE": true, "NOTHING": false} {
			if ok, err := option.Valid(ctx, tx, "board", code); err != nil || ok != want {
				t.Errorf("%s: %v, %v", code, ok, err)
			}
		}
		return nil
	})
	if got := codes(load("zoe").Active("board")); !slices.Equal(got, []string{"RO", "BB", "HB", "FB", "AI"}) {
		t.Errorf("the other agency has %v", got)
	}
	// The code is what records hold: it can't be changed, nor given twice.
	err := w.DB.Update(t.Context(), w.As("ada"), func(tx *db.Tx) error {
		o := new(option.Option)
		return record.Edit(t.Context(), tx, o, s.All("board")[0].ID, 0, func() error { o.Code = "OTHER"; return nil })
	})
	if !errs.Is(err, errs.Invalid) {
		t.Errorf("another code: %v", err)
	}
	err = w.DB.Update(t.Context(), w.As("ada"), func(tx *db.Tx) error {
		return record.Insert(t.Context(), tx, &option.Option{List: "board", Code: "RO", Active: true})
	})
	if !errs.Is(err, errs.Conflict) {
		t.Errorf("twice: %v", err)
	}
}

// TestMadeCodes: a new value never takes the code of another: that one would be renamed on
// all records that have it. The same label twice is refused.
func TestMadeCodes(t *testing.T) {
	w := dbtest.NewWorld(t)
	add := func(list, code, label string) (string, error) {
		o := &option.Option{List: list, Code: code, Label: label, Active: true}
		err := w.DB.Update(t.Context(), w.As("ada"), func(tx *db.Tx) error { return record.Insert(t.Context(), tx, o) })
		return o.Code, err
	}
	for _, c := range []struct{ list, label, want string }{
		{"event", "Payment-promise", "PAYMENT_PROMISE_2"}, // PAYMENT_PROMISE is shipped
		{"room", "双人床 A", "A"}, {"room", "大床 A", "A_2"}, {"room", "海景房", option.CodeOf("海景房")},
		{"room", "A room with a most wonderful view of the lake", "A_ROOM_WITH_A_MOST_WONDERFUL_V"},
		{"room", "A room with a most wonderful view of the sea", "A_ROOM_WITH_A_MOST_WONDERFUL_2"},
	} {
		if got, err := add(c.list, "", c.label); got != c.want || err != nil {
			t.Errorf("%q: %s, %v, want %s", c.label, got, err, c.want)
		}
	}
	if _, err := add("room", "", "大床  a"); !errs.Is(err, errs.Conflict) {
		t.Errorf("the same twice: %v", err)
	}
	if _, err := add("room", "A", "Other"); !errs.Is(err, errs.Conflict) {
		t.Errorf("a code that is taken: %v", err)
	}
	dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		s, err := option.Load(ctx, tx)
		if got := s.Label(i18n.For("en"), "event", "PAYMENT_PROMISE"); got == "Payment-promise" {
			t.Error("the shipped value was renamed")
		}
		return err
	})
}
