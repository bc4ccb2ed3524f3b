package exports_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// withDocuments adds travelers with passports and visas, good and bad, and returns their
// ids.
func (d *desk) withDocuments() []int64 {
	d.t.Helper()
	ids := []int64{}
	dbtest.Update(d.t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		for i := range 3 {
			p := &traveler.Traveler{Family: fmt.Sprintf("Planted%d", i), Given: "Ewa"}
			if err := record.Insert(ctx, tx, p); err != nil {
				return err
			}
			ids = append(ids, p.ID)
			for _, r := range []record.Record{
				&traveler.Passport{TravelerID: p.ID, No: record.Plain(fmt.Sprintf("PP11100%d", i)), Country: "PL", Expires: "2035-01-01"},
				&traveler.Passport{TravelerID: p.ID, No: record.Plain(fmt.Sprintf("OLD1100%d", i)), Status: "replaced"},
				&traveler.Visa{TravelerID: p.ID, No: record.Plain(fmt.Sprintf("VV22200%d", i)), Country: "US", Expires: "2035-01-01"},
				&traveler.Visa{TravelerID: p.ID, No: record.Plain("GONE12345"), Country: "CN", Expires: "2001-01-01"},
			} {
				if err := record.Insert(ctx, tx, r); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return ids
}

// TestSecrets: numbers of documents leave only with the right and a reason, at once, and
// each is noted and counted like any other look.
func TestSecrets(t *testing.T) {
	d := newDesk(t)
	ids := d.withDocuments()
	ask := func(who string, change func(*exports.Request)) (string, error) {
		q := exports.Request{List: "traveler", Format: exports.CSV, Lang: "en", Why: "visa: the embassy",
			Selection: list.Selection{IDs: ids, Query: list.Query{Columns: []string{"family"}}}, Options: exports.Options{Secrets: exports.Secrets}}
		if change != nil {
			change(&q)
		}
		e, err := d.Start(t.Context(), d.As(who), q)
		if err != nil {
			return "", err
		}
		file, err := d.Make(t.Context(), d.As(who), e)
		return string(file), err
	}
	looks := func() (n int) {
		dbtest.View(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			list, err := flow.Looks(ctx, tx, record.Ref{}, 0, 100)
			for _, k := range list {
				if k.Why != "visa: the embassy" || k.Field != "number" {
					t.Errorf("%+v", k)
				}
			}
			n = len(list)
			return err
		})
		return n
	}
	file, err := ask("ada", nil)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(file, "Planted1,PP111001,US VV222001\r\n") || strings.Contains(file, "OLD") || strings.Contains(file, "GONE") || !strings.Contains(file, "Passport numbers") {
		t.Errorf("%s", file)
	}
	if n := looks(); n != 6 {
		t.Errorf("%d looks, want 6", n)
	}
	for name, change := range map[string]func(*exports.Request){
		"mail":       func(q *exports.Request) { q.MailTo = d.World.Users["max"].ID },
		"job":        func(q *exports.Request) { q.Job = true },
		"print":      func(q *exports.Request) { q.Format = exports.Print },
		"cards":      func(q *exports.Request) { q.Format = exports.VCard },
		"clients":    func(q *exports.Request) { q.List, q.Selection.Query.Columns = "client", nil },
		"unknown":    func(q *exports.Request) { q.Options.Secrets = []string{"pin"} },
		"no reason":  func(q *exports.Request) { q.Why = "" },
		"no secrets": func(q *exports.Request) { q.Options.Secrets = nil },
	} {
		file, err := ask("ada", change)
		if name == "no secrets" {
			if err != nil || strings.Contains(file, "PP111") {
				t.Errorf("without: %v %s", err, file)
			}
		} else if err == nil {
			t.Errorf("%s: %s", name, file)
		}
	}
	for who := range d.World.Users {
		file, err := ask(who, nil)
		if may := exports.MaySecret(d.As(who)); may != (err == nil) || !may && file != "" {
			t.Errorf("%s: may %v, %v", who, may, err)
		}
	}
	before := looks()
	dbtest.Update(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Raw(ctx, `UPDATE "agency" SET reveal_limit = 8 WHERE id = $1`, tx.Actor.AgencyID)
		return err
	})
	if file, err := ask("ada", nil); !errs.Is(err, errs.TooMany) || file != "" {
		t.Errorf("over the limit: %v %s", err, file)
	}
	if n := looks(); n != before {
		t.Errorf("what didn't leave was noted: %d, before %d", n, before)
	}
}
