package date

import (
	"regexp"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/fold"
)

// Parser reads dates as people and foreign exports write them.
type Parser struct {
	// Order decides a date such as 3/4/1980; a part above 12 overrules it.
	Order Order
	// Today places two-digit years; the zero value is the current day in UTC.
	Today Date
	// Past says that the date lies before Today, as a birth date does: "30" is then 1930.
	// Otherwise a two-digit year lies at most 20 years ahead.
	Past bool
}

// Parse reads text with the given order, see Parser.Parse.
func Parse(text string, o Order) (Date, bool) { return Parser{Order: o}.Parse(text) }

// ParseBirth reads a birth date: a two-digit year never lies in the future.
func ParseBirth(text string, o Order) (Date, bool) { return Parser{Order: o, Past: true}.Parse(text) }

// Years that a client book can mean. Whatever lies outside is a typing error, or a
// program's way to say "never" (9999) or "unknown".
const firstYear, lastYear = 1800, 2200

// appleNoYear is the year that Apple's address book writes for an unknown one.
const appleNoYear = 1604

// Parse reads ISO dates and date-times, digits in any usual notation, names of months
// in the five languages of Carnet, Roman months, spreadsheet serial numbers and
// RFC 6350 dates without a year. It returns "" and true for what means "none" ("-",
// "n/a", "0/0/00", "1900-01-00"), and false for what it doesn't understand: it never
// guesses a day out of a month and a year.
func (p Parser) Parse(text string) (Date, bool) {
	s := strings.Trim(fold.Fold(text), "\"., ")
	if meansNone(s) {
		return "", true
	}
	s = strings.TrimRight(clock.ReplaceAllString(s, ""), " ,")
	if meansNone(s) {
		return "", true
	}
	if d, ok, done := p.fixed(s); done {
		return d, ok
	}
	nums, month, seps, ok := tokens(s)
	if !ok {
		return "", false
	}
	if month > 0 {
		return p.withMonth(nums, month)
	}
	return p.inDigits(nums, seps)
}

// clock is a time of day after a date, with or without seconds and zone. The date is
// taken as it was written: nobody is born a day earlier because a program stored UTC.
var clock = regexp.MustCompile(`[ t,]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)? ?([ap]\.?m\.?)? ?(z|utc|gmt|cet|cest)?([+-]\d{2}:?\d{2})?$`)

// nothing are the words for "no date" seen in exports and lists.
var nothing = map[string]bool{"": true, "-": true, "--": true, "?": true, "??": true, "n/a": true, "na": true,
	"n.a": true, "none": true, "null": true, "nil": true, "nan": true, "unknown": true, "tbd": true,
	"brak": true, "nieznana": true, "keine": true, "unbekannt": true, "aucun": true, "aucune": true,
	"inconnue": true, "ninguna": true, "ninguno": true, "desconocida": true, "never": true,
	// Day zero of spreadsheets and the zero value of .NET.
	"1900-01-00": true, "1/0/1900": true, "0/1/1900": true, "00/01/1900": true, "00.01.1900": true,
	"01/00/1900": true, "0001-01-01": true, "1/1/0001": true, "01/01/0001": true, "01.01.0001": true}

func meansNone(s string) bool {
	if nothing[s] {
		return true
	}
	// 0/0/00, 00/00/0000, 0000-00-00, 0
	return strings.Trim(s, "0/.- ") == "" && strings.Contains(s, "0")
}

// fixed reads the forms that are one unit: "--03-12", "19800312" and serial numbers.
// done is false when s is none of them.
func (p Parser) fixed(s string) (d Date, ok, done bool) {
	if rest, found := strings.CutPrefix(s, "--"); found {
		rest = strings.Replace(rest, "-", "", 1)
		n, ok := digits(rest)
		if !ok || len(rest) != 4 {
			return "", false, true
		}
		d = New(0, n/100, n%100)
		return d, d != "", true
	}
	whole, frac, _ := strings.Cut(s, ".")
	if strings.Trim(frac, "0123456789") != "" {
		return "", false, false
	}
	n, ok := digits(whole)
	if !ok {
		return "", false, false
	}
	switch {
	case len(whole) == 8 && frac == "":
		d, ok = p.build(n/10000, 4, n/100%100, n%100)
		return d, ok, true
	case len(whole) == 5:
		d = fromSerial(n)
		return d, d != "", true
	}
	return "", false, frac == ""
}

// fromSerial converts the day number of a spreadsheet; 1 is 1 January 1900, and the
// day 60 that never was (29 February 1900) is counted. Only five digits are read as
// such (1927 to 2099): with fewer, a year or a house number looks the same.
func fromSerial(n int) Date {
	const last = 73050 // 31 December 2099
	if n < 10000 || n > last {
		return ""
	}
	return Of(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n))
}

// number is a run of digits, with its width: "05" is not "5" for a year.
type number struct{ value, width int }

// tokens cuts s into at most three numbers, the month when it is a word, and the
// separators between the numbers. ok is false when anything else is in it.
func tokens(s string) (nums []number, month int, seps string, ok bool) {
	for len(s) > 0 {
		n := len(s) - len(strings.TrimLeft(s, "0123456789"))
		if n > 0 {
			v, ok := digits(s[:n])
			if !ok || n > 4 || len(nums) == 3 {
				return nil, 0, "", false
			}
			nums = append(nums, number{v, n})
			s = s[n:]
			continue
		}
		if i := strings.IndexAny(s, "0123456789/.-, "); i != 0 {
			if i < 0 {
				i = len(s)
			}
			m := monthOf(s[:i])
			switch {
			case m > 0 && month == 0:
				month = m
			case m > 0 || !fillers[s[:i]]:
				return nil, 0, "", false
			}
			s = s[i:]
			continue
		}
		if len(nums) > 0 && len(nums) < 3 && month == 0 && s[0] != ' ' {
			seps += s[:1]
		}
		s = s[1:]
	}
	return nums, month, seps, len(nums) > 0
}

// withMonth reads "12 marca 1980", "Feb 1, 1980", "1980-Mar-12" and "12 Mar".
func (p Parser) withMonth(nums []number, month int) (Date, bool) {
	switch len(nums) {
	case 1:
		if nums[0].width > 2 {
			return "", false // "March 1980" is no day
		}
		d := New(0, month, nums[0].value)
		return d, d != ""
	case 2:
		day, year := nums[0], nums[1]
		if day.width == 4 || day.value > 31 {
			day, year = year, day
		}
		if day.width > 2 {
			return "", false
		}
		return p.build(year.value, year.width, month, day.value)
	}
	return "", false
}

// inDigits reads dates without words: three numbers, or two when the year is unknown.
func (p Parser) inDigits(nums []number, seps string) (Date, bool) {
	if strings.Trim(seps, "/.-") != "" || len(seps) == 2 && seps[0] != seps[1] {
		return "", false
	}
	order := p.Order
	if strings.HasPrefix(seps, ".") && order == MDY {
		order = DMY // nobody writes month.day.year
	}
	switch len(nums) {
	case 2:
		if nums[0].width > 2 || nums[1].width > 2 || seps == "" {
			return "", false
		}
		day, month := nums[0].value, nums[1].value
		if (order == MDY || order == YMD || month > 12) && day <= 12 {
			day, month = month, day
		}
		d := New(0, month, day)
		return d, d != ""
	case 3:
		a, b, c := nums[0], nums[1], nums[2]
		if a.width >= 3 || a.value > 31 || order == YMD && c.width <= 2 {
			if b.width > 2 || c.width > 2 {
				return "", false
			}
			return p.build(a.value, a.width, b.value, c.value)
		}
		if a.width > 2 || b.width > 2 {
			return "", false
		}
		day, month := a.value, b.value
		if order == MDY {
			day, month = month, day
		}
		if month > 12 && day <= 12 {
			day, month = month, day
		}
		return p.build(c.value, c.width, month, day)
	}
	return "", false
}

// build makes the date of a year that was written with the given number of digits.
func (p Parser) build(year, width, month, day int) (Date, bool) {
	switch width {
	case 2:
		year = p.century(year, month, day)
	case 4:
		if year == 0 || year == appleNoYear {
			d := New(0, month, day)
			return d, d != ""
		}
	default:
		return "", false
	}
	if year < firstYear || year > lastYear {
		return "", false
	}
	d := New(year, month, day)
	return d, d != ""
}

// century completes a two-digit year.
func (p Parser) century(yy, month, day int) int {
	today := p.Today
	if !today.HasYear() {
		today = Today(time.Now(), time.UTC)
	}
	year := today.Year()/100*100 + yy
	if p.Past {
		if d := New(year, month, day); d == "" && year > today.Year() || today.Before(d) {
			year -= 100
		}
		return year
	}
	switch {
	case year > today.Year()+20:
		year -= 100
	case year <= today.Year()-80:
		year += 100
	}
	return year
}

// DetectOrder finds the order that a column of dates is written in: parts above 12
// and years in front decide. sure is false when no value decides, or when values
// contradict each other; the order is then that of the majority, or fallback.
func DetectOrder(values []string, fallback Order) (o Order, sure bool) {
	var votes [3]int
	for _, v := range values {
		s := clock.ReplaceAllString(strings.Trim(fold.Fold(v), "\"., "), "")
		nums, month, seps, ok := tokens(s)
		if !ok || month > 0 || len(nums) != 3 || len(seps) != 2 || meansNone(s) {
			continue
		}
		a, b := nums[0], nums[1]
		switch {
		case a.width == 4 || a.value > 31:
			votes[YMD]++
		case a.value > 12 && b.value <= 12:
			votes[DMY]++
		case b.value > 12 && a.value <= 12:
			votes[MDY]++
		}
	}
	o = fallback
	best, voted := 0, 0
	for i, n := range votes {
		if n > 0 {
			voted++
		}
		if n > best {
			o, best = Order(i), n
		}
	}
	return o, voted == 1
}
