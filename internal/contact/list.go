package contact

import (
	"github.com/carnetcrm/carnet/internal/list"
)

// CommunicationList are the fields by which clients and travelers can be asked for by
// how they are reached (R111).
var CommunicationList = list.Def{
	Name: "communication", From: "{communication} m", ID: "m.id", Sort: "value",
	Fields: []list.Field{
		{Key: "type", Kind: list.Choice, SQL: "m.type", Choices: Types},
		{Key: "value", Kind: list.Text, SQL: "m.norm", Sort: "m.norm", Quick: true, Reach: true},
		{Key: "sub_type", Kind: list.Text, SQL: "m.sub_type", Loose: true},
		{Key: "description", Kind: list.Text, SQL: "m.description", Loose: true},
		{Key: "permit_marketing", Kind: list.Bool, SQL: "m.permit_marketing"},
	},
}

// AddressList are the fields by which clients and travelers can be asked for by where
// they live (R111).
var AddressList = list.Def{
	Name: "address", From: "{address} a", ID: "a.id", Sort: "city",
	Fields: []list.Field{
		{Key: "kind", Kind: list.Choice, SQL: "a.kind", Choices: []string{"physical", "mailing"}},
		{Key: "city", Kind: list.Text, SQL: "a.city", Sort: "a.city", Loose: true},
		{Key: "postal_code", Kind: list.Text, SQL: "a.postal_code", Loose: true},
		{Key: "street", Kind: list.Text, SQL: "a.street", Loose: true},
		{Key: "region", Kind: list.Text, SQL: "a.region", Loose: true},
		{Key: "country", Kind: list.Text, SQL: "a.country", As: "country"},
		{Key: "permit_marketing", Kind: list.Bool, SQL: "a.permit_marketing"},
	},
}
