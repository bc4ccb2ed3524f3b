package field_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestSigns: choices that differ in signs alone are different ones, and a code is meant
// before a label.
func TestSigns(t *testing.T) {
	blood := field.Field{Name: "Blood", Areas: "traveler", Kind: field.Choice, Choices: "A+\nA-\nA\n0+\n0-"}
	stars := field.Field{Name: "Stars", Areas: "client", Kind: field.Several, Choices: "★\n★★\n★★★"}
	crossed := field.Field{Name: "Crossed", Areas: "client", Kind: field.Choice, Choices: "X=Gold\nGOLD=X"}
	for _, c := range []struct {
		f        *field.Field
		in, want string
	}{
		{&blood, "A+", "A"}, {&blood, "A-", "A_2"}, {&blood, "a-", "A_2"}, {&blood, "0-", "0_2"}, {&blood, "A_3", "A_3"}, {&blood, "B-", ""},
		{&stars, "★★", "C_2"}, {&stars, "★★★", "C_3"}, {&stars, "★, ★★★", "C,C_3"}, {&stars, "☆", ""},
		{&crossed, "X", "X"}, {&crossed, "GOLD", "GOLD"}, {&crossed, "x", "X"},
	} {
		if err := c.f.Check(); err != nil {
			t.Fatal(err)
		}
		v, key, _ := c.f.Parse(c.in, nil)
		if got := record.BagText(v); got != c.want || (key == "") != (c.want != "") {
			t.Errorf("%s: %q is read as %q %s, want %q", c.f.Name, c.in, got, key, c.want)
		}
	}
}

// TestMadeCodes: choices whose labels have no Latin letters or begin alike get a code each,
// and none that somebody gave another.
func TestMadeCodes(t *testing.T) {
	long := "A label that goes on and on and on and "
	for name, c := range map[string]struct{ in, want string }{
		"Chinese": {strings.Join(strings.Split("金银铜铁锡铅锌镍钴钛铬", ""), "\n"), "C C_2 C_3 C_4 C_5 C_6 C_7 C_8 C_9 C_10 C_11"},
		"long":    {long + "1\n" + long + "2", "A_LABEL_THAT_GOES_ON_AND_ON_AN A_LABEL_THAT_GOES_ON_AND_ON_2"},
		"given":   {"Gold\nGOLD=Gold card\n新\nC=金", "GOLD_2 GOLD C_2 C"},
	} {
		f := field.Field{Name: "A", Areas: "client", Kind: field.Choice, Choices: c.in}
		if err := f.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var codes []string
		for _, o := range f.Options() {
			codes = append(codes, o.Code)
		}
		if got := strings.Join(codes, " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	f := field.Field{Name: "A", Areas: "client", Kind: field.Choice, Choices: strings.Repeat("金\n", 301)}
	if err := f.Check(); err == nil || !strings.Contains(err.Error(), "field.error.choices") {
		t.Errorf("too many: %v", err)
	}
}

// TestMadeFieldCodes: names that make the same code get one each; the same name twice and a
// code that somebody typed are refused.
func TestMadeFieldCodes(t *testing.T) {
	w := dbtest.NewWorld(t)
	list := []*field.Field{{Name: "鞋码", Areas: "client", Kind: field.Text}, {Name: "会员号", Areas: "client", Kind: field.Text},
		{Name: "Club no.", Areas: "client", Kind: field.Text}, {Name: "Club-No", Areas: "client", Kind: field.Text}}
	define(t, w, list...)
	var codes []string
	for _, f := range list {
		codes = append(codes, f.Code)
	}
	if want := []string{"field", "field_2", "club_no", "club_no_2"}; !slices.Equal(codes, want) {
		t.Errorf("codes %v, want %v", codes, want)
	}
	for _, f := range []*field.Field{{Name: "鞋码", Areas: "client", Kind: field.Text}, {Name: "Other", Code: "field", Areas: "client", Kind: field.Text}} {
		err := run(w, "ada", func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, f) })
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("%s, %s: %v", f.Name, f.Code, err)
		}
	}
}

// TestDefaultOff: a choice that is switched off can't be the value from the start, and
// where it is one since before, new records are made without it.
func TestDefaultOff(t *testing.T) {
	w := dbtest.NewWorld(t)
	f := &field.Field{Name: "Tier", Areas: "client", Kind: field.Choice, Choices: "GOLD=Gold\nOLD=Old", Default: "OLD"}
	define(t, w, f)
	err := run(w, "ada", func(ctx context.Context, tx *db.Tx) error {
		x := new(field.Field)
		return record.Edit(ctx, tx, x, f.ID, 0, func() error { x.Choices = "GOLD=Gold\n-OLD=Old"; return nil })
	})
	if !hasPath(err, "default_value") {
		t.Errorf("switching the default off: %v", err)
	}
	before := field.Field{Kind: field.Choice, Choices: "GOLD=Gold\n-OLD=Old", Default: "OLD"}
	if v := before.Initial(); v != nil {
		t.Errorf("from the start %v", v)
	}
	before.Default = "GOLD"
	if v := before.Initial(); v != "GOLD" {
		t.Errorf("from the start %v", v)
	}
}

// TestConditionValues: what a condition compares with is kept as records have it, however
// it was written.
func TestConditionValues(t *testing.T) {
	w := dbtest.NewWorld(t)
	define(t, w, &field.Field{Name: "Card", Areas: "client", Kind: field.Choice, Choices: "GC=Gold card"},
		&field.Field{Name: "Ski", Areas: "client", Kind: field.YesNo})
	must := &field.Field{Name: "Number", Areas: "client", Kind: field.Text, Requirement: field.If, RequiredIf: "fields.card = gold CARD\nfields.ski=yes"}
	define(t, w, must)
	if want := "fields.card = GC\nfields.ski = true"; must.RequiredIf != want {
		t.Errorf("kept as %q, want %q", must.RequiredIf, want)
	}
	n := &flow.NewClient{Client: client.Client{Name: "Kos/Ewa", Kind: "personal", Fields: `{"card":"GC","ski":true}`}}
	err := run(w, "ann", func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) })
	var e *errs.Error
	if !errors.As(err, &e) || !hasPath(err, "fields.number") {
		t.Errorf("without what is required: %v", err)
	}
}

// TestDefaultUnseen: a new record has the value from the start of a field that its maker
// doesn't see, and the maker still doesn't see it.
func TestDefaultUnseen(t *testing.T) {
	w := dbtest.NewWorld(t)
	define(t, w, &field.Field{Name: "Risk", Areas: "client", Kind: field.Choice, Choices: "N=Normal\nH=High", Default: "N", ViewRoles: "administrator"})
	c := make1(t, w, "Kos/Ewa", "")
	if c.Fields != "" {
		t.Errorf("the maker is given %s", c.Fields)
	}
	for who, want := range map[string]record.Bag{"ann": "", "ada": `{"risk":"N"}`} {
		dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
			var r client.Client
			err := record.Get(ctx, tx, &r, c.ID)
			if r.Fields != want {
				t.Errorf("%s sees %q, want %q", who, r.Fields, want)
			}
			return err
		})
	}
	if got := find(t, w, "ada", "field_risk=N"); len(got) != 1 {
		t.Errorf("the list finds %v", got)
	}
}
