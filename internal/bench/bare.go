package bench

import (
	"context"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/list"
)

// bareList is a page of clients as somebody would write it by hand.
const bareList = `SELECT c.name_key, c.id, c.name, c.phone, c.email, u.name, b.name, c.segment, c.city FROM client c
	LEFT JOIN "user" u ON u.agency_id = c.agency_id AND u.id = c.advisor_id
	LEFT JOIN branch b ON b.agency_id = c.agency_id AND b.id = c.branch_id
	WHERE c.agency_id = $1 AND c.deleted_at IS NULL
	AND (c.customer_type_id IS NULL OR c.customer_type_id NOT IN (SELECT id FROM customer_type WHERE agency_id = $1 AND excluded))`

const barePage = " ORDER BY c.name_key, c.id LIMIT 51"

// bare makes work of one query.
func (b *bencher) bare(q string, args func(i int) []any) work {
	return func(ctx context.Context, i int) error {
		_, err := b.raw.rows(ctx, q, args(i), nil)
		return err
	}
}

func (b *bencher) agencyOnly(int) []any { return []any{b.set.Agency} }

// bareCount counts to the bound.
func (b *bencher) bareCount(cond string, args ...any) work {
	q := `SELECT count(*) FROM (SELECT 1 FROM client c WHERE c.agency_id = $1 AND c.deleted_at IS NULL
		AND (c.customer_type_id IS NULL OR c.customer_type_id NOT IN (SELECT id FROM customer_type WHERE agency_id = $1 AND excluded))` +
		cond + ` LIMIT ` + strconv.Itoa(countBound+1) + `) x`
	all := append([]any{b.set.Agency}, args...)
	return b.bare(q, func(int) []any { return all })
}

// hitColumns are what a hit of the search shows, by kind.
var hitColumns = map[string]string{"client": "c.id, c.name, c.kind, c.code, c.phone, c.email, c.city, c.name_key",
	"traveler": "c.id, c.family, c.given, c.phone, c.email, c.birth_date, c.name_key"}

// seen is the condition by hand that a record of each kind belongs to an advisor or
// to a branch: $2 is its id.
func seen(column string) map[string]string {
	const links = "SELECT l.traveler_id FROM client_traveler l JOIN client x ON x.agency_id = l.agency_id AND x.id = l.client_id WHERE l.agency_id = $1 AND x.deleted_at IS NULL AND x."
	return map[string]string{"client": " AND c." + column + " = $2",
		"traveler few":  " AND c.id IN (" + links + column + " = $2)",
		"traveler many": " AND EXISTS (" + links + column + " = $2 AND l.traveler_id = c.id)"}
}

// bareSearch looks folded words up in the trigram indexes of clients and travelers.
func (b *bencher) bareSearch(words ...string) work {
	return b.bareSeen(words, nil, "", 0)
}

// bareOf looks folded words up among the clients of an advisor, and their travelers:
// so few that it walks them.
func (b *bencher) bareOf(words ...string) work {
	return b.bareSeen(words, seen("advisor_id"), "few", b.agent.UserID)
}

// bareNear looks folded words up in the trigram indexes, for who sees a branch.
func (b *bencher) bareNear(words ...string) work {
	return b.bareSeen(words, seen("branch_id"), "many", b.boss.BranchID)
}

func (b *bencher) bareSeen(words []string, rule map[string]string, size string, who int64) work {
	args := []any{b.set.Agency}
	if rule != nil {
		args = append(args, who)
	}
	mark := func(v any) string { args = append(args, v); return "$" + strconv.Itoa(len(args)) }
	var conds []string
	for _, w := range words {
		if b.raw.lite != nil {
			conds = append(conds, "instr(c.search, "+mark(w)+") > 0")
		} else {
			conds = append(conds, "c.search LIKE "+mark("%"+w+"%"))
		}
	}
	match := ""
	if b.raw.lite != nil && size != "few" {
		match = mark(list.Match(words))
	}
	var qs []string
	for _, kind := range []string{"client", "traveler"} {
		from, cond := kind+" c", ""
		if match != "" {
			from, cond = kind+"_fts JOIN "+kind+" c ON c.id = "+kind+"_fts.rowid", kind+"_fts MATCH "+match+" AND "
		}
		limit := rule[kind]
		if kind == "traveler" && rule != nil {
			limit = rule["traveler "+size]
		}
		qs = append(qs, "SELECT "+hitColumns[kind]+" FROM "+from+" WHERE "+cond+"c.agency_id = $1 AND c.deleted_at IS NULL AND "+
			strings.Join(conds, " AND ")+limit+" LIMIT 60")
	}
	return func(ctx context.Context, _ int) error {
		for _, q := range qs {
			if _, err := b.raw.rows(ctx, q, args, nil); err != nil {
				return err
			}
		}
		return nil
	}
}

// bareRecord are the SELECTs behind the page of a client.
func (b *bencher) bareRecord(ids []int64) work {
	owned := func(table, columns string) string {
		return "SELECT " + columns + " FROM " + table + " r WHERE r.agency_id = $1 AND r.owner_kind = 'client' AND r.owner_id = $2 ORDER BY r.id"
	}
	qs := []string{
		"SELECT * FROM client c WHERE c.agency_id = $1 AND c.id = $2 AND c.deleted_at IS NULL",
		"SELECT l.*, t.* FROM client_traveler l JOIN traveler t ON t.agency_id = l.agency_id AND t.id = l.traveler_id WHERE l.agency_id = $1 AND l.client_id = $2 ORDER BY l.position, l.id",
		`SELECT m.* FROM client_traveler l JOIN communication m ON m.agency_id = l.agency_id AND m.owner_kind = 'traveler' AND m.owner_id = l.traveler_id
			WHERE l.agency_id = $1 AND l.client_id = $2 ORDER BY m.position, m.id`,
		owned("communication", "*"), owned("address", "*"), owned("comment", "*"),
		`SELECT l.id, l.tag_id, t.name, l.value FROM tag_link l JOIN tag t ON t.agency_id = l.agency_id AND t.id = l.tag_id
			WHERE l.agency_id = $1 AND l.owner_kind = 'client' AND l.owner_id = $2 ORDER BY t.name_key`,
		"SELECT * FROM interface_id i WHERE i.agency_id = $1 AND i.client_id = $2 ORDER BY i.system, i.value",
		"SELECT * FROM history h WHERE h.agency_id = $1 AND h.root_kind = 'client' AND h.root_id = $2 ORDER BY h.id DESC LIMIT 50",
	}
	return func(ctx context.Context, i int) error {
		for _, q := range qs {
			if _, err := b.raw.rows(ctx, q, []any{b.set.Agency, ids[i%len(ids)]}, nil); err != nil {
				return err
			}
		}
		return nil
	}
}

// bareTwins are the look-ups that no hint of duplicates can do without: the owner
// of a phone or an e-mail, people of the same name, people born on the same day.
func (b *bencher) bareTwins() work {
	var search []work
	for _, p := range b.names {
		search = append(search, b.bareSearch(strings.Fields(p.key)...))
	}
	return func(ctx context.Context, i int) error {
		p := b.names[i%len(b.names)]
		if _, err := b.raw.rows(ctx, "SELECT m.owner_kind, m.owner_id, m.norm FROM communication m WHERE m.agency_id = $1 AND m.norm = $2 LIMIT 100",
			[]any{b.set.Agency, p.norm}, nil); err != nil {
			return err
		}
		if p.birth != "" {
			if _, err := b.raw.rows(ctx, "SELECT t.id, t.family, t.given FROM traveler t WHERE t.agency_id = $1 AND t.birth_date = $2 AND t.deleted_at IS NULL LIMIT 200",
				[]any{b.set.Agency, p.birth}, nil); err != nil {
				return err
			}
		}
		return search[i%len(search)](ctx, i)
	}
}
