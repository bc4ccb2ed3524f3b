package ui

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/i18n"
)

// class joins a class and those whose condition holds: class("btn", "is-small", true).
func class(base string, pairs ...any) string {
	out := base
	for i := 0; i+1 < len(pairs); i += 2 {
		if on, _ := pairs[i+1].(bool); on {
			out += " " + pairs[i].(string)
		}
	}
	return strings.TrimSpace(out)
}

// tints is the number of grounds for initials in tokens.css.
const tints = 5

// Tint picks the ground of a record's initials by its id, so that it never
// changes and neighbours differ.
func Tint(id int64) int {
	if id < 0 {
		id = -id
	}
	return int(id%tints) + 1
}

// digit writes a small number; 0 is the first tint.
func digit(n int) string {
	if n < 1 || n > tints {
		n = 1
	}
	return strconv.Itoa(n)
}

// num writes a number for an attribute.
func num(n int) string { return strconv.Itoa(n) }

// Initials takes the first letters of two names: "Kowalska", "Joanna" give "KJ".
// A single name gives the first letters of its first two words.
func Initials(first, second string) string {
	words := strings.Fields(first)
	if second != "" {
		words = []string{first, second}
	}
	var out []rune
	for _, w := range words {
		for _, r := range w {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				out = append(out, unicode.ToUpper(r))
				break
			}
		}
		if len(out) == 2 {
			break
		}
	}
	return string(out)
}

// slug turns the name of a field into a part of an id: "phones[2].value" gives
// "phones-2-value".
func slug(s string) string {
	var b strings.Builder
	dash := false
	for _, r := range s {
		if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_') {
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
			continue
		}
		dash = true
	}
	return b.String()
}

// Part is a piece of a text that a search found, Hit when it matches.
type Part struct {
	Text string
	Hit  bool
}

// Highlight cuts a text into the pieces that match a word of the query and the
// rest. It compares folded letters, so "zolc" marks "Żółć".
func Highlight(text, query string) []Part {
	words := fold.Words(query)
	if len(words) == 0 || text == "" {
		return []Part{{Text: text}}
	}
	runes := []rune(text)
	folded, at := foldRunes(runes)
	hit := make([]bool, len(runes))
	for _, w := range words {
		for from := 0; ; {
			i := strings.Index(folded[from:], w)
			if i < 0 {
				break
			}
			for k := from + i; k < from+i+len(w); k++ {
				hit[at[k]] = true
			}
			from += i + len(w)
		}
	}
	var out []Part
	for i, r := range runes {
		if n := len(out); n > 0 && out[n-1].Hit == hit[i] {
			out[n-1].Text += string(r)
		} else {
			out = append(out, Part{string(r), hit[i]})
		}
	}
	return out
}

// foldRunes folds each letter alone and remembers, per byte of the folded text,
// which letter it came from.
func foldRunes(runes []rune) (folded string, at []int) {
	var b strings.Builder
	for i, r := range runes {
		f := fold.Fold(string(r))
		if f == "" && unicode.IsSpace(r) {
			f = " "
		}
		b.WriteString(f)
		for range len(f) {
			at = append(at, i)
		}
	}
	return b.String(), at
}

// Count writes how much of a list is shown: "25 of 64", or "25 of 10,000+" when
// the total was counted to a bound only (data rule 10).
func Count(l *i18n.Localizer, shown, total int, bounded bool) string {
	t := l.Number(int64(total))
	if bounded {
		t = l.T("common.at_least", "Number", t)
	}
	if shown >= total && !bounded {
		return t
	}
	return l.T("common.of", "Part", l.Number(int64(shown)), "Total", t)
}
