package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/debug"

	"github.com/carnetcrm/carnet/internal/app"
	"github.com/carnetcrm/carnet/internal/config"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow"
)

// serveCmd is "carnet serve".
type serveCmd struct {
	config.Config `embed:""`
	MetricsToken  string `env:"CARNET_METRICS_TOKEN" placeholder:"TEXT" help:"Token with which other machines may read /metrics; without it only this machine may."`
}

// Help is shown below the flags.
func (*serveCmd) Help() string {
	return `Migrates the database first, if need be. Ends after SIGTERM or Ctrl-C, once the
requests and jobs at work have come to an end.

Examples:
  carnet serve --data /srv/carnet
  carnet serve --data /srv/carnet --database postgres://carnet@localhost/carnet --base-url https://crm.example.com`
}

// Run serves until a signal comes.
func (c *serveCmd) Run(e *env) (err error) {
	log := c.Logger(e.err)
	for _, w := range c.Warnings() {
		log.Warn(w)
	}
	lessCollecting()
	a, err := app.Open(e, &c.Config, app.Options{Version: version(), Log: log, MetricsToken: c.MetricsToken})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	s, err := a.NewServer()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	empty, err := flow.NeedsSetup(e, a.DB)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	fmt.Fprintf(e.out, "Carnet is ready at %s\n", c.Base())
	if empty {
		fmt.Fprintf(e.out, "There is no agency yet: create it at %s/setup, or with \"carnet user add\".\n", c.Base())
	}
	return s.Serve(e, l)
}

// lessCollecting has garbage wait until it is four times what is in use, within a soft
// limit of 150 MB: by Go's own measure a page of a client in eight is interrupted by it,
// because so little is in use. Whoever sets GOGC or GOMEMLIMIT knows better.
func lessCollecting() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(150 << 20)
	}
}

// migrateCmd is "carnet migrate".
type migrateCmd struct {
	config.Config `embed:""`
	JSON          bool `env:"CARNET_JSON" help:"Print the result as JSON."`
}

// Help is shown below the flags.
func (*migrateCmd) Help() string {
	return `"carnet serve" migrates by itself; this is for those who want to see it done before.
Steps only go forward: make a backup first.

Example:
  carnet migrate --data /srv/carnet`
}

// Run migrates.
func (c *migrateCmd) Run(e *env) error {
	target := c.Database
	if target == "" {
		target = c.DatabaseFile()
		if err := app.Folder(c.Data); err != nil {
			return err
		}
	}
	steps, err := db.Migrate(e, target, db.MigrateOptions{})
	if err != nil {
		return err
	}
	if c.JSON {
		if steps == nil {
			steps = []int64{}
		}
		return printJSON(e, map[string]any{"version": db.SchemaVersion(), "steps": steps})
	}
	if len(steps) == 0 {
		fmt.Fprintf(e.out, "The database has version %d already.\n", db.SchemaVersion())
		return nil
	}
	fmt.Fprintf(e.out, "The database has version %d now, after %d steps.\n", db.SchemaVersion(), len(steps))
	return nil
}
