package bench

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestStat(t *testing.T) {
	var all []time.Duration
	for i := range 200 {
		all = append(all, time.Duration(200-i)*time.Millisecond)
	}
	s := stat(all, 2*time.Second)
	if s.P50 != 101*time.Millisecond || s.P95 != 191*time.Millisecond || s.P99 != 199*time.Millisecond || s.PerSecond != 100 {
		t.Errorf("%+v", s)
	}
}

// TestMeasure: each user works at least a few times, and an error ends it.
func TestMeasure(t *testing.T) {
	s, err := measure(t.Context(), 4, time.Millisecond, func(context.Context, int) error { time.Sleep(5 * time.Millisecond); return nil })
	if err != nil || s.N != 12 || s.P50 < 5*time.Millisecond {
		t.Errorf("%+v, %v", s, err)
	}
	boom := errors.New("boom")
	if _, err := measure(t.Context(), 2, time.Hour, func(_ context.Context, i int) error {
		if i > 10 {
			return boom
		}
		return nil
	}); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
}

func TestOver(t *testing.T) {
	ms := func(n int) Stat { return Stat{N: 1, P95: time.Duration(n) * time.Millisecond, PerSecond: 500} }
	for _, c := range []struct {
		name string
		l    Line
		want string
	}{
		{"in both", Line{Budget: true, Mine: ms(20), Bare: ms(10)}, ""},
		{"too slow", Line{Budget: true, Mine: ms(31), Bare: ms(20)}, "over 30 ms"},
		{"too far from bare", Line{Budget: true, Mine: ms(8), Bare: ms(2)}, "4.0 x bare"},
		{"slow for its users, not by its own clock", Line{Budget: true, Mine: ms(40), Server: ms(29)}, ""},
		{"slow by its own clock", Line{Budget: true, Mine: ms(40), Server: ms(31)}, "over 30 ms"},
		{"no budget", Line{Mine: ms(1000)}, ""},
		{"too few", Line{Floor: 600, Mine: ms(1)}, "under 600/s"},
		{"too heavy", Line{Value: 61, Limit: 60, Unit: "KB"}, "over 60 KB"},
	} {
		if got := c.l.Over(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestClock: the log comes in pieces of any size, and tells of other things, too.
func TestClock(t *testing.T) {
	var c clock
	text := `{"level":"INFO","msg":"started"}
{"level":"INFO","msg":"request","route":"GET /clients","status":200,"took":1500000}
{"level":"INFO","msg":"request","route":"GET /clients","status":200,"took":2500000}
`
	for i := 0; i < len(text); i += 7 {
		c.Write([]byte(text[i:min(len(text), i+7)]))
	}
	if got := c.read(2); len(got) != 2 || got[0] != 1500*time.Microsecond || got[1] != 2500*time.Microsecond {
		t.Errorf("%v", got)
	}
	c.reset()
	if got := c.read(0); len(got) != 0 {
		t.Errorf("%v after a reset", got)
	}
}

func TestBetween(t *testing.T) {
	got, err := between("a\n"+tableBegin+"\nold\n"+tableEnd+"\nz\n", "new\n")
	if want := "a\n" + tableBegin + "\nnew\n" + tableEnd + "\nz\n"; err != nil || got != want {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := between("nothing", "new"); err == nil {
		t.Error("a page without the marks was accepted")
	}
}

// TestSmallRun builds a small data set and measures all of it: each case must run.
func TestSmallRun(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a database")
	}
	dir := t.TempDir()
	var log strings.Builder
	o := Options{Out: dir, Sizes: []int{600}, Engines: []string{"sqlite"}, Users: []int{2}, Duration: time.Millisecond, Parts: "cases,create", Log: &log}
	if err := Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"list: first page", "search: a name", "hints of duplicates", "agent: list", "create with history", "### SQLite, 600 clients"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, log.String())
		}
	}
	// The second run uses the data of the first, and finds nothing left over.
	o.Only = "create"
	if err := Run(t.Context(), o); err != nil || !strings.Contains(log.String(), "using the data in") {
		t.Errorf("%v\n%s", err, log.String())
	}
}
