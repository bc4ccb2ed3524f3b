package activity

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// That somebody was there is told to those who see both the activity and the person. It
// is changed by those who may change the activity.
const (
	thereSeen = `{activity has activity_id} AND {traveler has traveler_id}`
	thereMine = `{activity.edit has activity_id}`
)

var personTable = db.Table{Name: "activity_person", Trash: true,
	View: db.Rule{Own: thereSeen, Branch: thereSeen, Agency: thereSeen, Lift: "system"},
	Edit: db.Rule{Own: thereMine, Branch: thereMine, Agency: thereMine, Need: "client.edit", Lift: "system"}}

var _ = record.Register(record.Kind{Name: "activity_person", New: func() record.Record { return new(Person) }})

// maxPersons is how many travelers one activity may name: a coach and its guide.
const maxPersons = 100

// Person is a traveler who was there when something happened.
type Person struct {
	record.Base
	ActivityID int64  `db:"activity_id" history:"-"`
	TravelerID int64  `db:"traveler_id" history:"track"`
	OwnerKind  string `db:"owner_kind" history:"-"` // of the activity
	OwnerID    int64  `db:"owner_id" history:"-"`
}

// Table names the table and the kind.
func (*Person) Table() string { return "activity_person" }

// Parents is the activity.
func (p *Person) Parents() []record.Ref { return []record.Ref{{Kind: "activity", ID: p.ActivityID}} }

// Roots shows who was there in the history of the activity's record, and in theirs.
func (p *Person) Roots() []record.Ref {
	owner, person := record.Ref{Kind: p.OwnerKind, ID: p.OwnerID}, record.Ref{Kind: "traveler", ID: p.TravelerID}
	if owner == person {
		return []record.Ref{owner}
	}
	return []record.Ref{owner, person}
}

// Unique names the field of a violated constraint.
func (*Person) Unique(string) string { return "traveler_id" }

// Check reports what is wrong with p.
func (p *Person) Check() error {
	var c errs.Collect
	c.OneOf("owner_kind", p.OwnerKind, "", "client", "traveler")
	if p.TravelerID == 0 {
		c.Add("traveler_id", "error.required")
	}
	return c.Err()
}

// Guard takes only persons whom the actor sees, and never moves one to another activity.
func (p *Person) Guard(ctx context.Context, tx *db.Tx, old record.Record) error {
	if was, ok := old.(*Person); ok && (was.ActivityID != p.ActivityID || was.TravelerID != p.TravelerID) {
		return errs.Bad("traveler_id", "activity.error.person_fixed")
	}
	var a Activity
	if err := record.Get(ctx, tx, &a, p.ActivityID); err != nil {
		return err
	}
	p.OwnerKind, p.OwnerID = a.OwnerKind, a.OwnerID
	var n int64
	err := tx.Row(ctx, "SELECT 1 FROM {traveler} r WHERE r.id = $1", []any{p.TravelerID}, &n)
	if errs.Is(err, errs.NotFound) {
		return errs.Bad("traveler_id", "activity.error.person")
	}
	if err != nil || old != nil {
		return err
	}
	err = tx.Row(ctx, "SELECT count(*) FROM {activity_person} r WHERE r.activity_id = $1", []any{p.ActivityID}, &n)
	if err == nil && n >= maxPersons {
		return errs.Bad("traveler_id", "activity.error.persons", "Max", maxPersons)
	}
	return err
}

// Persons returns who was there, by activity, in the order in which they were named:
// those whom the actor sees.
func Persons(ctx context.Context, tx *db.Tx, activities ...int64) (map[int64][]Person, error) {
	if len(activities) == 0 {
		return nil, nil
	}
	var list []Person
	err := record.Select(ctx, tx, &list, "WHERE r.activity_id IN {ids $1} ORDER BY r.id", db.IDs(activities))
	out := map[int64][]Person{}
	for _, p := range list {
		out[p.ActivityID] = append(out[p.ActivityID], p)
	}
	return out, err
}

// Change adds and removes persons of an activity. Who is there already, or is no more,
// is left alone: two people who change different ones don't undo each other's work.
func Change(ctx context.Context, tx *db.Tx, id int64, add, remove []int64) error {
	now, err := Persons(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, p := range now[id] {
		if !slices.Contains(remove, p.TravelerID) || slices.Contains(add, p.TravelerID) {
			continue
		}
		if err := record.Delete(ctx, tx, new(Person), p.ID, 0); err != nil {
			return err
		}
	}
	for i, person := range add {
		there := slices.ContainsFunc(now[id], func(p Person) bool { return p.TravelerID == person })
		if there || slices.Contains(add[:i], person) {
			continue
		}
		if err := record.Insert(ctx, tx, &Person{ActivityID: id, TravelerID: person}); err != nil {
			return err
		}
	}
	return nil
}

// Sweep removes all activities of a record for good, with the files that hang on them.
// For the Purge function of the record's kind.
func Sweep(ctx context.Context, tx *db.Tx, ownerKind string, ownerID int64) error {
	ids, err := tx.IDs(ctx, "SELECT r.id FROM {activity.any} r WHERE r.owner_kind = $1 AND r.owner_id = $2", ownerKind, ownerID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := purge(ctx, tx, id); err != nil {
			return err
		}
	}
	return record.Sweep(ctx, tx, "activity", ownerKind, ownerID)
}

// purge removes what hangs on an activity without a foreign key.
func purge(ctx context.Context, tx *db.Tx, id int64) error {
	return record.Sweep(ctx, tx, "attachment", "activity", id)
}
