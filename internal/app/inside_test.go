package app

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/config"
	"github.com/prometheus/client_golang/prometheus"
)

// TestBrowser checks whose word is believed about where a request comes from.
func TestBrowser(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32")}
	for _, c := range []struct{ what, from, forwarded, want string }{
		{"no proxy", "203.0.113.5:999", "", "203.0.113.5:999"},
		{"a stranger claims to be a proxy", "203.0.113.5:999", "198.51.100.1", "203.0.113.5:999"},
		{"behind a proxy", "127.0.0.1:999", "198.51.100.1", "198.51.100.1:0"},
		{"behind two", "127.0.0.1:999", "198.51.100.1, 10.1.2.3", "198.51.100.1:0"},
		{"a browser that made up a hop", "127.0.0.1:999", "192.0.2.9, 198.51.100.1", "198.51.100.1:0"},
		{"a browser that made up rubbish", "127.0.0.1:999", "rubbish, 198.51.100.1", "198.51.100.1:0"},
		{"rubbish only", "127.0.0.1:999", "rubbish", "127.0.0.1:0"},
		{"the proxy itself", "127.0.0.1:999", "", "127.0.0.1:0"},
		{"IPv6", "127.0.0.1:999", "2001:db8::1", "[2001:db8::1]:0"},
		{"IPv4 in IPv6", "127.0.0.1:999", "::ffff:198.51.100.1", "198.51.100.1:0"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.from
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := browser(r, proxies); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}

// TestPanic: a handler that panics gives an answer, a line in the log without the
// value of the panic, and a count.
func TestPanic(t *testing.T) {
	var log bytes.Buffer
	s := &Server{App: &App{Config: &config.Config{}, Options: Options{Log: slog.New(slog.NewJSONHandler(&log, nil))}}}
	s.metrics = &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "r"}, []string{"method", "route", "status"}),
		took:     prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "t"}, []string{"area"}),
		panics:   prometheus.NewCounter(prometheus.CounterOpts{Name: "p"})}
	h := s.observe(s.guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/half") {
			w.Write([]byte("half an ans"))
		}
		panic("Joanna Kowalska")
	})))
	for path, kind := range map[string]string{"/clients/7": "text/plain; charset=utf-8", "/api/v1/clients/7": "application/problem+json"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != 500 || w.Header().Get("Content-Type") != kind {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	func() {
		defer func() {
			if p := recover(); p != http.ErrAbortHandler {
				t.Errorf("half an answer ends with %v, so that it looks whole", p)
			}
		}()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/half", nil))
	}()
	if strings.Contains(log.String(), "Kowalska") || strings.Count(log.String(), "a handler panicked") != 3 || !strings.Contains(log.String(), "TestPanic") {
		t.Errorf("the log: %s", log.String())
	}
}
