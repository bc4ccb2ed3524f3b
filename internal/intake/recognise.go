package intake

import (
	"strings"

	"github.com/carnetcrm/carnet/internal/cardno"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/intake/person"
)

// ReasonMark begins the title of the column that an error file adds. Columns with
// such a title are left out when the corrected file comes back.
const ReasonMark = "! "

// Match is what Recognise found out.
type Match struct {
	Product    string  // "" when unknown
	Confidence float64 // 0 to 1, of the mapping as a whole
	Mapping    Mapping // a proposal for every column
}

// Recognise proposes what the columns of a table mean, from their titles and from
// some of its rows. home is the order of dates where the values leave it open.
func Recognise(header []string, sample [][]string, home date.Order) Match {
	id, sure := product(header)
	m := Match{Product: id, Mapping: Mapping{Product: id, System: id, Columns: make([]Column, len(header))}}
	for i, h := range header {
		col := propose(id, header, i)
		values := column(sample, i)
		if col.Why != "product" {
			col = byValues(col, values)
		}
		col.Title = h
		if t := targetByKey[col.Target]; t.Kind == KindDate {
			var sure bool
			col.DateOrder, sure = date.DetectOrder(values, home)
			col.DateOpen = !sure && len(values) > 0 && dateLike.MatchString(values[0])
		}
		m.Mapping.Columns[i] = col
	}
	settle(&m.Mapping)
	for i := range m.Mapping.Columns {
		if c := &m.Mapping.Columns[i]; c.Target == "name.full" {
			c.NameOrder = nameOrder(c.Title, column(sample, i))
		}
	}
	m.Mapping.Merge = mergeBy(m.Mapping)
	m.Confidence = sure
	if id == "" {
		m.Confidence = average(m.Mapping.Columns)
	}
	return m
}

// propose reads one title.
func propose(id string, header []string, i int) Column {
	h := header[i]
	if strings.HasPrefix(h, ReasonMark) || h == "!" || cardno.IsCodeName(h) { // security codes of cards are never kept
		return Column{Target: "skip", Confidence: 1, Why: "product"}
	}
	if id == ProductCarnet {
		if t, ok := TargetOf(h); ok {
			return Column{Target: t.Key, Confidence: 1, Why: "product"}
		}
	}
	if col, ok := google(header, i); ok {
		return col
	}
	if col, ok := override[id][normal(h)]; ok {
		if id == ProductOutlook && normal(h) == "titre" && i > 3 { // the second "Titre" of French files is the position
			col.Target = "traveler.position"
		}
		col.Confidence, col.Why = 1, "product"
		return col
	}
	m := understand(h)
	if m.target == "" {
		return Column{Target: "note", Why: ""}
	}
	col := Column{Target: m.target, Label: m.label, Owner: m.owner, Person: m.person, Confidence: m.score, Why: "title"}
	if isProfile(m.target) {
		col.Number = m.index()
	}
	place(&col, m)
	if id != "" && m.score > 0.7 {
		col.Confidence, col.Why = 1, "product"
	}
	return col
}

// place applies "home", "work", "other", "mailing" to a communication or address.
func place(col *Column, m meaning) {
	switch {
	case strings.HasPrefix(col.Target, "comm."):
		col.Label = strings.TrimSpace(strings.Replace(m.place, "mailing", "", 1) + " " + m.label)
		if m.label == "mobile" && m.place == "home" {
			col.Label = "mobile"
		}
	case strings.HasPrefix(col.Target, "address."):
		switch m.place {
		case "home":
			col.Address, col.Label = 1, "home"
		case "work":
			col.Address, col.Label = 2, "work"
		case "other":
			col.Address, col.Label = 3, "other"
		case "mailing":
			col.Address, col.Kind = 4, "mailing"
		}
		if m.number > 3 {
			col.Address = m.number
		}
		if strings.HasPrefix(normal(col.Title), "client") {
			col.Owner = ""
		}
	}
}

// settle resolves what only the other columns can tell, and keeps targets that may
// appear once from appearing twice.
func settle(m *Mapping) {
	given := m.has("traveler.given") && hasPerson(m.Columns, "traveler.given", 0)
	family := m.has("traveler.family")
	for i := range m.Columns {
		c := &m.Columns[i]
		n := normal(c.Title)
		switch {
		case c.Target == "name.full" && given && !family && (n == "name" || n == "nom"):
			c.Target = "traveler.family" // German "Name", "Vorname"
		case c.Target == "traveler.given" && n == "nombre" && !family, c.Target == "traveler.family" && n == "nom" && !given:
			c.Target = "name.full"
		case c.Target == "name.full" && family && given && m.Product == ProductGoogleOld:
			// kept: it is used for contacts that have no separate names
		case c.Target == "name.full" && family && given && (n == "client" || n == "customer" || n == "klient" || n == "cliente" || n == "kunde" || n == "kundenname" || n == "customer name"):
			c.Target = "client.name"
		case c.Target == "client.name" && !given && !family && m.Product == "" && !m.has("name.full"):
			c.Target = "name.full"
		case c.Target == "traveler.company" && !given && !family && !m.has("name.full") && !m.has("client.name"):
			c.Target = "name.full"
		}
	}
	seen := map[string]bool{}
	for i := range m.Columns {
		c := &m.Columns[i]
		if t := targetByKey[c.Target]; !t.Many {
			if seen[c.Target] {
				c.Target, c.Label = "note", ""
			}
			seen[c.Target] = true
		}
	}
}

func hasPerson(cols []Column, target string, person int) bool {
	for _, c := range cols {
		if c.Target == target && c.Person == person {
			return true
		}
	}
	return false
}

// nameOrder decides which part of a full name comes first: the title says it
// ("Surname, name"), or the values do.
func nameOrder(title string, values []string) person.Order {
	n := normal(title)
	for _, w := range strings.Fields(n) {
		switch w {
		case "surname", "last", "lastname", "nazwisko", "apellidos", "nom", "nachname", "family":
			return person.FamilyFirst
		case "first", "firstname", "imie", "nombre", "prenom", "vorname", "vor", "given":
			return person.GivenFirst
		case "name":
			if strings.HasPrefix(n, "name vorname") {
				return person.FamilyFirst
			}
		}
	}
	var first, last int
	for _, v := range values {
		w := strings.Fields(v)
		if len(w) < 2 || strings.ContainsAny(v, ",/") {
			continue
		}
		f, l := person.Given(w[0]), person.Given(w[len(w)-1])
		if f && !l {
			first++
		} else if l && !f {
			last++
		}
	}
	switch {
	case last >= 3 && last > 3*first:
		return person.FamilyFirst
	case first >= 3 && first > 3*last:
		return person.GivenFirst
	}
	return person.Auto
}

// mergeBy chooses the column by which consecutive rows belong to one client: only
// where rows describe travelers of a client that has a key of its own.
func mergeBy(m Mapping) string {
	travelers := m.has("traveler.given") || m.has("traveler.family")
	switch {
	case !travelers || m.Product == ProductHubSpot || m.Product == ProductGoogle || m.Product == ProductGoogleOld:
		return ""
	case m.has("client.external_id") && m.has("client.name"):
		return "client.external_id"
	case m.has("client.code"):
		return "client.code"
	case m.has("client.name"):
		return "client.name"
	}
	return ""
}

// column collects the values of one column.
func column(sample [][]string, i int) []string {
	var out []string
	for _, row := range sample {
		if i < len(row) && strings.TrimSpace(row[i]) != "" {
			out = append(out, row[i])
		}
	}
	return out
}

func average(cols []Column) float64 {
	sum, n := 0.0, 0
	for _, c := range cols {
		if c.Target != "skip" {
			sum += c.Confidence
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}
