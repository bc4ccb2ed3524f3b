package imports

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/email"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/intake"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// kin is what a row says of whom a person is related to: somebody of the same row, of a
// row before, or of the client book.
type kin struct {
	said  intake.Said
	other string // a name or an e-mail address
	code  string // what the other one is to the person
}

// personRef is a person: stored, or one of the people of a state.
type personRef struct {
	id    int64
	s     *state
	owner int
}

// stored returns the id, 0 for a person that isn't stored yet.
func (r personRef) stored() int64 {
	if r.id == 0 && r.s != nil && r.owner <= len(r.s.people) {
		return r.s.people[r.owner-1].id
	}
	return r.id
}

// mark tells persons apart within a pass.
func (r personRef) mark() uint64 {
	if id := r.stored(); id != 0 {
		return hash("person", strconv.FormatInt(id, 10))
	}
	return hash("new", strconv.Itoa(r.s.n), strconv.Itoa(r.owner))
}

// kinDelta is a relation to be stored.
type kinDelta struct {
	a, b personRef // b is code to a
	code string
}

// relation reads whom a person is related to. What it is stands in a column of its own.
func (b *drafter) relation(p *person, said map[string]intake.Said) {
	s, kind := said["person"], said["type"]
	if s.Value == "" {
		return // the kind alone says nothing
	}
	typed := or(kind.Value, s.Label)
	code := b.w.kinCode(typed)
	if code == "" {
		b.unknown(intake.Said{Title: s.Title, Value: strings.TrimSpace(s.Value + " " + typed)}, "import.warning.relation_type")
		return
	}
	for _, other := range strings.FieldsFunc(s.Value, func(r rune) bool { return r == ';' || r == '|' || r == '\n' }) {
		if other = strings.TrimSpace(other); other != "" {
			p.kin = append(p.kin, kin{intake.Said{Title: s.Title, Value: other}, other, code})
		}
	}
}

// kinCode finds a kind of relation by its code or its name in any language: what the
// other person is.
func (w *words) kinCode(text string) string {
	want := fold.Fold(strings.TrimSpace(text))
	if want == "" {
		return ""
	}
	for _, k := range w.kinships {
		if !k.Active {
			continue
		}
		for _, code := range []string{k.Code, k.Inverse} {
			if fold.Fold(code) == want {
				return code
			}
			for _, lang := range i18n.Langs {
				for _, sex := range []string{"", "F", "M"} {
					if fold.Fold(traveler.KinLabel(i18n.For(lang), w.kinships, code, sex)) == want {
						return code
					}
				}
			}
		}
	}
	return ""
}

// kin finds the relations that a draft adds, and makes its people known to later rows.
func (e *engine) kin(ctx context.Context, tx *db.Tx, b *drafter, x *decision) error {
	if !e.relates {
		return nil
	}
	for i := range x.d.people {
		for _, k := range x.d.people[i].kin {
			if err := e.kinOf(ctx, tx, b, x, i, k); err != nil {
				return err
			}
		}
	}
	for i := range x.d.people {
		ref := personRef{s: x.target, owner: x.owners[i+1]}
		if ref.stored() != 0 {
			continue // found in the client book
		}
		name := hash(nameKey(x.d.people[i].t.Family, x.d.people[i].t.Given))
		was := e.persons[name]
		if !slices.Contains(was, ref) {
			e.persons[name] = append(was[:len(was):len(was)], ref)
			e.undo = append(e.undo, func() { e.persons[name] = was })
		}
	}
	return nil
}

func (e *engine) kinOf(ctx context.Context, tx *db.Tx, b *drafter, x *decision, person int, k kin) error {
	me := personRef{s: x.target, owner: x.owners[person+1]}
	others, err := e.whoIsMeant(ctx, tx, x, me, k.other)
	if err != nil {
		return err
	}
	if len(others) != 1 {
		key := "import.warning.relation_nobody"
		if len(others) > 1 {
			key = "import.warning.relation_several"
		}
		b.warn(k.said.Title, key, "Value", clip(k.other, 80))
		return nil
	}
	r := kinDelta{me, others[0], k.code}
	if key, known := e.impossible(b, r); known {
		return nil
	} else if key != "" {
		b.warn(k.said.Title, key)
		return nil
	}
	if id, other := r.a.stored(), r.b.stored(); id != 0 && other != 0 {
		has, err := traveler.Between(ctx, tx, id, other)
		if err != nil || slices.Contains(has, k.code) {
			return err
		}
		err = traveler.Possible(ctx, asRun(tx), id, other, k.code)
		if errs.KindOf(err) == errs.Internal && err != nil {
			return err
		}
		if list := b.problemsOf(err); err != nil {
			b.warn(k.said.Title, list[0].Key, list[0].Args...)
			return nil
		}
	}
	e.connect(b, r)
	x.kin = append(x.kin, r)
	x.delta.note("relation.person")
	return nil
}

// whoIsMeant finds the person that a cell names: of the same row, else of the client book
// and of rows that aren't stored yet.
func (e *engine) whoIsMeant(ctx context.Context, tx *db.Tx, x *decision, me personRef, text string) (out []personRef, err error) {
	key := nameKey(text)
	for i := range x.d.people {
		ref := personRef{s: x.target, owner: x.owners[i+1]}
		if ref != me && nameKey(x.d.people[i].t.Family, x.d.people[i].t.Given) == key {
			return []personRef{ref}, nil
		}
	}
	add := func(r personRef) {
		if r.mark() != me.mark() && !slices.ContainsFunc(out, func(o personRef) bool { return o.mark() == r.mark() }) {
			out = append(out, r)
		}
	}
	q, args := "SELECT t.id FROM {traveler} t WHERE t.given_key IN {texts $1} ORDER BY t.id LIMIT 5", []any{rotations(text)}
	if norm, ok := email.Parse(text); ok {
		q, args = `SELECT t.id FROM {traveler} t JOIN {communication} m ON m.owner_id = t.id
			WHERE m.owner_kind = 'traveler' AND m.type = 'email' AND m.norm = $1 ORDER BY t.id LIMIT 5`, []any{norm}
	}
	err = tx.Each(ctx, q, args, func(rows db.Rows) error {
		var r personRef
		err := rows.Scan(&r.id)
		add(r)
		return err
	})
	for _, r := range e.persons[hash(key)] {
		if r.stored() == 0 && r.owner <= len(r.s.people) {
			add(r)
		}
	}
	return out, err
}

// rotations are the ways in which a name may be said: "Anna Nowak", "Nowak Anna".
func rotations(text string) (out db.Texts) {
	w := fold.Words(strings.NewReplacer("/", " ", ",", " ").Replace(text))
	for i := range w {
		out = append(out, fold.Key(strings.Join(append(slices.Clone(w[i:]), w[:i]...), " ")))
	}
	if out == nil {
		out = db.Texts{}
	}
	return out
}

// form is a relation as it is stored, whichever of both says it.
func (e *engine) form(b *drafter, r kinDelta) (from, to uint64, code string) {
	var rel traveler.Relation
	if rel.Put(b.w.kinships, 1, 2, r.code) != nil {
		return 0, 0, ""
	}
	from, to = r.a.mark(), r.b.mark()
	if rel.A == 2 {
		from, to = to, from
	}
	if rel.AIs == rel.BIs && from > to {
		from, to = to, from
	}
	return from, to, rel.AIs
}

// impossible looks at what this pass itself has said: the same is known, and nobody is
// an ancestor of their own ancestor.
func (e *engine) impossible(b *drafter, r kinDelta) (key string, known bool) {
	from, to, code := e.form(b, r)
	if e.related[mix(mix(hash(code), from), to)] {
		return "", true
	}
	if code != "parent" && code != "grandparent" {
		return "", false
	}
	for level, seen := []uint64{from}, map[uint64]bool{}; len(level) > 0; {
		next := level[0]
		if level = level[1:]; next == to {
			return "relation.error.circle", false
		}
		if !seen[next] {
			seen[next] = true
			level = append(level, e.above[next]...)
		}
	}
	return "", false
}

// connect remembers a relation of this pass.
func (e *engine) connect(b *drafter, r kinDelta) {
	from, to, code := e.form(b, r)
	key, was := mix(mix(hash(code), from), to), e.above[to]
	e.related[key] = true
	if code == "parent" || code == "grandparent" {
		e.above[to] = append(was[:len(was):len(was)], from)
	}
	e.undo = append(e.undo, func() { delete(e.related, key); e.above[to] = was })
}

// relate stores the relations of a batch, once all of its people are.
func (x *writer) relate(ctx context.Context, list []*decision, rows []*Row) error {
	for i, d := range list {
		for _, k := range d.kin {
			a, b := k.a.stored(), k.b.stored()
			if a == 0 || b == 0 {
				continue // the other row was refused
			}
			var r traveler.Relation
			// Both are seen by the actor, or made by the run itself; one of them is changed.
			if err := traveler.Relate(ctx, asRun(x.tx), a, b, k.code, &r); err != nil {
				return &refusal{d.d.seq, err}
			}
			rows[i].note("relation", r.ID)
		}
	}
	return nil
}

// note adds to what the row brought into being.
func (r *Row) note(kind string, ids ...int64) {
	m := made{}
	if r.Made != "" {
		_ = json.Unmarshal([]byte(r.Made), &m) // written by this package: can't fail
	}
	m[kind] = append(m[kind], ids...)
	r.Made = asJSON(m)
}
