package app

import (
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"

	"github.com/carnetcrm/carnet/internal/web/assets"
)

// zipAbove is the size in bytes from which compressing pays.
const zipAbove = 1024

// zippers compress about as tightly as the standard library's at the same level, in less
// than half the time, which was a third of that of a page.
var zippers = zipPool(5)

// quickZippers take two fifths of that time, for a seventh more to send: for pages above
// quickAbove bytes, such as a profile filled to the brim, whose reader waits for the page
// and not for the line.
var quickZippers = zipPool(1)

const quickAbove = 100_000

func zipPool(level int) *sync.Pool {
	return &sync.Pool{New: func() any {
		z, _ := gzip.NewWriterLevel(nil, level) // the levels are valid
		return z
	}}
}

// compress sends pages compressed to whoever takes that. Files that are compressed
// already say so and pass. The API isn't compressed here: on the same machine the
// work costs more than it saves, and a proxy can do it for others.
func compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !assets.Accepts(r.Header.Get("Accept-Encoding"), "gzip") || r.Method == http.MethodHead || r.Header.Get("Range") != "" {
			next.ServeHTTP(w, r)
			return
		}
		z := &zipWriter{ResponseWriter: w}
		done := false
		defer func() {
			if done {
				z.close()
			}
		}()
		next.ServeHTTP(z, r)
		done = true // after a panic nothing may look like a whole answer
	})
}

// zipWriter decides with the first bytes whether an answer is compressed.
type zipWriter struct {
	http.ResponseWriter
	status  int
	decided bool
	z       *gzip.Writer
	pool    *sync.Pool // from which z is
}

// Unwrap lets http.ResponseController reach the connection.
func (w *zipWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader waits for the first bytes, where there will be any.
func (w *zipWriter) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	w.status = status
	if status == http.StatusNoContent || status == http.StatusNotModified || status >= 300 && status < 400 {
		w.decided = true
		w.ResponseWriter.WriteHeader(status)
	}
}

// Write compresses b, or passes it on.
func (w *zipWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	if !w.decided {
		w.decide(b)
	}
	if w.z != nil {
		return w.z.Write(b)
	}
	return w.ResponseWriter.Write(b)
}

// decide looks at the type and size of an answer. Pages are written in one piece, so
// the first bytes are all of them.
func (w *zipWriter) decide(first []byte) {
	w.decided = true
	h := w.Header()
	kind, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	switch kind {
	case "text/html", "text/plain", "text/css", "text/javascript", "text/csv", "application/json", "application/problem+json", "image/svg+xml", "application/manifest+json":
		h.Add("Vary", "Accept-Encoding")
		if len(first) >= zipAbove && h.Get("Content-Encoding") == "" {
			h.Del("Content-Length")
			h.Set("Content-Encoding", "gzip")
			if w.pool = zippers; len(first) > quickAbove {
				w.pool = quickZippers
			}
			w.z = w.pool.Get().(*gzip.Writer)
			w.z.Reset(w.ResponseWriter)
		}
	}
	w.ResponseWriter.WriteHeader(w.status)
}

// close ends the compressed answer.
func (w *zipWriter) close() {
	if !w.decided && w.status != 0 {
		w.ResponseWriter.WriteHeader(w.status)
	}
	if w.z != nil {
		_ = w.z.Close() // the reader went away: nobody is left to tell
		w.pool.Put(w.z)
		w.z = nil
	}
}
