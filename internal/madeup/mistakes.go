package madeup

import (
	"strings"
	"unicode"
)

// spoil puts in what people leave out and mistype, on a record that is nobody's copy.
func (g *Generator) spoil(r *rng, c *Client) {
	if r.chance(100) {
		c.Street = ""
	}
	if r.chance(70) {
		c.PostalCode = ""
	}
	if r.chance(250) {
		c.Region = ""
	}
	p := &c.Travelers[0]
	switch n := r.below(1000); {
	case n < 12:
		c.Mistake = "capitals"
		p.Family, p.Given = strings.ToUpper(p.Family), strings.ToUpper(p.Given)
	case n < 18:
		c.Mistake = "small letters"
		p.Family, p.Given = strings.ToLower(p.Family), strings.ToLower(p.Given)
	case n < 23:
		c.Mistake = "swapped"
		p.Family, p.Given = p.Given, p.Family
	case n < 45:
		c.Mistake = "no diacritics"
		p.Family, p.Given = ascii(p.Family), ascii(p.Given)
	case n < 57 && len(p.Emails) > 0:
		c.Mistake = "e-mail typo"
		p.Emails[0].Value = typo(r, p.Emails[0].Value)
	default:
		return
	}
	if c.Kind == "personal" && !strings.Contains(c.Name, " ") {
		c.Name = p.Family + "/" + p.Given
	}
}

// The ways in which a second record of the same people comes to differ from the first.
var duplicates = []struct {
	mistake string
	apply   func(g *Generator, r *rng, c *Client, p *Person)
}{
	{"typo", func(_ *Generator, r *rng, _ *Client, p *Person) { p.Family = typo(r, p.Family) }},
	{"swapped", func(_ *Generator, _ *rng, _ *Client, p *Person) { p.Family, p.Given = p.Given, p.Family }},
	{"no diacritics", func(_ *Generator, _ *rng, _ *Client, p *Person) {
		p.Family, p.Given = ascii(p.Family), ascii(p.Given)
	}},
	{"initial", func(_ *Generator, _ *rng, _ *Client, p *Person) {
		if first := []rune(p.Given); len(first) > 0 {
			p.Given = string(first[:1]) + "."
		}
	}},
	{"married name", func(g *Generator, r *rng, _ *Client, p *Person) {
		p.Former = p.Family
		sex := male
		if p.Sex == "F" {
			sex = female
		}
		p.Family = g.home.oneFamily(r).form[sex]
	}},
	{"other notation", func(g *Generator, r *rng, c *Client, p *Person) {
		for _, list := range [][]Value{c.Phones, p.Phones} {
			for i := range list {
				list[i].Value = list[i].E164
			}
		}
		if len(p.Emails) > 0 {
			p.Emails[0].Value = strings.ToUpper(p.Emails[0].Value[:1]) + p.Emails[0].Value[1:]
		}
	}},
	{"nickname", func(_ *Generator, _ *rng, _ *Client, p *Person) {
		if p.Preferred != "" {
			p.Given = p.Preferred
		} else if nick := nicknames()[p.Given]; nick != "" {
			p.Given = nick
		}
	}},
	{"no birth date", func(_ *Generator, _ *rng, _ *Client, p *Person) { p.BirthDate = "" }},
}

// duplicate makes client index a near-copy of another: the same people once more, typed
// by a colleague who didn't look first.
func (g *Generator) duplicate(index, of int) Client {
	r := seeded(g.seed, index, purposeDuplicate)
	c := g.original(of)
	c.Index, c.DuplicateOf = index, of
	p := &c.Travelers[0]
	d := duplicates[r.weighted(26, 10, 18, 10, 8, 16, 6, 6)]
	c.Mistake = d.mistake
	if c.Kind == "corporate" {
		c.Mistake = "typo"
		c.Name = typo(&r, c.Name)
	} else {
		d.apply(g, &r, &c, p)
		c.Name = p.Family + "/" + p.Given
	}
	c.Remarks, c.Memo, c.Tags, c.InterfaceIDs, c.Mailing = "", "", nil, nil, nil
	if len(c.Travelers) > 1 && r.chance(500) { // the colleague took down only the caller
		c.Travelers = c.Travelers[:1]
	}
	if r.chance(400) {
		c.Street, c.PostalCode, c.Region = "", "", ""
	}
	c.Code = g.code(&c)
	c.Branch, c.Advisor = g.place(&r)
	c.AgencyOwned = c.Advisor < 0
	c.Created = r.below(c.Created + 1) // a copy is younger than its original
	return c
}

// typo changes one letter: swaps it with the next, drops it or doubles it. What follows
// an @ stays, because only reserved hosts may be used. Text without two letters in a row
// comes back as it is.
func typo(r *rng, s string) string {
	local, host, isMail := strings.Cut(s, "@")
	letters := []rune(local)
	if len(letters) < 4 {
		return s
	}
	i := r.between(1, len(letters)-3)
	for tries := 0; !unicode.IsLetter(letters[i]) || !unicode.IsLetter(letters[i+1]); tries++ {
		if tries == len(letters) {
			return s
		}
		i = 1 + i%(len(letters)-3)
	}
	switch r.below(3) {
	case 0:
		letters[i], letters[i+1] = letters[i+1], letters[i]
	case 1:
		letters = append(letters[:i], letters[i+1:]...)
	default:
		letters = append(letters[:i+1], letters[i:]...)
	}
	if isMail {
		host = "@" + host
	}
	return string(letters) + host
}
