package assets

import (
	"io"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
)

// TestBrotli: the smallest form is served once it is made, is the same text, and isn't
// sent to whom can't read it.
func TestBrotli(t *testing.T) {
	ask := func(accept string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", URL("app.css"), nil)
		r.Header.Set("Accept-Encoding", accept)
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, r)
		return w
	}
	want := ask("identity").Body.String()
	var got *httptest.ResponseRecorder
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if got = ask("gzip, deflate, br, zstd"); got.Header().Get("Content-Encoding") == "br" {
			break
		} else if time.Since(began) > time.Minute {
			t.Fatal("the smallest form is never made")
		}
	}
	if n, zipped := got.Body.Len(), Weight("app.css"); n >= zipped {
		t.Errorf("%d bytes, gzip makes %d", n, zipped)
	}
	text, err := io.ReadAll(brotli.NewReader(got.Body))
	if err != nil || string(text) != want {
		t.Errorf("it reads differently: %v", err)
	}
	if c := ask("gzip, br;q=0").Header().Get("Content-Encoding"); c != "gzip" {
		t.Errorf("who refuses br gets %q", c)
	}
}
