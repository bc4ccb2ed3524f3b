package field_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// TestCheck tidies definitions and refuses what can't be.
func TestCheck(t *testing.T) {
	f := field.Field{Name: "  Größe der  Schuhe ", Areas: "traveler", Kind: field.Number, Default: "42,50"}
	if err := f.Check(); err != nil {
		t.Fatal(err)
	}
	if f.Name != "Größe der Schuhe" || f.Code != "grosse_der_schuhe" || f.Default != "42.5" || f.Requirement != field.Never {
		t.Errorf("%+v", f)
	}
	f = field.Field{Name: "Card", Areas: "client", Kind: field.Choice, Choices: "Gold card\nGold card\n\n -OLD = Old one \nX=", ViewRoles: "agent, manager"}
	if err := f.Check(); err != nil {
		t.Fatal(err)
	}
	if f.Choices != "GOLD_CARD=Gold card\nGOLD_CARD_2=Gold card\n-OLD=Old one\nX=X" || f.ViewRoles != "agent,manager" {
		t.Errorf("%q %q", f.Choices, f.ViewRoles)
	}
	for want, f := range map[string]field.Field{
		"name":          {Areas: "client", Kind: field.Text},
		"areas":         {Name: "A", Areas: "trip", Kind: field.Text},
		"kind":          {Name: "A", Areas: "client", Kind: "money"},
		"code":          {Name: "A", Code: "A B", Areas: "client", Kind: field.Text},
		"choices":       {Name: "A", Areas: "client", Kind: field.Choice},
		"view_roles":    {Name: "A", Areas: "client", Kind: field.Text, ViewRoles: "king"},
		"default_value": {Name: "A", Areas: "client", Kind: field.Date, Default: "soon"},
		"names":         {Name: "A", Areas: "client", Kind: field.Text, Names: "xx=B"},
		"required_if":   {Name: "A", Areas: "client", Kind: field.Text, Requirement: field.If, RequiredIf: "age < 18"},
	} {
		if err := f.Check(); !hasPath(err, want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func hasPath(err error, path string) bool {
	var e *errs.Error
	return errors.As(err, &e) && slices.ContainsFunc(e.Fields, func(f errs.Field) bool { return f.Path == path })
}

// TestParse reads values of each kind.
func TestParse(t *testing.T) {
	dmy := date.DMY
	choice := field.Field{Kind: field.Choice, Choices: "GOLD=Gold card\n-OLD=Old, rare"}
	several := field.Field{Kind: field.Several, Choices: choice.Choices}
	for _, c := range []struct {
		f    field.Field
		in   any
		want any
		key  string
	}{
		{field.Field{Kind: field.Text}, " a  b ", "a b", ""},
		{field.Field{Kind: field.Text}, strings.Repeat("x", 201), nil, "error.too_long"},
		{field.Field{Kind: field.Text}, "", nil, ""},
		{field.Field{Kind: field.Long}, "a\nb", "a\nb", ""},
		{field.Field{Kind: field.Number}, "42,5", json.Number("42.5"), ""},
		{field.Field{Kind: field.Number}, "1 234.50", json.Number("1234.5"), ""},
		{field.Field{Kind: field.Number}, "-0", json.Number("0"), ""},
		{field.Field{Kind: field.Number}, "-.5", json.Number("-0.5"), ""},
		{field.Field{Kind: field.Number}, int64(7), json.Number("7"), ""},
		{field.Field{Kind: field.Number}, json.Number("0.1"), json.Number("0.1"), ""},
		{field.Field{Kind: field.Number}, "1e5", nil, "field.error.number"},
		{field.Field{Kind: field.Number}, "1.23456", nil, "field.error.number"},
		{field.Field{Kind: field.Number}, "1234567890123", nil, "field.error.number"},
		{field.Field{Kind: field.Number}, "-", nil, "field.error.number"},
		{field.Field{Kind: field.Date}, "12.3.2026", "2026-03-12", ""},
		{field.Field{Kind: field.Date}, "2026-02-30", nil, "error.date"},
		{field.Field{Kind: field.YesNo}, "Tak", true, ""},
		{field.Field{Kind: field.YesNo}, false, false, ""},
		{field.Field{Kind: field.YesNo}, "maybe", nil, "field.error.yesno"},
		{choice, "gold CARD", "GOLD", ""},
		{choice, "old", "OLD", ""},
		{choice, "SILVER", nil, "field.error.value"},
		{several, "old, rare", []string{"OLD"}, ""},
		{several, []any{"OLD", "gold"}, []string{"GOLD", "OLD"}, ""},
		{several, []any{}, nil, ""},
		{several, map[string]any{"a": 1}, nil, "error.invalid"},
		{field.Field{Kind: field.Link}, "example.com/a", "https://example.com/a", ""},
		{field.Field{Kind: field.Link}, "javascript:alert(1)", nil, "error.url"},
	} {
		got, key, _ := c.f.Parse(c.in, &dmy)
		if !reflect.DeepEqual(got, c.want) || key != c.key {
			t.Errorf("%s %q: %#v %s, want %#v %s", c.f.Kind, c.in, got, key, c.want, c.key)
		}
	}
}

// define makes fields as the administrator.
func define(t *testing.T, w *dbtest.World, list ...*field.Field) {
	t.Helper()
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		for i, f := range list {
			f.Active, f.Position = true, int64(i)
			if err := record.Insert(ctx, tx, f); err != nil {
				return err
			}
		}
		return nil
	})
}

func run(w *dbtest.World, name string, fn func(context.Context, *db.Tx) error) error {
	return w.DB.Update(context.Background(), w.As(name), func(tx *db.Tx) error { return fn(context.Background(), tx) })
}

func make1(t *testing.T, w *dbtest.World, name string, bag record.Bag) *client.Client {
	t.Helper()
	n := &flow.NewClient{Client: client.Client{Name: name, Kind: "personal", Fields: bag}}
	if err := run(w, "ann", func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) }); err != nil {
		t.Fatal(err)
	}
	return &n.Client
}

// TestValues saves, hides, refuses and keeps the history of values.
func TestValues(t *testing.T) {
	w := dbtest.NewWorld(t)
	define(t, w, &field.Field{Name: "Size", Areas: "client,traveler", Kind: field.Number},
		&field.Field{Name: "Card", Areas: "client", Kind: field.Choice, Choices: "GOLD=Gold\nOLD=Old", Default: "GOLD"},
		&field.Field{Name: "Secret", Areas: "client", Kind: field.Text, ViewRoles: "administrator,manager"},
		&field.Field{Name: "Rank", Areas: "client", Kind: field.Text, EditRoles: "administrator"})
	c := make1(t, w, "Kos/Ewa", record.BagOf(map[string]any{"size": "42,5"}))
	if c.Fields != `{"card":"GOLD","size":42.5}` {
		t.Fatalf("%s", c.Fields)
	}
	edit := func(who, key string, v any) error {
		return run(w, who, func(ctx context.Context, tx *db.Tx) error {
			var r client.Client
			return record.Edit(ctx, tx, &r, c.ID, 0, func() error { r.Fields = r.Fields.With(key, v); return nil })
		})
	}
	for _, s := range []struct {
		who, key string
		v        any
		kind     errs.Kind
		path     string
	}{
		{"ada", "secret", "plan B", errs.Internal, ""},
		{"ann", "secret", "x", errs.Invalid, "fields.secret"}, // unknown to her
		{"ann", "rank", "x", errs.Forbidden, "fields.rank"},
		{"ann", "size", "big", errs.Invalid, "fields.size"},
		{"ann", "nothing", "x", errs.Invalid, "fields.nothing"},
		{"ann", "size", "43", errs.Internal, ""},
		{"ada", "rank", "first", errs.Internal, ""},
	} {
		err := edit(s.who, s.key, s.v)
		if s.path == "" && err != nil || s.path != "" && (!errs.Is(err, s.kind) || !hasPath(err, s.path)) {
			t.Errorf("%s sets %s to %v: %v", s.who, s.key, s.v, err)
		}
	}
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		var r client.Client
		if err := record.Get(ctx, tx, &r, c.ID); err != nil {
			return err
		}
		if r.Fields != `{"card":"GOLD","rank":"first","size":43}` {
			t.Errorf("ann sees %s", r.Fields)
		}
		h, err := record.History(ctx, tx, record.Ref{Kind: "client", ID: c.ID}, 0, 20)
		var got []string
		for _, e := range h {
			for _, ch := range e.Changes {
				if strings.HasPrefix(ch.Field, "fields") {
					got = append(got, ch.Field+":"+ch.Old+">"+ch.New)
				}
			}
		}
		if want := []string{"fields.rank:>first", "fields.size:42.5>43", "fields.card:>GOLD", "fields.size:>42.5"}; !slices.Equal(got, want) {
			t.Errorf("history %v, want %v", got, want)
		}
		return err
	})
	dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		var r client.Client
		err := record.Get(ctx, tx, &r, c.ID)
		if r.Fields.Texts()["secret"] != "plan B" {
			t.Errorf("ada sees %s", r.Fields)
		}
		return err
	})
}

// TestConflict names both values of a field that two people changed.
func TestConflict(t *testing.T) {
	w := dbtest.NewWorld(t)
	define(t, w, &field.Field{Name: "Size", Areas: "client", Kind: field.Number}, &field.Field{Name: "Note", Areas: "client", Kind: field.Text})
	c := make1(t, w, "Kos/Ewa", record.BagOf(map[string]any{"size": "42", "note": "a"}))
	set := func(size, note string) error {
		return run(w, "ann", func(ctx context.Context, tx *db.Tx) error {
			var r client.Client
			return record.Edit(ctx, tx, &r, c.ID, 1, func() error {
				r.Fields = r.Fields.With("size", size).With("note", note)
				return nil
			})
		})
	}
	if err := set("43", "a"); err != nil {
		t.Fatal(err)
	}
	var e *errs.Error
	if err := set("44", "a"); !errors.As(err, &e) || e.Kind != errs.Conflict {
		t.Fatal(err)
	}
	want := []errs.Field{{Path: "fields.size", Key: "conflict.both", Mine: "44", Theirs: "43"}}
	if !reflect.DeepEqual(e.Fields, want) {
		t.Errorf("%+v", e.Fields)
	}
}

// TestRequired asks for a value always or under conditions, of people alone.
func TestRequired(t *testing.T) {
	w := dbtest.NewWorld(t)
	define(t, w, &field.Field{Name: "Guardian", Areas: "traveler", Kind: field.Text, Requirement: field.If, RequiredIf: "age < 18\nnationality = Poland"},
		&field.Field{Name: "Ski", Areas: "traveler", Kind: field.YesNo},
		&field.Field{Name: "Boots", Areas: "traveler", Kind: field.Number, Requirement: field.If, RequiredIf: "fields.ski = true"},
		&field.Field{Name: "Budget", Areas: "client", Kind: field.Number, Requirement: field.Always, EditRoles: "administrator,agent"})
	born := func(years int) date.Date { return date.Of(w.DB.Now()).AddMonths(-12 * years) }
	person := func(who string, via string, tv traveler.Traveler) error {
		a := w.As(who)
		a.Via = via
		tv.Family = "Kos"
		return w.DB.Update(t.Context(), a, func(tx *db.Tx) error {
			return flow.CreateTraveler(t.Context(), tx, &flow.NewTraveler{Traveler: tv})
		})
	}
	for _, c := range []struct {
		tv   traveler.Traveler
		path string
	}{
		{traveler.Traveler{BirthDate: born(10), Nationality: "PL"}, "fields.guardian"},
		{traveler.Traveler{BirthDate: born(10), Nationality: "DE,PL", Fields: `{"guardian":"Mum"}`}, ""},
		{traveler.Traveler{BirthDate: born(18), Nationality: "PL"}, ""},
		{traveler.Traveler{BirthDate: born(10), Nationality: "DE"}, ""},
		{traveler.Traveler{Nationality: "PL"}, ""}, // of unknown age
		{traveler.Traveler{Fields: `{"ski":true}`}, "fields.boots"},
		{traveler.Traveler{Fields: `{"ski":true,"boots":43}`}, ""},
		{traveler.Traveler{Fields: `{"ski":false}`}, ""},
	} {
		if err := person("ann", "web", c.tv); (c.path == "") != (err == nil) || c.path != "" && !hasPath(err, c.path) {
			t.Errorf("%+v: %v", c.tv, err)
		}
	}
	if err := person("ann", "import", traveler.Traveler{Fields: `{"ski":true}`}); err != nil {
		t.Errorf("a file isn't asked: %v", err)
	}
	n := &flow.NewClient{Client: client.Client{Name: "A/B"}}
	if err := run(w, "ann", func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) }); !hasPath(err, "fields.budget") {
		t.Errorf("without what is required: %v", err)
	}
	if err := run(w, "max", func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) }); err != nil {
		t.Errorf("who may not fill it in isn't asked: %v", err)
	}
	c := make1(t, w, "Kos/Ewa", `{"budget":5}`)
	err := run(w, "ann", func(ctx context.Context, tx *db.Tx) error {
		var r client.Client
		return record.Edit(ctx, tx, &r, c.ID, 0, func() error { r.Fields = ""; return nil })
	})
	if !hasPath(err, "fields.budget") {
		t.Errorf("emptied: %v", err)
	}
}

// TestInUse keeps what values rely on.
func TestInUse(t *testing.T) {
	w := dbtest.NewWorld(t)
	f := &field.Field{Name: "Card", Areas: "client,traveler", Kind: field.Choice, Choices: "GOLD=Gold\nOLD=Old"}
	note := &field.Field{Name: "Note", Areas: "client", Kind: field.Text}
	define(t, w, f, note)
	c := make1(t, w, "Kos/Ewa", `{"card":"GOLD","note":"x"}`)
	edit := func(f *field.Field, change func(*field.Field)) error {
		return run(w, "ada", func(ctx context.Context, tx *db.Tx) error {
			var r field.Field
			return record.Edit(ctx, tx, &r, f.ID, 0, func() error { change(&r); return nil })
		})
	}
	for path, change := range map[string]func(*field.Field){
		"kind":    func(f *field.Field) { f.Kind = field.Several },
		"areas":   func(f *field.Field) { f.Areas = "traveler" },
		"choices": func(f *field.Field) { f.Choices = "OLD=Old" },
		"code":    func(f *field.Field) { f.Code = "other" },
	} {
		if err := edit(f, change); !hasPath(err, path) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := edit(f, func(f *field.Field) { f.Choices = "-GOLD=Gold"; f.Areas = "client" }); err != nil {
		t.Errorf("what nobody uses may go: %v", err)
	}
	if err := edit(note, func(f *field.Field) { f.Kind = field.Long }); err != nil {
		t.Errorf("a text may become longer: %v", err)
	}
	remove := func() error {
		return run(w, "ada", func(ctx context.Context, tx *db.Tx) error { return record.Delete(ctx, tx, new(field.Field), f.ID, 0) })
	}
	if err := remove(); !errs.Is(err, errs.Conflict) {
		t.Errorf("in use: %v", err)
	}
	set := func(v string) error {
		return run(w, "ann", func(ctx context.Context, tx *db.Tx) error {
			var r client.Client
			return record.Edit(ctx, tx, &r, c.ID, 0, func() error { r.Fields = r.Fields.With("card", v); return nil })
		})
	}
	if err := set("GOLD"); err != nil {
		t.Errorf("a choice that was switched off may stay: %v", err)
	}
	if err := set(""); err != nil {
		t.Fatal(err)
	}
	if err := set("GOLD"); !hasPath(err, "fields.card") {
		t.Errorf("but not come back: %v", err)
	}
	if err := remove(); err != nil {
		t.Errorf("not in use any more: %v", err)
	}
}

// TestSwitchedOff takes a field out of sight and keeps its values.
func TestSwitchedOff(t *testing.T) {
	w := dbtest.NewWorld(t)
	f := &field.Field{Name: "Card", Areas: "client", Kind: field.Text}
	define(t, w, f, &field.Field{Name: "Note", Areas: "client", Kind: field.Text})
	c := make1(t, w, "Kos/Ewa", `{"card":"G1"}`)
	active := func(yes bool) {
		dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			var r field.Field
			return record.Edit(ctx, tx, &r, f.ID, 0, func() error { r.Active = yes; return nil })
		})
	}
	active(false)
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		var r client.Client
		return record.Edit(ctx, tx, &r, c.ID, 0, func() error {
			if r.Fields != "" {
				t.Errorf("still there: %s", r.Fields)
			}
			r.Fields = r.Fields.With("note", "n")
			return nil
		})
	})
	active(true)
	if got := find(t, w, "ann", "field_card=g1"); !slices.Equal(got, []string{"Kos/Ewa"}) {
		t.Errorf("%v", got)
	}
}

// TestGone removes the values of what was purged.
func TestGone(t *testing.T) {
	w := dbtest.NewWorld(t)
	f := &field.Field{Name: "Card", Areas: "client", Kind: field.Text}
	define(t, w, f)
	c := make1(t, w, "Kos/Ewa", `{"card":"G1"}`)
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		if err := flow.TrashClient(ctx, tx, c.ID, 0); err != nil {
			return err
		}
		return record.Purge(ctx, tx, "client", c.ID)
	})
	dbtest.View(t, w.DB, db.System(w.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
		use, err := field.Use(ctx, tx, f.ID)
		if len(use) != 0 {
			t.Errorf("left behind: %v", use)
		}
		return err
	})
}
