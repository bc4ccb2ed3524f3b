package flow

import (
	"context"
	"strconv"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// A Hindrance says which of some records can't be deleted, each with an error made
// for users, because something hangs on them that must not be lost (L05). It looks
// with the eyes of the agency, but tells nothing that the actor doesn't see.
type Hindrance func(ctx context.Context, tx *db.Tx, kind string, ids []int64) (map[int64]error, error)

// Hindrances are asked before anything is deleted, alone or together with others. An
// area that books trips or takes payments adds one.
var Hindrances []Hindrance

// Hindered returns why records of a kind can't be deleted, nothing for those that can.
func Hindered(ctx context.Context, tx *db.Tx, kind string, ids []int64) (map[int64]error, error) {
	out := map[int64]error{}
	for _, ask := range Hindrances {
		found, err := ask(ctx, tx, kind, ids)
		if err != nil {
			return nil, err
		}
		for id, why := range found {
			if out[id] == nil {
				out[id] = why
			}
		}
	}
	return out, nil
}

func hindered(ctx context.Context, tx *db.Tx, kind string, id int64) error {
	if len(Hindrances) == 0 {
		return nil
	}
	found, err := Hindered(ctx, tx, kind, []int64{id})
	if err != nil {
		return err
	}
	return found[id]
}

// The nouns on which acts on many records are possible.
var _ = bulk.Register(
	&bulk.Noun{Kind: "client", Def: &client.List, Name: "x.name", Edit: "client.edit", Remove: "client.delete",
		Needs: func(field string, empty bool) string {
			switch {
			case field != "advisor":
				return ""
			case empty: // before the act: putting back isn't re-assigning
				return "client.assign" // R097
			}
			return "client.reassign" // R098
		},
		Clear: []string{"customer_type", "branch", "advisor", "language", "currency", "source_medium"},
		Options: map[string]func(context.Context, *db.Tx) ([]list.Option, error){
			"advisor":       options("SELECT CAST(u.id AS text), u.name FROM {user} u WHERE u.has_clients AND u.status <> 'disabled' ORDER BY u.name_key, u.id"),
			"branch":        options("SELECT CAST(b.id AS text), b.name FROM {branch} b WHERE b.active ORDER BY b.name, b.id"),
			"customer_type": options("SELECT CAST(y.id AS text), y.name FROM {customer_type} y WHERE y.active ORDER BY y.name, y.id"),
			"tag":           tagOptions("client"),
		},
		MayTrash: func(ctx context.Context, tx *db.Tx, id int64) error {
			_, err := mayTrashClient(ctx, tx, id)
			return err
		},
		Hindered: hinderedOf("client"),
		Trash:    func(ctx context.Context, tx *db.Tx, id int64) error { return TrashClient(ctx, tx, id, 0) },
		Restore:  RestoreClient},
	&bulk.Noun{Kind: "traveler", Def: &traveler.List, Name: "CASE WHEN x.given = '' THEN x.family ELSE x.family || '/' || x.given END",
		Edit: "client.edit", Remove: "client.delete",
		Clear:    []string{"nationality", "residence", "languages", "company", "occupation"},
		Options:  map[string]func(context.Context, *db.Tx) ([]list.Option, error){"tag": tagOptions("traveler")},
		MayTrash: mayTrashOne, Hindered: hinderedOf("traveler"),
		Trash:   func(ctx context.Context, tx *db.Tx, id int64) error { return TrashTraveler(ctx, tx, id, 0) },
		Restore: RestoreTraveler},
)

func hinderedOf(kind string) func(context.Context, *db.Tx, []int64) (map[int64]error, error) {
	return func(ctx context.Context, tx *db.Tx, ids []int64) (map[int64]error, error) {
		return Hindered(ctx, tx, kind, ids)
	}
}

// options are the values and labels that a query of settled tables finds.
func options(q string) func(context.Context, *db.Tx) ([]list.Option, error) {
	return func(ctx context.Context, tx *db.Tx) ([]list.Option, error) { return list.Settled(ctx, tx, q) }
}

// tagOptions are the tags that a kind of record can take.
func tagOptions(kind string) func(context.Context, *db.Tx) ([]list.Option, error) {
	return func(ctx context.Context, tx *db.Tx) (out []list.Option, err error) {
		tags, err := tag.All(ctx, tx, kind)
		for _, t := range tags {
			out = append(out, list.Option{Value: strconv.FormatInt(t.ID, 10), Label: t.Name})
		}
		return out, err
	}
}

// mayTrashClient is TrashClient without the deed: it returns the travelers that
// would go with the client.
func mayTrashClient(ctx context.Context, tx *db.Tx, id int64) ([]int64, error) {
	if !tx.Actor.May("client.delete") {
		return nil, errs.New(errs.Forbidden, "error.forbidden")
	}
	if err := record.Editable(ctx, tx, record.Ref{Kind: "client", ID: id}); err != nil {
		return nil, err
	}
	if err := mayTrash(ctx, tx, id); err != nil {
		return nil, err
	}
	if err := hindered(ctx, tx, "client", id); err != nil {
		return nil, err
	}
	only, err := onlyHere(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	for _, t := range only {
		if err := hindered(ctx, tx, "traveler", t); err != nil {
			return nil, err
		}
	}
	return only, nil
}

// mayTrashOne is TrashTraveler without the deed.
func mayTrashOne(ctx context.Context, tx *db.Tx, id int64) error {
	if !tx.Actor.May("client.delete") {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	if err := record.Editable(ctx, tx, record.Ref{Kind: "traveler", ID: id}); err != nil {
		return err
	}
	if err := mayTrashTraveler(ctx, tx, id); err != nil {
		return err
	}
	return hindered(ctx, tx, "traveler", id)
}
