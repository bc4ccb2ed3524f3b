package i18n

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/carnetcrm/carnet/internal/date"
)

// Date writes a date the way a reader can't mistake, with the month as a word:
// "12 Mar 2026", and "12 Mar" when the year is unknown. "" stays "", and what isn't
// a date is returned as it is.
func (l *Localizer) Date(d date.Date) string { return l.date(d, l.cal.short, l.cal.shortSep) }

// DateLong writes a date with the full month: "12 March 2026", "12 de marzo de 2026".
func (l *Localizer) DateLong(d date.Date) string { return l.date(d, l.cal.long, l.cal.longSep) }

// DateWeekday is DateLong with the day of the week before it: "Thursday, 12 March 2026".
func (l *Localizer) DateWeekday(d date.Date) string {
	if !d.HasYear() {
		return l.DateLong(d)
	}
	return l.Weekday(d.Weekday()) + l.cal.weekdaySep + l.DateLong(d)
}

// DateNear writes a date of the coming or past days, whose year goes without saying:
// "Tuesday, 24 Nov".
func (l *Localizer) DateNear(d date.Date) string {
	if !d.HasYear() {
		return l.Date(d)
	}
	return l.Weekday(d.Weekday()) + l.cal.weekdaySep + l.Date(date.Date("--"+d.MonthDay()))
}

func (l *Localizer) date(d date.Date, months [12]string, sep string) string {
	if !d.Valid() {
		return string(d)
	}
	day := strconv.Itoa(d.Day())
	switch {
	case l.lang == "de":
		day += "."
	case l.lang == "fr" && day == "1":
		day = "1er"
	}
	s := day + sep + months[d.Month()-1]
	if d.HasYear() {
		s += sep + strconv.Itoa(d.Year())
	}
	return s
}

// DateInput writes a date as a form field holds it, in digits only and in the order
// that the reader types: "12/03/1980", "03/12/1980" for order MDY, "12.03.1980" in
// Polish and German. date.Parse with the same order reads it back.
func (l *Localizer) DateInput(d date.Date, order date.Order) string {
	if !d.Valid() {
		return string(d)
	}
	day, month := two(d.Day()), two(int(d.Month()))
	if order == date.YMD {
		return string(d)
	}
	first, second := day, month
	if order == date.MDY {
		first, second = month, day
	}
	s := first + l.cal.inputSep + second
	if d.HasYear() {
		return s + l.cal.inputSep + string(d[:4])
	}
	return s
}

// Month returns the name of a month as it stands alone: "March", "marzec".
func (l *Localizer) Month(m time.Month) string {
	if m < time.January || m > time.December {
		return ""
	}
	return l.cal.alone[m-1]
}

// Weekday returns the name of a day of the week: "Thursday", "jeudi".
func (l *Localizer) Weekday(d time.Weekday) string { return l.cal.days[d%7] }

// WeekdayShort returns the short name of a day of the week: "Thu", "jeu."
func (l *Localizer) WeekdayShort(d time.Weekday) string { return l.cal.daysShort[d%7] }

// FirstWeekday returns the day that a calendar week begins with; English readers
// differ among themselves and get Monday like the others (ISO 8601).
func (l *Localizer) FirstWeekday() time.Weekday { return time.Monday }

// Time writes the time of day in loc on the 24-hour clock, as tickets do: "14:05".
func (l *Localizer) Time(t time.Time, loc *time.Location) string {
	return in(t, loc).Format("15:04")
}

// DateTime writes a moment in loc: "12 Mar 2026, 14:05".
func (l *Localizer) DateTime(t time.Time, loc *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return l.Date(date.Of(in(t, loc))) + ", " + l.Time(t, loc)
}

func in(t time.Time, loc *time.Location) time.Time {
	if loc == nil {
		loc = time.UTC
	}
	return t.In(loc)
}

// Ago says how long before now the moment t was: "3 minutes ago", "yesterday". It
// counts days on the calendar of now's zone, so give both in the reader's zone;
// after a week it becomes the date. A moment slightly ahead counts as now, because
// clocks differ; one further ahead is written as a date.
func (l *Localizer) Ago(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(now.Location())
	past := now.Sub(t)
	days, _ := date.Of(t).DaysUntil(date.Of(now))
	switch {
	case past < -5*time.Minute:
		return l.DateTime(t, now.Location())
	case past < time.Minute:
		return l.T("time.just_now")
	case past < time.Hour:
		return l.T("time.minutes_ago", "Count", int(past/time.Minute))
	case days == 0:
		return l.T("time.hours_ago", "Count", int(past/time.Hour))
	case days == 1:
		return l.T("time.yesterday", "Time", l.Time(t, now.Location()))
	case days < 7:
		return l.T("time.days_ago", "Count", days)
	}
	return l.Date(date.Of(t))
}

// Duration writes how long to wait or how long something took, in the one unit that
// says enough and rounded up: "45 seconds", "3 minutes", "2 hours".
func (l *Localizer) Duration(d time.Duration) string {
	up := func(unit time.Duration) int { return int((d + unit - 1) / unit) }
	switch {
	case d <= time.Minute:
		return l.T("time.seconds", "Count", max(up(time.Second), 0))
	case d <= 90*time.Minute:
		return l.T("time.minutes", "Count", up(time.Minute))
	case d <= 48*time.Hour:
		return l.T("time.hours", "Count", up(time.Hour))
	}
	return l.T("common.days", "Count", up(24*time.Hour))
}

// Number writes an integer with the language's thousands separator: "12,000",
// "12 000". Spanish and Polish leave four digits together, as their academies want.
func (l *Localizer) Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	if len(s) < 4 || len(s) == 4 && l.cal.fourTogether {
		return sign + s
	}
	var b strings.Builder
	b.WriteString(sign)
	head := len(s) % 3
	b.WriteString(s[:head])
	for i := head; i < len(s); i += 3 {
		if i > 0 {
			b.WriteString(l.cal.group)
		}
		b.WriteString(s[i : i+3])
	}
	return b.String()
}

// Ungroup takes the separators of thousands out of a number that is written in the
// language's way, and gives it a point: "12.500,5" in German is "12500.5". Any other text
// stays as it is.
func (l *Localizer) Ungroup(s string) string {
	t := strings.TrimSpace(s)
	digits := strings.TrimPrefix(t, "-")
	whole, frac, _ := strings.Cut(digits, l.cal.point)
	groups := strings.Split(whole, l.cal.group)
	if len(groups) < 2 || len(groups[0]) == 0 || len(groups[0]) > 3 || groups[0][0] == '0' {
		return s
	}
	for i, g := range append(groups, frac) {
		if strings.Trim(g, "0123456789") != "" || i > 0 && i < len(groups) && len(g) != 3 {
			return s
		}
	}
	out := t[:len(t)-len(digits)] + strings.Join(groups, "")
	if frac != "" {
		out += "." + frac
	}
	return out
}

// Decimal writes a number with at most the given count of decimals, in the
// language's way: "1,5".
func (l *Localizer) Decimal(f float64, decimals int) string {
	whole, frac, _ := strings.Cut(strconv.FormatFloat(f, 'f', decimals, 64), ".")
	frac = strings.TrimRight(frac, "0")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return whole
	}
	s := l.Number(n)
	if n == 0 && f < 0 && frac != "" {
		s = "-" + s
	}
	if frac == "" {
		return s
	}
	return s + l.cal.point + frac
}

// Percent writes a share of 1 as a percentage without decimals: 0.5 is "50 %".
func (l *Localizer) Percent(share float64) string {
	s := l.Decimal(share*100, 0)
	if l.lang == "en" || l.lang == "pl" {
		return s + "%"
	}
	return s + nbsp + "%"
}

// Bytes writes the size of a file in decimal units: "1.4 MB".
func (l *Localizer) Bytes(n int64) string {
	units := l.cal.units
	size, i := float64(n), 0
	for size >= 999.5 && i < len(units)-1 {
		size, i = size/1000, i+1
	}
	decimals := 0
	if size < 10 && i > 0 {
		decimals = 1
	}
	return l.Decimal(size, decimals) + nbsp + units[i]
}

// Country returns the name of an ISO 3166 country, and the code itself when it is
// unknown. "" stays "".
func (l *Localizer) Country(code string) string {
	if code == "" {
		return ""
	}
	r, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	if name := l.regions.Name(r); name != "" {
		return name
	}
	return code
}

// Language returns the name of a BCP 47 language, and the code itself when it is
// unknown. "" stays "".
func (l *Localizer) Language(code string) string {
	if code == "" {
		return ""
	}
	tag, err := language.Parse(code)
	if err != nil {
		return code
	}
	if name := l.languages.Name(tag); name != "" {
		return name
	}
	return code
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
