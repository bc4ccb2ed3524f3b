package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/madeup"
	"github.com/carnetcrm/carnet/internal/password"
)

// Password is that of everybody in a demo. It is printed and shown on the sign-in
// page: a demo keeps no secrets.
const Password = "Kompas-Azymut-2026"

// Login is a made-up person who can sign in.
type Login struct{ Name, Role, Branch, Email, Password string }

// Fill makes up the agency Azymut Travel with so many clients and lets its people
// sign in.
func Fill(ctx context.Context, d *db.DB, s *login.Service, clients int) ([]Login, error) {
	made := madeup.Azymut()
	a, err := Found(ctx, d, made)
	if err != nil {
		return nil, err
	}
	// One hash serves all: hashing is slow on purpose.
	hash, err := password.Hash(Password)
	if err != nil {
		return nil, err
	}
	var out []Login
	err = d.Update(ctx, a.Actor(), func(tx *db.Tx) error {
		out = nil
		for i, p := range made.People {
			if err := s.Enable(ctx, tx, a.People[i], hash); err != nil {
				return err
			}
			out = append(out, Login{p.Given + " " + p.Family, p.Role, made.Branches[p.Branch].Name, p.Email, Password})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("giving made-up people a password: %w", err)
	}
	g := madeup.New(madeup.Options{Seed: 1, Agency: made, Today: time.Now()})
	if err := Load(ctx, d, a, g, 0, clients, nil); err != nil {
		return nil, err
	}
	if err := Documents(ctx, d, a); err != nil {
		return out, err
	}
	if err := Tastes(ctx, d, a); err != nil {
		return out, err
	}
	if err := Marketing(ctx, d, a); err != nil {
		return out, err
	}
	return out, Links(ctx, d, a)
}
