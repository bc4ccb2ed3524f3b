package mrz

import (
	"strings"
	"time"
)

// reader reads one zone in one layout. It works on a copy of the lines, corrects them in
// place and notes what it can't read.
type reader struct {
	l        *layout
	lines    [][]byte
	today    time.Time
	fixes    []Correction
	problems []Problem
}

func newReader(l *layout, lines []string, today time.Time) *reader {
	r := &reader{l: l, today: today}
	for i, line := range lines {
		b := make([]byte, 0, len(line))
		for col, c := range []rune(line) {
			if c > 127 || value(byte(c)) < 0 {
				r.problem(Problem{Reason: Character, Line: i + 1, Column: col + 1, Found: string(c)})
				c = '<'
			}
			b = append(b, byte(c))
		}
		r.lines = append(r.lines, b)
	}
	return r
}

func (r *reader) problem(p Problem) { r.problems = append(r.problems, p) }

func (r *reader) at(s span) string {
	if s.none() {
		return ""
	}
	return string(r.lines[s.line][s.from:s.to])
}

// set corrects one character.
func (r *reader) set(f Field, line, col int, c byte) {
	old := r.lines[line][col]
	if old == c {
		return
	}
	r.lines[line][col] = c
	r.fixes = append(r.fixes, Correction{Line: line + 1, Column: col + 1, Field: f, From: string(old), To: string(c)})
}

// put corrects the characters of s that differ from text.
func (r *reader) put(f Field, s span, text string) {
	for i := range len(text) {
		r.set(f, s.line, s.from+i, text[i])
	}
}

// document reads every field and the check digits.
func (r *reader) document() (Document, error) {
	if len(r.problems) > 0 {
		return Document{}, &Error{r.problems}
	}
	d := Document{Format: r.l.format}
	r.fillers()
	r.code(&d)
	d.State = r.country(FieldState, r.l.state)
	r.names(&d)
	if !r.l.nationality.none() {
		d.Nationality = r.country(FieldNationality, r.l.nationality)
	}
	d.Birth = r.date(FieldBirth, r.l.birth)
	r.sex(&d)
	if !r.l.expiry.none() {
		d.Expiry = r.date(FieldExpiry, r.l.expiry)
	}
	r.numbers(&d)
	if len(r.problems) > 0 {
		return Document{}, &Error{r.problems}
	}
	for _, line := range r.lines {
		d.Lines = append(d.Lines, string(line))
	}
	d.Corrections = r.fixes
	return d, nil
}

// fillers turns runs of K that a scanner made of fillers back: three K in a row are no
// part of a name or number. Only the end of a field can be filled so.
func (r *reader) fillers() {
	for _, f := range []struct {
		name Field
		s    span
	}{{FieldNames, r.l.names}, {FieldNames, r.l.given}, {FieldNumber, r.l.number}, {FieldOptional, r.l.optional}, {FieldOptional, r.l.optional2}} {
		if f.s.none() {
			continue
		}
		text := r.at(f.s)
		body := strings.TrimRight(text, "<K")
		if end := text[len(body):]; strings.Contains(end, "KKK") {
			if i := strings.IndexByte(end, '<'); i > 0 && i < 3 {
				body += end[:i] // "MAREK<KKKK": the name ends before the first filler
			}
			r.put(f.name, f.s, body+strings.Repeat("<", len(text)-len(body)))
		}
	}
}

// code reads the document code: a letter, then a letter or a filler.
func (r *reader) code(d *Document) {
	s := r.l.code
	b := r.lines[s.line]
	if c, ok := asLetter(b[0]); ok {
		r.set(FieldCode, s.line, 0, c)
	}
	if c, ok := asLetter(b[1]); ok {
		r.set(FieldCode, s.line, 1, c)
	}
	d.Code = strings.TrimRight(r.at(s), "<")
	first := "PIAC"
	if r.l.format == MRVA || r.l.format == MRVB {
		first = "V"
	}
	if !strings.ContainsRune(first, rune(b[0])) || b[1] != '<' && !isLetter(b[1]) {
		r.problem(Problem{Reason: Content, Field: FieldCode, Line: s.line + 1, Column: 1, Found: r.at(s)})
	}
}

// country reads a code of one to three letters.
func (r *reader) country(f Field, s span) string {
	if text := r.at(s); text == "DKK" {
		r.put(f, s, "D<<") // Germany is the one code of a single letter
	}
	for i := s.from; i < s.to; i++ {
		if c := r.lines[s.line][i]; isDigit(c) {
			if l, ok := asLetter(c); ok {
				r.set(f, s.line, i, l)
			}
		}
	}
	text := strings.TrimRight(r.at(s), "<")
	if text == "" || strings.ContainsAny(text, "<0123456789") {
		r.problem(Problem{Reason: Content, Field: f, Line: s.line + 1, Column: s.from + 1, Found: r.at(s)})
	}
	return text
}

// names reads the identifiers: letters and fillers, primary and secondary apart by two.
func (r *reader) names(d *Document) {
	family := r.letters(r.l.names)
	d.Truncated = !strings.HasSuffix(family, "<")
	if r.l.given.none() {
		family, d.Given, _ = strings.Cut(family, "<<")
	} else {
		d.Given = r.letters(r.l.given)
		d.Truncated = d.Truncated || !strings.HasSuffix(d.Given, "<")
	}
	d.Family, d.Given = words(family), words(d.Given)
	if d.Family == "" && d.Given == "" {
		r.problem(Problem{Reason: Content, Field: FieldNames, Line: r.l.names.line + 1, Column: r.l.names.from + 1})
	}
}

// letters returns a field of letters, digits corrected; after the secondary identifiers
// and two fillers only fillers stand, so a K there is one.
func (r *reader) letters(s span) string {
	for i := s.from; i < s.to; i++ {
		c := r.lines[s.line][i]
		if !isDigit(c) {
			continue
		}
		l, ok := asLetter(c)
		if !ok {
			r.problem(Problem{Reason: Character, Line: s.line + 1, Column: i + 1, Found: string(c)})
			continue
		}
		r.set(FieldNames, s.line, i, l)
	}
	text := r.at(s)
	body := strings.TrimRight(text, "<K")
	end := text[len(body):]
	known := strings.Contains(strings.TrimLeft(body, "<"), "<<") || s == r.l.given
	if i := strings.Index(end, "<<"); known && i >= 0 && strings.Contains(end[i:], "K") {
		r.put(FieldNames, s, body+end[:i]+strings.Repeat("<", len(end)-i))
	}
	return r.at(s)
}

// words returns the words of a field, fillers as single spaces.
func words(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(c rune) bool { return c == '<' }), " ")
}

// sex reads one letter; a filler and X both mean unspecified.
func (r *reader) sex(d *Document) {
	s := r.l.sex
	c := r.lines[s.line][s.from]
	switch {
	case c == 'K':
		r.set(FieldSex, s.line, s.from, '<')
		d.Sex = "X"
	case c == '<':
		d.Sex = "X"
	case isLetter(c):
		d.Sex = string(c)
	default:
		r.problem(Problem{Reason: Content, Field: FieldSex, Line: s.line + 1, Column: s.from + 1, Found: string(c)})
	}
}
