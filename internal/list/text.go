package list

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/phone"
)

// word is a value as the field is compared with it.
func (b *builder) word(ctx context.Context, f Field, op, v string) (string, error) {
	switch v = strings.TrimSpace(v); {
	case f.Reach:
		return b.reach(ctx, op, v)
	case f.Keyed && fold.Key(v) != "": // of nothing but marks no key has any
		return fold.Key(v), nil
	case f.Folded || f.Loose || f.Keyed:
		return fold.Fold(v), nil
	}
	return v, nil
}

// RegionOf finds the country (ISO 3166) whose phone numbers are typed without its code.
// The package that keeps agencies sets it.
var RegionOf = func(context.Context, *db.Tx) (string, error) { return "", nil }

// reach is a phone number, or a part of one, as numbers are kept: in E.164 where it is
// whole, else its digits, which stand in it. Other addresses are kept in lower case.
func (b *builder) reach(ctx context.Context, op, v string) (string, error) {
	if !dialled(v) {
		return strings.ToLower(v), nil
	}
	region, err := RegionOf(ctx, b.tx)
	if err != nil {
		return "", err
	}
	digits := fold.Digits(v)
	if whole, ok := phone.Parse(v, region); ok && (op != "contains" || !strings.Contains(whole, digits)) {
		return whole, nil
	}
	if rest, ok := strings.CutPrefix(digits, "00"); ok {
		return "+" + rest, nil
	}
	if strings.HasPrefix(v, "+") {
		digits = "+" + digits
	}
	return digits, nil
}

// dialled reports whether a text is a phone number or a part of one, by its signs.
func dialled(v string) bool {
	return fold.Digits(v) != "" && !strings.ContainsFunc(v, func(r rune) bool {
		return !unicode.IsDigit(r) && !unicode.IsSpace(r) && !strings.ContainsRune("+-–()/.", r)
	})
}

// text compares a text field. Several values are alternatives, except that "not"
// excludes each.
func (b *builder) text(ctx context.Context, f Field, flt Filter) (string, error) {
	if f.Loose {
		f.SQL = "carnet_fold(" + f.SQL + ")"
	}
	if flt.later {
		return b.later(ctx, f, flt)
	}
	is, starts := b.comparisons(f)
	parts, _, err := b.several(ctx, len(flt.Values), flt.Op != "not", func(i int) (string, error) {
		v, err := b.word(ctx, f, flt.Op, flt.Values[i])
		switch {
		case err != nil:
			return "", err
		case v == "": // nothing but marks that folding takes off
			return "", bad(f.Key, "list.needs_value")
		case flt.Op == "is":
			return is(v), nil
		case flt.Op == "not":
			return "NOT " + is(v), nil
		case flt.Op == "starts":
			return starts(v), nil
		}
		if f.Whole != "" {
			f.SQL = f.Whole
		}
		return b.contains(ctx, f, v)
	})
	return joined(parts, flt.Op != "not"), err
}

// comparisons are the conditions that the field is a text and that it begins with one. An
// index may hold only the first characters of long texts: it finds candidates, of which
// the whole text decides.
func (b *builder) comparisons(f Field) (is, starts func(v string) string) {
	long := func(v string) (head string, more bool) {
		r := []rune(v)
		if f.Whole == "" || len(r) < f.Clip {
			return v, false
		}
		return string(r[:f.Clip]), true
	}
	among := func(v, cond string) string { // an index finds those whose key begins so
		if key := fold.Key(v); f.Among != "" && key != "" {
			return "(" + b.begins(f.Among, key) + " AND " + cond + ")"
		}
		return cond
	}
	is = func(v string) string {
		head, more := long(v)
		cond := f.SQL + " = " + b.arg(head)
		if more {
			cond += " AND " + f.Whole + " = " + b.arg(v)
		}
		return among(v, "("+cond+")")
	}
	starts = func(v string) string {
		head, more := long(v)
		if !more {
			return among(v, b.begins(f.SQL, v))
		}
		return "(" + f.SQL + " = " + b.arg(head) + " AND " + b.begins(f.Whole, v) + ")"
	}
	return is, starts
}

// begins is the condition that an expression begins with a text.
func (b *builder) begins(expr, v string) string {
	m := b.arg(v)
	return "(" + expr + " >= " + m + " AND " + expr + " < " + b.arg(v+"\U0010FFFF") + ")"
}

// contains finds every word of v in the field, in any order.
func (b *builder) contains(ctx context.Context, f Field, v string) (string, error) {
	words, among := strings.Fields(v), ""
	if keyed := fold.Words(v); f.Among != "" && len(keyed) > 0 {
		words, among = keyed, f.Among
	}
	if len(words) > maxWords {
		return "", bad(f.Key, "list.too_many_words", "Max", maxWords)
	}
	var conds []string
	for _, w := range words {
		mark := b.arg(Pattern(b.tx, w))
		if among != "" { // read from an index, before the row is fetched
			conds = append(conds, Contains(b.tx, among, mark))
		}
		conds = append(conds, Contains(b.tx, f.SQL, mark))
	}
	extra := ""
	if f.Index != "" && f.Via == nil {
		var err error
		if extra, err = b.indexed(ctx, f, words); err != nil {
			return "", err
		}
	}
	return "(" + strings.Join(conds, " AND ") + extra + ")", nil
}

// indexed narrows a search for words to the rows in whose search text the trigram
// index finds them, where these are few: " AND ..." or "". Where they are many,
// walking finds a page sooner than sorting thousands.
func (b *builder) indexed(ctx context.Context, f Field, words []string) (string, error) {
	if b.few {
		return "", nil
	}
	from, cond, args := "", "", []any(nil)
	if b.tx.Dialect() == db.Postgres {
		var likes []string
		alias := strings.TrimSuffix(b.d.ID, "id")
		for _, w := range words {
			if len([]rune(w)) >= 3 {
				args = append(args, Pattern(b.tx, w))
				likes = append(likes, alias+"search LIKE $%d")
			}
		}
		if len(likes) == 0 {
			return "", nil
		}
		from, cond = b.d.From, strings.Join(likes, " AND ")
	} else {
		match := Match(words)
		if match == "" {
			return "", nil
		}
		from, cond, args = f.Index, f.Index+" MATCH $%d", []any{match}
	}
	numbered := func(first int) string {
		marks := make([]any, len(args))
		for i := range marks {
			marks[i] = first + i
		}
		return fmt.Sprintf(cond, marks...)
	}
	n, err := b.probe(ctx, fmt.Sprintf("SELECT 1 AS one FROM %s WHERE %s LIMIT %d", from, numbered(1), scarce*rare), args)
	// Who gathers has walked already and found too little: any index is better than none.
	if err != nil || n >= rare && !b.gather {
		if b.must {
			b.matches(n)
		}
		return "", err
	}
	if b.must {
		b.matches(n)
	}
	first := len(b.args) + 1
	b.args = append(b.args, args...)
	if b.tx.Dialect() == db.Postgres {
		return " AND " + numbered(first), nil
	}
	return fmt.Sprintf(" AND %s IN (SELECT rowid FROM %s WHERE %s)", b.d.ID, f.Index, numbered(first)), nil
}

// Pattern is the argument of Contains for a folded word.
func Pattern(tx *db.Tx, word string) string {
	if tx.Dialect() == db.SQLite {
		return word
	}
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(word) + "%"
}

// Contains is the condition that an expression contains the word bound at mark as
// Pattern made it.
func Contains(tx *db.Tx, expr, mark string) string {
	if tx.Dialect() == db.SQLite {
		return "instr(" + expr + ", " + mark + ") > 0"
	}
	return expr + " LIKE " + mark
}
