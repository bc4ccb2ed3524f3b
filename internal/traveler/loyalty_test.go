package traveler_test

import (
	"context"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

func TestLoyaltyCheck(t *testing.T) {
	for path, l := range map[string]traveler.Loyalty{
		"number":     {ProgrammeID: 1},
		"programme":  {Number: "1"},
		"tier_until": {ProgrammeID: 1, Number: "1", TierUntil: "soon"},
		"expires":    {ProgrammeID: 1, Number: "1", Issued: "2026-02-01", Expires: "2026-01-01"},
		"issued":     {ProgrammeID: 1, Number: "1", Issued: "--02-01"},
		"tier":       {ProgrammeID: 1, Number: "1", Tier: strings.Repeat("x", 101)},
		"note":       {ProgrammeID: 1, Number: "1", Note: strings.Repeat("x", 1001)},
		"pin":        {ProgrammeID: 1, Number: "1", PIN: record.Plain(strings.Repeat("x", 101))},
	} {
		if err := l.Check(); err == nil || !strings.Contains(err.Error(), path+":") {
			t.Errorf("%s: %v", path, err)
		}
	}
	l := traveler.Loyalty{ProgrammeID: 1, Number: "  99  22 "}
	if err := l.Check(); err != nil || l.Number != "99 22" {
		t.Errorf("%q, %v", l.Number, err)
	}
}

func TestShippedProgrammes(t *testing.T) {
	all := traveler.ShippedProgrammes()
	if len(all) < 90 {
		t.Fatalf("%d programmes", len(all))
	}
	seen := map[string]bool{}
	for _, p := range all {
		if seen[p.NameKey] || p.ID != 0 || !p.Active {
			t.Errorf("%+v", p)
		}
		seen[p.NameKey] = true
	}
	for number, fits := range map[string]bool{"9920 0000 0000 001": true, "992-000-000-000-001": true, "": true, "12345": false, "9920000000000012": false} {
		p := traveler.Programme{Pattern: `\d{15}`}
		if p.Fits(number) != fits {
			t.Errorf("%q fits: %v", number, !fits)
		}
	}
	if (&traveler.Programme{}).Fits("anything") == false {
		t.Error("nobody knows what its numbers look like")
	}
	if err := (&traveler.Programme{Name: "x", Pattern: "("}).Check(); err == nil {
		t.Error("a broken pattern")
	}
}

// TestProgrammes: a programme typed on the spot is there for everybody afterwards (R036),
// and only who keeps the lists changes it.
func TestProgrammes(t *testing.T) {
	w := dbtest.NewWorld(t)
	named := func(name, kind string) *traveler.Programme {
		var p *traveler.Programme
		dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) {
			p, err = traveler.ProgrammeNamed(ctx, tx, name, kind)
			return err
		})
		return p
	}
	more := named("miles & MORE", "hotel")
	if more.Name != "Miles & More" || more.Kind != "air" || more.Supplier != "Lufthansa Group" {
		t.Errorf("%+v", more)
	}
	own := named("Klub Stałego Gościa", "hotel")
	if again := named(" klub  stałego gościa ", "air"); again.ID != own.ID || again.Kind != "hotel" {
		t.Errorf("%+v", again)
	}
	offered := func(who string) map[string]int64 {
		out := map[string]int64{}
		dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
			list, err := traveler.Offered(ctx, tx)
			for _, p := range list {
				if _, twice := out[p.Name]; twice {
					t.Errorf("%s is offered twice", p.Name)
				}
				out[p.Name] = p.ID
			}
			return err
		})
		return out
	}
	if got := offered("bob"); got["Klub Stałego Gościa"] != own.ID || got["Miles & More"] != more.ID || len(got) != len(traveler.ShippedProgrammes())+1 {
		t.Errorf("bob is offered %d", len(got))
	}
	if _, ok := offered("zoe")["Klub Stałego Gościa"]; ok {
		t.Error("the other agency knows it")
	}
	off := func(who string) error {
		return w.DB.Update(t.Context(), w.As(who), func(tx *db.Tx) error {
			p := new(traveler.Programme)
			return record.Edit(t.Context(), tx, p, more.ID, 0, func() error { p.Active = false; return nil })
		})
	}
	if err := off("ann"); !errs.Is(err, errs.Forbidden) {
		t.Errorf("an agent switches it off: %v", err)
	}
	if err := off("max"); err != nil {
		t.Fatal(err)
	}
	if _, ok := offered("ann")["Miles & More"]; ok {
		t.Error("it is still offered")
	}
}

// TestLoyalty: one membership per supplier is the default, the PIN is sealed, and the
// history has no trace of it.
func TestLoyalty(t *testing.T) {
	w := dbtest.NewWorld(t)
	id := somebody(t, w, "Kowalska")
	add := func(programme, number string, def bool) int64 {
		var l *traveler.Loyalty
		dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
			p, err := traveler.ProgrammeNamed(ctx, tx, programme, "")
			if err != nil {
				return err
			}
			l = &traveler.Loyalty{TravelerID: id, ProgrammeID: p.ID, Number: number, Default: def, PIN: record.Plain("zq4711")}
			return record.Insert(ctx, tx, l)
		})
		return l.ID
	}
	bahn, flying := add("BahnBonus", "1", true), add("Flying Blue", "2", true)
	card := add("BahnCard", "3", true)
	defaults := map[int64]bool{}
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		list, err := traveler.Memberships(ctx, tx, id)
		for _, m := range list {
			defaults[m.ID] = m.Default
			if m.PIN.String() != "•••" || strings.Contains(string(m.PIN), "zq4711") {
				t.Errorf("the PIN is %q", string(m.PIN))
			}
		}
		return err
	})
	if defaults[bahn] || !defaults[flying] || !defaults[card] {
		t.Errorf("defaults are %v", defaults)
	}
	err := w.DB.Update(t.Context(), w.As("ann"), func(tx *db.Tx) error {
		var l traveler.Loyalty
		if err := record.Get(t.Context(), tx, &l, card); err != nil {
			return err
		}
		return record.Insert(t.Context(), tx, &traveler.Loyalty{TravelerID: id, ProgrammeID: l.ProgrammeID, Number: "3"})
	})
	if !errs.Is(err, errs.Conflict) {
		t.Errorf("the same number twice: %v", err)
	}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		if pin, err := record.Reveal(ctx, tx, "loyalty", card, "pin", "test"); err != nil || pin != "zq4711" {
			t.Errorf("revealed %q, %v", pin, err)
		}
		past, err := record.History(ctx, tx, record.Ref{Kind: "traveler", ID: id}, 0, 50)
		for _, e := range past {
			for _, c := range e.Changes {
				if strings.Contains(c.Old+c.New, "zq4711") {
					t.Errorf("the history has it: %+v", e)
				}
			}
		}
		return err
	})
}

func TestSpecialDates(t *testing.T) {
	w := dbtest.NewWorld(t)
	id := somebody(t, w, "Kowalska")
	insert := func(r record.Record) error {
		return w.DB.Update(t.Context(), w.As("ann"), func(tx *db.Tx) error { return record.Insert(t.Context(), tx, r) })
	}
	for path, s := range map[string]*traveler.SpecialDate{
		"date":        {Type: "WEDDING"},
		"type":        {Date: "2001-06-12", Yearly: true},
		"remind_days": {Type: "WEDDING", Date: "2001-06-12", RemindDays: 400},
		"type:":       {Type: "NOTHING", Date: "2001-06-12"},
		"date:":       {Type: "WEDDING", Date: "--06-12"}, // once, but when?
	} {
		s.TravelerID = id
		if err := insert(s); !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), strings.TrimSuffix(path, ":")+":") {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, s := range []*traveler.SpecialDate{{Type: "wedding", Date: "--06-12", Yearly: true, RemindDays: 10}, {Type: "GRADUATION", Date: "2026-03-01"}} {
		s.TravelerID = id
		if err := insert(s); err != nil {
			t.Fatal(err)
		}
	}
	var got []traveler.SpecialDate
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) {
		got, err = traveler.SpecialDates(ctx, tx, id)
		return err
	})
	if len(got) != 2 || got[0].Type != "GRADUATION" || got[1].MonthDay != "06-12" {
		t.Fatalf("%+v", got)
	}
	for today, due := range map[date.Date][2]bool{"2026-02-28": {false, false}, "2026-03-01": {true, false}, "2026-03-02": {false, false},
		"2026-06-01": {false, false}, "2026-06-02": {false, true}, "2026-06-12": {false, true}, "2026-06-13": {false, false}, "2031-06-10": {false, true}} {
		for i := range got {
			if got[i].Due(today) != due[i] {
				t.Errorf("%s is due on %s: %v", got[i].Type, today, !due[i])
			}
		}
	}
}

func TestEmergencyContacts(t *testing.T) {
	w := dbtest.NewWorld(t)
	id := somebody(t, w, "Kowalska")
	insert := func(e *traveler.EmergencyContact) error {
		e.TravelerID = id
		return w.DB.Update(t.Context(), w.As("ann"), func(tx *db.Tx) error { return record.Insert(t.Context(), tx, e) })
	}
	for path, e := range map[string]*traveler.EmergencyContact{
		"name:":  {Phone: "600 100 200"},
		"phone:": {Name: "Jan"},
		"phone":  {Name: "Jan", Phone: "12"},
		"email:": {Name: "Jan", Email: "jan at home"},
	} {
		if err := insert(e); !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), strings.TrimSuffix(path, ":")+":") {
			t.Errorf("%s %v", path, err)
		}
	}
	home := &traveler.EmergencyContact{Name: " Jan  Kowalski", Relation: "father", Phone: "600 100 200", Email: "Jan@Example.com"}
	if err := insert(home); err != nil || home.Name != "Jan Kowalski" || home.PhoneNorm != "+48600100200" || home.Email != "jan@example.com" {
		t.Errorf("%+v, %v", home, err)
	}
	if err := insert(&traveler.EmergencyContact{Name: "Desk", Phone: "ext. 4711"}); err != nil {
		t.Errorf("an extension: %v", err)
	}
}
