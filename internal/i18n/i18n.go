// Package i18n renders messages, dates and numbers in the languages of Carnet.
//
// Translations are embedded JSON: locales/<language>/<area>.json holds flat keys,
// which begin with the noun that they are about. A value is a text with {{.Name}}
// placeholders, or an object of CLDR plural forms that the argument Count chooses
// from. Placeholders are only ever replaced by text: there is no logic in a
// translation, and rendering is a look-up and a concatenation, because a page asks for
// some 300 messages.
package i18n

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/errs"
)

// Langs are the languages of the user interface; the first one is the fallback.
var Langs = []string{"en", "es", "fr", "pl", "de"}

// Localizer renders for one language. It is immutable and shared.
type Localizer struct {
	lang      string
	tag       language.Tag
	cat       *catalogue
	fallback  *catalogue
	cal       *calendar
	regions   display.Namer
	languages display.Namer
}

var localizers = func() map[string]func() *Localizer {
	m := map[string]func() *Localizer{}
	for _, lang := range Langs {
		m[lang] = sync.OnceValue(func() *Localizer { return newLocalizer(lang) })
	}
	return m
}()

func newLocalizer(lang string) *Localizer {
	tag := language.MustParse(lang)
	return &Localizer{
		lang: lang, tag: tag, cal: &calendars[slices.Index(Langs, lang)],
		cat: catalogues[lang](), fallback: catalogues[Langs[0]](),
		regions: display.Regions(tag), languages: display.Languages(tag),
	}
}

// For returns the localizer of a language, of English when lang isn't one of Langs.
func For(lang string) *Localizer {
	if f, ok := localizers[lang]; ok {
		return f()
	}
	return localizers[Langs[0]]()
}

// matcher is built when a first visitor comes without a chosen language.
var matcher = sync.OnceValue(func() language.Matcher {
	tags := make([]language.Tag, len(Langs))
	for i, lang := range Langs {
		tags[i] = language.MustParse(lang)
	}
	return language.NewMatcher(tags)
})

// Match returns the language of Langs that suits an Accept-Language header best,
// English when the header is empty, broken or asks for none of them.
func Match(acceptLanguage string) string {
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(tags) == 0 {
		return Langs[0]
	}
	_, i, confidence := matcher().Match(tags...)
	if confidence == language.No {
		return Langs[0]
	}
	return Langs[i]
}

// Lang returns the language code: "pl".
func (l *Localizer) Lang() string { return l.lang }

// Name returns the language's name in itself: "Polski".
func (l *Localizer) Name() string { return l.cal.name }

// T returns the message of key. args are name, value, name, value ...; the integer
// named Count also chooses the plural form and is written with the language's
// thousands separator, and a date.Date is written as Date does. Other values are
// written as fmt.Sprint does: give Number(n) for a large number. A key that the
// language lacks is answered in English, an unknown key by itself, and a placeholder
// without a value stays visible.
func (l *Localizer) T(key string, args ...any) string {
	m, ok := l.cat.messages[key]
	tag := l.tag
	if !ok {
		if m, ok = l.fallback.messages[key]; !ok {
			return key
		}
		tag = language.English
	}
	if m.plain != "" {
		return m.plain
	}
	count, counted := countOf(args)
	parts := m.form(tag, count, counted)
	if len(parts) == 1 && parts[0].name == "" {
		return parts[0].text
	}
	var b strings.Builder
	for _, p := range parts {
		if p.name == "" {
			b.WriteString(p.text)
		} else {
			b.WriteString(l.arg(p.name, args))
		}
	}
	return b.String()
}

// Pair joins a label and what it stands for as the language writes it: "Name: Anna", in
// French with a space before the colon.
func (l *Localizer) Pair(label, value string) string {
	return l.T("common.colon", "Label", label, "Value", value)
}

// countOf finds the integer named Count.
func countOf(args []any) (n int64, ok bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == "Count" {
			return toInt(args[i+1])
		}
	}
	return 0, false
}

func toInt(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	case int32:
		return int64(v), true
	}
	return 0, false
}

// arg renders the value of one placeholder.
func (l *Localizer) arg(name string, args []any) string {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] != name {
			continue
		}
		switch v := args[i+1].(type) {
		case string:
			return v
		case date.Date:
			return l.Date(v)
		}
		if n, ok := toInt(args[i+1]); ok {
			if name == "Count" {
				return l.Number(n)
			}
			return strconv.FormatInt(n, 10)
		}
		return fmt.Sprint(args[i+1])
	}
	return "{{." + name + "}}"
}

// Find returns the message of key, which has no placeholders; ok is false where the
// language itself, without the fallback, doesn't know it.
func (l *Localizer) Find(key string) (text string, ok bool) {
	if m, ok := l.cat.messages[key]; ok && m.plain != "" {
		return m.plain, true
	}
	return "", false
}

// Has reports whether the language itself, without the fallback, knows key.
func (l *Localizer) Has(key string) bool {
	_, ok := l.cat.messages[key]
	return ok
}

// Error returns the message of err for its reader: that of the *errs.Error in its
// chain, and a general one for everything else, whose text stays in the log.
func (l *Localizer) Error(err error) string {
	if err == nil {
		return ""
	}
	var e *errs.Error
	if !errors.As(err, &e) || e.Kind == errs.Internal {
		return l.T("error.internal")
	}
	if e.Key == "" {
		return l.T("error." + e.Kind.String())
	}
	return l.T(e.Key, e.Args...)
}

// Field returns the message of what is wrong with one field.
func (l *Localizer) Field(f errs.Field) string { return l.T(f.Key, f.Args...) }

// Keys returns the sorted keys that a language knows, for tests.
func Keys(lang string) []string {
	c, ok := catalogues[lang]
	if !ok {
		return nil
	}
	keys := make([]string, 0, len(c().messages))
	for k := range c().messages {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// LogProblems reports translation files that couldn't be used; tests keep a release
// from having any.
func LogProblems(log *slog.Logger) {
	for _, lang := range Langs {
		for _, p := range catalogues[lang]().problems {
			log.Warn("translation file", "problem", p)
		}
	}
}
