package traveler

import (
	"context"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/list"
)

const (
	// reached picks the travelers with a communication of one type.
	reached = `t.id IN (SELECT m.owner_id FROM {communication} m WHERE m.owner_kind = 'traveler' AND %s)`
	tagged  = `t.id IN (SELECT k.owner_id FROM {tag_link} k WHERE k.owner_kind = 'traveler' AND %s)`
)

// List is the traveler list with the default filters of L03.
var List = list.Def{
	Name: "traveler", From: "{traveler} t", ID: "t.id", Tie: "t.name_key", Sort: "family",
	Filters: []string{"family", "given", "email", "phone", "tag"},
	Columns: []string{"family", "given", "birth_date", "phone", "email", "nationality", "clients"},
	Fields: []list.Field{
		{Key: "family", Kind: list.Text, SQL: "t.name_key", Show: "t.family", Sort: "t.name_key", Folded: true, Index: "traveler_fts"},
		{Key: "given", Kind: list.Text, SQL: "t.given_key", Show: "t.given", Sort: "t.given_key", Folded: true, Index: "traveler_fts"},
		{Key: "middle", Kind: list.Text, SQL: "t.middle", Sort: "t.middle"},
		{Key: "preferred", Kind: list.Text, SQL: "t.preferred", Sort: "t.preferred"},
		{Key: "phone", Kind: list.Text, SQL: "m.norm", Where: reached, Show: "t.phone", Sort: "t.phone"},
		{Key: "email", Kind: list.Text, SQL: "m.norm", Where: reached, Show: "t.email", Sort: "t.email"},
		{Key: "birth_date", Kind: list.Date, SQL: "t.birth_date", Sort: "t.birth_date"},
		{Key: "sex", Kind: list.Choice, SQL: "t.sex", Sort: "t.sex", Choices: Sexes},
		{Key: "nationality", Kind: list.Text, SQL: "t.nationality", Sort: "t.nationality"},
		{Key: "company", Kind: list.Text, SQL: "t.company", Sort: "t.company"},
		{Key: "occupation", Kind: list.Text, SQL: "t.occupation", Sort: "t.occupation"},
		{Key: "clients", Kind: list.Text, SQL: `coalesce((SELECT min(c.name) FROM {client_traveler} l JOIN {client} c ON c.id = l.client_id
			WHERE l.traveler_id = t.id), '')`},
		{Key: "tag", Kind: list.Choice, SQL: "k.tag_id", Where: tagged, NoShow: true, Numeric: true, Options: tagOptions},
		{Key: "created", Kind: list.Stamp, SQL: "t.created_at", Sort: "t.created_at"},
		{Key: "updated", Kind: list.Stamp, SQL: "t.updated_at", Sort: "t.updated_at"},
	},
}

func tagOptions(ctx context.Context, tx *db.Tx) (out []list.Option, err error) {
	err = tx.Each(ctx, "SELECT CAST(g.id AS text), g.name FROM {tag} g WHERE g.active ORDER BY g.name_key", nil, func(rows db.Rows) error {
		var o list.Option
		err := rows.Scan(&o.Value, &o.Label)
		out = append(out, o)
		return err
	})
	return out, err
}
