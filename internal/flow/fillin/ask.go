package fillin

import (
	"context"
	"time"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/mail"
	"github.com/carnetcrm/carnet/internal/publiclink"
	"github.com/carnetcrm/carnet/internal/record"
)

// Path is the address of a link.
func Path(token string) string { return "/fill-in/" + token }

// Ask asks a traveler to fill in f.Sections within so many days, and returns the path
// of the link, which nobody can see again. Where f.Email is set, the link leaves by mail
// once the transaction is committed: absolute makes a whole address of the path.
func Ask(ctx context.Context, tx *db.Tx, f *FillIn, days int64, absolute func(path string) string) (path string, err error) {
	if days < 1 || days > maxDays {
		return "", errs.Bad("days", "link.error.days", "Max", maxDays)
	}
	f.ID, f.Status, f.Note = 0, "sent", ""
	f.ExpiresAt = tx.Now.Add(time.Duration(days) * 24 * time.Hour)
	f.ClientID, err = onlyClient(ctx, tx, f.TravelerID)
	if err != nil {
		return "", err
	}
	if err := record.Insert(ctx, tx, f); err != nil {
		return "", err
	}
	if err := record.Insert(ctx, tx, &Proposal{FillInID: f.ID, TravelerID: f.TravelerID}); err != nil {
		return "", err
	}
	token, err := publiclink.Add(ctx, tx, f.Ref(), f.ExpiresAt)
	if err != nil {
		return "", err
	}
	path = Path(token)
	if f.Email == "" {
		return path, nil
	}
	return path, send(ctx, tx, f, absolute(path))
}

// onlyClient is the client whose one and only traveler it is: their contact data and
// address are the traveler's, too (glossary 2.2). 0 where there is none.
func onlyClient(ctx context.Context, tx *db.Tx, traveler int64) (id db.Ref, err error) {
	err = tx.Row(ctx, `SELECT l.client_id FROM {client_traveler} l JOIN {client} c ON c.id = l.client_id
		WHERE l.traveler_id = $1 AND c.kind = 'personal' AND NOT EXISTS (SELECT 1 FROM {client_traveler} o WHERE o.client_id = l.client_id AND o.traveler_id <> $1)
		ORDER BY l.client_id LIMIT 1`, []any{traveler}, &id)
	if errs.Is(err, errs.NotFound) {
		return 0, nil
	}
	return id, err
}

// stillOnly reports whether the request's client, which it had when it was made, is there
// and is still the traveler's alone. Whoever joined meanwhile, or was left behind, has
// nothing to do with this link. The program looks: what the reader of an answer sees of
// the client is the matter of its records.
func stillOnly(ctx context.Context, tx *db.Tx, f *FillIn) (bool, error) {
	if f.ClientID == 0 {
		return false, nil
	}
	var n int64
	err := tx.AsSystem().Row(ctx, `SELECT count(*) FROM {client_traveler} l JOIN {client} c ON c.id = l.client_id
		WHERE c.id = $1 AND l.traveler_id = $2 AND c.kind = 'personal'
		AND NOT EXISTS (SELECT 1 FROM {client_traveler} o WHERE o.client_id = l.client_id AND o.traveler_id <> $2)`, []any{f.ClientID, f.TravelerID}, &n)
	return n > 0, err
}

// send has the link mailed, in the person's language.
func send(ctx context.Context, tx *db.Tx, f *FillIn, link string) error {
	ag, err := agency.Current(ctx, tx)
	if err != nil {
		return err
	}
	var name string
	if err := tx.Row(ctx, "SELECT CASE WHEN t.given = '' THEN t.family ELSE t.given END FROM {traveler} t WHERE t.id = $1", []any{f.TravelerID}, &name); err != nil {
		return err
	}
	l := i18n.For(f.Language)
	text := l.T("link.mail.hello", "Name", name) + "\n\n"
	if f.Message != "" {
		text += f.Message + "\n\n"
	}
	text += l.T("link.mail.fill_text", "Agency", ag.Name, "Link", link, "Until", l.DateTime(f.ExpiresAt.Time(), ag.Location()))
	_, err = jobs.Enqueue(ctx, tx, "mail", mail.Message{To: []mail.Address{{Name: name, Email: f.Email}}, Date: tx.Now.Time(),
		ReplyTo: mail.Address{Name: ag.Name, Email: ag.Email}, Subject: l.T("link.mail.fill_subject", "Agency", ag.Name), Text: text})
	return err
}

// Revoke ends a request: its link doesn't open any more. What was sent already stays to
// be looked at.
func Revoke(ctx context.Context, tx *db.Tx, id int64) (*FillIn, error) {
	f := new(FillIn)
	err := record.Edit(ctx, tx, f, id, 0, func() error {
		if !f.Open(tx.Now) {
			return errs.New(errs.Conflict, "link.error.ended")
		}
		f.Status = "revoked"
		return nil
	})
	if err != nil {
		return nil, err
	}
	return f, publiclink.Revoke(ctx, tx, f.Ref())
}

// keep is how long what was proposed stays after the link has ended.
const keep = 90 * 24 * time.Hour

// Clean removes what was proposed 90 days after the link ended: pictures, numbers and
// all else. That somebody was asked, and what became of it, stays. It returns how many
// went.
func Clean(ctx context.Context, d *db.DB, agencyID int64) (n int64, err error) {
	err = d.Update(ctx, db.System(agencyID), func(tx *db.Tx) error {
		var list []Proposal
		err := record.Select(ctx, tx, &list, "WHERE EXISTS (SELECT 1 FROM {fill_in} f WHERE f.id = r.fill_in_id AND f.expires_at < $1) ORDER BY r.id LIMIT 200",
			tx.Now.Add(-keep))
		if err != nil {
			return err
		}
		ids := make([]int64, len(list))
		for i := range list {
			ids[i] = list[i].ID
		}
		n = int64(len(ids))
		return record.Drop(ctx, tx, "proposal", ids)
	})
	return n, err
}
