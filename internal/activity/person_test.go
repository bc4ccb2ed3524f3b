package activity_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/activity"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/document"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

func change(t *testing.T, w *dbtest.World, who string, id int64, add, remove []int64) error {
	t.Helper()
	return w.DB.Update(t.Context(), w.As(who), func(tx *db.Tx) error { return activity.Change(t.Context(), tx, id, add, remove) })
}

// present are the travelers of an activity as somebody sees them.
func present(t *testing.T, w *dbtest.World, who string, id int64) (out []int64) {
	t.Helper()
	dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
		there, err := activity.Persons(ctx, tx, id)
		for _, p := range there[id] {
			out = append(out, p.TravelerID)
		}
		return err
	})
	return out
}

// TestPersons: who was there is told to those who see both the activity and the person,
// in the list, in the timeline of the person and in the history.
func TestPersons(t *testing.T) {
	w := dbtest.NewWorld(t)
	nowaks, ewa := household(t, w, "ann", "Nowak")
	_, jan := household(t, w, "bob", "Kowal")
	// Bob has Ewa among his travelers, too: he sees her, not Ann's client.
	kept := &client.Client{Name: "Kept", AdvisorID: db.Ref(w.Users["bob"].ID)}
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		if err := record.Insert(ctx, tx, kept); err != nil {
			return err
		}
		return record.Insert(ctx, tx, &client.Link{ClientID: kept.ID, TravelerID: ewa})
	})
	a := noted(t, w, "ann", &activity.Activity{OwnerKind: "client", OwnerID: nowaks, Type: "MEETING", Subject: "Visit", Persons: "the neighbour"})
	if err := change(t, w, "ann", a.ID, []int64{ewa, ewa}, nil); err != nil {
		t.Fatal(err)
	}
	if err := change(t, w, "ann", a.ID, []int64{jan}, nil); !errs.Is(err, errs.Invalid) {
		t.Errorf("ann names a traveler whom she doesn't see: %v", err)
	}
	if err := change(t, w, "ada", a.ID, []int64{jan}, nil); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[string][]int64{"ann": {ewa}, "ada": {ewa, jan}, "eva": {ewa, jan}, "bob": nil, "zoe": nil} {
		if got := present(t, w, who, a.ID); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s sees %v, want %v", who, got, want)
		}
	}
	// What one doesn't see isn't taken away by the way.
	if err := change(t, w, "ann", a.ID, nil, []int64{ewa, jan}); err != nil {
		t.Fatal(err)
	}
	if got := present(t, w, "ada", a.ID); fmt.Sprint(got) != fmt.Sprint([]int64{jan}) {
		t.Errorf("left are %v", got)
	}
	if err := change(t, w, "ann", a.ID, []int64{ewa}, nil); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[string]int{"ann": 1, "ada": 1, "bob": 0} {
		dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
			got, err := activity.Between(ctx, tx, []record.Ref{{Kind: "traveler", ID: ewa}}, 0, 0, 10)
			if len(got) != want {
				t.Errorf("%s finds %d events with Ewa, want %d", who, len(got), want)
			}
			h, herr := record.History(ctx, tx, record.Ref{Kind: "traveler", ID: ewa}, 0, 50)
			if told := strings.Contains(fmt.Sprintf("%+v", h), "activity_person"); told != (want > 0) {
				t.Errorf("%s reads in Ewa's history of the event: %v", who, told)
			}
			return errors.Join(err, herr)
		})
	}
	for who, want := range map[string]string{"ann": "Ewa Nowak, the neighbour", "ada": "Ewa Kowal, Ewa Nowak, the neighbour", "bob": ""} {
		dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
			for _, f := range []list.Filter{{Key: "traveler", Op: "is", Values: []string{fmt.Sprint(ewa)}}, {Key: "persons", Op: "contains", Values: []string{"ewa neighbour"}},
				{Key: "client", Op: "is", Values: []string{fmt.Sprint(nowaks)}}} {
				p, err := activity.List.Run(ctx, tx, list.Query{Columns: []string{"persons"}, Sort: "persons", Filters: []list.Filter{f}})
				if err != nil {
					return err
				}
				if got := fmt.Sprint(p.Rows); len(p.Rows) > 1 || (want != "") != strings.Contains(got, "["+want+"]") && want != "" || want == "" && len(p.Rows) > 0 {
					t.Errorf("%s lists %s by %s, want %q", who, got, f.Key, want)
				}
			}
			return nil
		})
	}
}

// TestPersonsOfPrivate: nobody learns from the persons or files of a private activity
// that it is there.
func TestPersonsOfPrivate(t *testing.T) {
	w := dbtest.NewWorld(t)
	nowaks, ewa := household(t, w, "ann", "Nowak")
	for range 3 { // so that no two numbers are the same by chance
		noted(t, w, "ann", &activity.Activity{OwnerKind: "client", OwnerID: nowaks, Type: "NOTE", Subject: "Before"})
	}
	a := noted(t, w, "ann", &activity.Activity{OwnerKind: "client", OwnerID: nowaks, Type: "NOTE", Subject: "Secret", Private: true})
	if err := change(t, w, "ann", a.ID, []int64{ewa}, nil); err != nil {
		t.Fatal(err)
	}
	var file *document.Attachment
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) {
		file, err = document.AddLink(ctx, tx, record.Ref{Kind: "activity", ID: a.ID}, "https://example.org/zq", "Zq terms", "")
		return err
	})
	look := func(when string, sees map[string]bool) {
		for who, want := range sees {
			dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
				if got := len(present(t, w, who, a.ID)) > 0; got != want {
					t.Errorf("%s: %s sees who was there: %v", when, who, got)
				}
				if err := record.Get(ctx, tx, new(document.Attachment), file.ID); (err == nil) != want {
					t.Errorf("%s: %s gets the file: %v", when, who, err)
				}
				p, err := document.List.Run(ctx, tx, list.Query{Columns: []string{"name", "owner"}})
				if got := strings.Contains(fmt.Sprint(p.Rows), "Zq"); got != want {
					t.Errorf("%s: %s lists the file: %v", when, who, got)
				}
				return err
			})
		}
	}
	look("there", map[string]bool{"ann": true, "max": true, "ada": true, "sue": false, "eva": false, "bob": false, "zoe": false})
	for who, want := range map[string]bool{"ann": true, "ada": true, "eva": false, "sue": false} {
		dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
			var told string
			for _, root := range []record.Ref{{Kind: "client", ID: nowaks}, {Kind: "traveler", ID: ewa}, {Kind: "activity", ID: a.ID}} {
				h, err := record.History(ctx, tx, root, 0, 50)
				if err != nil {
					return err
				}
				told += fmt.Sprintf("%+v", h)
			}
			if got := strings.Contains(told, "activity_person"); got != want {
				t.Errorf("%s reads in the history who was there: %v", who, got)
			}
			if got := strings.Contains(told, "Zq terms"); got != want {
				t.Errorf("%s reads in the history of the file: %v", who, got)
			}
			return nil
		})
	}
	// Who sees an activity of a colleague doesn't change who was there, nor its files.
	open := noted(t, w, "ann", &activity.Activity{OwnerKind: "client", OwnerID: nowaks, Type: "NOTE", Subject: "Open"})
	if err := change(t, w, "sue", open.ID, []int64{ewa}, nil); !errs.Is(err, errs.Forbidden) {
		t.Errorf("sue names who was there: %v", err)
	}
	err := w.DB.Update(t.Context(), w.As("sue"), func(tx *db.Tx) error {
		_, err := document.AddLink(t.Context(), tx, record.Ref{Kind: "activity", ID: open.ID}, "https://example.org", "", "")
		return err
	})
	if !errs.Is(err, errs.Forbidden) {
		t.Errorf("sue hangs a link on it: %v", err)
	}
	ends(t, w, a.ID, nowaks, look)
}

// ends: in the trash nothing of an activity is found, restored it is there again, purged
// nothing stays.
func ends(t *testing.T, w *dbtest.World, id, owner int64, look func(string, map[string]bool)) {
	t.Helper()
	act := func(do func(ctx context.Context, tx *db.Tx) error) { dbtest.Update(t, w.DB, w.As("ann"), do) }
	act(func(ctx context.Context, tx *db.Tx) error {
		return record.Delete(ctx, tx, new(activity.Activity), id, 0)
	})
	look("in the trash", map[string]bool{"ann": false, "ada": false})
	act(func(ctx context.Context, tx *db.Tx) error { return record.Restore(ctx, tx, new(activity.Activity), id) })
	look("restored", map[string]bool{"ann": true, "ada": true})
	dbtest.Update(t, w.DB, db.System(w.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
		if err := errors.Join(record.Delete(ctx, tx, new(client.Client), owner, 0), record.Purge(ctx, tx, "client", owner)); err != nil {
			return err
		}
		for _, table := range []string{"activity", "activity_person", "attachment"} {
			var n int64
			if err := tx.Row(ctx, "SELECT count(*) FROM {"+table+".any} r", nil, &n); err != nil || n != 0 {
				t.Errorf("%d rows of %s outlive the client (%v)", n, table, err)
			}
		}
		return nil
	})
}
