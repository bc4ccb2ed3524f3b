package sheet

import (
	"fmt"
	"io"
	"iter"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/xuri/excelize/v2"

	"github.com/carnetcrm/carnet/internal/errs"
)

// openXLSX opens a workbook. Large worksheets are unpacked to disk and streamed.
func openXLSX(r io.ReaderAt, size int64, opt Options) (*Table, error) {
	if size > MaxXLSX {
		return nil, errs.New(errs.TooLarge, "intake.error.too_large", "Max", MaxXLSX>>20)
	}
	f, err := excelize.OpenReader(io.NewSectionReader(r, 0, size), excelize.Options{
		UnzipSizeLimit: maxUnzip, UnzipXMLSizeLimit: spoolAbove, ShortDatePattern: "yyyy-mm-dd",
	})
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "intake.error.workbook")
	}
	t := &Table{Format: "xlsx", Encoding: UTF8, Sheets: f.GetSheetList(), close: f.Close}
	from1904 := false // workbooks of old Macs count the days from another year
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		from1904 = *props.Date1904
	}
	pick := t.Sheets
	if opt.Sheet != "" {
		pick = []string{opt.Sheet}
	}
	for _, name := range pick {
		t.Sheet = name
		var merged []merge
		if merged, err = merges(r, size, name); err != nil {
			break
		}
		t.rows = func() iter.Seq2[Row, error] { return fillDown(worksheet(f, t.Sheet, from1904), merged) }
		if err = t.findHeader(opt); err == nil {
			return t, nil
		}
	}
	f.Close()
	if err == nil || !errs.Is(err, errs.Invalid) {
		err = errs.Wrap(err, errs.Invalid, "intake.error.workbook")
	}
	return nil, err
}

// worksheet streams one sheet. It reads it twice side by side: the stored numbers,
// because a phone number shown as 4.86E+10 is whole in the file, and the formatted
// text, because only the format tells that a number is a date.
func worksheet(f *excelize.File, name string, from1904 bool) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		raw, err := f.Rows(name)
		if err != nil {
			yield(Row{}, errs.Wrap(err, errs.Invalid, "intake.error.workbook"))
			return
		}
		defer raw.Close()
		shown, err := f.Rows(name)
		if err != nil {
			yield(Row{}, errs.Wrap(err, errs.Invalid, "intake.error.workbook"))
			return
		}
		defer shown.Close()
		for line := 1; raw.Next(); line++ {
			values, err := raw.Columns(excelize.Options{RawCellValue: true})
			var texts []string
			if err == nil && shown.Next() {
				texts, err = shown.Columns()
			}
			if err != nil {
				yield(Row{}, errs.Wrap(fmt.Errorf("row %d: %w", line, err), errs.Invalid, "intake.error.workbook"))
				return
			}
			row := Row{Line: line, Cells: cells(values, texts, from1904)}
			if len(row.Cells) > MaxColumns {
				row.Fault, row.Cells = "intake.problem.too_many_columns", row.Cells[:MaxColumns]
			}
			if !yield(row, nil) {
				return
			}
		}
		if err := raw.Error(); err != nil {
			yield(Row{}, errs.Wrap(err, errs.Invalid, "intake.error.workbook"))
		}
	}
}

func cells(values, texts []string, from1904 bool) []string {
	out := make([]string, len(values))
	for i, v := range values {
		text := ""
		if i < len(texts) {
			text = texts[i]
		}
		out[i] = strings.TrimSpace(cell(v, text, from1904))
	}
	return out
}

// dateText is what a formatted date or date-time looks like; an amount or a
// percentage doesn't.
var dateText = regexp.MustCompile(`^(\d{1,4}[-./ ]\d{1,2}[-./ ]\d{1,4}|\d{1,2}[-./ ]*\p{L}{3,}\.?[-./, ]*\d{2,4}|\p{L}{3,}\.?,? .*\d{4}|\d{1,2}[-./]\p{L}{3,}|(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[- ]\d{2,4}$)`)

// spelled reports whether the format only puts something between or before the digits of
// a whole number, so that what is shown is what people call it: 30-015 of a postal code
// that is stored as 30015, K-00017 of an account code.
func spelled(value, text string) bool {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
	return strings.TrimLeft(digits, "0") == value && !strings.ContainsFunc(text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) &&
		strings.ContainsFunc(strings.TrimLeft(text, "-"), func(r rune) bool { return r == '-' || r == '/' || unicode.IsLetter(r) })
}

// cell chooses between the stored value and what Excel shows.
func cell(value, text string, from1904 bool) string {
	if value == text || value == "" {
		return text
	}
	n, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return text
	}
	if dateText.MatchString(text) && n >= 0 && n < 120000 {
		if n < 1 {
			return ""
		}
		if t, err := excelize.ExcelDateToTime(n, from1904); err == nil {
			return t.Round(time.Second).Format("2006-01-02")
		}
		return text
	}
	// A number: all its digits, never in scientific notation. Leading zeros that
	// only the format adds (a postal code 00123) come from the shown text.
	if strings.HasPrefix(text, "0") && !strings.ContainsAny(text, ".,Ee%") || spelled(value, text) {
		return text
	}
	if n == float64(int64(n)) && n < 1e15 && n > -1e15 {
		return strconv.FormatInt(int64(n), 10)
	}
	return value
}
