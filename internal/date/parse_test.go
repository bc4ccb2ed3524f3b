package date

import (
	"encoding/csv"
	"os"
	"testing"
	"time"
)

const testToday = Date("2026-11-22")

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text string
		o    Order
		want Date
	}{
		{"1980-03-12", MDY, "1980-03-12"}, {" 1980-3-2 ", DMY, "1980-03-02"}, {"1980/03/12", DMY, "1980-03-12"},
		{"1980.03.12", DMY, "1980-03-12"}, {"19800312", DMY, "1980-03-12"},
		{"1980-03-12T00:00:00Z", DMY, "1980-03-12"}, {"1980-03-12T23:00:00.000+0100", DMY, "1980-03-12"},
		{"1980-03-12 00:00:00", DMY, "1980-03-12"}, {"1980-03-12T22:00:00.000000Z", DMY, "1980-03-12"},
		{"3/12/1980 12:00:00 AM", MDY, "1980-03-12"}, {"12.03.1980 0:00", DMY, "1980-03-12"},
		{"3/12/1980, 1:05 p.m.", MDY, "1980-03-12"},
		{"12.3.80", DMY, "1980-03-12"}, {"12.3.80", MDY, "1980-03-12"}, {"1.2.80", MDY, "1980-02-01"},
		{"12/3/1980", DMY, "1980-03-12"}, {"3/12/1980", MDY, "1980-03-12"}, {"01/31/1970", DMY, "1970-01-31"},
		{"31/01/1970", MDY, "1970-01-31"}, {"12-03-1980", DMY, "1980-03-12"}, {"80/03/12", YMD, "1980-03-12"},
		{"80-03-12", DMY, "1980-03-12"}, {"12. 3. 1980", DMY, "1980-03-12"}, {"12 / 3 / 1980", DMY, "1980-03-12"},
		{"12 3 1980", DMY, "1980-03-12"}, {"12.3.1980.", DMY, "1980-03-12"},
		{"1-Feb-1980", DMY, "1980-02-01"}, {"01-FEB-80", DMY, "1980-02-01"}, {"01FEB80", DMY, "1980-02-01"},
		{"Feb 1, 1980", DMY, "1980-02-01"}, {"February 1st 1980", DMY, "1980-02-01"}, {"1980-Mar-12", DMY, "1980-03-12"},
		{"12 marca 1980", DMY, "1980-03-12"}, {"12 marca 1980 r.", DMY, "1980-03-12"}, {"czwartek, 12 marca 1980 roku", DMY, "1980-03-12"},
		{"3 października 1975", DMY, "1975-10-03"}, {"12.III.1980", DMY, "1980-03-12"}, {"12 XII 1980", DMY, "1980-12-12"},
		{"12 de marzo de 1980", DMY, "1980-03-12"}, {"1er février 1980", DMY, "1980-02-01"}, {"15 août 1980", DMY, "1980-08-15"},
		{"1. März 1980", DMY, "1980-03-01"}, {"5. Jänner 1980", DMY, "1980-01-05"}, {"mar. 12, 1980", DMY, "1980-03-12"},
		{"12 sept. 1980", DMY, "1980-09-12"}, {"Thu, 12 Mar 1980 00:00:00 +0100", DMY, "1980-03-12"},
		{"4 maj 1980", DMY, "1980-05-04"}, {"4 mai 1980", DMY, "1980-05-04"},
		// without a year
		{"--03-12", DMY, "--03-12"}, {"--0312", DMY, "--03-12"}, {"--02-29", DMY, "--02-29"}, {"12.3.", DMY, "--03-12"},
		{"3/12", MDY, "--03-12"}, {"12/6", DMY, "--06-12"}, {"12 Mar", DMY, "--03-12"}, {"March 12", MDY, "--03-12"},
		{"1604-03-12", DMY, "--03-12"}, {"0000-03-12", DMY, "--03-12"},
		// spreadsheets
		{"29292", DMY, "1980-03-12"}, {"29292.0", DMY, "1980-03-12"}, {"29292.75", DMY, "1980-03-12"}, {"45292", DMY, "2024-01-01"},
		// two-digit years: at most twenty ahead
		{"12.3.29", DMY, "2029-03-12"}, {"12.3.46", DMY, "2046-03-12"}, {"12.3.47", DMY, "1947-03-12"}, {"1.1.00", DMY, "2000-01-01"},
		// none
		{"", DMY, ""}, {"-", DMY, ""}, {"N/A", DMY, ""}, {"0/0/00", DMY, ""}, {"00/00/0000", DMY, ""}, {"0000-00-00", DMY, ""},
		{"1900-01-00", DMY, ""}, {"1/0/1900", DMY, ""}, {"0", DMY, ""}, {"brak", DMY, ""}, {"0001-01-01T00:00:00", DMY, ""},
		{"1/0/1900 0:00", DMY, ""}, {"00.00.0000 00:00:00", DMY, ""},
	} {
		got, ok := Parser{Order: c.o, Today: testToday}.Parse(c.text)
		if !ok || got != c.want {
			t.Errorf("Parse(%q, %s) = %q, %v, want %q", c.text, c.o, got, ok, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"31.2.1980", "29.02.1981", "1980", "March 1980", "03/2029", "1980-03", "13/13/1980",
		"32.1.1980", "00/03/1980", "1980-00-12", "hello", "12 Foo 1980", "12.3.1980 and more", "600 100 200", "1.2.3.4",
		"9999-12-31", "0080-03-12", "12.3.198", "1 jui 1980", "--13-40", "--0230", "123456", "12/3-1980", "x", "12.3.1980 12.3.1981",
		"--12", "1234", "99999", "12 Mar Apr 1980", "III", "12:30", "25,12,1980"} {
		if got, ok := Parse(text, DMY); ok {
			t.Errorf("Parse(%q) = %q, want a refusal", text, got)
		}
	}
}

func TestBirthIsNeverInTheFuture(t *testing.T) {
	p := Parser{Today: testToday, Past: true}
	for text, want := range map[string]Date{
		"12.3.30": "1930-03-12", "12.3.26": "2026-03-12", "22.11.26": "2026-11-22", "23.11.26": "1926-11-23",
		"12.3.27": "1927-03-12", "1.2.80": "1980-02-01", "29.2.28": "1928-02-29",
	} {
		if got, ok := p.Parse(text); !ok || got != want {
			t.Errorf("birth %q = %q, %v, want %q", text, got, ok, want)
		}
	}
	if got, ok := ParseBirth("1.1.99", DMY); !ok || got != "1999-01-01" {
		t.Errorf("ParseBirth = %q, %v", got, ok)
	}
}

func TestDetectOrder(t *testing.T) {
	for name, c := range map[string]struct {
		values []string
		want   Order
		sure   bool
	}{
		"day first":   {[]string{"1/2/1980", "", "31/01/1970"}, DMY, true},
		"month first": {[]string{"1/2/1980", "01/31/1970 00:00:00"}, MDY, true},
		"year first":  {[]string{"1980-03-04", "n/a", "1990-01-01T00:00:00Z"}, YMD, true},
		"undecided":   {[]string{"1/2/1980", "03/04/1980"}, YMD, false},
		"contradicts": {[]string{"31/01/1970", "30/01/1970", "01/31/1970"}, DMY, false},
		"words only":  {[]string{"1 Feb 1980", "hello"}, YMD, false},
	} {
		if o, sure := DetectOrder(c.values, YMD); o != c.want || sure != c.sure {
			t.Errorf("%s: %s, %v, want %s, %v", name, o, sure, c.want, c.sure)
		}
	}
}

// TestRealColumns reads the birth dates of real exports when they are at hand.
func TestRealColumns(t *testing.T) {
	f, err := os.Open("../../../shared/data/dedupe/fake_1000.csv")
	if err != nil {
		t.Skip("no sample data here: ", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	col := -1
	for i, h := range rows[0] {
		if h == "dob" {
			col = i
		}
	}
	if col < 0 {
		t.Fatalf("no column dob in %q", rows[0])
	}
	for i, row := range rows[1:] {
		if d, ok := ParseBirth(row[col], DMY); !ok || row[col] != "" && !d.HasYear() {
			t.Errorf("row %d: %q = %q, %v", i+2, row[col], d, ok)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"12.3.80", "1980-03-12T00:00:00Z", "12 marca 1980", "0/0/00", "--03-12", "29292.0", "Feb 1, 1980", "12:30"} {
		f.Add(s, 0)
	}
	f.Fuzz(func(t *testing.T, s string, o int) {
		if o < 0 || o > 2 {
			return
		}
		p := Parser{Order: Order(o), Today: testToday}
		d, ok := p.Parse(s)
		if !ok && d != "" || d != "" && !d.Valid() {
			t.Fatalf("Parse(%q) = %q, %v", s, d, ok)
		}
		if d == "" {
			return
		}
		if again, ok := p.Parse(string(d)); !ok || again != d {
			t.Errorf("Parse(%q) = %q, but that reads as %q, %v", s, d, again, ok)
		}
		birth, ok := Parser{Order: Order(o), Today: testToday, Past: true}.Parse(s)
		if ok && birth.HasYear() && d.HasYear() && birth.After(d) {
			t.Errorf("%q is later as a birth date: %s than %s", s, birth, d)
		}
		DetectOrder([]string{s}, DMY)
	})
}

func TestNow(t *testing.T) {
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Skip("no time zones here: ", err)
	}
	night := time.Date(2026, 3, 11, 23, 30, 0, 0, time.UTC)
	if got := Today(night, warsaw); got != "2026-03-12" {
		t.Errorf("today in Warsaw = %s", got)
	}
	if got := Today(night, nil); got != "2026-03-11" {
		t.Errorf("today in UTC = %s", got)
	}
}
