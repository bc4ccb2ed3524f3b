package fold

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"":                      "",
		"  Anna   Maria\t":      "anna maria",
		"Żółć":                  "zolc",
		"ŁUKASZ Gęślą":          "lukasz gesla",
		"Straße GROẞ":           "strasse gross",
		"Ørsted, Ærø, Œuvre":    "orsted, aero, oeuvre",
		"Đorđe Þór Guðmundsson": "dorde thor gudmundsson",
		"İstanbul ıssız":        "istanbul issiz",
		"Nguyễn Thị Mỹ":         "nguyen thi my",
		"O’Brien O'BRIEN d`Arc": "obrien obrien darc",
		"Kowalska‑Kwiatkowska":  "kowalska-kwiatkowska",
		"Ирина Ёлкина":          "ирина елкина",
		"Ἀθῆναι ΟΔΥΣΣΕΥΣ Οδυσσεύς": "αθηναι οδυσσευσ οδυσσευσ",
		"山田 太郎":                    "山田 太郎",
		"ガギグ 홍길동":                  "ガギグ 홍길동",
		"Ｆｕｌｌ　ｗｉｄｔｈ":               "full width",
		"ﬁn\u00adal\u200b e\u0301": "final e",
		"a\u00a0b\nc":              "a b c",
		"José María Ñúñez":         "jose maria nunez",
		"\xff\xfeab":               "ab",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWordsAndKey(t *testing.T) {
	want := []string{"kowalska", "kwiatkowska", "joanna", "2nd"}
	if got := Words("Kowalska-Kwiatkowska, Joanna (2nd)"); !reflect.DeepEqual(got, want) {
		t.Errorf("Words = %q, want %q", got, want)
	}
	if a, b := Key("Smith/John & Mary"), Key("  smith  JOHN, Mary"); a != b || a != "smith john mary" {
		t.Errorf("Keys %q and %q, want both \"smith john mary\"", a, b)
	}
	if got := Key("हिन्दी नाम"); got == "" || len(strings.Fields(got)) != 2 {
		t.Errorf("Key keeps Indic words whole, got %q", got)
	}
}

func TestDigits(t *testing.T) {
	for in, want := range map[string]string{
		"+48 600-100": "48600100", "abc": "", "٠١٢٩": "0129", "１２３": "123", "०१९": "019",
		"a1b2": "12", "𝟗𝟎": "90",
	} {
		if got := Digits(in); got != want {
			t.Errorf("Digits(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLooksLikePhone(t *testing.T) {
	for in, want := range map[string]string{
		"600 100 200": "600100200", "+48600100200": "48600100200", "0048 600-100-200": "48600100200",
		"(93) 555-01-23": "935550123", "+44 (0)20 7946 0000": "442079460000", "0151/1234567": "1511234567",
		"600.100.200": "600100200", " 1234 ": "1234", "06 12 34 56 78": "612345678",
		"+48\u00a0600–100–200": "48600100200", "0200": "200",
		// not phones
		"": "", "123": "", "kowalska": "", "600 abc": "", "12+34567": "", "12345678901234567890": "",
		"0000": "", "a@b.pl": "", "12/A": "",
	} {
		got, ok := LooksLikePhone(in)
		if got != want && ok || ok != (want != "") {
			t.Errorf("LooksLikePhone(%q) = %q, %v, want %q", in, got, ok, want)
		}
	}
}

func TestSimilar(t *testing.T) {
	for _, c := range []struct {
		a, b     string
		min, max float64
	}{
		{"Joanna Kowalska", "KOWALSKA JOANNA", 1, 1},
		{"Żółć Łukasz", "zolc lukasz", 1, 1},
		{"Jan Müller", "MUELLER/JAN", 1, 1},
		{"Joanna Kowalska", "Joana Kowalska", 0.9, 0.999},
		{"Joanna Kowalska", "Joanna Kowlaska", 0.9, 0.999},
		{"Jan Kowalski", "Jan Maria Kowalski", 0.85, 0.99},
		{"J. Kowalski", "Jan Kowalski", 0.85, 0.99},
		{"Anna Maria Nowak", "Annamaria Nowak", 0.85, 1},
		{"McDonald Ann", "Mc Donald Ann", 0.85, 1},
		{"Jan Kowalski", "Ewa Kowalska", 0, 0.84},
		{"Jan Kowalski", "Piotr Nowak", 0, 0.5},
		{"Kowalski", "Jan Kowalski", 0.4, 0.84},
		{"", "Jan", 0, 0},
		{"山田 太郎", "太郎 山田", 1, 1},
	} {
		got := Similar(c.a, c.b)
		if got < c.min || got > c.max {
			t.Errorf("Similar(%q, %q) = %.3f, want %.2f to %.2f", c.a, c.b, got, c.min, c.max)
		}
		if back := Similar(c.b, c.a); back != got {
			t.Errorf("Similar(%q, %q) isn't symmetric: %v and %v", c.a, c.b, got, back)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Żółć", "İ", "ﬁ ß", "ガ홍", "a'b c", "¨ ´a", "\xff", "Ὀδυσσεύς", "x\u0345"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if !utf8.ValidString(once) {
			t.Errorf("Fold(%q) isn't valid UTF-8", s)
		}
		if twice := Fold(once); twice != once {
			t.Errorf("Fold(%q) = %q (%+q), folded again %q (%+q)", s, once, once, twice, twice)
		}
		if strings.Contains(once, "  ") || strings.TrimSpace(once) != once {
			t.Errorf("Fold(%q) leaves white space: %q", s, once)
		}
		if s := Similar(s, s); s < 0 || s > 1 {
			t.Errorf("Similar out of range: %v", s)
		}
		LooksLikePhone(s)
	})
}

func BenchmarkFold(b *testing.B) {
	for b.Loop() {
		Fold("Kowalska-Kwiatkowska Żółć Łukasz")
	}
}
