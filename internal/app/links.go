package app

import (
	"context"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/flow/ack"
	"github.com/carnetcrm/carnet/internal/flow/fillin"
	"github.com/carnetcrm/carnet/internal/publiclink"
)

// cleanLinks removes private links that have ended and, 90 days after their end, what
// people proposed by them.
func (a *App) cleanLinks(ctx context.Context) (int64, error) {
	total, err := publiclink.Clean(ctx, a.DB)
	if err != nil {
		return total, err
	}
	n, err := a.eachAgency(ctx, func(id int64) (int64, error) { return fillin.Clean(ctx, a.DB, id) })
	return total + n, err
}

// remindLinks mails the reminders of documents that wait for an answer.
func (a *App) remindLinks(ctx context.Context) (int64, error) {
	if !a.Config.MailOn() {
		return 0, nil
	}
	s := &ack.Service{DB: a.DB, Files: a.Files, Absolute: a.Login.Absolute}
	return a.eachAgency(ctx, func(id int64) (int64, error) { return s.Remind(ctx, id) })
}

// eachAgency does work of which one step is a transaction, in every agency until there
// is nothing left.
func (a *App) eachAgency(ctx context.Context, step func(id int64) (int64, error)) (total int64, err error) {
	ids, err := agency.IDs(ctx, a.DB)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		for {
			n, err := step(id)
			if err != nil {
				return total, err
			}
			if total += n; n == 0 {
				break
			}
		}
	}
	return total, nil
}
