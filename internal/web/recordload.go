package web

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// load reads all that the page shows.
func (v *recordView) load(ctx context.Context, tx *db.Tx) error {
	tx.ByKeys()
	around, inside := db.Part(v.loadHomes), []db.Part{v.loadReach, v.loadParts, v.loadHistory}
	if v.ref.Kind == "client" {
		around, inside = v.loadMembers, append(inside, v.loadInternal)
	}
	if err := tx.Together(ctx, v.loadRecord, around); err != nil {
		return err
	}
	v.tellPerson()
	if err := tx.Together(ctx, inside...); err != nil {
		return err
	}
	if err := v.loadBetween(ctx, tx); err != nil {
		return err
	}
	return tx.Together(ctx, v.loadPresent, v.loadComplete, v.loadNames)
}

// tellPerson finds out whose sections the page shows: a personal client with a single
// traveler is shown as one with them.
func (v *recordView) tellPerson() {
	if v.client != nil && len(v.members) == 1 && v.client.Kind == "personal" {
		v.person = &v.members[0].T
	}
}

func (v *recordView) loadRecord(ctx context.Context, tx *db.Tx) error {
	read := func(ctx context.Context, tx *db.Tx) error {
		if v.ref.Kind == "client" {
			v.client = new(client.Client)
			return record.Get(ctx, tx, v.client, v.ref.ID)
		}
		v.person = new(traveler.Traveler)
		return record.Get(ctx, tx, v.person, v.ref.ID)
	}
	ask := func(ctx context.Context, tx *db.Tx) error {
		switch err := record.Editable(ctx, tx, v.ref); {
		case err == nil:
			v.may = v.p.Actor.May("client.edit") && !v.p.Actor.ReadOnly
		case !errs.Is(err, errs.Forbidden):
			return err
		}
		return nil
	}
	if tx.EditsWhatItSees(v.ref.Kind) { // the record itself is the answer
		if err := read(ctx, tx); err != nil {
			return err
		}
		return ask(ctx, tx)
	}
	return tx.Together(ctx, read, ask)
}

// loadReach reads communications, addresses and tags, on the page of a client
// with one traveler those of both.
func (v *recordView) loadReach(ctx context.Context, tx *db.Tx) error {
	refs := v.refs()
	comms, addrs := make([][]contact.Communication, len(refs)), make([][]contact.Address, len(refs))
	parts := []db.Part{db.Into(&v.tags, tag.Of, v.ref)}
	for i, ref := range refs {
		parts = append(parts, db.Into(&comms[i], contact.Of, ref), db.Into(&addrs[i], contact.AddressesOf, ref))
	}
	err := tx.Together(ctx, parts...)
	v.comms, v.addrs = slices.Concat(comms...), slices.Concat(addrs...)
	return err
}

// refs are the records that the page shows as one: a client with its only traveler.
func (v *recordView) refs() []record.Ref {
	if person, ok := v.personRef(); ok && person != v.ref {
		return []record.Ref{v.ref, person}
	}
	return []record.Ref{v.ref}
}
