package traveler

import (
	"errors"
	"strings"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/mrz"
	"github.com/carnetcrm/carnet/internal/record"
)

// Zone is what the machine-readable lines of a document say, in the words of the
// records: countries as ISO codes, names as printed.
type Zone struct {
	Kind                                            string // passport, visa, other_document
	Issuer, Number, Family, Given, Sex, Nationality string
	BirthDate, Expires                              date.Date
	Lines                                           string // as the document has them
	Corrected                                       int    // characters that were read differently from what was typed
}

// ReadZone reads machine-readable lines. The error is an *errs.Error about the field
// mrz that says what is wrong with which line.
func ReadZone(text string) (Zone, error) {
	d, err := mrz.Parse(text)
	var bad *mrz.Error
	switch {
	case errors.As(err, &bad):
		return Zone{}, bad.Invalid("mrz")
	case err != nil:
		return Zone{}, err
	}
	z := Zone{Kind: "other_document", Issuer: issuerOf(d.State), Number: d.Number, Family: d.Family, Given: d.Given,
		Nationality: issuerOf(d.Nationality), BirthDate: dayOf(d.Birth), Expires: dayOf(d.Expiry), Lines: d.Text(), Corrected: len(d.Corrections)}
	switch d.Kind() {
	case mrz.Passport:
		z.Kind = "passport"
	case mrz.Visa:
		z.Kind = "visa"
	}
	if d.Sex == "M" || d.Sex == "F" || d.Sex == "X" {
		z.Sex = d.Sex
	}
	return z, nil
}

// issuerOf is the country or issuer of a code of the zone, "" for one that says
// nothing here, such as that of a specimen.
func issuerOf(state string) string {
	if code, ok := mrz.Country(state); ok {
		return code
	}
	code, _ := CountryOf(state)
	return code
}

// dayOf is a day of which all is known, or of which only the year isn't.
func dayOf(d mrz.Date) date.Date {
	if out := date.Date(d.String()); out.Valid() {
		return out
	}
	return ""
}

// readZone reads lines that were typed into a record, fills what is still empty there
// and keeps the lines as the document has them.
func readZone(c *errs.Collect, lines *record.Secret, fill func(Zone)) {
	typed, fresh := lines.Fresh()
	if !fresh || strings.TrimSpace(typed) == "" {
		return
	}
	z, err := ReadZone(typed)
	if err != nil {
		if c.Merge("", err) != nil {
			c.Add("mrz", "error.invalid")
		}
		return
	}
	fill(z)
	*lines = record.Plain(z.Lines)
}

func fillText(to *string, s string) {
	if strings.TrimSpace(*to) == "" {
		*to = s
	}
}

func fillNumber(to *record.Secret, s string) {
	if *to == "" {
		*to = record.Plain(s)
	}
}

func fillDate(to *date.Date, d date.Date) {
	if *to == "" {
		*to = d
	}
}

// sameNames reports whether a document was made out to a person: its names are those
// stored, or what ICAO 9303 makes of them.
func sameNames(family, given, storedFamily, storedGiven string) bool {
	if fold.Key(family+" "+given) == fold.Key(storedFamily+" "+storedGiven) {
		return true
	}
	d := mrz.Document{Family: mrz.Transliterate(family), Given: mrz.Transliterate(given)}
	return d.SameNames(storedFamily, storedGiven)
}

// printed is a name in the letters of passports and airlines.
func printed(s string) string { return strings.Join(strings.Fields(mrz.Transliterate(s)), " ") }

// Bears reports whether a document with these names is the traveler's.
func (t *Traveler) Bears(family, given string) bool { return !unlike(t, family, given) }
