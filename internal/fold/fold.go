// Package fold makes text comparable: names that differ only in case, diacritics,
// spacing or apostrophes become the same string. The result is computed in Go and
// stored beside the original, so SQLite and PostgreSQL search and sort alike.
package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// letters are those that Unicode doesn't decompose into a base letter and a mark.
var letters = map[rune]string{
	'ł': "l", 'đ': "d", 'ø': "o", 'ß': "ss", 'æ': "ae", 'œ': "oe", 'ı': "i", 'ð': "d", 'þ': "th",
	'ħ': "h", 'ŋ': "n", 'ŧ': "t", 'ə': "e", 'ƒ': "f", 'ɓ': "b", 'ɗ': "d", 'ƙ': "k", 'ɨ': "i",
	'ŀ': "l", 'ĸ': "k", 'ς': "σ",
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '―': "-", '−': "-",
	// Apostrophes vanish: O'Brien, O’Brien and OBrien are one name, and a passport has OBRIEN.
	'\'': "", '’': "", '‘': "", 'ʼ': "", '`': "", '´': "", 'ʻ': "", '′': "",
}

// Fold returns s in lower case, without diacritics, with the letters that don't
// decompose replaced (ł l, ß ss, æ ae, þ th ...), without apostrophes and invisible
// characters, and with single spaces. Scripts other than Latin keep their letters;
// Greek and Cyrillic lose case and accents. Folding twice changes nothing.
func Fold(s string) string {
	if out, ok := foldASCII(s); ok {
		return out
	}
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, " ")) {
		// The replacement may be empty, so what is written is decided before the space.
		text, known := letters[unicode.ToLower(r)]
		switch {
		case unicode.IsSpace(r) || r < ' ' || r == 0x7f:
			space = true
			continue
		case dropped(r) || known && text == "":
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		if known {
			b.WriteString(text)
		} else {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	// Composing again keeps Hangul syllables and voiced kana in their usual form.
	return norm.NFC.String(b.String())
}

// foldASCII is Fold for plain ASCII, which most e-mail addresses, phones and codes are.
func foldASCII(s string) (string, bool) {
	clean := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf {
			return "", false
		}
		if c <= ' ' || c == '\'' || c == '`' || c == 0x7f || 'A' <= c && c <= 'Z' {
			clean = false
		}
	}
	if clean {
		return s, true
	}
	out := make([]byte, 0, len(s))
	space := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c <= ' ' || c == 0x7f:
			space = true
			continue
		case c == '\'' || c == '`':
			continue
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		if space && len(out) > 0 {
			out = append(out, ' ')
		}
		space = false
		out = append(out, c)
	}
	return string(out), true
}

// dropped reports whether r is a diacritic or an invisible character. Marks of other
// scripts (the voicing of kana, vowels of Indic scripts) are parts of letters and stay.
func dropped(r rune) bool {
	switch {
	case r < 0x300:
		return r == 0xad // soft hyphen
	case r <= 0x36f, r >= 0x1ab0 && r <= 0x1aff, r >= 0x1dc0 && r <= 0x1dff,
		r >= 0x20d0 && r <= 0x20ff, r >= 0xfe20 && r <= 0xfe2f: // combining diacritics
		return true
	case r >= 0x591 && r <= 0x5c7, r >= 0x64b && r <= 0x65f, r == 0x670: // Hebrew, Arabic points
		return unicode.Is(unicode.Mn, r)
	case r >= 0xfe00 && r <= 0xfe0f: // variation selectors
		return true
	}
	return unicode.Is(unicode.Cf, r) // zero-width characters, direction marks
}

// Key returns what s is sorted by: folded, with punctuation as spaces, so that
// "Kowalska-Kwiatkowska" and "Kowalska Kwiatkowska" stand together. Keys compare as
// bytes, the same on both databases.
func Key(s string) string { return strings.Join(Words(s), " ") }

// Words returns the folded words of s: runs of letters and digits.
func Words(s string) []string {
	return strings.FieldsFunc(Fold(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}

// Digits returns the decimal digits of s as ASCII, whatever script they are in.
func Digits(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= '0' && r <= '9' {
			b.WriteByte(byte(r))
		} else if r >= utf8.RuneSelf && unicode.Is(unicode.Nd, r) {
			b.WriteByte('0' + digitValue(r))
		}
	}
	return b.String()
}

// digitValue returns the value of a decimal digit: the Nd category comes in runs of
// ten from zero to nine.
func digitValue(r rune) byte {
	for _, rg := range unicode.Nd.R16 {
		if r >= rune(rg.Lo) && r <= rune(rg.Hi) {
			return byte((r - rune(rg.Lo)) % 10)
		}
	}
	for _, rg := range unicode.Nd.R32 {
		if r >= rune(rg.Lo) && r <= rune(rg.Hi) {
			return byte((r - rune(rg.Lo)) % 10)
		}
	}
	return 0
}

// A search for fewer digits than minPhone would find nearly everything; no number has
// more digits than maxPhone (E.164, with room for a 00 prefix).
const minPhone, maxPhone = 4, 17

// LooksLikePhone reports whether what was typed into a search box can be a phone
// number or a part of one, in any notation, and returns the digits to look for inside
// E.164 numbers: without +, 00, the (0) of "+44 (0)20" and a national trunk zero.
// A typed date such as 12.3.1980 looks like a phone too: try dates first.
func LooksLikePhone(q string) (digits string, ok bool) {
	q = strings.TrimSpace(q)
	plus := strings.HasPrefix(q, "+")
	q = strings.Replace(q, "(0)", "", 1)
	for i, r := range q {
		switch {
		case r == '+' && i == 0, strings.ContainsRune("-()./", r), unicode.IsSpace(r):
		case unicode.Is(unicode.Pd, r), unicode.Is(unicode.Nd, r):
		default:
			return "", false
		}
	}
	digits = Digits(q)
	if n := len(digits); n < minPhone || n > maxPhone {
		return "", false
	}
	if !plus {
		if rest, found := strings.CutPrefix(digits, "00"); found {
			digits = rest
		} else {
			digits = strings.TrimPrefix(digits, "0")
		}
	}
	return digits, len(digits) >= minPhone-1 && strings.Trim(digits, "0") != ""
}
