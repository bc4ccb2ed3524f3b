package activity_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/activity"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// household is a client with one traveler.
func household(t *testing.T, w *dbtest.World, who, family string) (client, person int64) {
	t.Helper()
	n := &flow.NewClient{Travelers: []flow.NewTraveler{{Traveler: traveler.Traveler{Family: family, Given: "Ewa"}}}}
	dbtest.Update(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error { return flow.CreateClient(ctx, tx, n) })
	return n.Client.ID, n.Travelers[0].ID
}

func note(t *testing.T, w *dbtest.World, who string, a *activity.Activity) error {
	t.Helper()
	return w.DB.Update(t.Context(), w.As(who), func(tx *db.Tx) error { return record.Insert(t.Context(), tx, a) })
}

func noted(t *testing.T, w *dbtest.World, who string, a *activity.Activity) *activity.Activity {
	t.Helper()
	if err := note(t, w, who, a); err != nil {
		t.Fatal(err)
	}
	return a
}

func subjects(t *testing.T, w *dbtest.World, who string, q list.Query) string {
	t.Helper()
	var out []string
	q.Columns = []string{"subject"}
	dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
		p, err := activity.List.Run(ctx, tx, q)
		for _, r := range p.Rows {
			out = append(out, fmt.Sprint(r.Values[0]))
		}
		return err
	})
	return strings.Join(out, " ")
}

// TestPrivate: what is private is seen by its author and by managers and administrators
// who see the record; in the list, the history and by itself.
func TestPrivate(t *testing.T) {
	w := dbtest.NewWorld(t)
	client, _ := household(t, w, "ann", "Nowak")
	noted(t, w, "ann", &activity.Activity{OwnerKind: "client", OwnerID: client, Type: "NOTE", Subject: "Open"})
	own := noted(t, w, "ann", &activity.Activity{OwnerKind: "client", OwnerID: client, Type: "NOTE", Subject: "Secret", Private: true})
	for who, want := range map[string]string{"ann": "Open Secret", "ada": "Open Secret", "max": "Open Secret", // max leads the branch
		"sue": "Open", "joe": "Open", "eva": "Open", "bob": "", "zoe": ""} {
		if got := subjects(t, w, who, list.Query{Sort: "subject"}); got != want {
			t.Errorf("%s lists %q, want %q", who, got, want)
		}
		told := strings.Contains(want, "Secret")
		dbtest.View(t, w.DB, w.As(who), func(ctx context.Context, tx *db.Tx) error {
			if err := record.Get(ctx, tx, new(activity.Activity), own.ID); (err == nil) != told || (err != nil && !errs.Is(err, errs.NotFound)) {
				t.Errorf("%s reads it: %v", who, err)
			}
			h, err := record.History(ctx, tx, record.Ref{Kind: "client", ID: client}, 0, 50)
			if got := strings.Contains(fmt.Sprint(h), "Secret"); got != told {
				t.Errorf("%s reads of it in the history: %v", who, got)
			}
			return err
		})
	}
	// Deleted, it stays as private as it was.
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		return record.Delete(ctx, tx, new(activity.Activity), own.ID, 0)
	})
	dbtest.View(t, w.DB, w.As("eva"), func(ctx context.Context, tx *db.Tx) error {
		h, err := record.History(ctx, tx, record.Ref{Kind: "client", ID: client}, 0, 50)
		if strings.Contains(fmt.Sprint(h), "Secret") {
			t.Error("the auditor reads of a deleted private event")
		}
		return err
	})
}

// TestWhoWrites: who sees a record may tell what happened; the author and those who lead
// change it.
func TestWhoWrites(t *testing.T) {
	w := dbtest.NewWorld(t)
	client, person := household(t, w, "ann", "Nowak")
	for who, want := range map[string]errs.Kind{"bob": errs.NotFound, "eva": errs.Forbidden, "joe": errs.Forbidden, "zoe": errs.NotFound} {
		if err := note(t, w, who, &activity.Activity{OwnerKind: "traveler", OwnerID: person, Type: "PHONE", Subject: "x"}); !errs.Is(err, want) {
			t.Errorf("%s notes something: %v", who, err)
		}
	}
	a := noted(t, w, "ann", &activity.Activity{OwnerKind: "client", OwnerID: client, Type: "PHONE", Subject: "x"})
	for who, may := range map[string]bool{"ann": true, "max": true, "ada": true, "sue": false} {
		err := w.DB.Update(t.Context(), w.As(who), func(tx *db.Tx) error {
			var e activity.Activity
			return record.Edit(t.Context(), tx, &e, a.ID, 0, func() error { e.Result = who; return nil })
		})
		if (err == nil) != may {
			t.Errorf("%s changes it: %v", who, err)
		}
	}
}

// TestRefused says what an activity can't be.
func TestRefused(t *testing.T) {
	w := dbtest.NewWorld(t)
	client, _ := household(t, w, "ann", "Nowak")
	for want, a := range map[string]activity.Activity{
		"subject error.required":             {Type: "PHONE"},
		"type activity.error.type":           {Type: "NOSUCH", Subject: "x"},
		"direction error.choice":             {Type: "PHONE", Subject: "x", Direction: "up"},
		"minutes activity.error.minutes":     {Type: "PHONE", Subject: "x", Minutes: -1},
		"follow_on activity.error.follow_on": {Type: "PHONE", Subject: "x", FollowNote: "call"},
		"follow_on error.date":               {Type: "PHONE", Subject: "x", FollowOn: "--05-01"},
		"at activity.error.future":           {Type: "PHONE", Subject: "x", At: db.StampOf(w.DB.Now()).Add(72 * 3600e9)},
	} {
		a.OwnerKind, a.OwnerID = "client", client
		err := note(t, w, "ann", &a)
		var e *errs.Error
		if !errors.As(err, &e) || len(e.Fields) == 0 || e.Fields[0].Path+" "+e.Fields[0].Key != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestListAndFollowUps: the activities of a client are those with it and with its
// travelers, in any order; a follow-up is due until it is done.
func TestListAndFollowUps(t *testing.T) {
	w := dbtest.NewWorld(t)
	client, person := household(t, w, "ann", "Nowak")
	other, _ := household(t, w, "ann", "Wójcik")
	noted(t, w, "ann", &activity.Activity{OwnerKind: "client", OwnerID: client, Type: "PHONE", Subject: "b", Result: "1", At: 3e15 / 2})
	noted(t, w, "ann", &activity.Activity{OwnerKind: "traveler", OwnerID: person, Type: "COMPLAINT", Subject: "a", Result: "2", At: 2e15 / 2, FollowOn: "2020-01-02", FollowNote: "call"})
	noted(t, w, "ann", &activity.Activity{OwnerKind: "client", OwnerID: other, Type: "PHONE", Subject: "c"})
	of := []list.Filter{{Key: "client", Op: "is", Values: []string{fmt.Sprint(client)}}}
	for sort, want := range map[string]string{"subject": "a b", "-subject": "b a", "at": "a b", "-at": "b a", "result": "b a", "type": "b a", "owner": "b a", "by": "b a", "follow_due": "b a"} {
		if got := subjects(t, w, "ann", list.Query{Filters: of, Sort: sort}); len(got) != 3 || (sort != "owner" && sort != "by" && got != want) {
			t.Errorf("by %s: %q, want %q", sort, got, want)
		}
	}
	due := func() (out string) {
		dbtest.View(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
			mine, err := activity.Due(ctx, tx, "2020-01-02", 10)
			if err != nil {
				return err
			}
			here, err := activity.DueOf(ctx, tx, []record.Ref{{Kind: "client", ID: client}, {Kind: "traveler", ID: person}})
			for _, a := range append(mine, here...) {
				out += a.Subject
			}
			return err
		})
		return out
	}
	if got := due(); got != "aa" {
		t.Errorf("due: %q", got)
	}
	dbtest.Update(t, w.DB, w.As("ann"), func(ctx context.Context, tx *db.Tx) error {
		all, err := activity.Between(ctx, tx, []record.Ref{{Kind: "traveler", ID: person}}, 0, 0, 10)
		if err != nil {
			return err
		}
		e := &activity.Activity{}
		return record.Edit(ctx, tx, e, all[0].ID, 0, func() error { e.FollowDone = true; return nil })
	})
	if got := due(); got != "" {
		t.Errorf("due after it was done: %q", got)
	}
}
