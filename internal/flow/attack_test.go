package flow_test

import (
	"context"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// try runs fn as somebody and returns its error; nothing of it stays when it fails.
func try(t *testing.T, w *dbtest.World, who string, fn func(context.Context, *db.Tx) error) error {
	t.Helper()
	return w.DB.Update(t.Context(), w.As(who), func(tx *db.Tx) error { return fn(t.Context(), tx) })
}

func insert(t *testing.T, w *dbtest.World, who string, r record.Record) {
	t.Helper()
	dbtest.Update(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, r) })
}

// TestShareToLookStaysOne: whoever may only look at a client can't take its
// traveler into a client of their own and change it there.
func TestShareToLookStaysOne(t *testing.T) {
	w := dbtest.NewWorld(t)
	n := person("Lis", "Ewa", "", "")
	bobs := create(t, w, "bob", n)
	ewa := n.Travelers[0].ID
	anns := create(t, w, "ann", person("Nowak", "Jan", "", ""))
	insert(t, w, "bob", &client.Share{ClientID: db.Ref(bobs), UserID: w.Users["ann"].ID})
	link := func(ctx context.Context, tx *db.Tx) error {
		return record.Insert(ctx, tx, &client.Link{ClientID: anns, TravelerID: ewa})
	}
	if err := try(t, w, "ann", link); !errs.Is(err, errs.Forbidden) {
		t.Errorf("taking over the traveler: %v", err)
	}
	whole := &flow.NewClient{Client: client.Client{Name: "Mine"}, Travelers: []flow.NewTraveler{{ID: ewa}}}
	if err := try(t, w, "ann", func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, whole) }); !errs.Is(err, errs.Forbidden) {
		t.Errorf("taking over the traveler with a new client: %v", err)
	}
	links, one := []client.Link{}, int64(0)
	dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) {
		links, err = client.Links(ctx, tx, anns)
		one = links[0].ID
		return err
	})
	err := try(t, w, "ann", func(ctx context.Context, tx *db.Tx) error {
		var l client.Link
		return record.Edit(ctx, tx, &l, one, 0, func() error { l.TravelerID = ewa; return nil })
	})
	if !errs.Is(err, errs.Forbidden) {
		t.Errorf("moving a link to the traveler: %v", err)
	}

	// With a share to change it is allowed, and so it is for who sees everything.
	dbtest.Update(t, w.DB, w.As("bob"), func(ctx context.Context, tx *db.Tx) error {
		var s []client.Share
		if err := record.Select(ctx, tx, &s, "WHERE r.client_id = $1", bobs); err != nil {
			return err
		}
		return record.Edit(ctx, tx, &s[0], s[0].ID, 0, func() error { s[0].CanEdit = true; return nil })
	})
	if err := try(t, w, "ann", link); err != nil {
		t.Errorf("linking a traveler that one may change: %v", err)
	}
}

// TestCommentsAreTheirAuthors: everybody who sees the agency section reads remarks,
// only the author changes one, and the auditor writes none.
func TestCommentsAreTheirAuthors(t *testing.T) {
	w := dbtest.NewWorld(t)
	id := create(t, w, "ann", person("Lis", "Ewa", "", ""))
	said := &client.Comment{OwnerKind: "client", OwnerID: id, Text: "pays late"}
	insert(t, w, "ann", said)
	for who, want := range map[string]errs.Kind{"max": errs.Forbidden, "ada": errs.Forbidden, "eva": errs.Forbidden, "joe": errs.NotFound, "bob": errs.NotFound, "zoe": errs.NotFound} {
		err := try(t, w, who, func(ctx context.Context, tx *db.Tx) error {
			var c client.Comment
			return record.Edit(ctx, tx, &c, said.ID, 0, func() error { c.Text = "pays in time"; return nil })
		})
		if !errs.Is(err, want) {
			t.Errorf("%s rewrites what ann said: %v", who, err)
		}
		err = try(t, w, who, func(ctx context.Context, tx *db.Tx) error {
			return record.Delete(ctx, tx, new(client.Comment), said.ID, 0)
		})
		if !errs.Is(err, want) {
			t.Errorf("%s removes what ann said: %v", who, err)
		}
	}
	for _, who := range []string{"eva", "joe"} {
		err := try(t, w, who, func(ctx context.Context, tx *db.Tx) error {
			return record.Insert(ctx, tx, &client.Comment{OwnerKind: "client", OwnerID: id, Text: "x"})
		})
		if !errs.Is(err, errs.Forbidden) {
			t.Errorf("%s, who never writes, comments: %v", who, err)
		}
	}
	if err := try(t, w, "ann", func(ctx context.Context, tx *db.Tx) error {
		return record.Delete(ctx, tx, new(client.Comment), said.ID, 0)
	}); err != nil {
		t.Errorf("ann takes back her own remark: %v", err)
	}
}

// TestSharesOfOthers: with whom a client is shared, sharing the branch with it or
// not, can't end the shares of others (reading A18).
func TestSharesOfOthers(t *testing.T) {
	w := dbtest.NewWorld(t)
	n := person("Lis", "Ewa", "", "")
	n.Client.BranchID = db.Ref(w.North.ID) // ann's branch
	id := create(t, w, "bob", n)
	insert(t, w, "bob", &client.Share{ClientID: db.Ref(id), UserID: w.Users["ann"].ID, CanEdit: true})
	max := &client.Share{ClientID: db.Ref(id), UserID: w.Users["max"].ID}
	insert(t, w, "bob", max)
	end := func(ctx context.Context, tx *db.Tx) error {
		return record.Delete(ctx, tx, new(client.Share), max.ID, 0)
	}
	if err := try(t, w, "ann", end); !errs.Is(err, errs.Forbidden) {
		t.Errorf("ann ends max's share: %v", err)
	}
	if err := try(t, w, "sue", end); err != nil { // assistant of the client's branch
		t.Errorf("sue ends max's share: %v", err)
	}
}

// TestTrashAsks whose clients lose a record before it goes to the trash, and whose
// it was before it comes back.
func TestTrashAsks(t *testing.T) {
	w := dbtest.NewWorld(t)
	n := person("Lis", "Ewa", "", "")
	anns := create(t, w, "ann", n)
	ewa := n.Travelers[0].ID
	bobs := create(t, w, "bob", person("Lis", "Jan", "", ""))
	insert(t, w, "ada", &client.Link{ClientID: bobs, TravelerID: ewa})
	trash := func(ctx context.Context, tx *db.Tx) error { return flow.TrashTraveler(ctx, tx, ewa, 0) }
	if err := try(t, w, "ann", trash); !errs.Is(err, errs.Forbidden) {
		t.Errorf("ann deletes a traveler whom bob's client has too: %v", err)
	}
	if err := try(t, w, "zoe", trash); !errs.Is(err, errs.NotFound) {
		t.Errorf("another agency deletes the traveler: %v", err)
	}
	insert(t, w, "ann", &client.Share{ClientID: db.Ref(anns), UserID: w.Users["bob"].ID, CanEdit: true})
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { return flow.TrashClient(ctx, tx, anns, 0) })
	back := func(ctx context.Context, tx *db.Tx) error { return flow.RestoreClient(ctx, tx, anns) }
	if err := try(t, w, "bob", back); !errs.Is(err, errs.Forbidden) {
		t.Errorf("bob brings back what ann deleted: %v", err)
	}
	if err := try(t, w, "max", back); err != nil { // manager of the client's branch
		t.Errorf("max brings back a client of the branch: %v", err)
	}
	if err := try(t, w, "ada", trash); err != nil {
		t.Errorf("ada, who sees both clients, deletes the traveler: %v", err)
	}
	comeBack := func(ctx context.Context, tx *db.Tx) error { return flow.RestoreTraveler(ctx, tx, ewa) }
	if err := try(t, w, "bob", comeBack); !errs.Is(err, errs.Forbidden) {
		t.Errorf("bob brings back a traveler of ann's client: %v", err)
	}
	if err := try(t, w, "ada", comeBack); err != nil {
		t.Errorf("ada brings the traveler back: %v", err)
	}
	dbtest.View(t, w.DB, w.As("bob"), func(ctx context.Context, tx *db.Tx) error {
		return record.Get(ctx, tx, new(traveler.Traveler), ewa)
	})
}

// TestHistoryOfATraveler leaves out what the person was to clients that the reader
// doesn't see.
func TestHistoryOfATraveler(t *testing.T) {
	w := dbtest.NewWorld(t)
	n := person("Lis", "Ewa", "", "")
	create(t, w, "ann", n)
	ewa := n.Travelers[0].ID
	bobs := create(t, w, "bob", person("Lis", "Jan", "", ""))
	insert(t, w, "ada", &client.Link{ClientID: bobs, TravelerID: ewa, Role: "divorced from Jan"})
	for who, sees := range map[string]bool{"ann": false, "max": false, "bob": true, "ada": true} {
		dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
			list, err := record.History(ctx, tx, record.Ref{Kind: "traveler", ID: ewa}, 0, 50)
			found := false
			for _, e := range list {
				for _, c := range e.Changes {
					found = found || strings.Contains(c.New, "divorced")
				}
			}
			if found != sees || len(list) == 0 {
				t.Errorf("%s reads the role in bob's client: %v, of %d entries", who, found, len(list))
			}
			return err
		})
	}
}
