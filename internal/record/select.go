package record

import (
	"context"
	"strings"
	"unicode"

	"github.com/carnetcrm/carnet/internal/db"
)

// Select reads the records that a condition picks. The text may begin with any
// clause that follows the FROM, with the alias r: "WHERE r.client_id = $1 ORDER BY
// r.position", and before it with what the records hang on: "of $1 ORDER BY r.position".
// New rows are appended to into.
func Select[T any, P interface {
	*T
	Record
}](ctx context.Context, tx *db.Tx, into *[]T, clause string, args ...any) error {
	return selectFrom[T, P](ctx, tx, into, "", clause, args)
}

// SelectGone is Select for what is in the trash.
func SelectGone[T any, P interface {
	*T
	Record
}](ctx context.Context, tx *db.Tx, into *[]T, clause string, args ...any) error {
	return selectFrom[T, P](ctx, tx, into, ".trash", clause, args)
}

func selectFrom[T any, P interface {
	*T
	Record
}](ctx context.Context, tx *db.Tx, into *[]T, mode, clause string, args []any) error {
	var zero T
	s := shapeOf(P(&zero))
	table := P(&zero).Table()
	of, clause := hangsOn(clause)
	q := "SELECT " + s.list + " FROM {" + table + mode + of + "} r " + clause
	from, row := len(*into), zero
	fields := s.pointers(P(&row))
	err := tx.Each(ctx, q, args, func(rows db.Rows) error {
		row = zero
		if err := rows.Scan(fields...); err != nil {
			return err
		}
		hide(P(&row), tx.Actor)
		if mode == "" {
			tx.Shown(table, P(&row).base().ID)
		}
		*into = append(*into, row)
		return nil
	})
	for i := from; i < len(*into) && s.bag != nil && err == nil; i++ {
		err = hideBag(ctx, tx, P(&(*into)[i]))
	}
	return err
}

// hangsOn splits what the records hang on from a clause: what comes before its first
// word in capitals.
func hangsOn(clause string) (of, rest string) {
	if !strings.HasPrefix(clause, "of ") {
		return "", clause
	}
	i := strings.IndexFunc(clause, unicode.IsUpper)
	if i < 0 {
		i = len(clause)
	}
	return " " + strings.TrimSpace(clause[:i]), clause[i:]
}

// Part is Select as a part of a reading, for db.Tx.Together.
func Part[T any, P interface {
	*T
	Record
}](into *[]T, clause string, args ...any) db.Part {
	return func(ctx context.Context, tx *db.Tx) error { return Select[T, P](ctx, tx, into, clause, args...) }
}
