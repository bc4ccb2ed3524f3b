package main

import (
	"context"
	"fmt"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/app"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/login"
)

// tokenCmd is "carnet token".
type tokenCmd struct {
	Create tokenCreate `cmd:"" help:"Make a token; it is shown once."`
	List   tokenList   `cmd:"" help:"List somebody's tokens."`
	Revoke tokenRevoke `cmd:"" help:"End a token."`
}

// tokenCreate is "carnet token create".
type tokenCreate struct {
	withDB `embed:""`
	User   string `arg:"" help:"E-mail of the person in whose name the token acts."`
	Name   string `env:"CARNET_TOKEN_NAME" required:"" help:"What it is for."`
	Scope  string `env:"CARNET_TOKEN_SCOPE" default:"read" enum:"read,write" help:"What it may do: ${enum}."`
	Days   int    `env:"CARNET_TOKEN_DAYS" default:"365" help:"After how many days it ends; 0 never."`
}

// Help is shown below the flags.
func (*tokenCreate) Help() string {
	return `Example:
  carnet token create ewa@example.com --name "website form" --scope write --days 90`
}

// Run prints the new token.
func (c *tokenCreate) Run(e *env) error {
	var t login.Token
	var text string
	err := c.do(e, func(a *app.App) error {
		actor, id, err := a.Person(e, c.User)
		if err != nil {
			return err
		}
		if actor, err = a.As(e, actor.AgencyID, id); err != nil {
			return err
		}
		return a.DB.Update(e, actor, func(tx *db.Tx) error {
			t, text, err = a.Login.NewToken(e, tx, c.Name, c.Scope, time.Duration(c.Days)*24*time.Hour)
			return err
		})
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e, map[string]any{"id": t.ID, "token": text, "scope": t.Scope, "expires_at": t.ExpiresAt})
	}
	fmt.Fprintf(e.out, "%s\n", text)
	fmt.Fprintf(e.err, "Token %d. Nobody can see it again.\n", t.ID)
	return nil
}

// tokenList is "carnet token list".
type tokenList struct {
	withDB `embed:""`
	User   string `arg:"" help:"E-mail of the person."`
}

// Help is shown below the flags.
func (*tokenList) Help() string { return "Example:\n  carnet token list ewa@example.com" }

// Run prints the tokens without their text.
func (c *tokenList) Run(e *env) error {
	var tokens []login.Token
	err := c.person(e, c.User, func(ctx context.Context, a *app.App, tx *db.Tx, u *agency.User) (err error) {
		tokens, err = a.Login.Tokens(ctx, tx, u.ID)
		return err
	})
	if err != nil {
		return err
	}
	if c.JSON {
		out := []map[string]any{}
		for _, t := range tokens {
			out = append(out, map[string]any{"id": t.ID, "name": t.Name, "scope": t.Scope, "hint": t.Hint,
				"created_at": t.CreatedAt, "expires_at": t.ExpiresAt, "used_at": t.UsedAt})
		}
		return printJSON(e, out)
	}
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	for _, t := range tokens {
		fmt.Fprintf(w, "%d\t%s\t%s\t...%s\tmade %s\tends %s\tused %s\n", t.ID, t.Name, t.Scope, t.Hint,
			day(t.CreatedAt), day(t.ExpiresAt), day(t.UsedAt))
	}
	return w.Flush()
}

// day prints the date of a moment.
func day(s db.Stamp) string {
	if s == 0 {
		return "never"
	}
	return s.Time().Format(time.DateOnly)
}

// tokenRevoke is "carnet token revoke".
type tokenRevoke struct {
	withDB `embed:""`
	User   string `arg:"" help:"E-mail of the person whose token it is."`
	ID     string `arg:"" help:"Number of the token, from the list."`
}

// Help is shown below the flags.
func (*tokenRevoke) Help() string { return "Example:\n  carnet token revoke ewa@example.com 12" }

// Run ends the token.
func (c *tokenRevoke) Run(e *env) error {
	id, err := strconv.ParseInt(c.ID, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is no number of a token", c.ID)
	}
	err = c.person(e, c.User, func(ctx context.Context, a *app.App, tx *db.Tx, _ *agency.User) error {
		return a.Login.RevokeToken(ctx, tx, id)
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e, map[string]bool{"done": true})
	}
	fmt.Fprintln(e.out, "Done.")
	return nil
}
