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

// VisaTypes and VisaEntries are the values of Visa.Type and Entries; VisaAreas are the
// areas of several countries with one visa.
var (
	VisaTypes   = []string{"tourist", "business", "transit", "student", "work", "family", "eta", "esta", "evisa", "other"}
	VisaEntries = []string{"single", "double", "multiple"}
	VisaAreas   = []string{"SCHENGEN", "EAST_AFRICA", "KAZA", "CA4", "GCC"}
)

// Visa lets a traveler into a country or an area (R031).
type Visa struct {
	record.Base
	TravelerID int64         `db:"traveler_id" history:"-"`
	PassportID db.Ref        `db:"passport_id" history:"track"` // the passport it is in
	Country    string        `db:"country" history:"track"`     // or one of VisaAreas
	Type       string        `db:"type" history:"track"`
	No         record.Secret `db:"number" history:"secret" reveal:"passport.reveal"`
	Hint       string        `db:"number_hint" history:"-"`
	Entries    string        `db:"entries" history:"track"`
	ValidFrom  date.Date     `db:"valid_from" history:"track"`
	Expires    date.Date     `db:"expires" history:"track"`
	MaxStay    int64         `db:"max_stay" history:"track"` // days, 0 is unknown
	Issued     date.Date     `db:"issued" history:"track"`
	Place      string        `db:"place" history:"track"`
	MRZ        record.Secret `db:"mrz" history:"secret" reveal:"passport.reveal"`
	Seen
	Note string `db:"note" history:"track"`
}

// Table names the table and the kind.
func (*Visa) Table() string { return "visa" }

// Parents is the traveler.
func (v *Visa) Parents() []record.Ref { return []record.Ref{{Kind: "traveler", ID: v.TravelerID}} }

// Of is the traveler's id.
func (v *Visa) Of() int64 { return v.TravelerID }

// Sight is who saw the original.
func (v *Visa) Sight() *Seen { return &v.Seen }

// Until is when the visa expires.
func (v *Visa) Until() date.Date { return v.Expires }

// Number is what may be shown of it.
func (v *Visa) Number() string { return v.Hint }

// Check tidies v and reports what is wrong with it.
func (v *Visa) Check() error {
	var c errs.Collect
	if v.Type == "" {
		v.Type = "tourist"
	}
	readZone(&c, &v.MRZ, func(z Zone) {
		fillText(&v.Country, z.Issuer)
		fillNumber(&v.No, z.Number)
		fillDate(&v.Expires, z.Expires)
	})
	c.OneOf("type", v.Type, VisaTypes...)
	c.OneOf("entries", v.Entries, append([]string{""}, VisaEntries...)...)
	checkNumber(&c, &v.No, &v.Hint)
	v.Country = strings.TrimSpace(v.Country)
	if up := strings.ToUpper(v.Country); slices.Contains(VisaAreas, up) {
		v.Country = up
	} else {
		c.Required("country", v.Country)
		checkCountry(&c, "country", &v.Country)
	}
	checkText(&c, "place", &v.Place, 200)
	checkNote(&c, &v.Note)
	checkDates(&c, "valid_from", "expires", v.ValidFrom, v.Expires)
	if v.Issued != "" && !v.Issued.HasYear() {
		c.Add("issued", "error.date")
	}
	if v.MaxStay < 0 || v.MaxStay > 3650 {
		c.Add("max_stay", "document.error.stay")
	}
	return c.Err()
}

// Guard refuses a passport of somebody else.
func (v *Visa) Guard(ctx context.Context, tx *db.Tx, old record.Record) error {
	was, _ := old.(*Visa)
	if v.PassportID == 0 || was != nil && was.PassportID == v.PassportID {
		return nil
	}
	var p Passport
	err := record.Get(ctx, tx, &p, int64(v.PassportID))
	if errs.Is(err, errs.NotFound) || err == nil && p.TravelerID != v.TravelerID {
		return errs.Bad("passport_id", "document.error.passport")
	}
	return err
}
