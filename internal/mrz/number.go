package mrz

import (
	"slices"
	"strings"
)

// held is a field under a check digit, with the readings that the digit allows.
type held struct {
	field    Field
	spans    []span // where its characters stand
	text     string // as typed
	line     int    // of the check digit, col likewise
	col      int
	checked  bool
	readings []string // those that agree; the typed text alone when it does
	fixed    func(i int) bool
	optional bool // an empty field may have a filler for its check digit
}

// numbers reads the number and the optional data, and puts their readings to the
// composite check digit: only one of them may be left.
func (r *reader) numbers(d *Document) {
	number := r.numberField()
	fields := []*held{number}
	if o := r.l.optional; !o.none() {
		fields = append(fields, r.optionalField(FieldOptional, o, number))
	}
	if o := r.l.optional2; !o.none() {
		fields = append(fields, r.optionalField(FieldOptional, o, nil))
	}
	if !r.l.check.none() {
		r.toDigit(FieldComposite, r.l.check.line, r.l.check.from)
	}
	for _, h := range fields {
		r.read(h)
	}
	if len(r.problems) == 0 {
		r.settle(fields)
	}
	if len(r.problems) > 0 {
		return
	}
	d.Number = strings.ReplaceAll(r.text(number), "<", "")
	if len(fields) > 1 {
		d.Optional = words(r.text(fields[1]))
	}
	if len(fields) > 2 {
		d.Optional2 = words(r.text(fields[2]))
	}
}

// text returns the characters of a field as they stand now.
func (r *reader) text(h *held) string {
	var b strings.Builder
	for _, s := range h.spans {
		b.WriteString(r.at(s))
	}
	return b.String()
}

// numberField finds the number and its check digit. A long number of TD1 and TD2 has a
// filler for a check digit and goes on in the optional data (9303-5, 4.2.2; 9303-6,
// 4.2.2): its last character there is the check digit.
func (r *reader) numberField() *held {
	s := r.l.number
	h := &held{field: FieldNumber, spans: []span{s}, line: s.line, col: s.to, checked: true, fixed: func(int) bool { return false }}
	if r.l.format == FRA87 {
		// Year and month, then the department, which may have letters, then the serial.
		h.fixed = func(i int) bool { return i < 4 || i > 6 }
		for i := range 12 {
			if i < 4 || i > 6 {
				r.toDigit(FieldNumber, s.line, s.from+i)
			}
		}
	}
	if o := r.l.optional; r.l.long && r.lines[s.line][s.to] == '<' {
		rest, _, _ := strings.Cut(r.at(o), "<")
		if len(rest) >= 2 {
			h.spans = append(h.spans, span{o.line, o.from, o.from + len(rest) - 1})
			h.col = o.from + len(rest) - 1
		}
	}
	r.toDigit(FieldNumber, h.line, h.col)
	h.text = r.text(h)
	return h
}

// optionalField finds optional data, after the rest of a long number.
func (r *reader) optionalField(f Field, s span, number *held) *held {
	if number != nil && len(number.spans) > 1 {
		s.from = number.col + 1
	}
	h := &held{field: f, spans: []span{s}, line: s.line, col: s.to, checked: r.l.ownCheck, optional: true,
		fixed: func(int) bool { return false }}
	if h.checked {
		r.toDigit(f, h.line, h.col)
		if r.lines[h.line][h.col] == 'K' {
			r.set(f, h.line, h.col, '<')
		}
	}
	h.text = r.text(h)
	return h
}

// toDigit corrects a character where only a digit can stand.
func (r *reader) toDigit(f Field, line, col int) {
	if v, ok := asDigit(r.lines[line][col]); ok {
		r.set(f, line, col, v)
	}
}

// read finds the readings of a field that its own check digit allows.
func (r *reader) read(h *held) {
	if !h.checked {
		h.readings = []string{h.text}
		return
	}
	if !h.optional && strings.Trim(h.text, "<") == "" {
		s := h.spans[0]
		r.problem(Problem{Reason: Content, Field: h.field, Line: s.line + 1, Column: s.from + 1, Found: h.text})
		return
	}
	found, want := r.lines[h.line][h.col], CheckDigit(h.text)
	if h.agrees(h.text, found) || h.optional && found == '<' && strings.Trim(h.text, "<") == "" {
		h.readings = []string{h.text}
		return
	}
	if isDigit(found) {
		h.readings = h.corrected(found, r.l.check.none())
	}
	if len(h.readings) == 0 {
		r.problem(Problem{Reason: Check, Field: h.field, Line: h.line + 1, Column: h.col + 1, Found: string(found), Want: string(want)})
	}
}

// corrected returns the readings that agree with the check digit, the likeliest kind of
// slip first: one letter among digits, one digit that is a letter, all that look alike.
// Without a composite one digit is all the proof there is: then only letters are taken
// for digits, because numbers are mostly digits.
func (h *held) corrected(check byte, weak bool) []string {
	single, all := readings(h.text, true, h.fixed)
	if found := h.agreeing(single, check); len(found) > 0 {
		return found
	}
	if !weak {
		single, both := readings(h.text, false, h.fixed)
		if found := h.agreeing(single, check); len(found) > 0 {
			return found
		}
		all = both
	}
	return h.agreeing(all, check)
}

// agrees reports whether check is the check digit of text. The filler that stands for
// the check digit of a long number doesn't count; but Belgium counts it where the first
// nine characters aren't all used.
func (h *held) agrees(text string, check byte) bool {
	if CheckDigit(text) == check {
		return true
	}
	return len(h.spans) > 1 && strings.Contains(text[:9], "<") && CheckDigit(text[:9]+"<"+text[9:]) == check
}

func (h *held) agreeing(texts []string, check byte) (out []string) {
	for _, t := range texts {
		if h.agrees(t, check) {
			out = append(out, t)
		}
	}
	return out
}

// settle chooses the one combination of readings that the composite check digit allows.
func (r *reader) settle(fields []*held) {
	fits := r.fitting(fields)
	if len(fits) == 0 && !r.l.ownCheck {
		// Nothing but the composite holds the optional data: a letter there may be a digit.
		for _, h := range fields {
			if single, _ := readings(h.text, true, h.fixed); !h.checked {
				h.readings = single
				if fits = append(fits, r.fitting(fields)...); len(fits) > 1 {
					break
				}
				h.readings = []string{h.text}
			}
		}
	}
	switch len(fits) {
	case 1:
		r.apply(fields, fits[0])
	case 0:
		r.refuse(fields)
	default:
		r.ambiguous(fields, fits)
	}
}

// ambiguous tells the readings that are left.
func (r *reader) ambiguous(fields []*held, fits [][]string) {
	var all []string
	about := fields[0]
	for i := len(fields) - 1; i >= 0; i-- {
		for _, f := range fits {
			if text := words(f[i]); f[i] != fields[i].text && !slices.Contains(all, text) {
				all = append(all, text)
				about = fields[i]
			}
		}
	}
	r.problem(Problem{Reason: Ambiguous, Field: about.field, Line: about.line + 1, Column: about.spans[0].from + 1, Found: strings.Join(all, ", ")})
}

// refuse says that the composite disagrees, or, when a field was only readable
// otherwise than typed, that this field's check digit does.
func (r *reader) refuse(fields []*held) {
	for _, h := range fields {
		if h.checked && h.readings[0] != h.text {
			found, want := r.lines[h.line][h.col], CheckDigit(h.text)
			r.problem(Problem{Reason: Check, Field: h.field, Line: h.line + 1, Column: h.col + 1, Found: string(found), Want: string(want)})
			return
		}
	}
	s := r.l.check
	r.problem(Problem{Reason: Check, Field: FieldComposite, Line: s.line + 1, Column: s.from + 1, Found: r.at(s), Want: string(r.total())})
}

// fitting returns the combinations of readings that the composite allows; all of them
// where the layout has none.
func (r *reader) fitting(fields []*held) (fits [][]string) {
	saved := make([]string, len(fields))
	for i, h := range fields {
		saved[i] = h.text
	}
	var walk func(i int, chosen []string)
	walk = func(i int, chosen []string) {
		if i == len(fields) {
			if r.l.check.none() || r.at(r.l.check)[0] == r.total() {
				fits = append(fits, append([]string(nil), chosen...))
			}
			return
		}
		for _, text := range fields[i].readings {
			r.write(fields[i], text)
			walk(i+1, append(chosen, text))
		}
		r.write(fields[i], saved[i])
	}
	walk(0, nil)
	return fits
}

// write lays text over a field without noting it as a correction.
func (r *reader) write(h *held, text string) {
	for _, s := range h.spans {
		n := s.to - s.from
		copy(r.lines[s.line][s.from:s.to], text[:n])
		text = text[n:]
	}
}

// apply corrects the fields to the chosen readings.
func (r *reader) apply(fields []*held, chosen []string) {
	for i, h := range fields {
		text := chosen[i]
		for _, s := range h.spans {
			n := s.to - s.from
			r.put(h.field, s, text[:n])
			text = text[n:]
		}
	}
}

// total is the check digit over everything that the composite covers.
func (r *reader) total() byte {
	var b strings.Builder
	for _, s := range r.l.composite {
		b.WriteString(r.at(s))
	}
	return CheckDigit(b.String())
}
