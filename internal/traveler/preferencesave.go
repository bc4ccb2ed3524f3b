package traveler

import (
	"context"
	"strconv"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// Wish is what a form says of one field: its values, and the Mark of those that it was
// made from; "" takes the values whatever is stored.
type Wish struct {
	Field  string
	Values []Preference
	Was    string
}

// SavePreferences makes the values of some fields what the wishes say. Values that stay
// keep their row and their history. Fields that somebody else changed meanwhile and
// that this form changes otherwise are a Conflict that holds both as Packed writes
// them; those that this form left alone stay as the other saved them.
//
// What is wrong with a value is told at "<field>[<place in Values>].code".
func SavePreferences(ctx context.Context, tx *db.Tx, id int64, wishes []Wish) error {
	if err := record.Editable(ctx, tx, record.Ref{Kind: "traveler", ID: id}); err != nil {
		return err
	}
	stored, err := Preferences(ctx, tx, id)
	if err != nil {
		return err
	}
	var bad errs.Collect
	for i := range wishes {
		if err := checkWish(&bad, id, &wishes[i]); err != nil {
			return err
		}
	}
	if err := bad.Err(); err != nil {
		return err
	}
	stale := errs.New(errs.Conflict, "error.stale")
	var changed []Wish
	for _, w := range wishes {
		now := ofField(stored, w.Field)
		is, want := Mark(now), Mark(w.Values)
		switch {
		case is == want, w.Was == want: // stored already, or left alone
		case w.Was != "" && w.Was != is:
			stale.Fields = append(stale.Fields, errs.Field{Path: w.Field, Key: "error.stale", Mine: Packed(w.Values), Theirs: Packed(now)})
		default:
			changed = append(changed, w)
		}
	}
	if len(stale.Fields) > 0 {
		stale.Args = lastSaved(ctx, tx, id)
		return stale
	}
	for _, w := range changed {
		if err := saveField(ctx, tx, ofField(stored, w.Field), w); err != nil {
			return err
		}
	}
	return nil
}

// checkWish tidies the values of a field, so that they compare with those stored.
func checkWish(bad *errs.Collect, id int64, w *Wish) error {
	f, _ := PreferenceFieldOf(w.Field)
	seen := map[string]bool{}
	for i := range w.Values {
		p, at := &w.Values[i], w.Field+"["+strconv.Itoa(i)+"]."
		p.TravelerID, p.Field = id, w.Field
		if err := p.Check(); err != nil {
			if err := bad.Merge(at, err); err != nil {
				return err
			}
			continue
		}
		key := p.Code + "\n" + p.Text
		if f.Kind == PrefPlaces {
			key += "\n" + p.Degree
		}
		if seen[key] || f.Single() && i > 0 {
			bad.Add(at+"code", "preference.error.once")
		}
		seen[key] = true
	}
	return nil
}

// saveField turns the stored values of a field into those wanted.
func saveField(ctx context.Context, tx *db.Tx, stored []Preference, w Wish) error {
	f, _ := PreferenceFieldOf(w.Field)
	match := func(a, b *Preference) bool { // the same thing is meant, though more may be said of it
		return f.Single() || a.Code == b.Code && a.Text == b.Text && (f.Kind != PrefPlaces || a.Degree == b.Degree)
	}
	kept := map[int64]bool{}
	pairs := make([]int64, len(w.Values))
	for i := range w.Values {
		for j := range stored {
			if !kept[stored[j].ID] && match(&w.Values[i], &stored[j]) {
				kept[stored[j].ID], pairs[i] = true, stored[j].ID
				break
			}
		}
	}
	for _, p := range stored { // first, so that nothing is there twice in between
		if !kept[p.ID] {
			if err := record.Delete(ctx, tx, new(Preference), p.ID, 0); err != nil {
				return err
			}
		}
	}
	for i, v := range w.Values {
		p, err := new(Preference), error(nil)
		if pairs[i] != 0 {
			err = record.Edit(ctx, tx, p, pairs[i], 0, func() error {
				p.Code, p.Text, p.Degree, p.Number, p.Note = v.Code, v.Text, v.Degree, v.Number, v.Note
				return nil
			})
		} else {
			*p = v
			err = record.Insert(ctx, tx, p)
		}
		if err != nil {
			var bad errs.Collect
			if err := bad.Merge(w.Field+"["+strconv.Itoa(i)+"].", err); err != nil {
				return err
			}
			return bad.Err()
		}
	}
	return nil
}

// lastSaved tells who changed the preferences of a traveler last, as a Conflict does.
func lastSaved(ctx context.Context, tx *db.Tx, id int64) []any {
	past, err := record.History(ctx, tx, record.Ref{Kind: "traveler", ID: id}, 0, 50)
	if err != nil {
		return nil // the conflict matters more than whose it is
	}
	for _, e := range past {
		if e.Kind == "preference" {
			return []any{"User", int64(e.UserID), "At", e.At}
		}
	}
	return nil
}
