package db

import (
	"context"
	"database/sql"
	"runtime"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

func isPostgres(target string) bool {
	return strings.HasPrefix(target, "postgres://") || strings.HasPrefix(target, "postgresql://")
}

// pg is PostgreSQL through native pgx: a pool that writes and two whose sessions
// are read-only, so that View can't write even by mistake and needs no BEGIN. One
// of them plans each statement once (ByKeys).
type pg struct {
	write, read, keyed *pgxpool.Pool
}

func openPostgres(ctx context.Context, target string) (engine, error) {
	// More at once than the machine has cores for makes nobody quicker: who waits in Go
	// for a connection waits in turn, who waits in PostgreSQL waits by chance. Lists have
	// some more, because an export keeps one for minutes.
	cores := runtime.NumCPU()
	open := func(conns int, readOnly, plans string) (*pgxpool.Pool, error) {
		cfg, err := pgxpool.ParseConfig(target)
		if err != nil {
			return nil, err
		}
		if !strings.Contains(target, "pool_max_conns") {
			cfg.MaxConns = int32(conns)
		}
		set := cfg.ConnConfig.RuntimeParams
		set["default_transaction_read_only"] = readOnly
		set["application_name"] = "carnet"
		set["timezone"] = "UTC"
		// A JIT compile costs more than any of our queries.
		set["jit"] = "off"
		// So does starting helpers for a list of some hundred rows, and eight users want
		// every core anyway.
		set["max_parallel_workers_per_gather"] = "0"
		if plans != "" {
			set["plan_cache_mode"] = plans
		}
		return pgxpool.NewWithConfig(ctx, cfg)
	}
	p := new(pg)
	var err error
	if p.write, err = open(max(8, 4*cores), "off", ""); err != nil {
		return nil, err
	}
	if err = p.write.Ping(ctx); err == nil {
		p.read, err = open(max(6, 3*cores), "on", "")
	}
	if err == nil {
		p.keyed, err = open(max(4, 2*cores), "on", "force_generic_plan")
	}
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// plainPostgres opens a database for what speaks database/sql. The address may hold
// settings of a pool, which the server itself doesn't know.
func plainPostgres(target string) (*sql.DB, error) {
	cfg, err := pgxpool.ParseConfig(target)
	if err != nil {
		return nil, err
	}
	return stdlib.OpenDB(*cfg.ConnConfig), nil
}

func (p *pg) close() error {
	for _, pool := range []*pgxpool.Pool{p.keyed, p.read, p.write} {
		if pool != nil {
			pool.Close()
		}
	}
	return nil
}

// begin opens a transaction for writing. For reading there is none: under READ
// COMMITTED each statement has its own snapshot anyway, and two round trips are saved.
func (p *pg) begin(ctx context.Context, write bool) (conn, error) {
	if !write {
		return &pgRead{pool: p.read, keyed: p.keyed}, nil
	}
	tx, err := p.write.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return &pgTx{tx}, nil
}

// pgRead takes a connection with its first query.
type pgRead struct {
	pool, keyed *pgxpool.Pool
	c           *pgxpool.Conn
}

// ByKeys says that what the transaction reads from here on it asks for by ids, as the
// page of a record does. PostgreSQL then plans each statement once, not for each value
// that it is asked with: the rules of what hangs on clients and travelers take
// several times as long to plan as to run. Plans made so are bad for filters and
// searches. SQLite, which plans once anyway, no longer watches whether the asker goes away
// in the middle of a query. It does nothing while writing. No rows may be open.
func (tx *Tx) ByKeys() {
	switch c := tx.c.(type) {
	case *pgRead:
		if c.pool != c.keyed {
			c.rollback()
			c.pool = c.keyed
		}
	case *liteTx:
		c.byKeys = true
	}
}

// conn is the connection of the transaction.
func (r *pgRead) conn(ctx context.Context) (_ *pgxpool.Conn, err error) {
	if r.c == nil {
		r.c, err = r.pool.Acquire(ctx)
	}
	return r.c, err
}

// byLetters reports whether an index of trigrams may serve a query. Whether it helps depends
// on the letters, so each question is planned for itself; a plan for all of them walks the
// table for the rare ones. The ways of few rows are walked whatever the letters, and
// a text that is joined to an empty one says that no index is wanted.
func byLetters(q string) bool {
	return strings.Contains(q, " LIKE ") && strings.Count(q, " LIKE ") > strings.Count(q, " || '') LIKE ") && !strings.Contains(q, " UNION ALL ")
}

func (r *pgRead) query(ctx context.Context, q string, args []any) (Rows, error) {
	args, err := bind(args, false)
	if err != nil {
		return nil, err
	}
	c, err := r.conn(ctx)
	if err != nil {
		return nil, err
	}
	if byLetters(q) {
		args = append([]any{pgx.QueryExecModeCacheDescribe}, args...)
	}
	return pgQuery(c.Query(ctx, q, args...))
}

func (r *pgRead) exec(ctx context.Context, q string, args []any) (int64, error) {
	args, err := bind(args, false)
	if err != nil {
		return 0, err
	}
	c, err := r.conn(ctx)
	if err != nil {
		return 0, err
	}
	tag, err := c.Exec(ctx, q, args...)
	return tag.RowsAffected(), err
}

func (r *pgRead) commit(context.Context) error { return nil }

// rollback gives the connection back, if there is one.
func (r *pgRead) rollback() {
	if r.c != nil {
		r.c.Release()
		r.c = nil
	}
}

type pgTx struct{ tx pgx.Tx }

func (t *pgTx) query(ctx context.Context, q string, args []any) (Rows, error) {
	args, err := bind(args, false)
	if err != nil {
		return nil, err
	}
	return pgQuery(t.tx.Query(ctx, q, args...))
}

func (t *pgTx) exec(ctx context.Context, q string, args []any) (int64, error) {
	args, err := bind(args, false)
	if err != nil {
		return 0, err
	}
	tag, err := t.tx.Exec(ctx, q, args...)
	return tag.RowsAffected(), err
}

func (t *pgTx) commit(ctx context.Context) error { return t.tx.Commit(ctx) }

// rollback must reach the server even when the request was cancelled.
func (t *pgTx) rollback() { t.tx.Rollback(context.Background()) }

// pgQuery hands on rows, and an error only once: pgx keeps it in the rows.
func pgQuery(rows pgx.Rows, err error) (Rows, error) {
	if err != nil {
		return nil, err
	}
	return rows, nil
}
