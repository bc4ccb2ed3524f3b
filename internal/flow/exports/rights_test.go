package exports_test

import (
	"context"
	"testing"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestFileOfTheDisabled: while a file is made, it is asked what its person may do by now.
func TestFileOfTheDisabled(t *testing.T) {
	d := newDesk(t)
	a, j := d.As("max"), &jobs.Job{AgencyID: d.Agency.ID, UserID: d.Users["max"].ID}
	be := func(status, role string) {
		dbtest.Update(t, d.Service.DB, db.System(d.Agency.ID), func(ctx context.Context, tx *db.Tx) error {
			var u agency.User
			return record.Edit(ctx, tx, &u, d.Users["max"].ID, 0, func() error { u.Status, u.Role = status, role; return nil })
		})
	}
	if err := exports.Still(d.Service, t.Context(), j, a); err != nil {
		t.Error(err)
	}
	be("active", agency.Accountant)
	if err := exports.Still(d.Service, t.Context(), j, a); !errs.Is(err, errs.Internal) {
		t.Errorf("with other rights: %v", err) // it begins anew
	}
	be("active", agency.Agent)
	if err := exports.Still(d.Service, t.Context(), j, a); !errs.Is(err, errs.Forbidden) {
		t.Errorf("without the right: %v", err)
	}
	be("disabled", agency.Manager)
	if err := exports.Still(d.Service, t.Context(), j, a); !errs.Is(err, errs.Forbidden) {
		t.Errorf("disabled: %v", err)
	}
}
