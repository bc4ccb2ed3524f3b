package exports

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/mail"
	"github.com/carnetcrm/carnet/internal/record"
)

// mailJob sends an export to the colleague. A file goes along only when it is small and
// the colleague may export, too: a mailbox isn't guarded by Carnet. It is made anew as
// the colleague: nobody gets by mail rows or columns that their role keeps from them.
// Others get a link to the list, which shows them what they may see.
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
	m, kind, err := s.message(ctx, &e, ag, &from, &to)
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

// reading is what a colleague may see of an export.
type reading struct {
	asks bool   // they may ask so: by no field that is kept from them
	rows int64  // of the list, or of the file; below 0 where that isn't known
	file []byte // nil where none goes along
}

// read finds out what a colleague may see of an export, and makes their file: of the
// rows that the sender sees, those that the colleague sees, too.
func (s *Service) read(ctx context.Context, e *Export, chosen list.Selection, from, to db.Actor) (r reading, err error) {
	d := Lists[e.List]
	columns := 0
	err = s.DB.View(ctx, to, func(tx *db.Tx) error {
		n, err := d.CountSelected(ctx, tx, chosen, most)
		if list.IsSlow(err) {
			n, err = -1, nil
		}
		if err != nil {
			return err
		}
		mine, err := d.For(ctx, tx)
		if err != nil {
			return err
		}
		r.asks, r.rows, columns = true, int64(n), len(Columns(mine, chosen.Query, to))
		return nil
	})
	if useless(err) {
		return r, nil
	}
	if err != nil || r.rows == 0 || columns == 0 && Made(e.Format) || e.FileSize > MaxMail || !to.May(Right) {
		return r, err
	}
	sent := list.Selection{Query: chosen.Query}
	err = s.DB.View(ctx, from, func(tx *db.Tx) error {
		all := chosen
		all.Query.Columns = nil
		return d.EachSelected(ctx, tx, all, func(row list.Row) error { sent.IDs = append(sent.IDs, row.ID); return nil })
	})
	if err != nil {
		return r, err
	}
	sent.Query.Any, sent.Query.Filters, sent.Query.Groups = false, nil, nil
	raw, err := json.Marshal(sent)
	if err != nil {
		return r, fmt.Errorf("noting what is mailed: %w", err)
	}
	theirs, b := *e, bytes.Buffer{}
	theirs.Selection = string(raw)
	n, _, err := s.write(ctx, to, &theirs, &b, nil)
	switch {
	case useless(err), err == nil && (n == 0 || b.Len() > MaxMail):
		return r, nil
	case err != nil:
		return r, err
	}
	r.rows, r.file = n, b.Bytes()
	return r, nil
}

// most is how far the rows of a link are counted.
const most = 10_000_000

// message writes the mail in the reader's language and tells what goes with it.
func (s *Service) message(ctx context.Context, e *Export, ag *agency.Agency, from, to *agency.User) (m mail.Message, kind string, err error) {
	lang := to.Language
	if lang == "" {
		lang = ag.Language
	}
	l := i18n.For(lang)
	chosen, err := e.Chosen()
	if err != nil {
		return m, "", err
	}
	seen, err := s.read(ctx, e, chosen, agency.ActorOf(ag, from, "export"), agency.ActorOf(ag, to, "export"))
	if err != nil {
		return m, "", fmt.Errorf("making an export for a colleague: %w", err)
	}
	name := l.T("export.list." + e.List)
	m = mail.Message{To: []mail.Address{{Name: to.Name, Email: to.Email}}, ReplyTo: mail.Address{Name: from.Name, Email: from.Email},
		Date: s.DB.Now(), Subject: l.T("export.mail.subject", "List", name, "Agency", ag.Name)}
	words, number := e.Words, "–"
	switch {
	case !seen.asks: // the filter is about what is kept from them
		words = "–"
	case words == "":
		words = l.T("export.everything")
	}
	if seen.asks && seen.rows >= 0 {
		number = l.Number(seen.rows)
	}
	m.Text = l.T("export.mail.text", "Name", to.Name, "Sender", from.Name, "List", name, "Filter", words, "Number", number) + "\n\n"
	if seen.file != nil {
		m.Attach = []mail.Attachment{{Name: e.FileName, Type: Types[e.Format], Data: seen.file}}
		m.Text += l.T("export.mail.attached") + "\n"
		return m, "file", nil
	}
	path := Path(e.List)
	if chosen.All && seen.asks {
		q := chosen.Query
		q.Columns = nil // the colleague may lack a right to one
		if params := Lists[e.List].EncodeQuery(q).Encode(); params != "" {
			path += "?" + params
		}
	}
	m.Text += l.T("export.mail.link", "Link", s.BaseURL+path) + "\n"
	return m, "link", nil
}
