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
// because its pages are warm. They aren't taken from database/sql for each transaction,
// whose own transactions cost a goroutine per query.
type readers struct {
	db    *sql.DB
	turns chan struct{} // one per transaction at work

	mu     sync.Mutex
	idle   []*liteConn
	closed bool
}

// errClosed reports that the database was closed.
var errClosed = errors.New("db: closed")

func newReaders(d *sql.DB, n int) *readers {
	return &readers{db: d, turns: make(chan struct{}, n)}
}

// begin waits for a turn and opens a transaction, which sees the database as it is at
// its first query.
func (p *readers) begin(ctx context.Context) (conn, error) {
	select {
	case p.turns <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	c, err := p.take(ctx)
	if err == nil {
		err = c.do(context.WithoutCancel(ctx), "BEGIN")
	}
	if err != nil {
		if c != nil {
			c.close()
		}
		<-p.turns
		return nil, normalize(err)
	}
	return &liteTx{p: p, c: c}, nil
}

func (p *readers) take(ctx context.Context) (*liteConn, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, errClosed
	}
	if n := len(p.idle); n > 0 {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	c, err := p.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &liteConn{Conn: c, longest: 8000, stmts: map[string]*sql.Stmt{}}, nil
}

// give takes a connection back, or closes it where it failed.
func (p *readers) give(c *liteConn, failed bool) {
	p.mu.Lock()
	if failed = failed || p.closed; !failed {
		p.idle = append(p.idle, c)
	}
	p.mu.Unlock()
	if failed {
		c.close()
	}
	<-p.turns
}

// close ends all connections; one that is at work ends with its transaction.
func (p *readers) close() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, c := range idle {
		c.close()
	}
	p.db.Close()
}

// Statements are the texts of the queries that were asked of SQLite and are kept
// prepared by connections at rest, in no order and perhaps twice: whoever wants to see
// their plans asks EXPLAIN QUERY PLAN.
func (d *DB) Statements() (out []string) {
	l, ok := d.engine.(*lite)
	if !ok {
		return nil
	}
	l.read.mu.Lock()
	defer l.read.mu.Unlock()
	for _, c := range l.read.idle {
		for q := range c.stmts {
			out = append(out, q)
		}
	}
	return out
}

// liteTx is a transaction that reads.
type liteTx struct {
	p      *readers
	c      *liteConn
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
	ctx, err := t.patience(ctx)
	if err != nil {
		return nil, err
	}
	return t.c.query(ctx, q, args)
}

// exec is for statements that read: the connection refuses to write.
func (t *liteTx) exec(ctx context.Context, q string, args []any) (int64, error) {
	return t.c.exec(ctx, q, args)
}

func (t *liteTx) commit(context.Context) error { return nil }

// rollback ends the transaction, which has nothing to lose.
func (t *liteTx) rollback() {
	if t.c != nil {
		t.p.give(t.c, t.c.do(context.Background(), "COMMIT") != nil)
		t.c = nil
	}
}
