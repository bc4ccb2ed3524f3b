package clientlist

import (
	"context"
	"slices"
	"strconv"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
)

// Key is the field of the client list by which clients are found that are in a list, or
// in none of some.
const Key = "list"

// Options are the lists that the actor may filter by.
func Options(ctx context.Context, tx *db.Tx) (out []list.Option, err error) {
	all, err := All(ctx, tx)
	for _, l := range all {
		out = append(out, list.Option{Value: strconv.FormatInt(l.ID, 10), Label: l.Name})
	}
	return out, err
}

// Expand is the query that a living list follows; a fixed one has none, its members
// are compared. A list that the actor doesn't see is an error, never an empty list:
// "in none of these" would silently show everybody.
func Expand(ctx context.Context, tx *db.Tx, value string) (*list.Query, error) {
	id, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return nil, errs.Bad(Key, "error.number")
	}
	l, err := Get(ctx, tx, id)
	if err != nil {
		return nil, unusable(err)
	}
	if l.Kind == Fixed {
		return nil, nil
	}
	q, err := l.Ask()
	if err != nil {
		return nil, err
	}
	// Whoever saved the lists may not have seen all of them: look again with the
	// reader's eyes.
	if err := chain(ctx, tx, q, []int64{id}); errs.Is(err, errs.NotFound) { // this one is there: another isn't
		return nil, errs.Bad(Key, "client_list.error.follows", "Name", l.Name)
	} else if err != nil {
		return nil, err
	}
	return &q, nil
}

// Worded is q as it is to be told in words: instead of a list that the actor doesn't find
// it has a text. Its name is for its owner to tell, and its number says nothing.
func Worded(ctx context.Context, tx *db.Tx, q list.Query, unseen string) (list.Query, error) {
	if len(named(q)) == 0 {
		return q, nil
	}
	all, err := Options(ctx, tx)
	if err != nil {
		return q, err
	}
	var told func(filters []list.Filter) []list.Filter
	told = func(filters []list.Filter) []list.Filter {
		out := slices.Clone(filters)
		for i, f := range out {
			out[i].Where = told(f.Where)
			if f.Key != Key {
				continue
			}
			out[i].Values = nil
			for _, v := range f.Values {
				if !slices.ContainsFunc(all, func(o list.Option) bool { return o.Value == v }) {
					v = unseen
				}
				if v != unseen || !slices.Contains(out[i].Values, v) {
					out[i].Values = append(out[i].Values, v)
				}
			}
		}
		return out
	}
	q.Filters, q.Groups = told(q.Filters), slices.Clone(q.Groups)
	for i := range q.Groups {
		q.Groups[i].Filters = told(q.Groups[i].Filters)
	}
	return q, nil
}

// unusable makes a list that can't be asked a fault of the filter.
func unusable(err error) error {
	if errs.Is(err, errs.NotFound) {
		return errs.Bad(Key, "client_list.error.missing")
	}
	return err
}
