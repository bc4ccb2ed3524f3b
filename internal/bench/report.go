// Package bench measures Carnet against its performance budget, on agencies of made-up
// clients, beside the bare SQL that each work needs.
package bench

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The table of the page stands between these two lines.
const (
	tableBegin = "<!-- the table begins: make bench writes it -->"
	tableEnd   = "<!-- the table ends -->"
)

// Report writes the table of all results in the folder: to the log, and into the
// page that the options name.
func Report(o Options) error {
	paths, err := filepath.Glob(filepath.Join(o.Out, "result-*.json"))
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var r Result
		if err := json.Unmarshal(raw, &r); err != nil {
			return fmt.Errorf("reading %s: %w", path, err)
		}
		r.table(&b)
	}
	if o.Log != nil {
		fmt.Fprint(o.Log, b.String())
	}
	if o.Doc == "" {
		return nil
	}
	return intoPage(o.Doc, b.String())
}

// table writes one data set as Markdown.
func (r *Result) table(b *strings.Builder) {
	fmt.Fprintf(b, "\n### %s, %d clients\n\n%s; load %s; %s\n\n", r.Engine, r.Clients, r.Machine, r.Load, r.When.UTC().Format("2006-01-02 15:04"))
	b.WriteString("| Work | Users | p50 | p95 | p99 | per second | bare SQL p95 | Budget |\n|---|--:|--:|--:|--:|--:|--:|---|\n")
	for i := range r.Lines {
		l := &r.Lines[i]
		if l.Unit != "" {
			fmt.Fprintf(b, "| %s | | %.1f %s | | | | | %s |\n", l.Name, l.Value, l.Unit, verdict(l))
			continue
		}
		bare := ""
		if l.Bare.N > 0 {
			bare = ms(l.Bare.P95)
		}
		fmt.Fprintf(b, "| %s | %d | %s | %s | %s | %.0f | %s | %s |\n", l.Name, l.Users, ms(l.Mine.P50), ms(l.Mine.P95), ms(l.Mine.P99), l.Mine.PerSecond, bare, verdict(l))
	}
}

func verdict(l *Line) string {
	if !l.Budget && l.Floor == 0 && l.Limit == 0 {
		return ""
	}
	if over := l.Over(); over != "" {
		return "over: " + over
	}
	return "within"
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond)) }

// intoPage puts the table between the marks of a page.
func intoPage(path, table string) error {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		raw, err = []byte("# Performance\n\n"+tableBegin+"\n"+tableEnd+"\n"), nil
	}
	if err != nil {
		return err
	}
	head, rest, ok := strings.Cut(string(raw), tableBegin)
	_, tail, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		return fmt.Errorf("%s has no marks for the table", path)
	}
	return os.WriteFile(path, []byte(head+tableBegin+"\n"+table+"\n"+tableEnd+tail), 0o644)
}
