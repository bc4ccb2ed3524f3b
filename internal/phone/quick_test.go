package phone

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestQuick compares the short way with the library on random numbers of every
// length: where quick answers, it answers the same.
func TestQuick(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	answered := 0
	for region, code := range plainRegions {
		for range 1500 {
			digits := fmt.Sprintf("%d%0*d", 1+rnd.IntN(9), 5+rnd.IntN(7), rnd.IntN(100000))
			for i := range digits {
				if i > 0 && rnd.IntN(2) == 0 {
					digits = digits[:i] + string(rune('0'+rnd.IntN(10))) + digits[i+1:]
				}
			}
			for raw, reg := range map[string]string{digits: region, fmt.Sprintf("+%d %s", code, digits): ""} {
				got, ok := quick(raw, reg)
				if !ok {
					continue
				}
				answered++
				if want, ok := parse(raw, reg); !ok || got != want {
					t.Fatalf("quick(%q, %q) = %s, the library says %s, %v", raw, reg, got, want, ok)
				}
			}
		}
	}
	if answered < 2000 {
		t.Errorf("only %d numbers were answered: the test says little", answered)
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		Parse("+48 600 100 200", "PL")
		Parse("22 555 01 23", "PL")
	}
}
