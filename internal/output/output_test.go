package output

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/xuri/excelize/v2"
)

var warsaw = time.FixedZone("CET", 3600)

// people is a table with a value of each kind.
func people(lang string) *Table {
	return &Table{Title: "Klienci", Subtitle: "Oddział to Kraków, nazwa zawiera „kow”", Agency: "Biuro Podróży Azymut", Lang: lang, Zone: warsaw,
		At: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), Columns: []Column{{"Nazwa", Text}, {"Telefon", Phone}, {"Rocznica", Day},
			{"Podróżni", Number}, {"Utworzono", Moment}}}
}

func rowsOf(list ...[]any) Rows {
	return func(yield func([]any, error) bool) {
		for _, r := range list {
			if !yield(r, nil) {
				return
			}
		}
	}
}

var sample = [][]any{
	{"Zażółć/Gęślą Jaźń", "+48 600 100 200", date.Date("1980-03-12"), int64(3), time.Date(2026, 1, 2, 23, 30, 0, 0, time.UTC)},
	{"Łącki; \"Biuro\"", "+1 415-555-0100", date.Date("--03-12"), int64(12345), time.Time{}},
	{"王芳明 山田太郎 김민수", nil, date.Date(""), nil, nil},
	{"Ελένη Παπαδοπούλου Олена Шевченко", "", date.Date("1899-05-05"), int64(-1), nil},
	{"=HYPERLINK(\"http://evil.example\")", "@SUM(1)", nil, nil, nil},
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	n, err := CSV(&b, people("pl"), rowsOf(sample...))
	if err != nil || n != 5 {
		t.Fatal(n, err)
	}
	want := "\uFEFFNazwa;Telefon;Rocznica;Podróżni;Utworzono\r\n" +
		"Zażółć/Gęślą Jaźń;+48 600 100 200;12.03.1980;3;03.01.2026 00:30\r\n" +
		"\"Łącki; \"\"Biuro\"\"\";+1 415 555 0100;12 mar;12345;\r\n" +
		"王芳明 山田太郎 김민수;;;;\r\n" +
		"Ελένη Παπαδοπούλου Олена Шевченко;;05.05.1899;-1;\r\n" +
		"\"'=HYPERLINK(\"\"http://evil.example\"\")\";'@SUM(1);;;\r\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	b.Reset()
	en := people("en")
	en.Order = date.MDY
	if _, err := CSV(&b, en, rowsOf(sample[0])); err != nil || !strings.Contains(b.String(), "Jaźń,+48 600 100 200,03/12/1980,3,01/03/2026 00:30") {
		t.Error(b.String(), err)
	}
}

func TestXLSX(t *testing.T) {
	var b bytes.Buffer
	if n, err := XLSX(&b, people("pl"), rowsOf(sample...)); err != nil || n != 5 {
		t.Fatal(n, err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := f.GetSheetList(); !slices.Equal(got, []string{"Klienci", "Informacje"}) {
		t.Error("sheets", got)
	}
	for cell, want := range map[string]string{"A1": "Nazwa", "A2": "Zażółć/Gęślą Jaźń", "B2": "+48 600 100 200", "C2": "12.03.1980", "D2": "3",
		"E2": "03.01.2026 00:30", "B3": "+1 415-555-0100", "C3": "12 mar", "D3": "12345", "C5": "05.05.1899", "D5": "-1",
		"A6": `=HYPERLINK("http://evil.example")`, "B6": "@SUM(1)"} {
		if got, err := f.GetCellValue("Klienci", cell); err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", cell, got, want, err)
		}
	}
	raw, err := f.GetCellValue("Klienci", "C2", excelize.Options{RawCellValue: true})
	if err != nil || raw != "29292" { // a real date
		t.Error(raw, err)
	}
	for _, cell := range []string{"A6", "B6"} {
		if formula, _ := f.GetCellFormula("Klienci", cell); formula != "" {
			t.Error("a formula:", formula)
		}
		if kind, _ := f.GetCellType("Klienci", cell); kind != excelize.CellTypeInlineString {
			t.Error("not a text:", kind)
		}
	}
	panes, err := f.GetPanes("Klienci")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Error(panes, err)
	}
	if about, _ := f.GetRows("Informacje"); len(about) != 5 || about[1][1] != people("pl").Subtitle {
		t.Error(about)
	}
	names := f.GetDefinedName()
	if len(names) != 2 || !strings.Contains(names[0].RefersTo+names[1].RefersTo, "'Klienci'!$A$1:$E$6") {
		t.Error(names)
	}
}

func TestSheetNames(t *testing.T) {
	for in, want := range map[string]string{"Klienci": "Klienci", "a/b:c": "a b c", "": "1", "''": "1", strings.Repeat("ł", 40): strings.Repeat("ł", 31)} {
		if got := sheetName(in); got != want {
			t.Errorf("%q became %q", in, got)
		}
	}
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 701: "ZZ", 702: "AAA"} {
		if got := column(i); got != want {
			t.Errorf("column %d is %s", i, got)
		}
	}
}

// TestFailing: an error of the rows and one of the receiver both come back.
func TestFailing(t *testing.T) {
	bad := errors.New("the database went away")
	rows := func(yield func([]any, error) bool) {
		for range 300 {
			if !yield(sample[0], nil) {
				return
			}
		}
		yield(nil, bad)
	}
	full := errors.New("the disk is full")
	for name, write := range map[string]func(io.Writer, *Table, Rows) (int64, error){"csv": CSV, "xlsx": XLSX, "pdf": PDF} {
		if n, err := write(io.Discard, people("pl"), rows); !errors.Is(err, bad) || n != 300 {
			t.Error(name, n, err)
		}
		if _, err := write(broken{full}, people("pl"), rowsOf(sample...)); !errors.Is(err, full) {
			t.Error(name, err)
		}
	}
}

type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

// many makes n rows of made-up clients.
func many(n int) Rows {
	return func(yield func([]any, error) bool) {
		row := make([]any, 5)
		for i := range n {
			row[0], row[1] = fmt.Sprintf("Kowalska-%d/Joanna", i), fmt.Sprintf("+48 600 %03d %03d", i/1000%1000, i%1000)
			row[2], row[3], row[4] = date.Date("1980-03-12"), int64(i), time.Unix(int64(i)*1000, 0)
			if !yield(row, nil) {
				return
			}
		}
	}
}

// peakOf is the most memory that was in use while rows went by, in bytes.
func peakOf(t *testing.T, n int, write func(io.Writer, *Table, Rows) (int64, error)) uint64 {
	t.Helper()
	var peak uint64
	rows := func(yield func([]any, error) bool) {
		i := 0
		for row, err := range many(n) {
			if i++; i%10000 == 0 {
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			}
			if !yield(row, err) {
				return
			}
		}
	}
	if got, err := write(io.Discard, people("pl"), rows); err != nil || got != int64(n) {
		t.Fatal(got, err)
	}
	return peak
}

// TestFlat: four times the rows need no more memory.
func TestFlat(t *testing.T) {
	for name, write := range map[string]func(io.Writer, *Table, Rows) (int64, error){"csv": CSV, "xlsx": XLSX} {
		few, lots := peakOf(t, 50_000, write), peakOf(t, 200_000, write)
		t.Logf("%s: %d kB with 50,000 rows, %d kB with 200,000", name, few>>10, lots>>10)
		if lots > few+512<<10 {
			t.Errorf("%s: memory grows with the rows", name)
		}
	}
}

func BenchmarkCSV(b *testing.B) {
	for range b.N {
		CSV(io.Discard, people("pl"), many(100_000))
	}
}

func BenchmarkXLSX(b *testing.B) {
	for range b.N {
		XLSX(io.Discard, people("pl"), many(100_000))
	}
}

// FuzzHarmless: whatever stands in a cell, no spreadsheet finds a formula in the
// file, neither in this separator nor in another one.
func FuzzHarmless(f *testing.F) {
	for _, s := range []string{"=1+1", "+48 600 100 200", "+48600100200", "-5", "@SUM(A1)", "\t=1", "\r=1", "＝1", " =1", "\u200b=1", "x,=cmd|' /C calc'!A0",
		"a;=1", "a\t=1", "a\n=1", "\"=1", "'=1", "+1|calc", "", "Łącka", "\xff=1", "\x00=1", "\u00a0+2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		table := &Table{Lang: "pl", Columns: []Column{{"A", Text}, {"B", Phone}}}
		var b bytes.Buffer
		if _, err := CSV(&b, table, rowsOf([]any{s, s})); err != nil {
			t.Fatal(err)
		}
		for _, sep := range ",;\t|" {
			r := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\uFEFF")))
			r.Comma, r.LazyQuotes, r.FieldsPerRecord = sep, true, -1
			list, err := r.ReadAll()
			if err != nil {
				t.Fatalf("%q: %v", sep, err)
			}
			for _, row := range list {
				for _, cell := range row {
					start, _, _ := strings.Cut(strings.TrimSpace(cell), string(breaks[0]))
					if i := strings.IndexAny(start, breaks); i >= 0 {
						start = start[:i]
					}
					if runs(cell) && strings.TrimSpace(cell) != "" && !dialled(strings.TrimSpace(start)) { // digits beside a blank are no formula, whatever follows
						t.Errorf("separator %q: %q from %q", sep, cell, s)
					}
				}
			}
		}
		b.Reset()
		if _, err := XLSX(&b, table, rowsOf([]any{s, s})); err != nil {
			t.Fatal(err)
		}
		x, err := excelize.OpenReader(&b)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		defer x.Close()
		for _, cell := range []string{"A2", "B2"} {
			if formula, _ := x.GetCellFormula("1", cell); formula != "" {
				t.Errorf("a formula of %q: %s", s, formula)
			}
			if kind, _ := x.GetCellType("1", cell); kind != excelize.CellTypeInlineString && kind != excelize.CellTypeUnset {
				t.Errorf("%q isn't a text but %v", s, kind)
			}
		}
	})
}

func TestHarmless(t *testing.T) {
	for in, want := range map[string]string{"+48 600 100 200": "+48 600 100 200", "+48600100200": "'+48600100200", "+1|calc": "'+1|calc",
		"-5": "'-5", "Kowalska": "Kowalska", "x, +48 600 100 200": "x, +48 600 100 200", "": "", " =1": "' =1", "＠x": "'＠x", "+48 600 A1": "'+48 600 A1"} {
		if got := Harmless(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"a,=cmd|' /C calc'!A0": "a,'=cmd|' /C calc'!A0", "a; -b": "a;' -b", "x, +48 600 100 200": "x, +48 600 100 200",
		"\t=1": "'\t'=1", "=1": "'=1", "a|b": "a|b"} {
		if got := Within(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"+48600100200": "+48 600100200", "+1 415-555-0100": "+1 415 555 0100", "600 100 200": "600 100 200"} {
		if got := Harmless(dial(in)); got != want {
			t.Errorf("the phone %q became %q, want %q", in, got, want)
		}
	}
}

// pdfText is what a reader finds in a PDF file.
// keep leaves a file to be looked at where CARNET_LOOK names a folder.
// TestReadable: nothing becomes a box, whatever was typed.
