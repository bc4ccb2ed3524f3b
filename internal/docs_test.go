package internal_test

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link  = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	named = regexp.MustCompile("`([a-z]+)\\.((?:Test|Fuzz)[A-Za-z]+)`")
)

// pages are the Markdown files that people read.
func pages(t *testing.T) []string {
	t.Helper()
	out, err := filepath.Glob("../*.md")
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir("../docs", func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".md") {
			out = append(out, path)
		}
		return err
	})
	if err != nil || len(out) < 10 {
		t.Fatal(len(out), err)
	}
	return out
}

// TestLinks follows the links and pictures of the documentation inside of the
// repository, headings included.
func TestLinks(t *testing.T) {
	for _, page := range pages(t) {
		if filepath.Base(page) == "THIRD_PARTY.md" {
			continue // the words of others
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			u, err := url.Parse(m[1])
			if err != nil || u.IsAbs() {
				continue
			}
			target := page
			if u.Path != "" {
				target = filepath.Join(filepath.Dir(page), u.Path)
			}
			there, err := os.ReadFile(target)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				t.Errorf("%s: %s isn't there", page, m[1])
			case u.Fragment != "" && !strings.Contains(anchors(string(there)), " "+u.Fragment+" "):
				t.Errorf("%s: %s has no such heading", page, m[1])
			}
		}
	}
}

// anchors are the headings of a page as links name them, between spaces.
func anchors(text string) string {
	out := " "
	for line := range strings.Lines(text) {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			title = strings.ToLower(strings.TrimSpace(title))
			title = regexp.MustCompile(`[^\p{L}\p{N}\- ]`).ReplaceAllString(title, "")
			out += strings.ReplaceAll(title, " ", "-") + " "
		}
	}
	return out
}

// TestNamedTests looks for the tests by which the documentation proves a rule.
func TestNamedTests(t *testing.T) {
	tests := map[string]bool{}
	decl := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range decl.FindAllStringSubmatch(string(text), -1) {
			tests[filepath.Base(filepath.Dir(path))+"."+m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			found++
			pkg := m[1]
			if pkg == "internal" {
				pkg = "."
			}
			if !tests[pkg+"."+m[2]] {
				t.Errorf("%s names %s.%s, which doesn't exist", page, m[1], m[2])
			}
		}
	}
	if found == 0 {
		t.Error("no page names a test")
	}
}
