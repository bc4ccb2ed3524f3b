package app

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestCompressSizes: pages of any size arrive whole, the large ones compressed quicker and
// almost as tightly.
func TestCompressSizes(t *testing.T) {
	line := `<li class="row"><a href="/clients/8">Żółć/Grażyna</a> <span class="dim">Kraków</span></li>` + "\n"
	for _, n := range []int{1, 20, 800, 3000, 20, 3000} {
		page := strings.Repeat(line, n)
		h := compress(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, page)
		}))
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		sent := w.Body.Len()
		var body io.Reader = w.Body
		if zipped := w.Header().Get("Content-Encoding") == "gzip"; zipped != (len(page) >= zipAbove) {
			t.Errorf("%d bytes: compressed %v", len(page), zipped)
		} else if zipped {
			z, err := gzip.NewReader(body)
			if err != nil {
				t.Fatal(err)
			}
			body = z
		}
		got, err := io.ReadAll(body)
		if err != nil || string(got) != page {
			t.Errorf("%d bytes: %d arrived, %v", len(page), len(got), err)
		}
		if len(page) >= zipAbove && sent > len(page)/4 {
			t.Errorf("%d bytes: %d are sent", len(page), sent)
		}
	}
}
