package madeup

// family is the name that a household shares, in the forms of both sexes.
type family struct {
	a, b *name
	join byte // 0 for one name, ' ' for the Spanish pair, '-' for a hyphenated name
}

// form returns the family name of a man or a woman.
func (f family) form(sex int) string {
	if f.join == 0 {
		return f.a.form[sex]
	}
	return f.a.form[sex] + string(f.join) + f.b.form[sex]
}

// family draws a family name of country c.
func (c *country) familyName(r *rng) family {
	f := family{a: c.oneFamily(r)}
	switch {
	case c.doubleFamily && !r.chance(40): // some foreigners and orphans have only one
		f.b, f.join = c.oneFamily(r), ' '
	case !c.doubleFamily && len(c.tail.items) > 0 && r.chance(15):
		f.b, f.join = c.oneFamily(r), '-'
	}
	return f
}

// oneFamily draws a single family name: mostly a common one, often one of the long tail
// of rare names (as in life), seldom one that breaks forms.
func (c *country) oneFamily(r *rng) *name {
	n := r.below(1000)
	switch {
	case n < 4 && len(c.rare) > 0:
		return &c.rare[r.below(len(c.rare))]
	case n < 270 && len(c.tail.items) > 0:
		return c.tail.at(r)
	}
	return c.family.at(r)
}

// birth is what is known of somebody's age.
type birth struct{ year, month, day int }

// bornAround draws a date of birth of somebody who is age years old.
func (g *Generator) bornAround(r *rng, age int) birth {
	// Nobody is born in the present year: the day might lie in the future.
	b := birth{min(g.year-age, g.year-1), r.between(1, 12), 0}
	b.day = r.between(1, daysIn(b.year, b.month))
	if r.chance(4) { // leap-day children are rare, and the ones that break birthday lists
		b.year -= b.year % 4
		b.month, b.day = 2, daysIn(b.year, 2)
	}
	return b
}

// daysIn returns the length of a month.
func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// text renders the date as "1980-03-12", or "--03-12" without its year.
func (b birth) text(withYear bool) string {
	md := [6]byte{'-', byte('0' + b.month/10), byte('0' + b.month%10), '-', byte('0' + b.day/10), byte('0' + b.day%10)}
	if !withYear {
		return "-" + string(md[:])
	}
	y := [4]byte{byte('0' + b.year/1000), byte('0' + b.year/100%10), byte('0' + b.year/10%10), byte('0' + b.year%10)}
	return string(y[:]) + string(md[:])
}

// generation says which given names were in fashion.
func (b birth) generation() int {
	switch {
	case b.year < 1960:
		return 0
	case b.year < 2003:
		return 1
	}
	return 2
}

// draft is a person in the making: what the household needs before the fields are written.
type draft struct {
	origin *country
	fam    family
	sex    int
	age    int
	role   string
	former string
	slug   string // of the given name, once it is drawn
}

// person writes the fields of a draft, for a client who lives in country home.
func (g *Generator) person(r *rng, d *draft, home *country, language string) Person {
	born := g.bornAround(r, d.age)
	given := d.origin.given[d.sex][born.generation()].at(r)
	d.slug = given.slug[d.sex]
	p := Person{
		Family: d.fam.form(d.sex), Given: given.form[d.sex], Role: d.role, Former: d.former,
		Sex: [2]string{"M", "F"}[d.sex], Nationality: d.origin.code, Title: title(r, d.sex, d.age),
	}
	if native := given.native[d.sex]; native != "" && d.fam.a.native[d.sex] != "" {
		p.Native = native + " " + d.fam.a.native[d.sex]
		if d.origin.nativeFamilyFirst {
			p.Native = d.fam.a.native[d.sex] + d.origin.nativeSpace + native
		}
	}
	if r.chance(160) && !d.origin.doubleFamily && p.Native == "" {
		if m := d.origin.given[d.sex][born.generation()].at(r).form[d.sex]; m != p.Given {
			p.Middle = m
			if d.origin.code == "US" {
				p.Middle = m[:1] + "." // a passport has the whole name, a booking seldom
			}
		}
	}
	if r.chance(300) {
		p.Preferred = nicknames()[p.Given]
	}
	if d.origin != home && r.chance(150) {
		p.Nationality = home.code // naturalised
	}
	if r.chance(3) {
		p.Sex = "X"
	} else if r.chance(12) {
		p.Sex = ""
	}
	switch {
	case r.chance(110): // not asked yet
	case r.chance(35):
		p.BirthDate = born.text(false)
	default:
		p.BirthDate = born.text(true)
	}
	p.Languages = languages(r, d.origin, language)
	g.occupation(r, &p, d.sex, d.age, d.role, language)
	return p
}

// title returns the form of address that an airline wants, where it was noted at all.
func title(r *rng, sex, age int) string {
	switch {
	case r.chance(300):
		return ""
	case age < 12:
		return [2]string{"Mstr", "Miss"}[sex]
	case age > 28 && r.chance(30):
		return "Dr"
	}
	return [2]string{"Mr", "Ms"}[sex]
}

// languages lists what somebody from origin who lives among speakers of local speaks.
func languages(r *rng, origin *country, local string) []string {
	out := make([]string, 1, 3)
	out[0] = origin.language
	if local != origin.language {
		out = append(out, local)
	}
	if out[0] != "en" && local != "en" && r.chance(300) {
		out = append(out, "en")
	}
	return out
}

// occupation fills what somebody does, in the client's language.
func (g *Generator) occupation(r *rng, p *Person, sex, age int, role, language string) {
	jobs := g.words(language).occupations
	switch {
	case age < 18 || r.chance(550):
	case age > 66:
		p.Occupation = jobs[occupationRetired].form[sex]
	case age < 24:
		p.Occupation = jobs[occupationStudent].form[sex]
	default:
		job := r.below(len(jobs))
		if job == occupationRetired || job == occupationStudent {
			job = 0
		}
		p.Occupation = jobs[job].form[sex]
		if role != "employee" && r.chance(150) {
			p.Company = g.companyName(r, g.home)
		}
	}
}

// mailHosts are reserved by RFC 2606 and RFC 6761.
var mailHosts = list[string]{items: []string{"example.com", "example.org", "example.net"}, table: []uint16{0, 0, 0, 1, 2}}

// email returns an address of a person at host, or at a reserved one if host is empty.
func email(r *rng, given, fam, host string) string {
	if given == "" {
		given = "x"
	}
	local := ""
	switch r.below(6) {
	case 0:
		local = given[:1] + "." + fam
	case 1:
		local = fam + "." + given
	case 2:
		local = given + fam
	case 3:
		local = given + "_" + fam
	default:
		local = given + "." + fam
	}
	if len(local) > 58 { // the part before the @ holds 64 at most
		local = local[:58]
	}
	if host == "" {
		host = mailHosts.draw(r)
		if n := r.below(10); n < 8 { // most names were taken already
			local += decimals(r, n%4+1)
		}
	}
	return local + "@" + host
}

// decimals returns n random digits.
func decimals(r *rng, n int) string {
	var buf [12]byte
	for i := range n {
		buf[i] = byte('0' + r.below(10))
	}
	return string(buf[:n])
}

// emailValue makes an e-mail communication.
func emailValue(r *rng, given, fam, host, subType string) Value {
	return Value{SubType: subType, Value: email(r, given, fam, host), Marketing: r.chance(600)}
}
