package bench

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Stat is what was measured of one kind of work.
type Stat struct {
	N             int
	P50, P95, P99 time.Duration
	PerSecond     float64
	CPU           time.Duration // of this process, per call
}

// work does something once. i counts the calls over all users; what is asked
// varies with it.
type work func(ctx context.Context, i int) error

// measure has users do work at once for the time d, but at least a few times each,
// and returns how long each call took, from the moment it was asked for. A user who asks
// again at once must not keep the processor: what never waits would be measured as if it
// were alone, in bursts of ten milliseconds, while the other users aren't asking.
func measure(ctx context.Context, users int, d time.Duration, do work) (Stat, error) {
	const least = 3
	var next atomic.Int64
	var mu sync.Mutex
	var all []time.Duration
	var failed error
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	began, spent := time.Now(), cpu()
	var wait sync.WaitGroup
	for range users {
		wait.Go(func() {
			var mine []time.Duration
			for len(mine) < least || time.Since(began) < d {
				at := time.Now()
				runtime.Gosched() // who asks waits for a turn, as at a server
				if err := do(ctx, int(next.Add(1))); err != nil {
					mu.Lock()
					if failed == nil {
						failed = err
					}
					mu.Unlock()
					stop()
					return
				}
				mine = append(mine, time.Since(at))
			}
			mu.Lock()
			all = append(all, mine...)
			mu.Unlock()
		})
	}
	wait.Wait()
	took := time.Since(began)
	if failed != nil {
		return Stat{}, failed
	}
	s := stat(all, took)
	s.CPU = (cpu() - spent) / time.Duration(len(all))
	return s, nil
}

func stat(all []time.Duration, took time.Duration) Stat {
	slices.Sort(all)
	at := func(p int) time.Duration { return all[min(len(all)-1, len(all)*p/100)] }
	return Stat{N: len(all), P50: at(50), P95: at(95), P99: at(99), PerSecond: float64(len(all)) / took.Seconds()}
}

// rounds is how often a measurement is repeated. The quietest round counts: the
// machine may have other things to do, and they only ever make it slower.
const rounds = 3

// best measures both sides in turns, after a warm-up, and returns each one's
// quietest round. bare may be nil.
func best(ctx context.Context, users int, d time.Duration, do, bare work) (mine, limit Stat, err error) {
	sides := []struct {
		do  work
		out *Stat
	}{{do, &mine}, {bare, &limit}}
	for round := range rounds + 1 {
		for _, s := range sides {
			if s.do == nil {
				continue
			}
			length := d
			if round == 0 { // fills caches, prepares statements
				length = d / 5
			}
			got, err := measure(ctx, users, length, s.do)
			if err != nil {
				return mine, limit, err
			}
			if round > 0 && (s.out.N == 0 || got.P95 < s.out.P95) {
				*s.out = got
			}
		}
	}
	return mine, limit, nil
}
