package db

import (
	"context"
	"database/sql"
	"fmt"
	"sync/atomic"
	"time"
)

// writer is SQLite's one writing connection, with its prepared statements.
//
// Writers take turns in Go. A transaction that ends while others wait doesn't
// commit alone: it is a savepoint inside a common transaction, the next one joins,
// and the last one commits for all. Nobody is told "saved" before that commit is
// on the disk, so many small writes share the cost of one fsync and none loses
// its durability (data rule 14).
type writer struct {
	turn    chan struct{} // holds a token: whoever takes it writes
	waiting atomic.Int64  // writers that want the turn
	liteConn

	open  bool         // the common transaction has begun
	began time.Time    // when
	group []chan error // members that wait for the common commit
}

// A common transaction ends when it has so many members, or is so old.
const (
	maxGroup = 64
	maxAge   = 20 * time.Millisecond
)

func newWriter(ctx context.Context, pool *sql.DB) (*writer, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{turn: make(chan struct{}, 1), liteConn: liteConn{Conn: conn, stmts: map[string]*sql.Stmt{}}}
	w.turn <- struct{}{}
	return w, nil
}

// begin waits for the turn and opens a member transaction.
func (w *writer) begin(ctx context.Context) (conn, error) {
	w.waiting.Add(1)
	select {
	case <-w.turn:
		w.waiting.Add(-1)
	case <-ctx.Done():
		w.waiting.Add(-1)
		go w.relieve()
		return nil, ctx.Err()
	}
	// A cancelled request must not interrupt a statement: SQLite would roll back
	// the common transaction, and with it what others wrote.
	ctx = context.WithoutCancel(ctx)
	if !w.open {
		if err := w.do(ctx, "BEGIN IMMEDIATE"); err != nil {
			w.turn <- struct{}{}
			return nil, normalize(err)
		}
		w.open, w.began = true, time.Now()
	}
	if err := w.do(ctx, "SAVEPOINT member"); err != nil {
		w.abandon(ctx, err)
		w.turn <- struct{}{}
		return nil, normalize(err)
	}
	return &writeTx{w: w}, nil
}

// relieve commits for those who left it to a writer that then gave up waiting.
func (w *writer) relieve() {
	<-w.turn
	if w.open && !w.later() {
		w.finish(context.Background())
	}
	w.turn <- struct{}{}
}

// finish commits the common transaction and tells its members.
func (w *writer) finish(ctx context.Context) error {
	err := w.do(ctx, "COMMIT")
	if err != nil {
		w.do(ctx, "ROLLBACK") // fails when SQLite did it by itself
	}
	w.settle(err)
	return err
}

// abandon rolls the common transaction back; its members learn why.
func (w *writer) abandon(ctx context.Context, why error) {
	w.do(ctx, "ROLLBACK")
	w.settle(fmt.Errorf("the common transaction failed: %w", why))
}

func (w *writer) settle(err error) {
	w.open = false
	for _, m := range w.group {
		m <- err
	}
	w.group = w.group[:0]
}

// later reports whether the next writer in line may do the commit.
func (w *writer) later() bool {
	return w.waiting.Load() > 0 && len(w.group) < maxGroup && time.Since(w.began) < maxAge
}

// writeTx is one member of a common transaction.
type writeTx struct {
	w    *writer
	done bool
}

func (t *writeTx) query(ctx context.Context, q string, args []any) (Rows, error) {
	return t.w.query(context.WithoutCancel(ctx), q, args)
}

func (t *writeTx) exec(ctx context.Context, q string, args []any) (int64, error) {
	return t.w.exec(context.WithoutCancel(ctx), q, args)
}

// commit ends the member and waits until the common transaction is on the disk.
func (t *writeTx) commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err // nobody waits for the answer any more: rollback follows
	}
	ctx = context.WithoutCancel(ctx)
	w := t.w
	if err := w.do(ctx, "RELEASE member"); err != nil {
		return err
	}
	t.done = true
	if !w.later() {
		err := w.finish(ctx)
		w.turn <- struct{}{}
		return err
	}
	m := make(chan error, 1)
	w.group = append(w.group, m)
	w.turn <- struct{}{}
	return <-m
}

// rollback undoes the member. The others of the common transaction stay.
func (t *writeTx) rollback() {
	if t.done {
		return
	}
	t.done = true
	w, ctx := t.w, context.Background()
	err := w.do(ctx, "ROLLBACK TO member")
	if err == nil {
		err = w.do(ctx, "RELEASE member")
	}
	switch {
	case err != nil: // SQLite ended the transaction by itself: a full disk
		w.abandon(ctx, err)
	case !w.later():
		w.finish(ctx)
	}
	w.turn <- struct{}{}
}
