package sheet

import (
	"bytes"
	"strings"
)

const (
	cutDone   = iota // a whole record, with its line end
	cutMore          // more input is needed
	cutBroken        // a quote isn't closed: give up after the first line
)

// cut finds the end of the record at the beginning of b. For cutBroken n is the
// number of bytes looked at. Without multi a quoted field can't hold line breaks.
func cut(b []byte, delim byte, eof, multi bool) (n, state int) {
	i := 0
	for {
		for i < len(b) && b[i] == ' ' {
			i++
		}
		if i < len(b) && b[i] == '"' {
			end, st := cutQuoted(b, i, delim, eof, multi)
			if st != cutDone {
				return end, st
			}
			i = end
		}
		// The rest of an unquoted field, or what follows a closing quote.
		for i < len(b) && b[i] != delim && b[i] != '\n' {
			i++
		}
		switch {
		case i < len(b) && b[i] == '\n':
			return i + 1, cutDone
		case i < len(b):
			i++
		case eof || len(b) > 4*MaxRecord:
			return len(b), cutDone
		default:
			return 0, cutMore
		}
	}
}

// cutQuoted finds the end of the quoted field that begins at i. A field that
// spans lines and is followed by anything but a delimiter was not meant as one:
// its closing quote is the opening quote of a field in a later line.
func cutQuoted(b []byte, i int, delim byte, eof, multi bool) (n, state int) {
	start := i
	i++
	for {
		k := bytes.IndexByte(b[i:], '"')
		if k < 0 {
			if nl := bytes.IndexByte(b[start:], '\n'); nl >= 0 && !multi {
				return len(b), cutBroken
			}
			if eof || len(b) > MaxRecord {
				return len(b), cutBroken
			}
			return 0, cutMore
		}
		i += k + 1
		if i == len(b) && !eof {
			return 0, cutMore
		}
		if i < len(b) && b[i] == '"' {
			i++
			continue
		}
		break
	}
	after := i
	for after < len(b) && b[after] == ' ' {
		after++
	}
	if after == len(b) && !eof {
		return 0, cutMore
	}
	lines := bytes.IndexByte(b[start:i], '\n') >= 0
	if lines && (!multi || after < len(b) && b[after] != delim && b[after] != '\n') {
		return i, cutBroken
	}
	return i, cutDone
}

// split cuts the text of one record into fields. Without quoting, as for a broken
// record, quotes are dropped and every delimiter counts.
func split(raw string, delim byte, quoting bool) []string {
	cells := make([]string, 0, strings.Count(raw, string(delim))+1)
	if !quoting {
		for _, f := range strings.Split(raw, string(delim)) {
			cells = append(cells, strings.TrimSpace(strings.ReplaceAll(f, `"`, "")))
		}
		return cells
	}
	for i := 0; ; {
		start := i
		for i < len(raw) && raw[i] == ' ' {
			i++
		}
		text, whole := "", false
		if i < len(raw) && raw[i] == '"' {
			text, i, whole = quoted(raw, i, delim)
		}
		if !whole {
			if k := strings.IndexByte(raw[i:], delim); k >= 0 {
				i += k
			} else {
				i = len(raw)
			}
			text = raw[start:i]
		}
		cells = append(cells, strings.TrimSpace(text))
		if i >= len(raw) {
			return cells
		}
		i++ // the delimiter
	}
}

// quoted returns the text of the quoted field at i and the position after it;
// whole is false when other text follows the closing quote, and the quotes are
// then part of the value.
func quoted(raw string, i int, delim byte) (text string, next int, whole bool) {
	start := i + 1
	i++
	escaped := false
	for i < len(raw) {
		if raw[i] != '"' {
			i++
			continue
		}
		if i+1 < len(raw) && raw[i+1] == '"' {
			escaped = true
			i += 2
			continue
		}
		break
	}
	text = raw[start:min(i, len(raw))]
	if escaped {
		text = strings.ReplaceAll(text, `""`, `"`)
	}
	i++
	for i < len(raw) && raw[i] == ' ' {
		i++
	}
	if i >= len(raw) {
		return text, len(raw), true
	}
	return text, i, raw[i] == delim
}
