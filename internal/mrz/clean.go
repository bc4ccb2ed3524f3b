package mrz

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxText bounds what is looked at: a zone has 90 characters.
const maxText = 4096

// fillers are what editors, fonts and scanners make of "<".
var fillers = strings.NewReplacer("&lt;", "<", "&LT;", "<", "‹", "<", "〈", "<", "⟨", "<", "❮", "<", "≺", "<", "˂", "<", "ᐸ", "<", "﹤", "<", "＜", "<")

// double is a "«": a scanner sees two fillers as one character, and now and then one.
const double = '«'

// split returns the lines that aren't empty, in capitals, their inner spaces kept.
func split(text string) ([]string, error) {
	if len(text) > maxText {
		return nil, one(Problem{Reason: Shape, Found: strconv.Itoa(len(text))})
	}
	text = fillers.Replace(strings.ToValidUTF8(text, "\ufffd"))
	text = strings.ToUpper(norm.NFKC.String(text))
	var lines []string
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("\n\r\v\f\u0085\u2028\u2029", r) }) {
		line = strings.Map(func(r rune) rune {
			switch {
			case unicode.IsSpace(r):
				return ' '
			case unicode.Is(unicode.Cf, r):
				return -1
			}
			return r
		}, line)
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return nil, one(Problem{Reason: Empty})
	}
	return lines, nil
}

// variants are the ways to read spaces and doubled fillers in a line.
func variants(line string) []string {
	close := strings.ReplaceAll(line, " ", "")
	out := []string{strings.ReplaceAll(close, string(double), "<<")}
	if close != line {
		out = append(out, strings.ReplaceAll(strings.ReplaceAll(line, " ", "<"), string(double), "<<"))
	}
	if strings.ContainsRune(line, double) {
		out = append(out, strings.ReplaceAll(close, string(double), "<"))
	}
	return out
}

// ofWidth returns the readings of a line that have the width.
func ofWidth(line string, width int) (string, bool) {
	for _, v := range variants(line) {
		if utf8.RuneCountInString(v) == width {
			return v, true
		}
	}
	return "", false
}

// exact returns the zones that the lines make without any guess: each line of the right
// length, or all together cut into lines.
func exact(raw []string) (zones [][]string) {
	for _, s := range shapes {
		if len(raw) != s.lines {
			continue
		}
		zone := make([]string, 0, s.lines)
		for _, line := range raw {
			if v, ok := ofWidth(line, s.width); ok {
				zone = append(zone, v)
			}
		}
		if len(zone) == s.lines {
			return [][]string{zone}
		}
	}
	joined := strings.Join(raw, "")
	for _, s := range shapes {
		for _, v := range variants(joined) {
			if r := []rune(v); len(r) == s.lines*s.width {
				zone := make([]string, s.lines)
				for i := range zone {
					zone[i] = string(r[i*s.width : (i+1)*s.width])
				}
				zones = append(zones, zone)
			}
		}
	}
	return zones
}

// maxMend is how many fillers may be missing or too many in the middle of a line.
const maxMend = 8

// mendings returns zones of the right shape that differ from the lines by fillers only.
func mendings(raw []string) (zones [][]string) {
	if len(raw) == 1 {
		raw = strings.Fields(raw[0]) // lines that were pasted with a space between them
	}
	for _, s := range shapes {
		if len(raw) != s.lines {
			continue
		}
		names := 0
		if s.lines == 3 {
			names = 2
		}
		zone := make([]string, 0, s.lines)
		for i, line := range raw {
			if v, ok := ofWidth(line, s.width); ok {
				zone = append(zone, v)
			} else if v, ok := refill(variants(line)[0], s.width, i == names); ok {
				zone = append(zone, v)
			}
		}
		if len(zone) == s.lines {
			zones = append(zones, zone)
		}
	}
	return zones
}

// refill gives a line the width by adding or taking fillers: at the end of the names,
// in the longest run of at least two fillers elsewhere.
func refill(line string, width int, names bool) (string, bool) {
	r := []rune(line)
	missing := width - len(r)
	if names {
		trimmed := strings.TrimRight(line, "<")
		n := utf8.RuneCountInString(trimmed)
		if n < 8 || n > width {
			return "", false
		}
		return trimmed + strings.Repeat("<", width-n), true
	}
	if missing > maxMend || missing < -maxMend {
		return "", false
	}
	start, length := 0, 0
	for i := 0; i < len(r); {
		j := i
		for j < len(r) && r[j] == '<' {
			j++
		}
		if j-i > length || j-i == length && length > 0 {
			start, length = i, j-i
		}
		i = max(j, i+1)
	}
	if length < 2 || length+missing < 1 {
		return "", false
	}
	return string(r[:start]) + strings.Repeat("<", length+missing) + string(r[start+length:]), true
}

// shapeError says which line is too long or too short, or that there are too many.
func shapeError(raw []string) error {
	if len(raw) != 2 && len(raw) != 3 {
		n := 0
		for _, line := range raw {
			n += utf8.RuneCountInString(variants(line)[0])
		}
		return one(Problem{Reason: Shape, Found: strconv.Itoa(n)})
	}
	width := 30
	if len(raw) == 2 {
		// The nearer of the two widths, by the line that isn't padded with fillers.
		if width = 36; utf8.RuneCountInString(variants(raw[1])[0]) > 40 || utf8.RuneCountInString(variants(raw[0])[0]) > 40 {
			width = 44
		}
	}
	e := &Error{}
	for i, line := range raw {
		if _, ok := ofWidth(line, width); !ok {
			n := utf8.RuneCountInString(variants(line)[0])
			e.Problems = append(e.Problems, Problem{Reason: Length, Line: i + 1, Found: strconv.Itoa(n), Want: strconv.Itoa(width)})
		}
	}
	if len(e.Problems) == 0 {
		return one(Problem{Reason: Shape})
	}
	return e
}
