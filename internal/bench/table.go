package bench

import (
	"strconv"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/list"
)

// words are searches of the box: as typed, and folded for the bare SQL.
var words = []struct {
	name, typed string
	folded      []string
}{
	{"a name", "kowalska joanna", []string{"kowalska", "joanna"}},
	{"without accents", "zolc", []string{"zolc"}},
	{"a local phone", "600 100 200", []string{"600100200"}},
	{"an international phone", "+48600100200", []string{"48600100200"}},
	{"a common word", "anna", []string{"anna"}},
	{"a common substring", "nowak", []string{"nowak"}},
	{"a rare substring", "owalsk joan", []string{"owalsk", "joan"}},
	{"nothing", "qwxzy", []string{"qwxzy"}},
	{"an e-mail", "joanna.kowalska@example.com", []string{"joanna.kowalska@example.com"}},
}

func (b *bencher) branchActive(i int) []list.Filter {
	return []list.Filter{{Key: "branch", Op: "any", Values: []string{strconv.FormatInt(b.branches[i%len(b.branches)], 10)}},
		{Key: "status", Op: "any", Values: []string{"active"}}}
}

func nameHas(part string) list.Query {
	return list.Query{Filters: []list.Filter{{Key: "name", Op: "contains", Values: []string{part}}}}
}

// contains is the bare condition that a name contains a part.
func (b *bencher) contains(part string) (string, []any) {
	if b.raw.lite != nil {
		return bareList + " AND instr(c.name_key, $2) > 0" + barePage, []any{b.set.Agency, part}
	}
	return bareList + " AND c.name_key LIKE $2" + barePage, []any{b.set.Agency, "%" + part + "%"}
}

// rareName is contains for a rare part, by way of the trigram index.
func (b *bencher) rareName(part string) (string, []any) {
	if b.raw.lite != nil {
		return bareList + " AND c.id IN (SELECT rowid FROM client_fts WHERE client_fts MATCH $3) AND instr(c.name_key, $2) > 0" + barePage,
			[]any{b.set.Agency, part, list.Match([]string{part})}
	}
	return bareList + " AND c.name_key LIKE $2 AND c.search LIKE $2" + barePage, []any{b.set.Agency, "%" + part + "%"}
}

// cases lists what is measured inside of the process.
func (b *bencher) cases() []Case {
	out := []Case{
		{"list: first page", true, b.page(b.admin, func(int) list.Query { return list.Query{} }), b.bare(bareList+barePage, b.agencyOnly)},
		{"list: a page in the middle", true, b.page(b.admin, func(i int) list.Query { return list.Query{Cursor: b.cursors[i%len(b.cursors)]} }),
			b.bare(bareList+" AND (c.name_key, c.id) > ($2, 0)"+barePage, func(i int) []any { return []any{b.set.Agency, b.names[i%len(b.names)].key} })},
		{"list: newest first", true, b.page(b.admin, func(int) list.Query { return list.Query{Sort: "-created"} }),
			b.bare(bareList+" ORDER BY c.created_at DESC, c.id DESC LIMIT 51", b.agencyOnly)},
		{"list: branch and status", true, b.page(b.admin, func(i int) list.Query { return list.Query{Filters: b.branchActive(i)} }),
			b.bare(bareList+" AND c.branch_id = $2 AND c.status = $3"+barePage, func(i int) []any { return []any{b.set.Agency, b.branches[i%len(b.branches)], "active"} })},
	}
	for _, part := range []struct{ name, text string }{{"a common part", "an"}, {"a name", "kowalsk"}} {
		q, args := b.contains(part.text)
		out = append(out, Case{"list: name contains " + part.name, true, b.page(b.admin, func(int) list.Query { return nameHas(part.text) }),
			b.bare(q, func(int) []any { return args })})
	}
	rare, rareArgs := b.rareName("zolc")
	out = append(out, Case{"list: name contains a rare part", true, b.page(b.admin, func(int) list.Query { return nameHas("zolc") }),
		b.bare(rare, func(int) []any { return rareArgs })})
	for _, w := range words {
		out = append(out, Case{"search: " + w.name, true, b.search(b.admin, w.typed), b.bareSearch(w.folded...)})
	}
	out = append(out,
		Case{"record page", true, b.record(b.admin, b.ids), b.bareRecord(b.ids)},
		Case{"hints of duplicates", true, b.twins(b.admin), b.bareTwins()},
		Case{"count of all clients", true, b.count(b.admin), b.bareCount("")},
		Case{"count of branch and status", true, b.count(b.admin, b.branchActive(0)...),
			b.bareCount(" AND c.branch_id = $2 AND c.status = $3", b.branches[0], "active")})
	return append(out, b.narrow()...)
}

// narrow is what people who see few clients do.
func (b *bencher) narrow() []Case {
	mine := " AND c.advisor_id = $2"
	who := func(int) []any { return []any{b.set.Agency, b.agent.UserID} }
	out := []Case{
		{"agent: list", true, b.page(b.agent, func(int) list.Query { return list.Query{} }), b.bare(bareList+mine+barePage, who)},
		{"agent: newest first", true, b.page(b.agent, func(int) list.Query { return list.Query{Sort: "-created"} }),
			b.bare(bareList+mine+" ORDER BY c.created_at DESC, c.id DESC LIMIT 51", who)},
		{"agent: count", true, b.count(b.agent), b.bareCount(mine, b.agent.UserID)},
		{"agent: name contains", true, b.page(b.agent, func(int) list.Query { return nameHas("kowalsk") }), b.bare(bareList+mine+barePage, who)},
		{"agent: record page", true, b.record(b.agent, b.own), b.bareRecord(b.own)},
		{"agent: hints of duplicates", true, b.twins(b.agent), b.bareTwins()},
	}
	near := " AND c.branch_id = $2"
	branch := func(int) []any { return []any{b.set.Agency, b.boss.BranchID} }
	out = append(out, Case{"manager of a branch: list", true, b.page(b.boss, func(int) list.Query { return list.Query{} }), b.bare(bareList+near+barePage, branch)},
		Case{"manager of a branch: count", true, b.count(b.boss), b.bareCount(near, b.boss.BranchID)})
	for _, a := range []struct {
		name  string
		actor db.Actor
		bare  func(...string) work
	}{{"agent", b.agent, b.bareOf}, {"manager of a branch", b.boss, b.bareNear}} {
		for _, w := range words {
			out = append(out, Case{a.name + ": search " + w.name, true, b.search(a.actor, w.typed), a.bare(w.folded...)})
		}
	}
	return out
}
