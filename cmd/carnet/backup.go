package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/carnetcrm/carnet/internal/app"
	"github.com/carnetcrm/carnet/internal/backup"
	"github.com/carnetcrm/carnet/internal/config"
	"github.com/carnetcrm/carnet/internal/db"
)

// withPlace are the flags of a command that takes the installation as it is: nothing is
// migrated and no key is needed.
type withPlace struct {
	config.Config `embed:""`
	JSON          bool `env:"CARNET_JSON" help:"Print the result as JSON."`
}

func (c *withPlace) installation() (*backup.Installation, error) {
	store, err := c.Store()
	if err != nil {
		return nil, err
	}
	target := c.Database
	if target == "" {
		target = c.DatabaseFile()
	}
	return &backup.Installation{Target: target, Files: store, Temp: c.Data}, nil
}

// backupCmd is "carnet backup".
type backupCmd struct {
	withPlace `embed:""`
	To        string `arg:"" name:"file" help:"Archive to write, such as carnet.tar.gz; - is standard output. One that exists is replaced when the new one is whole."`
}

// Help is shown below the flags.
func (*backupCmd) Help() string {
	return `Writes the database and the files into one archive, while people work. The key of the
vault isn't in it: keep it elsewhere. Who has the archive reads names and addresses:
encrypt what leaves the house.

Examples:
  carnet backup --data /srv/carnet /backup/carnet-$(date +%F).tar.gz
  carnet backup --data /srv/carnet - | age -r age1... > carnet.tar.gz.age`
}

// Run writes the backup.
func (c *backupCmd) Run(e *env) error {
	// The folder isn't made here: a mistyped one would be an empty installation.
	if info, err := os.Stat(c.Data); err != nil || !info.IsDir() {
		return fmt.Errorf("there is no data folder %s: name it with --data", c.Data)
	}
	in, err := c.installation()
	if err != nil {
		return err
	}
	var sum backup.Summary
	if c.To == "-" {
		w := bufio.NewWriter(e.out)
		sum, err = backup.Write(e, in, w, version())
		return errors.Join(err, w.Flush())
	}
	err = whole(c.To, func(w io.Writer) error {
		sum, err = backup.Write(e, in, w, version())
		return err
	})
	if errors.Is(err, fs.ErrNotExist) && c.Database == "" {
		return fmt.Errorf("%w\nIs %s the data folder?", err, c.Data)
	}
	if err != nil {
		return fmt.Errorf("%w\nNo backup was written", err)
	}
	if c.JSON {
		return printJSON(e, sum)
	}
	fmt.Fprintf(e.out, "%s: the database (%s) and %d files (%s).\n", c.To, megabytes(sum.Size), sum.Files, megabytes(sum.Bytes))
	fmt.Fprintln(e.out, "The key of the vault isn't in it. Without the key passports, cards and attachments can't be read: keep it elsewhere.")
	return nil
}

// whole has fn write a file that appears under its name when it is safely there.
func whole(path string, fn func(io.Writer) error) (err error) {
	part := "." + filepath.Base(path) + ".part-"
	old, _ := filepath.Glob(filepath.Join(filepath.Dir(path), part+"*")) // of one that was killed
	for _, name := range old {
		if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > 24*time.Hour {
			_ = os.Remove(name) // the next one tries again
		}
	}
	f, err := os.CreateTemp(filepath.Dir(path), part+"*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	w := bufio.NewWriterSize(f, 1<<20)
	if err = fn(w); err != nil {
		return err
	}
	if err = errors.Join(w.Flush(), f.Sync()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return f.Close()
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// restoreCmd is "carnet restore".
type restoreCmd struct {
	withPlace `embed:""`
	From      string `arg:"" name:"file" help:"Archive that carnet backup wrote; - is standard input."`
}

// Help is shown below the flags.
func (*restoreCmd) Help() string {
	return `Makes an installation of a backup. There must be no database yet: in the data folder, or
at --database an empty one. Put the key of the vault (vault.key) into the data folder
afterwards, or set CARNET_VAULT_KEY, and start.

Example:
  carnet restore --data /srv/carnet-new carnet-2026-11-22.tar.gz`
}

// Run restores.
func (c *restoreCmd) Run(e *env) error {
	r := e.in
	if c.From != "-" {
		f, err := os.Open(c.From)
		if err != nil {
			return err
		}
		defer f.Close()
		r = f
	}
	if err := app.Folder(c.Data); err != nil {
		return err
	}
	in, err := c.installation()
	if err != nil {
		return err
	}
	head, sum, err := backup.Restore(e, in, r)
	if errors.Is(err, db.ErrOccupied) {
		return fmt.Errorf("%w\nNothing was changed", err)
	}
	if err != nil {
		return fmt.Errorf("%w\nThere is still no database; what is in %s of this backup does no harm", err, c.FilesDir())
	}
	if c.JSON {
		return printJSON(e, struct {
			backup.Head
			backup.Summary
		}{head, sum})
	}
	fmt.Fprintf(e.out, "Restored the agency of %s: the database (%s) and %d files (%s).\n", head.At.Local().Format("2 January 2006, 15:04"), megabytes(sum.Size), sum.Files, megabytes(sum.Bytes))
	if _, err := os.Stat(c.VaultFile()); err != nil && c.VaultKey == "" {
		fmt.Fprintf(e.out, "Now put the key of the vault to %s, and start.\n", c.VaultFile())
	}
	return nil
}
