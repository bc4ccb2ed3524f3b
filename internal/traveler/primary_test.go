package traveler_test

import (
	"context"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// TestOnePrimary: of passports, and of each kind of other documents, one stands for all,
// also when one comes back out of the trash. A passport that was replaced leaves its
// place to the next.
func TestOnePrimary(t *testing.T) {
	w := dbtest.NewWorld(t)
	tr := joanna(t, w, "ann")
	marked := func() (passports, cards []int64) {
		t.Helper()
		d := docsOf(t, w, tr.ID)
		for _, p := range d.Passports {
			if p.Primary {
				passports = append(passports, p.ID)
			}
		}
		for _, o := range d.Others {
			if o.Primary {
				cards = append(cards, o.ID)
			}
		}
		return passports, cards
	}
	ann := func(do func(ctx context.Context, tx *db.Tx) error) {
		t.Helper()
		dbtest.Update(t, w.DB, w.As("ann"), do)
	}
	one, two := &traveler.Passport{TravelerID: tr.ID, Country: "PL"}, &traveler.Passport{TravelerID: tr.ID, Country: "CA"}
	card, next := &traveler.OtherDocument{TravelerID: tr.ID, Kind: "national_id", Primary: true}, &traveler.OtherDocument{TravelerID: tr.ID, Kind: "national_id", Primary: true}
	licence := &traveler.OtherDocument{TravelerID: tr.ID, Kind: "driving_licence", Primary: true}
	save(t, w, one)
	save(t, w, card)
	save(t, w, licence)
	for _, d := range []traveler.Document{one, card, licence} {
		ann(func(ctx context.Context, tx *db.Tx) error { return record.Delete(ctx, tx, d, record.Stamps(d).ID, 0) })
	}
	save(t, w, two)
	save(t, w, next)
	for _, d := range []traveler.Document{one, card, licence} {
		ann(func(ctx context.Context, tx *db.Tx) error {
			_, err := traveler.RestoreDocument(ctx, tx, d.Table(), record.Stamps(d).ID)
			return err
		})
	}
	if p, o := marked(); len(p) != 1 || p[0] != two.ID || len(o) != 2 || (o[0] != next.ID && o[1] != next.ID) {
		t.Errorf("after two came back, the primary ones are %v, %v; not %d, %d and %d", p, o, two.ID, next.ID, licence.ID)
	}
	ann(func(ctx context.Context, tx *db.Tx) error {
		var p traveler.Passport
		return record.Edit(ctx, tx, &p, two.ID, 0, func() error { p.Status = "replaced"; return nil })
	})
	if p, _ := marked(); len(p) != 0 {
		t.Errorf("a replaced passport is the primary one: %v", p)
	}
	three := &traveler.Passport{TravelerID: tr.ID, Country: "CA"}
	save(t, w, three)
	if p, _ := marked(); len(p) != 1 || p[0] != three.ID {
		t.Errorf("the next one didn't get its place: %v, not %d", p, three.ID)
	}
}
