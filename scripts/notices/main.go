// Command notices writes THIRD_PARTY.md: what others' work is in the program or in
// the repository, and under which licences. It reads the licences from the module
// cache, so it needs no network once the program was built.
//
//	go run ./scripts/notices
//
// A test of internal compares the file with the modules that are really built in.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// work is something made by others.
type work struct {
	name, version, licence, where string
	texts                         []string // licences and notices, word for word
}

// platforms are those that Carnet is built for: some modules are needed on one only.
var platforms = []string{"linux", "darwin", "windows"}

func main() {
	if err := run("THIRD_PARTY.md"); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

func run(file string) error {
	modules, err := modules("./cmd/carnet")
	if err != nil {
		return err
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("asking for GOROOT: %w", err)
	}
	std, err := read("Go", runtime.Version(), strings.TrimSpace(string(goroot)))
	if err != nil {
		return err
	}
	std.version = "" // the text is that of every version
	std.where = "standard library"
	files, err := vendored()
	if err != nil {
		return err
	}
	return os.WriteFile(file, page(append([]work{std}, modules...), files), 0o644)
}

// modules returns the modules that a program is built of, on any platform.
func modules(program string) ([]work, error) {
	seen := map[string]bool{}
	var out []work
	for _, p := range platforms {
		cmd := exec.Command("go", "list", "-deps", "-f",
			"{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", program)
		cmd.Env = append(os.Environ(), "GOOS="+p, "CGO_ENABLED=0")
		cmd.Stderr = os.Stderr
		list, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("listing the modules for %s: %w", p, err)
		}
		for line := range strings.Lines(string(list)) {
			part := strings.Split(strings.TrimSpace(line), "\t")
			if len(part) != 3 || seen[part[0]] {
				continue
			}
			seen[part[0]] = true
			w, err := read(part[0], part[1], part[2])
			if err != nil {
				return nil, err
			}
			w.where = "program"
			out = append(out, w)
		}
	}
	slices.SortFunc(out, func(a, b work) int { return strings.Compare(a.name, b.name) })
	return out, nil
}

var legal = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)`)

// read takes the licence and the notices from a folder.
func read(name, version, dir string) (work, error) {
	w := work{name: name, version: version}
	var files []string
	for _, d := range []string{dir, filepath.Join(dir, "LICENSES")} {
		list, err := os.ReadDir(d)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return w, fmt.Errorf("reading the licence of %s: %w", name, err)
		}
		for _, f := range list {
			// The logo of a module isn't part of the program.
			if !f.IsDir() && (legal.MatchString(f.Name()) || d != dir) && !strings.Contains(f.Name(), "LOGO") {
				files = append(files, filepath.Join(d, f.Name()))
			}
		}
	}
	var kinds []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return w, fmt.Errorf("reading the licence of %s: %w", name, err)
		}
		w.texts = append(w.texts, tidy(string(text)))
		if k := kind(string(text)); k != "" && !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	if len(kinds) == 0 {
		return w, fmt.Errorf("%s has no licence that this program knows: look at %s", name, dir)
	}
	w.licence = strings.Join(kinds, ", ")
	return w, nil
}

// kind recognises a licence by words that only it has; "" for notices.
func kind(text string) string {
	t := strings.Join(strings.Fields(text), " ")
	for _, l := range []struct{ name, words string }{
		{"Apache-2.0", "Apache License Version 2.0"},
		{"MPL-2.0", "Mozilla Public License Version 2.0"},
		{"BSD-3-Clause", "endorse or promote products derived"},
		{"BSD-2-Clause", "Redistribution and use in source and binary forms"},
		{"0BSD", "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted. THE SOFTWARE"},
		{"ISC", "Permission to use, copy, modify, and/or distribute this software for any"},
		{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy"},
		{"public domain", "public domain"},
	} {
		if strings.Contains(t, l.words) {
			return l.name
		}
	}
	return ""
}

// tidy leaves the words and takes away what only layout adds.
func tidy(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// page writes the tables, and each text once with the names of all that it covers.
func page(modules, files []work) []byte {
	var b bytes.Buffer
	b.WriteString(`# The work of others

Carnet is under the Apache License 2.0 (LICENSE). It is built of, or comes with, the works below; their licences follow
word for word. The file is written by ` + "`go run ./scripts/notices`" + `: don't edit it. Pass it on with the program.

## Go modules in the program

`)
	table(&b, modules)
	b.WriteString("\n## Files in the repository\n\n")
	table(&b, files)
	b.WriteString("\n## Texts\n")
	var order []string
	names := map[string][]string{}
	for _, w := range append(slices.Clone(modules), files...) {
		for _, t := range w.texts {
			if names[t] == nil {
				order = append(order, t)
			}
			if !slices.Contains(names[t], w.name) {
				names[t] = append(names[t], w.name)
			}
		}
	}
	for _, t := range order {
		fmt.Fprintf(&b, "\n### %s\n\n````text\n%s\n````\n", strings.Join(names[t], ", "), t)
	}
	return b.Bytes()
}

func table(b *bytes.Buffer, list []work) {
	b.WriteString("| Work | Version | Licence | Where |\n|---|---|---|---|\n")
	for _, w := range list {
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", w.name, w.version, w.licence, w.where)
	}
}
