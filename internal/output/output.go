// Package output writes tables as files: CSV, XLSX, PDF, and sheets of labels and
// address cards. The writers know nothing of where the rows come from: they take
// them one by one and, but for PDF, keep none, so that a million rows need no more
// memory than ten.
package output

import (
	"encoding/json"
	"iter"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/i18n"
)

// Kind is what the values of a column are.
type Kind string

// The kinds of columns.
const (
	Text   Kind = "text"
	Phone  Kind = "phone"
	Number Kind = "number" // int64
	Day    Kind = "date"   // date.Date, also without a year
	Moment Kind = "stamp"  // time.Time
)

// Column is a column of a table.
type Column struct {
	Label string // in the reader's language
	Kind  Kind
}

// Table is what stands around the rows.
type Table struct {
	Title    string
	Subtitle string // what was asked for, in words
	Agency   string
	Lang     string         // of formats and of the few words that the files say themselves
	Order    date.Order     // in which the reader writes dates
	Zone     *time.Location // of moments; nil is UTC
	At       time.Time      // when the table is made
	Letter   bool           // paper of North America, else A4
	Columns  []Column
}

// Rows are the rows of a table: as many values as the table has columns, each a
// string, int64, json.Number, bool, date.Date, time.Time or nil. The slice may be used again for
// the next row.
type Rows = iter.Seq2[[]any, error]

// text writes a value as a person of the table's language reads it.
func (t *Table) text(v any, l *i18n.Localizer) string {
	switch x := v.(type) {
	case string:
		return tidy(x)
	case int64:
		return l.Number(x)
	case json.Number:
		n, err := x.Float64()
		if err != nil {
			return x.String()
		}
		_, part, _ := strings.Cut(x.String(), ".")
		return l.Decimal(n, len(part))
	case bool:
		if x {
			return l.T("common.yes")
		}
		return l.T("common.no")
	case date.Date:
		return t.day(x, l)
	case time.Time:
		if x.IsZero() {
			return ""
		}
		x = x.In(t.zone())
		return l.DateInput(date.Of(x), t.Order) + " " + x.Format("15:04")
	}
	return ""
}

// day writes a date in digits; one without a year with the month as a word, because
// digits would be mistaken.
func (t *Table) day(d date.Date, l *i18n.Localizer) string {
	if d.HasYear() {
		return l.DateInput(d, t.Order)
	}
	return l.Date(d)
}

func (t *Table) zone() *time.Location {
	if t.Zone == nil {
		return time.UTC
	}
	return t.Zone
}

// made is when the table was made, in the reader's words.
func (t *Table) made(l *i18n.Localizer) string { return l.DateTime(t.At, t.zone()) }

// tidy takes out what no file can hold: bytes that are no text, and control
// characters but line breaks and tabs.
func tidy(s string) string {
	if !strings.ContainsFunc(s, odd) && utf8.ValidString(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if odd(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

func odd(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f || r == 0xFFFE || r == 0xFFFF
}
