package document

import (
	"context"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/files"
	"github.com/carnetcrm/carnet/internal/list"
)

// Forms are the groups of types that a list tells apart.
var Forms = []string{"image", "pdf", "table", "text", "other", "link"}

// form says which group the row is of.
const form = `CASE WHEN f.kind = 'link' THEN 'link'
	WHEN f.type IN ('image/jpeg', 'image/png', 'image/gif', 'image/webp') THEN 'image'
	WHEN f.type = 'application/pdf' THEN 'pdf'
	WHEN f.type IN ('text/csv', 'application/vnd.ms-excel', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet') THEN 'table'
	WHEN f.type IN ('text/plain', 'text/vcard') THEN 'text' ELSE 'other' END`

// FormOf is the group of a type.
func (a *Attachment) FormOf() string {
	if a.Kind == Link {
		return "link"
	}
	switch a.Type {
	case files.JPEG, files.PNG, files.GIF, files.WebP:
		return "image"
	case files.PDF:
		return "pdf"
	case files.CSV, files.XLS, files.XLSX:
		return "table"
	case files.Text, files.VCard:
		return "text"
	}
	return "other"
}

// owned is the name of the record that a file hangs on.
const owned = `coalesce(CASE WHEN f.owner_kind = 'client' THEN (SELECT c.name FROM {client} c WHERE c.id = f.owner_id)
	WHEN f.owner_kind = 'activity' THEN (SELECT a.subject FROM {activity} a WHERE a.id = f.owner_id)
	ELSE (SELECT CASE WHEN t.given = '' THEN t.family ELSE t.family || '/' || t.given END FROM {traveler} t WHERE t.id = f.owner_id) END, '')`

// List is everything that hangs on the records that one sees (R125).
var List = list.Def{
	Name: "file", From: "{attachment} f", ID: "f.id", Sort: "-created",
	Filters: []string{"name", "form", "created", "by"},
	Columns: []string{"name", "owner", "form", "size", "created", "by"},
	// Older versions are reached from the latest, images of travel documents from these.
	Implicit: "f.latest AND f.part_kind = ''",
	Fields: []list.Field{
		{Key: "name", Kind: list.Text, SQL: "f.name_key", Show: "f.name", Sort: "f.name_key", Folded: true, Indexed: true},
		{Key: "owner", Kind: list.Text, SQL: owned, Loose: true},
		{Key: "of", Kind: list.Choice, SQL: "f.owner_kind", Choices: []string{"client", "traveler", "activity"}},
		{Key: "form", Kind: list.Choice, SQL: form, Choices: Forms},
		{Key: "description", Kind: list.Text, SQL: "f.description", Loose: true},
		{Key: "size", Kind: list.Number, SQL: "f.size", Sort: "f.size"},
		{Key: "version", Kind: list.Number, SQL: "f.number", Sort: "f.number"},
		{Key: "created", Kind: list.Stamp, SQL: "f.created_at", Sort: "f.created_at", Indexed: true},
		{Key: "by", Kind: list.Choice, SQL: "coalesce(f.created_by, 0)", Show: "coalesce((SELECT u.name FROM {user} u WHERE u.id = f.created_by), '')",
			Numeric: true, Options: people},
	},
}

// people are the colleagues by name.
func people(ctx context.Context, tx *db.Tx) ([]list.Option, error) {
	return list.Settled(ctx, tx, "SELECT CAST(u.id AS text), u.name FROM {user} u ORDER BY u.name_key, u.id")
}
