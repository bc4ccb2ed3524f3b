package app

import (
	"context"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/carnetcrm/carnet/internal/db"
)

// metrics are the numbers of this process, for Prometheus. Labels are routes and
// kinds, never people.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	panics   prometheus.Counter
}

func newMetrics(a *App) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "carnet_http_requests_total",
			Help: "Requests by route and status."}, []string{"method", "route", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "carnet_http_request_seconds",
			Help: "Time to answer a request.", Buckets: []float64{.001, .0025, .005, .01, .03, .1, .3, 1, 3, 10}}, []string{"area"}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{Name: "carnet_http_panics_total", Help: "Requests that ended in a panic."}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "carnet_build_info", Help: "Always 1; the version is a label.",
		ConstLabels: prometheus.Labels{"version": a.Version, "database": string(a.DB.Dialect)}})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.took, m.panics, build, &queue{a},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) request(verb, route string, status int, took time.Duration) {
	area := "pages"
	switch _, path, _ := strings.Cut(route, " "); {
	case isAPI(path):
		area = "api"
	case strings.HasPrefix(path, "/assets/"):
		area = "assets"
	}
	m.requests.WithLabelValues(method(verb), route, strconv.Itoa(status)).Inc()
	m.took.WithLabelValues(area).Observe(took.Seconds())
}

// handler serves the numbers to this machine, and to whoever has the token. A
// request that a proxy forwards comes from elsewhere, wherever the proxy runs.
func (m *metrics) handler(token string) http.Handler {
	h := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		known := token != "" && bearer && subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1
		if !known && (token != "" || !local(r)) {
			plain(w, http.StatusForbidden, "only for this machine, or with the token of --metrics-token")
			return
		}
		h.ServeHTTP(w, r)
	})
}

// local reports whether the request comes from this machine itself.
func local(r *http.Request) bool {
	for _, name := range []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// queue collects the numbers of the job queue when they are asked for.
type queue struct{ a *App }

var (
	jobsInState = prometheus.NewDesc("carnet_jobs", "Jobs in the queue, by state.", []string{"state"}, nil)
	jobsOldest  = prometheus.NewDesc("carnet_jobs_oldest_seconds", "How long the job that is due the longest has been waiting.", nil, nil)
	jobsRun     = prometheus.NewDesc("carnet_jobs_run_total", "Runs of jobs by this process.", []string{"kind", "outcome"}, nil)
)

// Describe names the metrics.
func (q *queue) Describe(ch chan<- *prometheus.Desc) {
	ch <- jobsInState
	ch <- jobsOldest
	ch <- jobsRun
}

// Collect counts.
func (q *queue) Collect(ch chan<- prometheus.Metric) {
	q.a.Jobs.Counts(func(kind, outcome string, n int64) {
		ch <- prometheus.MustNewConstMetric(jobsRun, prometheus.CounterValue, float64(n), kind, outcome)
	})
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := q.a.DB.Local(ctx, func(tx *db.Tx) error {
		oldest := 0.0
		err := tx.Each(ctx, `SELECT state, count(*), coalesce(min(run_at), 0) FROM job
			WHERE state IN ('ready', 'running', 'paused', 'failed') GROUP BY state`, nil, func(rows db.Rows) error {
			var state string
			var n, first int64
			if err := rows.Scan(&state, &n, &first); err != nil {
				return err
			}
			if wait := tx.Now.Time().Sub(db.Stamp(first).Time()).Seconds(); state == "ready" && wait > 0 {
				oldest = wait
			}
			ch <- prometheus.MustNewConstMetric(jobsInState, prometheus.GaugeValue, float64(n), state)
			return nil
		})
		ch <- prometheus.MustNewConstMetric(jobsOldest, prometheus.GaugeValue, oldest)
		return err
	})
	if err != nil {
		q.a.Log.Warn("counting jobs for the metrics", "error", err)
	}
}
