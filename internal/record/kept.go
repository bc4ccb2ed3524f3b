package record

import (
	"context"
	"fmt"

	"github.com/carnetcrm/carnet/internal/db"
)

// Kept is Select for records of settled tables: what was read for anybody within the
// last two seconds is taken again (db.Kept). Nobody may change what the records lead
// to, such as their lists.
func Kept[T any, P interface {
	*T
	Record
}](ctx context.Context, tx *db.Tx, into *[]T, clause string, args ...any) error {
	var zero T
	s := shapeOf(P(&zero))
	if s.bag != nil || s.secrets {
		return fmt.Errorf("record: %s isn't for keeping", s.table)
	}
	q := "SELECT " + s.list + " FROM {" + s.table + "} r " + clause
	list, err := db.Kept(ctx, tx, q, args, func(rows db.Rows) (list []T, err error) {
		for rows.Next() && err == nil {
			list = append(list, zero)
			err = rows.Scan(s.pointers(P(&list[len(list)-1]))...)
		}
		return list, err
	})
	from := len(*into)
	*into = append(*into, list...)
	for i := range (*into)[from:] {
		hide(P(&(*into)[from+i]), tx.Actor)
	}
	return err
}
