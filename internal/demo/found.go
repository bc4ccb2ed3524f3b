// Package demo turns made-up people into records: the agency of `carnet demo`, and
// the data of the bench.
package demo

import (
	"context"
	"fmt"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/madeup"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
)

// Agency is a made-up agency in a database, with the ids of what its clients refer
// to. Branches and People stand in the order of madeup.Agency.
type Agency struct {
	ID       int64
	Made     madeup.Agency
	Branches []int64
	People   []int64

	types map[string]int64 // customer types by code
	tags  map[string]int64 // by name
}

// Found creates an agency with its offices, people, customer types and tags, and no
// clients. The people can't sign in: logins are given to them by package login.
func Found(ctx context.Context, d *db.DB, m madeup.Agency) (*Agency, error) {
	id, err := agency.NewID(ctx, d)
	if err != nil {
		return nil, fmt.Errorf("taking a number for %s: %w", m.Name, err)
	}
	a := &Agency{ID: id, Made: m, types: map[string]int64{}, tags: map[string]int64{}}
	err = d.Update(ctx, a.Actor(), func(tx *db.Tx) error {
		err := agency.Found(ctx, tx, &agency.Agency{Name: m.Name, LegalName: m.LegalName, TaxID: m.TaxID, Country: m.Country,
			Language: m.Language, Currency: m.Currency, TimeZone: m.TimeZone, Street: m.Street, PostalCode: m.PostalCode,
			City: m.City, Region: m.Region, Phone: m.Phone, Email: m.Email, Website: m.Website})
		if err != nil {
			return err
		}
		if err := a.people(ctx, tx); err != nil {
			return err
		}
		return a.labels(ctx, tx)
	})
	if err != nil {
		return nil, fmt.Errorf("creating %s: %w", m.Name, err)
	}
	return a, nil
}

// Actor is the program itself in the agency.
func (a *Agency) Actor() db.Actor { return db.System(a.ID) }

// people creates offices, departments and users.
func (a *Agency) people(ctx context.Context, tx *db.Tx) error {
	a.Branches, a.People = nil, nil
	for _, b := range a.Made.Branches {
		r := &agency.Branch{Name: b.Name, Code: b.Code, Street: b.Street, PostalCode: b.PostalCode, City: b.City,
			Country: a.Made.Country, Phone: b.Phone, Email: b.Email, Active: true}
		if err := record.Insert(ctx, tx, r); err != nil {
			return err
		}
		a.Branches = append(a.Branches, r.ID)
	}
	departments := map[string]db.Ref{}
	for _, name := range a.Made.Departments {
		r := &agency.Department{Name: name, Active: true}
		if err := record.Insert(ctx, tx, r); err != nil {
			return err
		}
		departments[name] = db.Ref(r.ID)
	}
	for _, e := range a.Made.People {
		r := &agency.User{Name: e.Given + " " + e.Family, Email: e.Email, Role: e.Role, BranchID: db.Ref(a.Branches[e.Branch]),
			DepartmentID: departments[e.Department], Status: "active", HasClients: e.Advises, Language: e.Language}
		if err := record.Insert(ctx, tx, r); err != nil {
			return err
		}
		a.People = append(a.People, r.ID)
	}
	return nil
}

// labels creates customer types and tags.
func (a *Agency) labels(ctx context.Context, tx *db.Tx) error {
	for _, t := range a.Made.CustomerTypes {
		r := &client.Type{Code: t.Code, Name: t.Name, Excluded: t.Hidden, Active: true,
			DefaultOf: map[string]string{"P": "personal", "B": "corporate"}[t.Code]}
		if err := record.Insert(ctx, tx, r); err != nil {
			return err
		}
		a.types[t.Code] = r.ID
	}
	for _, t := range a.Made.Tags {
		r := &tag.Tag{Kind: t.Kind, Name: t.Name, Active: true}
		if err := record.Insert(ctx, tx, r); err != nil {
			return err
		}
		a.tags[t.Name] = r.ID
	}
	return a.fields(ctx, tx)
}
