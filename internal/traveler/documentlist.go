package traveler

import "github.com/carnetcrm/carnet/internal/list"

// The fields by which travelers, and through them clients, can be asked for by their
// documents (R030, R111). Numbers are sealed: nobody looks for them here.
var (
	PassportList = list.Def{
		Name: "passport", From: "{passport} d", ID: "d.id", Sort: "expires",
		Fields: []list.Field{
			{Key: "expires", Kind: list.Date, SQL: "d.expires", Sort: "d.expires", Quick: true},
			{Key: "country", Kind: list.Text, SQL: "d.country", As: "country", Quick: true},
			{Key: "type", Kind: list.Choice, SQL: "d.type", Choices: PassportTypes},
			{Key: "status", Kind: list.Choice, SQL: "d.status", Choices: PassportStatuses},
			{Key: "issued", Kind: list.Date, SQL: "d.issued"},
			{Key: "nationality", Kind: list.Text, SQL: "d.nationality", As: "country"},
			{Key: "primary", Kind: list.Bool, SQL: "d.is_primary"},
			{Key: "verified", Kind: list.Bool, SQL: "(d.verified_at IS NOT NULL)"},
		},
	}
	VisaList = list.Def{
		Name: "visa", From: "{visa} d", ID: "d.id", Sort: "expires",
		Fields: []list.Field{
			{Key: "country", Kind: list.Text, SQL: "d.country", As: "country", Quick: true},
			{Key: "expires", Kind: list.Date, SQL: "d.expires", Sort: "d.expires", Quick: true},
			{Key: "valid_from", Kind: list.Date, SQL: "d.valid_from"},
			{Key: "type", Kind: list.Choice, SQL: "d.type", Choices: VisaTypes},
			{Key: "entries", Kind: list.Choice, SQL: "d.entries", Choices: VisaEntries},
		},
	}
	OtherDocumentList = list.Def{
		Name: "other_document", From: "{other_document} d", ID: "d.id", Sort: "expires",
		Fields: []list.Field{
			{Key: "kind", Kind: list.Choice, SQL: "d.kind", Choices: OtherKinds, Quick: true},
			{Key: "expires", Kind: list.Date, SQL: "d.expires", Sort: "d.expires", Quick: true},
			{Key: "country", Kind: list.Text, SQL: "d.country", As: "country"},
			{Key: "name", Kind: list.Text, SQL: "d.name", Loose: true},
			{Key: "issuer", Kind: list.Text, SQL: "d.issuer", Loose: true},
			{Key: "issued", Kind: list.Date, SQL: "d.issued"},
		},
	}
)
