package app_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/app"
	"github.com/carnetcrm/carnet/internal/config"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/vault"
)

func TestMain(m *testing.M) {
	if childMain() {
		return
	}
	dbtest.Main(m)
}

// lines is a log that tests read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// settings are those of an installation on a fresh database, already migrated.
func settings(t *testing.T) *config.Config {
	t.Helper()
	c := &config.Config{Data: t.TempDir(), Listen: "127.0.0.1:8080", SecureCookies: "auto", LogFormat: "json", LogLevel: "debug", MaxUpload: 10}
	target := dbtest.Target(t)
	if dbtest.OnPostgres() {
		c.Database = target
		return c
	}
	if err := os.Rename(target, c.DatabaseFile()); err != nil {
		t.Fatal(err)
	}
	return c
}

// open opens an installation until the test ends.
func open(t *testing.T, c *config.Config) (*app.App, *lines) {
	t.Helper()
	log := &lines{}
	a, err := app.Open(t.Context(), c, app.Options{Version: "test", Log: slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a, log
}

const secret = "Kompas-Wiatr-77"

// found gives an installation an agency with an administrator.
func found(t *testing.T, a *app.App) (db.Actor, int64) {
	t.Helper()
	_, err := flow.AddAgency(t.Context(), a.DB, a.Login, &flow.NewAgency{Password: secret,
		Agency: agency.Agency{Name: "Azymut", Country: "PL", TimeZone: "Europe/Warsaw", Currency: "PLN", Language: "en"},
		Admin:  agency.User{Name: "Ewa", Email: "ewa@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	actor, id, err := a.Person(t.Context(), "Ewa@Example.com")
	if err != nil {
		t.Fatal(err)
	}
	return actor, id
}

func TestDataFolderIsPrivate(t *testing.T) {
	c := settings(t)
	if err := os.Chmod(c.Data, 0o755); err != nil {
		t.Fatal(err)
	}
	open(t, c)
	err := filepath.WalkDir(c.Data, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others can read %s: %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestForeignFolder: a folder in which others live is neither used nor closed to them.
func TestForeignFolder(t *testing.T) {
	for name, want := range map[string]bool{"": true, "carnet.db": true, "lost+found": true, "vault.key": true, "backup-17": true, "ewa": false, ".profile": false} {
		dir := filepath.Join(t.TempDir(), "srv")
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		err := app.Folder(dir)
		info, statErr := os.Stat(dir)
		if statErr != nil {
			t.Fatal(statErr)
		}
		if (err == nil) != want || (info.Mode().Perm() == 0o700) != want {
			t.Errorf("with %q in it: %v, mode %v", name, err, info.Mode().Perm())
		}
	}
}

// TestLostVaultKey: a start without the key that the database knows is refused, and
// leaves no new key behind that would look like the right one.
func TestLostVaultKey(t *testing.T) {
	c := settings(t)
	a, err := app.Open(t.Context(), c, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	away := c.VaultFile() + ".away"
	if err := os.Rename(c.VaultFile(), away); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Open(t.Context(), c, app.Options{}); err == nil || !strings.Contains(err.Error(), vault.FileName) {
		t.Errorf("without the key it says: %v", err)
	}
	if _, err := os.Stat(c.VaultFile()); !os.IsNotExist(err) {
		t.Errorf("a new key was left: %v", err)
	}
	if err := os.Rename(away, c.VaultFile()); err != nil {
		t.Fatal(err)
	}
	open(t, c)
}

func TestNewerDatabaseIsLeftAlone(t *testing.T) {
	c := settings(t)
	a, err := app.Open(t.Context(), c, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.DB.UpdateLocal(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, $1)", true)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = app.Open(t.Context(), c, app.Options{})
	if err == nil || !strings.Contains(err.Error(), "newer version") || !strings.Contains(err.Error(), "9999") {
		t.Errorf("it says: %v", err)
	}
}

func TestPeople(t *testing.T) {
	a, _ := open(t, settings(t))
	actor, id := found(t, a)
	if _, _, err := a.Person(t.Context(), "nobody@example.com"); err == nil || !strings.Contains(err.Error(), "nobody@example.com") {
		t.Errorf("an unknown person gives %v", err)
	}
	as, err := a.As(t.Context(), actor.AgencyID, id)
	if err != nil || as.UserID != id || !as.May("user.manage") || as.May("*") {
		t.Errorf("as %+v (%v)", as, err)
	}
	for name, want := range map[string]string{"": "Azymut", "azymut": "Azymut", "Other": ""} {
		if _, got, err := a.AgencyNamed(t.Context(), name); got != want || (err == nil) != (want != "") {
			t.Errorf("agency %q is %q (%v)", name, got, err)
		}
	}
	if _, err := flow.AddAgency(t.Context(), a.DB, a.Login, &flow.NewAgency{
		Agency: agency.Agency{Name: "Busola", TimeZone: "Europe/Warsaw", Currency: "PLN", Language: "pl"},
		Admin:  agency.User{Name: "Jan", Email: "jan@example.com"}}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.AgencyNamed(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "Azymut, Busola") {
		t.Errorf("of two agencies none was chosen: %v", err)
	}
	var names []string
	if err := a.EachAgency(t.Context(), func(_ context.Context, tx *db.Tx, ag *agency.Agency) error {
		names = append(names, ag.Name)
		return nil
	}); err != nil || strings.Join(names, " ") != "Azymut Busola" {
		t.Errorf("agencies %v (%v)", names, err)
	}
}
