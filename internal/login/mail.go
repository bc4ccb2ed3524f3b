package login

import (
	"context"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/email"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/mail"
	"github.com/carnetcrm/carnet/internal/record"
)

// mail sends somebody their link, where a mail server is set up. The message
// leaves by a job of the same transaction: no link, no mail, and the other way
// round.
func (s *Service) mail(ctx context.Context, tx *db.Tx, u *agency.User, kind, path string) error {
	if !s.MailOn() {
		return nil
	}
	return s.send(ctx, tx, u, u.Email, kind, path)
}

// send has a message to a person leave, to their address or an old one of theirs, in
// their language.
func (s *Service) send(ctx context.Context, tx *db.Tx, u *agency.User, to, kind, path string) error {
	a, err := agency.Current(ctx, tx)
	if err != nil {
		return err
	}
	l := i18n.For(a.Language)
	if u.Language != "" {
		l = i18n.For(u.Language)
	}
	link := s.opt.BaseURL + path
	m := mail.Message{To: []mail.Address{{Name: u.Name, Email: to}}, Date: tx.Now.Time(), Automatic: true}
	switch kind {
	case "invite":
		m.Subject = l.T("login.mail.invite_subject", "Agency", a.Name)
		m.Text = l.T("login.mail.invite_text", "Name", u.Name, "Agency", a.Name, "Link", link)
	case "moved":
		m.Subject = l.T("login.mail.moved_subject", "Agency", a.Name)
		m.Text = l.T("login.mail.moved_text", "Name", u.Name, "Agency", a.Name)
	default:
		m.Subject = l.T("login.mail.reset_subject", "Agency", a.Name)
		m.Text = l.T("login.mail.reset_text", "Name", u.Name, "Agency", a.Name, "Link", link)
	}
	_, err = jobs.Enqueue(ctx, tx, "mail", m)
	return err
}

// Absolute is the whole address of a path of Carnet, as it stands in mails.
func (s *Service) Absolute(path string) string { return s.opt.BaseURL + path }

// resetArgs are the arguments of the job that answers a forgotten password.
type resetArgs struct {
	Email string `json:"email"`
}

// RequestReset has a reset link mailed to whoever the e-mail belongs to. The
// answer and its time are the same for every address, known or not: the work is
// done by a job.
func (s *Service) RequestReset(ctx context.Context, typed string, p Place) error {
	address, ok := email.Parse(typed)
	return s.db.UpdateLocal(ctx, func(tx *db.Tx) error {
		if err := charge(ctx, tx, key{"mail", address}, key{"mailnet", p.tidy().network()}); err != nil || !ok {
			return err
		}
		_, err := jobs.Enqueue(ctx, tx, "login.reset", resetArgs{address})
		return err
	})
}

// Jobs registers the work of this package: answering forgotten passwords, and telling the
// old address when somebody's e-mail has changed.
func (s *Service) Jobs(r *jobs.Runner) {
	// Twice does no harm: the later link replaces the earlier one.
	r.Handle("login.reset", s.reset, jobs.HandlerOptions{Timeout: time.Minute, Repeatable: true, Forget: true})
	// Told twice is better than never.
	r.Handle("login.moved", s.tellMoved, jobs.HandlerOptions{Timeout: time.Minute, Repeatable: true, Forget: true})
}

// tellMoved tells the old address of a person that another one signs in now.
func (s *Service) tellMoved(ctx context.Context, j *jobs.Job) error {
	var args agency.Moved
	if err := j.Bind(&args); err != nil || !s.MailOn() {
		return err
	}
	return s.db.Update(ctx, db.System(j.AgencyID), func(tx *db.Tx) error {
		u := new(agency.User)
		if err := record.Get(ctx, tx, u, args.UserID); err != nil {
			return err
		}
		return s.send(ctx, tx, u, args.Email, "moved", "")
	})
}

func (s *Service) reset(ctx context.Context, j *jobs.Job) error {
	var args resetArgs
	if err := j.Bind(&args); err != nil {
		return err
	}
	var ac *account
	err := s.db.Local(ctx, func(tx *db.Tx) (err error) {
		ac, err = find(ctx, tx, "email = $1", args.Email)
		return err
	})
	if err != nil || ac == nil {
		return err
	}
	return s.db.Update(ctx, db.System(ac.agencyID), func(tx *db.Tx) error {
		u := new(agency.User)
		if err := record.Get(ctx, tx, u, ac.userID); err != nil || u.Status != "active" {
			return err
		}
		path, err := s.link(ctx, tx, u, "reset", resetFor)
		if err != nil {
			return err
		}
		return s.mail(ctx, tx, u, "reset", path)
	})
}
