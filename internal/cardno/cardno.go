// Package cardno reads the numbers of payment cards: brand, check digit, validity; and
// recognises security codes, which are never kept.
package cardno

import (
	"regexp"
	"strings"
	"time"
	"unicode"
)

// Brands are the brands that Brand tells apart.
var Brands = []string{"visa", "mastercard", "amex", "diners", "discover", "jcb", "unionpay", "maestro", "uatp", "mir", "troy", "rupay", "other"}

// span is a range of first digits of a brand with the lengths of its numbers.
type span struct {
	from, to string // first digits, equally long
	brand    string
	min, max int
}

// spans by ISO/IEC 7812 as the schemes publish them; the first that fits counts.
var spans = []span{
	{"34", "34", "amex", 15, 15}, {"37", "37", "amex", 15, 15},
	{"3528", "3589", "jcb", 16, 19},
	{"300", "305", "diners", 14, 19}, {"3095", "3095", "diners", 14, 19}, {"36", "36", "diners", 14, 19}, {"38", "39", "diners", 14, 19},
	{"2221", "2720", "mastercard", 16, 16}, {"51", "55", "mastercard", 16, 16},
	{"2200", "2204", "mir", 16, 19},
	{"9792", "9792", "troy", 16, 16},
	{"1", "1", "uatp", 15, 15},
	{"4", "4", "visa", 13, 19},
	{"62", "62", "unionpay", 16, 19}, {"81", "81", "unionpay", 16, 19},
	{"6011", "6011", "discover", 16, 19}, {"644", "649", "discover", 16, 19},
	{"6521", "6522", "rupay", 16, 16}, {"508", "508", "rupay", 16, 16}, {"60", "60", "rupay", 16, 16},
	{"65", "65", "discover", 16, 19},
	{"50", "50", "maestro", 12, 19}, {"56", "58", "maestro", 12, 19}, {"6", "6", "maestro", 12, 19}, {"0604", "0604", "maestro", 12, 19},
}

// Brand returns the brand of a number given as digits, "other" for an unknown one. ok is
// false when the number is too short or too long for its brand.
func Brand(digits string) (brand string, ok bool) {
	for _, s := range spans {
		n := len(s.from)
		if len(digits) < n || digits[:n] < s.from || digits[:n] > s.to {
			continue
		}
		ok = len(digits) >= s.min && len(digits) <= s.max
		if s.brand == "visa" {
			ok = len(digits) == 13 || len(digits) == 16 || len(digits) == 19
		}
		return s.brand, ok
	}
	return "other", len(digits) >= 12 && len(digits) <= 19
}

// Tidy takes out what people type into a number for their eyes. ok is false for what
// isn't made of digits.
func Tidy(s string) (digits string, ok bool) {
	ok = true
	digits = strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case unicode.IsSpace(r), r == '-', r == '.', r == '\u2011', r == '\u2013':
			return -1
		}
		ok = false
		return -1
	}, s)
	return digits, ok && digits != ""
}

// Luhn checks the last digit of a number (ISO/IEC 7812-1, annex B).
func Luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if d < 0 || d > 9 {
			return false
		}
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0 && strings.Trim(digits, "0") != ""
}

// Last4 is what may be shown of a number.
func Last4(digits string) string { return digits[max(0, len(digits)-4):] }

// Month reads the month until whose end a card is valid, as people write it: 05/27,
// 5/2027, 0527, 2027-05. The year of two digits is of this century.
func Month(s string) (month string, ok bool) {
	s = strings.Join(strings.Fields(s), "")
	for _, layout := range []string{"2006-01", "1/2006", "1/06", "1-2006", "1-06", "1.2006", "1.06", "0106", "012006", "2006/1"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 2000 && t.Year() < 2100 {
			return t.Format("2006-01"), true
		}
	}
	return "", false
}

// codeWords name a security code in the languages of Carnet and by its brands.
const codeWords = `cvv2?|cvc2?|csc|cvd|cid|cav2?|cvn2?|cvp2|spc|card ?(?:security|verification|validation) ?(?:code|value|number|digits)|security ?code` +
	`|kod (?:bezpiecze[nń]stwa|zabezpieczaj[aą]cy|cvv|cvc)|pr[uü]f(?:ziffer|nummer)|kartenpr[uü]fnummer|kpn|sicherheits ?code` +
	`|cryptogramme(?: visuel)?|code de s[eé]curit[eé]|c[oó]digo de seguridad|cod(?:igo)? ?cvv`

var (
	codeName = regexp.MustCompile(`(?i)^(?:.*[^\pL\pN])?(?:` + codeWords + `)(?:[^\pL\pN].*)?$`)
	codeText = regexp.MustCompile(`(?i)(?:^|[^\pL\pN])(?:` + codeWords + `)[^\pL\pN\r\n]{0,8}\d{3,4}(?:[^\pN]|$)`)
	longRun  = regexp.MustCompile(`\d(?:[ \-]?\d){11,18}`)
)

// IsCodeName reports whether a field, column or label names a card's security code.
// Such a field is never kept.
func IsCodeName(name string) bool {
	return codeName.MatchString(strings.NewReplacer("_", " ", "-", " ").Replace(strings.TrimSpace(name)))
}

// HasCode reports whether a text gives a card's security code: "CVV 123".
func HasCode(text string) bool { return codeText.MatchString(text) }

// HasNumber reports whether a text holds what is a card number by its first digits, its
// length and its check digit.
func HasNumber(text string) bool {
	for _, run := range longRun.FindAllString(text, -1) {
		digits, _ := Tidy(run)
		brand, fits := Brand(digits)
		if fits && brand != "other" && brand != "maestro" && brand != "uatp" && Luhn(digits) {
			return true
		}
	}
	return false
}

// Mask hides the numbers of cards and the security codes in a text; of a number the last
// four digits stay. A text without them comes back as it is.
func Mask(text string) string {
	digits, letters := 0, false
	for _, r := range text {
		if r >= '0' && r <= '9' {
			digits++
		}
		letters = letters || unicode.IsLetter(r)
	}
	if digits >= 12 { // most texts have too few to be worth a closer look
		text = longRun.ReplaceAllStringFunc(text, func(run string) string {
			if digits, _ := Tidy(run); HasNumber(run) {
				return "•••• " + Last4(digits)
			}
			return run
		})
	}
	if digits >= 3 && letters {
		text = codeText.ReplaceAllStringFunc(text, func(found string) string { return codeDigits.ReplaceAllString(found, "•••") })
	}
	return text
}

var codeDigits = regexp.MustCompile(`\d{3,4}`)
