package output

import (
	"strings"
	"unicode"
)

// starters are the characters with which a spreadsheet takes a text for a formula,
// also as the full-width forms that some programs fold into them.
const starters = "=+-@\t\r\n＝＋－＠"

// runs reports whether a spreadsheet could run a text as a formula. What can't be
// seen at the beginning doesn't count: programs trim it.
func runs(s string) bool {
	for _, r := range s {
		switch {
		case strings.ContainsRune(starters, r):
			return true
		case r != ' ' && !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r):
			return false
		}
	}
	return false
}

// Harmless returns a text that a spreadsheet shows instead of running it: with an
// apostrophe in front where it has to be.
func Harmless(s string) string {
	if runs(s) && !dialled(s) {
		return "'" + s
	}
	return s
}

// breaks are the characters at which some program may cut a line into cells.
const breaks = ",;|\"\t\r\n"

// Within is Harmless for a text in a file of cells that a program with other habits
// may cut elsewhere: what follows a separator inside of the text could become the
// beginning of a cell.
func Within(s string) string {
	if !strings.ContainsAny(s, breaks) {
		return Harmless(s)
	}
	var b strings.Builder
	for i, whole := 0, s; i < len(whole); {
		end := strings.IndexAny(whole[i:], breaks)
		if end < 0 {
			end = len(whole) - i
		}
		if part := whole[i : i+end]; runs(part) && !dialled(strings.TrimSpace(part)) || end == 0 && i == 0 && runs(whole) {
			b.WriteByte('\'')
		}
		b.WriteString(whole[i:min(i+end+1, len(whole))])
		i += end + 1
	}
	return b.String()
}

// Plain takes the apostrophes off again that Within has set: of a file that was made
// with it and comes back.
func Plain(s string) string {
	var b strings.Builder
	for start := true; s != ""; {
		end := strings.IndexAny(s, breaks)
		if end < 0 {
			end = len(s) - 1
		}
		part := s[:end+1]
		rest, marked := strings.CutPrefix(part, "'")
		if bare := strings.TrimRight(rest, breaks); marked && (Harmless(bare) != bare || start && bare == "" && runs(rest)) {
			part = rest
		}
		b.WriteString(part)
		s, start = s[end+1:], false
	}
	return b.String()
}

// dialled reports whether a text is a phone number as it stands: a plus, digits and
// blanks. There is nothing to run in it, and with an apostrophe it would be no number
// any more.
func dialled(s string) bool {
	digits, ok := strings.CutPrefix(s, "+")
	if !ok || digits == "" || digits != strings.TrimSpace(digits) {
		return false
	}
	blanks := false
	for _, r := range digits {
		switch {
		case r == ' ' || r == '\u00a0':
			blanks = true
		case r < '0' || r > '9':
			return false
		}
	}
	return blanks // without one a spreadsheet drops the plus and counts with the rest
}

// dial writes a phone number so that a spreadsheet leaves it alone: "+1 415-555-0100"
// would be a sum.
func dial(s string) string {
	if !strings.HasPrefix(s, "+") {
		return s
	}
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '-' || r == '.' || r == '/' || unicode.IsSpace(r) }), " ")
	if !strings.ContainsRune(s, ' ') && len(s) > 4 {
		s = s[:3] + " " + s[3:]
	}
	return s
}
