// Command bench measures Carnet against its performance budget on data of its own,
// and writes the table of docs/performance.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/carnetcrm/carnet/internal/bench"
)

func main() {
	o := bench.Options{Log: os.Stderr}
	var sizes, users, engines string
	flag.StringVar(&o.Out, "out", "bench-out", "folder of the data sets and results")
	flag.StringVar(&sizes, "sizes", "100000,1000000", "clients of the biggest agency")
	flag.StringVar(&engines, "databases", "sqlite,postgres", "databases to measure")
	flag.StringVar(&users, "users", "1,8", "users at once")
	flag.DurationVar(&o.Duration, "duration", 400*time.Millisecond, "length of one of the three rounds of a measurement")
	flag.StringVar(&o.Only, "only", "", "measure only what has this in its name")
	flag.StringVar(&o.Parts, "parts", "", "measure only these parts: cases,hard,create,http,import")
	flag.StringVar(&o.Script, "script", "scripts/test-postgres.sh", "script that starts and stops PostgreSQL")
	flag.StringVar(&o.URL, "server", "", "address of a PostgreSQL server to use instead of a private one")
	flag.StringVar(&o.Doc, "doc", "", "page into which the table is written, such as docs/performance.md")
	flag.BoolVar(&o.Build, "build", false, "build the data sets and measure nothing")
	profile := flag.String("cpuprofile", "", "file that takes a profile of the processor's time")
	report := flag.Bool("report", false, "measure nothing, write the table of earlier results")
	flag.Parse()
	o.Engines = strings.Split(engines, ",")
	var err error
	if o.Sizes, err = numbers(sizes); err == nil {
		o.Users, err = numbers(users)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if *profile != "" && err == nil {
		var f *os.File
		if f, err = os.Create(*profile); err == nil {
			err = pprof.StartCPUProfile(f)
			defer pprof.StopCPUProfile()
		}
	}
	switch {
	case err != nil:
	case *report:
		err = bench.Report(o)
	default:
		err = bench.Run(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// numbers reads "1,8".
func numbers(s string) (out []int, err error) {
	for part := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is no number of clients or users", part)
		}
		out = append(out, n)
	}
	return out, nil
}
