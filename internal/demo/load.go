package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/madeup"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// batchSize is how many clients are saved by one transaction.
const batchSize = 500

// Load saves the clients from, from+1 ... to-1 of a generator with their travelers,
// communications, addresses, tags and history. Memory stays flat however many they
// are. Progress, if given, is told how many are saved after each transaction.
func Load(ctx context.Context, d *db.DB, a *Agency, g *madeup.Generator, from, to int, progress func(done int)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	// One goroutine makes people up while another saves them.
	batches := make(chan *batch, 2)
	go func() {
		defer close(batches)
		for i := from; i < to; i += batchSize {
			b := a.make(g, i, min(to, i+batchSize))
			select {
			case batches <- b:
			case <-ctx.Done():
				return
			}
		}
	}()
	done := 0
	for b := range batches {
		if err := d.Update(ctx, a.Actor(), func(tx *db.Tx) error { return b.save(ctx, tx) }); err != nil {
			return fmt.Errorf("saving made-up clients from %d on: %w", from+done, err)
		}
		done += len(b.clients)
		if progress != nil {
			progress(done)
		}
	}
	return ctx.Err()
}

// batch holds the records of some clients. Until save knows the ids, owners are
// positions in clients and travelers, counted from 1.
type batch struct {
	age       time.Duration // how long ago the clients were created
	clients   []*client.Client
	travelers []*traveler.Traveler
	links     []*client.Link
	comms     []*contact.Communication
	addrs     []*contact.Address
	tags      []*tag.Link
	ids       []*client.InterfaceID
	relations []*traveler.Relation
}

// make turns the made-up clients from, from+1 ... to-1 into records.
func (a *Agency) make(g *madeup.Generator, from, to int) *batch {
	b := &batch{}
	for i := from; i < to; i++ {
		m := g.Client(i)
		if i == from { // one moment per batch keeps the order of ids and of times alike
			b.age = time.Duration(m.Created) * 24 * time.Hour
		}
		b.add(a, &m)
		if i < related {
			b.relate(&m)
			b.fill(&m, i)
		}
	}
	return b
}

func (b *batch) add(a *Agency, m *madeup.Client) {
	c := &client.Client{Kind: m.Kind, Code: m.Code, Name: m.Name, Classification: m.Classification, Segment: m.Segment,
		Status: m.Status, CustomerType: db.Ref(a.types[m.CustomerType]), BranchID: db.Ref(a.Branches[m.Branch]), OwnerKind: "agent",
		SourceMedium: m.SourceMedium, SourceDetail: m.SourceDetail, InformalSalutation: m.InformalSalutation,
		FormalSalutation: m.FormalSalutation, Anniversary: date.Date(m.Anniversary), AnniversaryNote: m.AnniversaryNote,
		Contact: m.Contact, Memo: m.Memo, Remarks: m.Remarks, TravelPolicy: m.TravelPolicy, LegalName: m.LegalName,
		TaxID: m.TaxID, RegistrationNo: m.RegistrationNo, Language: m.Language, Currency: m.Currency, City: m.City, Country: m.Country}
	if m.Advisor >= 0 {
		c.AdvisorID = db.Ref(a.People[m.Advisor])
	}
	if m.AgencyOwned {
		c.OwnerKind = "agency"
	}
	b.clients = append(b.clients, c)
	at := int64(len(b.clients))

	own := b.reach(&c.Remarks, "client", at, m.Country, m.Phones, m.Emails, m.Website)
	c.Phone, c.Email = contact.First(own, "phone"), contact.First(own, "email")
	b.place(at, "physical", madeup.Address{Country: m.Country, Street: m.Street, PostalCode: m.PostalCode, City: m.City, Region: m.Region})
	if m.Mailing != nil {
		b.place(at, "mailing", *m.Mailing)
	}
	var people []string
	for i := range m.Travelers {
		t := b.traveler(&m.Travelers[i], m.Country)
		people = append(people, t.Search)
		b.links = append(b.links, &client.Link{ClientID: at, TravelerID: int64(len(b.travelers)), Role: m.Travelers[i].Role, Primary: i == 0, Position: int64(i)})
		c.Phone, c.Email = first(c.Phone, t.Phone), first(c.Email, t.Email)
	}
	for _, name := range m.Tags {
		if id := a.tags[name]; id != 0 {
			b.tags = append(b.tags, &tag.Link{TagID: id, OwnerKind: "client", OwnerID: at})
		}
	}
	var keys []client.InterfaceID
	for _, k := range m.InterfaceIDs {
		id := client.InterfaceID{ClientID: at, System: k.System, Value: k.ID}
		keys = append(keys, id)
		b.ids = append(b.ids, &id)
	}
	c.Check() // fills in the folded name; what is wrong comes up when it is saved
	c.Search, c.NoTraveler = c.SearchText(own, people, keys), len(people) == 0
}

// traveler adds a person with what it is reached by.
func (b *batch) traveler(p *madeup.Person, country string) *traveler.Traveler {
	t := &traveler.Traveler{Title: p.Title, Family: p.Family, Given: p.Given, Middle: p.Middle, Preferred: p.Preferred,
		Former: p.Former, NativeName: p.Native, Sex: p.Sex, BirthDate: date.Date(p.BirthDate), Nationality: p.Nationality,
		Languages: strings.Join(p.Languages, ","), Occupation: p.Occupation, Company: p.Company}
	b.travelers = append(b.travelers, t)
	comms := b.reach(&t.Remarks, "traveler", int64(len(b.travelers)), country, p.Phones, p.Emails, "")
	t.Check()
	t.Phone, t.Email = contact.First(comms, "phone"), contact.First(comms, "email")
	t.Search = t.SearchText(comms)
	return t
}

// reach adds communications. What no longer is a phone or an address, because
// somebody mistyped it, is kept as a remark, as people do.
func (b *batch) reach(remarks *string, kind string, owner int64, country string, phones, emails []madeup.Value, web string) (out []contact.Communication) {
	add := func(typ string, v madeup.Value) {
		c := contact.Communication{OwnerKind: kind, OwnerID: owner, Type: typ, SubType: v.SubType, Value: v.Value, Primary: v.Primary,
			PermitMarketing: v.Marketing, Position: int64(len(out)), Region: country}
		if c.Check() != nil {
			*remarks = strings.TrimSpace(*remarks + "\n" + v.Value)
			return
		}
		out = append(out, c)
		b.comms = append(b.comms, &c)
	}
	for _, v := range phones {
		add("phone", v)
	}
	for _, v := range emails {
		add("email", v)
	}
	if web != "" {
		add("web", madeup.Value{Value: web})
	}
	return out
}

func (b *batch) place(owner int64, kind string, m madeup.Address) {
	b.addrs = append(b.addrs, &contact.Address{OwnerKind: "client", OwnerID: owner, Kind: kind, Street: m.Street,
		PostalCode: m.PostalCode, City: m.City, Region: m.Region, Country: m.Country})
}

// save stores the batch. The transaction may run again, so positions become ids on
// copies only.
func (b *batch) save(ctx context.Context, tx *db.Tx) error {
	tx.Now = tx.Now.Add(-b.age)
	clients, err := record.IDs(ctx, tx, "client", len(b.clients))
	if err != nil {
		return err
	}
	travelers, err := record.IDs(ctx, tx, "traveler", len(b.travelers))
	if err != nil {
		return err
	}
	owner := func(kind string, at int64) int64 {
		if kind == "client" {
			return clients[at-1]
		}
		return travelers[at-1]
	}
	for i, c := range b.clients {
		c.ID = clients[i]
	}
	for i, t := range b.travelers {
		t.ID = travelers[i]
	}
	for _, l := range b.links { // nobody has two
		t, c := b.travelers[l.TravelerID-1], b.clients[l.ClientID-1]
		t.OnlyClientID, t.OnlyClientKey = db.Ref(clients[l.ClientID-1]), c.Key()
	}
	links := copies(b.links, func(l *client.Link) {
		l.ClientID, l.TravelerID = clients[l.ClientID-1], travelers[l.TravelerID-1]
	})
	comms := copies(b.comms, func(c *contact.Communication) { c.OwnerID = owner(c.OwnerKind, c.OwnerID) })
	addrs := copies(b.addrs, func(a *contact.Address) { a.OwnerID = owner(a.OwnerKind, a.OwnerID) })
	tags := copies(b.tags, func(t *tag.Link) { t.OwnerID = owner(t.OwnerKind, t.OwnerID) })
	relations := copies(b.relations, func(r *traveler.Relation) { r.A, r.B = travelers[r.A-1], travelers[r.B-1] })
	ids := copies(b.ids, func(i *client.InterfaceID) { i.ClientID = clients[i.ClientID-1] })
	events := b.noted(clients, tx.Now)
	for _, step := range []func() error{
		func() error { return record.InsertMany(ctx, tx, b.clients) },
		func() error { return record.InsertMany(ctx, tx, b.travelers) },
		func() error { return record.InsertMany(ctx, tx, links) },
		func() error { return record.InsertMany(ctx, tx, comms) },
		func() error { return record.InsertMany(ctx, tx, addrs) },
		func() error { return record.InsertMany(ctx, tx, tags) },
		func() error { return record.InsertMany(ctx, tx, ids) },
		func() error { return record.InsertMany(ctx, tx, relations) },
		func() error { return record.InsertMany(ctx, tx, events) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func copies[T any](list []*T, set func(*T)) []*T {
	out := make([]*T, len(list))
	for i, p := range list {
		c := *p
		set(&c)
		out[i] = &c
	}
	return out
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
