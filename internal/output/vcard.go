package output

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/carnetcrm/carnet/internal/date"
)

// Card is an address card of a person or an organisation.
type Card struct {
	UID                           string
	Full                          string // as it is shown
	Family, Given, Middle, Prefix string
	Nickname                      string
	Company                       string // the name of an organisation, or where the person works
	Position                      string
	IsCompany                     bool
	Born, Anniversary             date.Date // also without a year
	Language                      string    // ISO 639
	Note                          string
	Tags                          []string
	Reach                         []CardReach
	Places                        []CardPlace
	Updated                       time.Time
}

// CardReach is a phone, e-mail, web page or profile.
type CardReach struct {
	Type    string // phone, email, web, social
	Sub     string // home, work, mobile ... free
	Value   string
	Primary bool
}

// CardPlace is an address.
type CardPlace struct {
	Mailing                                               bool
	POBox, Extra, Street, City, Region, Postcode, Country string
}

// Cards are address cards one after the other.
type Cards = iter.Seq2[*Card, error]

// VCard writes address cards (RFC 6350); old asks for version 3.0 (RFC 2426), which
// older programs read. It returns how many it has written.
func VCard(w io.Writer, old bool, cards Cards) (n int64, err error) {
	v := &vcard{Writer: bufio.NewWriterSize(w, 64<<10), old: old}
	for c, err := range cards {
		if err != nil {
			return n, err
		}
		v.card(c)
		if _, err := v.WriteString("END:VCARD\r\n"); err != nil {
			return n, fmt.Errorf("writing vCard: %w", err)
		}
		n++
	}
	if err := v.Flush(); err != nil {
		return n, fmt.Errorf("writing vCard: %w", err)
	}
	return n, nil
}

type vcard struct {
	*bufio.Writer
	old bool
}

func (v *vcard) card(c *Card) {
	v.WriteString("BEGIN:VCARD\r\n")
	version := "4.0"
	if v.old {
		version = "3.0"
	}
	v.line("VERSION", version)
	if c.UID != "" {
		v.line("UID", escape(c.UID))
	}
	if !v.old && c.IsCompany {
		v.line("KIND", "org")
	}
	v.line("FN", escape(c.Full))
	if c.IsCompany {
		v.line("N", parts("", "", "", "", ""))
		if v.old {
			v.line("X-ABSHOWAS", "COMPANY")
		}
	} else {
		v.line("N", parts(c.Family, c.Given, c.Middle, c.Prefix, ""))
	}
	for _, f := range [][2]string{{"NICKNAME", c.Nickname}, {"ORG", c.Company}, {"TITLE", c.Position}} {
		if f[1] != "" {
			v.line(f[0], escape(f[1]))
		}
	}
	v.day("BDAY", c.Born)
	v.day("ANNIVERSARY", c.Anniversary)
	if c.Language != "" && !v.old {
		v.line("LANG", escape(c.Language))
	}
	for _, r := range c.Reach {
		v.reach(r)
	}
	for _, p := range c.Places {
		kind := "ADR;TYPE=home"
		if c.IsCompany || p.Mailing {
			kind = "ADR;TYPE=work"
		}
		if v.old && p.Mailing {
			kind += ",postal"
		}
		v.line(kind, parts(p.POBox, p.Extra, p.Street, p.City, p.Region, p.Postcode, p.Country))
	}
	if len(c.Tags) > 0 {
		var tags []string
		for _, t := range c.Tags {
			tags = append(tags, escape(t))
		}
		v.line("CATEGORIES", strings.Join(tags, ","))
	}
	if c.Note != "" {
		v.line("NOTE", escape(c.Note))
	}
	if !c.Updated.IsZero() {
		v.line("REV", c.Updated.UTC().Format("20060102T150405Z"))
	}
}

// day writes a date; version 3.0 has no place for one without a year, nor for an
// anniversary.
func (v *vcard) day(name string, d date.Date) {
	switch {
	case !d.Valid():
	case !v.old:
		compact := strings.ReplaceAll(string(d), "-", "")
		if !d.HasYear() {
			compact = "--" + compact
		}
		v.line(name, compact)
	case name == "BDAY" && d.HasYear():
		v.line(name, string(d))
	case name == "ANNIVERSARY" && d.HasYear():
		v.line("X-ANNIVERSARY", string(d))
	}
}

func (v *vcard) reach(r CardReach) {
	kind := r.kind()
	add := func(name string, types ...string) string {
		if r.Primary && v.old {
			types = append(types, "pref")
		} else if r.Primary {
			name += ";PREF=1"
		}
		if kind != "" {
			types = append(types, kind)
		}
		switch {
		case len(types) == 0:
			return name
		case len(types) > 1 && !v.old:
			return name + `;TYPE="` + strings.Join(types, ",") + `"`
		}
		return name + ";TYPE=" + strings.Join(types, ",")
	}
	switch r.Type {
	case "phone":
		v.line(add("TEL", "voice"), escape(r.Value))
	case "email":
		if v.old {
			v.line(add("EMAIL", "internet"), escape(r.Value))
		} else {
			v.line(add("EMAIL"), escape(r.Value))
		}
	case "web":
		v.line("URL", uri(r.Value))
	default:
		v.line("X-SOCIALPROFILE", uri(r.Value))
	}
}

// kind finds the type of the standard that a free description means; "" for none.
func (r CardReach) kind() string {
	s := strings.ToLower(r.Sub)
	for _, k := range []struct{ kind, words string }{
		{"cell", "mobile cell kom móvil movil handy mobil portable"}, {"work", "work office business służb praca trabajo bureau travail büro arbeit firm"},
		{"home", "home dom casa domicile privat prywat"}, {"fax", "fax faks"}} {
		for w := range strings.FieldsSeq(k.words) {
			if s != "" && strings.Contains(s, w) {
				return k.kind
			}
		}
	}
	return ""
}

// uri is an address of a page; it isn't escaped, and holds no line break.
func uri(s string) string { return strings.Join(strings.Fields(tidy(s)), "%20") }

func parts(list ...string) string {
	for i := range list {
		list[i] = escape(list[i])
	}
	return strings.Join(list, ";")
}

var escaper = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

func escape(s string) string { return escaper.Replace(tidy(s)) }

// line writes a line, folded after 75 bytes, never inside a character.
func (v *vcard) line(name, value string) {
	s := name + ":" + value
	for limit := 75; len(s) > limit; limit = 74 {
		cut := limit
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		v.WriteString(s[:cut] + "\r\n ")
		s = s[cut:]
	}
	v.WriteString(s + "\r\n")
}
