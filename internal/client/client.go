// Package client keeps the accounts that buy, pay and are written to: persons,
// families, groups and companies, and which travelers belong to each.
package client

import (
	"context"
	"strings"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/record"
)

// Who sees a client: its advisor, those it is shared with, alone or together with
// all clients of its advisor (R099-R102); with the scope of the branch also the
// people of its branch. The rules of what hangs on a client ask for the one client
// (EXISTS): IN would gather everything that the actor sees first, and so would
// PostgreSQL without the OFFSET 0.
const (
	mine   = `advisor_id = :user`
	shared = `id IN (SELECT s.client_id FROM {share.all} s WHERE s.user_id = :user AND s.client_id IS NOT NULL)`
	theirs = `advisor_id IN (SELECT s.advisor_id FROM {share.all} s WHERE s.user_id = :user AND s.advisor_id IS NOT NULL)`
	near   = `branch_id = :branch`
	// theirs by way of the ids: to have the order of names, SQLite would else walk
	// everybody's and look for the few advisors among them.
	ofOthers = `id IN (SELECT x.id FROM {client.all} x WHERE x.deleted_at IS NULL AND x.` + theirs + `)`
	own      = "+" + mine + " OR +" + shared + " OR +" + theirs
	branch   = "+" + near + " OR " + own
	edit     = `+advisor_id = :user
	OR +id IN (SELECT s.client_id FROM {share.all} s WHERE s.user_id = :user AND s.can_edit AND s.client_id IS NOT NULL)
	OR +advisor_id IN (SELECT s.advisor_id FROM {share.all} s WHERE s.user_id = :user AND s.can_edit AND s.advisor_id IS NOT NULL)`
	withClient = `{client has client_id}`
	editClient = `{client.edit has client_id}`
)

// Tables are the tenant tables of this package.
var Tables = []db.Table{
	{Name: "client", Trash: true, Index: "client_fts", Within: "client_within_fts", Ordered: true,
		View: db.Rule{Own: own, Branch: branch, OwnWays: []string{mine, shared, ofOthers}, BranchWays: []string{near, mine, shared, ofOthers}},
		Edit: db.Rule{Own: edit, Branch: "+" + near + " OR " + edit, Need: "client.edit"}},
	{Name: "client_traveler", Of: "client_id",
		View: db.Rule{Own: withClient, Branch: withClient},
		Edit: db.Rule{Own: editClient, Branch: editClient, Need: "client.edit"}},
	{Name: "interface_id", Of: "client_id",
		View: db.Rule{Own: withClient, Branch: withClient},
		Edit: db.Rule{Own: editClient, Branch: editClient, Need: "client.edit"}},
	cardTable,
	{Name: "share", // R021: part of the agency section
		View: db.Rule{Own: "user_id = :user OR advisor_id = :user OR " + withClient, Branch: "user_id = :user OR advisor_id = :user OR " + withClient, Need: "client.internal"},
		Edit: db.Rule{Own: sharable, Branch: sharableHere, Need: "client.share"}},
	{Name: "customer_type", Settled: true, View: db.Everybody, Edit: db.Everybody.With("type.manage")},
	{Name: "comment", Of: "owner",
		View: db.Rule{Own: commentRule, Branch: commentRule, Need: "client.internal"},
		Edit: db.Rule{Own: ownComment, Branch: ownComment, Agency: "created_by = :user", Need: "client.edit", Lift: "system"}},
}

// Advisors share their own clients, and who sees a branch those of the branch;
// reading A18: not onwards. With whom a client is shared can't end the others' shares.
const (
	sharable     = `advisor_id = :user OR EXISTS (SELECT 1 FROM {client} c WHERE c.id = client_id AND c.advisor_id = :user)`
	sharableHere = `advisor_id = :user OR EXISTS (SELECT 1 FROM {client} c WHERE c.id = client_id AND (c.advisor_id = :user OR c.branch_id = :branch))`
)

const commentRule = `{client has owner} OR {traveler has owner}`

// ownComment: a comment stays its author's word; nobody else rewrites or removes it.
const ownComment = `created_by = :user AND (` + commentRule + `)`

var _ = record.Register(
	record.Kind{Name: "client", New: func() record.Record { return new(Client) }, Derive: derive, Purge: sweep,
		Found: []string{"code", "name", "name_key", "legal_name", "contact"}},
	record.Kind{Name: "client_traveler", New: func() record.Record { return new(Link) }},
	record.Kind{Name: "interface_id", New: func() record.Record { return new(InterfaceID) }},
	record.Kind{Name: "share", New: func() record.Record { return new(Share) }, Hidden: true},
	record.Kind{Name: "customer_type", New: func() record.Record { return new(Type) }},
	record.Kind{Name: "comment", New: func() record.Record { return new(Comment) }, Hidden: true},
)

// The closed lists of a client.
var (
	Kinds           = []string{"personal", "corporate"}                              // R001
	Classifications = []string{"prospect", "client"}                                 // R062
	Segments        = []string{"regular", "temporary", "organiser", "vip_incentive"} // R067
	Statuses        = []string{"active", "inactive"}                                 // R002
	OwnerKinds      = []string{"agency", "agent"}                                    // R019
	SourceMedia     = []string{"client_referral", "employee", "walk_in", "web_form", "social_network", "advertising",
		"fair", "consortium", "supplier", "press", "newsletter", "old_database", "other"} // R022
)

// Client is the account: who buys, pays, is billed and written to.
type Client struct {
	record.Base
	Kind               string    `db:"kind" history:"track"`
	Code               string    `db:"code" history:"track"` // account code (R010)
	Name               string    `db:"name" history:"track"` // "Family/Given" or the company (R005)
	SortName           string    `db:"sort_name" history:"track"`
	NameKey            string    `db:"name_key" history:"-"`
	Search             string    `db:"search" history:"-" derived:"yes"`
	NoTraveler         bool      `db:"no_traveler" history:"-" derived:"yes"` // nobody travels on it, who isn't in the trash
	Classification     string    `db:"classification" history:"track"`
	Segment            string    `db:"segment" history:"track"`
	Status             string    `db:"status" history:"track"`
	CustomerType       db.Ref    `db:"customer_type_id" history:"track"`
	BranchID           db.Ref    `db:"branch_id" history:"track"`
	AdvisorID          db.Ref    `db:"advisor_id" history:"track"`
	OwnerKind          string    `db:"owner_kind" history:"track" need:"client.internal"`
	SourceMedium       string    `db:"source_medium" history:"track" need:"client.internal"`
	SourceDetail       string    `db:"source_detail" history:"track" need:"client.internal"`
	InformalSalutation string    `db:"informal_salutation" history:"track"` // R003
	FormalSalutation   string    `db:"formal_salutation" history:"track"`   // R003
	Anniversary        date.Date `db:"anniversary" history:"track"`
	AnniversaryMD      string    `db:"anniversary_md" history:"-"`
	AnniversaryNote    string    `db:"anniversary_note" history:"track"`
	Contact            string    `db:"contact" history:"track"`       // R009
	Memo               string    `db:"memo" history:"track"`          // R009
	Remarks            string    `db:"remarks" history:"track"`       // R015
	TravelPolicy       string    `db:"travel_policy" history:"track"` // R007; internal (R008)
	LegalName          string    `db:"legal_name" history:"track"`
	TaxID              string    `db:"tax_id" history:"track"`
	RegistrationNo     string    `db:"registration_no" history:"track"`
	Language           string    `db:"language" history:"track"`        // ISO 639
	Currency           string    `db:"currency" history:"track"`        // ISO 4217
	Phone              string    `db:"phone" history:"-" derived:"yes"` // what lists show
	Email              string    `db:"email" history:"-" derived:"yes"`
	City               string    `db:"city" history:"-" derived:"yes"`
	CityKey            string    `db:"city_key" history:"-" derived:"yes"`
	Country            string    `db:"country" history:"-" derived:"yes"`

	PaymentForm string `db:"payment_form" history:"track"`    // R058: one of PaymentForms
	DefaultCard db.Ref `db:"default_card_id" history:"track"` // R060: with form A or P

	Fields record.Bag `db:"fields" history:"track"` // the agency's own (W21)
}

// Table names the table and the kind.
func (*Client) Table() string { return "client" }

// Unique names the field of a violated constraint.
func (*Client) Unique(string) string { return "code" }

// MaxCode is the longest account code, in characters.
const MaxCode = 20

// Check tidies c, fills in what has a default and reports what is wrong with it.
func (c *Client) Check() error {
	var bad errs.Collect
	for path, s := range map[string]*string{"name": &c.Name, "sort_name": &c.SortName, "source_detail": &c.SourceDetail,
		"informal_salutation": &c.InformalSalutation, "formal_salutation": &c.FormalSalutation,
		"anniversary_note": &c.AnniversaryNote, "contact": &c.Contact, "legal_name": &c.LegalName,
		"tax_id": &c.TaxID, "registration_no": &c.RegistrationNo} {
		*s = strings.Join(strings.Fields(*s), " ")
		bad.MaxLen(path, *s, 300)
	}
	for path, s := range map[string]*string{"memo": &c.Memo, "remarks": &c.Remarks, "travel_policy": &c.TravelPolicy} {
		*s = strings.TrimSpace(*s)
		bad.MaxLen(path, *s, 20000)
	}
	fallback := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	fallback(&c.Kind, "personal")
	fallback(&c.Classification, "client")
	fallback(&c.Segment, "temporary") // R068
	fallback(&c.Status, "active")
	bad.Required("name", c.Name)
	bad.OneOf("kind", c.Kind, Kinds...)
	bad.OneOf("classification", c.Classification, Classifications...)
	bad.OneOf("segment", c.Segment, Segments...)
	bad.OneOf("status", c.Status, Statuses...)
	bad.OneOf("owner_kind", c.OwnerKind, append([]string{""}, OwnerKinds...)...)
	bad.OneOf("source_medium", c.SourceMedium, append([]string{""}, SourceMedia...)...)
	if c.Kind == "personal" && c.TravelPolicy != "" {
		bad.Add("travel_policy", "client.error.policy") // R007
	}
	c.NameKey = c.Key()
	c.CityKey = fold.Fold(c.City) // imports bring the city, and are not indexed one by one
	c.checkCodes(&bad)
	c.checkPayment(&bad)
	c.AnniversaryMD = ""
	if c.Anniversary != "" && !c.Anniversary.Valid() {
		bad.Add("anniversary", "error.date")
	} else if c.Anniversary != "" {
		c.AnniversaryMD = c.Anniversary.MonthDay()
	}
	return bad.Err()
}

// checkCodes looks at the account code, the language and the currency.
func (c *Client) checkCodes(bad *errs.Collect) {
	c.Code = strings.ToUpper(strings.TrimSpace(c.Code))
	if c.Code != "" && (len([]rune(c.Code)) < 2 || len([]rune(c.Code)) > MaxCode || strings.ContainsAny(c.Code, " \t/\\,;\"'<>")) {
		bad.Add("code", "client.error.code", "Max", MaxCode)
	}
	c.Language, c.Currency = strings.ToLower(strings.TrimSpace(c.Language)), strings.ToUpper(strings.TrimSpace(c.Currency))
	if c.Language != "" && (len(c.Language) < 2 || len(c.Language) > 8) {
		bad.Add("language", "error.language")
	}
	if c.Currency != "" && len(c.Currency) != 3 {
		bad.Add("currency", "error.currency")
	}
}

func or(a, b string) string {
	if strings.TrimSpace(a) != "" {
		return a
	}
	return b
}

// DemotionChecks are asked before a client becomes a prospect again. An area that
// books trips adds one that refuses with the reason (R064, reading A8).
var DemotionChecks []func(ctx context.Context, tx *db.Tx, clientID int64) error

// Guard applies the rules that need the database, on whatever way a change comes:
// code (R011), classification (R064, R065), assigning (R097, R098).
func (c *Client) Guard(ctx context.Context, tx *db.Tx, old record.Record) error {
	was, _ := old.(*Client)
	if was == nil {
		if err := c.complete(ctx, tx); err != nil {
			return err
		}
	} else if c.Code == "" {
		c.Code = was.Code
	}
	if err := c.guardAdvisor(ctx, tx, was); err != nil {
		return err
	}
	if err := c.guardPayment(ctx, tx, was); err != nil {
		return err
	}
	if was == nil || was.Classification == c.Classification {
		return nil
	}
	if c.Classification == "prospect" {
		for _, check := range DemotionChecks {
			if err := check(ctx, tx, c.ID); err != nil {
				return err
			}
		}
		return nil
	}
	ok, err := Reachable(ctx, tx, c.ID)
	if err == nil && !ok {
		return errs.Bad("classification", "client.error.no_contact") // R065
	}
	return err
}

// complete fills in what a new client gets when nobody said otherwise.
func (c *Client) complete(ctx context.Context, tx *db.Tx) (err error) {
	if c.OwnerKind == "" {
		c.OwnerKind = "agent"
	}
	if c.AdvisorID == 0 && c.OwnerKind == "agent" && tx.Actor.UserID != 0 {
		var may bool
		err := tx.Row(ctx, "SELECT u.has_clients FROM {user} u WHERE u.id = $1", []any{tx.Actor.UserID}, &may)
		if err != nil {
			return err
		}
		if may {
			c.AdvisorID = db.Ref(tx.Actor.UserID)
		}
	}
	if c.AdvisorID == 0 && c.OwnerKind == "agent" {
		c.OwnerKind = "agency"
	}
	if c.BranchID == 0 {
		c.BranchID = db.Ref(tx.Actor.BranchID)
	}
	if c.CustomerType == 0 {
		if c.CustomerType, err = DefaultType(ctx, tx, c.Kind); err != nil {
			return err
		}
	}
	if c.Code == "" {
		c.Code, err = FreeCode(ctx, tx, ProposeCode(c.Name, c.Phone))
	}
	return err
}

// guardAdvisor: administrators, managers and assistants give a client without an
// advisor one; only administrators take it from one and give it to another
// (R097, R098, reading A10). Who creates a client may keep it.
func (c *Client) guardAdvisor(ctx context.Context, tx *db.Tx, was *Client) error {
	before := db.Ref(0)
	if was != nil {
		before = was.AdvisorID
	}
	if before == c.AdvisorID {
		return nil
	}
	right, key := "client.reassign", "client.error.reassign"
	if before == 0 {
		right, key = "client.assign", "client.error.assign"
	}
	mine := was == nil && c.AdvisorID == db.Ref(tx.Actor.UserID)
	if !mine && !tx.Actor.May(right) {
		e := errs.Bad("advisor_id", key)
		e.Kind = errs.Forbidden
		return e
	}
	if c.AdvisorID == 0 {
		return nil
	}
	takes, err := tx.Memo(adviser(c.AdvisorID), func() (any, error) {
		var ok bool
		err := tx.Row(ctx, "SELECT u.has_clients AND u.status <> 'disabled' FROM {user} u WHERE u.id = $1", []any{c.AdvisorID}, &ok)
		if errs.Is(err, errs.NotFound) {
			err = nil
		}
		return ok, err
	})
	if err == nil && !takes.(bool) {
		return errs.Bad("advisor_id", "client.error.advisor")
	}
	return err
}

// adviser is the key under which a transaction that gives somebody many clients
// remembers whether they take any.
type adviser db.Ref

// Reachable reports whether a client has a contact method: a phone or e-mail of
// its own or of one of its travelers, or a traveler who is reached through a main
// traveler (R065, reading A9).
func Reachable(ctx context.Context, tx *db.Tx, id int64) (bool, error) {
	var n int64
	err := tx.Row(ctx, `SELECT count(*) FROM (
		SELECT 1 AS one FROM {communication} m WHERE m.owner_kind = 'client' AND m.owner_id = $1 AND m.type IN ('phone', 'email')
		UNION ALL
		SELECT 1 FROM {client_traveler} l JOIN {communication} m ON m.owner_kind = 'traveler' AND m.owner_id = l.traveler_id
			WHERE l.client_id = $1 AND m.type IN ('phone', 'email')
		UNION ALL
		SELECT 1 FROM {client_traveler} l JOIN {traveler} t ON t.id = l.traveler_id
			WHERE l.client_id = $1 AND t.main_traveler_id IS NOT NULL) x`, []any{id}, &n)
	return n > 0, err
}
