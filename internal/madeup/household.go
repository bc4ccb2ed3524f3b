package madeup

// relationship weights of the households that book: single, couple, family, three
// generations, friends.
const (
	single = iota
	couple
	withChildren
	generations
	friends
)

// household fills the people of a personal client.
func (g *Generator) household(r *rng, c *Client, home, origin *country) {
	kind := r.weighted(46, 21, 22, 5, 6)
	first := draft{origin: origin, fam: origin.familyName(r), sex: r.below(2), age: adultAge(r)}
	switch kind {
	case withChildren:
		first.age = r.between(27, 52)
	case generations:
		first.age = r.between(30, 50)
	}
	drafts := make([]draft, 1, 6)
	drafts[0] = first
	switch kind {
	case couple:
		drafts = append(drafts, g.partner(r, first, home))
	case withChildren, generations:
		drafts = g.children(r, append(drafts, g.partner(r, first, home)))
		if kind == generations {
			drafts = append(drafts, draft{origin: first.origin, fam: first.fam, sex: r.below(2),
				age: first.age + r.between(22, 34), role: "parent"})
		}
	case friends:
		for range r.between(1, 4) {
			drafts = append(drafts, draft{origin: origin, fam: origin.familyName(r),
				sex: first.sex, age: max(18, first.age+r.between(-4, 4)), role: "friend"})
		}
	}
	if first.sex == female && first.age > 25 && r.chance(150) {
		drafts[0].former = origin.oneFamily(r).form[female]
	}
	c.Travelers = make([]Person, len(drafts))
	for i := range drafts {
		c.Travelers[i] = g.person(r, &drafts[i], home, c.Language)
		if namesake(c.Travelers[:i+1]) { // once more: parents don't call two children the same
			c.Travelers[i] = g.person(r, &drafts[i], home, c.Language)
		}
	}
	g.personalName(r, c, kind, drafts)
	g.householdContacts(r, c, home, drafts)
	if kind != single && kind != friends && r.chance(380) {
		g.anniversary(r, c, drafts[0].age)
	}
}

// namesake reports whether the last person has the given name of an earlier child.
func namesake(people []Person) bool {
	last := len(people) - 1
	for _, p := range people[:last] {
		if p.Role == "child" && p.Given == people[last].Given {
			return true
		}
	}
	return false
}

// adultAge draws from 20 to 88, most of them around fifty.
func adultAge(r *rng) int { return 20 + (r.below(69)+r.below(69)+r.below(69))/3 }

// partner returns the other half: usually with the same family name, in Spain, Portugal
// and China never, and now and then from another country.
func (g *Generator) partner(r *rng, d draft, home *country) draft {
	p := draft{origin: d.origin, fam: d.fam, sex: 1 - d.sex, age: max(20, d.age+r.between(-6, 6)), role: "spouse"}
	if r.chance(25) {
		p.sex = d.sex
	}
	if r.chance(60) {
		p.origin = g.anyOrigin(r)
	}
	own := d.origin.doubleFamily || d.origin.nativeFamilyFirst || p.origin != d.origin
	switch {
	case own || r.chance(200):
		p.fam = p.origin.familyName(r)
		if !own && r.chance(500) {
			p.role = "partner" // two names, not married
		}
	case p.sex == female && d.fam.join == 0 && r.chance(80): // Nowak-Kowalska
		p.fam = family{a: p.origin.oneFamily(r), b: d.fam.a, join: '-'}
		p.former = p.fam.a.form[female]
	case p.sex == female && r.chance(200):
		p.former = p.origin.oneFamily(r).form[female]
	}
	return p
}

// children adds one to four children to a couple.
func (g *Generator) children(r *rng, drafts []draft) []draft {
	a, b := drafts[0], drafts[1]
	fam := a.fam
	if a.sex == female && b.sex == male {
		fam = b.fam // the father's name, where only one is passed on
	}
	if a.origin.doubleFamily && b.origin.doubleFamily {
		fam = family{a: a.fam.a, b: b.fam.a, join: ' '}
	}
	oldest := min(a.age, b.age) - 20
	for range 1 + r.weighted(35, 45, 15, 5) {
		drafts = append(drafts, draft{origin: a.origin, fam: fam, sex: r.below(2),
			age: r.below(max(1, min(oldest, 22)) + 1), role: "child"})
	}
	return drafts
}

// personalName writes the name of the account as R005 proposes it.
func (g *Generator) personalName(r *rng, c *Client, kind int, drafts []draft) {
	p := &c.Travelers[0]
	c.Name = p.Family + "/" + p.Given
	words := g.words(c.Language)
	switch {
	case kind == friends && len(drafts) > 2 && r.chance(700):
		c.Name = p.Family + "/" + c.Travelers[1].Family + "/" + c.Travelers[2].Family + " " + pick(r, words.groups)
		c.Segment = "organiser"
	case kind == couple && drafts[1].fam == drafts[0].fam && r.chance(80):
		c.Name += " & " + c.Travelers[1].Given
	}
	if r.chance(600) {
		c.InformalSalutation = p.Given
		if p.Preferred != "" {
			c.InformalSalutation = p.Preferred
		}
	}
	if r.chance(500) {
		form := drafts[0].sex
		if kind == withChildren {
			form = dearFamily
		}
		c.FormalSalutation = words.dear[form].fill(r, fill{family: p.Family})
	}
}

// householdContacts gives everybody of age a phone and an address, and the household the
// shared ones (R045). A few have none at all; they can only be prospects (R065).
func (g *Generator) householdContacts(r *rng, c *Client, home *country, drafts []draft) {
	if r.chance(15) {
		c.Classification = "prospect"
		return
	}
	for i, d := range drafts {
		p := &c.Travelers[i]
		first := i == 0
		if first && !r.chance(60) || !first && d.age >= 13 && r.chance(350) {
			p.Phones = []Value{g.phoneValue(r, home, home.mobile, "mobile")}
			p.Phones[0].Primary = true
		}
		if first && r.chance(820) || !first && d.age >= 16 && r.chance(350) {
			p.Emails = []Value{emailValue(r, d.slug, famSlug(d), "", "home")}
			p.Emails[0].Primary = true
		}
	}
	shared := 150
	if len(drafts) > 1 {
		shared = 320
	}
	if r.chance(shared) {
		c.Phones = []Value{g.phoneValue(r, home, home.fixed, "home")}
		c.Phones[0].Primary = true
	}
	if len(drafts) > 1 && r.chance(220) {
		c.Emails = []Value{emailValue(r, g.words(c.Language).familySlug, famSlug(drafts[0]), "", "home")}
		c.Emails[0].Primary = true
	}
	g.ensureReachable(r, c, home, drafts[0])
}

// ensureReachable gives a client at least one way to be reached.
func (g *Generator) ensureReachable(r *rng, c *Client, home *country, d draft) {
	p := &c.Travelers[0]
	if len(c.Phones)+len(c.Emails)+len(p.Phones)+len(p.Emails) > 0 {
		return
	}
	p.Emails = []Value{emailValue(r, d.slug, famSlug(d), "", "home")}
	p.Emails[0].Primary = true
}

// famSlug is the family name in an address.
func famSlug(d draft) string { return d.fam.a.slug[d.sex] }

// anniversary fills a day worth a card.
func (g *Generator) anniversary(r *rng, c *Client, age int) {
	years := r.between(1, max(1, age-24))
	b := birth{g.year - years, r.between(4, 10), r.between(1, 30)}
	c.Anniversary = b.text(!r.chance(150))
	notes := g.words(c.Language).anniversaries
	c.AnniversaryNote = notes[r.weighted(80, 2, 8, 5, 0, 5)]
}
