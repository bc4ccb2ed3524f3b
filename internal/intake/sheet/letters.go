package sheet

import (
	"math"
	"unicode"

	"golang.org/x/text/encoding/charmap"
)

// alphabets gives, for each single-byte code page, the letters beyond ASCII of
// the languages written in it with their share among such letters, in percent.
// They are rounded from general knowledge of the languages; only their order of
// size matters.
var alphabets = []struct {
	enc   string
	share map[rune]float64
}{
	{CP1250, shares("ł18ą13ę13ż11ó11ś9ć7ń4ź2Ł3Ś3Ż2Ć1Ó1ü0.2é0.2")},                            // Polish
	{CP1250, shares("í16á16é10ě10ř8č8ý7ž7š7ů5ú2Š2Č2Ž2Ř1ť1ď1ň1ó1ľ1ĺ0.3ŕ0.3ô0.5ä0.5Á0.5Í0.3")}, // Czech, Slovak
	{CP1250, shares("é30á30ö10ó9ő8í6ü6ú4ű3É2Á2Ö1Ő0.3")},                                      // Hungarian
	{CP1250, shares("ă32î14ş14ţ14â10Ş2Î2Ţ1Ă0.5é1")},                                          // Romanian
	{CP1250, shares("č25š22ž22ć18đ8Š3Č3Ž2Đ1Ć1")},                                             // Croatian, Slovene
	{CP1252, shares("é58è12à12ê5ç5ô3î2â2ù1û1ë1ï1É2È0.3Ç0.5œ0.5À0.5Ô0.2")},                    // French
	{CP1252, shares("í22ó24á18é14ñ10ú7ü0.5Á2É1Ó1Ñ1Í0.5º1ª1¿0.3¡0.3")},                        // Spanish
	{CP1252, shares("ü32ä28ö22ß11Ö2Ü2Ä1é1è0.3")},                                             // German
	{CP1252, shares("ã22ç17é13á12í9ó8ê5õ5ú4â3à3ô2É1Á1Í0.3")},                                 // Portuguese
	{CP1252, shares("ö24ä24å26ø14æ9é2Å2Ö1Ä1Ø1Æ0.3ü0.5")},                                     // Nordic
	{CP1252, shares("à35è25ò15ù13ì8é3È1")},                                                   // Italian, Catalan
}

func shares(s string) map[rune]float64 {
	m := map[rune]float64{}
	var r rune
	var val, frac float64
	for _, c := range s + "\x00" {
		switch {
		case c >= '0' && c <= '9' && frac == 0:
			val = val*10 + float64(c-'0')
		case c >= '0' && c <= '9':
			val += float64(c-'0') * frac
			frac /= 10
		case c == '.':
			frac = 0.1
		default:
			if r != 0 {
				m[r] = val / 100
			}
			r, val, frac = c, 0, 0
		}
	}
	return m
}

// guess decides between the single-byte code pages: the language whose letters
// explain the high bytes best wins. Names of other languages in the same list
// cost it a little, signs in the middle of words cost much.
func (s *survey) guess() string {
	best, enc := math.Inf(-1), CP1252
	for _, a := range alphabets {
		pages := []string{a.enc}
		if a.enc == CP1250 {
			pages = append(pages, Latin2)
		}
		for _, p := range pages {
			if v := s.likelihood(p, a.share); v > best+1e-9 {
				best, enc = v, p
			}
		}
	}
	return enc
}

func (s *survey) likelihood(enc string, share map[rune]float64) float64 {
	e, _ := EncodingOf(enc)
	cm := e.enc.(*charmap.Charmap)
	sum := 0.0
	for c := 128; c < 256; c++ {
		if s.high[c] == 0 {
			continue
		}
		r := cm.DecodeByte(byte(c))
		p := share[r]
		switch {
		case p > 0:
		case unicode.IsLetter(r):
			p = 0.002
		case unicode.IsControl(r) || r == unicode.ReplacementChar:
			p = 1e-7
		case s.inWord[c] > 0:
			p = 1e-5 // a superscript or a currency sign between letters
		default:
			p = 0.02 // quotes, dashes, the euro sign: the same in both pages
		}
		sum += s.high[c]*math.Log(p) + s.habit(r, c)
	}
	return sum
}

// habit weighs what follows a letter that two pages read differently: Polish ń
// and ć stand before consonants and at the end, Spanish ñ before vowels; ę ends
// words, French ê never does.
func (s *survey) habit(r rune, c int) float64 {
	const weight = 3
	switch r {
	case 'ñ', 'Ñ':
		return weight * (s.vowel[c] - s.solid[c] - s.end[c])
	case 'ń', 'Ń':
		return weight * (s.solid[c] + s.end[c] - s.vowel[c])
	case 'ę', 'ć', 'è':
		return weight * s.end[c] / 2
	case 'ê', 'æ':
		return -weight * s.end[c]
	}
	return 0
}
