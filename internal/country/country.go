// Package country knows the countries of the world as a client book needs them: their
// codes and names, how an address is written there, which money and language are usual.
package country

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"

	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/i18n"
)

// alpha2 are the officially assigned codes of ISO 3166-1, and XK (Kosovo), which the
// European Union, airlines and passports use.
const alpha2 = `AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO
BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT
HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU
LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR
NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM
SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG
VI VN VU WF WS XK YE YT ZA ZM ZW`

var codes = strings.Fields(alpha2)

// Codes returns the ISO 3166 alpha-2 codes of all countries, sorted.
func Codes() []string { return slices.Clone(codes) }

// Valid reports whether code is an ISO 3166 alpha-2 code in capitals.
func Valid(code string) bool {
	_, found := slices.BinarySearch(codes, code)
	return found
}

// Alpha3 returns the three-letter code that passports and booking systems use, "" for
// an unknown country.
func Alpha3(code string) string {
	if !Valid(code) {
		return ""
	}
	return language.MustParseRegion(code).ISO3()
}

// Option is one entry of a list to choose from.
type Option struct{ Code, Name string }

// Options returns all countries with their names in lang, sorted as its readers expect.
func Options(lang string) []Option {
	l := i18n.For(lang)
	return sorted("countries "+l.Lang(), codes, l.Country)
}

// made are the lists that were asked for, by kind and language: naming and sorting one
// takes as long as some pages.
var made sync.Map

// sorted names the codes and sorts them by name, accents aside, once per list. The
// caller may change what it gets.
func sorted(list string, codes []string, name func(string) string) []Option {
	if all, ok := made.Load(list); ok {
		return slices.Clone(all.([]Option))
	}
	out := make([]Option, len(codes))
	keys := make(map[string]string, len(codes))
	for i, c := range codes {
		out[i] = Option{c, name(c)}
		keys[c] = fold.Key(out[i].Name)
	}
	slices.SortFunc(out, func(a, b Option) int { return strings.Compare(keys[a.Code], keys[b.Code]) })
	made.Store(list, out)
	return slices.Clone(out)
}

// variants are names in use that no list of official names has, folded as Key does.
// England and Scotland have no code of their own.
var variants = map[string]string{
	"usa": "US", "u s a": "US", "u s": "US", "us of a": "US", "america": "US", "united states of america": "US",
	"the united states": "US", "stany zjednoczone ameryki": "US", "estados unidos de america": "US", "ee uu": "US",
	"eeuu": "US", "etats unis d amerique": "US", "vereinigte staaten von amerika": "US", "amerika": "US", "ameryka": "US",
	"uk": "GB", "u k": "GB", "england": "GB", "great britain": "GB", "britain": "GB", "scotland": "GB", "wales": "GB",
	"northern ireland": "GB", "anglia": "GB", "szkocja": "GB", "walia": "GB", "inglaterra": "GB", "escocia": "GB",
	"gales": "GB", "gran bretana": "GB", "angleterre": "GB", "ecosse": "GB", "grande bretagne": "GB",
	"grossbritannien": "GB", "schottland": "GB", "wielka brytania": "GB",
	"united kingdom of great britain and northern ireland": "GB",
	"deutschland": "DE", "brd": "DE", "federal republic of germany": "DE", "rfn": "DE", "bundesrepublik deutschland": "DE",
	"rp": "PL", "rzeczpospolita polska": "PL", "republic of poland": "PL",
	"holland": "NL", "holandia": "NL", "the netherlands": "NL", "nederland": "NL", "holanda": "NL", "hollande": "NL",
	"espana": "ES", "sverige": "SE", "norge": "NO", "danmark": "DK", "suomi": "FI", "osterreich": "AT", "italia": "IT",
	"schweiz": "CH", "suisse": "CH", "svizzera": "CH", "cesko": "CZ", "ceska republika": "CZ", "czech republic": "CZ",
	"czech rep": "CZ", "republika czeska": "CZ", "tschechische republik": "CZ", "republica checa": "CZ",
	"republique tcheque": "CZ", "slovensko": "SK", "slovak republic": "SK", "slovenija": "SI", "hrvatska": "HR",
	"magyarorszag": "HU", "srbija": "RS", "lietuva": "LT", "latvija": "LV", "eesti": "EE", "ellada": "GR", "hellas": "GR",
	"turkey": "TR", "turkiye": "TR", "island": "IS", "eire": "IE", "republic of ireland": "IE", "brasil": "BR",
	"russia": "RU", "russian federation": "RU", "rosja": "RU", "rossija": "RU", "federacja rosyjska": "RU",
	"south korea": "KR", "korea": "KR", "republic of korea": "KR", "north korea": "KP",
	"uae": "AE", "u a e": "AE", "emirates": "AE", "zea": "AE", "eau": "AE", "vae": "AE", "dubai": "AE", "abu dhabi": "AE",
	"vietnam": "VN", "viet nam": "VN", "burma": "MM", "ivory coast": "CI", "cape verde": "CV", "swaziland": "SZ",
	"macedonia": "MK", "fyrom": "MK", "congo": "CG", "drc": "CD", "dr congo": "CD", "congo kinshasa": "CD",
	"hong kong": "HK", "hongkong": "HK", "macau": "MO", "taiwan": "TW", "taiwan roc": "TW", "roc": "TW", "china": "CN", "prc": "CN",
	"palestine": "PS", "vatican": "VA", "holy see": "VA", "syria": "SY", "iran": "IR", "laos": "LA", "moldova": "MD",
	"bolivia": "BO", "venezuela": "VE", "tanzania": "TZ", "micronesia": "FM", "brunei": "BN", "east timor": "TL",
	"bialorus": "BY", "weissrussland": "BY", "belorussia": "BY", "moldavia": "MD", "persia": "IR", "ceylon": "LK",
	"rep dominicana": "DO", "dominican rep": "DO", "dominikana": "DO", "bosnia": "BA", "kosovo": "XK", "crimea": "UA",
	"canary islands": "ES", "islas canarias": "ES", "wyspy kanaryjskie": "ES", "kanarische inseln": "ES", "iles canaries": "ES",
}

// foreign are codes of other lists for the same country: FIFA and IOC, cars, the British
// passport classes of ICAO 9303, German passports, and the retired ISO codes.
var foreign = map[string]string{
	"GER": "DE", "SUI": "CH", "NED": "NL", "POR": "PT", "DEN": "DK", "CRO": "HR", "GRE": "GR", "BUL": "BG", "LAT": "LV",
	"SLO": "SI", "ENG": "GB", "SCO": "GB", "WAL": "GB", "UAE": "AE", "RSA": "ZA", "EL": "GR", "D": "DE", "GBD": "GB",
	"GBN": "GB", "GBO": "GB", "GBP": "GB", "GBS": "GB", "ROM": "RO", "ZAR": "CD", "TMP": "TL", "YUG": "RS", "SCG": "RS",
	"RKS": "XK", "XKX": "XK", "UNK": "XK", "BUR": "MM", "EIR": "IE",
}

// index maps every known name, folded, and every code to its country.
var index = sync.OnceValue(func() map[string]string {
	m := make(map[string]string, 8*len(codes))
	for name, code := range variants {
		m[name] = code
	}
	for _, lang := range i18n.Langs {
		l := i18n.For(lang)
		for _, code := range codes {
			name := l.Country(code)
			m[fold.Key(name)] = code
			// "Myanmar (Burma)" and "Hong Kong SAR China" are found without their addition.
			if short, _, found := strings.Cut(name, "("); found {
				m[fold.Key(short)] = code
			}
		}
	}
	return m
})

// alpha3 maps three-letter codes to countries.
var alpha3 = sync.OnceValue(func() map[string]string {
	m := make(map[string]string, len(codes))
	for _, code := range codes {
		m[Alpha3(code)] = code
	}
	for f, code := range foreign {
		if _, taken := m[f]; !taken {
			m[f] = code
		}
	}
	return m
})

// Lookup finds the country that a text names: a code of two or three letters, the name
// in any of the five languages or in its own, or a usual variant ("U.S.A.", "UK",
// "England"). Case, accents and punctuation don't matter. ok is false for anything else;
// an empty text names no country.
func Lookup(name string) (code string, ok bool) {
	key := fold.Key(name)
	if key == "" {
		return "", false
	}
	if code, ok := index()[key]; ok {
		return code, true
	}
	upper := strings.ToUpper(strings.ReplaceAll(key, " ", ""))
	if len(upper) == 2 && Valid(upper) {
		return upper, true
	}
	if code, ok := alpha3()[upper]; ok {
		return code, true
	}
	rest, found := strings.CutPrefix(key, "the ")
	if found {
		return Lookup(rest)
	}
	return "", false
}

// Currency returns the ISO 4217 code of the money used in a country, "" when unknown.
func Currency(code string) string {
	if c, ok := newMoney[code]; ok {
		return c
	}
	if !Valid(code) {
		return ""
	}
	unit, ok := currency.FromRegion(language.MustParseRegion(code))
	if !ok {
		return ""
	}
	return unit.String()
}

// newMoney are the countries whose money changed after the data of x/text was made.
var newMoney = map[string]string{"HR": "EUR", "BG": "EUR", "SL": "SLE", "VE": "VES", "CW": "XCG", "SX": "XCG",
	"MR": "MRU", "ST": "STN", "BY": "BYN", "ZW": "ZWG", "XK": "EUR", "AQ": "USD", "GS": "GBP"}

// Language returns the BCP 47 code of the language most used in a country, "" when
// unknown.
func Language(code string) string {
	if !Valid(code) {
		return ""
	}
	tag, err := language.Parse("und-" + code)
	if err != nil {
		return ""
	}
	base, confidence := tag.Base()
	if confidence == language.No || base.String() == "und" {
		return ""
	}
	return base.String()
}
