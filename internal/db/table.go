package db

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Rule says which rows an actor of each scope gets. The SQL may use :user, :branch and
// :link, and other {tables}; empty means every row of the agency, "false" none.
// {client has client_id} is true where the actor gets the client of that id, {client has
// owner} where owner_kind and owner_id name a client that the actor gets.
type Rule struct {
	Own, Branch, Agency string

	Need string // right without which there is no row at all
	Lift string // right whose holders get every row, whatever their scope

	// OwnWays and BranchWays are the conditions Own and Branch taken apart into
	// alternatives that an index serves each: what {table.scan} walks. A test holds
	// that they give the same rows as the rule.
	OwnWays, BranchWays []string
}

// Everybody is the rule that gives each actor of the agency every row.
var Everybody = Rule{}

// Same returns the rule with one condition for all scopes.
func Same(cond string) Rule { return Rule{Own: cond, Branch: cond, Agency: cond} }

// With returns the rule with Need set.
func (r Rule) With(need string) Rule { r.Need = need; return r }

// Table declares a tenant table: who sees and who changes its rows.
type Table struct {
	Name   string
	View   Rule   // rows of {name}
	Edit   Rule   // rows of {name.edit}, on top of View
	Trash  bool   // has deleted_at: deleted rows stay for 30 days
	Index  string // SQLite's full-text twin of search, "" for none
	Within string // SQLite's full-text twin of name_key without its first letter, "" for none

	// Of says on what the rows hang: "traveler_id" on travelers; "owner" on the kinds of
	// records that owner_kind and owner_id name. Queries may say {table of $1} then.
	Of string

	Few     string // table by whose number of visible rows Few decides, itself where empty
	Ordered bool   // an index gives each way of View in the order of name_key
	Settled bool   // few rows that change rarely, such as branches: Kept may be asked
}

func (r Rule) condition(a Actor) string {
	switch {
	case !a.May(r.Need):
		return "false"
	case r.Lift != "" && a.May(r.Lift):
		return ""
	case a.Scope == Agency:
		return r.Agency
	case a.Scope == Branch:
		return r.Branch
	}
	return r.Own
}

// ways are the alternatives of the actor's condition, nil where it has none.
func (r Rule) ways(a Actor) []string {
	switch {
	case !a.May(r.Need) || r.Lift != "" && a.May(r.Lift) || a.Scope == Agency:
		return nil
	case a.Scope == Branch:
		return r.BranchWays
	}
	return r.OwnWays
}

// planKey identifies an expansion: the rules depend on nothing else.
type planKey struct {
	query string
	scope Scope
	bits  string
	hangs string
	aside bool
}

// plan is a query with its braces expanded and the arguments to append.
type plan struct {
	sql     string
	extra   []string // "agency", "user", "branch", "link" in the order of their marks
	settled bool     // all its tables are
}

var braces = regexp.MustCompile(`\{(\w+)(?:\.(edit|trash|any|all|scan))?(?: (\$\d+)| has (\w+)|( of [^}]+))?\}`)

// expand replaces every {table} by the rows of it that the actor may see.
func (tx *Tx) expand(query string, args []any) (string, []any, error) {
	p, all, err := tx.planned(query, args)
	if err != nil {
		return "", nil, err
	}
	return p.sql, all, nil
}

func (tx *Tx) planned(query string, args []any) (*plan, []any, error) {
	key := planKey{query: query, scope: tx.Actor.Scope, bits: tx.db.rightsBits(tx.Actor)}
	key.aside = tx.aside(query)
	hangs := tx.hangs(query, args)
	for i := range hangs {
		key.hangs += hangs[i].kind + "-"
		if hangs[i].shown {
			key.hangs += "+"
		}
	}
	v, ok := tx.db.plans.Load(key)
	if !ok {
		p, err := tx.db.compile(query, tx.Actor, len(args), hangs, key.aside)
		if err != nil {
			return nil, nil, err
		}
		v = p
		tx.db.keepPlan(key, p)
	}
	p := v.(*plan)
	if len(p.extra) == 0 {
		return p, args, nil
	}
	if tx.Actor.AgencyID == 0 {
		return nil, nil, ErrNoActor
	}
	all := make([]any, 0, len(args)+len(p.extra))
	all = append(all, args...)
	for _, name := range p.extra {
		switch name {
		case "agency":
			all = append(all, tx.Actor.AgencyID)
		case "user":
			all = append(all, tx.Actor.UserID)
		case "link":
			all = append(all, tx.Actor.Link)
		default:
			all = append(all, tx.Actor.BranchID)
		}
	}
	return p, all, nil
}

// maxPlans bounds what is remembered of queries: lists have as many texts as there
// are ways to combine filters, and whoever may ask could fill the memory with them.
const maxPlans = 4000

func (d *DB) keepPlan(key planKey, p *plan) {
	if d.planned.Add(1) > maxPlans {
		d.plans.Clear()
		d.planned.Store(0)
	}
	d.plans.Store(key, p)
}

// rightsBits tells apart the actors for whom some rule differs.
func (d *DB) rightsBits(a Actor) string {
	if a.Rights["*"] {
		return "*"
	}
	if len(a.Rights) == 0 {
		return ""
	}
	b := make([]byte, len(d.rights))
	for i, right := range d.rights {
		b[i] = '0'
		if a.Rights[right] {
			b[i] = '1'
		}
	}
	return string(b)
}

// compiler expands one query.
type compiler struct {
	d     *DB
	a     Actor
	n     int // marks used so far
	place map[string]string
	extra []string
	hangs []hang // of the query, in the order of its text
	rules []ruled
	depth int
	moves bool // a table isn't settled
	aside bool // indexes of trigrams do better without the agency
	err   error
}

// ruled is a table whose rule is being expanded.
type ruled struct {
	t Table
	h *hang
}

func (d *DB) compile(query string, a Actor, nargs int, hangs []hang, aside bool) (*plan, error) {
	if name := d.bareName(query); name != "" {
		return nil, fmt.Errorf("db: tenant table %s without braces in %q", name, query)
	}
	c := &compiler{d: d, a: a, n: nargs, place: map[string]string{}, hangs: hangs, aside: aside}
	out := c.scoped(query, false)
	if d.Dialect == SQLite {
		out = limit.ReplaceAllString(out, "LIMIT +$$")
	}
	return &plan{out, c.extra, !c.moves}, c.err
}

// limit is a bound argument as a limit. SQLite plans such a statement anew each time it
// is bound, in case the number suggests another way: for a query whose rules nest
// several tables that takes longer than the query. A sign in front keeps its plan.
var limit = regexp.MustCompile(`LIMIT \$`)

// tableWord finds what could be a table's name after the words that name one.
var tableWord = regexp.MustCompile(`(?i)\b(?:from|join|into|update|table)\s+"?(\w+)"?|,\s*"?(\w+)"?\s+(?:as\s+)?\w+\s+(?:where|join|on)\b`)

func (d *DB) bareName(query string) string {
	for _, m := range tableWord.FindAllStringSubmatch(braces.ReplaceAllString(query, " ( ) "), -1) {
		for _, name := range m[1:] {
			if _, tenant := d.tables[strings.ToLower(name)]; tenant {
				return name
			}
		}
	}
	return ""
}

// mark returns the placeholder of an argument that the actor supplies.
func (c *compiler) mark(name string) string {
	if c.place[name] == "" {
		c.n++
		c.extra = append(c.extra, name)
		c.place[name] = "$" + strconv.Itoa(c.n)
	}
	return c.place[name]
}

var names = regexp.MustCompile(`:(user|branch|agency|link)\b`)

func (c *compiler) scoped(s string, inRule bool) string {
	if c.depth++; c.depth > 8 {
		c.err = fmt.Errorf("db: rules nest too deeply in %q", s)
		return s
	}
	defer func() { c.depth-- }()
	return braces.ReplaceAllStringFunc(s, func(m string) string {
		p := braces.FindStringSubmatch(m)
		if p[3] != "" {
			return c.d.listMark(p[1], p[3])
		}
		t, ok := c.d.tables[p[1]]
		if !ok || (p[2] == "all" && !inRule) || ((p[2] == "trash") && !t.Trash) || (p[4] != "" && !inRule) {
			c.err = fmt.Errorf("db: unknown table %s", m)
			return m
		}
		c.moves = c.moves || !t.Settled
		switch {
		case p[4] != "":
			r := c.rules[len(c.rules)-1]
			return c.has(p[1], p[2], p[4], r.t, r.h)
		case p[5] != "":
			if inRule || len(c.hangs) == 0 || t.Of == "" || p[2] == "scan" || p[2] == "all" {
				c.err = fmt.Errorf("db: nothing hangs like %s", m)
				return m
			}
			h := &c.hangs[0]
			c.hangs = c.hangs[1:]
			if (h.kind == "") != (t.owner() != "") {
				c.err = fmt.Errorf("db: who is the owner in %s", m)
				return m
			}
			return c.subquery(t, p[2], h)
		}
		return c.subquery(t, p[2], nil)
	})
}

// plus is how a rule keeps SQLite from looking for its rows by an index of a column:
// the test of each row is what the rule is for, the ways are for finding them.
// PostgreSQL weighs by itself and doesn't get the sign.
var plus = regexp.MustCompile(`(^|[\s(])\+(\w)`)

// rule expands the text of a rule.
func (c *compiler) rule(text string) string {
	if c.d.Dialect == Postgres {
		text = plus.ReplaceAllString(text, "$1$2")
	}
	text = names.ReplaceAllStringFunc(text, func(n string) string { return c.mark(n[1:]) })
	return "(" + c.scoped(text, true) + ")"
}

// scan is the union of the ways: {table} for queries that look at many rows.
func (c *compiler) scan(t Table) string {
	ways := t.View.ways(c.a)
	if len(ways) == 0 {
		return c.subquery(t, "", nil)
	}
	c.rules = append(c.rules, ruled{t: t})
	defer c.ruled()
	head := `SELECT * FROM "` + t.Name + `" WHERE ` + c.agency()
	if t.Trash {
		head += " AND deleted_at IS NULL"
	}
	var parts []string
	for i, w := range ways {
		part := head + " AND " + c.rule(w)
		for _, before := range ways[:i] {
			part += " AND " + c.rule(before) + " IS NOT TRUE"
		}
		parts = append(parts, part)
	}
	return "(" + strings.Join(parts, " UNION ALL ") + ")"
}

// ruled ends the expanding of a table's rule.
func (c *compiler) ruled() { c.rules = c.rules[:len(c.rules)-1] }

// subquery is the rows of t that the actor gets, of those that hang on h where it isn't
// nil.
func (c *compiler) subquery(t Table, mode string, h *hang) string {
	if mode == "scan" {
		return c.scan(t)
	}
	c.rules = append(c.rules, ruled{t, h})
	defer c.ruled()
	cond := c.agency()
	rules := []Rule{t.View}
	switch mode {
	case "all":
		rules = nil
	case "edit":
		rules = append(rules, t.Edit)
	}
	if t.Trash && mode == "trash" {
		cond += " AND deleted_at IS NOT NULL"
	} else if t.Trash && mode != "any" && mode != "all" {
		cond += " AND deleted_at IS NULL"
	}
	if h != nil {
		cond += " AND " + c.of(t, h)
	}
	for _, r := range rules {
		if rule := r.condition(c.a); rule != "" {
			cond += " AND " + c.rule(rule)
		}
	}
	return `(SELECT * FROM "` + t.Name + `" WHERE ` + cond + ")"
}

// listMark is how the dialect spreads a bound list.
func (d *DB) listMark(kind, mark string) string {
	if d.Dialect == SQLite {
		return "(SELECT value FROM json_each(" + mark + "))"
	}
	if kind == "texts" {
		return "(SELECT unnest(" + mark + "::text[]))"
	}
	return "(SELECT unnest(" + mark + "::bigint[]))"
}

// Tables returns the tenant tables in the order of their registration.
func (d *DB) Tables() []Table {
	out := make([]Table, len(d.order))
	for i, name := range d.order {
		out[i] = d.tables[name]
	}
	return out
}
