package list

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/carnetcrm/carnet/internal/db"
)

// A trigram is three letters in a row. SQLite's index knows in which rows each one
// occurs, and nothing more: it is a third of the size of one that also knows where.
// So a search asks for a few trigrams of its words and looks at the rows that have
// all of them.

// most is how many trigrams of all words are asked for. Each costs the reading of
// its list of rows; each leaves fewer rows to look at.
const most = 4

// Match is the FTS5 query for the rows that may contain all words, "" where no word
// has three letters. Every row that it finds must be tested with Contains.
func Match(words []string) string {
	var out []string
	for _, w := range words {
		per := 2
		if len(words) == 1 {
			per = 3
		}
		for _, g := range rarest(w, min(per, most-len(out))) {
			if g = `"` + strings.ReplaceAll(g, `"`, `""`) + `"`; !slices.Contains(out, g) {
				out = append(out, g)
			}
		}
	}
	return strings.Join(out, " AND ")
}

// rarest returns at most n trigrams of a word, likely rare ones, and such that share
// few letters.
func rarest(word string, n int) (out []string) {
	// Half the world has the same provider: what stands behind the @ tells little.
	if at := strings.IndexByte(word, '@'); at >= 3 {
		word = word[:at]
	}
	r := []rune(word)
	if len(r) < 3 || n <= 0 {
		return nil
	}
	taken := make([]int, len(r))
	for len(out) < n {
		best, at := -1, -1
		for i := range len(r) - 2 {
			score := rarity(r[i:i+3]) - 30*(taken[i]+taken[i+1]+taken[i+2])
			if !slices.Contains(out, string(r[i:i+3])) && (at < 0 || score > best) {
				best, at = score, i
			}
		}
		if at < 0 || taken[at]+taken[at+1]+taken[at+2] == 3 && len(out) > 0 {
			break
		}
		out = append(out, string(r[at:at+3]))
		for i := at; i < at+3; i++ {
			taken[i] = 1
		}
	}
	return out
}

// letters in the order in which they are common in names, the commonest first.
const letters = "aneiroslktmdcuhgbpywjvzfxq"

// common are trigrams of many names although their letters are not all common.
var common = []string{"ska", "ski", "lsk", "owa", "sch", "wsk", "icz", "czy", "ann", "mar", "mai", "gma", "com", "exa", "xam", "amp", "mpl", "ple"}

// rarity guesses how few names have a trigram; only the order matters.
func rarity(g []rune) (sum int) {
	if slices.Contains(common, string(g)) {
		return 0
	}
	for _, c := range g {
		switch i := strings.IndexRune(letters, c); {
		case i >= 0:
			sum += i
		case c >= '0' && c <= '9':
			sum += 10
		case c == '.' || c == '-' || c == '_' || c == '@':
			sum += 2
		default: // other scripts have many letters
			sum += len(letters)
		}
	}
	return cmp.Or(sum, 1)
}

// strewn is Pattern of two rare trigrams of a word, one somewhere behind the other: all
// texts with the word match it, and few others. PostgreSQL walks the list of each trigram
// of a pattern, those that half of the texts have, too.
func strewn(tx *db.Tx, word string) string {
	r := []rune(word)
	best, first, second := -1, 0, 0
	for i := range len(r) - 2 {
		for j := i + 3; j+3 <= len(r); j++ {
			if !plainLetters(r[i:i+3]) || !plainLetters(r[j:j+3]) {
				continue
			}
			if score := rarity(r[i:i+3]) + rarity(r[j:j+3]); score > best {
				best, first, second = score, i, j
			}
		}
	}
	if best < 0 {
		return Pattern(tx, word)
	}
	return "%" + string(r[first:first+3]) + "%" + string(r[second:second+3]) + "%"
}

// plainLetters reports whether PostgreSQL makes a trigram of these letters.
func plainLetters(r []rune) bool {
	return !slices.ContainsFunc(r, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
}
