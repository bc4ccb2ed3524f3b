package field

import (
	"context"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// A Set is the agency's fields as an actor may use them.
type Set struct {
	all  []Field
	role string // "" is the program itself, which may everything
}

// memo keys what is read once per transaction.
type memo struct {
	what string
	user int64
	sys  bool
}

// Of returns the fields of the agency. They are read once per transaction.
func Of(ctx context.Context, tx *db.Tx) (*Set, error) {
	v, err := tx.Memo(memo{"set", tx.Actor.UserID, tx.Actor.Rights["*"]}, func() (any, error) { return read(ctx, tx) })
	if err != nil {
		return nil, err
	}
	return v.(*Set), nil
}

func read(ctx context.Context, tx *db.Tx) (*Set, error) {
	v, err := tx.Memo(memo{what: "all"}, func() (any, error) {
		var all []Field
		err := record.Kept(ctx, tx, &all, "ORDER BY r.position, r.id")
		return all, err
	})
	if err != nil {
		return nil, err
	}
	s := &Set{all: v.([]Field)}
	limited := slices.ContainsFunc(s.all, func(f Field) bool { return f.ViewRoles+f.EditRoles != "" })
	if !limited || tx.Actor.Rights["*"] {
		return s, nil
	}
	s.role = "nobody"
	err = tx.Row(ctx, "SELECT u.role FROM {user} u WHERE u.id = $1", []any{tx.Actor.UserID}, &s.role)
	if errs.Is(err, errs.NotFound) {
		err = nil
	}
	return s, err
}

func has(roles, role string) bool {
	return roles == "" || role == "" || slices.Contains(strings.Split(roles, ","), role)
}

// Sees reports whether the actor may see the values of a field.
func (s *Set) Sees(f *Field) bool { return f.Active && has(f.ViewRoles, s.role) }

// Edits reports whether the actor may fill a field in: who edits must see.
func (s *Set) Edits(f *Field) bool { return s.Sees(f) && has(f.EditRoles, s.role) }

// Told returns a field as the actor may know it. A requirement that depends on a field
// which they don't see never holds for them, and its condition would tell of that field.
func (s *Set) Told(f Field) Field {
	for _, c := range f.Conditions() {
		if code, own := strings.CutPrefix(c.On, Column+"."); own {
			if on := s.Get(code); on == nil || !s.Sees(on) {
				f.Requirement, f.RequiredIf = Never, ""
				break
			}
		}
	}
	return f
}

// For returns the fields of a kind of record that the actor sees, by section and position.
func (s *Set) For(kind string) (out []*Field) {
	for i := range s.all {
		if f := &s.all[i]; f.In(kind) && s.Sees(f) {
			out = append(out, f)
		}
	}
	return out
}

// Get returns the field with a code, switched off or not, nil where there is none.
func (s *Set) Get(code string) *Field {
	for i := range s.all {
		if s.all[i].Code == code {
			return &s.all[i]
		}
	}
	return nil
}

// seen returns the field with a code if records of the kind have it and the actor sees it.
func (s *Set) seen(kind, code string) *Field {
	if f := s.Get(code); f != nil && f.In(kind) && s.Sees(f) {
		return f
	}
	return nil
}

// All returns every field of the agency by position, for those who maintain them.
func All(ctx context.Context, tx *db.Tx) ([]Field, error) {
	var all []Field
	err := record.Kept(ctx, tx, &all, "ORDER BY r.position, r.id")
	return all, err
}

var _ = record.Keep(record.Keeper{Seen: seen, Tidy: tidy, Knows: knows, Spread: spread})

// seen leaves out what the actor may not see, and what is switched off.
func seen(ctx context.Context, tx *db.Tx, kind string, b record.Bag) (record.Bag, error) {
	s, err := Of(ctx, tx)
	if err != nil {
		return "", err
	}
	values, out := b.Values(), b
	for code := range values {
		if s.seen(kind, code) == nil {
			delete(values, code)
			out = "?"
		}
	}
	if out == b {
		return b, nil
	}
	return record.BagOf(values), nil
}

// knows returns which values the actor may read about in the history. Those of a field
// that is gone are for who maintains fields.
func knows(ctx context.Context, tx *db.Tx) (func(string) bool, error) {
	s, err := Of(ctx, tx)
	if err != nil {
		return nil, err
	}
	return func(code string) bool {
		f := s.Get(code)
		if f == nil {
			return tx.Actor.May("field.manage")
		}
		return has(f.ViewRoles, s.role)
	}, nil
}

// tidy checks the values that the actor changed.
func tidy(ctx context.Context, tx *db.Tx, r record.Record, is, was record.Bag, fresh bool) (record.Bag, error) {
	s, err := Of(ctx, tx)
	if err != nil || len(s.all) == 0 && is == "" {
		return was, err
	}
	given := fresh && tx.Actor.Via != "import" && tx.Actor.UserID != 0 // a person makes a new record
	old, values, said := was.Values(), is.Values(), is.Values()
	if given {
		s.defaults(r.Table(), values)
	}
	out := map[string]any{}
	for code, v := range old { // what the actor doesn't see stays
		if s.seen(r.Table(), code) == nil {
			out[code] = v
		}
	}
	if given {
		s.unseen(r.Table(), out)
	}
	var bad errs.Collect
	for code, v := range values {
		if f := s.seen(r.Table(), code); f != nil && record.BagText(v) == record.BagText(old[code]) {
			out[code] = v
			continue
		}
		if v, ok := s.parse(&bad, r.Table(), code, v, old[code], tx.Actor.Via == "import"); ok {
			out[code] = v
		}
	}
	for _, f := range s.For(r.Table()) {
		changed := record.BagText(out[f.Code]) != record.BagText(old[f.Code])
		if _, byActor := said[f.Code]; changed && !s.Edits(f) && (byActor || !given) { // else it is a default
			bad.Add(Path(f.Code), "error.forbidden_field")
		}
		emptied := record.BagText(out[f.Code]) == "" && record.BagText(old[f.Code]) != ""
		if !emptied && !given || !s.Edits(f) || record.BagText(out[f.Code]) != "" {
			continue
		}
		must, err := s.required(ctx, tx, f, r, out)
		if err != nil {
			return "", err
		}
		if must {
			bad.Add(Path(f.Code), "error.required")
		}
	}
	return record.BagOf(out), forbidden(bad.Err())
}

// forbidden makes an error of what the actor may not edit one of that kind.
func forbidden(err error) error {
	if e, ok := err.(*errs.Error); ok && len(e.Fields) > 0 {
		for _, f := range e.Fields {
			if f.Key != "error.forbidden_field" {
				return err
			}
		}
		e.Kind = errs.Forbidden
	}
	return err
}

// defaults fills in what a new record has where nothing was said.
func (s *Set) defaults(kind string, values map[string]any) {
	for _, f := range s.For(kind) {
		if _, said := values[f.Code]; said || f.Default == "" {
			continue
		}
		if v := f.Initial(); v != nil {
			values[f.Code] = v
		}
	}
}

// unseen fills in what a new record has of fields that its maker doesn't see: who sees them
// would else find it without.
func (s *Set) unseen(kind string, out map[string]any) {
	for i := range s.all {
		f := &s.all[i]
		if !f.Active || !f.In(kind) || s.Sees(f) || f.Default == "" {
			continue
		}
		if v := f.Initial(); v != nil {
			out[f.Code] = v
		}
	}
}

// parse reads one changed value. Files say how it was: they may bring what was switched off.
func (s *Set) parse(bad *errs.Collect, kind, code string, v, old any, file bool) (any, bool) {
	f := s.seen(kind, code)
	if f == nil {
		bad.Add(Path(code), "field.error.unknown")
		return nil, false
	}
	out, key, args := f.Parse(v, nil)
	if key != "" {
		bad.Add(Path(code), key, args...)
		return nil, false
	}
	if o := f.off(out, old); o != nil && !file {
		bad.Add(Path(code), "field.error.value", "Value", o.Label)
		return nil, false
	}
	return out, out != nil
}

// Need refuses a record that lacks what must be filled in: when its section is saved.
func Need(ctx context.Context, tx *db.Tx, r record.Record, b record.Bag) error {
	s, err := Of(ctx, tx)
	if err != nil {
		return err
	}
	var bad errs.Collect
	values := b.Values()
	for _, f := range s.For(r.Table()) {
		if record.BagText(values[f.Code]) != "" || !s.Edits(f) {
			continue
		}
		must, err := s.required(ctx, tx, f, r, values)
		if err != nil {
			return err
		}
		if must {
			bad.Add(Path(f.Code), "error.required")
		}
	}
	return bad.Err()
}

// Typed reads a value as people and files write it: dates in an order of day and month.
func (f *Field) Typed(text string, order date.Order) (any, string, []any) {
	return f.Parse(text, &order)
}
