package list

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/i18n"
)

// Selected returns the ids of a selection that the actor sees, at most max+1, in no
// order: max+1 of them mean that there are more than max.
func (d *Def) Selected(ctx context.Context, tx *db.Tx, s Selection, max int) ([]int64, error) {
	if s.All {
		return d.IDs(ctx, tx, s.Query, max+1)
	}
	ids, err := tx.IDs(ctx, "SELECT "+d.ID+" FROM "+d.From+" WHERE "+tx.Among(d.ID, "$1"), db.IDs(s.IDs))
	return ids[:min(len(ids), max+1)], err
}

// Describe says in words what a query asks for, "" where it asks for everything.
func (d *Def) Describe(ctx context.Context, tx *db.Tx, q Query, lang string) (string, error) {
	l := i18n.For(lang)
	d, err := d.asked(ctx, tx, &q)
	if err != nil {
		return "", err
	}
	parts, err := d.describe(ctx, tx, q.Filters, l)
	if err != nil {
		return "", err
	}
	for _, g := range q.Groups {
		inner, err := d.describe(ctx, tx, g.Filters, l)
		if err != nil {
			return "", err
		}
		text := conjoined(l, inner, g.Any)
		if len(inner) > 1 {
			text = "(" + text + ")"
		}
		parts = append(parts, text)
	}
	return conjoined(l, slices.DeleteFunc(parts, func(s string) bool { return s == "" }), q.Any), nil
}

func conjoined(l *i18n.Localizer, parts []string, any bool) string {
	word := "list.and"
	if any {
		word = "list.or"
	}
	return strings.Join(parts, " "+l.T(word)+" ")
}

func (d *Def) describe(ctx context.Context, tx *db.Tx, list []Filter, l *i18n.Localizer) (out []string, err error) {
	d.complete(list)
	for _, flt := range list {
		f, ok := d.Field(flt.Key, tx.Actor)
		if !ok {
			return nil, bad(flt.Key, "list.unknown_field", "Field", flt.Key)
		}
		text := d.Title(l, f.Key)
		if f.Kind == Area {
			if text, err = d.describeArea(ctx, tx, f, flt, l); err != nil {
				return nil, err
			}
			out = append(out, text)
			continue
		}
		values, err := d.Words(ctx, tx, f, flt, l)
		if err != nil {
			return nil, err
		}
		text += " " + OpWord(l, flt.Op)
		if values != "" {
			text += " " + values
		}
		out = append(out, text)
	}
	return out, nil
}

func (d *Def) describeArea(ctx context.Context, tx *db.Tx, f Field, flt Filter, l *i18n.Localizer) (string, error) {
	def, err := f.Area.Def.among(ctx, tx, flt.Where)
	if err != nil {
		return "", err
	}
	inner, err := def.describe(ctx, tx, flt.Where, l)
	if err != nil {
		return "", err
	}
	n := ""
	if len(flt.Values) > 0 {
		n = flt.Values[0]
	}
	text := l.T("list.area."+flt.Op, "Area", d.Title(l, f.Key), "N", n)
	if len(inner) > 0 {
		text += " (" + conjoined(l, inner, false) + ")"
	}
	return text, nil
}

// OpWord is an operator as a part of a sentence: what its label says in brackets about
// the value stands with the value.
func OpWord(l *i18n.Localizer, op string) string {
	word, _, _ := strings.Cut(l.T("list.op."+op), " (")
	return word
}

// Words are the values of a filter as people read them.
func (d *Def) Words(ctx context.Context, tx *db.Tx, f Field, flt Filter, l *i18n.Localizer) (string, error) {
	if Valueless(flt.Op) {
		return "", nil
	}
	var labels []Option
	if f.Kind == Choice {
		var err error
		if labels, err = d.options(ctx, tx, f, l.Lang()); err != nil {
			return "", err
		}
	}
	var out []string
	for _, v := range flt.Values {
		switch f.Kind {
		case Text:
			if f.As == "country" || f.As == "countries" || f.As == "language" { // a code
				v = d.words(l, f, v, "")
			}
		case Choice:
			if i := slices.IndexFunc(labels, func(o Option) bool { return o.Value == v }); i >= 0 {
				v = labels[i].Label
			} else if f.Known != nil {
				label, err := f.Known(ctx, tx, v)
				if err != nil {
					return "", err
				}
				v = cmp.Or(label, l.T("list.gone"))
			}
		case Date, Stamp:
			if day := date.Date(v); day.Valid() {
				v = l.Date(day)
			} else if flt.Op == "last" || flt.Op == "next" || flt.Op == "due" {
				n, _ := strconv.Atoi(v) // days have been checked
				v = l.T("list.days", "Count", n)
			}
		case Bool:
			v = l.T(map[string]string{"true": "common.yes", "false": "common.no"}[v])
		}
		out = append(out, v)
	}
	if flt.Op == "between" && len(out) == 2 {
		return out[0] + " – " + out[1], nil
	}
	return strings.Join(out, " "+l.T("list.or")+" "), nil
}

// there refuses a value that is gone.
func (b *builder) there(ctx context.Context, f Field, v string) error {
	if f.Known == nil {
		return nil
	}
	label, err := b.tx.Memo([3]string{"list.known", f.Key, v}, func() (any, error) { return f.Known(ctx, b.tx, v) })
	if err == nil && label == "" {
		return bad(f.Key, "list.gone_value")
	}
	return err
}
