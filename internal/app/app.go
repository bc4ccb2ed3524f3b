// Package app puts the parts of Carnet together: database, vault, files, mail,
// sign-in, jobs, pages and API, one listener for all of them, and an orderly end.
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/config"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
	"github.com/carnetcrm/carnet/internal/flow/clientlists"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/mail"
	"github.com/carnetcrm/carnet/internal/vault"
	"github.com/carnetcrm/carnet/internal/web"
)

// Options are what a start knows beside the settings.
type Options struct {
	Version string
	Log     *slog.Logger

	// MetricsToken lets a program on another machine read /metrics. Without it only
	// this machine may.
	MetricsToken string

	// Demo lists logins that the sign-in page shows.
	Demo []web.DemoLogin
}

// App is an opened installation: what the server and the commands work with.
type App struct {
	Config *config.Config
	Options
	DB    *db.DB
	Vault *vault.Vault
	Files *files.Store
	Mail  mail.Sender
	Login *login.Service
	Jobs  *jobs.Runner // not started

	Imports *imports.Service
	Exports *exports.Service
}

// Open makes the data folder, migrates and opens the database, and sets up what
// needs no network. Close must be called.
func Open(ctx context.Context, c *config.Config, o Options) (*App, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	a := &App{Config: c, Options: o}
	if err := Folder(c.Data); err != nil {
		return nil, err
	}
	steps, err := db.Migrate(ctx, a.Target(), db.MigrateOptions{})
	if err != nil {
		return nil, err
	}
	if len(steps) > 0 {
		o.Log.Info("database migrated", "version", steps[len(steps)-1], "steps", len(steps))
	}
	if err := a.protect(); err != nil {
		return nil, err
	}
	if a.DB, err = db.Open(ctx, a.Target(), flow.Tables...); err != nil {
		return nil, err
	}
	if err := a.assemble(ctx); err != nil {
		return nil, errors.Join(err, a.DB.Close())
	}
	return a, nil
}

// Target is the path or the URL of the database.
func (a *App) Target() string {
	if a.Config.Database != "" {
		return a.Config.Database
	}
	return a.Config.DatabaseFile()
}

// Folder makes the data folder, for its owner only: it holds the database and the
// key of the vault. One that holds other things is refused: taking it away from everybody
// else would stop whatever lives there, /srv or /tmp for instance.
func Folder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the data folder: %w", err)
	}
	if ours, err := ownFolder(dir); err != nil {
		return fmt.Errorf("looking at the data folder: %w", err)
	} else if !ours {
		return fmt.Errorf("%s holds other things than Carnet's: name a folder of its own, such as %s", dir, filepath.Join(dir, "carnet"))
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("looking at the data folder: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(dir, 0o700); err != nil {
			return fmt.Errorf("protecting the data folder: %w", err)
		}
	}
	return nil
}

// ownFolder reports whether a folder is empty or has something of an installation in it.
func ownFolder(dir string) (bool, error) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return false, err
	}
	foreign := false
	for _, e := range list {
		switch name := e.Name(); {
		case slices.Contains([]string{"carnet.db", vault.FileName, "files", "exports"}, name):
			return true, nil
		case name == "lost+found": // of a file system of its own
		case strings.HasPrefix(name, "."+vault.FileName), strings.HasPrefix(name, "backup-"): // a start or a restoring that was cut off
		default:
			foreign = true
		}
	}
	return !foreign, nil
}

// protect takes the database file from the eyes of others, too: somebody may open
// up the folder one day.
func (a *App) protect() error {
	if a.Config.Database != "" {
		return nil
	}
	names, err := filepath.Glob(a.Config.DatabaseFile() + "*")
	if err != nil {
		return fmt.Errorf("protecting the database: %w", err)
	}
	for _, n := range names {
		if err := os.Chmod(n, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("protecting the database: %w", err)
		}
	}
	return nil
}

func (a *App) assemble(ctx context.Context) error {
	var err error
	var fresh bool
	if a.Vault, fresh, err = vault.Load(vault.Options{Key: a.Config.VaultKey, File: a.Config.VaultFile(), KMS: a.Config.KMS()}); err != nil {
		return err
	}
	if err := a.knownKey(ctx, fresh); err != nil {
		return err
	}
	a.DB.Sealer = a.Vault
	if a.Files, err = a.Config.Store(); err != nil {
		return err
	}
	if a.Mail, err = a.Config.Sender(); err != nil {
		return err
	}
	if a.Login, err = login.New(a.DB, a.Vault, login.Options{BaseURL: a.Config.Base(), Mail: a.Config.MailOn()}); err != nil {
		return err
	}
	a.Imports = &imports.Service{DB: a.DB, Files: a.Files, Max: a.Config.MaxUploadBytes()}
	// Exports have a folder of their own: they are kept for a day and in no backup.
	out, err := files.New(a.Config.ExportsDir())
	if err != nil {
		return err
	}
	a.Exports = &exports.Service{DB: a.DB, Files: out, Mail: a.Mail, MailOn: a.Config.MailOn(), BaseURL: a.Config.Base(), Reveal: flow.Reveal}
	a.Jobs = jobs.New(a.DB, a.Log)
	a.Imports.Register(a.Jobs)
	(&clientlists.Service{DB: a.DB}).Register(a.Jobs)
	(&bulk.Service{DB: a.DB}).Register(a.Jobs)
	a.Exports.Register(a.Jobs)
	a.chores()
	return nil
}

// knownKey makes sure that the vault's key is the one that this database has known
// from its first start: a start with another key would seal new secrets so that
// they and the old ones can never be opened together.
func (a *App) knownKey(ctx context.Context, fresh bool) error {
	var sealed string
	read := func(tx *db.Tx) error {
		return tx.Row(ctx, "SELECT value FROM installation WHERE name = 'vault'", nil, &sealed)
	}
	err := a.DB.Local(ctx, read)
	if errs.Is(err, errs.NotFound) {
		err = a.DB.UpdateLocal(ctx, func(tx *db.Tx) error {
			witness, err := a.Vault.Witness()
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "INSERT INTO installation (name, value) VALUES ('vault', $1) ON CONFLICT (name) DO NOTHING", witness); err != nil {
				return err
			}
			return read(tx) // another process may have been first
		})
	}
	if err == nil {
		err = a.Vault.Verify(sealed)
	}
	if err != nil && fresh {
		// The new key has sealed nothing: it must not look like the right one next time.
		os.Remove(a.Config.VaultFile())
	}
	if err != nil {
		return fmt.Errorf("opening the vault: %w", err)
	}
	return nil
}

// Close ends what Open began.
func (a *App) Close() error {
	a.Login.Close()
	return a.DB.Close()
}
