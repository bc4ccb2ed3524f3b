package flow

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/email"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/phone"
)

// Suspect is what is known of a record that is being typed.
type Suspect struct {
	Name      string   // of the client: "Kowalska/Joanna", a company
	People    []string // "Family Given" of its travelers
	Phones    []string
	Emails    []string
	BirthDate []date.Date
	Region    string // country in which phones are read, the agency's where empty
	Not       Hit    // the record itself, when it exists already
}

// Twin is a record that may be the same person or company.
type Twin struct {
	Hit
	Reasons []string // name, phone, email, birth_date: what agrees
	Weight  int      // 0 to 100
}

// Weights of what agrees. A shared phone or e-mail alone is a household; a name
// alone is a common name; two of them are a duplicate.
var weights = map[string]int{"name": 50, "email": 40, "phone": 35, "birth_date": 25}

// Twins points out records that equal or nearly equal what is being typed (R006,
// W1): names in any order with or without accents and with typing errors, phones
// and e-mails in any notation, birth dates. It finds only what the actor sees.
func Twins(ctx context.Context, tx *db.Tx, s Suspect, limit int) ([]Twin, error) {
	f := &twinFinder{tx: tx, s: s, found: map[[2]any]*Twin{}}
	if f.s.Region == "" {
		f.s.Region = homeCountry(ctx, tx)
	}
	var err error
	if f.few, err = tx.Few(ctx, "client"); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{f.byContact, f.byName, f.byBirth} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return f.best(limit), nil
}

type twinFinder struct {
	tx    *db.Tx
	s     Suspect
	found map[[2]any]*Twin
	few   bool // the actor sees few clients
}

// byContact finds owners of the same phone or e-mail.
func (f *twinFinder) byContact(ctx context.Context) error {
	var norms []string
	reason := map[string]string{}
	for _, p := range f.s.Phones {
		if n, ok := phone.Parse(p, f.s.Region); ok {
			norms, reason[n] = append(norms, n), "phone"
		}
	}
	for _, e := range f.s.Emails {
		if n, ok := email.Parse(e); ok {
			norms, reason[n] = append(norms, n), "email"
		}
	}
	if len(norms) == 0 {
		return nil
	}
	type owner struct {
		kind, norm string
		id         int64
	}
	var owners []owner
	err := f.tx.Each(ctx, "SELECT m.owner_kind, m.owner_id, m.norm FROM {communication} m WHERE m.norm IN {texts $1} LIMIT 100",
		[]any{db.Texts(norms)}, func(rows db.Rows) error {
			var o owner
			err := rows.Scan(&o.kind, &o.id, &o.norm)
			owners = append(owners, o)
			return err
		})
	if err != nil {
		return err
	}
	for _, kind := range []string{"client", "traveler"} {
		ids := db.IDs{}
		for _, o := range owners {
			if o.kind == kind {
				ids = append(ids, o.id)
			}
		}
		if err := f.collect(ctx, kind, "WHERE c.id IN {ids $1}", ids); err != nil {
			return err
		}
	}
	for _, o := range owners {
		f.agree(o.kind, o.id, reason[o.norm])
	}
	return nil
}

// byName finds names that begin alike, then keeps those that are alike.
func (f *twinFinder) byName(ctx context.Context) error {
	var asked []string // a person who is a client has the same name twice
	for _, name := range append([]string{f.s.Name}, f.s.People...) {
		words := fold.Words(strings.ReplaceAll(name, "/", " "))
		key := strings.Join(words, " ")
		if len(words) == 0 || len(words) > 12 || slices.Contains(asked, key) {
			continue
		}
		asked = append(asked, key)
		s := &searcher{tx: f.tx, want: candidates / 2, words: words, exact: key, few: f.few, hits: map[[2]any]*Hit{}}
		if err := s.find(ctx, "client", "traveler"); err != nil {
			return err
		}
		for _, kind := range []string{"client", "traveler"} {
			if err := s.nearly(ctx, kind); err != nil {
				return err
			}
		}
		for _, h := range s.hits {
			f.add(h)
		}
	}
	for _, t := range f.found {
		for _, name := range append([]string{f.s.Name}, f.s.People...) {
			if name != "" && fold.Similar(strings.ReplaceAll(name, "/", " "), strings.ReplaceAll(t.Name, "/", " ")) >= alike {
				f.agree(t.Kind, t.ID, "name")
			}
		}
	}
	return nil
}

// alike is the likeness from which two names are pointed out.
const alike = 0.88

// nearly adds names that begin with the same letters as one of the words, so that
// a typing error in the rest doesn't hide them.
func (s *searcher) nearly(ctx context.Context, kind string) error {
	for _, w := range s.words[:min(2, len(s.words))] {
		r := []rune(w)
		if len(r) < 5 || len(s.words) < 2 {
			continue
		}
		other := s.words[0]
		if other == w {
			other = s.words[1]
		}
		stem := string(r[:len(r)-2])
		o := []rune(other)
		from := "{traveler}" // a stem leaves so few that asking each beats gathering one's own
		if kind == "client" {
			from = s.rows(kind)
		}
		q := "SELECT " + hitColumns[kind] + " FROM " + from + " c WHERE c.name_key >= $1 AND c.name_key < $2 AND " +
			list.Contains(s.tx, "c.name_key", "$3") + " LIMIT 20"
		err := s.collect(ctx, kind, q, stem, stem+"\U0010FFFF", list.Pattern(s.tx, string(o[:min(3, len(o))])))
		if err != nil {
			return err
		}
	}
	return nil
}

// byBirth finds travelers born on the same day, and keeps those whose name is
// somewhat alike.
func (f *twinFinder) byBirth(ctx context.Context) error {
	var days []string
	for _, d := range f.s.BirthDate {
		if d.HasYear() {
			days = append(days, string(d))
		}
	}
	if len(days) == 0 {
		return nil
	}
	s := &searcher{tx: f.tx, words: []string{""}, hits: map[[2]any]*Hit{}}
	err := s.collect(ctx, "traveler", "SELECT "+hitColumns["traveler"]+" FROM {traveler} c WHERE c.birth_date IN {texts $1} LIMIT 200", db.Texts(days))
	if err != nil {
		return err
	}
	for _, h := range s.hits {
		for _, name := range append([]string{f.s.Name}, f.s.People...) {
			if name != "" && fold.Similar(strings.ReplaceAll(name, "/", " "), strings.ReplaceAll(h.Name, "/", " ")) >= 0.6 {
				f.add(h)
			}
		}
	}
	for _, t := range f.found {
		if t.Kind == "traveler" && slices.Contains(days, t.Detail) {
			f.agree(t.Kind, t.ID, "birth_date")
		}
	}
	return nil
}

func (f *twinFinder) collect(ctx context.Context, kind, where string, args ...any) error {
	s := &searcher{tx: f.tx, words: []string{""}, hits: map[[2]any]*Hit{}}
	if err := s.collect(ctx, kind, "SELECT "+hitColumns[kind]+" FROM {"+kind+"} c "+where, args...); err != nil {
		return err
	}
	for _, h := range s.hits {
		f.add(h)
	}
	return nil
}

func (f *twinFinder) add(h *Hit) {
	if h.Kind == f.s.Not.Kind && h.ID == f.s.Not.ID {
		return
	}
	at := [2]any{h.Kind, h.ID}
	if f.found[at] == nil {
		f.found[at] = &Twin{Hit: *h}
	}
}

func (f *twinFinder) agree(kind string, id int64, reason string) {
	if t := f.found[[2]any{kind, id}]; t != nil && !slices.Contains(t.Reasons, reason) {
		t.Reasons = append(t.Reasons, reason)
		t.Weight = min(100, t.Weight+weights[reason])
	}
}

// best returns what agrees in something that matters, the likeliest first. A
// traveler and the client of the same name count once, as the client.
func (f *twinFinder) best(limit int) []Twin {
	var out []Twin
	clients := map[string]*Twin{}
	for _, t := range f.found {
		if t.Kind == "client" && t.Weight > 0 {
			clients[fold.Fold(t.Name)] = t
		}
	}
	for _, t := range f.found {
		if c := clients[fold.Fold(t.Name)]; t.Kind == "traveler" && c != nil {
			for _, r := range t.Reasons {
				f.agree("client", c.ID, r)
			}
		}
	}
	for _, t := range f.found {
		if t.Weight == 0 || (t.Kind == "traveler" && clients[fold.Fold(t.Name)] != nil) {
			continue
		}
		slices.Sort(t.Reasons)
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b Twin) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return out[:min(limit, len(out))]
}
