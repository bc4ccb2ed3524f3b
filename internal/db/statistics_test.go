package db_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
)

// TestStatistics: SQLite's planner knows something of each index of the tables of
// agencies. An index without statistics looks better than all that have them: a page of
// clients took a thousand times as long by one, and to find a traveler's visas those of
// the agency were read. A migration that makes an index, or makes one anew, writes its
// line, too.
func TestStatistics(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	if _, err := db.Migrate(t.Context(), path, db.MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	d, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
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
