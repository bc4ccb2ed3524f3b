package fillin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// Field is one thing that is asked for, named by its key: "traveler.7.given",
// "communication.new-phone.value".
type Field struct {
	Key     string
	Section string
	Kind    string // of the record, whose words name the field
	Column  string
	Label   string // what else tells it apart: "mobile"
	Type    string // text, date, birth, country, nationality, sex, phone, email, taste (see SaidOf)
	Known   string // what the agency has
}

// part is something that a section shows: a record, or the preferences.
type part interface {
	fields() ([]Field, error)
	// check notes what is wrong with what is proposed, field by field under its key.
	check(a answer, bad *errs.Collect) error
	// write stores what was accepted. What is wrong with a field is told under its key.
	write(ctx context.Context, tx *db.Tx, r *Review, accepted map[string]Difference) error
}

// parts makes parts of records.
func parts(list []*group, err error) ([]part, error) {
	out := make([]part, len(list))
	for i, g := range list {
		out[i] = g
	}
	return out, err
}

// group is a record that a section shows, with the columns that may be changed: a
// stored one, or a blank one that begins to exist when something is accepted.
type group struct {
	section string
	name    string // number of a stored record, else "new" or "new-phone"
	label   string
	rec     record.Record
	columns []string
}

func (g *group) id() int64 { return record.Stamps(g.rec).ID }

// prefix begins the keys of the fields.
func (g *group) prefix() string { return g.rec.Table() + "." + g.name + "." }

func (g *group) key(column string) string { return g.prefix() + column }

// types tell how a column is asked for; all others are lines of text.
var types = map[string]string{"birth_date": "birth", "nationality": "nationality", "birth_country": "country", "country": "country",
	"sex": "sex", "issued": "date", "expires": "date", "phone": "phone", "email": "email"}

var personal = []string{"given", "middle", "family", "preferred", "former", "birth_date", "sex", "birth_place", "birth_country", "nationality", "occupation"}

var addressColumns = []string{"street", "street2", "postal_code", "city", "region", "country"}

var emergencyColumns = []string{"name", "relation", "phone", "email"}

// partsOf are the records that a request is about, as tx sees them.
func partsOf(ctx context.Context, tx *db.Tx, f *FillIn) ([]part, error) {
	t := new(traveler.Traveler)
	if err := record.Get(ctx, tx, t, f.TravelerID); err != nil {
		return nil, err
	}
	var out []part
	if f.Asks("personal") {
		out = append(out, &group{section: "personal", name: strconv.FormatInt(t.ID, 10), rec: t, columns: personal})
	}
	owners := []record.Ref{{Kind: "traveler", ID: f.TravelerID}}
	alone, err := stillOnly(ctx, tx, f)
	if err != nil {
		return nil, err
	}
	if alone {
		owners = append(owners, record.Ref{Kind: "client", ID: int64(f.ClientID)})
	}
	for _, section := range []struct {
		name string
		read func(context.Context, *db.Tx, []record.Ref) ([]part, error)
	}{{"contact", contactParts}, {"address", addressParts}, {"passport", passportParts}, {"preferences", tastePart}, {"emergency", emergencyParts}} {
		if !f.Asks(section.name) {
			continue
		}
		more, err := section.read(ctx, tx, owners)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

func contactParts(ctx context.Context, tx *db.Tx, owners []record.Ref) ([]part, error) {
	return parts(contactGroups(ctx, tx, owners))
}

func addressParts(ctx context.Context, tx *db.Tx, owners []record.Ref) ([]part, error) {
	return parts(addressGroups(ctx, tx, owners))
}

func passportParts(ctx context.Context, tx *db.Tx, owners []record.Ref) ([]part, error) {
	return parts(passportGroups(ctx, tx, owners))
}

// emergencyParts are the people to call, and room for one more.
func emergencyParts(ctx context.Context, tx *db.Tx, owners []record.Ref) (out []part, err error) {
	list, err := traveler.EmergencyContacts(ctx, tx, owners[0].ID)
	if err != nil {
		return nil, err
	}
	for i := range list {
		out = append(out, &group{section: "emergency", name: strconv.FormatInt(list[i].ID, 10), label: list[i].Name, rec: &list[i], columns: emergencyColumns})
	}
	blank := &traveler.EmergencyContact{TravelerID: owners[0].ID, Position: 1 << 20}
	return append(out, &group{section: "emergency", name: "new", rec: blank, columns: emergencyColumns}), nil
}

// contactGroups are the phones and e-mails, and room for one more of each.
func contactGroups(ctx context.Context, tx *db.Tx, owners []record.Ref) (out []*group, err error) {
	ag, err := agency.Current(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, owner := range owners {
		list, err := contact.Of(ctx, tx, owner)
		if err != nil {
			return nil, err
		}
		for i := range list {
			if c := &list[i]; c.Type == "phone" || c.Type == "email" {
				c.Region = ag.Country
				out = append(out, &group{section: "contact", name: strconv.FormatInt(c.ID, 10), label: c.SubType, rec: c, columns: []string{"value"}})
			}
		}
	}
	for _, kind := range []string{"phone", "email"} {
		c := &contact.Communication{OwnerKind: owners[0].Kind, OwnerID: owners[0].ID, Type: kind, Region: ag.Country, Position: 1 << 20}
		out = append(out, &group{section: "contact", name: "new-" + kind, rec: c, columns: []string{"value"}})
	}
	slices.SortStableFunc(out, func(a, b *group) int { return strings.Compare(typeOf(b), typeOf(a)) }) // phones first
	return out, nil
}

func typeOf(g *group) string { return g.rec.(*contact.Communication).Type }

// addressGroups are the address where the person lives: the stored one of whoever has
// one, else a new one of the client, where letters go.
func addressGroups(ctx context.Context, tx *db.Tx, owners []record.Ref) ([]*group, error) {
	for _, owner := range owners {
		list, err := contact.AddressesOf(ctx, tx, owner)
		if err != nil {
			return nil, err
		}
		for i := range list {
			if list[i].Kind == "physical" {
				return []*group{{section: "address", name: strconv.FormatInt(list[i].ID, 10), rec: &list[i], columns: addressColumns}}, nil
			}
		}
	}
	ag, err := agency.Current(ctx, tx)
	if err != nil {
		return nil, err
	}
	last := owners[len(owners)-1]
	a := &contact.Address{OwnerKind: last.Kind, OwnerID: last.ID, Kind: "physical", Country: ag.Country}
	return []*group{{section: "address", name: "new", rec: a, columns: addressColumns}}, nil
}

// fields are all that a request asks for, with what is known.
func fields(list []part) (out []Field, err error) {
	for _, p := range list {
		more, err := p.fields()
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

func (g *group) fields() (out []Field, err error) {
	for _, column := range g.columns {
		known, err := record.Text(g.rec, column)
		if err != nil {
			return nil, err
		}
		f := Field{Key: g.key(column), Section: g.section, Kind: g.rec.Table(), Column: column, Label: g.label, Type: types[column], Known: known}
		if c, ok := g.rec.(*contact.Communication); ok {
			f.Type = c.Type
		}
		if f.Type == "" {
			f.Type = "text"
		}
		out = append(out, f)
	}
	return out, nil
}

// answer is what a proposal stores of the fields that are no secrets: what was shown as
// known when the person decided, and what they want instead.
type answer struct {
	Base   map[string]string `json:"base"`
	Values map[string]string `json:"values"`
}

func readAnswer(p *Proposal) (a answer, err error) {
	if p.Answer != "" {
		if err := json.Unmarshal([]byte(p.Answer), &a); err != nil {
			return a, fmt.Errorf("reading a proposal: %w", err)
		}
	}
	if a.Base == nil {
		a.Base = map[string]string{}
	}
	if a.Values == nil {
		a.Values = map[string]string{}
	}
	return a, nil
}

func (a answer) text() string {
	b, _ := json.Marshal(a) // of texts: can't fail
	return string(b)
}
