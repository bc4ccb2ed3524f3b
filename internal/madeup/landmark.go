package madeup

// mark is a client that every agency with Polish clients has, so that a search can be
// shown, tested and measured on something known.
type mark struct {
	index         int
	family, given string
	sex           string
	phone, e164   string
	birth         string
}

// landmarks: a common name with a known phone number, and a name of letters that no
// other language has.
var landmarks = []mark{
	{7, "Kowalska", "Joanna", "F", "600 100 200", "+48600100200", "1984-05-17"},
	{11, "Żółć", "Grażyna", "F", "+48 601 234 567", "+48601234567", "--02-29"},
}

// landmarkOf returns what client i of the agency must be, or nil.
func landmarkOf(a Agency, i int) *mark {
	for k := range landmarks {
		if landmarks[k].index == i && a.Country == "PL" {
			return &landmarks[k]
		}
	}
	return nil
}

// landmark fills the client of a mark.
func (g *Generator) landmark(r *rng, c *Client, m mark) {
	c.Classification, c.Status = "client", "active"
	c.Name = m.family + "/" + m.given
	c.InformalSalutation = m.given
	c.FormalSalutation = g.words(c.Language).dear[female].fill(r, fill{family: m.family})
	c.Travelers = []Person{{
		Title: "Ms", Family: m.family, Given: m.given, Sex: m.sex, BirthDate: m.birth, Nationality: "PL",
		Languages: []string{"pl"},
		Phones:    []Value{{SubType: "mobile", Value: m.phone, E164: m.e164, Primary: true, Marketing: true}},
		Emails:    []Value{{SubType: "home", Value: slug(m.given) + "." + slug(m.family) + "@example.com", Primary: true}},
	}}
}
