package exports

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/mail"
	"github.com/carnetcrm/carnet/internal/record"
)

// mailJob sends an export to the colleague. The file goes along only when it is small
// and the colleague may export, too: a mailbox isn't guarded by Carnet, and nobody
// gets by mail what their role keeps from them. Others get a link to the list, which
// shows them what they may see.
func (s *Service) mailJob(ctx context.Context, j *jobs.Job) error {
	var args jobArgs
	if err := j.Bind(&args); err != nil {
		return err
	}
	var e Export
	var from, to agency.User
	var ag *agency.Agency
	err := s.DB.View(ctx, db.System(j.AgencyID), func(tx *db.Tx) (err error) {
		if err = record.Get(ctx, tx, &e, args.Export); err != nil {
			return err
		}
		if err = record.Get(ctx, tx, &from, int64(e.CreatedBy)); err != nil {
			return err
		}
		if err = record.Get(ctx, tx, &to, int64(e.MailTo)); err != nil {
			return err
		}
		ag, err = agency.Current(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	if e.Mailed != "" {
		return nil // sent already
	}
	if to.Status != "active" || from.Status != "active" || !agency.ActorOf(ag, &from, "").May(Right) || e.FileHash == "" {
		return jobs.Permanent(errors.New("nobody is left who may send or get the list"))
	}
	m, kind, err := s.message(&e, ag, &from, &to)
	if err != nil {
		return err
	}
	m.ID = fmt.Sprintf("carnet.export.%d.%d", ag.ID, e.ID)
	if err := s.Mail.Send(ctx, m); err != nil {
		var failed *mail.Error
		if errors.As(err, &failed) {
			err = errors.New(failed.Error()) // the server's own words may name the reader
			if !failed.Temporary {
				err = jobs.Permanent(err)
			}
		}
		return err
	}
	return s.edit(context.WithoutCancel(ctx), ag.ID, e.ID, func(_ *db.Tx, e *Export) error { e.Mailed = kind; return nil })
}

// message writes the mail in the reader's language and tells what goes with it.
func (s *Service) message(e *Export, ag *agency.Agency, from, to *agency.User) (m mail.Message, kind string, err error) {
	lang := to.Language
	if lang == "" {
		lang = ag.Language
	}
	l := i18n.For(lang)
	chosen, err := e.Chosen()
	if err != nil {
		return m, "", err
	}
	name := l.T("export.list." + e.List)
	m = mail.Message{To: []mail.Address{{Name: to.Name, Email: to.Email}}, ReplyTo: mail.Address{Name: from.Name, Email: from.Email},
		Date: s.DB.Now(), Subject: l.T("export.mail.subject", "List", name, "Agency", ag.Name)}
	words := e.Words
	if words == "" {
		words = l.T("export.everything")
	}
	m.Text = l.T("export.mail.text", "Name", to.Name, "Sender", from.Name, "List", name, "Filter", words, "Number", l.Number(e.Rows)) + "\n\n"
	if e.FileSize <= MaxMail && agency.ActorOf(ag, to, "").May(Right) {
		f, err := s.Files.Open(e.FileHash)
		if err != nil {
			return m, "", err
		}
		defer f.Close()
		data, err := io.ReadAll(io.LimitReader(f, MaxMail+1))
		if err != nil {
			return m, "", fmt.Errorf("reading an export: %w", err)
		}
		m.Attach = []mail.Attachment{{Name: e.FileName, Type: Types[e.Format], Data: data}}
		m.Text += l.T("export.mail.attached") + "\n"
		return m, "file", nil
	}
	path := Path(e.List)
	if chosen.All {
		q := chosen.Query
		q.Columns = nil // the colleague may lack a right to one
		if params := Lists[e.List].EncodeQuery(q).Encode(); params != "" {
			path += "?" + params
		}
	}
	m.Text += l.T("export.mail.link", "Link", s.BaseURL+path) + "\n"
	return m, "link", nil
}
