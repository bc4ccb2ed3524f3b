package db_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
)

// TestWide: for the agency that has most of the clients PostgreSQL asks its index of
// trigrams for the letters alone, and each agency finds its own.
func TestWide(t *testing.T) {
	if !dbtest.OnPostgres() {
		t.Skip("SQLite's index of trigrams doesn't know of agencies")
	}
	target := dbtest.Target(t)
	c, err := pgx.Connect(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	for _, q := range []string{
		"INSERT INTO agency (id, agency_id, version, created_at, updated_at, name, time_zone, currency, language) SELECT n, n, 1, 0, 0, 'Agency ' || n, 'UTC', 'EUR', 'en' FROM generate_series(501, 502) n",
		`INSERT INTO client (agency_id, version, created_at, updated_at, kind, classification, segment, status, name, name_key, code, search)
			SELECT CASE WHEN n % 10 = 0 THEN 502 ELSE 501 END, 1, 0, 0, 'personal', 'client', 'regular', 'active', 'N ' || n, 'n ' || n, 'C' || n, 'name ' || md5(n::text) || CASE WHEN n % 1000 < 2 THEN ' qxzwvu' ELSE '' END
			FROM generate_series(1, 20000) n`,
		"ANALYZE client",
		"SELECT gin_clean_pending_list('client_search')",
	} {
		if _, err := c.Exec(t.Context(), q); err != nil && !strings.Contains(err.Error(), "not a GIN index") { // parts have their own
			t.Fatalf("%v in %s", err, q)
		}
	}
	d, err := db.Open(t.Context(), target, flow.Tables...)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for agency, aside := range map[int64]bool{501: true, 502: false} {
		err := d.View(t.Context(), db.System(agency), func(tx *db.Tx) error {
			var plan []string
			const q = "SELECT c.id FROM {client} c WHERE c.search LIKE $1"
			err := tx.Each(t.Context(), "EXPLAIN "+q, []any{"%qxzwvu%"}, func(rows db.Rows) error {
				var line string
				err := rows.Scan(&line)
				plan = append(plan, line)
				return err
			})
			if err != nil {
				return err
			}
			text := strings.Join(plan, "\n")
			if aside == strings.Contains(text, fmt.Sprintf("agency_id = '%d'::bigint", agency)) {
				t.Errorf("agency %d: its index is asked aside %v:\n%s", agency, !aside, text)
			}
			if aside && !strings.Contains(text, "Index Cond: (search") {
				t.Errorf("the index of trigrams isn't asked for the letters alone:\n%s", text)
			}
			ids, err := tx.IDs(t.Context(), q, "%qxzwvu%")
			if len(ids) != 20 {
				t.Errorf("agency %d finds %d clients, want 20", agency, len(ids))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
