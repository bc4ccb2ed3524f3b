package fillin_test

import (
	"context"
	"testing"

	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow/fillin"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// sent asks ann's traveler for sections, and sends values.
func (w *world) sent(sections string, values map[string]string, meanwhile func(ctx context.Context, tx *db.Tx) error) (r *fillin.Review) {
	w.t.Helper()
	token, id := w.ask("ann", sections)
	l := w.follow(token)
	w.show(l)
	if err := l.Save(w.t.Context(), w.DB, fillin.Input{Values: values, Submit: true}); err != nil {
		w.t.Fatal(err)
	}
	dbtest.Update(w.t, w.DB, w.As("ann"), meanwhile)
	dbtest.View(w.t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) { r, err = fillin.Look(ctx, tx, id); return err })
	return r
}

// instead are the differences that aren't about what the person saw.
func instead(r *fillin.Review) map[string]string {
	out := map[string]string{}
	for _, d := range r.Differences {
		if d.Conflict {
			out[d.Key] = d.Instead + ": " + d.Known + " > " + d.Proposed
		}
	}
	return out
}

func (w *world) decide(r *fillin.Review, v fillin.Verdict) (done *fillin.FillIn) {
	w.t.Helper()
	dbtest.Update(w.t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) {
		done, err = fillin.Settle(ctx, tx, r.FillIn.ID, v)
		return err
	})
	return done
}

// TestEnteredMeanwhile: an address and a passport that the person has typed while the
// agency entered one are shown beside those, and change them when accepted.
func TestEnteredMeanwhile(t *testing.T) {
	w := newWorld(t)
	address := &contact.Address{OwnerKind: "client", OwnerID: w.client, Kind: "physical", Street: "Krótka 1", City: "Kraków", Country: "PL"}
	passport := &traveler.Passport{TravelerID: w.traveler, Country: "PL", No: record.Plain("AA1111111"), Expires: "2027-01-01"}
	r := w.sent("address,passport", map[string]string{"address.new.street": "Długa 5", "address.new.city": "Kraków",
		"passport.new.country": "PL", "passport.new.expires": "2031-02-01"}, func(ctx context.Context, tx *db.Tx) error {
		address.ID, passport.ID = 0, 0
		if err := record.Insert(ctx, tx, address); err != nil {
			return err
		}
		return record.Insert(ctx, tx, passport)
	})
	want := map[string]string{"address.new.street": "other: Krótka 1 > Długa 5", "passport.new.expires": "other: 2027-01-01 > 2031-02-01"}
	same(t, instead(r), want)
	if done := w.decide(r, fillin.Verdict{Keys: []string{"address.new.street"}}); done.Status != "partly" {
		t.Errorf("settled as %s", done.Status)
	}
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		list, err := contact.AddressesOf(ctx, tx, record.Ref{Kind: "client", ID: w.client})
		if err != nil || len(list) != 1 || list[0].Street != "Długa 5" {
			t.Errorf("%+v, %v", list, err)
		}
		var p traveler.Passport
		if err := record.Get(ctx, tx, &p, passport.ID); err != nil || p.Expires != "2027-01-01" {
			t.Errorf("what was refused was written: %s, %v", p.Expires, err)
		}
		return nil
	})
}

// TestRemovedMeanwhile: what the person has corrected while the agency removed it is
// added anew when accepted, with what they left as it was.
func TestRemovedMeanwhile(t *testing.T) {
	w := newWorld(t)
	address := &contact.Address{OwnerKind: "client", OwnerID: w.client, Kind: "physical", Street: "Krótka 1", City: "Kraków", Country: "PL"}
	mother := &traveler.EmergencyContact{TravelerID: w.traveler, Name: "Anna Nowak", Phone: "+48 601 700 200"}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		address.ID, mother.ID = 0, 0
		if err := record.Insert(ctx, tx, address); err != nil {
			return err
		}
		return record.Insert(ctx, tx, mother)
	})
	phone, street := key("communication", w.phone, "value"), key("address", address.ID, "street")
	call, mail := key("emergency_contact", mother.ID, "phone"), key("emergency_contact", mother.ID, "email")
	r := w.sent("contact,address,emergency", map[string]string{phone: "+48 601 700 999", street: "Długa 5", call: "+48 601 700 201", mail: "anna@example.com"},
		func(ctx context.Context, tx *db.Tx) error {
			if err := record.Delete(ctx, tx, new(contact.Communication), w.phone, 0); err != nil {
				return err
			}
			if err := record.Delete(ctx, tx, new(contact.Address), address.ID, 0); err != nil {
				return err
			}
			return record.Delete(ctx, tx, new(traveler.EmergencyContact), mother.ID, 0)
		})
	same(t, instead(r), map[string]string{phone: "new:  > +48 601 700 999", street: "new:  > Długa 5", call: "new:  > +48 601 700 201", mail: "new:  > anna@example.com"})
	if done := w.decide(r, fillin.Verdict{All: true}); done.Status != "accepted" {
		t.Errorf("settled as %s", done.Status)
	}
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		comms, err := contact.Of(ctx, tx, record.Ref{Kind: "traveler", ID: w.traveler})
		if err != nil || len(comms) != 1 || comms[0].Value != "+48 601 700 999" || comms[0].Type != "phone" {
			t.Errorf("%+v, %v", comms, err)
		}
		list, err := contact.AddressesOf(ctx, tx, record.Ref{Kind: "client", ID: w.client})
		if err != nil || len(list) != 1 || list[0].Street != "Długa 5" || list[0].City != "Kraków" {
			t.Errorf("%+v, %v", list, err)
		}
		people, err := traveler.EmergencyContacts(ctx, tx, w.traveler)
		if err != nil || len(people) != 1 || people[0].Name != "Anna Nowak" || people[0].Phone != "+48 601 700 201" || people[0].Email != "anna@example.com" {
			t.Errorf("%+v, %v", people, err)
		}
		return nil
	})
}

// TestOutOfSight: what can't be written anywhere is shown all the same, and isn't told
// as accepted.
func TestOutOfSight(t *testing.T) {
	w := newWorld(t)
	phone := key("communication", w.phone, "value")
	r := w.sent("contact", map[string]string{phone: "+48 601 700 999"}, func(ctx context.Context, tx *db.Tx) error {
		var c contact.Communication
		return record.Edit(ctx, tx, &c, w.phone, 0, func() error { c.Type, c.Value = "web", "example.com"; return nil })
	})
	same(t, instead(r), map[string]string{phone: "none:  > +48 601 700 999"})
	if done := w.decide(r, fillin.Verdict{All: true}); done.Status != "refused" {
		t.Errorf("settled as %s", done.Status)
	}
}

// TestNumberMeanwhile: a number that was typed isn't taken for granted once the agency has
// stored another one than the person was shown.
func TestNumberMeanwhile(t *testing.T) {
	w := newWorld(t)
	passport := &traveler.Passport{TravelerID: w.traveler, Country: "PL", No: record.Plain("AA1111111"), Expires: "2027-01-01"}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { passport.ID = 0; return record.Insert(ctx, tx, passport) })
	number := func(stored string) (conflict bool) {
		t.Helper()
		token, id := w.ask("ann", "passport")
		l := w.follow(token)
		w.show(l)
		if err := l.Save(t.Context(), w.DB, fillin.Input{Number: "ZZ9999999"}); err != nil {
			t.Fatal(err)
		}
		dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
			var p traveler.Passport
			return record.Edit(ctx, tx, &p, passport.ID, 0, func() error { p.No = record.Plain(stored); return nil })
		})
		w.show(l) // what was typed was typed beside the number before
		if err := l.Save(t.Context(), w.DB, fillin.Input{Submit: true}); err != nil {
			t.Fatal(err)
		}
		dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
			r, err := fillin.Look(ctx, tx, id)
			if err != nil || len(r.Differences) != 1 || r.Differences[0].Key != fillin.NumberKey {
				t.Fatalf("%+v, %v", r, err)
			}
			conflict = r.Differences[0].Conflict
			return nil
		})
		return conflict
	}
	for _, c := range []struct {
		stored   string
		conflict bool
	}{{"AA1111111", false}, {"BB2222222", true}, {"ZZ9999999", false}} {
		if got := number(c.stored); got != c.conflict {
			t.Errorf("stored %s: conflict %v", c.stored, got)
		}
	}
}

func same(t *testing.T, got, want map[string]string) {
	t.Helper()
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s is %q, not %q", k, got[k], v)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
}
