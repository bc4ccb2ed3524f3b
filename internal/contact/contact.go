// Package contact keeps how people are reached: phones, e-mails, social networks,
// web pages and addresses of clients and travelers.
package contact

import (
	"context"
	"strings"

	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/email"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/phone"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/weburl"
)

// ownerRule gives the rows of those clients and travelers that a mode allows.
func ownerRule(mode string) db.Rule {
	cond := `{client` + mode + ` has owner} OR {traveler` + mode + ` has owner}`
	return db.Rule{Own: cond, Branch: cond}
}

// Tables are the tenant tables of this package: who sees a record sees how it is
// reached, who may change the record may change that.
var Tables = []db.Table{
	{Name: "communication", Of: "owner", View: ownerRule(""), Edit: ownerRule(".edit").With("client.edit")},
	{Name: "address", Of: "owner", View: ownerRule(""), Edit: ownerRule(".edit").With("client.edit")},
}

var _ = record.Register(
	record.Kind{Name: "communication", New: func() record.Record { return new(Communication) }},
	record.Kind{Name: "address", New: func() record.Record { return new(Address) }},
)

// Types are the types of a communication (R047).
var Types = []string{"phone", "email", "social", "web"}

// Communication is a way to reach a client or traveler (R046-R050).
type Communication struct {
	record.Base
	OwnerKind       string `db:"owner_kind" history:"-"`
	OwnerID         int64  `db:"owner_id" history:"-"`
	Type            string `db:"type" history:"track"`
	SubType         string `db:"sub_type" history:"track"` // free: home, mobile, WhatsApp ...
	Value           string `db:"value" history:"track"`    // as typed
	Norm            string `db:"norm" history:"-"`         // E.164, lower-case e-mail, address of a page
	Description     string `db:"description" history:"track"`
	Primary         bool   `db:"is_primary" history:"track"` // one per type and owner
	PermitMarketing bool   `db:"permit_marketing" history:"track"`
	Position        int64  `db:"position" history:"-"`

	// Region is the ISO 3166 country in which a phone without a country code is
	// read. It isn't stored; the agency's country where it is empty.
	Region string
}

// Table names the table and the kind.
func (*Communication) Table() string { return "communication" }

// Parents is the record that is reached by c.
func (c *Communication) Parents() []record.Ref {
	return []record.Ref{{Kind: c.OwnerKind, ID: c.OwnerID}}
}

// Check tidies c, normalises its value and reports what is wrong with it.
func (c *Communication) Check() error {
	var bad errs.Collect
	c.Value, c.SubType = strings.TrimSpace(c.Value), strings.TrimSpace(c.SubType)
	c.Description = strings.TrimSpace(c.Description)
	bad.OneOf("type", c.Type, Types...)
	bad.Required("value", c.Value)
	bad.MaxLen("value", c.Value, 500)
	bad.MaxLen("sub_type", c.SubType, 60)
	bad.MaxLen("description", c.Description, 500)
	if err := bad.Err(); err != nil {
		return err
	}
	var ok bool
	switch c.Type { // R048
	case "phone":
		if c.Norm, ok = phone.Parse(c.Value, c.Region); !ok {
			// Internal extensions and old notations are kept as typed: a number that
			// an agent can dial is worth more than a rule.
			c.Norm = digits(c.Value)
			if len(c.Norm) < 3 {
				bad.Add("value", "error.phone")
			}
		}
	case "email":
		if c.Norm, ok = email.Parse(c.Value); !ok {
			bad.Add("value", "error.email")
		}
	default:
		if c.Norm, ok = weburl.Clean(c.Value); !ok {
			if c.Type == "web" {
				bad.Add("value", "error.url")
			}
			c.Norm = strings.ToLower(c.Value) // a handle: @joanna
		}
	}
	return bad.Err()
}

// Guard makes c the only primary one of its type (R047), and reads phones in the
// agency's country.
func (c *Communication) Guard(ctx context.Context, tx *db.Tx, _ record.Record) error {
	if c.Type == "phone" && c.Region == "" && !strings.HasPrefix(c.Norm, "+") {
		home := ""
		err := tx.Row(ctx, "SELECT a.country FROM {agency} a WHERE a.id = $1", []any{tx.Actor.AgencyID}, &home)
		if err != nil {
			return err
		}
		if norm, ok := phone.Parse(c.Value, home); ok {
			c.Norm = norm
		}
	}
	if !c.Primary {
		return nil
	}
	var others []Communication
	err := record.Select(ctx, tx, &others, `WHERE r.owner_kind = $1 AND r.owner_id = $2 AND r.type = $3 AND r.is_primary AND r.id <> $4`,
		c.OwnerKind, c.OwnerID, c.Type, c.ID)
	if err != nil {
		return err
	}
	for i := range others {
		o := &others[i]
		if err := record.Edit(ctx, tx, o, o.ID, 0, func() error { o.Primary = false; return nil }); err != nil {
			return err
		}
	}
	return nil
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// Of returns the communications of a record: primary ones first, then in order.
func Of(ctx context.Context, tx *db.Tx, owner record.Ref) ([]Communication, error) {
	var out []Communication
	err := record.Select(ctx, tx, &out, `of $1 $2
		ORDER BY CASE WHEN r.is_primary THEN 0 ELSE 1 END, r.position, r.id`, owner.Kind, owner.ID)
	return out, err
}

// Address is a place (R051, R052, L44).
type Address struct {
	record.Base
	OwnerKind       string `db:"owner_kind" history:"-"`
	OwnerID         int64  `db:"owner_id" history:"-"`
	Kind            string `db:"kind" history:"track"` // physical, mailing
	Recipient       string `db:"recipient" history:"track"`
	Street          string `db:"street" history:"track"`
	Street2         string `db:"street2" history:"track"`
	POBox           string `db:"po_box" history:"track"`
	PostalCode      string `db:"postal_code" history:"track"`
	City            string `db:"city" history:"track"`
	Region          string `db:"region" history:"track"`
	Country         string `db:"country" history:"track"` // ISO 3166
	PermitMarketing bool   `db:"permit_marketing" history:"track"`
}

// Table names the table and the kind.
func (*Address) Table() string { return "address" }

// Parents is the record that lives there.
func (a *Address) Parents() []record.Ref { return []record.Ref{{Kind: a.OwnerKind, ID: a.OwnerID}} }

// Unique names the field of a violated constraint.
func (*Address) Unique(string) string { return "kind" }

// Empty reports whether nothing of the address is filled in.
func (a *Address) Empty() bool {
	return strings.TrimSpace(a.Recipient+a.Street+a.Street2+a.POBox+a.PostalCode+a.City+a.Region) == ""
}

// Check tidies a and reports what is wrong with it.
func (a *Address) Check() error {
	var bad errs.Collect
	for _, s := range []*string{&a.Recipient, &a.Street, &a.Street2, &a.POBox, &a.PostalCode, &a.City, &a.Region} {
		*s = strings.TrimSpace(*s)
		bad.MaxLen("street", *s, 300)
	}
	bad.OneOf("kind", a.Kind, "physical", "mailing")
	if a.Country != "" {
		code, ok := country.Lookup(a.Country)
		if !ok {
			bad.Add("country", "error.country")
		}
		a.Country = code
	}
	return bad.Err()
}

// AddressesOf returns the addresses of a record, the physical one first.
func AddressesOf(ctx context.Context, tx *db.Tx, owner record.Ref) ([]Address, error) {
	var out []Address
	err := record.Select(ctx, tx, &out, "of $1 $2 ORDER BY r.kind DESC", owner.Kind, owner.ID)
	return out, err
}

// Found returns the words by which the search box finds the owner: digits of
// phones, e-mails and handles.
func Found(comms []Communication) (out []string) {
	for _, c := range comms {
		if c.Type == "phone" {
			out = append(out, digits(c.Norm))
		} else if c.Type != "web" {
			out = append(out, strings.ToLower(c.Norm))
		}
	}
	return out
}

// First returns the value that stands for a type in lists: the normalised phone
// or e-mail that comes first, "" if there is none.
func First(comms []Communication, kind string) string {
	best := ""
	for _, c := range comms {
		if c.Type == kind && (best == "" || c.Primary) {
			best = c.Norm
			if c.Primary {
				break
			}
		}
	}
	return best
}
