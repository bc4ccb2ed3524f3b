package fillin

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// tastes are the preferences that a person is asked for: what every booking needs and
// people can say in a minute on a phone. The codes of airlines for meals and assistance
// are the agent's to choose. Of what is liked and avoided they say what they like.
var tastes = []string{"diet", "diet_note", "seat", "home_airport", "flight_note", "bed", "room", "board", "hotel_note", "style", "interests_note"}

// Said is a value of a preference as a proposal keeps it: a code of a list or words, and
// of a diet how grave it is.
type Said struct{ Value, Degree string }

// SaidOf reads the text of a field of the kind "taste".
func SaidOf(field, text string) (out []Said) {
	f, _ := traveler.PreferenceFieldOf(field)
	if f.Kind == traveler.PrefText {
		if text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")); text != "" {
			out = append(out, Said{Value: text})
		}
		return out
	}
	for part := range strings.SplitSeq(text, ",") {
		s := Said{Value: strings.Join(strings.Fields(part), " ")}
		if f.Kind == traveler.PrefSeverity {
			s.Value, s.Degree, _ = strings.Cut(s.Value, ":")
			if s.Degree == "" {
				s.Degree = f.Degrees()[0]
			}
		}
		if s.Value != "" && !slices.ContainsFunc(out, func(o Said) bool { return o.Value == s.Value }) {
			out = append(out, s)
		}
	}
	if f.List != "" { // the same choice is the same text, in whatever order it was ticked
		slices.SortFunc(out, func(a, b Said) int { return strings.Compare(a.Value, b.Value) })
	}
	return out
}

// Say writes values as the text that SaidOf reads.
func Say(list []Said) string {
	var out []string
	for _, s := range list {
		if s.Degree != "" {
			s.Value += ":" + s.Degree
		}
		out = append(out, s.Value)
	}
	return strings.Join(out, ",")
}

// taste is the part of preferences.
type taste struct {
	traveler int64
	stored   []traveler.Preference
	options  *option.Set
}

func tastePart(ctx context.Context, tx *db.Tx, owners []record.Ref) (out []part, err error) {
	t := &taste{traveler: owners[0].ID}
	if t.stored, err = traveler.Preferences(ctx, tx, t.traveler); err != nil {
		return nil, err
	}
	t.options, err = option.Load(ctx, tx)
	return []part{t}, err
}

// prefix begins the keys of the fields.
func (t *taste) prefix() string {
	return "preference." + strconv.FormatInt(t.traveler, 10) + "."
}

// of are the stored values of a field: those that the person is asked for, and those that
// stay whatever they say.
func (t *taste) of(f traveler.PreferenceField) (mine, rest []traveler.Preference) {
	for _, p := range t.stored {
		switch {
		case p.Field != f.Key:
		case f.Kind == traveler.PrefLikes && p.Degree != "like":
			rest = append(rest, p)
		default:
			mine = append(mine, p)
		}
	}
	return mine, rest
}

func (t *taste) fields() (out []Field, err error) {
	for _, key := range tastes {
		f, _ := traveler.PreferenceFieldOf(key)
		mine, _ := t.of(f)
		var known []Said
		for _, p := range mine {
			s := Said{Value: p.Code + p.Text}
			if f.Kind == traveler.PrefSeverity {
				s.Degree = p.Degree
			}
			known = append(known, s)
		}
		out = append(out, Field{Key: t.prefix() + key, Section: "preferences", Kind: "preference", Column: key, Label: f.Category, Type: "taste",
			Known: Say(SaidOf(key, Say(known)))})
	}
	return out, nil
}

// wish is what a text says of a field, with what stays.
func (t *taste) wish(f traveler.PreferenceField, text string) traveler.Wish {
	mine, rest := t.of(f)
	w := traveler.Wish{Field: f.Key}
	for _, s := range SaidOf(f.Key, text) {
		p := traveler.Preference{TravelerID: t.traveler, Field: f.Key, Degree: s.Degree}
		if f.Kind == traveler.PrefText || f.Kind == traveler.PrefWords {
			p.Text = s.Value
		} else {
			p.Code = s.Value
		}
		if f.Kind == traveler.PrefLikes {
			p.Degree = "like"
		}
		for _, old := range mine { // what the agency has noted with a value stays with it
			if old.Code == p.Code && old.Text == p.Text {
				p.Note = old.Note
			}
		}
		w.Values = append(w.Values, p)
	}
	for _, p := range rest {
		if !slices.ContainsFunc(w.Values, func(v traveler.Preference) bool { return v.Code == p.Code && v.Text == p.Text }) {
			w.Values = append(w.Values, p)
		}
	}
	return w
}

// check refuses what isn't on a list: the page offers nothing else.
func (t *taste) check(a answer, bad *errs.Collect) error {
	for _, key := range tastes {
		text, ok := a.Values[t.prefix()+key]
		if !ok {
			continue
		}
		f, _ := traveler.PreferenceFieldOf(key)
		for _, p := range t.wish(f, text).Values {
			if f.List != "" && !t.listed(f, p.Code) {
				bad.Add(t.prefix()+key, "preference.error.code", "Code", p.Code)
				break
			}
			if err := p.Check(); err != nil {
				if err := bad.Merge("", t.rename(key, err)); err != nil {
					return err
				}
				break
			}
		}
	}
	return nil
}

func (t *taste) listed(f traveler.PreferenceField, code string) bool {
	if slices.ContainsFunc(t.stored, func(p traveler.Preference) bool { return p.Field == f.Key && p.Code == code }) {
		return true // switched off since
	}
	return slices.ContainsFunc(t.options.Active(f.List), func(v option.Value) bool { return v.Code == code })
}

// rename puts what is wrong with any value of a field at the field.
func (t *taste) rename(key string, err error) error {
	var e *errs.Error
	if !errors.As(err, &e) || len(e.Fields) == 0 {
		return err
	}
	return errs.Bad(t.prefix()+key, e.Fields[0].Key, e.Fields[0].Args...)
}

// write stores what was accepted.
func (t *taste) write(ctx context.Context, tx *db.Tx, _ *Review, accepted map[string]Difference) error {
	for _, key := range tastes {
		d, ok := accepted[t.prefix()+key]
		if !ok {
			continue
		}
		f, _ := traveler.PreferenceFieldOf(key)
		if err := traveler.SavePreferences(ctx, tx, t.traveler, []traveler.Wish{t.wish(f, d.Proposed)}); err != nil {
			return t.rename(key, err)
		}
	}
	return nil
}
