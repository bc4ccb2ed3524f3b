package login_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/dbtest"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/mail"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

func (b *bench) invite(mail string) (*agency.User, string) {
	b.t.Helper()
	u := &agency.User{Name: "Nina Nowak", Email: mail, Role: agency.Agent, BranchID: db.Ref(b.North.ID)}
	var path string
	dbtest.Update(b.t, b.DB, b.As("ada"), func(ctx context.Context, tx *db.Tx) (err error) {
		path, err = b.s.Invite(ctx, tx, u)
		return err
	})
	return u, path
}

func tokenOf(path string) string { return path[strings.LastIndex(path, "/")+1:] }

const chosen = "quiet harbour walks at nine"

// TestInvite: the link greets, refuses weak passwords without being used up, signs
// in, and then works no more.
func TestInvite(t *testing.T) {
	b := newBench(t)
	u, path := b.invite("Nina@Example.com")
	if u.Email != "nina@example.com" || u.Status != "invited" || !strings.HasPrefix(path, "/join/") {
		t.Errorf("invited %+v by %s", u, path)
	}
	if _, err := b.try("nina@example.com", "", "", ""); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("sign-in before accepting: %v", err)
	}
	who, a, err := b.s.LinkOf(t.Context(), "invite", tokenOf(path))
	if err != nil || who.Name != "Nina Nowak" || a.Name != "Azymut" {
		t.Errorf("the link is %+v's (%v)", who, err)
	}
	if _, _, err := b.s.LinkOf(t.Context(), "reset", tokenOf(path)); !errs.Is(err, errs.NotFound) {
		t.Errorf("an invitation resets: %v", err)
	}
	for _, weak := range []string{"", "short", "password1234", "ninanowak2026", "Azymut Azymut"} {
		if _, err := b.s.Accept(t.Context(), "invite", tokenOf(path), weak, login.Place{}); !errs.Is(err, errs.Invalid) {
			t.Errorf("password %q: %v", weak, err)
		}
	}
	r, err := b.s.Accept(t.Context(), "invite", tokenOf(path), chosen, login.Place{})
	if err != nil || !b.opens(r.Token) {
		t.Fatalf("accepting: %v", err)
	}
	if _, err := b.s.Accept(t.Context(), "invite", tokenOf(path), chosen+"!", login.Place{}); !errs.Is(err, errs.NotFound) {
		t.Errorf("accepting twice: %v", err)
	}
	if _, err := b.try("nina@example.com", chosen, "", ""); err != nil {
		t.Error(err)
	}
	err = b.DB.Update(t.Context(), b.As("ada"), func(tx *db.Tx) error { _, err := b.s.InviteAgain(t.Context(), tx, u.ID); return err })
	if !errs.Is(err, errs.Conflict) {
		t.Errorf("inviting somebody who has accepted: %v", err)
	}
}

// TestLinkUsedTwiceAtOnce: of two who use a link at the same moment one gets in.
func TestLinkUsedTwiceAtOnce(t *testing.T) {
	b := newBench(t)
	_, path := b.invite("nina@example.com")
	got := make(chan error, 4)
	for i := range cap(got) {
		go func() {
			_, err := b.s.Accept(context.Background(), "invite", tokenOf(path), fmt.Sprint(chosen, i), login.Place{})
			got <- err
		}()
	}
	in := 0
	for range cap(got) {
		if err := <-got; err == nil {
			in++
		} else if !errs.Is(err, errs.NotFound) {
			t.Error(err)
		}
	}
	if in != 1 {
		t.Errorf("%d got in", in)
	}
}

// TestLinkEnds: links expire, and a new one replaces the old one.
func TestLinkEnds(t *testing.T) {
	b := newBench(t)
	b.give("ann")
	u, first := b.invite("nina@example.com")
	var second string
	dbtest.Update(t, b.DB, b.As("ada"), func(ctx context.Context, tx *db.Tx) (err error) {
		second, err = b.s.InviteAgain(ctx, tx, u.ID)
		return err
	})
	works := func(kind, path string) bool {
		_, _, err := b.s.LinkOf(t.Context(), kind, tokenOf(path))
		return err == nil
	}
	if works("invite", first) || !works("invite", second) {
		t.Errorf("first link works %v, second %v", works("invite", first), works("invite", second))
	}
	var reset string
	dbtest.Update(t, b.DB, b.As("ada"), func(ctx context.Context, tx *db.Tx) (err error) {
		reset, err = b.s.ResetLink(ctx, tx, b.As("ann").UserID)
		return err
	})
	b.now = b.now.Add(24*time.Hour - time.Second)
	if !works("reset", reset) {
		t.Error("a reset link ends before its day")
	}
	if b.now = b.now.Add(time.Second); works("reset", reset) {
		t.Error("a reset link works after a day")
	}
	if b.now = b.now.Add(6 * 24 * time.Hour); works("invite", second) {
		t.Error("an invitation works after a week")
	}
	if n, err := b.s.Clean(t.Context()); err != nil || n == 0 {
		t.Errorf("cleaned %d (%v)", n, err)
	}
}

// TestOnlyAdministratorsInvite also checks that an e-mail signs in once in the
// whole installation.
func TestOnlyAdministratorsInvite(t *testing.T) {
	b := newBench(t)
	b.give("ann", "zoe")
	for who, mail := range map[string]string{"ann": "x@example.com", "max": "y@example.com", "eva": "z@example.com"} {
		err := b.DB.Update(t.Context(), b.As(who), func(tx *db.Tx) error {
			_, err := b.s.Invite(t.Context(), tx, &agency.User{Name: "X", Email: mail, Role: agency.Agent})
			return err
		})
		if !errs.Is(err, errs.Forbidden) {
			t.Errorf("%s invites: %v", who, err)
		}
	}
	for _, taken := range []string{"ann@example.com", "zoe@example.com"} {
		err := b.DB.Update(t.Context(), b.As("ada"), func(tx *db.Tx) error {
			_, err := b.s.Invite(t.Context(), tx, &agency.User{Name: "X", Email: taken, Role: agency.Agent})
			return err
		})
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("inviting %s: %v", taken, err)
		}
	}
}

// TestChangedEmail: the e-mail that signs in follows the person, and can't be
// taken from another agency.
func TestChangedEmail(t *testing.T) {
	b := newBench(t)
	b.give("ann", "zoe")
	if err := b.change("ann", func(u *agency.User) { u.Email = "zoe@example.com" }); !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.Conflict) {
		t.Errorf("zoe's e-mail for ann: %v", err)
	}
	if err := b.change("ann", func(u *agency.User) { u.Email = "anna@example.com" }); err != nil {
		t.Fatal(err)
	}
	if _, err := b.try("ann@example.com", secret, "", ""); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("the old e-mail signs in: %v", err)
	}
	if _, err := b.try("anna@example.com", secret, "", ""); err != nil {
		t.Error(err)
	}
}

// TestOldAddressIsTold: who signed in with an e-mail is told when another one takes its
// place. A link that went to the old one ends, and somebody who never came isn't told: the
// old one was wrong, most likely.
func TestOldAddressIsTold(t *testing.T) {
	b := newBench(t)
	b.give("ann")
	s, err := login.New(b.DB, nil, login.Options{BaseURL: "https://crm.example.com", Mail: true})
	if err != nil {
		t.Fatal(err)
	}
	nina, invitation := b.invite("nima@example.com")
	var reset string
	dbtest.Update(t, b.DB, b.As("ada"), func(ctx context.Context, tx *db.Tx) error {
		reset, err = b.s.ResetLink(ctx, tx, b.As("ann").UserID)
		if err != nil {
			return err
		}
		return record.Edit(ctx, tx, nina, nina.ID, 0, func() error { nina.Email = "nina@example.com"; return nil })
	})
	if err := b.change("ann", func(u *agency.User) { u.Language, u.Phone = "pl", "+48 601 234 567" }); err != nil {
		t.Fatal(err)
	}
	if err := b.change("ann", func(u *agency.User) { u.Email = "anna@example.com" }); err != nil {
		t.Fatal(err)
	}
	for kind, path := range map[string]string{"invite": invitation, "reset": reset} {
		if _, _, err := s.LinkOf(t.Context(), kind, tokenOf(path)); !errs.Is(err, errs.NotFound) {
			t.Errorf("the link %s that went to the old address: %v", kind, err)
		}
	}
	sent := make(chan mail.Message, 10)
	r := jobs.New(b.DB, slog.Default())
	s.Jobs(r)
	r.Handle("mail", func(_ context.Context, j *jobs.Job) error {
		var m mail.Message
		err := json.Unmarshal(j.Args, &m)
		sent <- m
		return err
	}, jobs.HandlerOptions{})
	r.Start(t.Context())
	defer r.Stop(context.Background())
	m := <-sent
	if len(m.To) != 1 || m.To[0].Email != "ann@example.com" || !strings.Contains(m.Subject, "Zmieniono") || strings.Contains(m.Text, "anna@") {
		t.Errorf("mail %+v", m)
	}
	select {
	case m := <-sent:
		t.Errorf("a second mail: %+v", m)
	case <-time.After(300 * time.Millisecond):
	}
}

// TestChangePassword: the old one is needed, other sessions end, this one stays
// under a new token.
func TestChangePassword(t *testing.T) {
	b := newBench(t)
	b.give("ann")
	here, there := b.signIn("ann"), b.signIn("ann")
	n, _, _, actor, err := b.s.Authenticate(t.Context(), here.Token)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ old, pw string }{{"", chosen}, {"wrong", chosen}, {secret, "short"}, {secret, "Azymut Azymut"}} {
		if _, err := b.s.ChangePassword(t.Context(), actor, n.ID, tt.old, tt.pw, login.Place{}); !errs.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
	token, err := b.s.ChangePassword(t.Context(), actor, n.ID, secret, chosen, login.Place{})
	if err != nil {
		t.Fatal(err)
	}
	if !b.opens(token) || b.opens(here.Token) || b.opens(there.Token) {
		t.Errorf("open: new %v, old %v, other browser %v", b.opens(token), b.opens(here.Token), b.opens(there.Token))
	}
	if _, err := b.try("ann@example.com", chosen, "192.0.2.9", ""); err != nil {
		t.Error(err)
	}
}

// TestForgotten runs the job behind a forgotten password: known and unknown
// addresses get the same answer, only the known one a mail, and the link works.
func TestForgotten(t *testing.T) {
	b := newBench(t)
	b.give("ann", "bob")
	if err := b.change("bob", func(u *agency.User) { u.Status = "disabled" }); err != nil {
		t.Fatal(err)
	}
	s, err := login.New(b.DB, nil, login.Options{BaseURL: "https://crm.example.com", Mail: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"ann@example.com", "bob@example.com", "nobody@example.com", "nonsense", "sue@example.com"} {
		if err := s.RequestReset(t.Context(), who, login.Place{IP: "192.0.2.1"}); err != nil {
			t.Errorf("%s: %v", who, err)
		}
	}
	sent := make(chan mail.Message, 10)
	r := jobs.New(b.DB, slog.Default())
	s.Jobs(r)
	r.Handle("mail", func(_ context.Context, j *jobs.Job) error {
		var m mail.Message
		err := json.Unmarshal(j.Args, &m)
		sent <- m
		return err
	}, jobs.HandlerOptions{})
	r.Start(t.Context())
	defer r.Stop(context.Background())
	m := <-sent
	if len(m.To) != 1 || m.To[0].Email != "ann@example.com" || m.Subject == "" {
		t.Errorf("mail %+v", m)
	}
	select {
	case m := <-sent:
		t.Errorf("a second mail: %+v", m)
	case <-time.After(300 * time.Millisecond):
	}
	_, rest, ok := strings.Cut(m.Text, "https://crm.example.com/reset/")
	if !ok {
		t.Fatalf("no link in %q", m.Text)
	}
	token := strings.Fields(rest)[0]
	if _, err := s.Accept(t.Context(), "reset", token, chosen, login.Place{}); err != nil {
		t.Error(err)
	}
	flooded := false
	for range 6 {
		flooded = flooded || wait(s.RequestReset(t.Context(), "ann@example.com", login.Place{IP: "192.0.2.1"})) > 0
	}
	if !flooded {
		t.Error("a mailbox can be flooded")
	}
}

// TestDisable: nobody is disabled while their clients have nobody else; handing
// over gives them all to one person.
func TestDisable(t *testing.T) {
	b := newBench(t)
	ann, bob, sue, joe := b.As("ann").UserID, b.As("bob").UserID, b.As("sue").UserID, b.As("joe").UserID
	for i := range 3 {
		dbtest.Update(t, b.DB, b.As("ann"), func(ctx context.Context, tx *db.Tx) error {
			return flow.CreateClient(ctx, tx, &flow.NewClient{Travelers: []flow.NewTraveler{{Traveler: traveler.Traveler{Family: "Nowak", Given: fmt.Sprint("Adam", i)}}}})
		})
	}
	ada := b.As("ada")
	for to, want := range map[int64]errs.Kind{0: errs.Invalid, ann: errs.Invalid, joe: errs.Invalid, b.As("zoe").UserID + 1000: errs.Invalid} {
		if _, err := flow.Disable(t.Context(), b.DB, ada, ann, to); !errs.Is(err, want) {
			t.Errorf("handing over to %d: %v", to, err)
		}
	}
	if _, err := flow.Disable(t.Context(), b.DB, ada, ada.UserID, bob); !errs.Is(err, errs.Conflict) {
		t.Errorf("disabling oneself: %v", err)
	}
	if _, err := flow.Disable(t.Context(), b.DB, b.As("max"), ann, bob); !errs.Is(err, errs.Forbidden) {
		t.Errorf("a manager disables: %v", err)
	}
	if _, err := flow.HandOver(t.Context(), b.DB, b.As("max"), ann, sue); !errs.Is(err, errs.Forbidden) {
		t.Errorf("a manager hands over: %v", err)
	}
	n, err := flow.Disable(t.Context(), b.DB, ada, ann, bob)
	if err != nil || n != 3 {
		t.Fatalf("handed over %d (%v)", n, err)
	}
	dbtest.View(t, b.DB, b.As("bob"), func(ctx context.Context, tx *db.Tx) error {
		has, err := flow.ClientsOf(ctx, tx, bob)
		var u agency.User
		if err == nil {
			err = record.Get(ctx, tx, &u, ann)
		}
		if has != 3 || u.Status != "disabled" {
			t.Errorf("bob has %d clients, ann is %s", has, u.Status)
		}
		return err
	})
	if _, err := flow.Disable(t.Context(), b.DB, ada, joe, 0); err != nil {
		t.Errorf("disabling somebody without clients: %v", err)
	}
}
