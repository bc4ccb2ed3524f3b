package exports

import (
	"errors"
	"fmt"
	"strings"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/country"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/output"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// batch is how many records are read together with what hangs on them.
const batch = 400

// party is a client or traveler with how they are reached.
type party struct {
	id         int64
	client     *client.Client
	traveler   *traveler.Traveler // of a client: the primary one
	comms      []contact.Communication
	places     []contact.Address
	tags       []string
	elsewhere  []contact.Address       // of whom they belong together with
	alsoByThem []contact.Communication // likewise
}

// parties calls fn for each selected record in the order of the list.
func (m *maker) parties(fn func(*party) error) error {
	own, err := field.Of(m.ctx, m.tx)
	if err != nil {
		return err
	}
	m.own = own
	// One connection can't walk the list and ask for details: first the numbers, which
	// are small, then the records in batches.
	var ids []int64
	q := m.chosen
	q.Query.Columns = m.d.Columns[:1]
	err = m.d.EachSelected(m.ctx, m.tx, q, func(r list.Row) error { ids = append(ids, r.ID); return nil })
	if err != nil {
		return err
	}
	for at := 0; at < len(ids); at += batch {
		if err := m.tick(int64(at)); err != nil {
			return err
		}
		part := ids[at:min(at+batch, len(ids))]
		found, err := m.load(part)
		if err != nil {
			return fmt.Errorf("reading address data: %w", err)
		}
		for _, id := range part {
			if p := found[id]; p != nil {
				if err := fn(p); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// load reads records and what hangs on them.
func (m *maker) load(ids []int64) (map[int64]*party, error) {
	out := map[int64]*party{}
	for _, id := range ids {
		out[id] = &party{id: id}
	}
	if err := m.loadSelves(ids, out); err != nil {
		return nil, err
	}
	links, err := m.links(ids)
	if err != nil {
		return nil, err
	}
	others, other := db.IDs{}, "traveler"
	if m.e.List == "traveler" {
		other = "client"
	}
	for _, o := range links {
		others = append(others, o)
	}
	if other == "traveler" {
		var list []traveler.Traveler
		if err := record.Select(m.ctx, m.tx, &list, "WHERE r.id IN {ids $1}", others); err != nil {
			return nil, err
		}
		for i := range list {
			for id, o := range links {
				if o == list[i].ID {
					out[id].traveler = &list[i]
				}
			}
		}
	}
	comms, places, err := m.reach(other, others)
	if err != nil {
		return nil, err
	}
	for id, o := range links {
		out[id].alsoByThem, out[id].elsewhere = comms[o], places[o]
	}
	return out, nil
}

func (m *maker) loadSelves(ids []int64, out map[int64]*party) error {
	if m.e.List == "client" {
		var list []client.Client
		if err := record.Select(m.ctx, m.tx, &list, "WHERE r.id IN {ids $1}", db.IDs(ids)); err != nil {
			return err
		}
		for i := range list {
			out[list[i].ID].client = &list[i]
		}
	} else {
		var list []traveler.Traveler
		if err := record.Select(m.ctx, m.tx, &list, "WHERE r.id IN {ids $1}", db.IDs(ids)); err != nil {
			return err
		}
		for i := range list {
			out[list[i].ID].traveler = &list[i]
		}
	}
	comms, places, err := m.reach(m.e.List, ids)
	if err != nil {
		return err
	}
	for id, p := range out {
		p.comms, p.places = comms[id], places[id]
		if p.client == nil && p.traveler == nil { // removed meanwhile
			delete(out, id)
		}
	}
	return m.tx.Each(m.ctx, `SELECT k.owner_id, t.name FROM {tag_link} k JOIN {tag} t ON t.id = k.tag_id
		WHERE k.owner_kind = $1 AND k.owner_id IN {ids $2} ORDER BY t.name_key`, []any{m.e.List, db.IDs(ids)}, func(rows db.Rows) error {
		var id int64
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return err
		}
		if p := out[id]; p != nil {
			p.tags = append(p.tags, name)
		}
		return nil
	})
}

// links are the primary travelers of clients, or the first clients of travelers.
func (m *maker) links(ids []int64) (map[int64]int64, error) {
	q := "SELECT l.client_id, l.traveler_id FROM {client_traveler} l WHERE l.client_id IN {ids $1} AND l.is_primary"
	if m.e.List == "traveler" {
		q = "SELECT l.traveler_id, min(l.client_id) FROM {client_traveler} l WHERE l.traveler_id IN {ids $1} GROUP BY l.traveler_id"
	}
	out := map[int64]int64{}
	err := m.tx.Each(m.ctx, q, []any{db.IDs(ids)}, func(rows db.Rows) error {
		var id, other int64
		err := rows.Scan(&id, &other)
		out[id] = other
		return err
	})
	return out, err
}

// reach reads communications and addresses by owner.
func (m *maker) reach(kind string, ids db.IDs) (map[int64][]contact.Communication, map[int64][]contact.Address, error) {
	comms, places := map[int64][]contact.Communication{}, map[int64][]contact.Address{}
	if len(ids) == 0 {
		return comms, places, nil
	}
	var cs []contact.Communication
	err := record.Select(m.ctx, m.tx, &cs, `WHERE r.owner_kind = $1 AND r.owner_id IN {ids $2}
		ORDER BY r.owner_id, CASE WHEN r.is_primary THEN 0 ELSE 1 END, r.position, r.id`, kind, ids)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range cs {
		comms[c.OwnerID] = append(comms[c.OwnerID], c)
	}
	var as []contact.Address
	err = record.Select(m.ctx, m.tx, &as, "of $1 ids $2 ORDER BY r.owner_id, r.kind", kind, ids)
	if err != nil {
		return nil, nil, err
	}
	for _, a := range as { // the mailing address comes first
		if !a.Empty() {
			places[a.OwnerID] = append(places[a.OwnerID], a)
		}
	}
	return comms, places, nil
}

// cards are the address cards of the selection.
func (m *maker) cards() output.Cards {
	return func(yield func(*output.Card, error) bool) {
		err := m.parties(func(p *party) error {
			if !yield(m.card(p), nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, err)
		}
	}
}

func (m *maker) card(p *party) *output.Card {
	c := &output.Card{UID: fmt.Sprintf("urn:carnet:%d:%s:%d", m.ag.ID, m.e.List, p.id), Tags: p.tags}
	if p.client != nil {
		k := p.client
		c.Anniversary, c.Language, c.Updated = k.Anniversary, k.Language, k.UpdatedAt.Time()
		c.Full = spoken(k)
		switch family, given, person := strings.Cut(k.Name, "/"); {
		case k.Kind == "corporate":
			c.IsCompany, c.Company = true, k.Name
		case person:
			c.Family, c.Given = family, given
		default:
			c.Family = k.Name
		}
	}
	if t := p.traveler; t != nil && (p.client == nil || p.client.Kind != "corporate" && c.Given != "" && strings.EqualFold(c.Given, t.Given)) {
		c.Family, c.Given, c.Middle, c.Prefix, c.Nickname = t.Family, t.Given, t.Middle, t.Title, t.Preferred
		c.Born, c.Company, c.Position = t.BirthDate, t.Company, t.Position
		if p.client == nil {
			c.Full, c.Updated = strings.TrimSpace(t.Given+" "+t.Family), t.UpdatedAt.Time()
			c.Language, _, _ = strings.Cut(t.Languages, ",")
		}
	}
	c.Note = m.ownNote(p)
	comms, places := p.comms, p.places
	if p.client != nil && len(comms) == 0 {
		comms = p.alsoByThem
	}
	if len(places) == 0 {
		places = p.elsewhere
	}
	for _, r := range comms {
		value := r.Norm
		if value == "" || r.Type == "social" || r.Type == "phone" && !strings.HasPrefix(value, "+") {
			value = r.Value
		}
		c.Reach = append(c.Reach, output.CardReach{Type: r.Type, Sub: r.SubType, Value: value, Primary: r.Primary})
	}
	for _, a := range places {
		c.Places = append(c.Places, output.CardPlace{Mailing: a.Kind == "mailing", POBox: a.POBox, Extra: a.Street2, Street: a.Street, City: a.City,
			Region: a.Region, Postcode: a.PostalCode, Country: m.l.Country(a.Country)})
	}
	return c
}

// ownNote lists the fields that the agency has defined itself, one per line: a card has
// no place of its own for them.
func (m *maker) ownNote(p *party) string {
	if m.own == nil {
		return ""
	}
	var lines []string
	add := func(kind string, b record.Bag) {
		texts := b.Texts()
		for _, f := range m.own.For(kind) {
			if s := texts[f.Code]; s != "" {
				lines = append(lines, m.l.Pair(f.Label(m.e.Lang), f.Show(m.l, s)))
			}
		}
	}
	if p.client != nil {
		add("client", p.client.Fields)
	} else {
		add("traveler", p.traveler.Fields)
	}
	return strings.Join(lines, "\n")
}

// spoken is a client's name as it is said: given name first.
func spoken(c *client.Client) string {
	if family, given, ok := strings.Cut(c.Name, "/"); ok && c.Kind != "corporate" && !strings.Contains(given, "/") {
		return strings.TrimSpace(given + " " + family)
	}
	return c.Name
}

// labels are the lines of address labels; who has no address is left out, and counted.
func (m *maker) labels() output.Labels {
	return func(yield func([]string, error) bool) {
		err := m.parties(func(p *party) error {
			lines := m.label(p)
			if lines == nil {
				m.skipped++
				return nil
			}
			if !yield(lines, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, err)
		}
	}
}

// label is what stands on an envelope, nil without an address.
func (m *maker) label(p *party) []string {
	places := p.places
	if len(places) == 0 {
		places = p.elsewhere
	}
	if len(places) == 0 {
		return nil
	}
	a := places[0]
	var out []string
	switch {
	case p.client != nil:
		out = append(out, spoken(p.client))
	default:
		out = append(out, strings.Join(strings.Fields(p.traveler.Title+" "+p.traveler.Given+" "+p.traveler.Family), " "))
	}
	switch {
	case p.client != nil && p.client.Kind == "corporate" && p.client.Contact != "":
		out = append(out, p.client.Contact)
	case a.Recipient != "" && !strings.EqualFold(a.Recipient, out[0]):
		out[0] = a.Recipient
	}
	lang := m.e.Lang
	if (a.Country == "" || a.Country == m.ag.Country) && !m.opt.Country {
		lang = "" // domestic mail names no country
	}
	return append(out, country.Lines(country.Address{Street: a.Street, Street2: a.Street2, POBox: a.POBox, PostalCode: a.PostalCode, City: a.City,
		Region: a.Region, Country: a.Country}, lang)...)
}
