// Package imports moves client lists in: it decides for every row of a file
// whether a client is created, updated, skipped or refused, says so beforehand,
// does it in batches that survive a crash, and takes a whole run back.
//
// Package intake reads the files; this package knows the agency. Both the dry run
// and the run go through engine.plan, so that the first tells the truth about the
// second. The steps of a run: Upload, SetMapping, Check (the dry run), Start,
// Undo; the last three are jobs.
package imports

import (
	"encoding/json"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/record"
)

// Right is what somebody needs to import.
const Right = "client.import"

// runRule: people see their own imports, administrators those of everybody.
var runRule = db.Rule{Own: "created_by = :user", Branch: "created_by = :user", Agency: "created_by = :user",
	Need: Right, Lift: "agency.manage"}

const ofRun = "run_id IN (SELECT id FROM {import_run} v)"

// Tables are the tenant tables of this package.
var Tables = []db.Table{
	{Name: "import_run", View: runRule, Edit: runRule},
	{Name: "import_row", View: db.Same(ofRun).With(Right), Edit: db.Same(ofRun).With(Right)},
	{Name: "import_mapping", View: db.Everybody.With(Right), Edit: db.Everybody.With(Right)},
}

var _ = record.Register(
	record.Kind{Name: "import_run", New: func() record.Record { return new(Run) }, Silent: true},
	record.Kind{Name: "import_row", New: func() record.Record { return new(Row) }, Silent: true},
	record.Kind{Name: "import_mapping", New: func() record.Record { return new(Saved) }, Silent: true},
)

// The states of a run.
const (
	Uploaded  = "uploaded"  // the file is stored, a mapping is proposed
	Mapped    = "mapped"    // a person has confirmed the mapping
	Checking  = "checking"  // the dry run goes on
	Checked   = "checked"   // the dry run is done
	Running   = "running"   // clients are being created
	Paused    = "paused"    // waits for Resume
	Done      = "done"      // ended well
	Failed    = "failed"    // ended by an error: can be started again, or undone
	Cancelled = "cancelled" // ended by a person: what was done stays until Undo
	Undoing   = "undoing"
	Undone    = "undone"
)

// States lists the states of a run.
var States = []string{Uploaded, Mapped, Checking, Checked, Running, Paused, Done, Failed, Cancelled, Undoing, Undone}

// Run is one import of one file.
type Run struct {
	record.Base
	FileName string `db:"file_name" history:"-"`
	FileHash string `db:"file_hash" history:"-"` // in the file store, "" once it was forgotten
	FileSize int64  `db:"file_size" history:"-"` // bytes
	// FileKey opens the file: lists hold passport numbers, so they are stored sealed. It
	// is "" for files from before that.
	FileKey       record.Secret `db:"file_key" history:"secret" reveal:"system"`
	Product       string        `db:"product" history:"-"`
	Mapping       string        `db:"mapping" history:"-"` // JSON
	Options       string        `db:"options" history:"-"` // JSON
	State         string        `db:"state" history:"-"`
	JobID         int64         `db:"job_id" history:"-"`
	Total         int64         `db:"total" history:"-"`     // rows in the file, 0 until counted
	RowsDone      int64         `db:"rows_done" history:"-"` // rows of the file that were gone through
	Position      int64         `db:"position" history:"-"`  // records that were gone through
	Created       int64         `db:"created" history:"-"`   // these four count records
	Updated       int64         `db:"updated" history:"-"`
	Skipped       int64         `db:"skipped" history:"-"`
	Errors        int64         `db:"errors" history:"-"`
	Warnings      int64         `db:"warnings" history:"-"` // taken over with a warning
	NewTags       string        `db:"new_tags" history:"-"`
	NewProgrammes string        `db:"new_programmes" history:"-"`
	Error         string        `db:"error" history:"-"` // translation key
	StartedAt     db.Stamp      `db:"started_at" history:"-"`
	FinishedAt    db.Stamp      `db:"finished_at" history:"-"`
}

// Table names the table and the kind.
func (*Run) Table() string { return "import_run" }

// Check reports what is wrong with r.
func (r *Run) Check() error {
	var c errs.Collect
	c.Required("file_name", r.FileName)
	if n := []rune(r.FileName); len(n) > 200 {
		r.FileName = string(n[len(n)-200:]) // the end tells what kind of file it is
	}
	c.OneOf("state", r.State, States...)
	return c.Err()
}

// Records is how many records of the file were decided on.
func (r *Run) Records() int64 { return r.Created + r.Updated + r.Skipped + r.Errors }

// Busy reports whether a job works for the run.
func (r *Run) Busy() bool { return r.State == Checking || r.State == Running || r.State == Undoing }

// Ran reports whether the import has written clients; until then its rows and counts
// are those of the dry run.
func (r *Run) Ran() bool {
	switch r.State {
	case Uploaded, Mapped, Checking, Checked:
		return false
	case Failed:
		return r.StartedAt != 0 && r.Records() > 0
	}
	return r.StartedAt != 0
}

// Reported says whether the rows of the run can be looked at: an undone import is gone with
// its report.
func (r *Run) Reported() bool { return !r.Busy() && r.State != Undone }

// Editable reports whether the mapping and the options may still be changed.
func (r *Run) Editable() bool {
	return r.State == Uploaded || r.State == Mapped || r.State == Checked || r.State == Failed && r.Records() == 0
}

// Undoable reports whether the run has done something that can be taken back.
func (r *Run) Undoable() bool {
	ended := r.State == Done || r.State == Cancelled || r.State == Failed || r.State == Paused
	return ended && r.StartedAt != 0 && r.Created+r.Updated > 0 && r.FileHash != ""
}

// The actions of a row.
const (
	Create = "create"
	Update = "update"
	Skip   = "skip"
	Refuse = "error"
)

// Actions lists the actions of a row.
var Actions = []string{Create, Update, Skip, Refuse}

// Row is what became of one record of the file, or what a dry run says will.
type Row struct {
	record.Base
	RunID         int64  `db:"run_id" history:"-"`
	Seq           int64  `db:"seq" history:"-"`   // counts the records of the file from 1
	Line          int64  `db:"line" history:"-"`  // first line in the file
	Lines         string `db:"lines" history:"-"` // all lines by comma, when several were joined
	Action        string `db:"action" history:"-"`
	Warned        bool   `db:"warned" history:"-"`
	Label         string `db:"label" history:"-"` // the client's name
	ClientID      db.Ref `db:"client_id" history:"-"`
	ClientVersion int64  `db:"client_version" history:"-"`
	Reason        string `db:"reason" history:"-"` // translation key
	Args          string `db:"args" history:"-"`   // JSON
	Problems      string `db:"problems" history:"-"`
	Made          string `db:"made" history:"-"` // JSON of made
	Was           string `db:"was" history:"-"`  // JSON of []image
}

// Table names the table and the kind.
func (*Row) Table() string { return "import_row" }

// Check reports what is wrong with r.
func (r *Row) Check() error {
	var c errs.Collect
	c.OneOf("action", r.Action, Actions...)
	return c.Err()
}

// Problem is something that the user should know about a row.
type Problem struct {
	Error  bool   `json:"e,omitempty"` // else a warning
	Line   int    `json:"l,omitempty"` // in the file
	Column string `json:"c,omitempty"` // title of the column
	Key    string `json:"k"`           // translation key
	Args   []any  `json:"a,omitempty"` // name, value, name, value ...
}

// ReasonArgs returns the arguments of the reason's translation.
func (r *Row) ReasonArgs() []any { return args(r.Args) }

// Told returns the problems of the row.
func (r *Row) Told() (out []Problem) {
	if r.Problems == "" {
		return nil
	}
	dec := json.NewDecoder(strings.NewReader(r.Problems))
	dec.UseNumber()
	if dec.Decode(&out) != nil { // written by this package: can't fail
		return nil
	}
	return out
}

func args(s string) (out []any) {
	if s == "" {
		return nil
	}
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	if dec.Decode(&out) != nil {
		return nil
	}
	return out
}

// Saved is a mapping that is used again for files with the same titles.
type Saved struct {
	record.Base
	Name    string `db:"name" history:"-"`
	NameKey string `db:"name_key" history:"-"`
	Titles  string `db:"titles" history:"-"` // hash of the titles that it fits
	Mapping string `db:"mapping" history:"-"`
}

// Table names the table and the kind.
func (*Saved) Table() string { return "import_mapping" }

// Unique names the field of a violated constraint.
func (*Saved) Unique(string) string { return "name" }

// Check tidies m and reports what is wrong with it.
func (m *Saved) Check() error {
	var c errs.Collect
	m.Name = strings.Join(strings.Fields(m.Name), " ")
	m.NameKey = fold.Fold(m.Name)
	c.Required("name", m.Name)
	c.MaxLen("name", m.Name, 80)
	return c.Err()
}
