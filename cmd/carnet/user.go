package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/app"
	"github.com/carnetcrm/carnet/internal/config"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/password"
	"github.com/carnetcrm/carnet/internal/record"
)

// userCmd is "carnet user".
type userCmd struct {
	Add     userAdd     `cmd:"" help:"Add somebody; the first one comes with the agency."`
	List    userList    `cmd:"" help:"List people."`
	Reset   userReset   `cmd:"" name:"reset-password" help:"Make a link by which somebody sets a new password."`
	Role    userRole    `cmd:"" help:"Give somebody another role."`
	Disable userDisable `cmd:"" help:"Keep somebody from signing in."`
	Enable  userEnable  `cmd:"" help:"Let somebody sign in again."`
}

// withDB are the flags of a command that works on the database. A server may run
// on it at the same time.
type withDB struct {
	config.Config `embed:""`
	JSON          bool `env:"CARNET_JSON" help:"Print the result as JSON."`
}

// do opens the installation for fn. It makes none: in a mistyped folder, or in the wrong
// one where none was named, that would be an empty agency with a key of its own.
func (c *withDB) do(e *env, fn func(*app.App) error) error {
	if c.Database == "" {
		if _, err := os.Stat(c.DatabaseFile()); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no database in %s: name the data folder with --data", c.Data)
		}
	}
	return c.begin(e, fn)
}

// begin is do for what may be the first thing that is done with an installation.
func (c *withDB) begin(e *env, fn func(*app.App) error) (err error) {
	c.LogLevel = "warn"
	a, err := app.Open(e, &c.Config, app.Options{Version: version(), Log: c.Logger(e.err)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return fn(a)
}

// person finds somebody by e-mail and runs fn in their agency.
func (c *withDB) person(e *env, email string, fn func(ctx context.Context, a *app.App, tx *db.Tx, u *agency.User) error) error {
	return c.do(e, func(a *app.App) error {
		actor, id, err := a.Person(e, email)
		if err != nil {
			return err
		}
		return a.DB.Update(e, actor, func(tx *db.Tx) error {
			u := new(agency.User)
			if err := record.Get(e, tx, u, id); err != nil {
				return err
			}
			return fn(e, a, tx, u)
		})
	})
}

// userAdd is "carnet user add".
type userAdd struct {
	withDB     `embed:""`
	Email      string `arg:"" help:"E-mail address, by which they sign in."`
	Name       string `env:"CARNET_USER_NAME" required:"" help:"Name."`
	Role       string `env:"CARNET_USER_ROLE" default:"agent" enum:"administrator,manager,assistant,agent,accountant,auditor" help:"Role: ${enum}. The first one is always an administrator."`
	Branch     string `env:"CARNET_USER_BRANCH" help:"Name of their branch; the first one where there is just one."`
	Agency     string `env:"CARNET_AGENCY" help:"Name of the agency. A new one is created by --new-agency, and at the first start."`
	NewAgency  bool   `env:"CARNET_NEW_AGENCY" help:"Create a further agency with this person as its administrator."`
	Country    string `env:"CARNET_AGENCY_COUNTRY" default:"PL" help:"Country of a new agency, two letters."`
	TimeZone   string `env:"CARNET_AGENCY_TIME_ZONE" default:"Europe/Warsaw" help:"Time zone of a new agency."`
	Currency   string `env:"CARNET_AGENCY_CURRENCY" default:"EUR" help:"Currency of a new agency, three letters."`
	Language   string `env:"CARNET_AGENCY_LANGUAGE" default:"en" enum:"en,es,fr,pl,de" help:"Language of a new agency."`
	PasswordIn bool   `name:"password-stdin" env:"CARNET_PASSWORD_STDIN" help:"Read the password from standard input instead of printing a link."`
}

// Help is shown below the flags.
func (*userAdd) Help() string {
	return `Prints a link by which the person chooses a password. It works for seven days; with a
mail server set up it is mailed as well.

Examples:
  carnet user add ewa@example.com --name "Ewa Zawistowska" --agency "Azymut Travel"
  echo "$PASSWORD" | carnet user add jo@example.com --name "Jo Wrona" --role agent --password-stdin`
}

// Run adds the person.
func (c *userAdd) Run(e *env) error {
	secret := ""
	if c.PasswordIn {
		line, err := bufio.NewReader(e.in).ReadString('\n')
		if secret = strings.TrimRight(line, "\r\n"); secret == "" {
			return fmt.Errorf("reading the password: %w", errors.Join(err, errors.New("nothing on standard input")))
		}
	}
	return c.begin(e, func(a *app.App) error {
		first, err := flow.NeedsSetup(e, a.DB)
		if err != nil {
			return err
		}
		var path string
		if first || c.NewAgency {
			path, err = c.found(e, a, secret)
		} else {
			path, err = c.join(e, a, secret)
		}
		if err != nil {
			return err
		}
		return c.tell(e, path, "choose a password", "seven days")
	})
}

// found creates an agency with the person as its administrator.
func (c *userAdd) found(e *env, a *app.App, secret string) (string, error) {
	if c.Agency == "" {
		return "", errors.New(`there is no agency yet: name it with --agency "Azymut Travel"`)
	}
	return flow.AddAgency(e, a.DB, a.Login, &flow.NewAgency{Password: secret,
		Agency: agency.Agency{Name: c.Agency, Country: strings.ToUpper(c.Country), TimeZone: c.TimeZone, Currency: c.Currency, Language: c.Language},
		Admin:  agency.User{Name: c.Name, Email: c.Email}})
}

// join adds the person to an agency.
func (c *userAdd) join(e *env, a *app.App, secret string) (path string, err error) {
	actor, name, err := a.AgencyNamed(e, c.Agency)
	if err != nil {
		return "", err
	}
	hash := ""
	if secret != "" {
		if err := password.Check(secret, c.Name, c.Email, name); err != nil {
			return "", err
		}
		if hash, err = password.Hash(secret); err != nil {
			return "", err
		}
	}
	err = a.DB.Update(e, actor, func(tx *db.Tx) error {
		u := &agency.User{Name: c.Name, Email: c.Email, Role: c.Role,
			HasClients: c.Role != agency.Accountant && c.Role != agency.Auditor}
		if u.BranchID, err = branch(e, tx, c.Branch); err != nil {
			return err
		}
		if path, err = a.Login.Invite(e, tx, u); err != nil || hash == "" {
			return err
		}
		path = ""
		return a.Login.Enable(e, tx, u.ID, hash)
	})
	return path, err
}

// branch finds an office by name; the only one for the empty name.
func branch(ctx context.Context, tx *db.Tx, name string) (db.Ref, error) {
	var list []agency.Branch
	if err := record.Select(ctx, tx, &list, "WHERE r.active ORDER BY r.id"); err != nil {
		return 0, err
	}
	var names []string
	for _, b := range list {
		if strings.EqualFold(b.Name, name) || name == "" && len(list) == 1 {
			return db.Ref(b.ID), nil
		}
		names = append(names, b.Name)
	}
	return 0, fmt.Errorf("--branch: one of %s", strings.Join(names, ", "))
}

// tell prints a link.
func (c *withDB) tell(e *env, path, what, life string) error {
	link := ""
	if path != "" {
		link = c.Base() + path
	}
	if c.JSON {
		return printJSON(e, map[string]string{"link": link})
	}
	if link == "" {
		fmt.Fprintln(e.out, "Done. They can sign in at", c.Base())
		return nil
	}
	fmt.Fprintf(e.out, "This link lets them %s, once, for %s:\n%s\n", what, life, link)
	return nil
}

// userList is "carnet user list".
type userList struct {
	withDB `embed:""`
	Agency string `env:"CARNET_AGENCY" help:"Name of the agency; all of them without it."`
}

// Help is shown below the flags.
func (*userList) Help() string { return "Example:\n  carnet user list --data /srv/carnet" }

// listed is a person as the list prints them.
type listed struct {
	Agency string `json:"agency"`
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Email  string `json:"email"`
	Role   string `json:"role"`
	Status string `json:"status"`
	Branch string `json:"branch"`
}

// Run prints the people.
func (c *userList) Run(e *env) error {
	return c.do(e, func(a *app.App) error {
		people := []listed{}
		err := a.EachAgency(e, func(ctx context.Context, tx *db.Tx, ag *agency.Agency) error {
			if c.Agency != "" && !strings.EqualFold(ag.Name, c.Agency) {
				return nil
			}
			return tx.Each(ctx, `SELECT u.id, u.name, u.email, u.role, u.status, coalesce(b.name, '') FROM {user} u
				LEFT JOIN {branch} b ON b.id = u.branch_id ORDER BY u.name_key, u.id`, nil, func(rows db.Rows) error {
				p := listed{Agency: ag.Name}
				err := rows.Scan(&p.ID, &p.Name, &p.Email, &p.Role, &p.Status, &p.Branch)
				people = append(people, p)
				return err
			})
		})
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(e, people)
		}
		l := i18n.For(language())
		t := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
		for _, p := range people {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", p.Email, p.Name, l.T("agency.role."+p.Role), p.Status, p.Branch, p.Agency)
		}
		return t.Flush()
	})
}

// userReset is "carnet user reset-password".
type userReset struct {
	withDB `embed:""`
	Email  string `arg:"" help:"Who."`
}

// Help is shown below the flags.
func (*userReset) Help() string {
	return `For somebody who hasn't accepted the invitation yet it makes a new one.

Example:
  carnet user reset-password ewa@example.com`
}

// Run prints the link.
func (c *userReset) Run(e *env) error {
	var path string
	life := "a day"
	err := c.person(e, c.Email, func(ctx context.Context, a *app.App, tx *db.Tx, u *agency.User) (err error) {
		if u.Status == "invited" {
			life = "seven days"
			path, err = a.Login.InviteAgain(ctx, tx, u.ID)
			return err
		}
		path, err = a.Login.ResetLink(ctx, tx, u.ID)
		return err
	})
	if err != nil {
		return err
	}
	return c.tell(e, path, "choose a password", life)
}

// userRole is "carnet user role".
type userRole struct {
	withDB `embed:""`
	Email  string `arg:"" help:"Who."`
	Role   string `arg:"" enum:"administrator,manager,assistant,agent,accountant,auditor" help:"Role: ${enum}."`
}

// Help is shown below the flags.
func (*userRole) Help() string { return "Example:\n  carnet user role jo@example.com manager" }

// Run changes the role.
func (c *userRole) Run(e *env) error {
	return c.change(e, c.Email, func(ctx context.Context, _ *app.App, tx *db.Tx, u *agency.User) error {
		return record.Edit(ctx, tx, u, u.ID, 0, func() error { u.Role = c.Role; return nil })
	})
}

// change does something to a person and says that it is done.
func (c *withDB) change(e *env, email string, do func(context.Context, *app.App, *db.Tx, *agency.User) error) error {
	var name string
	err := c.person(e, email, func(ctx context.Context, a *app.App, tx *db.Tx, u *agency.User) error {
		name = u.Name
		return do(ctx, a, tx, u)
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e, map[string]bool{"done": true})
	}
	fmt.Fprintln(e.out, "Done:", name)
	return nil
}

// userDisable is "carnet user disable".
type userDisable struct {
	withDB `embed:""`
	Email  string `arg:"" help:"Who."`
	To     string `name:"hand-over-to" env:"CARNET_HAND_OVER_TO" placeholder:"EMAIL" help:"Who gets their clients."`
}

// Help is shown below the flags.
func (*userDisable) Help() string {
	return "Ends their sessions and tokens at once.\n\nExample:\n  carnet user disable jo@example.com --hand-over-to ewa@example.com"
}

// Run disables the person and hands over their clients.
func (c *userDisable) Run(e *env) error {
	return c.do(e, func(a *app.App) error {
		actor, id, err := a.Person(e, c.Email)
		if err != nil {
			return err
		}
		var to int64
		if c.To != "" {
			other, n, err := a.Person(e, c.To)
			if err != nil {
				return err
			}
			if other.AgencyID != actor.AgencyID {
				return errs.Missing()
			}
			to = n
		}
		n, err := flow.Disable(e, a.DB, actor, id, to)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(e, map[string]int{"handed_over": n})
		}
		fmt.Fprintf(e.out, "Done. Clients handed over: %d\n", n)
		return nil
	})
}

// userEnable is "carnet user enable".
type userEnable struct {
	withDB `embed:""`
	Email  string `arg:"" help:"Who."`
}

// Help is shown below the flags.
func (*userEnable) Help() string { return "Example:\n  carnet user enable jo@example.com" }

// Run enables the person. Who never had a password is invited again.
func (c *userEnable) Run(e *env) error {
	return c.change(e, c.Email, func(ctx context.Context, a *app.App, tx *db.Tx, u *agency.User) error {
		return a.Login.LetIn(ctx, tx, u.ID)
	})
}
