package login_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/login"
)

func newAgency(name, mail string) *flow.NewAgency {
	return &flow.NewAgency{Agency: agency.Agency{Name: name, Country: "PL", TimeZone: "Europe/Warsaw", Currency: "PLN", Language: "pl"},
		Admin: agency.User{Name: "Ada Admin", Email: mail}, Password: chosen}
}

// TestSetup: of many first starts at once one wins, and it leaves an agency that
// works.
func TestSetup(t *testing.T) {
	d := dbtest.New(t)
	s, err := login.New(d, nil, login.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if needed, err := flow.NeedsSetup(t.Context(), d); err != nil || !needed {
		t.Fatalf("an empty database needs no setup (%v)", err)
	}
	bad := newAgency("", "nonsense")
	bad.Password = "short"
	if err := flow.Setup(t.Context(), d, s, bad); err == nil || !strings.Contains(err.Error(), "agency.name") ||
		!strings.Contains(err.Error(), "admin.email") || !strings.Contains(err.Error(), "password") {
		t.Errorf("everything wrong at once: %v", err)
	}
	got := make(chan error, 4)
	for i := range cap(got) {
		go func() {
			got <- flow.Setup(context.Background(), d, s, newAgency("Azymut", fmt.Sprintf("ada%d@example.com", i)))
		}()
	}
	won := 0
	for range cap(got) {
		if err := <-got; err == nil {
			won++
		} else if !errs.Is(err, errs.Conflict) {
			t.Error(err)
		}
	}
	if needed, err := flow.NeedsSetup(t.Context(), d); won != 1 || err != nil || needed {
		t.Fatalf("%d won, needed %v (%v)", won, needed, err)
	}
	var r *login.Result
	for i := range cap(got) {
		if in, err := s.SignIn(t.Context(), login.Attempt{Email: fmt.Sprintf("ada%d@example.com", i), Password: chosen}); err == nil {
			r = in
		}
	}
	if r == nil {
		t.Fatal("nobody can sign in")
	}
	_, u, a, actor, err := s.Authenticate(t.Context(), r.Token)
	if err != nil || u.Role != agency.Administrator || a.Name != "Azymut" || u.BranchID == 0 {
		t.Fatalf("%+v of %+v (%v)", u, a, err)
	}
	dbtest.View(t, d, actor, func(ctx context.Context, tx *db.Tx) error {
		types, err := client.Types(ctx, tx)
		codes := ""
		for _, ty := range types {
			codes += ty.Code + ":" + ty.DefaultOf + " "
		}
		if codes != "B:corporate E: G: H: P:personal " {
			t.Errorf("customer types %s", codes)
		}
		return err
	})
}

// TestAddAgency: a further agency, whose administrator chooses a password by link.
func TestAddAgency(t *testing.T) {
	b := newBench(t)
	n := newAgency("Kompas", "kim@example.com")
	n.Password = ""
	path, err := flow.AddAgency(t.Context(), b.DB, b.s, n)
	if err != nil || path == "" {
		t.Fatalf("link %q (%v)", path, err)
	}
	r, err := b.s.Accept(t.Context(), "invite", tokenOf(path), chosen, login.Place{})
	if err != nil || !b.opens(r.Token) || r.AgencyID == b.Agency.ID {
		t.Errorf("%+v (%v)", r, err)
	}
	if _, err := flow.AddAgency(t.Context(), b.DB, b.s, newAgency("Again", "kim@example.com")); !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.Conflict) {
		t.Errorf("an e-mail twice: %v", err)
	}
}

// TestLastAdministrator: an agency keeps one, even if two administrators demote
// each other at the same moment.
func TestLastAdministrator(t *testing.T) {
	b := newBench(t)
	for name, fn := range map[string]func(u *agency.User){"demoted": func(u *agency.User) { u.Role = agency.Agent },
		"disabled": func(u *agency.User) { u.Status = "disabled" }, "back to invited": func(u *agency.User) { u.Status = "invited" }} {
		if err := b.change("ada", fn); !errs.Is(err, errs.Conflict) {
			t.Errorf("the last administrator %s: %v", name, err)
		}
	}
	if err := b.change("max", func(u *agency.User) { u.Role = agency.Administrator }); err != nil {
		t.Fatal(err)
	}
	got := make(chan error, 2)
	for _, name := range []string{"ada", "max"} {
		go func() { got <- b.change(name, func(u *agency.User) { u.Role = agency.Agent }) }()
	}
	if a, c := <-got, <-got; (a == nil) == (c == nil) {
		t.Errorf("both demoted at once: %v, %v", a, c)
	}
}
