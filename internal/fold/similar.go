package fold

import (
	"strings"
	"unicode/utf8"
)

// closeEnough is the likeness below which two words count as different.
const closeEnough = 0.82

// maxName is how many bytes of a name are compared: the work grows with the square, and
// input can be anything.
const maxName = 200

// Similar returns how alike two names are, from 0 (nothing in common) to 1 (the same
// after folding, in any order of words). It tolerates typing errors, a missing middle
// name, an initial for a name, joined words and the ue, oe, ae that passports write
// for ü, ö, ä; it knows no nicknames. Above 0.85 is worth a hint to the user (R006).
func Similar(a, b string) float64 {
	wa, wb := nameWords(a), nameWords(b)
	if len(wa) == 0 || len(wb) == 0 {
		return 0
	}
	if len(wa) > len(wb) {
		wa, wb = wb, wa
	}
	joined := likeness(strings.Join(wa, ""), strings.Join(wb, ""))
	if joined < 0.95 { // only for words written together, not for names that contain others
		joined = 0
	}
	return max(bestPairs(wa, wb), joined)
}

// nameWords returns the words of a name with the German transliterations undone, so
// that Müller, Mueller and Muller are one. It can't harm: both sides get it.
func nameWords(s string) []string {
	if len(s) > maxName {
		s = s[:maxName]
	}
	words := Words(s)
	for i, w := range words {
		if len(w) > 3 {
			words[i] = umlauts.Replace(w)
		}
	}
	return words
}

var umlauts = strings.NewReplacer("ue", "u", "oe", "o", "ae", "a")

// bestPairs pairs each word of the shorter name with its likest word of the longer
// one, likest pairs first, and weighs by length. A word without partner on the longer
// side costs little (a middle name), one on the shorter side costs its whole weight.
func bestPairs(short, long []string) float64 {
	usedS, usedL := make([]bool, len(short)), make([]bool, len(long))
	var got, total float64
	for range short {
		best, bi, bj := 0.0, -1, -1
		for i, a := range short {
			for j, b := range long {
				if usedS[i] || usedL[j] {
					continue
				}
				if s := wordLikeness(a, b); s > best {
					best, bi, bj = s, i, j
				}
			}
		}
		if bi < 0 {
			break
		}
		usedS[bi], usedL[bj] = true, true
		weight := float64(utf8.RuneCountInString(short[bi]) + utf8.RuneCountInString(long[bj]))
		got += best * weight
		total += weight
	}
	for i, w := range short {
		if !usedS[i] {
			total += 2 * float64(utf8.RuneCountInString(w))
		}
	}
	for j, w := range long {
		if !usedL[j] {
			// With a single word on the other side the rest is the name itself, not an extra.
			factor := 0.3
			if len(short) == 1 {
				factor = 2
			}
			total += factor * float64(utf8.RuneCountInString(w))
		}
	}
	if total == 0 {
		return 0
	}
	return got / total
}

// wordLikeness compares two words; an initial is worth something, but isn't the name.
func wordLikeness(a, b string) float64 {
	if a == b {
		return 1
	}
	ra, rb := []rune(a), []rune(b)
	if (len(ra) == 1 || len(rb) == 1) && ra[0] == rb[0] {
		return 0.85
	}
	if s := likeness(a, b); s >= closeEnough {
		return s
	}
	return 0
}

// likeness is the Jaro-Winkler similarity, which forgives swapped and wrong letters
// and trusts the beginning of a word more than its end.
func likeness(s, t string) float64 {
	a, b := []rune(s), []rune(t)
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	window := max(len(a), len(b))/2 - 1
	inA, inB := make([]bool, len(a)), make([]bool, len(b))
	matches := 0
	for i := range a {
		for j := max(0, i-window); j < min(len(b), i+window+1); j++ {
			if !inB[j] && a[i] == b[j] {
				inA[i], inB[j] = true, true
				matches++
				break
			}
		}
	}
	if matches == 0 {
		return 0
	}
	swapped, j := 0, 0
	for i := range a {
		if !inA[i] {
			continue
		}
		for !inB[j] {
			j++
		}
		if a[i] != b[j] {
			swapped++
		}
		j++
	}
	m := float64(matches)
	jaro := (m/float64(len(a)) + m/float64(len(b)) + (m-float64(swapped)/2)/m) / 3
	prefix := 0
	for prefix < min(4, len(a), len(b)) && a[prefix] == b[prefix] {
		prefix++
	}
	return jaro + float64(prefix)*0.1*(1-jaro)
}
