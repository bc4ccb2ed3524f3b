package sheet

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/carnetcrm/carnet/internal/errs"
)

func known(s string) bool {
	return strings.Contains("|Name|E-mail|Tel.|Nazwisko|Imię|Uwagi|Notes|Apellidos|", "|"+s+"|")
}

func open(t *testing.T, data string, opt Options) *Table {
	t.Helper()
	if opt.Known == nil {
		opt.Known = known
	}
	tab, err := Open(strings.NewReader(data), int64(len(data)), opt)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return tab
}

func rows(t *testing.T, tab *Table) []Row {
	t.Helper()
	var out []Row
	for r, err := range tab.Rows() {
		if err != nil {
			t.Fatalf("Rows: %v", err)
		}
		out = append(out, r)
	}
	return out
}

func TestCSV(t *testing.T) {
	for name, c := range map[string]struct {
		data  string
		delim byte
		line  int // of the header
		want  [][]string
	}{
		"plain":              {"Name,E-mail\nJan,jan@example.pl\n", ',', 1, [][]string{{"Jan", "jan@example.pl"}}},
		"semicolon, CRLF":    {"Name;E-mail\r\nNowak, Jan;j@example.pl\r\n", ';', 1, [][]string{{"Nowak, Jan", "j@example.pl"}}},
		"tab, CR":            {"Name\tE-mail\rJan\tj@example.pl\rEwa\t\r", '\t', 1, [][]string{{"Jan", "j@example.pl"}, {"Ewa", ""}}},
		"pipe":               {"Name|E-mail\nJan|x\n", '|', 1, [][]string{{"Jan", "x"}}},
		"CR CR LF":           {"Name,E-mail\r\r\nJan,x\r\r\n", ',', 1, [][]string{{"Jan", "x"}}},
		"mark, NUL":          {"\xEF\xBB\xBFName,E-mail\nJ\x00an,x\n", ',', 1, [][]string{{"Jan", "x"}}},
		"quoted line break":  {"Name,Notes\nJan,\"one;\n\"\"two\"\"\"\nEwa,x", ',', 1, [][]string{{"Jan", "one;\n\"two\""}, {"Ewa", "x"}}},
		"blank before quote": {"Name, E-mail\n\"a, b\" , \"c\"\n", ',', 1, [][]string{{"a, b", "c"}}},
		"quotes inside":      {"Name,Notes\n\"Bob\" Smith,5\" disk\n", ',', 1, [][]string{{`"Bob" Smith`, `5" disk`}}},
		"title lines":        {"Client list 2024;;\r\n;;\r\nNazwisko;Imię;Uwagi\r\nNowak;Jan;\r\n", ';', 3, [][]string{{"Nowak", "Jan", ""}}},
		"blank rows":         {"Name,E-mail\n,\n\nJan,x\n,\n", ',', 1, [][]string{{"Jan", "x"}}},
		"header repeated":    {"Name,E-mail\nJan,x\nName,E-mail\nEwa,y\n", ',', 1, [][]string{{"Jan", "x"}, {"Ewa", "y"}}},
		"sep line":           {"sep=;\nName;E-mail\nJan;x\n", ';', 2, [][]string{{"Jan", "x"}}},
		"no header":          {"Jan Nowak;jan@example.pl\nEwa Lis;ewa@example.pl\n", ';', 0, [][]string{{"Jan Nowak", "jan@example.pl"}, {"Ewa Lis", "ewa@example.pl"}}},
		"one column":         {"E-mail\njan@example.pl\newa@example.pl\n", ',', 1, [][]string{{"jan@example.pl"}, {"ewa@example.pl"}}},
		"long and short":     {"Name,E-mail,Tel.\nJan\nEwa,a,b,c\n", ',', 1, [][]string{{"Jan"}, {"Ewa", "a", "b", "c"}}},
	} {
		tab := open(t, c.data, Options{})
		var got [][]string
		for _, r := range rows(t, tab) {
			if r.Fault != "" {
				t.Errorf("%s: line %d: %s", name, r.Line, r.Fault)
			}
			got = append(got, r.Cells)
		}
		if tab.Delimiter != c.delim || tab.HeaderLine != c.line || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: delimiter %q, header line %d, rows %q", name, tab.Delimiter, tab.HeaderLine, got)
		}
	}
}

// A quote that is never closed costs its own line, wherever it stands.
func TestBrokenQuote(t *testing.T) {
	head := "Name,Notes\n"
	var body strings.Builder
	for i := range 300 {
		fmt.Fprintf(&body, "N%d,\"x\"\n", i)
	}
	for name, data := range map[string]string{
		"last line":   head + body.String() + "Jan,\"broken",
		"first line":  head + "Jan,\"broken\n" + body.String(),
		"no others":   head + "Jan,\"broken\n" + strings.ReplaceAll(body.String(), `"`, ""),
		"in a middle": head + body.String() + "Jan,\"broken\n" + body.String(),
	} {
		good, bad := 0, 0
		for _, r := range rows(t, open(t, data, Options{})) {
			if r.Fault == "intake.problem.quote" && r.Cells[0] == "Jan" && r.Cells[1] == "broken" {
				bad++
			} else if r.Fault == "" {
				good++
			}
		}
		if want := strings.Count(data, "N") - 1; bad != 1 || good != want-1 { // two N are in the titles
			t.Errorf("%s: %d good of %d, %d bad", name, good, want-1, bad)
		}
	}
}

func TestLines(t *testing.T) {
	got := rows(t, open(t, "title\n\nName,Notes\nJan,\"a\nb\"\nEwa,c\n", Options{}))
	if got[0].Line != 4 || got[1].Line != 6 || got[0].Raw != "Jan,\"a\nb\"" {
		t.Errorf("%+v", got)
	}
	cut := rows(t, open(t, "Name,Notes\nJan,a\nEw", Options{}))
	if cut[0].Cut || !cut[1].Cut {
		t.Errorf("%+v", cut)
	}
}

func TestEncodings(t *testing.T) {
	polish := "Nazwisko;Imię;Uwagi\nŻółć;Łukasz;cichy pokój\nKwiatkowska-Święch;Grażyna;\n"
	spanish := "Apellidos;Name;Notes\nGarcía Ñíguez;José;cumpleaños\nMuñoz;Begoña;\n"
	german := "Name;Notes\nMüller;Größe über 1,80\nJäger;schön\n"
	hungarian := "Name;Notes\nSzőke Gergő;hűtő\nKőszegi Ödön;\n"
	gdansk := "Name;Notes\nJan;Gdańsk\n"
	enc := func(c interface{ String(string) (string, error) }, s string) string {
		out, err := c.String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, c := range []struct{ name, want, data, text string }{
		{"utf-8", UTF8, polish, polish},
		{"windows-1250", CP1250, enc(charmap.Windows1250.NewEncoder(), polish), polish},
		{"windows-1250, one letter", CP1250, enc(charmap.Windows1250.NewEncoder(), gdansk), gdansk},
		{"windows-1250 Hungarian", CP1250, enc(charmap.Windows1250.NewEncoder(), hungarian), hungarian},
		{"iso-8859-2", Latin2, enc(charmap.ISO8859_2.NewEncoder(), polish), polish},
		{"windows-1252 Spanish", CP1252, enc(charmap.Windows1252.NewEncoder(), spanish), spanish},
		{"windows-1252 German", "", enc(charmap.Windows1252.NewEncoder(), german), german},
		{"utf-16le with mark", UTF16LE, enc(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(), polish), polish},
		{"utf-16be with mark", UTF16BE, enc(unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder(), polish), polish},
		{"utf-16le bare", UTF16LE, enc(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder(), polish), polish},
		{"utf-8, cut letter", UTF8, polish + "Ż\xC3", polish + "Ż\uFFFD"},
	} {
		got, err := Detect(strings.NewReader(c.data), int64(len(c.data)))
		if err != nil {
			t.Fatal(err)
		}
		// Where two pages give the same text, either will do.
		if c.want != "" && got != c.want {
			t.Errorf("%s: detected %s", c.name, got)
		}
		text, _ := io.ReadAll(Decode(strings.NewReader(c.data), got))
		if s := strings.ToValidUTF8(string(text), "\uFFFD"); s != c.text {
			t.Errorf("%s as %s: %q", c.name, got, s)
		}
	}
}

func TestRefused(t *testing.T) {
	for name, data := range map[string]string{
		"empty": "", "blank": "\n \n\n", "pdf": "%PDF-1.7\n", "old Excel": "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
		"zip that is no workbook": "PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaaa", "binary": strings.Repeat("\x01\x02\x03abc", 200),
	} {
		if _, err := Open(strings.NewReader(data), int64(len(data)), Options{}); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	wide := "Name,E-mail\n" + strings.Repeat("a,", MaxColumns+5) + "\nJan,x\n"
	if got := rows(t, open(t, wide, Options{Delimiter: ','})); len(got) != 2 || got[0].Fault != "intake.problem.too_many_columns" {
		t.Errorf("a row that is too wide: %d rows", len(got))
	}
	long := "Name,E-mail\n" + strings.Repeat("a", MaxRecord+5) + ",b\nJan,x\n"
	if got := rows(t, open(t, long, Options{})); len(got) != 2 || got[0].Fault != "intake.problem.too_long" {
		t.Errorf("a row that is too long: %d rows", len(got))
	}
}

func TestXLSX(t *testing.T) {
	f := excelize.NewFile()
	f.SetSheetName("Sheet1", "About")
	f.NewSheet("Klienci")
	date, _ := f.NewStyle(&excelize.Style{NumFmt: 14})
	own := "dd.mm.yyyy"
	custom, _ := f.NewStyle(&excelize.Style{CustomNumFmt: &own})
	zip := "00000"
	zeros, _ := f.NewStyle(&excelize.Style{CustomNumFmt: &zip})
	for cell, v := range map[string]any{
		"A1": "Lista klientów 2024", "A3": "Nazwisko", "B3": "Tel.", "C3": "Imię", "D3": "Uwagi", "E3": "Name",
		"A4": "Żółć", "B4": 48600100200, "C4": time.Date(1980, 3, 12, 0, 0, 0, 0, time.UTC), "D4": time.Date(1979, 1, 2, 0, 0, 0, 0, time.UTC), "E4": 123,
		"A6": "Nowak", "B6": "600 100 200", "D6": 1234.5,
	} {
		if err := f.SetCellValue("Klienci", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	f.SetCellStyle("Klienci", "C4", "C4", date)
	f.SetCellStyle("Klienci", "D4", "D4", custom)
	f.SetCellStyle("Klienci", "E4", "E4", zeros)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	tab := open(t, b.String(), Options{})
	defer tab.Close()
	if tab.Format != "xlsx" || tab.Sheet != "Klienci" || tab.HeaderLine != 3 || len(tab.Sheets) != 2 {
		t.Fatalf("%+v", tab)
	}
	got := rows(t, tab)
	want := [][]string{{"Żółć", "48600100200", "1980-03-12", "1979-01-02", "00123"}, {"Nowak", "600 100 200", "", "1234.5"}}
	if len(got) != 2 || !reflect.DeepEqual(got[0].Cells, want[0]) || !reflect.DeepEqual(got[1].Cells, want[1]) || got[1].Line != 6 {
		t.Errorf("%+v", got)
	}
	if _, err := Open(bytes.NewReader(b.Bytes()[:b.Len()/2]), int64(b.Len()/2), Options{}); !errs.Is(err, errs.Invalid) {
		t.Errorf("half a workbook: %v", err)
	}
}

// TestNumbersAsShown reads a number as people call it where its format spells it out, and
// whole where it only makes it pretty.
func TestNumbersAsShown(t *testing.T) {
	f := excelize.NewFile()
	cells := []struct {
		format, want string
		value        any
	}{
		{"00-000", "30-015", 30015}, {"00-000", "00-950", 950}, {`"K-"00000`, "K-00017", 17}, {"0000/00", "2024/07", 202407}, {"mmm-yy", "2029-03-01", 47178},
		{"### ### ###", "600100200", 600100200}, {"#,##0", "1234", 1234}, {`#,##0 "zł"`, "1234", 1234}, {"0.00E+00", "48600100200", 48600100200}, {"0.00", "12.5", 12.5},
	}
	row := make([]any, len(cells))
	want := make([]string, len(cells))
	for i, c := range cells {
		style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &c.format})
		if err != nil {
			t.Fatal(err)
		}
		at, _ := excelize.CoordinatesToCellName(i+1, 2)
		f.SetCellStyle("Sheet1", at, at, style)
		row[i], want[i] = c.value, c.want
	}
	f.SetSheetRow("Sheet1", "A1", &[]any{"Name", "E-mail", "Tel.", "Uwagi"})
	f.SetSheetRow("Sheet1", "A2", &row)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	tab := open(t, b.String(), Options{})
	defer tab.Close()
	if got := rows(t, tab); len(got) != 1 || !reflect.DeepEqual(got[0].Cells, want) {
		t.Errorf("got %+v\nwant %v", got, want)
	}
}

// TestMergedCells: a cell over several rows is that of each of them.
func TestMergedCells(t *testing.T) {
	f := excelize.NewFile()
	f.SetSheetName("Sheet1", "Rodziny & s-ka")
	for at, row := range map[string][]any{"A1": {"Nazwisko", "Dane", nil}, "A2": {nil, "Name", "E-mail"}, "A3": {"Kos", "Jan", "jan@example.pl"}, "A4": {nil, "Ewa"}, "A7": {nil, "Ola", "ola@example.pl"}, "A8": {"Lis", "Adam"}} {
		if err := f.SetSheetRow("Rodziny & s-ka", at, &row); err != nil {
			t.Fatal(err)
		}
	}
	for from, to := range map[string]string{"A1": "A2", "B1": "C1", "A3": "A7", "C3": "C4"} {
		if err := f.MergeCell("Rodziny & s-ka", from, to); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	tab := open(t, b.String(), Options{})
	defer tab.Close()
	var got []string
	for _, r := range rows(t, tab) {
		got = append(got, strings.Join(r.Cells, " "))
	}
	want := []string{"Kos Jan jan@example.pl", "Kos Ewa jan@example.pl", "Kos Ola ola@example.pl", "Lis Adam"}
	if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(tab.Header, []string{"Nazwisko", "Name", "E-mail"}) {
		t.Errorf("%q of %q, want %q", got, tab.Header, want)
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"Name,E-mail\na,b\n", "a;\"b\nc\";d\n\"", "sep=|\na|b", "\xff\xfea\x00,\x00b\x00", "a\r\r\nb\r\"\"\r", "\"\"\"\n\"\"\"\n\"x\"y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tab, err := Open(strings.NewReader(s), int64(len(s)), Options{Known: known})
		if err != nil {
			return
		}
		defer tab.Close()
		line, n := 0, 0
		for r, err := range tab.Rows() {
			if err != nil {
				return
			}
			if r.Line <= line || len(r.Cells) == 0 {
				t.Fatalf("line %d after %d, %d cells", r.Line, line, len(r.Cells))
			}
			line = r.Line
			if n++; n > len(s)+1 {
				t.Fatal("more rows than bytes")
			}
		}
		if len(tab.Header) == 0 {
			t.Fatal("no titles")
		}
	})
}
