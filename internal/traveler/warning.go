package traveler

import (
	"strings"

	"github.com/carnetcrm/carnet/internal/date"
)

// When says for which journey documents are looked at: the day on which they must
// still be good, and where it goes. A journey of several days is looked at by its last.
type When struct {
	Date    date.Date
	Country string // ISO 3166, "" where it isn't known
}

// Warning is something about a document that could stop a journey (W11). Its text is
// the translation "document.warning." + Code with Name, Date, Country and Months.
type Warning struct {
	Code    string    // passport_expired, passport_soon, name, visa_expired, visa_replaced, document_expired, none, minor
	Level   string    // danger, caution, note: a note is for who asks, not for the head of a page
	Kind    string    // of the document, "" for the traveler as a whole
	ID      int64     // of the document
	Date    date.Date // until when the document is valid
	Country string    // the country that asks for Months
	Months  int
}

// adult is the age from which nobody's consent is needed to travel alone.
const adult = 18

// Warnings says what could stop a traveler with these documents. The passport of the
// journey is the primary one, else the one that is valid longest; what is wrong with
// another is a note.
func Warnings(t *Traveler, d *Documents, when When, rules Rules) (out []Warning) {
	if t.Deceased {
		return nil
	}
	months := rules.For(when.Country)
	cur := current(d.Passports)
	for i := range d.Passports {
		p := &d.Passports[i]
		if p.Status != "valid" {
			continue
		}
		w := Warning{Kind: "passport", ID: p.ID, Date: p.Expires, Country: when.Country, Months: months}
		switch {
		case p.Expires.Before(when.Date):
			w.Code, w.Level = "passport_expired", "danger"
		case p.Expires.Before(when.Date.AddMonths(months)):
			w.Code, w.Level = "passport_soon", "caution"
		}
		if p != cur {
			w.Level = "note"
		}
		if w.Code != "" {
			out = append(out, w)
		}
		if p == cur && unlike(t, p.Family, p.Given) {
			out = append(out, Warning{Code: "name", Level: "caution", Kind: "passport", ID: p.ID, Date: p.Expires})
		}
	}
	out = append(out, visaWarnings(d, when)...)
	out = append(out, otherWarnings(t, d, when)...)
	if !d.identified() {
		out = append(out, Warning{Code: "none", Level: "note"})
	}
	if years, ok := t.BirthDate.AgeOn(when.Date); ok && years < adult && !d.consent(when.Date) {
		out = append(out, Warning{Code: "minor", Level: "note"})
	}
	return out
}

func visaWarnings(d *Documents, when When) (out []Warning) {
	for i := range d.Visas {
		v := &d.Visas[i]
		if v.Expires.Before(when.Date) {
			out = append(out, Warning{Code: "visa_expired", Level: "note", Kind: "visa", ID: v.ID, Date: v.Expires, Country: v.Country})
			continue
		}
		for j := range d.Passports {
			if p := &d.Passports[j]; p.ID == int64(v.PassportID) && !p.Good(when.Date) {
				out = append(out, Warning{Code: "visa_replaced", Level: "caution", Kind: "visa", ID: v.ID, Date: v.Expires, Country: v.Country})
			}
		}
	}
	return out
}

func otherWarnings(t *Traveler, d *Documents, when When) (out []Warning) {
	for i := range d.Others {
		o := &d.Others[i]
		if o.Expires.Before(when.Date) {
			out = append(out, Warning{Code: "document_expired", Level: "note", Kind: "other_document", ID: o.ID, Date: o.Expires, Country: o.Country})
		} else if unlike(t, o.Family, o.Given) {
			out = append(out, Warning{Code: "name", Level: "note", Kind: "other_document", ID: o.ID, Date: o.Expires})
		}
	}
	return out
}

// identified reports whether there is a passport or an identity card at all; that it
// has expired is told by a warning of its own.
func (d *Documents) identified() bool {
	for i := range d.Passports {
		if d.Passports[i].Status == "valid" {
			return true
		}
	}
	for i := range d.Others {
		if d.Others[i].Kind == "national_id" {
			return true
		}
	}
	return false
}

// Travels reports whether there is a passport or an identity card that is valid on a
// day.
func (d *Documents) Travels(on date.Date) bool {
	for i := range d.Passports {
		if d.Passports[i].Good(on) {
			return true
		}
	}
	for i := range d.Others {
		if o := &d.Others[i]; o.Kind == "national_id" && (o.Expires == "" || !o.Expires.Before(on)) {
			return true
		}
	}
	return false
}

// consent reports whether parents agreed to a journey on a day.
func (d *Documents) consent(on date.Date) bool {
	for i := range d.Others {
		if o := &d.Others[i]; o.Kind == "parental_consent" && !o.Expires.Before(on) {
			return true
		}
	}
	return false
}

// unlike reports whether a document was made out to another name than the traveler's.
// Middle names may stand with the given ones or be left out.
func unlike(t *Traveler, family, given string) bool {
	if family+given == "" || t.Family == "" {
		return false
	}
	return !sameNames(family, given, t.Family, strings.TrimSpace(t.Given+" "+t.Middle))
}
