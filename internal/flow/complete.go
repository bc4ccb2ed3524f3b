package flow

import (
	"context"
	"maps"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// Gap is something that a booking will ask for and the profile doesn't have.
type Gap struct {
	What     string // name, birth_date, sex, nationality, reach, document; of a client: travelers, reach, address
	Card     string // section of the page where it is entered
	Traveler int64  // whose it is; 0 is the client's own
	Name     string // of the traveler
}

// Completeness says how far a profile goes for a booking without asking again.
type Completeness struct {
	Total int // things asked for
	Gaps  []Gap
}

// Done is how many of them are there.
func (c *Completeness) Done() int { return c.Total - len(c.Gaps) }

func (c *Completeness) ask(has bool, g Gap) {
	c.Total++
	if !has {
		c.Gaps = append(c.Gaps, g)
	}
}

// Profile is what Completeness looks at. A page that has read it for itself needn't have
// it read again.
type Profile struct {
	Client    *client.Client // nil for the profile of a traveler
	People    []*traveler.Traveler
	Addressed bool                          // the client, or its only traveler, has an address
	Docs      map[int64]*traveler.Documents // those that are missing are read
}

// Complete looks at a client with its travelers, or at one traveler, on a day.
// NotFound for who doesn't see the record.
func Complete(ctx context.Context, tx *db.Tx, ref record.Ref, today date.Date) (*Completeness, error) {
	if ref.Kind == "traveler" {
		var t traveler.Traveler
		if err := record.Get(ctx, tx, &t, ref.ID); err != nil {
			return nil, err
		}
		return CompleteOf(ctx, tx, &Profile{People: []*traveler.Traveler{&t}}, today)
	}
	p := Profile{Client: new(client.Client)}
	if err := record.Get(ctx, tx, p.Client, ref.ID); err != nil {
		return nil, err
	}
	var people []traveler.Traveler
	err := record.Select(ctx, tx, &people, `JOIN {client_traveler} l ON l.traveler_id = r.id WHERE l.client_id = $1 ORDER BY l.position, l.id`, ref.ID)
	if err != nil {
		return nil, err
	}
	for i := range people {
		p.People = append(p.People, &people[i])
	}
	addrs, err := contact.AddressesOf(ctx, tx, ref)
	if err == nil && len(addrs) == 0 && len(people) == 1 { // a person's own address will do
		addrs, err = contact.AddressesOf(ctx, tx, record.Ref{Kind: "traveler", ID: people[0].ID})
	}
	if err != nil {
		return nil, err
	}
	p.Addressed = len(addrs) > 0
	return CompleteOf(ctx, tx, &p, today)
}

// CompleteOf is Complete for a profile that was read.
func CompleteOf(ctx context.Context, tx *db.Tx, p *Profile, today date.Date) (*Completeness, error) {
	var out Completeness
	if p.Client != nil {
		out.ask(len(p.People) > 0, Gap{What: "travelers", Card: "travelers"})
		out.ask(p.Client.Phone != "" || p.Client.Email != "", Gap{What: "reach", Card: "contact"})
		out.ask(p.Addressed, Gap{What: "address", Card: "addresses"})
	}
	return &out, out.travelers(ctx, tx, p, today)
}

func (c *Completeness) travelers(ctx context.Context, tx *db.Tx, p *Profile, today date.Date) error {
	var unread []int64
	for _, t := range p.People {
		if p.Docs[t.ID] == nil {
			unread = append(unread, t.ID)
		}
	}
	docs, err := traveler.DocumentsOf(ctx, tx, unread...)
	if err != nil {
		return err
	}
	maps.Copy(docs, p.Docs)
	for _, t := range p.People {
		if t.Deceased {
			continue
		}
		gap := func(what, card string) Gap { return Gap{what, card, t.ID, t.Name()} }
		c.ask(t.Family != "" && t.Given != "", gap("name", "personal"))
		c.ask(t.BirthDate.HasYear(), gap("birth_date", "personal"))
		c.ask(t.Sex != "", gap("sex", "personal"))
		c.ask(t.Nationality != "", gap("nationality", "personal"))
		c.ask(docs[t.ID].Travels(today), gap("document", "documents"))
		if p.Client == nil { // with others they are reached through the client
			ok, err := reached(ctx, tx, t)
			if err != nil {
				return err
			}
			c.ask(ok, gap("reach", "contact"))
		}
	}
	return nil
}

// reached reports whether a traveler can be reached: directly, through a main
// traveler, or through a client.
func reached(ctx context.Context, tx *db.Tx, t *traveler.Traveler) (bool, error) {
	if t.Phone != "" || t.Email != "" || t.MainTraveler != 0 {
		return true, nil
	}
	var n int64
	err := tx.Row(ctx, `SELECT count(*) FROM {client_traveler} l JOIN {client} c ON c.id = l.client_id
		WHERE l.traveler_id = $1 AND (c.phone <> '' OR c.email <> '')`, []any{t.ID}, &n)
	return n > 0, err
}
