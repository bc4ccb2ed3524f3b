package client

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/record"
)

// Link puts a traveler into a client (L01, L04).
type Link struct {
	record.Base
	ClientID   int64  `db:"client_id" history:"-"`
	TravelerID int64  `db:"traveler_id" history:"track"`
	Role       string `db:"role" history:"track"`       // free text: spouse, accountant
	Primary    bool   `db:"is_primary" history:"track"` // one per client
	Position   int64  `db:"position" history:"-"`
}

// Table names the table and the kind.
func (*Link) Table() string { return "client_traveler" }

// Parents is the client.
func (l *Link) Parents() []record.Ref { return []record.Ref{{Kind: "client", ID: l.ClientID}} }

// Roots shows a link in the history of both.
func (l *Link) Roots() []record.Ref {
	return []record.Ref{{Kind: "client", ID: l.ClientID}, {Kind: "traveler", ID: l.TravelerID}}
}

// Derives is the traveler, who knows a single client.
func (l *Link) Derives() []record.Ref { return []record.Ref{{Kind: "traveler", ID: l.TravelerID}} }

// Unique names the field of a violated constraint.
func (*Link) Unique(string) string { return "traveler_id" }

// Check tidies l.
func (l *Link) Check() error {
	var c errs.Collect
	l.Role = strings.TrimSpace(l.Role)
	c.MaxLen("role", l.Role, 100)
	return c.Err()
}

// Guard links only travelers whom the actor may change, and keeps one primary
// traveler per client. To see a traveler isn't enough: the link lets everybody who
// edits the client edit the traveler, so it would turn a share to look at into one
// to change, and outlive it.
func (l *Link) Guard(ctx context.Context, tx *db.Tx, old record.Record) error {
	was, _ := old.(*Link)
	if was == nil || was.TravelerID != l.TravelerID {
		switch err := record.Editable(ctx, tx, record.Ref{Kind: "traveler", ID: l.TravelerID}); {
		case errs.Is(err, errs.Forbidden):
			e := errs.Bad("traveler_id", "client.error.traveler_edit")
			e.Kind = errs.Forbidden
			return e
		case err != nil:
			return errs.Bad("traveler_id", "client.error.traveler")
		}
	}
	links, err := Links(ctx, tx, l.ClientID)
	if err != nil {
		return err
	}
	if old == nil && len(links) == 0 {
		l.Primary = true
	}
	if old == nil && l.Role == "" {
		if err := l.kinRole(ctx, tx, links); err != nil {
			return err
		}
	}
	if old == nil && l.Position == 0 && len(links) > 0 {
		l.Position = links[len(links)-1].Position + 1
	}
	if !l.Primary {
		return nil
	}
	for i := range links {
		o := &links[i]
		if o.ID == l.ID || !o.Primary {
			continue
		}
		if err := record.Edit(ctx, tx, o, o.ID, 0, func() error { o.Primary = false; return nil }); err != nil {
			return err
		}
	}
	return nil
}

// Links returns the travelers' links of a client in their order.
func Links(ctx context.Context, tx *db.Tx, clientID int64) ([]Link, error) {
	var out []Link
	err := record.Select(ctx, tx, &out, "of $1 ORDER BY r.position, r.id", clientID)
	return out, err
}

// LinksOf returns a traveler's links to clients.
func LinksOf(ctx context.Context, tx *db.Tx, travelerID int64) ([]Link, error) {
	var out []Link
	err := record.Select(ctx, tx, &out, "WHERE r.traveler_id = $1 ORDER BY r.id", travelerID)
	return out, err
}

// InterfaceID is the key by which a booking system names a client (R166).
type InterfaceID struct {
	record.Base
	ClientID int64  `db:"client_id" history:"-"`
	System   string `db:"system" history:"track"`
	Value    string `db:"value" history:"track"`
}

// Table names the table and the kind.
func (*InterfaceID) Table() string { return "interface_id" }

// Parents is the client.
func (i *InterfaceID) Parents() []record.Ref { return []record.Ref{{Kind: "client", ID: i.ClientID}} }

// Unique names the field of a violated constraint.
func (*InterfaceID) Unique(string) string { return "value" }

// Check tidies i. The source recommends no spaces or special characters (L14).
func (i *InterfaceID) Check() error {
	var c errs.Collect
	i.System, i.Value = strings.ToLower(strings.TrimSpace(i.System)), strings.TrimSpace(i.Value)
	c.Required("system", i.System)
	c.Required("value", i.Value)
	c.MaxLen("system", i.System, 40)
	c.MaxLen("value", i.Value, 60)
	if strings.ContainsFunc(i.Value, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		c.Add("value", "client.error.interface_id")
	}
	return c.Err()
}

// InterfaceIDs returns the interface ids of a client.
func InterfaceIDs(ctx context.Context, tx *db.Tx, clientID int64) ([]InterfaceID, error) {
	var out []InterfaceID
	// Sorted here: asked to sort, SQLite would walk the keys of the whole agency
	// along the index that makes them unique.
	err := record.Select(ctx, tx, &out, "of $1", clientID)
	slices.SortFunc(out, func(a, b InterfaceID) int {
		return cmp.Or(cmp.Compare(a.System, b.System), cmp.Compare(a.Value, b.Value))
	})
	return out, err
}

// Share lets a colleague see one client, or all clients of an advisor.
type Share struct {
	record.Base
	ClientID  db.Ref `db:"client_id" history:"-"`
	AdvisorID db.Ref `db:"advisor_id" history:"-"`
	UserID    int64  `db:"user_id" history:"track"`
	CanEdit   bool   `db:"can_edit" history:"track"`
}

// Table names the table and the kind.
func (*Share) Table() string { return "share" }

// Roots shows a share in the history of the client, or of the advisor.
func (s *Share) Roots() []record.Ref {
	if s.ClientID != 0 {
		return []record.Ref{{Kind: "client", ID: int64(s.ClientID)}}
	}
	return []record.Ref{{Kind: "user", ID: int64(s.AdvisorID)}}
}

// Unique names the field of a violated constraint.
func (*Share) Unique(string) string { return "user_id" }

// Check reports what is wrong with s: exactly one of client and advisor is shared.
func (s *Share) Check() error {
	if (s.ClientID == 0) == (s.AdvisorID == 0) {
		return errs.Bad("client_id", "client.error.share")
	}
	if s.AdvisorID != 0 && int64(s.AdvisorID) == s.UserID {
		return errs.Bad("user_id", "client.error.share_self")
	}
	return nil
}

// Guard: only the advisor shares a client, or a leader who sees all of them; not
// those who see it by a share themselves (reading A18). The advisor needs no share; one
// that a client's new advisor had before is left as it is.
func (s *Share) Guard(ctx context.Context, tx *db.Tx, old record.Record) error {
	var status string
	if err := tx.Row(ctx, "SELECT u.status FROM {user} u WHERE u.id = $1", []any{s.UserID}, &status); err != nil || status == "disabled" {
		return errs.Bad("user_id", "client.error.share_user")
	}
	var c Client
	if s.ClientID != 0 {
		if err := record.Get(ctx, tx, &c, int64(s.ClientID)); err != nil {
			return err
		}
	}
	if old == nil && s.ClientID != 0 && int64(c.AdvisorID) == s.UserID {
		return errs.Bad("user_id", "client.error.share_self") // it would outlast their being the advisor, unseen
	}
	if tx.Actor.Scope == db.Agency || int64(s.AdvisorID) == tx.Actor.UserID && s.AdvisorID != 0 {
		return nil
	}
	if s.ClientID != 0 {
		if int64(c.AdvisorID) == tx.Actor.UserID || (tx.Actor.Scope == db.Branch && int64(c.BranchID) == tx.Actor.BranchID) {
			return nil
		}
	}
	return errs.New(errs.Forbidden, "client.error.share_forbidden")
}

// Comment is an internal remark on a record (R020).
type Comment struct {
	record.Base
	OwnerKind string `db:"owner_kind" history:"-"`
	OwnerID   int64  `db:"owner_id" history:"-"`
	Text      string `db:"text" history:"track" need:"client.internal"`
}

// Table names the table and the kind.
func (*Comment) Table() string { return "comment" }

// Roots shows a comment in the history of the record. It has no parents: who may
// see the agency section may comment without changing the record.
func (c *Comment) Roots() []record.Ref { return []record.Ref{{Kind: c.OwnerKind, ID: c.OwnerID}} }

// Check tidies c.
func (c *Comment) Check() error {
	var bad errs.Collect
	c.Text = strings.TrimSpace(c.Text)
	bad.OneOf("owner_kind", c.OwnerKind, "client", "traveler")
	bad.Required("text", c.Text)
	bad.MaxLen("text", c.Text, 10000)
	return bad.Err()
}

// Guard lets people comment only on what they see.
func (c *Comment) Guard(ctx context.Context, tx *db.Tx, _ record.Record) error {
	var one int64
	return tx.Row(ctx, "SELECT 1 FROM {"+c.OwnerKind+"} r WHERE r.id = $1", []any{c.OwnerID}, &one)
}

// Comments returns the internal comments of a record, newest first.
func Comments(ctx context.Context, tx *db.Tx, owner record.Ref) ([]Comment, error) {
	var out []Comment
	if !tx.Actor.May("client.internal") {
		return nil, nil
	}
	err := record.Select(ctx, tx, &out, "of $1 $2 ORDER BY r.id DESC", owner.Kind, owner.ID)
	return out, err
}

// Type is a customer type: a list that the agency keeps (R071-R073).
type Type struct {
	record.Base
	Code      string `db:"code" history:"track"` // one character where possible (L26)
	Name      string `db:"name" history:"track"`
	Excluded  bool   `db:"excluded" history:"track"`   // R073: in lists only on request
	DefaultOf string `db:"is_default" history:"track"` // personal, corporate or ""
	Active    bool   `db:"active" history:"track"`
}

// Table names the table and the kind.
func (*Type) Table() string { return "customer_type" }

// Unique names the field of a violated constraint.
func (*Type) Unique(string) string { return "code" }

// Check tidies t and reports what is wrong with it.
func (t *Type) Check() error {
	var c errs.Collect
	t.Code, t.Name = strings.ToUpper(strings.TrimSpace(t.Code)), strings.TrimSpace(t.Name)
	c.Required("code", t.Code)
	c.Required("name", t.Name)
	c.MaxLen("code", t.Code, 4)
	c.MaxLen("name", t.Name, 60)
	c.OneOf("is_default", t.DefaultOf, "", "personal", "corporate")
	return c.Err()
}

// Guard keeps one default per kind of client.
func (t *Type) Guard(ctx context.Context, tx *db.Tx, _ record.Record) error {
	if t.DefaultOf == "" {
		return nil
	}
	var others []Type
	if err := record.Select(ctx, tx, &others, "WHERE r.is_default = $1 AND r.id <> $2", t.DefaultOf, t.ID); err != nil {
		return err
	}
	for i := range others {
		o := &others[i]
		if err := record.Edit(ctx, tx, o, o.ID, 0, func() error { o.DefaultOf = ""; return nil }); err != nil {
			return err
		}
	}
	return nil
}

// Types returns the customer types by code.
func Types(ctx context.Context, tx *db.Tx) ([]Type, error) {
	var out []Type
	err := record.Select(ctx, tx, &out, "ORDER BY r.code")
	return out, err
}

// DefaultType returns the type that new clients of a kind get, 0 if none is set.
func DefaultType(ctx context.Context, tx *db.Tx, kind string) (db.Ref, error) {
	types, err := Types(ctx, tx)
	for _, t := range types {
		if t.DefaultOf == kind && t.Active {
			return db.Ref(t.ID), err
		}
	}
	return 0, err
}

// SearchText is all that the search box finds a client by: its names, code and
// keys, its communications, and the names of its travelers with theirs.
func (c *Client) SearchText(comms []contact.Communication, people []string, ids []InterfaceID) string {
	parts := []string{c.NameKey, fold.Key(strings.ReplaceAll(c.Name, "/", " ")), fold.Key(c.LegalName), strings.ToLower(c.Code), fold.Key(c.Contact)}
	for _, i := range ids {
		parts = append(parts, strings.ToLower(i.Value))
	}
	seen := map[string]bool{}
	var words []string
	for _, part := range append(append(parts, contact.Found(comms)...), people...) {
		for _, w := range strings.Fields(part) {
			if !seen[w] {
				seen[w] = true
				words = append(words, w)
			}
		}
	}
	return strings.Join(words, " ")
}

// derive computes what lists show and the search box finds. A phone or e-mail of
// the client stands first, then the primary traveler's (R045).
func derive(ctx context.Context, tx *db.Tx, id int64) (record.Derived, error) {
	var c Client
	if err := record.GetAny(ctx, tx, &c, id); err != nil {
		if errs.Is(err, errs.NotFound) {
			return nil, nil // removed meanwhile
		}
		return nil, err
	}
	comms, err := contact.Of(ctx, tx, record.Ref{Kind: "client", ID: id})
	if err != nil {
		return nil, err
	}
	ids, err := InterfaceIDs(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	d := record.Derived{"phone": contact.First(comms, "phone"), "email": contact.First(comms, "email")}
	var people []string
	err = tx.Each(ctx, `SELECT t.search, t.phone, t.email FROM {client_traveler} l JOIN {traveler} t ON t.id = l.traveler_id
		WHERE l.client_id = $1 ORDER BY CASE WHEN l.is_primary THEN 0 ELSE 1 END, l.position, l.id`, []any{id}, func(rows db.Rows) error {
		var text, phone, email string
		err := rows.Scan(&text, &phone, &email)
		people = append(people, text)
		d["phone"], d["email"] = or(d["phone"].(string), phone), or(d["email"].(string), email)
		return err
	})
	if err != nil {
		return nil, err
	}
	addr, err := contact.AddressesOf(ctx, tx, record.Ref{Kind: "client", ID: id})
	if err != nil {
		return nil, err
	}
	d["city"], d["city_key"], d["country"] = "", "", ""
	if len(addr) > 0 {
		d["city"], d["city_key"], d["country"] = addr[0].City, fold.Fold(addr[0].City), addr[0].Country
	}
	d["search"], d["no_traveler"] = c.SearchText(comms, people, ids), len(people) == 0
	return d, nil
}
