package mrz

import (
	"fmt"
	"strconv"
	"time"
)

// Date is a day of which parts may be unknown: those are 0. The zero Date is no date.
type Date struct{ Year, Month, Day int }

// Zero reports whether nothing of the date is known.
func (d Date) Zero() bool { return d == Date{} }

// Full reports whether year, month and day are known.
func (d Date) Full() bool { return d.Year > 0 && d.Month > 0 && d.Day > 0 }

// String returns "1974-08-12", "--08-12" without a year, "1974-08" and "1974" where the
// rest is unknown, "" for none.
func (d Date) String() string {
	switch {
	case d.Full():
		return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
	case d.Year == 0 && d.Month > 0 && d.Day > 0:
		return fmt.Sprintf("--%02d-%02d", d.Month, d.Day)
	case d.Year > 0 && d.Month > 0:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	case d.Year > 0:
		return fmt.Sprintf("%04d", d.Year)
	}
	return ""
}

// date reads six digits and the check digit after them. Fillers are unknown parts, and
// so are the zeros that some states print for them.
func (r *reader) date(f Field, s span) Date {
	for i := s.from; i < s.to; i++ {
		c := r.lines[s.line][i]
		if c == 'K' {
			r.set(f, s.line, i, '<')
		} else if v, ok := asDigit(c); ok {
			r.set(f, s.line, i, v)
		}
	}
	text := r.at(s)
	if !r.checked(f, s, text) {
		return Date{}
	}
	y, yok := part(text[0:2])
	m, mok := part(text[2:4])
	day, dok := part(text[4:6])
	ok := yok && mok && dok && m <= 12 && (m > 0 || day <= 0)
	if ok && y < 0 && m <= 0 {
		return Date{}
	}
	d := Date{Month: max(m, 0), Day: max(day, 0)}
	if ok && y >= 0 {
		d.Year = r.century(f, y, d.Month, d.Day)
	}
	if ok && d.Day > 0 {
		year := d.Year
		if year == 0 {
			year = 2000 // a leap year: 29 February of an unknown year is a day
		}
		ok = time.Date(year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC).Day() == d.Day
	}
	if !ok {
		r.problem(Problem{Reason: NoDate, Field: f, Line: s.line + 1, Column: s.from + 1, Found: text})
		return Date{}
	}
	return d
}

// part reads two characters: -1 for fillers.
func part(s string) (int, bool) {
	if s == "<<" {
		return -1, true
	}
	if !isDigit(s[0]) || !isDigit(s[1]) {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// century completes a year of two digits.
func (r *reader) century(f Field, y, month, day int) int {
	now := r.today.Year()
	if f == FieldExpiry {
		first := now - 26
		return first + ((y-first)%100+100)%100
	}
	year := now - now%100 + y
	if year > now || year == now && (month > int(r.today.Month()) || month == int(r.today.Month()) && day > r.today.Day()) {
		year -= 100
	}
	return year
}

// checked verifies the check digit after s, which counts over text.
func (r *reader) checked(f Field, s span, text string) bool {
	return r.agrees(f, s.line, s.to, CheckDigit(text))
}

// agrees compares the check digit at a place with what it has to be.
func (r *reader) agrees(f Field, line, col int, want byte) bool {
	if v, ok := asDigit(r.lines[line][col]); ok {
		r.set(f, line, col, v)
	}
	found := r.lines[line][col]
	if found == want {
		return true
	}
	r.problem(Problem{Reason: Check, Field: f, Line: line + 1, Column: col + 1, Found: string(found), Want: string(want)})
	return false
}
