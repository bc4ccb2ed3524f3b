package field

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/weburl"
)

// Decimals is how many digits after the point a number may have.
const Decimals = 4

// yes and no are the words by which files and people say it.
var (
	yes = []string{"true", "yes", "y", "1", "x", "tak", "t", "ja", "j", "oui", "o", "si", "s"}
	no  = []string{"false", "no", "n", "0", "nie", "nein", "non"}
)

// Parse reads a value, a text or what JSON holds, and returns it as the bag keeps it, or
// a translation key and arguments that say what is wrong. Dates are read in an order of
// day and month; without one only as 2006-01-02. The empty text is no value.
func (f *Field) Parse(v any, order *date.Order) (value any, key string, args []any) {
	if list, ok := v.([]any); ok && f.Kind != Several {
		if len(list) > 1 {
			return nil, "error.invalid", nil
		}
		v = ""
		if len(list) == 1 {
			v = list[0]
		}
	}
	text := strings.TrimSpace(record.BagText(v))
	if n, ok := v.(int64); ok {
		text = strconv.FormatInt(n, 10)
	}
	if text == "" {
		if v == nil || isText(v) {
			return nil, "", nil
		}
		return nil, "error.invalid", nil
	}
	switch f.Kind {
	case Number:
		if s, ok := number(text); ok {
			return json.Number(s), "", nil
		}
		return nil, "field.error.number", []any{"Max", Decimals}
	case Date:
		return parseDate(text, order)
	case Choice:
		if o := f.option(text); o != nil {
			return o.Code, "", nil
		}
		return nil, "field.error.value", []any{"Value", clip(text, 60)}
	case Several:
		return f.several(v, text)
	case YesNo:
		word := fold.Fold(text)
		switch {
		case slices.Contains(yes, word):
			return true, "", nil
		case slices.Contains(no, word):
			return false, "", nil
		}
		return nil, "field.error.yesno", nil
	case Link:
		if s, ok := weburl.Clean(text); ok && len(s) <= 500 {
			return s, "", nil
		}
		return nil, "error.url", nil
	case Long:
		return limited(text, maxLong)
	}
	return limited(strings.Join(strings.Fields(text), " "), maxText)
}

func isText(v any) bool {
	switch x := v.(type) {
	case string, []string:
		return true
	case []any:
		return len(x) == 0
	}
	return false
}

func limited(s string, n int) (any, string, []any) {
	if len([]rune(s)) > n {
		return nil, "error.too_long", []any{"Max", n}
	}
	return s, "", nil
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

func parseDate(text string, order *date.Order) (any, string, []any) {
	d := date.Date(text)
	if order != nil && !d.Valid() {
		d, _ = date.Parser{Order: *order}.Parse(text)
	}
	if !d.Valid() || !d.HasYear() {
		return nil, "error.date", nil
	}
	return string(d), "", nil
}

// several reads a list of choices: as one, or by comma, semicolon or line.
func (f *Field) several(v any, text string) (any, string, []any) {
	var words []string
	switch list := v.(type) {
	case []any:
		for _, x := range list {
			words = append(words, record.BagText(x))
		}
	case []string:
		words = list
	default:
		if f.option(text) != nil { // a label with a comma in it
			words = []string{text}
		} else {
			words = strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;\n|", r) })
		}
	}
	var codes []string
	for _, w := range words {
		if w = strings.TrimSpace(w); w == "" {
			continue
		}
		o := f.option(w)
		if o == nil {
			return nil, "field.error.value", []any{"Value", clip(w, 60)}
		}
		codes = append(codes, o.Code)
	}
	var out []string // in the order of the choices, so that the same ones are equal
	for _, o := range f.Options() {
		if slices.Contains(codes, o.Code) {
			out = append(out, o.Code)
		}
	}
	if len(out) == 0 {
		return nil, "", nil
	}
	return out, "", nil
}

// number reads a decimal number with a point or a comma and writes it the one way.
func number(s string) (string, bool) {
	s = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "−", "-").Replace(s)
	if strings.Count(s, ",") == 1 && !strings.Contains(s, ".") {
		s = strings.Replace(s, ",", ".", 1)
	}
	minus, digits := "", s
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		minus, digits = "-", rest
	}
	whole, part, dotted := strings.Cut(digits, ".")
	part = strings.TrimRight(part, "0")
	if whole = strings.TrimLeft(whole, "0"); whole == "" && (part != "" || strings.HasPrefix(digits, "0")) {
		whole = "0"
	}
	if whole == "" || len(whole) > 12 || len(part) > Decimals || !figures(whole) || !figures(part) || dotted && strings.HasSuffix(digits, ".") {
		return "", false
	}
	if part != "" {
		return minus + whole + "." + part, true
	}
	if whole == "0" {
		minus = ""
	}
	return minus + whole, true
}

func figures(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// scaled is a number as field_value keeps it: in ten-thousandths.
func scaled(s string) int64 {
	whole, part, _ := strings.Cut(s, ".")
	n, _ := strconv.ParseInt(whole+(part + strings.Repeat("0", Decimals))[:Decimals], 10, 64) // at most 16 digits
	return n
}
