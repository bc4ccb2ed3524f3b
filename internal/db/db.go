// Package db is the only package that knows which SQL dialect is running.
//
// All access happens inside View or Update, and both demand an Actor, so code
// without an actor cannot reach a row of an agency. SQL names tenant tables in
// braces: "FROM {client} c" becomes a subquery that keeps only the rows of the
// actor's agency that the actor may see. The same text runs on SQLite and on
// PostgreSQL. A tenant table named without braces is a run-time error.
//
// The forms of a brace:
//
//	{client}        live rows that the actor may see
//	{client.edit}   live rows that the actor may change
//	{client.trash}  deleted rows that the actor could see, were they live
//	{client.any}    live and deleted rows that the actor may see
//	{client.all}    every row of the agency; only inside a rule of a Table
//	{client.scan}   the rows of {client}, found through the indexes of the rule's
//	                ways: for lists and searches, see Few
//	{ids $3}        a list of int64 bound as db.IDs: "c.id IN {ids $3}"
//	{texts $3}      a list of strings bound as db.Texts
package db

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Dialect names the running database engine.
type Dialect string

// The engines.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// DB is an open database.
type DB struct {
	Dialect Dialect
	Now     func() time.Time // the clock; tests replace it
	Sealer  Sealer           // keeps the secrets; nil where there are none

	engine engine
	tables map[string]Table
	order  []string // table names as registered, for the policy page
	rights []string // those that some rule asks for

	plans   sync.Map        // planKey -> *plan
	wide    sync.Map        // agency -> wideness
	planned atomic.Int64    // how many there are, roughly
	hanging sync.Map        // query -> []hang
	owners  map[string]bool // tables on which the rows of others hang
	recent  recent          // small answers that may be a little old
	kept    kept            // answers from settled tables
}

// engine is what a dialect must do. There are two: sqlite and postgres.
type engine interface {
	begin(ctx context.Context, write bool) (conn, error)
	close() error
}

// conn is one transaction of an engine.
type conn interface {
	query(ctx context.Context, q string, args []any) (Rows, error)
	exec(ctx context.Context, q string, args []any) (int64, error)
	commit(ctx context.Context) error
	rollback()
}

// Rows is the result of a query. It must be closed, or read to its end.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close()
}

// Tx is one unit of work of one actor. It isn't safe for concurrent use.
type Tx struct {
	Actor Actor
	Now   Stamp // the time of this transaction: every stamp that it writes
	Try   int   // how often this transaction has lost against another one before

	db    *DB
	c     conn
	write bool
	after *[]func()
	last  *ending
	memo  map[any]any
	shown shown
}

// ErrNoActor reports a transaction that was opened without an actor.
var ErrNoActor = errors.New("db: no actor")

// Open connects to a database and registers the tenant tables.
// A target that begins with postgres:// selects PostgreSQL; anything else is
// the path of an SQLite file, created when missing.
func Open(ctx context.Context, target string, tables ...Table) (*DB, error) {
	d := &DB{Now: time.Now, tables: map[string]Table{}, owners: map[string]bool{}}
	for _, t := range tables {
		if _, twice := d.tables[t.Name]; twice {
			return nil, fmt.Errorf("db: table %s registered twice", t.Name)
		}
		d.tables[t.Name] = t
		d.order = append(d.order, t.Name)
		for _, owner := range t.hangsOn() {
			d.owners[owner] = true
		}
		for _, right := range [...]string{t.View.Need, t.View.Lift, t.Edit.Need, t.Edit.Lift} {
			if right != "" && !slices.Contains(d.rights, right) {
				d.rights = append(d.rights, right)
			}
		}
	}
	var err error
	if isPostgres(target) {
		d.Dialect = Postgres
		d.engine, err = openPostgres(ctx, target)
	} else {
		d.Dialect = SQLite
		d.engine, err = openSQLite(ctx, target)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	return d, nil
}

// Close ends all connections.
func (d *DB) Close() error { return d.engine.close() }

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	return d.Local(ctx, func(tx *Tx) error {
		var one int64
		return tx.Row(ctx, "SELECT 1", nil, &one)
	})
}

// View runs fn in a read-only transaction as actor.
func (d *DB) View(ctx context.Context, a Actor, fn func(*Tx) error) error {
	if a.AgencyID == 0 {
		return ErrNoActor
	}
	return d.run(ctx, a, false, fn)
}

// Update runs fn in a transaction as actor and commits if fn returns nil.
// Where the database reports a serialization failure or a deadlock, fn runs
// again, up to five times in all: fn must not leave anything behind outside of
// the transaction except through AfterCommit.
func (d *DB) Update(ctx context.Context, a Actor, fn func(*Tx) error) error {
	if a.AgencyID == 0 {
		return ErrNoActor
	}
	if a.ReadOnly {
		return errReadOnly()
	}
	return d.run(ctx, a, true, fn)
}

// Local runs fn in a read-only transaction that belongs to no agency: only
// local tables (sessions, jobs, logins) can be named in it.
func (d *DB) Local(ctx context.Context, fn func(*Tx) error) error {
	return d.run(ctx, Actor{}, false, fn)
}

// UpdateLocal is Local for writing.
func (d *DB) UpdateLocal(ctx context.Context, fn func(*Tx) error) error {
	return d.run(ctx, Actor{}, true, fn)
}

// attempts is how often a transaction that lost against another one is run.
const attempts = 5

func (d *DB) run(ctx context.Context, a Actor, write bool, fn func(*Tx) error) error {
	var err error
	for try := range attempts {
		if err = d.once(ctx, a, write, try, fn); !errors.Is(err, errRetry) {
			return err
		}
		slog.DebugContext(ctx, "transaction runs again", "try", try+1, "error", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(try+1) * time.Duration(5+rand.IntN(10)) * time.Millisecond):
		}
	}
	return err
}

func (d *DB) once(ctx context.Context, a Actor, write bool, try int, fn func(*Tx) error) error {
	c, err := d.engine.begin(ctx, write)
	if err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	defer c.rollback() // does nothing after a commit
	tx := &Tx{Actor: a, Now: StampOf(d.Now()), Try: try, db: d, c: c, write: write, after: new([]func()), last: new(ending), memo: map[any]any{}, shown: shown{}}
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.last.run(ctx); err != nil {
		return err
	}
	if err := c.commit(ctx); err != nil {
		return normalize(err)
	}
	for _, f := range *tx.after {
		f()
	}
	return nil
}

// AfterCommit registers f to run once the transaction is durable. It doesn't
// run when the transaction fails.
func (tx *Tx) AfterCommit(f func()) { *tx.after = append(*tx.after, f) }

// Memo returns what make returned for key earlier in this transaction.
func (tx *Tx) Memo(key any, make func() (any, error)) (any, error) {
	if v, ok := tx.memo[key]; ok {
		return v, nil
	}
	v, err := make()
	if err != nil {
		return nil, err
	}
	tx.memo[key] = v
	return v, nil
}

// Dialect tells which engine runs, for the few statements that must differ.
func (tx *Tx) Dialect() Dialect { return tx.db.Dialect }

// Time returns Now as a time in loc.
func (tx *Tx) Time(loc *time.Location) time.Time { return tx.Now.Time().In(loc) }

// Query expands the braces in query and runs it.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	tx.weigh(ctx, query)
	q, args, err := tx.expand(query, args)
	if err != nil {
		return nil, err
	}
	rows, err := tx.c.query(ctx, q, args)
	if err != nil {
		return nil, fmt.Errorf("%w\nin: %s", normalize(err), query)
	}
	return rows, nil
}

// Row is Query for a single row: a NotFound error when there is none.
func (tx *Tx) Row(ctx context.Context, query string, args []any, dest ...any) error {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return normalize(err)
		}
		return errMissing()
	}
	if err := rows.Scan(dest...); err != nil {
		return fmt.Errorf("%w\nin: %s", normalize(err), query)
	}
	for rows.Next() { // drains, so that errors at the end of a write surface
	}
	return normalize(rows.Err())
}

// IDs returns the first column of a query, which holds ids.
func (tx *Tx) IDs(ctx context.Context, query string, args ...any) (ids IDs, err error) {
	err = tx.Each(ctx, query, args, func(rows Rows) error {
		var id int64
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// Each calls fn for every row of query; fn scans it.
func (tx *Tx) Each(ctx context.Context, query string, args []any, fn func(Rows) error) error {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return normalize(rows.Err())
}

// Exec runs a statement on local tables and returns the number of rows it
// touched. Tenant tables can't be written with it: record is the only way.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	q, args, err := tx.expand(query, args)
	if err != nil {
		return 0, err
	}
	n, err := tx.c.exec(ctx, q, args)
	if err != nil {
		return n, fmt.Errorf("%w\nin: %s", normalize(err), query)
	}
	return n, nil
}

// BeforeCommit runs fn at the end of the transaction, inside it, once per key:
// all of the first phase (0), then all of the second (1). fn may register more.
func (tx *Tx) BeforeCommit(phase int, key any, fn func(context.Context) error) {
	if tx.last.seen == nil {
		tx.last.seen = map[any]bool{}
	}
	if !tx.last.seen[key] {
		tx.last.seen[key] = true
		tx.last.fns[phase] = append(tx.last.fns[phase], fn)
	}
}

// ending is what runs inside the transaction just before it commits.
type ending struct {
	seen map[any]bool
	fns  [2][]func(context.Context) error
}

func (e *ending) run(ctx context.Context) error {
	for phase := range e.fns {
		for i := 0; i < len(e.fns[phase]); i++ { // grows while it runs
			if err := e.fns[phase][i](ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// AsSystem returns the same transaction with the eyes of the system: every row of
// the agency. For what must not depend on who asks, such as the search index; the
// architecture test lists who may call it.
func (tx *Tx) AsSystem() *Tx {
	sys := *tx
	sys.Actor = System(tx.Actor.AgencyID)
	sys.Actor.Via, sys.Actor.RunID = tx.Actor.Via, tx.Actor.RunID
	sys.shown = shown{} // what the program is given, the actor isn't
	return &sys
}

// TableOf returns the declaration of a tenant table.
func (tx *Tx) TableOf(name string) (Table, bool) { t, ok := tx.db.tables[name]; return t, ok }

// NextIDs takes n ids of a table out of its sequence.
func (tx *Tx) NextIDs(ctx context.Context, table string, n int) ([]int64, error) {
	ids := make([]int64, 0, n)
	if tx.db.Dialect == Postgres {
		err := tx.Each(ctx, `SELECT nextval($1::text::regclass) FROM generate_series(1, $2::bigint)`,
			[]any{`"` + table + `_id_seq"`, n}, func(rows Rows) error {
				var id int64
				err := rows.Scan(&id)
				ids = append(ids, id)
				return err
			})
		return ids, err
	}
	// The one writer of SQLite: nobody else moves the sequence meanwhile.
	if _, err := tx.Exec(ctx, `INSERT INTO sqlite_sequence (name, seq) SELECT $1, 0
		WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = $1)`, table); err != nil {
		return nil, err
	}
	var last int64
	if err := tx.Row(ctx, `UPDATE sqlite_sequence SET seq = seq + $1 WHERE name = $2 RETURNING seq`,
		[]any{n, table}, &last); err != nil {
		return nil, err
	}
	for id := last - int64(n) + 1; id <= last; id++ {
		ids = append(ids, id)
	}
	return ids, nil
}
