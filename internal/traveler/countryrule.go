package traveler

import (
	"context"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// CountryRule is how long a country wants a passport to be valid, where that differs
// from the usual of the agency.
type CountryRule struct {
	record.Base
	Country string `db:"country" history:"track"`
	Months  int64  `db:"passport_months" history:"track"` // after the return; 0 is for the journey only
	Note    string `db:"note" history:"track"`
}

// Table names the table and the kind.
func (*CountryRule) Table() string { return "country_rule" }

// Unique names the field of a violated constraint.
func (*CountryRule) Unique(string) string { return "country" }

// Check tidies r and reports what is wrong with it.
func (r *CountryRule) Check() error {
	var c errs.Collect
	r.Note = strings.TrimSpace(r.Note)
	c.Required("country", r.Country)
	checkCountry(&c, "country", &r.Country)
	c.MaxLen("note", r.Note, 500)
	if r.Months < 0 || r.Months > 24 {
		c.Add("passport_months", "agency.error.passport_months")
	}
	return c.Err()
}

// Rules are what an agency watches documents by.
type Rules struct {
	Months    int            // validity after the return where the country asks for nothing else
	Countries map[string]int // months by country
}

// For is how many months a passport must be valid after a journey to a country; ""
// is no country in particular.
func (r Rules) For(country string) int {
	if n, ok := r.Countries[country]; ok {
		return n
	}
	return r.Months
}

// RulesOf reads the rules of the actor's agency.
func RulesOf(ctx context.Context, tx *db.Tx) (Rules, error) {
	a, err := agency.Current(ctx, tx)
	if err != nil {
		return Rules{}, err
	}
	out := Rules{Months: int(a.PassportMonths), Countries: map[string]int{}}
	rules, err := CountryRules(ctx, tx)
	for i := range rules {
		out.Countries[rules[i].Country] = int(rules[i].Months)
	}
	return out, err
}

// CountryRules returns all rules by country.
func CountryRules(ctx context.Context, tx *db.Tx) ([]CountryRule, error) {
	var out []CountryRule
	err := record.Kept(ctx, tx, &out, "ORDER BY r.country")
	return out, err
}
