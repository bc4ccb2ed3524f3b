// Package agency keeps the agencies and their people: branches, departments,
// users, roles, and what each role may do and see.
package agency

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/email"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// Tables are the tenant tables of this package. Everybody in an agency knows its
// offices and its people; administrators change them.
var Tables = []db.Table{
	{Name: "agency", Settled: true, View: db.Everybody, Edit: db.Everybody.With("agency.manage")},
	{Name: "branch", Settled: true, View: db.Everybody, Edit: db.Everybody.With("agency.manage")},
	{Name: "department", Settled: true, View: db.Everybody, Edit: db.Everybody.With("agency.manage")},
	{Name: "user", Settled: true, View: db.Everybody, Edit: db.Rule{Own: "id = :user", Branch: "id = :user", Agency: "id = :user", Lift: "user.manage"}},
	{Name: "user_setting", View: db.Same("user_id = :user"), Edit: db.Same("user_id = :user")},
}

var _ = record.Register(
	record.Kind{Name: "agency", New: func() record.Record { return new(Agency) }},
	record.Kind{Name: "branch", New: func() record.Record { return new(Branch) }},
	record.Kind{Name: "department", New: func() record.Record { return new(Department) }},
	record.Kind{Name: "user", New: func() record.Record { return new(User) }},
	record.Kind{Name: "user_setting", New: func() record.Record { return new(Setting) }},
)

// Agency is a tenant: a travel agency and its settings.
type Agency struct {
	record.Base
	Name          string `db:"name" history:"track"`
	LegalName     string `db:"legal_name" history:"track"`
	TaxID         string `db:"tax_id" history:"track"`
	Street        string `db:"street" history:"track"`
	Street2       string `db:"street2" history:"track"`
	PostalCode    string `db:"postal_code" history:"track"`
	City          string `db:"city" history:"track"`
	Region        string `db:"region" history:"track"`
	Country       string `db:"country" history:"track"` // ISO 3166, the home region of phone numbers
	Phone         string `db:"phone" history:"track"`
	Email         string `db:"email" history:"track"`
	Website       string `db:"website" history:"track"`
	Logo          string `db:"logo" history:"track"`      // hash in the file store
	TimeZone      string `db:"time_zone" history:"track"` // IANA name: "today" is a day of this zone
	Currency      string `db:"currency" history:"track"`  // ISO 4217
	Language      string `db:"language" history:"track"`  // one of i18n.Langs
	SeeManager    string `db:"see_manager" history:"track"`
	SeeAssistant  string `db:"see_assistant" history:"track"`
	SeeAgent      string `db:"see_agent" history:"track"`
	SeeAccountant string `db:"see_accountant" history:"track"`
	SeeAuditor    string `db:"see_auditor" history:"track"`
	NoExport      bool   `db:"no_export" history:"track"` // nobody exports, whatever their role (L40)

	// RevealLimit is how many secrets one person may look at in an hour.
	RevealLimit int64 `db:"reveal_limit" history:"track"`
	// PassportMonths is how long a passport must be valid after the return where the
	// country asks for nothing else.
	PassportMonths int64 `db:"passport_months" history:"track"`
}

// Table names the table and the kind.
func (*Agency) Table() string { return "agency" }

// Check tidies a and reports what is wrong with it.
func (a *Agency) Check() error {
	var c errs.Collect
	a.Name = strings.TrimSpace(a.Name)
	c.Required("name", a.Name)
	c.MaxLen("name", a.Name, 200)
	if _, err := time.LoadLocation(a.TimeZone); err != nil || a.TimeZone == "" {
		c.Add("time_zone", "agency.error.time_zone")
	}
	a.Currency = strings.ToUpper(strings.TrimSpace(a.Currency))
	if len(a.Currency) != 3 {
		c.Add("currency", "agency.error.currency")
	}
	c.OneOf("language", a.Language, i18n.Langs...)
	if a.RevealLimit == 0 {
		a.RevealLimit = 30
	}
	if a.RevealLimit < 1 || a.RevealLimit > 1000 {
		c.Add("reveal_limit", "agency.error.reveal_limit")
	}
	if a.PassportMonths < 0 || a.PassportMonths > 24 {
		c.Add("passport_months", "agency.error.passport_months")
	}
	for _, s := range []struct {
		path  string
		scope *string
	}{{"see_manager", &a.SeeManager}, {"see_assistant", &a.SeeAssistant}, {"see_agent", &a.SeeAgent},
		{"see_accountant", &a.SeeAccountant}, {"see_auditor", &a.SeeAuditor}} {
		if *s.scope == "" {
			*s.scope = defaultScope[s.path]
		}
		c.OneOf(s.path, *s.scope, "own", "branch", "agency")
	}
	return c.Err()
}

// defaultScope is who sees which clients when nobody decided otherwise.
var defaultScope = map[string]string{"see_manager": "branch", "see_assistant": "branch",
	"see_agent": "own", "see_accountant": "agency", "see_auditor": "agency"}

// ScopeOf returns how far a role sees.
func (a *Agency) ScopeOf(role string) db.Scope {
	switch role {
	case Administrator:
		return db.Agency
	case Manager:
		return db.ParseScope(a.SeeManager)
	case Assistant:
		return db.ParseScope(a.SeeAssistant)
	case Accountant:
		return db.ParseScope(a.SeeAccountant)
	case Auditor:
		return db.ParseScope(a.SeeAuditor)
	}
	return db.ParseScope(a.SeeAgent)
}

// zones are the time zones that were asked for: the library reads one from the disk
// each time, and a page asks for each moment that it shows.
var zones sync.Map // name -> *time.Location

// Location returns the agency's time zone, UTC when it is unknown.
func (a *Agency) Location() *time.Location {
	if loc, ok := zones.Load(a.TimeZone); ok {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(a.TimeZone)
	if err != nil {
		return time.UTC // not kept: names are as many as somebody may think of
	}
	zones.Store(a.TimeZone, loc)
	return loc
}

// Branch is an office or sub-agency.
type Branch struct {
	record.Base
	Name       string `db:"name" history:"track"`
	Code       string `db:"code" history:"track"`
	Street     string `db:"street" history:"track"`
	PostalCode string `db:"postal_code" history:"track"`
	City       string `db:"city" history:"track"`
	Country    string `db:"country" history:"track"`
	Phone      string `db:"phone" history:"track"`
	Email      string `db:"email" history:"track"`
	Active     bool   `db:"active" history:"track"`
}

// Table names the table and the kind.
func (*Branch) Table() string { return "branch" }

// Check tidies b and reports what is wrong with it.
func (b *Branch) Check() error {
	var c errs.Collect
	b.Name, b.Code = strings.TrimSpace(b.Name), strings.TrimSpace(b.Code)
	c.Required("name", b.Name)
	c.MaxLen("name", b.Name, 100)
	return c.Err()
}

// Unique names the field of a violated constraint.
func (*Branch) Unique(string) string { return "name" }

// Department groups people, inside a branch or across the agency.
type Department struct {
	record.Base
	Name     string `db:"name" history:"track"`
	BranchID db.Ref `db:"branch_id" history:"track"`
	Active   bool   `db:"active" history:"track"`
}

// Table names the table and the kind.
func (*Department) Table() string { return "department" }

// Check tidies d and reports what is wrong with it.
func (d *Department) Check() error {
	var c errs.Collect
	d.Name = strings.TrimSpace(d.Name)
	c.Required("name", d.Name)
	c.MaxLen("name", d.Name, 100)
	return c.Err()
}

// Unique names the field of a violated constraint.
func (*Department) Unique(string) string { return "name" }

// User is a person who works in the agency. How they prove who they are is in
// the tables of logins.
type User struct {
	record.Base
	Name         string   `db:"name" history:"track"`
	NameKey      string   `db:"name_key" history:"-"`
	Email        string   `db:"email" history:"track"` // normalised; unique across agencies by table login
	Phone        string   `db:"phone" history:"track"`
	Role         string   `db:"role" history:"track"`
	BranchID     db.Ref   `db:"branch_id" history:"track"`
	DepartmentID db.Ref   `db:"department_id" history:"track"`
	Status       string   `db:"status" history:"track"`      // invited, active, disabled
	HasClients   bool     `db:"has_clients" history:"track"` // may be chosen as an advisor
	Language     string   `db:"language" history:"-"`        // "" is the agency's
	Theme        string   `db:"theme" history:"-"`           // light, dark; "" follows the system
	Density      string   `db:"density" history:"-"`         // compact; "" is comfortable
	LastSeenAt   db.Stamp `db:"last_seen_at" history:"-"`
}

// Table names the table and the kind.
func (*User) Table() string { return "user" }

// Check tidies u and reports what is wrong with it.
func (u *User) Check() error {
	var c errs.Collect
	u.Name = strings.TrimSpace(u.Name)
	u.NameKey = fold.Key(u.Name)
	c.Required("name", u.Name)
	c.MaxLen("name", u.Name, 100)
	if norm, ok := email.Parse(u.Email); ok {
		u.Email = norm
	} else {
		c.Add("email", "error.email")
	}
	c.OneOf("role", u.Role, Roles...)
	c.OneOf("status", u.Status, "invited", "active", "disabled")
	if u.Language != "" {
		c.OneOf("language", u.Language, i18n.Langs...)
	}
	c.OneOf("theme", u.Theme, "", "light", "dark")
	c.OneOf("density", u.Density, "", "compact")
	return c.Err()
}

// Unique names the field of a violated constraint.
func (*User) Unique(string) string { return "email" }

// Guard keeps people from giving themselves more than they have: only who manages
// users changes roles, status and offices. An agency keeps at least one
// administrator.
func (u *User) Guard(ctx context.Context, tx *db.Tx, old record.Record) error {
	was, _ := old.(*User)
	if !tx.Actor.May("user.manage") {
		if was == nil || was.Role != u.Role || was.Status != u.Status || was.BranchID != u.BranchID ||
			was.DepartmentID != u.DepartmentID || was.HasClients != u.HasClients || was.Email != u.Email {
			return errs.New(errs.Forbidden, "error.forbidden")
		}
	}
	if was == nil {
		return nil
	}
	return u.follow(ctx, tx, was)
}

// ActorOf returns u as the actor of a request. Where the agency has switched exporting
// off, nobody has the right to.
func ActorOf(a *Agency, u *User, via string) db.Actor {
	return db.Actor{AgencyID: a.ID, UserID: u.ID, BranchID: int64(u.BranchID),
		Scope: a.ScopeOf(u.Role), Rights: rightsIn(a, u.Role), Via: via}
}

// Setting is a small thing that a person set for themselves.
type Setting struct {
	record.Base
	UserID db.Ref `db:"user_id" history:"-"`
	Name   string `db:"name" history:"-"`
	Value  string `db:"value" history:"-"`
}

// Table names the table and the kind.
func (*Setting) Table() string { return "user_setting" }

// Check reports what is wrong with s.
func (s *Setting) Check() error {
	var c errs.Collect
	c.Required("name", s.Name)
	c.MaxLen("name", s.Name, 100)
	c.MaxLen("value", s.Value, 20000)
	return c.Err()
}

// SaveSetting stores what the actor set under name.
func SaveSetting(ctx context.Context, tx *db.Tx, name, value string) error {
	var s []Setting
	if err := record.Select(ctx, tx, &s, "WHERE r.name = $1", name); err != nil {
		return err
	}
	if len(s) == 0 {
		return record.Insert(ctx, tx, &Setting{UserID: db.Ref(tx.Actor.UserID), Name: name, Value: value})
	}
	return record.Edit(ctx, tx, &s[0], s[0].ID, 0, func() error { s[0].Value = value; return nil })
}

// GetSetting returns what the actor set under name, "" if nothing.
func GetSetting(ctx context.Context, tx *db.Tx, name string) (string, error) {
	var s []Setting
	err := record.Select(ctx, tx, &s, "WHERE r.name = $1", name)
	if err != nil || len(s) == 0 {
		return "", err
	}
	return s[0].Value, nil
}

// Advisors returns the people who may have clients, by name: those who can be
// chosen as an advisor.
func Advisors(ctx context.Context, tx *db.Tx) ([]User, error) {
	var out []User
	err := record.Select(ctx, tx, &out, "WHERE r.has_clients AND r.status <> 'disabled' ORDER BY r.name_key, r.id")
	return out, err
}

// Current returns the actor's agency.
func Current(ctx context.Context, tx *db.Tx) (*Agency, error) {
	v, err := tx.Memo("agency", func() (any, error) {
		var a []Agency
		err := record.Kept(ctx, tx, &a, "WHERE r.id = $1", tx.Actor.AgencyID)
		if err == nil && len(a) == 0 {
			err = errs.Missing()
		}
		if err != nil {
			return nil, err
		}
		return &a[0], nil
	})
	if err != nil {
		return nil, err
	}
	return v.(*Agency), nil
}

// NewID takes a fresh agency id. It runs outside of any agency.
func NewID(ctx context.Context, d *db.DB) (int64, error) {
	var id int64
	err := d.UpdateLocal(ctx, func(tx *db.Tx) error {
		return tx.Row(ctx, "INSERT INTO agency_registry (created_at) VALUES ($1) RETURNING id", []any{tx.Now}, &id)
	})
	return id, err
}

// Found creates an agency with id (from NewID) as its first record.
func Found(ctx context.Context, tx *db.Tx, a *Agency) error {
	a.ID = tx.Actor.AgencyID
	if a.PassportMonths == 0 {
		a.PassportMonths = 6
	}
	if err := record.InsertMany(ctx, tx, []*Agency{a}); err != nil {
		return fmt.Errorf("creating the agency: %w", err)
	}
	return nil
}

// IsRole reports whether the text names a role.
func IsRole(s string) bool { return slices.Contains(Roles, s) }

// Lists begin their days, and read phone numbers, where the agency is.
func init() {
	list.ZoneOf = func(ctx context.Context, tx *db.Tx) (*time.Location, error) {
		a, err := Current(ctx, tx)
		if err != nil {
			return nil, err
		}
		return a.Location(), nil
	}
	list.RegionOf = func(ctx context.Context, tx *db.Tx) (string, error) {
		a, err := Current(ctx, tx)
		if err != nil {
			return "", err
		}
		return a.Country, nil
	}
}
