package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/carnetcrm/carnet/internal/app"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/intake"
	"github.com/carnetcrm/carnet/internal/jobs"
)

// importJobs is a runner for the jobs of imports alone: a command leaves mail and
// clean-up to the server.
func importJobs(a *app.App) *jobs.Runner {
	r := jobs.New(a.DB, a.Log)
	r.Poll = 100 * time.Millisecond
	a.Imports.Register(r)
	return r
}

// mappingNamed reads a mapping from a JSON file, or the saved one of that name.
func mappingNamed(ctx context.Context, tx *db.Tx, name string) (m intake.Mapping, err error) {
	raw, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		if m, err = imports.MappingNamed(ctx, tx, name); err != nil {
			return m, fmt.Errorf("--mapping: neither a file nor a saved mapping is called %q", name)
		}
		return m, nil
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, fmt.Errorf("reading the mapping %s: %w", name, err)
	}
	return m, nil
}

// watch shows the progress on standard error until the run's job has ended. An
// interruption pauses the run, so that nothing is half done.
func watch(e *env, a *app.App, actor db.Actor, id int64, name string) (*imports.Run, error) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	ctx := context.WithoutCancel(e)
	stop := e.Done()
	show := &progress{e: e, live: terminal(e.err)}
	for {
		var run *imports.Run
		err := a.DB.View(ctx, actor, func(tx *db.Tx) (err error) { run, err = imports.Get(ctx, tx, id); return err })
		if err != nil {
			return nil, err
		}
		if !run.Busy() {
			show.end()
			return run, ended(run)
		}
		show.line(name, run)
		select {
		case <-stop:
			stop = nil // once: then wait for the batch at work
			if run.State == imports.Running {
				if _, err := a.Imports.Pause(ctx, actor, id); err != nil {
					return nil, err
				}
			} else if run.State == imports.Checking {
				if _, err := a.Imports.Cancel(ctx, actor, id); err != nil {
					return nil, err
				}
			}
		case <-tick.C:
		}
	}
}

// progress is a line that rewrites itself on a terminal, and one line in ten seconds
// elsewhere.
type progress struct {
	e    *env
	live bool
	text string
	at   time.Time
}

func (p *progress) line(name string, run *imports.Run) {
	text := fmt.Sprintf("%s: %s, %d of %d rows", name, run.State, run.RowsDone, run.Total)
	switch {
	case run.Total == 0 || text == p.text:
	case p.live:
		fmt.Fprint(p.e.err, "\r\x1b[K", text)
		p.text = text
	case time.Since(p.at) > 10*time.Second:
		fmt.Fprintln(p.e.err, text)
		p.text, p.at = text, time.Now()
	}
}

func (p *progress) end() {
	if p.live && p.text != "" {
		fmt.Fprint(p.e.err, "\r\x1b[K")
	}
}

// terminal reports whether a person looks at w.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// ended is the error of a run that didn't come to a good end.
func ended(run *imports.Run) error {
	switch run.State {
	case imports.Failed:
		return errors.New(i18n.For(language()).T(run.Error))
	case imports.Paused:
		return fmt.Errorf("paused after %d of %d rows: go on with \"carnet import resume %d\" or take it back with \"carnet import undo %d\"",
			run.RowsDone, run.Total, run.ID, run.ID)
	case imports.Mapped, imports.Cancelled:
		return errors.New("interrupted")
	}
	return nil
}

func summary(r *imports.Run) string {
	verb := "done"
	if r.State == imports.Checked {
		verb = "dry run"
	}
	s := fmt.Sprintf("%s (import %d): %d created, %d updated, %d skipped, %d refused", verb, r.ID, r.Created, r.Updated, r.Skipped, r.Errors)
	if r.Warnings > 0 {
		s += fmt.Sprintf("; %d with a warning", r.Warnings)
	}
	return s
}

func describeRun(r *imports.Run) map[string]any {
	return map[string]any{"id": r.ID, "file": r.FileName, "product": r.Product, "state": r.State, "rows": r.Total,
		"created": r.Created, "updated": r.Updated, "skipped": r.Skipped, "errors": r.Errors, "warnings": r.Warnings,
		"started_at": r.StartedAt, "finished_at": r.FinishedAt}
}

// importList is "carnet import list".
type importList struct {
	importer `embed:""`
}

// Help is shown below the flags.
func (*importList) Help() string { return "Example:\n  carnet import list --data /srv/carnet" }

// Run prints the imports, the newest first.
func (c *importList) Run(e *env) error {
	return c.do(e, func(a *app.App) error {
		actor, err := c.actor(e, a)
		if err != nil {
			return err
		}
		var list []imports.Run
		err = a.DB.View(e, actor, func(tx *db.Tx) (err error) { list, err = imports.List(e, tx, 0, 1000); return err })
		if err != nil {
			return err
		}
		if c.JSON {
			out := []map[string]any{}
			for i := range list {
				out = append(out, describeRun(&list[i]))
			}
			return printJSON(e, out)
		}
		w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
		for i := range list {
			r := &list[i]
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%d created\t%d updated\t%d skipped\t%d refused\n", r.ID, day(r.CreatedAt), r.FileName,
				strings.ReplaceAll(r.State, "_", " "), r.Created, r.Updated, r.Skipped, r.Errors)
		}
		return w.Flush()
	})
}

// importResume is "carnet import resume".
type importResume struct {
	importer `embed:""`
	ID       int64 `arg:"" help:"Number of the import, from the list."`
}

// Help is shown below the flags.
func (*importResume) Help() string {
	return "Of a dry run nothing is imported: import the file.\n\nExample:\n  carnet import resume 12"
}

// Run goes on with the import.
func (c *importResume) Run(e *env) error {
	return c.act(e, c.ID, func(a *app.App, actor db.Actor, run *imports.Run) error {
		switch run.State {
		case imports.Paused:
			_, err := a.Imports.Resume(e, actor, run.ID)
			return err
		case imports.Checking, imports.Running, imports.Undoing:
			return nil // its process was killed: the job is taken up again
		case imports.Uploaded, imports.Mapped, imports.Checked:
			return fmt.Errorf("import %d of %s hasn't begun: there is nothing to go on with", run.ID, run.FileName)
		}
		_, err := a.Imports.Start(e, actor, run.ID)
		return err
	})
}

// act does something to a run and waits for its end.
func (c *importer) act(e *env, id int64, fn func(*app.App, db.Actor, *imports.Run) error) error {
	return c.do(e, func(a *app.App) error {
		actor, err := c.actor(e, a)
		if err != nil {
			return err
		}
		var run *imports.Run
		err = a.DB.View(e, actor, func(tx *db.Tx) (err error) { run, err = imports.Get(e, tx, id); return err })
		if err != nil {
			return err
		}
		if err := fn(a, actor, run); err != nil {
			return err
		}
		stop := c.work(a)
		defer stop()
		if run, err = watch(e, a, actor, id, run.FileName); err != nil {
			return err
		}
		if c.JSON {
			return printJSON(e, describeRun(run))
		}
		if run.State == imports.Undone {
			fmt.Fprintf(e.out, "%s: undone, nothing of import %d is left.\n", run.FileName, run.ID)
			return nil
		}
		fmt.Fprintf(e.out, "%s: %s\n", run.FileName, summary(run))
		return nil
	})
}

// importUndo is "carnet import undo".
type importUndo struct {
	importer `embed:""`
	ID       int64 `arg:"" help:"Number of the import, from the list."`
}

// Help is shown below the flags.
func (*importUndo) Help() string {
	return `What the import created is gone without a trace, what it changed is as it was. That
works until one of its clients has been edited, for 30 days at most.

Example:
  carnet import undo 12`
}

// Run takes the import back.
func (c *importUndo) Run(e *env) error {
	return c.act(e, c.ID, func(a *app.App, actor db.Actor, run *imports.Run) error {
		_, err := a.Imports.Undo(e, actor, run.ID)
		return err
	})
}
