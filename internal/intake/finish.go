package intake

import (
	"strings"

	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/intake/person"
)

// finish makes the record of what was collected.
func (b *builder) finish() {
	b.names()
	b.nameClient()
	b.addresses()
	b.communications()
	cl := &b.rec.Client
	if cl.Name == "" && len(b.rec.Travelers) == 0 {
		b.nameless()
	}
	if cl.Kind == "" {
		cl.Kind = "personal"
	}
}

// names decides who the people of the row are.
func (b *builder) names() {
	var named []Traveler
	for i, t := range b.people {
		if t.Given == "" && t.Family == "" {
			if i == 0 {
				named = append(named, t) // may get its name from an undivided one
			}
			continue
		}
		named = append(named, b.couple(t)...)
	}
	cl := &b.rec.Client
	if len(named) == 1 && named[0].Given == "" && person.Company(named[0].Family) && cl.Kind != "personal" {
		// A company that was typed as a surname.
		cl.Name, cl.Kind = or(cl.Name, named[0].Family), "corporate"
		named[0].Family = ""
	}
	if len(named) == 0 || named[0].Given == "" && named[0].Family == "" {
		base := Traveler{}
		if len(named) > 0 {
			base, named = named[0], named[1:]
		}
		named = append(b.undivided(base), named...)
	}
	for i := range named {
		if i > 0 && named[i].Family == "" { // "Spouse first name" alone
			named[i].Family = named[0].Family
		}
	}
	b.rec.Travelers = named
}

// couple splits a given name that holds two: "John & Mary" beside "Smith".
func (b *builder) couple(t Traveler) []Traveler {
	if t.Given == "" || t.Family == "" || len(t.Given) < 4 || !strings.ContainsAny(t.Given, " +&/;") {
		return []Traveler{t}
	}
	names := person.People(strings.ReplaceAll(t.Given, "/", " & ")+" "+t.Family, person.GivenFirst, "")
	if len(names) != 2 || strings.Contains(names[0].Given, "&") || names[0].Family == "" {
		return []Traveler{t}
	}
	second := Traveler{Name: person.Name{Given: names[1].Given, Family: t.Family}}
	if rest, ok := strings.CutSuffix(names[1].Given+" "+names[1].Family, " "+t.Family); ok {
		second.Given = rest
	}
	t.Given = names[0].Given
	return []Traveler{t, second}
}

// undivided reads the people out of a full name, or else out of the client's name.
func (b *builder) undivided(base Traveler) []Traveler {
	cl := &b.rec.Client
	text, order := b.full, b.order
	if text == "" && cl.Name != "" {
		text = cl.Name
	}
	switch {
	case text == "":
		b.orphan(base)
		return nil
	case cl.Kind == "corporate" || cl.Kind == "" && person.Company(text):
		cl.Kind, cl.Name = "corporate", or(cl.Name, text)
		b.orphan(base)
		return nil
	case person.Group(text):
		cl.Name = or(cl.Name, text)
		b.orphan(base)
		return nil
	}
	var out []Traveler
	for i, n := range person.People(text, order, b.habit()) {
		t := Traveler{}
		if i == 0 {
			t = base
			n.Title = or(n.Title, base.Title)
			n.Suffix = or(n.Suffix, base.Suffix)
			n.Middle = or(n.Middle, base.Middle)
		}
		t.Name = n
		out = append(out, t)
	}
	if len(out) > 1 && base.BirthDate != "" {
		b.report(Warning, "", "intake.problem.whose", "Name", person.Label([]person.Name{out[0].Name}), "Value", base.BirthDate.String())
	}
	return out
}

// orphan keeps what was said about a person that has no name.
func (b *builder) orphan(t Traveler) {
	cl := &b.rec.Client
	if t.Company != "" && cl.Name == "" {
		if !person.Group(t.Company) {
			cl.Kind = or(cl.Kind, "corporate")
		}
		cl.Name = t.Company
	} else if t.Company != "" && t.Company != cl.Name {
		b.note("", t.Company)
	}
	for _, s := range []string{t.Title, t.Middle, t.Suffix, t.Preferred, t.Former, t.Native, t.Position, t.Occupation, t.Role, t.Remarks} {
		if s != "" {
			b.note("", s)
		}
	}
	if t.BirthDate != "" {
		b.note("", t.BirthDate.String())
	}
	b.orphaned(t.Profile)
}

// habit is the language whose habits of names to expect.
func (b *builder) habit() string {
	switch b.country() {
	case "ES", "MX", "AR", "CL", "CO", "PE", "VE", "EC", "BO", "UY", "PY", "CR", "PA", "DO", "CU", "GT", "HN", "NI", "SV":
		return "es"
	case "PT", "BR":
		return "pt"
	case "":
		return b.p.opt.Language
	}
	return ""
}

// nameClient gives the client its name: as mapped, else from its people (R005).
func (b *builder) nameClient() {
	cl, ts := &b.rec.Client, b.rec.Travelers
	if len(ts) == 0 {
		return
	}
	fileAs := b.p.m.Product == ProductGoogle || b.p.m.Product == ProductVCard
	if cl.Name == "" || fileAs && cl.Kind != "corporate" || cl.Name == b.full {
		names := make([]person.Name, len(ts))
		for i, t := range ts {
			names[i] = t.Name
		}
		cl.Name, cl.derived = person.Label(names), true
	}
	if cl.Kind == "" && person.Company(cl.Name) {
		cl.Kind = "corporate"
	}
}

// nameless handles a row without any name: its e-mail or phone names the client, so
// that a newsletter address isn't lost (R023); a row with nothing is refused.
func (b *builder) nameless() {
	cl := &b.rec.Client
	for _, typ := range []string{"email", "phone"} {
		for _, c := range cl.Comms {
			if c.Type == typ {
				cl.Name, cl.derived = c.Value, true
				b.report(Warning, "", "intake.problem.named_after", "Value", c.Value)
				return
			}
		}
	}
	b.report(Error, "", "intake.problem.no_name")
}

// communications gives each value its owner: as mapped; else the only traveler, the
// traveler whose given name stands in the e-mail address or beside the number, or
// the client when several people share it (R045, R053).
func (b *builder) communications() {
	region := or(b.country(), b.p.opt.Region)
	seen := map[string]bool{}
	for _, c := range b.comms {
		if c.Type == "phone" {
			c.Norm = normalPhone(c.Value, region)
			if c.Norm == "" && region != b.p.opt.Region {
				c.Norm = normalPhone(c.Value, b.p.opt.Region)
			}
		}
		reaches := c.Type == "email" || c.Type == "phone"
		c.OptedOut, c.OptedIn = b.optedOut && reaches, b.optedIn && !b.optedOut && reaches
		to := b.owner(c)
		key := c.Type + or(c.Norm, c.Value)
		if seen[key] {
			continue
		}
		seen[key] = true
		if to >= 0 {
			b.rec.Travelers[to].Comms = append(b.rec.Travelers[to].Comms, c.Comm)
		} else {
			b.rec.Client.Comms = append(b.rec.Client.Comms, c.Comm)
		}
	}
	primary(b.rec.Client.Comms)
	for i := range b.rec.Travelers {
		primary(b.rec.Travelers[i].Comms)
	}
}

// owner returns the index of the traveler, -1 for the client.
func (b *builder) owner(c ownedComm) int {
	ts := b.rec.Travelers
	switch {
	case len(ts) == 0 || c.owner == "client":
		return -1
	case c.person > 0 && c.person < len(ts):
		return c.person
	case c.owner == "traveler":
		return 0
	case b.rec.Client.Kind == "corporate" && c.SubType == "company":
		return -1
	case len(ts) == 1:
		return 0
	}
	hint := c.Description
	if c.Type == "email" {
		local, _, _ := strings.Cut(c.Value, "@")
		hint += " " + local
	}
	found := -1
	for i, t := range ts {
		g := fold.Fold(t.Given)
		for _, w := range strings.FieldsFunc(fold.Fold(hint), func(r rune) bool { return strings.ContainsRune(" ._-+0123456789:()", r) }) {
			if g != "" && w == g {
				if found >= 0 && found != i {
					return -1
				}
				found = i
			}
		}
	}
	return found
}

// primary leaves one primary value of each type: the first that the file marks, else
// the first (R047).
func primary(list []Comm) {
	for _, typ := range []string{"phone", "email", "social", "web"} {
		best := -1
		for i, c := range list {
			if c.Type == typ && (best < 0 || c.Primary && !list[best].Primary) {
				best = i
			}
		}
		for i := range list {
			if list[i].Type == typ {
				list[i].Primary = i == best
			}
		}
	}
}
