package field

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// A Cond is one condition under which a field must be filled in: a column of the record
// or another field of the agency's has a value.
type Cond struct {
	On    string // classification, kind, segment, status, age, nationality, or fields.<code>
	Op    string // "=", "<" of the age, "filled" of a field of the agency's
	Value string
}

// conditioned says of which records the built-in columns are, and which values they have.
var conditioned = map[string]struct {
	Area   string
	Values []string
}{
	"kind":           {"client", []string{"personal", "corporate"}},
	"classification": {"client", []string{"prospect", "client"}},
	"segment":        {"client", []string{"regular", "temporary", "organiser", "vip_incentive"}},
	"status":         {"client", []string{"active", "inactive"}},
	"age":            {"traveler", nil},
	"nationality":    {"traveler", nil},
}

// Conditioned lists the built-in columns that a condition can ask for, in the order of a
// menu, those of an area or all.
func Conditioned() []string {
	return []string{"kind", "classification", "segment", "status", "age", "nationality"}
}

// ConditionValues are the values of a built-in column with a closed list.
func ConditionValues(on string) []string { return conditioned[on].Values }

var condForm = regexp.MustCompile(`^([a-z]+|fields\.[a-z][a-z0-9_]*)\s*(=|<|filled)\s*(.*)$`)

// Conditions are those of the field, all of which must hold.
func (f *Field) Conditions() (out []Cond) {
	for line := range strings.Lines(f.RequiredIf) {
		if m := condForm.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			out = append(out, Cond{m[1], m[2], strings.TrimSpace(m[3])})
		}
	}
	return out
}

// String writes the condition as it is stored.
func (c Cond) String() string { return strings.TrimSpace(c.On + " " + c.Op + " " + c.Value) }

// MaxConditions bounds them.
const MaxConditions = 5

func (f *Field) checkCondition(c *errs.Collect) {
	if f.Requirement != If {
		f.RequiredIf = ""
		return
	}
	var out []string
	for line := range strings.Lines(f.RequiredIf) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		m := condForm.FindStringSubmatch(line)
		if m == nil {
			c.Add("required_if", "field.error.condition", "Condition", clip(line, 60))
			return
		}
		cond := Cond{m[1], m[2], strings.TrimSpace(m[3])}
		if !f.validCond(&cond) {
			c.Add("required_if", "field.error.condition", "Condition", clip(line, 60))
			return
		}
		out = append(out, cond.String())
	}
	switch {
	case len(out) == 0:
		c.Add("required_if", "error.required")
	case len(out) > MaxConditions:
		c.Add("required_if", "error.max", "Max", MaxConditions)
	}
	f.RequiredIf = strings.Join(out, "\n")
}

func (f *Field) validCond(c *Cond) bool {
	if code, own := strings.CutPrefix(c.On, Column+"."); own {
		return code != f.Code && (c.Op == "filled" && c.Value == "" || c.Op == "=" && c.Value != "")
	}
	b, ok := conditioned[c.On]
	if !ok || !f.In(b.Area) {
		return false
	}
	switch c.On {
	case "age":
		n, err := strconv.Atoi(c.Value)
		return err == nil && n > 0 && n <= 120 && c.Op == "<"
	case "nationality":
		code, ok := country.Lookup(c.Value)
		c.Value = code
		return ok && c.Op == "="
	}
	return c.Op == "=" && slices.Contains(b.Values, c.Value)
}

// guardCondition looks whether the other fields that conditions name are there, and writes
// what they are compared with as records have it: "Gold card" as its code, "yes" as true.
func (f *Field) guardCondition(ctx context.Context, tx *db.Tx) error {
	conds := f.Conditions()
	for i := range conds {
		c := &conds[i]
		code, own := strings.CutPrefix(c.On, Column+".")
		if !own {
			continue
		}
		var others []Field
		if err := record.Select(ctx, tx, &others, "WHERE r.code = $1", code); err != nil {
			return err
		}
		if len(others) == 0 {
			return errs.Bad("required_if", "field.error.condition", "Condition", c.String())
		}
		if c.Op == "=" {
			v, key, _ := others[0].Parse(c.Value, nil)
			if key != "" {
				return errs.Bad("required_if", "field.error.condition", "Condition", c.String())
			}
			c.Value = record.BagText(v)
		}
	}
	var lines []string
	for _, c := range conds {
		lines = append(lines, c.String())
	}
	f.RequiredIf = strings.Join(lines, "\n")
	return nil
}

// required reports whether the actor must give a record a value of the field. A condition
// on a field that they don't see holds for nobody who can't see it: the answer would tell
// what it has.
func (s *Set) required(ctx context.Context, tx *db.Tx, f *Field, r record.Record, values map[string]any) (bool, error) {
	if f.Requirement != If {
		return f.Requirement == Always, nil
	}
	for _, c := range f.Conditions() {
		if code, own := strings.CutPrefix(c.On, Column+"."); own && s.seen(r.Table(), code) == nil {
			return false, nil
		}
		holds, err := c.holds(ctx, tx, r, values)
		if err != nil || !holds {
			return false, err
		}
	}
	return true, nil
}

func (c Cond) holds(ctx context.Context, tx *db.Tx, r record.Record, values map[string]any) (bool, error) {
	if code, own := strings.CutPrefix(c.On, Column+"."); own {
		v := record.BagText(values[code])
		if c.Op == "filled" {
			return v != "", nil
		}
		return slices.ContainsFunc(strings.Split(v, ","), func(s string) bool { return strings.EqualFold(s, c.Value) }) || v == c.Value, nil
	}
	if conditioned[c.On].Area != r.Table() {
		return false, nil
	}
	column := c.On
	if column == "age" {
		column = "birth_date"
	}
	is, err := record.Text(r, column)
	if err != nil || is == "" {
		return false, err
	}
	switch c.On {
	case "age":
		zone, err := list.ZoneOf(ctx, tx)
		if err != nil {
			return false, err
		}
		years, known := date.Date(is).AgeOn(date.Today(tx.Now.Time(), zone))
		below, _ := strconv.Atoi(c.Value)
		return known && years < below, nil
	case "nationality":
		return slices.Contains(strings.Split(is, ","), c.Value), nil
	}
	return is == c.Value, nil
}
