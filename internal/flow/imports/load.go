package imports

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// loader fills states from the database.
type loader struct {
	e         *engine
	tx        *db.Tx
	ids       db.IDs
	travelers map[int64][]place // where a traveler belongs
}

type place struct {
	s     *state
	owner int // from 1 on
}

func (l *loader) clients(ctx context.Context) error {
	var list []client.Client
	if err := record.Select(ctx, l.tx, &list, "WHERE r.id IN {ids $1}", l.ids); err != nil {
		return err
	}
	for i := range list {
		c := &list[i]
		s := l.e.of(c.ID)
		s.client(c)
	}
	return l.tx.Each(ctx, "SELECT c.id FROM {client.edit} c WHERE c.id IN {ids $1}", []any{l.ids}, func(rows db.Rows) error {
		var id int64
		err := rows.Scan(&id)
		if s := l.e.of(id); s != nil {
			s.editable = true
		}
		return err
	})
}

func (l *loader) people(ctx context.Context) error {
	type link struct {
		client, traveler int64
		role             string
	}
	var links []link
	ids := db.IDs{}
	err := l.tx.Each(ctx, `SELECT l.client_id, l.traveler_id, l.role FROM {client_traveler} l WHERE l.client_id IN {ids $1} ORDER BY l.position, l.id`,
		[]any{l.ids}, func(rows db.Rows) error {
			var k link
			err := rows.Scan(&k.client, &k.traveler, &k.role)
			links, ids = append(links, k), append(ids, k.traveler)
			return err
		})
	if err != nil || len(links) == 0 {
		return err
	}
	var list []traveler.Traveler
	if err := record.Select(ctx, l.tx, &list, "WHERE r.id IN {ids $1}", ids); err != nil {
		return err
	}
	byID := map[int64]*traveler.Traveler{}
	for i := range list {
		byID[list[i].ID] = &list[i]
	}
	for _, k := range links {
		t, ok := byID[k.traveler]
		if !ok {
			continue
		}
		s := l.e.of(k.client)
		s.person(t, k.role)
		l.travelers[k.traveler] = append(l.travelers[k.traveler], place{s, len(s.people)})
	}
	return nil
}

// owners returns the ids of the travelers of all clients of the batch.
func (l *loader) owners() db.IDs {
	ids := db.IDs{}
	for id := range l.travelers {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// places are the states in which a row of an owner shows.
func (l *loader) places(kind string, id int64) []place {
	if kind == "traveler" {
		return l.travelers[id]
	}
	if s := l.e.of(id); s != nil {
		return []place{{s, 0}}
	}
	return nil
}

func (l *loader) communications(ctx context.Context) error {
	for _, part := range []struct {
		kind string
		ids  db.IDs
	}{{"client", l.ids}, {"traveler", l.owners()}} {
		if len(part.ids) == 0 {
			continue
		}
		err := l.tx.Each(ctx, `SELECT m.owner_id, m.type, m.norm, m.permit_marketing FROM {communication} m
			WHERE m.owner_kind = $1 AND m.owner_id IN {ids $2} ORDER BY m.id`, []any{part.kind, part.ids}, func(rows db.Rows) error {
			var id int64
			var typ, norm string
			var permit bool
			err := rows.Scan(&id, &typ, &norm, &permit)
			for _, p := range l.places(part.kind, id) {
				p.s.add(commSlot(typ), hash(norm))
				p.s.set(slot(p.owner, commSlot(typ)), 1) // has a primary one
				if permit {
					p.s.add(slotPermit, hash(norm))
				}
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) addresses(ctx context.Context) error {
	for _, part := range []struct {
		kind string
		ids  db.IDs
	}{{"client", l.ids}, {"traveler", l.owners()}} {
		if len(part.ids) == 0 {
			continue
		}
		var list []contact.Address
		err := record.Select(ctx, l.tx, &list, "WHERE r.owner_kind = $1 AND r.owner_id IN {ids $2}", part.kind, part.ids)
		if err != nil {
			return err
		}
		for i := range list {
			for _, p := range l.places(part.kind, list[i].OwnerID) {
				p.s.set(slot(p.owner, addressSlots[list[i].Kind]), addrPrint(&list[i]))
			}
		}
	}
	return nil
}

// parts reads those of the kinds that the file brings.
func (l *loader) parts(ctx context.Context) error {
	ids := l.owners()
	if len(ids) == 0 {
		return nil
	}
	for _, kind := range l.e.kinds {
		found, err := partsOf(ctx, l.tx, l.e.w, kind, ids)
		if err != nil {
			return err
		}
		for id, list := range found {
			for _, p := range l.travelers[id] {
				p.s.partFacts(p.owner, list)
			}
		}
	}
	return nil
}

func (l *loader) tags(ctx context.Context) error {
	return l.tx.Each(ctx, `SELECT k.owner_id, t.name_key FROM {tag_link} k JOIN {tag} t ON t.id = k.tag_id
		WHERE k.owner_kind = 'client' AND k.owner_id IN {ids $1}`, []any{l.ids}, func(rows db.Rows) error {
		var id int64
		var key string
		err := rows.Scan(&id, &key)
		if s := l.e.of(id); s != nil {
			s.add(slotTag, hash(key))
		}
		return err
	})
}

func (l *loader) interfaceIDs(ctx context.Context) error {
	return l.tx.Each(ctx, `SELECT i.client_id, i.system, i.value FROM {interface_id} i WHERE i.client_id IN {ids $1}`, []any{l.ids}, func(rows db.Rows) error {
		var id int64
		var system, value string
		err := rows.Scan(&id, &system, &value)
		if s := l.e.of(id); s != nil {
			s.add(idSlot(system), idPrint(system, value))
		}
		return err
	})
}

// tagPrint is the print of a tag by its name.
func tagPrint(name string) uint64 { return hash(fold.Fold(name)) }

// client notes the facts of a stored or new client.
func (s *state) client(c *client.Client) {
	for i := range clientFields {
		f := &clientFields[i]
		if v := f.text(c); v != "" {
			s.set(slot(0, f.slot), hash(v))
		}
	}
	s.ownFacts(0, c.Fields)
	s.add(slotName, hash(nameKey(c.Name)))
	if c.Code != "" {
		s.add(slotCode, hash(c.Code))
	}
	for _, line := range textLines(c.Memo) {
		s.add(slotMemo, hash(line))
	}
	for _, line := range textLines(c.Remarks) {
		s.add(slotRemarks, hash(line))
	}
}

// person adds a traveler of the client.
func (s *state) person(t *traveler.Traveler, role string) {
	name := nameKey(t.Family, t.Given)
	p := personState{id: t.ID, name: hash(name)}
	if t.BirthDate.HasYear() {
		p.birth = birthPrint(name, string(t.BirthDate))
	}
	s.people = append(s.people, p)
	owner := len(s.people)
	s.add(slotName, p.name)
	for i := range travelerFields {
		f := &travelerFields[i]
		if v := f.text(t); v != "" {
			s.set(slot(owner, f.slot), hash(v))
		}
	}
	s.ownFacts(owner, t.Fields)
	if role != "" {
		s.set(slot(owner, roleSlot), hash(role))
	}
	for _, line := range textLines(t.Remarks) {
		s.add(slot(owner, slotRemarks), hash(line))
	}
}
