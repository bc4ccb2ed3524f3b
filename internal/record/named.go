package record

import (
	"context"
	"errors"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// named turns a violated constraint into an error of the field that must be changed: a
// unique one where the record knows it, and a reference to what doesn't exist.
func named(ctx context.Context, tx *db.Tx, err error, r Record) error {
	if field := dangling(ctx, tx, err, r); field != "" {
		e := errs.Bad(field, "error.not_found")
		e.Kind = errs.Conflict
		return e
	}
	var taken *db.Taken
	u, ok := r.(interface {
		Unique(constraint string) string
	})
	if !ok || !db.AsTaken(err, &taken) {
		return err
	}
	if field := u.Unique(strings.ReplaceAll(taken.Constraint, r.Table()+".", "")); field != "" {
		e := errs.Bad(field, "error.taken")
		e.Kind = errs.Conflict
		return e
	}
	return err
}

// dangling returns the column of r that names what doesn't exist, where that is what err
// says; "" otherwise. PostgreSQL tells, with SQLite one has to look.
func dangling(ctx context.Context, tx *db.Tx, err error, r Record) string {
	var d *db.Dangling
	if !errors.As(err, &d) || d.Column != "" {
		if d != nil {
			return d.Column
		}
		return ""
	}
	for _, c := range shapeOf(r).cols {
		id, isRef := c.value(r).Interface().(db.Ref)
		table, named := strings.CutSuffix(c.name, "_id")
		if _, known := tx.TableOf(table); !isRef || id == 0 || !named || !known {
			continue
		}
		var one int64
		if errs.Is(tx.AsSystem().Row(ctx, "SELECT 1 FROM {"+table+".any} x WHERE x.id = $1", []any{int64(id)}, &one), errs.NotFound) {
			return c.name
		}
	}
	return ""
}
