package imports_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// TestNumbersCantBeGuessed: neither a dry run nor an import tells a right number of a
// document from a wrong one that ends the same, whatever the mode.
func TestNumbersCantBeGuessed(t *testing.T) {
	d := newDesk(t)
	n := &flow.NewClient{Travelers: []flow.NewTraveler{{Traveler: traveler.Traveler{Family: "Kos", Given: "Ewa"},
		Communications: []contact.Communication{{Type: "email", Value: "ewa@example.com"}}}}}
	dbtest.Update(t, d.World.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		if err := flow.CreateClient(ctx, tx, n); err != nil {
			return err
		}
		of := n.Travelers[0].ID
		if err := record.Insert(ctx, tx, &traveler.Passport{TravelerID: of, Country: "PL", No: record.Plain("ZQ1234567")}); err != nil {
			return err
		}
		if err := record.Insert(ctx, tx, &traveler.Passport{TravelerID: of, MRZ: record.Plain(strings.ReplaceAll(zoneLines, "|", "\n"))}); err != nil {
			return err
		}
		return record.Insert(ctx, tx, &traveler.Visa{TravelerID: of, Country: "US", No: record.Plain("VV7654321")})
	})
	before := d.profiles()
	const head = "Last name;First name;E-mail;Passport number;Passport country;MRZ;Visa number;Visa country\n"
	rows := []string{
		"Kos;Ewa;ewa@example.com;%s;Poland;;;\n", "ZQ1234567", "AB9994567", // the first is right
		"Kos;Ewa;ewa@example.com;;;;%s;USA\n", "VV7654321", "XX1114321",
		"Kos;Ewa;ewa@example.com;;;%s;;\n", zoneLines, otherZone,
	}
	for _, mode := range []string{imports.ModeFill, imports.ModeOverwrite} {
		for i := 0; i < len(rows); i += 3 {
			var said []string
			for _, number := range rows[i+1 : i+3] {
				run := d.imported("sue", "guess.csv", head+fmt.Sprintf(rows[i], number), func(o *imports.Options) { o.Mode = mode })
				said = append(said, fmt.Sprint(run.Created, run.Updated, run.Skipped, run.Warnings, run.Errors, d.report("sue", run.ID), d.problems("sue", run.ID)))
				if !strings.Contains(said[0], "weren’t compared") {
					t.Errorf("%s: nothing is said of the number: %s", mode, said[0])
				}
			}
			if said[0] != said[1] {
				t.Errorf("%s: a right number\n%s\na wrong one\n%s", mode, said[0], said[1])
			}
		}
	}
	if got := d.profiles(); got != before {
		t.Errorf("before\n%s\nafter\n%s", before, got)
	}
}

// otherZone has another number, which ends like that of zoneLines.
const otherZone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<|X111102C38UTO7408122F1204159ZE184226B<<<<<16"

// TestNumbersOfOneRow: two documents of one row whose numbers end alike are both stored,
// for somebody new and for somebody who is there, and not again the next time.
func TestNumbersOfOneRow(t *testing.T) {
	d := newDesk(t)
	d.imported("max", "known.csv", "Last name;First name;E-mail\nKos;Jan;jan@example.com\n", nil)
	const list = "Last name;First name;E-mail;Passport number;Passport 2 number\n" +
		"Kos;Ewa;ewa@example.com;ZQ1234567;AB9994567\nKos;Jan;jan@example.com;ZQ1114567;AB8884567\n"
	for range 2 {
		d.imported("max", "two.csv", list, nil)
		if got := d.profiles(); strings.Count(got, " passport ") != 4 {
			t.Errorf("%s", got)
		}
	}
}
