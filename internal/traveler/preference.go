package traveler

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/record"
)

// tasteOf gives the rows of those travelers that a mode allows.
func tasteOf(mode string) db.Rule {
	cond := `{traveler` + mode + ` has traveler_id}`
	return db.Rule{Own: cond, Branch: cond}
}

// TasteTables hold what travelers like and where they are members, their special dates
// and emergency contacts: who sees the traveler sees them, who may change the traveler
// may change them.
var TasteTables = []db.Table{
	{Name: "preference", Of: "traveler_id", View: tasteOf(""), Edit: tasteOf(".edit").With("client.edit")},
	{Name: "programme", View: db.Everybody, Edit: db.Everybody.With("client.edit")},
	{Name: "loyalty", Of: "traveler_id", View: tasteOf(""), Edit: tasteOf(".edit").With("client.edit")},
	{Name: "special_date", Of: "traveler_id", View: tasteOf(""), Edit: tasteOf(".edit").With("client.edit")},
	{Name: "emergency_contact", Of: "traveler_id", View: tasteOf(""), Edit: tasteOf(".edit").With("client.edit")},
}

var _ = record.Register(
	record.Kind{Name: "preference", New: func() record.Record { return new(Preference) }},
	record.Kind{Name: "programme", New: func() record.Record { return new(Programme) }},
	record.Kind{Name: "loyalty", New: func() record.Record { return new(Loyalty) }},
	record.Kind{Name: "special_date", New: func() record.Record { return new(SpecialDate) }},
	record.Kind{Name: "emergency_contact", New: func() record.Record { return new(EmergencyContact) }},
)

// Preference is one value of a field of preferences (R088): somebody likes window
// seats, avoids an airline, has been to Japan.
type Preference struct {
	record.Base
	TravelerID int64  `db:"traveler_id" history:"-"`
	Field      string `db:"field" history:"track"`
	Code       string `db:"code" history:"track"`   // of a list, a country, YES or NO
	Text       string `db:"text" history:"track"`   // free words; of a place the region
	Degree     string `db:"degree" history:"track"` // see PreferenceField.Degrees
	Number     int64  `db:"number" history:"track"` // of a number field; of a place the year, 0 for none
	Note       string `db:"note" history:"track"`
}

// Table names the table and the kind.
func (*Preference) Table() string { return "preference" }

// Parents is the traveler who has the taste.
func (p *Preference) Parents() []record.Ref {
	return []record.Ref{{Kind: "traveler", ID: p.TravelerID}}
}

// Unique names the field of a violated constraint.
func (*Preference) Unique(string) string { return "code" }

// Check tidies p and reports what is wrong with it. Whether a code is on its list is
// Guard's question.
func (p *Preference) Check() error {
	var c errs.Collect
	p.Text, p.Note, p.Code = strings.TrimSpace(p.Text), strings.TrimSpace(p.Note), strings.TrimSpace(p.Code)
	f, ok := PreferenceFieldOf(p.Field)
	if !ok {
		return errs.Bad("field", "preference.error.field")
	}
	c.MaxLen("text", p.Text, 2000)
	c.MaxLen("note", p.Note, 500)
	if p.Degree == "" && len(f.Degrees()) > 0 {
		p.Degree = f.Degrees()[0]
	}
	c.OneOf("degree", p.Degree, orNone(f.Degrees())...)
	switch {
	case f.Kind == PrefPlaces && p.Number != 0 && (p.Number < 1900 || p.Number > 2100):
		c.Add("number", "preference.error.year")
	case f.Kind == PrefNumber && (p.Number < 1 || p.Number > 1_000_000), f.Kind != PrefNumber && f.Kind != PrefPlaces && p.Number != 0:
		c.Add("number", "error.number")
	}
	if key := p.tidyValue(f); key != "" {
		path := "code"
		if f.Kind == PrefText || f.Kind == PrefWords {
			path = "text"
		}
		c.Add(path, key)
	}
	return c.Err()
}

func orNone(list []string) []string {
	if len(list) == 0 {
		return []string{""}
	}
	return list
}

// tidyValue writes the value in its stored form, and returns the key of what is wrong.
func (p *Preference) tidyValue(f PreferenceField) string {
	if f.Kind != PrefText && f.Kind != PrefWords && f.Kind != PrefPlaces {
		p.Text = ""
	}
	switch f.Kind {
	case PrefText, PrefWords:
		p.Code = ""
		if f.Kind == PrefWords {
			p.Text = strings.Join(strings.Fields(p.Text), " ")
		}
		if p.Text == "" {
			return "error.required"
		}
	case PrefNumber:
		p.Code = ""
	case PrefYesNo:
		if p.Code = strings.ToUpper(p.Code); p.Code != "YES" && p.Code != "NO" {
			return "preference.error.yes_no"
		}
	case PrefPlaces:
		code, ok := country.Lookup(p.Code)
		if !ok {
			return "error.country"
		}
		p.Code = code
	default:
		if p.Code = strings.ToUpper(p.Code); p.Code == "" {
			return "error.required"
		}
	}
	return ""
}

// Guard keeps codes to their list, one value to fields that have one, and one degree to
// a value; who has been somewhere may wish to go again.
func (p *Preference) Guard(ctx context.Context, tx *db.Tx, _ record.Record) error {
	f, _ := PreferenceFieldOf(p.Field)
	if f.List != "" {
		ok, err := option.Valid(ctx, tx, f.List, p.Code)
		if err != nil {
			return err
		}
		if !ok {
			return errs.Bad("code", "preference.error.code", "Code", p.Code)
		}
	}
	q, args := "r.code = $4 AND r.text = $5 AND r.degree = $6", []any{p.TravelerID, p.Field, p.ID, p.Code, p.Text, p.Degree}
	switch {
	case f.Single():
		q, args = "1 = 1", args[:3]
	case f.Kind != PrefPlaces:
		q, args = "r.code = $4 AND r.text = $5", args[:5]
	}
	var others []Preference
	err := record.Select(ctx, tx, &others, "WHERE r.traveler_id = $1 AND r.field = $2 AND r.id <> $3 AND "+q, args...)
	if err == nil && len(others) > 0 {
		return errs.Bad("code", "preference.error.once")
	}
	return err
}

// Preferences returns what is known of a traveler's taste, in the order of the fields;
// within one, what is liked comes before what is avoided.
func Preferences(ctx context.Context, tx *db.Tx, id int64) ([]Preference, error) {
	var out []Preference
	if err := record.Select(ctx, tx, &out, "of $1 ORDER BY r.id", id); err != nil {
		return nil, err
	}
	slices.SortStableFunc(out, func(a, b Preference) int {
		return cmp.Or(cmp.Compare(preferencePlaces[a.Field], preferencePlaces[b.Field]), cmp.Compare(a.weight(), b.weight()))
	})
	return out, nil
}

// weight is the place of p among those of its field.
func (p *Preference) weight() int {
	if p.Degree == "" {
		return 0 // its field has no degrees
	}
	f, _ := PreferenceFieldOf(p.Field)
	n := slices.Index(f.Degrees(), p.Degree)
	if f.Kind == PrefSeverity { // what is dangerous comes first
		return -n
	}
	return n
}

// value is what people say with a preference, without what the database adds.
type value struct {
	Code   string `json:"code,omitempty"`
	Text   string `json:"text,omitempty"`
	Degree string `json:"degree,omitempty"`
	Number int64  `json:"number,omitempty"`
	Note   string `json:"note,omitempty"`
}

func (p *Preference) value() value { return value{p.Code, p.Text, p.Degree, p.Number, p.Note} }

// Packed writes the values of one field as a text that Unpacked reads: for a conflict.
func Packed(prefs []Preference) string {
	vals := make([]value, 0, len(prefs))
	for i := range prefs {
		vals = append(vals, prefs[i].value())
	}
	slices.SortFunc(vals, func(a, b value) int {
		return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Text, b.Text), cmp.Compare(a.Degree, b.Degree))
	})
	raw, err := json.Marshal(vals)
	if err != nil {
		panic("traveler: packing preferences: " + err.Error()) // texts and numbers always are
	}
	return string(raw)
}

// Unpacked reads what Packed wrote; nil for anything else.
func Unpacked(field, packed string) (out []Preference) {
	var vals []value
	if json.Unmarshal([]byte(packed), &vals) != nil {
		return nil
	}
	for _, v := range vals {
		out = append(out, Preference{Field: field, Code: v.Code, Text: v.Text, Degree: v.Degree, Number: v.Number, Note: v.Note})
	}
	return out
}

// Mark is a short text that stands for the values of a field: a form sends it back to
// say what it was made from.
func Mark(prefs []Preference) string {
	h := fnv.New64a()
	h.Write([]byte(Packed(prefs))) // never fails
	return fmt.Sprintf("%x", h.Sum64())
}

// ofField picks the values of a field.
func ofField(prefs []Preference, key string) []Preference {
	return slices.DeleteFunc(slices.Clone(prefs), func(p Preference) bool { return p.Field != key })
}
