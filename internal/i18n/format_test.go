package i18n

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/date"
)

const date2026 = date.Date("2026-03-12")

func TestDates(t *testing.T) {
	for _, c := range []struct{ lang, short, long, weekday, partial, input string }{
		{"en", "12 Mar 2026", "12 March 2026", "Thursday, 12 March 2026", "12 Mar", "12/03/2026"},
		{"es", "12 mar 2026", "12 de marzo de 2026", "jueves, 12 de marzo de 2026", "12 mar", "12/03/2026"},
		{"fr", "12 mars 2026", "12 mars 2026", "jeudi 12 mars 2026", "12 mars", "12/03/2026"},
		{"pl", "12 mar 2026", "12 marca 2026", "czwartek, 12 marca 2026", "12 mar", "12.03.2026"},
		{"de", "12. März 2026", "12. März 2026", "Donnerstag, 12. März 2026", "12. März", "12.03.2026"},
	} {
		l := For(c.lang)
		got := []string{l.Date(date2026), l.DateLong(date2026), l.DateWeekday(date2026), l.Date("--03-12"), l.DateInput(date2026, date.DMY)}
		for i, want := range []string{c.short, c.long, c.weekday, c.partial, c.input} {
			if got[i] != want {
				t.Errorf("%s: %q, want %q", c.lang, got[i], want)
			}
		}
	}
	if got := For("fr").Date("2026-05-01"); got != "1er mai 2026" {
		t.Errorf("French first of May = %q", got)
	}
	if got := For("en").Date("") + For("en").Date("12.3."); got != "12.3." {
		t.Errorf("what isn't a date = %q", got)
	}
	if got := For("pl").DateWeekday("--03-12"); got != "12 marca" {
		t.Errorf("weekday of a date without year = %q", got)
	}
}

// TestDatesCanBeTypedBack: what a page shows, a form understands.
func TestDatesCanBeTypedBack(t *testing.T) {
	for _, lang := range Langs {
		l := For(lang)
		for m := time.January; m <= time.December; m++ {
			for _, d := range []date.Date{date.New(1980, int(m), 1), date.New(1980, int(m), 28), date.New(0, int(m), 7)} {
				for _, text := range []string{l.Date(d), l.DateLong(d), l.DateWeekday(d)} {
					if got, ok := date.Parse(text, date.DMY); !ok || got != d {
						t.Errorf("%s: %q reads as %q, %v, want %q", lang, text, got, ok, d)
					}
				}
				for _, o := range []date.Order{date.DMY, date.MDY, date.YMD} {
					if lang != "en" && o == date.MDY {
						continue // readers of dotted dates never type the month first
					}
					if got, ok := date.Parse(l.DateInput(d, o), o); !ok || got != d {
						t.Errorf("%s %s: %q reads as %q, %v", lang, o, l.DateInput(d, o), got, ok)
					}
				}
			}
		}
	}
}

func TestMomentsAndNames(t *testing.T) {
	warsaw := time.FixedZone("CET", 3600)
	at := time.Date(2026, 3, 11, 23, 5, 0, 0, time.UTC)
	if got := For("en").DateTime(at, warsaw); got != "12 Mar 2026, 00:05" {
		t.Errorf("DateTime = %q", got)
	}
	if got := For("en").DateTime(time.Time{}, nil) + For("en").Time(at, nil); got != "23:05" {
		t.Errorf("zero and UTC = %q", got)
	}
	if got := For("pl").Month(time.March) + For("pl").Month(0) + For("es").Weekday(time.Saturday) + For("de").WeekdayShort(time.Sunday); got != "marzecsábadoSo" {
		t.Errorf("names = %q", got)
	}
	if For("en").FirstWeekday() != time.Monday {
		t.Error("weeks begin on Monday")
	}
}

func TestAgo(t *testing.T) {
	now := time.Date(2026, 3, 12, 10, 0, 0, 0, time.UTC)
	l := For("en")
	for want, at := range map[string]time.Time{
		"just now":           now.Add(-20 * time.Second),
		"1 minute ago":       now.Add(-time.Minute),
		"3 minutes ago":      now.Add(-3*time.Minute - 50*time.Second),
		"2 hours ago":        now.Add(-2 * time.Hour),
		"yesterday at 22:30": now.Add(-11*time.Hour - 30*time.Minute),
		"3 days ago":         now.Add(-72 * time.Hour),
		"1 Mar 2026":         now.Add(-11 * 24 * time.Hour),
		"13 Mar 2026, 10:00": now.Add(24 * time.Hour),
		"":                   {},
	} {
		if got := l.Ago(at, now); got != want {
			t.Errorf("Ago(%s) = %q, want %q", at, got, want)
		}
	}
	if got := l.Ago(now.Add(10*time.Second), now); got != "just now" {
		t.Errorf("a clock slightly ahead = %q", got)
	}
	if got := For("pl").Ago(now.Add(-5*time.Minute), now); got != "5 minut temu" {
		t.Errorf("Polish = %q", got)
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{-time.Second: "0 seconds", 1500 * time.Millisecond: "2 seconds",
		time.Minute: "60 seconds", 61 * time.Second: "2 minutes", 2 * time.Hour: "2 hours", 72 * time.Hour: "3 days"} {
		if got := For("en").Duration(d); got != want {
			t.Errorf("Duration(%s) = %q, want %q", d, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		lang string
		n    int64
		want string
	}{
		{"en", 0, "0"}, {"en", 999, "999"}, {"en", 1000, "1,000"}, {"en", -1234567, "-1,234,567"}, {"en", 123456, "123,456"},
		{"es", 1000, "1000"}, {"es", 10000, "10\u00a0000"}, {"fr", 1000, "1\u202f000"}, {"pl", 1000, "1000"},
		{"pl", 1000000, "1\u00a0000\u00a0000"}, {"de", 1000, "1.000"}, {"en", -9223372036854775808, "-9,223,372,036,854,775,808"},
	} {
		if got := For(c.lang).Number(c.n); got != c.want {
			t.Errorf("%s %d = %q, want %q", c.lang, c.n, got, c.want)
		}
	}
	for n, want := range map[int64]string{0: "0\u00a0B", 999: "999\u00a0B", 1400: "1.4\u00a0kB", 1_000_000: "1\u00a0MB",
		25_300_000: "25\u00a0MB", 999_900: "1\u00a0MB", 5_000_000_000_000_000: "5,000\u00a0TB"} {
		if got := For("en").Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
	if got := For("fr").Bytes(1_400_000); got != "1,4\u00a0Mo" {
		t.Errorf("French bytes = %q", got)
	}
	for f, want := range map[float64]string{1.5: "1,5", -0.5: "-0,5", 2: "2", 1234.567: "1.234,57"} {
		if got := For("de").Decimal(f, 2); got != want {
			t.Errorf("Decimal(%v) = %q, want %q", f, got, want)
		}
	}
	if got := For("en").Percent(0.5) + For("de").Percent(0.123); got != "50%12\u00a0%" {
		t.Errorf("Percent = %q", got)
	}
}

// TestUngroup: a number is read as the language writes it, and what may be meant otherwise
// stays.
func TestUngroup(t *testing.T) {
	for _, c := range []struct{ lang, text, want string }{
		{"de", "12.500", "12500"}, {"de", " -1.234.567,25 ", "-1234567.25"}, {"de", "12,500", "12,500"}, {"de", "12.5", "12.5"},
		{"de", "0.125", "0.125"}, {"de", "1234.567", "1234.567"}, {"de", "1.2345", "1.2345"}, {"de", "1.234,", "1234"}, {"de", "1.234.5", "1.234.5"},
		{"de", "1.234,5.6", "1.234,5.6"}, {"de", "K.500", "K.500"}, {"de", "", ""}, {"en", "12,500", "12500"}, {"en", "12.500", "12.500"},
		{"en", "1,234.5", "1234.5"}, {"pl", "12.500", "12.500"}, {"pl", "12\u00a0500,5", "12500.5"}, {"fr", "12,500", "12,500"},
	} {
		if got := For(c.lang).Ungroup(c.text); got != c.want {
			t.Errorf("%s %q = %q, want %q", c.lang, c.text, got, c.want)
		}
	}
	for _, lang := range Langs {
		l := For(lang)
		for _, n := range []float64{0, 7, 999, 1000, 12500, 123456.5, -9876543.25, 0.125} {
			text, err := strconv.ParseFloat(strings.Replace(l.Ungroup(l.Decimal(n, 4)), ",", ".", 1), 64)
			if err != nil || text != n {
				t.Errorf("%s: %v is written %q and read %v, %v", lang, n, l.Decimal(n, 4), text, err)
			}
		}
	}
}

func TestCountriesAndLanguages(t *testing.T) {
	for _, c := range []struct{ lang, country, language string }{
		{"en", "Germany", "Polish"}, {"es", "Alemania", "polaco"}, {"fr", "Allemagne", "polonais"},
		{"pl", "Niemcy", "polski"}, {"de", "Deutschland", "Polnisch"},
	} {
		l := For(c.lang)
		if l.Country("DE") != c.country || l.Language("pl") != c.language {
			t.Errorf("%s: %q and %q", c.lang, l.Country("DE"), l.Language("pl"))
		}
	}
	l := For("en")
	if got := l.Country("") + l.Country("??") + l.Language("") + l.Language("?"); got != "???" {
		t.Errorf("unknown codes = %q", got)
	}
}
