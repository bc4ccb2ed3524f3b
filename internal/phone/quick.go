package phone

import (
	"strconv"

	"github.com/nyaruka/phonenumbers"
)

// plainRegions are countries where a number without its trunk prefix is read by its
// digits alone: no transformation of prefixes, no leading zeros that count.
var plainRegions = func() map[string]int32 {
	m := map[string]int32{}
	for _, r := range []string{"PL", "ES", "FR", "DE", "GB", "US", "CA", "AT", "CH", "CZ", "SK", "NL", "BE", "PT", "SE", "NO", "DK"} {
		m[r] = int32(phonenumbers.GetCountryCodeForRegion(r))
	}
	return m
}()

// plainCodes are the country codes of plainRegions.
var plainCodes = func() map[int32]bool {
	m := map[int32]bool{}
	for _, code := range plainRegions {
		m[code] = true
	}
	return m
}()

// quick reads the common notations, digits with blanks and dashes, without the
// library's parser: an import reads hundreds of thousands of numbers, and that parser
// spends most of its time looking for extensions and foreign digits. It answers only
// for numbers that the library finds valid; everything else is left to Parse.
func quick(raw, region string) (string, bool) {
	intl := len(raw) > 0 && raw[0] == '+'
	start := 0
	if intl {
		start = 1
	}
	var buf [16]byte
	digits := buf[:0]
	for i := start; i < len(raw); i++ {
		switch c := raw[i]; {
		case c >= '0' && c <= '9':
			if len(digits) == 15 {
				return "", false
			}
			digits = append(digits, c)
		case c != ' ' && c != '-' || i == 0:
			return "", false
		}
	}
	if len(digits) < 7 || digits[0] == '0' {
		return "", false
	}
	code, national := int32(0), digits
	if intl {
		for n := 1; n <= 3; n++ {
			if k, _ := strconv.Atoi(string(digits[:n])); plainCodes[int32(k)] {
				code, national = int32(k), digits[n:]
				break
			}
		}
	} else {
		code = plainRegions[region]
	}
	if code == 0 || national[0] == '0' || code == 1 && national[0] == '1' {
		return "", false
	}
	value, err := strconv.ParseUint(string(national), 10, 64)
	if err != nil {
		return "", false
	}
	n := phonenumbers.PhoneNumber{CountryCode: &code, NationalNumber: &value}
	if !phonenumbers.IsValidNumber(&n) {
		return "", false
	}
	return "+" + strconv.Itoa(int(code)) + string(national), true
}

// plain takes an E.164 number of plainCodes apart, nil for any other text.
func plain(e164 string) *phonenumbers.PhoneNumber {
	if len(e164) < 8 || len(e164) > 16 || e164[0] != '+' || e164[1] == '0' {
		return nil
	}
	for n := 2; n <= 4; n++ {
		k, err := strconv.ParseUint(e164[1:n], 10, 32)
		if err != nil {
			return nil
		}
		code := int32(k)
		if !plainCodes[code] {
			continue
		}
		value, err := strconv.ParseUint(e164[n:], 10, 64)
		if err != nil || e164[n] == '0' {
			return nil
		}
		return &phonenumbers.PhoneNumber{CountryCode: &code, NationalNumber: &value}
	}
	return nil
}
