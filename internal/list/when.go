package list

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
)

// maxDays bounds the days of "in the last n days": a hundred years.
const maxDays = 36500

// span is a stretch of days, both ends included; "" is open. Before the first day and
// after the last one there is none.
type span struct {
	from, to date.Date
	none     bool
}

// when turns an operator of dates into a stretch of days. today is that of the query.
func when(f Field, flt Filter, today date.Date) (span, error) {
	switch flt.Op {
	case "today":
		return span{from: today, to: today}, nil
	case "month":
		first := date.New(today.Year(), int(today.Month()), 1)
		return span{from: first, to: first.AddMonths(1).AddDays(-1)}, nil
	case "year":
		return span{from: date.New(today.Year(), 1, 1), to: date.New(today.Year(), 12, 31)}, nil
	case "last", "next", "nth":
		n, err := strconv.Atoi(strings.TrimSpace(flt.Values[0]))
		switch {
		case err != nil || n < 0 || n > maxDays:
			return span{}, bad(f.Key, "list.needs_days", "Max", maxDays)
		case flt.Op == "last":
			return span{from: today.AddDays(-n), to: today}, nil
		case flt.Op == "next":
			return span{from: today, to: today.AddDays(n)}, nil
		case n >= today.Year():
			return span{}, bad(f.Key, "error.number")
		}
		return span{from: date.New(today.Year()-n, 1, 1), to: date.New(today.Year()-n, 12, 31)}, nil
	}
	var days []date.Date
	for _, v := range flt.Values {
		d := date.Date(strings.TrimSpace(v))
		if !d.Valid() || !d.HasYear() {
			return span{}, bad(f.Key, "error.date")
		}
		days = append(days, d)
	}
	switch flt.Op {
	case "before":
		last := days[0].AddDays(-1)
		return span{to: last, none: last == ""}, nil
	case "after":
		first := days[0].AddDays(1)
		return span{from: first, none: first == ""}, nil
	case "between":
		if len(days) != 2 {
			return span{}, bad(f.Key, "list.needs_two")
		}
		return span{from: days[0], to: days[1]}, nil
	}
	return span{from: days[0], to: days[0]}, nil
}

// ZoneOf finds the time zone of who asks, where a query names none. The package that
// keeps agencies sets it.
var ZoneOf = func(context.Context, *db.Tx) (*time.Location, error) { return time.UTC, nil }

// clock finds out when days begin and which one it is; most queries needn't know.
func (b *builder) clock(ctx context.Context) error {
	if b.zone == nil {
		v, err := b.tx.Memo("list.zone", func() (any, error) { return ZoneOf(ctx, b.tx) })
		if err != nil {
			return err
		}
		b.zone = v.(*time.Location)
	}
	b.today = date.Today(b.tx.Now.Time(), b.zone)
	return nil
}

// dated compares a date or a moment.
func (b *builder) dated(ctx context.Context, f Field, flt Filter) (string, error) {
	if err := b.clock(ctx); err != nil {
		return "", err
	}
	if cond, ok, err := b.yearly(f, flt); ok || err != nil {
		return cond, err
	}
	s, err := when(f, flt, b.today)
	if err != nil {
		return "", err
	}
	if s.none {
		return "1 = 0", nil
	}
	var conds []string
	if f.Kind == Stamp {
		if s.from != "" {
			conds = append(conds, f.SQL+" >= "+b.arg(b.dayStart(s.from)))
		}
		if end := s.to.AddDays(1); end != "" {
			conds = append(conds, f.SQL+" < "+b.arg(b.dayStart(end)))
		} else if s.from == "" {
			conds = append(conds, "1 = 1") // up to the last day that there is
		}
		return "(" + strings.Join(conds, " AND ") + ")", nil
	}
	// A date without its year, "--06-12", is neither before nor after another one; it
	// and "" sort before the digits.
	if s.from == "" {
		conds = append(conds, f.SQL+" >= '0'")
	} else {
		conds = append(conds, f.SQL+" >= "+b.arg(string(s.from)))
	}
	if s.to != "" {
		conds = append(conds, f.SQL+" <= "+b.arg(string(s.to)))
	}
	return "(" + strings.Join(conds, " AND ") + ")", nil
}

// dayStart is the moment at which a day begins, in microseconds.
func (b *builder) dayStart(d date.Date) int64 {
	t := d.Time()
	return int64(db.StampOf(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, b.zone)))
}

// yearly answers the operators that look at day and month alone, and "on" a day
// whose year isn't known.
func (b *builder) yearly(f Field, flt Filter) (cond string, ok bool, err error) {
	if f.Kind != Date {
		return "", false, nil
	}
	md := f.MonthDay
	if md == "" {
		md = "substr(" + f.SQL + ", length(" + f.SQL + ") - 4)"
	}
	v := ""
	if len(flt.Values) > 0 {
		v = strings.TrimSpace(flt.Values[0])
	}
	switch flt.Op {
	case "on":
		if d := date.Date(v); d.Valid() && !d.HasYear() {
			return f.SQL + " = " + b.arg(v), true, nil
		}
	case "md":
		if d := date.Date(v); d.Valid() {
			v = d.MonthDay()
		}
		if !date.Date("--" + v).Valid() {
			return "", true, bad(f.Key, "error.date")
		}
		return md + " = " + b.arg(v), true, nil
	case "inmonth":
		m, err := strconv.Atoi(v)
		if err != nil || m < 1 || m > 12 {
			return "", true, bad(f.Key, "list.needs_month")
		}
		return fmt.Sprintf("(%[1]s >= %[2]s AND %[1]s <= %[3]s)", md, b.arg(fmt.Sprintf("%02d-01", m)), b.arg(fmt.Sprintf("%02d-31", m))), true, nil
	case "due":
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || n > 366 {
			return "", true, bad(f.Key, "list.needs_days", "Max", 366)
		}
		return md + " IN {texts " + b.arg(db.Texts(b.anniversaries(n))) + "}", true, nil
	}
	return "", false, nil
}

// anniversaries are the days, "06-12", that are celebrated from today until n days
// later. Who was born on 29 February celebrates on 1 March in other years, as NextOn
// has it.
func (b *builder) anniversaries(n int) []string {
	var out []string
	for i := range n + 1 {
		d := b.today.AddDays(i)
		out = append(out, d.MonthDay())
		if d.MonthDay() == "03-01" && d.AddDays(-1).MonthDay() == "02-28" {
			out = append(out, "02-29")
		}
	}
	return out
}
