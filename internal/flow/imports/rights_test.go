package imports_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestImportOfTheDisabled: an import ends when its person is disabled or may not import
// any more, says so, and what it has stored can be taken back.
func TestImportOfTheDisabled(t *testing.T) {
	for key, change := range map[string]func(u *agency.User){
		"error.job_disabled": func(u *agency.User) { u.Status = "disabled" },
		"error.job_right":    func(u *agency.User) { u.Role = agency.Agent },
	} {
		d := newDesk(t)
		d.Batch = 50
		var b strings.Builder
		b.WriteString("Last name;First name;E-mail\n")
		for i := range 4000 {
			fmt.Fprintf(&b, "Kos%d;Ewa;ewa%d@example.com\n", i, i)
		}
		run := d.upload("sue", "many.csv", b.String())
		d.set("sue", run, nil)
		if _, err := d.Start(t.Context(), d.As("sue"), run.ID); err != nil {
			t.Fatal(err)
		}
		count := func() (n int64) {
			dbtest.View(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
				return tx.Row(ctx, "SELECT count(*) FROM {client} c", nil, &n)
			})
			return n
		}
		for count() == 0 {
			time.Sleep(2 * time.Millisecond)
		}
		dbtest.Update(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			var u agency.User
			return record.Edit(ctx, tx, &u, d.Users["sue"].ID, 0, func() error { change(&u); return nil })
		})
		r := d.wait("ada", run.ID)
		if r.State != imports.Failed || r.Error != key || r.Created == 0 || r.Created == 4000 || r.Created != count() || r.Errors != 0 {
			t.Fatalf("%s %s, %d of %d", r.State, r.Error, r.Created, count())
		}
		// Who read it while it was at work, and its job once that had ended, is told the same.
		r.State, r.Error = imports.Running, ""
		for end := time.Now().Add(10 * time.Second); r.State == imports.Running && time.Now().Before(end); { // the job ends after the run
			dbtest.View(t, d.World.DB, d.As("ada"), func(ctx context.Context, tx *db.Tx) error { return r.Refresh(ctx, tx) })
		}
		if r.State != imports.Failed || r.Error != key {
			t.Errorf("read while it ended: %s %s", r.State, r.Error)
		}
		if r = d.do("ada", run.ID, d.Undo); r.State != imports.Undone || count() != 0 {
			t.Errorf("undone: %s %s, %d are left", r.State, r.Error, count())
		}
	}
}
