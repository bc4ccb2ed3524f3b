package imports_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// profiles are all profiles of the agency in short, with the numbers of documents in the
// clear.
func (d *desk) profiles() string {
	d.t.Helper()
	var b strings.Builder
	dbtest.View(d.t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		var people []traveler.Traveler
		if err := record.Select(ctx, tx, &people, "ORDER BY r.name_key, r.id"); err != nil {
			return err
		}
		open := func(r record.Record, column string) string {
			s, err := record.Unsealed(tx, r, column)
			if err != nil {
				d.t.Error(err)
			}
			return s
		}
		for i := range people {
			p := &people[i]
			fmt.Fprintf(&b, "%s until %q\n", p.Name(), p.PassportUntil)
			docs, err := traveler.DocumentsOf(ctx, tx, p.ID)
			if err != nil {
				return err
			}
			for j := range docs[p.ID].Passports {
				x := &docs[p.ID].Passports[j]
				fmt.Fprintf(&b, " passport %s …%s %s %s-%s %s %s mrz %d primary %v\n", open(x, "number"), x.Hint, x.Country, x.Issued, x.Expires, x.Nationality, x.BirthPlace, len(open(x, "mrz")), x.Primary)
			}
			for j := range docs[p.ID].Visas {
				x := &docs[p.ID].Visas[j]
				fmt.Fprintf(&b, " visa %s %s %s %s\n", open(x, "number"), x.Country, x.Type, x.Expires)
			}
			members, err := traveler.Memberships(ctx, tx, p.ID)
			if err != nil {
				return err
			}
			for _, m := range members {
				fmt.Fprintf(&b, " member %s %s %s\n", m.Programme.Name, m.Number, m.Tier)
			}
			tastes, err := traveler.Preferences(ctx, tx, p.ID)
			if err != nil {
				return err
			}
			for _, x := range tastes {
				fmt.Fprintf(&b, " %s %s%s%d %s\n", x.Field, x.Code, x.Text, x.Number, x.Degree)
			}
			days, err := traveler.SpecialDates(ctx, tx, p.ID)
			if err != nil {
				return err
			}
			for _, x := range days {
				fmt.Fprintf(&b, " %s %s\n", x.Type, x.Date)
			}
			call, err := traveler.EmergencyContacts(ctx, tx, p.ID)
			if err != nil {
				return err
			}
			for _, x := range call {
				fmt.Fprintf(&b, " call %s %s %s %s\n", x.Name, x.Relation, x.PhoneNorm, x.Email)
			}
			kin, err := traveler.KinOf(ctx, tx, p.ID)
			if err != nil {
				return err
			}
			for _, k := range kin {
				fmt.Fprintf(&b, " %s is %s\n", k.T.Name(), k.Is)
			}
		}
		return nil
	})
	return b.String()
}

const zoneLines = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<|L898902C36UTO7408122F1204159ZE184226B<<<<<10"

// profileHead and what follows fill every part of a profile.
const profileList = "Last name;First name;E-mail;Passport number;Passport country;Passport issue date;Passport expiry;Place of birth;Passport nationality;" +
	"Passport 2 number;Passport 2 expiry;Visa number;Visa country;Visa type;Visa expiry;Frequent flyer 1;Frequent flyer 2;Seat preference;Airlines: avoids;" +
	"Dietary requirements;Allergies;Non-stop only;Emergency contact name;Emergency contact phone;Emergency contact relationship;Name day;Related to;Relation type\n" +
	`Kos;Ewa;ewa@example.com;zs 1234567;Poland;1.2.2024;1.2.2034;Łódź;PL;AB 7654321;3.4.2029;X99887766;USA;Tourist;5.6.2030;"Miles & More: 992003004005006 (Senator); TP 123456789";` +
	"Chata Club 77-12;przy oknie, AISLE;BA;vegan;peanuts, kryptonite;tak;Jan Kos;600 100 200;father;24.12.;;\n" +
	"Kos;Adam;adam@example.com;;;;;;;;;;;;;;;;;;;;;;;;Kos Ewa;spouse\n" +
	"Żak;Ola;ola@example.com;yes;Poland;;soon;;;;;;;;;no number here;;balcony;;;;perhaps;;500 600 700;;;Nobody Known;mother\n"

const wantProfiles = `Kos/Adam until ""
 Kos/Ewa is spouse
Kos/Ewa until "2034-02-01"
 passport ZS1234567 …4567 PL 2024-02-01-2034-02-01 PL Łódź mrz 0 primary true
 passport AB7654321 …4321  -2029-04-03   mrz 0 primary false
 visa X99887766 US tourist 2030-06-05
 member Miles & More 992003004005006 Senator
 member TAP Miles&Go 123456789 
 member Chata Club 77-12 
 diet VEGAN0 preference
 diet PEANUTS0 allergy
 seat WINDOW0 like
 seat AISLE0 like
 airline BA0 avoid
 nonstop YES0 
 NAME_DAY --12-24
 call Jan Kos father +48600100200 
 Kos/Adam is spouse
Żak/Ola until ""
 passport  … PL -   mrz 0 primary true
`

// TestProfile: a file fills every part of a profile; the dry run says what the run does;
// a second time nothing is new; undo leaves no trace.
func TestProfile(t *testing.T) {
	d := newDesk(t)
	empty := d.counts()
	run := d.imported("max", "profiles.csv", profileList, nil)
	if run.Created != 3 || run.Errors != 0 {
		t.Errorf("%+v\n%s", run, strings.Join(d.report("max", run.ID), "\n"))
	}
	if got := sorted(d.profiles()); got != sorted(wantProfiles) {
		t.Errorf("%s", d.profiles())
	}
	said := strings.Join(d.problems("max", run.ID), "\n")
	for _, want := range []string{"Passport number: ", "Passport expiry: ", "kryptonite", "no number here", "balcony", "perhaps", "Nobody Known"} {
		if !strings.Contains(said, want) {
			t.Errorf("nothing is said of %q:\n%s", want, said)
		}
	}
	if strings.Contains(said, "soon") {
		t.Errorf("what stands beside a passport is repeated: %s", said)
	}
	again := d.imported("max", "again.csv", profileList, nil)
	if again.Created+again.Updated+again.Errors != 0 || again.Skipped != 3 {
		t.Errorf("again: %+v\n%s", again, strings.Join(d.report("max", again.ID), "\n"))
	}
	if undone := d.do("max", run.ID, d.Undo); undone.State != imports.Undone || d.profiles() != "" {
		t.Errorf("%+v\n%s", undone, d.profiles())
	}
	if now := d.counts(); now != empty {
		t.Errorf("traces: %s, before %s", now, empty)
	}
}

func sorted(text string) string {
	lines := strings.Split(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// counts are the rows of all tables that an import of profiles writes, and of the
// history.
func (d *desk) counts() string {
	d.t.Helper()
	out := ""
	dbtest.View(d.t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		for _, table := range []string{"passport", "visa", "loyalty", "programme", "preference", "special_date", "emergency_contact", "relation", "traveler", "client", "history"} {
			var n int64
			if err := tx.AsSystem().Row(ctx, "SELECT count(*) FROM {"+table+"} x", nil, &n); err != nil {
				return err
			}
			out += fmt.Sprintf("%s %d, ", table, n)
		}
		return nil
	})
	return out
}

// problems are what a report says beside the reasons.
func (d *desk) problems(who string, id int64) (out []string) {
	for _, r := range d.rows(who, id) {
		for _, p := range r.Told() {
			out = append(out, p.Sentence(i18n.For("en")))
		}
	}
	return out
}

// TestProfileFills: what is there stays or is overwritten, as the run says, what is new
// is added, and undo puts back how it was.
func TestProfileFills(t *testing.T) {
	d := newDesk(t)
	d.imported("max", "profiles.csv", profileList, nil)
	before := d.profiles()
	const more = "Last name;First name;E-mail;Passport number;Passport country;Passport expiry;Frequent flyer;Frequent flyer status;Airlines;Emergency contact\n" +
		"Kos;Ewa;ewa@example.com;AB7654321;Germany;9.9.2030;TAP Miles&Go 123 456 789;Gold;LO;Jan Kos 700 100 200 (uncle)\n" +
		"Żak;Ola;ola@example.com;;;;;;;\n"
	fill := d.imported("max", "more.csv", more, nil)
	if fill.Updated != 1 || fill.Skipped != 1 {
		t.Errorf("%+v\n%s", fill, strings.Join(d.report("max", fill.ID), "\n"))
	}
	got := d.profiles()
	for _, want := range []string{" passport AB7654321 …4321 DE -2029-04-03 ", " member TAP Miles&Go 123456789 Gold\n", " airline LO0 like\n", " call Jan Kos father +48600100200 \n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	over := d.imported("max", "over.csv", more, func(o *imports.Options) { o.Mode = imports.ModeOverwrite })
	got = d.profiles()
	for _, want := range []string{" passport AB7654321 …4321 DE -2030-09-09 ", " call Jan Kos uncle +48700100200 \n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	d.do("max", over.ID, d.Undo)
	d.do("max", fill.ID, d.Undo)
	if got := d.profiles(); got != before {
		t.Errorf("before\n%s\nafter\n%s", before, got)
	}
}

// TestProfileZone: machine-readable lines fill a passport, and lines that don't add up
// leave it out; neither shows in the report.
func TestProfileZone(t *testing.T) {
	d := newDesk(t)
	run := d.imported("max", "zones.csv", "Last name;First name;MRZ\nEriksson;Anna Maria;"+zoneLines+"\nBad;Eva;"+strings.Replace(zoneLines, "7408122F", "7408129F", 1)+"\n", nil)
	got := d.profiles()
	if run.Created != 2 || !strings.Contains(got, "passport L898902C3 …02C3") || strings.Count(got, "passport ") != 1 {
		t.Errorf("%+v\n%s", run, got)
	}
	if said := strings.Join(append(d.problems("max", run.ID), d.report("max", run.ID)...), "\n"); strings.Contains(said, "898902") || !strings.Contains(said, "MRZ") {
		t.Errorf("%s", said)
	}
}

// TestProfileSecrets: numbers of documents are nowhere in the clear, whatever is wrong
// with them.
func TestProfileSecrets(t *testing.T) {
	d := newDesk(t)
	run := d.imported("max", "secrets.csv", "Last name;First name;E-mail;Passport number;Passport expiry;Visa number\n"+
		"Kos;Ewa;e@example.com;PLANTED111;1.1.2030;PLANTED222\nKos;Jan;j@example.com;PLANTED 333 é!;PLANTED444;PLANTED555\n;;;PLANTED666;;\n",
		func(o *imports.Options) { o.Mode = imports.ModeOverwrite })
	dbtest.View(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		for table, columns := range map[string]string{"import_row": "x.label || x.args || x.problems || x.made || x.was", "history": "x.changes", "client": "x.remarks || x.memo || x.search",
			"traveler": "x.remarks || x.search", "passport": "x.number || x.number_hint || x.mrz || x.note", "visa": "x.number || x.note", "import_run": "x.mapping || x.options"} {
			err := tx.AsSystem().Each(ctx, "SELECT "+columns+" FROM {"+table+"} x", nil, func(rows db.Rows) error {
				var text string
				err := rows.Scan(&text)
				if strings.Contains(strings.ToUpper(text), "PLANTED") {
					t.Errorf("%s: %s", table, text)
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if run.Created != 2 || run.Warnings != 2 {
		t.Errorf("%+v\n%s", run, strings.Join(d.problems("max", run.ID), "\n"))
	}
}

// TestCardNumbers: columns of security codes are refused, numbers of cards are masked
// wherever they stand.
func TestCardNumbers(t *testing.T) {
	d := newDesk(t)
	const list = "Last name;First name;Notes;CVV;Company\nKos;Ewa;paid with 4111 1111 1111 1111 CVV: 987;123;4111111111111111\n"
	run := d.upload("max", "cards.csv", list)
	m, err := run.ReadMapping()
	if err != nil {
		t.Fatal(err)
	}
	if m.Columns[3].Target != "skip" {
		t.Errorf("proposed: %+v", m.Columns[3])
	}
	opt, err := run.ReadOptions()
	if err != nil {
		t.Fatal(err)
	}
	for _, title := range []string{"CVV", "harmless"} { // whatever the title is said to be
		m.Columns[3].Target, m.Columns[3].Title = "note", title
		if _, err := d.SetMapping(t.Context(), d.As("max"), run.ID, m, opt, ""); !errs.Is(err, errs.Invalid) || !strings.Contains(i18n.For("en").Field(fieldsOf(err)[0]), "CVV") {
			t.Errorf("a column of codes was taken: %v", err)
		}
	}
	done := d.imported("max", "cards.csv", list, nil)
	if done.Created != 1 || done.Warnings != 1 {
		t.Errorf("%+v", done)
	}
	dbtest.View(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		var text string
		err := tx.Row(ctx, "SELECT c.remarks || ' ' || t.company FROM {client} c, {traveler} t", nil, &text)
		if text != "paid with •••• 1111 CVV: ••• •••• 1111" {
			t.Errorf("%s", text)
		}
		return err
	})
	m.Columns[3].Target, m.Columns[0].Target = "skip", "preference.nothing"
	if _, err := d.SetMapping(t.Context(), d.As("max"), run.ID, m, opt, ""); !errs.Is(err, errs.Invalid) {
		t.Errorf("an unknown preference was taken: %v", err)
	}
}

func fieldsOf(err error) []errs.Field {
	var e *errs.Error
	if errors.As(err, &e) {
		return e.Fields
	}
	return nil
}
