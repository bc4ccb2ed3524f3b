package flow_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// nearby asks whether what lists know by themselves is true.
type nearby struct {
	*testing.T
	w     *dbtest.World
	links map[string]*client.Link
}

// wrong reports the rows that a query finds.
func (n *nearby) wrong(ctx context.Context, tx *db.Tx, what, q string, args ...any) {
	n.Helper()
	rows, err := tx.RawQuery(ctx, q, args...)
	if err != nil {
		n.Fatal(what, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			n.Fatal(err)
		}
		n.Errorf("after %s: %d is wrong: %s", what, id, q)
	}
}

// step does something and looks at everything afterwards.
func (n *nearby) step(what string, fn func(ctx context.Context, tx *db.Tx) error) {
	n.Helper()
	dbtest.Update(n, n.w.DB, n.w.As("ada"), fn)
	dbtest.View(n, n.w.DB, n.w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		n.wrong(ctx, tx, what, `SELECT t.id FROM traveler t WHERE t.only_client_id IS DISTINCT FROM
			(SELECT max(l.client_id) FROM client_traveler l WHERE l.agency_id = t.agency_id AND l.traveler_id = t.id HAVING count(*) = 1)`)
		n.wrong(ctx, tx, what, `SELECT t.id FROM traveler t WHERE t.only_client_key <>
			coalesce((SELECT c.name_key FROM client c WHERE c.agency_id = t.agency_id AND c.id = t.only_client_id), '')`)
		n.wrong(ctx, tx, what, `SELECT c.id FROM client c WHERE c.deleted_at IS NULL AND c.no_traveler = EXISTS (SELECT 1 FROM client_traveler l
			JOIN traveler t ON t.agency_id = l.agency_id AND t.id = l.traveler_id AND t.deleted_at IS NULL WHERE l.agency_id = c.agency_id AND l.client_id = c.id)`)
		if tx.Dialect() != db.SQLite {
			return nil
		}
		for _, word := range []string{"alfa", "beta", "gamma", "delta"} {
			n.wrong(ctx, tx, what, `SELECT c.id FROM client c WHERE instr(substr(c.name_key, 2), $1) > 0 AND c.id NOT IN
				(SELECT rowid FROM client_within_fts WHERE client_within_fts MATCH $2)`, word, list.Match([]string{word}))
			n.wrong(ctx, tx, what, `SELECT x.rowid FROM client_within_fts x WHERE client_within_fts MATCH $2 AND x.rowid NOT IN
				(SELECT id FROM client WHERE instr(substr(name_key, 2), $1) > 0)`, word, list.Match([]string{word}))
		}
		return nil
	})
}

// lone holds that these have no traveler, for a list.
func (n *nearby) lone(want ...int64) {
	n.Helper()
	dbtest.View(n, n.w.DB, n.w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		all, err := client.List.IDs(ctx, tx, list.Query{}, 100)
		if err != nil {
			return err
		}
		none, err := client.List.IDs(ctx, tx, list.Query{Filters: []list.Filter{{Key: "traveler", Op: "none"}}}, 100)
		if err != nil {
			return err
		}
		has, err := client.List.IDs(ctx, tx, list.Query{Filters: []list.Filter{{Key: "traveler", Op: "has"}}}, 100)
		slices.Sort(none)
		if !slices.Equal(none, want) || len(has) != len(all)-len(want) {
			n.Errorf("%v have no traveler, want %v; %v have one, of %v", none, want, has, all)
		}
		return err
	})
}

func (n *nearby) link(name string, c, v int64) {
	n.Helper()
	n.step("linking "+name, func(ctx context.Context, tx *db.Tx) error {
		n.links[name] = &client.Link{ClientID: c, TravelerID: v}
		return record.Insert(ctx, tx, n.links[name])
	})
}

func (n *nearby) unlink(name string) {
	n.Helper()
	n.step("unlinking "+name, func(ctx context.Context, tx *db.Tx) error {
		return record.Delete(ctx, tx, new(client.Link), n.links[name].ID, 0)
	})
}

// TestNear: what lists know of clients and their travelers without asking the links stays
// true, whatever happens to either, and so does what names are found by.
func TestNear(t *testing.T) {
	w := dbtest.NewWorld(t)
	n := &nearby{t, w, map[string]*client.Link{}}
	ada := w.As("ada")
	a := &flow.NewClient{Client: client.Client{Name: "Firma alfa", Kind: "corporate"},
		Travelers: []flow.NewTraveler{{Traveler: traveler.Traveler{Family: "Lis", Given: "Ewa"}}, {Traveler: traveler.Traveler{Family: "Wilk", Given: "Jan"}}}}
	b := &flow.NewClient{Client: client.Client{Name: "beta gamma", Kind: "corporate"}}
	n.step("creating", func(ctx context.Context, tx *db.Tx) error {
		if err := flow.CreateClient(ctx, tx, a); err != nil {
			return err
		}
		return flow.CreateClient(ctx, tx, b)
	})
	n.lone(b.Client.ID)
	free := &flow.NewTraveler{Traveler: traveler.Traveler{Family: "Sowa", Given: "Ola"}}
	n.step("a traveler by itself", func(ctx context.Context, tx *db.Tx) error { return flow.CreateTraveler(ctx, tx, free) })
	n.link("a second client", b.Client.ID, a.Travelers[0].ID)
	n.link("the first", b.Client.ID, free.ID)
	n.unlink("a second client")
	n.unlink("the first")
	n.lone(b.Client.ID)
	n.link("again", b.Client.ID, free.ID)
	n.step("trashing the traveler", func(ctx context.Context, tx *db.Tx) error {
		return record.Delete(ctx, tx, new(traveler.Traveler), free.ID, 0)
	})
	n.lone(b.Client.ID)
	dbtest.View(t, w.DB, ada, func(ctx context.Context, tx *db.Tx) error {
		hits, err := flow.SearchKind(ctx, tx, "client", "sowa", 5)
		if err != nil || len(hits) > 0 {
			t.Errorf("found by a traveler in the trash: %v (%v)", hits, err)
		}
		return nil
	})
	n.step("bringing the traveler back", func(ctx context.Context, tx *db.Tx) error { return flow.RestoreTraveler(ctx, tx, free.ID) })
	n.lone()
	// The words that the client is found by stay the same, the name doesn't.
	n.step("renaming", func(ctx context.Context, tx *db.Tx) error {
		var c client.Client
		return record.Edit(ctx, tx, &c, b.Client.ID, 0, func() error { c.Name, c.LegalName = "beta", "gamma"; return nil })
	})
	n.step("renaming back", func(ctx context.Context, tx *db.Tx) error {
		var c client.Client
		return record.Edit(ctx, tx, &c, b.Client.ID, 0, func() error { c.Name = "beta gamma delta"; return nil })
	})
	n.step("renaming the only client", func(ctx context.Context, tx *db.Tx) error {
		var c client.Client
		return record.Edit(ctx, tx, &c, a.Client.ID, 0, func() error { c.Name = "delta alfa"; return nil })
	})
	n.step("trashing a client", func(ctx context.Context, tx *db.Tx) error { return flow.TrashClient(ctx, tx, a.Client.ID, 0) })
	n.step("bringing the client back", func(ctx context.Context, tx *db.Tx) error { return flow.RestoreClient(ctx, tx, a.Client.ID) })
	n.lone()
	n.link("before the end", a.Client.ID, free.ID)
	n.step("trashing it again", func(ctx context.Context, tx *db.Tx) error { return flow.TrashClient(ctx, tx, a.Client.ID, 0) })
	dbtest.Update(t, w.DB, ada, func(ctx context.Context, tx *db.Tx) error { return record.Purge(ctx, tx, "client", a.Client.ID) })
	// Whoever had two clients is asked for by the links from now on; nobody is told another's.
	dbtest.View(t, w.DB, ada, func(ctx context.Context, tx *db.Tx) error {
		n.wrong(ctx, tx, "purging", `SELECT t.id FROM traveler t WHERE t.only_client_key <> '' AND NOT EXISTS (SELECT 1 FROM client c WHERE c.id = t.only_client_id)`)
		n.wrong(ctx, tx, "purging", `SELECT t.id FROM traveler t JOIN client_traveler l ON l.agency_id = t.agency_id AND l.traveler_id = t.id WHERE t.only_client_id <> l.client_id`)
		ids, err := client.List.IDs(ctx, tx, list.Query{Filters: []list.Filter{{Key: "traveler", Op: "has", Where: []list.Filter{{Key: "family", Op: "starts", Values: []string{"sowa"}}}}}}, 10)
		if err != nil || fmt.Sprint(ids) != fmt.Sprint([]int64{b.Client.ID}) {
			t.Errorf("clients of Sowa: %v (%v), want %d", ids, err, b.Client.ID)
		}
		return nil
	})
}

// TestLinkedAtOnce: of two who link a traveler to two clients at the same time, neither
// leaves a traveler behind who knows one of them only.
func TestLinkedAtOnce(t *testing.T) {
	w := dbtest.NewWorld(t)
	n := &nearby{t, w, map[string]*client.Link{}}
	for range 5 {
		free := &flow.NewTraveler{Traveler: traveler.Traveler{Family: "Sowa", Given: "Ola"}}
		var clients [2]flow.NewClient
		dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			for i := range clients {
				clients[i] = flow.NewClient{Client: client.Client{Name: "Firma", Kind: "corporate"}}
				if err := flow.CreateClient(ctx, tx, &clients[i]); err != nil {
					return err
				}
			}
			free.Traveler.ID = 0
			return flow.CreateTraveler(ctx, tx, free)
		})
		var both sync.WaitGroup
		var met sync.WaitGroup
		met.Add(2)
		for i := range clients {
			both.Go(func() {
				first := true
				err := w.DB.Update(t.Context(), w.As("ada"), func(tx *db.Tx) error {
					err := record.Insert(t.Context(), tx, &client.Link{ClientID: clients[i].Client.ID, TravelerID: free.ID})
					if first && tx.Dialect() == db.Postgres { // SQLite has one writer
						first = false
						met.Done()
						met.Wait()
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
	}
	n.step("linking at once", func(context.Context, *db.Tx) error { return nil })
}
