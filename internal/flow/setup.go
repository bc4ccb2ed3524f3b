package flow

import (
	"context"
	"fmt"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/password"
	"github.com/carnetcrm/carnet/internal/record"
)

// NewAgency is an agency with its first branch and its first administrator.
type NewAgency struct {
	Agency   agency.Agency
	Branch   string // name of the first branch; the agency's when empty
	Admin    agency.User
	Password string // "" has the administrator choose one by the returned link
}

// NeedsSetup reports whether there is no agency yet: the first start.
func NeedsSetup(ctx context.Context, d *db.DB) (bool, error) {
	var n int64
	err := d.Local(ctx, func(tx *db.Tx) error { return agencies(ctx, tx, &n) })
	return n == 0, err
}

func agencies(ctx context.Context, tx *db.Tx, n *int64) error {
	return tx.Row(ctx, "SELECT count(*) FROM agency_registry", nil, n)
}

// Setup is the first start: it creates the agency and its administrator, all or
// nothing, and only while there is no agency. Of two at the same moment one gets a
// Conflict. Errors of fields carry paths such as "agency.name" and "admin.email".
func Setup(ctx context.Context, d *db.DB, s *login.Service, n *NewAgency) error {
	_, err := found(ctx, d, s, n, func(tx *db.Tx) error {
		var count int64
		if err := agencies(ctx, tx, &count); err != nil {
			return err
		}
		if count > 0 {
			return errs.New(errs.Conflict, "agency.error.exists")
		}
		_, err := tx.Exec(ctx, "INSERT INTO first_start (one) VALUES (1)") // the second of two stops here
		if errs.Is(err, errs.Conflict) {
			err = errs.New(errs.Conflict, "agency.error.exists")
		}
		return err
	})
	return err
}

// AddAgency creates a further agency, as the command line does. Without a password
// it returns the path of the link by which the administrator chooses one.
func AddAgency(ctx context.Context, d *db.DB, s *login.Service, n *NewAgency) (path string, err error) {
	return found(ctx, d, s, n, func(*db.Tx) error { return nil })
}

func found(ctx context.Context, d *db.DB, s *login.Service, n *NewAgency, may func(*db.Tx) error) (path string, err error) {
	hash, err := n.check()
	if err != nil {
		return "", err
	}
	err = d.UpdateLocal(ctx, func(tx *db.Tx) error {
		if err := may(tx); err != nil {
			return err
		}
		var id int64
		if err := tx.Row(ctx, "INSERT INTO agency_registry (created_at) VALUES ($1) RETURNING id", []any{tx.Now}, &id); err != nil {
			return err
		}
		// From here on the transaction belongs to the agency that it creates.
		tx.Actor = db.System(id)
		tx.Actor.Via = "cli"
		path, err = n.fill(ctx, tx, s, hash)
		return err
	})
	return path, err
}

// check tidies the records and gathers what is wrong with all of them at once.
func (n *NewAgency) check() (hash string, err error) {
	a, u := &n.Agency, &n.Admin
	u.Role, u.Status, u.HasClients = agency.Administrator, "invited", true
	var bad errs.Collect
	if err := bad.Merge("agency.", a.Check()); err != nil {
		return "", err
	}
	if err := bad.Merge("admin.", u.Check()); err != nil {
		return "", err
	}
	if n.Password != "" {
		if err := bad.Merge("", password.Check(n.Password, u.Name, u.Email, a.Name)); err != nil {
			return "", err
		}
	}
	if err := bad.Err(); err != nil || n.Password == "" {
		return "", err
	}
	return password.Hash(n.Password)
}

func (n *NewAgency) fill(ctx context.Context, tx *db.Tx, s *login.Service, hash string) (path string, err error) {
	if err := agency.Found(ctx, tx, &n.Agency); err != nil {
		return "", err
	}
	b := &agency.Branch{Name: n.Branch, Country: n.Agency.Country, City: n.Agency.City, Active: true}
	if b.Name == "" {
		b.Name = n.Agency.Name
		if r := []rune(b.Name); len(r) > 100 {
			b.Name = string(r[:100])
		}
	}
	if err := record.Insert(ctx, tx, b); err != nil {
		return "", err
	}
	if err := customerTypes(ctx, tx, n.Agency.Language); err != nil {
		return "", err
	}
	n.Admin.BranchID = db.Ref(b.ID)
	path, err = s.Invite(ctx, tx, &n.Admin)
	if err != nil {
		var bad errs.Collect
		if err := bad.Merge("admin.", err); err != nil {
			return "", err
		}
		return "", bad.Err()
	}
	if hash == "" {
		return path, nil
	}
	n.Admin.Status = "active"
	return "", s.Enable(ctx, tx, n.Admin.ID, hash)
}

// customerTypes are those that an agency starts with (L26), named in its language.
func customerTypes(ctx context.Context, tx *db.Tx, lang string) error {
	l := i18n.For(lang)
	for _, t := range []client.Type{
		{Code: "B", Name: l.T("customer_type.business"), DefaultOf: "corporate"},
		{Code: "E", Name: l.T("customer_type.employee")}, // R012: colleagues are accounts like any other
		{Code: "G", Name: l.T("customer_type.group")},
		{Code: "H", Name: l.T("customer_type.house")},
		{Code: "P", Name: l.T("customer_type.personal"), DefaultOf: "personal"},
	} {
		t.Active = true
		if err := record.Insert(ctx, tx, &t); err != nil {
			return fmt.Errorf("adding customer type %s: %w", t.Code, err)
		}
	}
	return nil
}
