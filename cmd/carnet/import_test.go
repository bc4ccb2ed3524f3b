package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// carnet runs the command line in a data folder and returns what it printed.
func carnet(t *testing.T, data, in string, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(&env{Context: context.Background(), out: &o, err: &e, in: strings.NewReader(in)}, append(args, "--data", data))
	return code, o.String(), e.String()
}

// TestImportCommand tells what would happen, imports, imports again, and takes it
// back, with the exit status that scripts rely on.
func TestImportCommand(t *testing.T) {
	t.Setenv("LANG", "en_US.UTF-8")
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	if code, _, e := carnet(t, data, "Waschbrett-im-Nebel-77\n", "user", "add", "ewa@example.com", "--name", "Ewa Lis", "--agency", "Azymut", "--password-stdin"); code != 0 {
		t.Fatal(e)
	}
	file := filepath.Join(dir, "people.csv")
	text := "First name;Last name;E-mail\nJan;Nowak;jan@example.com\nAnna;Maj;anna@example.com\n;;\n;;not an address\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	type result struct {
		ID                                int64
		State                             string
		Created, Updated, Skipped, Errors int64
	}
	do := func(wantCode int, args ...string) (out []result) {
		t.Helper()
		code, o, e := carnet(t, data, "", append(args, "--json")...)
		if code != wantCode {
			t.Fatalf("%v: status %d, want %d\n%s%s", args, code, wantCode, o, e)
		}
		if !strings.HasPrefix(o, "[") {
			o = "[" + o + "]"
		}
		if err := json.Unmarshal([]byte(o), &out); err != nil {
			t.Fatalf("%v: %v in %s", args, err, o)
		}
		return out
	}
	refused, report := filepath.Join(dir, "refused.csv"), filepath.Join(dir, "report.csv")
	if r := do(3, "import", "clients", file, "--dry-run")[0]; r.State != "checked" || r.Created != 2 || r.Errors != 1 {
		t.Errorf("the dry run: %+v", r)
	}
	first := do(3, "import", "clients", file, "--tag", "moved in", "--errors", refused, "--report", report)[0]
	if first.State != "done" || first.Created != 2 || first.Errors != 1 {
		t.Errorf("the import: %+v", first)
	}
	for path, want := range map[string]string{refused: "not an address", report: "Nowak/Jan"} {
		if raw, err := os.ReadFile(path); err != nil || !strings.Contains(string(raw), want) {
			t.Errorf("%s: %v %s", path, err, raw)
		}
	}
	if r := do(3, "import", "clients", file, "--tag", "moved in", "--mode", "overwrite")[0]; r.Created+r.Updated != 0 || r.Skipped != 2 {
		t.Errorf("imported twice: %+v", r)
	}
	if r := do(0, "import", "undo", "2")[0]; r.ID != first.ID || r.State != "undone" {
		t.Errorf("undo: %+v", r)
	}
	if code, _, e := carnet(t, data, "", "import", "undo", "2"); code != 1 || e == "" {
		t.Errorf("undone twice: status %d, %s", code, e)
	}
	if l := do(0, "import", "list"); len(l) != 3 || l[0].ID != 3 {
		t.Errorf("the list: %+v", l)
	}
	for _, args := range [][]string{{"--as", "nobody@example.com"}, {"--advisor", "Nobody"}, {"--branch", "Nowhere"}, {"--mapping", "nothing"}, {"--match", "shoe_size"}} {
		if code, _, e := carnet(t, data, "", append([]string{"import", "clients", file}, args...)...); code != 1 || !strings.HasPrefix(e, "carnet: ") {
			t.Errorf("%v: status %d, %s", args, code, e)
		}
	}
	if l := do(0, "import", "list"); len(l) != 3 {
		t.Errorf("refused calls left imports behind: %+v", l)
	}
	if code, _, _ := carnet(t, data, "", "import", "clients", file+"x"); code != 2 {
		t.Errorf("a file that isn't there: status %d", code)
	}
}

// TestImportCommandSays which file it means, reads a file as it is told, and goes on only
// with what had begun.
func TestImportCommandSays(t *testing.T) {
	t.Setenv("LANG", "en_US.UTF-8")
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	if code, _, e := carnet(t, data, "Waschbrett-im-Nebel-77\n", "user", "add", "ewa@example.com", "--name", "Ewa Lis", "--agency", "Azymut", "--password-stdin"); code != 0 {
		t.Fatal(e)
	}
	polish, empty, list := filepath.Join(dir, "polish.csv"), filepath.Join(dir, "empty.csv"), filepath.Join(dir, "list.csv")
	for path, text := range map[string]string{polish: "Nazwisko|Imie;Miasto\nW\xb9s|Jan;Radom\n", empty: ""} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, _, e := carnet(t, data, "", "import", "clients", polish, "--dry-run", "--encoding", "Windows-1250", "--delimiter", "|", "--report", list)
	if raw, err := os.ReadFile(list); code != 0 || err != nil || !strings.Contains(string(raw), "Wąs") {
		t.Errorf("read as chosen: status %d, %s, %v %s", code, e, err, raw)
	}
	for want, args := range map[string][]string{
		"empty.csv: The file is empty.": {"import", "clients", polish, empty, "--dry-run"},
		"hasn't begun":                  {"import", "resume", "1"},
		"encoding: Choose one of these": {"import", "clients", polish, "--encoding", "latin-99"},
	} {
		if code, _, e := carnet(t, data, "", args...); code != 1 || !strings.Contains(e, want) {
			t.Errorf("%v: status %d, %s", args, code, e)
		}
	}
}
