package ui

import (
	"fmt"
	"math"
	"strings"
	"sync"
)

// rosettes holds the two line ornaments, computed once: a guilloche as on
// banknotes and passports, the mark of Carnet's empty pages.
var rosettes = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"signin-art": rosette(12, 97, 8, 0.44),
		"empty-art":  rosette(12, 92, 11, 0.46),
	}
})

// rosette draws one closed curve of the ornament: a star whose arms swell, in a
// box of 200 by 200 around the origin. Copies of it, turned, make the weave.
func rosette(arms int, outer, inner, waist float64) string {
	const steps = 288
	var b strings.Builder
	for i := range steps {
		a := 2 * math.Pi * float64(i) / steps
		wave := 0.5 + 0.5*math.Cos(a*float64(arms)/2)
		r := inner + (outer-inner)*math.Pow(wave, 1+waist)
		verb := "L"
		if i == 0 {
			verb = "M"
		}
		fmt.Fprintf(&b, "%s%.1f %.1f", verb, r*math.Cos(a), r*math.Sin(a))
	}
	b.WriteString("Z")
	return b.String()
}

// turns are the rotations of the copies, in degrees.
func turns(kind string) []string {
	n, step := 5, 10.0
	if kind == "signin-art" {
		n, step = 11, 5.0
	}
	var out []string
	for i := 1; i <= n; i++ {
		out = append(out, fmt.Sprintf("rotate(%g)", float64(i)*step))
	}
	return out
}
