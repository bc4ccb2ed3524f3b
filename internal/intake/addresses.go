package intake

import (
	"regexp"
	"sort"
	"strings"
)

// putAddress stores one part of an address.
func (b *builder) putAddress(c *Column, field, lab, value string) {
	i := -1
	for k := range b.places {
		if b.places[k].index == c.Address && b.places[k].owner == c.Owner {
			i = k
		}
	}
	if i < 0 {
		b.places = append(b.places, place2{index: c.Address, owner: c.Owner})
		i = len(b.places) - 1
	}
	a := &b.places[i]
	if a.Label, _ = label(lab); c.Kind != "" {
		a.Kind = c.Kind
	}
	value = strings.ReplaceAll(value, "\n", ", ")
	switch field {
	case "street":
		appendPart(&a.Street, value)
	case "street2":
		if len(value) <= 6 && a.Street != "" && a.Street2 == "" && strings.Trim(value, "0123456789/abcABC ") == "" {
			appendWord(&a.Street, value) // a house number in a column of its own
		} else {
			appendPart(&a.Street2, value)
		}
	case "po_box":
		a.POBox = value
	case "postal_code":
		a.Postal = value
	case "city":
		a.City = value
	case "region":
		a.Region = value
	case "country":
		if code, ok := b.p.countryCode(value); ok {
			a.Country = code
		} else {
			b.doubt(c, "intake.problem.country", value)
		}
	case "formatted":
		a.formatted = strings.ReplaceAll(value, ", ", "\n")
	}
}

func appendPart(s *string, v string) {
	if *s != "" {
		*s += ", "
	}
	*s += v
}

// townLine is a line with postal code and town in the order of most of Europe.
var townLine = regexp.MustCompile(`^(?:[A-Z]{1,2}[- ])?(\d{2}-\d{3}|\d{4} [A-Z]{2}|\d{3} \d{2}|\d{4,5}) (\p{L}.*)$`)

// parseLines reads an address that the file has only as lines of text. What can't be
// told apart stays in the street, nothing gets lost.
func (p *Mapper) parseLines(a *Address, text string) {
	lines := listOf(text, "\n")
	if n := len(lines); n > 1 {
		if code, ok := p.countryCode(lines[n-1]); ok {
			a.Country, lines = code, lines[:n-1]
		}
	}
	var street []string
	for _, l := range lines {
		if m := townLine.FindStringSubmatch(l); m != nil && a.Postal == "" {
			a.Postal, a.City = m[1], m[2]
		} else {
			street = append(street, l)
		}
	}
	if len(street) > 0 {
		a.Street, a.Street2 = street[0], strings.Join(street[1:], ", ")
	}
}

// addresses gives each address its owner. The first is the client's, a business
// address beside a private one is the traveler's, and what a record has no room for
// becomes a note.
func (b *builder) addresses() {
	sort.SliceStable(b.places, func(i, j int) bool { return b.places[i].index < b.places[j].index })
	for _, pl := range b.places {
		a := pl.Address
		if a.empty() && pl.formatted != "" {
			b.p.parseLines(&a, pl.formatted)
		}
		if a.empty() {
			continue
		}
		cl := &b.rec.Client
		var first *[]Address
		if len(b.rec.Travelers) > 0 {
			first = &b.rec.Travelers[0].Addresses
		}
		switch {
		case pl.owner == "traveler" && first != nil && free(*first, or(a.Kind, "physical")):
			a.Kind = or(a.Kind, "physical")
			*first = append(*first, a)
		case free(cl.Addresses, or(a.Kind, "physical")):
			a.Kind = or(a.Kind, "physical")
			cl.Addresses = append(cl.Addresses, a)
		case same(cl.Addresses, a):
		case a.Kind == "" && first != nil && free(*first, "physical"):
			a.Kind = "physical"
			*first = append(*first, a)
		default:
			b.note(a.Label, strings.Join(nonEmpty(a.Street, a.Street2, a.POBox, strings.TrimSpace(a.Postal+" "+a.City), a.Region, a.Country), ", "))
		}
	}
}

// country is the first country of the record's addresses, for reading phones.
func (b *builder) country() string {
	for _, pl := range b.places {
		if pl.Country != "" {
			return pl.Country
		}
	}
	return ""
}

func free(have []Address, kind string) bool {
	for _, a := range have {
		if a.Kind == kind {
			return false
		}
	}
	return true
}

func same(have []Address, a Address) bool {
	for _, h := range have {
		h.Kind, h.Label = a.Kind, a.Label
		if h == a {
			return true
		}
	}
	return false
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

func nonEmpty(list ...string) []string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}
