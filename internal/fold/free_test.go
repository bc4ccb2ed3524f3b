package fold

import "testing"

func TestFree(t *testing.T) {
	taken := map[string]bool{"A": true, "A_2": true, "LONG_NAME": true, "LONG_X": true, "大床": true}
	for _, c := range []struct {
		base string
		most int
		want string
	}{
		{"B", 9, "B"}, {"A", 9, "A_3"}, {"LONG_NAME", 9, "LONG_NA_2"}, {"LONG_X", 7, "LONG_2"}, {"大床", 0, "大床_2"},
	} {
		if got := Free(c.base, c.most, func(code string) bool { return taken[code] }); got != c.want {
			t.Errorf("%s in %d: %s, want %s", c.base, c.most, got, c.want)
		}
	}
}
