package bench

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// countBound is how far pages and the API count the rows of a list.
const countBound = 10000

// Case is one kind of work and the bare SQL that it can't do without.
type Case struct {
	Name   string
	Budget bool // the budget of pages holds: 30 ms, and three times the bare SQL
	Do     work
	Bare   work
}

// bencher holds what the cases share.
type bencher struct {
	set   *Set
	d     *db.DB
	raw   *direct
	admin db.Actor
	agent db.Actor // sees fewest clients
	boss  db.Actor // sees a branch

	branches []int64
	ids      []int64  // some clients
	own      []int64  // some clients of agent
	cursors  []string // places in the middle of the list
	names    []person // some travelers
}

// person is what duplicate hints are asked for.
type person struct {
	family, given, birth, key string
	norm                      string // a phone or an e-mail of the person
}

func newBencher(ctx context.Context, s *Set) (*bencher, error) {
	b := &bencher{set: s}
	var err error
	if b.d, err = s.open(ctx); err != nil {
		return nil, err
	}
	if b.raw, err = openDirect(ctx, s); err != nil {
		return nil, err
	}
	for _, f := range []func(context.Context) error{b.people, b.samples, b.places} {
		if err := f(ctx); err != nil {
			return nil, fmt.Errorf("choosing what to measure: %w", err)
		}
	}
	return b, nil
}

func (b *bencher) close() {
	b.raw.close()
	b.d.Close()
}

// column reads one column of numbers.
func (b *bencher) column(ctx context.Context, q string, args ...any) (out []int64, err error) {
	_, err = b.raw.rows(ctx, q, args, func(v []any) {
		if n, ok := v[0].(int64); ok {
			out = append(out, n)
		}
	})
	return out, err
}

// people chooses who asks: an administrator, the manager of a branch, and the agent
// with the fewest clients.
func (b *bencher) people(ctx context.Context) error {
	few, err := b.raw.number(ctx, `SELECT u.id FROM "user" u JOIN client c ON c.agency_id = u.agency_id AND c.advisor_id = u.id
		WHERE u.agency_id = $1 AND u.role = 'agent' AND c.deleted_at IS NULL GROUP BY u.id ORDER BY count(*), u.id LIMIT 1`, b.set.Agency)
	if err != nil {
		return err
	}
	return b.d.View(ctx, db.System(b.set.Agency), func(tx *db.Tx) error {
		a, err := agency.Current(ctx, tx)
		if err != nil {
			return err
		}
		var users []agency.User
		if err := record.Select(ctx, tx, &users, "ORDER BY r.id"); err != nil {
			return err
		}
		for i := range users {
			u := &users[i]
			switch {
			case u.Role == agency.Administrator && b.admin.UserID == 0:
				b.admin = agency.ActorOf(a, u, "bench")
			case u.Role == agency.Manager && b.boss.UserID == 0:
				b.boss = agency.ActorOf(a, u, "bench")
			case u.ID == few:
				b.agent = agency.ActorOf(a, u, "bench")
			}
		}
		return nil
	})
}

// samples chooses clients and travelers all over the data set.
func (b *bencher) samples(ctx context.Context) (err error) {
	if b.branches, err = b.column(ctx, "SELECT id FROM branch WHERE agency_id = $1 ORDER BY id", b.set.Agency); err != nil {
		return err
	}
	last, err := b.raw.number(ctx, "SELECT max(id) FROM client WHERE agency_id = $1 AND id < (SELECT min(id) FROM client WHERE agency_id <> $1)", b.set.Agency)
	if err != nil {
		return err
	}
	for i := range int64(500) {
		b.ids = append(b.ids, 1+(i*7919*last/500)%last)
	}
	if b.own, err = b.column(ctx, "SELECT id FROM client WHERE agency_id = $1 AND advisor_id = $2 AND deleted_at IS NULL ORDER BY id LIMIT 500",
		b.set.Agency, b.agent.UserID); err != nil {
		return err
	}
	for _, id := range b.ids[:100] {
		_, err := b.raw.rows(ctx, `SELECT t.family, t.given, t.birth_date, t.name_key, max(m.norm) FROM traveler t
			JOIN communication m ON m.agency_id = t.agency_id AND m.owner_kind = 'traveler' AND m.owner_id = t.id
			WHERE t.agency_id = $1 AND t.id = $2 GROUP BY t.family, t.given, t.birth_date, t.name_key`, []any{b.set.Agency, id}, func(v []any) {
			if p := (person{fmt.Sprint(v[0]), fmt.Sprint(v[1]), fmt.Sprint(v[2]), fmt.Sprint(v[3]), fmt.Sprint(v[4])}); usual(p.key) {
				b.names = append(b.names, p)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// usual reports whether each word of a name is long enough for the trigram index.
func usual(key string) bool {
	for w := range strings.FieldsSeq(key) {
		if len([]rune(w)) < 3 {
			return false
		}
	}
	return key != ""
}

// places makes cursors in the middle of the list of clients: the one behind its first
// page, moved on to other names.
func (b *bencher) places(ctx context.Context) error {
	var next string
	err := b.d.View(ctx, b.admin, func(tx *db.Tx) error {
		p, err := client.List.Run(ctx, tx, list.Query{})
		next = p.Next
		return err
	})
	if err != nil {
		return err
	}
	raw, err := base64.RawURLEncoding.DecodeString(next)
	if err != nil {
		return err
	}
	var cursor map[string]any
	if err := json.Unmarshal(raw, &cursor); err != nil {
		return err
	}
	for _, begin := range strings.Fields("be ca de fe ga he ka la ma ne pa ro sa sch ta wa") {
		cursor["v"] = []any{begin, 0}
		if raw, err = json.Marshal(cursor); err != nil {
			return err
		}
		b.cursors = append(b.cursors, base64.RawURLEncoding.EncodeToString(raw))
	}
	return nil
}

// view makes work of a read by an actor.
func (b *bencher) view(a db.Actor, fn func(ctx context.Context, tx *db.Tx, i int) error) work {
	return func(ctx context.Context, i int) error {
		return b.d.View(ctx, a, func(tx *db.Tx) error { return fn(ctx, tx, i) })
	}
}

// page is work that reads a page of the client list.
func (b *bencher) page(a db.Actor, q func(i int) list.Query) work {
	return b.view(a, func(ctx context.Context, tx *db.Tx, i int) error {
		_, err := client.List.Run(ctx, tx, q(i))
		return err
	})
}

func (b *bencher) count(a db.Actor, filters ...list.Filter) work {
	return b.view(a, func(ctx context.Context, tx *db.Tx, _ int) error {
		_, err := client.List.Count(ctx, tx, list.Query{Filters: filters}, countBound)
		return err
	})
}

func (b *bencher) search(a db.Actor, q string) work {
	return b.view(a, func(ctx context.Context, tx *db.Tx, _ int) error {
		_, err := flow.Search(ctx, tx, q, 12)
		return err
	})
}

// record reads what the page of a client shows.
func (b *bencher) record(a db.Actor, ids []int64) work {
	return b.view(a, func(ctx context.Context, tx *db.Tx, i int) error {
		ref := record.Ref{Kind: "client", ID: ids[i%len(ids)]}
		var c client.Client
		if err := record.Get(ctx, tx, &c, ref.ID); err != nil {
			return err
		}
		links, err := client.Links(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		for _, l := range links {
			var t traveler.Traveler
			if err := record.Get(ctx, tx, &t, l.TravelerID); err != nil {
				return err
			}
			if _, err := contact.Of(ctx, tx, record.Ref{Kind: "traveler", ID: t.ID}); err != nil {
				return err
			}
		}
		if _, err := contact.Of(ctx, tx, ref); err != nil {
			return err
		}
		if _, err := contact.AddressesOf(ctx, tx, ref); err != nil {
			return err
		}
		if _, err := tag.Of(ctx, tx, ref); err != nil {
			return err
		}
		if _, err := client.InterfaceIDs(ctx, tx, c.ID); err != nil {
			return err
		}
		if _, err := client.Comments(ctx, tx, ref); err != nil {
			return err
		}
		_, err = record.History(ctx, tx, ref, 0, 50)
		return err
	})
}

// twins asks for duplicates of people who are there already.
func (b *bencher) twins(a db.Actor) work {
	return b.view(a, func(ctx context.Context, tx *db.Tx, i int) error {
		p := b.names[i%len(b.names)]
		s := flow.Suspect{Name: p.family + "/" + p.given, People: []string{p.family + " " + p.given}}
		if strings.Contains(p.norm, "@") {
			s.Emails = []string{p.norm}
		} else {
			s.Phones = []string{p.norm}
		}
		if p.birth != "" {
			s.BirthDate = []date.Date{date.Date(p.birth)}
		}
		_, err := flow.Twins(ctx, tx, s, 5)
		return err
	})
}
