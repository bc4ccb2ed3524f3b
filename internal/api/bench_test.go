package api

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/demo"
	"github.com/carnetcrm/carnet/internal/madeup"
)

// benchClients is small enough for a quick look; `make bench` measures the real
// sizes. Pages and filters cost the same at any size.
const benchClients = 20000

// BenchmarkAPI asks a running server over kept connections, eight callers at once
// as in the budget. "cpu-us/op" is the work of server and callers together, which
// a busy machine doesn't blur: two cores do 2,000,000 / cpu-us/op requests a second.
func BenchmarkAPI(b *testing.B) {
	d := dbtest.New(b)
	a, err := demo.Found(b.Context(), d, madeup.Azymut())
	if err != nil {
		b.Fatal(err)
	}
	if err := demo.Load(b.Context(), d, a, madeup.New(madeup.Options{Seed: 1, Agency: a.Made}), 0, benchClients, nil); err != nil {
		b.Fatal(err)
	}
	actor := db.Actor{AgencyID: a.ID, UserID: a.People[0], BranchID: a.Branches[0], Scope: db.Agency, Rights: agency.RightsOf(agency.Administrator)}
	srv := httptest.NewServer(New(Deps{DB: d, Log: slog.New(slog.DiscardHandler),
		Authenticate: func(context.Context, string) (db.Actor, error) { return actor, nil }}))
	defer srv.Close()
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}
	for _, q := range []struct{ name, path, body string }{
		{"page", "/clients?limit=50", ""},
		{"filtered", "/clients?limit=50&kind=personal&status=active", ""},
		{"advisor", fmt.Sprintf("/clients?limit=50&sort=-created&advisor=%d", a.People[3]), ""},
		{"record", "/clients/777", ""},
		{"name", "/clients?limit=50&name=kowal", ""},
		{"search", "/search?q=kowalska+joanna", ""},
		{"phone", "/search?q=600+100+200", ""},
		{"substring", "/search?q=owals", ""},
		{"create", "/clients", `{"travelers":[{"family":"Nowak","given":"Jan %d"}],"communications":[{"type":"phone","value":"+48601%06d"}]}`},
	} {
		b.Run(q.name, func(b *testing.B) { ask(b, c, srv.URL+base+q.path, q.body) })
	}
}

var serial atomic.Int64

func ask(b *testing.B, c *http.Client, url, body string) {
	b.SetParallelism(4) // of two processors: eight callers
	b.ReportAllocs()
	before := cpu()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			method, text := "GET", ""
			if body != "" {
				n := serial.Add(1)
				method, text = "POST", fmt.Sprintf(body, n, n)
			}
			r, err := http.NewRequest(method, url, strings.NewReader(text))
			if err != nil {
				b.Error(err)
				return
			}
			r.Header.Set("Authorization", "Bearer x")
			r.Header.Set("Content-Type", "application/json")
			res, err := c.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if res.StatusCode >= 300 {
				b.Errorf("%s: %d", url, res.StatusCode)
				return
			}
		}
	})
	b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N), "cpu-us/op")
}

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
