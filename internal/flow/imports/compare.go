package imports

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// delta is what a draft adds to a client.
type delta struct {
	fields []*field[client.Client]
	own    []string // codes of fields of the agency's own
	names  []string // of all changed fields, for the report
	people []personDelta
	comms  []ownedComm
	permit []*comm // communications that get the permission for marketing, or lose it
	addrs  []ownedAddr
	tags   []string
	ids    []client.InterfaceID
	memo   []string
	lines  []string // of the remarks
}

type personDelta struct {
	owner  int // in the target, from 1 on; that of a new person is its future one
	person int // in the draft
	isNew  bool
	fields []int // of travelerFields
	own    []string
	role   bool
	lines  []string
	parts  []partDelta
}

type ownedComm struct {
	owner   int
	c       *comm
	primary bool
}

type ownedAddr struct {
	owner   int // in the target
	person  int // in the draft, -1 the client
	i       int
	replace bool
}

func (d *delta) empty() bool { return len(d.names) == 0 }

// note names a changed field for the report, once.
func (d *delta) note(name string) {
	if !slices.Contains(d.names, name) {
		d.names = append(d.names, name)
	}
}

// compare finds what the draft adds to its target, and notes it there.
func (e *engine) compare(ctx context.Context, tx *db.Tx, b *drafter, x *decision) error {
	s, d := x.target, x.d
	e.touch(s)
	if err := e.compareFields(ctx, tx, b, x); err != nil {
		return err
	}
	x.delta.own = e.compareOwn(b, x, 0, d.c.Fields)
	owners := e.comparePeople(b, x)
	x.owners = owners
	x.delta.memo = s.newLines(slotMemo, d.c.Memo)
	x.delta.lines = s.newLines(slotRemarks, d.c.Remarks)
	if len(x.delta.memo) > 0 {
		x.delta.note("client.memo")
	}
	if len(x.delta.lines) > 0 {
		x.delta.note("client.remarks")
	}
	d.eachComm(func(person int, c *comm) { e.compareComm(b, x, owners[person], c) })
	for person, owner := range owners {
		e.compareAddresses(x, person-1, owner)
	}
	for _, t := range d.tags {
		if p := tagPrint(t); !s.has(slotTag, p) {
			s.add(slotTag, p)
			x.delta.tags = append(x.delta.tags, t)
			x.delta.note("tag")
		}
	}
	for _, i := range d.ids {
		if p := idPrint(i.System, i.Value); !s.has(idSlot(i.System), p) {
			s.add(idSlot(i.System), p)
			e.take(idKey(i))
			x.delta.ids = append(x.delta.ids, i)
			x.delta.note("client.external_id")
		}
	}
	if !x.delta.empty() {
		s.changed = true
	}
	e.register(s)
	x.args = append(x.args, "Fields", x.delta.names)
	return nil
}

// newLines returns the lines of a text that the target lacks.
func (s *state) newLines(slot uint64, text string) (out []string) {
	for _, line := range textLines(text) {
		if p := hash(line); !s.has(slot, p) {
			s.add(slot, p)
			out = append(out, line)
		}
	}
	return out
}

func (e *engine) compareFields(ctx context.Context, tx *db.Tx, b *drafter, x *decision) error {
	s, d := x.target, x.d
	for i := range clientFields {
		f := &clientFields[i]
		v := f.text(&d.c)
		was, has := s.get(slot(0, f.slot))
		if v == "" || has && (was == hash(v) || e.opt.Mode != ModeOverwrite) {
			continue
		}
		ok, err := e.may(ctx, tx, b, x, f.name, v, has)
		if err != nil {
			return err
		}
		if ok {
			s.set(slot(0, f.slot), hash(v))
			x.delta.fields = append(x.delta.fields, f)
			x.delta.note(label("client", f.name))
		}
	}
	return nil
}

// may asks the rules that guard some fields of a client beforehand, so that a dry
// run knows what the run may do.
func (e *engine) may(ctx context.Context, tx *db.Tx, b *drafter, x *decision, name, value string, has bool) (bool, error) {
	s, d := x.target, x.d
	switch name {
	case "advisor_id":
		right := "client.assign" // R097
		if has {
			right = "client.reassign" // R098
		}
		if !e.actor.May(right) && !s.mine {
			b.warn(b.title("client.advisor"), "import.warning.reassign")
			return false, nil
		}
	case "classification":
		if value == "client" && !s.reachable() && !d.reachable() {
			b.warn(b.title("client.classification"), "client.error.no_contact") // R065
			return false, nil
		}
		if value == "prospect" && s.clientID != 0 {
			for _, check := range client.DemotionChecks { // R064
				if err := check(ctx, tx, s.clientID); errs.KindOf(err) == errs.Internal && err != nil {
					return false, err
				} else if err != nil {
					b.warn(b.title("client.classification"), "import.warning.demotion")
					return false, nil
				}
			}
		}
	}
	return true, nil
}

func (s *state) reachable() bool {
	for _, f := range s.facts {
		if f.slot == slotEmail || f.slot == slotPhone {
			return true
		}
	}
	return false
}

func (d *draft) reachable() (yes bool) {
	d.eachComm(func(_ int, c *comm) { yes = yes || c.Type == "phone" || c.Type == "email" })
	return yes
}

// comparePeople finds the travelers of the draft among those of the target and
// returns the owner in the target of each: [0] is the client, [i+1] the person i.
func (e *engine) comparePeople(b *drafter, x *decision) []int {
	s, d := x.target, x.d
	owners := make([]int, len(d.people)+1)
	used := map[int]bool{}
	byID := x.args[1] == MatchID
	for i := range d.people {
		p := &d.people[i]
		if o := s.whoIs(&p.t, used, byID && len(d.people) == 1 && len(s.people) == 1); o > 0 {
			owners[i+1], used[o] = o, true
			e.comparePerson(b, x, i, o)
			continue
		}
		s.person(&p.t, p.role)
		owners[i+1] = len(s.people)
		s.partFacts(len(s.people), p.parts)
		used[len(s.people)] = true
		x.delta.people = append(x.delta.people, personDelta{owner: len(s.people), person: i, isNew: true})
		x.delta.note("name.full")
	}
	return owners
}

var (
	slotGiven = hash("given")
	slotBirth = hash("birth_date")
)

// whoIs finds a traveler: by name; by given name and birth date, when the family
// name changed; the only one of a client that was found by its id.
func (s *state) whoIs(t *traveler.Traveler, used map[int]bool, only bool) int {
	name := hash(nameKey(t.Family, t.Given))
	for i, p := range s.people {
		if p.name == name && !used[i+1] {
			return i + 1
		}
	}
	for i := range s.people {
		if used[i+1] {
			continue
		}
		given, _ := s.get(slot(i+1, slotGiven))
		birth, known := s.get(slot(i+1, slotBirth))
		sameGiven := t.Given != "" && given == hash(travelerFields[1].text(t))
		if sameGiven && (only || known && t.BirthDate.HasYear() && birth == hash(string(t.BirthDate))) {
			return i + 1
		}
	}
	return 0
}

func (e *engine) comparePerson(b *drafter, x *decision, person, owner int) {
	s, p := x.target, &x.d.people[person]
	pd := personDelta{owner: owner, person: person}
	// The same words in another order are the same name.
	sameName := s.people[owner-1].name == hash(nameKey(p.t.Family, p.t.Given))
	for i := range travelerFields {
		f := &travelerFields[i]
		v := f.text(&p.t)
		was, has := s.get(slot(owner, f.slot))
		if v == "" || i < 2 && sameName || has && (was == hash(v) || e.opt.Mode != ModeOverwrite) {
			continue
		}
		s.set(slot(owner, f.slot), hash(v))
		pd.fields = append(pd.fields, i)
		x.delta.note(label("traveler", f.name))
	}
	pd.own = e.compareOwn(b, x, owner, p.t.Fields)
	if was, has := s.get(slot(owner, roleSlot)); p.role != "" && (!has || was != hash(p.role) && e.opt.Mode == ModeOverwrite) {
		s.set(slot(owner, roleSlot), hash(p.role))
		pd.role = true
		x.delta.note("traveler.role")
	}
	if pd.lines = s.newLines(slot(owner, slotRemarks), p.t.Remarks); len(pd.lines) > 0 {
		x.delta.note("traveler.remarks")
	}
	pd.parts = e.compareParts(b, x, owner, p.parts)
	if len(pd.fields)+len(pd.own)+len(pd.parts) > 0 || pd.role || len(pd.lines) > 0 {
		x.delta.people = append(x.delta.people, pd)
		name := nameKey(p.t.Family, p.t.Given)
		s.add(slotName, hash(name))
		st := &s.people[owner-1]
		if p.t.BirthDate.HasYear() && st.birth == 0 {
			st.birth = birthPrint(name, string(p.t.BirthDate))
		}
	}
}

// compareComm adds a communication unless somebody of the client has it. A "no" to
// marketing always counts, whatever the mode; a "yes" to one that is stored only where the
// file may overwrite, since a missing tick is a "no" (R050).
func (e *engine) compareComm(b *drafter, x *decision, owner int, c *comm) {
	s, print := x.target, commPrint(&c.Communication)
	if c.optedOut && s.has(slotPermit, print) {
		s.drop(slotPermit, print)
		x.delta.permit = append(x.delta.permit, c)
		x.delta.note("comm.opt_out")
	}
	if s.has(commSlot(c.Type), print) {
		switch {
		case !c.PermitMarketing || s.has(slotPermit, print):
		case e.opt.Mode == ModeOverwrite:
			s.add(slotPermit, print)
			x.delta.permit = append(x.delta.permit, c)
			x.delta.note("comm.opt_in")
		default:
			b.warn(b.title("comm.opt_in"), "import.warning.permit", "Value", c.Value)
		}
		return
	}
	_, other := s.get(slot(owner, commSlot(c.Type)))
	s.reach(owner, c)
	x.delta.comms = append(x.delta.comms, ownedComm{owner, c, !other})
	x.delta.note("comm." + c.Type)
}

func (e *engine) compareAddresses(x *decision, person, owner int) {
	s, list := x.target, x.d.addrsOf(person)
	for i := range list {
		at, print := slot(owner, addressSlots[list[i].Kind]), addrPrint(&list[i])
		was, has := s.get(at)
		if has && (was == print || e.opt.Mode != ModeOverwrite) {
			continue
		}
		s.set(at, print)
		x.delta.addrs = append(x.delta.addrs, ownedAddr{owner, person, i, has})
		x.delta.note("address.street")
	}
}

// matchName is for records that have none of the chosen keys: they are about a
// client of the same name only if that client has everything that they say. So a
// file that is imported again creates nothing twice, and two people of one name who
// differ in something stay two.
func (e *engine) matchName(f *found, d *draft) *matched {
	key := d.c.Key()
	var list []*state
	for _, i := range e.byName[mix(namesKey, hash(key))] {
		list = append(list, e.targets[i])
	}
	for _, id := range f.byName[key] {
		if s := e.of(id); s != nil && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	for _, s := range list {
		if s.contains(d) {
			return &matched{s, "name"}
		}
	}
	return nil
}

// contains reports whether a client has all that a draft says.
func (s *state) contains(d *draft) bool {
	for i := range clientFields {
		f := &clientFields[i]
		if v := f.text(&d.c); v != "" && !s.has(slot(0, f.slot), hash(v)) {
			return false
		}
	}
	if !s.containsOwn(0, d.c.Fields) {
		return false
	}
	for i := range d.people {
		if !s.containsPerson(&d.people[i]) {
			return false
		}
	}
	yes := true
	d.eachComm(func(_ int, c *comm) { yes = yes && s.has(commSlot(c.Type), commPrint(&c.Communication)) })
	for _, t := range d.tags {
		yes = yes && s.has(slotTag, tagPrint(t))
	}
	for _, i := range d.ids {
		yes = yes && s.has(idSlot(i.System), idPrint(i.System, i.Value))
	}
	for i := range d.addrs {
		yes = yes && s.has(slot(0, addressSlots[d.addrs[i].Kind]), addrPrint(&d.addrs[i]))
	}
	for _, line := range textLines(d.c.Memo) {
		yes = yes && s.has(slotMemo, hash(line))
	}
	for _, line := range textLines(d.c.Remarks) {
		yes = yes && s.has(slotRemarks, hash(line))
	}
	return yes
}

func (s *state) containsPerson(p *person) bool {
	o := s.whoIs(&p.t, map[int]bool{}, false)
	if o == 0 {
		return false
	}
	for i := range travelerFields {
		f := &travelerFields[i]
		if v := f.text(&p.t); v != "" && !s.has(slot(o, f.slot), hash(v)) {
			return false
		}
	}
	if !s.containsOwn(o, p.t.Fields) || !s.containsParts(o, p.parts) {
		return false
	}
	for i := range p.addrs {
		if !s.has(slot(o, addressSlots[p.addrs[i].Kind]), addrPrint(&p.addrs[i])) {
			return false
		}
	}
	return true
}
