package imports

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/db"
)

// wanted is one key of a record of the file, in the order of trying.
type wanted struct {
	match string // one of Matches
	key   uint64
}

// names are the prints of the names of a draft: the client's and its people's.
func (d *draft) names() []uint64 {
	if d.prints != nil {
		return d.prints
	}
	out := []uint64{hash(nameKey(d.c.Name))}
	for i := range d.people {
		if k := nameKey(d.people[i].t.Family, d.people[i].t.Given); k != "" {
			out = append(out, hash(k))
		}
	}
	d.prints = out
	return out
}

// eachComm calls fn with every communication and its owner: 0 the client, from 1
// on its people.
func (d *draft) eachComm(fn func(owner int, c *comm)) {
	for i := range d.comms {
		fn(0, &d.comms[i])
	}
	for i := range d.people {
		for j := range d.people[i].comms {
			fn(i+1, &d.people[i].comms[j])
		}
	}
}

// wants lists the keys of a draft that the options choose.
func (e *engine) wants(d *draft) []wanted {
	if !d.wanted {
		d.wants, d.wanted = e.keysOf(d), true
	}
	return d.wants
}

func (e *engine) keysOf(d *draft) (out []wanted) {
	names := d.names()
	withNames := func(match string, kind, print uint64) {
		for _, n := range names {
			out = append(out, wanted{match, keyOf(kind, print, n)})
		}
	}
	for _, m := range e.opt.Match {
		switch m {
		case MatchID:
			for _, x := range d.ids {
				if x.System == otherSystem {
					withNames(m, keyID, idPrint(x.System, x.Value))
				} else {
					out = append(out, wanted{m, keyOf(keyID, idPrint(x.System, x.Value), 0)})
				}
			}
			if d.c.Code != "" {
				withNames(m, keyCode, hash(d.c.Code))
			}
		case MatchEmail, MatchPhone:
			d.eachComm(func(_ int, c *comm) {
				switch {
				case c.Type == "email" && m == MatchEmail:
					withNames(m, keyEmail, commPrint(&c.Communication))
				case c.Type == "phone" && m == MatchPhone:
					withNames(m, keyPhone, commPrint(&c.Communication))
				}
			})
		case MatchBirth:
			for i := range d.people {
				if b := birthPrint(nameKey(d.people[i].t.Family, d.people[i].t.Given), string(d.people[i].t.BirthDate)); b != 0 && d.people[i].t.BirthDate.HasYear() {
					out = append(out, wanted{m, keyOf(keyBirth, b, 0)})
				}
			}
		}
	}
	return out
}

func birthPrint(name, birth string) uint64 {
	if name == "" || birth == "" {
		return 0
	}
	return hash(name, birth)
}

// loadStates reads the clients that the batch may change, all at once.
func (e *engine) loadStates(ctx context.Context, tx *db.Tx, ids db.IDs) error {
	var fresh db.IDs
	for _, id := range ids {
		i, ok := e.byClient[id]
		if ok && e.targets[i].loaded {
			continue
		}
		if !ok {
			i = e.newTarget(&state{clientID: id})
		}
		e.touch(e.targets[i])
		e.targets[i].loaded, e.targets[i].facts, e.targets[i].people = true, nil, nil
		e.targets[i].editable = e.targets[i].mine // others are asked for anew: rights change
		if !slices.Contains(fresh, id) {
			fresh = append(fresh, id)
		}
	}
	// Clients that this run created are its own, even if they belong to an advisor
	// whose clients the actor doesn't see.
	mine, others := db.IDs{}, db.IDs{}
	for _, id := range fresh {
		if e.of(id).mine {
			mine = append(mine, id)
		} else {
			others = append(others, id)
		}
	}
	if err := e.load(ctx, tx, others); err != nil {
		return err
	}
	if err := e.load(ctx, asRun(tx), mine); err != nil {
		return err
	}
	for _, id := range fresh {
		e.register(e.of(id))
	}
	return nil
}

// asRun is the transaction with every right over what the run created itself.
func asRun(tx *db.Tx) *db.Tx {
	all := tx.AsSystem()
	all.Actor.UserID = tx.Actor.UserID
	return all
}

func (e *engine) load(ctx context.Context, tx *db.Tx, ids db.IDs) error {
	if len(ids) == 0 {
		return nil
	}
	l := &loader{e: e, tx: tx, ids: ids, travelers: map[int64][]place{}}
	for _, step := range []func(context.Context) error{l.clients, l.people, l.communications, l.addresses, l.tags, l.interfaceIDs, l.parts} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (e *engine) of(id int64) *state {
	if i, ok := e.byClient[id]; ok {
		return e.targets[i]
	}
	return nil
}
