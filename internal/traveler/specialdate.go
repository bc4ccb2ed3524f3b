package traveler

import (
	"context"
	"strings"

	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/email"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/option"
	"github.com/carnetcrm/carnet/internal/phone"
	"github.com/carnetcrm/carnet/internal/record"
)

// MostRemindDays is how early a special date can be pointed out.
const MostRemindDays = 180

// SpecialDate is a day that matters to a traveler (R026). The birth date is a field of
// the traveler itself.
type SpecialDate struct {
	record.Base
	TravelerID int64     `db:"traveler_id" history:"-"`
	Type       string    `db:"type" history:"track"` // of the list special_date
	Date       date.Date `db:"date" history:"track"` // the year may be unknown
	MonthDay   string    `db:"month_day" history:"-"`
	Yearly     bool      `db:"yearly" history:"track"`      // comes round every year
	RemindDays int64     `db:"remind_days" history:"track"` // days before on which it is pointed out; 0 is on the day
	Note       string    `db:"note" history:"track"`
}

// Table names the table and the kind.
func (*SpecialDate) Table() string { return "special_date" }

// Parents is whose day it is.
func (s *SpecialDate) Parents() []record.Ref {
	return []record.Ref{{Kind: "traveler", ID: s.TravelerID}}
}

// Check tidies s and reports what is wrong with it.
func (s *SpecialDate) Check() error {
	var c errs.Collect
	s.Type, s.Note = strings.ToUpper(strings.TrimSpace(s.Type)), strings.TrimSpace(s.Note)
	c.Required("type", s.Type)
	c.MaxLen("note", s.Note, 500)
	s.MonthDay = ""
	switch {
	case s.Date == "":
		c.Required("date", "")
	case !s.Date.Valid() || !s.Date.HasYear() && !s.Yearly:
		c.Add("date", "error.date")
	default:
		s.MonthDay = s.Date.MonthDay()
	}
	if s.RemindDays < 0 || s.RemindDays > MostRemindDays {
		c.Add("remind_days", "preference.error.remind", "Max", MostRemindDays)
	}
	return c.Err()
}

// Guard keeps the type to its list.
func (s *SpecialDate) Guard(ctx context.Context, tx *db.Tx, _ record.Record) error {
	ok, err := option.Valid(ctx, tx, "special_date", s.Type)
	if err == nil && !ok {
		err = errs.Bad("type", "preference.error.code", "Code", s.Type)
	}
	return err
}

// Next is the day on which s comes round next from a day on, "" if it is over.
func (s *SpecialDate) Next(today date.Date) date.Date {
	if s.Yearly {
		return s.Date.NextOn(today)
	}
	if s.Date < today {
		return ""
	}
	return s.Date
}

// Due reports whether s is to be pointed out on a day.
func (s *SpecialDate) Due(today date.Date) bool {
	next := s.Next(today)
	if next == "" {
		return false
	}
	days, ok := today.DaysUntil(next)
	return ok && int64(days) <= s.RemindDays
}

// SpecialDates returns the special dates of a traveler as they come in the year.
func SpecialDates(ctx context.Context, tx *db.Tx, id int64) ([]SpecialDate, error) {
	var out []SpecialDate
	err := record.Select(ctx, tx, &out, "of $1 ORDER BY r.month_day, r.id", id)
	return out, err
}

// EmergencyContact is somebody to call when something happens to a traveler.
type EmergencyContact struct {
	record.Base
	TravelerID int64  `db:"traveler_id" history:"-"`
	Name       string `db:"name" history:"track"`
	Relation   string `db:"relation" history:"track"` // in one's own words: mother, neighbour
	Phone      string `db:"phone" history:"track"`    // as typed
	PhoneNorm  string `db:"phone_norm" history:"-"`   // E.164, "" where it can't be read
	Email      string `db:"email" history:"track"`
	Note       string `db:"note" history:"track"`
	Position   int64  `db:"position" history:"-"`

	Region string // country in which phones without country code are read; "" the agency's, see Guard
}

// Table names the table and the kind.
func (*EmergencyContact) Table() string { return "emergency_contact" }

// Parents is for whom they are called.
func (e *EmergencyContact) Parents() []record.Ref {
	return []record.Ref{{Kind: "traveler", ID: e.TravelerID}}
}

// Check tidies e and reports what is wrong with it: somebody who can't be reached is
// no help.
func (e *EmergencyContact) Check() error {
	var c errs.Collect
	for path, s := range map[string]*string{"name": &e.Name, "relation": &e.Relation, "phone": &e.Phone, "email": &e.Email} {
		*s = oneLine(*s)
		c.MaxLen(path, *s, 200)
	}
	e.Note = strings.TrimSpace(e.Note)
	c.MaxLen("note", e.Note, 1000)
	c.Required("name", e.Name)
	if e.Phone == "" && e.Email == "" {
		c.Add("phone", "preference.error.reach")
	}
	if e.Email != "" {
		norm, ok := email.Parse(e.Email)
		if !ok {
			c.Add("email", "error.email")
		} else {
			e.Email = norm
		}
	}
	e.PhoneNorm, _ = phone.Parse(e.Phone, e.Region)
	if n := strings.Count(strings.Map(digitsOnly, e.Phone), "0"); e.Phone != "" && n < 3 {
		c.Add("phone", "error.phone")
	}
	return c.Err()
}

// digitsOnly turns digits into 0 and drops the rest.
func digitsOnly(r rune) rune {
	if r >= '0' && r <= '9' {
		return '0'
	}
	return -1
}

// Guard reads phones without a country code in the agency's country.
func (e *EmergencyContact) Guard(ctx context.Context, tx *db.Tx, _ record.Record) error {
	if e.Phone == "" || e.PhoneNorm != "" {
		return nil
	}
	home := ""
	if err := tx.Row(ctx, "SELECT a.country FROM {agency} a WHERE a.id = $1", []any{tx.Actor.AgencyID}, &home); err != nil {
		return err
	}
	if _, known := country.Lookup(home); known {
		e.PhoneNorm, _ = phone.Parse(e.Phone, home)
	}
	return nil
}

// EmergencyContacts returns whom to call for a traveler, in order.
func EmergencyContacts(ctx context.Context, tx *db.Tx, id int64) ([]EmergencyContact, error) {
	var out []EmergencyContact
	err := record.Select(ctx, tx, &out, "of $1 ORDER BY r.position, r.id", id)
	return out, err
}
