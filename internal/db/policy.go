package db

import (
	"fmt"
	"sort"
	"strings"
)

// Policy prints every tenant table with its rules: who sees and who changes
// which rows, on one page. A golden file holds it.
func Policy(tables []Table) string {
	tables = append([]Table(nil), tables...)
	sort.Slice(tables, func(i, j int) bool { return tables[i].Name < tables[j].Name })
	var b strings.Builder
	for _, t := range tables {
		fmt.Fprintf(&b, "%s%s\n", t.Name, map[bool]string{true: "  (30 days of trash)", false: ""}[t.Trash])
		for _, r := range []struct {
			name string
			rule Rule
		}{{"view", t.View}, {"edit", t.Edit}} {
			if r.rule.Need != "" {
				fmt.Fprintf(&b, "  %s  needs right    %s\n", r.name, r.rule.Need)
			}
			if r.rule.Lift != "" {
				fmt.Fprintf(&b, "  %s  every row with %s\n", r.name, r.rule.Lift)
			}
			for _, s := range []struct {
				name, cond string
			}{{"own", r.rule.Own}, {"branch", r.rule.Branch}, {"agency", r.rule.Agency}} {
				cond := strings.Join(strings.Fields(s.cond), " ")
				if cond == "" {
					cond = "every row of the agency"
				}
				fmt.Fprintf(&b, "  %s  scope %-7s  %s\n", r.name, s.name, cond)
			}
			for _, s := range []struct {
				name string
				ways []string
			}{{"own", r.rule.OwnWays}, {"branch", r.rule.BranchWays}} {
				for _, w := range s.ways {
					fmt.Fprintf(&b, "  %s  scope %-7s  found by %s\n", r.name, s.name, strings.Join(strings.Fields(w), " "))
				}
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
