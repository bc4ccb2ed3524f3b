// Package bulk does one thing to many records: it sets a field (R120), gives or takes
// a tag, or moves them to the trash (R119), tells beforehand what would become of
// each, and takes the whole act back.
//
// Each record goes through record.Edit, record.Insert or the use case of flow, so
// that every rule holds as if it were opened and saved by hand. An act works in steps
// of a few hundred records, each a transaction of its own that also notes how far it
// has come: a process that is killed goes on where it was, and no record is done
// twice. Up to Small records are done while the person waits, more are a job.
package bulk

import (
	"encoding/json"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

const (
	// Small is how many records are done while the person waits.
	Small = 1000
	// Max is the largest act.
	Max = 1_000_000
	// stepSize is how many records one transaction does, so that the one writer of
	// SQLite stays free for others.
	stepSize = 200
)

// People see their own acts, who audits those of everybody; administrators may take
// back those of others.
var (
	viewRule = db.Rule{Own: "created_by = :user", Branch: "created_by = :user", Agency: "created_by = :user", Lift: "audit.view"}
	editRule = db.Rule{Own: "created_by = :user", Branch: "created_by = :user", Agency: "created_by = :user", Need: "client.edit", Lift: "agency.manage"}
)

const ofAct = "act_id IN (SELECT v.id FROM {bulk_act} v)"

// Tables are the tenant tables of this package.
var Tables = []db.Table{
	{Name: "bulk_act", View: viewRule, Edit: editRule},
	{Name: "bulk_part", View: db.Same(ofAct), Edit: db.Same(ofAct).With("client.edit")},
	{Name: "bulk_row", View: db.Same(ofAct), Edit: db.Same(ofAct).With("client.edit")},
}

var _ = record.Register(
	record.Kind{Name: "bulk_act", New: func() record.Record { return new(Act) }, Silent: true},
	record.Kind{Name: "bulk_part", New: func() record.Record { return new(Part) }, Silent: true},
	record.Kind{Name: "bulk_row", New: func() record.Record { return new(Row) }, Silent: true},
)

// What an act does.
const (
	Modify = "modify"
	Delete = "delete"
)

// How a field is modified.
const (
	Set    = "set"
	Clear  = "clear"  // leaves the field empty
	Add    = "add"    // gives a tag
	Remove = "remove" // takes a tag
)

// The states of an act.
const (
	Running   = "running"
	Done      = "done"
	Cancelled = "cancelled" // ended by a person: what was done stays until Undo
	Failed    = "failed"    // ended by an error
	Undoing   = "undoing"
	Undone    = "undone" // as far as nobody has changed the records since
)

// States lists the states of an act.
var States = []string{Running, Done, Cancelled, Failed, Undoing, Undone}

// Order is what is to be done.
type Order struct {
	Kind  string // of the records: client, traveler
	What  string // Modify or Delete
	Field string // key in the list of the kind
	Op    string // Set where empty
	Value string // as stored: a code, a number, true; of a tag its number
	Note  string // value of a tag that takes one
}

// Act is one act on many records.
type Act struct {
	record.Base
	Kind       string   `db:"kind" history:"-"`
	What       string   `db:"what" history:"-"`
	Field      string   `db:"field" history:"-"`
	Op         string   `db:"op" history:"-"`
	Value      string   `db:"value" history:"-"`
	Note       string   `db:"note" history:"-"`
	Query      string   `db:"query" history:"-"` // JSON, "" where rows were ticked
	State      string   `db:"state" history:"-"`
	JobID      int64    `db:"job_id" history:"-"`
	Via        string   `db:"via" history:"-"`
	Total      int64    `db:"total" history:"-"`    // records that it was to be done to
	Position   int64    `db:"position" history:"-"` // records that were gone through
	Changed    int64    `db:"changed" history:"-"`
	Unchanged  int64    `db:"unchanged" history:"-"` // were so already
	Refused    int64    `db:"refused" history:"-"`
	Undone     int64    `db:"undone" history:"-"` // of Changed: put back
	Kept       int64    `db:"kept" history:"-"`   // of Changed: undo left them alone
	Forgotten  bool     `db:"forgotten" history:"-"`
	Error      string   `db:"error" history:"-"` // translation key
	FinishedAt db.Stamp `db:"finished_at" history:"-"`

	own bool // the reader sees the field of the agency's own that the act has set
}

// Table names the table and the kind.
func (*Act) Table() string { return "bulk_act" }

// Check reports what is wrong with a.
func (a *Act) Check() error {
	var c errs.Collect
	c.OneOf("state", a.State, States...)
	c.OneOf("what", a.What, Modify, Delete)
	return c.Err()
}

// Order is what the act does.
func (a *Act) Order() Order { return Order{a.Kind, a.What, a.Field, a.Op, a.Value, a.Note} }

// Busy reports whether the act or its undo goes on.
func (a *Act) Busy() bool { return a.State == Running || a.State == Undoing }

// Undoable reports whether something of the act can be taken back.
func (a *Act) Undoable() bool {
	return !a.Busy() && !a.Forgotten && a.Changed > a.Undone+a.Kept
}

// Asked returns the query of an act on all matching records, nil where rows were
// ticked.
func (a *Act) Asked() *list.Query {
	if a.Query == "" {
		return nil
	}
	q := new(list.Query)
	if json.Unmarshal([]byte(a.Query), q) != nil { // written by this package: can't fail
		return nil
	}
	return q
}

// runOf is the number of an act in the history. Imports have the numbers above zero,
// so acts have those below.
func runOf(act int64) int64 { return -act }

// ActOf returns the act that an entry of the history belongs to, 0 for none.
func ActOf(e *record.Entry) int64 { return max(0, -e.RunID) }

// Part holds the records of one step.
type Part struct {
	record.Base
	ActID int64  `db:"act_id" history:"-"`
	Seq   int64  `db:"seq" history:"-"`
	IDs   string `db:"ids" history:"-"`
}

// Table names the table and the kind.
func (*Part) Table() string { return "bulk_part" }

// Check has nothing to tidy.
func (*Part) Check() error { return nil }

// The outcomes of a record. One that was as it should be already has no row.
const (
	Changed = "changed"
	Refused = "refused"
	PutBack = "undone"
	Kept    = "kept" // by undo, because somebody has changed it since
)

// Row is what became of one record.
type Row struct {
	record.Base
	ActID    int64  `db:"act_id" history:"-"`
	RecordID int64  `db:"record_id" history:"-"`
	Outcome  string `db:"outcome" history:"-"`
	Was      string `db:"was" history:"-"` // what undo puts back
	Now      string `db:"now" history:"-"` // what the act gave
	Reason   string `db:"reason" history:"-"`
	Args     string `db:"args" history:"-"`
}

// Table names the table and the kind.
func (*Row) Table() string { return "bulk_row" }

// Check reports what is wrong with r.
func (r *Row) Check() error {
	var c errs.Collect
	c.OneOf("outcome", r.Outcome, Changed, Refused, PutBack, Kept)
	return c.Err()
}

// Why says in a translation key and arguments why a record was refused or kept.
type Why struct {
	Key  string
	Args []any
}

// why reads the reason of an error that was made for users.
func why(err error) Why {
	var e *errs.Error
	if !asError(err, &e) {
		return Why{Key: "error.internal"}
	}
	if e.Kind == errs.NotFound {
		return Why{Key: "bulk.reason.gone"}
	}
	if len(e.Fields) > 0 {
		return Why{e.Fields[0].Key, e.Fields[0].Args}
	}
	return Why{e.Key, e.Args}
}

// tell notes the reason in the row.
func (r *Row) tell(w Why) {
	r.Reason, r.Args = w.Key, ""
	if len(w.Args) > 0 {
		raw, _ := json.Marshal(w.Args) // of texts and numbers: can't fail
		r.Args = string(raw)
	}
}

// Why returns the reason noted in the row.
func (r *Row) Why() Why {
	w := Why{Key: r.Reason}
	if r.Args != "" {
		dec := json.NewDecoder(strings.NewReader(r.Args))
		dec.UseNumber()
		if dec.Decode(&w.Args) != nil { // written by tell: can't fail
			w.Args = nil
		}
		for i, a := range w.Args {
			if n, ok := a.(json.Number); ok { // plurals are chosen by numbers
				x, _ := n.Int64()
				w.Args[i] = int(x)
			}
		}
	}
	return w
}
