package mrz

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// latin, cyrillic and arabic are the tables of 9303-3, section 6: what stands in the
// zone for a letter. Where the standard allows several, the first is what Transliterate
// writes and the others are accepted by SameName.
var latin = map[rune]string{
	'Ä': "AE A", 'Å': "AA A", 'Æ': "AE", 'Ð': "D", 'Ñ': "N NXX", 'Ö': "OE O", 'Ø': "OE O", 'Ü': "UE U UXX", 'Þ': "TH",
	'ß': "SS", 'ẞ': "SS", 'Đ': "D DJ", 'Ħ': "H", 'ı': "I", 'İ': "I", 'Ĳ': "IJ", 'Ŀ': "L", 'Ł': "L", 'Ŋ': "N",
	'Œ': "OE", 'Ŧ': "T", 'Ə': "E A", 'ʼ': "", 'Ǆ': "DZ", 'Ɖ': "D", 'Ɓ': "B", 'Ɗ': "D", 'Ƙ': "K",
}

var cyrillic = map[rune]string{
	'А': "A", 'Б': "B", 'В': "V", 'Г': "G H", 'Д': "D", 'Е': "E", 'Ё': "E IO", 'Ж': "ZH Z", 'З': "Z", 'И': "I Y", 'І': "I",
	'Й': "I", 'К': "K", 'Л': "L", 'М': "M", 'Н': "N", 'О': "O", 'П': "P", 'Р': "R", 'С': "S", 'Т': "T", 'У': "U", 'Ф': "F",
	'Х': "KH H", 'Ц': "TS C", 'Ч': "CH C", 'Ш': "SH S", 'Щ': "SHCH SHT", 'Ъ': "IE A", 'Ы': "Y", 'Ь': " Y", 'Э': "E", 'Ю': "IU YU",
	'Я': "IA YA", 'Ѕ': "DZ", 'Ў': "U", 'Ґ': "G", 'Ђ': "D DJ", 'Ѓ': "G GJ", 'Є': "IE", 'Ї': "I", 'Ј': "J", 'Љ': "LJ", 'Њ': "NJ",
	'Ќ': "K KJ", 'Ћ': "C", 'Џ': "DZ DJ", 'Ѫ': "U", 'Ѵ': "Y",
}

var arabic = map[rune]string{
	'ء': "XE", 'آ': "XAA", 'أ': "XAE", 'ؤ': "U", 'إ': "I", 'ئ': "XI", 'ا': "A", 'ب': "B", 'ة': "XTA XAH", 'ت': "T", 'ث': "XTH",
	'ج': "J", 'ح': "XH", 'خ': "XKH", 'د': "D", 'ذ': "XDH", 'ر': "R", 'ز': "Z", 'س': "S", 'ش': "XSH", 'ص': "XSS", 'ض': "XDZ",
	'ط': "XTT", 'ظ': "XZZ", 'ع': "E", 'غ': "G", 'ف': "F", 'ق': "Q", 'ك': "K", 'ل': "L", 'م': "M", 'ن': "N", 'ه': "H", 'و': "W",
	'ى': "XAY", 'ي': "Y", 'ٱ': "XXA", 'ٹ': "XXT", 'ټ': "XRT", 'پ': "P", 'ځ': "XKE", 'څ': "XXH", 'چ': "XC", 'ڈ': "XXD", 'ډ': "XDR",
	'ڑ': "XXR", 'ړ': "XRR", 'ږ': "XRX", 'ژ': "XJ", 'ښ': "XXS", 'ک': "XKK", 'ګ': "XXK", 'ڭ': "XNG", 'گ': "XGG", 'ں': "XNN",
	'ڼ': "XXN", 'ھ': "XDO", 'ۀ': "XYH", 'ہ': "XXG", 'ۂ': "XGE", 'ۃ': "XTG", 'ی': "XYA", 'ۍ': "XXY", 'ې': "Y", 'ے': "XYB", 'ۓ': "XBE",
}

// greek is ELOT 743, which Greek and Cypriot passports follow; 9303-3 leaves it to them.
// Pairs are in greekPairs.
var greek = map[rune]string{
	'Α': "A", 'Β': "V", 'Γ': "G", 'Δ': "D", 'Ε': "E", 'Ζ': "Z", 'Η': "I", 'Θ': "TH", 'Ι': "I", 'Κ': "K", 'Λ': "L", 'Μ': "M",
	'Ν': "N", 'Ξ': "X", 'Ο': "O", 'Π': "P", 'Ρ': "R", 'Σ': "S", 'Τ': "T", 'Υ': "Y", 'Φ': "F", 'Χ': "CH", 'Ψ': "PS", 'Ω': "O",
}

// greekVoiced are the pairs that sound as V before a vowel or voiced consonant and as F
// before the others.
const greekVoiced = "ΑΕΗΙΟΥΩΒΓΔΖΛΜΝΡ"

// shadda doubles the letter before it.
const shadda = '\u0651'

// Transliterate writes a name as the zone prints it: A to Z, words apart by single
// spaces. Apostrophes vanish, hyphens and commas part words; letters that the standard
// has no rule for vanish, too.
func Transliterate(name string) string {
	var b strings.Builder
	for _, l := range letters(name) {
		b.WriteString(l[0])
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// maxName bounds the names that are looked at, in bytes.
const maxName = 600

// letters returns for each letter of a name what may be printed for it, the usual
// first. A space is a letter of its own.
func letters(name string) (out [][]string) {
	var prev []string
	runes := []rune(strings.ToUpper(norm.NFC.String(name[:min(len(name), maxName)])))
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch forms, n := greekPair(runes[i:]); {
		case n > 0:
			prev = forms
			i += n - 1
		case r == shadda:
			if prev == nil {
				continue
			}
		case unicode.IsSpace(r) || strings.ContainsRune("-‐‑‒–—−,;/<·_", r):
			prev = []string{" "}
		default:
			if prev = forms1(r); prev == nil {
				continue
			}
		}
		out = append(out, prev)
	}
	return out
}

// forms1 returns what may stand for one letter, nil for what is dropped.
func forms1(r rune) []string {
	if r >= 'A' && r <= 'Z' {
		return []string{string(r)}
	}
	for _, table := range []map[rune]string{latin, cyrillic, arabic, greek} {
		if s, ok := table[r]; ok {
			if strings.HasPrefix(s, " ") {
				return []string{"", s[1:]} // not printed, or as what follows
			}
			if s == "" {
				return nil
			}
			return strings.Fields(s)
		}
	}
	// Letters with marks that no table names are their base letters: Á, Ç, Ş, Ž, ế, ά.
	for _, base := range norm.NFD.String(string(r)) {
		if base != r && !unicode.Is(unicode.Mn, base) {
			return forms1(base)
		}
	}
	return nil
}

// greekPair returns what may stand for the pair of Greek letters at the beginning, and
// how many letters that were.
func greekPair(r []rune) (forms []string, n int) {
	if len(r) < 2 || r[0] < 'Α' || r[0] > 'Ω' {
		return nil, 0
	}
	second := r[1]
	if second == 'Ύ' {
		second = 'Υ'
	}
	switch string([]rune{r[0], second}) {
	case "ΟΥ":
		return []string{"OU"}, 2
	case "ΑΥ", "ΕΥ", "ΗΥ":
		first := greek[r[0]]
		sound := "F"
		if len(r) > 2 && strings.ContainsRune(greekVoiced, baseOf(r[2])) {
			sound = "V"
		}
		return []string{first + sound, first + "Y", first + "U"}, 2
	case "ΓΓ":
		return []string{"NG", "GG"}, 2
	case "ΓΞ":
		return []string{"NX", "GX"}, 2
	case "ΓΧ":
		return []string{"NCH", "GCH"}, 2
	case "ΜΠ":
		return []string{"MP", "B"}, 2
	}
	return nil, 0
}

func baseOf(r rune) rune {
	for _, base := range norm.NFD.String(string(r)) {
		return base
	}
	return r
}
