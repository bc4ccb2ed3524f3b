package db

import (
	"context"
	"database/sql"
)

// maxStmts bounds the prepared statements that a connection keeps. List queries have as
// many shapes as users have ideas.
const maxStmts = 500

// liteConn is a connection of SQLite with its prepared statements by their text.
type liteConn struct {
	*sql.Conn
	longest int // texts that are longer aren't kept; 0 keeps all
	stmts   map[string]*sql.Stmt
}

// stmt prepares q once; nil stands for a text too long to be kept. When too many are
// kept, any of them makes room.
func (c *liteConn) stmt(ctx context.Context, q string) (*sql.Stmt, error) {
	if s := c.stmts[q]; s != nil || c.longest > 0 && len(q) > c.longest {
		return s, nil
	}
	if len(c.stmts) >= maxStmts {
		for old, s := range c.stmts {
			s.Close()
			delete(c.stmts, old)
			break
		}
	}
	s, err := c.PrepareContext(ctx, q)
	if err == nil {
		c.stmts[q] = s
	}
	return s, err
}

// do runs a statement without arguments.
func (c *liteConn) do(ctx context.Context, q string) error {
	_, err := c.exec(ctx, q, nil)
	return err
}

func (c *liteConn) query(ctx context.Context, q string, args []any) (Rows, error) {
	args, err := bind(args, true)
	if err != nil {
		return nil, err
	}
	s, err := c.stmt(ctx, q)
	if err != nil {
		return nil, err
	}
	var rows *sql.Rows
	if s != nil {
		rows, err = s.QueryContext(ctx, args...)
	} else {
		rows, err = c.QueryContext(ctx, q, args...)
	}
	if err != nil {
		return nil, err
	}
	return liteRows{rows}, nil
}

func (c *liteConn) exec(ctx context.Context, q string, args []any) (int64, error) {
	args, err := bind(args, true)
	if err != nil {
		return 0, err
	}
	s, err := c.stmt(ctx, q)
	if err != nil {
		return 0, err
	}
	var res sql.Result
	if s != nil {
		res, err = s.ExecContext(ctx, args...)
	} else {
		res, err = c.ExecContext(ctx, q, args...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// close ends the connection and its statements.
func (c *liteConn) close() {
	for _, s := range c.stmts {
		s.Close()
	}
	c.Conn.Close()
}

type liteRows struct{ *sql.Rows }

func (r liteRows) Close() { r.Rows.Close() }
