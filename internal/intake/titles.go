package intake

import (
	"strings"
	"unicode"

	"github.com/carnetcrm/carnet/internal/fold"
)

// normal folds a title for comparison: "Adres służbowy - ulica" and
// "adres sluzbowy ulica" are the same.
func normal(title string) string {
	title = strings.NewReplacer("'", " ", "’", " ", "`", " ").Replace(title)
	return strings.Join(strings.FieldsFunc(fold.Fold(title), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), " ")
}

// meaning is what a title says.
type meaning struct {
	target, label string
	place         string // "home", "work", "other", "mailing" or ""
	number        int    // 2 in "E-mail 2", else 0
	person        int    // 1 for the second person of the row
	owner         string // "client", "traveler" or ""
	score         float64
}

var phrases = func() map[string]meaning {
	m := map[string]meaning{}
	for _, part := range []map[string]string{dictionary, profileWords} {
		for target, list := range part {
			for _, p := range strings.Split(list, ";") {
				text, label, _ := strings.Cut(p, "|")
				if key := normal(text); m[key].target == "" || target != "skip" {
					m[key] = meaning{target: target, label: strings.TrimSpace(label)}
				}
			}
		}
	}
	return m
}()

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// Words around the noun of a title.
var (
	homeWords = words(`home private privat privater private privates domowy domowa domowe prywatny prywatna prywatne zamieszkania domicile personnel
		personnelle perso prive privee domicilio personal particular casa residence residential primary`)
	workWords = words(`work business office job sluzbowy sluzbowa sluzbowe firmowy firmowa firmowe bureau professionnel professionnelle pro travail
		trabajo oficina laboral profesional geschaftlich geschaftliche dienstlich dienstliche buro arbeit beruflich`)
	otherWords = words(`other alternative alternate secondary additional inny inna inne dodatkowy otro otra alternativo autre weitere weiterer weiteres
		weiteren sonstige sonstiger sonst`)
	mailWords   = words(`mailing correspondence korespondencyjny korespondencyjna korespondencji correspondencia envio correspondance zustellung postanschrift versand`)
	secondWords = words(`spouse partner partnerin partnera ehepartner ehefrau ehemann malzonek malzonka malzonki wspolmalzonek wspolmalzonka conjoint conyuge esposo esposa
		companion secondary 2nd second zweiter`)
	filler = words(`address addresse adres adresse adresu direccion de del de la las los l el le du des d the of a an do dla w na z der die das fur und i y et
		client s contact customer klienta cliente traveler traveller passenger nr no number numer numero nummer primary main glowny principal haupt e r s`)
)

// understand reads a title: as it stands, then without the words around its noun,
// then by single telling words.
func understand(title string) meaning {
	n := normal(title)
	if m, ok := phrases[n]; ok {
		m.score = 0.98
		m.owner = ownerWord(n)
		return m
	}
	m := meaning{}
	var rest []string
	for _, w := range strings.Fields(n) {
		switch {
		case isNumber(w):
			m.number = int(w[len(w)-1] - '0')
		case homeWords[w]:
			m.place = "home"
		case workWords[w]:
			m.place = "work"
		case mailWords[w]:
			m.place = "mailing"
		case otherWords[w]:
			m.place = "other"
		case secondWords[w]:
			m.person = 1
		default:
			rest = append(rest, w)
		}
	}
	for _, try := range []string{strings.Join(rest, " "), strings.Join(without(rest, filler), " ")} {
		p, ok := phrases[try]
		if !ok || try == "" || p.target == "name.full" && m.place != "" {
			continue
		}
		m.target, m.label, m.score = p.target, p.label, 0.9
		m.owner = ownerWord(n)
		if m.number > 1 && m.target == "address.street" {
			m.target = "address.street2"
		}
		return m
	}
	if m.person == 1 && len(rest) == 0 {
		return meaning{target: "note", score: 0.7}
	}
	return byWord(n, m)
}

// ownerWord reads the owner from "Client Phone" and "Traveler Email".
func ownerWord(n string) string {
	switch first, _, _ := strings.Cut(n, " "); first {
	case "client", "account", "household", "profile":
		return "client"
	case "traveler", "traveller", "passenger":
		return "traveler"
	}
	return ""
}

// telling are parts of words that decide when nothing else does. Their order counts.
var telling = []struct{ part, target, label string }{
	{"mail", "comm.email", ""}, {"correo", "comm.email", ""}, {"courriel", "comm.email", ""},
	{"fax", "comm.phone", "fax"}, {"mobil", "comm.phone", "mobile"}, {"movil", "comm.phone", "mobile"}, {"komor", "comm.phone", "mobile"},
	{"handy", "comm.phone", "mobile"}, {"portable", "comm.phone", "mobile"}, {"whatsapp", "comm.phone", "whatsapp"},
	{"phone", "comm.phone", ""}, {"telefon", "comm.phone", ""}, {"telef", "comm.phone", ""},
	{"passport", "passport.number", ""}, {"paszport", "passport.number", ""}, {"pasaporte", "passport.number", ""},
	{"passeport", "passport.number", ""}, {"reisepass", "passport.number", ""},
	{"birth", "traveler.birth_date", ""}, {"urodz", "traveler.birth_date", ""}, {"nacimiento", "traveler.birth_date", ""},
	{"naissance", "traveler.birth_date", ""}, {"geburt", "traveler.birth_date", ""},
	{"strasse", "address.street", ""}, {"ulica", "address.street", ""}, {"street", "address.street", ""},
	{"code postal", "address.postal_code", ""}, {"postal code", "address.postal_code", ""}, {"codigo postal", "address.postal_code", ""}, {"kod poczt", "address.postal_code", ""}, {"postleit", "address.postal_code", ""},
	{"nazwisko", "traveler.family", ""}, {"apellido", "traveler.family", ""}, {"surname", "traveler.family", ""}, {"nachname", "traveler.family", ""},
	{"vorname", "traveler.given", ""}, {"prenom", "traveler.given", ""},
	{"uwagi", "client.remarks", ""}, {"remark", "client.remarks", ""}, {"bemerk", "client.remarks", ""}, {"observac", "client.remarks", ""},
	{"opiekun", "client.advisor", ""}, {"website", "comm.web", ""},
}

func byWord(n string, m meaning) meaning {
	for _, t := range telling {
		if strings.Contains(n, t.part) {
			m.target, m.label, m.score, m.owner = t.target, t.label, 0.6, ownerWord(n)
			return m
		}
	}
	return meaning{}
}

// Known reports whether the title of a column is understood. sheet.Open uses it to
// find the header.
func Known(title string) bool {
	if len(title) > 80 {
		return false
	}
	if _, ok := TargetOf(title); ok || googleColumn.MatchString(title) || strings.HasPrefix(title, ReasonMark) {
		return true
	}
	m := understand(title)
	return m.score > 0.7
}

func isNumber(w string) bool {
	return w != "" && strings.Trim(w, "0123456789") == "" && len(w) < 3
}

func without(list []string, drop map[string]bool) []string {
	var out []string
	for _, w := range list {
		if !drop[w] {
			out = append(out, w)
		}
	}
	return out
}
