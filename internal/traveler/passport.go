package traveler

import (
	"context"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// PassportTypes and PassportStatuses are the values of Passport.Type and Status.
var (
	PassportTypes    = []string{"ordinary", "diplomatic", "official", "emergency", "refugee", "stateless", "other"}
	PassportStatuses = []string{"valid", "replaced", "lost", "cancelled"}
)

// Passport is a passport of a traveler; there may be any number (R031).
type Passport struct {
	record.Base
	TravelerID  int64         `db:"traveler_id" history:"-"`
	Type        string        `db:"type" history:"track"`
	Status      string        `db:"status" history:"track"`
	Country     string        `db:"country" history:"track"` // that issued it
	No          record.Secret `db:"number" history:"secret" reveal:"passport.reveal"`
	Hint        string        `db:"number_hint" history:"-"` // last characters of the number
	Authority   string        `db:"authority" history:"track"`
	Place       string        `db:"place" history:"track"`
	Issued      date.Date     `db:"issued" history:"track"`
	Expires     date.Date     `db:"expires" history:"track"` // R030
	Family      string        `db:"family" history:"track"`  // as printed
	Given       string        `db:"given" history:"track"`
	Sex         string        `db:"sex" history:"track"`
	BirthDate   date.Date     `db:"birth_date" history:"track"`
	BirthPlace  string        `db:"birth_place" history:"track"`
	Nationality string        `db:"nationality" history:"track"`
	MRZ         record.Secret `db:"mrz" history:"secret" reveal:"passport.reveal"`
	Primary     bool          `db:"is_primary" history:"track"` // the one of the next journey
	Seen
	Note string `db:"note" history:"track"`
}

// Table names the table and the kind.
func (*Passport) Table() string { return "passport" }

// Parents is the traveler.
func (p *Passport) Parents() []record.Ref {
	return []record.Ref{{Kind: "traveler", ID: p.TravelerID}}
}

// Of is the traveler's id.
func (p *Passport) Of() int64 { return p.TravelerID }

// Sight is who saw the original.
func (p *Passport) Sight() *Seen { return &p.Seen }

// Until is when the passport expires.
func (p *Passport) Until() date.Date { return p.Expires }

// Number is what may be shown of it.
func (p *Passport) Number() string { return p.Hint }

// Good reports whether the passport can be used on a day: it wasn't replaced, lost or
// cancelled, and has not expired.
func (p *Passport) Good(on date.Date) bool {
	return p.Status == "valid" && !p.Expires.Before(on)
}

// Check tidies p and reports what is wrong with it.
func (p *Passport) Check() error {
	var c errs.Collect
	if p.Type == "" {
		p.Type = "ordinary"
	}
	if p.Status == "" {
		p.Status = "valid"
	}
	readZone(&c, &p.MRZ, func(z Zone) {
		fillText(&p.Country, z.Issuer)
		fillNumber(&p.No, z.Number)
		fillText(&p.Family, z.Family)
		fillText(&p.Given, z.Given)
		fillText(&p.Sex, z.Sex)
		fillText(&p.Nationality, z.Nationality)
		fillDate(&p.BirthDate, z.BirthDate)
		fillDate(&p.Expires, z.Expires)
	})
	c.OneOf("type", p.Type, PassportTypes...)
	c.OneOf("status", p.Status, PassportStatuses...)
	c.OneOf("sex", p.Sex, "", "M", "F", "X")
	checkNumber(&c, &p.No, &p.Hint)
	checkCountry(&c, "country", &p.Country)
	checkCountry(&c, "nationality", &p.Nationality)
	checkNames(&c, &p.Family, &p.Given)
	checkText(&c, "authority", &p.Authority, 200)
	checkText(&c, "place", &p.Place, 200)
	checkText(&c, "birth_place", &p.BirthPlace, 200)
	checkNote(&c, &p.Note)
	checkDates(&c, "issued", "expires", p.Issued, p.Expires)
	if p.BirthDate != "" && !p.BirthDate.Valid() {
		c.Add("birth_date", "error.date")
	}
	if p.No == "" && p.Country == "" && p.Expires == "" && p.MRZ == "" {
		c.Add("number", "document.error.empty")
	}
	return c.Err()
}

// Guard keeps one passport per traveler that stands for all: the first one, until
// another is chosen. One that was replaced, lost or cancelled stands for nothing.
func (p *Passport) Guard(ctx context.Context, tx *db.Tx, old record.Record) error {
	if p.Status != "valid" {
		p.Primary = false
	} else if old == nil && !p.Primary {
		var n int64
		err := tx.Row(ctx, "SELECT count(*) FROM {passport} r WHERE r.traveler_id = $1 AND r.is_primary AND r.status = 'valid'", []any{p.TravelerID}, &n)
		if err != nil {
			return err
		}
		p.Primary = n == 0
	}
	if !p.Primary {
		return nil
	}
	return otherPrimaries(ctx, tx, func(o *Passport) { o.Primary = false },
		"WHERE r.traveler_id = $1 AND r.is_primary AND r.id <> $2", p.TravelerID, p.ID)
}

// Follow takes the mark from a passport that comes out of the trash where another has it
// by now: that was chosen later.
func (p *Passport) Follow(ctx context.Context, tx *db.Tx, old record.Record, gone bool) error {
	if gone || old != nil || !p.Primary {
		return nil
	}
	return yield(ctx, tx, p, func() { p.Primary = false },
		"SELECT count(*) FROM {passport} r WHERE r.traveler_id = $1 AND r.is_primary AND r.id <> $2", p.TravelerID, p.ID)
}

// current is the passport that a journey of today would take: the primary one, else
// the one that is valid longest.
func current(list []Passport) *Passport {
	var best *Passport
	for i := range list {
		p := &list[i]
		switch {
		case p.Status != "valid":
		case p.Primary:
			return p
		case best == nil || p.Expires > best.Expires:
			best = p
		}
	}
	return best
}

// passportExpires is the derived column of the traveler list.
func passportExpires(ctx context.Context, tx *db.Tx, traveler int64) (date.Date, error) {
	var list []Passport
	err := tx.Each(ctx, "SELECT p.status, p.is_primary, p.expires FROM {passport} p WHERE p.traveler_id = $1", []any{traveler}, func(rows db.Rows) error {
		var p Passport
		err := rows.Scan(&p.Status, &p.Primary, &p.Expires)
		list = append(list, p)
		return err
	})
	if p := current(list); p != nil {
		return p.Expires, err
	}
	return "", err
}
