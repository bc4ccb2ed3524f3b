package intake

import (
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/cardno"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/intake/person"
)

// joiner adds a row to the client that the rows before it were about. What the client
// already has stays; what the row says otherwise becomes a note.
type joiner struct {
	p    *Mapper
	to   *Result
	line int // of the row
}

// join adds the travelers and values of next to r.
func (p *Mapper) join(r *Result, next Result) {
	j := &joiner{p: p, to: r, line: next.Record.Line}
	if r.Record.Lines == nil {
		r.Record.Lines = []int{r.Record.Line}
	}
	r.Record.Lines = append(r.Record.Lines, j.line)
	r.Problems = append(r.Problems, next.Problems...)
	r.Rows = append(r.Rows, next.Rows...)
	before := len(r.Record.Travelers)
	for _, t := range next.Record.Travelers {
		if i := whose(r.Record.Travelers[:before], t); i >= 0 {
			j.traveler(&r.Record.Travelers[i], t)
		} else {
			r.Record.Travelers = append(r.Record.Travelers, t)
		}
	}
	j.client(&r.Record.Client, next.Record.Client)
	if len(r.Record.Travelers) > before {
		r.Record.rename()
	}
	if len(r.Record.Travelers) > 0 || !r.Record.Client.derived { // it has got a name
		r.Problems = slices.DeleteFunc(r.Problems, func(p Problem) bool { return p.Key == "intake.problem.named_after" })
	}
}

// whose finds the traveler that another row is about: of the same name, and nothing else
// about the two that can't be of one person. -1 if there is none.
func whose(list []Traveler, t Traveler) int {
	agree := func(a, b string) bool { return a == "" || b == "" || fold.Fold(a) == fold.Fold(b) }
	return slices.IndexFunc(list, func(have Traveler) bool {
		return fold.Fold(have.Given) == fold.Fold(t.Given) && fold.Fold(have.Family) == fold.Fold(t.Family) &&
			agree(have.Title, t.Title) && agree(have.Middle, t.Middle) && agree(have.Suffix, t.Suffix) &&
			agree(string(have.BirthDate), string(t.BirthDate))
	})
}

// maxName is how long a client's name may get by being made of those of its people.
const maxName = 100

// rename makes the client's name anew once it has more people, where the file gave none.
func (r *Record) rename() {
	if !r.Client.derived {
		return
	}
	names := make([]person.Name, len(r.Travelers))
	for i, t := range r.Travelers {
		names[i] = t.Name
	}
	if name := person.Label(names); len([]rune(name)) <= maxName {
		r.Client.Name = name
	}
}

// text fills in a value, or keeps the other one as a note.
func (j *joiner) text(have *string, other, target string) {
	switch {
	case other == "" || fold.Fold(*have) == fold.Fold(other):
	case *have == "":
		*have = other
	default:
		j.differs(j.p.titleOf(target), other)
	}
}

func (j *joiner) day(have *date.Date, other date.Date, target string) {
	text := string(*have)
	j.text(&text, string(other), target)
	*have = date.Date(text)
}

// differs keeps a value for which there is no room as a note, and says so.
func (j *joiner) differs(title, value string) {
	j.to.Problems = append(j.to.Problems, Problem{Severity: Warning, Line: j.line, Column: title, Key: "intake.problem.other_value",
		Args: []any{"Value", clip(cardno.Mask(value), 80)}})
	note := value
	if title != "" {
		note = title + ": " + value
	}
	lines(&j.to.Record.Client.Remarks, note)
}

// titleOf is the title of the column that fills a field.
func (p *Mapper) titleOf(target string) string {
	for _, c := range p.m.Columns {
		if c.Target == target {
			return c.Title
		}
	}
	return ""
}

// lines appends those lines of a text that aren't there yet.
func lines(to *string, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" && !slices.Contains(strings.Split(*to, "\n"), line) {
			appendLine(to, line)
		}
	}
}

func (j *joiner) client(c *Client, n Client) {
	for _, f := range []struct {
		have        *string
		other, name string
	}{
		{&c.Code, n.Code, "code"}, {&c.Advisor, n.Advisor, "advisor"}, {&c.Branch, n.Branch, "branch"}, {&c.Status, n.Status, "status"},
		{&c.Classification, n.Classification, "classification"}, {&c.Segment, n.Segment, "segment"}, {&c.CustomerType, n.CustomerType, "customer_type"},
		{&c.SourceMedium, n.SourceMedium, "source_medium"}, {&c.SourceDetail, n.SourceDetail, "source_detail"},
		{&c.FormalSalutation, n.FormalSalutation, "formal_salutation"}, {&c.InformalSalutation, n.InformalSalutation, "informal_salutation"},
		{&c.AnniversaryNote, n.AnniversaryNote, "anniversary_note"}, {&c.Contact, n.Contact, "contact"}, {&c.Language, n.Language, "language"},
		{&c.Currency, n.Currency, "currency"}, {&c.TaxID, n.TaxID, "tax_id"}, {&c.LegalName, n.LegalName, "legal_name"},
	} {
		j.text(f.have, f.other, "client."+f.name)
	}
	if !n.derived && c.derived {
		c.Name, c.derived = n.Name, false
	} else if !n.derived {
		j.text(&c.Name, n.Name, "client.name")
	}
	j.day(&c.Anniversary, n.Anniversary, "client.anniversary")
	lines(&c.Memo, n.Memo)
	lines(&c.Remarks, n.Remarks)
	for _, id := range n.ExternalIDs {
		if !slices.Contains(c.ExternalIDs, id) {
			c.ExternalIDs = append(c.ExternalIDs, id)
		}
	}
	for _, t := range n.Tags {
		if !slices.ContainsFunc(c.Tags, func(have string) bool { return strings.EqualFold(have, t) }) {
			c.Tags = append(c.Tags, t)
		}
	}
	c.Comms = joinComms(c.Comms, n.Comms)
	j.addresses(&c.Addresses, n.Addresses)
	c.Own = joinOwn(c.Own, n.Own)
}

func (j *joiner) traveler(t *Traveler, n Traveler) {
	for _, f := range []struct {
		have        *string
		other, name string
	}{
		{&t.Title, n.Title, "title"}, {&t.Middle, n.Middle, "middle"}, {&t.Suffix, n.Suffix, "suffix"}, {&t.Preferred, n.Preferred, "preferred"},
		{&t.Former, n.Former, "former"}, {&t.Native, n.Native, "native"}, {&t.Sex, n.Sex, "sex"}, {&t.Occupation, n.Occupation, "occupation"},
		{&t.Company, n.Company, "company"}, {&t.Position, n.Position, "position"}, {&t.Role, n.Role, "role"},
	} {
		j.text(f.have, f.other, "traveler."+f.name)
	}
	j.day(&t.BirthDate, n.BirthDate, "traveler.birth_date")
	t.Nationalities = union(t.Nationalities, n.Nationalities)
	t.Languages = union(t.Languages, n.Languages)
	lines(&t.Remarks, n.Remarks)
	t.Comms = joinComms(t.Comms, n.Comms)
	j.addresses(&t.Addresses, n.Addresses)
	t.Own = joinOwn(t.Own, n.Own)
	t.joinProfile(n)
}

func union(a, b []string) []string {
	for _, v := range b {
		if !slices.Contains(a, v) {
			a = append(a, v)
		}
	}
	return a
}

// joinComms adds the communications of another row. A "no" to marketing counts
// whichever row says it.
func joinComms(list, more []Comm) []Comm {
	for _, m := range more {
		i := slices.IndexFunc(list, func(have Comm) bool { return have.Type == m.Type && or(have.Norm, have.Value) == or(m.Norm, m.Value) })
		if i < 0 {
			list = append(list, m)
			continue
		}
		list[i].OptedOut = list[i].OptedOut || m.OptedOut
		list[i].OptedIn = (list[i].OptedIn || m.OptedIn) && !list[i].OptedOut
		list[i].Description = or(list[i].Description, m.Description)
	}
	primary(list)
	return list
}

// addresses adds those for which there is room.
func (j *joiner) addresses(list *[]Address, more []Address) {
	for _, a := range more {
		switch {
		case same(*list, a):
		case free(*list, a.Kind):
			*list = append(*list, a)
		default:
			j.differs(j.p.titleOf("address.street"), strings.Join(nonEmpty(a.Street, a.Street2, a.POBox, strings.TrimSpace(a.Postal+" "+a.City), a.Region, a.Country), ", "))
		}
	}
}

// joinOwn adds the values of fields that the agency has defined itself. Several for one are
// left to those who know the field.
func joinOwn(list, more []Own) []Own {
	for _, o := range more {
		if !slices.ContainsFunc(list, func(have Own) bool { return have.Code == o.Code && fold.Fold(have.Value) == fold.Fold(o.Value) }) {
			list = append(list, o)
		}
	}
	return list
}
