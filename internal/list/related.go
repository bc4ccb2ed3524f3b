package list

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
)

// maxDepth bounds filters within filters: clients that have a traveler who has a
// document is as deep as people ask.
const maxDepth = 3

// rare is the number of matches below which it is quicker to gather them. Up to scarce
// times as many are counted: whether those are gathered depends on how many a first walk
// meets.
var rare int64 = 3000

const scarce = 4

// holds is the condition that something that hangs on the row meets cond. When rows
// are walked each one is asked, when they are gathered the set is made once.
func (b *builder) holds(r *Related, cond string) string {
	where := b.hangs(r, cond)
	if b.gather {
		return b.d.ID + " IN (" + r.owners(where) + ")"
	}
	return fmt.Sprintf("EXISTS (SELECT 1 FROM %s WHERE %s = %s AND %s)", r.From, r.Owner, b.d.ID, where)
}

// owners is the query for those on whom something hangs that meets a condition.
func (r *Related) owners(where string) string {
	if r.Near == "" {
		return fmt.Sprintf("SELECT %s FROM %s WHERE %s", r.Owner, r.From, where)
	}
	return fmt.Sprintf("SELECT %[1]s FROM %[2]s WHERE %[1]s IS NOT NULL AND %[3]s UNION ALL SELECT %[4]s FROM %[5]s WHERE %[1]s IS NULL AND %[3]s",
		r.NearOwner, r.Near, where, r.Owner, r.From)
}

// bare reports whether a filter asks only if anything at all hangs on the row, where that
// is known of each.
func (f *Field) bare(flt Filter) bool {
	return f.Kind == Area && f.Area.None != "" && len(flt.Where) == 0 && (flt.Op == "has" || flt.Op == "none")
}

// bare asks whether anything at all hangs on the row, where an index knows those on which
// nothing does.
func (b *builder) bare(ctx context.Context, f Field, flt Filter) (string, error) {
	r := f.Area
	if flt.Op == "has" {
		return "NOT " + r.None, nil
	}
	if b.driven(flt) {
		return r.None, nil
	}
	rows := &Related{From: b.d.From, Owner: b.d.ID}
	render := func(*builder) (string, error) { return r.None, nil }
	if b.sieve && b.either {
		served := true
		if set, err := b.sifted(ctx, rows, render, &served); set != "" || err != nil {
			return set, err
		}
	}
	return r.None, b.weigh(ctx, rows, render)
}

// once is holds for a Related that asks for it, on PostgreSQL: few owners are looked up
// by the index of the ids, many are kept in a table of hashes; neither is joined.
func (b *builder) once(ctx context.Context, r *Related, cond string, render func(*builder) (string, error)) (string, error) {
	p := b.apart()
	alone, err := render(p)
	if err != nil {
		return "", err
	}
	n, err := b.probe(ctx, fmt.Sprintf("SELECT 1 AS one FROM %s WHERE %s LIMIT %d", r.From, b.hangs(r, alone), rare), p.args)
	if err != nil {
		return "", err
	}
	form := "(%s IN (SELECT %s FROM %s WHERE %s)) IS TRUE"
	if n < rare {
		form = "%s = ANY (ARRAY(SELECT %s FROM %s WHERE %s))"
	}
	return "(" + fmt.Sprintf(form, b.d.ID, r.Owner, r.From, b.hangs(r, cond)) + ")", nil
}

func (b *builder) hangs(r *Related, cond string) string {
	switch {
	case r.Cond == "" && cond == "":
		return "1 = 1"
	case r.Cond == "":
		return cond
	case cond == "":
		return r.Cond
	}
	return r.Cond + " AND " + cond
}

// related asks for what hangs on the row: "has", "none", or how many.
func (b *builder) related(ctx context.Context, f Field, flt Filter) (string, error) {
	if b.depth >= maxDepth {
		return "", bad(f.Key, "list.too_deep")
	}
	r := f.Area
	if f.bare(flt) {
		return b.bare(ctx, f, flt)
	}
	quick := false
	render := func(b *builder) (cond string, err error) {
		cond, quick, err = b.hanging(ctx, f, flt)
		return cond, err
	}
	if b.sieve && flt.Op == "has" {
		if set, err := b.sifted(ctx, r, render, &quick); set != "" || err != nil {
			return set, err
		}
	}
	cond, err := render(b)
	if err != nil {
		return "", err
	}
	switch flt.Op {
	case "has":
		if quick {
			if !b.sieve {
				b.sets++
			}
			err = b.weigh(ctx, r, render)
		}
		return b.holds(r, cond), err
	case "none":
		return "NOT " + b.holds(r, cond), nil
	}
	switch len(flt.Values) {
	case 0:
		return "", bad(f.Key, "list.needs_value")
	case 1:
	default:
		return "", bad(f.Key, "list.needs_one")
	}
	n, err := strconv.ParseInt(strings.TrimSpace(flt.Values[0]), 10, 64)
	if err != nil || n < 0 {
		return "", bad(f.Key, "error.number")
	}
	return b.counted(r, cond, flt.Op, n), nil
}

// hanging is the condition of what hangs on the row, and whether an index finds it.
func (b *builder) hanging(ctx context.Context, f Field, flt Filter) (_ string, quick bool, err error) {
	def, err := f.Area.Def.among(ctx, b.tx, flt.Where)
	if err != nil {
		return "", false, err
	}
	sub := b.inside(def)
	sub.must = b.must && flt.Op == "has"
	var conds []string
	for _, w := range flt.Where {
		g, ok := def.Field(w.Key, b.tx.Actor)
		if !ok {
			return "", false, bad(f.Key, "list.unknown_field", "Field", w.Key)
		}
		cond, err := sub.filter(ctx, g, w)
		if err != nil {
			return "", false, err
		}
		conds = append(conds, cond)
		quick = quick || g.served(w.Op)
	}
	b.args, b.filters, b.found = sub.args, sub.filters, b.found || sub.found
	return strings.Join(conds, " AND "), quick, nil
}

// sifted is holds for rows that are walked while a set of owners is at hand, "" where the
// set is large, or no index finds it: then each row is asked.
func (b *builder) sifted(ctx context.Context, r *Related, render func(*builder) (string, error), quick *bool) (string, error) {
	p := b.apart()
	alone, err := render(p)
	if err != nil || !*quick {
		return "", err
	}
	n, err := b.many(ctx, r, alone, p.args)
	if err != nil || n >= scarce*rare {
		return "", err
	}
	b.gather = true
	cond, err := render(b)
	b.gather = false
	b.sets++
	form := "+%s IN (%s)" // SQLite doesn't look the rows of the set up
	if b.guesses() {
		form = "(%s IN (%s)) IS TRUE" // a table of hashes, which isn't joined
	}
	return "(" + fmt.Sprintf(form, b.d.ID, r.owners(b.hangs(r, cond))) + ")", err
}

// many counts what meets a condition, to scarce times what is rare.
func (b *builder) many(ctx context.Context, r *Related, cond string, args []any) (int64, error) {
	return b.probe(ctx, fmt.Sprintf("SELECT 1 AS one FROM %s WHERE %s LIMIT %d", cmp.Or(r.Near, r.From), b.hangs(r, cond), scarce*rare), args)
}

// inside is a builder for the rows that hang on those of b.
func (b *builder) inside(d *Def) *builder {
	return &builder{d: d, tx: b.tx, args: b.args, today: b.today, zone: b.zone, gather: b.gather, depth: b.depth + 1,
		filters: b.filters, known: b.known}
}

// apart is a builder for the rows of b that renders conditions of a query of their own, as
// sets.
func (b *builder) apart() *builder {
	p := b.inside(b.d)
	p.args, p.gather, p.depth = nil, true, b.depth
	return p
}

// counted compares how many rows hang on the row.
func (b *builder) counted(r *Related, cond, op string, n int64) string {
	if !b.gather {
		sign := map[string]string{"is": "=", "least": ">=", "most": "<="}[op]
		return fmt.Sprintf("(SELECT count(*) FROM %s WHERE %s = %s AND %s) %s %s", r.From, r.Owner, b.d.ID, b.hangs(r, cond), sign, b.arg(n))
	}
	set := func(sign string, n int64) string {
		return fmt.Sprintf("%[1]s IN (SELECT %[2]s FROM %[3]s WHERE %[4]s GROUP BY %[2]s HAVING count(*) %[5]s %[6]s)", b.d.ID, r.Owner, r.From, b.hangs(r, cond), sign, b.arg(n))
	}
	switch {
	case op == "least" && n == 0:
		return "(1 = 1 OR " + set(">=", 1) + ")" // PostgreSQL wants every argument used
	case op == "least":
		return set(">=", n)
	case op == "most":
		return "NOT " + set(">", n)
	case n == 0:
		return "NOT " + set(">=", 1)
	}
	return set("=", n)
}

// weigh finds out whether few rows meet a condition that an index serves. If so, the
// whole query has few rows, and walking is given up before it begins.
func (b *builder) weigh(ctx context.Context, r *Related, render func(*builder) (string, error)) error {
	if !b.must || b.few || b.found {
		return nil
	}
	p := b.apart()
	cond, err := render(p)
	if err != nil {
		return err
	}
	n, err := b.many(ctx, r, cond, p.args)
	b.matches(n)
	return err
}

// matches notes that something that must hold has n matches, as far as they were counted.
func (b *builder) matches(n int64) {
	b.found = b.found || n < rare
	if n < scarce*rare && (b.size == 0 || n < b.size) {
		b.size = max(n, 1)
	}
}

// hopeless reports whether a walk that will look at so many rows looks at more than there
// are matches.
func (b *builder) hopeless(far int) bool { return b.size > 0 && int64(far) > b.size }

// probe counts to the bound of what is rare. That is asked again only after a while: it
// decides how rows are looked for, never which.
func (b *builder) probe(ctx context.Context, q string, args []any) (n int64, err error) {
	key := fmt.Sprint("probe ", q, args)
	if n, ok := b.known[key]; ok {
		return n, nil
	}
	if v, ok := b.tx.Recall(key); ok {
		b.known[key] = v.(int64)
		return v.(int64), nil
	}
	if err := b.tx.Row(ctx, "SELECT count(*) FROM ("+q+") x", args, &n); err != nil {
		return rare, err
	}
	b.known[key] = n
	b.tx.Remember(key, n, overFor)
	return n, nil
}

// guesses reports whether the engine plans by statistics, which fresh tables don't have.
func (b *builder) guesses() bool { return b.tx.Dialect() == db.Postgres }
