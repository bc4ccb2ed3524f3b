package imports

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/fold"
)

// found is what the database knows of the keys of a batch.
type found struct {
	wanted  map[uint64]bool    // the keys of the batch
	byKey   map[uint64][]int64 // clients that the actor sees
	byName  map[string][]int64 // by name_key, for records without a key
	taken   map[uint64]int64   // interface ids and codes that any client of the agency has
	visible map[int64]bool     // of the clients in taken
}

// lookUp asks for all keys of a batch at once: a handful of queries, however many
// records there are.
func (e *engine) lookUp(ctx context.Context, tx *db.Tx, batch []*draft) (*found, error) {
	f := &found{wanted: map[uint64]bool{}, byKey: map[uint64][]int64{}, byName: map[string][]int64{}, taken: map[uint64]int64{}, visible: map[int64]bool{}}
	var values, codes, norms, born, names db.Texts
	for _, d := range batch {
		for _, x := range d.ids {
			values = append(values, x.Value)
		}
		if d.c.Code != "" {
			codes = append(codes, d.c.Code)
		}
		d.eachComm(func(_ int, c *comm) {
			if c.Type == "email" && slices.Contains(e.opt.Match, MatchEmail) || c.Type == "phone" && slices.Contains(e.opt.Match, MatchPhone) {
				norms = append(norms, c.Norm)
			}
		})
		if slices.Contains(e.opt.Match, MatchBirth) {
			for i := range d.people {
				if t := &d.people[i].t; t.BirthDate.HasYear() {
					born = append(born, fold.Key(t.Given+" "+t.Family), fold.Key(t.Family+" "+t.Given))
				}
			}
		}
		wants := e.wants(d)
		for _, w := range wants {
			f.wanted[w.key] = true
		}
		if len(wants) == 0 {
			names = append(names, d.c.Key())
		}
	}
	if err := e.findTaken(ctx, tx, f, values, codes); err != nil {
		return nil, err
	}
	for _, d := range batch { // see free: whose only keys are another client's has none
		if wants := e.wants(d); len(wants) > 0 && !slices.ContainsFunc(wants, func(w wanted) bool { return w.match != MatchID }) && f.takes(d) {
			names = append(names, d.c.Key())
		}
	}
	if err := e.findReach(ctx, tx, f, norms); err != nil {
		return nil, err
	}
	if err := e.findBirths(ctx, tx, f, born); err != nil {
		return nil, err
	}
	return f, e.findNames(ctx, tx, f, names)
}

// takes reports whether a client of the agency has an id or the code of a draft.
func (f *found) takes(d *draft) bool {
	for _, i := range d.ids {
		if _, taken := f.taken[idKey(i)]; taken {
			return true
		}
	}
	_, taken := f.taken[mix(slotCode, hash(d.c.Code))]
	return taken
}

// candidate notes a client that has a key; those that the run created itself are known
// by their states.
func (e *engine) candidate(f *found, key uint64, id int64) {
	if i, ok := e.byClient[id]; ok && e.targets[i].mine {
		return
	}
	if !f.wanted[key] {
		return // the phone or the birth date of somebody else of the household
	}
	if list := f.byKey[key]; !slices.Contains(list, id) {
		f.byKey[key] = append(list, id)
	}
}

// findTaken looks at interface ids and account codes, which are unique in the whole
// agency. Who has an invisible one isn't told: the value is merely not free.
func (e *engine) findTaken(ctx context.Context, tx *db.Tx, f *found, values, codes db.Texts) error {
	all := tx.AsSystem()
	if len(values) > 0 {
		err := all.Each(ctx, `SELECT i.system, i.value, i.client_id FROM {interface_id} i WHERE i.value IN {texts $1}`, []any{values}, func(rows db.Rows) error {
			var system, value string
			var id int64
			err := rows.Scan(&system, &value, &id)
			f.taken[mix(slotID, idPrint(system, value))] = id
			return err
		})
		if err != nil {
			return err
		}
	}
	if len(codes) > 0 {
		err := all.Each(ctx, `SELECT c.code, c.id FROM {client.any} c WHERE c.code IN {texts $1}`, []any{codes}, func(rows db.Rows) error {
			var code string
			var id int64
			err := rows.Scan(&code, &id)
			f.taken[mix(slotCode, hash(code))] = id
			return err
		})
		if err != nil {
			return err
		}
	}
	ids := db.IDs{}
	for _, id := range f.taken {
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil
	}
	names, err := e.namesOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	for id := range names {
		f.visible[id] = true
	}
	if !slices.Contains(e.opt.Match, MatchID) {
		return nil
	}
	err = all.Each(ctx, `SELECT i.system, i.value, i.client_id FROM {interface_id} i WHERE i.client_id IN {ids $1}`, []any{ids}, func(rows db.Rows) error {
		var system, value string
		var id int64
		if err := rows.Scan(&system, &value, &id); err != nil || !f.visible[id] {
			return err
		}
		if system != otherSystem {
			e.candidate(f, keyOf(keyID, idPrint(system, value), 0), id)
			return nil
		}
		for _, n := range names[id] {
			e.candidate(f, keyOf(keyID, idPrint(system, value), n), id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, code := range codes {
		id := f.taken[mix(slotCode, hash(code))]
		for _, n := range names[id] {
			e.candidate(f, keyOf(keyCode, hash(code), n), id)
		}
	}
	return nil
}

// namesOf returns the prints of the names of visible clients and their people.
func (e *engine) namesOf(ctx context.Context, tx *db.Tx, ids db.IDs) (map[int64][]uint64, error) {
	out := map[int64][]uint64{}
	err := tx.Each(ctx, `SELECT c.id, c.name FROM {client} c WHERE c.id IN {ids $1}`, []any{ids}, func(rows db.Rows) error {
		var id int64
		var name string
		err := rows.Scan(&id, &name)
		out[id] = append(out[id], hash(nameKey(name)))
		return err
	})
	if err != nil {
		return nil, err
	}
	err = tx.Each(ctx, `SELECT l.client_id, t.family, t.given FROM {client_traveler} l JOIN {traveler} t ON t.id = l.traveler_id
		WHERE l.client_id IN {ids $1}`, []any{ids}, func(rows db.Rows) error {
		var id int64
		var family, given string
		err := rows.Scan(&id, &family, &given)
		if out[id] != nil {
			out[id] = append(out[id], hash(nameKey(family, given)))
		}
		return err
	})
	return out, err
}

// findReach finds clients by a phone or e-mail of theirs or of their people
// together with a name.
func (e *engine) findReach(ctx context.Context, tx *db.Tx, f *found, norms db.Texts) error {
	if len(norms) == 0 {
		return nil
	}
	type owner struct {
		kind, norm string
		id         int64
	}
	var direct, people []owner
	err := tx.Each(ctx, `SELECT m.type, m.norm, m.owner_kind, m.owner_id FROM {communication} m
		WHERE m.norm IN {texts $1} AND m.type IN ('email', 'phone')`, []any{norms}, func(rows db.Rows) error {
		var o owner
		var kind string
		err := rows.Scan(&o.kind, &o.norm, &kind, &o.id)
		if kind == "client" {
			direct = append(direct, o)
		} else {
			people = append(people, o)
		}
		return err
	})
	if err != nil || len(direct)+len(people) == 0 {
		return err
	}
	travelers := db.IDs{}
	for _, o := range people {
		travelers = append(travelers, o.id)
	}
	clients := map[int64][]int64{}
	if len(travelers) > 0 {
		err := tx.Each(ctx, `SELECT l.traveler_id, l.client_id FROM {client_traveler} l WHERE l.traveler_id IN {ids $1} ORDER BY l.client_id`, []any{travelers}, func(rows db.Rows) error {
			var t, c int64
			err := rows.Scan(&t, &c)
			clients[t] = append(clients[t], c)
			return err
		})
		if err != nil {
			return err
		}
	}
	for _, o := range people {
		for _, c := range clients[o.id] {
			direct = append(direct, owner{o.kind, o.norm, c})
		}
	}
	ids := db.IDs{}
	for _, o := range direct {
		ids = append(ids, o.id)
	}
	names, err := e.namesOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, o := range direct {
		kind := keyEmail
		if o.kind == "phone" {
			kind = keyPhone
		}
		for _, n := range names[o.id] {
			e.candidate(f, keyOf(kind, hash(o.norm), n), o.id)
		}
	}
	return nil
}

// findBirths finds travelers by name, in either order, and keeps those with a birth
// date. The name is asked for because it picks fewer people than a date does. It asks
// one table after the other: PostgreSQL joins tables badly that grew a moment ago.
func (e *engine) findBirths(ctx context.Context, tx *db.Tx, f *found, born db.Texts) error {
	if len(born) == 0 {
		return nil
	}
	keys := map[int64]uint64{}
	ids := db.IDs{}
	err := tx.Each(ctx, `SELECT t.id, t.birth_date, t.family, t.given FROM {traveler} t WHERE t.given_key IN {texts $1} AND t.birth_date <> ''`,
		[]any{born}, func(rows db.Rows) error {
			var id int64
			var birth, family, given string
			if err := rows.Scan(&id, &birth, &family, &given); err != nil {
				return err
			}
			if k := keyOf(keyBirth, birthPrint(nameKey(family, given), birth), 0); f.wanted[k] {
				keys[id], ids = k, append(ids, id)
			}
			return nil
		})
	if err != nil || len(ids) == 0 {
		return err
	}
	owners := map[int64][]int64{}
	clients := db.IDs{}
	err = tx.Each(ctx, `SELECT l.client_id, l.traveler_id FROM {client_traveler} l WHERE l.traveler_id IN {ids $1}`, []any{ids}, func(rows db.Rows) error {
		var c, t int64
		err := rows.Scan(&c, &t)
		owners[c], clients = append(owners[c], t), append(clients, c)
		return err
	})
	if err != nil || len(clients) == 0 {
		return err
	}
	return tx.Each(ctx, `SELECT c.id FROM {client} c WHERE c.id IN {ids $1} ORDER BY c.id`, []any{clients}, func(rows db.Rows) error {
		var id int64
		err := rows.Scan(&id)
		for _, t := range owners[id] {
			e.candidate(f, keys[t], id)
		}
		return err
	})
}

func (e *engine) findNames(ctx context.Context, tx *db.Tx, f *found, names db.Texts) error {
	if len(names) == 0 {
		return nil
	}
	return tx.Each(ctx, `SELECT c.name_key, c.id FROM {client} c WHERE c.name_key IN {texts $1} ORDER BY c.id`, []any{names}, func(rows db.Rows) error {
		var key string
		var id int64
		err := rows.Scan(&key, &id)
		if i, ok := e.byClient[id]; ok && e.targets[i].mine {
			return err
		}
		if len(f.byName[key]) < maxNamesakes {
			f.byName[key] = append(f.byName[key], id)
		}
		return err
	})
}

// maxNamesakes bounds how many clients of the same name are compared with a record
// that has nothing else.
const maxNamesakes = 20
