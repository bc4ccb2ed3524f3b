package api

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
)

// owner is what clients and travelers have in common here: records hang on them.
type owner struct {
	kind, group string // "client", "Clients"
	path        string // "/clients/{id}"
}

var (
	clientOwner   = owner{"client", "Clients", "/clients/{id}"}
	travelerOwner = owner{"traveler", "Travelers", "/travelers/{id}"}
	activityOwner = owner{"activity", "Activities", "/activities/{id}"} // of files alone
)

func (o owner) ref(q *req) record.Ref { return record.Ref{Kind: o.kind, ID: q.id()} }

// seen answers NotFound where the actor doesn't see the owner.
func (o owner) seen(ctx context.Context, tx *db.Tx, q *req) error {
	var one int64
	return tx.Row(ctx, "SELECT 1 FROM {"+o.kind+"} r WHERE r.id = $1", []any{q.id()}, &one)
}

func ownedOps() []op {
	var out []op
	for _, o := range []owner{clientOwner, travelerOwner} {
		out = slices.Concat(out, ops(o.communications()), ops(o.addresses()), ops(o.comments()), o.tagOps(), []op{o.history(), o.completeness()})
	}
	return slices.Concat(out, ops(interfaceIDs))
}

func (o owner) communications() noun[contact.Communication] {
	return noun[contact.Communication]{one: "communication", many: "communications", id: o.kind + ".communication", group: o.group,
		path: o.path + "/communications", model: communicationModel, need: "client.edit",
		doc: "Phones, e-mails, social networks and web pages, primary ones first.",
		list: func(ctx context.Context, tx *db.Tx, q *req) ([]contact.Communication, error) {
			if err := o.seen(ctx, tx, q); err != nil {
				return nil, err
			}
			return contact.Of(ctx, tx, o.ref(q))
		},
		prep: func(q *req, c *contact.Communication) { c.OwnerKind, c.OwnerID = o.kind, q.id() },
		owns: func(q *req, c *contact.Communication) bool { return c.OwnerKind == o.kind && c.OwnerID == q.id() }}
}

func (o owner) addresses() noun[contact.Address] {
	return noun[contact.Address]{one: "address", many: "addresses", id: o.kind + ".address", group: o.group,
		path: o.path + "/addresses", model: addressModel, need: "client.edit",
		doc: "One physical and one mailing address, the physical one first.",
		list: func(ctx context.Context, tx *db.Tx, q *req) ([]contact.Address, error) {
			if err := o.seen(ctx, tx, q); err != nil {
				return nil, err
			}
			return contact.AddressesOf(ctx, tx, o.ref(q))
		},
		prep: func(q *req, a *contact.Address) { a.OwnerKind, a.OwnerID = o.kind, q.id() },
		owns: func(q *req, a *contact.Address) bool { return a.OwnerKind == o.kind && a.OwnerID == q.id() }}
}

var commentModel = newModel("Comment", "An internal remark that only the agency's own people see.", &client.Comment{},
	prop{name: "text", doc: "What is to be known.", max: 10000, example: "Asks for a room away from the lift.", must: true})

func (o owner) comments() noun[client.Comment] {
	return noun[client.Comment]{one: "comment", many: "comments", id: o.kind + ".comment", group: o.group,
		path: o.path + "/comments", model: commentModel, need: "client.edit", readNeed: "client.internal",
		doc: "Internal remarks, newest first. Only its author changes or removes a remark.",
		list: func(ctx context.Context, tx *db.Tx, q *req) ([]client.Comment, error) {
			if err := o.seen(ctx, tx, q); err != nil {
				return nil, err
			}
			return client.Comments(ctx, tx, o.ref(q))
		},
		prep: func(q *req, c *client.Comment) { c.OwnerKind, c.OwnerID = o.kind, q.id() },
		owns: func(q *req, c *client.Comment) bool { return c.OwnerKind == o.kind && c.OwnerID == q.id() }}
}

var interfaceIDs = noun[client.InterfaceID]{one: "key of a booking system", many: "keys of booking systems", id: "client.interface_id",
	group: "Clients", path: "/clients/{id}/interface-ids", model: interfaceIDModel, need: "client.edit",
	doc: "The keys by which booking systems name the client.",
	list: func(ctx context.Context, tx *db.Tx, q *req) ([]client.InterfaceID, error) {
		if err := clientOwner.seen(ctx, tx, q); err != nil {
			return nil, err
		}
		return client.InterfaceIDs(ctx, tx, q.id())
	},
	prep: func(q *req, i *client.InterfaceID) { i.ClientID = q.id() },
	owns: func(q *req, i *client.InterfaceID) bool { return i.ClientID == q.id() }}

// tagOps are the tags of a record. They are put by name and taken off by the
// number of the link, which has no version: there is nothing to change.
func (o owner) tagOps() []op {
	path := o.path + "/tags"
	return []op{
		{id: o.kind + ".tag.list", method: "GET", path: path, group: o.group, summary: "List tags", doc: "The tags of the record by name.",
			status: 200, reply: all("TagOn", tagOnSchema), run: func(ctx context.Context, tx *db.Tx, q *req) error {
				if err := o.seen(ctx, tx, q); err != nil {
					return err
				}
				tags, err := tag.Of(ctx, tx, o.ref(q))
				q.out = append(appendTags(append(q.out, `{"items":`...), tags), '}')
				return err
			}},
		{id: o.kind + ".tag.create", method: "POST", path: path, group: o.group, summary: "Put a tag",
			doc:  "Gives the record a tag. Putting the same tag again changes nothing.",
			need: "client.edit", body: tagOnNew, status: 200, reply: all("TagOn", tagOnSchema), run: o.putTag},
		{id: o.kind + ".tag.delete", method: "DELETE", path: path + "/{number}", group: o.group, summary: "Take a tag off", what: "tag on the record",
			doc: "The number is \"id\" of the tag as the record carries it.", need: "client.edit", status: 204, run: o.dropTag},
	}
}

func (o owner) putTag(ctx context.Context, tx *db.Tx, q *req) error {
	if err := o.seen(ctx, tx, q); err != nil {
		return err
	}
	if err := tag.Put(ctx, tx, o.ref(q), q.text("name"), q.text("value")); err != nil {
		return err
	}
	tags, err := tag.Of(ctx, tx, o.ref(q))
	q.out = append(appendTags(append(q.out, `{"items":`...), tags), '}')
	return err
}

// dropTag keeps the last one of a mandatory tag (L11).
func (o owner) dropTag(ctx context.Context, tx *db.Tx, q *req) error {
	var l tag.Link
	if err := record.Get(ctx, tx, &l, q.sub()); err != nil {
		return err
	}
	if l.OwnerKind != o.kind || l.OwnerID != q.id() {
		return errs.Missing()
	}
	var t tag.Tag
	if err := record.Get(ctx, tx, &t, l.TagID); err != nil {
		return err
	}
	if err := record.Delete(ctx, tx, &l, l.ID, 0); err != nil {
		return err
	}
	missing, err := tag.Missing(ctx, tx, o.ref(q))
	if err == nil && slices.Contains(missing, t.Name) {
		return errs.New(errs.Conflict, "api.mandatory_tag", "Name", t.Name)
	}
	return err
}
