package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestEnableCommand: who never accepted an invitation stays invited, whatever was done to
// their access meanwhile: without a password nobody is active.
func TestEnableCommand(t *testing.T) {
	t.Setenv("LANG", "en_US.UTF-8")
	data := filepath.Join(t.TempDir(), "data")
	do := func(want string, args ...string) {
		t.Helper()
		if code, o, e := carnet(t, data, "Waschbrett-im-Nebel-77\n", args...); code != 0 || !strings.Contains(o, want) {
			t.Fatalf("%v: status %d, want %q: %s%s", args, code, want, o, e)
		}
	}
	do("Done", "user", "add", "ewa@example.com", "--name", "Ewa Lis", "--agency", "Azymut", "--password-stdin")
	do("/join/", "user", "add", "jo@example.com", "--name", "Jo Wrona")
	do("Done: Jo Wrona", "user", "enable", "jo@example.com")
	do("invited", "user", "list")
	do("Clients handed over: 0", "user", "disable", "jo@example.com")
	do("Done: Jo Wrona", "user", "enable", "jo@example.com")
	do("invited", "user", "list")
	do("/join/", "user", "reset-password", "jo@example.com")
}
