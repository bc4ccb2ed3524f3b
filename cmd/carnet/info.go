package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/carnetcrm/carnet/internal/api"
	"github.com/carnetcrm/carnet/internal/db"
)

// release is set by the build: -ldflags "-X main.release=v1.2.3".
var release = ""

// version names this build: the release, or the commit it was made of.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	commit, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			commit = s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+"
		}
	}
	if commit == "" {
		return "development"
	}
	return commit + dirty
}

// printJSON prints a result for machines.
func printJSON(e *env, v any) error {
	enc := json.NewEncoder(e.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("printing the result: %w", err)
	}
	return nil
}

// versionCmd is "carnet version".
type versionCmd struct {
	JSON bool `env:"CARNET_JSON" help:"Print as JSON."`
}

// Help is shown below the flags.
func (*versionCmd) Help() string { return "Example:\n  carnet version --json" }

// Run prints the version.
func (c *versionCmd) Run(e *env) error {
	if c.JSON {
		return printJSON(e, map[string]any{"version": version(), "schema": db.SchemaVersion(), "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH})
	}
	fmt.Fprintf(e.out, "carnet %s, database version %d, %s %s/%s\n", version(), db.SchemaVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// openapiCmd is "carnet openapi".
type openapiCmd struct{}

// Help is shown below the flags.
func (*openapiCmd) Help() string { return "Example:\n  carnet openapi > openapi.json" }

// Run prints the document.
func (*openapiCmd) Run(e *env) error {
	if _, err := e.out.Write(api.OpenAPI(version())); err != nil {
		return fmt.Errorf("printing the document: %w", err)
	}
	return nil
}
