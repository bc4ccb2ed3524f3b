package client

import (
	"context"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/list"
)

// tagged picks the clients with a tag.
const tagged = `c.id IN (SELECT k.owner_id FROM {tag_link} k WHERE k.owner_kind = 'client' AND %s)`

// List is the client list (R108, R109): its columns, filters and sorting.
var List = list.Def{
	Name: "client", From: "{client} c", ID: "c.id", Tie: "c.name_key", Sort: "name",
	Filters: []string{"name", "kind", "branch", "advisor"},
	Columns: []string{"name", "phone", "email", "advisor", "branch", "segment", "city"},
	Fields: []list.Field{
		{Key: "name", Kind: list.Text, SQL: "c.name_key", Show: "c.name", Sort: "c.name_key", Folded: true, Index: "client_fts"},
		{Key: "code", Kind: list.Text, SQL: "c.code", Sort: "c.code"},
		{Key: "kind", Kind: list.Choice, SQL: "c.kind", Sort: "c.kind", Choices: Kinds},
		{Key: "phone", Kind: list.Text, SQL: "c.phone", Sort: "c.phone"},
		{Key: "email", Kind: list.Text, SQL: "c.email", Sort: "c.email"},
		{Key: "advisor", Kind: list.Choice, SQL: "c.advisor_id", Sort: "c.advisor_id", Numeric: true, Options: advisorOptions,
			Show: "(SELECT u.name FROM {user} u WHERE u.id = c.advisor_id)"},
		{Key: "branch", Kind: list.Choice, SQL: "c.branch_id", Sort: "c.branch_id", Numeric: true, Options: branchOptions,
			Show: "(SELECT b.name FROM {branch} b WHERE b.id = c.branch_id)"},
		{Key: "segment", Kind: list.Choice, SQL: "c.segment", Sort: "c.segment", Choices: Segments},
		{Key: "classification", Kind: list.Choice, SQL: "c.classification", Sort: "c.classification", Choices: Classifications},
		{Key: "status", Kind: list.Choice, SQL: "c.status", Sort: "c.status", Choices: Statuses},
		{Key: "customer_type", Kind: list.Choice, SQL: "c.customer_type_id", Sort: "c.customer_type_id", Numeric: true, Options: typeOptions,
			Show: "(SELECT y.name FROM {customer_type} y WHERE y.id = c.customer_type_id)"},
		{Key: "city", Kind: list.Text, SQL: "c.city", Sort: "c.city"},
		{Key: "country", Kind: list.Text, SQL: "c.country", Sort: "c.country"},
		{Key: "travelers", Kind: list.Number, SQL: "(SELECT count(*) FROM {client_traveler} l WHERE l.client_id = c.id)"},
		{Key: "anniversary", Kind: list.Date, SQL: "c.anniversary", Sort: "c.anniversary"},
		{Key: "language", Kind: list.Text, SQL: "c.language", Sort: "c.language"},
		{Key: "source_medium", Kind: list.Choice, SQL: "c.source_medium", Sort: "c.source_medium", Choices: SourceMedia, Need: "client.internal"},
		{Key: "tag", Kind: list.Choice, SQL: "k.tag_id", Where: tagged, NoShow: true, Numeric: true, Options: tagOptions},
		{Key: "created", Kind: list.Stamp, SQL: "c.created_at", Sort: "c.created_at"},
		{Key: "updated", Kind: list.Stamp, SQL: "c.updated_at", Sort: "c.updated_at"},
	},
	// R073: accounts of an excluded customer type appear only on request.
	Implicit:       "(c.customer_type_id IS NULL OR c.customer_type_id NOT IN (SELECT y.id FROM {customer_type} y WHERE y.excluded))",
	ImplicitUnless: "customer_type",
}

// options reads value and label of each row of a query.
func options(ctx context.Context, tx *db.Tx, q string, args ...any) (out []list.Option, err error) {
	err = tx.Each(ctx, q, args, func(rows db.Rows) error {
		var o list.Option
		err := rows.Scan(&o.Value, &o.Label)
		out = append(out, o)
		return err
	})
	return out, err
}

func advisorOptions(ctx context.Context, tx *db.Tx) ([]list.Option, error) {
	return options(ctx, tx, "SELECT CAST(u.id AS text), u.name FROM {user} u WHERE u.role <> $1 ORDER BY u.name_key, u.id", agency.Auditor)
}

func branchOptions(ctx context.Context, tx *db.Tx) ([]list.Option, error) {
	return options(ctx, tx, "SELECT CAST(b.id AS text), b.name FROM {branch} b ORDER BY b.name, b.id")
}

func typeOptions(ctx context.Context, tx *db.Tx) ([]list.Option, error) {
	return options(ctx, tx, "SELECT CAST(y.id AS text), y.name FROM {customer_type} y ORDER BY y.name, y.id")
}

func tagOptions(ctx context.Context, tx *db.Tx) ([]list.Option, error) {
	return options(ctx, tx, "SELECT CAST(t.id AS text), t.name FROM {tag} t WHERE t.active ORDER BY t.name_key")
}
