package main

import (
	"fmt"
	"os"
	"strings"
)

// vendored returns the works that lie in the repository as files, with their texts.
func vendored() ([]work, error) {
	var out []work
	for _, v := range []struct {
		name, version, licence, where string
		texts                         []string // files; those of a comment begin with "#"
	}{
		{"htmx", "4.0.1", "0BSD", "internal/web/assets/vendor", []string{"internal/web/assets/vendor/htmx.LICENSE"}},
		{"zxcvbn: list of frequent passwords", "4.4.2", "MIT", "internal/password/common.txt", []string{"internal/password/common.txt"}},
		{"DejaVu fonts", "2.37", "Bitstream Vera", "internal/output/fonts", []string{"internal/output/fonts/DejaVu.LICENSE"}},
		{"Droid Sans Fallback", "6.0.1", "Apache-2.0", "internal/output/fonts", []string{"internal/output/fonts/Droid.LICENSE"}},
		{"axe-core", "4.14.1", "MPL-2.0", "internal/chrome/testdata: for tests, not in the program",
			[]string{"internal/chrome/testdata/axe-LICENSE.txt", "internal/chrome/testdata/axe-LICENSE-3RD-PARTY.txt"}},
	} {
		w := work{name: v.name, version: v.version, licence: v.licence, where: v.where}
		for _, f := range v.texts {
			text, err := os.ReadFile(f)
			if err != nil {
				return nil, fmt.Errorf("reading the licence of %s: %w", v.name, err)
			}
			w.texts = append(w.texts, tidy(comment(string(text))))
		}
		out = append(out, w)
	}
	return append(out, work{name: "Lucide icons", version: "1.62.0", licence: "ISC, MIT", where: "internal/web/assets/icons.svg", texts: []string{lucide}}), nil
}

// comment returns the block of lines with "#" that a list of words begins with, or the
// whole text when there is none.
func comment(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "#")
		if !ok {
			break
		}
		out = append(out, strings.TrimPrefix(rest, " "))
	}
	if len(out) < 3 { // the heading of a Markdown file
		return text
	}
	return strings.Join(out, "\n")
}

// lucide is the licence of the icons, from the package lucide-static.
const lucide = `ISC License

Copyright (c) 2026 Lucide Icons and Contributors

Permission to use, copy, modify, and/or distribute this software for any
purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF
OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.

---

Icons derived from Feather:

The MIT License (MIT)

Copyright (c) 2013-present Cole Bemis

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`
