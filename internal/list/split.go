package list

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// A name that contains a word begins with it, or has it further on. Thousands begin with
// "kowalsk" and stand side by side in the order of the names; the hundreds that have it
// further on stand anywhere. Neither a walk finds a page of both soon, nor is it quick to
// gather and sort all. So each is looked for in its own way, and the two are merged.

// splits is the place of the filter that a page is split by, -1 for none.
func (b *builder) splits(ctx context.Context, q *Query) int {
	if b.partly || b.few || q.Any && len(q.Filters)+len(q.Groups) > 1 || b.order[0].field != nil {
		return -1
	}
	return slices.IndexFunc(q.Filters, func(flt Filter) bool {
		f, ok := b.d.Field(flt.Key, b.tx.Actor)
		if !ok || f.Within == "" || f.SQL != b.order[0].sql || flt.Op != "contains" || flt.later || len(flt.Values) != 1 {
			return false
		}
		word, err := b.word(ctx, f, flt.Op, flt.Values[0])
		return err == nil && !strings.Contains(word, " ") && len([]rune(word)) >= 3
	})
}

// split finds a page of the names that begin with the word of a filter, and one of those
// that have it further on. It isn't done where these are many: then a walk meets them.
func (b *builder) split(ctx context.Context, q *Query, at, n int) (out []keyed, done bool, err error) {
	first, later := *q, *q
	first.Filters, later.Filters = slices.Clone(q.Filters), slices.Clone(q.Filters)
	first.Filters[at].Op = "starts"
	later.Filters[at].later = true
	if many, err := b.laters(ctx, later.Filters[at]); err != nil || many >= scarce*rare {
		return nil, false, err
	}
	b.tx.Remember(partedKey(q.Filters[at]), true, overFor)
	part := func() *builder {
		p := *b
		p.partly, p.sieve, p.where, p.args = true, false, nil, nil
		return &p
	}
	if out, err = part().page(ctx, &first, n); err != nil {
		return nil, false, err
	}
	rest, err := part().gathered(ctx, &later, n)
	if err != nil {
		return nil, false, err
	}
	out = append(out, rest...)
	slices.SortStableFunc(out, func(x, y keyed) int { return b.compare(x.keys, y.keys) })
	return out[:min(n, len(out))], true, nil
}

// parted reports whether a page of that word was split a while ago: then no walk is tried
// before.
func (b *builder) parted(flt Filter) bool {
	_, ok := b.tx.Recall(partedKey(flt))
	return ok && b.cursor == nil
}

func partedKey(flt Filter) string { return "parted " + flt.Key + " " + flt.Values[0] }

// compare tells which of two rows comes first, by their sort values.
func (b *builder) compare(x, y []any) int {
	for i, t := range b.order {
		n := 0
		switch v := x[i].(type) {
		case string:
			w, _ := y[i].(string)
			n = strings.Compare(v, w)
		case int64:
			w, _ := y[i].(int64)
			n = cmp.Compare(v, w)
		}
		if t.desc {
			n = -n
		}
		if n != 0 {
			return n
		}
	}
	return 0
}

// laters counts the candidates for having a word further on, to scarce times what is rare.
func (b *builder) laters(ctx context.Context, flt Filter) (int64, error) {
	f, _ := b.d.Field(flt.Key, b.tx.Actor)
	word, err := b.word(ctx, f, flt.Op, flt.Values[0])
	if err != nil {
		return 0, err
	}
	p := b.apart()
	from, cond := b.d.From, ""
	if b.guesses() {
		cond = further(f, p.arg(strewn(b.tx, word)))
	} else {
		from, cond = f.Within, f.Within+" MATCH "+p.arg(Match([]string{word}))
	}
	return b.many(ctx, &Related{From: from}, cond, p.args)
}

// further is PostgreSQL's condition that a text has a word behind its first letter, as an
// index knows it.
func further(f Field, mark string) string { return "substr(" + f.SQL + ", 2) LIKE " + mark }

// later is the condition that a text has a word and doesn't begin with it.
func (b *builder) later(ctx context.Context, f Field, flt Filter) (string, error) {
	word, err := b.word(ctx, f, flt.Op, flt.Values[0])
	if err != nil {
		return "", err
	}
	mark := b.arg(Pattern(b.tx, word))
	if b.guesses() {
		return "(" + further(f, b.arg(strewn(b.tx, word))) + " AND (" + f.SQL + " || '') LIKE " + mark + " AND NOT " + b.begins(f.SQL, word) + ")", nil
	}
	return "(instr(" + f.SQL + ", " + mark + ") > 1 AND " + b.d.ID + " IN (SELECT rowid FROM " + f.Within + " WHERE " + f.Within + " MATCH " +
		b.arg(Match([]string{word})) + "))", nil
}
