package db_test

import (
	"net/url"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
)

// TestByKeys: a transaction that reads by ids has PostgreSQL plan once for all values,
// from where it says so; the next one, which may be a list with filters, doesn't.
func TestByKeys(t *testing.T) {
	d, err := db.Open(t.Context(), dbtest.Target(t))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if d.Dialect == db.SQLite {
		if err := d.Local(t.Context(), func(tx *db.Tx) error { tx.ByKeys(); return nil }); err != nil {
			t.Error(err)
		}
		return
	}
	mode := func(byKeys bool) (out string) {
		t.Helper()
		err := d.Local(t.Context(), func(tx *db.Tx) error {
			if byKeys {
				tx.ByKeys()
			}
			return tx.Row(t.Context(), "SHOW plan_cache_mode", nil, &out)
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	usual := mode(false)
	for i, byKeys := range []bool{false, true, true, false, true} {
		want := usual
		if byKeys {
			want = "force_generic_plan"
		}
		if got := mode(byKeys); got != want {
			t.Errorf("question %d: %s, want %s", i, got, want)
		}
	}
}

// TestPoolSettings: an address may say how many connections a pool has; migrating and
// reading the version, which have no pool, don't stumble over it.
func TestPoolSettings(t *testing.T) {
	if !dbtest.OnPostgres() {
		t.Skip("SQLite has no address")
	}
	u, err := url.Parse(dbtest.Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("pool_max_conns", "3")
	q.Set("application_name", "Łódź & co")
	u.RawQuery = q.Encode()
	if _, err := db.Migrate(t.Context(), u.String(), db.MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	if v, err := db.Version(t.Context(), u.String()); err != nil || v != db.SchemaVersion() {
		t.Errorf("version %d, %v; want %d", v, err, db.SchemaVersion())
	}
	d, err := db.Open(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for name, want := range map[string]string{"max_parallel_workers_per_gather": "0", "jit": "off", "TimeZone": "UTC"} {
		var got string
		if err := d.Local(t.Context(), func(tx *db.Tx) error { return tx.Row(t.Context(), "SHOW "+name, nil, &got) }); err != nil || got != want {
			t.Errorf("%s is %s, %v; want %s", name, got, err, want)
		}
	}
}
