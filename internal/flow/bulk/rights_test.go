package bulk_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// person changes what somebody may do. As goes on with what they could before, as work
// that has begun does.
func (d *desk) person(who string, change func(u *agency.User)) {
	d.t.Helper()
	dbtest.Update(d.t, d.World.DB, db.System(d.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
		var u agency.User
		return record.Edit(ctx, tx, &u, d.Users[who].ID, 0, func() error { change(&u); return nil })
	})
}

// TestJobOfTheDisabled: an act ends when the person who asked for it is disabled, says
// so, and what it has done can be taken back.
func TestJobOfTheDisabled(t *testing.T) {
	d := newDesk(t)
	ids := d.clients("ann", 6000, nil)
	var act *bulk.Act
	dbtest.Update(t, d.World.DB, d.As("ann"), func(ctx context.Context, tx *db.Tx) (err error) {
		act, err = bulk.Begin(ctx, tx, bulk.Order{Kind: "client", What: bulk.Modify, Field: "currency", Value: "CHF"}, list.Selection{IDs: ids})
		return err
	})
	r := jobs.New(d.World.DB, slog.New(slog.DiscardHandler))
	r.Poll = 5 * time.Millisecond
	d.Register(r)
	r.Start(context.Background())
	defer r.Stop(context.Background())
	for d.act("ada", act.ID).Position == 0 {
		time.Sleep(2 * time.Millisecond)
	}
	d.person("ann", func(u *agency.User) { u.Status = "disabled" })
	act = d.wait("ada", act.ID)
	if act.State != bulk.Failed || act.Error != "error.job_disabled" || act.Changed == 0 || act.Changed == act.Total || act.Refused != 0 {
		t.Fatalf("%s %s of %d", counts(act), act.Error, act.Total)
	}
	// Who read it while it was at work, and its job once that had ended, is told the same.
	act.State, act.Error = bulk.Running, ""
	for end := time.Now().Add(10 * time.Second); act.State == bulk.Running && time.Now().Before(end); { // the job ends after the act
		dbtest.View(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error { return act.Refresh(ctx, tx) })
	}
	if act.State != bulk.Failed || act.Error != "error.job_disabled" {
		t.Errorf("read while it ended: %s %s", act.State, act.Error)
	}
	changed := act.Changed
	if act = d.undo("ada", act.ID); act.State != bulk.Undone || act.Undone != changed || d.by("currency") != " 6000" {
		t.Errorf("%s: %s", counts(act), d.by("currency"))
	}
}

// TestStepsOfTheDemoted: each step of an act asks what its person may do by now.
func TestStepsOfTheDemoted(t *testing.T) {
	d := newDesk(t)
	ids := d.clients("ann", 2, nil)
	d.person("ann", func(u *agency.User) { u.Role = agency.Auditor })
	a, err := d.Do(t.Context(), d.As("ann"), inactive, list.Selection{IDs: ids})
	if !errs.Is(err, errs.Forbidden) {
		t.Errorf("an auditor goes on: %v", err)
	}
	if a = d.act("ada", a.ID); a.State != bulk.Failed || a.Error != "error.job_right" {
		t.Errorf("%s %s", counts(a), a.Error)
	}
	// Less is seen: the rest is refused.
	theirs := d.clients("bob", 2, nil)
	d.person("max", func(u *agency.User) { u.Role = agency.Administrator }) // one must stay
	d.person("ada", func(u *agency.User) { u.Role = agency.Agent })
	a, err = d.Do(t.Context(), d.As("ada"), inactive, list.Selection{IDs: append(theirs, d.clients("ada", 1, nil)...)})
	if err != nil || a.Changed != 1 || a.Refused != 2 {
		t.Errorf("%s: %v", counts(a), err)
	}
}

// TestGroupsOfOthers: what an act changed is told of the records that the reader sees.
func TestGroupsOfOthers(t *testing.T) {
	d := newDesk(t)
	was := func(code string) func(int, *client.Client) {
		return func(_ int, c *client.Client) { c.Currency = code }
	}
	ids := append(d.clients("ann", 2, was("CHF")), d.clients("bob", 1, was("GBP"))...)
	a := d.do("ada", bulk.Order{Kind: "client", What: bulk.Modify, Field: "currency", Value: "EUR"}, ids)
	groups := func(who string) (out []bulk.Group) {
		dbtest.View(t, d.World.DB, d.As(who), func(ctx context.Context, tx *db.Tx) (err error) {
			out, err = bulk.Groups(ctx, tx, a)
			return err
		})
		return out
	}
	if got := groups("eva"); len(got) != 2 {
		t.Errorf("an auditor of the agency reads %v", got)
	}
	dbtest.Update(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		var x agency.Agency
		err := record.Edit(ctx, tx, &x, d.Agency.ID, 0, func() error { x.SeeAuditor = "branch"; return nil })
		*d.Agency = x
		return err
	})
	if got := groups("eva"); len(got) != 1 || got[0] != (bulk.Group{Was: "CHF", Now: "EUR", Count: 2}) {
		t.Errorf("an auditor of a branch reads %v", got)
	}
}
