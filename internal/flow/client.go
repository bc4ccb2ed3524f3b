package flow

import (
	"context"
	"fmt"
	"strings"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// NewClient is a client with all that is saved together with it (R013).
type NewClient struct {
	Client         client.Client
	Travelers      []NewTraveler
	Communications []contact.Communication
	Addresses      []contact.Address
	Tags           []TagValue
	InterfaceIDs   []client.InterfaceID

	proposed bool // the account code is a proposal of ours
}

// NewTraveler is a traveler of a new client: an existing one by ID, or a new one.
type NewTraveler struct {
	ID             int64 // of an existing traveler, else 0
	Traveler       traveler.Traveler
	Role           string
	Primary        bool
	Communications []contact.Communication
	Addresses      []contact.Address
	Tags           []TagValue

	created bool // ID is of a traveler made by CreateClient
}

// TagValue is a tag by name, with the value of tags that take one.
type TagValue struct{ Name, Value string }

// CreateClient saves a client with its travelers, communications, addresses, tags
// and interface ids, all or nothing. Errors of fields carry paths such as
// "travelers[0].family". A client without travelers is possible; a person who
// becomes a client comes with one traveler (glossary 2.2, 1).
func CreateClient(ctx context.Context, tx *db.Tx, n *NewClient) error {
	n.again()
	if err := n.name(); err != nil {
		return err
	}
	if err := n.property(tx); err != nil {
		return err
	}
	n.Client.Phone = n.somePhone() // for the proposal of an account code (R011)
	n.proposed = n.Client.Code == ""
	if err := record.Insert(ctx, tx, &n.Client); err != nil {
		if n.proposed && errs.Is(err, errs.Conflict) {
			return db.Retry(err) // somebody took the proposed code meanwhile
		}
		return err
	}
	var bad errs.Collect
	ref := record.Ref{Kind: "client", ID: n.Client.ID}
	for i := range n.Travelers {
		if err := bad.Merge(fmt.Sprintf("travelers[%d].", i), n.addTraveler(ctx, tx, i)); err != nil {
			return err
		}
	}
	for i := range n.InterfaceIDs {
		n.InterfaceIDs[i].ClientID = n.Client.ID
		if err := bad.Merge(fmt.Sprintf("interface_ids[%d].", i), record.Insert(ctx, tx, &n.InterfaceIDs[i])); err != nil {
			return err
		}
	}
	if err := attach(ctx, tx, &bad, "", ref, n.Communications, n.Addresses, n.Tags); err != nil {
		return err
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return NeedTags(ctx, tx, ref)
}

// again takes back what an earlier run of the same transaction filled in.
func (n *NewClient) again() {
	n.Client.ID = 0
	if n.proposed {
		n.Client.Code = ""
	}
	for i := range n.Travelers {
		if n.Travelers[i].created {
			n.Travelers[i].ID = 0
		}
	}
}

// NeedTags refuses a record that lacks a mandatory tag (L11).
func NeedTags(ctx context.Context, tx *db.Tx, ref record.Ref) error {
	missing, err := tag.Missing(ctx, tx, ref)
	if err == nil && len(missing) > 0 {
		return errs.Bad("tags", "tag.error.mandatory", "Names", strings.Join(missing, ", "))
	}
	return err
}

// DropTag removes a tag that no record carries, those in the trash and those that the actor
// doesn't see included. Another can only be switched off, or taken off its records first:
// there every removal stands in the history, and an act on many is undone.
func DropTag(ctx context.Context, tx *db.Tx, id, version int64) error {
	var one int64
	err := tx.AsSystem().Row(ctx, "SELECT 1 FROM {tag_link} l WHERE l.tag_id = $1 LIMIT 1", []any{id}, &one)
	switch {
	case err == nil:
		return errs.New(errs.Conflict, "error.in_use")
	case !errs.Is(err, errs.NotFound):
		return err
	}
	return record.Delete(ctx, tx, new(tag.Tag), id, version)
}

// name suggests "Family/Given" of the primary traveler for a personal client
// without a name (R005).
func (n *NewClient) name() error {
	if strings.TrimSpace(n.Client.Name) != "" || n.Client.Kind == "corporate" || len(n.Travelers) == 0 {
		return nil
	}
	for i, t := range n.Travelers {
		if (t.Primary || i == 0) && t.ID == 0 {
			n.Client.Name = SuggestName(&t.Traveler)
		}
	}
	return nil
}

// SuggestName is the name that a personal client gets from its traveler (R005).
func SuggestName(t *traveler.Traveler) string {
	return strings.TrimSpace(strings.Join(strings.Fields(t.Family), " ") + slash(t) + strings.Join(strings.Fields(t.Given), " "))
}

func slash(t *traveler.Traveler) string {
	if strings.TrimSpace(t.Family) != "" && strings.TrimSpace(t.Given) != "" {
		return "/"
	}
	return ""
}

// property demands an advisor and a source for what belongs to the agency (R095).
func (n *NewClient) property(tx *db.Tx) error {
	if n.Client.OwnerKind != "agency" || tx.Actor.UserID == 0 {
		return nil
	}
	var bad errs.Collect
	if n.Client.AdvisorID == 0 {
		bad.Add("advisor_id", "error.required")
	}
	bad.Required("source_medium", n.Client.SourceMedium)
	bad.Required("source_detail", n.Client.SourceDetail)
	return bad.Err()
}

func (n *NewClient) somePhone() string {
	lists := [][]contact.Communication{n.Communications}
	for _, t := range n.Travelers {
		lists = append(lists, t.Communications)
	}
	for _, l := range lists {
		for _, c := range l {
			if c.Type == "phone" {
				return c.Value
			}
		}
	}
	return ""
}

func (n *NewClient) addTraveler(ctx context.Context, tx *db.Tx, i int) error {
	t := &n.Travelers[i]
	var bad errs.Collect
	if t.ID == 0 {
		if err := record.Insert(ctx, tx, &t.Traveler); err != nil {
			return err
		}
		t.ID, t.created = t.Traveler.ID, true
		ref := record.Ref{Kind: "traveler", ID: t.ID}
		if err := attach(ctx, tx, &bad, "", ref, t.Communications, t.Addresses, t.Tags); err != nil {
			return err
		}
	}
	link := &client.Link{ClientID: n.Client.ID, TravelerID: t.ID, Role: t.Role, Primary: t.Primary, Position: int64(i)}
	if err := bad.Merge("", record.Insert(ctx, tx, link)); err != nil {
		return err
	}
	return bad.Err()
}

// CreateTraveler saves a traveler who has no client yet.
func CreateTraveler(ctx context.Context, tx *db.Tx, t *NewTraveler) error {
	if err := record.Insert(ctx, tx, &t.Traveler); err != nil {
		return err
	}
	t.ID = t.Traveler.ID
	var bad errs.Collect
	ref := record.Ref{Kind: "traveler", ID: t.ID}
	if err := attach(ctx, tx, &bad, "", ref, t.Communications, t.Addresses, t.Tags); err != nil {
		return err
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return NeedTags(ctx, tx, ref)
}

// attach saves what hangs on a record and gathers what is wrong with it.
func attach(ctx context.Context, tx *db.Tx, bad *errs.Collect, prefix string, owner record.Ref,
	comms []contact.Communication, addrs []contact.Address, tags []TagValue) error {
	for i := range comms {
		c := &comms[i]
		c.OwnerKind, c.OwnerID, c.Position = owner.Kind, owner.ID, int64(i)
		if err := bad.Merge(fmt.Sprintf("%scommunications[%d].", prefix, i), record.Insert(ctx, tx, c)); err != nil {
			return err
		}
	}
	for i := range addrs {
		a := &addrs[i]
		a.OwnerKind, a.OwnerID = owner.Kind, owner.ID
		if err := bad.Merge(fmt.Sprintf("%saddresses[%d].", prefix, i), record.Insert(ctx, tx, a)); err != nil {
			return err
		}
	}
	for i, t := range tags {
		if err := bad.Merge(fmt.Sprintf("%stags[%d].", prefix, i), tag.Put(ctx, tx, owner, t.Name, t.Value)); err != nil {
			return err
		}
	}
	return nil
}

// TrashClient moves a client to the trash, and with it the travelers that belong
// to no other client. Version is that of the client, 0 for the present one.
func TrashClient(ctx context.Context, tx *db.Tx, id, version int64) error {
	only, err := mayTrashClient(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, t := range only {
		if err := record.Delete(ctx, tx, new(traveler.Traveler), t, 0); err != nil {
			return err
		}
	}
	return record.Delete(ctx, tx, new(client.Client), id, version)
}

// mayTrash keeps those with whom a client is only shared from deleting it, and
// from bringing it back (reading A18).
func mayTrash(ctx context.Context, tx *db.Tx, id int64) error {
	var c client.Client
	if err := record.GetAny(ctx, tx, &c, id); err != nil {
		return err
	}
	return belongs(tx, &c)
}

// belongs reports whether a client is the actor's to delete.
func belongs(tx *db.Tx, c *client.Client) error {
	if tx.Actor.Scope == db.Agency {
		return nil
	}
	if int64(c.AdvisorID) == tx.Actor.UserID || (tx.Actor.Scope == db.Branch && int64(c.BranchID) == tx.Actor.BranchID) {
		return nil
	}
	return errs.New(errs.Forbidden, "client.error.shared_delete")
}

// onlyHere returns the live travelers who are linked to this client alone.
func onlyHere(ctx context.Context, tx *db.Tx, id int64) (ids []int64, err error) {
	err = tx.AsSystem().Each(ctx, `SELECT l.traveler_id FROM {client_traveler} l JOIN {traveler} t ON t.id = l.traveler_id
		WHERE l.client_id = $1 AND NOT EXISTS (SELECT 1 FROM {client_traveler} o WHERE o.traveler_id = l.traveler_id AND o.client_id <> $1)
		ORDER BY l.traveler_id`, []any{id}, func(rows db.Rows) error {
		var t int64
		err := rows.Scan(&t)
		ids = append(ids, t)
		return err
	})
	return ids, err
}

// RestoreClient brings a client back from the trash, with the travelers that went
// there with it.
func RestoreClient(ctx context.Context, tx *db.Tx, id int64) error {
	if !tx.Actor.May("client.delete") {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	var c client.Client
	if err := record.GetAny(ctx, tx, &c, id); err != nil {
		return err
	}
	if err := belongs(tx, &c); err != nil {
		return err
	}
	gone := c.DeletedAt
	if err := record.Restore(ctx, tx, &c, id); err != nil {
		return err
	}
	var ids []int64
	err := tx.Each(ctx, `SELECT t.id FROM {traveler.trash} t JOIN {client_traveler} l ON l.traveler_id = t.id
		WHERE l.client_id = $1 AND t.deleted_at = $2 ORDER BY t.id`, []any{id, gone}, func(rows db.Rows) error {
		var t int64
		err := rows.Scan(&t)
		ids = append(ids, t)
		return err
	})
	if err != nil {
		return err
	}
	for _, t := range ids {
		if err := record.Restore(ctx, tx, new(traveler.Traveler), t); err != nil {
			return err
		}
	}
	return c.DropLostCard(ctx, tx)
}

// TrashTraveler moves a traveler to the trash. Version is as in TrashClient.
func TrashTraveler(ctx context.Context, tx *db.Tx, id, version int64) error {
	if err := mayTrashOne(ctx, tx, id); err != nil {
		return err
	}
	return record.Delete(ctx, tx, new(traveler.Traveler), id, version)
}

// mayTrashTraveler demands that every client of a traveler is the actor's: those
// that the actor doesn't see as well, since they would lose the traveler too.
func mayTrashTraveler(ctx context.Context, tx *db.Tx, id int64) error {
	if err := record.GetAny(ctx, tx, new(traveler.Traveler), id); err != nil {
		return err
	}
	links, err := client.LinksOf(ctx, tx.AsSystem(), id)
	if err != nil {
		return err
	}
	for _, l := range links {
		err := mayTrash(ctx, tx, l.ClientID)
		if errs.Is(err, errs.NotFound) {
			err = errs.New(errs.Forbidden, "client.error.shared_delete")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// RestoreTraveler brings a traveler back from the trash.
func RestoreTraveler(ctx context.Context, tx *db.Tx, id int64) error {
	if !tx.Actor.May("client.delete") {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	if err := mayTrashTraveler(ctx, tx, id); err != nil {
		return err
	}
	return record.Restore(ctx, tx, new(traveler.Traveler), id)
}
