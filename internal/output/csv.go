package output

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/i18n"
)

// CSV writes a table as CSV in UTF-8, with a mark at its beginning by which
// spreadsheets know that, and the separator that they expect in the language: where
// the comma is for decimals, the semicolon is for columns. It returns how many rows
// it has written.
func CSV(w io.Writer, t *Table, rows Rows) (n int64, err error) {
	out := &csvWriter{w: bufio.NewWriterSize(w, 64<<10), sep: ';'}
	if t.Lang == "en" {
		out.sep = ','
	}
	out.w.WriteString("\uFEFF")
	for i, c := range t.Columns {
		out.cell(i, Within(tidy(c.Label)))
	}
	out.w.WriteString("\r\n")
	l := i18n.For(t.Lang)
	for row, err := range rows {
		if err != nil {
			return n, err
		}
		for i, v := range row[:len(t.Columns)] {
			out.cell(i, t.csvText(v, t.Columns[i].Kind, l))
		}
		if _, err := out.w.WriteString("\r\n"); err != nil {
			return n, fmt.Errorf("writing CSV: %w", err)
		}
		n++
	}
	if err := out.w.Flush(); err != nil {
		return n, fmt.Errorf("writing CSV: %w", err)
	}
	return n, nil
}

// csvText is a value as a spreadsheet reads it back: numbers without separators,
// dates in digits.
func (t *Table) csvText(v any, k Kind, l *i18n.Localizer) string {
	switch x := v.(type) {
	case int64:
		return strconv.FormatInt(x, 10)
	case json.Number: // a spreadsheet of the language reads its point
		return strings.Replace(x.String(), ".", strings.Trim(l.Decimal(0.5, 1), "05"), 1)
	case string:
		if k == Phone {
			x = dial(x)
		}
		return Within(tidy(x))
	case date.Date, time.Time, bool:
		return t.text(v, l)
	}
	return ""
}

type csvWriter struct {
	w   *bufio.Writer
	sep byte
}

// cell writes a value. Whatever any program could take for a separator is quoted,
// not only the separator of this file: cut elsewhere, the middle of a text could
// become the beginning of a cell.
func (c *csvWriter) cell(i int, s string) {
	if i > 0 {
		c.w.WriteByte(c.sep)
	}
	if !strings.ContainsAny(s, breaks) && s == strings.TrimSpace(s) {
		c.w.WriteString(s)
		return
	}
	c.w.WriteByte('"')
	c.w.WriteString(strings.ReplaceAll(s, `"`, `""`))
	c.w.WriteByte('"')
}
