package record

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// Try says what Edit would do, and writes nothing: whether something would change,
// or the error.
func Try(ctx context.Context, tx *db.Tx, r Record, id int64, change func() error) (changed bool, err error) {
	_, changed, err = prepare(ctx, tx, r, id, 0, change)
	return changed, err
}

// prepare is Edit up to the writing.
func prepare(ctx context.Context, tx *db.Tx, r Record, id, version int64, change func() error) (old Record, changed bool, err error) {
	if err := load(ctx, tx, r, id, ".edit"); err != nil {
		if errs.Is(err, errs.NotFound) {
			err = Editable(ctx, tx, Ref{r.Table(), id})
		}
		return nil, false, err
	}
	return settle(ctx, tx, r, version, change)
}

// settle has change alter a record as it was read, and applies the rules.
func settle(ctx context.Context, tx *db.Tx, r Record, version int64, change func() error) (old Record, changed bool, err error) {
	old = clone(r)
	hide(r, tx.Actor)
	if err := hideBag(ctx, tx, r); err != nil {
		return nil, false, err
	}
	if err := change(); err != nil {
		return nil, false, err
	}
	if err := guard(r, old, tx.Actor); err != nil {
		return nil, false, err
	}
	if err := tidyBag(ctx, tx, r, old, false); err != nil {
		return nil, false, err
	}
	if err := r.Check(); err != nil {
		return nil, false, err
	}
	*r.base() = *old.base()
	if err := seal(tx, r, old); err != nil {
		return nil, false, err
	}
	if version != 0 && version != old.base().Version {
		return nil, false, staleConflict(ctx, tx, old, r, version)
	}
	diff := changes(r, old)
	if len(diff) == 0 && same(r, old) {
		return old, false, nil
	}
	if g, ok := r.(Guarded); ok {
		if err := g.Guard(ctx, tx, old); err != nil {
			return nil, false, err
		}
		if len(diff) == 0 && same(r, old) { // Check had left something for Guard to say again
			return old, false, nil
		}
	}
	return old, true, nil
}

// replace stores a changed record and has it indexed where that matters.
func replace(ctx context.Context, tx *db.Tx, r, old Record) error {
	b := r.base()
	b.Version, b.UpdatedAt, b.UpdatedBy = old.base().Version+1, tx.Now, db.Ref(tx.Actor.UserID)
	if err := store(ctx, tx, r, old.base().Version); err != nil {
		return err
	}
	if err := writeWithin(ctx, tx, r, old); err != nil {
		return err
	}
	if err := echo(ctx, tx, r, old); err != nil {
		return err
	}
	if err := spread(ctx, tx, r, old); err != nil {
		return err
	}
	if !found(r, old) {
		return reindexParents(ctx, tx, r)
	}
	return reindex(ctx, tx, r)
}

// found reports whether a change matters to what the record is found by.
func found(r, old Record) bool {
	cols := kinds[r.Table()].Found
	if cols == nil {
		return true
	}
	for _, c := range shapeOf(r).cols {
		if slices.Contains(cols, c.name) && c.value(r).Interface() != c.value(old).Interface() {
			return true
		}
	}
	return false
}

// Text returns the value of a column as the history writes it: "" for none, else a
// text, a number, true. For what treats all columns alike.
func Text(r Record, name string) (string, error) {
	if b, key, ok := bagKey(r, name); ok {
		return b.Texts()[key], nil
	}
	c, err := columnOf(r, name)
	if err != nil {
		return "", err
	}
	return show(c.value(r)), nil
}

// SetText gives a column the value that Text wrote. It changes the record in memory
// only, inside the change function of Edit.
func SetText(r Record, name, text string) error {
	if b, key, ok := bagKey(r, name); ok {
		*b = b.With(key, text)
		return nil
	}
	c, err := columnOf(r, name)
	if err != nil {
		return err
	}
	v := c.value(r)
	if text == "" {
		v.SetZero()
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("record: %s.%s is true or false: %w", r.Table(), name, err)
		}
		v.SetBool(b)
	default:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Errorf("record: %s.%s is a number: %w", r.Table(), name, err)
		}
		v.SetInt(n)
	}
	return nil
}

func columnOf(r Record, name string) (column, error) {
	for _, c := range shapeOf(r).cols {
		if c.name == name {
			return c, nil
		}
	}
	return column{}, fmt.Errorf("record: %s has no column %s", r.Table(), name)
}
