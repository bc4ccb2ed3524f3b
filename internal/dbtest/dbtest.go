// Package dbtest gives each test a fresh database on the dialect under test, and
// agencies and people to act in it.
//
// CARNET_TEST_DB names a PostgreSQL server ("postgres://user@host:port/postgres");
// without it tests run on SQLite. CARNET_TEST_PARTITIONS=n splits every tenant
// table by hash of its agency, the shape that Citus asks for.
package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/vault"
)

// New returns a fresh database with all tables and nothing in it. It is removed
// when the test ends.
func New(t testing.TB) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), Target(t), flow.Tables...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	d.Sealer = Vault(t)
	return d
}

// key is the vault's key of this process: one database may be opened several times.
var key = sync.OnceValues(vault.Generate)

// Vault returns a vault with the key that New seals with.
func Vault(t testing.TB) *vault.Vault {
	t.Helper()
	k, err := key()
	if err != nil {
		t.Fatal(err)
	}
	v, _, err := vault.New(k, "")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Target is New for tests that open the database themselves: it returns the path
// or the URL of a fresh, migrated database.
func Target(t testing.TB) string {
	t.Helper()
	server := os.Getenv("CARNET_TEST_DB")
	if server == "" {
		return liteTarget(t)
	}
	return pgTarget(t, server)
}

// OnPostgres reports which dialect is under test.
func OnPostgres() bool { return os.Getenv("CARNET_TEST_DB") != "" }

// liteTemplate is a migrated SQLite file, made once per process.
var liteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "carnet-test")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "t.db")
	if _, err := db.Migrate(context.Background(), path, db.MigrateOptions{}); err != nil {
		return nil, err
	}
	d, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		return nil, err
	}
	if _, err := d.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return nil, err
	}
	if err := d.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func liteTarget(t testing.TB) string {
	raw, err := liteTemplate()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "carnet.db")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// pgTemplate is the name of a migrated PostgreSQL database, made once per process.
var pgTemplate = sync.OnceValues(func() (string, error) {
	server := os.Getenv("CARNET_TEST_DB")
	n, _ := strconv.Atoi(os.Getenv("CARNET_TEST_PARTITIONS"))
	name := "carnet_tpl_" + unique()
	if err := onServer(server, `CREATE DATABASE "`+name+`"`); err != nil {
		return "", err
	}
	_, err := db.Migrate(context.Background(), with(server, name), db.MigrateOptions{Partitions: n})
	return name, err
})

// Empty is the target of a database that isn't there yet, or has no tables.
func Empty(t testing.TB) string {
	t.Helper()
	if server := os.Getenv("CARNET_TEST_DB"); server != "" {
		return pgMade(t, server, "")
	}
	return filepath.Join(t.TempDir(), "carnet.db")
}

func pgTarget(t testing.TB, server string) string {
	tpl, err := pgTemplate()
	if err != nil {
		t.Fatal(err)
	}
	return pgMade(t, server, fmt.Sprintf(`TEMPLATE "%s"`, tpl))
}

func pgMade(t testing.TB, server, how string) string {
	name := "carnet_test_" + unique()
	if err := onServer(server, fmt.Sprintf(`CREATE DATABASE "%s" %s`, name, how)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := onServer(server, `DROP DATABASE IF EXISTS "`+name+`" WITH (FORCE)`); err != nil {
			t.Log(err)
		}
	})
	return with(server, name)
}

// Main runs the tests of a package and drops its template. Packages with many
// database tests call it from TestMain; others leave the template to the end of
// the test server.
func Main(m *testing.M) {
	code := m.Run()
	if server := os.Getenv("CARNET_TEST_DB"); server != "" {
		if name, err := pgTemplate(); err == nil {
			onServer(server, `DROP DATABASE IF EXISTS "`+name+`" WITH (FORCE)`)
		}
	}
	os.Exit(code)
}

func unique() string {
	b := make([]byte, 6)
	rand.Read(b)
	return hex.EncodeToString(b)
}

func with(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	u.Path = "/" + name
	return u.String()
}

func onServer(server, q string) error {
	d, err := sql.Open("pgx", server)
	if err != nil {
		return err
	}
	defer d.Close()
	_, err = d.Exec(q)
	return err
}

// World is an agency with two branches and one person of each role, and a second
// agency that must never see any of it.
type World struct {
	DB     *db.DB
	Agency *agency.Agency
	North  *agency.Branch
	South  *agency.Branch
	Users  map[string]*agency.User // by name: ada (administrator), max (manager, north), sue (assistant, north), ann (agent, north), bob (agent, south), joe (accountant), eva (auditor)
	Other  *agency.Agency
	Zoe    *agency.User // administrator of the other agency
}

// people are the users of World.
var people = []struct {
	name, role string
	south      bool
}{{"ada", agency.Administrator, false}, {"max", agency.Manager, false}, {"sue", agency.Assistant, false},
	{"ann", agency.Agent, false}, {"bob", agency.Agent, true}, {"joe", agency.Accountant, false}, {"eva", agency.Auditor, false}}

// NewWorld fills a fresh database with a World.
func NewWorld(t testing.TB) *World {
	t.Helper()
	return WorldIn(t, New(t))
}

// WorldIn fills a database that the test has opened with a World.
func WorldIn(t testing.TB, d *db.DB) *World {
	t.Helper()
	w := &World{DB: d, Users: map[string]*agency.User{}}
	w.Agency = found(t, w.DB, "Azymut")
	w.North, w.South = &agency.Branch{Name: "North", Active: true}, &agency.Branch{Name: "South", Active: true}
	Update(t, w.DB, db.System(w.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
		for _, b := range []*agency.Branch{w.North, w.South} {
			if err := record.Insert(ctx, tx, b); err != nil {
				return err
			}
		}
		for _, p := range people {
			u := &agency.User{Name: p.name, Email: p.name + "@example.com", Role: p.role, Status: "active",
				BranchID: db.Ref(w.North.ID), HasClients: p.role != agency.Accountant && p.role != agency.Auditor}
			if p.south {
				u.BranchID = db.Ref(w.South.ID)
			}
			if err := record.Insert(ctx, tx, u); err != nil {
				return err
			}
			w.Users[p.name] = u
		}
		return nil
	})
	w.Other = found(t, w.DB, "Rival")
	Update(t, w.DB, db.System(w.Other.ID), func(ctx context.Context, tx *db.Tx) error {
		w.Zoe = &agency.User{Name: "zoe", Email: "zoe@example.com", Role: agency.Administrator, Status: "active", HasClients: true}
		return record.Insert(ctx, tx, w.Zoe)
	})
	return w
}

func found(t testing.TB, d *db.DB, name string) *agency.Agency {
	t.Helper()
	id, err := agency.NewID(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	a := &agency.Agency{Name: name, Country: "PL", TimeZone: "Europe/Warsaw", Currency: "PLN", Language: "en"}
	Update(t, d, db.System(id), func(ctx context.Context, tx *db.Tx) error { return agency.Found(ctx, tx, a) })
	return a
}

// As returns a person of the world as an actor; "zoe" is of the other agency.
func (w *World) As(name string) db.Actor {
	if name == "zoe" {
		return agency.ActorOf(w.Other, w.Zoe, "test")
	}
	u, ok := w.Users[name]
	if !ok {
		panic("dbtest: nobody is called " + name)
	}
	return agency.ActorOf(w.Agency, u, "test")
}

// Names lists all people, those of the other agency last.
func (w *World) Names() []string {
	var out []string
	for _, p := range people {
		out = append(out, p.name)
	}
	return append(out, "zoe")
}

// Update runs fn as actor and fails the test if it fails.
func Update(t testing.TB, d *db.DB, a db.Actor, fn func(context.Context, *db.Tx) error) {
	t.Helper()
	ctx := t.Context()
	if err := d.Update(ctx, a, func(tx *db.Tx) error { return fn(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

// View runs fn as actor and fails the test if it fails.
func View(t testing.TB, d *db.DB, a db.Actor, fn func(context.Context, *db.Tx) error) {
	t.Helper()
	ctx := t.Context()
	if err := d.View(ctx, a, func(tx *db.Tx) error { return fn(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}
