package mrz

import "strings"

// span is a run of characters: line and columns from 0, to exclusive.
type span struct{ line, from, to int }

func (s span) none() bool { return s.to == 0 }

// layout says where the fields of a format are. Spans that the format lacks are zero.
type layout struct {
	format       Format
	lines, width int
	code, state  span
	number       span // its check digit follows
	names, given span // given only where it has a field of its own
	nationality  span
	birth, sex   span // the check digit follows the birth
	expiry       span // its check digit follows
	optional     span
	optional2    span
	ownCheck     bool // the optional data have a check digit after them
	long         bool // a long number goes on in the optional data
	composite    []span
	check        span // the composite check digit
}

var td1 = layout{
	format: TD1, lines: 3, width: 30,
	code: span{0, 0, 2}, state: span{0, 2, 5}, number: span{0, 5, 14}, optional: span{0, 15, 30}, long: true,
	birth: span{1, 0, 6}, sex: span{1, 7, 8}, expiry: span{1, 8, 14}, nationality: span{1, 15, 18}, optional2: span{1, 18, 29},
	names:     span{2, 0, 30},
	composite: []span{{0, 5, 30}, {1, 0, 7}, {1, 8, 15}, {1, 18, 29}}, check: span{1, 29, 30},
}

var td2 = layout{
	format: TD2, lines: 2, width: 36,
	code: span{0, 0, 2}, state: span{0, 2, 5}, names: span{0, 5, 36},
	number: span{1, 0, 9}, nationality: span{1, 10, 13}, birth: span{1, 13, 19}, sex: span{1, 20, 21}, expiry: span{1, 21, 27},
	optional: span{1, 28, 35}, long: true,
	composite: []span{{1, 0, 10}, {1, 13, 20}, {1, 21, 35}}, check: span{1, 35, 36},
}

var td3 = layout{
	format: TD3, lines: 2, width: 44,
	code: span{0, 0, 2}, state: span{0, 2, 5}, names: span{0, 5, 44},
	number: span{1, 0, 9}, nationality: span{1, 10, 13}, birth: span{1, 13, 19}, sex: span{1, 20, 21}, expiry: span{1, 21, 27},
	optional: span{1, 28, 42}, ownCheck: true,
	composite: []span{{1, 0, 10}, {1, 13, 20}, {1, 21, 43}}, check: span{1, 43, 44},
}

var mrva = layout{
	format: MRVA, lines: 2, width: 44,
	code: span{0, 0, 2}, state: span{0, 2, 5}, names: span{0, 5, 44},
	number: span{1, 0, 9}, nationality: span{1, 10, 13}, birth: span{1, 13, 19}, sex: span{1, 20, 21}, expiry: span{1, 21, 27},
	optional: span{1, 28, 44},
}

var mrvb = layout{
	format: MRVB, lines: 2, width: 36,
	code: span{0, 0, 2}, state: span{0, 2, 5}, names: span{0, 5, 36},
	number: span{1, 0, 9}, nationality: span{1, 10, 13}, birth: span{1, 13, 19}, sex: span{1, 20, 21}, expiry: span{1, 21, 27},
	optional: span{1, 28, 36},
}

// fra87 is the French card: its number has twelve characters (year and month of issue,
// department, serial), the given names a field of their own, and it never expires in
// the zone. Its optional data are the department and office of issue.
var fra87 = layout{
	format: FRA87, lines: 2, width: 36,
	code: span{0, 0, 2}, state: span{0, 2, 5}, names: span{0, 5, 30}, optional: span{0, 30, 36},
	number: span{1, 0, 12}, given: span{1, 13, 27}, birth: span{1, 27, 33}, sex: span{1, 34, 35},
	composite: []span{{0, 0, 36}, {1, 0, 35}}, check: span{1, 35, 36},
}

// layoutsOf returns the layouts that lines of their number and length can have, the
// likelier first.
func layoutsOf(lines []string) []*layout {
	visa := strings.HasPrefix(lines[0], "V")
	switch {
	case len(lines) == 3:
		return []*layout{&td1}
	case len(lines[0]) == td3.width && visa:
		return []*layout{&mrva}
	case len(lines[0]) == td3.width:
		return []*layout{&td3}
	case visa:
		return []*layout{&mrvb}
	case strings.HasPrefix(lines[0], "IDFRA") || strings.HasPrefix(lines[0], "1DFRA"):
		return []*layout{&fra87, &td2}
	}
	return []*layout{&td2}
}

// shapes are the possible numbers and lengths of lines.
var shapes = []struct {
	lines, width int
	format       Format
}{{2, 44, TD3}, {3, 30, TD1}, {2, 36, TD2}}
