// Package weburl normalises the web addresses that people type.
package weburl

import (
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// maxLen bounds an address; browsers and mail programs cut longer ones anyway.
const maxLen = 2000

// Clean returns a web address that is safe to put into a link: http or https only, with
// https when no scheme was typed ("facebook.com/x"), the host in lower case, without a
// user name or password. ok is false for other schemes (javascript:, data:, file:), for
// hosts without a dot and for anything that doesn't parse.
func Clean(raw string) (clean string, ok bool) {
	s := strings.TrimSpace(raw)
	if s == "" || len(s) > maxLen || strings.ContainsFunc(s, forbidden) {
		return "", false
	}
	switch i := strings.Index(s, "://"); {
	case strings.HasPrefix(s, "//"):
		s = "https:" + s
	case i < 0 && schemeOnly(s):
		return "", false
	case i < 0:
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Opaque != "" || u.User != nil {
		return "", false
	}
	u.Scheme = strings.ToLower(u.Scheme)
	if u.Scheme != "http" && u.Scheme != "https" {
		return "", false
	}
	host, err := idna.Lookup.ToASCII(strings.TrimSuffix(strings.ToLower(u.Hostname()), "."))
	if err != nil || !hostName(host) {
		return "", false
	}
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	u.Host = host
	if u.Path == "/" && u.RawQuery == "" && u.Fragment == "" {
		u.Path = ""
	}
	return u.String(), true
}

// forbidden are characters that no address holds and that could hide one in another.
func forbidden(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("<>\"\\^`{|}", r)
}

// schemeOnly tells "javascript:x" and "mailto:a@b" from "example.com:8080/x".
func schemeOnly(s string) bool {
	before, after, found := strings.Cut(s, ":")
	if !found || strings.ContainsAny(before, "/?#") {
		return false
	}
	port, _, _ := strings.Cut(after, "/")
	return !strings.Contains(before, ".") || port == "" || strings.Trim(port, "0123456789") != ""
}

func hostName(s string) bool {
	labels := strings.Split(s, ".")
	if len(labels) < 2 || len(s) > 253 {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return strings.Trim(labels[len(labels)-1], "0123456789") != "" // a name, not an IP address
}

// Display returns a cleaned address as people read it, without scheme and "www.".
func Display(clean string) string {
	s := strings.TrimPrefix(strings.TrimPrefix(clean, "https://"), "http://")
	s = strings.TrimPrefix(s, "www.")
	host, rest, found := strings.Cut(s, "/")
	if letters, err := idna.Lookup.ToUnicode(host); err == nil {
		host = letters
	}
	if !found || rest == "" {
		return host
	}
	return host + "/" + rest
}
