// Package person takes names apart as people write them in one cell: titles, family
// and given names by the habits of several cultures, two people in one cell, and
// the difference between a person, a company and a group.
package person

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/carnetcrm/carnet/internal/fold"
)

// Name is the name of one person, spelled as it was found.
type Name struct {
	Title, Given, Middle, Family, Suffix string
}

// Order says which part of an undivided name comes first.
type Order string

// The orders. Auto decides by capitals, known given names and punctuation.
const (
	Auto        Order = ""
	FamilyFirst Order = "family_first"
	GivenFirst  Order = "given_first"
)

// Split takes the name of one person apart. lang, an ISO 639 code or "", tells which
// habits to expect where the name itself doesn't show it: two family names in "es"
// and "pt".
func Split(s string, order Order, lang string) Name {
	s = strings.Join(strings.Fields(s), " ")
	if family, given, ok := cutFamily(s); ok {
		n := strip(strings.Fields(given))
		n.name.Family = strings.TrimSpace(family)
		f := strip(strings.Fields(n.name.Family))
		if f.name.Title != "" && len(f.words) > 0 { // "Dr. Smith, John"
			n.name.Title = strings.TrimSpace(f.name.Title + " " + n.name.Title)
			n.name.Family = strings.Join(f.words, " ")
		}
		n.name.Given = strings.Join(n.words, " ")
		return n.name
	}
	n := strip(strings.Fields(s))
	words := n.words
	switch {
	case len(words) == 0:
	case len(words) == 1 && cjk(words[0]):
		n.name.Family = words[0]
	case len(words) == 1 && n.name.Title != "": // "Mrs Smith"
		n.name.Family = words[0]
	case len(words) == 1:
		if known(words[0]) {
			n.name.Given = words[0]
		} else {
			n.name.Family = words[0]
		}
	case cjk(words[0]): // 山田 太郎
		n.name.Family, n.name.Given = words[0], strings.Join(words[1:], " ")
	default:
		n.divide(words, order, lang)
	}
	return n.name
}

// cutFamily recognises "Family, Given" and the "FAMILY/GIVEN" of booking systems.
func cutFamily(s string) (family, given string, ok bool) {
	for _, sep := range []string{"/", ","} {
		if family, given, ok = strings.Cut(s, sep); !ok || strings.TrimSpace(family) == "" {
			continue
		}
		given = strings.TrimSpace(strings.ReplaceAll(given, ",", " "))
		if sep == "," && suffixes[bare(given)] { // "John Smith, Jr."
			return "", "", false
		}
		return strings.TrimSpace(family), given, given != ""
	}
	return "", "", false
}

// divide decides where the family name begins or ends among two or more words.
func (n *stripped) divide(words []string, order Order, lang string) {
	if k, ok := capitals(words); ok {
		if k > 0 {
			n.set(words[:k], words[k:])
		} else {
			n.set(words[-k:], words[:-k])
		}
		return
	}
	if order == Auto {
		order = guessOrder(words)
	}
	if order == FamilyFirst {
		n.set(familyFirst(words, lang))
		return
	}
	n.set(givenFirst(words, lang))
	// "John Q. Smith": an initial is a middle name, a second given name isn't.
	if g := strings.Fields(n.name.Given); len(g) == 2 && initial(g[1]) && !initial(g[0]) {
		n.name.Given, n.name.Middle = g[0], g[1]
	}
}

func (n *stripped) set(family, given []string) {
	n.name.Family, n.name.Given = strings.Join(family, " "), strings.Join(given, " ")
}

// capitals finds a family name written in capitals beside a given name that isn't:
// k > 0 leading words, k < 0 the words from -k on.
func capitals(words []string) (k int, ok bool) {
	lead, trail := 0, len(words)
	for lead < len(words) && upper(words[lead]) {
		lead++
	}
	for trail > 0 && upper(words[trail-1]) {
		trail--
	}
	switch {
	case lead == len(words):
		return 0, false
	case lead > 0 && trail == len(words):
		return lead, true
	case lead == 0 && trail < len(words):
		// "Ludwig van BEETHOVEN": particles before it belong to it.
		for trail > 1 && particles[strings.ToLower(words[trail-1])] {
			trail--
		}
		return -trail, true
	}
	return 0, false
}

// guessOrder uses known given names; undecided is given name first.
func guessOrder(words []string) Order {
	first, last := known(words[0]), known(words[len(words)-1])
	if last && !first && !particles[strings.ToLower(words[0])] {
		return FamilyFirst
	}
	return GivenFirst
}

// familyFirst takes the first word, with leading particles, as the family name.
func familyFirst(words []string, lang string) (family, given []string) {
	k := 0
	for k < len(words)-2 && particles[strings.ToLower(words[k])] {
		k++
	}
	k++
	if iberian(words, lang) && len(words)-k >= 2 && !known(words[k]) {
		k++
	}
	// "Kowalska - Nowak Anna": a hyphen with spaces around joins two family names.
	if len(words) > k+2 && (words[k] == "-" || words[k] == "–") {
		k += 2
	}
	return words[:k], words[k:]
}

// givenFirst takes the last word, particles before it, and the second family name
// of Spanish and Portuguese names as the family name.
func givenFirst(words []string, lang string) (family, given []string) {
	start := len(words) - 1
	for i := 1; i < len(words)-1; i++ {
		if w := strings.ToLower(words[i]); particles[w] {
			start = i
			if (w == "y" || w == "e" || w == "i") && i > 1 { // Ortega y Gasset
				return words[i-1:], words[:i-1]
			}
			break
		}
	}
	if start == len(words)-1 && len(words) > 2 && (words[start-1] == "-" || words[start-1] == "–") && len(words) > 3 {
		start -= 2
	}
	if iberian(words, lang) {
		two := len(words) - 2
		if w := words[start]; particles[strings.ToLower(w)] { // a particle: the word before may be the first family name
			two = start - 1
		}
		if two >= 1 && !known(words[two]) {
			start = two
		}
	}
	return words[start:], words[:start]
}

// iberian reports whether two family names are to be expected.
func iberian(words []string, lang string) bool {
	if len(words) < 3 {
		return false
	}
	if lang == "es" || lang == "pt" {
		return true
	}
	hits := 0
	for _, w := range words {
		f := fold.Fold(w)
		if spanish[f] || len(f) > 4 && strings.HasSuffix(f, "ez") || strings.ContainsAny(w, "ñÑ") {
			hits++
		}
	}
	return hits >= 2
}

// cjk reports whether the word is written in Chinese, Japanese or Korean letters,
// where the family name comes first and is often not set apart.
func cjk(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

func upper(s string) bool {
	letters := 0
	for _, r := range s {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			letters++
		}
	}
	return letters >= 2
}

func initial(s string) bool {
	s = strings.TrimSuffix(s, ".")
	return utf8.RuneCountInString(s) == 1 && upper(s+s)
}

// known reports whether the word is a frequent given name, alone or as the first
// part of a hyphenated one.
func known(s string) bool {
	f := fold.Fold(s)
	if i := strings.IndexByte(f, '-'); i > 0 {
		f = f[:i]
	}
	return given[f]
}

// Given reports whether s is a frequent given name.
func Given(s string) bool { return known(s) }
