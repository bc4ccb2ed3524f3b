package intake

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/carnetcrm/carnet/internal/cardno"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/fold"
)

// Said is one thing that a row says of a person's profile, as written, apart from dates.
// What the lists of an agency make of it, this package doesn't know.
type Said struct {
	Target string // "passport.number", "preference.seat"
	Number int    // which passport, visa, membership ... of the person, from 0
	Title  string // of the column
	Label  string // of the column: a programme, a kind of relation
	Value  string // of a date: as package date writes it
}

// profileTargets are the fields of a person's profile. Those that agencies extend are
// open: "preference." with the key of a field of preferences, "special_date." with a
// code of that list.
var profileTargets = []Target{
	{"passport.number", "document", KindSecret, true},
	{"passport.country", "document", KindText, true},
	{"passport.issued", "document", KindDate, true},
	{"passport.expires", "document", KindDate, true},
	{"passport.nationality", "document", KindText, true},
	{"passport.birth_place", "document", KindText, true},
	{"passport.mrz", "document", KindSecret, true},
	{"visa.country", "document", KindText, true},
	{"visa.type", "document", KindText, true},
	{"visa.number", "document", KindSecret, true},
	{"visa.expires", "document", KindDate, true},
	{"loyalty.membership", "loyalty", KindText, true},
	{"loyalty.programme", "loyalty", KindText, true},
	{"loyalty.number", "loyalty", KindText, true},
	{"loyalty.tier", "loyalty", KindText, true},
	{"emergency.contact", "emergency", KindText, true},
	{"emergency.name", "emergency", KindText, true},
	{"emergency.phone", "emergency", KindText, true},
	{"emergency.email", "emergency", KindText, true},
	{"emergency.relation", "emergency", KindText, true},
	{"relation.person", "relation", KindText, true},
	{"relation.type", "relation", KindText, true},
}

// The open targets.
const (
	PreferenceTarget = "preference."
	DateTarget       = "special_date."
)

// openTarget returns a target whose name this package can't know.
func openTarget(key string) (Target, bool) {
	for prefix, kind := range map[string]string{PreferenceTarget: KindList, DateTarget: KindDate} {
		if rest, ok := strings.CutPrefix(key, prefix); ok && openName.MatchString(rest) {
			return Target{key, strings.TrimSuffix(prefix, "."), kind, true}, true
		}
	}
	return Target{}, false
}

var openName = regexp.MustCompile(`^[A-Za-z0-9_]{1,60}$`)

// Sealed reports whether the values of a target are secrets: they are shown nowhere, not
// even where they can't be read.
func Sealed(target string) bool { return targetByKey[target].Kind == KindSecret }

// guarded are columns beside secrets: what stands there by mistake may be one.
func guarded(target string) bool {
	return Sealed(target) || strings.HasPrefix(target, "passport.") || strings.HasPrefix(target, "visa.")
}

// spread gives columns with the same target numbers of their own: a second "Passport
// number" is that of a second passport.
func spread(columns []Column) []int {
	taken := map[string]bool{}
	out := make([]int, len(columns))
	for i, c := range columns {
		n := c.Number
		if isProfile(c.Target) {
			at := func() string { return fmt.Sprintf("%s %d %d", c.Target, c.Person, n) }
			for taken[at()] && n < maxNumber {
				n++
			}
			taken[at()] = true
		}
		out[i] = n
	}
	return out
}

// maxNumber bounds the passports, visas ... of one person in a row, from 0.
const maxNumber = 9

// isProfile reports whether a target is one of a person's profile.
func isProfile(target string) bool {
	area, _, _ := strings.Cut(target, ".")
	switch area {
	case "passport", "visa", "loyalty", "emergency", "relation", "preference", "special_date":
		return true
	}
	return false
}

// putProfile keeps what a row says of a person's profile.
func (b *builder) putProfile(c *Column, number int, lab, value string) {
	if t, _ := TargetOf(c.Target); t.Kind == KindDate {
		d, ok := date.Parser{Order: c.DateOrder, Today: b.p.opt.Today}.Parse(value)
		switch {
		case !ok && guarded(c.Target):
			b.left(c)
			return
		case !ok:
			b.doubt(c, "intake.problem.date", value)
			return
		case d == "":
			return
		}
		value = string(d)
	}
	t := b.traveler(c.Person)
	if c.Target == "passport.number" {
		value = b.beside(c, t, number, value)
	}
	t.Profile = append(t.Profile, Said{Target: c.Target, Number: number, Title: c.Title, Label: lab, Value: value})
}

var (
	// numberAndMore is a number with something beside it: "AB 1234567 / 12.3.2031".
	numberAndMore = regexp.MustCompile(`^((?:[A-Za-z]{1,3} )?[A-Za-z0-9]*\d[A-Za-z0-9]{3,11})[\s,;:/()\-]+(\S.*?)\)?$`)
	// aside is what can't be part of a number: a word, or a date or the end of one.
	aside  = regexp.MustCompile(`\p{L}{2,}|\d[./]\d|\d{2}-\d{2}`)
	secret = regexp.MustCompile(`[A-Za-z]*\d[A-Za-z0-9]{4,}`)
)

// beside takes what stands beside a passport's number away from it: the day on which it
// ends, the country. The rest becomes a note, unless it may itself be a number.
func (b *builder) beside(c *Column, t *Traveler, number int, value string) string {
	m := numberAndMore.FindStringSubmatch(value)
	if m == nil || !aside.MatchString(m[2]) || secret.MatchString(m[2]) {
		return value
	}
	say := func(target, value string) {
		t.Profile = append(t.Profile, Said{Target: target, Number: number, Title: c.Title, Value: value})
	}
	end := m[2]
	if i := strings.IndexFunc(end, unicode.IsDigit); i >= 0 { // "valid until 12.3.2031"
		end = end[i:]
	}
	if d, ok := (date.Parser{Order: c.DateOrder, Today: b.p.opt.Today}).Parse(end); ok && d.HasYear() {
		say("passport.expires", string(d))
	} else if code, ok := b.p.countryCode(m[2]); ok {
		say("passport.country", code)
	} else {
		b.doubt(c, "intake.problem.beside", m[2])
	}
	return m[1]
}

// left reports a value that can't be used and is repeated nowhere.
func (b *builder) left(c *Column) {
	s := Warning
	if b.p.opt.Strict {
		s = Error
	}
	b.report(s, c.Title, "intake.problem.left_out")
}

// shield masks numbers of payment cards and security codes in what isn't sealed.
// Numbers of documents and memberships, and ids of other programs, may look alike.
func (b *builder) shield(c *Column, value string) string {
	if Sealed(c.Target) || strings.HasPrefix(c.Target, "loyalty.") || c.Target == "client.external_id" {
		return value
	}
	masked := cardno.Mask(value)
	if masked != value {
		s := Warning
		if b.p.opt.Strict {
			s = Error
		}
		b.report(s, c.Title, "intake.problem.card_number")
	}
	return masked
}

// orphaned keeps what was said of the profile of somebody without a name, except what
// may be a secret.
func (b *builder) orphaned(list []Said) {
	for _, s := range list {
		if guarded(s.Target) {
			b.report(Warning, s.Title, "intake.problem.left_out")
			continue
		}
		b.note(s.Title, s.Value)
	}
}

// index is which of several a title means: 1 in "Frequent flyer 2".
func (m meaning) index() int { return max(0, m.number-1) }

// joinProfile adds what another row says of the profile of the same person: a second
// passport, another membership.
func (t *Traveler) joinProfile(n Traveler) {
	from := 0
	for _, s := range t.Profile {
		from = max(from, s.Number+1)
	}
	for _, s := range n.Profile {
		if !slices.ContainsFunc(t.Profile, func(have Said) bool { return sameSaid(have, s) }) {
			s.Number += from
			t.Profile = append(t.Profile, s)
		}
	}
}

// sameSaid reports whether two rows say the same.
func sameSaid(a, b Said) bool {
	return a.Target == b.Target && a.Label == b.Label && fold.Fold(a.Value) == fold.Fold(b.Value)
}

// List takes the values of a cell apart, as those of lists are.
func List(cell string) []string { return listOf(cell, "") }

// YesNo reads a yes or a no in any of the languages.
func YesNo(text string) (yes, ok bool) {
	code, ok := choice("yesno", text)
	return code == "yes", ok
}

// SplitContact takes "Jan Kowalski, 600 100 200 (father)" apart. What stands in brackets
// is what the person is.
func SplitContact(cell string) (name, phone, email, words string) {
	if open, end := strings.IndexByte(cell, '('), strings.LastIndexByte(cell, ')'); open >= 0 && end > open {
		if inner := strings.TrimSpace(cell[open+1 : end]); !strings.ContainsAny(inner, "0123456789@") {
			cell, words = cell[:open]+" "+cell[end+1:], inner
		}
	}
	if loc := address.FindStringIndex(cell); loc != nil {
		email = strings.TrimRight(cell[loc[0]:loc[1]], "./")
		cell = cell[:loc[0]] + " " + cell[loc[1]:]
	}
	if loc := number.FindStringIndex(cell); loc != nil && len(fold.Digits(cell[loc[0]:loc[1]])) >= 3 {
		phone = strings.TrimSpace(cell[loc[0]:loc[1]])
		cell = cell[:loc[0]] + " " + cell[loc[1]:]
	}
	return strings.Trim(strings.Join(strings.Fields(cell), " "), " ,;:-–/|()"), phone, email, words
}
