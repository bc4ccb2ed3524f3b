package imports

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// nameProgrammes finds the programmes of the batch's memberships and adds those that are
// new (R036).
func (x *writer) nameProgrammes(ctx context.Context, list []*decision) error {
	for _, d := range list {
		if d.action != Create && d.action != Update {
			continue
		}
		for i := range d.d.people {
			for j := range d.d.people[i].parts {
				p := &d.d.people[i].parts[j]
				l, ok := p.rec.(*traveler.Loyalty)
				if !ok || d.action == Update && !d.adds(i, j) {
					continue
				}
				id, err := x.programme(ctx, p.programme)
				if err != nil {
					return err
				}
				l.ProgrammeID = id
			}
		}
	}
	return nil
}

// adds reports whether an update stores a part of a person.
func (x *decision) adds(person, part int) bool {
	for _, pd := range x.delta.people {
		if pd.person != person {
			continue
		}
		if pd.isNew {
			return true
		}
		for _, d := range pd.parts {
			if d.i == part && d.names == nil {
				return true
			}
		}
	}
	return false
}

func (x *writer) programme(ctx context.Context, name string) (int64, error) {
	key := fold.Fold(name)
	if id := x.programmes[key]; id != 0 {
		return id, nil
	}
	known := x.w.programmeIDs[key]
	if known == 0 {
		p, err := traveler.ProgrammeNamed(ctx, x.tx, name, "other")
		if err != nil {
			return 0, err
		}
		known = p.ID
		if p.CreatedAt == x.tx.Now {
			x.newProgrammes = append(x.newProgrammes, p.ID)
		}
	}
	x.programmes[key] = known
	return known, nil
}

// take gives a person of the same batch what another row says of them.
func (p *person) take(from *person, list []partDelta) {
	for _, d := range list {
		x := &from.parts[d.i]
		if d.names == nil {
			if r, ok := x.rec.(*traveler.Passport); ok {
				r.Primary = r.Primary && !slices.ContainsFunc(p.parts, func(have part) bool { return have.rec.Table() == "passport" })
			}
			p.parts = append(p.parts, *x)
			continue
		}
		for i := range p.parts {
			if p.parts[i].key == x.key && p.parts[i].rec.Table() == x.rec.Table() {
				for _, name := range d.names {
					copyVal(p.parts[i].rec, x.rec, name)
				}
			}
		}
	}
}

// collectParts gathers the parts of a new person.
func (x *writer) collectParts(p *person) {
	for i := range p.parts {
		q := &p.parts[i]
		q.of(p.id)
		x.parts[q.rec.Table()] = append(x.parts[q.rec.Table()], q.rec)
		if d, ok := q.rec.(*traveler.Passport); ok && d.Primary {
			p.t.PassportUntil = d.Expires // as package record computes it
		}
	}
}

func (x *writer) insertParts(ctx context.Context) error {
	for _, kind := range partKinds {
		if err := record.InsertMany(ctx, x.tx, x.parts[kind]); err != nil {
			return err
		}
	}
	return nil
}

// storeParts stores what a person who is there gets.
func (c *change) storeParts(ctx context.Context, id int64, p *person, list []partDelta) error {
	for _, d := range list {
		x := &p.parts[d.i]
		if d.names == nil {
			if err := c.insertPart(ctx, id, x); err != nil {
				return err
			}
			continue
		}
		have, err := partsOf(ctx, c.tx, c.x.w, x.rec.Table(), db.IDs{id})
		if err != nil {
			return err
		}
		for _, h := range have[id] {
			if h.key != x.key {
				continue
			}
			k, _ := record.KindOf(h.rec.Table())
			r := k.New()
			err := c.edit(ctx, r, record.Stamps(h.rec).ID, func() error {
				for _, name := range d.names {
					copyVal(r, x.rec, name)
				}
				return nil
			})
			if err != nil {
				return err
			}
			break
		}
	}
	return nil
}

func (c *change) insertPart(ctx context.Context, id int64, x *part) error {
	x.of(id)
	if d, ok := x.rec.(*traveler.Passport); ok {
		d.Primary = false // unless the person has none, see its Guard
	}
	return c.insert(ctx, x.rec)
}

// removeProgramme removes a programme that the run added, unless somebody is a member or
// it was changed.
func removeProgramme(ctx context.Context, tx *db.Tx, run, id int64) error {
	var used, changed int64
	if err := tx.Row(ctx, "SELECT count(*) FROM {loyalty} l WHERE l.programme_id = $1", []any{id}, &used); err != nil {
		return err
	}
	err := tx.Row(ctx, "SELECT count(*) FROM {history} h WHERE h.kind = 'programme' AND h.ref_id = $1 AND h.run_id <> $2", []any{id, run}, &changed)
	if err != nil || used+changed > 0 {
		return err
	}
	if err := record.Unmake(ctx, tx, "programme", id); err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	return nil
}
