package imports

import (
	"context"
	"errors"
	"slices"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
)

// decision is what becomes of one draft.
type decision struct {
	d      *draft
	action string
	reason string
	args   []any
	target *state
	delta  delta
	kin    []kinDelta
	full   client.Client // of a new client
	owners []int         // of the client, [0], and the people of the draft, in the target
	direct bool          // the update went into a client that the same batch creates
}

// plan decides on a batch. It changes nothing but what the engine remembers.
func (e *engine) plan(ctx context.Context, tx *db.Tx, b *drafter, batch []*draft) ([]*decision, error) {
	var good []*draft
	for _, d := range batch {
		if !d.refused() {
			good = append(good, d)
		}
	}
	f, err := e.lookUp(ctx, tx, good)
	if err != nil {
		return nil, err
	}
	if err := e.loadStates(ctx, tx, e.touched(f, good)); err != nil {
		return nil, err
	}
	out := make([]*decision, 0, len(batch))
	for _, d := range batch {
		x := &decision{d: d}
		if err := e.decide(ctx, tx, b, f, x); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// touched are the stored clients that a draft of the batch may be about.
func (e *engine) touched(f *found, batch []*draft) db.IDs {
	seen := map[int64]bool{}
	for _, list := range f.byKey {
		for _, id := range list {
			seen[id] = true
		}
	}
	for _, list := range f.byName {
		for _, id := range list {
			seen[id] = true
		}
	}
	note := func(i int) {
		if s := e.targets[i]; !s.loaded && s.clientID != 0 {
			seen[s.clientID] = true
		}
	}
	for _, d := range batch {
		wants := e.wants(d)
		for _, w := range wants {
			if i, ok := e.byKey[w.key]; ok {
				note(i)
			}
		}
		if len(wants) == 0 {
			for _, i := range e.byName[mix(namesKey, hash(d.c.Key()))] {
				note(i)
			}
		}
	}
	ids := db.IDs{}
	for id := range seen {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func (e *engine) decide(ctx context.Context, tx *db.Tx, b *drafter, f *found, x *decision) error {
	d := x.d
	if err := e.refused[d.seq]; err != nil {
		b.d = d
		d.problems = append(d.problems, b.problemsOf(err)...)
	}
	if d.refused() {
		x.action, x.reason = Refuse, "import.reason.error"
		return nil
	}
	b.d = d
	e.free(b, f, d)
	match := e.match(b, f, d)
	if match == nil {
		if err := e.create(b, x); err != nil || x.action != Create {
			return err
		}
		x.owners = make([]int, len(d.people)+1)
		for i := range d.people {
			x.owners[i+1] = i + 1
		}
		return e.kin(ctx, tx, b, x)
	}
	x.target = match.s
	x.args = []any{"Match", match.by}
	if match.s.seq != 0 && match.s.line != d.line {
		x.args = append(x.args, "Line", match.s.line)
	}
	switch {
	case e.opt.Mode == ModeCreate:
		x.action, x.reason = Skip, "import.reason.exists"
		e.meet(match.s, d)
		return nil
	case !match.s.mine && !match.s.editable:
		x.action, x.reason = Skip, "import.reason.readonly"
		e.meet(match.s, d)
		return nil
	}
	if err := e.compare(ctx, tx, b, x); err != nil {
		return err
	}
	if err := e.kin(ctx, tx, b, x); err != nil {
		return err
	}
	x.action, x.reason = Update, "import.reason.update"
	if x.delta.empty() {
		x.action, x.reason = Skip, "import.reason.nothing_new"
	}
	if match.s.seq != 0 && match.s.line != d.line {
		x.reason += "_line" // another row of the same file
	}
	e.meet(match.s, d)
	return nil
}

// meet remembers which record of the file was about s first.
func (e *engine) meet(s *state, d *draft) {
	if s.seq == 0 {
		e.touch(s)
		s.seq, s.line = d.seq, d.line
	}
}

// create notes a new client as later records will see it.
func (e *engine) create(b *drafter, x *decision) error {
	d := x.d
	for _, t := range b.w.needed {
		if !slices.ContainsFunc(d.tags, func(name string) bool { return fold.Fold(name) == t.NameKey }) {
			b.refuse(b.title("tag"), "tag.error.mandatory", "Names", t.Name)
		}
	}
	x.full = b.whole(d)
	probe := x.full
	if err := probe.Check(); err != nil {
		b.report("client", err)
	}
	if d.refused() {
		x.action, x.reason = Refuse, "import.reason.error"
		return nil
	}
	x.action, x.reason = Create, "import.reason.create"
	s := &state{seq: d.seq, line: d.line, mine: true, editable: true, loaded: true, pending: x}
	x.target = s
	s.draft(&probe, d)
	for _, i := range d.ids {
		e.take(idKey(i))
	}
	if d.c.Code != "" {
		e.take(mix(slotCode, hash(d.c.Code)))
	}
	e.newTarget(s)
	e.touch(s)
	e.register(s)
	e.registerName(s, probe.NameKey)
	return nil
}

// draft notes the facts of a new client.
func (s *state) draft(c *client.Client, d *draft) {
	s.client(c)
	for i := range d.people {
		s.person(&d.people[i].t, d.people[i].role)
		s.partFacts(len(s.people), d.people[i].parts)
	}
	d.eachComm(func(owner int, c *comm) { s.reach(owner, c) })
	for owner := 0; owner <= len(d.people); owner++ {
		for i := range d.addrsOf(owner - 1) {
			a := &d.addrsOf(owner - 1)[i]
			s.set(slot(owner, addressSlots[a.Kind]), addrPrint(a))
		}
	}
	for _, t := range d.tags {
		s.add(slotTag, tagPrint(t))
	}
	for _, i := range d.ids {
		s.add(idSlot(i.System), idPrint(i.System, i.Value))
	}
}

func (s *state) reach(owner int, c *comm) {
	s.add(commSlot(c.Type), commPrint(&c.Communication))
	s.set(slot(owner, commSlot(c.Type)), 1)
	if c.PermitMarketing {
		s.add(slotPermit, commPrint(&c.Communication))
	}
}

func (d *draft) addrsOf(person int) []contact.Address {
	if person < 0 {
		return d.addrs
	}
	return d.people[person].addrs
}

func idKey(i client.InterfaceID) uint64 { return mix(slotID, idPrint(i.System, i.Value)) }

// take notes that the file itself uses an id or a code from now on.
func (e *engine) take(key uint64) {
	if !e.codes[key] {
		e.codes[key] = true
		e.undo = append(e.undo, func() { delete(e.codes, key) })
	}
}

// free drops ids and account codes that belong to another client and keeps them as
// remarks. Whose they are isn't said: it may be a client that the actor can't see.
func (e *engine) free(b *drafter, f *found, d *draft) {
	match := e.match(b, f, d)
	owns := func(key uint64) bool {
		id, stored := f.taken[key]
		if stored && e.of(id) != nil && match != nil && e.of(id) == match.s {
			return true
		}
		if !stored && !e.codes[key] {
			return true
		}
		return match != nil && (match.s.has(slotID, key) || e.holds(match.s, key))
	}
	ids := d.ids[:0:0]
	for _, i := range d.ids {
		if owns(idKey(i)) {
			ids = append(ids, i)
			continue
		}
		b.warn(b.title("client.external_id"), "import.warning.id_taken", "Value", i.Value)
		b.keep(b.title("client.external_id"), i.Value)
	}
	d.ids, d.wanted = ids, false
	if d.c.Code != "" && !owns(mix(slotCode, hash(d.c.Code))) {
		b.warn(b.title("client.code"), "import.warning.code_taken", "Value", d.c.Code)
		b.keep(b.title("client.code"), d.c.Code)
		d.c.Code, d.wanted = "", false
	}
}

// holds reports whether an id or code of the file is that of s.
func (e *engine) holds(s *state, key uint64) bool {
	for _, f := range s.facts {
		if (f.slot == slotID || f.slot == slotOther) && mix(slotID, f.print) == key || f.slot == slotCode && mix(slotCode, f.print) == key {
			return true
		}
	}
	return false
}

type matched struct {
	s  *state
	by string // one of Matches, or "name"
}

// match finds the client that a draft is about: in the order of the chosen keys,
// first what the file itself brought, then what is stored.
func (e *engine) match(b *drafter, f *found, d *draft) *matched {
	wants := e.wants(d)
	for _, w := range wants {
		if i, ok := e.byKey[w.key]; ok && e.sees(e.targets[i]) {
			return &matched{e.targets[i], w.match}
		}
		list := f.byKey[w.key]
		if len(list) == 0 {
			continue
		}
		best := list[0]
		for _, id := range list { // of several the first that may be changed
			if s := e.of(id); s != nil && s.editable {
				best = id
				break
			}
		}
		if s := e.of(best); s != nil {
			if len(list) > 1 && !d.told("import.warning.several") {
				b.warn("", "import.warning.several", "Count", len(list))
			}
			return &matched{s, w.match}
		}
	}
	if len(wants) > 0 {
		return nil
	}
	return e.matchName(f, d)
}

// sees reports whether the actor may be told about a client.
func (e *engine) sees(s *state) bool { return s.mine || s.clientID != 0 }

func (d *draft) told(key string) bool {
	return slices.ContainsFunc(d.problems, func(p Problem) bool { return p.Key == key })
}

// problemsOf turns an error of the database layer into problems of a row.
func (b *drafter) problemsOf(err error) (out []Problem) {
	line := b.d.line
	var e *errs.Error
	if !errors.As(err, &e) {
		return []Problem{{Error: true, Line: line, Key: "import.problem.refused"}}
	}
	for _, f := range e.Fields {
		out = append(out, Problem{Error: true, Line: line, Column: b.fieldName(f.Path, "client", "traveler", "comm", "passport", "visa", "loyalty", "emergency"), Key: f.Key, Args: f.Args})
	}
	if len(out) == 0 {
		out = append(out, Problem{Error: true, Line: line, Key: e.Key, Args: e.Args})
	}
	return out
}
