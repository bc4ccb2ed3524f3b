package traveler

import (
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/tag"
)

// reached are the communications of a type that a traveler is reached by.
func reached(kind string) *list.Related {
	return &list.Related{From: "{communication} m", Owner: "m.owner_id", Cond: "m.owner_kind = 'traveler' AND m.type = '" + kind + "'"}
}

// List is the traveler list with the default filters of L03.
var List = list.Def{
	Name: "traveler", From: "{traveler} t", ID: "t.id", Tie: "t.name_key", Sort: "family",
	Filters: []string{"family", "given", "email", "phone", "tag"},
	Columns: []string{"family", "given", "birth_date", "phone", "email", "nationality", "clients"},
	Extra:   field.Extra("traveler", "t"),
	Fields: []list.Field{
		{Key: "family", Kind: list.Text, SQL: "t.family", Sort: "t.name_key", Loose: true, Among: "t.name_key", Index: "traveler_fts", Indexed: true},
		{Key: "given", Kind: list.Text, SQL: "t.given", Sort: "t.given_key", Loose: true, Among: "t.given_key", Index: "traveler_fts", Indexed: true},
		{Key: "middle", Kind: list.Text, SQL: "t.middle", Sort: "t.middle", Loose: true},
		{Key: "preferred", Kind: list.Text, SQL: "t.preferred", Sort: "t.preferred", Loose: true},
		{Key: "birth_date", Kind: list.Date, SQL: "t.birth_date", Sort: "t.birth_date", MonthDay: "t.birth_md", Indexed: true, Near: true},
		{Key: "sex", Kind: list.Choice, SQL: "t.sex", Sort: "t.sex", Choices: Sexes},
		{Key: "nationality", Kind: list.Text, SQL: "t.nationality", Sort: "t.nationality", As: "countries", Bulk: "nationality"},
		{Key: "residence", Kind: list.Text, SQL: "t.residence", Sort: "t.residence", As: "country", Bulk: "residence"},
		{Key: "languages", Kind: list.Text, SQL: "t.languages", Sort: "t.languages", As: "language", Bulk: "languages"},
		{Key: "company", Kind: list.Text, SQL: "t.company", Sort: "t.company", Loose: true, Bulk: "company"},
		{Key: "occupation", Kind: list.Text, SQL: "t.occupation", Sort: "t.occupation", Loose: true, Bulk: "occupation"},
		{Key: "do_not_contact", Kind: list.Bool, SQL: "t.do_not_contact", Bulk: "do_not_contact"},
		{Key: "tag", Kind: list.Choice, SQL: "k.tag_id", NoShow: true, Numeric: true, Options: tag.Options(""), Known: tag.Known, Quick: true, Bulk: "tags",
			Via: tag.Related("traveler", "")},
		{Key: "interest", Kind: list.Choice, SQL: "k.tag_id", NoShow: true, Numeric: true, Options: tag.Options("interest"), Known: tag.Known, Quick: true, Via: tag.Related("traveler", "interest")},
		{Key: "phone", Kind: list.Text, Group: "reach", SQL: "m.norm", Via: reached("phone"), Show: "t.phone", Sort: "t.phone", As: "phone", Quick: true, Reach: true},
		{Key: "email", Kind: list.Text, Group: "reach", SQL: "m.norm", Via: reached("email"), Show: "t.email", Sort: "t.email", Quick: true, Reach: true, Index: "traveler_fts"},
		{Key: "communication", Kind: list.Area, Group: "reach", NoShow: true,
			Area: &list.Related{From: "{communication} m", Owner: "m.owner_id", Cond: "m.owner_kind = 'traveler'", Def: &contact.CommunicationList}},
		{Key: "address", Kind: list.Area, Group: "reach", NoShow: true,
			Area: &list.Related{From: "{address} a", Owner: "a.owner_id", Cond: "a.owner_kind = 'traveler'", Def: &contact.AddressList}},
		{Key: "relation", Kind: list.Area, Group: "relation", NoShow: true, Area: &list.Related{From: sides, Owner: "r.me", Def: &RelationList}},
		{Key: "passport_expires", Kind: list.Date, Group: "documents", SQL: "t.passport_expires", Sort: "t.passport_expires", Indexed: true},
		{Key: "passport_country", Kind: list.Text, Group: "documents", SQL: "d.country", NoShow: true, As: "country", Quick: true,
			Via: &list.Related{From: "{passport} d", Owner: "d.traveler_id"}},
		{Key: "visa_country", Kind: list.Text, Group: "documents", SQL: "d.country", NoShow: true, As: "country", Quick: true,
			Via: &list.Related{From: "{visa} d", Owner: "d.traveler_id"}},
		{Key: "document_kind", Kind: list.Choice, Group: "documents", SQL: "d.kind", NoShow: true, Choices: OtherKinds, Quick: true,
			Via: &list.Related{From: "{other_document} d", Owner: "d.traveler_id"}},
		{Key: "passport", Kind: list.Area, Group: "documents", NoShow: true, Area: &list.Related{From: "{passport} d", Owner: "d.traveler_id", Def: &PassportList}},
		{Key: "visa", Kind: list.Area, Group: "documents", NoShow: true, Area: &list.Related{From: "{visa} d", Owner: "d.traveler_id", Def: &VisaList}},
		{Key: "document", Kind: list.Area, Group: "documents", NoShow: true,
			Area: &list.Related{From: "{other_document} d", Owner: "d.traveler_id", Def: &OtherDocumentList}},
		{Key: "clients", Kind: list.Text, Group: "client", Loose: true, SQL: `coalesce((SELECT min(c.name) FROM {client_traveler} l JOIN {client} c ON c.id = l.client_id
			WHERE l.traveler_id = t.id), '')`},
		{Key: "created", Kind: list.Stamp, Group: "agency", SQL: "t.created_at", Sort: "t.created_at", Indexed: true},
		{Key: "updated", Kind: list.Stamp, Group: "agency", SQL: "t.updated_at", Sort: "t.updated_at", Indexed: true},
	},
}
