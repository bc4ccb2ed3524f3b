package demo

import (
	"context"
	"fmt"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// tasted is how many travelers get preferences at most.
const tasted = 300

// wishes are sets of preferences that travelers of a demo have: field, code or text,
// degree.
var wishes = [][][3]string{
	{{"seat", "WINDOW", "like"}, {"airline", "LO", "like"}, {"home_airport", "KRK"}, {"bed", "KING"}, {"room", "SEA_VIEW"}, {"room", "QUIET"}, {"activity", "DIVING", "like"},
		{"activity", "PHOTOGRAPHY", "like"}, {"companion", "COUPLE"}, {"destination", "JP", "wish"}, {"destination", "IT", "been"}, {"budget", "D"}, {"meal", "VGML"}, {"diet", "VEGETARIAN", "preference"}},
	{{"seat", "AISLE", "like"}, {"seat", "LAVATORY", "avoid"}, {"airline", "LH", "like"}, {"airline", "FR", "avoid"}, {"cabin_long", "C"}, {"hotel_chain", "MARRIOTT", "like"}, {"hotel_class", "5STAR"},
		{"style", "COMFORT"}, {"car_rental", "SIXT", "like"}, {"transmission", "A"}, {"diet", "NUTS", "anaphylaxis"}, {"diet", "LACTOSE", "intolerance"}},
	{{"companion", "FAMILY_SMALL"}, {"season", "SCHOOL"}, {"board", "AI"}, {"amenity", "KIDS_CLUB"}, {"amenity", "POOL_OUT"}, {"location", "BEACH"}, {"activity", "BEACHES", "like"},
		{"activity", "THEME_PARKS", "like"}, {"continent", "EUROPE", "like"}, {"car_extra", "CHILD_SEAT"}, {"nonstop", "YES"}, {"hotel_note", "Rooms beside each other, the children wake up at night."}},
	{{"cruise_line", "MSC", "like"}, {"cruise_line", "CARNIVAL", "avoid"}, {"ship_cabin", "BALCONY"}, {"cruise_area", "MED", "like"}, {"ship_dining", "LATE"}, {"rail_class", "FIRST"}, {"train_type", "SCENIC", "like"},
		{"rail_pass", "INTERRAIL"}, {"activity", "MUSEUMS", "like"}, {"activity", "CASINO", "avoid"}, {"destination", "NO", "wish"}},
}

// members are memberships that travelers of a demo have.
var members = []struct{ programme, tier, until string }{
	{"Miles & More", "Senator", "2028-02-29"}, {"Flying Blue", "Silver", ""}, {"Marriott Bonvoy", "Gold", "2027-02-28"}, {"Hertz Gold Plus Rewards", "", ""}, {"Hilton Honors", "", ""}, {"MSC Voyagers Club", "Diamond", ""},
}

// Tastes gives every second of the first travelers preferences, every third a membership,
// some a special date and somebody to call. Nobody here is real.
func Tastes(ctx context.Context, d *db.DB, a *Agency) error {
	err := d.Update(ctx, a.Actor(), func(tx *db.Tx) error {
		var people []traveler.Traveler
		if err := record.Select(ctx, tx, &people, "WHERE 1 = 1 ORDER BY r.id LIMIT $1", tasted); err != nil {
			return err
		}
		programmes := make([]int64, len(members))
		for i, m := range members {
			p, err := traveler.ProgrammeNamed(ctx, tx, m.programme, "")
			if err != nil {
				return err
			}
			programmes[i] = p.ID
		}
		var b tasteBatch
		for i := range people {
			b.add(i, &people[i], programmes)
		}
		for _, step := range []func() error{
			func() error { return record.InsertMany(ctx, tx, b.prefs) },
			func() error { return record.InsertMany(ctx, tx, b.loyalty) },
			func() error { return record.InsertMany(ctx, tx, b.dates) },
			func() error { return record.InsertMany(ctx, tx, b.helpers) },
		} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("preferences of the demo: %w", err)
	}
	return nil
}

type tasteBatch struct {
	prefs   []*traveler.Preference
	loyalty []*traveler.Loyalty
	dates   []*traveler.SpecialDate
	helpers []*traveler.EmergencyContact
}

func (b *tasteBatch) add(i int, t *traveler.Traveler, programmes []int64) {
	if i%2 == 0 {
		for _, w := range wishes[(i/2)%len(wishes)] {
			p := &traveler.Preference{TravelerID: t.ID, Field: w[0], Code: w[1], Degree: w[2]}
			if f, _ := traveler.PreferenceFieldOf(w[0]); f.Kind == traveler.PrefText || f.Kind == traveler.PrefWords {
				p.Code, p.Text = "", w[1]
			}
			if w[2] == "wish" {
				p.Number = 2028
			}
			b.prefs = append(b.prefs, p)
		}
	}
	if i%3 == 0 {
		for n := range 1 + i%2 {
			at := (i/3 + n) % len(members)
			l := &traveler.Loyalty{TravelerID: t.ID, ProgrammeID: programmes[at], Number: fmt.Sprintf("9920%011d", 1000+i*7+n), NameOnCard: t.Given + " " + t.Family, Default: n == 0}
			if m := members[at]; m.tier != "" {
				l.Tier, l.TierUntil = m.tier, date.Date(m.until)
			}
			b.loyalty = append(b.loyalty, l)
		}
	}
	if i%5 == 0 {
		b.dates = append(b.dates, &traveler.SpecialDate{TravelerID: t.ID, Type: "NAME_DAY", Date: date.Date(fmt.Sprintf("--%02d-%02d", 1+i%12, 1+i%28)), Yearly: true, RemindDays: 7})
	}
	if i%4 == 1 {
		b.helpers = append(b.helpers, &traveler.EmergencyContact{TravelerID: t.ID, Name: "Jan " + t.Family, Relation: "father", Phone: fmt.Sprintf("+49 30 23125 %03d", i%1000)})
	}
}
