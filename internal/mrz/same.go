package mrz

import "strings"

// SameName reports whether the name printed in a zone is a rendering of the stored one,
// spaces, hyphens and apostrophes aside: "MUELLER" and "MULLER" are Müller, "SOERENSEN"
// is Sørensen, "LUKASZ" is Łukasz, "ALEKSEI" is Алексей. Every letter of both has to be
// accounted for.
func SameName(printed, stored string) bool {
	return match(plain(printed), closed(stored), false)
}

// SameNames compares the names of the zone with those stored. A truncated zone has only
// the beginning of them, and either side may have more given names than the other: a
// passport prints all, an agency often keeps the first. Families have to agree, but
// for a zone without one.
func (d Document) SameNames(family, given string) bool {
	sameFamily := SameName(d.Family, family) || d.Truncated && d.Given == "" && match(plain(d.Family), closed(family), true)
	if d.Family == "" {
		// One name alone is printed where the state has it; stored it may be either.
		return SameName(d.Given, given) || SameName(d.Given, family) || SameName(d.Given, given+" "+family)
	}
	if !sameFamily {
		return false
	}
	if d.Given == "" || strings.TrimSpace(given) == "" {
		return true
	}
	// Some word boundary of the printed names ends the stored ones, or the other way round.
	printed, stored := strings.Fields(plainWords(d.Given)), parts(given)
	for i := 1; i <= len(printed); i++ {
		if SameName(strings.Join(printed[:i], ""), given) {
			return true
		}
	}
	for i := 1; i <= len(stored); i++ {
		if SameName(d.Given, strings.Join(stored[:i], " ")) {
			return true
		}
	}
	return d.Truncated && match(plain(d.Given), closed(given), true)
}

// parts splits a stored name where the zone would have a filler.
func parts(name string) []string {
	name = name[:min(len(name), maxName)]
	return strings.FieldsFunc(name, func(r rune) bool { return len(letters(string(r))) == 1 && letters(string(r))[0][0] == " " })
}

// plainWords keeps the letters of a printed name and its word boundaries.
func plainWords(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r == '<' || r == ' ' || r == '-':
			return ' '
		}
		return -1
	}, s[:min(len(s), maxName)])
}

func plain(s string) string { return strings.ReplaceAll(plainWords(s), " ", "") }

// closed is letters without the spaces.
func closed(name string) [][]string {
	all := letters(name)
	out := all[:0]
	for _, l := range all {
		if l[0] != " " {
			out = append(out, l)
		}
	}
	return out
}

// match walks the printed text through what the stored letters may be printed as, all
// ways at once. With prefix the printed text may end early.
func match(printed string, stored [][]string, prefix bool) bool {
	if printed == "" || len(stored) == 0 {
		return printed == "" && len(stored) == 0
	}
	at := map[int]bool{0: true}
	for _, forms := range stored {
		next := map[int]bool{}
		for i := range at {
			for _, f := range forms {
				rest := printed[i:]
				if strings.HasPrefix(rest, f) {
					next[i+len(f)] = true
				} else if prefix && strings.HasPrefix(f, rest) {
					return true
				}
			}
		}
		if len(next) == 0 {
			return false
		}
		if prefix && next[len(printed)] {
			return true
		}
		at = next
	}
	return at[len(printed)]
}
