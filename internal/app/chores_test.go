package app_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/carnetcrm/carnet/internal/app"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/mail"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// post is a mail server that answers as it is told.
type post struct {
	mu      sync.Mutex
	sent    []mail.Message
	answers []error
}

func (p *post) Send(_ context.Context, m mail.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, m)
	if len(p.answers) == 0 {
		return nil
	}
	err := p.answers[0]
	p.answers = p.answers[1:]
	return err
}

// work runs the jobs of an installation until the test ends.
func work(t *testing.T, a *app.App) {
	t.Helper()
	a.Jobs.Poll = 20 * time.Millisecond
	a.Jobs.Start(t.Context())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := a.Jobs.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
}

func enqueue(t *testing.T, a *app.App, kind string, args any, opts ...jobs.Option) (id int64) {
	t.Helper()
	if err := a.DB.UpdateLocal(t.Context(), func(tx *db.Tx) (err error) {
		id, err = jobs.Enqueue(t.Context(), tx, kind, args, opts...)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return id
}

// ended waits until a job has ended or waits for its next attempt.
func ended(t *testing.T, a *app.App, id int64) (i *jobs.Info) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if err := a.DB.Local(t.Context(), func(tx *db.Tx) (err error) {
			i, err = jobs.Get(t.Context(), tx, id)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if i.Ended() || i.State == jobs.Ready && i.Error != "" {
			return i
		}
	}
	t.Fatalf("job %d is %s", id, i.State)
	return nil
}

func TestMail(t *testing.T) {
	a, log := open(t, settings(t))
	p := &post{}
	a.Mail = p
	work(t, a)
	m := mail.Message{To: []mail.Address{{Name: "Joanna Kowalska", Email: "joanna@example.com"}}, Subject: "Witaj", Text: "Dzień dobry"}

	p.answers = []error{&mail.Error{Temporary: true, Code: 451, Reason: "greylisted", Err: errors.New("try later, joanna@example.com")}}
	i := ended(t, a, enqueue(t, a, "mail", m))
	if i.State != jobs.Ready || !strings.Contains(i.Error, "451") || strings.Contains(i.Error, "joanna") {
		t.Errorf("after a passing failure: %s %q", i.State, i.Error)
	}
	// Its next attempt, now: the same message with the same id.
	if err := a.DB.UpdateLocal(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "UPDATE job SET run_at = 0, error = '' WHERE id = $1", i.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if i := ended(t, a, i.ID); i.State != jobs.Done {
		t.Errorf("the second attempt: %s %q", i.State, i.Error)
	}
	if len(p.sent) != 2 || p.sent[0].ID == "" || p.sent[0].ID != p.sent[1].ID || p.sent[1].Text != "Dzień dobry" {
		t.Errorf("sent %+v", p.sent)
	}

	p.answers = []error{&mail.Error{Code: 550, Reason: "no such box", Err: errors.New("550 joanna@example.com unknown")}}
	bad := ended(t, a, enqueue(t, a, "mail", m))
	if bad.State != jobs.Failed || bad.Attempt != 1 || !strings.Contains(bad.Error, "550") || strings.Contains(bad.Error, "joanna") {
		t.Errorf("after a final failure: %s, attempt %d, %q", bad.State, bad.Attempt, bad.Error)
	}
	if p.sent[2].ID == p.sent[0].ID {
		t.Error("another message has the same id")
	}
	for _, id := range []int64{i.ID, bad.ID} {
		var args string
		if err := a.DB.Local(t.Context(), func(tx *db.Tx) error {
			return tx.Row(t.Context(), "SELECT args FROM job WHERE id = $1", []any{id}, &args)
		}); err != nil || args != "{}" {
			t.Errorf("job %d keeps %q (%v)", id, args, err)
		}
	}
	if strings.Contains(log.String(), "joanna") || strings.Contains(log.String(), "Kowalska") {
		t.Errorf("the log: %s", log.String())
	}

	a.Mail = mail.Off{}
	if i := ended(t, a, enqueue(t, a, "mail", m)); i.State != jobs.Failed || !strings.Contains(i.Error, "error.mail_off") {
		t.Errorf("without a mail server: %s %q", i.State, i.Error)
	}
}

// TestTrash: what was deleted more than 30 days ago goes for good, what was deleted
// later stays and can be restored.
func TestTrash(t *testing.T) {
	a, _ := open(t, settings(t))
	actor, _ := found(t, a)
	ctx := t.Context()
	update := func(fn func(*db.Tx) error) {
		t.Helper()
		if err := a.DB.Update(ctx, actor, fn); err != nil {
			t.Fatal(err)
		}
	}
	real := a.DB.Now
	ago := func(days int) { a.DB.Now = func() time.Time { return real().AddDate(0, 0, -days) } }
	var old, young []int64
	make := func(n, days int) (ids []int64) {
		for i := range n {
			c := &flow.NewClient{Travelers: []flow.NewTraveler{{Traveler: traveler.Traveler{Family: fmt.Sprintf("Nowak%d", i), Given: "Jan"}}}}
			ago(days + 1)
			update(func(tx *db.Tx) error { return flow.CreateClient(ctx, tx, c) })
			ago(days)
			update(func(tx *db.Tx) error { return flow.TrashClient(ctx, tx, c.Client.ID, 0) })
			ids = append(ids, c.Client.ID)
		}
		return ids
	}
	old, young = make(25, 31), make(2, 29) // more than one step of work
	// A traveler in the trash whose companion is alive.
	ago(40)
	head := &flow.NewTraveler{Traveler: traveler.Traveler{Family: "Head", Given: "A"}}
	companion := &flow.NewTraveler{Traveler: traveler.Traveler{Family: "Companion", Given: "B"}}
	update(func(tx *db.Tx) error {
		if err := flow.CreateTraveler(ctx, tx, head); err != nil {
			return err
		}
		companion.Traveler.MainTraveler = db.Ref(head.ID)
		if err := flow.CreateTraveler(ctx, tx, companion); err != nil {
			return err
		}
		return record.Delete(ctx, tx, new(traveler.Traveler), head.ID, 0)
	})
	a.DB.Now = real
	work(t, a)
	if i := ended(t, a, enqueue(t, a, "trash.purge", nil)); i.State != jobs.Done || i.Done != int64(len(old)*2+1) {
		t.Fatalf("%s: %d removed, error %q", i.State, i.Done, i.Error)
	}
	err := a.DB.View(ctx, actor, func(tx *db.Tx) error {
		for _, id := range old {
			if err := record.GetAny(ctx, tx, new(client.Client), id); !errs.Is(err, errs.NotFound) {
				t.Errorf("client %d is still there (%v)", id, err)
			}
		}
		for _, id := range young {
			if err := record.GetAny(ctx, tx, new(client.Client), id); err != nil {
				t.Errorf("client %d went too early: %v", id, err)
			}
		}
		var c traveler.Traveler
		if err := record.Get(ctx, tx, &c, companion.ID); err != nil || c.MainTraveler != 0 {
			t.Errorf("the companion belongs to %d (%v)", c.MainTraveler, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	update(func(tx *db.Tx) error { return flow.RestoreClient(ctx, tx, young[0]) })
}

// TestRegularWork runs every regular job once, and finds its next run planned.
func TestRegularWork(t *testing.T) {
	a, _ := open(t, settings(t))
	found(t, a)
	work(t, a)
	for _, kind := range []string{"trash.purge", "session.clean", "idempotency.clean", "job.clean", "database.upkeep"} {
		if i := ended(t, a, enqueue(t, a, kind, struct{}{})); i.State != jobs.Done {
			t.Errorf("%s: %s %q", kind, i.State, i.Error)
		}
		var waiting []jobs.Info
		if err := a.DB.Local(t.Context(), func(tx *db.Tx) (err error) {
			waiting, err = jobs.List(t.Context(), tx, jobs.Filter{Kinds: []string{kind}, Unfinished: true})
			return err
		}); err != nil || len(waiting) != 1 || waiting[0].RunAt <= db.StampOf(time.Now()) {
			t.Errorf("%s: planned %+v (%v)", kind, waiting, err)
		}
	}
}
