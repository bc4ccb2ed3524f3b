package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBackupCommand backs an agency up and restores it elsewhere, with the exit status
// that scripts rely on and an error that says what to do.
func TestBackupCommand(t *testing.T) {
	t.Setenv("LANG", "en_US.UTF-8")
	dir := t.TempDir()
	data, other, archive := filepath.Join(dir, "data"), filepath.Join(dir, "other"), filepath.Join(dir, "carnet.tar.gz")
	if code, _, e := carnet(t, data, "Waschbrett-im-Nebel-77\n", "user", "add", "ewa@example.com", "--name", "Ewa Lis", "--agency", "Azymut", "--password-stdin"); code != 0 {
		t.Fatal(e)
	}
	fails := func(want string, args ...string) {
		t.Helper()
		if code, o, e := carnet(t, args[0], "", args[1:]...); code != 1 || !strings.Contains(e, want) {
			t.Errorf("%v: status %d, want 1 and %q: %s%s", args, code, want, o, e)
		}
	}
	fails("there is no data folder", filepath.Join(dir, "mistyped"), "backup", archive)
	for _, args := range [][]string{{"user", "list"}, {"user", "reset-password", "ewa@example.com"}, {"token", "create", "ewa@example.com", "--name", "x"}, {"import", "list"}, {"vault", "status"}, {"vault", "rotate"}} {
		fails("there is no database in", append([]string{filepath.Join(dir, "mistyped")}, args...)...)
	}
	if _, err := os.Stat(filepath.Join(dir, "mistyped")); err == nil {
		t.Error("a mistyped folder was made an installation")
	}
	fails("no such file or directory", data, "backup", filepath.Join(dir, "none", "carnet.tar.gz"))
	if code, o, e := carnet(t, data, "", "backup", archive); code != 0 || !strings.Contains(o, "The key of the vault isn't in it") {
		t.Fatal(code, o, e)
	}
	fails("there is a database already", data, "restore", archive)
	fails("no whole backup", other, "restore", filepath.Join(data, "vault.key"))
	if code, o, e := carnet(t, other, "", "restore", archive); code != 0 || !strings.Contains(o, "put the key of the vault to "+filepath.Join(other, "vault.key")) {
		t.Fatal(code, o, e)
	}
	fails("key", other, "vault", "status") // explained, not discovered
	key, err := os.ReadFile(filepath.Join(data, "vault.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(other, "vault.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, o, e := carnet(t, other, "", "user", "list"); code != 0 || !strings.Contains(o, "ewa@example.com") {
		t.Error(code, o, e)
	}
	code, piped, e := carnet(t, data, "", "backup", "-")
	if code != 0 {
		t.Fatal(e)
	}
	if code, o, e := carnet(t, filepath.Join(dir, "third"), piped, "restore", "-", "--json"); code != 0 || !strings.Contains(o, `"engine": "sqlite"`) {
		t.Error(code, o, e)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
