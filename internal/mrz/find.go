package mrz

import (
	"strings"
	"time"
	"unicode/utf8"
)

// maxFind bounds the text that Find looks through: a scanned page has a few thousand
// characters.
const maxFind = 64 << 10

// Find looks for a zone in a longer text, such as what a scanner read from a whole
// page: lines of other things around it, noise at the ends of lines. It returns the
// first zone that Parse accepts. Otherwise the error is what is wrong with the lines
// that look most like a zone, an *Error of reason Empty when none does.
func Find(text string) (Document, error) { return FindAt(text, time.Now()) }

// FindAt is Find on another day than today.
func FindAt(text string, today time.Time) (Document, error) {
	if len(text) > maxFind {
		text = text[:maxFind]
	}
	var lines []string
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("\n\r\v\f", r) }) {
		if line = strings.TrimSpace(line); likely(line) {
			lines = append(lines, line)
		}
	}
	var best error
	// The zone stands at the foot of a page.
	for i := len(lines) - 1; i >= 0; i-- {
		for _, n := range []int{3, 2, 1} {
			if i+n > len(lines) {
				continue
			}
			d, err := ParseAt(strings.Join(lines[i:i+n], "\n"), today)
			if err == nil {
				return d, nil
			}
			if best == nil || telling(err) > telling(best) {
				best = err
			}
		}
	}
	if best == nil {
		best = one(Problem{Reason: Empty})
	}
	return Document{}, best
}

// likely reports whether a line can be one of a zone: long, nearly all of it letters,
// digits and fillers without lower case prose between.
func likely(line string) bool {
	line = strings.ReplaceAll(fillers.Replace(line), " ", "")
	n := utf8.RuneCountInString(line)
	if n < 22 || n > 110 {
		return false
	}
	good, marks := 0, 0
	for _, r := range line {
		switch {
		case r == '<' || r == double:
			good++
			marks++
		case r >= '0' && r <= '9':
			good++
			marks++
		case r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z':
			good++
		}
	}
	return good*10 >= n*9 && marks >= 3
}

// telling ranks errors: the fewer problems and the more certain the shape, the more an
// error says about a real zone.
func telling(err error) int {
	e, ok := err.(*Error)
	if !ok || len(e.Problems) == 0 {
		return 0
	}
	switch e.Problems[0].Reason {
	case Empty, Shape:
		return 1
	case Length:
		return 2
	case Character:
		return 3
	}
	return 100 - min(len(e.Problems), 50)
}

// Likely returns the last lines of a text that look like a zone, at most three, for a
// person to mend; "" when there are none.
func Likely(text string) string {
	var lines []string
	for _, line := range strings.FieldsFunc(text[:min(len(text), maxFind)], func(r rune) bool { return strings.ContainsRune("\n\r\v\f", r) }) {
		if line = strings.TrimSpace(line); likely(line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines[max(0, len(lines)-3):], "\n")
}
