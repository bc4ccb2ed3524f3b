package imports

import (
	"context"
	"errors"
	"strings"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// refusal is an update that a rule of the client book refused although the plan
// allowed it: the batch runs again with this record as an error.
type refusal struct {
	seq int64
	err error
}

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

func asRefusal(err error, r **refusal) bool { return errors.As(err, r) }

// change is the update of one client.
type change struct {
	x    *writer
	tx   *db.Tx
	d    *decision
	id   int64
	made made
	was  []image
}

// update changes a client that was there before, and remembers how it was.
func (x *writer) update(ctx context.Context, d *decision, row *Row) error {
	c := &change{x: x, tx: x.tx, d: d, id: d.target.clientID, made: made{}}
	if d.target.mine {
		c.tx = asRun(x.tx)
	}
	for _, step := range []func(context.Context) error{c.client, c.people, c.communications, c.addresses, c.parts} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	row.Made, row.Was = asJSON(c.made), asJSON(c.was)
	var version int64
	err := c.tx.Row(ctx, "SELECT c.version FROM {client} c WHERE c.id = $1", []any{c.id}, &version)
	row.ClientVersion = version
	return err
}

// edit saves a record's image and changes it.
func (c *change) edit(ctx context.Context, r record.Record, id int64, fn func() error) error {
	was, err := record.Image(ctx, c.tx, r.Table(), id)
	if err != nil {
		return err
	}
	if err := record.Edit(ctx, c.tx, r, id, 0, fn); err != nil {
		return err
	}
	c.was = append(c.was, image{r.Table(), id, was})
	return nil
}

func (c *change) insert(ctx context.Context, r record.Record) error {
	if err := record.Insert(ctx, c.tx, r); err != nil {
		return err
	}
	c.made[r.Table()] = append(c.made[r.Table()], record.Stamps(r).ID)
	return nil
}

// client sets the fields. Communications that make a prospect reachable come first
// where the classification changes (R065), so they are stored by parts before.
func (c *change) client(ctx context.Context) error {
	delta := &c.d.delta
	if len(delta.fields)+len(delta.own)+len(delta.memo)+len(delta.lines) == 0 {
		return nil
	}
	if err := c.communications(ctx); err != nil {
		return err
	}
	var r client.Client
	return c.edit(ctx, &r, c.id, func() error {
		for _, f := range delta.fields {
			f.copy(&r, &c.d.d.c)
		}
		copyOwn(&r.Fields, c.d.d.c.Fields, delta.own)
		r.Memo, r.Remarks = appended(r.Memo, delta.memo), appended(r.Remarks, delta.lines)
		return nil
	})
}

func (c *change) people(ctx context.Context) error {
	for _, pd := range c.d.delta.people {
		p := &c.d.d.people[pd.person]
		if pd.isNew {
			p.t.ID = 0
			if err := c.insert(ctx, &p.t); err != nil {
				return err
			}
			p.id = p.t.ID
			c.d.target.people[pd.owner-1].id = p.id
			if err := c.insert(ctx, &client.Link{ClientID: c.id, TravelerID: p.id, Role: clip(p.role, 100)}); err != nil {
				return err
			}
			for i := range p.parts {
				if err := c.insertPart(ctx, p.id, &p.parts[i]); err != nil {
					return err
				}
			}
			continue
		}
		id := c.d.target.people[pd.owner-1].id
		if len(pd.fields)+len(pd.own)+len(pd.lines) > 0 {
			var t traveler.Traveler
			if err := c.edit(ctx, &t, id, func() error { applyPerson(&t, p, pd); return nil }); err != nil {
				return err
			}
		}
		if err := c.storeParts(ctx, id, p, pd.parts); err != nil {
			return err
		}
		if pd.role {
			if err := c.role(ctx, id, p.role); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *change) role(ctx context.Context, travelerID int64, role string) error {
	var links []client.Link
	if err := record.Select(ctx, c.tx, &links, "WHERE r.client_id = $1 AND r.traveler_id = $2", c.id, travelerID); err != nil {
		return err
	}
	for i := range links {
		l := &links[i]
		if err := c.edit(ctx, l, l.ID, func() error { l.Role = clip(role, 100); return nil }); err != nil {
			return err
		}
	}
	return nil
}

func (c *change) owner(n int) record.Ref {
	if n == 0 {
		return record.Ref{Kind: "client", ID: c.id}
	}
	return record.Ref{Kind: "traveler", ID: c.d.target.people[n-1].id}
}

// communications adds those whose owner is stored already.
func (c *change) communications(ctx context.Context) error {
	var left []ownedComm
	for _, m := range c.d.delta.comms {
		to := c.owner(m.owner)
		if to.ID == 0 {
			left = append(left, m)
			continue
		}
		r := m.c.Communication
		r.OwnerKind, r.OwnerID, r.Primary = to.Kind, to.ID, m.primary
		err := c.tx.Row(ctx, "SELECT coalesce(max(m.position), -1) + 1 FROM {communication} m WHERE m.owner_kind = $1 AND m.owner_id = $2",
			[]any{to.Kind, to.ID}, &r.Position)
		if err != nil {
			return err
		}
		if err := c.insert(ctx, &r); err != nil {
			return err
		}
	}
	c.d.delta.comms = left
	for _, m := range c.d.delta.permit {
		if err := c.permit(ctx, m); err != nil {
			return err
		}
	}
	c.d.delta.permit = nil
	return nil
}

// permit gives the permission for marketing to a communication of the client or of one of
// its people, or takes it, as the file says.
func (c *change) permit(ctx context.Context, m *comm) error {
	owners := []record.Ref{{Kind: "client", ID: c.id}}
	for _, p := range c.d.target.people {
		owners = append(owners, record.Ref{Kind: "traveler", ID: p.id})
	}
	for _, o := range owners {
		var list []contact.Communication
		err := record.Select(ctx, c.tx, &list, "WHERE r.owner_kind = $1 AND r.owner_id = $2 AND r.type = $3 AND r.norm = $4 AND r.permit_marketing <> $5",
			o.Kind, o.ID, m.Type, m.Norm, m.PermitMarketing)
		if err != nil {
			return err
		}
		for i := range list {
			r := &list[i]
			r.Region = m.Region
			if err := c.edit(ctx, r, r.ID, func() error { r.PermitMarketing = m.PermitMarketing; return nil }); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *change) addresses(ctx context.Context) error {
	for _, a := range c.d.delta.addrs {
		to, from := c.owner(a.owner), c.d.d.addrsOf(a.person)[a.i]
		from.OwnerKind, from.OwnerID = to.Kind, to.ID
		if !a.replace {
			if err := c.insert(ctx, &from); err != nil {
				return err
			}
			continue
		}
		var list []contact.Address
		if err := record.Select(ctx, c.tx, &list, "WHERE r.owner_kind = $1 AND r.owner_id = $2 AND r.kind = $3", to.Kind, to.ID, from.Kind); err != nil {
			return err
		}
		for i := range list {
			r := &list[i]
			err := c.edit(ctx, r, r.ID, func() error {
				base, permit, recipient := r.Base, r.PermitMarketing, r.Recipient
				*r = from
				r.Base, r.PermitMarketing, r.Recipient = base, permit, recipient
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// parts adds tags and interface ids.
func (c *change) parts(ctx context.Context) error {
	for _, name := range c.d.delta.tags {
		if err := c.insert(ctx, c.x.tagLink("client", c.id, name)); err != nil {
			return err
		}
	}
	for _, i := range c.d.delta.ids {
		i.ClientID = c.id
		if err := c.insert(ctx, &i); err != nil {
			return err
		}
	}
	return nil
}

// appended adds lines to a text. What doesn't fit any more stays out: the file still
// has it.
func appended(text string, lines []string) string {
	for _, l := range lines {
		longer := strings.TrimPrefix(text+"\n"+l, "\n")
		if len([]rune(longer)) > maxRemarks {
			break
		}
		text = longer
	}
	return text
}
