package intake

import (
	"encoding/csv"
	"io"
	"strings"

	"github.com/carnetcrm/carnet/internal/intake/sheet"
	"github.com/carnetcrm/carnet/internal/output"
)

// ErrorFile writes the refused rows back, each with the reason, so that they can be
// corrected and imported again. A table becomes CSV in UTF-8 with the original titles
// and delimiter and one column in front, which Recognise leaves out; cards become
// cards with an X-CARNET-REASON property.
type ErrorFile struct {
	w     io.Writer
	csv   *csv.Writer // nil for cards
	width int
}

// NewErrorFile begins an error file for f. title is the translated title of the
// column with the reasons.
func NewErrorFile(w io.Writer, f *File, title string) (*ErrorFile, error) {
	e := &ErrorFile{w: w}
	if f.Cards() {
		return e, nil
	}
	// The mark tells a spreadsheet program that the file is UTF-8.
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return nil, err
	}
	e.csv = csv.NewWriter(w)
	e.csv.Comma = ';'
	if d := f.Table.Delimiter; d != 0 {
		e.csv.Comma = rune(d)
	}
	e.csv.UseCRLF = true
	e.width = len(f.Table.Header)
	return e, e.csv.Write(append([]string{ReasonMark + title}, safeCells(f.Table.Header)...))
}

// Name proposes the name of the file by that of the original.
func (e *ErrorFile) Name(original string) string {
	if i := strings.LastIndexByte(original, '.'); i > 0 {
		original = original[:i]
	}
	if e.csv == nil {
		return original + "-errors.vcf"
	}
	return original + "-errors.csv"
}

// Add writes the rows of a refused result with the reason in the user's language.
func (e *ErrorFile) Add(reason string, rows ...sheet.Row) error {
	for _, row := range rows {
		if e.csv == nil {
			if err := e.card(reason, row.Raw); err != nil {
				return err
			}
			continue
		}
		cells := append([]string{}, row.Cells...)
		for len(cells) < e.width {
			cells = append(cells, "")
		}
		if err := e.csv.Write(append([]string{safeCell(reason)}, safeCells(cells)...)); err != nil {
			return err
		}
	}
	return nil
}

// card writes one card; a cut-off card gets its end.
func (e *ErrorFile) card(reason, raw string) error {
	first, rest, _ := strings.Cut(raw, "\n")
	if !strings.Contains(strings.ToUpper(rest), "END:VCARD") {
		rest += "END:VCARD\n"
	}
	reason = strings.NewReplacer("\n", " ", "\r", " ", `\`, `\\`, ",", `\,`, ";", `\;`).Replace(reason)
	_, err := io.WriteString(e.w, first+"\nX-CARNET-REASON:"+reason+"\n"+rest)
	return err
}

// Flush writes what is buffered and returns the first error of all writing.
func (e *ErrorFile) Flush() error {
	if e.csv == nil {
		return nil
	}
	e.csv.Flush()
	return e.csv.Error()
}

// safeCell keeps a spreadsheet program from taking a value for a formula, also one with
// other habits, which cuts it at a separator inside. Plain undoes it when the file comes
// back.
func safeCell(s string) string { return output.Within(s) }

func safeCells(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = safeCell(s)
	}
	return out
}
