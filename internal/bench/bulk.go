package bench

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
)

// trigram are the indexes of PostgreSQL that are cheaper to build at once than row
// by row: what an administrator does before loading a million clients.
var trigram = []string{"client_search", "traveler_search"}

func (s *Set) indexFile() string { return filepath.Join(s.Dir, "indexes.json") }

// dropIndexes removes the trigram indexes of PostgreSQL before a bulk load.
func (s *Set) dropIndexes(ctx context.Context) error {
	if s.Engine != "postgres" {
		return nil
	}
	c, err := pgx.Connect(ctx, s.Target)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	var defs []string
	for _, name := range trigram {
		var def string
		if err := c.QueryRow(ctx, "SELECT pg_get_indexdef($1::text::regclass)", name).Scan(&def); err != nil {
			return fmt.Errorf("reading index %s: %w", name, err)
		}
		defs = append(defs, def)
		if _, err := c.Exec(ctx, "DROP INDEX "+name); err != nil {
			return err
		}
	}
	raw, err := json.Marshal(defs)
	if err != nil {
		return err
	}
	return os.WriteFile(s.indexFile(), raw, 0o644)
}

// makeIndexes builds what dropIndexes removed.
func (s *Set) makeIndexes(ctx context.Context) error {
	if s.Engine != "postgres" {
		return nil
	}
	raw, err := os.ReadFile(s.indexFile())
	if err != nil {
		return err
	}
	var defs []string
	if err := json.Unmarshal(raw, &defs); err != nil {
		return err
	}
	c, err := pgx.Connect(ctx, s.Target)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, "SET maintenance_work_mem = '512MB'"); err != nil {
		return err
	}
	for _, def := range defs {
		if _, err := c.Exec(ctx, def); err != nil {
			return fmt.Errorf("%s: %w", def, err)
		}
	}
	return nil
}

// settle brings the database into the state in which it stands after a quiet
// night: statistics gathered, logs written back, indexes merged.
func (s *Set) settle(ctx context.Context) error {
	if s.Engine == "postgres" {
		c, err := pgx.Connect(ctx, s.Target)
		if err != nil {
			return err
		}
		defer c.Close(ctx)
		_, err = c.Exec(ctx, "VACUUM ANALYZE")
		return err
	}
	d, err := sql.Open("sqlite", "file:"+s.Target)
	if err != nil {
		return err
	}
	defer d.Close()
	d.SetMaxOpenConns(1)
	for _, q := range []string{"PRAGMA cache_size = -200000", "INSERT INTO client_fts (client_fts) VALUES ('optimize')",
		"INSERT INTO traveler_fts (traveler_fts) VALUES ('optimize')", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if _, err := d.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	return nil
}
