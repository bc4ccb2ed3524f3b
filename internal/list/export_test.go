package list

import (
	"context"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
)

// Shorten makes walks short, few things rare and nobody see few rows, so that a small
// database shows each way of finding rows. It returns what undoes that.
func Shorten(walks []int, rareFrom int64) func() {
	s, r, f := strides, rare, fewOf
	strides, rare = walks, rareFrom
	fewOf = func(context.Context, *db.Tx, string) (bool, error) { return false, nil }
	return func() { strides, rare, fewOf = s, r, f }
}

// Wait makes queries as patient as d says, and returns what undoes that.
func Wait(d time.Duration) func() {
	was := patience
	patience = d
	return func() { patience = was }
}

// Ranks tells by which filter of a query a page is found by ranks.
func Ranks(ctx context.Context, tx *db.Tx, d *Def, q Query) (int, error) {
	b, err := d.build(ctx, tx, q)
	if err != nil {
		return 0, err
	}
	return b.ranks(ctx, &q)
}
