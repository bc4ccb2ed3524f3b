package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// file is a settings file: a JSON object whose names are those of the flags, with _ for
// -: {"base_url": "https://crm.example.com", "trusted_proxies": ["10.0.0.1"]}.
type file map[string]any

// load reads a settings file for kong.
func load(r io.Reader) (kong.Resolver, error) {
	f := file{}
	if err := json.NewDecoder(r).Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading the settings file: %w", err)
	}
	return f, nil
}

func fileName(flag *kong.Flag) string { return strings.ReplaceAll(flag.Name, "-", "_") }

// Resolve returns the file's value of a flag. A variable wins over the file, as one
// sets it for this start, which kong by itself sees the other way round.
func (f file) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, env := range flag.Envs {
		if _, set := os.LookupEnv(env); set {
			return nil, nil
		}
	}
	return f[fileName(flag)], nil
}

// Validate refuses names that no command has: a typing error in a file would otherwise
// leave a setting at its default without a word.
func (f file) Validate(app *kong.Application) error {
	known := map[string]bool{}
	var walk func(*kong.Node)
	walk = func(n *kong.Node) {
		for _, flag := range n.Flags {
			known[fileName(flag)] = true
		}
		for _, child := range n.Children {
			walk(child)
		}
	}
	walk(app.Node)
	var unknown []string
	for name := range f {
		if !known[name] {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return fmt.Errorf("the settings file has names that don't exist: %s", strings.Join(unknown, ", "))
	}
	return nil
}
