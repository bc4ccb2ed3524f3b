package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// documented is how many travelers of a demo have documents: enough for every list, few
// enough to start at once.
const documented = 240

// countryMonths are what some countries ask for, as a beginning.
var countryMonths = []struct {
	country string
	months  int64
}{{"TH", 6}, {"TZ", 6}, {"AE", 6}, {"EG", 6}, {"TR", 5}, {"NZ", 3}, {"ZA", 1}, {"GB", 0}}

// Documents gives the first travelers of a made-up agency passports, visas and other
// documents, and the agency some rules of countries. Numbers are invented.
func Documents(ctx context.Context, d *db.DB, a *Agency) error {
	err := d.Update(ctx, a.Actor(), func(tx *db.Tx) error {
		for _, c := range countryMonths {
			if err := record.Insert(ctx, tx, &traveler.CountryRule{Country: c.country, Months: c.months}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("saving rules of countries: %w", err)
	}
	var people []traveler.Traveler
	err = d.View(ctx, a.Actor(), func(tx *db.Tx) error {
		people = nil
		return record.Select(ctx, tx, &people, "WHERE r.birth_date > '0' ORDER BY r.id LIMIT $1", documented)
	})
	for len(people) > 0 && err == nil {
		part := people[:min(len(people), 60)]
		people = people[len(part):]
		err = d.Update(ctx, a.Actor(), func(tx *db.Tx) error {
			for i := range part {
				if err := papers(ctx, tx, &part[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		return fmt.Errorf("saving made-up documents: %w", err)
	}
	return nil
}

// papers makes up the documents of one traveler, the same ones each time.
func papers(ctx context.Context, tx *db.Tx, t *traveler.Traveler) error {
	r := rand.New(rand.NewPCG(17, uint64(t.ID)))
	today := date.Of(tx.Now.Time())
	home, _, _ := strings.Cut(t.Nationality, ",")
	if home == "" {
		home = "PL"
	}
	rich := t.ID <= 12 // those on the first pages have something of everything
	p := &traveler.Passport{TravelerID: t.ID, Country: home, Nationality: home, No: record.Plain(invented(r, 2, 7)), Sex: t.Sex, BirthDate: t.BirthDate,
		Family: strings.ToUpper(t.Family), Given: strings.ToUpper(strings.TrimSpace(t.Given + " " + t.Middle))}
	p.Issued = today.AddDays(-r.IntN(3500))
	p.Expires = p.Issued.AddMonths(120).AddDays(-1)
	if r.IntN(3) == 0 {
		p.MarkSeen(tx, true)
	}
	if r.IntN(16) == 0 && t.Former != "" {
		p.Family = strings.ToUpper(t.Former)
	}
	var all []record.Record
	if rich || r.IntN(5) > 0 {
		all = append(all, p)
	}
	if rich && t.ID%3 == 0 { // one that was replaced
		all = append(all, &traveler.Passport{TravelerID: t.ID, Country: home, Status: "replaced", No: record.Plain(invented(r, 2, 7)),
			Issued: p.Issued.AddMonths(-120), Expires: p.Issued})
	}
	if rich || r.IntN(3) == 0 {
		all = append(all, &traveler.OtherDocument{TravelerID: t.ID, Kind: "national_id", Country: home, No: record.Plain(invented(r, 3, 6)),
			Family: p.Family, Given: p.Given, Issued: p.Issued, Expires: today.AddDays(r.IntN(3000) - 200), Primary: true})
	}
	if r.IntN(6) == 0 || t.ID%4 == 0 && rich {
		kind := []string{"driving_licence", "ktn", "vaccination", "insurance"}[r.IntN(4)]
		o := &traveler.OtherDocument{TravelerID: t.ID, Kind: kind, No: record.Plain(invented(r, 0, 9)), Expires: today.AddDays(r.IntN(1500))}
		switch kind {
		case "driving_licence":
			o.Country, o.Classes = home, "B"
		case "vaccination":
			o.Name, o.Expires = "Yellow fever", ""
		case "insurance":
			o.Name, o.Phone = "Hestia Travel", "+48 22 555 01 02"
		}
		all = append(all, o)
	}
	if rich {
		all = append(all, purse(t, rand.New(rand.NewPCG(23, uint64(t.ID))), today)...) // numbers of its own
	}
	for _, x := range all {
		if err := record.Insert(ctx, tx, x); err != nil {
			return err
		}
	}
	if len(all) == 0 || !rich && r.IntN(9) > 0 {
		return nil
	}
	return visaOf(ctx, tx, t, p.ID, r)
}

// visaOf makes up a visa, in the passport with the id.
func visaOf(ctx context.Context, tx *db.Tx, t *traveler.Traveler, passport int64, r *rand.Rand) error {
	today := date.Of(tx.Now.Time())
	v := &traveler.Visa{TravelerID: t.ID, PassportID: db.Ref(passport), No: record.Plain(invented(r, 0, 8)), ValidFrom: today.AddDays(-r.IntN(300)), Entries: "multiple"}
	v.Country = []string{"US", "TZ", "IN", "AU", "CN"}[r.IntN(5)]
	v.Type = map[string]string{"US": "esta", "AU": "eta", "CN": "tourist"}[v.Country]
	if v.Type == "" {
		v.Type, v.Entries, v.MaxStay = "evisa", "single", 90
	}
	v.Expires = v.ValidFrom.AddMonths(24)
	return record.Insert(ctx, tx, v)
}

// invented is a number of letters and digits.
func invented(r *rand.Rand, letters, digits int) string {
	var b strings.Builder
	for range letters {
		b.WriteByte(byte('A' + r.IntN(26)))
	}
	for range digits {
		b.WriteByte(byte('0' + r.IntN(10)))
	}
	return b.String()
}
