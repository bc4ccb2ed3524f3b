package flow

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/phone"
)

// Hit is something that the search box found.
type Hit struct {
	Kind      string // client, traveler
	ID        int64
	Name      string
	Corporate bool   // of a client
	Code      string // account code of a client
	Phone     string // normalised
	Email     string
	Detail    string // a client's city, a traveler's birth date
	ClientID  int64  // of a traveler: the first visible client
	score     int
}

// candidates is how many rows each way of searching looks at, at the most. The best
// of them are shown.
const candidates = 60

// searcher is one run of the search box.
type searcher struct {
	tx     *db.Tx
	want   int      // so many hits are enough
	words  []string // folded; digits of a phone; ISO date
	exact  string   // the whole question, folded
	code   string   // the whole question as an account code
	norm   string   // the whole question as a phone number or an e-mail address
	born   string   // the whole question as a birth date
	abroad string   // the beginning of a phone number, with + and the country
	few    bool     // the actor sees few clients
	hits   map[[2]any]*Hit
}

// Search finds clients and travelers by any part of any name in any order, with
// or without accents, by a phone in any notation, e-mail, account code or birth
// date; best first, at most limit. It sees what the actor sees (W16).
func Search(ctx context.Context, tx *db.Tx, q string, limit int) ([]Hit, error) {
	return search(ctx, tx, q, limit, "client", "traveler")
}

// SearchKind is Search for one kind of record: what can be linked, for instance.
func SearchKind(ctx context.Context, tx *db.Tx, kind, q string, limit int) ([]Hit, error) {
	return search(ctx, tx, q, limit, kind)
}

func search(ctx context.Context, tx *db.Tx, q string, limit int, kinds ...string) ([]Hit, error) {
	s := newSearcher(ctx, tx, q)
	s.want = min(max(limit, 8), candidates)
	if len(s.words) == 0 {
		return nil, nil
	}
	if err := s.run(ctx, kinds); err != nil {
		return nil, fmt.Errorf("searching: %w", err)
	}
	return s.best(limit), nil
}

func (s *searcher) run(ctx context.Context, kinds []string) error {
	if slices.Contains(kinds, "client") {
		if err := s.byCode(ctx); err != nil {
			return err
		}
	}
	found, err := s.direct(ctx, kinds)
	if err != nil {
		return err
	}
	if !found && s.abroad == "" {
		if s.few, err = s.tx.Few(ctx, "client"); err != nil {
			return err
		}
		if err := s.find(ctx, kinds...); err != nil {
			return err
		}
	}
	return s.link(ctx)
}

// link notes through which client each traveler is reached, a client among the
// hits if there is one.
func (s *searcher) link(ctx context.Context) error {
	ids := db.IDs{}
	for _, h := range s.hits {
		if h.Kind == "traveler" {
			ids = append(ids, h.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	// In the order of the index: by id, SQLite would walk every link of the agency.
	return s.tx.Each(ctx, "SELECT l.traveler_id, l.client_id FROM {client_traveler} l JOIN {client} c ON c.id = l.client_id WHERE l.traveler_id IN {ids $1} ORDER BY l.traveler_id, l.client_id",
		[]any{ids}, func(rows db.Rows) error {
			var traveler, client int64
			if err := rows.Scan(&traveler, &client); err != nil {
				return err
			}
			h := s.hits[[2]any{"traveler", traveler}]
			if h.ClientID == 0 || s.hits[[2]any{"client", client}] != nil {
				h.ClientID = client
			}
			return nil
		})
}

func newSearcher(ctx context.Context, tx *db.Tx, q string) *searcher {
	q = strings.TrimSpace(q)
	s := &searcher{tx: tx, exact: fold.Fold(q), code: strings.ToUpper(q), hits: map[[2]any]*Hit{}}
	home := homeCountry(ctx, tx)
	if d, ok := date.Parse(q, date.OrderFor(home)); ok && d.HasYear() {
		s.words = []string{string(d)}
		s.exact, s.born = string(d), string(d)
		return s
	}
	if digits, ok := fold.LooksLikePhone(q); ok {
		s.words = []string{digits}
		s.exact = digits
		if norm, ok := phone.Parse(q, home); ok {
			s.norm = norm
		}
		if strings.HasPrefix(q, "+") && len(digits) > 4 {
			s.abroad = "+" + digits
		}
		return s
	}
	if strings.Contains(q, "@") {
		s.words = strings.Fields(s.exact)
		s.norm = strings.ToLower(q)
	} else {
		s.words = fold.Words(strings.ReplaceAll(q, "/", " "))
	}
	if len(s.words) > 6 {
		s.words = s.words[:6]
	}
	return s
}

func homeCountry(ctx context.Context, tx *db.Tx) (code string) {
	tx.Row(ctx, "SELECT a.country FROM {agency} a WHERE a.id = $1", []any{tx.Actor.AgencyID}, &code)
	return code
}

var hitColumns = map[string]string{
	"client":   "c.id, c.name, c.kind, c.code, c.phone, c.email, c.city, c.name_key",
	"traveler": "c.id, " + travelerName + ", '', '', c.phone, c.email, c.birth_date, c.name_key",
}

const travelerName = `CASE WHEN c.family = '' THEN c.given WHEN c.given = '' THEN c.family ELSE c.family || '/' || c.given END`

// byCode collects the client with the account code.
func (s *searcher) byCode(ctx context.Context) error {
	if len(s.code) < 2 {
		return nil
	}
	return s.collect(ctx, "client", "SELECT "+hitColumns["client"]+" FROM {client} c WHERE c.code = $1 LIMIT 1", s.code)
}

// find collects candidates: by the beginning of the name, and, where those aren't
// enough, by any part of what the record is found by.
func (s *searcher) find(ctx context.Context, kinds ...string) error {
	if slices.Contains(kinds, "traveler") && s.tx.Actor.Scope != db.Agency {
		return s.throughClients(ctx, kinds)
	}
	enough, err := s.begin(ctx, kinds)
	if enough || err != nil || s.short() {
		return err
	}
	for _, kind := range kinds {
		if s.settled() {
			return nil
		}
		if err := s.anywhere(ctx, kind); err != nil {
			return err
		}
	}
	return nil
}

// begin collects whose name begins with the words, and reports whether those are
// enough: better hits there are none, of the other kind neither.
func (s *searcher) begin(ctx context.Context, kinds []string) (enough bool, err error) {
	for _, kind := range kinds {
		n := len(s.hits)
		q := "SELECT " + hitColumns[kind] + " FROM " + s.rows(kind) + " c WHERE c.name_key >= $1 AND c.name_key < $2" +
			fmt.Sprintf(" ORDER BY c.name_key, c.id LIMIT %d", s.want)
		for _, begin := range s.beginnings() {
			if err := s.collect(ctx, kind, q, begin, begin+"\U0010FFFF"); err != nil {
				return false, err
			}
		}
		enough = enough || len(s.hits)-n >= s.want
	}
	return enough, nil
}

// short reports whether no index of trigrams can be asked.
func (s *searcher) short() bool { return len(s.words) == 1 && len([]rune(s.words[0])) < 3 }

// throughClients finds travelers for who doesn't see everybody: those of the clients
// that are found, because the text of a client holds all that its travelers are found
// by; and those whom no client has. To ask of each traveler of the agency whether one
// of its clients may be seen takes far longer.
func (s *searcher) throughClients(ctx context.Context, kinds []string) error {
	enough, err := s.begin(ctx, []string{"client"})
	if err == nil && !enough && (s.few || !s.short()) {
		err = s.anywhere(ctx, "client")
	}
	if err != nil {
		return err
	}
	if slices.Contains(kinds, "client") && enough {
		return nil
	}
	ids := db.IDs{}
	for _, h := range s.hits {
		if h.Kind == "client" {
			ids = append(ids, h.ID)
		}
	}
	if !slices.Contains(kinds, "client") {
		clear(s.hits)
	}
	var conds []string
	args := []any{nil}
	for _, w := range s.words {
		args = append(args, list.Pattern(s.tx, w))
		conds = append(conds, list.Contains(s.tx, s.read("c.search"), fmt.Sprintf("$%d", len(args))))
	}
	q := "SELECT " + hitColumns["traveler"] + " FROM {traveler} c WHERE " + strings.Join(conds, " AND ") + " AND "
	if len(ids) > 0 {
		args[0] = ids
		if err := s.collect(ctx, "traveler", q+"c.id IN (SELECT l.traveler_id FROM {client_traveler} l WHERE l.client_id IN {ids $1})", args...); err != nil {
			return err
		}
	}
	args[0] = s.tx.Actor.UserID
	return s.collect(ctx, "traveler", q+fmt.Sprintf("c.created_for = $1 LIMIT %d", candidates), args...)
}

// settled reports whether so many clients are found that answer better than any
// traveler could who has the words somewhere: whole words of the name, but not its
// beginning.
func (s *searcher) settled() bool {
	most := max(65, 75*len(s.words)-15)
	n := 0
	for _, h := range s.hits {
		if h.Kind == "client" && h.score > most {
			n++
		}
	}
	return n >= s.want
}

// beginnings are the beginnings of names that the words may be: "kowalska joanna"
// typed in either order.
func (s *searcher) beginnings() []string {
	out := []string{strings.Join(s.words, " ")}
	if len(s.words) == 2 {
		out = append(out, s.words[1]+" "+s.words[0])
	}
	return out
}

// rows names the visible rows of a kind, so that a query that looks at many of them
// finds them soon.
func (s *searcher) rows(kind string) string {
	if t, _ := s.tx.TableOf(kind); s.few || t.Ordered && s.tx.Dialect() == db.SQLite {
		return "{" + kind + ".scan}"
	}
	return "{" + kind + "}"
}

// direct collects the owners of what was typed in full: a phone number in any
// notation, the beginning of an e-mail address or of a number with its country, a
// birth date; and the clients of the travelers among them. It reports whether there
// are any: then there is nothing else to look for, and the index of the contacts has
// spared that of the trigrams.
func (s *searcher) direct(ctx context.Context, kinds []string) (bool, error) {
	owners := map[string]db.IDs{"client": {}, "traveler": {}}
	note := func(rows db.Rows) error {
		var kind string
		var id int64
		err := rows.Scan(&kind, &id)
		owners[kind] = append(owners[kind], id)
		return err
	}
	var err error
	switch {
	case s.born != "":
		err = s.tx.Each(ctx, fmt.Sprintf("SELECT 'traveler', t.id FROM {traveler} t WHERE t.birth_date = $1 LIMIT %d", candidates), []any{s.born}, note)
	case strings.Contains(s.norm, "@") || s.abroad != "":
		begin := cmp.Or(s.abroad, s.norm)
		err = s.tx.Each(ctx, fmt.Sprintf("SELECT m.owner_kind, m.owner_id FROM {communication} m WHERE m.norm >= $1 AND m.norm < $2 LIMIT %d", candidates),
			[]any{begin, begin + "\U0010FFFF"}, note)
	case s.norm != "":
		err = s.tx.Each(ctx, fmt.Sprintf("SELECT m.owner_kind, m.owner_id FROM {communication} m WHERE m.norm = $1 LIMIT %d", candidates), []any{s.norm}, note)
	}
	if err != nil || len(owners["client"])+len(owners["traveler"]) == 0 {
		return false, err
	}
	before := len(s.hits)
	const linked = "{client} c WHERE c.id IN (SELECT l.client_id FROM {client_traveler} l WHERE l.traveler_id IN {ids $1})"
	for _, q := range []struct{ kind, from string }{{"client", "{client} c WHERE c.id IN {ids $1}"}, {"traveler", "{traveler} c WHERE c.id IN {ids $1}"}, {"client", linked}} {
		ids := owners[q.kind]
		if q.from == linked {
			ids = owners["traveler"]
		}
		if len(ids) == 0 || !slices.Contains(kinds, q.kind) {
			continue
		}
		if err := s.collect(ctx, q.kind, "SELECT "+hitColumns[q.kind]+" FROM "+q.from, ids); err != nil {
			return false, err
		}
	}
	return len(s.hits) > before, nil
}

// anywhere finds all words anywhere in the search text.
func (s *searcher) anywhere(ctx context.Context, kind string) error {
	var conds []string
	var args []any
	bind := func(v any) string { args = append(args, v); return fmt.Sprintf("$%d", len(args)) }
	from, text := "{"+kind+"} c", "c.search"
	if s.few { // walking few rows beats an index over everybody's
		from, text = "{"+kind+".scan} c", s.read(text)
	} else if match := list.Match(s.words); s.tx.Dialect() == db.SQLite && match != "" {
		from = kind + "_fts JOIN {" + kind + "} c ON c.id = " + kind + "_fts.rowid"
		conds = append(conds, kind+"_fts MATCH "+bind(match))
	}
	for _, w := range s.words {
		conds = append(conds, list.Contains(s.tx, text, bind(list.Pattern(s.tx, w))))
	}
	q, n := "SELECT "+hitColumns[kind]+" FROM "+from+" WHERE "+strings.Join(conds, " AND "), min(3*s.want, candidates)
	if s.tx.Dialect() == db.Postgres {
		q = fmt.Sprintf("WITH hit AS MATERIALIZED (%s LIMIT %d) SELECT * FROM hit", q, doubt*n)
	}
	return s.collect(ctx, kind, q+fmt.Sprintf(" LIMIT %d", n), args...)
}

// doubt is how many times as many hits as are wanted PostgreSQL plans for. It guesses from
// a hundred texts how many hold a part of a word. Where it guesses twenty times too many
// it would read the table, in hope of an early end, and not ask the index. What it plans
// for and nobody reads isn't looked for.
const doubt = 10

// read is a text that is read from rows found by other means: PostgreSQL would ask its
// index of trigrams, which tells of everybody's rows, and look at each of them.
func (s *searcher) read(text string) string {
	if s.tx.Dialect() == db.Postgres {
		return "(" + text + " || '')"
	}
	return text
}

func (s *searcher) collect(ctx context.Context, kind, q string, args ...any) error {
	return s.tx.Each(ctx, q, args, func(rows db.Rows) error {
		h := &Hit{Kind: kind}
		var sort, key string
		if err := rows.Scan(&h.ID, &h.Name, &sort, &h.Code, &h.Phone, &h.Email, &h.Detail, &key); err != nil {
			return err
		}
		h.Corporate = sort == "corporate"
		at := [2]any{kind, h.ID}
		if s.hits[at] == nil {
			h.score = s.score(h, key)
			s.hits[at] = h
		}
		return nil
	})
}
