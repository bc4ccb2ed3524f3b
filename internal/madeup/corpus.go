package madeup

import (
	"embed"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The lists were written by hand: names by rank, so that a line's place is its frequency.
//
//go:embed names/*.txt text/*.txt
var files embed.FS

// name is one family or given name in a man's and a woman's form, with the native script
// where the language isn't written in Latin letters, and the ASCII form for e-mail.
type name struct {
	form, native, slug [2]string // index: male, female
}

// The index of a name's forms.
const (
	male = iota
	female
)

// city is a place with the shape of its postal codes (see expand).
type city struct{ name, postal, region, language string }

// country is what is needed to make up the people of one country.
type country struct {
	code, language, currency string
	numberFirst              bool // "12 High Street", not "ul. Długa 12"
	doubleFamily             bool // father's and mother's family name
	nativeFamilyFirst        bool
	nativeSpace              string // between the two: Vietnamese has one, Chinese and Japanese none

	family, tail list[name]
	rare         []name
	given        [2][3]list[name] // by sex, then by generation: old, middle, young
	cities       list[city]
	streets      list[string]
	companies    []string
	legal, words []string
	mobile       []phoneRange
	fixed        []phoneRange
}

// countries loads the corpora once; about 10 ms.
var countries = sync.OnceValue(loadCountries)

// codes are the countries with a corpus.
var codes = strings.Fields("pl es fr de gb us ch at it ie cz ua gr tr se dk no pt br cn jp vn in")

func loadCountries() map[string]*country {
	all := make(map[string]*country, len(codes))
	raw := make(map[string]sections, len(codes))
	for _, code := range codes {
		raw[code] = readSections("names/" + code + ".txt")
	}
	for _, code := range codes {
		own := raw[code]
		all[strings.ToUpper(code)] = newCountry(code, own, raw[own.header["use"]])
	}
	return all
}

// newCountry builds a country from its own file; what is missing there comes from base.
func newCountry(code string, own, base sections) *country {
	get := func(section string) []string {
		lines := own.body[section]
		if len(lines) == 0 {
			lines = slices.Clone(base.body[section])
		}
		if code == "ch" { // what is borrowed from Germany loses its ß
			for i := range lines {
				lines[i] = strings.ReplaceAll(lines[i], "ß", "ss")
			}
		}
		return lines
	}
	head := func(key string) string {
		if v := own.header[key]; v != "" {
			return v
		}
		return base.header[key]
	}
	c := &country{
		code: strings.ToUpper(code), language: head("language"), currency: head("currency"),
		numberFirst: head("number") == "first", doubleFamily: head("family") == "double",
		nativeFamilyFirst: head("native") == "family-first",
		streets:           ranked(get("street")), companies: get("company"),
		legal: commas(get("legal"), true), words: commas(get("word"), false),
	}
	if c.language == "vi" {
		c.nativeSpace = " "
	}
	c.family = ranked(names(get("family"), head("women")))
	c.rare = names(get("family-rare"), head("women"))
	c.tail = ranked(names(compounds(commas(get("family-start"), false), commas(get("family-end"), false)), head("women")))
	for sex, word := range []string{"male", "female"} {
		for age, suffix := range []string{"-old", "", "-young"} {
			lines := get(word + suffix)
			if len(lines) == 0 {
				lines = get(word)
			}
			given := names(lines, "")
			for i, n := range given { // "María del Carmen" signs her mail as maria
				word, _, _ := strings.Cut(n.form[sex], " ")
				given[i].slug[sex] = slug(word)
			}
			c.given[sex][age] = ranked(given)
		}
	}
	var cities []city
	for _, line := range get("city") {
		f := append(strings.Split(line, "|"), "")
		cities = append(cities, city{f[0], f[1], f[2], f[3]})
	}
	c.cities = ranked(cities)
	c.mobile, c.fixed = phoneRanges(c.code)
	return c
}

// sections is a corpus file: "key: value" lines, then bodies below "[section]" lines.
type sections struct {
	header map[string]string
	body   map[string][]string
}

func readSections(path string) sections {
	data, err := files.ReadFile(path)
	if err != nil {
		panic("madeup: " + err.Error()) // embedded, so it can only be a wrong name in this package
	}
	s := sections{map[string]string{}, map[string][]string{}}
	current := ""
	for line := range strings.SplitSeq(string(data), "\n") {
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			current = strings.Trim(line, "[]")
		case current == "":
			key, value, _ := strings.Cut(line, ":")
			s.header[key] = strings.TrimSpace(value)
		default:
			s.body[current] = append(s.body[current], line)
		}
	}
	return s
}

// commas splits lines of comma-separated items; empty ones count where they mean "none".
func commas(lines []string, empty bool) []string {
	var items []string
	for _, line := range lines {
		for item := range strings.SplitSeq(line, ",") {
			if item = strings.TrimSpace(item); item != "" || empty {
				items = append(items, item)
			}
		}
	}
	return items
}

// compounds joins every start with every end: the long tail of rare family names.
// It walks diagonally, so that each start and each end comes early once.
func compounds(starts, ends []string) []string {
	var out []string
	for shift := range ends {
		for i, start := range starts {
			end := ends[(i+shift)%len(ends)]
			if !strings.EqualFold(start, end) {
				out = append(out, start+end)
			}
		}
	}
	return out
}

// names parses "man/woman|native man/native woman" items.
func names(lines []string, women string) []name {
	var out []name
	for _, item := range commas(lines, false) {
		latin, native, _ := strings.Cut(item, "|")
		n := name{form: bothForms(latin), native: bothForms(native)}
		if !strings.Contains(latin, "/") {
			n.form[female] = womanly(latin, women)
		}
		n.slug = [2]string{slug(n.form[male]), slug(n.form[female])}
		out = append(out, n)
	}
	return out
}

func bothForms(s string) [2]string {
	man, woman, ok := strings.Cut(s, "/")
	if !ok {
		woman = man
	}
	return [2]string{man, woman}
}

// womanly derives a woman's family name where the language has one.
func womanly(s, rule string) string {
	end := func(suffix, by string) (string, bool) {
		stem, ok := strings.CutSuffix(s, suffix)
		return stem + by, ok
	}
	var changes [][2]string
	switch rule {
	case "polish":
		changes = [][2]string{{"ski", "ska"}, {"cki", "cka"}, {"dzki", "dzka"}}
	case "czech":
		changes = [][2]string{{"ý", "á"}, {"í", "í"}, {"ů", "ů"}, {"ek", "ková"}, {"ec", "cová"}, {"a", "ová"}, {"", "ová"}}
	}
	for _, c := range changes {
		if out, ok := end(c[0], c[1]); ok {
			return out
		}
	}
	return s
}

// ascii replaces letters with diacritics as a typist without the keyboard layout does.
func ascii(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case r < unicode.MaxASCII:
			b.WriteRune(r)
		case special[r] != "":
			b.WriteString(special[r])
		}
	}
	return b.String()
}

// special are the letters that don't decompose.
var special = map[rune]string{'ł': "l", 'Ł': "L", 'ß': "ss", 'ø': "o", 'Ø': "O", 'æ': "ae", 'Æ': "Ae",
	'œ': "oe", 'Œ': "Oe", 'ı': "i", 'đ': "d", 'Đ': "D", 'ð': "d", 'þ': "th", '’': "'"}

// slug is the form of a name in an e-mail address.
func slug(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(ascii(s)) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()
}
