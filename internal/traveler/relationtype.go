package traveler

import (
	"context"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
)

// RelationGroups are the groups of kinds of relations (R040).
var RelationGroups = []string{"family", "friends", "work", "other"}

// Kinship is a kind of relation between two persons: what each is to the other, as
// neutral codes (reading A16). Labels follow the person's sex when they are shown.
type Kinship struct {
	Code, Inverse     string
	Name, InverseName string // of the agency's own kinds, "" for shipped ones
	Group             string
	Active            bool
	TypeID            int64 // of the agency's record, 0 where it has none

	mutual bool // both may be it to each other, though the codes differ
}

// Alike reports whether both persons are the same to each other, as siblings are.
func (k *Kinship) Alike() bool { return k.Code == k.Inverse }

// Own reports whether the kind is one of the agency's.
func (k *Kinship) Own() bool { return strings.HasPrefix(k.Code, ownPrefix) }

// ownPrefix begins the codes of an agency's own kinds, inverseSuffix ends the code of
// what the other person is.
const ownPrefix, inverseSuffix = "own.", ".of"

// shippedKinships are those of every agency.
var shippedKinships = func() (out []Kinship) {
	add := func(group string, mutual bool, pairs ...string) {
		for _, p := range pairs {
			a, b, two := strings.Cut(p, "/")
			if !two {
				b = a
			}
			out = append(out, Kinship{Code: a, Inverse: b, Group: group, Active: true, mutual: mutual})
		}
	}
	add("family", false, "parent/child", "spouse", "partner", "ex_spouse", "sibling", "half_sibling", "grandparent/grandchild",
		"step_parent/step_child", "foster_parent/foster_child", "guardian/ward", "aunt_uncle/niece_nephew", "cousin",
		"parent_in_law/child_in_law", "sibling_in_law", "godparent/godchild")
	add("friends", false, "friend", "neighbour", "travel_companion", "club_mate")
	add("work", false, "colleague", "employer/employee", "manager/report")
	add("work", true, "assistant/principal", "teacher/pupil")
	add("other", true, "carer/cared_for", "referrer/referred", "emergency_contact/emergency_contact_for")
	add("other", false, "other")
	return out
}()

// RelationCodes are the codes of the shipped kinds, both sides of each.
var RelationCodes = func() (out []string) {
	for _, k := range shippedKinships {
		if out = append(out, k.Code); !k.Alike() {
			out = append(out, k.Inverse)
		}
	}
	return out
}()

// RelationType is a kind of relation that the agency added, or a shipped one that it
// switched off.
type RelationType struct {
	record.Base
	Code        string `db:"code" history:"-"`
	Inverse     string `db:"inverse" history:"-"`
	Name        string `db:"name" history:"track"`         // what a person is: "host"
	InverseName string `db:"inverse_name" history:"track"` // what the other is: "guest"; "" the same
	Group       string `db:"grp" history:"track"`
	Active      bool   `db:"active" history:"track"`

	made bool // the code was made of the name
}

// Table names the table and the kind.
func (*RelationType) Table() string { return "relation_type" }

// Unique names the field of a violated constraint.
func (*RelationType) Unique(string) string { return "name" }

// Check tidies t and reports what is wrong with it. The code is made of the first name
// and stays when the name changes.
func (t *RelationType) Check() error {
	var c errs.Collect
	if i := slices.IndexFunc(shippedKinships, func(k Kinship) bool { return k.Code == t.Code }); i >= 0 {
		k := shippedKinships[i]
		t.Inverse, t.Group, t.Name, t.InverseName = k.Inverse, k.Group, "", ""
		return nil
	}
	t.Name, t.InverseName = strings.Join(strings.Fields(t.Name), " "), strings.Join(strings.Fields(t.InverseName), " ")
	c.Required("name", t.Name)
	c.MaxLen("name", t.Name, 60)
	c.MaxLen("inverse_name", t.InverseName, 60)
	if t.Group == "" {
		t.Group = "other"
	}
	c.OneOf("grp", t.Group, RelationGroups...)
	if t.Code == "" {
		t.made = true
		t.setCode(ownPrefix + slugOf(t.Name))
	}
	if t.Code == t.Inverse {
		t.InverseName = ""
	} else {
		c.Required("inverse_name", t.InverseName)
	}
	return c.Err()
}

// setCode gives a new kind its codes.
func (t *RelationType) setCode(code string) {
	t.Code, t.Inverse = code, code
	if t.InverseName != "" && fold.Fold(t.InverseName) != fold.Fold(t.Name) {
		t.Inverse = code + inverseSuffix
	}
}

// Guard refuses a name that another kind of the agency's has. A code stays when its name
// changes, so a new kind may need another than its name makes.
func (t *RelationType) Guard(ctx context.Context, tx *db.Tx, old record.Record) error {
	if t.Name == "" {
		return nil // shipped
	}
	var all []RelationType
	if err := record.Select(ctx, tx, &all, "WHERE r.id <> $1", t.ID); err != nil {
		return err
	}
	for _, o := range all {
		if fold.Fold(o.Name) == fold.Fold(t.Name) {
			e := errs.Bad("name", "error.taken")
			e.Kind = errs.Conflict
			return e
		}
	}
	if old != nil || !t.made {
		return nil
	}
	t.setCode(fold.Free(ownPrefix+slugOf(t.Name), 0, func(code string) bool {
		return slices.ContainsFunc(all, func(o RelationType) bool { return o.Code == code })
	}))
	return nil
}

// slugOf makes a stable key of a name: letters and digits of any script, the rest
// becomes single underscores.
func slugOf(name string) string {
	var b strings.Builder
	for _, w := range strings.FieldsFunc(fold.Fold(name), func(r rune) bool { return !letterOrDigit(r) }) {
		if b.Len() > 0 {
			b.WriteByte('_')
		}
		b.WriteString(w)
	}
	return b.String()
}

// Kinships returns every kind of relation of the agency: shipped ones first, then its
// own by name. Switched off ones are among them: old relations still have them.
func Kinships(ctx context.Context, tx *db.Tx) ([]Kinship, error) {
	var own []RelationType
	if err := record.Kept(ctx, tx, &own, "ORDER BY r.name, r.id"); err != nil {
		return nil, err
	}
	out := slices.Clone(shippedKinships)
	for _, t := range own {
		if i := slices.IndexFunc(out, func(k Kinship) bool { return k.Code == t.Code }); i >= 0 {
			out[i].Active, out[i].TypeID = t.Active, t.ID
			continue
		}
		k := Kinship{Code: t.Code, Inverse: t.Inverse, Name: t.Name, InverseName: t.InverseName, Group: t.Group, Active: t.Active, TypeID: t.ID}
		if k.Alike() {
			k.InverseName = k.Name
		}
		out = append(out, k)
	}
	return out, nil
}

// kinshipOf finds the kind that has a code on either side; first tells on which.
func kinshipOf(all []Kinship, code string) (k Kinship, first, ok bool) {
	for _, k := range all {
		if k.Code == code || k.Inverse == code {
			return k, k.Code == code, true
		}
	}
	return Kinship{}, false, false
}

// SwitchKinship switches a shipped kind off or on again: what it is offered for, not
// what has it.
func SwitchKinship(ctx context.Context, tx *db.Tx, code string, active bool) error {
	if !slices.ContainsFunc(shippedKinships, func(k Kinship) bool { return k.Code == code }) {
		return errs.Missing()
	}
	var has []RelationType
	if err := record.Select(ctx, tx, &has, "WHERE r.code = $1", code); err != nil {
		return err
	}
	if len(has) == 0 {
		return record.Insert(ctx, tx, &RelationType{Code: code, Active: active})
	}
	t := &has[0]
	return record.Edit(ctx, tx, t, t.ID, 0, func() error { t.Active = active; return nil })
}

// DropRelationType removes an own kind that no relation has, deleted ones included;
// another can only be switched off.
func DropRelationType(ctx context.Context, tx *db.Tx, id, version int64) error {
	var t RelationType
	if err := record.Get(ctx, tx, &t, id); err != nil {
		return err
	}
	var n int64
	err := tx.AsSystem().Row(ctx, "SELECT count(*) FROM {relation.any} x WHERE x.a_is = $1", []any{t.Code}, &n)
	if err != nil {
		return err
	}
	if n > 0 {
		return errs.New(errs.Conflict, "error.in_use")
	}
	return record.Delete(ctx, tx, new(RelationType), id, version)
}

// KinLabel says what somebody of this sex is who is code to another: "mother". Neutral
// where the sex isn't known (reading A16); own kinds have one name.
func KinLabel(l *i18n.Localizer, all []Kinship, code, sex string) string {
	k, first, ok := kinshipOf(all, code)
	switch {
	case !ok:
		return code
	case k.Own() && first:
		return k.Name
	case k.Own():
		return k.InverseName
	case sex == "M":
		return l.T("relation.kind." + code + ".m")
	case sex == "F":
		return l.T("relation.kind." + code + ".f")
	}
	return l.T("relation.kind." + code)
}
