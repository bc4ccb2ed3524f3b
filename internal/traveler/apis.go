package traveler

import (
	"fmt"
	"strings"

	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/date"
)

// DOCS is the passport as airlines take it over a booking system (APIS): the free text
// of an SSR DOCS element. number is that of the passport in the clear, so the text is
// as secret as it. What isn't known stays empty between its slashes.
//
//	DOCS YY HK1/P/POL/ED1234567/POL/12MAR80/F/02MAR27/KOWALSKA/JOANNA/MARIA
func (p *Passport) DOCS(t *Traveler, number string) string {
	family, given := p.Family, p.Given
	if family+given == "" {
		family, given = t.Family, strings.TrimSpace(t.Given+" "+t.Middle)
	}
	first, rest, _ := strings.Cut(printed(given), " ")
	nationality := p.Nationality
	if nationality == "" {
		nationality, _, _ = strings.Cut(t.Nationality, ",")
	}
	birth, sex := p.BirthDate, p.Sex
	if birth == "" {
		birth = t.BirthDate
	}
	if sex == "" {
		sex = t.Sex
	}
	if sex == "X" {
		sex = "U" // undisclosed, in the words of the airlines
	}
	fields := []string{"DOCS YY HK1", "P", threeLetters(p.Country), number, threeLetters(nationality), airlineDate(birth), sex, airlineDate(p.Expires),
		printed(family), first, rest}
	return strings.TrimRight(strings.Join(fields, "/"), "/")
}

// DOCO is the visa as airlines take it: SSR DOCO, see DOCS.
//
//	DOCO YY HK1/KRAKOW/V/123456/WARSAW/10JUN26/USA
func (v *Visa) DOCO(t *Traveler, number string) string {
	fields := []string{"DOCO YY HK1", printed(t.BirthPlace), "V", number, printed(v.Place), airlineDate(v.Issued), threeLetters(v.Country)}
	return strings.TrimRight(strings.Join(fields, "/"), "/")
}

// threeLetters is the code of a country in passports and booking systems.
func threeLetters(code string) string {
	if c := country.Alpha3(code); c != "" {
		return c
	}
	if len(code) == 3 {
		return code
	}
	return ""
}

var airlineMonths = strings.Fields("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC")

// airlineDate writes 12MAR80, "" where the year isn't known.
func airlineDate(d date.Date) string {
	if !d.HasYear() {
		return ""
	}
	return fmt.Sprintf("%02d%s%02d", d.Day(), airlineMonths[d.Month()-1], d.Year()%100)
}
