package bench

import (
	"context"
	"strconv"

	"github.com/carnetcrm/carnet/internal/list"
)

// The hard cases of lists: questions for which neither the index of the sort nor that
// of a filter is right by itself.

// one is a filter with values.
func one(key, op string, values ...string) list.Filter {
	return list.Filter{Key: key, Op: op, Values: values}
}

// asked is work that reads a page of the answer to a query.
func (b *bencher) asked(q list.Query) work {
	return b.page(b.admin, func(int) list.Query { return q })
}

// byHand is a page of clients under conditions written by hand.
func (b *bencher) byHand(cond, order string, args ...any) work {
	all := append([]any{b.set.Agency}, args...)
	return b.bare(bareList+cond+" ORDER BY "+order+" LIMIT 51", func(int) []any { return all })
}

// hard lists the hard cases. The million has a budget of its own in none of them: it
// is the same.
func (b *bencher) hard(ctx context.Context) ([]Case, error) {
	advisor, err := b.raw.number(ctx, `SELECT advisor_id FROM client WHERE agency_id = $1 AND advisor_id IS NOT NULL AND deleted_at IS NULL
		GROUP BY advisor_id ORDER BY count(*) DESC, advisor_id LIMIT 1`, b.set.Agency)
	if err != nil {
		return nil, err
	}
	tag, err := b.raw.number(ctx, `SELECT tag_id FROM tag_link WHERE agency_id = $1 AND owner_kind = 'client' GROUP BY tag_id ORDER BY count(*) DESC, tag_id LIMIT 1`,
		b.set.Agency)
	if err != nil {
		return nil, err
	}
	const byName = "c.name_key, c.id"
	n := func(id int64) string { return strconv.FormatInt(id, 10) }
	has := func(part string) (string, any) {
		if b.raw.lite != nil {
			return "instr(c.name_key, $2) > 0", part
		}
		return "c.name_key LIKE $2", "%" + part + "%"
	}
	letter, arg := has("x")
	common, commonArg := has("a")
	born := list.Filter{Key: "traveler", Op: "has", Where: []list.Filter{one("birth_date", "between", "1980-02-01", "1980-02-29")}}
	const bornSQL = `c.id IN (SELECT l.client_id FROM client_traveler l JOIN traveler t ON t.agency_id = l.agency_id AND t.id = l.traveler_id
		WHERE l.agency_id = $1 AND t.deleted_at IS NULL AND t.birth_date BETWEEN '1980-02-01' AND '1980-02-29')`
	const mailSQL = ` AND NOT EXISTS (SELECT 1 FROM communication m WHERE m.agency_id = c.agency_id AND m.owner_kind = 'client' AND m.owner_id = c.id AND m.type = 'email')`
	noMail := list.Filter{Key: "communication", Op: "none", Where: []list.Filter{one("type", "any", "email")}}
	noTraveler := list.Filter{Key: "traveler", Op: "none"}
	inactive := one("status", "any", "inactive")
	return []Case{
		{"hard: name contains one rare letter", true, b.asked(list.Query{Filters: []list.Filter{one("name", "contains", "x")}}), b.byHand(" AND "+letter, byName, arg)},
		{"hard: name contains one common letter", true, b.asked(list.Query{Filters: []list.Filter{one("name", "contains", "a")}}), b.byHand(" AND "+common, byName, commonArg)},
		{"hard: advisor, status and tag", true, b.asked(list.Query{Filters: []list.Filter{one("advisor", "any", n(advisor)), one("status", "any", "active"), one("tag", "any", n(tag))}}),
			b.byHand(` AND c.advisor_id = $2 AND c.status = 'active' AND EXISTS (SELECT 1 FROM tag_link k WHERE k.agency_id = c.agency_id AND k.owner_kind = 'client'
				AND k.owner_id = c.id AND k.tag_id = $3)`, byName, advisor, tag)},
		{"hard: or across areas", true, b.asked(list.Query{Any: true, Filters: []list.Filter{one("city", "is", "Sopot"), born}}),
			b.byHand(" AND (c.city_key = 'sopot' OR "+bornSQL+")", byName)},
		{"hard: has a traveler of a rare kind", true, b.asked(list.Query{Filters: []list.Filter{born}}), b.byHand(" AND "+bornSQL, byName)},
		{"hard: has no e-mail", true, b.asked(list.Query{Filters: []list.Filter{noMail}}), b.byHand(mailSQL, byName)},
		{"hard: has no traveler", true, b.asked(list.Query{Filters: []list.Filter{noTraveler}}),
			b.byHand(" AND c.no_traveler", byName)},
		{"hard: sorted by city of the address", true, b.asked(list.Query{Filters: []list.Filter{inactive}, Sort: "city"}), b.byHand(" AND c.status = 'inactive'", "c.city_key, c.name_key, c.id")},
		{"hard: sorted by advisor, filtered", true, b.asked(list.Query{Filters: []list.Filter{inactive}, Sort: "advisor"}),
			b.byHand(" AND c.status = 'inactive'", "u.name, c.name_key, c.id")},
		{"hard: count of no e-mail", true, b.count(b.admin, noMail), b.bareCount(mailSQL)},
		{"hard: page 2,000, filtered", true, b.page(b.admin, func(i int) list.Query {
			return list.Query{Filters: []list.Filter{inactive}, Cursor: b.cursors[i%len(b.cursors)]}
		}), b.bare(bareList+" AND c.status = 'inactive' AND (c.name_key, c.id) > ($2, 0)"+barePage, func(i int) []any { return []any{b.set.Agency, b.names[i%len(b.names)].key} })},
	}, nil
}
