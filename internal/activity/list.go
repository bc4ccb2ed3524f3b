package activity

import (
	"context"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/option"
)

// accounts are the clients that an activity belongs to: the one that it happened with, or
// those of the travelers with whom it happened or who were there.
const accounts = `(SELECT x.id AS activity_id, x.owner_id AS client_id FROM {activity} x WHERE x.owner_kind = 'client'
	UNION ALL SELECT x.id, l.client_id FROM {activity} x JOIN {client_traveler} l ON l.traveler_id = x.owner_id WHERE x.owner_kind = 'traveler'
	UNION ALL SELECT p.activity_id, l.client_id FROM {activity_person} p JOIN {client_traveler} l ON l.traveler_id = p.traveler_id) w`

// involved are the travelers of an activity: the one that it happened with, and those who
// were there.
const involved = `(SELECT x.id AS activity_id, x.owner_id AS traveler_id FROM {activity} x WHERE x.owner_kind = 'traveler'
	UNION ALL SELECT p.activity_id, p.traveler_id FROM {activity_person} p) i`

// there are the names of those who were there, the agency's travelers and then others.
const (
	known = `coalesce((SELECT string_agg(n.name, ', ') FROM (SELECT CASE WHEN t.given = '' THEN t.family ELSE t.given || ' ' || t.family END AS name
	FROM {activity_person} p JOIN {traveler} t ON t.id = p.traveler_id WHERE p.activity_id = a.id ORDER BY p.id) n), '')`
	there = `(` + known + ` || CASE WHEN a.persons <> '' AND EXISTS (SELECT 1 FROM {activity_person} p WHERE p.activity_id = a.id) THEN ', ' ELSE '' END || a.persons)`
)

// ownerName is what the record that it happened with is called.
const ownerName = `CASE WHEN a.owner_kind = 'client' THEN (SELECT c.name FROM {client} c WHERE c.id = a.owner_id)
	ELSE (SELECT CASE WHEN t.given = '' THEN t.family ELSE t.family || '/' || t.given END FROM {traveler} t WHERE t.id = a.owner_id) END`

// List is the list of activities (R128): each column sorts.
var List = list.Def{
	Name: "activity", From: "{activity} a", ID: "a.id", Sort: "-at",
	Filters: []string{"client", "type", "subject", "by"},
	Columns: []string{"subject", "type", "at", "owner", "persons", "by", "result", "follow_due"},
	Fields: []list.Field{
		{Key: "subject", Kind: list.Text, SQL: "a.subject", Sort: "a.subject", Loose: true},
		{Key: "type", Kind: list.Choice, SQL: "a.type", Sort: "a.type", Listed: types},
		{Key: "direction", Kind: list.Choice, SQL: "a.direction", Sort: "a.direction", Choices: Directions},
		{Key: "at", Kind: list.Stamp, SQL: "a.at", Sort: "a.at", Indexed: true},
		{Key: "minutes", Kind: list.Number, SQL: "a.minutes", Sort: "a.minutes"},
		{Key: "owner", Kind: list.Text, SQL: "coalesce(" + ownerName + ", '')", Sort: "coalesce(" + ownerName + ", '')", Loose: true},
		{Key: "client", Kind: list.Number, SQL: "w.client_id", NoShow: true, Quick: true, Via: &list.Related{From: accounts, Owner: "w.activity_id"}},
		{Key: "traveler", Kind: list.Number, SQL: "i.traveler_id", NoShow: true, Quick: true, Via: &list.Related{From: involved, Owner: "i.activity_id"}},
		{Key: "by", Kind: list.Choice, SQL: "a.created_by", Sort: "coalesce(a.created_by, 0)", Numeric: true, Options: people,
			Show: "coalesce((SELECT u.name FROM {user} u WHERE u.id = a.created_by), '')"},
		{Key: "persons", Kind: list.Text, SQL: there, Sort: there, Loose: true},
		{Key: "result", Kind: list.Text, SQL: "a.result", Sort: "a.result", Loose: true},
		{Key: "text", Kind: list.Text, SQL: "a.text", Loose: true},
		{Key: "private", Kind: list.Bool, SQL: "a.private"},
		{Key: "follow_due", Kind: list.Date, SQL: "a.follow_due", Sort: "a.follow_due"},
		{Key: "follow_note", Kind: list.Text, SQL: "a.follow_note", Loose: true},
	},
}

// types are the types of activities in a language, those that are switched off too.
func types(ctx context.Context, tx *db.Tx, lang string) (out []list.Option, err error) {
	set, err := option.Load(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, v := range set.All(ListOfTypes) {
		out = append(out, list.Option{Value: v.Code, Label: v.Label(i18n.For(lang))})
	}
	return out, nil
}

func people(ctx context.Context, tx *db.Tx) ([]list.Option, error) {
	return list.Settled(ctx, tx, "SELECT CAST(u.id AS text), u.name FROM {user} u ORDER BY u.name_key, u.id")
}
