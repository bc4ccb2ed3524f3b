package traveler

import (
	"context"

	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/option"
)

// PreferenceList are the fields by which travelers, and through them clients, can be
// asked for by their taste (R087): one for each field of preferences that has codes or
// numbers, and one more for what is avoided. All that is asked together must hold of
// the same traveler.
var PreferenceList = list.Def{Name: "preference", From: "{traveler} pt", ID: "pt.id", Sort: "", Fields: tasteFields()}

// LoyaltyList are the fields by which they can be asked for by their memberships.
var LoyaltyList = list.Def{
	Name: "loyalty_list", From: membershipRows, ID: "m.id",
	Fields: []list.Field{
		{Key: "programme", Kind: list.Choice, SQL: "m.programme_id", Numeric: true, Options: programmeOptions, Quick: true},
		{Key: "kind", Kind: list.Choice, SQL: "g.kind", Listed: programmeKinds},
		{Key: "number", Kind: list.Text, SQL: "m.number", Loose: true},
		{Key: "tier", Kind: list.Text, SQL: "m.tier", Loose: true},
		{Key: "tier_until", Kind: list.Date, SQL: "m.tier_until"},
		{Key: "expires", Kind: list.Date, SQL: "m.expires", Indexed: true},
	},
}

// SpecialDateList are the fields by which they can be asked for by special dates.
var SpecialDateList = list.Def{
	Name: "special_date", From: "{special_date} s", ID: "s.id",
	Fields: []list.Field{
		{Key: "type", Kind: list.Choice, SQL: "s.type", Listed: valuesOf("special_date")},
		{Key: "date", Kind: list.Date, SQL: "s.date", MonthDay: "s.month_day"},
		{Key: "yearly", Kind: list.Bool, SQL: "s.yearly"},
	},
}

const membershipRows = "{loyalty} m JOIN {programme} g ON g.id = m.programme_id"

func init() {
	List.Fields = append(List.Fields,
		list.Field{Key: "preference", Kind: list.Area, Group: "taste", NoShow: true,
			Area: &list.Related{From: "{traveler} pt", Owner: "pt.id", Def: &PreferenceList}},
		list.Field{Key: "programme", Kind: list.Choice, Group: "taste", SQL: "m.programme_id", Numeric: true, Quick: true, Options: programmeOptions,
			Show: "(SELECT min(g.name) FROM " + membershipRows + " WHERE m.traveler_id = t.id)",
			Via:  &list.Related{From: "{loyalty} m", Owner: "m.traveler_id"}},
		list.Field{Key: "loyalty", Kind: list.Area, Group: "taste", NoShow: true,
			Area: &list.Related{From: membershipRows, Owner: "m.traveler_id", Def: &LoyaltyList}},
		list.Field{Key: "special_date", Kind: list.Area, Group: "taste", NoShow: true,
			Area: &list.Related{From: "{special_date} s", Owner: "s.traveler_id", Def: &SpecialDateList}})
}

// tasteFields makes the fields of PreferenceList.
func tasteFields() (out []list.Field) {
	for _, f := range PreferenceFields {
		lf := list.Field{Key: f.Key, Kind: list.Choice, Group: f.Category, SQL: "f.code", NoShow: true, Quick: true}
		switch f.Kind {
		case PrefText, PrefWords:
			lf.Kind, lf.SQL, lf.Loose, lf.Quick = list.Text, "f.text", true, false
		case PrefNumber:
			lf.Kind, lf.SQL, lf.Quick = list.Number, "f.number", false
		case PrefYesNo:
			lf.Listed = yesNo
		case PrefPlaces:
			lf.Listed = countryOptions
		default:
			lf.Listed = valuesOf(f.List)
		}
		cond := "f.field = '" + f.Key + "'" // a word of this program
		if f.Kind == PrefLikes || f.Kind == PrefPlaces {
			for _, d := range f.Degrees() {
				one := lf
				if d != "like" {
					one.Key += "_" + d
				}
				one.Via = tasteOfDegree(cond, d)
				out = append(out, one)
			}
			continue
		}
		lf.Via = &list.Related{From: "{preference} f", Owner: "f.traveler_id", Cond: cond}
		out = append(out, lf)
		if f.Kind == PrefSeverity { // an allergy is another thing than a wish
			lf.Key += "_allergy"
			lf.Via = &list.Related{From: "{preference} f", Owner: "f.traveler_id", Cond: cond + " AND f.degree IN ('allergy', 'anaphylaxis')"}
			out = append(out, lf)
		}
	}
	return out
}

func tasteOfDegree(cond, degree string) *list.Related {
	return &list.Related{From: "{preference} f", Owner: "f.traveler_id", Cond: cond + " AND f.degree = '" + degree + "'"}
}

// valuesOf are all values of a list of options: those that are off too, because old
// records have them.
func valuesOf(name string) func(context.Context, *db.Tx, string) ([]list.Option, error) {
	return func(ctx context.Context, tx *db.Tx, lang string) (out []list.Option, err error) {
		set, err := option.Load(ctx, tx)
		if err != nil {
			return nil, err
		}
		for _, v := range set.All(name) {
			out = append(out, list.Option{Value: v.Code, Label: v.Label(i18n.For(lang))})
		}
		return out, nil
	}
}

func yesNo(_ context.Context, _ *db.Tx, lang string) ([]list.Option, error) {
	l := i18n.For(lang)
	return []list.Option{{Value: "YES", Label: l.T("common.yes")}, {Value: "NO", Label: l.T("common.no")}}, nil
}

func countryOptions(_ context.Context, _ *db.Tx, lang string) (out []list.Option, err error) {
	for _, o := range country.Options(lang) {
		out = append(out, list.Option{Value: o.Code, Label: o.Name})
	}
	return out, nil
}

func programmeKinds(_ context.Context, _ *db.Tx, lang string) (out []list.Option, err error) {
	for _, k := range ProgrammeKinds {
		out = append(out, list.Option{Value: k, Label: i18n.For(lang).T("loyalty.kind." + k)})
	}
	return out, nil
}

func programmeOptions(ctx context.Context, tx *db.Tx) (out []list.Option, err error) {
	err = tx.Each(ctx, "SELECT CAST(g.id AS text), g.name FROM {programme} g ORDER BY g.name_key", nil, func(rows db.Rows) error {
		var o list.Option
		err := rows.Scan(&o.Value, &o.Label)
		out = append(out, o)
		return err
	})
	return out, err
}

// LabelKey is the translation key of a field of preferences, or of what is said of its
// values in another degree than the usual one: "airline_avoid".
func (f PreferenceField) LabelKey(degree string) string {
	if degree == "" || degree == "like" || f.Kind != PrefLikes && f.Kind != PrefPlaces {
		return "preference.field." + f.Key
	}
	return "preference.field." + f.Key + "_" + degree
}
