package list

import (
	"context"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/i18n"
)

// OwnPrefix begins the keys of the fields that agencies have defined themselves (W21).
const OwnPrefix = "field_"

// For returns the list with the agency's own fields that the actor sees, the list itself
// where there are none: for menus of all fields, and to read what a person asks.
func (d *Def) For(ctx context.Context, tx *db.Tx) (*Def, error) {
	out, err := d.own(ctx, tx)
	if err != nil {
		return nil, err
	}
	for i := range out.Fields { // what hangs on the rows has such fields, too
		area := out.Fields[i].Area
		if area == nil || area.Def.Extra == nil {
			continue
		}
		def, err := area.Def.own(ctx, tx)
		if err != nil {
			return nil, err
		}
		if def != area.Def {
			if out == d {
				copied := *d
				copied.Fields, copied.Extra = slices.Clone(d.Fields), nil
				out = &copied
			}
			related := *area
			related.Def = def
			out.Fields[i].Area = &related
		}
	}
	return out, nil
}

// own returns the list with the agency's own fields, without those of its areas.
func (d *Def) own(ctx context.Context, tx *db.Tx) (*Def, error) {
	if d.Extra == nil {
		return d, nil
	}
	more, err := d.Extra(ctx, tx)
	if err != nil || len(more) == 0 {
		return d, err
	}
	out := *d
	out.Fields, out.Extra = append(slices.Clone(d.Fields), more...), nil
	return &out, nil
}

// Knowing is For where one of the keys is of a field that the agency has defined itself,
// else the list as it is: most queries name none, and then nothing is asked.
func (d *Def) Knowing(ctx context.Context, tx *db.Tx, keys ...string) (*Def, error) {
	if d.Extra == nil || !slices.ContainsFunc(keys, IsOwn) {
		return d, nil
	}
	return d.own(ctx, tx)
}

// asked is Knowing for a query.
func (d *Def) asked(ctx context.Context, tx *db.Tx, q *Query) (*Def, error) {
	if d.Extra == nil || !q.namesOwn() {
		return d, nil
	}
	return d.own(ctx, tx)
}

// among is Knowing for filters.
func (d *Def) among(ctx context.Context, tx *db.Tx, filters []Filter) (*Def, error) {
	if d.Extra == nil || !filtersOwn(filters) {
		return d, nil
	}
	return d.own(ctx, tx)
}

// IsOwn reports whether a key is that of a field of an agency's own.
func IsOwn(key string) bool { return strings.HasPrefix(key, OwnPrefix) }

func filtersOwn(filters []Filter) bool {
	return slices.ContainsFunc(filters, func(f Filter) bool { return IsOwn(f.Key) })
}

// namesOwn reports whether a query names a field of the agency's own, those within
// areas left out.
func (q *Query) namesOwn() bool {
	return filtersOwn(q.Filters) || slices.ContainsFunc(q.Groups, func(g Group) bool { return filtersOwn(g.Filters) }) ||
		slices.ContainsFunc(q.Columns, IsOwn) || strings.Contains(q.Sort, OwnPrefix)
}

// Complete fills in the operators that an address left out because it was read without
// knowing the agency's own fields. The list is one that For returned.
func (d *Def) Complete(q *Query) {
	d.complete(q.Filters)
	for _, g := range q.Groups {
		d.complete(g.Filters)
	}
}

func (d *Def) complete(filters []Filter) {
	for i := range filters {
		if filters[i].Op != "" {
			continue
		}
		for j := range d.Fields {
			if d.Fields[j].Key == filters[i].Key {
				filters[i].Op = d.Fields[j].Ops()[0]
			}
		}
	}
}

// Title is the name of a field in the language of l.
func (d *Def) Title(l *i18n.Localizer, key string) string {
	for i := range d.Fields {
		if f := &d.Fields[i]; f.Key == key && f.Title != nil {
			return f.Title(l.Lang())
		}
	}
	return l.T(d.Label(key))
}

// shifted moves the point of a decimal number by n places; what is none stays as it is.
func shifted(s string, n int) string {
	whole, part, _ := strings.Cut(strings.Replace(s, ",", ".", 1), ".")
	if len(part) > n || strings.Trim(part, "0123456789") != "" || strings.Trim(whole, "-+ ") == "" {
		return s
	}
	return whole + part + strings.Repeat("0", n-len(part))
}
