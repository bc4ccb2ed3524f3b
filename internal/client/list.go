package client

import (
	"context"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/clientlist"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// List is the client list (R108, R109): its columns, filters and sorting.
var List = list.Def{
	Name: "client", From: "{client} c", ID: "c.id", Tie: "c.name_key", Sort: "name",
	Filters: []string{"name", "kind", "branch", "advisor"},
	Columns: []string{"name", "phone", "email", "advisor", "branch", "segment", "city"},
	Drive:   []string{"advisor", "branch", "customer_type", "segment", "classification", "kind", "status"},
	Fields: []list.Field{
		{Key: "name", Kind: list.Text, SQL: "c.name_key", Show: "c.name", Sort: "c.name_key", Folded: true, Keyed: true, Index: "client_fts", Within: "client_within_fts", Indexed: true},
		{Key: "code", Kind: list.Text, SQL: "c.code", Sort: "c.code", Loose: true},
		{Key: "kind", Kind: list.Choice, SQL: "c.kind", Sort: "c.kind", Choices: Kinds, Grouped: true},
		{Key: "segment", Kind: list.Choice, SQL: "c.segment", Sort: "c.segment", Choices: Segments, Grouped: true, Bulk: "segment"},
		{Key: "classification", Kind: list.Choice, SQL: "c.classification", Sort: "c.classification", Choices: Classifications, Grouped: true,
			Bulk: "classification"},
		{Key: "status", Kind: list.Choice, SQL: "c.status", Sort: "c.status", Choices: Statuses, Grouped: true, Bulk: "status"},
		{Key: "customer_type", Kind: list.Choice, SQL: "c.customer_type_id", Sort: "c.customer_type_id", Numeric: true, Options: typeOptions,
			Show: "(SELECT y.name FROM {customer_type} y WHERE y.id = c.customer_type_id)", Grouped: true, Bulk: "customer_type_id"},
		{Key: "language", Kind: list.Text, SQL: "c.language", Sort: "c.language", As: "language", Bulk: "language"},
		{Key: "currency", Kind: list.Text, SQL: "c.currency", Sort: "c.currency", Loose: true, Bulk: "currency"},
		{Key: "payment_form", Kind: list.Choice, SQL: "c.payment_form", Sort: "c.payment_form", Choices: PaymentForms, Bulk: "payment_form"},
		{Key: "anniversary", Kind: list.Date, SQL: "c.anniversary", Sort: "c.anniversary", MonthDay: "c.anniversary_md"},
		{Key: "tag", Kind: list.Choice, SQL: "k.tag_id", NoShow: true, Numeric: true, Options: tag.Options(""), Known: tag.Known, Quick: true, Bulk: "tags",
			Via: tag.Related("client", "")},
		{Key: "attribute", Kind: list.Choice, SQL: "k.tag_id", NoShow: true, Numeric: true, Options: tag.Options("attribute"), Known: tag.Known, Quick: true, Via: tag.Related("client", "attribute")},
		{Key: "interest", Kind: list.Choice, SQL: "k.tag_id", NoShow: true, Numeric: true, Options: tag.Options("interest"), Known: tag.Known, Quick: true, Via: tag.Related("client", "interest")},
		{Key: "marketing", Kind: list.Area, NoShow: true, Offered: tag.Member, Area: &list.Related{From: "{marketing_link} q", Owner: "q.client_id", Def: &tag.MarkList}},
		{Key: clientlist.Key, Kind: list.Choice, SQL: "g.list_id", NoShow: true, Numeric: true, Quick: true, Options: clientlist.Options, Expand: clientlist.Expand,
			Via: &list.Related{From: "{client_list_member} g", Owner: "g.client_id", Once: true}},
		{Key: "travelers", Kind: list.Number, Group: "traveler", SQL: "(SELECT count(*) FROM {client_traveler} l WHERE l.client_id = c.id)"},
		{Key: "traveler", Kind: list.Area, Group: "traveler", NoShow: true,
			Area: &list.Related{From: "{client_traveler} l JOIN {traveler} t ON t.id = l.traveler_id", Owner: "l.client_id", Def: &traveler.List,
				Near: "{traveler} t", NearOwner: "t.only_client_id", NearKey: "t.only_client_key", None: "c.no_traveler"}},
		{Key: "phone", Kind: list.Text, Group: "reach", SQL: "c.phone", Sort: "c.phone", As: "phone", Reach: true},
		{Key: "email", Kind: list.Text, Group: "reach", SQL: "c.email", Sort: "c.email", Loose: true},
		{Key: "city", Kind: list.Text, Group: "reach", SQL: "c.city_key", Show: "c.city", Sort: "c.city_key", Folded: true, Indexed: true, Tied: true},
		{Key: "country", Kind: list.Text, Group: "reach", SQL: "c.country", Sort: "c.country", As: "country"},
		{Key: "communication", Kind: list.Area, Group: "reach", NoShow: true,
			Area: &list.Related{From: "{communication} m", Owner: "m.owner_id", Cond: "m.owner_kind = 'client'", Def: &contact.CommunicationList}},
		{Key: "address", Kind: list.Area, Group: "reach", NoShow: true,
			Area: &list.Related{From: "{address} a", Owner: "a.owner_id", Cond: "a.owner_kind = 'client'", Def: &contact.AddressList}},
		{Key: "advisor", Kind: list.Choice, Group: "agency", SQL: "c.advisor_id", Sort: "c.advisor_id", Numeric: true, Options: advisorOptions, Grouped: true,
			Show: "(SELECT u.name FROM {user} u WHERE u.id = c.advisor_id)", Bulk: "advisor_id"},
		{Key: "branch", Kind: list.Choice, Group: "agency", SQL: "c.branch_id", Sort: "c.branch_id", Numeric: true, Options: branchOptions, Grouped: true,
			Show: "(SELECT b.name FROM {branch} b WHERE b.id = c.branch_id)", Bulk: "branch_id"},
		{Key: "source_medium", Kind: list.Choice, Group: "agency", SQL: "c.source_medium", Sort: "c.source_medium", Choices: SourceMedia, Need: "client.internal",
			Bulk: "source_medium"},
		{Key: "created", Kind: list.Stamp, Group: "agency", SQL: "c.created_at", Sort: "c.created_at", Indexed: true},
		{Key: "updated", Kind: list.Stamp, Group: "agency", SQL: "c.updated_at", Sort: "c.updated_at", Indexed: true},
	},
	Extra: field.Extra("client", "c"),
	// R073: accounts of an excluded customer type appear only on request.
	Implicit:       "(c.customer_type_id IS NULL OR c.customer_type_id NOT IN (SELECT y.id FROM {customer_type} y WHERE y.excluded))",
	ImplicitUnless: "customer_type",
}

// Travelers can be asked for by their clients, too (R111). They are the earlier
// package, so the area is added here.
func init() {
	traveler.List.Fields = append(traveler.List.Fields, list.Field{Key: "client", Kind: list.Area, Group: "client", NoShow: true,
		Area: &list.Related{From: "{client_traveler} l JOIN {client} c ON c.id = l.client_id", Owner: "l.traveler_id", Def: &List}})
}

func advisorOptions(ctx context.Context, tx *db.Tx) ([]list.Option, error) {
	return list.Settled(ctx, tx, "SELECT CAST(u.id AS text), u.name FROM {user} u WHERE u.role <> $1 ORDER BY u.name_key, u.id", agency.Auditor)
}

func branchOptions(ctx context.Context, tx *db.Tx) ([]list.Option, error) {
	return list.Settled(ctx, tx, "SELECT CAST(b.id AS text), b.name FROM {branch} b ORDER BY b.name, b.id")
}

func typeOptions(ctx context.Context, tx *db.Tx) ([]list.Option, error) {
	return list.Settled(ctx, tx, "SELECT CAST(y.id AS text), y.name FROM {customer_type} y ORDER BY y.name, y.id")
}
