package web

import (
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
)

// formFilter is a field of the form above a list that isn't one of clients or
// travelers: the filter that it stands for. Those before and after a day hold one.
type formFilter struct{ name, key, op string }

// asked is what such a form asks for. What can't be a day is an error of its field; the
// rest is asked all the same.
func (p *Page) asked(f Form, fields []formFilter, columns ...string) (list.Query, error) {
	q := list.Query{Sort: f.Str("sort"), Limit: pageSize, Lang: p.L.Lang(), Cursor: f.Str("cursor"), Zone: p.Loc(), Columns: columns}
	var bad errs.Collect
	for _, x := range fields {
		s := f.Str(x.name)
		if s == "" {
			continue
		}
		if x.op == "after" || x.op == "before" {
			d := f.Date(x.name, p.Agency.Country)
			if !d.HasYear() || !d.Valid() {
				bad.Add(x.name, "error.date")
				continue
			}
			s = string(d)
		}
		q.Filters = append(q.Filters, list.Filter{Key: x.key, Op: x.op, Values: []string{s}})
	}
	return q, bad.Err()
}
