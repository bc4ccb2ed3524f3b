package api

import (
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/carnetcrm/carnet/internal/db"
)

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string. It leaves <, > and & alone: answers are
// application/json with nosniff, never part of a page.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				b = append(append(b, s[from:i]...), `\ufffd`...)
				from = i + 1
			}
			i += n
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[from:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		from = i
	}
	return append(append(b, s[from:]...), '"')
}

// appendKey begins a member of an object: a comma where one is needed, the name
// and the colon.
func appendKey(b []byte, name string) []byte {
	if n := len(b); n > 0 && b[n-1] != '{' && b[n-1] != '[' {
		b = append(b, ',')
	}
	b = append(b, '"')
	b = append(b, name...)
	return append(b, '"', ':')
}

// appendComma separates the elements of an array.
func appendComma(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] != '[' {
		b = append(b, ',')
	}
	return b
}

func appendText(b []byte, name, s string) []byte { return appendString(appendKey(b, name), s) }

func appendInt(b []byte, name string, n int64) []byte {
	return strconv.AppendInt(appendKey(b, name), n, 10)
}

func appendBool(b []byte, name string, v bool) []byte {
	return strconv.AppendBool(appendKey(b, name), v)
}

// appendRef appends an id, null for none.
func appendRef(b []byte, name string, n int64) []byte {
	if n == 0 {
		return append(appendKey(b, name), "null"...)
	}
	return appendInt(b, name, n)
}

// appendStamp appends a moment as RFC 3339 in UTC, null for none.
func appendStamp(b []byte, name string, s db.Stamp) []byte {
	return appendMoment(appendKey(b, name), int64(s))
}

func appendMoment(b []byte, micro int64) []byte {
	if micro == 0 {
		return append(b, "null"...)
	}
	b = append(b, '"')
	b = time.UnixMicro(micro).UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z")
	return append(b, '"')
}

func appendTexts(b []byte, name string, list []string) []byte {
	b = append(appendKey(b, name), '[')
	for _, s := range list {
		b = appendString(appendComma(b), s)
	}
	return append(b, ']')
}
