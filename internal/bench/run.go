package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/list"
)

// Options say what a run measures.
type Options struct {
	Out      string // folder of data sets and results
	Sizes    []int
	Engines  []string // sqlite, postgres
	Users    []int
	Duration time.Duration // of one round of one measurement
	Only     string        // measures only cases whose name contains this
	Parts    string        // which parts run, by comma: cases, create, http, import
	Script   string        // scripts/test-postgres.sh
	URL      string        // of a PostgreSQL server to use as it is, "" starts a private one
	Doc      string        // docs/performance.md, "" writes none
	Build    bool          // builds the data sets and measures nothing
	Log      io.Writer
}

// Line is what was measured of one case with so many users at once.
type Line struct {
	Part   string // cases, create, api, web, other
	Name   string
	Users  int
	Mine   Stat
	Server Stat // by the clock of the program, of what was asked through the network
	Bare   Stat // N is 0 where there is nothing to compare with
	Budget bool
	Floor  float64 // least requests a second that the budget asks for, 0 for none
	Value  float64 // of a line that isn't a latency
	Limit  float64 // most that Value may be, 0 for none
	Unit   string  // of Value
	Failed string  // why it couldn't be measured
}

// Over says by what the line is over its budget, "" if it isn't.
func (l *Line) Over() string {
	var why []string
	if l.Failed != "" {
		why = append(why, l.Failed)
	}
	if l.Budget && l.Mine.N > 0 {
		p95 := l.Mine.P95
		if l.Server.N > 0 {
			p95 = l.Server.P95
		}
		if p95 > 30*time.Millisecond {
			why = append(why, "over 30 ms")
		}
		if l.Bare.N > 0 && l.Mine.P95 > 3*l.Bare.P95 {
			why = append(why, fmt.Sprintf("%.1f x bare", float64(l.Mine.P95)/float64(l.Bare.P95)))
		}
	}
	if l.Floor > 0 && l.Mine.PerSecond < l.Floor {
		why = append(why, fmt.Sprintf("under %.0f/s", l.Floor))
	}
	if l.Limit > 0 && l.Value > l.Limit {
		why = append(why, fmt.Sprintf("over %.0f %s", l.Limit, l.Unit))
	}
	return strings.Join(why, ", ")
}

// Result is a run on one data set.
type Result struct {
	Engine  string
	Clients int
	When    time.Time
	Machine string
	Load    string // load averages before and after
	Lines   []Line
}

// Run measures all data sets that the options name, and writes the results.
func Run(ctx context.Context, o Options) error {
	// PostgreSQL runs as somebody else and has to get through to its folder within.
	if err := os.MkdirAll(o.Out, 0o755); err != nil {
		return err
	}
	var server *Server
	if o.URL != "" {
		server = &Server{url: o.URL}
	} else if strings.Contains(strings.Join(o.Engines, ","), "postgres") {
		var err error
		if server, err = StartServer(ctx, o.Script, filepath.Join(o.Out, "pg")); err != nil {
			return err
		}
		defer server.Stop()
		defer server.checkpoint(context.WithoutCancel(ctx))
	}
	for _, size := range o.Sizes {
		for _, engine := range o.Engines {
			s, err := Prepare(ctx, o.Out, engine, size, server, o.Log)
			if err != nil {
				return fmt.Errorf("building %d clients on %s: %w", size, engine, err)
			}
			if o.Build {
				continue
			}
			r, err := o.measureSet(ctx, s, server)
			if err != nil {
				return fmt.Errorf("measuring %d clients on %s: %w", size, engine, err)
			}
			if err := r.save(o.Out); err != nil {
				return err
			}
		}
	}
	if o.Build {
		return nil
	}
	return Report(o)
}

func (o Options) has(part string) bool {
	return o.Parts == "" || strings.Contains(","+o.Parts+",", ","+part+",")
}

func (o Options) measureSet(ctx context.Context, s *Set, server *Server) (*Result, error) {
	r := &Result{Engine: s.Engine, Clients: s.Clients, When: time.Now(), Machine: machine(), Load: load()}
	b, err := newBencher(ctx, s)
	if err != nil {
		return nil, err
	}
	defer b.close()
	if err := b.check(ctx); err != nil {
		return nil, err
	}
	if o.has("cases") {
		for _, c := range b.cases() {
			if err := o.measureCase(ctx, r, "cases", c); err != nil {
				return nil, err
			}
		}
	}
	if o.has("hard") {
		if err := o.measureHard(ctx, r, b); err != nil {
			return nil, err
		}
	}
	last, err := b.mark(ctx)
	if err != nil {
		return nil, err
	}
	if o.has("create") {
		err = o.measureCase(ctx, r, "create", Case{Name: "create with history", Do: b.create(), Bare: b.bareCreate()})
	}
	if err == nil && o.has("http") {
		err = o.measureHTTP(ctx, r, b)
	}
	if cleanErr := b.clean(context.WithoutCancel(ctx), last); err == nil {
		err = cleanErr
	}
	if err == nil && o.has("import") && s.Clients == imported { // once per engine
		err = o.measureImport(ctx, r, s.Engine, server)
	}
	r.Load += " before, " + load() + " after"
	return r, err
}

func (o Options) measureHard(ctx context.Context, r *Result, b *bencher) error {
	cases, err := b.hard(ctx)
	if err != nil {
		return err
	}
	for _, c := range cases {
		if err := o.measureCase(ctx, r, "hard", c); err != nil {
			return err
		}
	}
	return nil
}

func (o Options) measureCase(ctx context.Context, r *Result, part string, c Case) error {
	if o.Only != "" && !strings.Contains(c.Name, o.Only) {
		return nil
	}
	for _, users := range o.Users {
		mine, bare, err := best(ctx, users, o.Duration, c.Do, c.Bare)
		if list.IsSlow(err) { // it was cancelled, as users see it
			o.note(r, Line{Part: part, Name: c.Name, Users: users, Budget: true, Failed: fmt.Sprintf("refused after %s", list.Patience)})
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		o.note(r, Line{Part: part, Name: c.Name, Users: users, Mine: mine, Bare: bare, Budget: c.Budget && users > 1})
	}
	return nil
}

// note keeps a line and shows it.
func (o Options) note(r *Result, l Line) {
	r.Lines = append(r.Lines, l)
	if l.Mine.N == 0 && l.Users == 0 {
		fmt.Fprintf(o.Log, "%-9s%8d  %-42s %10.1f %s  %s\n", r.Engine, r.Clients, l.Name, l.Value, l.Unit, l.Over())
		return
	}
	fmt.Fprintf(o.Log, "%-9s%8d  %-42s %d users  p50 %8s p95 %8s p99 %8s %7.0f/s cpu %8s  server p95 %8s  bare p95 %8s cpu %8s  %s\n", r.Engine, r.Clients, l.Name, l.Users,
		short(l.Mine.P50), short(l.Mine.P95), short(l.Mine.P99), l.Mine.PerSecond, short(l.Mine.CPU), short(l.Server.P95), short(l.Bare.P95), short(l.Bare.CPU), l.Over())
}

func (r *Result) save(dir string) error {
	raw, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, fmt.Sprintf("result-%s-%d.json", r.Engine, r.Clients)), raw, 0o644)
}

// short shows a duration in milliseconds.
func short(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	switch {
	case d == 0:
		return "-"
	case ms < 10:
		return fmt.Sprintf("%.2f", ms)
	}
	return fmt.Sprintf("%.1f", ms)
}
