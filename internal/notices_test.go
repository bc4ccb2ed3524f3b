package internal_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestNotices compares THIRD_PARTY.md with the modules that the program is built of.
func TestNotices(t *testing.T) {
	file, err := os.ReadFile("../THIRD_PARTY.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, platform := range []string{"linux", "darwin", "windows"} {
		cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}| {{.Path}} | {{.Version}} |{{end}}{{end}}", "../cmd/carnet")
		cmd.Env = append(os.Environ(), "GOOS="+platform, "CGO_ENABLED=0")
		list, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for line := range strings.Lines(string(list)) {
			line = strings.TrimSpace(line)
			if line == "" {
				continue
			}
			found++
			if !strings.Contains(string(file), line) {
				t.Fatalf("THIRD_PARTY.md lacks %s on %s: go run ./scripts/notices", line, platform)
			}
		}
		if found == 0 {
			t.Error("the program has no modules: this test asks for the wrong thing")
		}
	}
}
