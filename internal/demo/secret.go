package demo

import (
	"math/rand/v2"
	"strings"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// testCards are numbers that card schemes publish for tests: they pay nothing.
var testCards = []string{"4111111111111111", "5555555555554444", "378282246310005", "36227206271667", "2223003122003222"}

// purse gives a traveler cards and, now and then, something to know about their health.
func purse(t *traveler.Traveler, r *rand.Rand, today date.Date) (out []record.Record) {
	holder := strings.ToUpper(strings.TrimSpace(t.Given + " " + t.Family))
	for n := range 1 + r.IntN(2) {
		until := today.AddMonths(r.IntN(48) - 6)
		c := &client.Card{TravelerID: t.ID, Number: record.Plain(testCards[r.IntN(len(testCards))]), Holder: holder, Expires: string(until)[:7]}
		if n == 1 {
			c.Note = "for hotels"
		}
		out = append(out, c)
	}
	if t.ID%2 == 0 {
		out = append(out,
			&traveler.MedicalEntry{TravelerID: t.ID, Kind: "allergy", What: record.Plain("peanuts"), Reaction: record.Plain("swelling"),
				Severity: record.Plain("anaphylaxis"), Medicine: record.Plain("adrenaline pen")},
			&traveler.MedicalEntry{TravelerID: t.ID, Kind: "vaccine", What: record.Plain("yellow fever"), GivenOn: record.Plain(string(today.AddMonths(-20)))},
			&traveler.MedicalConsent{TravelerID: t.ID, GivenOn: today.AddMonths(-20), Source: "paper"})
	}
	return out
}
