package country

import (
	"slices"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/i18n"
)

func TestLookup(t *testing.T) {
	for name, want := range map[string]string{
		"PL": "PL", "pl": "PL", "POL": "PL", "Poland": "PL", "Polska": "PL", "Polonia": "PL", "Pologne": "PL", "Polen": "PL",
		"USA": "US", "U.S.A.": "US", "U.S.": "US", "us": "US", "United States of America": "US", "Estados Unidos": "US",
		"UK": "GB", "England": "GB", "Wielka Brytania": "GB", "Großbritannien": "GB", "Vereinigtes Königreich": "GB",
		"Deutschland": "DE", "ALLEMAGNE": "DE", "Niemcy": "DE", "GER": "DE", "D": "DE",
		"Türkei": "TR", "Turkey": "TR", "Türkiye": "TR", "The Netherlands": "NL", "the gambia": "GM", "Côte d’Ivoire": "CI",
		"Czech Republic": "CZ", "Česko": "CZ", "Hong Kong": "HK", "Myanmar": "MM", "Emirates": "AE", "Kosovo": "XK",
		"España": "ES", "Österreich": "AT", "São Tomé & Príncipe": "ST",
		"": "", "Atlantis": "", "ZZ": "", "QQQ": "", "EU": "", "-": "", "the": "",
	} {
		got, ok := Lookup(name)
		if got != want || ok != (want != "") {
			t.Errorf("Lookup(%q) = %q, %v, want %q", name, got, ok, want)
		}
	}
}

// TestEveryNameIsFound: what Carnet shows as a country's name, it also understands.
func TestEveryNameIsFound(t *testing.T) {
	if len(codes) != 250 || !slices.IsSorted(codes) {
		t.Errorf("%d codes, sorted: %v", len(codes), slices.IsSorted(codes))
	}
	for _, code := range Codes() {
		if got, ok := Lookup(Alpha3(code)); !ok || got != code {
			t.Errorf("Lookup(%q) = %q, want %s", Alpha3(code), got, code)
		}
		for _, lang := range i18n.Langs {
			name := i18n.For(lang).Country(code)
			if name == code {
				t.Errorf("%s has no name in %s", code, lang)
			}
			if got, ok := Lookup(name); !ok || got != code {
				t.Errorf("Lookup(%q) = %q, want %s", name, got, code)
			}
		}
	}
	for name, code := range variants {
		if !Valid(code) {
			t.Errorf("%s: %s is no country", name, code)
		}
		if got, _ := Lookup(name); got != code {
			t.Errorf("the variant %q is %s by another list, %s here", name, got, code)
		}
	}
	for f, code := range foreign {
		if !Valid(code) {
			t.Errorf("%s: %s is no country", f, code)
		}
	}
}

func TestAlpha3(t *testing.T) {
	if Alpha3("PL") != "POL" || Alpha3("DE") != "DEU" || Alpha3("ZZ") != "" || Alpha3("") != "" {
		t.Error("three-letter codes")
	}
}

func TestDefaults(t *testing.T) {
	for code, want := range map[string][3]string{
		"PL": {"PLN", "pl", "Europe/Warsaw"}, "DE": {"EUR", "de", "Europe/Berlin"}, "US": {"USD", "en", "America/New_York"},
		"HR": {"EUR", "hr", "Europe/Zagreb"}, "BR": {"BRL", "pt", "America/Sao_Paulo"}, "MX": {"MXN", "es", "America/Mexico_City"},
		"ZZ": {"", "", "UTC"}, "": {"", "", "UTC"},
	} {
		if got := [3]string{Currency(code), Language(code), TimeZone(code)}; got != want {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
	for _, code := range codes {
		if c := Currency(code); c != "" && !ValidCurrency(c) {
			t.Errorf("%s pays with %s, which isn't in the list", code, c)
		}
	}
}

func TestLists(t *testing.T) {
	if !slices.IsSorted(currencyCodes) || !ValidCurrency("EUR") || ValidCurrency("eur") || ValidCurrency("XXX") || ValidCurrency("") {
		t.Error("currencies")
	}
	for _, z := range TimeZones() {
		if !ValidTimeZone(z) {
			t.Errorf("the zone %s can't be loaded", z)
		}
	}
	for code, z := range capitals {
		if !Valid(code) || !slices.Contains(zones, z) {
			t.Errorf("%s: %s isn't in the list", code, z)
		}
	}
	for _, bad := range []string{"", "Local", "Europe/Nowhere", "../etc/passwd"} {
		if ValidTimeZone(bad) {
			t.Errorf("%q is no time zone", bad)
		}
	}
	for _, lang := range i18n.Langs {
		for _, o := range Languages(lang) {
			if o.Name == o.Code || !ValidLanguage(o.Code) {
				t.Errorf("%s has no name in %s", o.Code, lang)
			}
		}
	}
	if ValidLanguage("") || ValidLanguage("klingonese") || !ValidLanguage("pt-BR") {
		t.Error("languages")
	}
	options := Options("de")
	if len(options) != len(codes) {
		t.Errorf("%d options", len(options))
	}
	if i, j := slices.Index(options, Option{"AT", "Österreich"}), slices.Index(options, Option{"PL", "Polen"}); i < 0 || i > j {
		t.Errorf("Österreich at %d, Polen at %d", i, j)
	}
}

func TestLines(t *testing.T) {
	for _, c := range []struct {
		a    Address
		lang string
		want string
	}{
		{Address{Street: "12 Oak Ave", City: "Austin", Region: "TX", PostalCode: "78701", Country: "US"}, "pl",
			"12 Oak Ave|Austin, TX 78701|STANY ZJEDNOCZONE"},
		{Address{Street: "12 Oak Ave", PostalCode: "78701", Country: "US"}, "", "12 Oak Ave|78701"},
		{Address{Street: "ul. Prosta 1/2", City: "Warszawa", PostalCode: "00-950", Region: "mazowieckie", Country: "PL"}, "en",
			"ul. Prosta 1/2|00-950 Warszawa|POLAND"},
		{Address{Street: "10 Downing St", City: "London", PostalCode: "SW1A 2AA", Country: "GB"}, "", "10 Downing St|London|SW1A 2AA"},
		{Address{Street: "Kossuth utca 1", City: "Budapest", PostalCode: "1037", Country: "HU"}, "", "Budapest|Kossuth utca 1|1037"},
		{Address{Street: "Sheikh Zayed Rd", City: "Dubai", PostalCode: "12345", Country: "AE"}, "en",
			"Sheikh Zayed Rd|Dubai|12345|UNITED ARAB EMIRATES"},
		{Address{Street: "Rua A", City: "Salvador", Region: "BA", PostalCode: "40301-110", Country: "BR"}, "", "Rua A|Salvador - BA|40301-110"},
		{Address{City: "Nowhere", Region: "East"}, "en", "Nowhere|East"},
		{Address{Street: " 1  Main\nSt ", POBox: "PO Box 7", City: "Athlone", Country: "IE"}, "", "1 Main St|PO Box 7|Athlone"},
		{Address{}, "en", ""},
	} {
		if got := strings.Join(Lines(c.a, c.lang), "|"); got != c.want {
			t.Errorf("Lines(%+v) = %q, want %q", c.a, got, c.want)
		}
	}
	if got := OneLine(Address{Street: "12 Oak Ave", City: "Austin", Region: "TX", PostalCode: "78701", Country: "US"}); got != "12 Oak Ave, Austin, TX 78701" {
		t.Errorf("OneLine = %q", got)
	}
	if !(Address{Country: "PL"}).Empty() || (Address{City: "x"}).Empty() {
		t.Error("Empty")
	}
}

// TestNothingTypedIsLost: whatever the layout, every value is on the envelope, except a
// region that the country doesn't print.
func TestNothingTypedIsLost(t *testing.T) {
	for _, code := range append(Codes(), "", "ZZ") {
		a := Address{Street: "street", Street2: "second", POBox: "box", PostalCode: "postal", City: "city", Region: "region", Country: code}
		l := LayoutOf(code)
		all := strings.Join(Lines(a, ""), "\n")
		for _, v := range []string{"street", "second", "box", "postal", "city"} {
			if !strings.Contains(all, v) {
				t.Errorf("%s: %s is missing in %q", code, v, all)
			}
		}
		if strings.Contains(all, "region") != l.RegionPrinted {
			t.Errorf("%s: region printed: %v, in %q", code, l.RegionPrinted, all)
		}
		if l.PostalExample != "" && !l.PostalOK(l.PostalExample) || !l.PostalOK("") {
			t.Errorf("%s: the example %q isn't accepted", code, l.PostalExample)
		}
		if l.Uses(Region) != (l.RegionKind != "") || !l.Uses(Street) || !l.Uses(City) {
			t.Errorf("%s: fields %v, region %q", code, l.Fields, l.RegionKind)
		}
	}
	for code, row := range layouts {
		if key := "country.region." + row.kind; row.kind != "" && !i18n.For("en").Has(key) {
			t.Errorf("%s: no label %s", code, key)
		}
		if !Valid(code) {
			t.Errorf("a layout for %s, which is no country", code)
		}
	}
}

func TestPostal(t *testing.T) {
	for _, c := range []struct {
		country, code string
		ok            bool
	}{{"PL", "00-950", true}, {"PL", "00950", false}, {"GB", "sw1a 1aa", true}, {"US", "78701-1234", true}, {"US", "7870", false},
		{"ES", "53001", false}, {"AE", "anything", true}, {"NL", "1012AB", true}, {"", "x", true}} {
		if got := LayoutOf(c.country).PostalOK(c.code); got != c.ok {
			t.Errorf("%s %q: %v", c.country, c.code, got)
		}
	}
}
