package web_test

import (
	"io"
	"strings"
	"testing"
)

// TestTravelerNames: whichever columns are shown, a row says who it is, on a phone too.
func TestTravelerNames(t *testing.T) {
	s := newSite(t, 30)
	for _, c := range []struct{ cols, want string }{
		{"family", `<b>Kowalska</b><i>/</i>`}, {"family,birth_date", `<b>Kowalska</b><i>/</i>`}, {"family,given", `<span class="name only-phone"><i>/</i>`},
	} {
		res, err := s.client(t, "administrator").Get(s.URL + "/travelers?family=kowalska&cols=" + c.cols)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != 200 || !strings.Contains(string(raw), c.want) {
			t.Errorf("columns %s: %d, %v, without %s", c.cols, res.StatusCode, err, c.want)
		}
	}
}
