package app

import (
	"context"
	"fmt"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/email"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// operator is the person at the command line: the program itself, inside one agency.
func operator(agencyID int64) db.Actor {
	a := db.System(agencyID)
	a.Via = "cli"
	return a
}

// Person finds who signs in with an e-mail address. It returns the operator as an
// actor in that person's agency, and the person's id; NotFound for nobody.
func (a *App) Person(ctx context.Context, address string) (db.Actor, int64, error) {
	norm, ok := email.Parse(address)
	if !ok {
		return db.Actor{}, 0, errs.Bad("email", "error.email")
	}
	var agencyID, id int64
	err := a.DB.Local(ctx, func(tx *db.Tx) error {
		return tx.Row(ctx, "SELECT agency_id, user_id FROM login WHERE email = $1", []any{norm}, &agencyID, &id)
	})
	if errs.Is(err, errs.NotFound) {
		err = fmt.Errorf("nobody signs in with %s", norm)
	}
	return operator(agencyID), id, err
}

// As returns a person as an actor, with their rights and no more.
func (a *App) As(ctx context.Context, agencyID, userID int64) (actor db.Actor, err error) {
	err = a.DB.View(ctx, operator(agencyID), func(tx *db.Tx) error {
		u := new(agency.User)
		if err := record.Get(ctx, tx, u, userID); err != nil {
			return err
		}
		if u.Status != "active" {
			return errs.New(errs.Conflict, "login.error.not_active")
		}
		ag, err := agency.Current(ctx, tx)
		if err != nil {
			return err
		}
		actor = agency.ActorOf(ag, u, "cli")
		return nil
	})
	return actor, err
}

// EachAgency runs fn in every agency, the oldest first.
func (a *App) EachAgency(ctx context.Context, fn func(context.Context, *db.Tx, *agency.Agency) error) error {
	ids, err := agency.IDs(ctx, a.DB)
	if err != nil {
		return err
	}
	for _, id := range ids {
		err := a.DB.View(ctx, operator(id), func(tx *db.Tx) error {
			ag, err := agency.Current(ctx, tx)
			if errs.Is(err, errs.NotFound) {
				return nil // a number that was taken and never used
			}
			if err != nil {
				return err
			}
			return fn(ctx, tx, ag)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// AgencyNamed returns the operator as an actor in the agency of that name, or in the
// only agency for the empty name, and the agency's name.
func (a *App) AgencyNamed(ctx context.Context, name string) (actor db.Actor, found string, err error) {
	var names []string
	err = a.EachAgency(ctx, func(_ context.Context, tx *db.Tx, ag *agency.Agency) error {
		names = append(names, ag.Name)
		if name == "" || strings.EqualFold(ag.Name, name) {
			actor, found = tx.Actor, ag.Name
		}
		return nil
	})
	switch {
	case err != nil:
	case found == "":
		err = fmt.Errorf("there is no agency %q, but %s", name, strings.Join(names, ", "))
	case name == "" && len(names) > 1:
		err = fmt.Errorf("name one of the agencies: %s", strings.Join(names, ", "))
	}
	return actor, found, err
}
