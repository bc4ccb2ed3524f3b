package bench

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"
)

// direct runs bare SQL on the database of a set: what the same work costs without
// Carnet. Statements are prepared once, as Carnet's are.
type direct struct {
	lite  *sql.DB
	pg    *pgxpool.Pool
	mu    sync.Mutex
	stmts map[string]*sql.Stmt
	write sync.Mutex // SQLite has one writer: others wait here instead of polling
}

// pragmas are those of Carnet's readers.
const pragmas = "?_pragma=busy_timeout(10000)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=temp_store(MEMORY)" +
	"&_pragma=mmap_size(2147418112)&_pragma=cache_size(-8000)"

func openDirect(ctx context.Context, s *Set) (*direct, error) {
	d := &direct{stmts: map[string]*sql.Stmt{}}
	var err error
	if s.Engine == "sqlite" {
		if d.lite, err = sql.Open("sqlite", "file:"+s.Target+pragmas); err != nil {
			return nil, err
		}
		d.lite.SetMaxOpenConns(8)
		d.lite.SetMaxIdleConns(8)
		return d, d.lite.PingContext(ctx)
	}
	cfg, err := pgxpool.ParseConfig(s.Target)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = 8
	cfg.ConnConfig.RuntimeParams["jit"] = "off"
	d.pg, err = pgxpool.NewWithConfig(ctx, cfg)
	return d, err
}

func (d *direct) close() {
	if d.pg != nil {
		d.pg.Close()
		return
	}
	d.lite.Close()
}

func (d *direct) stmt(ctx context.Context, q string) (*sql.Stmt, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.stmts[q]; s != nil {
		return s, nil
	}
	s, err := d.lite.PrepareContext(ctx, q)
	if err == nil {
		d.stmts[q] = s
	}
	return s, err
}

// rows reads all rows of a query, with every value, and calls fn, if given, with
// each.
func (d *direct) rows(ctx context.Context, q string, args []any, fn func([]any)) (n int, err error) {
	if d.pg != nil {
		rows, err := d.pg.Query(ctx, q, args...)
		if err != nil {
			return 0, fmt.Errorf("%w in %s", err, q)
		}
		defer rows.Close()
		for ; rows.Next(); n++ {
			vals, err := rows.Values()
			if err != nil {
				return n, err
			}
			if fn != nil {
				fn(vals)
			}
		}
		return n, rows.Err()
	}
	s, err := d.stmt(ctx, q)
	if err != nil {
		return 0, fmt.Errorf("%w in %s", err, q)
	}
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	vals, ptrs := make([]any, len(cols)), make([]any, len(cols))
	for i := range vals {
		ptrs[i] = &vals[i]
	}
	for ; rows.Next(); n++ {
		if err := rows.Scan(ptrs...); err != nil {
			return n, err
		}
		if fn != nil {
			fn(vals)
		}
	}
	return n, rows.Err()
}

// number returns the one number that a query gives, 0 for none.
func (d *direct) number(ctx context.Context, q string, args ...any) (out int64, err error) {
	_, err = d.rows(ctx, q, args, func(v []any) { out, _ = v[0].(int64) })
	return out, err
}

// commit runs statements in one transaction. An argument that is a *int64 takes the
// value that it points to; a statement with RETURNING id stores it in the pointer
// that is given as id.
func (d *direct) commit(ctx context.Context, steps []step) error {
	if d.pg != nil {
		tx, err := d.pg.Begin(ctx)
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx)
		for _, s := range steps {
			if s.id != nil {
				err = tx.QueryRow(ctx, s.q, deref(s.args)...).Scan(s.id)
			} else {
				_, err = tx.Exec(ctx, s.q, deref(s.args)...)
			}
			if err != nil {
				return fmt.Errorf("%w in %s", err, s.q)
			}
		}
		return tx.Commit(ctx)
	}
	d.write.Lock()
	defer d.write.Unlock()
	tx, err := d.lite.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, s := range steps {
		st, err := d.stmt(ctx, s.q)
		if err != nil {
			return fmt.Errorf("%w in %s", err, s.q)
		}
		if s.id != nil {
			err = tx.StmtContext(ctx, st).QueryRowContext(ctx, deref(s.args)...).Scan(s.id)
		} else {
			_, err = tx.StmtContext(ctx, st).ExecContext(ctx, deref(s.args)...)
		}
		if err != nil {
			return fmt.Errorf("%w in %s", err, s.q)
		}
	}
	return tx.Commit()
}

// step is one statement of commit.
type step struct {
	q    string
	args []any
	id   *int64 // takes the id that the statement returns
}

func deref(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		if p, ok := a.(*int64); ok {
			a = *p
		}
		out[i] = a
	}
	return out
}

// insert stores rows in one transaction, as each driver does it best: PostgreSQL
// many by one statement, SQLite one by one with a statement that is prepared.
func (d *direct) insert(ctx context.Context, table string, cols []string, rows [][]any) error {
	head := "INSERT INTO " + table + " (" + strings.Join(cols, ", ") + ") VALUES "
	var steps []step
	if d.pg == nil {
		for _, row := range rows {
			steps = append(steps, step{q: head + "(?" + strings.Repeat(", ?", len(cols)-1) + ")", args: row})
		}
		return d.commit(ctx, steps)
	}
	for len(rows) > 0 {
		n := min(len(rows), 100)
		var b strings.Builder
		var args []any
		for i, row := range rows[:n] {
			b.WriteString([]string{"(", ", ("}[min(i, 1)])
			for j, v := range row {
				args = append(args, v)
				fmt.Fprintf(&b, "%s$%d", []string{"", ", "}[min(j, 1)], len(args))
			}
			b.WriteString(")")
		}
		steps, rows = append(steps, step{q: head + b.String(), args: args}), rows[n:]
	}
	return d.commit(ctx, steps)
}
