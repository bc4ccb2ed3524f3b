package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/carnetcrm/carnet/internal/api"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/ocr"
	"github.com/carnetcrm/carnet/internal/web"
)

// Limits of the server. Pages and the API bound the size of what they read by
// themselves.
const (
	headerTime = 10 * time.Second
	uploadTime = 15 * time.Minute // a client list over a slow line
	formTime   = time.Minute      // everything else that has a body
	idleTime   = 2 * time.Minute
	maxHeader  = 64 << 10
	stopTime   = 20 * time.Second // for requests and jobs to end
)

// Server answers requests and runs the jobs.
type Server struct {
	*App
	handler  http.Handler
	metrics  *metrics
	stopping atomic.Bool
}

// NewServer puts pages, API and operations behind one handler.
func (a *App) NewServer() (*Server, error) {
	reader, err := ocr.New(a.Config.Tesseract)
	if err != nil {
		return nil, err
	}
	pages, err := web.New(web.Deps{DB: a.DB, Login: a.Login, Files: a.Files, Exports: a.Exports, Log: a.Log, BaseURL: a.Config.Base(),
		Secure: a.Config.Secure(), Version: a.Version, MailOn: a.Config.MailOn(), Demo: a.Demo, Kick: a.Jobs.Kick,
		MaxUpload: a.Config.MaxUploadBytes(), MaxFile: a.Config.MaxFileBytes(), OCR: reader})
	if err != nil {
		return nil, fmt.Errorf("setting up the pages: %w", err)
	}
	s := &Server{App: a, metrics: newMetrics(a)}
	rest := api.New(api.Deps{DB: a.DB, Login: a.Login, Imports: a.Imports, Exports: a.Exports, OCR: reader, MaxFile: a.Config.MaxFileBytes(), Version: a.Version, Log: a.Log})
	zipped := compress(pages)
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isAPI(r.URL.Path) {
			rest.ServeHTTP(w, r)
			return
		}
		zipped.ServeHTTP(w, r)
	})
	served := s.observe(s.guard(inner))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("GET /metrics", s.metrics.handler(a.MetricsToken))
	s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/healthz", "/readyz", "/metrics":
			mux.ServeHTTP(w, r)
		default:
			served.ServeHTTP(w, r)
		}
	})
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve answers the requests of l and runs the jobs until ctx ends; then it lets
// both come to an end and returns. It closes l.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	h := &http.Server{Handler: s, ReadHeaderTimeout: headerTime, ReadTimeout: uploadTime, WriteTimeout: uploadTime,
		IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug)} // its lines hold addresses
	s.Jobs.Start(ctx)
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(l) }()
	s.Log.Info("serving", "address", l.Addr().String(), "version", s.Version, "database", string(s.DB.Dialect))
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	s.stopping.Store(true) // /readyz says so: a balancer sends nobody here any more
	s.Log.Info("stopping")
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	if failure := h.Shutdown(end); failure != nil {
		err = errors.Join(err, fmt.Errorf("ending the requests: %w", failure), h.Close())
	}
	if failure := s.Jobs.Stop(end); failure != nil {
		err = errors.Join(err, failure)
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// ready answers whether requests can be served: the database answers, and it has
// the schema of this program.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if s.stopping.Load() {
		plain(w, http.StatusServiceUnavailable, "stopping")
		return
	}
	var version int64
	err := s.DB.Local(ctx, func(tx *db.Tx) error {
		return tx.Row(ctx, "SELECT max(version_id) FROM goose_db_version", nil, &version)
	})
	switch {
	case err != nil:
		s.Log.Error("the database doesn't answer", "error", err)
		plain(w, http.StatusServiceUnavailable, "the database doesn't answer")
	case version != db.SchemaVersion():
		plain(w, http.StatusServiceUnavailable, "the database has the schema of another version")
	default:
		plain(w, http.StatusOK, "ready")
	}
}

// plain answers with a line of text.
func plain(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	fmt.Fprintln(w, text)
}
