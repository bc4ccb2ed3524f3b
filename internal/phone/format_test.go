package phone

import (
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// slowFormat is Format by the library's parser alone.
func slowFormat(e164, home string) string {
	n, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return e164
	}
	if home != "" && Region(e164) == strings.ToUpper(home) {
		return phonenumbers.Format(n, phonenumbers.NATIONAL)
	}
	return phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
}

// FuzzFormat: the short way and the kept answers are those of the long way.
func FuzzFormat(f *testing.F) {
	for _, s := range []string{"+48600100200", "+442079460000", "+12025550123", "+18095550123", "+390612345678", "+4930123456", "+41442101020",
		"+7495123456", "+77011234567", "+447624123456", "+471234", "+4", "", "12", "+48 600", "+480600100200", "+999123456789"} {
		for _, home := range []string{"PL", "us", "GB", "DO", "IT", ""} {
			f.Add(s, home)
		}
	}
	f.Fuzz(func(t *testing.T, s, home string) {
		want := slowFormat(s, home)
		for range 2 {
			if got := Format(s, home); got != want {
				t.Errorf("Format(%q, %q) = %q, want %q", s, home, got, want)
			}
		}
	})
}
