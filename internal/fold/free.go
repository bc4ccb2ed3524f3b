package fold

import (
	"strconv"
	"strings"
)

// Free makes a code that isn't taken: base itself, else base with _2, _3 and so on behind it,
// cut to fit into most bytes. Most 0 is no bound; a base that may be cut is ASCII.
func Free(base string, most int, taken func(code string) bool) string {
	code := base
	for n := 2; taken(code); n++ {
		end, head := "_"+strconv.Itoa(n), base
		if most > 0 {
			head = strings.TrimRight(base[:min(len(base), most-len(end))], "_")
		}
		code = head + end
	}
	return code
}
