package db_test

import (
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
)

// migrated is a new SQLite database with all migrations.
func migrated(t *testing.T) *sql.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.db")
	if _, err := db.Migrate(t.Context(), path, db.MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	d, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// TestStatistics: SQLite's planner knows something of each index of the tables of
// agencies. An index without statistics looks better than all that have them: a page of
// clients took a thousand times as long by one, and to find a traveler's visas those of
// the agency were read. A migration that makes an index, or makes one anew, writes its
// line, too.
func TestStatistics(t *testing.T) {
	d := migrated(t)
	rows, err := d.QueryContext(t.Context(), `SELECT m.tbl_name, m.name FROM sqlite_master m JOIN pragma_index_list(m.tbl_name) k ON k.origin = 'pk'
		JOIN pragma_index_info(k.name) i ON i.seqno = 0 AND i.name = 'agency_id'
		WHERE m.type = 'index' AND m.name NOT IN (SELECT idx FROM sqlite_stat1 WHERE idx IS NOT NULL)`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var table, index string
		if err := rows.Scan(&table, &index); err != nil {
			t.Fatal(err)
		}
		t.Errorf("the planner knows nothing of index %s of %s: write its line of sqlite_stat1", index, table)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := d.QueryRowContext(t.Context(), "SELECT count(*) FROM sqlite_stat1").Scan(&n); err != nil || n < 40 {
		t.Errorf("%d lines of statistics, %v", n, err)
	}
}

// few are parents that have few rows, seldom deleted: their children may be read as a
// whole then.
var few = []string{"branch", "department", "user", "customer_type"}

// TestForeignKeysHaveIndexes: a row that goes for good is looked for in all tables that
// refer to it, by an index that knows deleted rows, too.
func TestForeignKeysHaveIndexes(t *testing.T) {
	d := migrated(t)
	rows, err := d.QueryContext(t.Context(), `SELECT m.name, f."table", group_concat(f."from", ',' ORDER BY f.seq),
			(SELECT group_concat(i.sql, ';') FROM sqlite_master i WHERE i.type = 'index' AND i.tbl_name = m.name)
		FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' GROUP BY m.name, f.id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var child, parent, columns string
		var indexes sql.NullString
		if err := rows.Scan(&child, &parent, &columns, &indexes); err != nil {
			t.Fatal(err)
		}
		n++
		if slices.Contains(few, parent) || parent == "agency" || !strings.HasPrefix(columns, "agency_id,") {
			continue
		}
		refers := strings.TrimPrefix(columns, "agency_id,")
		found := slices.ContainsFunc(strings.Split(indexes.String, ";"), func(i string) bool {
			where, partial := "", false
			i, where, partial = strings.Cut(i, " WHERE ")
			_, on, _ := strings.Cut(i, "(")
			return (strings.HasPrefix(on, "agency_id, "+refers+",") || on == "agency_id, "+refers+")") && (!partial || where == refers+" IS NOT NULL")
		})
		if !found {
			t.Errorf("%s (%s) refers to %s, and no index finds all its rows by that", child, columns, parent)
		}
	}
	if err := rows.Err(); err != nil || n < 50 {
		t.Errorf("%d foreign keys, %v", n, err)
	}
}
