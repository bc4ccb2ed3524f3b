package country

import (
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // one binary: the machine may have no zone files

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/carnetcrm/carnet/internal/i18n"
)

// currencies are the codes of ISO 4217 for money in use, without metals and funds.
const currencies = `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF
GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR
LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK
PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT
TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG`

var currencyCodes = strings.Fields(currencies)

// Currencies returns the ISO 4217 codes of the money in use, sorted.
func Currencies() []string { return slices.Clone(currencyCodes) }

// ValidCurrency reports whether code is one of Currencies.
func ValidCurrency(code string) bool {
	_, found := slices.BinarySearch(currencyCodes, code)
	return found
}

// languages are those in which agencies write to their clients: the languages with
// some ten million speakers and the official ones of Europe.
const languages = `af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fil fr ga gl gu he hi hr hu
hy id is it ja ka kk km kn ko ky lb lo lt lv mk ml mn mr ms mt my nb ne nl nn pa pl ps pt ro ru si sk sl sq
sr sv sw ta te tg th tk tr uk ur uz vi yue zh zu`

var languageCodes = strings.Fields(languages)

// Languages returns the languages of people to choose from, named in lang and sorted.
func Languages(lang string) []Option {
	l := i18n.For(lang)
	return sorted("languages "+l.Lang(), languageCodes, l.Language)
}

// ValidLanguage reports whether code is a well-formed BCP 47 language that has a name.
func ValidLanguage(code string) bool {
	tag, err := language.Parse(code)
	return err == nil && display.English.Languages().Name(tag) != ""
}

// timeZones are the zones that people live in, one for each that differs in a way that
// matters to an agency. Any other IANA name is accepted too.
const timeZones = `Africa/Abidjan Africa/Accra Africa/Addis_Ababa Africa/Algiers Africa/Cairo Africa/Casablanca
Africa/Dakar Africa/Dar_es_Salaam Africa/Harare Africa/Johannesburg Africa/Kampala Africa/Khartoum Africa/Kinshasa
Africa/Lagos Africa/Luanda Africa/Maputo Africa/Nairobi Africa/Tripoli Africa/Tunis Africa/Windhoek
America/Anchorage America/Argentina/Buenos_Aires America/Asuncion America/Barbados America/Bogota America/Caracas
America/Chicago America/Costa_Rica America/Denver America/El_Salvador America/Guatemala America/Guayaquil
America/Guyana America/Halifax America/Havana America/Jamaica America/La_Paz America/Lima America/Los_Angeles
America/Managua America/Martinique America/Mexico_City America/Monterrey America/Montevideo America/Nassau
America/New_York America/Panama America/Phoenix America/Puerto_Rico America/Regina America/Santiago
America/Santo_Domingo America/Sao_Paulo America/St_Johns America/Tegucigalpa America/Tijuana America/Toronto
America/Vancouver America/Winnipeg Asia/Almaty Asia/Amman Asia/Baghdad Asia/Bahrain Asia/Baku Asia/Bangkok
Asia/Beirut Asia/Colombo Asia/Damascus Asia/Dhaka Asia/Dubai Asia/Ho_Chi_Minh Asia/Hong_Kong Asia/Jakarta
Asia/Jerusalem Asia/Kabul Asia/Karachi Asia/Kathmandu Asia/Kolkata Asia/Kuala_Lumpur Asia/Kuwait Asia/Makassar
Asia/Manila Asia/Muscat Asia/Nicosia Asia/Novosibirsk Asia/Phnom_Penh Asia/Qatar Asia/Riyadh Asia/Seoul
Asia/Shanghai Asia/Singapore Asia/Taipei Asia/Tashkent Asia/Tbilisi Asia/Tehran Asia/Tokyo Asia/Ulaanbaatar
Asia/Vladivostok Asia/Yangon Asia/Yekaterinburg Asia/Yerevan Atlantic/Azores Atlantic/Canary Atlantic/Cape_Verde
Atlantic/Madeira Atlantic/Reykjavik Australia/Adelaide Australia/Brisbane Australia/Darwin Australia/Hobart
Australia/Melbourne Australia/Perth Australia/Sydney Europe/Amsterdam Europe/Andorra Europe/Athens Europe/Belgrade
Europe/Berlin Europe/Bratislava Europe/Brussels Europe/Bucharest Europe/Budapest Europe/Chisinau Europe/Copenhagen
Europe/Dublin Europe/Gibraltar Europe/Helsinki Europe/Istanbul Europe/Kaliningrad Europe/Kyiv Europe/Lisbon
Europe/Ljubljana Europe/London Europe/Luxembourg Europe/Madrid Europe/Malta Europe/Minsk Europe/Monaco Europe/Moscow
Europe/Oslo Europe/Paris Europe/Podgorica Europe/Prague Europe/Riga Europe/Rome Europe/Samara Europe/Sarajevo
Europe/Skopje Europe/Sofia Europe/Stockholm Europe/Tallinn Europe/Tirane Europe/Vaduz Europe/Vienna Europe/Vilnius
Europe/Warsaw Europe/Zagreb Europe/Zurich Indian/Maldives Indian/Mauritius Indian/Reunion Pacific/Auckland
Pacific/Fiji Pacific/Guam Pacific/Honolulu Pacific/Noumea Pacific/Port_Moresby Pacific/Tahiti UTC`

var zones = strings.Fields(timeZones)

// TimeZones returns IANA names of time zones to choose from, sorted.
func TimeZones() []string { return slices.Clone(zones) }

// ValidTimeZone reports whether name is an IANA time zone known here. "Local", the
// zone of the server, is none: an agency's today must not depend on the machine.
func ValidTimeZone(name string) bool {
	if name == "" || name == "Local" {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// TimeZone returns the zone in which most people of a country live, "UTC" when unknown.
func TimeZone(code string) string {
	if z, ok := capitals[code]; ok {
		return z
	}
	return "UTC"
}

// capitals are the zones of the countries that agencies are likely to be in.
var capitals = map[string]string{
	"AD": "Europe/Andorra", "AE": "Asia/Dubai", "AL": "Europe/Tirane", "AM": "Asia/Yerevan",
	"AR": "America/Argentina/Buenos_Aires", "AT": "Europe/Vienna", "AU": "Australia/Sydney", "AZ": "Asia/Baku",
	"BA": "Europe/Sarajevo", "BE": "Europe/Brussels", "BG": "Europe/Sofia", "BO": "America/La_Paz",
	"BR": "America/Sao_Paulo", "BY": "Europe/Minsk", "CA": "America/Toronto", "CH": "Europe/Zurich",
	"CL": "America/Santiago", "CN": "Asia/Shanghai", "CO": "America/Bogota", "CR": "America/Costa_Rica",
	"CY": "Asia/Nicosia", "CZ": "Europe/Prague", "DE": "Europe/Berlin", "DK": "Europe/Copenhagen",
	"DO": "America/Santo_Domingo", "DZ": "Africa/Algiers", "EC": "America/Guayaquil", "EE": "Europe/Tallinn",
	"EG": "Africa/Cairo", "ES": "Europe/Madrid", "FI": "Europe/Helsinki", "FR": "Europe/Paris",
	"GB": "Europe/London", "GE": "Asia/Tbilisi", "GR": "Europe/Athens", "GT": "America/Guatemala",
	"HK": "Asia/Hong_Kong", "HR": "Europe/Zagreb", "HU": "Europe/Budapest", "ID": "Asia/Jakarta",
	"IE": "Europe/Dublin", "IL": "Asia/Jerusalem", "IN": "Asia/Kolkata", "IS": "Atlantic/Reykjavik",
	"IT": "Europe/Rome", "JP": "Asia/Tokyo", "KE": "Africa/Nairobi", "KR": "Asia/Seoul", "KZ": "Asia/Almaty",
	"LI": "Europe/Vaduz", "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg", "LV": "Europe/Riga",
	"MA": "Africa/Casablanca", "MC": "Europe/Monaco", "MD": "Europe/Chisinau", "ME": "Europe/Podgorica",
	"MK": "Europe/Skopje", "MT": "Europe/Malta", "MX": "America/Mexico_City", "MY": "Asia/Kuala_Lumpur",
	"NG": "Africa/Lagos", "NL": "Europe/Amsterdam", "NO": "Europe/Oslo", "NZ": "Pacific/Auckland",
	"PA": "America/Panama", "PE": "America/Lima", "PH": "Asia/Manila", "PL": "Europe/Warsaw",
	"PR": "America/Puerto_Rico", "PT": "Europe/Lisbon", "PY": "America/Asuncion", "QA": "Asia/Qatar",
	"RO": "Europe/Bucharest", "RS": "Europe/Belgrade", "RU": "Europe/Moscow", "SA": "Asia/Riyadh",
	"SE": "Europe/Stockholm", "SG": "Asia/Singapore", "SI": "Europe/Ljubljana", "SK": "Europe/Bratislava",
	"TH": "Asia/Bangkok", "TN": "Africa/Tunis", "TR": "Europe/Istanbul", "TW": "Asia/Taipei",
	"UA": "Europe/Kyiv", "US": "America/New_York", "UY": "America/Montevideo", "VE": "America/Caracas",
	"VN": "Asia/Ho_Chi_Minh", "ZA": "Africa/Johannesburg",
}
