package field

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// Extra finds the fields of a kind of record for its list: columns, filters, sorting,
// acts on many records. alias is that of the record's table: "c".
func Extra(kind, alias string) func(context.Context, *db.Tx) ([]list.Field, error) {
	return func(ctx context.Context, tx *db.Tx) ([]list.Field, error) {
		s, err := Of(ctx, tx)
		if err != nil {
			return nil, err
		}
		var out []list.Field
		for _, f := range s.For(kind) {
			x := f.listed(kind, alias)
			if s.Edits(f) && f.Kind != Several && f.Kind != Long {
				x.Bulk = Path(f.Code)
			}
			out = append(out, x)
		}
		return out, nil
	}
}

// listed declares the field for a list. What is shown comes out of the record's bag; what
// is compared and sorted by, out of field_value.
func (f *Field) listed(kind, alias string) list.Field {
	where := fmt.Sprintf("x.owner_kind = '%s' AND x.field_id = %d", kind, f.ID)
	sort := func(column, none string) string {
		return fmt.Sprintf("coalesce((SELECT min(x.%s) FROM {field_value} x WHERE %s AND x.owner_id = %s.id), %s)", column, where, alias, none)
	}
	x := list.Field{Key: list.OwnPrefix + f.Code, Group: "own", Kind: list.Text, SQL: "x.value_key", Quick: true,
		Show: alias + "." + Column, Read: f.read, Title: f.Label, Tidy: f.tidyText,
		Via:  &list.Related{From: "{field_value} x", Owner: "x.owner_id", Cond: where},
		Sort: sort("value_key", "''")}
	switch f.Kind {
	case Text, Link:
		x.Folded, x.Whole, x.Clip = true, "x.words", maxKey
	case Long:
		x.Folded, x.Quick, x.Sort, x.SQL = true, false, "", "x.words"
	case Number:
		x.Kind, x.SQL, x.Scale = list.Number, "x.number", Decimals
		x.Sort = sort("number", "-9000000000000000000") // what has no number comes first
	case Date:
		x.Kind = list.Date
	case Choice:
		x.Kind, x.Values = list.Choice, f.listOptions
	case Several:
		x.Kind, x.Values, x.Sort = list.Choice, f.listOptions, ""
	case YesNo:
		x.Kind = list.Choice
		x.Values = func(lang string) []list.Option {
			l := i18n.For(lang)
			return []list.Option{{Value: "true", Label: l.T("common.yes")}, {Value: "false", Label: l.T("common.no")}}
		}
	}
	return x
}

// listOptions are all choices: records may have one that was switched off since.
func (f *Field) listOptions(string) (out []list.Option) {
	for _, o := range f.Options() {
		out = append(out, list.Option{Value: o.Code, Label: o.Label, Off: o.Off})
	}
	return out
}

// read takes the value out of a bag: string, json.Number or bool, nil for none.
func (f *Field) read(shown any) any {
	s, _ := shown.(string)
	if s == "" {
		return nil
	}
	v := record.Bag(s).Values()[f.Code]
	switch x := v.(type) {
	case json.Number, bool, string, nil:
		return x
	}
	return record.BagText(v)
}

// tidyText reads a value that many records are set to.
func (f *Field) tidyText(s string) (string, error) {
	v, key, args := f.Parse(s, nil)
	if key != "" {
		return "", errs.Bad("value", key, args...)
	}
	if o := f.off(v, nil); o != nil {
		return "", errs.Bad("value", "field.error.value", "Value", o.Label)
	}
	return record.BagText(v), nil
}

// Show writes a value, as the bag holds it or as the history writes it, for a reader.
func (f *Field) Show(l *i18n.Localizer, text string) string {
	switch {
	case text == "":
		return ""
	case f.Kind == Number:
		x := list.Field{Kind: list.Number}
		return new(list.Def).Text(l, x, json.Number(text), nil, "")
	case f.Kind == Date:
		return l.Date(date.Date(text))
	}
	x := f.listed("", "")
	x.Kind = list.Choice
	if x.Values == nil {
		return text
	}
	return new(list.Def).Text(l, x, text, nil, "")
}
