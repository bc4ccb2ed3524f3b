package flow_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
)

// TestSearchPlan: PostgreSQL thinks that a hundredth of all clients hold a part of a name
// that few hold, and still asks the index of trigrams instead of reading all of them.
func TestSearchPlan(t *testing.T) {
	if !dbtest.OnPostgres() || os.Getenv("CARNET_TEST_PARTITIONS") != "" {
		t.Skip("SQLite doesn't guess, parts of a table are guessed as the whole is")
	}
	ctx, target := t.Context(), strings.ReplaceAll(dbtest.Target(t), "force_generic_plan", "auto") // most tests plan without values
	d, err := db.Open(ctx, target, flow.Tables...)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	w := dbtest.WorldIn(t, d)
	n := person("Zz", "Zz", "", "")
	dbtest.Update(t, d, w.As("ada"), func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) })
	conn, err := pgx.Connect(ctx, target)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	// Of the texts in their order every two hundredth is remembered, to guess by them.
	_, err = conn.Exec(ctx, `INSERT INTO client SELECT (jsonb_populate_record(c, jsonb_build_object('id', 1000000 + n, 'code', 'Z' || n, 'name_key', 'zz' || n,
		'search', to_char(n, '00000') || CASE WHEN n BETWEEN 10199 AND 10201 OR n BETWEEN 10399 AND 10401 THEN ' leblanc ' ELSE '' END || repeat('x', 200)))).*
		FROM client c, generate_series(1, 20000) n WHERE c.id = $1`, n.Client.ID)
	if err == nil {
		_, err = conn.Exec(ctx, "ANALYZE client")
	}
	if err != nil {
		t.Fatal(err)
	}
	dbtest.View(t, d, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		scans := func() (n int64) {
			if err := tx.Row(ctx, `SELECT sum(seq_scan) FROM pg_stat_xact_user_tables WHERE relname ~ '^client(_p\d+)?$'`, nil, &n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if _, err := flow.Search(ctx, tx, "nobody", 8); err != nil { // learns how many there are
			return err
		}
		before := scans()
		hits, err := flow.Search(ctx, tx, "eblanc", 8)
		if err != nil || len(hits) != 6 {
			t.Errorf("%d hits, %v", len(hits), err)
		}
		if n := scans() - before; n != 0 {
			t.Errorf("the clients were read %d times", n)
		}
		return nil
	})
}
