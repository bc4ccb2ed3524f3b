package document

import (
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/fold"
)

// maxName is the longest name, in characters: with a day before it every file system
// takes it.
const maxName = 180

// extensions are the endings by which programs know a type, the usual one first.
var extensions = map[string][]string{
	files.JPEG: {".jpg", ".jpeg", ".jpe", ".jfif"}, files.PNG: {".png"}, files.GIF: {".gif"}, files.WebP: {".webp"}, files.PDF: {".pdf"},
}

// FileName makes a name of what a browser says a file is called: without folders,
// control characters and what turns the direction of writing around, at most maxName
// characters with the ending kept. Where the ending promises an image or PDF and the
// content is something else, the ending follows the content.
func FileName(name, kind string) string {
	name = strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/")
	name = strings.Trim(tidy(path.Base("/"+strings.TrimRight(name, "/"))), ". ")
	if name == "" || name == "/" {
		name = "file"
	}
	ext := strings.ToLower(path.Ext(name))
	if utf8.RuneCountInString(ext) > 12 {
		ext = ""
	}
	stem := name[:len(name)-len(ext)]
	ending := name[len(stem):]
	if right := extensions[kind]; len(right) > 0 && !has(right, ext) {
		if !pictured(ext) && ext != "" {
			stem = name
		}
		ending = right[0]
	} else if len(right) == 0 && pictured(ext) {
		stem, ending = name, map[bool]string{true: ".txt", false: ".bin"}[strings.HasPrefix(kind, "text/")]
	}
	if stem == "" {
		stem = "file"
	}
	return strings.TrimRight(short(stem, maxName-utf8.RuneCountInString(ending)), ". ") + ending
}

// pictured reports whether an ending is that of an image or PDF.
func pictured(ext string) bool {
	for _, list := range extensions {
		if has(list, ext) {
			return true
		}
	}
	return ext == ".svg"
}

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// tidy leaves out what can't be seen, and spaces that nobody typed on purpose.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == 0xfeff, r == 0xad:
			return -1
		}
		return r
	}, norm.NFC.String(s))
	return strings.Join(strings.Fields(s), " ")
}

func short(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:n]))
}

var dated = regexp.MustCompile(`^\d{4}-\d{2}-\d{2} +`)

// Dated puts the day of the upload before a name, as R124 recommends; one that begins
// with a day keeps it.
func Dated(name string, day date.Date) string {
	if dated.MatchString(name) {
		return name
	}
	return string(day) + " " + name
}

// key is what two uploads have in common that are versions of one file: the name
// without the day.
func key(name string) string {
	if rest := dated.ReplaceAllString(name, ""); rest != "" {
		name = rest
	}
	return fold.Fold(name)
}

// numbered puts a number behind a name, before its ending.
func numbered(name string, n int) string {
	ext := path.Ext(name)
	return strings.TrimSuffix(name, ext) + " (" + strconv.Itoa(n) + ")" + ext
}
