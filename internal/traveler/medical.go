package traveler

import (
	"context"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// medicalTables: whoever lacks the right medical.view doesn't even see that there is
// something (R029).
var medicalTables = []db.Table{medicalTable("medical_entry"), medicalTable("medical_consent")}

func medicalTable(name string) db.Table {
	view := documentRule("").With("medical.view")
	edit := documentRule(".edit").With("medical.view")
	return db.Table{Name: name, Of: "traveler_id", View: view, Edit: edit}
}

var _ = record.Register(
	record.Kind{Name: "medical_entry", New: func() record.Record { return new(MedicalEntry) }, Hidden: true},
	record.Kind{Name: "medical_consent", New: func() record.Record { return new(MedicalConsent) }, Hidden: true},
)

// The closed lists of medical information.
var (
	MedicalKinds      = []string{"allergy", "requirement", "condition", "medicine", "vaccine", "blood_group", "phone", "other"}
	MedicalSeverities = []string{"preference", "intolerance", "allergy", "anaphylaxis"}
	ConsentSources    = []string{"paper", "form", "email", "verbal"}
)

// MedicalEntry is one thing to know about a person's health (R029). All its texts are
// sealed; only that there is an entry of a kind can be read without fresh proof.
type MedicalEntry struct {
	record.Base
	TravelerID int64         `db:"traveler_id" history:"-"`
	Kind       string        `db:"kind" history:"track" need:"medical.view"` // one of MedicalKinds
	What       record.Secret `db:"what" history:"secret" reveal:"medical.view" need:"medical.view"`
	Reaction   record.Secret `db:"reaction" history:"secret" reveal:"medical.view" need:"medical.view"` // of an allergy
	Severity   record.Secret `db:"severity" history:"secret" reveal:"medical.view" need:"medical.view"` // one of MedicalSeverities
	Medicine   record.Secret `db:"medicine" history:"secret" reveal:"medical.view" need:"medical.view"` // carried along
	GivenOn    record.Secret `db:"given_on" history:"secret" reveal:"medical.view" need:"medical.view"` // of a vaccine
	ValidTo    record.Secret `db:"valid_to" history:"secret" reveal:"medical.view" need:"medical.view"`
	Note       record.Secret `db:"note" history:"secret" reveal:"medical.view" need:"medical.view"`
}

// Table names the table and the kind.
func (*MedicalEntry) Table() string { return "medical_entry" }

// Parents is the traveler.
func (m *MedicalEntry) Parents() []record.Ref {
	return []record.Ref{{Kind: "traveler", ID: m.TravelerID}}
}

// Secrets returns the sealed columns by name.
func (m *MedicalEntry) Secrets() map[string]*record.Secret {
	return map[string]*record.Secret{"what": &m.What, "reaction": &m.Reaction, "severity": &m.Severity, "medicine": &m.Medicine,
		"given_on": &m.GivenOn, "valid_to": &m.ValidTo, "note": &m.Note}
}

// Check tidies m and reports what is wrong with it.
func (m *MedicalEntry) Check() error {
	var c errs.Collect
	c.OneOf("kind", m.Kind, MedicalKinds...)
	for path, s := range m.Secrets() {
		typed, fresh := s.Fresh()
		if !fresh {
			continue
		}
		if typed = strings.TrimSpace(typed); path != "note" {
			typed = strings.Join(strings.Fields(typed), " ")
		}
		c.MaxLen(path, typed, 5000)
		switch path {
		case "severity":
			if typed != "" && !slices.Contains(MedicalSeverities, typed) {
				c.Add(path, "error.choice", "Allowed", strings.Join(MedicalSeverities, ", "))
			}
		case "given_on", "valid_to":
			if typed != "" && !date.Date(typed).Valid() {
				c.Add(path, "error.date")
			}
		}
		*s = record.Plain(typed)
	}
	if m.What == "" && m.Note == "" {
		c.Add("what", "error.required")
	}
	return c.Err()
}

// MedicalConsent says that the person agreed to their health data being kept, when and
// how. It is asked for besides every other consent.
type MedicalConsent struct {
	record.Base
	TravelerID int64     `db:"traveler_id" history:"-"`
	GivenOn    date.Date `db:"given_on" history:"track" need:"medical.view"`
	Source     string    `db:"source" history:"track" need:"medical.view"` // one of ConsentSources
	Note       string    `db:"note" history:"track" need:"medical.view"`
}

// Table names the table and the kind.
func (*MedicalConsent) Table() string { return "medical_consent" }

// Parents is the traveler.
func (m *MedicalConsent) Parents() []record.Ref {
	return []record.Ref{{Kind: "traveler", ID: m.TravelerID}}
}

// Unique names the field of a violated constraint.
func (*MedicalConsent) Unique(string) string { return "given_on" }

// Check tidies m and reports what is wrong with it.
func (m *MedicalConsent) Check() error {
	var c errs.Collect
	m.Note = strings.Join(strings.Fields(m.Note), " ")
	c.MaxLen("note", m.Note, 500)
	c.OneOf("source", m.Source, ConsentSources...)
	if m.GivenOn == "" || !m.GivenOn.Valid() || !m.GivenOn.HasYear() {
		c.Add("given_on", "error.date")
	}
	return c.Err()
}

// Medical is what a page says about a person's health without opening it.
type Medical struct {
	Entries []MedicalEntry // sealed
	Consent *MedicalConsent
}

// MedicalOf reads it; it is empty for who lacks the right medical.view.
func MedicalOf(ctx context.Context, tx *db.Tx, travelerID int64) (m Medical, err error) {
	var consents []MedicalConsent
	err = tx.Together(ctx, record.Part(&m.Entries, "of $1 ORDER BY r.kind, r.id", travelerID),
		record.Part(&consents, "of $1", travelerID))
	if err != nil {
		return m, err
	}
	slices.SortStableFunc(m.Entries, func(a, b MedicalEntry) int {
		return slices.Index(MedicalKinds, a.Kind) - slices.Index(MedicalKinds, b.Kind)
	})
	if len(consents) > 0 {
		m.Consent = &consents[0]
	}
	return m, nil
}

// RevealMedical opens all that is known about a person's health, as one act with one
// reason: one map per entry, by the names of the columns.
func RevealMedical(ctx context.Context, tx *db.Tx, travelerID int64, why string) ([]MedicalEntry, []map[string]string, error) {
	m, err := MedicalOf(ctx, tx, travelerID)
	if err != nil {
		return nil, nil, err
	}
	list := make([]*MedicalEntry, len(m.Entries))
	for i := range m.Entries {
		list[i] = &m.Entries[i]
	}
	open, err := record.RevealAll(ctx, tx, list, why)
	return m.Entries, open, err
}
