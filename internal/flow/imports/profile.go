package imports

import (
	"errors"
	"slices"
	"strings"
	"unicode"

	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/intake"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// profile makes records of what a row says of a person's profile: documents,
// memberships, tastes, days, whom to call, whom they are related to.
func (b *drafter) profile(p *person, said []intake.Said, region string) {
	type group struct {
		area   string
		number int
		said   map[string]intake.Said // by the end of the target
	}
	var groups []*group
	for _, s := range said {
		area, name, _ := strings.Cut(s.Target, ".")
		switch area {
		case "preference":
			b.tastes(p, s, name)
			continue
		case "special_date":
			b.specialDate(p, s, name)
			continue
		}
		i := slices.IndexFunc(groups, func(g *group) bool { return g.area == area && g.number == s.Number })
		if i < 0 {
			i, groups = len(groups), append(groups, &group{area, s.Number, map[string]intake.Said{}})
		}
		if _, twice := groups[i].said[name]; !twice {
			groups[i].said[name] = s
		}
	}
	for _, g := range groups {
		switch g.area {
		case "passport":
			b.passport(p, g.said)
		case "visa":
			b.visa(p, g.said)
		case "loyalty":
			b.loyalty(p, g.said)
		case "emergency":
			b.emergency(p, g.said, region)
		case "relation":
			b.relation(p, g.said)
		}
	}
	passports := 0
	for _, x := range p.parts { // one stands for all, see traveler.Passport
		if d, ok := x.rec.(*traveler.Passport); ok {
			d.Primary = passports == 0
			passports++
		}
	}
}

// doubt tells of a value that can't be used: a warning, or where the run is strict an
// error.
func (b *drafter) doubt(column, key string, args ...any) {
	b.d.problems = append(b.d.problems, Problem{Error: b.opt.Strict, Line: b.d.line, Column: column, Key: key, Args: args})
}

// unknown tells of a value that is on no list, and keeps it as a remark.
func (b *drafter) unknown(s intake.Said, key string) {
	b.doubt(s.Title, key, "Value", clip(s.Value, 80))
	b.keep(s.Title, s.Value)
}

// leftOut tells of a value that is repeated nowhere: it is a secret, or stands where one
// is expected.
func (b *drafter) leftOut(s intake.Said) { b.doubt(s.Title, "intake.problem.left_out") }

// add takes a part unless the person has it from this row already.
func (b *drafter) add(p *person, x part, said map[string]intake.Said, names map[string]string) {
	rec := x.rec
	for range 3 { // what can't stay is taken out, and the rest looked at again
		err := rec.Check()
		if err == nil {
			x.key, x.vals = x.prints()
			if !slices.ContainsFunc(p.parts, func(have part) bool {
				return have.rec.Table() == rec.Table() && have.key == x.key && have.number() == x.number()
			}) {
				p.parts = append(p.parts, x)
			}
			return
		}
		var e *errs.Error
		if !errors.As(err, &e) || len(e.Fields) == 0 {
			return
		}
		helped := false
		for _, f := range e.Fields {
			if clearPart(rec, f.Path) {
				helped = true
				b.doubt(said[names[f.Path]].Title, "intake.problem.left_out")
			}
		}
		if !helped {
			b.doubt(b.anyTitle(said), e.Fields[0].Key, e.Fields[0].Args...)
			return
		}
	}
}

func (b *drafter) anyTitle(said map[string]intake.Said) string {
	titles := make([]string, 0, len(said))
	for _, s := range said {
		titles = append(titles, s.Title)
	}
	slices.Sort(titles)
	if len(titles) == 0 {
		return ""
	}
	return titles[0]
}

// clearPart empties a field of a part; false for one without which there is no part.
func clearPart(rec record.Record, path string) bool {
	switch r := rec.(type) {
	case *traveler.Passport:
		switch path {
		case "issued":
			r.Issued = ""
		case "expires":
			r.Expires = ""
		case "birth_place":
			r.BirthPlace = ""
		case "mrz":
			r.MRZ = ""
		case "number":
			r.No = ""
			return r.Country != "" || r.Expires != ""
		default:
			return false
		}
		return true
	case *traveler.Visa:
		if path == "number" && r.No != "" {
			r.No = ""
			return true
		}
	case *traveler.EmergencyContact:
		if path == "email" && r.Email != "" && r.Phone != "" {
			r.Email = ""
			return true
		}
	}
	return false
}

// same names the ends of targets for fields that are called alike.
var same = map[string]string{"number": "number", "country": "country", "issued": "issued", "expires": "expires",
	"nationality": "nationality", "birth_place": "birth_place", "mrz": "mrz", "email": "email", "phone": "phone", "name": "name"}

// country finds the country or issuer that a cell of a document names.
func (b *drafter) country(s intake.Said, areas ...string) string {
	if s.Value == "" {
		return ""
	}
	if up := strings.ToUpper(strings.TrimSpace(s.Value)); slices.Contains(areas, up) {
		return up
	}
	code, ok := traveler.CountryOf(s.Value)
	if !ok {
		b.leftOut(s)
		return ""
	}
	return code
}

// number is that of a document: a "yes" or a word isn't one.
func (b *drafter) number(s intake.Said) record.Secret {
	if s.Value == "" {
		return ""
	}
	digits := strings.ContainsFunc(s.Value, unicode.IsDigit)
	if !digits || len(strings.TrimSpace(s.Value)) < 5 {
		b.leftOut(s)
		return ""
	}
	return record.Plain(s.Value)
}

func (b *drafter) passport(p *person, said map[string]intake.Said) {
	d := &traveler.Passport{No: b.number(said["number"]), Country: b.country(said["country"]), Nationality: b.country(said["nationality"]),
		Issued: date.Date(said["issued"].Value), Expires: date.Date(said["expires"].Value), BirthPlace: clip(said["birth_place"].Value, 200)}
	if lines := said["mrz"].Value; lines != "" {
		d.MRZ = record.Plain(strings.ReplaceAll(lines, "|", "\n"))
	}
	if d.No == "" && d.MRZ == "" && d.Country == "" && d.Expires == "" {
		// A nationality or a place of birth alone is no passport: the person has them.
		if code := d.Nationality; code != "" && p.t.Nationality == "" {
			p.t.Nationality = code
		}
		if p.t.BirthPlace == "" {
			p.t.BirthPlace = d.BirthPlace
		}
		if s, ok := said["issued"]; ok {
			b.leftOut(s)
		}
		return
	}
	b.add(p, part{rec: d}, said, same)
}

func (b *drafter) visa(p *person, said map[string]intake.Said) {
	d := &traveler.Visa{No: b.number(said["number"]), Country: b.country(said["country"], traveler.VisaAreas...), Expires: date.Date(said["expires"].Value)}
	if s, ok := said["type"]; ok {
		if d.Type, ok = choiceOf(s.Value, traveler.VisaTypes, "visa.type."); !ok {
			b.unknown(s, "intake.problem.choice")
		}
	}
	if d.Country == "" {
		if s, ok := said["country"]; !ok || s.Value == "" {
			b.doubt(b.anyTitle(said), "import.warning.visa_country")
		}
		return
	}
	b.add(p, part{rec: d}, said, same)
}

// choiceOf finds a code by itself or by its label in any language.
func choiceOf(text string, codes []string, prefix string) (string, bool) {
	want := fold.Fold(strings.TrimSpace(text))
	for _, code := range codes {
		if fold.Fold(code) == want {
			return code, true
		}
		for _, lang := range i18n.Langs {
			if fold.Fold(i18n.For(lang).T(prefix+code)) == want {
				return code, true
			}
		}
	}
	return "", false
}

// loyalty reads memberships: programme and number in columns of their own, or cells
// that hold both, several by semicolon.
func (b *drafter) loyalty(p *person, said map[string]intake.Said) {
	programme, number := said["programme"], said["number"]
	if programme.Value != "" && number.Value != "" {
		b.member(p, programme.Value, number.Value, said["tier"].Value, said)
		return
	}
	for _, s := range []intake.Said{said["membership"], programme, number} {
		cells := strings.FieldsFunc(s.Value, func(r rune) bool { return r == ';' || r == '\n' || r == '|' })
		for _, cell := range cells {
			name, no, tier := membership(cell)
			if name == "" {
				name = s.Label
			}
			if tier == "" && len(cells) == 1 {
				tier = said["tier"].Value
			}
			if name == "" || no == "" {
				b.unknown(intake.Said{Title: s.Title, Value: strings.TrimSpace(cell)}, "import.warning.membership")
				continue
			}
			b.member(p, name, no, tier, said)
		}
	}
	if s := said["tier"]; s.Value != "" && programme.Value+number.Value+said["membership"].Value == "" {
		b.unknown(s, "import.warning.membership")
	}
}

func (b *drafter) member(p *person, programme, number, tier string, said map[string]intake.Said) {
	programme = clip(strings.Join(strings.Fields(programme), " "), 100)
	if known := b.w.programmeBy(programme); known != "" {
		programme = known
	}
	// Which record it is, or a new one, is found when the row is stored.
	b.add(p, part{rec: &traveler.Loyalty{Number: clip(number, 100), Tier: clip(tier, 100), ProgrammeID: -1}, programme: programme}, said, same)
}

// membership takes a cell apart: "Miles & More: 992003 (Senator)", "LH 992003".
func membership(cell string) (programme, number, tier string) {
	cell = strings.TrimSpace(cell)
	if open := strings.LastIndexByte(cell, '('); open > 0 && strings.HasSuffix(cell, ")") {
		cell, tier = strings.TrimSpace(cell[:open]), strings.TrimSpace(cell[open+1:len(cell)-1])
	}
	if name, no, ok := strings.Cut(cell, ":"); ok {
		return strings.TrimSpace(name), strings.TrimSpace(no), tier
	}
	words := strings.Fields(cell)
	isNumber := func(w string) bool {
		n := 0
		for _, r := range w {
			if unicode.IsDigit(r) {
				n++
			} else if r > unicode.MaxASCII || !unicode.IsLetter(r) && r != '-' {
				return false
			}
		}
		return n >= 3 && n*2 >= len(w)
	}
	from, to := len(words), 0
	for i, w := range words {
		if isNumber(w) {
			from, to = min(from, i), i+1
		}
	}
	if from >= to {
		return strings.Trim(cell, " -–"), "", tier
	}
	name := append(slices.Clone(words[:from]), words[to:]...)
	return strings.Trim(strings.Join(name, " "), " -–#"), strings.Join(words[from:to], " "), tier
}

// emergency makes somebody to call. Who has no name stays a communication.
func (b *drafter) emergency(p *person, said map[string]intake.Said, region string) {
	c := &traveler.EmergencyContact{Name: said["name"].Value, Phone: said["phone"].Value, Email: said["email"].Value, Relation: clip(said["relation"].Value, 200)}
	if s, ok := said["contact"]; ok {
		name, number, mail, words := intake.SplitContact(s.Value)
		c.Name, c.Phone, c.Email = or(c.Name, name), or(c.Phone, number), or(c.Email, mail)
		c.Relation = or(c.Relation, clip(words, 200))
	}
	if strings.TrimSpace(c.Name) == "" && c.Phone+c.Email != "" {
		for kind, v := range map[string]string{"phone": c.Phone, "email": c.Email} {
			if m := (contact.Communication{Type: kind, SubType: "emergency", Value: v, Region: region, OwnerKind: "client"}); v != "" && m.Check() == nil {
				p.comms = append(p.comms, comm{m, false})
			} else if v != "" {
				b.unknown(intake.Said{Title: b.anyTitle(said), Value: v}, "import.warning.emergency")
			}
		}
		return
	}
	if c.Phone+c.Email == "" {
		for _, s := range said {
			b.unknown(s, "import.warning.emergency")
		}
		return
	}
	c.Region = region
	b.add(p, part{rec: c}, said, same)
}

func or(s, fallback string) string {
	if strings.TrimSpace(s) == "" {
		return fallback
	}
	return s
}
