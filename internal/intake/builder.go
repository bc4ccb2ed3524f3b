package intake

import (
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/intake/person"
	"github.com/carnetcrm/carnet/internal/weburl"
)

// builder collects the values of one row or card until its record can be made.
type builder struct {
	p        *Mapper
	line     int
	rec      Record
	people   []Traveler // by Column.Person
	full     string     // an undivided name
	order    person.Order
	comms    []ownedComm
	places   []place2
	optedOut bool
	optedIn  bool
	problems []Problem
}

type ownedComm struct {
	Comm
	owner  string
	person int
}

// place2 is an address in the making.
type place2 struct {
	Address
	index     int
	owner     string
	formatted string
}

func (b *builder) report(s Severity, column, key string, args ...any) {
	b.problems = append(b.problems, Problem{Severity: s, Line: b.line, Column: column, Key: key, Args: args})
}

// doubt reports a value that can't be used as what its column says. It is kept as a
// note, so nothing that was typed gets lost.
func (b *builder) doubt(c *Column, key, value string) {
	s := Warning
	if b.p.opt.Strict {
		s = Error
	}
	b.report(s, c.Title, key, "Value", clip(value, 80))
	b.note(c.Title, value)
}

// note appends to the client's remarks, with the title of the column in front.
func (b *builder) note(title, value string) {
	if title = strings.TrimSuffix(title, " - Value"); title != "" {
		value = title + ": " + value
	}
	appendLine(&b.rec.Client.Remarks, value)
}

func appendLine(s *string, line string) {
	if *s != "" {
		*s += "\n"
	}
	*s += line
}

// traveler returns the person of the column.
func (b *builder) traveler(i int) *Traveler {
	for len(b.people) <= i {
		b.people = append(b.people, Traveler{})
	}
	return &b.people[i]
}

// put stores one value.
func (b *builder) put(c *Column, lab, value string) {
	value = b.shield(c, value)
	switch area, field, _ := strings.Cut(c.Target, "."); area {
	case "traveler":
		b.putTraveler(c, field, value)
	case "client":
		b.putClient(c, field, value)
	case "comm":
		b.putComm(c, field, lab, value)
	case "address":
		b.putAddress(c, field, lab, value)
	case "name":
		b.full, b.order = value, c.NameOrder
	case "tag":
		b.putTags(c, value)
	case "own":
		b.putOwn(c, value)
	case "event":
		b.putEvent(c, lab, value)
	case "note":
		title := c.Title
		if lab != "" {
			title, _ = label(lab)
			if m := understand(title); guarded(m.target) {
				b.putLabelled(c, m.target, title, value)
				return
			}
		}
		b.note(title, value)
	}
}

// putLabelled keeps a value whose label, not its column, says that it is of a document:
// what agencies type into the free fields of an address book.
func (b *builder) putLabelled(c *Column, target, title, value string) {
	t, number := b.traveler(c.Person), 0
	for slices.ContainsFunc(t.Profile, func(s Said) bool { return s.Target == target && s.Number == number }) && number < maxNumber {
		number++
	}
	b.putProfile(&Column{Title: title, Target: target, Person: c.Person, DateOrder: c.DateOrder}, number, "", value)
}

// putOwn keeps the value of a field that the agency has defined itself.
func (b *builder) putOwn(c *Column, value string) {
	area, code, _ := OwnTarget(c.Target)
	to := &b.rec.Client.Own
	if area == "traveler" {
		to = &b.traveler(c.Person).Own
	}
	*to = append(*to, Own{Code: code, Title: c.Title, Value: value})
}

func (b *builder) putTraveler(c *Column, field, value string) {
	t := b.traveler(c.Person)
	switch field {
	case "title":
		appendWord(&t.Title, value)
	case "given":
		appendWord(&t.Given, value)
	case "middle":
		appendWord(&t.Middle, value)
	case "family":
		appendWord(&t.Family, value)
	case "suffix":
		appendWord(&t.Suffix, value)
	case "preferred":
		t.Preferred = value
	case "former":
		t.Former = value
	case "native":
		t.Native = value
	case "birth_date":
		if d, ok := b.date(c, value, true); ok {
			t.BirthDate = d
		}
	case "sex":
		b.choose(c, &t.Sex, value)
	case "nationality":
		for _, v := range listOf(value, c.Separator) {
			if code, ok := b.p.countryCode(v); ok {
				t.Nationalities = append(t.Nationalities, code)
			} else {
				b.doubt(c, "intake.problem.country", v)
			}
		}
	case "language":
		for _, v := range listOf(value, c.Separator) {
			if code, ok := languageCode(v); ok {
				t.Languages = append(t.Languages, code)
			} else {
				b.doubt(c, "intake.problem.language", v)
			}
		}
	case "occupation":
		t.Occupation = value
	case "company":
		t.Company = value
	case "position":
		t.Position = value
	case "role":
		t.Role = value
	case "remarks":
		appendLine(&t.Remarks, value)
	}
}

func (b *builder) putClient(c *Column, field, value string) {
	cl := &b.rec.Client
	text := map[string]*string{
		"name": &cl.Name, "code": &cl.Code, "advisor": &cl.Advisor, "branch": &cl.Branch, "customer_type": &cl.CustomerType,
		"source_medium": &cl.SourceMedium, "source_detail": &cl.SourceDetail, "formal_salutation": &cl.FormalSalutation,
		"informal_salutation": &cl.InformalSalutation, "anniversary_note": &cl.AnniversaryNote, "contact": &cl.Contact,
		"tax_id": &cl.TaxID, "legal_name": &cl.LegalName,
	}[field]
	switch field {
	case "external_id":
		cl.ExternalIDs = append(cl.ExternalIDs, ExternalID{b.p.m.System, value})
	case "kind":
		b.choose(c, &cl.Kind, value)
	case "status":
		b.choose(c, &cl.Status, value)
	case "classification":
		b.choose(c, &cl.Classification, value)
	case "segment":
		b.choose(c, &cl.Segment, value)
	case "anniversary":
		if d, ok := b.date(c, value, false); ok {
			cl.Anniversary = d
		}
	case "language":
		if code, ok := languageCode(value); ok {
			cl.Language = code
		} else {
			b.doubt(c, "intake.problem.language", value)
		}
	case "currency":
		if v := strings.ToUpper(value); len(v) == 3 {
			cl.Currency = v
		} else {
			b.doubt(c, "intake.problem.choice", value)
		}
	case "memo":
		appendLine(&cl.Memo, value)
	case "remarks":
		appendLine(&cl.Remarks, value)
	default:
		if text != nil {
			appendWord(text, value)
		}
	}
}

// choose maps a word to the code of a field.
func (b *builder) choose(c *Column, to *string, value string) {
	if code, ok := choice(c.Target, value); ok {
		*to = code
		return
	}
	switch strings.ToLower(value) {
	case "unspecified", "-", "n/a", "unknown", "nie określono", "keine angabe", "non spécifié", "sin especificar":
		return
	}
	b.doubt(c, "intake.problem.choice", value)
}

// date reads a date; what means "none" is none, what isn't one becomes a note.
func (b *builder) date(c *Column, value string, past bool) (date.Date, bool) {
	d, ok := date.Parser{Order: c.DateOrder, Today: b.p.opt.Today, Past: past}.Parse(value)
	switch {
	case !ok:
		b.doubt(c, "intake.problem.date", value)
	case past && d.HasYear() && b.p.opt.Today != "" && d.After(b.p.opt.Today):
		b.doubt(c, "intake.problem.date_future", value)
	default:
		return d, d != ""
	}
	return "", false
}

func (b *builder) putComm(c *Column, field, lab, value string) {
	code, main := label(lab)
	switch field {
	case "phone":
		b.putPhones(c, code, main, value)
	case "email":
		for i, f := range emails(value) {
			norm, ok := normalEmail(f.value)
			if !ok {
				b.doubt(c, "intake.problem.email", strings.TrimSpace(f.words+" "+f.value))
				continue
			}
			if code == "internet" || code == "home" && lab == "internet" {
				code = ""
			}
			b.add(c, Comm{Type: "email", SubType: code, Value: f.value, Norm: norm, Description: f.words, Primary: main && i == 0})
		}
	case "social":
		norm, _ := weburl.Clean(value)
		b.add(c, Comm{Type: "social", SubType: code, Value: value, Norm: norm, Primary: main})
	case "web":
		for _, v := range listOf(value, "\n; ") {
			if v == ":::" {
				continue
			}
			norm, ok := weburl.Clean(v)
			if !ok {
				b.doubt(c, "intake.problem.url", v)
				continue
			}
			b.add(c, Comm{Type: "web", SubType: code, Value: v, Norm: norm, Primary: main})
		}
	case "opt_out", "opt_in":
		if answer, ok := choice("yesno", value); !ok {
			b.doubt(c, "intake.problem.choice", value)
		} else if (answer == "yes") == (field == "opt_out") {
			b.optedOut = true
		} else if field == "opt_in" { // who hasn't unsubscribed hasn't consented
			b.optedIn = true
		}
	}
}

func (b *builder) putPhones(c *Column, code string, main bool, value string) {
	if scientific.MatchString(value) {
		b.report(Warning, c.Title, "intake.problem.scientific", "Value", value)
		b.note(c.Title, value)
		return
	}
	for i, f := range phones(value) {
		if f.value == "" || len(f.value) < 3 {
			b.doubt(c, "intake.problem.phone", strings.TrimSpace(f.words+" "+f.value))
			continue
		}
		sub, words := code, f.words
		if l, _ := label(words); sub == "" && words != "" && labels[strings.ToLower(strings.Trim(words, "."))] != "" {
			sub, words = l, ""
		}
		b.add(c, Comm{Type: "phone", SubType: sub, Value: f.value, Description: words, Primary: main && i == 0})
	}
}

// add appends a communication unless the row has it already.
func (b *builder) add(c *Column, n Comm) {
	for _, have := range b.comms {
		if have.Type == n.Type && have.Value == n.Value && have.person == c.Person && have.owner == c.Owner {
			return
		}
	}
	b.comms = append(b.comms, ownedComm{n, c.Owner, c.Person})
}

// putTags drops the groups that Google and Outlook keep for themselves.
func (b *builder) putTags(c *Column, value string) {
	for _, t := range listOf(value, c.Separator) {
		if strings.HasPrefix(t, "* ") || t == "*" || strings.EqualFold(t, "myContacts") || strings.EqualFold(t, "My Contacts") {
			continue
		}
		dup := false
		for _, have := range b.rec.Client.Tags {
			dup = dup || strings.EqualFold(have, t)
		}
		if !dup {
			b.rec.Client.Tags = append(b.rec.Client.Tags, t)
		}
	}
}

// putEvent takes the wedding day of a Google contact over; other events are notes.
func (b *builder) putEvent(c *Column, lab, value string) {
	l, _ := label(lab)
	switch n := normal(l); {
	case strings.Contains(n, "anniv"), strings.Contains(n, "rocznic"), strings.Contains(n, "aniversario"), strings.Contains(n, "hochzeit"), n == "jahrestag", strings.Contains(n, "wedding"):
		if d, ok := b.date(c, value, false); ok {
			b.rec.Client.Anniversary = d
		}
	default:
		if l == "" {
			l = c.Title
		}
		b.note(l, value)
	}
}

func appendWord(s *string, w string) {
	if *s != "" {
		*s += " "
	}
	*s += strings.Join(strings.Fields(w), " ")
}
