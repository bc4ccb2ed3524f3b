package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net/url"
	"runtime"
	"sync"

	"modernc.org/sqlite"

	"github.com/carnetcrm/carnet/internal/fold"
)

// carnet_fold is fold.Fold in SQL, for the migrations and for filters by texts that
// have no folded copy. PostgreSQL has a function of that name too.
func init() {
	sqlite.MustRegisterDeterministicScalarFunction("carnet_fold", 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		switch s := args[0].(type) {
		case string:
			return fold.Fold(s), nil
		case []byte:
			return fold.Fold(string(s)), nil
		}
		return args[0], nil
	})
}

// lite is SQLite with one writer and many readers. The one connection of the
// writer is handed out in turn, so that a write waits in Go and never fails with
// "database is locked" inside the process; another process waits up to 10 s.
type lite struct {
	read    *pool
	writeDB *sql.DB
	write   *writer
}

// pool keeps the prepared statements of one *sql.DB by their text.
type pool struct {
	db    *sql.DB
	mu    sync.RWMutex
	stmts map[string]*sql.Stmt
	turns chan struct{} // one per transaction at work
}

// maxStmts bounds the prepared statements that are kept. List queries have as
// many shapes as users have ideas.
const maxStmts = 500

func openSQLite(ctx context.Context, path string) (engine, error) {
	q := url.Values{"_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"temp_store(MEMORY)", "mmap_size(1073741824)", "cache_size(-16000)",
	}}
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?"
	write, err := sql.Open("sqlite", dsn+q.Encode()+"&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	if err := write.PingContext(ctx); err != nil { // creates the file and sets WAL
		write.Close()
		return nil, err
	}
	q.Set("_pragma", "query_only(1)")
	for _, p := range []string{"busy_timeout(10000)", "temp_store(MEMORY)", "mmap_size(1073741824)", "cache_size(-8000)"} {
		q.Add("_pragma", p)
	}
	read, err := sql.Open("sqlite", dsn+q.Encode())
	if err != nil {
		write.Close()
		return nil, err
	}
	n := max(4, 2*runtime.NumCPU())
	read.SetMaxOpenConns(2 * n)
	read.SetMaxIdleConns(n)
	w, err := newWriter(ctx, write)
	if err != nil {
		write.Close()
		read.Close()
		return nil, err
	}
	return &lite{newPool(read, n), write, w}, nil
}

// newPool lets n transactions at a time use d, which must have twice as many
// connections: a transaction that prepares a statement takes a second one for a
// moment, and all of them waiting for it would wait for ever.
func newPool(d *sql.DB, n int) *pool {
	return &pool{db: d, stmts: map[string]*sql.Stmt{}, turns: make(chan struct{}, n)}
}

func (l *lite) close() error {
	<-l.write.turn                                // waits for the last writer
	defer func() { l.write.turn <- struct{}{} }() // whoever comes now gets an error and doesn't wait
	if l.write.open {
		l.write.finish(context.Background())
	}
	l.read.db.Close()
	// Leaves a small file behind: the next start need not replay the log.
	l.write.conn.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
	for _, s := range l.write.stmts {
		s.Close()
	}
	l.write.conn.Close()
	return l.writeDB.Close()
}

func (l *lite) begin(ctx context.Context, write bool) (conn, error) {
	if write {
		return l.write.begin(ctx)
	}
	select {
	case l.read.turns <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	tx, err := l.read.db.BeginTx(ctx, nil)
	if err != nil {
		<-l.read.turns
		return nil, normalize(err)
	}
	return &liteTx{p: l.read, tx: tx}, nil
}

// stmt returns the prepared statement of q, or nil when too many are kept.
func (p *pool) stmt(ctx context.Context, q string) (*sql.Stmt, error) {
	p.mu.RLock()
	s := p.stmts[q]
	full := len(p.stmts) >= maxStmts
	p.mu.RUnlock()
	if s != nil || full || len(q) > 8000 {
		return s, nil
	}
	s, err := p.db.PrepareContext(ctx, q)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if old := p.stmts[q]; old != nil {
		s.Close()
		return old, nil
	}
	p.stmts[q] = s
	return s, nil
}

// Statements are the texts of the queries that were asked of SQLite and are kept
// prepared, in no order: whoever wants to see their plans asks EXPLAIN QUERY PLAN.
func (d *DB) Statements() (out []string) {
	l, ok := d.engine.(*lite)
	if !ok {
		return nil
	}
	l.read.mu.RLock()
	defer l.read.mu.RUnlock()
	for q := range l.read.stmts {
		out = append(out, q)
	}
	return out
}

type liteTx struct {
	p    *pool
	tx   *sql.Tx
	once sync.Once // gives the turn back
}

func (t *liteTx) end() { t.once.Do(func() { <-t.p.turns }) }

// prepared returns the cached statement bound to the transaction, or nil.
func (t *liteTx) prepared(ctx context.Context, q string) (*sql.Stmt, error) {
	s, err := t.p.stmt(ctx, q)
	if s == nil || err != nil {
		return nil, err
	}
	return t.tx.StmtContext(ctx, s), nil
}

func (t *liteTx) query(ctx context.Context, q string, args []any) (Rows, error) {
	args, err := bind(args, true)
	if err != nil {
		return nil, err
	}
	s, err := t.prepared(ctx, q)
	if err != nil {
		return nil, err
	}
	var rows *sql.Rows
	if s != nil {
		rows, err = s.QueryContext(ctx, args...)
	} else {
		rows, err = t.tx.QueryContext(ctx, q, args...)
	}
	if err != nil {
		return nil, err
	}
	return liteRows{rows}, nil
}

func (t *liteTx) exec(ctx context.Context, q string, args []any) (int64, error) {
	args, err := bind(args, true)
	if err != nil {
		return 0, err
	}
	s, err := t.prepared(ctx, q)
	if err != nil {
		return 0, err
	}
	var res sql.Result
	if s != nil {
		res, err = s.ExecContext(ctx, args...)
	} else {
		res, err = t.tx.ExecContext(ctx, q, args...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (t *liteTx) commit(context.Context) error {
	defer t.end()
	return t.tx.Commit()
}

func (t *liteTx) rollback() {
	defer t.end()
	t.tx.Rollback()
}

type liteRows struct{ *sql.Rows }

func (r liteRows) Close() { r.Rows.Close() }
