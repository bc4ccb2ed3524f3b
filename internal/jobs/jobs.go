// Package jobs runs work outside of requests: mail, imports, exports, clean-up.
//
// The queue is a table of the same database, so a job is enqueued in the
// transaction of the act that needs it: both happen or neither does. Any process
// may take a job. It holds the job by a lease that it renews; the job of a process
// that was killed is taken again once the lease has passed. So a handler may run
// twice. What must not be done twice is written in the same transaction as a
// checkpoint (Job.Checkpoint), which fails when another process holds the job by
// now; a handler that can't do this declares that it isn't repeatable.
package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// The states of a job.
const (
	Ready     = "ready"     // waits for its time and for a free worker
	Running   = "running"   // a process works on it
	Paused    = "paused"    // waits for Resume
	Done      = "done"      // ended well
	Failed    = "failed"    // ended badly: nobody tries again
	Cancelled = "cancelled" // ended by a person
)

// Info is what is known about a job. Its arguments aren't part of it: they may
// hold what the reader of a list must not see.
type Info struct {
	ID         int64
	Kind       string
	AgencyID   int64 // 0 for work of the program itself
	UserID     int64 // who asked for it, 0 for the program
	State      string
	Want       string // "pause" or "cancel" when asked for while it runs
	Attempt    int    // how often it was begun
	Done       int64  // progress, in the unit of its kind
	Total      int64  // 0 when unknown
	Result     json.RawMessage
	Error      string // of the last attempt, free of personal data
	RunAt      db.Stamp
	CreatedAt  db.Stamp
	FinishedAt db.Stamp
}

// Ended reports whether nothing more will happen to the job.
func (i *Info) Ended() bool { return i.State == Done || i.State == Failed || i.State == Cancelled }

// Option changes how a job is enqueued.
type Option func(*options)

type options struct {
	at          db.Stamp
	once        string
	maxAttempts int
	agency      int64
	user        int64
}

// At has the job wait until t.
func At(t time.Time) Option { return func(o *options) { o.at = db.StampOf(t) } }

// Once gives the job a key: while an unfinished job has it, Enqueue returns that
// one instead of adding another.
func Once(key string) Option { return func(o *options) { o.once = key } }

// MaxAttempts limits how often a failing job is begun; without it 10 times, over
// about three quarters of an hour. A checkpoint makes the count begin again.
func MaxAttempts(n int) Option { return func(o *options) { o.maxAttempts = n } }

// For names the agency and the person that the job works for, where the
// transaction belongs to nobody.
func For(agencyID, userID int64) Option {
	return func(o *options) { o.agency, o.user = agencyID, userID }
}

// DefaultAttempts is how often a failing job is begun.
const DefaultAttempts = 10

// Enqueue adds a job to the queue and returns its id. It is part of the caller's
// transaction, of an agency or local: the job runs after the commit, or never.
// Args are stored as JSON.
func Enqueue(ctx context.Context, tx *db.Tx, kind string, args any, opts ...Option) (int64, error) {
	o := options{at: tx.Now, maxAttempts: DefaultAttempts, agency: tx.Actor.AgencyID, user: tx.Actor.UserID}
	for _, f := range opts {
		f(&o)
	}
	raw, err := json.Marshal(args)
	if err != nil {
		return 0, fmt.Errorf("enqueueing a job %s: %w", kind, err)
	}
	var once any
	if o.once != "" {
		once = o.once
	}
	// The second round is for a job with the same key that ended in between.
	for range 3 {
		var id int64
		err = tx.Row(ctx, `INSERT INTO job (kind, agency_id, user_id, args, once, state, run_at, max_attempts, created_at)
			VALUES ($1, $2, $3, $4, $5, 'ready', $6, $7, $8)
			ON CONFLICT (once) WHERE once IS NOT NULL AND state IN ('ready', 'running', 'paused') DO NOTHING RETURNING id`,
			[]any{kind, o.agency, o.user, string(raw), once, int64(o.at), o.maxAttempts, int64(tx.Now)}, &id)
		if err == nil {
			tx.AfterCommit(ring)
			return id, nil
		}
		if !errs.Is(err, errs.NotFound) {
			return 0, fmt.Errorf("enqueueing a job %s: %w", kind, err)
		}
		err = tx.Row(ctx, `SELECT id FROM job WHERE once = $1 AND state IN ('ready', 'running', 'paused')`, []any{once}, &id)
		if err == nil || !errs.Is(err, errs.NotFound) {
			return id, err
		}
	}
	return 0, fmt.Errorf("enqueueing a job %s: %w", kind, err)
}

const infoColumns = `id, kind, agency_id, user_id, state, want, attempt, progress, total, result, error, run_at, created_at, finished_at`

func scanInfo(rows db.Rows, i *Info) error {
	var result string
	err := rows.Scan(&i.ID, &i.Kind, &i.AgencyID, &i.UserID, &i.State, &i.Want, &i.Attempt, &i.Done, &i.Total,
		&result, &i.Error, &i.RunAt, &i.CreatedAt, &i.FinishedAt)
	if result != "" {
		i.Result = json.RawMessage(result)
	}
	return err
}

// Get returns a job of the actor's agency, or NotFound. A local transaction sees
// every job.
func Get(ctx context.Context, tx *db.Tx, id int64) (*Info, error) {
	l, err := query(ctx, tx, ` AND id = $2`, id)
	if err != nil {
		return nil, fmt.Errorf("reading job %d: %w", id, err)
	}
	if len(l) == 0 {
		return nil, errs.Missing()
	}
	return &l[0], nil
}

// Behind returns the job of something that was read as busy. A handler notes how its
// work ended before its job ends, and both may happen after that reading: where the job
// is at work no more, again reads the thing anew and reports whether it is still busy
// with this job. If not, Behind returns nil. It returns NotFound where there is no such job.
func Behind(ctx context.Context, tx *db.Tx, id int64, again func() (busy bool, err error)) (*Info, error) {
	i, err := Get(ctx, tx, id)
	if err != nil || i.State == Ready || i.State == Running {
		return i, err
	}
	if busy, err := again(); err != nil || !busy {
		return nil, err
	}
	return i, nil
}

// Filter picks jobs for List; its zero value picks all.
type Filter struct {
	Kinds      []string
	UserID     int64
	Unfinished bool
	Limit      int // 0 is 100
}

// List returns jobs of the actor's agency, the newest first. A local transaction
// sees every job.
func List(ctx context.Context, tx *db.Tx, f Filter) ([]Info, error) {
	clause, args := "", []any{}
	add := func(cond string, arg any) {
		args = append(args, arg)
		clause += fmt.Sprintf(" AND "+cond, len(args)+1)
	}
	if len(f.Kinds) > 0 {
		add("kind IN {texts $%d}", db.Texts(f.Kinds))
	}
	if f.UserID != 0 {
		add("user_id = $%d", f.UserID)
	}
	if f.Unfinished {
		clause += " AND state IN ('ready', 'running', 'paused')"
	}
	if f.Limit <= 0 {
		f.Limit = 100
	}
	l, err := query(ctx, tx, clause+fmt.Sprintf(" ORDER BY id DESC LIMIT %d", f.Limit), args...)
	if err != nil {
		return nil, fmt.Errorf("listing jobs: %w", err)
	}
	return l, nil
}

// query reads jobs of the actor's agency; the clause may use marks from $2 on.
func query(ctx context.Context, tx *db.Tx, clause string, args ...any) ([]Info, error) {
	var out []Info
	all := append([]any{tx.Actor.AgencyID}, args...)
	err := tx.Each(ctx, `SELECT `+infoColumns+` FROM job WHERE (CAST($1 AS bigint) = 0 OR agency_id = $1)`+clause, all, func(rows db.Rows) error {
		out = append(out, Info{})
		return scanInfo(rows, &out[len(out)-1])
	})
	return out, err
}

// Pause stops a job until Resume: at once when it waits, at its next checkpoint
// when it runs. A job that has ended is left alone.
func Pause(ctx context.Context, tx *db.Tx, id int64) error {
	return ask(ctx, tx, id, `want = CASE WHEN state = 'running' AND want <> 'cancel' THEN 'pause' ELSE want END,
		state = CASE WHEN state = 'ready' THEN 'paused' ELSE state END`)
}

// Cancel ends a job: at once when it waits or is paused, at its next checkpoint
// when it runs. What it has done so far stays done.
func Cancel(ctx context.Context, tx *db.Tx, id int64) error {
	return ask(ctx, tx, id, `want = CASE WHEN state = 'running' THEN 'cancel' ELSE want END,
		finished_at = CASE WHEN state IN ('ready', 'paused') THEN $3 ELSE finished_at END,
		state = CASE WHEN state IN ('ready', 'paused') THEN 'cancelled' ELSE state END`, int64(tx.Now))
}

// Resume lets a paused job go on from its checkpoint.
func Resume(ctx context.Context, tx *db.Tx, id int64) error {
	return ask(ctx, tx, id, `want = CASE WHEN want = 'pause' THEN '' ELSE want END,
		run_at = CASE WHEN state = 'paused' THEN $3 ELSE run_at END,
		state = CASE WHEN state = 'paused' THEN 'ready' ELSE state END`, int64(tx.Now))
}

// ask changes what is wanted of a job of the actor's agency.
func ask(ctx context.Context, tx *db.Tx, id int64, set string, args ...any) error {
	all := append([]any{tx.Actor.AgencyID, id}, args...)
	n, err := tx.Exec(ctx, `UPDATE job SET `+set+` WHERE (CAST($1 AS bigint) = 0 OR agency_id = $1) AND id = $2`, all...)
	if err != nil {
		return fmt.Errorf("changing job %d: %w", id, err)
	}
	if n == 0 {
		return errs.Missing()
	}
	tx.AfterCommit(ring)
	return nil
}
