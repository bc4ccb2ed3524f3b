// Package mrz reads the machine-readable zone of travel documents as ICAO Doc 9303
// describes it: TD1 cards (part 5), TD2 cards (part 6), TD3 passports (part 4), visas
// of format A and B (part 7), and the French identity card of 1987 to 2021, which
// looks like a TD2 and is none.
//
// Every check digit must agree. What a scanner or a typist confuses (O and 0, I and 1,
// S and 5, B and 8, Z and 2, G and 6, K and <) is corrected only where the position
// can hold nothing else, or where the check digits leave exactly one reading; each
// correction is told. Anything else is refused with an *Error that names the line, the
// place and the reason: a wrong passport number is worse than none.
package mrz

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// Format is the layout of a zone.
type Format string

// The layouts.
const (
	TD1   Format = "TD1"   // three lines of 30: most identity cards
	TD2   Format = "TD2"   // two lines of 36: older identity cards
	TD3   Format = "TD3"   // two lines of 44: passports
	MRVA  Format = "MRV-A" // two lines of 44: visas
	MRVB  Format = "MRV-B" // two lines of 36: small visas
	FRA87 Format = "FRA-ID-1987"
)

// Document is what a zone says. Text fields are without fillers; a field that the
// layout lacks is empty.
type Document struct {
	Format      Format
	Code        string // document code: "P", "PD", "I", "ID", "AC", "V", "VN"
	State       string // issuing state as printed: "POL", "D", "UTO"; Country makes a country of it
	Number      string // document number; long numbers of TD1 and TD2 are put together
	Family      string // primary identifier, words apart: "VAN DER BERG"
	Given       string // secondary identifiers
	Truncated   bool   // the name fills its field to the end, so that some of it may be missing
	Nationality string // as printed, like State
	Birth       Date
	Expiry      Date   // zero where the zone has none
	Sex         string // "F", "M", or "X" for unspecified; another letter as printed
	Optional    string // optional data; in a passport often a personal number
	Optional2   string // second optional data of TD1
	Lines       []string
	Corrections []Correction
}

// Correction is one character that was read differently from what was typed.
type Correction struct {
	Line, Column int // from 1
	Field        Field
	From, To     string
}

// Field names a field of the zone in problems and corrections.
type Field string

// The fields.
const (
	FieldCode        Field = "code"
	FieldState       Field = "state"
	FieldNumber      Field = "number"
	FieldNames       Field = "names"
	FieldNationality Field = "nationality"
	FieldBirth       Field = "birth"
	FieldSex         Field = "sex"
	FieldExpiry      Field = "expiry"
	FieldOptional    Field = "optional"
	FieldComposite   Field = "composite"
)

// Kind is what sort of document it is.
type Kind string

// The kinds.
const (
	Passport Kind = "passport"
	Visa     Kind = "visa"
	Card     Kind = "card" // identity card, residence permit, crew certificate
)

// Kind tells a passport from a visa and from any other card by the document code.
func (d Document) Kind() Kind {
	switch {
	case strings.HasPrefix(d.Code, "P"):
		return Passport
	case strings.HasPrefix(d.Code, "V"):
		return Visa
	}
	return Card
}

// Text returns the lines as the document has them, corrected, each ended by a newline
// but the last.
func (d Document) Text() string { return strings.Join(d.Lines, "\n") }

// Country returns the ISO 3166 country of two letters behind a code of the zone: "D"
// and "DEU" are DE, the five British codes are GB, RKS is Kosovo (XK). ok is false
// for codes of no country: organisations (UNO, EUE), stateless persons (XXA), refugees
// (XXB, XXC), unknown (XXX), specimens (UTO).
func Country(state string) (iso string, ok bool) {
	switch state {
	case "D":
		return "DE", true
	case "GBD", "GBN", "GBO", "GBP", "GBS":
		return "GB", true
	case "RKS":
		return "XK", true
	}
	if len(state) < 2 || len(state) > 3 || state[0] == 'X' {
		return "", false
	}
	r, err := language.ParseRegion(state)
	if err != nil || !r.IsCountry() || r.IsPrivateUse() {
		return "", false
	}
	if r = r.Canonicalize(); len(r.String()) != 2 {
		return "", false
	}
	return r.String(), true
}

// Parse reads a zone: two or three lines, or all in one. It forgives lower case,
// spaces, line ends of any system, and what editors make of "<". The error is an
// *Error.
func Parse(text string) (Document, error) { return ParseAt(text, time.Now()) }

// ParseAt is Parse on another day than today: years have two digits, so their century
// depends on the day of reading. A birth is never in the future; an expiry lies between
// 26 years ago and 73 years ahead, because lifelong cards expire in 2099.
func ParseAt(text string, today time.Time) (Document, error) {
	raw, err := split(text)
	if err != nil {
		return Document{}, err
	}
	var first error
	for _, z := range exact(raw) {
		d, err := parseLines(z, today)
		if err == nil {
			return d, nil
		}
		if first == nil {
			first = err
		}
	}
	if d, ok := mended(raw, today); ok {
		return d, nil
	}
	if first == nil {
		first = shapeError(raw)
	}
	return Document{}, first
}

// mended tries lines of a wrong length: a scanner loses or doubles fillers. The number
// of fillers at the end of the names means nothing; elsewhere the check digits decide,
// which can't be asked for a correction on top.
func mended(raw []string, today time.Time) (Document, bool) {
	for _, z := range mendings(raw) {
		d, err := parseLines(z, today)
		proven := !slices.ContainsFunc(d.Corrections, func(c Correction) bool { return c.Field == FieldNumber || c.Field == FieldOptional })
		if err == nil && proven {
			return d, true
		}
	}
	return Document{}, false
}

// parseLines reads lines of the right number and length in each layout that they can
// have, and answers for the most likely one.
func parseLines(lines []string, today time.Time) (Document, error) {
	var first error
	for _, l := range layoutsOf(lines) {
		r := newReader(l, lines, today)
		d, err := r.document()
		if err == nil {
			return d, nil
		}
		if first == nil {
			first = err
		}
	}
	return Document{}, first
}
