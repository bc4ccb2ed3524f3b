package imports

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/intake"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// loadProfile reads the lists and programmes that the cells of a file name.
func (w *words) loadProfile(ctx context.Context, tx *db.Tx) (err error) {
	if w.options, err = option.Load(ctx, tx); err != nil {
		return err
	}
	if w.kinships, err = traveler.Kinships(ctx, tx); err != nil {
		return err
	}
	list, err := traveler.Programmes(ctx, tx)
	w.programmeNames, w.programmeIDs = map[int64]string{}, map[string]int64{}
	for _, p := range list {
		w.programmeNames[p.ID], w.programmeIDs[p.NameKey] = p.Name, p.ID
	}
	return err
}

// option finds a value of a list by its code, or by its label in any language.
func (w *words) option(list, text string) (string, bool) {
	for _, lang := range i18n.Langs {
		if code, ok := w.options.Find(i18n.For(lang), list, text); ok {
			return code, true
		}
	}
	return "", false
}

// programmeBy finds a programme by what people call it: its name, its supplier, the code
// of the supplier. "" where nobody knows it.
func (w *words) programmeBy(text string) string {
	key := fold.Fold(strings.TrimSpace(text))
	if id := w.programmeIDs[key]; id != 0 {
		return w.programmeNames[id]
	}
	shipped := traveler.ShippedProgrammes()
	for _, fits := range []func(p *traveler.Programme) bool{
		func(p *traveler.Programme) bool { return p.NameKey == key },
		func(p *traveler.Programme) bool {
			return strings.EqualFold(p.Code, strings.TrimSpace(text)) && p.Kind == "air"
		},
		func(p *traveler.Programme) bool { return fold.Fold(p.Supplier) == key },
	} {
		if i := slices.IndexFunc(shipped, func(p traveler.Programme) bool { return fits(&p) }); i >= 0 {
			return shipped[i].Name
		}
	}
	return ""
}

// PreferenceOf reads the end of a target of preferences: a field, or with a degree behind
// it what is said of its values: "airline_avoid", "diet_allergy".
func PreferenceOf(key string) (f traveler.PreferenceField, degree string, ok bool) {
	if f, ok = traveler.PreferenceFieldOf(key); ok {
		return f, "", true
	}
	if i := strings.LastIndexByte(key, '_'); i > 0 {
		if f, ok = traveler.PreferenceFieldOf(key[:i]); ok && slices.Contains(f.Degrees(), key[i+1:]) {
			return f, key[i+1:], true
		}
	}
	return f, "", false
}

// ProfileTargets are the open targets of a person's profile: fields of preferences, and
// the days of the agency's list.
func ProfileTargets(ctx context.Context, tx *db.Tx) (keys []string, err error) {
	for _, f := range traveler.PreferenceFields {
		keys = append(keys, intake.PreferenceTarget+f.Key)
		for i, d := range f.Degrees() {
			if i > 0 && (f.Kind != traveler.PrefSeverity || d == "allergy") { // the first is the usual one
				keys = append(keys, intake.PreferenceTarget+f.Key+"_"+d)
			}
		}
	}
	set, err := option.Load(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, v := range set.Active("special_date") {
		keys = append(keys, intake.DateTarget+v.Code)
	}
	return keys, nil
}

// TargetLabel is what a target is called in a language.
func TargetLabel(l *i18n.Localizer, key string) string {
	if name, ok := strings.CutPrefix(key, intake.PreferenceTarget); ok {
		return l.T("preference.field." + name)
	}
	if code, ok := strings.CutPrefix(key, intake.DateTarget); ok {
		if k := "option.special_date." + code; l.Has(k) {
			return l.T(k)
		}
		return code // of the agency's own
	}
	return l.T("intake.target." + key)
}

// proposeProfile maps columns that nothing else knows to fields of preferences and to
// days, by their names in any language.
func proposeProfile(ctx context.Context, tx *db.Tx, m *intake.Mapping) error {
	keys, err := ProfileTargets(ctx, tx)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, key := range keys {
		for _, lang := range i18n.Langs {
			if n := fold.Key(TargetLabel(i18n.For(lang), key)); names[n] == "" {
				names[n] = key
			}
		}
	}
	for i := range m.Columns {
		c := &m.Columns[i]
		if c.Target != "note" || c.Confidence >= 1 {
			continue
		}
		if key := names[fold.Key(c.Title)]; key != "" {
			c.Target, c.Why, c.Confidence = key, "title", 0.9
		}
	}
	return nil
}

// checkColumns refuses columns that can't be what a mapping says. Its titles are those of
// the file, whatever was sent.
func checkColumns(m *intake.Mapping, header []string) error {
	for i := range m.Columns {
		if i < len(header) {
			m.Columns[i].Title = header[i]
		}
	}
	var bad errs.Collect
	for i, c := range m.Columns {
		name, ok := strings.CutPrefix(c.Target, intake.PreferenceTarget)
		if _, _, known := PreferenceOf(name); ok && !known {
			bad.Add(fmt.Sprintf("columns[%d].target", i), "intake.mapping.target")
		}
	}
	if err := m.Check(header); err != nil {
		return err
	}
	return bad.Err()
}
