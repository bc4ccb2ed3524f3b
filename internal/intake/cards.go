package intake

import (
	"iter"
	"strings"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/intake/sheet"
	"github.com/carnetcrm/carnet/internal/intake/vcard"
)

// cardRecords streams the records of address cards.
func (f *File) cardRecords(m Mapping, opt Options) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		p := NewMapper(m, opt)
		for card, err := range vcard.Read(f.r, f.size) {
			if err != nil {
				yield(Result{}, err)
				return
			}
			rec, problems := p.Card(card)
			row := sheet.Row{Line: card.Line, Raw: card.Raw, Fault: card.Fault}
			if !yield(Result{rec, problems, []sheet.Row{row}}, nil) {
				return
			}
		}
	}
}

// plain maps properties of a card that hold one value to targets.
var plain = map[string]string{
	"TITLE": "traveler.position", "ROLE": "traveler.occupation", "BDAY": "traveler.birth_date",
	"NOTE": "client.remarks", "UID": "client.external_id", "MAIDENNAME": "traveler.former", "X-MAIDENNAME": "traveler.former",
	"ANNIVERSARY": "client.anniversary", "X-ANNIVERSARY": "client.anniversary", "X-MS-ANNIVERSARY": "client.anniversary",
	"X-EVOLUTION-ANNIVERSARY": "client.anniversary", "LANG": "traveler.language",
	"X-SPOUSE": "note", "X-MS-SPOUSE": "note", "X-MANAGER": "note", "X-MS-MANAGER": "note", "X-ASSISTANT": "note", "X-MS-ASSISTANT": "note",
	"HOBBY": "note", "INTEREST": "note", "RELATED": "note",
	"X-MS-IMADDRESS": "comm.social", "IMPP": "comm.social", "X-AIM": "comm.social", "X-SKYPE": "comm.social", "X-SKYPE-USERNAME": "comm.social",
	"X-JABBER": "comm.social", "X-TWITTER": "comm.social", "X-SOCIALPROFILE": "comm.social", "X-GADUGADU": "comm.social", "X-MSN": "comm.social",
}

// noteTitle names what a property of a card holds, where it becomes a note.
var noteTitle = map[string]string{
	"X-SPOUSE": "Spouse", "X-MS-SPOUSE": "Spouse", "X-MANAGER": "Manager", "X-MS-MANAGER": "Manager",
	"X-ASSISTANT": "Assistant", "X-MS-ASSISTANT": "Assistant", "HOBBY": "Hobby", "INTEREST": "Interest", "RELATED": "Related",
}

// Card makes one record of an address card.
func (p *Mapper) Card(card vcard.Card) (Record, []Problem) {
	b := &builder{p: p, line: card.Line, rec: Record{Line: card.Line}}
	if card.Fault != "" {
		b.line = card.FaultLine
		b.report(Error, "", card.Fault)
		return b.rec, b.problems
	}
	adr := 0
	var org string
	for _, prop := range card.Props {
		if strings.TrimSpace(strings.Trim(prop.Value, ";, ")) == "" {
			continue
		}
		b.line = prop.Line
		switch prop.Name {
		case "N":
			b.cardName(prop)
		case "FN":
			b.full = tidy(prop.Text())
		case "NICKNAME":
			b.traveler(0).Preferred = strings.Join(nonEmpty(prop.List()...), ", ")
		case "ORG":
			org = b.cardOrg(prop, org)
		case "TEL":
			v := strings.TrimPrefix(strings.ReplaceAll(prop.Text(), ";ext=", " ext. "), "tel:")
			b.put(&Column{Title: "TEL", Target: "comm.phone"}, cardLabel(card, prop), v)
		case "EMAIL":
			b.put(&Column{Title: "EMAIL", Target: "comm.email"}, cardLabel(card, prop), strings.TrimPrefix(prop.Text(), "mailto:"))
		case "URL":
			b.put(&Column{Title: "URL", Target: "comm.web"}, cardLabel(card, prop), tidy(prop.Text()))
		case "ADR":
			adr++
			b.cardAddress(card, prop, adr)
		case "CATEGORIES":
			b.putTags(&Column{}, strings.Join(prop.List(), "\n"))
		case "GENDER":
			if v := prop.Parts()[0]; v != "" && v != "U" && v != "N" && v != "O" {
				b.put(&Column{Title: "GENDER", Target: "traveler.sex"}, "", v)
			}
		case "KIND":
			if v := strings.ToLower(prop.Value); v == "org" {
				b.rec.Client.Kind = "corporate"
			}
		case "X-ABSHOWAS":
			if strings.EqualFold(prop.Value, "COMPANY") {
				b.rec.Client.Kind = "corporate"
			}
		case "X-ABDATE":
			b.put(&Column{Title: "X-ABDATE", Target: "event"}, card.Label(prop), prop.Text())
		case "X-ABRELATEDNAMES":
			b.put(&Column{Title: "X-ABRELATEDNAMES", Target: "note"}, card.Label(prop), tidy(prop.Text()))
		default:
			b.cardPlain(card, prop)
		}
	}
	b.line = card.Line
	if b.rec.Client.Kind == "corporate" && org != "" {
		b.rec.Client.Name = org
		b.people, b.full = companyPeople(b.people, org), ""
	} else if org != "" && b.full == org {
		b.full = "" // the name of the card is only that of the company
	}
	b.finish()
	return b.rec, b.problems
}

// companyPeople drops a person that is only the company again.
func companyPeople(people []Traveler, org string) []Traveler {
	if len(people) > 0 {
		people[0].Company = ""
		if people[0].Family == org || people[0].Given == org {
			people[0].Family, people[0].Given = "", ""
		}
	}
	return people
}

func (b *builder) cardName(prop vcard.Prop) {
	t := b.traveler(0)
	to := []*string{&t.Family, &t.Given, &t.Middle, &t.Title, &t.Suffix}
	for i, part := range prop.Parts() {
		if i < len(to) {
			*to[i] = strings.Join(strings.Fields(strings.ReplaceAll(part, ",", " ")), " ")
		}
	}
}

// cardOrg takes the company and its department; further companies become notes.
func (b *builder) cardOrg(prop vcard.Prop, have string) string {
	parts := nonEmpty(prop.Parts()...)
	if len(parts) == 0 {
		return have
	}
	if have != "" {
		if parts[0] != have {
			b.note("Company", strings.Join(parts, ", "))
		}
		return have
	}
	b.traveler(0).Company = tidy(parts[0])
	if len(parts) > 1 {
		b.note("Department", strings.Join(parts[1:], ", "))
	}
	return tidy(parts[0])
}

func (b *builder) cardAddress(card vcard.Card, prop vcard.Prop, n int) {
	parts := prop.Parts()
	lab := cardLabel(card, prop)
	index := n + 200
	switch { // the private address is the client's, else the preferred one
	case prop.Has("home") && !prop.Has("work"):
		index = n
	case strings.HasPrefix(lab, "*"):
		index = n + 100
	}
	for i, target := range []string{"address.po_box", "address.street2", "address.street", "address.city", "address.region", "address.postal_code", "address.country"} {
		if i < len(parts) && parts[i] != "" {
			b.put(&Column{Title: "ADR", Target: target, Address: index}, lab, strings.TrimSuffix(tidy(parts[i]), ","))
		}
	}
}

func (b *builder) cardPlain(card vcard.Card, prop vcard.Prop) {
	target, ok := plain[prop.Name]
	if !ok {
		return
	}
	col := &Column{Title: prop.Name, Target: target, DateOrder: date.YMD}
	if target == "note" && noteTitle[prop.Name] != "" {
		col.Title = noteTitle[prop.Name]
	}
	lab, value := "", strings.TrimSpace(prop.Text())
	if targetByKey[target].Kind == KindDate {
		value, _, _ = strings.Cut(value, "T") // a time of day says nothing about a birthday
	}
	if target == "comm.social" {
		lab = strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(prop.Name, "X-MS-"), "X-"))
		for _, t := range prop.Types() {
			if t != "pref" && t != "home" && t != "work" {
				lab = t
			}
		}
		if scheme, rest, ok := strings.Cut(value, ":"); ok && !strings.HasPrefix(rest, "//") && prop.Name == "IMPP" {
			lab, value = scheme, rest
		}
		if lab == "imaddress" || lab == "socialprofile" || lab == "impp" {
			lab = "im"
		}
	}
	if target == "client.remarks" && len(value) > 50000 {
		value = clip(value, 50000)
	}
	b.put(col, lab, value)
}

// cardLabel is the label of a value: its own, or made of the types of the card. A
// star in front marks the preferred one.
func cardLabel(card vcard.Card, prop vcard.Prop) string {
	lab := card.Label(prop)
	if lab == "" {
		switch fax := prop.Has("fax"); {
		case fax && prop.Has("work"):
			lab = "work fax"
		case fax && prop.Has("home"):
			lab = "home fax"
		case fax:
			lab = "fax"
		case prop.Has("cell") || prop.Has("iphone"):
			lab = "mobile"
		case prop.Has("pager"):
			lab = "pager"
		case prop.Has("work"):
			lab = "work"
		case prop.Has("home"):
			lab = "home"
		case prop.Has("main"):
			lab = "main"
		}
	}
	if prop.Has("pref") {
		return "* " + lab
	}
	return lab
}

func tidy(s string) string { return strings.Join(strings.Fields(s), " ") }
