package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed locales/*/*.json
var files embed.FS

// message is one translation, cut into its parts when the catalogue is loaded, so
// that rendering is only concatenation.
type message struct {
	forms [numForms][]part // forms[other] is always set
	many  bool             // has plural forms that Count chooses from
	plain string           // the whole text, where neither a count nor a placeholder changes it
}

// part is a piece of text, or a placeholder when name is set.
type part struct{ text, name string }

// numForms is the number of CLDR plural categories (other, zero, one, two, few, many).
const numForms = int(plural.Many) + 1

var formNames = map[string]plural.Form{"zero": plural.Zero, "one": plural.One, "two": plural.Two,
	"few": plural.Few, "many": plural.Many, "other": plural.Other}

// catalogue is what one language says.
type catalogue struct {
	messages map[string]*message
	problems []string // files and keys that couldn't be used; a test fails on any
}

// catalogues loads each language once, when it is first needed.
var catalogues = func() map[string]func() *catalogue {
	m := map[string]func() *catalogue{}
	for _, lang := range Langs {
		m[lang] = sync.OnceValue(func() *catalogue { return load(files, lang) })
	}
	return m
}()

// load reads locales/<lang>/*.json. A broken file costs its own keys only: they
// then fall back to English, and the package's test names the file.
func load(fsys fs.FS, lang string) *catalogue {
	c := &catalogue{messages: map[string]*message{}}
	names, err := fs.Glob(fsys, "locales/"+lang+"/*.json")
	if err != nil || len(names) == 0 {
		c.problems = append(c.problems, fmt.Sprintf("locales/%s: no files (%v)", lang, err))
	}
	for _, name := range names {
		if err := c.file(fsys, name); err != nil {
			c.problems = append(c.problems, fmt.Sprintf("%s: %v", name, err))
		}
	}
	return c
}

// file adds the messages of one file. Two files that say the same key are a problem:
// somebody would change the wrong one.
func (c *catalogue) file(fsys fs.FS, name string) error {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	for key, value := range raw {
		m, err := parseMessage(value)
		switch {
		case err != nil:
			c.problems = append(c.problems, fmt.Sprintf("%s: %s: %v", name, key, err))
			continue
		case c.messages[key] != nil:
			c.problems = append(c.problems, fmt.Sprintf("%s: %s is in another file too", name, key))
		}
		c.messages[key] = m
	}
	return nil
}

// parseMessage reads a JSON string, or an object of plural categories.
func parseMessage(raw json.RawMessage) (*message, error) {
	m := &message{}
	var text string
	if err := json.Unmarshal(raw, &text); err == nil {
		parts, err := split(text)
		m.forms[plural.Other] = parts
		if len(parts) == 1 && parts[0].name == "" {
			m.plain = text
		}
		return m, err
	}
	var forms map[string]string
	if err := json.Unmarshal(raw, &forms); err != nil {
		return nil, fmt.Errorf("neither text nor plural forms: %w", err)
	}
	for name, text := range forms {
		form, ok := formNames[name]
		if !ok {
			return nil, fmt.Errorf("no plural category %q", name)
		}
		parts, err := split(text)
		if err != nil {
			return nil, err
		}
		m.forms[form] = parts
	}
	if m.forms[plural.Other] == nil {
		return nil, fmt.Errorf("the form %q is missing", "other")
	}
	m.many = true
	return m, nil
}

// split cuts "Hello {{.Name}}" into its parts.
func split(text string) ([]part, error) {
	parts := []part{}
	for text != "" {
		before, rest, found := strings.Cut(text, "{{")
		if before != "" {
			parts = append(parts, part{text: before})
		}
		if !found {
			break
		}
		name, after, found := strings.Cut(rest, "}}")
		name = strings.TrimSpace(name)
		if !found || len(name) < 2 || name[0] != '.' || strings.ContainsAny(name[1:], " .|") {
			return nil, fmt.Errorf("bad placeholder in %q: only {{.Name}} is known", text)
		}
		parts = append(parts, part{name: name[1:]})
		text = after
	}
	return parts, nil
}

// placeholders returns the sorted names that any form of m uses.
func (m *message) placeholders() []string {
	var names []string
	for _, form := range m.forms {
		for _, p := range form {
			if p.name != "" {
				names = append(names, p.name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// form chooses the parts for a count by the CLDR rules of the language.
func (m *message) form(tag language.Tag, count int64, counted bool) []part {
	if m.many && counted {
		if count < 0 {
			count = -count
		}
		// MatchPlural wants the number modulo 10 000 000 so that it fits an int32 rule.
		f := plural.Cardinal.MatchPlural(tag, int(count%10_000_000), 0, 0, 0, 0)
		if parts := m.forms[f]; parts != nil {
			return parts
		}
	}
	return m.forms[plural.Other]
}
