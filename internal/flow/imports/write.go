package imports

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// made holds the ids of what a record of the file brought into being, by kind: what
// undo removes.
type made map[string][]int64

// image is a record as it was before an update: what undo puts back.
type image struct {
	Kind string          `json:"k"`
	ID   int64           `json:"i"`
	Row  json.RawMessage `json:"r"`
}

// writer stores the decisions of one batch.
type writer struct {
	e    *engine
	tx   *db.Tx
	w    *words
	tags map[string]int64 // by folded name

	programmes    map[string]int64 // likewise
	newProgrammes []int64
	parts         map[string][]record.Record // of profiles, by kind

	clients   []*client.Client
	travelers []*traveler.Traveler
	links     []*client.Link
	comms     []*contact.Communication
	addrs     []*contact.Address
	ids       []*client.InterfaceID
	tagLinks  []*tag.Link
	newTags   []int64
}

// write stores a batch: new clients in bulk, updates one by one.
func (e *engine) write(ctx context.Context, tx *db.Tx, w *words, list []*decision) (rows []*Row, x *writer, err error) {
	x = &writer{e: e, tx: tx, w: w, tags: map[string]int64{}, programmes: map[string]int64{}, parts: map[string][]record.Record{}}
	rows = make([]*Row, len(list))
	for i, d := range list {
		rows[i] = e.row(d)
	}
	// Updates of clients that this very batch creates go into them beforehand.
	for _, d := range list {
		if d.action == Update && d.target.pending != nil {
			d.intoPending()
		}
	}
	if err := x.nameTags(ctx, list); err != nil {
		return nil, nil, err
	}
	if err := x.nameProgrammes(ctx, list); err != nil {
		return nil, nil, err
	}
	if err := x.create(ctx, list); err != nil {
		return nil, nil, err
	}
	for i, d := range list {
		if d.action == Update && !d.direct {
			if err := x.update(ctx, d, rows[i]); err != nil {
				return nil, nil, &refusal{d.d.seq, err}
			}
		}
	}
	if err := x.relate(ctx, list, rows); err != nil {
		return nil, nil, err
	}
	for i, d := range list {
		if d.target != nil {
			rows[i].ClientID = db.Ref(d.target.clientID)
		}
		if d.action == Create {
			rows[i].ClientVersion = 1
			if ids := travelerIDs(d.d); len(ids) > 0 {
				rows[i].note("traveler", ids...)
			}
		}
	}
	return rows, x, nil
}

func travelerIDs(d *draft) (out []int64) {
	for i := range d.people {
		out = append(out, d.people[i].id)
	}
	return out
}

func joinIDs(list string, ids []int64) string {
	for _, id := range ids {
		if list != "" {
			list += ","
		}
		list += strconv.FormatInt(id, 10)
	}
	return list
}

func asJSON(v any) string {
	b, _ := json.Marshal(v) // of our own types: can't fail
	return string(b)
}

// row is the report of a decision.
func (e *engine) row(x *decision) *Row {
	d := x.d
	r := &Row{RunID: e.run.ID, Seq: d.seq, Line: int64(d.line), Action: x.action, Reason: x.reason, Label: clip(d.c.Name, 200)}
	if len(d.lines) > 1 {
		var s []string
		for _, l := range d.lines {
			s = append(s, strconv.Itoa(l))
		}
		r.Lines = clip(strings.Join(s, ","), 2000)
	}
	if len(x.args) > 0 {
		r.Args = asJSON(x.args)
	}
	if len(d.problems) > 0 {
		r.Problems = asJSON(d.problems)
		r.Warned = x.action != Refuse
	}
	if x.target != nil {
		r.ClientID = db.Ref(x.target.clientID)
	}
	return r
}

// intoPending adds what a record says to the client that an earlier record of the
// same batch creates.
func (x *decision) intoPending() {
	x.direct = true
	p := x.target.pending
	for _, f := range x.delta.fields {
		f.copy(&p.full, &x.d.c)
	}
	copyOwn(&p.full.Fields, x.d.c.Fields, x.delta.own)
	p.full.Memo = appended(p.full.Memo, x.delta.memo)
	p.full.Remarks = appended(p.full.Remarks, x.delta.lines)
	for _, pd := range x.delta.people {
		from := &x.d.people[pd.person]
		if pd.isNew {
			p.d.people = append(p.d.people, person{t: from.t, role: from.role, parts: from.parts})
			continue
		}
		to := &p.d.people[pd.owner-1]
		applyPerson(&to.t, from, pd)
		if pd.role {
			to.role = from.role
		}
		to.take(from, pd.parts)
	}
	for _, c := range x.delta.permit {
		p.d.eachComm(func(_ int, have *comm) {
			if have.Type == c.Type && have.Norm == c.Norm {
				have.PermitMarketing = c.PermitMarketing
			}
		})
	}
	for _, c := range x.delta.comms {
		c.c.Primary = c.primary
		if c.owner == 0 {
			p.d.comms = append(p.d.comms, *c.c)
		} else {
			to := &p.d.people[c.owner-1]
			to.comms = append(to.comms, *c.c)
		}
	}
	for _, a := range x.delta.addrs {
		list := &p.d.addrs
		if a.owner > 0 {
			list = &p.d.people[a.owner-1].addrs
		}
		from := x.d.addrsOf(a.person)[a.i]
		*list = append(slices.DeleteFunc(slices.Clone(*list), func(h contact.Address) bool { return h.Kind == from.Kind }), from)
	}
	p.d.tags = append(p.d.tags, x.delta.tags...)
	p.d.ids = append(p.d.ids, x.delta.ids...)
}

func applyPerson(t *traveler.Traveler, from *person, pd personDelta) {
	for _, i := range pd.fields {
		travelerFields[i].copy(t, &from.t)
	}
	copyOwn(&t.Fields, from.t.Fields, pd.own)
	t.Remarks = appended(t.Remarks, pd.lines)
	t.Check() // tidies, and sets the folded names
}

// nameTags finds the ids of the batch's tags and creates those that are new.
func (x *writer) nameTags(ctx context.Context, list []*decision) error {
	for _, d := range list {
		names := d.delta.tags
		if d.action == Create {
			names = d.d.tags
		}
		for _, name := range names {
			key := fold.Fold(name)
			if x.tags[key] != 0 {
				continue
			}
			if t := x.w.tags[key]; t != nil {
				x.tags[key] = t.ID
				continue
			}
			t := &tag.Tag{Name: name, Active: true}
			if err := record.Insert(ctx, x.tx, t); err != nil {
				return err
			}
			x.tags[key] = t.ID
			x.newTags = append(x.newTags, t.ID)
		}
	}
	return nil
}

func (x *writer) tagLink(kind string, owner int64, name string) *tag.Link {
	l := &tag.Link{TagID: x.tags[fold.Fold(name)], OwnerKind: kind, OwnerID: owner}
	if t := x.w.tags[fold.Fold(name)]; t != nil {
		l.Value = t.DefaultValue
	}
	return l
}

// create stores the new clients of a batch with everything on them.
func (x *writer) create(ctx context.Context, list []*decision) error {
	var fresh []*decision
	people := 0
	for _, d := range list {
		if d.action == Create {
			fresh = append(fresh, d)
			people += len(d.d.people)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	clientIDs, err := record.IDs(ctx, x.tx, "client", len(fresh))
	if err != nil {
		return err
	}
	personIDs, err := record.IDs(ctx, x.tx, "traveler", people)
	if err != nil {
		return err
	}
	for i, d := range fresh {
		d.full.ID = clientIDs[i]
		for j := range d.d.people {
			d.d.people[j].id, personIDs = personIDs[0], personIDs[1:]
		}
		x.add(d)
	}
	if err := x.giveCodes(ctx, fresh); err != nil {
		return err
	}
	for i, d := range fresh {
		x.derive(x.clients[i], d)
		x.stored(d)
	}
	return x.insert(ctx)
}

// stored tells the state of a new client its ids.
func (x *writer) stored(d *decision) {
	e, s := x.e, d.target
	s.clientID = d.full.ID
	e.byClient[s.clientID] = s.n
	e.undo = append(e.undo, func() { delete(e.byClient, d.full.ID) })
	for j := range d.d.people {
		s.people[j].id = d.d.people[j].id
	}
}

// add collects the records of one new client.
func (x *writer) add(d *decision) {
	id := d.full.ID
	x.clients = append(x.clients, &d.full)
	x.reach("client", id, d.d.comms, d.d.addrs)
	for j := range d.d.people {
		p := &d.d.people[j]
		p.t.ID, p.t.CreatedFor, p.t.OnlyClientID = p.id, db.Ref(x.tx.Actor.UserID), db.Ref(id)
		x.travelers = append(x.travelers, &p.t)
		x.links = append(x.links, &client.Link{ClientID: id, TravelerID: p.id, Role: clip(p.role, 100), Primary: j == 0, Position: int64(j)})
		x.reach("traveler", p.id, p.comms, p.addrs)
		x.collectParts(p)
	}
	for i := range d.d.ids {
		d.d.ids[i].ClientID = id
		x.ids = append(x.ids, &d.d.ids[i])
	}
	for _, name := range d.d.tags {
		x.tagLinks = append(x.tagLinks, x.tagLink("client", id, name))
	}
}

func (x *writer) reach(kind string, id int64, comms []comm, addrs []contact.Address) {
	primary := map[string]bool{}
	for i := range comms {
		c := &comms[i].Communication
		c.OwnerKind, c.OwnerID, c.Position = kind, id, int64(i)
		c.Primary = c.Primary && !primary[c.Type] // one per type (R047)
		primary[c.Type] = primary[c.Type] || c.Primary
		x.comms = append(x.comms, c)
	}
	for i := range addrs {
		addrs[i].OwnerKind, addrs[i].OwnerID = kind, id
		x.addrs = append(x.addrs, &addrs[i])
	}
}

// derive fills in the columns that package record computes for records that are
// saved one by one: what lists show and the search box finds.
func (x *writer) derive(c *client.Client, d *decision) {
	comms := inOrder(d.d.comms)
	c.Phone, c.Email = contact.First(comms, "phone"), contact.First(comms, "email")
	c.NameKey = c.Key()
	var people []string
	for j := range d.d.people {
		p := &d.d.people[j]
		own := inOrder(p.comms)
		p.t.Phone, p.t.Email = contact.First(own, "phone"), contact.First(own, "email")
		p.t.Search, p.t.OnlyClientKey = p.t.SearchText(own), c.NameKey
		people = append(people, p.t.Search)
		if c.Phone == "" {
			c.Phone = p.t.Phone
		}
		if c.Email == "" {
			c.Email = p.t.Email
		}
	}
	c.City, c.Country = "", ""
	for _, kind := range []string{"mailing", "physical"} { // the physical one wins
		for i := range d.d.addrs {
			if d.d.addrs[i].Kind == kind {
				c.City, c.Country = d.d.addrs[i].City, d.d.addrs[i].Country
			}
		}
	}
	ids := slices.Clone(d.d.ids)
	slices.SortFunc(ids, func(a, b client.InterfaceID) int {
		return strings.Compare(a.System+"\x00"+a.Value, b.System+"\x00"+b.Value)
	})
	c.Search, c.NoTraveler = c.SearchText(comms, people, ids), len(people) == 0
}

// inOrder returns communications as contact.Of does: the primary ones first.
func inOrder(list []comm) []contact.Communication {
	out := make([]contact.Communication, 0, len(list))
	for _, primary := range []bool{true, false} {
		for i := range list {
			if list[i].Primary == primary {
				out = append(out, list[i].Communication)
			}
		}
	}
	return out
}

// insert stores what was collected, parents first.
func (x *writer) insert(ctx context.Context) error {
	if err := record.InsertMany(ctx, x.tx, x.clients); err != nil {
		return retryTaken(err)
	}
	if err := record.InsertMany(ctx, x.tx, x.travelers); err != nil {
		return err
	}
	if err := record.InsertMany(ctx, x.tx, x.links); err != nil {
		return err
	}
	if err := record.InsertMany(ctx, x.tx, x.comms); err != nil {
		return err
	}
	if err := record.InsertMany(ctx, x.tx, x.addrs); err != nil {
		return err
	}
	if err := record.InsertMany(ctx, x.tx, x.ids); err != nil {
		return retryTaken(err)
	}
	if err := record.InsertMany(ctx, x.tx, x.tagLinks); err != nil {
		return err
	}
	return x.insertParts(ctx)
}
