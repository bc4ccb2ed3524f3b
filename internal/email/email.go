// Package email normalises e-mail addresses.
package email

import (
	"net/mail"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// Parse reads one address as people and exports write it ("mailto:", angle brackets,
// a name before it, a full stop after it) and returns it in lower case: "anna@example.pl".
// Domains with national letters are kept in letters. ok is false for several addresses,
// for what has no domain with a dot, and for anything that could not be sent to.
//
// The local part is lowered too. In theory a server may tell Anna from anna; in
// practice none does, and duplicates would not be found.
func Parse(raw string) (norm string, ok bool) {
	s := strings.Map(visible, raw)
	s = trim(s)
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		s, _, _ = strings.Cut(s[7:], "?")
	}
	if i := strings.LastIndexByte(s, '<'); i >= 0 && strings.HasSuffix(s, ">") {
		name := trim(strings.ToLower(s[:i]))
		s = s[i+1 : len(s)-1]
		if strings.Contains(name, "@") && name != trim(strings.ToLower(s)) {
			return "", false // two addresses
		}
	}
	s = strings.ToLower(trim(s))
	local, domain, found := strings.Cut(s, "@")
	if !found || len(s) > 254 || len(local) > 64 || !plainLocal(local) {
		return "", false
	}
	if domain, ok = cleanDomain(domain); !ok {
		return "", false
	}
	s = local + "@" + domain
	if a, err := mail.ParseAddress(s); err != nil || a.Address != s {
		return "", false
	}
	return s, true
}

// trim removes what stands around an address in lists and texts.
func trim(s string) string {
	const around = " \t\r\n'\"`;,"
	return strings.TrimRight(strings.TrimLeft(s, around), around+".")
}

// visible drops characters that come along when an address is copied from a page.
func visible(r rune) rune {
	switch {
	case unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r':
		return -1
	case r == 0xa0:
		return ' '
	}
	return r
}

// plainLocal accepts letters, digits and the signs of RFC 5322's dot-atom. Quoted local
// parts are legal and nobody has one.
func plainLocal(s string) bool {
	if s == "" || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~.", r) && !unicode.IsMark(r) {
			return false
		}
	}
	return true
}

// cleanDomain checks a host name with IDNA and returns it in letters.
func cleanDomain(s string) (string, bool) {
	s = strings.TrimSuffix(s, ".")
	ascii, err := idna.Lookup.ToASCII(s)
	if err != nil || len(ascii) > 253 {
		return "", false
	}
	labels := strings.Split(ascii, ".")
	tld := labels[len(labels)-1]
	if len(labels) < 2 || len(tld) < 2 || tld[0] >= '0' && tld[0] <= '9' {
		return "", false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return "", false
		}
	}
	letters, err := idna.Lookup.ToUnicode(ascii)
	if err != nil {
		return ascii, true
	}
	return letters, true
}
