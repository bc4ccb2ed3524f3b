package record_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// TestFound changes every column that a kind says its search text doesn't depend on,
// and finds what is stored equal to what would be stored if it were made anew.
func TestFound(t *testing.T) {
	w := dbtest.NewWorld(t)
	n := &flow.NewClient{Client: client.Client{Kind: "corporate", Name: "Lis", Code: "LIS1", AdvisorID: db.Ref(w.Users["ada"].ID)},
		Communications: []contact.Communication{{Type: "phone", Value: "+48601234567"}},
		Travelers:      []flow.NewTraveler{{Traveler: traveler.Traveler{Family: "Lis", Given: "Ewa"}}}}
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) })
	for kind, id := range map[string]int64{"client": n.Client.ID, "traveler": n.Travelers[0].ID} {
		k, _ := record.KindOf(kind)
		tried := 0
		for _, c := range record.Columns(k.New()) {
			if c.History != "track" || slices.Contains(k.Found, c.Name) {
				continue
			}
			err := w.DB.Update(t.Context(), w.As("ada"), func(tx *db.Tx) error {
				r := k.New()
				return record.Edit(t.Context(), tx, r, id, 0, func() error { return record.SetText(r, c.Name, valueFor(c.Name)) })
			})
			if err != nil && !errs.Is(err, errs.Invalid) && !strings.Contains(err.Error(), "is a number") {
				t.Fatalf("%s.%s: %v", kind, c.Name, err)
			}
			if err != nil {
				continue
			}
			tried++
			dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
				want, err := k.Derive(ctx, tx, id)
				if err != nil {
					return err
				}
				var is string
				if err := tx.Row(ctx, "SELECT r.search FROM {"+kind+"} r WHERE r.id = $1", []any{id}, &is); err != nil {
					return err
				}
				if is != want["search"] {
					t.Errorf("%s is found by %s, but Found doesn't name it: %q, not %q", kind, c.Name, is, want["search"])
				}
				return nil
			})
		}
		if tried < 12 {
			t.Errorf("%s: only %d columns were tried", kind, tried)
		}
	}
}

// valueFor is a value that a column takes.
func valueFor(column string) string {
	switch column {
	case "classification":
		return "prospect"
	case "segment":
		return "regular"
	case "status":
		return "inactive"
	case "kind":
		return "corporate"
	case "owner_kind":
		return "agency"
	case "source_medium":
		return "other"
	case "anniversary", "birth_date":
		return "1980-03-12"
	case "currency":
		return "PLN"
	case "language", "languages":
		return "pl"
	case "sex":
		return "F"
	case "birth_country", "residence", "nationality":
		return "PL"
	case "deceased", "do_not_contact":
		return "true"
	}
	return "zq" + strings.ReplaceAll(column, "_", "")
}

// TestEditMany: what is wrong with one record keeps no other from being changed, and
// a try writes nothing.
func TestEditMany(t *testing.T) {
	w := dbtest.NewWorld(t)
	ids := []int64{987654321}
	for range 3 {
		c := &client.Client{Name: "Lis/Ewa"}
		dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error { c.ID, c.Code = 0, ""; return record.Insert(ctx, tx, c) })
		ids = append(ids, c.ID)
	}
	dbtest.Update(t, w.DB, w.As("bob"), func(ctx context.Context, tx *db.Tx) error {
		c := &client.Client{Name: "Wilk/Jan"}
		err := record.Insert(ctx, tx, c)
		ids = append(ids, c.ID)
		return err
	})
	run := func(dry bool) (told []string) {
		dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
			told = nil
			return record.EditMany(ctx, tx, record.Many{Kind: "client", IDs: ids, Dry: dry,
				Change: func(r record.Record) error {
					if r.(*client.Client).Memo = "many"; record.Stamps(r).ID == ids[2] {
						return record.SetText(r, "segment", "nonsense")
					}
					return nil
				},
				Told: func(_ int64, _ record.Record, changed bool, err error) error {
					told = append(told, map[bool]string{true: "changed", false: errs.KindOf(err).String()}[changed])
					return nil
				}})
		})
		return told
	}
	want := []string{"not_found", "changed", "invalid", "changed", "not_found"}
	if told := run(true); !slices.Equal(told, want) {
		t.Errorf("dry: %v", told)
	}
	memo := func(id int64) (c client.Client, entries int) {
		dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
			h, err := record.History(ctx, tx, record.Ref{Kind: "client", ID: id}, 0, 10)
			if err != nil {
				return err
			}
			entries = len(h)
			return record.Get(ctx, tx, &c, id)
		})
		return c, entries
	}
	if c, entries := memo(ids[1]); c.Memo != "" || entries != 1 {
		t.Errorf("a try wrote: %q, %d entries", c.Memo, entries)
	}
	if told := run(false); !slices.Equal(told, want) {
		t.Errorf("%v", told)
	}
	if c, entries := memo(ids[1]); c.Memo != "many" || entries != 2 || c.Version != 2 {
		t.Errorf("%q, %d entries, version %d", c.Memo, entries, c.Version)
	}
	if c, entries := memo(ids[2]); c.Memo != "" || entries != 1 {
		t.Errorf("the refused one: %q, %d entries", c.Memo, entries)
	}
}
