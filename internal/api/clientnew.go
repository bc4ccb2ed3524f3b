package api

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
)

// partsNew are the parts that a new client or traveler may bring.
var partsNew = []member{
	array("communications", "How to reach them.", communicationModel.write),
	array("addresses", "A physical and a mailing address.", addressModel.write),
	array("tags", "Tags by name.", tagOnNew),
}

var travelerOfClient = travelerModel.write.with("ClientTravelerNew",
	"A traveler of a new client: an existing one by id alone, or a new one by name.", slices.Concat(partsNew, []member{
		text("role", "What the traveler is to the client, in your own words.", "spouse").orNull(),
		yesno("primary", "The traveler who stands for the client; the first one where nothing is said.", true),
	})...).settable(number("id", "Number of a traveler that exists already.", 3))

var clientNew = clientModel.write.with("ClientNew", "A new client with what hangs on it.", slices.Concat([]member{
	array("travelers", "The travelers in their order.", travelerOfClient),
	array("interface_ids", "Keys by which booking systems name the client.", interfaceIDModel.write),
}, partsNew)...)

// settable returns the schema with a member that callers may set after all.
func (s *schema) settable(m member) *schema {
	for i := range s.members {
		if s.members[i].name == m.name {
			s.members[i] = m
		}
	}
	return s
}

func commsOf(o object) (out []contact.Communication) {
	for i, c := range objectsOf(o, "communications") {
		var x contact.Communication
		communicationModel.fill(&x, c)
		x.Position = int64(i)
		out = append(out, x)
	}
	return out
}

func addressesOf(o object) (out []contact.Address) {
	for _, a := range objectsOf(o, "addresses") {
		var x contact.Address
		addressModel.fill(&x, a)
		out = append(out, x)
	}
	return out
}

func tagsOf(o object) (out []flow.TagValue) {
	for _, t := range objectsOf(o, "tags") {
		out = append(out, flow.TagValue{Name: textOf(t, "name"), Value: textOf(t, "value")})
	}
	return out
}

func newTraveler(o object) flow.NewTraveler {
	t := flow.NewTraveler{ID: intOf(o, "id"), Role: textOf(o, "role"), Primary: boolOf(o, "primary"),
		Communications: commsOf(o), Addresses: addressesOf(o), Tags: tagsOf(o)}
	travelerModel.fill(&t.Traveler, o)
	return t
}

// createClient saves a client and answers it. The derived columns are written only
// when the transaction ends, so they are computed here as they will be.
func createClient(ctx context.Context, tx *db.Tx, q *req) error {
	n := &flow.NewClient{Communications: commsOf(q.body), Addresses: addressesOf(q.body), Tags: tagsOf(q.body)}
	clientModel.fill(&n.Client, q.body)
	var bad errs.Collect
	for i, o := range objectsOf(q.body, "travelers") {
		t := newTraveler(o)
		if t.ID != 0 {
			for name := range o {
				if name != "id" && name != "role" && name != "primary" {
					bad.Add(fmt.Sprintf("travelers[%d].%s", i, name), "api.existing_traveler")
				}
			}
		}
		n.Travelers = append(n.Travelers, t)
	}
	if err := bad.Err(); err != nil {
		return err
	}
	for _, o := range objectsOf(q.body, "interface_ids") {
		var x client.InterfaceID
		interfaceIDModel.fill(&x, o)
		n.InterfaceIDs = append(n.InterfaceIDs, x)
	}
	if err := flow.CreateClient(ctx, tx, n); err != nil {
		return err
	}
	if err := derived(ctx, tx, n); err != nil {
		return err
	}
	q.location = clientPath(n.Client.ID)
	return answerNewClient(ctx, tx, q, n)
}

// derived sets what lists show of a new client, as package client will.
func derived(ctx context.Context, tx *db.Tx, n *flow.NewClient) error {
	c := &n.Client
	c.Phone, c.Email = contact.First(n.Communications, "phone"), contact.First(n.Communications, "email")
	people := slices.Clone(n.Travelers)
	slices.SortStableFunc(people, func(a, b flow.NewTraveler) int { return cmp.Compare(rank(a), rank(b)) })
	for i := range people {
		t := &people[i]
		phone, mail := contact.First(t.Communications, "phone"), contact.First(t.Communications, "email")
		if t.Traveler.ID == 0 { // one that existed
			if err := tx.Row(ctx, "SELECT t.phone, t.email FROM {traveler} t WHERE t.id = $1", []any{t.ID}, &phone, &mail); err != nil {
				return err
			}
		}
		c.Phone, c.Email = cmp.Or(c.Phone, phone), cmp.Or(c.Email, mail)
	}
	slices.SortStableFunc(n.Addresses, func(a, b contact.Address) int { return cmp.Compare(b.Kind, a.Kind) })
	c.City, c.Country = "", ""
	if len(n.Addresses) > 0 {
		c.City, c.Country = n.Addresses[0].City, n.Addresses[0].Country
	}
	return nil
}

func rank(t flow.NewTraveler) int {
	if t.Primary {
		return 0
	}
	return 1
}

// answerNewClient writes what was just saved and reads only what the caller can't
// know: the links to travelers and tags.
func answerNewClient(ctx context.Context, tx *db.Tx, q *req, n *flow.NewClient) error {
	b := clientModel.append(append(q.out, '{'), &n.Client, q.actor)
	b = append(appendKey(b, "travelers"), '[')
	var err error
	if len(n.Travelers) > 0 {
		if b, err = appendClientTravelers(ctx, tx, b, n.Client.ID); err != nil {
			return err
		}
	}
	b = append(b, ']')
	b = appendRecords(appendKey(b, "communications"), communicationModel, n.Communications, q.actor)
	b = appendRecords(appendKey(b, "addresses"), addressModel, n.Addresses, q.actor)
	var tags []tag.On
	if len(n.Tags) > 0 {
		if tags, err = tag.Of(ctx, tx, record.Ref{Kind: "client", ID: n.Client.ID}); err != nil {
			return err
		}
	}
	b = appendTags(appendKey(b, "tags"), tags)
	b = appendRecords(appendKey(b, "interface_ids"), interfaceIDModel, n.InterfaceIDs, q.actor)
	q.out, q.etag = append(b, '}'), n.Client.Version
	return nil
}
