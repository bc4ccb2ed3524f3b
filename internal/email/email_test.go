package email

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for raw, want := range map[string]string{
		"Anna@Example.PL": "anna@example.pl", " anna@example.pl. ": "anna@example.pl", "<anna@example.pl>": "anna@example.pl",
		"mailto:Anna@example.pl?subject=x": "anna@example.pl", "Anna Nowak <anna@example.pl>": "anna@example.pl",
		"anna.maria+news@sub.example.co.uk": "anna.maria+news@sub.example.co.uk", "'o@example.com'": "o@example.com",
		"o'brien@example.ie": "o'brien@example.ie", "anna\u200b@example.pl": "anna@example.pl",
		"anna@żółw.pl": "anna@żółw.pl", "anna@xn--w-uga1v8h.pl": "anna@żółw.pl", "użytkownik@example.pl": "użytkownik@example.pl",
		"anna@example.pl;": "anna@example.pl", "a@b.museum": "a@b.museum",
		"\"anna@example.pl\" <Anna@example.pl>": "anna@example.pl",
		// refused
		"a@example.com\r\nRCPT TO:<b@example.com>": "", "a@b.pl <c@d.pl>": "",
		"": "", "anna": "", "anna@": "", "@example.pl": "", "anna@localhost": "", "a@b@c.pl": "", "a@b.pl, c@d.pl": "",
		"a b@c.pl": "", "a..b@c.pl": "", ".a@c.pl": "", "a@-c.pl": "", "a@c..pl": "", "a@1.2.3.4": "", "a@b.c": "",
		"\"a b\"@c.pl": "", "a@c.pl\r\nBcc: x@y.pl": "", "a@b_c.pl": "", "a@[1.2.3.4]": "",
		strings.Repeat("a", 65) + "@example.pl": "", "n/a": "",
	} {
		got, ok := Parse(raw)
		if got != want || ok != (want != "") {
			t.Errorf("Parse(%q) = %q, %v, want %q", raw, got, ok, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"anna@example.pl", "mailto:a@b.pl", "A <a@b.pl>", "a@żółw.pl", "a@b.pl\r\nX: y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		norm, ok := Parse(s)
		if !ok {
			return
		}
		if strings.ContainsAny(norm, " \r\n\t<>,;\"\x00") || strings.Count(norm, "@") != 1 {
			t.Errorf("Parse(%q) = %q", s, norm)
		}
		if again, ok := Parse(norm); !ok || again != norm {
			t.Errorf("Parse(%q) = %q, which reads as %q, %v", s, norm, again, ok)
		}
	})
}
