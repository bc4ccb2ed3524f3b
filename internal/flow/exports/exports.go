// Package exports lets lists out of the agency: as CSV, XLSX and PDF files, on paper,
// as address cards and labels, by mail to a colleague.
//
// Whatever leaves is noted first (L40): who, which list and filter, in which form, how
// many rows, to whom. Up to Small rows are made while the person waits; more, and
// whatever is mailed, by a job that works with the rights that the person has when it
// runs. Its file is kept for a day, apart from all other files, and given to nobody but
// the person who asked.
package exports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/carnetcrm/carnet/internal/activity"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/mail"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// Right is what somebody needs to export. Nobody has it where the agency has switched
// exporting off.
const Right = "client.export"

// Limits.
const (
	Small    = 1000           // rows that are made while the person waits
	MaxPrint = 5000           // rows of a page that is printed
	MaxMail  = 5 << 20        // bytes of a file that is mailed
	Keep     = 24 * time.Hour // how long a file and its link are good
	maxFile  = 4 << 30        // bytes of a file
	attempts = 4              // how often the job of an export is begun
	grace    = 2 * time.Hour  // by which files outlive their links: somebody may be reading
)

// The forms in which a list leaves.
const (
	CSV    = "csv"
	XLSX   = "xlsx"
	PDF    = "pdf"
	Print  = "print"
	VCard  = "vcard"
	Labels = "labels"
)

// Formats lists the forms.
var Formats = []string{CSV, XLSX, PDF, Print, VCard, Labels}

// The states of an export.
const (
	Waiting   = "waiting"
	Running   = "running"
	Done      = "done"
	Failed    = "failed"
	Cancelled = "cancelled"
)

// States lists the states of an export.
var States = []string{Waiting, Running, Done, Failed, Cancelled}

// Lists are the lists that can be exported, by name.
var Lists = map[string]*list.Def{"client": &client.List, "traveler": &traveler.List, "activity": &activity.List}

// Names are the lists that can be exported, in order.
var Names = []string{"client", "traveler", "activity"}

// Path is the address of a list.
func Path(name string) string {
	if name == "activity" {
		return "/activities"
	}
	return "/" + name + "s"
}

// FormatsOf lists the forms in which a list can leave: what happened has no address.
func FormatsOf(name string) []string {
	if name == "activity" {
		return []string{CSV, XLSX, PDF, Print}
	}
	return Formats
}

// runRule: people see their own exports, who watches over the agency those of
// everybody.
var runRule = db.Rule{Own: "created_by = :user", Branch: "created_by = :user", Agency: "created_by = :user", Lift: "audit.view"}

// Tables are the tenant tables of this package. The program itself notes how an export
// ended: the person may have lost the right to.
var Tables = []db.Table{{Name: "export", View: runRule,
	Edit: db.Rule{Own: "created_by = :user", Branch: "created_by = :user", Agency: "created_by = :user", Lift: "system"}}}

var _ = record.Register(record.Kind{Name: "export", New: func() record.Record { return new(Export) }, Silent: true})

// Export is one list that left, or is about to.
type Export struct {
	record.Base
	List       string   `db:"list" history:"-"`
	Format     string   `db:"format" history:"-"`
	Words      string   `db:"words" history:"-"`     // the filter, as the person read it
	Selection  string   `db:"selection" history:"-"` // JSON, list.Selection
	Options    string   `db:"options" history:"-"`   // JSON, Options
	Lang       string   `db:"lang" history:"-"`
	Via        string   `db:"via" history:"-"`
	State      string   `db:"state" history:"-"`
	Rows       int64    `db:"rows_done" history:"-"` // that left; until the end, that are expected
	Skipped    int64    `db:"skipped" history:"-"`   // labels without an address
	MailTo     db.Ref   `db:"mail_to" history:"-"`   // colleague who gets it
	Mailed     string   `db:"mailed" history:"-"`    // "file", "link", "" nothing yet
	JobID      int64    `db:"job_id" history:"-"`
	FileHash   string   `db:"file_hash" history:"-"`
	FileSize   int64    `db:"file_size" history:"-"`
	FileName   string   `db:"file_name" history:"-"`
	TokenHash  string   `db:"token_hash" history:"-"`
	ExpiresAt  db.Stamp `db:"expires_at" history:"-"`
	Error      string   `db:"error" history:"-"` // translation key
	FinishedAt db.Stamp `db:"finished_at" history:"-"`

	// Done and Total are the progress of a busy export, in rows.
	Done, Total int64

	why    string                      // somebody takes secrets along
	opened map[int64]map[string]string // the secrets, by traveler and column
}

// Table names the table and the kind.
func (*Export) Table() string { return "export" }

// Check reports what is wrong with e.
func (e *Export) Check() error {
	var c errs.Collect
	c.OneOf("list", e.List, Names...)
	c.OneOf("format", e.Format, FormatsOf(e.List)...)
	c.OneOf("state", e.State, States...)
	return c.Err()
}

// Busy reports whether a job works for e.
func (e *Export) Busy() bool { return e.State == Waiting || e.State == Running }

// Ready reports whether the file can be had at a moment.
func (e *Export) Ready(now time.Time) bool {
	return e.State == Done && e.FileHash != "" && e.ExpiresAt > db.StampOf(now)
}

// Chosen returns what was selected.
func (e *Export) Chosen() (s list.Selection, err error) {
	if err := json.Unmarshal([]byte(e.Selection), &s); err != nil {
		return s, fmt.Errorf("reading the selection of export %d: %w", e.ID, err)
	}
	return s, nil
}

// Chose returns the options.
func (e *Export) Chose() (o Options, err error) {
	if err := json.Unmarshal([]byte(e.Options), &o); err != nil {
		return o, fmt.Errorf("reading the options of export %d: %w", e.ID, err)
	}
	return o, nil
}

// Options are what a format asks for beside the columns.
type Options struct {
	Letter  bool   `json:"letter,omitempty"`  // paper of North America, else A4
	Sheet   string `json:"sheet,omitempty"`   // of labels: key of output.Sheets
	Start   int    `json:"start,omitempty"`   // place of the first label, from 1
	Old     bool   `json:"old,omitempty"`     // address cards of version 3.0
	Country bool   `json:"country,omitempty"` // labels name the agency's own country, too

	Secrets []string `json:"secrets,omitempty"` // of Secrets
}

// Service makes exports.
type Service struct {
	DB      *db.DB
	Files   *files.Store // of exports alone
	Mail    mail.Sender
	MailOn  bool
	BaseURL string // for links in mails

	// Reveal opens a secret for the actor, notes that, and counts it (flow.Reveal).
	Reveal func(ctx context.Context, tx *db.Tx, kind string, id int64, column, why string) (string, error)
}

// Get returns an export that the actor sees, with its state as it is now.
func Get(ctx context.Context, tx *db.Tx, id int64) (*Export, error) {
	e := new(Export)
	if err := record.Get(ctx, tx, e, id); err != nil {
		return nil, err
	}
	return e, e.refresh(ctx, tx)
}

// List returns the exports that the actor sees, the newest first, older than the one
// before (0 for the newest); only, where not 0, is whose.
func List(ctx context.Context, tx *db.Tx, only, before int64, limit int) ([]Export, error) {
	if before == 0 {
		before = 1<<53 - 1
	}
	cond, args := "WHERE r.id < $1", []any{before, limit}
	if only != 0 {
		cond += " AND r.created_by = $3"
		args = append(args, only)
	}
	var out []Export
	if err := record.Select(ctx, tx, &out, cond+" ORDER BY r.id DESC LIMIT $2", args...); err != nil {
		return nil, err
	}
	for i := range out {
		if err := out[i].refresh(ctx, tx); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// refresh looks at the job of a busy export: it may have ended without its handler.
func (e *Export) refresh(ctx context.Context, tx *db.Tx) error {
	if !e.Busy() || e.JobID == 0 {
		if e.Busy() && e.UpdatedAt.Add(10*time.Minute) < tx.Now { // the program died over it
			e.State, e.Error = Failed, "export.error.lost"
		}
		return nil
	}
	job := e.JobID
	j, err := jobs.Behind(ctx, tx, job, func() (bool, error) {
		err := record.Get(ctx, tx, e, e.ID)
		return e.Busy() && e.JobID == job, err
	})
	if errs.Is(err, errs.NotFound) {
		e.State, e.Error = Failed, "export.error.lost"
		return nil
	}
	if err != nil || j == nil {
		return err
	}
	e.Done, e.Total = j.Done, j.Total
	switch j.State {
	case jobs.Failed:
		e.State, e.Error = Failed, "export.error.failed"
	case jobs.Cancelled:
		e.State = Cancelled
	}
	return nil
}

// keyOf is what a person is told of an error.
func keyOf(err error) string {
	var e *errs.Error
	switch {
	case errors.As(err, &e) && len(e.Fields) > 0 && len(e.Fields[0].Args) == 0:
		return e.Fields[0].Key
	case errors.As(err, &e) && e.Kind != errs.Internal && e.Key != "" && len(e.Args) == 0 && len(e.Fields) == 0:
		return e.Key
	}
	return "export.error.failed"
}

// Extensions are the ends of file names by format.
var Extensions = map[string]string{CSV: ".csv", XLSX: ".xlsx", PDF: ".pdf", VCard: ".vcf", Labels: ".pdf"}

// Types are the media types of files by format.
var Types = map[string]string{CSV: "text/csv; charset=utf-8", XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	PDF: "application/pdf", VCard: "text/vcard; charset=utf-8", Labels: "application/pdf"}

// Made reports whether a format is a table with columns.
func Made(format string) bool { return slices.Contains([]string{CSV, XLSX, PDF, Print}, format) }
