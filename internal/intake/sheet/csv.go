package sheet

import (
	"bytes"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/carnetcrm/carnet/internal/errs"
)

// openCSV detects encoding, delimiter and header of a delimited text.
func openCSV(r io.ReaderAt, size int64, opt Options) (*Table, error) {
	t := &Table{Format: "csv", Encoding: opt.Encoding, Delimiter: opt.Delimiter}
	if t.Encoding == "" {
		var err error
		if t.Encoding, err = Detect(r, size); err != nil {
			return nil, err
		}
	}
	open := func() io.Reader {
		return Lines(Decode(io.NewSectionReader(r, 0, size), t.Encoding))
	}
	head := make([]byte, 256<<10)
	n, err := io.ReadFull(open(), head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	head = head[:n]
	if len(bytes.TrimSpace(head)) == 0 {
		return nil, errs.New(errs.Invalid, "intake.error.empty")
	}
	skip := 0 // the "sep=;" line by which Excel is told the delimiter
	if len(head) >= 5 && strings.EqualFold(string(head[:4]), "sep=") {
		t.Delimiter, skip = head[4], 1
	}
	if t.Delimiter == 0 {
		t.Delimiter = sniffDelimiter(head)
	}
	t.rows = func() iter.Seq2[Row, error] { return records(open(), t.Delimiter, skip) }
	return t, t.findHeader(opt)
}

// sniffDelimiter tries each delimiter on the beginning of the file: the right one
// cuts most records into the same number of fields.
func sniffDelimiter(head []byte) byte {
	best, bestScore := byte(','), 0.0
	for _, d := range []byte(Delimiters) {
		counts, total := map[int]int{}, 0
		for row, err := range records(bytes.NewReader(head), d, 0) {
			if err != nil || total >= 60 {
				break
			}
			if row.Fault == "" && !row.Cut && !blank(row.Cells) {
				counts[len(row.Cells)]++
				total++
			}
		}
		if total == 0 { // a single line without line end
			counts[bytes.Count(head, []byte{d})+1]++
			total = 1
		}
		for fields, n := range counts {
			score := float64(n) / float64(total) * (1 + float64(min(fields, 12))/40)
			if fields > 1 && score > bestScore {
				best, bestScore = d, score
			}
		}
	}
	return best
}

// records streams the records of a text that went through Lines.
func records(r io.Reader, delim byte, skip int) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		s := &scanner{r: r, delim: delim, line: 1, buf: make([]byte, 0, 128<<10)}
		for {
			row, err := s.next()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(Row{}, err)
				return
			}
			if row.Line <= skip {
				continue
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// scanner cuts a stream into records. It keeps the current record in memory, so
// that it can return to the end of its first line when a quote is never closed.
type scanner struct {
	r      io.Reader
	delim  byte
	buf    []byte // unread bytes
	eof    bool
	line   int
	rescan int // bytes read again after broken quotes, to bound the work
}

// maxRescan bounds the bytes that are read twice because of broken quotes.
const maxRescan = 64 << 20

// next returns the next record, or io.EOF.
func (s *scanner) next() (Row, error) {
	for {
		n, state := cut(s.buf, s.delim, s.eof, s.rescan < maxRescan)
		switch {
		case state == cutMore && !s.eof:
			if err := s.fill(); err != nil {
				return Row{}, err
			}
			continue
		case len(s.buf) == 0:
			return Row{}, io.EOF
		}
		row := Row{Line: s.line}
		if state == cutBroken {
			s.rescan += n
			row.Fault = "intake.problem.quote"
			if n = bytes.IndexByte(s.buf, '\n') + 1; n == 0 {
				n = len(s.buf)
			}
		}
		raw := s.buf[:n]
		row.Cut = s.eof && n == len(s.buf) && raw[n-1] != '\n'
		s.line += bytes.Count(raw, []byte{'\n'})
		row.Raw = string(bytes.TrimSuffix(raw, []byte{'\n'}))
		s.buf = s.buf[n:]
		s.finish(&row)
		return row, nil
	}
}

// finish splits the record and applies the limits.
func (s *scanner) finish(row *Row) {
	if !utf8.ValidString(row.Raw) {
		row.Raw = strings.ToValidUTF8(row.Raw, "\uFFFD")
		row.Doubtful = true
	}
	if len(row.Raw) > MaxRecord {
		row.Fault, row.Cells = "intake.problem.too_long", []string{row.Raw[:200]}
		return
	}
	row.Cells = split(row.Raw, s.delim, row.Fault == "")
	if len(row.Cells) > MaxColumns {
		row.Fault, row.Cells = "intake.problem.too_many_columns", row.Cells[:MaxColumns]
	}
}

// fill reads more of the stream.
func (s *scanner) fill() error {
	if cap(s.buf)-len(s.buf) < 32<<10 {
		grown := make([]byte, len(s.buf), max(2*len(s.buf), 128<<10)+32<<10)
		copy(grown, s.buf)
		s.buf = grown
	}
	n, err := s.r.Read(s.buf[len(s.buf):cap(s.buf)])
	s.buf = s.buf[:len(s.buf)+n]
	if err == io.EOF {
		s.eof = true
		return nil
	}
	return err
}
