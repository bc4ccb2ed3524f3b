package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/app"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/record"
)

// importCmd is "carnet import".
type importCmd struct {
	Clients importClients `cmd:"" help:"Import client lists: CSV, Excel, address cards."`
	List    importList    `cmd:"" help:"List the imports."`
	Resume  importResume  `cmd:"" help:"Go on with an import that was paused or interrupted."`
	Undo    importUndo    `cmd:"" help:"Take a whole import back."`
}

// importer says in whose name an import works.
type importer struct {
	withDB `embed:""`
	Agency string `env:"CARNET_AGENCY" help:"Name of the agency, where there are several."`
	As     string `env:"CARNET_AS" placeholder:"E-MAIL" help:"Person in whose name it works; the agency's first administrator without it."`
}

// actor finds the person. Without a name it is the first administrator: somebody
// must be the one who did it.
func (c *importer) actor(e *env, a *app.App) (db.Actor, error) {
	if c.As != "" {
		op, id, err := a.Person(e, c.As)
		if err != nil {
			return db.Actor{}, err
		}
		return a.As(e, op.AgencyID, id)
	}
	op, name, err := a.AgencyNamed(e, c.Agency)
	if err != nil {
		return db.Actor{}, err
	}
	var id int64
	err = a.DB.View(e, op, func(tx *db.Tx) error {
		var list []agency.User
		err := record.Select(e, tx, &list, "WHERE r.role = $1 AND r.status = 'active' ORDER BY r.id LIMIT 1", agency.Administrator)
		if err == nil && len(list) == 0 {
			return fmt.Errorf("%s has no active administrator: name somebody with --as", name)
		}
		if err == nil {
			id = list[0].ID
		}
		return err
	})
	if err != nil {
		return db.Actor{}, err
	}
	return a.As(e, op.AgencyID, id)
}

// importClients is "carnet import clients".
type importClients struct {
	importer `embed:""`
	Files    []string `arg:"" name:"file" type:"existingfile" help:"Client lists."`
	DryRun   bool     `env:"CARNET_DRY_RUN" help:"Tell what would happen, and write nothing."`
	Match    []string `env:"CARNET_MATCH" placeholder:"KEY" help:"How clients that are there are recognised: external_id, email_name, phone_name, name_birth; all of them without it."`
	Mode     string   `env:"CARNET_MODE" default:"fill" enum:"fill,overwrite,create" help:"What happens to a client that is there: fill in what is empty, overwrite, or only create new ones."`
	Mapping  string   `env:"CARNET_MAPPING" help:"What the columns mean: a JSON file, or the name of a saved mapping; recognised without it."`
	Advisor  string   `env:"CARNET_ADVISOR" help:"Advisor of new clients by name or e-mail where the file names none, or \"none\"."`
	Branch   string   `env:"CARNET_BRANCH" help:"Branch of new clients by name where the file names none."`
	Tag      []string `env:"CARNET_TAG" help:"Tag for every client of the file; may be repeated."`
	System   string   `env:"CARNET_SYSTEM" help:"Program that the ids in the file belong to, where it isn't recognised."`
	Sheet    string   `env:"CARNET_SHEET" help:"Worksheet of a workbook; the first with data without it."`
	Encoding string   `env:"CARNET_ENCODING" help:"Encoding of a CSV file, such as windows-1250, where it is recognised wrongly."`
	Delim    string   `name:"delimiter" env:"CARNET_DELIMITER" placeholder:"CHAR" help:"What stands between the columns of a CSV file, where it is recognised wrongly: a character, or tab."`
	Strict   bool     `env:"CARNET_STRICT" help:"Refuse rows with unreadable values instead of keeping these as remarks."`
	Report   string   `env:"CARNET_REPORT" type:"path" placeholder:"FILE" help:"Write what became of every row to a CSV file; with several files a folder."`
	Errors   string   `env:"CARNET_ERRORS" type:"path" placeholder:"FILE" help:"Write refused rows with the reason to a file that can be corrected; with several files a folder."`
}

// Help is shown below the flags.
func (*importClients) Help() string {
	return `Google Contacts, Outlook, HubSpot, Tres and address cards are recognised; for other files
the titles and values tell what the columns mean. An import can be undone as a whole until
one of its clients has been edited. The status is 0 when every row was taken over or
skipped, 1 when something failed, 3 when rows were refused.

Examples:
  carnet import clients contacts.csv --dry-run
  carnet import clients old/*.csv --as ewa@example.com --tag "moved in" --errors refused
  carnet import clients clients.xlsx --match external_id --mode overwrite --json`
}

// Run imports the files one after the other.
func (c *importClients) Run(e *env) error {
	var out []map[string]any
	refused := false
	err := c.do(e, func(a *app.App) error {
		actor, err := c.actor(e, a)
		if err != nil {
			return err
		}
		stop := c.work(a)
		defer stop()
		for _, name := range c.Files {
			run, err := c.one(e, a, actor, name)
			if err != nil {
				return &fileError{name, err}
			}
			refused = refused || run.Errors > 0
			out = append(out, describeRun(run))
			if err := c.files(e, a, actor, run); err != nil {
				return err
			}
			if !c.JSON {
				if err := c.tell(e, a, actor, run); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if c.JSON && (err == nil || len(out) > 0) {
		err = errors.Join(err, printJSON(e, out))
	}
	if err == nil && refused {
		panic(exit(3))
	}
	return err
}

// fileError says which of the files an error is about, also where the error itself is one
// that users are told.
type fileError struct {
	name string
	err  error
}

func (e *fileError) Error() string { return e.name + ": " + e.err.Error() }
func (e *fileError) Unwrap() error { return e.err }

// one imports a file, or tells what would happen.
func (c *importClients) one(e *env, a *app.App, actor db.Actor, name string) (*imports.Run, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	run, err := a.Imports.Upload(e, actor, filepath.Base(name), f)
	if err != nil {
		return nil, err
	}
	if run, err = c.set(e, a, actor, run); err != nil {
		return nil, errors.Join(err, a.Imports.Discard(e, actor, run.ID))
	}
	act := a.Imports.Start
	if c.DryRun {
		act = a.Imports.Check
	}
	if _, err := act(e, actor, run.ID); err != nil {
		return nil, err
	}
	return watch(e, a, actor, run.ID, name)
}

// set stores the choices of the command line. The run is returned in any case.
func (c *importClients) set(e *env, a *app.App, actor db.Actor, run *imports.Run) (*imports.Run, error) {
	opt, err := run.ReadOptions()
	if err != nil {
		return run, err
	}
	was := opt
	opt.Sheet, opt.Encoding, opt.Delimiter = c.Sheet, strings.ToLower(c.Encoding), strings.Replace(strings.ToLower(c.Delim), "tab", "\t", 1)
	if opt.Reads(&was) {
		read, err := a.Imports.Reopen(e, actor, run.ID, opt)
		if err != nil {
			return run, err
		}
		run = read
	}
	m, err := run.ReadMapping()
	if err != nil {
		return run, err
	}
	opt.Mode, opt.Tags, opt.System, opt.Strict = c.Mode, c.Tag, c.System, c.Strict
	if len(c.Match) > 0 {
		opt.Match = c.Match
	}
	err = a.DB.View(e, actor, func(tx *db.Tx) error {
		if opt.Advisor, err = advisorNamed(e, tx, c.Advisor); err != nil {
			return err
		}
		if c.Branch != "" {
			id, err := branch(e, tx, c.Branch)
			if opt.Branch = int64(id); err != nil {
				return err
			}
		}
		if c.Mapping != "" {
			m, err = mappingNamed(e, tx, c.Mapping)
		}
		return err
	})
	if err != nil {
		return run, err
	}
	set, err := a.Imports.SetMapping(e, actor, run.ID, m, opt, "")
	if err != nil {
		return run, err
	}
	return set, nil
}

// advisorNamed finds somebody who may have clients by name or e-mail.
func advisorNamed(ctx context.Context, tx *db.Tx, name string) (int64, error) {
	switch {
	case name == "":
		return 0, nil
	case strings.EqualFold(name, "none"):
		return imports.Nobody, nil
	}
	list, err := agency.Advisors(ctx, tx)
	if err != nil {
		return 0, err
	}
	var names []string
	for _, u := range list {
		if strings.EqualFold(u.Name, name) || strings.EqualFold(u.Email, name) {
			return u.ID, nil
		}
		names = append(names, u.Name)
	}
	return 0, fmt.Errorf("--advisor: one of %s, or none", strings.Join(names, ", "))
}

// work runs the jobs of imports in this process; a server that runs on the same
// database may take them as well. The function it returns waits for them.
func (c *importer) work(a *app.App) (stop func()) {
	r := importJobs(a)
	r.Start(context.Background())
	return func() { r.Stop(context.Background()) }
}

// files writes the report and the refused rows where they are asked for.
func (c *importClients) files(e *env, a *app.App, actor db.Actor, run *imports.Run) error {
	l := i18n.For(language())
	if c.Report != "" {
		err := writeTo(c.place(c.Report, run.FileName+"-report.csv"), func(f *os.File) error {
			return a.Imports.WriteReport(e, actor, run.ID, l, f)
		})
		if err != nil {
			return err
		}
	}
	if c.Errors == "" || run.Errors == 0 {
		return nil
	}
	return writeTo(c.place(c.Errors, run.ErrorFileName()), func(f *os.File) error {
		return a.Imports.WriteErrors(e, actor, run.ID, l, f)
	})
}

// place is a file, or the file of that name in a folder.
func (c *importClients) place(path, name string) string {
	if info, err := os.Stat(path); len(c.Files) > 1 || err == nil && info.IsDir() {
		return filepath.Join(path, name)
	}
	return path
}

func writeTo(path string, fn func(*os.File) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(fn(f), f.Close())
}

// shown is how many rows with a problem the command prints.
const shown = 20

// tell prints what became of a file.
func (c *importClients) tell(e *env, a *app.App, actor db.Actor, run *imports.Run) error {
	l := i18n.For(language())
	fmt.Fprintf(e.out, "%s: %s\n", run.FileName, summary(run))
	return a.DB.View(e, actor, func(tx *db.Tx) error {
		rows, err := imports.Rows(e, tx, run.ID, imports.RowFilter{Action: "problem", Limit: shown})
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
		for i := range rows {
			r := &rows[i]
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", r.LineText(), run.ActionWord(l, r.Action, 1), r.Label, r.Why(l))
		}
		if err := w.Flush(); err != nil {
			return err
		}
		if more := run.Errors + run.Warnings - int64(len(rows)); more > 0 {
			fmt.Fprintf(e.out, "  and %d more: see --report\n", more)
		}
		return nil
	})
}
