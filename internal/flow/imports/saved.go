package imports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/intake"
	"github.com/carnetcrm/carnet/internal/record"
)

// titlesOf is a fingerprint of the titles of a table.
func titlesOf(header []string) string {
	h := sha256.New()
	for _, t := range header {
		h.Write([]byte(fold.Key(t) + "\x00"))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// savedFor returns the mapping that was saved last for the titles, nil for none.
func savedFor(ctx context.Context, tx *db.Tx, header []string) (*intake.Mapping, error) {
	var list []Saved
	if err := record.Select(ctx, tx, &list, "WHERE r.titles = $1 ORDER BY r.updated_at DESC, r.id DESC LIMIT 1", titlesOf(header)); err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0].read(header)
}

func (m *Saved) read(header []string) (*intake.Mapping, error) {
	var out intake.Mapping
	if err := json.Unmarshal([]byte(m.Mapping), &out); err != nil {
		return nil, fmt.Errorf("reading the saved mapping %d: %w", m.ID, err)
	}
	if header != nil && !out.Fits(header) {
		return nil, nil
	}
	return &out, nil
}

// Mappings returns the saved mappings by name.
func Mappings(ctx context.Context, tx *db.Tx) ([]Saved, error) {
	var out []Saved
	err := record.Select(ctx, tx, &out, "ORDER BY r.name_key")
	return out, err
}

// MappingNamed returns the saved mapping of a name, or NotFound.
func MappingNamed(ctx context.Context, tx *db.Tx, name string) (intake.Mapping, error) {
	var list []Saved
	if err := record.Select(ctx, tx, &list, "WHERE r.name_key = $1", fold.Fold(name)); err != nil {
		return intake.Mapping{}, err
	}
	if len(list) == 0 {
		return intake.Mapping{}, errs.Missing()
	}
	m, err := list[0].read(nil)
	if err != nil {
		return intake.Mapping{}, err
	}
	return *m, nil
}

// saveMapping keeps a mapping under a name; one of that name is replaced.
func saveMapping(ctx context.Context, tx *db.Tx, name string, header []string, m intake.Mapping) error {
	for i := range m.Columns {
		m.Columns[i].Confidence, m.Columns[i].Why = 1, "saved"
	}
	var list []Saved
	if err := record.Select(ctx, tx, &list, "WHERE r.name_key = $1", fold.Fold(name)); err != nil {
		return err
	}
	if len(list) == 0 {
		return record.Insert(ctx, tx, &Saved{Name: name, Titles: titlesOf(header), Mapping: asJSON(m)})
	}
	s := &list[0]
	return record.Edit(ctx, tx, s, s.ID, 0, func() error {
		s.Name, s.Titles, s.Mapping = name, titlesOf(header), asJSON(m)
		return nil
	})
}
