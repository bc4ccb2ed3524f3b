package db

import (
	"database/sql"
	"errors"
	"fmt"
	"regexp"

	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// errRetry marks a transaction that lost against another one and may run again.
var errRetry = errors.New("db: lost against another transaction")

func errMissing() error  { return errs.Missing() }
func errReadOnly() error { return errs.New(errs.Forbidden, "error.read_only") }

// Taken reports that a unique value exists already. Constraint names which.
type Taken struct{ Constraint string }

// Error names the constraint.
func (t *Taken) Error() string { return "unique constraint " + t.Constraint }

// Dangling reports that a row names another one that doesn't exist. Column says by which
// column; SQLite doesn't know it, nor whether it wasn't the other way round.
type Dangling struct{ Column string }

// Error names the column.
func (d *Dangling) Error() string { return "foreign key " + d.Column }

// pgDangling finds the column in PostgreSQL's detail of a missing row: `Key (agency_id,
// branch_id)=(1, 99) is not present in table "branch".`
var pgDangling = regexp.MustCompile(`^Key \((?:agency_id, )?(\w+)\)=.* is not present `)

// liteUnique finds the columns in SQLite's message, which doesn't name the
// constraint: "UNIQUE constraint failed: client.agency_id, client.code".
var liteUnique = regexp.MustCompile(`UNIQUE constraint failed: (?:index '([^']+)'|(.+?))(?: \(\d+\))?$`)

// normalize turns driver errors into the kinds of package errs.
func normalize(err error) error {
	var lite *sqlite.Error
	var pg *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows), errors.Is(err, pgx.ErrNoRows):
		return errs.Missing()
	case errors.As(err, &lite):
		return normalizeLite(err, lite)
	case errors.As(err, &pg):
		return normalizePG(err, pg)
	}
	return err
}

func normalizeLite(err error, lite *sqlite.Error) error {
	switch lite.Code() {
	case lib.SQLITE_CONSTRAINT_UNIQUE, lib.SQLITE_CONSTRAINT_PRIMARYKEY:
		name := ""
		if m := liteUnique.FindStringSubmatch(lite.Error()); m != nil {
			name = m[1] + m[2]
		}
		return errs.Wrap(&Taken{name}, errs.Conflict, "error.taken")
	case lib.SQLITE_CONSTRAINT_FOREIGNKEY:
		return errs.Wrap(&Dangling{}, errs.Conflict, "error.in_use")
	case lib.SQLITE_FULL, lib.SQLITE_IOERR_WRITE, lib.SQLITE_IOERR_FSYNC:
		return errs.Wrap(err, errs.Unavailable, "error.disk_full")
	case lib.SQLITE_BUSY, lib.SQLITE_BUSY_SNAPSHOT, lib.SQLITE_LOCKED:
		return fmt.Errorf("%w: %w", errRetry, errs.Wrap(err, errs.Unavailable, "error.unavailable"))
	}
	return err
}

func normalizePG(err error, pg *pgconn.PgError) error {
	switch pg.Code {
	case "23505":
		return errs.Wrap(&Taken{pg.ConstraintName}, errs.Conflict, "error.taken")
	case "23503":
		if m := pgDangling.FindStringSubmatch(pg.Detail); m != nil {
			return errs.Wrap(&Dangling{m[1]}, errs.Conflict, "error.in_use")
		}
		return errs.Wrap(err, errs.Conflict, "error.in_use")
	case "53100", "53200", "57P01", "57P02", "57P03", "53300":
		return errs.Wrap(err, errs.Unavailable, "error.disk_full")
	case "40001", "40P01":
		return fmt.Errorf("%w: %w", errRetry, errs.Wrap(err, errs.Unavailable, "error.unavailable"))
	}
	return err
}

// Normalize is normalize for package record, which drains rows by itself.
func Normalize(err error) error { return normalize(err) }

// AsTaken reports whether err says that a unique value exists already.
func AsTaken(err error, taken **Taken) bool { return errors.As(err, taken) }

// Retry marks err as lost against another transaction: Update runs its function
// again, and returns err when the last attempt fails too.
func Retry(err error) error { return fmt.Errorf("%w: %w", errRetry, err) }
