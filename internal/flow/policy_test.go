package flow_test

import (
	"database/sql"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s changed; if that is meant, run: go test ./internal/flow -run %s -update\n%s", path, t.Name(), got)
	}
}

// TestPolicy holds the whole policy of rows on one page: who sees and who changes
// what in each tenant table.
func TestPolicy(t *testing.T) {
	golden(t, "policy.txt", db.Policy(flow.Tables))
}

// TestClassified fails on a column that doesn't say what the history does with it,
// and on a tenant table without a registered record.
func TestClassified(t *testing.T) {
	for _, k := range record.Kinds() {
		for _, c := range record.Columns(k.New()) {
			if !slices.Contains([]string{"track", "secret", "-"}, c.History) {
				t.Errorf("%s.%s: history:%q, must be track, secret or -", k.Name, c.Name, c.History)
			}
		}
	}
	for _, table := range flow.Tables {
		if _, ok := record.KindOf(table.Name); !ok && table.Name != "history" {
			t.Errorf("table %s has no registered kind", table.Name)
		}
	}
}

// TestSchema compares the tables of both dialects: same tables, columns and
// nullability, held in one golden file.
func TestSchema(t *testing.T) {
	if os.Getenv("CARNET_TEST_PARTITIONS") != "" {
		t.Skip("the parts of a partitioned table aren't in the golden file")
	}
	target := dbtest.Target(t)
	driver, q := "sqlite", `SELECT m.name, p.name, p."notnull" FROM sqlite_master m JOIN pragma_table_info(m.name) p
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '%\_fts%' ESCAPE '\' ORDER BY m.name, p.name`
	if dbtest.OnPostgres() {
		driver, q = "pgx", `SELECT table_name::text, column_name::text, (is_nullable = 'NO')::int FROM information_schema.columns
			WHERE table_schema = 'public' ORDER BY table_name COLLATE "C", column_name COLLATE "C"`
	}
	conn, err := sql.Open(driver, target)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	rows, err := conn.Query(q)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var b strings.Builder
	last := ""
	for rows.Next() {
		var table, column string
		var notNull int
		if err := rows.Scan(&table, &column, &notNull); err != nil {
			t.Fatal(err)
		}
		if table == "goose_db_version" {
			continue
		}
		if table != last {
			fmt.Fprintf(&b, "%s\n", table)
			last = table
		}
		fmt.Fprintf(&b, "  %s%s\n", column, map[int]string{0: " null", 1: ""}[notNull])
	}
	golden(t, "schema.txt", b.String())
}

// TestTenantTables checks the data rules on the schema: every table with an
// agency_id is declared, and the declared ones have the key that sharding needs.
func TestTenantTables(t *testing.T) {
	raw, err := os.ReadFile("testdata/schema.txt")
	if err != nil {
		t.Fatal(err)
	}
	local := []string{"job", "login", "passkey", "recovery_code", "session", "link_token", "public_link", "api_token", "throttle", "idempotency", "ceremony", "known_place"}
	table := ""
	for _, block := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		if strings.HasPrefix(block, " ") {
			if strings.TrimSpace(block) == "agency_id" && !slices.ContainsFunc(flow.Tables, func(d db.Table) bool { return d.Name == table }) && !slices.Contains(local, table) {
				t.Errorf("table %s has agency_id but no rule of visibility", table)
			}
			continue
		}
		table = block
	}
}
