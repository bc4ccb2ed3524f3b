package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The table stands between these lines of the page.
const (
	tableBegin = "<!-- bench: begin -->"
	tableEnd   = "<!-- bench: end -->"
)

// Report prints the tables of all results in the folder, and writes them into the
// page of the options, if one is named.
func Report(o Options) error {
	paths, err := filepath.Glob(filepath.Join(o.Out, "result-*.json"))
	if err != nil {
		return err
	}
	var all []Result
	for _, p := range paths {
		raw, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		var r Result
		if err := json.Unmarshal(raw, &r); err != nil {
			return fmt.Errorf("reading %s: %w", p, err)
		}
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b Result) int {
		if a.Clients != b.Clients {
			return a.Clients - b.Clients
		}
		return -strings.Compare(a.Engine, b.Engine)
	})
	var b strings.Builder
	for i := range all {
		all[i].table(&b)
	}
	fmt.Fprint(o.Log, b.String())
	if o.Doc == "" {
		return nil
	}
	page, err := os.ReadFile(o.Doc)
	if err != nil {
		return err
	}
	out, err := between(string(page), b.String())
	if err != nil {
		return fmt.Errorf("%s: %w", o.Doc, err)
	}
	return os.WriteFile(o.Doc, []byte(out), 0o644)
}

// between puts the tables between the marks of a page.
func between(page, tables string) (string, error) {
	before, rest, ok := strings.Cut(page, tableBegin)
	_, after, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		return "", fmt.Errorf("the lines %s and %s are missing", tableBegin, tableEnd)
	}
	return before + tableBegin + "\n" + tables + tableEnd + after, nil
}

// table writes a result as Markdown.
func (r *Result) table(b *strings.Builder) {
	engine := map[string]string{"sqlite": "SQLite", "postgres": "PostgreSQL"}[r.Engine]
	fmt.Fprintf(b, "\n### %s, %s clients in the largest agency\n\n", engine, thousands(r.Clients))
	fmt.Fprintf(b, "%s. %s. Load average %s.\n\n", r.When.Format("2 January 2006"), r.Machine, r.Load)
	b.WriteString("| Work | Users | p50 ms | p95 ms | p99 ms | server p95 | a second | bare SQL p95 | times bare | CPU ms | bare CPU | budget |\n")
	b.WriteString("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|\n")
	var others []Line
	for _, l := range r.Lines {
		if l.Mine.N == 0 && l.Users == 0 {
			others = append(others, l)
			continue
		}
		times := ""
		if l.Bare.P95 > 0 {
			times = fmt.Sprintf("%.1f", float64(l.Mine.P95)/float64(l.Bare.P95))
		}
		mine, bare := "", "" // of a server or a program in another process it isn't known
		if r.Engine == "sqlite" && (l.Part == "cases" || l.Part == "create") {
			mine, bare = short(l.Mine.CPU), short(l.Bare.CPU)
		}
		fmt.Fprintf(b, "| %s | %d | %s | %s | %s | %s | %.0f | %s | %s | %s | %s | %s |\n", l.Name, l.Users, short(l.Mine.P50), short(l.Mine.P95),
			short(l.Mine.P99), short(l.Server.P95), l.Mine.PerSecond, short(l.Bare.P95), times, mine, bare, l.verdict())
	}
	if len(others) == 0 {
		return
	}
	b.WriteString("\n| What | Measured | Budget | |\n|---|--:|--:|---|\n")
	for _, l := range others {
		limit := ""
		if l.Limit > 0 {
			limit = fmt.Sprintf("%.0f %s", l.Limit, l.Unit)
		}
		fmt.Fprintf(b, "| %s | %.1f %s | %s | %s |\n", l.Name, l.Value, l.Unit, limit, l.verdict())
	}
}

// verdict is ok, over and by what, or nothing where no budget applies.
func (l *Line) verdict() string {
	if over := l.Over(); over != "" {
		return "**over**: " + over
	}
	if l.Budget || l.Floor > 0 || l.Limit > 0 {
		return "ok"
	}
	return ""
}

// thousands shows 100000 as 100,000.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
