package flow_test

import (
	"context"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestDaysOfTheAgency: a list that nobody told a time zone, such as one of the API,
// begins its days where the agency is.
func TestDaysOfTheAgency(t *testing.T) {
	w := dbtest.NewWorld(t)
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) // the 23rd on Kiritimati, 14 hours ahead
	w.DB.Now = func() time.Time { return noon }
	create(t, w, "ada", person("Nowak", "Ewa", "", ""))
	dbtest.Update(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		var a agency.Agency
		return record.Edit(ctx, tx, &a, w.As("ada").AgencyID, 0, func() error { a.TimeZone = "Pacific/Kiritimati"; return nil })
	})
	for day, want := range map[string]int{"2026-11-22": 0, "2026-11-23": 1} {
		dbtest.View(t, w.DB, w.As("ada"), func(ctx context.Context, tx *db.Tx) error {
			n, err := client.List.Count(ctx, tx, list.Query{Filters: []list.Filter{{Key: "created", Op: "on", Values: []string{day}}}}, 10)
			if n != want {
				t.Errorf("created on %s: %d, want %d", day, n, want)
			}
			return err
		})
	}
}
