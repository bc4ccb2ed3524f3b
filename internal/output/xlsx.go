package output

import (
	"archive/zip"
	"bufio"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/i18n"
)

// MaxXLSX is how many rows a sheet holds below its header.
const MaxXLSX = 1<<20 - 1

// ErrTooMany reports more rows than a format holds.
var ErrTooMany = errors.New("output: more rows than the format holds")

// The styles of cells, in the order of the part styles.xml.
const (
	styleGeneral = iota
	styleText    // as text, marked as such: never a formula, whoever edits it
	styleNumber
	styleDay
	styleMoment
	styleHead
)

// XLSX writes a table as a workbook: the rows with a frozen header and filters, and
// a second sheet that says what they are. Rows go straight into the file; nothing is
// kept. Dates and numbers are real ones. It returns how many rows it has written,
// and ErrTooMany behind row MaxXLSX.
func XLSX(w io.Writer, t *Table, rows Rows) (n int64, err error) {
	l := i18n.For(t.Lang)
	z := zip.NewWriter(w)
	head, rest, err := peek(rows, sampled)
	if err != nil {
		return 0, err
	}
	part, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return 0, fmt.Errorf("writing XLSX: %w", err)
	}
	s := &sheet{Writer: bufio.NewWriterSize(part, 64<<10), t: t, l: l}
	s.begin(head)
	for row, err := range rest {
		if err != nil {
			return n, err
		}
		if n == MaxXLSX {
			return n, ErrTooMany
		}
		n++
		if err := s.row(int(n)+1, row); err != nil {
			return n, fmt.Errorf("writing XLSX: %w", err)
		}
	}
	s.end(int(n))
	if err := s.Flush(); err != nil {
		return n, fmt.Errorf("writing XLSX: %w", err)
	}
	if err := t.book(z, l, n); err != nil {
		return n, fmt.Errorf("writing XLSX: %w", err)
	}
	if err := z.Close(); err != nil {
		return n, fmt.Errorf("writing XLSX: %w", err)
	}
	return n, nil
}

// sheet writes the part with the rows.
type sheet struct {
	*bufio.Writer
	t *Table
	l *i18n.Localizer
	b []byte
}

func (s *sheet) begin(head [][]any) {
	s.WriteString(xml.Header + `<worksheet xmlns="` + spreadsheet + `"><sheetViews><sheetView tabSelected="1" workbookViewId="0">` +
		`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/></sheetView></sheetViews>`)
	if len(s.t.Columns) > 0 {
		s.WriteString("<cols>")
		for i, w := range s.t.letters(head, s.l) {
			fmt.Fprintf(s, `<col min="%d" max="%d" width="%d" customWidth="1"/>`, i+1, i+1, min(max(w+3, 8), 60))
		}
		s.WriteString("</cols>")
	}
	s.WriteString(`<sheetData><row r="1">`)
	for i, c := range s.t.Columns {
		s.cell(i, 1, c.Label, styleHead)
	}
	s.WriteString("</row>")
}

// row writes a row. An error of an earlier write is the error of this one.
func (s *sheet) row(n int, row []any) error {
	s.WriteString(`<row r="`)
	s.Write(strconv.AppendInt(s.b[:0], int64(n), 10))
	s.WriteString(`">`)
	for i, v := range row[:len(s.t.Columns)] {
		switch x := v.(type) {
		case int64:
			s.number(i, n, strconv.FormatInt(x, 10), styleNumber)
		case json.Number:
			s.number(i, n, x.String(), styleGeneral)
		case date.Date:
			if serial, ok := serialOf(x); ok {
				s.number(i, n, strconv.Itoa(serial), styleDay)
			} else {
				s.cell(i, n, s.t.text(x, s.l), styleText)
			}
		case time.Time:
			if x.IsZero() {
				continue
			}
			x = x.In(s.t.zone())
			serial, _ := serialOf(date.Of(x))
			clock := float64(x.Hour()*3600+x.Minute()*60+x.Second()) / 86400
			s.number(i, n, strconv.FormatFloat(float64(serial)+clock, 'f', 6, 64), styleMoment)
		default:
			s.cell(i, n, s.t.text(v, s.l), styleText)
		}
	}
	_, err := s.WriteString("</row>")
	return err
}

// cell writes a text, nothing for an empty one.
func (s *sheet) cell(col, row int, text string, style int) {
	if text == "" {
		return
	}
	s.ref(col, row, style)
	s.WriteString(` t="inlineStr"><is><t xml:space="preserve">`)
	xml.EscapeText(s, []byte(clip(tidy(text), maxCell)))
	s.WriteString("</t></is></c>")
}

func (s *sheet) number(col, row int, n string, style int) {
	s.ref(col, row, style)
	s.WriteString("><v>")
	s.WriteString(n)
	s.WriteString("</v></c>")
}

func (s *sheet) ref(col, row, style int) {
	s.b = append(append(s.b[:0], `<c r="`...), column(col)...)
	s.b = append(strconv.AppendInt(s.b, int64(row), 10), `" s="`...)
	s.b = append(strconv.AppendInt(s.b, int64(style), 10), '"')
	s.Write(s.b)
}

func (s *sheet) end(rows int) {
	s.WriteString("</sheetData>")
	if len(s.t.Columns) > 0 {
		fmt.Fprintf(s, `<autoFilter ref="A1:%s%d"/>`, column(len(s.t.Columns)-1), rows+1)
	}
	s.WriteString(`<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>` +
		`<pageSetup orientation="landscape" fitToHeight="0"/></worksheet>`)
}

// maxCell is the longest text of a cell, in units of UTF-16.
const maxCell = 32767

// clip cuts a text to n units of UTF-16.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i, r := range s {
		if n -= utf16.RuneLen(r); n < 0 {
			return s[:i]
		}
	}
	return s
}

// column is the name of a column: A, B ... Z, AA.
func column(i int) string {
	if i < 26 {
		return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i : i+1]
	}
	return column(i/26-1) + column(i%26)
}

// serialOf counts days as a spreadsheet does; it knows none before March 1900, where
// programs disagree, and none without a year.
func serialOf(d date.Date) (int, bool) {
	if !d.Valid() || !d.HasYear() || d < "1900-03-01" {
		return 0, false
	}
	return date.Date("1899-12-30").DaysUntil(d)
}

// letters guesses how many letters wide each column is, by its label and the first
// rows.
func (t *Table) letters(head [][]any, l *i18n.Localizer) []int {
	out := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = letters(c.Label)
		for _, row := range head {
			line, _, _ := strings.Cut(t.text(row[i], l), "\n")
			out[i] = max(out[i], letters(line))
		}
	}
	return out
}

// letters is the width of a text in letters; those of Chinese and the like are two.
func letters(s string) (n int) {
	for _, r := range s {
		if n++; r >= 0x1100 && r < 0xFF61 && (r < 0x2000 || r > 0x2E7F) {
			n++
		}
	}
	return n
}
