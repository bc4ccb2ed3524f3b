package country

import (
	"regexp"
	"strings"
	"sync"

	"github.com/carnetcrm/carnet/internal/i18n"
)

// Address is a postal address (R051). Region is the state, province or voivodeship;
// Country an ISO 3166 code.
type Address struct {
	Street, Street2, POBox, PostalCode, City, Region, Country string
}

// Field is one line or part of an address.
type Field string

// The fields, with the names that forms and the API use.
const (
	Street     Field = "street"
	Street2    Field = "street2"
	POBox      Field = "po_box"
	PostalCode Field = "postal_code"
	City       Field = "city"
	Region     Field = "region"
)

// Layout is how addresses of one country are written.
type Layout struct {
	// Fields in the order in which people there write them, for a form. Fields that
	// the country doesn't use are missing.
	Fields []Field
	// RegionKind names what Region is: "state", "province", "voivodeship", "canton",
	// "county", "prefecture", "department", "emirate", "district", "parish" or "region",
	// "" where addresses have none. Its label is the translation key country.region.<kind>.
	RegionKind string
	// RegionPrinted is false where the region is known but not written on an envelope.
	RegionPrinted bool
	// PostalExample shows a postal code, "" where there are none.
	PostalExample string

	format, postal string
}

// patterns keeps the compiled postal patterns: an import asks 100,000 times.
var patterns sync.Map // pattern -> *regexp.Regexp

// letters of a format: S street, T second line, O post office box, P postal code, C city,
// R region. Everything else is written as it is, if something stands before it.
var formatField = map[rune]Field{'S': Street, 'T': Street2, 'O': POBox, 'P': PostalCode, 'C': City, 'R': Region}

// of returns the value of a field.
func (a Address) of(f Field) string {
	switch f {
	case Street:
		return a.Street
	case Street2:
		return a.Street2
	case POBox:
		return a.POBox
	case PostalCode:
		return a.PostalCode
	case City:
		return a.City
	}
	return a.Region
}

// LayoutOf returns the layout of a country; unknown ones get a layout with every field.
func LayoutOf(code string) Layout {
	row, ok := layouts[code]
	if !ok {
		row = layoutRow{format: "S\nT\nO\nP C\nR", kind: "region"}
	}
	l := Layout{RegionKind: row.kind, PostalExample: row.example, format: row.format, postal: row.postal}
	hidden := ""
	if row.kind != "" && !strings.Contains(row.format, "R") {
		hidden = "R" // asked for at the end of the form, as reports use it
	}
	for _, r := range row.format + hidden {
		if f, ok := formatField[r]; ok {
			l.Fields = append(l.Fields, f)
		}
	}
	l.RegionPrinted = hidden == "" && row.kind != ""
	return l
}

// PostalOK reports whether a postal code has the country's form. It is for a warning
// only: codes change, and a wrong one must not keep an address from being saved.
func (l Layout) PostalOK(code string) bool {
	code = strings.ToUpper(strings.TrimSpace(code))
	if code == "" || l.postal == "" {
		return true
	}
	re, ok := patterns.Load(l.postal)
	if !ok {
		re, _ = patterns.LoadOrStore(l.postal, regexp.MustCompile(`^(?:`+l.postal+`)$`))
	}
	return re.(*regexp.Regexp).MatchString(code)
}

// Uses reports whether the country's addresses have the field.
func (l Layout) Uses(f Field) bool {
	for _, x := range l.Fields {
		if x == f {
			return true
		}
	}
	return false
}

// Lines returns the address as it is written on an envelope, one line each, the country
// last and in capitals in the language lang. With lang "" the country is left out, as in
// domestic mail. Fields that the country's layout doesn't have are printed nonetheless,
// before the country: what was typed is never lost.
func Lines(a Address, lang string) []string {
	l := LayoutOf(a.Country)
	var out []string
	for line := range strings.SplitSeq(l.format, "\n") {
		if s := renderLine(a, line); s != "" {
			out = append(out, s)
		}
	}
	for _, f := range []Field{Street2, POBox, PostalCode} {
		if v := strings.TrimSpace(a.of(f)); v != "" && !l.Uses(f) {
			out = append(out, v)
		}
	}
	if lang != "" && a.Country != "" {
		out = append(out, strings.ToUpper(i18n.For(lang).Country(a.Country)))
	}
	return out
}

// renderLine fills in one line of a format; separators appear between values only.
func renderLine(a Address, line string) string {
	var b strings.Builder
	sep := ""
	for _, r := range line {
		f, ok := formatField[r]
		if !ok {
			sep += string(r)
			continue
		}
		v := strings.Join(strings.Fields(a.of(f)), " ")
		if v == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(sep)
		}
		b.WriteString(v)
		sep = ""
	}
	return b.String()
}

// OneLine returns the address in one line for lists: "12 Oak Ave, Austin, TX 78701".
func OneLine(a Address) string { return strings.Join(Lines(a, ""), ", ") }

// Empty reports whether nothing but the country is known.
func (a Address) Empty() bool {
	return strings.TrimSpace(a.Street+a.Street2+a.POBox+a.PostalCode+a.City+a.Region) == ""
}
