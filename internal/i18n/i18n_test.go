package i18n

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"github.com/carnetcrm/carnet/internal/errs"
)

// needs are the plural forms that a count in each language asks for (CLDR). The forms
// that only fractions take in Polish are there for completeness of its grammar.
var needs = map[string][]plural.Form{
	"en": {plural.One, plural.Other}, "es": {plural.One, plural.Other}, "fr": {plural.One, plural.Other},
	"de": {plural.One, plural.Other}, "pl": {plural.One, plural.Few, plural.Many, plural.Other},
}

func TestCataloguesLoad(t *testing.T) {
	for _, lang := range Langs {
		for _, p := range catalogues[lang]().problems {
			t.Error(p)
		}
		if len(Keys(lang)) == 0 {
			t.Errorf("%s has no messages", lang)
		}
	}
}

// TestSameInAllLanguages compares keys, placeholders and plural forms with English.
func TestSameInAllLanguages(t *testing.T) {
	english := catalogues["en"]().messages
	for _, lang := range Langs {
		messages := catalogues[lang]().messages
		for _, key := range Keys("en") {
			en, m := english[key], messages[key]
			if m == nil {
				t.Errorf("%s: %s is missing", lang, key)
				continue
			}
			if a, b := en.placeholders(), m.placeholders(); !slices.Equal(a, b) {
				t.Errorf("%s: %s has the placeholders %q, English has %q", lang, key, b, a)
			}
			if en.many != m.many {
				t.Errorf("%s: %s: plural forms here %v, in English %v", lang, key, m.many, en.many)
			}
			for _, form := range needs[lang] {
				if m.many && m.forms[form] == nil {
					t.Errorf("%s: %s lacks the plural form number %d", lang, key, form)
				}
			}
		}
		for _, key := range Keys(lang) {
			if english[key] == nil {
				t.Errorf("%s: %s doesn't exist in English", lang, key)
			}
		}
	}
}

// TestNoEmptyText finds forgotten translations and stray spaces.
func TestNoEmptyText(t *testing.T) {
	for _, lang := range Langs {
		for key, m := range catalogues[lang]().messages {
			for _, form := range m.forms {
				if form == nil {
					continue
				}
				var text strings.Builder
				for _, p := range form {
					text.WriteString(p.text + p.name)
				}
				if s := text.String(); s == "" || strings.Trim(s, " \t") != s {
					t.Errorf("%s: %s is %q", lang, key, s)
				}
			}
		}
	}
}

func TestT(t *testing.T) {
	for _, c := range []struct {
		lang, key string
		args      []any
		want      string
	}{
		{"en", "common.save", nil, "Save"},
		{"pl", "common.save", nil, "Zapisz"},
		{"xx", "common.save", nil, "Save"},
		{"pl", "no.such_key", nil, "no.such_key"},
		{"en", "error.too_long", []any{"Max", 1200}, "At most 1200 characters."},
		{"en", "error.too_long", nil, "At most {{.Max}} characters."},
		{"en", "common.by", []any{"Name", "{{.Count}} <b>"}, "by {{.Count}} <b>"},
		{"en", "common.by", []any{"Name", date2026}, "by 12 Mar 2026"},
		{"en", "common.by", []any{"Name", 1.5}, "by 1.5"},
		{"en", "common.by", []any{"Name"}, "by {{.Name}}"},
		{"en", "common.results", []any{"Count", 1}, "1 result"},
		{"en", "common.results", []any{"Count", 12000}, "12,000 results"},
		{"en", "common.results", []any{"Count", int64(0)}, "0 results"},
		{"fr", "common.results", []any{"Count", 0}, "0 résultat"},
		{"pl", "common.results", []any{"Count", 1}, "1 wynik"},
		{"pl", "common.results", []any{"Count", 2}, "2 wyniki"},
		{"pl", "common.results", []any{"Count", 5}, "5 wyników"},
		{"pl", "common.results", []any{"Count", 12}, "12 wyników"},
		{"pl", "common.results", []any{"Count", 22}, "22 wyniki"},
		{"pl", "common.results", []any{"Count", 1000000}, "1\u00a0000\u00a0000 wyników"},
		{"pl", "common.results", []any{"Count", 10_000_002}, "10\u00a0000\u00a0002 wyniki"},
		{"en", "common.results", []any{"Count", -1}, "-1 result"},
		{"fr", "import.so_far.skipped", []any{"Count", int64(0)}, "0 ignoré"},
	} {
		if got := For(c.lang).T(c.key, c.args...); got != c.want {
			t.Errorf("%s %s %v = %q, want %q", c.lang, c.key, c.args, got, c.want)
		}
	}
}

// TestPair: a label and its value, with the space before the colon that French has.
func TestPair(t *testing.T) {
	for lang, want := range map[string]string{"en": "Name: Anna", "fr": "Name\u00a0: Anna", "pl": "Name: Anna"} {
		if got := For(lang).Pair("Name", "Anna"); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
}

// TestTypography: apostrophes are curved, and in French no line ends before a colon or
// within quotation marks.
func TestTypography(t *testing.T) {
	breaks := regexp.MustCompile(` [:;!?»]|« `)
	for _, lang := range Langs {
		for key, m := range catalogues[lang]().messages {
			for _, form := range m.forms {
				text := ""
				for _, p := range form {
					text += p.text + p.name
				}
				if strings.Contains(text, "'") || lang == "fr" && breaks.MatchString(text) {
					t.Errorf("%s: %s is %q", lang, key, text)
				}
			}
		}
	}
}

// TestFallback shows English where a language has a gap, with English plural rules.
func TestFallback(t *testing.T) {
	l := *For("pl")
	l.cat = &catalogue{messages: map[string]*message{}}
	if got := l.T("common.results", "Count", 2); got != "2 results" {
		t.Errorf("fallback = %q", got)
	}
	if l.Has("common.results") || !For("en").Has("common.results") {
		t.Error("Has must not count the fallback")
	}
}

func TestLoadReportsProblems(t *testing.T) {
	c := load(fstest.MapFS{
		"locales/xx/broken.json": {Data: []byte(`{"broken.a": `)},
		"locales/xx/again.json":  {Data: []byte(`{"good.a": "A"}`)},
		"locales/xx/good.json": {Data: []byte(`{"good.a": "A", "good.c": "{{.Name | html}}",
			"good.d": {"one": "x"}, "good.e": {"several": "x", "other": "y"}, "good.f": 3, "good.g": "{{.Open"}`)},
	}, "xx")
	for _, want := range []string{"broken.json", "good.a is in another file", "good.c", "good.d", "good.e", "good.f", "good.g"} {
		if !slices.ContainsFunc(c.problems, func(p string) bool { return strings.Contains(p, want) }) {
			t.Errorf("no problem names %s: %q", want, c.problems)
		}
	}
	if c.messages["good.a"] == nil {
		t.Error("a broken file must not cost the others")
	}
	if c := load(fstest.MapFS{}, "xx"); len(c.problems) == 0 {
		t.Error("a language without files is a problem")
	}
}

func TestMatch(t *testing.T) {
	for header, want := range map[string]string{
		"": "en", "pl": "pl", "pl-PL,pl;q=0.9,en;q=0.8": "pl", "fr-CA": "fr", "de-AT,en;q=0.5": "de",
		"es-MX;q=0.3,de;q=0.9": "de", "ja": "en", "ja,fr;q=0.2": "fr", "not a header,,;;": "en", "*": "en",
	} {
		if got := Match(header); got != want {
			t.Errorf("Match(%q) = %q, want %q", header, got, want)
		}
	}
}

func TestError(t *testing.T) {
	l := For("en")
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{errors.New("secret: pq: duplicate key"), l.T("error.internal")},
		{errs.Wrap(errors.New("cause"), errs.Internal, "error.unavailable"), l.T("error.internal")},
		{errs.Missing(), l.T("error.not_found")},
		{errs.New(errs.Forbidden, ""), l.T("error.forbidden")},
		{errs.New(errs.TooMany, "error.too_many", "Wait", "3 minutes"), "Too many attempts. Please wait 3 minutes."},
	} {
		if got := l.Error(c.err); got != c.want {
			t.Errorf("Error(%v) = %q, want %q", c.err, got, c.want)
		}
	}
	for k := errs.Internal; k <= errs.Unavailable; k++ {
		if !l.Has("error." + k.String()) {
			t.Errorf("no message for errors of kind %s", k)
		}
	}
	if got := l.Field(errs.Field{Key: "error.too_long", Args: []any{"Max", 5}}); got != "At most 5 characters." {
		t.Errorf("Field = %q", got)
	}
}

func TestLanguagesAreKnown(t *testing.T) {
	if len(calendars) != len(Langs) {
		t.Fatal("a calendar for each language")
	}
	names := []string{"English", "Español", "Français", "Polski", "Deutsch"}
	for i, lang := range Langs {
		if l := For(lang); l.Lang() != lang || l.Name() != names[i] {
			t.Errorf("%s is %q, %q", lang, l.Lang(), l.Name())
		}
		if _, err := language.Parse(lang); err != nil {
			t.Error(err)
		}
	}
	if Keys("xx") != nil {
		t.Error("keys of an unknown language")
	}
}

func BenchmarkT(b *testing.B) {
	l := For("pl")
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			l.T("common.save")
		}
	})
	b.Run("plural", func(b *testing.B) {
		for b.Loop() {
			l.T("common.results", "Count", 12345)
		}
	})
}
