package document_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestClean removes what nobody refers to, and nothing else.
func TestClean(t *testing.T) {
	d := newDesk(t)
	kept, gone := d.up("kept.txt", "kept"), d.up("gone.jpg", photo(t))
	orphan, _, err := d.Files.PutSealed(t.Context(), strings.NewReader("of an upload that ended between store and database"), 0)
	if err != nil {
		t.Fatal(err)
	}
	logo, err := d.Files.Put(t.Context(), strings.NewReader("\x89PNG\r\n\x1a\nlogo"), 0)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Update(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		d.Agency.Logo = logo.Hash
		a := *d.Agency
		return record.Edit(ctx, tx, &a, a.ID, 0, func() error { a.Logo = logo.Hash; return nil })
	})
	clean := func(want int64) {
		t.Helper()
		if n, err := d.Clean(t.Context()); err != nil || n != want {
			t.Errorf("removed %d, not %d: %v", n, want, err)
		}
	}
	clean(0) // all of it is young
	now := d.World.DB.Now
	d.World.DB.Now = func() time.Time { return now().Add(72 * time.Hour) }
	defer func() { d.World.DB.Now = now }()
	clean(1)
	if slices.Contains(d.blobs(), orphan.Hash) {
		t.Error("the orphan is still there")
	}
	dbtest.Update(t, d.World.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		_, err := document.Delete(ctx, tx, gone.ID, 0)
		return err
	})
	clean(0) // in the trash it can still come back
	dbtest.Update(t, d.World.DB, db.System(d.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
		return record.Purge(ctx, tx, "attachment", gone.ID)
	})
	clean(2) // the file and its small picture
	if got, err := d.read("ann", kept.ID); err != nil || got != "kept" {
		t.Errorf("%q, %v", got, err)
	}
	dbtest.Update(t, d.World.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return record.Delete(ctx, tx, new(client.Client), d.owner.ID, 0)
	})
	clean(0) // the client can come back with its files
	err = d.World.DB.View(t.Context(), d.As("ada"), func(tx *db.Tx) error {
		return record.Values(t.Context(), tx, "attachment", "blob", func(string) {})
	})
	if !errs.Is(err, errs.Forbidden) {
		t.Errorf("a person asks for all values: %v", err)
	}
	dbtest.Update(t, d.World.DB, db.System(d.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
		return record.Purge(ctx, tx, "client", d.owner.ID)
	})
	clean(1)
	if left := d.blobs(); !slices.Equal(left, []string{logo.Hash}) {
		t.Errorf("left: %q", left)
	}
}

// TestHeld looks for columns that name blobs and of which the clean-up doesn't know.
func TestHeld(t *testing.T) {
	held := document.Held()
	// Exports have a folder of their own; of what was acknowledged the hash is a proof.
	elsewhere := map[string]bool{"export.file_hash": true, "acknowledgement.file_hash": true}
	for _, k := range record.Kinds() {
		for _, c := range record.Columns(k.New()) {
			named := c.Name == "blob" || c.Name == "thumb" || c.Name == "logo" || c.Name == "photo" || strings.HasSuffix(c.Name, "_blob") || strings.HasSuffix(c.Name, "file_hash")
			if named && !slices.Contains(held[k.Name], c.Name) && !elsewhere[k.Name+"."+c.Name] {
				t.Errorf("%s.%s names blobs: tell document.Hold, or the clean-up removes them", k.Name, c.Name)
			}
		}
	}
}

func TestList(t *testing.T) {
	d := newDesk(t)
	d.up("b.txt", "some words")
	d.up("a.pdf", "%PDF-1.4 longer than the words")
	dbtest.Update(t, d.World.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		_, err := document.AddLink(ctx, tx, d.owner, "https://example.com", "c", "")
		return err
	})
	ask := func(who string, q list.Query) (names []string) {
		t.Helper()
		q.Columns = []string{"name"}
		dbtest.View(t, d.World.DB, d.As(who), func(ctx context.Context, tx *db.Tx) error {
			p, err := document.List.Run(ctx, tx, q)
			for _, r := range p.Rows {
				names = append(names, r.Values[0].(string))
			}
			return err
		})
		return names
	}
	one := func(key, op string, values ...string) list.Query {
		return list.Query{Sort: "name", Filters: []list.Filter{{Key: key, Op: op, Values: values}}}
	}
	for name, c := range map[string]struct {
		q    list.Query
		want []string
	}{
		"all": {list.Query{Sort: "name"}, []string{"a.pdf", "b.txt", "c"}}, "size": {list.Query{Sort: "-size"}, []string{"a.pdf", "b.txt", "c"}},
		"form": {one("form", "any", "pdf", "link"), []string{"a.pdf", "c"}}, "name": {one("name", "contains", "B."), []string{"b.txt"}},
		"owner": {one("owner", "contains", "nowak"), []string{"a.pdf", "b.txt", "c"}}, "of": {one("of", "any", "traveler"), nil},
		"by": {one("by", "any", "999"), nil},
	} {
		if got := ask("ann", c.q); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := ask("bob", list.Query{}); got != nil {
		t.Errorf("bob sees %q", got)
	}
}
