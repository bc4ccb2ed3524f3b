package intake

import (
	"regexp"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/carnetcrm/carnet/internal/email"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/phone"
)

// found is one value of a cell with several, and the words that stood beside it.
type found struct{ value, words string }

var (
	// scientific is what spreadsheets make of a long number; digits are lost.
	scientific = regexp.MustCompile(`^[+-]?\d([.,]\d+)?[eE]\+?\d+$`)
	number     = regexp.MustCompile(`(?i)\+?\(?\+?\d[\d\s().\-/–\x{a0}]*\d(?:\s*(?:ext|x|wew|dw|durchwahl|poste|int)\.?\s*\d{1,6})?`)
	phoneChars = regexp.MustCompile(`^[+\d\s().\-/–\x{a0}]+$`)
	orWord     = regexp.MustCompile(`(?i)\s+(or|lub|oder|ou|oraz|und|and|i)\s+`)
	address    = regexp.MustCompile(`[^\s<>,;:()"]+@[^\s<>,;()"]+`)
)

// phones takes the numbers of one cell apart: "600-100-200 / 22 555 01 23 (Ewa)".
func phones(cell string) []found {
	if plainPhone(cell) {
		return []found{{value: cell}}
	}
	var out []found
	for _, part := range strings.FieldsFunc(orWord.ReplaceAllString(strings.ReplaceAll(cell, ":::", "\n"), "\n"), func(r rune) bool {
		return r == '\n' || r == ';' || r == ',' || r == '|'
	}) {
		for _, p := range slashes(strings.TrimSpace(part)) {
			switch {
			case p == "":
			case phoneChars.MatchString(p):
				out = append(out, found{value: p})
			default:
				loc := number.FindStringIndex(p)
				if loc == nil || len(fold.Digits(p[loc[0]:loc[1]])) < 3 {
					out = append(out, found{words: p})
					continue
				}
				w := strings.Trim(p[:loc[0]]+" "+p[loc[1]:], " ():.-'’\"\t")
				out = append(out, found{strings.TrimSpace(p[loc[0]:loc[1]]), w})
			}
		}
	}
	return out
}

// plainPhone reports the usual case: one number, no words.
func plainPhone(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && c != '+' && c != ' ' && c != '-' && c != '(' && c != ')' && c != '.' {
			return false
		}
	}
	return strings.Count(s, "+") < 2
}

// slashes splits "600100200 / 22 5550123" but neither the German "0171/5550123" nor
// the Polish "22 555 01 23/24".
func slashes(s string) []string {
	parts := strings.Split(s, "/")
	if len(parts) < 2 || strings.HasPrefix(s, "http") {
		return []string{s}
	}
	for _, p := range parts {
		if len(fold.Digits(p)) < 7 {
			return []string{s}
		}
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// emails takes the addresses of one cell apart; words around them are kept.
func emails(cell string) []found {
	if _, ok := normalEmail(cell); ok && strings.Count(cell, "@") == 1 && !strings.ContainsAny(cell, " <>,;:()\"\n") {
		return []found{{value: cell}}
	}
	locs := address.FindAllStringIndex(cell, -1)
	if len(locs) == 0 {
		return []found{{words: cell}}
	}
	var out []found
	last := 0
	for _, l := range locs {
		w := strings.Trim(strings.ReplaceAll(cell[last:l[0]], "mailto:", ""), " <>,;:()/\"\n\t")
		out = append(out, found{strings.TrimRight(cell[l[0]:l[1]], "./"), w})
		last = l[1]
	}
	if rest := strings.Trim(cell[last:], " <>,;:()/\"\n\t"); rest != "" && len(locs) == 1 && out[0].words == "" {
		out[0].words = rest
	}
	return out
}

// labels maps what programs call a communication to a short code; anything else is
// kept as written. Keys are folded.
var labels = func() map[string]string {
	m := map[string]string{}
	for code, list := range map[string]string{
		"home":        "home|private|personal|dom|domowy|domicile|casa|particular|privat|zuhause|internet|domowe",
		"work":        "work|business|office|praca|sluzbowy|bureau|travail|trabajo|arbeit|geschaftlich|firma",
		"mobile":      "mobile|cell|cellular|iphone|mobil|handy|komorka|komorkowy|movil|portable|gsm|kom|cell phone|mobile phone|apple watch",
		"main":        "main|primary|glowny|principal|haupt",
		"fax":         "fax|faks|telefax|telecopie",
		"work fax":    "work fax|workfax|business fax|fax work",
		"home fax":    "home fax|homefax|fax home",
		"other":       "other|inny|autre|otro|sonstige|andere|other phone",
		"pager":       "pager",
		"assistant":   "assistant|assistant phone",
		"emergency":   "emergency|ice|alarmowy|urgence|emergencia|notfall",
		"whatsapp":    "whatsapp",
		"website":     "home page|homepage|website|www|strona",
		"work mobile": "work mobile|mobile work|work cell",
	} {
		for _, w := range strings.Split(list, "|") {
			m[w] = code
		}
	}
	return m
}()

// label tidies a label: Google's "* Home" is "home" and marks the main one.
func label(s string) (code string, main bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", false
	}
	if rest, ok := strings.CutPrefix(s, "*"); ok {
		main, s = true, strings.TrimSpace(rest)
	}
	if code, ok := labels[fold.Fold(s)]; ok {
		return code, main
	}
	return clip(s, 60), main
}

// choices maps the words of exports to the codes of a field. Keys are folded.
var choices = map[string]map[string]string{
	"traveler.sex": words2(`M=m male man mr mann mannlich herr mezczyzna homme hombre masculino varon masculin|F=f female woman w weiblich frau k kobieta femme mujer
		femenino feminin v vrouw|X=x divers diverse nonbinary non-binary`),
	"client.kind": words2(`personal=personal leisure private individual privat prywatny osoba indywidualny particulier particular leisure/individual privatkunde person p l|
		corporate=corporate business company firma firmowy korporacyjny entreprise societe empresa corporativo geschaftlich geschaftskunde firmenkunde b c`),
	"client.status": words2(`active=active aktywny aktiv actif activo yes y 1 true a|inactive=inactive nieaktywny inaktiv inactif inactivo no n 0 false archived deleted i`),
	"client.classification": words2(`client=client customer evangelist klient cliente kunde client(e) stammkunde klientka|
		prospect=prospect lead subscriber marketingqualifiedlead salesqualifiedlead opportunity potencjalny prospecto interessent potentiel potencial other suspect`),
	"client.segment": words2(`regular=regular staly stammkunde regulier habitual|temporary=temporary walk-in passage okazjonalny laufkunde temporal|
		organiser=organiser organizer organizator organisateur organizador veranstalter|vip_incentive=vip incentive vip_incentive`),
	"yesno": words2(`yes=yes y true 1 t tak si oui o ja j x wahr prawda vrai|no=no n false 0 nie non nein f`),
}

func words2(s string) map[string]string {
	m := map[string]string{}
	for _, group := range strings.Split(s, "|") {
		code, list, _ := strings.Cut(strings.TrimSpace(group), "=")
		m[code] = code
		for _, w := range strings.Fields(list) {
			m[w] = code
		}
	}
	return m
}

// choice returns the code of a value, or false.
func choice(target, value string) (string, bool) {
	f := fold.Fold(value)
	if c, ok := choices[target][f]; ok {
		return c, true
	}
	c, ok := choices[target][strings.ReplaceAll(f, " ", "")]
	return c, ok
}

// languageNames maps the names of languages in the five languages of Carnet to
// ISO 639 codes.
var languageNames = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	codes := strings.Fields("en es fr pl de it pt nl cs sk hu ro uk ru be lt lv et fi sv da nb el tr ar he ja zh ko vi th hi hr sl sr bg ca eu gl ga is sq mk ka hy fa")
	for _, in := range []language.Tag{language.English, language.Spanish, language.French, language.Polish, language.German} {
		names := display.Languages(in)
		for _, c := range codes {
			m[fold.Fold(names.Name(language.Make(c)))] = c
		}
	}
	for _, c := range codes {
		m[c] = c
		if b, err := language.ParseBase(c); err == nil {
			m[fold.Fold(b.ISO3())] = c
		}
		m[fold.Fold(display.Self.Name(language.Make(c)))] = c
	}
	m["castellano"], m["no"], m["norwegian"] = "es", "nb", "nb"
	return m
})

// languageCode reads "German", "niemiecki", "de-AT".
func languageCode(s string) (string, bool) {
	f := strings.TrimSpace(fold.Fold(s))
	if c, ok := languageNames()[f]; ok {
		return c, true
	}
	if i := strings.IndexAny(f, "-_( "); i > 1 {
		c, ok := languageNames()[strings.TrimSpace(f[:i])]
		return c, ok
	}
	return "", false
}

// listOf splits a list of tags or languages.
func listOf(cell, sep string) []string {
	if sep == "" {
		sep = ";,|\n"
		if strings.Contains(cell, ":::") {
			cell, sep = strings.ReplaceAll(cell, ":::", "\n"), "\n"
		}
	}
	var out []string
	for _, s := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(sep, r) }) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// normalPhone and normalEmail give the forms by which values are compared.
func normalPhone(s, region string) string {
	e164, ok := phone.Parse(s, region)
	if !ok {
		return ""
	}
	return e164
}

func normalEmail(s string) (string, bool) { return email.Parse(s) }

// clip shortens s to n characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
