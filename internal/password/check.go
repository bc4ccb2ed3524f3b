package password

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
)

// MinLen and MaxLen bound a password, in characters.
const (
	MinLen = 10
	MaxLen = 256
)

//go:embed common.txt
var commonList string

//go:embed local.txt
var localList string

// Check returns an Invalid error for the field "password" when a password is too
// short, too long, one of the many thousand that attackers try first (with or without
// letters replaced by look-alikes, and digits or signs around it), a repetition, a
// sequence or a walk over the keyboard, or little more than what is known about its
// owner: pass name, e-mail address and the agency's name as personal.
//
// There are no rules of composition (an upper-case letter, a digit, a sign), although
// L13 describes a product that has them: OWASP ASVS 5.0 (6.2.5) and NIST SP 800-63B
// forbid them, because they make people write "Password1!" and refuse good long
// passphrases. Length and the list protect better.
func Check(pw string, personal ...string) error {
	n := utf8.RuneCountInString(pw)
	folded := fold.Fold(pw)
	plain := lookAlike(folded)
	switch {
	case n < MinLen:
		return errs.Bad("password", "password.too_short", "Min", MinLen)
	case n > MaxLen || !utf8.ValidString(pw):
		return errs.Bad("password", "password.too_long", "Max", MaxLen)
	case worth(folded) < minWorth:
		return errs.Bad("password", "password.pattern")
	case isCommon(folded):
		return errs.Bad("password", "password.common")
	case isPersonal(folded, plain, personal):
		return errs.Bad("password", "password.personal")
	}
	return nil
}

// minWorth is the least number of independent characters, see worth. minRest is what
// must be left when a known word is taken away.
const minWorth, minRest = 6, 7

// worth counts the characters of s that can't be told from those before them: a run of
// three or more equal, consecutive ("abcd", "4321") or neighbouring ("qwert") characters
// counts as one, and so does every repetition of what has been there already.
func worth(s string) int {
	r := []rune(s)
	if unit := period(r); unit < len(r) {
		return worth(string(r[:unit])) // "abcabcabc" is worth "abc"
	}
	n := 0
	for i := 0; i < len(r); {
		j := i + 1
		for j < len(r) && follows(r[j-1], r[j]) && (j == i+1 || sameStep(r[j-2], r[j-1], r[j])) {
			j++
		}
		if j-i < 3 {
			j = i + 1
		}
		n, i = n+1, j
	}
	return n
}

// period returns the length of the shortest unit that the whole of r repeats.
func period(r []rune) int {
	for unit := 1; unit <= len(r)/2; unit++ {
		same := true
		for i := unit; i < len(r) && same; i++ {
			same = r[i] == r[i-unit]
		}
		if same {
			return unit
		}
	}
	return len(r)
}

// rows are the keyboards in use among our readers; a walk along them is a sequence.
var rows = []string{"`1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "qwertzuiopu", "yxcvbnm,.-",
	"azertyuiop", "qsdfghjklm", "wxcvbn,;:"}

// step is how b comes after a: by code point or by keyboard row, forwards or backwards.
func step(a, b rune) (steps [4]bool) {
	steps[0], steps[1] = b == a+1, b == a
	steps[2] = b == a-1
	for _, row := range rows {
		if i := strings.IndexRune(row, a); i >= 0 && utf8.RuneLen(a) == 1 {
			if i+1 < len(row) && rune(row[i+1]) == b || i > 0 && rune(row[i-1]) == b {
				steps[3] = true
			}
		}
	}
	return steps
}

func follows(a, b rune) bool { return step(a, b) != [4]bool{} }

// sameStep reports whether a, b, c go on in one way.
func sameStep(a, b, c rune) bool {
	s, t := step(a, b), step(b, c)
	for i := range s {
		if s[i] && t[i] {
			return true
		}
	}
	return false
}

// similar are the signs and digits that stand for letters, and the letters that look
// alike themselves, mapped to one of them: p@ssw0rd and passvvord are password.
var similar = map[rune]rune{'@': 'a', '4': 'a', '3': 'e', '€': 'e', '1': 'i', 'l': 'i', '!': 'i', '|': 'i', '0': 'o',
	'$': 's', '5': 's', '7': 't', '+': 't', '8': 'b', '9': 'g', '6': 'g', '(': 'c', '2': 'z'}

func lookAlike(folded string) string {
	return strings.Map(func(r rune) rune {
		if to, ok := similar[r]; ok {
			return to
		}
		return r
	}, folded)
}

// lists holds the forbidden words as lines, as they are and with look-alikes replaced.
// Searching a quarter of a megabyte takes microseconds, next to the milliseconds of the
// hash, and needs no map in memory.
type lists struct{ exact, plain string }

var common = sync.OnceValue(func() lists {
	var exact, plain strings.Builder
	exact.WriteByte('\n')
	plain.WriteByte('\n')
	for line := range strings.Lines(commonList + "\n" + localList) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for w := range strings.FieldsSeq(line) {
			f := fold.Fold(w)
			exact.WriteString(f + "\n")
			if utf8.RuneCountInString(f) >= 4 {
				plain.WriteString(lookAlike(f) + "\n")
			}
		}
	}
	return lists{exact.String(), plain.String()}
})

// isCommon reports whether a folded password is in the list, or only a word of the list
// with a few characters around it or twice.
func isCommon(folded string) bool {
	l := common()
	unit := string([]rune(folded)[:period([]rune(folded))])
	if listed(l.exact, folded) || listed(l.exact, unit) || listed(l.plain, lookAlike(folded)) {
		return true
	}
	notLetter := func(r rune) bool { return !unicode.IsLetter(r) }
	tail := strings.TrimRightFunc(folded, notLetter) // p4ssword2024! -> p4ssword
	head := strings.TrimLeftFunc(folded, notLetter)  // 123password
	core := strings.TrimLeftFunc(tail, notLetter)    // !!password2024
	letters := strings.Map(lettersOnly, folded)      // pass-word, i.love.you
	for _, c := range []string{tail, head, core, letters} {
		rest := strings.Replace(folded, c, "", 1)
		if c == letters {
			rest = strings.Map(othersOnly, folded)
		}
		if worth(rest) >= minRest {
			continue // a word and a long random number are as good as a password
		}
		for _, w := range []string{c, string([]rune(c)[:period([]rune(c))])} {
			if utf8.RuneCountInString(w) >= 4 && (listed(l.exact, w) || listed(l.plain, lookAlike(w))) {
				return true
			}
		}
	}
	return false
}

func lettersOnly(r rune) rune {
	if unicode.IsLetter(r) {
		return r
	}
	return -1
}

func othersOnly(r rune) rune {
	if unicode.IsLetter(r) {
		return -1
	}
	return r
}

func listed(list, word string) bool {
	return word != "" && !strings.Contains(word, "\n") && strings.Contains(list, "\n"+word+"\n")
}

// isPersonal reports whether little is left of a password without the words that are
// known about its owner. A long passphrase may have one of them in it.
func isPersonal(folded, plain string, personal []string) bool {
	rest, restPlain := folded, plain
	found := false
	for _, p := range personal {
		words := fold.Words(p)
		for _, w := range append(words, strings.Join(words, "")) {
			if utf8.RuneCountInString(w) < 4 {
				continue
			}
			if strings.Contains(rest, w) {
				rest, found = strings.ReplaceAll(rest, w, ""), true
			}
			if v := lookAlike(w); strings.Contains(restPlain, v) {
				restPlain, found = strings.ReplaceAll(restPlain, v, ""), true
			}
		}
	}
	return found && min(worth(rest), worth(restPlain)) < minRest
}
