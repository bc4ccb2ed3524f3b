package traveler

import (
	"context"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/list"
)

// sides are the relations once from each side: who has it, to whom, and what the other
// is.
const sides = `(SELECT x.id, x.a_id AS me, x.b_id AS other, x.b_is AS kind, x.from_date, x.to_date, x.note FROM {relation} x
	UNION ALL SELECT x.id, x.b_id, x.a_id, x.a_is, x.from_date, x.to_date, x.note FROM {relation} x) r JOIN {traveler} o ON o.id = r.other`

// RelationList are the fields by which travelers can be asked for by whom they are
// related to.
var RelationList = list.Def{
	Name: "relation", From: sides, ID: "r.id", Sort: "name",
	Fields: []list.Field{
		{Key: "kind", Kind: list.Choice, SQL: "r.kind", Choices: RelationCodes, Quick: true},
		{Key: "own", Kind: list.Choice, SQL: "r.kind", Options: ownKinds, Quick: true},
		{Key: "name", Kind: list.Text, SQL: "o.name_key", Show: "o.family", Sort: "o.name_key", Folded: true},
		{Key: "birth_date", Kind: list.Date, SQL: "o.birth_date", Sort: "o.birth_date", MonthDay: "o.birth_md"},
		{Key: "from", Kind: list.Date, SQL: "r.from_date"},
		{Key: "to", Kind: list.Date, SQL: "r.to_date"},
		{Key: "note", Kind: list.Text, SQL: "r.note", Loose: true},
	},
}

// ownKinds are the agency's own kinds, both sides of each.
func ownKinds(ctx context.Context, tx *db.Tx) (out []list.Option, err error) {
	all, err := Kinships(ctx, tx)
	for _, k := range all {
		if !k.Own() {
			continue
		}
		if out = append(out, list.Option{Value: k.Code, Label: k.Name}); !k.Alike() {
			out = append(out, list.Option{Value: k.Inverse, Label: k.InverseName})
		}
	}
	return out, err
}
