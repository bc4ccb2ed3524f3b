package tag_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
)

// TestDrop: a tag that a record carries can't be deleted, be the record in the trash or out
// of the actor's sight; when nothing carries it any more, it can.
func TestDrop(t *testing.T) {
	w := dbtest.NewWorld(t)
	id := newClient(t, w, "ann", "Nowak")
	g := &tag.Tag{Kind: "attribute", Name: "Embassy", Active: true}
	owner := record.Ref{Kind: "client", ID: id}
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		if err := record.Insert(ctx, tx, g); err != nil {
			return err
		}
		return tag.Put(ctx, tx, owner, "Embassy", "")
	})
	drop := func(who string, may ...string) error {
		a := w.As(who)
		for _, right := range may {
			a.Rights = db.Rights{"client.view": true, right: true}
		}
		return w.DB.Update(t.Context(), a, func(tx *db.Tx) error { return flow.DropTag(t.Context(), tx, g.ID, 0) })
	}
	if err := drop("ada"); !errs.Is(err, errs.Conflict) {
		t.Errorf("in use: %v", err)
	}
	if err := drop("bob", "tag.manage"); !errs.Is(err, errs.Conflict) {
		t.Errorf("in use by a client out of sight: %v", err)
	}
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error { return flow.TrashClient(ctx, tx, id, 0) })
	if err := drop("ada"); !errs.Is(err, errs.Conflict) {
		t.Errorf("in use in the trash: %v", err)
	}
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		if err := record.Restore(ctx, tx, new(client.Client), id); err != nil {
			return err
		}
		has, err := tag.Of(ctx, tx, owner)
		if err != nil || len(has) != 1 {
			t.Errorf("the client has %v, %v", has, err)
			return err
		}
		return record.Delete(ctx, tx, new(tag.Link), has[0].LinkID, 0)
	})
	if err := drop("ada"); err != nil {
		t.Errorf("without use: %v", err)
	}
}

// TestLongValues: a tag offers no value that no record could take.
func TestLongValues(t *testing.T) {
	long := strings.Repeat("x", 201)
	for path, g := range map[string]tag.Tag{
		"default_value": {Name: "A", TakesValue: "free", DefaultValue: long},
		"choices":       {Name: "A", TakesValue: "required", Choices: "short\n" + long},
	} {
		var e *errs.Error
		if err := g.Check(); !errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Path != path {
			t.Errorf("%s: %v", path, err)
		}
	}
	g := tag.Tag{Name: "A", TakesValue: "free", DefaultValue: " x "}
	if err := g.Check(); err != nil || g.DefaultValue != "x" {
		t.Errorf("%q, %v", g.DefaultValue, err)
	}
}

// TestTwoAffiliations: codes that two affiliations call alike are told apart in a filter.
func TestTwoAffiliations(t *testing.T) {
	w := dbtest.NewWorld(t)
	for _, file := range []string{small, strings.NewReplacer(`"NORTH"`, `"SOUTH"`, `"en":"North"`, `"en":"South"`).Replace(small)} {
		if _, err := imported(t, w, "ada", file); err != nil {
			t.Fatal(err)
		}
	}
	dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		f, _ := tag.MarkList.Field("code", tx.Actor)
		all, err := f.Options(ctx, tx)
		seen := map[string]bool{}
		for _, o := range all {
			if seen[o.Label] {
				t.Errorf("%q twice", o.Label)
			}
			seen[o.Label] = true
		}
		if len(all) != 6 {
			t.Errorf("%d codes", len(all))
		}
		return err
	})
}
