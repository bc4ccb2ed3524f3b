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

// Acquired are the values of Nationality.Acquired.
var Acquired = []string{"birth", "descent", "naturalisation", "marriage", "other"}

// Nationality is a nationality of which more is known than that the traveler has it:
// since when, how, and with which proof (R031).
//
// Traveler.Nationality is the quick list of all of them and what lists and searches
// use; a code there needs no record of this kind. The two stay in step: to add one
// here adds its code there, and to take a code out there, or one away here, does so
// on the other side.
type Nationality struct {
	record.Base
	TravelerID int64     `db:"traveler_id" history:"-"`
	Country    string    `db:"country" history:"track"`
	Since      date.Date `db:"since" history:"track"`
	Acquired   string    `db:"acquired" history:"track"`
	Seen
	Note string `db:"note" history:"track"`
}

// Table names the table and the kind.
func (*Nationality) Table() string { return "nationality" }

// Parents is the traveler.
func (n *Nationality) Parents() []record.Ref {
	return []record.Ref{{Kind: "traveler", ID: n.TravelerID}}
}

// Unique names the field of a violated constraint.
func (*Nationality) Unique(string) string { return "country" }

// Of is the traveler's id.
func (n *Nationality) Of() int64 { return n.TravelerID }

// Sight is who saw the proof.
func (n *Nationality) Sight() *Seen { return &n.Seen }

// Until is never.
func (n *Nationality) Until() date.Date { return "" }

// Number is none.
func (n *Nationality) Number() string { return "" }

// Check tidies n and reports what is wrong with it.
func (n *Nationality) Check() error {
	var c errs.Collect
	c.Required("country", n.Country)
	checkCountry(&c, "country", &n.Country)
	c.OneOf("acquired", n.Acquired, append([]string{""}, Acquired...)...)
	if n.Since != "" && !n.Since.HasYear() {
		c.Add("since", "error.date")
	}
	checkNote(&c, &n.Note)
	return c.Err()
}

// Follow keeps the quick list of the traveler in step.
func (n *Nationality) Follow(ctx context.Context, tx *db.Tx, old record.Record, gone bool) error {
	var t Traveler
	return record.Edit(ctx, tx, &t, n.TravelerID, 0, func() error {
		codes := split(t.Nationality)
		was := ""
		if o, ok := old.(*Nationality); ok && !gone {
			was = o.Country
		}
		at := slices.Index(codes, was)
		switch {
		case gone:
			codes = slices.DeleteFunc(codes, func(c string) bool { return c == n.Country })
		case slices.Contains(codes, n.Country):
			if at >= 0 && was != n.Country {
				codes = slices.Delete(codes, at, at+1)
			}
		case at >= 0:
			codes[at] = n.Country
		default:
			codes = append(codes, n.Country)
		}
		t.Nationality = strings.Join(codes, ",")
		return nil
	})
}

// split takes codes by comma apart.
func split(codes string) []string {
	return strings.FieldsFunc(codes, func(r rune) bool { return r == ',' })
}

// dropNationalities moves what was known of nationalities to the trash when their
// codes left the quick list.
func (t *Traveler) dropNationalities(ctx context.Context, tx *db.Tx) error {
	var list []Nationality
	if err := record.Select(ctx, tx, &list, "WHERE r.traveler_id = $1", t.ID); err != nil {
		return err
	}
	codes := split(t.Nationality)
	for i := range list {
		if n := &list[i]; !slices.Contains(codes, n.Country) {
			if err := record.Delete(ctx, tx, n, n.ID, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// Follow keeps the nationalities in step with the quick list.
func (t *Traveler) Follow(ctx context.Context, tx *db.Tx, old record.Record, gone bool) error {
	was, edited := old.(*Traveler)
	if gone || !edited || was.Nationality == t.Nationality {
		return nil
	}
	return t.dropNationalities(ctx, tx)
}

// Bare returns the codes of the quick list of which no more is known.
func (d *Documents) Bare(t *Traveler) []string {
	return slices.DeleteFunc(split(t.Nationality), func(code string) bool {
		return slices.ContainsFunc(d.Nationalities, func(n Nationality) bool { return n.Country == code })
	})
}
