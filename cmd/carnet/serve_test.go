package main

import (
	"math"
	"runtime/debug"
	"testing"
)

// TestLessCollecting: the server spends memory to save time, unless it was told how much.
func TestLessCollecting(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
	defer func() { debug.SetGCPercent(percent); debug.SetMemoryLimit(limit) }()
	lessCollecting()
	if p, l := debug.SetGCPercent(100), debug.SetMemoryLimit(-1); p != 400 || l != 150<<20 {
		t.Errorf("%d %%, %d bytes", p, l)
	}
	debug.SetMemoryLimit(math.MaxInt64)
	t.Setenv("GOGC", "100")
	t.Setenv("GOMEMLIMIT", "1GiB")
	lessCollecting()
	if p, l := debug.SetGCPercent(100), debug.SetMemoryLimit(-1); p != 100 || l != math.MaxInt64 {
		t.Errorf("as told: %d %%, %d bytes", p, l)
	}
}
