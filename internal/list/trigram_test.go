package list

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct{ words, want string }{
		{"", ""},
		{"ab", ""},
		{"anna", `"nna" AND "ann"`},
		{"jo kowalska", `"kow" AND "als"`},
		{"kowalska joanna", `"kow" AND "als" AND "joa" AND "nna"`},
		{"600100200", `"600" AND "100" AND "200"`},
		{"joanna.kowalska@example.com", `"kow" AND "joa" AND "als"`},
		{"aaaa", `"aaa"`},
		{`a"b`, `"a""b"`},
		{"王芳明", `"王芳明"`},
	} {
		if got := Match(strings.Fields(c.words)); got != c.want {
			t.Errorf("Match(%q) = %s, want %s", c.words, got, c.want)
		}
	}
}

// FuzzMatch: each trigram that is asked for occurs in a word, so no row is missed.
func FuzzMatch(f *testing.F) {
	for _, s := range []string{"kowalska joanna", "600 100 200", `a"b"c`, "ab@cd.example", "žluťoučký", "\xff\xfe x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		words := strings.Fields(s)
		q := Match(words)
		if q == "" {
			return
		}
		grams := strings.Split(strings.TrimSuffix(strings.TrimPrefix(q, `"`), `"`), `" AND "`)
		if len(grams) > most {
			t.Errorf("%d trigrams for %q", len(grams), s)
		}
		for _, g := range grams {
			g = strings.ReplaceAll(g, `""`, `"`)
			if n := len([]rune(g)); n != 3 {
				t.Errorf("%q of %q has %d letters", g, s, n)
			}
			if utf8.ValidString(s) && !strings.Contains(string([]rune(s)), g) {
				t.Errorf("%q isn't in %q", g, s)
			}
		}
	})
}

// TestStrewn: two trigrams of a word that don't overlap, in their order, the rarest ones;
// signs of which PostgreSQL makes no trigrams aren't among them.
func TestStrewn(t *testing.T) {
	for word, want := range map[string]string{"kowalsk": "%kow%als%", "kowalska": "%kow%als%", "szczęsny": "%szc%zęs%", "grzegorz_1x": "%grz%orz%", "ab%cdefgh": "%cde%fgh%"} {
		if got := strewn(nil, word); got != want {
			t.Errorf("%s: %s, want %s", word, got, want)
		}
	}
}
