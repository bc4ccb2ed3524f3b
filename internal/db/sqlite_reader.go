package db

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"sync"
)

// readers are SQLite's connections for reading. Each has prepared statements of its own
// and serves one transaction at a time; the last one that was given back goes first,
// because its pages are warm.
type readers struct {
	db    *sql.DB
	turns chan struct{} // one per transaction at work

	mu     sync.Mutex
	idle   []*reader
	closed bool
	texts  map[string]bool // of the statements that were kept, some thousand of them
}

// reader is one connection. It isn't taken from database/sql for each transaction, whose
// own transactions cost a goroutine per query.
type reader struct {
	all   *readers
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

// errClosed reports that the database was closed.
var errClosed = errors.New("db: closed")

func newReaders(d *sql.DB, n int) *readers {
	return &readers{db: d, turns: make(chan struct{}, n), texts: map[string]bool{}}
}

// begin waits for a turn and opens a transaction, which sees the database as it is at
// its first query.
func (p *readers) begin(ctx context.Context) (conn, error) {
	select {
	case p.turns <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	r, err := p.take(ctx)
	if err == nil {
		err = r.do("BEGIN")
	}
	if err != nil {
		if r != nil {
			r.close()
		}
		<-p.turns
		return nil, normalize(err)
	}
	return &liteTx{r: r}, nil
}

func (p *readers) take(ctx context.Context) (*reader, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, errClosed
	}
	if n := len(p.idle); n > 0 {
		r := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return r, nil
	}
	p.mu.Unlock()
	c, err := p.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &reader{all: p, conn: c, stmts: map[string]*sql.Stmt{}}, nil
}

// give takes a reader back, or closes it where it failed.
func (p *readers) give(r *reader, failed bool) {
	p.mu.Lock()
	if failed = failed || p.closed; !failed {
		p.idle = append(p.idle, r)
	}
	p.mu.Unlock()
	if failed {
		r.close()
	}
	<-p.turns
}

// close ends all connections; one that is at work ends with its transaction.
func (p *readers) close() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, r := range idle {
		r.close()
	}
	p.db.Close()
}

func (p *readers) kept(q string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.texts) < maxPlans {
		p.texts[q] = true
	}
}

// Statements are the texts of the queries that were asked of SQLite and kept prepared,
// in no order: whoever wants to see their plans asks EXPLAIN QUERY PLAN.
func (d *DB) Statements() (out []string) {
	l, ok := d.engine.(*lite)
	if !ok {
		return nil
	}
	l.read.mu.Lock()
	defer l.read.mu.Unlock()
	for q := range l.read.texts {
		out = append(out, q)
	}
	return out
}

func (r *reader) close() {
	for _, s := range r.stmts {
		s.Close()
	}
	r.conn.Close()
}

// do runs a statement without arguments, however long its asker waits.
func (r *reader) do(q string) error {
	s, err := r.stmt(context.Background(), q)
	if err == nil {
		_, err = s.ExecContext(context.Background())
	}
	return err
}

// stmt prepares q once; nil stands for a text too long to be kept. When too many are
// kept, any of them makes room.
func (r *reader) stmt(ctx context.Context, q string) (*sql.Stmt, error) {
	if s := r.stmts[q]; s != nil || len(q) > 8000 {
		return s, nil
	}
	s, err := r.conn.PrepareContext(ctx, q)
	if err != nil {
		return nil, err
	}
	if len(r.stmts) >= maxStmts {
		for old, s := range r.stmts {
			if old != "BEGIN" && old != "COMMIT" {
				s.Close()
				delete(r.stmts, old)
				break
			}
		}
	}
	r.stmts[q] = s
	r.all.kept(q)
	return s, nil
}

// liteTx is a transaction that reads.
type liteTx struct {
	r      *reader
	byKeys bool
	asked  int
}

// patience is the context of a query. What is asked by keys takes no time worth
// interrupting, and watching for that costs more than the query.
func (t *liteTx) patience(ctx context.Context) (context.Context, error) {
	if !t.byKeys {
		return ctx, nil
	}
	if t.asked++; t.asked%8 == 0 { // others have their turn: who asks little doesn't wait for who asks much
		runtime.Gosched()
	}
	return context.WithoutCancel(ctx), ctx.Err()
}

func (t *liteTx) query(ctx context.Context, q string, args []any) (Rows, error) {
	args, err := bind(args, true)
	if err != nil {
		return nil, err
	}
	if ctx, err = t.patience(ctx); err != nil {
		return nil, err
	}
	s, err := t.r.stmt(ctx, q)
	if err != nil {
		return nil, err
	}
	var rows *sql.Rows
	if s != nil {
		rows, err = s.QueryContext(ctx, args...)
	} else {
		rows, err = t.r.conn.QueryContext(ctx, q, args...)
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
	res, err := t.r.conn.ExecContext(ctx, q, args...) // the connection refuses to write
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (t *liteTx) commit(context.Context) error { return nil }

// rollback ends the transaction, which has nothing to lose.
func (t *liteTx) rollback() {
	if t.r != nil {
		t.r.all.give(t.r, t.r.do("COMMIT") != nil)
		t.r = nil
	}
}

type liteRows struct{ *sql.Rows }

func (r liteRows) Close() { r.Rows.Close() }
