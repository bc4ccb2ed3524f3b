package list_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

var (
	families  = []string{"Nowak", "Żółć", "Łuk", "Ångström", "García Márquez", "O’Brien", "Straße", "Иванов", "Παπαδόπουλος", "王", "nowak-kos", "Æbelø"}
	givens    = []string{"Anna", "Ewa", "Jan", "Łukasz", "José", "Zoë", "小明"}
	towns     = []string{"", "Kraków", "KRAKÓW", "Łódź", "Gdańsk", "Paris", "Nürnberg", "Αθήνα", "Київ", "東京", "Saint-Étienne"}
	companies = []string{"", "Żabka Sp. z o.o.", "ZABKA", "Müller & Söhne", "Orbis", "100% Travel_Co", `Back\slash`}
	phones    = []string{"600 100 200", "600 100 201", "+44 20 7946 0000", "12 34"}
)

// fill makes clients with many equal values and odd letters, for several advisors and
// branches of which each person sees others.
func fill(t *testing.T, w *dbtest.World, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 11))
	today := date.Of(w.DB.Now())
	days := func() date.Date {
		return pick(r, "", "2001-06-12", "--02-29", "1980-02-29", "--12-31", today, today.AddDays(-3), today.AddDays(5), today.AddMonths(-12*25).AddDays(4),
			date.New(today.Year()-10, int(today.Month()), 1), today.WithoutYear(), "1955-03-01", "1899-12-31")
	}
	born := func() date.Date {
		for {
			if d := days(); !d.After(today) {
				return d
			}
		}
	}
	mail := func() string {
		return pick(r, "a", "B", "żółć", "jan.kos") + pick(r, "@example.com", "@poczta.example")
	}
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		types, club, err := catalog(ctx, tx)
		if err != nil {
			return err
		}
		some := func() (tags []flow.TagValue, addrs []contact.Address) {
			for _, name := range []string{"Golf", "Zimą", "Rejsy"} {
				if r.IntN(4) == 0 {
					tags = append(tags, flow.TagValue{Name: name})
				}
			}
			if town := pick(r, towns...); town != "" {
				addrs = append(addrs, contact.Address{Kind: pick(r, "physical", "mailing"), City: town, Street: "Długa " + strconv.Itoa(r.IntN(5)), Country: pick(r, "PL", "DE", ""),
					PermitMarketing: r.IntN(2) == 0})
			}
			return tags, addrs
		}
		var known []int64
		for range n {
			c := &flow.NewClient{Client: client.Client{Kind: pick(r, client.Kinds...), Segment: pick(r, client.Segments...), Classification: pick(r, client.Classifications...),
				Status: pick(r, client.Statuses...), AdvisorID: db.Ref(pick(r, w.Users["ann"].ID, w.Users["bob"].ID, w.Users["max"].ID)),
				BranchID: db.Ref(pick(r, w.North.ID, w.South.ID)), Language: pick(r, "", "pl", "de"), Anniversary: days(),
				CustomerType: db.Ref(pick(r, 0, 0, types[0], types[1])), SourceMedium: pick(r, client.SourceMedia...)}}
			family := pick(r, families...)
			c.Client.Name = family + "/" + pick(r, givens...)
			c.Tags, c.Addresses = some()
			for range r.IntN(3) {
				c.Communications = append(c.Communications, pick(r, contact.Communication{Type: "phone", Value: pick(r, phones...), SubType: "Móvil"},
					contact.Communication{Type: "email", Value: mail(), PermitMarketing: true}))
			}
			for range r.IntN(3) {
				v := flow.NewTraveler{Traveler: traveler.Traveler{Family: family, Given: pick(r, givens...), Middle: pick(r, "", "Óscar"), BirthDate: born(),
					Sex: pick(r, "", "M", "F", "X"), Nationality: pick(r, "", "PL", "DE,PL"), Company: pick(r, companies...)}}
				v.Tags, v.Addresses = some()
				if r.IntN(2) == 0 {
					v.Communications = []contact.Communication{{Type: pick(r, "phone"), Value: pick(r, phones...)}}
				}
				if len(known) > 0 && r.IntN(3) == 0 {
					v = flow.NewTraveler{ID: pick(r, known...)}
				}
				if !slices.ContainsFunc(c.Travelers, func(o flow.NewTraveler) bool { return v.ID != 0 && o.ID == v.ID }) {
					c.Travelers = append(c.Travelers, v)
				}
			}
			if err := flow.CreateClient(ctx, tx, c); err != nil {
				return fmt.Errorf("%+v: %w", c.Client, err)
			}
			for _, v := range c.Travelers {
				known = append(known, v.ID)
				if r.IntN(3) == 0 {
					if err := equip(ctx, tx, r, v.ID, club.ID, today); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}

// equip gives a traveler a passport and perhaps a membership.
func equip(ctx context.Context, tx *db.Tx, r *rand.Rand, id, club int64, today date.Date) error {
	p := &traveler.Passport{TravelerID: id, Type: pick(r, traveler.PassportTypes...), Country: pick(r, "PL", "DE", "GB"), No: record.Plain("ZS0000177"),
		Expires: pick(r, today.AddDays(5), today.AddDays(-3), "2030-02-28", "")}
	if err := record.Insert(ctx, tx, p); err != nil || id%2 == 1 {
		return err
	}
	return record.Insert(ctx, tx, &traveler.Loyalty{TravelerID: id, ProgrammeID: club, Number: strconv.FormatInt(p.ID, 10), Tier: pick(r, "", "Gold")})
}

// catalog makes what clients and travelers choose from: tags of all kinds, a
// programme, customer types.
func catalog(ctx context.Context, tx *db.Tx) (types []int64, club *traveler.Programme, err error) {
	for name, kind := range map[string]string{"Golf": "interest", "Zimą": "attribute", "Rejsy": "tag"} {
		if err := record.Insert(ctx, tx, &tag.Tag{Name: name, Kind: kind, Areas: "client,traveler", Requirement: "optional", TakesValue: "none", Active: true}); err != nil {
			return nil, nil, err
		}
	}
	club = &traveler.Programme{Name: "Circle of Friends", Kind: "hotel", Active: true}
	if err := record.Insert(ctx, tx, club); err != nil {
		return nil, nil, err
	}
	for _, y := range []client.Type{{Code: "A", Name: "Alpha", Active: true}, {Code: "H", Name: "House", Active: true, Excluded: true}} {
		if err := record.Insert(ctx, tx, &y); err != nil {
			return nil, nil, err
		}
		types = append(types, y.ID)
	}
	return types, club, nil
}
