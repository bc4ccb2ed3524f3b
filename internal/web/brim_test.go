package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// brim is the client, and the traveler, that has something of everything.
const brim = 12

// fillToTheBrim gives a client of one traveler more of everything than most ever have.
func fillToTheBrim(t testing.TB, s *site) {
	t.Helper()
	dbtest.Update(t, s.db, s.agency.Actor(), func(ctx context.Context, tx *db.Tx) error {
		links, err := client.Links(ctx, tx, brim)
		if err != nil || len(links) != 1 {
			return fmt.Errorf("client %d has %d travelers: %w", brim, len(links), err)
		}
		var clubs []int64
		for i := range 3 {
			club := &traveler.Programme{Name: fmt.Sprintf("Circle of Friends %d", i), Kind: "hotel", Active: true}
			if err := record.Insert(ctx, tx, club); err != nil {
				return err
			}
			clubs = append(clubs, club.ID)
		}
		for _, r := range brimRecords(links[0].TravelerID, clubs) {
			if err := record.Insert(ctx, tx, r); err != nil {
				return fmt.Errorf("%s: %w", r.Table(), err)
			}
		}
		for i := range 8 {
			if err := tag.Put(ctx, tx, record.Ref{Kind: "client", ID: brim}, fmt.Sprintf("Label number %d", i), ""); err != nil {
				return err
			}
		}
		set, err := option.Load(ctx, tx)
		if err != nil {
			return err
		}
		return traveler.SavePreferences(ctx, tx, links[0].TravelerID, brimWishes(set))
	})
}

func brimRecords(id int64, clubs []int64) (out []record.Record) {
	add := func(r ...record.Record) { out = append(out, r...) }
	later := func(i int) date.Date { return date.Date(fmt.Sprintf("20%02d-02-%02d", 27+i, 1+i)) }
	for i := range 3 {
		add(&traveler.Passport{TravelerID: id, Country: []string{"PL", "DE", "CA"}[i], No: record.Plain(fmt.Sprintf("BRIM%05d", i)), Expires: later(i), Authority: "Prezydent m.st. Warszawy"},
			&traveler.Visa{TravelerID: id, Country: []string{"US", "CN", "IN"}[i], Type: "tourist", No: record.Plain(fmt.Sprintf("VIS%05d", i)), Expires: later(i)},
			&client.Card{TravelerID: id, Number: record.Plain([]string{"4111111111111111", "5555555555554444", "378282246310005"}[i]), Holder: "ANNA MARIA BRIM-ŻÓŁKIEWSKA", Expires: fmt.Sprintf("20%d-05", 28+i)},
			&traveler.SpecialDate{TravelerID: id, Type: []string{"WEDDING", "NAME_DAY", "GRADUATION"}[i], Date: later(i), Yearly: true},
			&traveler.EmergencyContact{TravelerID: id, Name: fmt.Sprintf("Emergency Contact %d", i), Relation: "mother", Phone: fmt.Sprintf("600 200 30%d", i)},
			&traveler.Loyalty{TravelerID: id, ProgrammeID: clubs[i], Number: fmt.Sprintf("992000000%d", i), Tier: "Gold"},
			&document.Attachment{OwnerKind: "client", OwnerID: brim, Kind: document.Link, Name: fmt.Sprintf("A page about something %d", i), URL: fmt.Sprintf("https://example.com/%d/%s", i, strings.Repeat("long/", 12))},
			&contact.Communication{OwnerKind: "client", OwnerID: brim, Type: "phone", SubType: "home", Value: fmt.Sprintf("12 300 40 0%d", i)},
			&contact.Communication{OwnerKind: "traveler", OwnerID: id, Type: "email", Value: fmt.Sprintf("a.very.long.address.of.somebody.%d@departments.example.org", i)},
			&client.Comment{OwnerKind: "client", OwnerID: brim, Text: strings.Repeat("Prefers to be called after five in the afternoon. ", 5)})
	}
	for i, kind := range []string{"national_id", "residence_permit", "driving_licence", "ktn"} {
		add(&traveler.OtherDocument{TravelerID: id, Kind: kind, Country: "PL", No: record.Plain(fmt.Sprintf("OTH%05d", i)), Expires: later(i)})
	}
	for i, kind := range traveler.MedicalKinds {
		add(&traveler.MedicalEntry{TravelerID: id, Kind: kind, What: record.Plain(fmt.Sprintf("A finding, number %d", i))})
	}
	for i := range 5 { // not with itself
		add(&traveler.Relation{A: id, B: id + 1 + int64(i), AIs: []string{"parent", "sibling", "friend", "colleague", "neighbour"}[i]})
	}
	return out
}

func brimWishes(set *option.Set) (out []traveler.Wish) {
	for _, f := range traveler.PreferenceFields {
		w := traveler.Wish{Field: f.Key}
		switch f.Kind {
		case traveler.PrefText, traveler.PrefWords:
			w.Values = []traveler.Preference{{Text: "Something in free words"}}
		case traveler.PrefNumber:
			w.Values = []traveler.Preference{{Number: 3}}
		case traveler.PrefYesNo:
			w.Values = []traveler.Preference{{Code: "YES"}}
		case traveler.PrefPlaces:
			w.Values = []traveler.Preference{{Code: "IT", Degree: "wish"}, {Code: "JP", Degree: "wish"}}
		default:
			n := 4
			if f.Kind == traveler.PrefOne {
				n = 1
			}
			for i, v := range set.All(f.List) {
				if i < n {
					p := traveler.Preference{Code: v.Code}
					if d := f.Degrees(); len(d) > 0 {
						p.Degree = d[i%len(d)]
					}
					w.Values = append(w.Values, p)
				}
			}
		}
		out = append(out, w)
	}
	return out
}

// TestBrim: a profile filled to the brim is on its page within the budget, and no secret
// of it is in the page's source.
func TestBrim(t *testing.T) {
	s := newSite(t, 60)
	fillToTheBrim(t, s)
	c := s.client(t, "administrator")
	var times []time.Duration
	for i := range 21 {
		began := time.Now()
		res, err := c.Get(fmt.Sprintf("%s/clients/%d", s.URL, brim))
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatal(res.StatusCode, err)
		}
		body := string(raw)
		if i > 0 { // the first compiles the queries
			times = append(times, time.Since(began))
		}
		for _, secret := range []string{"BRIM0000", "VIS0000", "OTH0000", "4111111111111111", "5555555555554444", "378282246310005", "A finding"} {
			if strings.Contains(body, secret) {
				t.Fatalf("%s is in the source of the page", secret)
			}
		}
	}
	slices.Sort(times)
	t.Logf("median %s, slowest of twenty %s", times[len(times)/2], times[len(times)-1])
	if times[len(times)/2] > 150*time.Millisecond { // 30 ms on a quiet machine; tests share theirs
		t.Errorf("the page takes %s", times[len(times)/2])
	}
}
