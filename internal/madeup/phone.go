package madeup

import "strings"

// phoneRange is a block of numbers: "+48 60# ### ###", where # is any digit.
type phoneRange struct {
	shape    string // international, in the grouping of the country
	trunk    string // what the country dials before a national number: "0", "" ...
	reserved bool   // set aside by the regulator for fiction
}

// reservedRanges are set aside for films and books: Ofcom (GB), Bundesnetzagentur (DE),
// ARCEP (FR), PTS (SE) and 555-01xx of the North American plan. Ofcom's and ARCEP's
// mobile blocks (07700 900, 06 39 98) and Ireland's 020 91 are left out, because
// libphonenumber calls them invalid and a form would refuse them.
var reservedRanges = map[string][2]string{ // mobile, fixed
	"GB": {"+44 20 7946 0###|+44 161 496 0###", "+44 20 7946 0###|+44 117 496 0###|+44 161 496 0###|+44 131 496 0###"},
	"DE": {"+49 176 040690##|+49 171 39200##", "+49 30 23125###|+49 69 90009###|+49 40 66969###|+49 221 4710###|+49 89 99998###"},
	"FR": {"+33 1 99 00 ## ##|+33 2 61 91 ## ##", "+33 1 99 00 ## ##|+33 2 61 91 ## ##|+33 3 53 01 ## ##|+33 4 65 71 ## ##|+33 5 36 49 ## ##"},
	"SE": {"+46 70 174 06 [1-8]#", "+46 31 390 06 ##|+46 40 628 04 ##|+46 8 465 004 ##"},
	"US": {"+1 212-555-01##|+1 415-555-01##|+1 312-555-01##|+1 206-555-01##|+1 617-555-01##", "+1 213-555-01##|+1 303-555-01##|+1 305-555-01##"},
}

// plausibleRanges belong to operators. They serve where no block is reserved (a number
// may then be somebody's: never dial or text made-up data), and everywhere when a
// million clients need a million numbers.
var plausibleRanges = map[string][2]string{
	"PL": {"+48 60# ### ###|+48 50# ### ###|+48 69# ### ###|+48 51# ### ###", "+48 12 6## ## ##|+48 22 8## ## ##|+48 58 3## ## ##"},
	"ES": {"+34 6## ### ###", "+34 91# ## ## ##|+34 93# ## ## ##|+34 954 ## ## ##"},
	"FR": {"+33 6 1# ## ## ##|+33 6 2# ## ## ##|+33 7 6# ## ## ##", "+33 1 4# ## ## ##|+33 4 7# ## ## ##|+33 5 5# ## ## ##"},
	"DE": {"+49 171 #######|+49 160 #######|+49 176 ########", "+49 30 4#######|+49 89 3#######|+49 40 2#######"},
	"GB": {"+44 7400 ######|+44 7712 ######|+44 7812 ######", "+44 20 7### ####|+44 161 2## ####|+44 131 2## ####"},
	"US": {"+1 212-6##-####|+1 415-6##-####|+1 312-6##-####", "+1 206-6##-####|+1 617-6##-####"},
	"CH": {"+41 79 ### ## ##|+41 78 ### ## ##|+41 76 ### ## ##", "+41 44 2## ## ##|+41 31 3## ## ##|+41 22 7## ## ##"},
	"AT": {"+43 664 #######|+43 676 #######", "+43 1 5######|+43 662 8#####"},
	"IT": {"+39 333 #######|+39 347 #######|+39 328 #######", "+39 06 4#######|+39 02 4#######"},
	"IE": {"+353 85 ### ####|+353 86 ### ####|+353 87 ### ####", "+353 1 6## ####"},
	"CZ": {"+420 60[2-8] ### ###|+420 77[3-7] ### ###", "+420 22# ### ###"},
	"UA": {"+380 50 ### ####|+380 67 ### ####", "+380 44 2## ####"},
	"GR": {"+30 697 ### ####|+30 694 ### ####", "+30 210 3## ####"},
	"TR": {"+90 532 ### ## ##|+90 542 ### ## ##", "+90 212 2## ## ##"},
	"SE": {"+46 70 ### ## ##|+46 73 ### ## ##", "+46 8 5## ### ##"},
	"DK": {"+45 20 [3-7]# ## ##|+45 40 [2-7]# ## ##", "+45 33 [1-9]# ## ##"},
	"NO": {"+47 40# ## ###|+47 91# ## ###", "+47 22 ## ## ##"},
	"PT": {"+351 91# ### ###|+351 96# ### ###", "+351 21 3## ####"},
	"BR": {"+55 11 9[6-9]###-####|+55 21 9[6-9]###-####", "+55 11 3###-####"},
	"CN": {"+86 138 #### ####|+86 139 #### ####", "+86 10 6### ####"},
	"JP": {"+81 90 [1-9]### ####|+81 80 [1-9]### ####", "+81 3 3### ####"},
	"VN": {"+84 91# ### ###|+84 98# ### ###", "+84 24 3### ####"},
	"IN": {"+91 981## #####|+91 982## #####", "+91 22 2### ####"},
}

// noTrunk are the countries that dial a national number without a leading 0.
const noTrunk = " PL ES US IT CZ GR DK NO PT "

// phoneRanges returns the blocks of a country, the reserved ones first.
func phoneRanges(code string) (mobile, fixed []phoneRange) {
	trunk := "0"
	if strings.Contains(noTrunk, " "+code+" ") {
		trunk = ""
	}
	add := func(to []phoneRange, shapes string, reserved bool) []phoneRange {
		for shape := range strings.SplitSeq(shapes, "|") {
			if shape != "" {
				to = append(to, phoneRange{shape, trunk, reserved})
			}
		}
		return to
	}
	mobile = add(add(nil, reservedRanges[code][0], true), plausibleRanges[code][0], false)
	fixed = add(add(nil, reservedRanges[code][1], true), plausibleRanges[code][1], false)
	return mobile, fixed
}

// phone draws a number from ranges: a reserved one unless there is none or wide is set.
func (g *Generator) phone(r *rng, ranges []phoneRange) (pr phoneRange, international string) {
	n := 0
	for n < len(ranges) && ranges[n].reserved {
		n++
	}
	switch {
	case n == 0 || n == len(ranges):
		pr = pick(r, ranges)
	case g.wide:
		pr = pick(r, ranges[n:])
	default:
		pr = pick(r, ranges[:n])
	}
	return pr, expand(r, pr.shape)
}

// expand fills the digits of a shape: # is any digit, [6-9] one of a span.
func expand(r *rng, shape string) string {
	buf := make([]byte, 0, len(shape))
	for i := 0; i < len(shape); i++ {
		switch c := shape[i]; c {
		case '#':
			buf = append(buf, byte('0'+r.below(10)))
		case '[':
			buf = append(buf, shape[i+1]+byte(r.below(int(shape[i+3]-shape[i+1])+1)))
			i += 4
		default:
			buf = append(buf, c)
		}
	}
	return string(buf)
}

// notation is how somebody wrote a number down.
type notation int

const (
	spaced       notation = iota // +48 600 100 200
	compact                      // +48600100200
	doubleZero                   // 0048 600 100 200
	nationalTrim                 // 600100200
	nationalGap                  // 600 100 200
	nationalDash                 // 600-100-200
	bracketZero                  // +44 (0)20 7946 0123
)

// write renders an international number in a notation. National ones make sense only in
// the agency's own country.
func (pr phoneRange) write(international string, n notation) string {
	prefix, rest, _ := strings.Cut(international, " ")
	switch n {
	case compact:
		return digitsOnly(international)
	case doubleZero:
		return "00" + prefix[1:] + " " + rest
	case nationalTrim:
		return pr.trunk + strings.TrimPrefix(digitsOnly(rest), "+")
	case nationalGap:
		return pr.trunk + rest
	case nationalDash:
		return pr.trunk + strings.ReplaceAll(rest, " ", "-")
	case bracketZero:
		if strings.Contains(" +44 +49 +43 +41 +33 +46 ", " "+prefix+" ") {
			return prefix + " (0)" + rest
		}
	}
	return international
}

// digitsOnly drops everything but digits and a leading plus.
func digitsOnly(s string) string {
	buf := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= '0' && c <= '9' || c == '+' {
			buf = append(buf, c)
		}
	}
	return string(buf)
}

// phoneValue makes a communication of a number in ranges, written as people write.
func (g *Generator) phoneValue(r *rng, c *country, ranges []phoneRange, subType string) Value {
	pr, international := g.phone(r, ranges)
	return Value{
		SubType: subType, Value: pr.write(international, g.notation(r, c)),
		E164: digitsOnly(international), Marketing: r.chance(450),
	}
}

// notation draws a way of writing that can be read in the agency's country.
func (g *Generator) notation(r *rng, c *country) notation {
	if c.code == g.agency.Country {
		return notation(r.weighted(20, 15, 4, 12, 35, 9, 5))
	}
	return notation(r.weighted(60, 25, 10, 0, 0, 0, 5))
}
