package intake

import (
	"io"
	"iter"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/intake/sheet"
	"github.com/carnetcrm/carnet/internal/intake/vcard"
)

// OpenOptions steer Open where the user corrects what was detected.
type OpenOptions struct {
	Sheet     string     // worksheet of a workbook
	Encoding  string     // as in sheet.Table
	Delimiter byte       // of a CSV file
	DateOrder date.Order // where the values leave it open: that of the agency
}

// File is an opened client list: a table or address cards.
type File struct {
	Table *sheet.Table // nil for address cards
	Match Match        // product and proposed mapping; no columns for cards

	r    io.ReaderAt
	size int64
}

// Open detects what a file is and proposes a mapping. It reads from r as long as the
// File is in use, and returns an errs.Invalid error for what isn't a client list.
func Open(r io.ReaderAt, size int64, opt OpenOptions) (*File, error) {
	head := make([]byte, 256)
	n, err := r.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	f := &File{r: r, size: size}
	if vcard.Is(head[:n]) {
		f.Match = Match{Product: ProductVCard, Confidence: 1, Mapping: Mapping{Product: ProductVCard, System: ProductVCard}}
		return f, nil
	}
	f.Table, err = sheet.Open(r, size, sheet.Options{Sheet: opt.Sheet, Encoding: opt.Encoding, Delimiter: opt.Delimiter, Known: Known})
	if err != nil {
		return nil, err
	}
	f.Match = Recognise(f.Table.Header, f.sample(), opt.DateOrder)
	return f, nil
}

// Delimiters are those that OpenOptions take.
const Delimiters = sheet.Delimiters

// EncodingIDs are the encodings that OpenOptions take.
func EncodingIDs() (out []string) {
	for _, e := range sheet.Encodings {
		out = append(out, e.ID)
	}
	return out
}

// EncodingName is what people call an encoding.
func EncodingName(id string) string {
	e, _ := sheet.EncodingOf(id)
	return e.Name
}

// Close frees what Open holds; the caller closes the reader.
func (f *File) Close() error {
	if f.Table == nil {
		return nil
	}
	return f.Table.Close()
}

// Cards reports whether the file holds address cards, which need no mapping.
func (f *File) Cards() bool { return f.Table == nil }

// sample returns the cells of the first rows.
func (f *File) sample() [][]string {
	var out [][]string
	for _, row := range f.Table.Sample {
		if row.Fault == "" {
			out = append(out, row.Cells)
		}
	}
	return out
}

// Result is what became of one or several rows, or of a card.
type Result struct {
	Record   Record
	Problems []Problem
	Rows     []sheet.Row // the rows it was made of; for a card one row with its text
}

// Refused reports whether the record must not be imported.
func (r Result) Refused() bool { return Refused(r.Problems) }

// Records streams the records of the file. Consecutive rows of one client are
// joined. An error ends the sequence; what was read before stands.
func (f *File) Records(m Mapping, opt Options) iter.Seq2[Result, error] {
	if f.Cards() {
		return f.cardRecords(m, opt)
	}
	opt.Delimiter = f.Table.Delimiter
	return func(yield func(Result, error) bool) {
		p := NewMapper(m, opt)
		var held []Result // a client whose next row may follow, and refused rows after it
		flush := func() bool {
			for _, r := range held {
				if !yield(r, nil) {
					return false
				}
			}
			held = held[:0]
			return true
		}
		for row, err := range f.Table.Rows() {
			if err != nil {
				if flush() {
					yield(Result{}, err)
				}
				return
			}
			rec, problems := p.Apply(row)
			res := Result{rec, problems, []sheet.Row{row}}
			if len(held) > 0 && !res.Refused() && held[0].joins(res, m.Merge) {
				p.join(&held[0], res)
				continue
			}
			if waits := res.Refused() && len(held) > 0 && len(held) < maxJoined; !waits && !flush() {
				return
			}
			if held = append(held, res); m.Merge == "" && !flush() {
				return
			}
		}
		flush()
	}
}

// maxJoined bounds the rows of one client.
const maxJoined = 500

// joins reports whether next is about the same client.
func (r *Result) joins(next Result, by string) bool {
	a, b := r.Record.Client, next.Record.Client
	if by == "" || r.Refused() || len(r.Rows) >= maxJoined {
		return false
	}
	switch by {
	case "client.external_id":
		return len(a.ExternalIDs) > 0 && len(b.ExternalIDs) > 0 && a.ExternalIDs[0] == b.ExternalIDs[0]
	case "client.code":
		return a.Code != "" && a.Code == b.Code
	case "client.name":
		return a.Name != "" && a.Name == b.Name
	}
	return false
}
