package app

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"time"
)

func isAPI(path string) bool { return path == "/api" || strings.HasPrefix(path, "/api/") }

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write counts what is sent.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// observe gives the request an id, counts it and writes a line of the access log.
//
// The log has no personal data: instead of the path, which may hold a name, a
// token of an invitation or the number of a client, it has the pattern of the
// route, and no address.
func (s *Server) observe(next http.Handler) http.Handler {
	info := s.Log.Enabled(context.Background(), slog.LevelInfo)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		id := requestID()
		w.Header()["X-Request-Id"] = []string{id}
		rec := &recorder{ResponseWriter: w}
		next.ServeHTTP(rec, r)
		took := time.Since(began)
		route := r.Pattern // the inner mux has set it
		if route == "" || route == "/" {
			route = "other"
		}
		if rec.status == 0 {
			rec.status = http.StatusOK
		}
		s.metrics.request(r.Method, route, rec.status, took)
		if info && !strings.HasPrefix(r.URL.Path, "/assets/") {
			s.Log.LogAttrs(context.Background(), slog.LevelInfo, "request", slog.String("id", id), slog.String("method", method(r.Method)), slog.String("route", route),
				slog.Int("status", rec.status), slog.Int64("bytes", rec.bytes), slog.Duration("took", took.Round(time.Microsecond)))
		}
	})
}

// method keeps made-up methods out of logs and metrics.
func method(m string) string {
	if slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, m) {
		return m
	}
	return "other"
}

// requestID is what a user can tell and an operator can find.
func requestID() string {
	var b [10]byte
	rand.Read(b[:]) // never fails
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}

// guard recovers from panics, finds the browser's address behind trusted proxies,
// bounds how long a body may take, and has browsers come back by TLS only.
func (s *Server) guard(next http.Handler) http.Handler {
	proxies, secure := s.Config.Proxies(), s.Config.Secure()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer s.recover(w, r)
		if secure {
			w.Header()["Strict-Transport-Security"] = hsts
		}
		if len(proxies) > 0 {
			r.RemoteAddr = browser(r, proxies)
		}
		if r.ContentLength != 0 && !strings.HasPrefix(r.URL.Path, "/imports") {
			// Fails only where the connection has no deadlines: a test's recorder.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(formTime))
		}
		next.ServeHTTP(w, r)
	})
}

var hsts = []string{"max-age=31536000"}

// recover answers for a handler that panicked. The value of the panic may be
// anybody's data: only errors of the runtime are logged, and where it happened.
func (s *Server) recover(w http.ResponseWriter, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p) // the server's own way of closing the connection
	}
	what := fmt.Sprintf("%T", p)
	if e, ok := p.(runtime.Error); ok {
		what = e.Error()
	}
	s.metrics.panics.Inc()
	s.Log.Error("a handler panicked", "id", w.Header().Get("X-Request-Id"), "route", r.Pattern, "panic", what, "at", frames())
	if rec, ok := w.(*recorder); ok && rec.status != 0 {
		panic(http.ErrAbortHandler) // half an answer has left: it must not look whole
	}
	if isAPI(r.URL.Path) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprintln(w, `{"type":"about:blank","title":"Internal Server Error","status":500}`)
		return
	}
	plain(w, http.StatusInternalServerError, "Something went wrong on our side. Number of this request: "+w.Header().Get("X-Request-Id"))
}

// frames names the functions on the way to a panic.
func frames() []string {
	var pcs [16]uintptr
	it := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs[:])])
	var out []string
	for {
		f, more := it.Next()
		out = append(out, fmt.Sprintf("%s:%d", f.Function, f.Line))
		if !more {
			return out
		}
	}
}

// browser returns the address of the browser: that of the connection, or, when a
// trusted proxy has it, the last one in X-Forwarded-For that no trusted proxy has.
// What stands before it was written by anybody.
func browser(r *http.Request, proxies []netip.Prefix) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || !trusted(host, proxies) {
		return r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		a, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		host = a.Unmap().String()
		if !trusted(host, proxies) {
			break
		}
	}
	return net.JoinHostPort(host, "0")
}

func trusted(host string, proxies []netip.Prefix) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(a.Unmap()) })
}
