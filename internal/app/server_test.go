package app_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/app"
	"github.com/carnetcrm/carnet/internal/db"
)

func server(t *testing.T, a *app.App) *app.Server {
	t.Helper()
	s, err := a.NewServer()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask sends a request straight to the handler. Headers are name, value, ...
func ask(s http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.RemoteAddr = "127.0.0.1:5000"
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "from" {
			r.RemoteAddr = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestOperations(t *testing.T) {
	a, _ := open(t, settings(t))
	found(t, a)
	s := server(t, a)
	ask(s, "GET", "/sign-in")
	for _, c := range []struct {
		what, method, target string
		headers              []string
		status               int
		body                 string
	}{
		{"alive", "GET", "/healthz", nil, 200, "ok"},
		{"ready", "GET", "/readyz", nil, 200, "ready"},
		{"wrong method", "POST", "/healthz", nil, 405, ""},
		{"metrics here", "GET", "/metrics", nil, 200, `carnet_http_requests_total{method="GET",route="GET /sign-in",status="200"} 1`},
		{"queue", "GET", "/metrics", nil, 200, "carnet_jobs_oldest_seconds 0"},
		{"metrics from elsewhere", "GET", "/metrics", []string{"from", "192.0.2.7:5000"}, 403, "--metrics-token"},
		{"metrics through a proxy here", "GET", "/metrics", []string{"X-Forwarded-For", "192.0.2.7"}, 403, ""},
		{"metrics with a token that nobody set", "GET", "/metrics", []string{"from", "192.0.2.7:5000", "Authorization", "Bearer "}, 403, ""},
		{"page", "GET", "/sign-in", nil, 200, "<!doctype html>"},
		{"no page", "GET", "/nothing/here", nil, 404, "<!doctype html>"},
		{"API", "GET", "/api/v1/clients", nil, 401, `"status":401`},
		{"no API", "GET", "/api/v1/nothing", nil, 404, `"status":404`},
	} {
		w := ask(s, c.method, c.target, c.headers...)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.body) {
			t.Errorf("%s: %d %.200s", c.what, w.Code, w.Body)
		}
	}
	a.MetricsToken = "s3cret"
	s = server(t, a)
	if w := ask(s, "GET", "/metrics", "from", "192.0.2.7:5000", "Authorization", "Bearer s3cret"); w.Code != 200 {
		t.Errorf("metrics with the token: %d", w.Code)
	}
	if w := ask(s, "GET", "/metrics"); w.Code != 403 {
		t.Errorf("metrics without the token although there is one: %d", w.Code)
	}
}

func TestNotReady(t *testing.T) {
	a, _ := open(t, settings(t))
	s := server(t, a)
	if err := a.DB.UpdateLocal(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, $1)", true)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if w := ask(s, "GET", "/readyz"); w.Code != 503 || !strings.Contains(w.Body.String(), "schema") {
		t.Errorf("with a newer schema: %d %s", w.Code, w.Body)
	}
	a.DB.Close()
	if w := ask(s, "GET", "/readyz"); w.Code != 503 {
		t.Errorf("without a database: %d %s", w.Code, w.Body)
	}
	if w := ask(s, "GET", "/healthz"); w.Code != 200 {
		t.Errorf("the process lives all the same: %d", w.Code)
	}
}

// TestLogHasNoPersonalData sends names, tokens and addresses where they may stand in
// a request; none of them may reach the log.
func TestLogHasNoPersonalData(t *testing.T) {
	c := settings(t)
	c.TrustedProxies = []string{"127.0.0.1"}
	a, log := open(t, c)
	found(t, a)
	s := server(t, a)
	for _, target := range []string{"/search?q=kowalska", "/reset/t0ps3cret", "/kowalska/600100200", "/api/v1/search?q=kowalska", "/sign-in?next=%2Fkowalska"} {
		ask(s, "GET", target, "X-Forwarded-For", "198.51.100.23", "User-Agent", "agent-of-kowalska", "Cookie", "carnet=t0ps3cret", "Authorization", "Bearer carnet_t0ps3cret")
	}
	ask(s, "KOWALSKA", "/sign-in")
	text := log.String()
	if n := strings.Count(text, `"msg":"request"`); n != 6 {
		t.Errorf("%d requests are logged, want 6", n)
	}
	for _, private := range []string{"kowalska", "KOWALSKA", "600100200", "t0ps3cret", "198.51.100.23"} {
		if strings.Contains(text, private) {
			t.Errorf("the log has %q: %s", private, text)
		}
	}
	for _, useful := range []string{`"route":"GET /reset/{token}"`, `"status":401`, `"id":"`} {
		if !strings.Contains(text, useful) {
			t.Errorf("the log lacks %s: %s", useful, text)
		}
	}
}

func TestHeaders(t *testing.T) {
	c := settings(t)
	a, _ := open(t, c)
	found(t, a)
	w := ask(server(t, a), "GET", "/sign-in", "Accept-Encoding", "gzip")
	h := w.Header()
	if !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Request-Id") == "" {
		t.Errorf("headers of a page: %v", h)
	}
	if h.Get("Content-Encoding") != "gzip" || h.Get("Vary") != "Accept-Encoding" || w.Body.Len() > 20000 {
		t.Errorf("a page isn't compressed: %v, %d bytes", h, w.Body.Len())
	}
	if h.Get("Strict-Transport-Security") != "" {
		t.Error("TLS is demanded where there is none")
	}
	for _, takes := range []string{"", "gzip;q=0, br", "identity"} {
		w := ask(server(t, a), "GET", "/sign-in", "Accept-Encoding", takes)
		if w.Header().Get("Content-Encoding") != "" || !strings.Contains(w.Body.String(), "</html>") {
			t.Errorf("who takes %q gets %v", takes, w.Header())
		}
	}
	c.BaseURL = "https://crm.example.com"
	for _, target := range []string{"/sign-in", "/api/v1/clients"} {
		if h := ask(server(t, a), "GET", target).Header(); h.Get("Strict-Transport-Security") == "" {
			t.Errorf("%s doesn't demand TLS: %v", target, h)
		}
	}
}

// TestStop ends the server while a request is being answered: the answer arrives
// whole, new requests aren't taken, and Serve returns without an error.
func TestStop(t *testing.T) {
	a, log := open(t, settings(t))
	s := server(t, a)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	base := "http://" + l.Addr().String()
	body, out := io.Pipe()
	r, err := http.NewRequest("POST", base+"/sign-in", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answered := make(chan int, 1)
	go func() {
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Error(err)
			answered <- 0
			return
		}
		res.Body.Close()
		answered <- res.StatusCode
	}()
	if _, err := out.Write([]byte("email=a@example.com")); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond) // the server is reading the form
	stop()
	for end := time.Now().Add(5 * time.Second); !strings.Contains(log.String(), `"msg":"stopping"`); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it doesn't stop")
		}
	}
	time.Sleep(50 * time.Millisecond)
	if _, err := http.Get(base + "/healthz"); err == nil {
		t.Error("a stopping server takes requests")
	}
	if _, err := out.Write([]byte("&password=wrong")); err != nil {
		t.Fatal(err)
	}
	out.Close()
	if status := <-answered; status < 400 || status >= 500 {
		t.Errorf("the open request was answered with %d", status)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("Serve doesn't return")
	}
}
