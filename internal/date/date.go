// Package date is the calendar date: a day without a time and without a zone, as
// birth dates, passports and departures have it. Parsing what people and foreign
// exports write is in parse.go.
package date

import (
	"fmt"
	"time"
)

// Date is a calendar date in ISO form, "1980-03-12". A date whose year nobody
// knows is "--03-12" (RFC 6350), and "" is no date at all. Dates with a year
// compare as strings. A Date that comes from outside is only as good as Valid says.
type Date string

// unknownYear stands for the year of a date without one. It is a leap year,
// because 29 February without a year is somebody's birthday.
const unknownYear = 2000

// New returns the date of the three numbers, "" when there is no such day. Year 0
// means that the year is unknown.
func New(year, month, day int) Date {
	if month < 1 || month > 12 || day < 1 || year < 0 || year > 9999 {
		return ""
	}
	y := year
	if y == 0 {
		y = unknownYear
	}
	if day > daysIn(y, month) {
		return ""
	}
	b := make([]byte, 0, len("2000-02-29"))
	if year == 0 {
		b = append(b, '-')
	} else {
		b = two(two(b, year/100), year%100)
	}
	b = two(append(b, '-'), month)
	return Date(two(append(b, '-'), day))
}

// two writes a number below 100 with two digits.
func two(b []byte, n int) []byte { return append(b, '0'+byte(n/10), '0'+byte(n%10)) }

// Of returns the calendar date of t in t's own zone.
func Of(t time.Time) Date {
	y, m, d := t.Date()
	return New(y, int(m), d)
}

// Today returns the date that the moment now has in loc, the agency's time zone.
func Today(now time.Time, loc *time.Location) Date {
	if loc == nil {
		loc = time.UTC
	}
	return Of(now.In(loc))
}

// parts splits d; ok is false for "" and for anything that isn't a day.
func (d Date) parts() (year, month, day int, ok bool) {
	s := string(d)
	switch {
	case len(s) == 10 && s[4] == '-' && s[7] == '-':
		year, ok = digits(s[:4])
		if !ok || year == 0 {
			return 0, 0, 0, false
		}
		s = s[5:]
	case len(s) == 7 && s[0] == '-' && s[1] == '-' && s[4] == '-':
		s = s[2:]
	default:
		return 0, 0, 0, false
	}
	month, ok1 := digits(s[:2])
	day, ok2 := digits(s[3:])
	y := year
	if y == 0 {
		y = unknownYear
	}
	if !ok1 || !ok2 || month < 1 || month > 12 || day < 1 || day > daysIn(y, month) {
		return 0, 0, 0, false
	}
	return year, month, day, true
}

// Valid reports whether d is a day in the form described at Date; "" is not.
func (d Date) Valid() bool {
	_, _, _, ok := d.parts()
	return ok
}

// HasYear reports whether d is valid and its year is known.
func (d Date) HasYear() bool {
	y, _, _, ok := d.parts()
	return ok && y > 0
}

// Year returns the year, 0 when it is unknown or d isn't valid.
func (d Date) Year() int {
	y, _, _, _ := d.parts()
	return y
}

// Month returns the month, 0 when d isn't valid.
func (d Date) Month() time.Month {
	_, m, _, _ := d.parts()
	return time.Month(m)
}

// Day returns the day of the month, 0 when d isn't valid.
func (d Date) Day() int {
	_, _, day, _ := d.parts()
	return day
}

// MonthDay returns "03-12", the part that birthdays are found by, "" when d isn't valid.
func (d Date) MonthDay() string {
	_, m, day, ok := d.parts()
	if !ok {
		return ""
	}
	return fmt.Sprintf("%02d-%02d", m, day)
}

// WithoutYear returns d with its year unknown.
func (d Date) WithoutYear() Date {
	if md := d.MonthDay(); md != "" {
		return Date("--" + md)
	}
	return ""
}

// AgeOn returns the completed years of somebody born on d, and false when d has no
// year or lies after on. Who is born on 29 February is a year older on 1 March in
// years without that day, as most European laws count.
func (d Date) AgeOn(on Date) (int, bool) {
	if !d.HasYear() || !on.HasYear() || on.Before(d) {
		return 0, false
	}
	age := on.Year() - d.Year()
	if on.MonthDay() < d.MonthDay() {
		age--
	}
	return age, true
}

// Before reports whether d is earlier than e. A date without a year, or none, is
// neither before nor after anything.
func (d Date) Before(e Date) bool { return d.HasYear() && e.HasYear() && d < e }

// After reports whether d is later than e, see Before.
func (d Date) After(e Date) bool { return e.Before(d) }

// AddDays returns the date n days later, "" when d has no year or the result leaves
// the years 1 to 9999.
func (d Date) AddDays(n int) Date {
	if !d.HasYear() {
		return ""
	}
	return checkRange(d.Time().AddDate(0, 0, n))
}

// AddMonths returns the date n months later; a day that the month doesn't have
// becomes its last day, so 31 January plus one month is 28 or 29 February.
func (d Date) AddMonths(n int) Date {
	if !d.HasYear() {
		return ""
	}
	first := time.Date(d.Year(), d.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	y, m := first.Year(), int(first.Month())
	if y < 1 || y > 9999 {
		return ""
	}
	return New(y, m, min(d.Day(), daysIn(y, m)))
}

// DaysUntil returns the number of days from d to e, negative when e is earlier, and
// false when one of them has no year.
func (d Date) DaysUntil(e Date) (int, bool) {
	if !d.HasYear() || !e.HasYear() {
		return 0, false
	}
	return int(e.Time().Sub(d.Time()).Hours() / 24), true
}

// NextOn returns the first anniversary of d on or after from: the coming birthday.
// 29 February is kept on 1 March in years without it. It returns "" when d isn't
// valid or from has no year.
func (d Date) NextOn(from Date) Date {
	if !d.Valid() || !from.HasYear() {
		return ""
	}
	for y := from.Year(); y <= from.Year()+1; y++ {
		next := New(y, int(d.Month()), d.Day())
		if next == "" {
			next = New(y, 3, 1)
		}
		if !next.Before(from) {
			return next
		}
	}
	return ""
}

// Time returns midnight UTC of d, and the zero time when d has no year or isn't valid.
func (d Date) Time() time.Time {
	y, m, day, ok := d.parts()
	if !ok || y == 0 {
		return time.Time{}
	}
	return time.Date(y, time.Month(m), day, 0, 0, 0, 0, time.UTC)
}

// Weekday returns the day of the week; it has a meaning only for a date with a year.
func (d Date) Weekday() time.Weekday { return d.Time().Weekday() }

// String returns the ISO form.
func (d Date) String() string { return string(d) }

func checkRange(t time.Time) Date {
	if t.Year() < 1 || t.Year() > 9999 {
		return ""
	}
	return Of(t)
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// digits reads a number of ASCII digits only.
func digits(s string) (int, bool) {
	if s == "" || len(s) > 9 {
		return 0, false
	}
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}
