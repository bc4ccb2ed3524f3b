package imports

import (
	"context"

	"github.com/carnetcrm/carnet/internal/db"
	ownfield "github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/intake"
)

// OwnTargets are the fields that the agency has defined itself and the actor may fill
// in, as targets of columns: keys with the names that people read.
func OwnTargets(ctx context.Context, tx *db.Tx, lang string) (keys, labels []string, err error) {
	set, err := ownfield.Of(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	for _, area := range ownfield.Areas {
		for _, f := range set.For(area) {
			if set.Edits(f) {
				keys, labels = append(keys, intake.OwnKey(area, f.Code)), append(labels, f.Label(lang))
			}
		}
	}
	return keys, labels, nil
}

// proposeOwn maps columns that nothing else knows to fields of the agency's own with the
// same name or code. A field of clients and travelers is taken for the clients'.
func proposeOwn(ctx context.Context, tx *db.Tx, m *intake.Mapping) error {
	set, err := ownfield.Of(ctx, tx)
	if err != nil {
		return err
	}
	for _, area := range ownfield.Areas {
		for _, f := range set.For(area) {
			if !set.Edits(f) {
				continue
			}
			names := map[string]bool{fold.Key(f.Code): true, fold.Key(f.Name): true, fold.Key(intake.OwnKey(area, f.Code)): true}
			for _, lang := range i18n.Langs {
				names[fold.Key(f.Label(lang))] = true
			}
			for i := range m.Columns {
				c := &m.Columns[i]
				if (c.Target == "note" || c.Target == "skip") && c.Confidence < 1 && names[fold.Key(c.Title)] {
					c.Target, c.Why, c.Confidence = intake.OwnKey(area, f.Code), "title", 0.9
				}
			}
		}
	}
	return nil
}
