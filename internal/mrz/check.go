package mrz

// weights of the check digits, over and over (9303-3, 4.9).
var weights = [3]int{7, 3, 1}

// value is what a character counts in a check digit; -1 for one that no zone has.
func value(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	case c == '<':
		return 0
	}
	return -1
}

// CheckDigit returns the check digit of s, '0' to '9', or 0 when s has a character
// that no zone has.
func CheckDigit(s string) byte {
	sum := 0
	for i := 0; i < len(s); i++ {
		v := value(s[i])
		if v < 0 {
			return 0
		}
		sum += v * weights[i%3]
	}
	return byte('0' + sum%10)
}

// asDigit is the digit that c is taken for where only a digit can stand.
func asDigit(c byte) (byte, bool) {
	switch c {
	case 'O', 'Q', 'D':
		return '0', true
	case 'I', 'L':
		return '1', true
	case 'Z':
		return '2', true
	case 'S':
		return '5', true
	case 'G':
		return '6', true
	case 'B':
		return '8', true
	}
	return c, c >= '0' && c <= '9'
}

// asLetter is the letter that c is taken for where only a letter can stand.
func asLetter(c byte) (byte, bool) {
	switch c {
	case '0':
		return 'O', true
	case '1':
		return 'I', true
	case '2':
		return 'Z', true
	case '5':
		return 'S', true
	case '6':
		return 'G', true
	case '8':
		return 'B', true
	}
	return c, c >= 'A' && c <= 'Z'
}

// twin is what c is confused with where letters and digits can stand. G and 6 have none:
// they count alike in a check digit, so it can never tell them apart.
func twin(c byte) (byte, bool) {
	const pairs = "O0I1S5B8Z2"
	for i := 0; i < len(pairs); i++ {
		if pairs[i] == c {
			return pairs[i^1], true
		}
	}
	return 0, false
}

func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// readings returns the texts that s can stand for when one character, or all that look
// alike, are confused with their twins. toDigits keeps to letters that may be digits.
// fixed positions are left alone.
func readings(s string, toDigits bool, fixed func(i int) bool) (single, all []string) {
	same := map[byte][]int{}
	for i := 0; i < len(s); i++ {
		t, ok := twin(s[i])
		if !ok || fixed(i) || toDigits && isDigit(s[i]) {
			continue
		}
		single = append(single, s[:i]+string(t)+s[i+1:])
		same[s[i]] = append(same[s[i]], i)
	}
	for _, c := range []byte("OISBZ01582") {
		if len(same[c]) < 2 {
			continue
		}
		b := []byte(s)
		for _, i := range same[c] {
			b[i], _ = twin(c)
		}
		all = append(all, string(b))
	}
	return single, all
}
