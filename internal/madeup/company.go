package madeup

import "strings"

// companyName draws a trade name of country c, without its legal form.
func (g *Generator) companyName(r *rng, c *country) string {
	shape := pick(r, c.companies)
	for strings.Contains(shape, "{family}") {
		shape = strings.Replace(shape, "{family}", c.oneFamily(r).form[male], 1)
	}
	return strings.ReplaceAll(shape, "{word}", pick(r, c.words))
}

// company fills a corporate client: what it is called and billed as, and one to ten
// people who travel for it.
func (g *Generator) company(r *rng, c *Client, home *country) {
	c.Kind, c.CustomerType = "corporate", "B"
	c.Name = g.companyName(r, home)
	c.LegalName = strings.TrimSpace(c.Name + " " + pick(r, home.legal))
	if r.chance(500) {
		c.Name = c.LegalName
	}
	c.TaxID = taxID(r, home.code)
	if r.chance(300) {
		c.RegistrationNo = "0000" + decimals(r, 6)
	}
	w := g.words(c.Language)
	if r.chance(600) {
		c.TravelPolicy = pick(r, w.policies)
	}
	// The top-level domain .example is reserved, so any company may have its own host.
	host := slug(c.Name)
	if len(host) > 40 {
		host = host[:40]
	}
	if host == "" {
		host = "firm"
	}
	host += ".example"
	if r.chance(600) {
		c.Website = "https://www." + host
	}
	c.FormalSalutation = w.dear[dearCompany].fill(r, fill{})
	n := 1 + r.weighted(30, 20, 14, 10, 8, 6, 4, 3, 3, 2)
	c.Travelers = make([]Person, n)
	for i := range n {
		c.Travelers[i] = g.employee(r, c, home, host)
	}
	c.Contact = c.Travelers[0].Given + " " + c.Travelers[0].Family
	c.Phones = []Value{g.phoneValue(r, home, home.fixed, "work")}
	c.Phones[0].Primary = true
	c.Emails = []Value{{SubType: "work", Value: pick(r, companyBoxes) + "@" + host, Primary: true, Marketing: r.chance(700)}}
}

var companyBoxes = []string{"office", "info", "travel", "accounts"}

// employee makes one of the people who travel for a company.
func (g *Generator) employee(r *rng, c *Client, home *country, host string) Person {
	d := draft{origin: home, sex: r.below(2), age: r.between(23, 64), role: "employee"}
	if r.chance(120) {
		d.origin = g.anyOrigin(r)
	}
	d.fam = d.origin.familyName(r)
	p := g.person(r, &d, home, c.Language)
	p.Company = c.Name
	if r.chance(700) {
		p.Emails = []Value{{SubType: "work", Value: email(r, d.slug, famSlug(d), host), Primary: true}}
	}
	if r.chance(600) {
		p.Phones = []Value{g.phoneValue(r, home, home.mobile, "mobile")}
		p.Phones[0].Primary = true
	}
	return p
}

// taxID makes a tax number of a company with the right check digits. Its leading digits
// (999 in a NIP, zeros elsewhere) aren't given to anybody, to our knowledge. Countries
// whose rule isn't built in get none.
func taxID(r *rng, code string) string {
	switch code {
	case "PL": // NIP: weights modulo 11, where 10 isn't allowed
		for {
			s := "999" + decimals(r, 6)
			if check := weightedSum(s, 6, 5, 7, 2, 3, 4, 5, 6, 7) % 11; check < 10 {
				return s + digit(check)
			}
		}
	case "ES": // NIF of a company: Luhn over seven digits
		s := "00" + decimals(r, 5)
		return "B" + s + digit((10-luhn(s)%10)%10)
	case "FR": // SIREN: Luhn over nine digits
		s := "000" + decimals(r, 5)
		return s + digit((10-luhn(s)%10)%10)
	case "IT": // partita IVA: Luhn over eleven digits
		s := "000" + decimals(r, 7)
		return "IT" + s + digit((10-luhn(s)%10)%10)
	case "DE": // USt-IdNr: ISO 7064 MOD 11,10
		s := "00" + decimals(r, 6)
		return "DE" + s + digit(mod1110(s))
	case "CH": // UID: weights modulo 11, where 10 isn't allowed
		for {
			s := "000" + decimals(r, 5)
			if check := (11 - weightedSum(s, 5, 4, 3, 2, 7, 6, 5, 4)%11) % 11; check < 10 {
				return "CHE-" + s[:3] + "." + s[3:6] + "." + s[6:] + digit(check)
			}
		}
	case "GB": // VAT: weights modulo 97
		s := "000" + decimals(r, 4)
		check := 97 - weightedSum(s, 8, 7, 6, 5, 4, 3, 2)%97
		return "GB" + s + digit(check/10) + digit(check%10)
	}
	return ""
}

// digit renders one digit.
func digit(n int) string { return string(rune('0' + n)) }

// weightedSum multiplies the digits of s by weights and adds them.
func weightedSum(s string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += int(s[i]-'0') * w
	}
	return sum
}

// luhn sums the digits of s so that the check digit to append brings it to a multiple of ten.
func luhn(s string) int {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum
}

// mod1110 is the check digit of ISO 7064 MOD 11,10.
func mod1110(s string) int {
	product := 10
	for i := range len(s) {
		sum := (int(s[i]-'0') + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = sum * 2 % 11
	}
	return (11 - product) % 10
}
