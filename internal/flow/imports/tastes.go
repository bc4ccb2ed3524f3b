package imports

import (
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/intake"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// specialDate takes a day of a kind of the agency's list.
func (b *drafter) specialDate(p *person, s intake.Said, name string) {
	code, ok := b.w.option("special_date", name)
	if !ok {
		b.unknown(s, "intake.problem.choice")
		return
	}
	b.add(p, part{rec: &traveler.SpecialDate{Type: code, Date: date.Date(s.Value), Yearly: true}}, map[string]intake.Said{"date": s}, map[string]string{"date": "date"})
}

// tastes reads the values of a field of preferences: codes, or labels in any language.
func (b *drafter) tastes(p *person, s intake.Said, key string) {
	f, degree, ok := PreferenceOf(key)
	if !ok {
		b.unknown(s, "preference.error.field")
		return
	}
	said := map[string]intake.Said{"value": s}
	one := func(t traveler.Preference) {
		t.Field, t.Degree = f.Key, degree
		b.add(p, part{rec: &t}, said, nil)
	}
	switch f.Kind {
	case traveler.PrefText:
		one(traveler.Preference{Text: clip(s.Value, 2000)})
		return
	case traveler.PrefNumber:
		n, err := strconv.ParseInt(strings.TrimSpace(s.Value), 10, 64)
		if err != nil || n < 1 || n > 1_000_000 {
			b.unknown(s, "intake.problem.choice")
			return
		}
		one(traveler.Preference{Number: n})
		return
	case traveler.PrefYesNo:
		yes, ok := intake.YesNo(s.Value)
		if !ok {
			b.unknown(s, "intake.problem.choice")
			return
		}
		one(traveler.Preference{Code: map[bool]string{true: "YES", false: "NO"}[yes]})
		return
	}
	for i, v := range b.values(f, s.Value) {
		switch {
		case v.word == "":
			b.unknown(intake.Said{Title: s.Title, Value: v.code}, "intake.problem.choice")
		case f.Kind == traveler.PrefWords:
			one(traveler.Preference{Text: clip(v.code, 2000)})
		case f.Single() && i > 0:
			b.unknown(intake.Said{Title: s.Title, Value: v.word}, "import.warning.one_value")
		default:
			one(traveler.Preference{Code: v.code})
		}
	}
}

// word is a value as written with its code; without a word it wasn't found, and code is
// what was written.
type word struct{ word, code string }

// values takes a cell apart. A label may itself hold a comma: the whole cell is tried
// first.
func (b *drafter) values(f traveler.PreferenceField, cell string) (out []word) {
	find := func(text string) (string, bool) {
		switch {
		case f.Kind == traveler.PrefWords:
			return text, true
		case f.Kind == traveler.PrefPlaces:
			return country.Lookup(text)
		}
		return b.w.option(f.List, text)
	}
	if code, ok := find(cell); ok && f.Kind != traveler.PrefWords {
		return []word{{cell, code}}
	}
	for _, text := range intake.List(cell) {
		if code, ok := find(text); ok {
			out = append(out, word{text, code})
		} else {
			out = append(out, word{"", text})
		}
	}
	return out
}
