package imports_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// TestOwnFields: columns named like fields of the agency's own fill them, for new clients
// and for those that are there; what doesn't fit is reported and kept as a remark; what
// is required isn't asked of a file; undo takes all of it back.
func TestOwnFields(t *testing.T) {
	d := newDesk(t)
	dbtest.Update(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		for _, f := range []*field.Field{
			{Name: "Membership", Names: "pl=Członkostwo", Areas: "client", Kind: field.Choice, Choices: "GOLD=Gold card\nOLD=Old", Active: true},
			{Name: "Shoe size", Areas: "traveler", Kind: field.Number, Active: true},
			{Name: "Budget", Areas: "client", Kind: field.Number, Requirement: field.Always, Active: true},
			{Name: "Secret", Areas: "client", Kind: field.Text, ViewRoles: "administrator", Active: true},
		} {
			if err := record.Insert(ctx, tx, f); err != nil {
				return err
			}
		}
		return nil
	})
	own := func() (out string) {
		dbtest.View(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			var cs []client.Client
			if err := record.Select(ctx, tx, &cs, "ORDER BY r.name_key"); err != nil {
				return err
			}
			for _, c := range cs {
				out += c.Name + " " + string(c.Fields) + "\n"
			}
			var ts []traveler.Traveler
			err := record.Select(ctx, tx, &ts, "ORDER BY r.name_key")
			for _, v := range ts {
				out += v.Name() + " " + string(v.Fields) + "\n"
			}
			return err
		})
		return out
	}
	const first = "Last name;First name;E-mail;Członkostwo;Shoe size;Secret\nKos;Ewa;ewa@example.com;gold card;38,5;x\nZak;Jan;jan@example.com;Platinum;;\n"
	run := d.upload("max", "clients.csv", first)
	m, err := run.ReadMapping()
	if err != nil {
		t.Fatal(err)
	}
	if m.Columns[3].Target != "own.client.membership" || m.Columns[4].Target != "own.traveler.shoe_size" || strings.HasPrefix(m.Columns[5].Target, "own") {
		t.Fatalf("proposed: %+v", m.Columns)
	}
	d.set("max", run, nil)
	d.do("max", run.ID, d.Check)
	done := d.do("max", run.ID, d.Start)
	if done.Created != 2 || done.Warnings != 1 || done.Errors != 0 {
		t.Errorf("%+v", done)
	}
	want := "Kos/Ewa {\"membership\":\"GOLD\"}\nZak/Jan \nKos/Ewa {\"shoe_size\":38.5}\nZak/Jan \n"
	if got := own(); got != want {
		t.Errorf("%s", got)
	}
	// Again, with something new for both, which fills in what is empty.
	again := d.upload("max", "more.csv", "Last name;First name;E-mail;Membership;Shoe size\nKos;Ewa;ewa@example.com;OLD;40\nZak;Jan;jan@example.com;OLD;43\n")
	d.set("max", again, func(o *imports.Options) { o.Match = []string{imports.MatchEmail} })
	d.do("max", again.ID, d.Check)
	if done = d.do("max", again.ID, d.Start); done.Updated != 1 || done.Skipped != 1 {
		t.Errorf("%+v", done)
	}
	if got := own(); got != "Kos/Ewa {\"membership\":\"GOLD\"}\nZak/Jan {\"membership\":\"OLD\"}\nKos/Ewa {\"shoe_size\":38.5}\nZak/Jan {\"shoe_size\":43}\n" {
		t.Errorf("%s", got)
	}
	d.do("max", again.ID, d.Undo)
	if got := own(); got != want {
		t.Errorf("undone: %s", got)
	}
	dbtest.View(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		var n int64
		err := tx.Row(ctx, "SELECT count(*) FROM {field_value} x", nil, &n)
		if n != 2 {
			t.Errorf("%d values for lists, want 2", n)
		}
		return err
	})
}

// TestChoiceSwitchedOff: a file may name a choice that isn't offered any more: it says what
// a client had, and doesn't end the import.
func TestChoiceSwitchedOff(t *testing.T) {
	d := newDesk(t)
	card := &field.Field{Name: "Card", Areas: "client", Kind: field.Choice, Choices: "GOLD=Gold\nOLD=Old", Active: true}
	dbtest.Update(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, card) })
	take := func(name, file string) *imports.Run {
		run := d.upload("max", name, file)
		d.set("max", run, func(o *imports.Options) { o.Match = []string{imports.MatchEmail} })
		d.do("max", run.ID, d.Check)
		return d.do("max", run.ID, d.Start)
	}
	const head = "Last name;First name;E-mail;Card\n"
	take("a.csv", head+"Kos;Ewa;ewa@example.com;Old\n")
	dbtest.Update(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		return record.Edit(ctx, tx, card, card.ID, 0, func() error { card.Choices = "GOLD=Gold\n-OLD=Old"; return nil })
	})
	done := take("b.csv", head+"Kos;Ewa;ewa@example.com;Old\nZak;Jan;jan@example.com;Old\nLis;Ala;ala@example.com;Gold\n")
	if done.Created != 2 || done.Skipped != 1 || done.Errors != 0 || done.Warnings != 0 {
		t.Errorf("%+v", done)
	}
	dbtest.View(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		var cs []client.Client
		err := record.Select(ctx, tx, &cs, "ORDER BY r.name_key")
		var got []string
		for _, c := range cs {
			got = append(got, c.Name+" "+string(c.Fields)+" "+c.Remarks)
		}
		want := []string{`Kos/Ewa {"card":"OLD"} `, `Lis/Ala {"card":"GOLD"} `, `Zak/Jan {"card":"OLD"} `}
		if !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
		return err
	})
}

// TestOwnDoubts: a value that a field doesn't take, or a second one from another row of the
// client, becomes a remark, but not of a field that not everybody may see.
func TestOwnDoubts(t *testing.T) {
	d := newDesk(t)
	dbtest.Update(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		for _, f := range []*field.Field{
			{Name: "Budget", Areas: "client", Kind: field.Number, Active: true},
			{Name: "Debt", Areas: "client", Kind: field.Number, ViewRoles: "administrator", Active: true},
		} {
			if err := record.Insert(ctx, tx, f); err != nil {
				return err
			}
		}
		return nil
	})
	run := d.imported("ada", "list.csv", "Account code;Last name;First name;Budget;Debt\n"+
		"K1;Kos;Jan;100;200\nK1;Kos;Ewa;101;201\nK2;Lis;Jan;a lot;too much\n", nil)
	d.expect(run, "create 2 update 0 skip 0 error 0 warned 2")
	dbtest.View(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		var cs []client.Client
		err := record.Select(ctx, tx, &cs, "ORDER BY r.name_key")
		for i, want := range []string{`Budget: 101 {"budget":100,"debt":200}`, `Budget: a lot `} {
			if got := cs[i].Remarks + " " + string(cs[i].Fields); got != want {
				t.Errorf("%s: %s, want %s", cs[i].Name, got, want)
			}
		}
		return err
	})
	if got := strings.Join(d.report("ada", run.ID), "\n"); strings.Contains(got, "201") || strings.Contains(got, "too much") {
		t.Errorf("the report repeats it: %s", got)
	}
}
