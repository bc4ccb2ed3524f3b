package bench

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// bulky are the tables that a data set fills. Their indexes are cheaper to build at
// once than row by row, so they are away while rows are loaded: what an
// administrator does before loading a million clients. Rows go through the same
// code as those of an import.
var bulky = []string{"client", "traveler", "client_traveler", "communication", "address", "tag_link", "interface_id", "history", "comment"}

// away is what dropIndexes took away.
type away struct {
	Indexes []string            // their statements
	Search  map[string]string   // SQLite's full-text tables by name
	Stats   [][3]sql.NullString // what SQLite's planner knows: it goes with the indexes
}

func (s *Set) awayFile() string { return filepath.Join(s.Dir, "indexes.json") }

// dropIndexes removes the indexes before a bulk load and notes what they were.
func (s *Set) dropIndexes(ctx context.Context) (err error) {
	var a away
	if s.Engine == "postgres" {
		err = s.dropPostgres(ctx, &a)
	} else {
		err = s.dropSQLite(ctx, &a)
	}
	if err != nil {
		return fmt.Errorf("taking the indexes away: %w", err)
	}
	raw, err := json.MarshalIndent(&a, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(s.awayFile(), raw, 0o644)
}

// makeIndexes builds what dropIndexes removed.
func (s *Set) makeIndexes(ctx context.Context, note func(string)) error {
	raw, err := os.ReadFile(s.awayFile())
	if err != nil {
		return err
	}
	var a away
	if err := json.Unmarshal(raw, &a); err != nil {
		return err
	}
	if s.Engine == "postgres" {
		err = s.makePostgres(ctx, &a, note)
	} else {
		err = s.makeSQLite(ctx, &a, note)
	}
	if err != nil {
		return fmt.Errorf("building the indexes: %w", err)
	}
	return nil
}

func (s *Set) dropPostgres(ctx context.Context, a *away) error {
	c, err := pgx.Connect(ctx, s.Target)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	// Indexes of constraints stay: they belong to the table.
	rows, err := c.Query(ctx, `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY($1)
		AND indexname NOT IN (SELECT conname FROM pg_constraint) ORDER BY indexname`, bulky)
	if err != nil {
		return err
	}
	var names []string
	var name, def string
	_, err = pgx.ForEachRow(rows, []any{&name, &def}, func() error {
		names, a.Indexes = append(names, name), append(a.Indexes, def)
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := c.Exec(ctx, "DROP INDEX "+pgx.Identifier{name}.Sanitize()); err != nil {
			return err
		}
	}
	return nil
}

func (s *Set) makePostgres(ctx context.Context, a *away, note func(string)) error {
	c, err := pgx.Connect(ctx, s.Target)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, "SET maintenance_work_mem = '1GB'"); err != nil {
		return err
	}
	for _, def := range a.Indexes {
		note(def)
		if _, err := c.Exec(ctx, def); err != nil {
			return fmt.Errorf("%s: %w", def, err)
		}
	}
	return nil
}

// liteBulk opens the database for whoever needs no safety: a build that is broken
// off begins anew.
func (s *Set) liteBulk() (*sql.DB, error) {
	d, err := sql.Open("sqlite", "file:"+s.Target+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=cache_size(-1000000)")
	if err == nil {
		d.SetMaxOpenConns(1)
	}
	return d, err
}

func (s *Set) dropSQLite(ctx context.Context, a *away) error {
	d, err := s.liteBulk()
	if err != nil {
		return err
	}
	defer d.Close()
	// Dropping an index forgets its statistics.
	if err := scan(ctx, d, "SELECT tbl, idx, stat FROM sqlite_stat1", func(v []sql.NullString) {
		a.Stats = append(a.Stats, [3]sql.NullString{v[0], v[1], v[2]})
	}); err != nil {
		return err
	}
	var drops []string
	a.Search = map[string]string{}
	if err := scan(ctx, d, "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL", func(v []sql.NullString) {
		name := v[1].String
		switch {
		case v[0].String == "index" && slices.Contains(bulky, v[2].String):
			drops, a.Indexes = append(drops, "DROP INDEX "+name), append(a.Indexes, v[3].String)
		case strings.HasPrefix(v[3].String, "CREATE VIRTUAL TABLE"):
			a.Search[name] = v[3].String
			// Who writes the full-text table meets one that forgets all.
			drops = append(drops, "DROP TABLE "+name, "CREATE VIEW "+name+" AS SELECT 0 AS rowid, '' AS search",
				"CREATE TRIGGER "+name+"_none INSTEAD OF INSERT ON "+name+" BEGIN SELECT 1; END")
		}
	}); err != nil {
		return err
	}
	for _, q := range drops {
		if _, err := d.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	return nil
}

func (s *Set) makeSQLite(ctx context.Context, a *away, note func(string)) error {
	d, err := s.liteBulk()
	if err != nil {
		return err
	}
	defer d.Close()
	var steps []string
	texts := map[string]string{"client_within_fts": "substr(name_key, 2)"} // of others the search text
	for name, def := range a.Search {
		set := func(option, value string) string {
			return "INSERT INTO " + name + " (" + name + ", rank) VALUES ('" + option + "', " + value + ")"
		}
		steps = append(steps, "DROP VIEW "+name, def, set("hashsize", "200000000"), set("automerge", "0"),
			"INSERT INTO "+name+" (rowid, search) SELECT id, "+cmp.Or(texts[name], "search")+" FROM "+strings.Split(name, "_")[0]+" ORDER BY id",
			"INSERT INTO "+name+" ("+name+") VALUES ('optimize')", "DELETE FROM "+name+"_config WHERE k IN ('hashsize', 'automerge')")
	}
	for _, q := range append(steps, a.Indexes...) {
		note(q)
		if _, err := d.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	if _, err := d.ExecContext(ctx, "DELETE FROM sqlite_stat1"); err != nil {
		return err
	}
	for _, v := range a.Stats {
		if _, err := d.ExecContext(ctx, "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)", v[0], v[1], v[2]); err != nil {
			return err
		}
	}
	return nil
}

// scan calls fn with the texts of each row.
func scan(ctx context.Context, d *sql.DB, q string, fn func([]sql.NullString)) error {
	rows, err := d.QueryContext(ctx, q)
	if err != nil {
		return err
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return err
	}
	vals, ptrs := make([]sql.NullString, len(cols)), make([]any, len(cols))
	for i := range vals {
		ptrs[i] = &vals[i]
	}
	for rows.Next() {
		if err := rows.Scan(ptrs...); err != nil {
			return err
		}
		fn(vals)
	}
	return rows.Err()
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
	for _, q := range []string{"PRAGMA journal_mode = WAL", "PRAGMA cache_size = -200000", "INSERT INTO client_fts (client_fts) VALUES ('optimize')",
		"INSERT INTO traveler_fts (traveler_fts) VALUES ('optimize')", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if _, err := d.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
	}
	return nil
}
