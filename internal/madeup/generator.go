package madeup

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Options say whose clients are made up.
type Options struct {
	Seed   uint64
	Agency Agency
	Today  time.Time // ages and past years count from here; zero is 1 January 2026
	// Wide takes phone numbers from whole numbering plans instead of the small blocks
	// reserved for fiction, so that a million clients don't share a few thousand. It also
	// leaves some companies without travelers: nobody has flown for them yet.
	Wide bool
}

// Generator makes the clients of one agency. It holds a few lists and no clients, so
// memory stays flat however many are made; it is safe for concurrent use.
type Generator struct {
	seed   uint64
	agency Agency
	year   int
	wide   bool

	home     *country
	mix      list[*country]
	branches list[int]
	advisors []list[int] // per branch
	cities   []*city     // of the branches, as far as the corpus knows them
}

// The purposes of a client's random numbers: changing one leaves the others as they are.
const (
	purposeClient = iota + 1
	purposeIsDuplicate
	purposeDuplicate
	purposeNobody
)

// New returns a generator. The agency must be one of this package's, or have a home
// country and a mix of countries with a corpus.
func New(o Options) *Generator {
	if o.Today.IsZero() {
		o.Today = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	g := &Generator{seed: o.Seed, agency: o.Agency, year: o.Today.Year(), wide: o.Wide}
	g.home = countries()[o.Agency.Country]
	var origins []*country
	var shares []float64
	for _, s := range o.Agency.mix {
		origins, shares = append(origins, countries()[s.country]), append(shares, float64(s.percent))
	}
	g.mix = weightedList(origins, shares)

	var order []int
	var weights []float64
	for i, b := range o.Agency.Branches {
		order, weights = append(order, i), append(weights, float64(b.Weight))
		g.advisors = append(g.advisors, ranked(advisorsOf(o.Agency, i)))
		at := slices.IndexFunc(g.home.cities.items, func(c city) bool { return c.name == b.City })
		var known *city
		if at >= 0 {
			known = &g.home.cities.items[at]
		}
		g.cities = append(g.cities, known)
	}
	g.branches = weightedList(order, weights)
	return g
}

// advisorsOf lists who may have clients in a branch; where nobody may, the agency owns them.
func advisorsOf(a Agency, branch int) []int {
	var out []int
	for i, e := range a.People {
		if e.Branch == branch && e.Advises {
			out = append(out, i)
		}
	}
	return out
}

// Agency returns the agency whose clients these are.
func (g *Generator) Agency() Agency { return g.agency }

// Client returns client number i (0 and up). The same generator options and the same
// number always give the same client, in any order and from any number of goroutines.
func (g *Generator) Client(i int) Client {
	c := g.anyone(i)
	if r := seeded(g.seed, i, purposeNobody); g.wide && c.Kind == "corporate" && r.chance(120) {
		c.Travelers = nil
	}
	return c
}

// anyone makes client i with the people of it.
func (g *Generator) anyone(i int) Client {
	if !g.isDuplicate(i) {
		return g.original(i)
	}
	r := seeded(g.seed, i, purposeDuplicate)
	of := i - r.between(1, min(i, 500))
	for g.isDuplicate(of) {
		of--
	}
	return g.duplicate(i, of)
}

// isDuplicate reports whether client i is a near-copy of an earlier one. The first ones
// never are, so there is always something to copy.
func (g *Generator) isDuplicate(i int) bool {
	r := seeded(g.seed, i, purposeIsDuplicate)
	return i >= 16 && r.chance(30)
}

// original makes client i from nothing.
func (g *Generator) original(i int) Client {
	r := seeded(g.seed, i, purposeClient)
	c := Client{Index: i, DuplicateOf: -1, Kind: "personal", Classification: "client", CustomerType: "P", Status: "active"}
	c.Branch, c.Advisor = g.place(&r)
	c.AgencyOwned = c.Advisor < 0 || r.chance(150)
	home := g.mix.draw(&r)
	mark := landmarkOf(g.agency, i)
	if mark != nil {
		home = g.home
	}
	g.address(&r, &c, home)
	c.Currency = home.currency
	if r.chance(80) {
		c.Classification = "prospect"
	}
	if r.chance(60) {
		c.Status = "inactive"
	}
	c.Segment = segments[r.weighted(46, 44, 3, 7)]
	c.SourceMedium = sources.draw(&r)
	// Squared, because an agency that grows has more young records than old ones.
	u := r.below(4000)
	c.Created = u * u / 4000

	switch {
	case mark != nil:
		g.landmark(&r, &c, *mark)
	case r.chance(85):
		g.company(&r, &c, home)
	default:
		g.household(&r, &c, home, g.originOf(&r, &c, home))
	}
	g.finish(&r, &c)
	if mark == nil {
		g.spoil(&r, &c)
	}
	c.Code = g.code(&c)
	return c
}

var segments = []string{"regular", "temporary", "organiser", "vip_incentive"}

// sources are how clients come, the commonest first.
var sources = ranked([]string{"client_referral", "walk_in", "web_form", "social_network", "old_database", "newsletter",
	"advertising", "fair", "employee", "supplier", "consortium", "press", "other"})

// finish fills what doesn't depend on the kind of client.
func (g *Generator) finish(r *rng, c *Client) {
	switch c.SourceMedium {
	case "social_network":
		c.SourceDetail = pick(r, []string{"Instagram", "Facebook", "LinkedIn", "TikTok"})
	case "client_referral":
		c.SourceDetail = g.home.given[r.below(2)][1].at(r).form[male] + " " + g.home.family.at(r).form[male]
	case "newsletter":
		if r.chance(400) {
			c.Classification = "prospect"
		}
	}
	for range r.weighted(45, 30, 17, 8) {
		if t := g.agency.Tags[r.below(len(g.agency.Tags))].Name; !slices.Contains(c.Tags, t) {
			c.Tags = append(c.Tags, t)
		}
	}
	if r.chance(220) {
		c.InterfaceIDs = []InterfaceID{{pick(r, []string{"amadeus", "galileo", "sabre"}), "C" + strconv.Itoa(100000+c.Index)}}
	}
	if r.chance(60) {
		c.Mailing = &Address{Country: c.Country, Street: g.words(c.Language).poBox + " " + strconv.Itoa(r.between(1, 900)),
			PostalCode: c.PostalCode, City: c.City, Region: c.Region}
	}
	g.remarks(r, c)
}

// place draws a branch and, usually, an advisor there.
func (g *Generator) place(r *rng) (branch, advisor int) {
	branch = g.branches.draw(r)
	if len(g.advisors[branch].items) == 0 || r.chance(35) {
		return branch, -1
	}
	return branch, g.advisors[branch].draw(r)
}

// address fills where the client lives: half of those at home, near the branch.
func (g *Generator) address(r *rng, c *Client, home *country) {
	at := home.cities.draw(r)
	if near := g.cities[c.Branch]; home == g.home && near != nil && r.chance(550) {
		at = *near
	}
	c.Country, c.City, c.Region = home.code, at.name, at.region
	c.Language = home.language
	if at.language != "" {
		c.Language = at.language
	}
	c.PostalCode = expand(r, at.postal)
	streets := &home.streets
	if home.code == "CH" && c.Language != home.language {
		streets = &countries()[neighbour[c.Language]].streets
	}
	street, n := streets.draw(r), strconv.Itoa(1+r.below(140))
	switch {
	case home.numberFirst:
		c.Street = n + " " + street
	case home.code == "ES" || home.code == "IT" || home.code == "BR" || home.code == "PT":
		c.Street = street + ", " + n
	case home.code == "PL" && r.chance(600):
		c.Street = street + " " + n + "/" + strconv.Itoa(r.between(1, 48))
	default:
		c.Street = street + " " + n
	}
}

// originOf says where a household's names come from: mostly from where it lives; in
// Switzerland from its language; now and then from anywhere.
func (g *Generator) originOf(r *rng, c *Client, home *country) *country {
	if r.chance(50) {
		return g.anyOrigin(r)
	}
	if home.code == "CH" && c.Language != home.language {
		return countries()[neighbour[c.Language]]
	}
	return home
}

// neighbour is where a Swiss language's names and streets are taken from.
var neighbour = map[string]string{"fr": "FR", "it": "IT"}

// anyOrigin draws a country that people come from.
func (g *Generator) anyOrigin(r *rng) *country { return countries()[origins[r.below(len(origins))]] }

var origins = []string{"UA", "PL", "IT", "TR", "ES", "PT", "FR", "DE", "GB", "US", "IN", "CN", "VN", "BR", "CZ", "GR", "JP", "SE", "NO", "DK", "IE", "AT"}

// code proposes an account code: three letters of the name and the number of the client.
// It is at most ten characters long up to ten million clients.
func (g *Generator) code(c *Client) string {
	buf := make([]byte, 0, 12)
	for _, letter := range c.Name {
		plain := string(letter)
		if letter >= utf8.RuneSelf {
			plain = ascii(plain)
		}
		if plain = strings.ToUpper(plain); plain >= "A" && plain < "[" {
			buf = append(buf, plain[0])
		}
		if len(buf) == 3 {
			break
		}
	}
	for len(buf) < 3 {
		buf = append(buf, 'X')
	}
	return string(strconv.AppendInt(buf, int64(c.Index+1), 10))
}
