package chrome

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

//go:embed testdata/axe.min.js
var axeJS string

// axeTags are WCAG 2.0 to 2.2, levels A and AA, and axe's own good practice.
var axeTags = []string{"wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"}

// Violation is a rule that a page breaks.
type Violation struct {
	ID      string `json:"id"`
	Impact  string `json:"impact"`
	Help    string `json:"help"`
	HelpURL string `json:"helpUrl"`
	Nodes   []struct {
		Target  []any  `json:"target"`
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// Axe checks the page as it is now and fails the test with a list of what to repair.
// Rules may be switched off by their id; say why beside the call.
func Axe(t testing.TB, p *Page, withoutRules ...string) {
	t.Helper()
	report(t, p, p.Violations(withoutRules...))
}

// AxeColours checks only what depends on colours: for the second theme of a page whose
// first has passed Axe.
func AxeColours(t testing.TB, p *Page) {
	t.Helper()
	report(t, p, p.run(map[string]any{"type": "rule", "values": []string{"color-contrast", "link-in-text-block"}}, nil))
}

// report fails the test for violations.
func report(t testing.TB, p *Page, violations []Violation) {
	t.Helper()
	if len(violations) == 0 {
		return
	}
	var b strings.Builder
	for _, v := range violations {
		fmt.Fprintf(&b, "\n  %s (%s): %s\n    %s\n", v.ID, v.Impact, v.Help, v.HelpURL)
		for _, n := range v.Nodes {
			fmt.Fprintf(&b, "    - %v\n      %s\n      %s\n", n.Target, n.HTML, strings.ReplaceAll(n.Summary, "\n", "\n      "))
		}
	}
	t.Errorf("axe finds %d kinds of violations at %s:%s", len(violations), p.Path(), b.String())
}

// Violations returns what axe finds.
func (p *Page) Violations(withoutRules ...string) []Violation {
	p.t.Helper()
	rules := map[string]map[string]bool{}
	for _, id := range withoutRules {
		rules[id] = map[string]bool{"enabled": false}
	}
	return p.run(map[string]any{"type": "tag", "values": axeTags}, rules)
}

// run runs axe. The script goes in through the debugger, so that a strict
// Content-Security-Policy doesn't stop it and needn't be loosened for tests.
func (p *Page) run(only map[string]any, rules map[string]map[string]bool) []Violation {
	p.t.Helper()
	if rules == nil {
		rules = map[string]map[string]bool{}
	}
	options, err := json.Marshal(map[string]any{"runOnly": only, "rules": rules, "resultTypes": []string{"violations"}})
	if err != nil {
		p.t.Fatalf("the options of axe: %v", err)
	}
	if !Eval[bool](p, "typeof window.axe === 'object'") {
		Eval[bool](p, axeJS+";true")
	}
	return Eval[[]Violation](p, fmt.Sprintf(unstuck, options))
}

// unstuck runs axe while bars that stay in sight lie where they belong: how much of a
// button they hide depends on how far the page is scrolled, and scrolling shows it.
const unstuck = `(() => {
	const bars = [...document.querySelectorAll("header, nav")].filter(el => ["fixed", "sticky"].includes(getComputedStyle(el).position));
	for (const el of bars) el.style.setProperty("position", "static", "important");
	return axe.run(document, %s).then(r => {
		for (const el of bars) el.style.removeProperty("position");
		return r.violations;
	});
})()`
