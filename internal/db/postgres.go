package db

import (
	"context"
	"runtime"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

func isPostgres(target string) bool {
	return strings.HasPrefix(target, "postgres://") || strings.HasPrefix(target, "postgresql://")
}

// pg is PostgreSQL through native pgx: a pool that writes and one whose sessions
// are read-only, so that View can't write even by mistake and needs no BEGIN.
type pg struct {
	read, write *pgxpool.Pool
}

func openPostgres(ctx context.Context, target string) (engine, error) {
	open := func(readOnly string) (*pgxpool.Pool, error) {
		cfg, err := pgxpool.ParseConfig(target)
		if err != nil {
			return nil, err
		}
		if !strings.Contains(target, "pool_max_conns") {
			cfg.MaxConns = int32(max(8, 4*runtime.NumCPU()))
		}
		cfg.ConnConfig.RuntimeParams["default_transaction_read_only"] = readOnly
		cfg.ConnConfig.RuntimeParams["application_name"] = "carnet"
		cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
		// A JIT compile costs more than any of our queries.
		cfg.ConnConfig.RuntimeParams["jit"] = "off"
		return pgxpool.NewWithConfig(ctx, cfg)
	}
	write, err := open("off")
	if err != nil {
		return nil, err
	}
	if err := write.Ping(ctx); err != nil {
		write.Close()
		return nil, err
	}
	read, err := open("on")
	if err != nil {
		write.Close()
		return nil, err
	}
	return &pg{read, write}, nil
}

func (p *pg) close() error {
	p.read.Close()
	p.write.Close()
	return nil
}

// begin opens a transaction for writing. For reading it only takes a connection:
// under READ COMMITTED each statement has its own snapshot anyway, and two round
// trips are saved.
func (p *pg) begin(ctx context.Context, write bool) (conn, error) {
	if !write {
		c, err := p.read.Acquire(ctx)
		if err != nil {
			return nil, err
		}
		return &pgRead{c: c}, nil
	}
	tx, err := p.write.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return &pgTx{tx}, nil
}

type pgRead struct {
	c      *pgxpool.Conn
	byKeys bool // asked for
}

// planning is where a connection keeps which way it plans: true once for all values.
const planning = "by keys"

// ByKeys says that what the transaction reads from here on it asks for by ids, as the
// page of a record does. PostgreSQL then plans each statement once, not for each value
// that it is asked with: the rules of what hangs on clients and travelers take
// several times as long to plan as to run. Plans made so are bad for filters and
// searches. It does nothing on SQLite, which plans once anyway, and while writing.
func (tx *Tx) ByKeys() {
	if r, ok := tx.c.(*pgRead); ok {
		r.byKeys = true
	}
}

// ready has the connection plan the way that was asked for.
func (r *pgRead) ready(ctx context.Context) error {
	of := r.c.Conn().PgConn().CustomData()
	if is, _ := of[planning].(bool); is == r.byKeys {
		return nil
	}
	q := "RESET plan_cache_mode"
	if r.byKeys {
		q = "SET plan_cache_mode = force_generic_plan"
	}
	_, err := r.c.Exec(ctx, q)
	if err == nil {
		of[planning] = r.byKeys
	}
	return err
}

func (r *pgRead) query(ctx context.Context, q string, args []any) (Rows, error) {
	args, err := bind(args, false)
	if err == nil {
		err = r.ready(ctx)
	}
	if err != nil {
		return nil, err
	}
	if strings.Contains(q, " LIKE ") && !strings.Contains(q, " UNION ALL ") {
		// Whether an index of trigrams helps depends on the letters, so each question is
		// planned for itself; a plan for all of them walks the table for the rare ones. The
		// ways of few rows are walked whatever the letters.
		args = append([]any{pgx.QueryExecModeCacheDescribe}, args...)
	}
	return pgQuery(r.c.Query(ctx, q, args...))
}

func (r *pgRead) exec(ctx context.Context, q string, args []any) (int64, error) {
	args, err := bind(args, false)
	if err != nil {
		return 0, err
	}
	tag, err := r.c.Exec(ctx, q, args...)
	return tag.RowsAffected(), err
}

func (r *pgRead) commit(context.Context) error { return nil }
func (r *pgRead) rollback()                    { r.c.Release() }

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
