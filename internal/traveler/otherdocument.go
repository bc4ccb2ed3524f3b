package traveler

import (
	"context"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// OtherKinds are the values of OtherDocument.Kind.
var OtherKinds = []string{"national_id", "residence_permit", "driving_licence", "international_permit", "parental_consent", "ktn", "redress",
	"trusted_traveler", "vaccination", "insurance", "seaman_book", "disability_card", "other"}

// OtherDocument is any other paper or number that a journey may need.
type OtherDocument struct {
	record.Base
	TravelerID int64         `db:"traveler_id" history:"-"`
	Kind       string        `db:"kind" history:"track"`
	Name       string        `db:"name" history:"track"` // what exactly: NEXUS, yellow fever
	Country    string        `db:"country" history:"track"`
	No         record.Secret `db:"number" history:"secret" reveal:"passport.reveal"`
	Hint       string        `db:"number_hint" history:"-"`
	Issuer     string        `db:"issuer" history:"track"` // authority, clinic, company
	Issued     date.Date     `db:"issued" history:"track"`
	Expires    date.Date     `db:"expires" history:"track"`
	Family     string        `db:"family" history:"track"` // as printed
	Given      string        `db:"given" history:"track"`
	Classes    string        `db:"classes" history:"track"` // of a driving licence
	Phone      string        `db:"phone" history:"track"`   // of an insurance, for emergencies
	MRZ        record.Secret `db:"mrz" history:"secret" reveal:"passport.reveal"`
	Primary    bool          `db:"is_primary" history:"track"` // one per kind
	Seen
	Note string `db:"note" history:"track"`
}

// Table names the table and the kind.
func (*OtherDocument) Table() string { return "other_document" }

// Parents is the traveler.
func (o *OtherDocument) Parents() []record.Ref {
	return []record.Ref{{Kind: "traveler", ID: o.TravelerID}}
}

// Of is the traveler's id.
func (o *OtherDocument) Of() int64 { return o.TravelerID }

// Sight is who saw the original.
func (o *OtherDocument) Sight() *Seen { return &o.Seen }

// Until is when the document expires.
func (o *OtherDocument) Until() date.Date { return o.Expires }

// Number is what may be shown of it.
func (o *OtherDocument) Number() string { return o.Hint }

// Check tidies o and reports what is wrong with it.
func (o *OtherDocument) Check() error {
	var c errs.Collect
	readZone(&c, &o.MRZ, func(z Zone) {
		fillText(&o.Country, z.Issuer)
		fillNumber(&o.No, z.Number)
		fillText(&o.Family, z.Family)
		fillText(&o.Given, z.Given)
		fillDate(&o.Expires, z.Expires)
		if o.Kind == "" {
			o.Kind = "national_id"
		}
	})
	c.OneOf("kind", o.Kind, OtherKinds...)
	checkNumber(&c, &o.No, &o.Hint)
	checkCountry(&c, "country", &o.Country)
	checkNames(&c, &o.Family, &o.Given)
	checkText(&c, "name", &o.Name, 200)
	checkText(&c, "issuer", &o.Issuer, 200)
	checkText(&c, "classes", &o.Classes, 100)
	checkText(&c, "phone", &o.Phone, 60)
	checkNote(&c, &o.Note)
	checkDates(&c, "issued", "expires", o.Issued, o.Expires)
	if o.Kind == "residence_permit" {
		c.Required("country", o.Country)
	}
	return c.Err()
}

// Guard keeps one document per kind that stands for its kind.
func (o *OtherDocument) Guard(ctx context.Context, tx *db.Tx, _ record.Record) error {
	if !o.Primary {
		return nil
	}
	return otherPrimaries(ctx, tx, func(x *OtherDocument) { x.Primary = false },
		"WHERE r.traveler_id = $1 AND r.kind = $2 AND r.is_primary AND r.id <> $3", o.TravelerID, o.Kind, o.ID)
}

// Follow takes the mark from a document that comes out of the trash where another of its
// kind has it by now.
func (o *OtherDocument) Follow(ctx context.Context, tx *db.Tx, old record.Record, gone bool) error {
	if gone || old != nil || !o.Primary {
		return nil
	}
	return yield(ctx, tx, o, func() { o.Primary = false },
		"SELECT count(*) FROM {other_document} r WHERE r.traveler_id = $1 AND r.kind = $2 AND r.is_primary AND r.id <> $3", o.TravelerID, o.Kind, o.ID)
}
