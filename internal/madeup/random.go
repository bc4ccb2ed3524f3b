package madeup

import (
	"math"
	"math/bits"
)

// rng is splitmix64. It is written out here because the same seed must give the same
// people in every release of Go and of Carnet, and because a value of eight bytes can be
// made anew for every client, which is what makes random access possible.
type rng struct{ s uint64 }

// seeded returns the generator of one purpose of one client.
func seeded(seed uint64, index int, purpose uint64) rng {
	r := rng{seed ^ purpose*0xd6e8feb86659fd93}
	r.s = r.next() ^ uint64(index)*0x9e3779b97f4a7c15
	r.next()
	return r
}

// next returns 64 random bits.
func (r *rng) next() uint64 {
	r.s += 0x9e3779b97f4a7c15
	z := r.s
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below returns a number from 0 to n-1.
func (r *rng) below(n int) int {
	hi, _ := bits.Mul64(r.next(), uint64(n))
	return int(hi)
}

// chance is true in permille of 1,000 cases.
func (r *rng) chance(permille int) bool { return r.below(1000) < permille }

// between returns a number from lo to hi, both included.
func (r *rng) between(lo, hi int) int { return lo + r.below(hi-lo+1) }

// weighted returns an index drawn by the weights.
func (r *rng) weighted(weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := r.below(sum)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// pick returns one of the items, all equally likely.
func pick[T any](r *rng, items []T) T { return items[r.below(len(items))] }

// slots is the size of a skewed list's table: one look-up per draw, and fine enough
// that the 200th name still has a share of its own.
const slots = 4096

// list draws from items of unequal frequency in constant time.
type list[T any] struct {
	items []T
	table []uint16
}

// ranked makes a list whose items are ordered by frequency. Names follow a Zipf-like
// curve with a flattened head: the commonest is common, but not every tenth person.
func ranked[T any](items []T) list[T] {
	weights := make([]float64, len(items))
	for i := range items {
		weights[i] = 1 / math.Pow(float64(i)+6, 0.9)
	}
	return weightedList(items, weights)
}

// weightedList makes a list whose items have the given weights; each keeps at least one slot.
func weightedList[T any](items []T, weights []float64) list[T] {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	l := list[T]{items: items}
	for i, w := range weights {
		n := max(1, int(math.Round(w/sum*slots)))
		for range n {
			l.table = append(l.table, uint16(i))
		}
	}
	return l
}

// draw returns an item, the first ones more often.
func (l *list[T]) draw(r *rng) T { return *l.at(r) }

// at is draw without the copy, for items as big as names; they must not be changed.
func (l *list[T]) at(r *rng) *T { return &l.items[l.table[r.below(len(l.table))]] }
