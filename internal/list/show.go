package list

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/phone"
)

// Text writes a value of a row as a reader sees it: in the language of l, moments in
// the zone loc, phones as in the country home.
func (d *Def) Text(l *i18n.Localizer, f Field, v any, loc *time.Location, home string) string {
	switch x := v.(type) {
	case bool:
		return yesNo(l, x)
	case int64:
		switch f.Kind {
		case Stamp:
			return l.Date(date.Of(db.Stamp(x).Time().In(loc)))
		case Bool: // as SQLite keeps it
			return yesNo(l, x != 0)
		}
		return l.Number(x)
	case json.Number: // of a field of the agency's own
		n, err := x.Float64()
		if err != nil {
			return x.String()
		}
		_, part, _ := strings.Cut(x.String(), ".")
		return l.Decimal(n, len(part))
	case string:
		return d.words(l, f, x, home)
	}
	return ""
}

// Named returns the field with the labels of its values, where these are the agency's own
// and must be looked up before Text can write them.
func (f Field) Named(ctx context.Context, tx *db.Tx, lang string) (Field, error) {
	if f.Listed == nil {
		return f, nil
	}
	options, err := f.Listed(ctx, tx, lang)
	f.Values = func(string) []Option { return options }
	return f, err
}

func yesNo(l *i18n.Localizer, yes bool) string {
	if yes {
		return l.T("common.yes")
	}
	return l.T("common.no")
}

// words writes a text, a date or a choice.
func (d *Def) words(l *i18n.Localizer, f Field, s, home string) string {
	switch {
	case s == "":
		return ""
	case f.Kind == Date:
		return l.Date(date.Date(s))
	case f.Kind == Choice && f.Values != nil:
		return labelled(s, f.Values(l.Lang()))
	case f.Kind == Choice && f.Choices != nil:
		return l.T(d.ChoiceLabel(f.Key, s))
	}
	switch f.As {
	case "phone":
		return phone.Format(s, home)
	case "country":
		return l.Country(s)
	case "countries":
		return named(s, l.Country)
	case "language": // or several
		return named(s, l.Language)
	}
	return s
}

// labelled writes values by comma with their labels.
func labelled(s string, options []Option) string {
	parts := strings.Split(s, ",")
	for i, p := range parts {
		for _, o := range options {
			if o.Value == p {
				parts[i] = o.Label
			}
		}
	}
	return strings.Join(parts, ", ")
}

// named writes codes by comma with their names.
func named(s string, name func(string) string) string {
	codes := strings.Split(s, ",")
	for i, code := range codes {
		codes[i] = name(strings.TrimSpace(code))
	}
	return strings.Join(codes, ", ")
}

// EachSelected calls fn for every row of a selection that the actor sees, in the
// order of its sort: for all that its query matches, or for the ticked ones, which
// stay whatever else the query asks for. It keeps no rows; fn must not ask tx for
// anything.
func (d *Def) EachSelected(ctx context.Context, tx *db.Tx, s Selection, fn func(Row) error) error {
	if s.All {
		return d.Each(ctx, tx, s.Query, fn)
	}
	q := s.Query
	q.Any, q.Filters, q.Groups, q.Cursor = false, nil, nil, ""
	b, err := d.build(ctx, tx, q)
	if err != nil {
		return err
	}
	cond := tx.Among(d.ID, b.arg(db.IDs(s.IDs)))
	return b.read(ctx, b.query(0, cond), func(k keyed) error { return fn(k.Row) })
}

// CountSelected returns how many rows of a selection the actor sees, counted up to
// bound: bound+1 stands for more.
func (d *Def) CountSelected(ctx context.Context, tx *db.Tx, s Selection, bound int) (int, error) {
	if s.All {
		return d.Count(ctx, tx, s.Query, bound)
	}
	ids, err := d.Selected(ctx, tx, s, bound)
	return len(ids), err
}
