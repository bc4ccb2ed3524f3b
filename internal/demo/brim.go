package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// Brim gives a client of one traveler more of everything than most ever have: whoever
// looks at pages or measures them needs one that is filled to the brim.
func Brim(ctx context.Context, tx *db.Tx, id int64) error {
	links, err := client.Links(ctx, tx, id)
	if err != nil || len(links) != 1 {
		return fmt.Errorf("client %d has %d travelers: %w", id, len(links), err)
	}
	var clubs []int64
	for i := range 3 {
		club := &traveler.Programme{Name: fmt.Sprintf("Circle of Friends %d", i), Kind: "hotel", Active: true}
		if err := record.Insert(ctx, tx, club); err != nil {
			return err
		}
		clubs = append(clubs, club.ID)
	}
	for _, r := range brimRecords(id, links[0].TravelerID, clubs, tx.Now) {
		if err := record.Insert(ctx, tx, r); err != nil {
			return fmt.Errorf("%s: %w", r.Table(), err)
		}
	}
	for i := range 8 {
		if err := tag.Put(ctx, tx, record.Ref{Kind: "client", ID: id}, fmt.Sprintf("Label number %d", i), ""); err != nil {
			return err
		}
	}
	set, err := option.Load(ctx, tx)
	if err != nil {
		return err
	}
	return traveler.SavePreferences(ctx, tx, links[0].TravelerID, brimWishes(set))
}

// brimRecords are what hangs on a client and on its traveler.
func brimRecords(brim, id int64, clubs []int64, now db.Stamp) (out []record.Record) {
	add := func(r ...record.Record) { out = append(out, r...) }
	later := func(i int) date.Date { return date.Date(fmt.Sprintf("20%02d-02-%02d", 27+i, 1+i)) }
	for i := range 3 {
		add(&traveler.Passport{TravelerID: id, Country: []string{"PL", "DE", "CA"}[i], No: record.Plain(fmt.Sprintf("BRIM%05d", i)), Expires: later(i), Authority: "Prezydent m.st. Warszawy"},
			&traveler.Visa{TravelerID: id, Country: []string{"US", "CN", "IN"}[i], Type: "tourist", No: record.Plain(fmt.Sprintf("VIS%05d", i)), Expires: later(i)},
			&client.Card{TravelerID: id, Number: record.Plain([]string{"4111111111111111", "5555555555554444", "378282246310005"}[i]), Holder: "ANNA MARIA BRIM-ŻÓŁKIEWSKA", Expires: fmt.Sprintf("20%d-05", 28+i)},
			&traveler.SpecialDate{TravelerID: id, Type: []string{"WEDDING", "NAME_DAY", "GRADUATION"}[i], Date: later(i), Yearly: true},
			&traveler.EmergencyContact{TravelerID: id, Name: fmt.Sprintf("Emergency Contact %d", i), Relation: "mother", Phone: fmt.Sprintf("600 200 30%d", i)},
			&traveler.Loyalty{TravelerID: id, ProgrammeID: clubs[i], Number: fmt.Sprintf("992000000%d", i), Tier: "Gold"},
			&document.Attachment{OwnerKind: "client", OwnerID: brim, Kind: document.Link, Number: 1, Latest: true, Name: fmt.Sprintf("A page about something %d", i), URL: fmt.Sprintf("https://example.com/%d/%s", i, strings.Repeat("long/", 12))},
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
	for i := range 30 {
		a := told[i%len(told)]
		a.OwnerKind, a.OwnerID, a.At = "client", brim, now.Add(-time.Duration(i)*50*time.Hour)
		add(&a)
	}
	for i := range 5 { // not with itself
		add(&traveler.Relation{A: id, B: id + 1 + int64(i), AIs: []string{"parent", "sibling", "friend", "colleague", "neighbour"}[i]})
	}
	return out
}

// brimWishes are answers to every question about tastes.
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
