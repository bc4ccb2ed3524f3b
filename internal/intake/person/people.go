package person

import (
	"strings"

	"github.com/carnetcrm/carnet/internal/fold"
)

// People takes a cell with one or several people apart: "NOWAK Jan + Ewa",
// "Smith/John & Mary", "Jan i Ewa Nowak", "Mr & Mrs Smith". Who has no family name
// of their own gets that of the other.
func People(s string, order Order, lang string) []Name {
	s = strings.Join(strings.Fields(strings.ReplaceAll(s, "&amp;", "&")), " ")
	pieces := pieces(s)
	if len(pieces) == 1 {
		return nonEmpty([]Name{Split(s, order, lang)})
	}
	if family, _, ok := cutFamily(pieces[0]); ok {
		return nonEmpty(shareFirst(family, pieces, order, lang))
	}
	first := strip(strings.Fields(pieces[0]))
	last := strip(strings.Fields(pieces[len(pieces)-1]))
	switch {
	case len(first.words) > 1 && len(last.words) <= 1 && (order == FamilyFirst || soleWords(pieces[1:])):
		// "Nowak Jan + Ewa", "NOWAK Jan & Ewa": the family name is in the first part.
		// "John Smith & Mary" is the same with the given name first.
		n := Split(pieces[0], order, lang)
		names := []Name{n}
		for _, p := range pieces[1:] {
			r := strip(strings.Fields(p))
			r.name.Given, r.name.Family = strings.Join(r.words, " "), n.Family
			names = append(names, r.name)
		}
		return nonEmpty(names)
	case len(first.words) <= 1:
		// "Jan i Ewa Nowak", "Mr & Mrs Smith": it is in the last part.
		n := lastOf(pieces[len(pieces)-1], order, lang)
		var names []Name
		for _, p := range pieces[:len(pieces)-1] {
			r := strip(strings.Fields(p))
			r.name.Given, r.name.Family = strings.Join(r.words, " "), n.Family
			names = append(names, r.name)
		}
		return nonEmpty(append(names, n))
	}
	var names []Name
	for _, p := range pieces {
		names = append(names, Split(p, order, lang))
	}
	return nonEmpty(names)
}

// lastOf splits the part that holds the family name for all. After a given name
// alone the family name stands last, whatever the order of the column.
func lastOf(s string, order Order, lang string) Name {
	r := strip(strings.Fields(s))
	if len(r.words) == 1 {
		r.name.Family = r.words[0]
		return r.name
	}
	if order == FamilyFirst {
		order = GivenFirst
	}
	n := Split(s, order, lang)
	n.Title = r.name.Title
	return n
}

// shareFirst handles "Smith/John & Mary" and "Smith/John & Doe/Mary".
func shareFirst(family string, pieces []string, order Order, lang string) []Name {
	var names []Name
	for i, p := range pieces {
		if _, _, own := cutFamily(p); i == 0 || own {
			names = append(names, Split(p, order, lang))
			continue
		}
		r := strip(strings.Fields(p))
		r.name.Given, r.name.Family = strings.Join(r.words, " "), family
		names = append(names, r.name)
	}
	return names
}

// pieces cuts at the words and signs that join people. The short words y, i, e join
// people only beside a known given name: "Ortega y Gasset" is one family name.
func pieces(s string) []string {
	words := strings.Fields(strings.NewReplacer("+", " + ", "&", " & ", ";", " + ").Replace(s))
	var out []string
	start := 0
	for i, w := range words {
		if i == start || i == len(words)-1 || !joins[strings.ToLower(strings.TrimSuffix(w, "."))] || upper(w) && w != "UND" && w != "ET" && w != "AND" && w != "ORAZ" {
			continue
		}
		switch strings.ToLower(w) {
		case "y", "i", "e", "con", "mit", "u", "u.":
			next := words[i+1]
			if strings.HasSuffix(words[i-1], "/") || !known(next) && !titles[bare(next)] {
				continue
			}
		}
		out = append(out, strings.Join(words[start:i], " "))
		start = i + 1
	}
	return append(out, strings.Join(words[start:], " "))
}

// soleWords reports whether every piece is one word, a title aside.
func soleWords(pieces []string) bool {
	for _, p := range pieces {
		if len(strip(strings.Fields(p)).words) > 1 {
			return false
		}
	}
	return true
}

func nonEmpty(names []Name) []Name {
	out := names[:0]
	for _, n := range names {
		if n.Given != "" || n.Family != "" {
			out = append(out, n)
		}
	}
	return out
}

// stripped is a name without its titles and suffixes.
type stripped struct {
	name  Name
	words []string
}

// strip takes titles and suffixes off both ends.
func strip(words []string) *stripped {
	n := &stripped{}
	var front, back []string
	for len(words) > 0 {
		b := bare(words[0])
		if !titles[b] || weak[b] && len(words) < 3 && !strings.HasSuffix(words[0], ".") {
			break
		}
		front, words = append(front, words[0]), words[1:]
	}
	for len(words) > 1 {
		last := words[len(words)-1]
		b := bare(last)
		if trailing[b] && len(front) == 0 && (upper(last) || len(words) > 2) {
			front = append(front, last)
		} else if suffixes[b] && (len(words) > 2 || strings.HasSuffix(last, ".")) {
			back = append([]string{strings.Trim(last, ",")}, back...)
		} else {
			break
		}
		words = words[:len(words)-1]
	}
	if len(words) > 0 && len(back) > 0 {
		words[len(words)-1] = strings.TrimSuffix(words[len(words)-1], ",")
	}
	n.name.Title, n.name.Suffix, n.words = strings.Join(front, " "), strings.Join(back, " "), words
	return n
}

// bare folds a word and drops its full stops, for the look-up of titles and forms.
func bare(s string) string {
	return strings.Trim(strings.ReplaceAll(fold.Fold(s), ".", ""), ", ")
}

// Company reports whether s is the name of a company or another body.
func Company(s string) bool {
	words := strings.Fields(s)
	if len(words) == 0 {
		return false
	}
	joined := ""
	for i := len(words) - 1; i >= max(0, len(words)-3); i-- {
		w := strings.Trim(words[i], "(),")
		joined = bare(w) + joined // "sp. z o.o.", "S. A."
		if len(words) > 1 && i > 0 && forms[joined] && formal(w, bare(w)) {
			return true
		}
	}
	for i, w := range words {
		b := bare(strings.Trim(w, "(),\""))
		if bodies[b] && (i == 0 || len(words) > 1) {
			return true
		}
		if i > 0 && len(b) > 2 && forms[b] && b != "sas" && b != "spa" {
			return true
		}
	}
	return false
}

// formal tells a form of company from an ordinary short word by its spelling:
// "SA", "S.A.", "AG", not "sa" or "ag"; longer forms in any case.
func formal(w, b string) bool {
	return len(b) > 2 || strings.Contains(w, ".") || upper(w) || b == "oo" || w == "Co" || w == "oO"
}

// Group reports whether s names a household or a travelling party rather than a
// person: "Smith family", "Państwo Nowakowie", "Jones/Brown Girls Trip".
func Group(s string) bool {
	for _, w := range strings.Fields(s) {
		if groups[bare(w)] {
			return true
		}
	}
	return false
}

// Label gives the name under which a client of these people is kept: "Nowak/Jan",
// "Nowak/Jan & Ewa", "Nowak/Jan & Smith/Mary" (R005).
func Label(names []Name) string {
	var b strings.Builder
	family := ""
	for i, n := range names {
		given := n.Given
		if given == "" {
			given = n.Title
		}
		if i > 0 {
			b.WriteString(" & ")
		}
		if n.Family != "" && (i == 0 || n.Family != family) {
			b.WriteString(n.Family)
			if given != "" {
				b.WriteByte('/')
			}
		}
		b.WriteString(given)
		family = n.Family
	}
	return b.String()
}
