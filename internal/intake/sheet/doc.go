// Package sheet reads tables that other programs wrote: CSV of any delimiter,
// quoting and encoding, and XLSX. It finds the header below title lines, streams
// the rows with their line numbers, and reports a damaged row without losing the
// rows after it. What the columns mean is decided by package intake.
package sheet

import (
	"io"
	"iter"

	"github.com/carnetcrm/carnet/internal/errs"
)

// Limits of what is read. They stop a file that would exhaust the machine, not
// any client list that people have.
const (
	MaxColumns = 1000      // columns of one row
	MaxRecord  = 1 << 20   // bytes of one CSV record, quoted line breaks included
	MaxXLSX    = 200 << 20 // bytes of a workbook as uploaded
	maxUnzip   = 2 << 30   // bytes of a workbook unpacked
	spoolAbove = 16 << 20  // a worksheet larger than this is unpacked to disk
	peekRows   = 200       // rows looked at to find the header and to show a sample
)

// Row is one row of a table.
type Row struct {
	Line  int      // first physical line in the file, 1-based; the row number in a workbook
	Cells []string // trimmed of outer white space
	Raw   string   // the text as it stands in a CSV file; empty for a workbook

	// Fault is the translation key of what makes the row unreadable, or empty.
	// Cells are then a best guess for the error file, not to be imported.
	Fault string
	// Cut says that the file ends within this row, without a line end.
	Cut bool
	// Doubtful says that bytes of the row were not valid in the file's encoding.
	Doubtful bool
}

// Options steer Open. The zero value detects everything.
type Options struct {
	Sheet     string                  // worksheet by name; "" the first with data
	Encoding  string                  // as in Table.Encoding; "" detected
	Delimiter byte                    // 0 detected
	Known     func(title string) bool // reports a column title that the caller knows
}

// Table is an opened file. It holds no rows but the sample.
type Table struct {
	Format     string   // "csv" or "xlsx"
	Encoding   string   // ID of one of Encodings
	Delimiter  byte     // ',' ';' '\t' '|'; 0 for a workbook
	Sheet      string   // worksheet that is read
	Sheets     []string // all worksheets
	Header     []string // titles; "A", "B" ... when the file has no header
	HeaderLine int      // line of the header, 0 when the file has none
	Sample     []Row    // first rows below the header

	rows  func() iter.Seq2[Row, error]
	close func() error
}

// Open reads the beginning of r, decides what it is and finds the header. It
// returns an errs.Invalid error for a file that holds no table.
func Open(r io.ReaderAt, size int64, opt Options) (*Table, error) {
	if opt.Known == nil {
		opt.Known = func(string) bool { return false }
	}
	head := make([]byte, 8)
	n, err := r.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch head := string(head[:n]); {
	case size == 0 || n == 0:
		return nil, errs.New(errs.Invalid, "intake.error.empty")
	case len(head) >= 4 && head[:4] == "PK\x03\x04":
		return openXLSX(r, size, opt)
	case len(head) >= 4 && head[:4] == "\xD0\xCF\x11\xE0":
		return nil, errs.New(errs.Invalid, "intake.error.old_excel")
	case len(head) >= 4 && (head[:4] == "%PDF" || head[:4] == "\x89PNG" || head[:3] == "\xFF\xD8\xFF" || head[:3] == "\x1f\x8b\x08"):
		return nil, errs.New(errs.Invalid, "intake.error.not_a_table")
	}
	return openCSV(r, size, opt)
}

// Rows streams the rows below the header. Each call starts again from the top.
// Blank rows and repeated headers are left out. An error ends the sequence.
func (t *Table) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for row, err := range t.rows() {
			if err != nil {
				yield(Row{}, err)
				return
			}
			if row.Line <= t.HeaderLine || row.Fault == "" && (blank(row.Cells) || t.repeatsHeader(row.Cells)) {
				continue
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// Close frees what Open holds. The caller closes the reader itself.
func (t *Table) Close() error {
	if t.close == nil {
		return nil
	}
	return t.close()
}

// repeatsHeader reports a header line in the middle, as joined exports have it.
func (t *Table) repeatsHeader(cells []string) bool {
	if t.HeaderLine == 0 || len(cells) < 2 || len(cells) > len(t.Header) {
		return false
	}
	for i, c := range cells {
		if c != t.Header[i] {
			return false
		}
	}
	return true
}

func blank(cells []string) bool {
	for _, c := range cells {
		if c != "" {
			return false
		}
	}
	return true
}
