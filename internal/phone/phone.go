// Package phone turns typed telephone numbers into E.164 and back into what people
// dial. The typed text itself is kept by the caller: what can't be read here is still
// somebody's number.
package phone

import (
	"cmp"
	"regexp"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"

	"github.com/carnetcrm/carnet/internal/fold"
)

// maxRaw bounds the work: no notation of one number is longer.
const maxRaw = 60

var (
	// scientific is what spreadsheets make of long numbers: 4.8601E+10 has lost digits.
	scientific = regexp.MustCompile(`(?i)^[+-]?\d+([.,]\d+)?e\+?\d+$`)
	// trailingZero is a number that a spreadsheet stored as a decimal: 48600100200.0
	trailingZero = regexp.MustCompile(`^\+?\d{6,15}\.0+$`)
	// label is what stands before a number in exports: "tel:", "mobile:", "Tel. kom."
	label = regexp.MustCompile(`(?i)^(tel|telefon|phone|mobile|mob|cell|fax|kom|gsm|whatsapp|m|t|p)\.?\s*(kom\.?)?\s*[:.]?\s*`)
)

// Parse reads a number in any usual notation and returns it as E.164, "+48600100200".
// region (ISO 3166, the agency's or the client's country) completes numbers without a
// country code; with "" only international ones are read. A 00 prefix counts as +
// everywhere, a number that only makes sense with a + before it gets one, and an
// extension is dropped: E.164 has none. ok is false for too few or too many digits, for
// several numbers in one text, and for numbers that a spreadsheet cut to "4.8601E+10".
func Parse(raw, region string) (e164 string, ok bool) {
	if e164, ok := quick(raw, strings.ToUpper(region)); ok {
		return e164, true
	}
	s := clean(raw)
	if s == "" || scientific.MatchString(s) {
		return "", false
	}
	region = strings.ToUpper(region)
	intl := strings.HasPrefix(s, "+")
	if !intl && strings.HasPrefix(fold.Digits(s), "00") && strings.HasPrefix(s, "0") {
		s, intl = "+"+strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(s, "0"), "0"), " -"), true
	}
	if intl {
		return parse(s, "")
	}
	if region != "" {
		if e164, ok := parse(s, region); ok {
			return e164, true
		}
	}
	// 48600100200: exports and people leave the + away. Eleven digits and more that
	// aren't a number of the region can only be that.
	if len(fold.Digits(s)) >= 11 && !strings.HasPrefix(s, "0") {
		return parse("+"+s, "")
	}
	return "", false
}

// parse asks the library, which knows the numbering plan of every country.
func parse(s, region string) (string, bool) {
	n, err := phonenumbers.Parse(s, region)
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		return "", false
	}
	// "Possible" is a matter of length. Without a country code typed that isn't enough,
	// because a foreign number would be taken for one of the region.
	if region != "" && !phonenumbers.IsValidNumber(n) {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

// clean removes labels and separators that the library doesn't know.
func clean(raw string) string {
	if len(raw) > maxRaw {
		return ""
	}
	s := strings.Join(strings.Fields(strings.Map(ascii, raw)), " ")
	s = strings.Trim(s, "'\"=;, ")
	s = label.ReplaceAllString(s, "")
	if trailingZero.MatchString(s) {
		s, _, _ = strings.Cut(s, ".")
	}
	s = strings.Replace(s, "(+", "+", 1)
	s = strings.Replace(s, "(0)", "", 1)
	// Two numbers in one cell are for the caller to split: 600-100-200 / 22 555 01 23.
	digits := len(fold.Digits(s))
	if strings.ContainsAny(s, "/;,|&") && digits > 15 || strings.Count(s, "+") > 1 {
		return ""
	}
	return s
}

// ascii maps other scripts' digits, dashes and spaces to plain ones and drops what
// can't be seen.
func ascii(r rune) rune {
	switch {
	case r < 0x80:
		return r
	case r >= 0x2010 && r <= 0x2015 || r == 0x2212:
		return '-'
	case r == 0xff0b:
		return '+'
	case r == 0xa0 || r == 0x202f || r >= 0x2000 && r <= 0x200a || r == 0x3000:
		return ' '
	case r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff:
		return -1
	}
	if d := fold.Digits(string(r)); d != "" {
		return rune(d[0])
	}
	return r
}

// Format writes an E.164 number as people of homeRegion read it: national for numbers
// of that country, "600 100 200", international for all others, "+44 20 7946 0000".
// What isn't a number is returned as it is.
func Format(e164, homeRegion string) string {
	return remembered(formatKey{text: e164, home: strings.ToUpper(homeRegion)}, format)
}

// Show writes a typed number as Format does. What isn't one is returned as it is.
func Show(raw, homeRegion string) string {
	return remembered(formatKey{text: raw, home: strings.ToUpper(homeRegion), typed: true}, func(raw, home string) string {
		if e164, ok := Parse(raw, home); ok {
			return format(e164, home)
		}
		return raw
	})
}

func remembered(key formatKey, format func(text, home string) string) string {
	formatted.Lock()
	out, ok := formatted.m[key]
	formatted.Unlock()
	if ok || len(key.text) > maxRaw {
		return cmp.Or(out, key.text)
	}
	out = format(key.text, key.home)
	formatted.Lock()
	defer formatted.Unlock()
	if len(formatted.m) >= maxFormatted {
		clear(formatted.m)
	}
	formatted.m[key] = out
	return out
}

// formatted remembers what Format and Show returned: a list shows fifty numbers, and the
// library takes longer for them than the database for the page.
var formatted = struct {
	sync.Mutex
	m map[formatKey]string
}{m: map[formatKey]string{}}

type formatKey struct {
	text, home string
	typed      bool
}

// maxFormatted bounds that memory, about a megabyte.
const maxFormatted = 8192

func format(e164, home string) string {
	n := plain(e164)
	if n == nil {
		var err error
		if n, err = phonenumbers.Parse(e164, ""); err != nil {
			return e164
		}
	}
	if home != "" && int(n.GetCountryCode()) == phonenumbers.GetCountryCodeForRegion(home) && phonenumbers.GetRegionCodeForNumber(n) == home {
		return phonenumbers.Format(n, phonenumbers.NATIONAL)
	}
	return phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
}

// Region returns the country of an E.164 number, "" when it isn't tied to one.
func Region(e164 string) string {
	n, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return ""
	}
	r := phonenumbers.GetRegionCodeForNumber(n)
	if r == "ZZ" || r == "001" {
		return ""
	}
	return r
}

// URI returns the tel: link of an E.164 number.
func URI(e164 string) string { return "tel:" + e164 }
