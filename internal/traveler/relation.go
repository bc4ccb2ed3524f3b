package traveler

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// A relation is seen by those who see both persons: that somebody has a wife is told to
// nobody who doesn't see her. It is changed by those who may change one of the two.
const (
	bothSeen  = `{traveler has a_id} AND {traveler has b_id}`
	oneEdited = `{traveler.edit has a_id} OR {traveler.edit has b_id}`
)

var relationTables = []db.Table{
	{Name: "relation", Trash: true,
		View: db.Rule{Own: bothSeen, Branch: bothSeen},
		Edit: db.Rule{Own: oneEdited, Branch: oneEdited, Need: "client.edit"}},
	{Name: "relation_never",
		View: db.Rule{Own: bothSeen, Branch: bothSeen},
		Edit: db.Rule{Own: oneEdited, Branch: oneEdited, Need: "client.edit"}},
	{Name: "relation_type", Settled: true, View: db.Everybody, Edit: db.Everybody.With("option.manage")},
}

var _ = record.Register(
	record.Kind{Name: "relation", New: func() record.Record { return new(Relation) }},
	record.Kind{Name: "relation_never", New: func() record.Record { return new(never) }, Silent: true},
	record.Kind{Name: "relation_type", New: func() record.Record { return new(RelationType) }},
)

// Relation is what two persons are to each other. One row serves both: what is changed
// or removed on one side is so on the other (R041, R042).
type Relation struct {
	record.Base
	A    int64     `db:"a_id" history:"track"`
	B    int64     `db:"b_id" history:"track"`
	AIs  string    `db:"a_is" history:"track"` // what A is to B: the first code of a Kinship
	BIs  string    `db:"b_is" history:"-"`     // what B is to A
	From date.Date `db:"from_date" history:"track"`
	To   date.Date `db:"to_date" history:"track"`
	Note string    `db:"note" history:"track"`
}

// Table names the table and the kind.
func (*Relation) Table() string { return "relation" }

// Roots shows a relation in the history of both persons.
func (r *Relation) Roots() []record.Ref {
	return []record.Ref{{Kind: "traveler", ID: r.A}, {Kind: "traveler", ID: r.B}}
}

// Unique names the field of a violated constraint.
func (*Relation) Unique(string) string { return "traveler_id" }

// Check tidies r and reports what is wrong with it.
func (r *Relation) Check() error {
	var c errs.Collect
	r.Note = strings.TrimSpace(r.Note)
	c.MaxLen("note", r.Note, 1000)
	c.Required("code", r.AIs)
	for path, d := range map[string]date.Date{"from_date": r.From, "to_date": r.To} {
		if d != "" && (!d.Valid() || !d.HasYear()) {
			c.Add(path, "error.date")
		}
	}
	if r.A == r.B {
		c.Add("traveler_id", "relation.error.self")
	}
	if r.From != "" && r.To != "" && r.From.Valid() && r.To.Valid() && r.To < r.From {
		c.Add("to_date", "relation.error.order")
	}
	return c.Err()
}

// Other returns the person at the other end and what they are to id.
func (r *Relation) Other(id int64) (other int64, code string) {
	if r.A == id {
		return r.B, r.BIs
	}
	return r.A, r.AIs
}

// Put makes the relation say that other is code to id. Which of both is A follows from
// the kind; alike ones begin with the smaller number, so that each pair has one form.
func (r *Relation) Put(all []Kinship, id, other int64, code string) error {
	k, first, ok := kinshipOf(all, code)
	if !ok {
		return errs.Bad("code", "relation.error.code")
	}
	r.A, r.B = other, id // other is the first code of the kind
	if !first || (k.Alike() && id < other) {
		r.A, r.B = id, other
	}
	r.AIs, r.BIs = k.Code, k.Inverse
	return nil
}

// Guard refuses persons that the actor doesn't see, kinds that are switched off, what
// is there already, and what can't be: being a parent of one's own ancestor.
func (r *Relation) Guard(ctx context.Context, tx *db.Tx, old record.Record) error {
	all, err := Kinships(ctx, tx)
	if err != nil {
		return err
	}
	k, first, ok := kinshipOf(all, r.AIs)
	if !ok || !first {
		return errs.Bad("code", "relation.error.code")
	}
	r.BIs = k.Inverse
	was, _ := old.(*Relation)
	if was != nil && was.A == r.A && was.B == r.B && was.AIs == r.AIs {
		return nil
	}
	if was != nil && min(was.A, was.B) != min(r.A, r.B) || was != nil && max(was.A, was.B) != max(r.A, r.B) {
		return errs.Bad("traveler_id", "relation.error.persons")
	}
	if !k.Active && (was == nil || was.AIs != r.AIs) {
		return errs.Bad("code", "relation.error.inactive")
	}
	if was == nil {
		if err := related(ctx, tx, r.A, r.B); err != nil {
			return err
		}
	}
	if err := oneAtATime(ctx, tx); err != nil {
		return err
	}
	return r.possible(ctx, tx, &k)
}

// related: both persons must be seen, one of them may be changed.
func related(ctx context.Context, tx *db.Tx, ids ...int64) error {
	may := false
	for _, id := range ids {
		switch err := record.Editable(ctx, tx, record.Ref{Kind: "traveler", ID: id}); {
		case err == nil:
			may = true
		case errs.Is(err, errs.NotFound):
			return errs.Bad("traveler_id", "relation.error.person")
		case !errs.Is(err, errs.Forbidden):
			return err
		}
	}
	if !may {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	return nil
}

// oneAtATime has those who add relations in one agency wait for each other, so that two
// who each see half of a circle can't close it. SQLite has one writer anyway.
func oneAtATime(ctx context.Context, tx *db.Tx) error {
	if tx.Dialect() != db.Postgres {
		return nil
	}
	var one int64
	return tx.Row(ctx, "SELECT 1 FROM pg_advisory_xact_lock($1)", []any{int64(0x52454c)<<32 | tx.Actor.AgencyID&0xffffffff}, &one)
}

// lineal are the kinds by which somebody descends from somebody.
var lineal = []string{"parent", "grandparent"}

// possible looks at all relations of the agency, those that the actor doesn't see
// included: what can't be true isn't made true by not knowing.
func (r *Relation) possible(ctx context.Context, tx *db.Tx, k *Kinship) error {
	sys := tx.AsSystem()
	var same []Relation
	err := record.Select(ctx, sys, &same, "WHERE r.a_is = $1 AND r.id <> $2 AND ((r.a_id = $3 AND r.b_id = $4) OR (r.a_id = $4 AND r.b_id = $3))",
		r.AIs, r.ID, r.A, r.B)
	if err != nil {
		return err
	}
	for _, o := range same {
		if o.A == r.A || k.Alike() {
			e := errs.Bad("traveler_id", "relation.error.twice")
			e.Kind = errs.Conflict
			return e
		}
		if !k.mutual && !k.Own() {
			return errs.Bad("code", "relation.error.circle")
		}
	}
	if !slices.Contains(lineal, r.AIs) {
		return nil
	}
	// A becomes an ancestor of B: B must be none of A's.
	seen := map[int64]bool{r.A: true}
	for level := []int64{r.A}; len(level) > 0; {
		var up []Relation
		err := record.Select(ctx, sys, &up, "WHERE r.b_id IN {ids $1} AND r.a_is IN {texts $2} AND r.id <> $3", db.IDs(level), db.Texts(lineal), r.ID)
		if err != nil {
			return err
		}
		level = nil
		for _, o := range up {
			if o.A == r.B {
				return errs.Bad("code", "relation.error.circle")
			}
			if !seen[o.A] {
				seen[o.A] = true
				level = append(level, o.A)
			}
		}
	}
	return nil
}

// Kin is a relation as one of both persons has it.
type Kin struct {
	Relation
	Is string   // what T is to the person
	T  Traveler // the other one
}

// KinOf returns the relations of a person with those whom the actor sees: family first,
// in the order of the kinds, then by name.
func KinOf(ctx context.Context, tx *db.Tx, id int64) ([]Kin, error) {
	out, err := kinOf(ctx, tx, []int64{id}, map[int64]bool{id: true})
	return out[id], err
}

// kinOf returns the relations of several people to others than those known.
func kinOf(ctx context.Context, tx *db.Tx, ids []int64, known map[int64]bool) (map[int64][]Kin, error) {
	// One side after the other: for both in one condition SQLite reads the relations of
	// everybody.
	var list, more []Relation
	err := tx.Together(ctx, record.Part(&list, "WHERE r.a_id IN {ids $1}", db.IDs(ids)),
		record.Part(&more, "WHERE r.b_id IN {ids $1} AND NOT r.a_id IN {ids $1}", db.IDs(ids)))
	list = append(list, more...)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b Relation) int { return cmp.Compare(a.ID, b.ID) })
	var others db.IDs
	for _, r := range list {
		for _, id := range []int64{r.A, r.B} {
			if !known[id] {
				others = append(others, id)
			}
		}
	}
	if len(others) == 0 {
		return nil, nil
	}
	var people []Traveler
	if err := record.Select(ctx, tx, &people, "WHERE r.id IN {ids $1}", others); err != nil {
		return nil, err
	}
	byID := map[int64]*Traveler{}
	for i := range people {
		byID[people[i].ID] = &people[i]
	}
	out := map[int64][]Kin{}
	for _, r := range list {
		for _, id := range ids {
			if r.A != id && r.B != id {
				continue
			}
			other, code := r.Other(id)
			if t := byID[other]; t != nil { // not those in the trash
				out[id] = append(out[id], Kin{r, code, *t})
			}
		}
	}
	for _, kin := range out {
		slices.SortStableFunc(kin, func(a, b Kin) int {
			if d := orderOf(a.AIs) - orderOf(b.AIs); d != 0 {
				return d
			}
			return strings.Compare(a.T.NameKey, b.T.NameKey)
		})
	}
	return out, nil
}

// orderOf is the place of a kind in the shipped list; own ones come last.
func orderOf(code string) int {
	if i := slices.IndexFunc(shippedKinships, func(k Kinship) bool { return k.Code == code }); i >= 0 {
		return i
	}
	return len(shippedKinships)
}

// Between returns what other is to id, as shipped codes, the closest first.
func Between(ctx context.Context, tx *db.Tx, id, other int64) (codes []string, err error) {
	kin, err := KinOf(ctx, tx, id)
	for _, k := range kin {
		if k.T.ID == other {
			codes = append(codes, k.Is)
		}
	}
	return codes, err
}

func letterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
