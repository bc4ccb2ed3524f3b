package web

import (
	"context"
	"fmt"
	"strconv"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

func (s *Server) trashRoutes() []Route {
	return []Route{
		{Pattern: "GET /trash", handle: s.trash},
		{Pattern: "POST /trash/{kind}/{id}/restore", Right: "client.delete", handle: s.restore},
		{Pattern: "POST /trash/{kind}/{id}/purge", Right: "trash.purge", StepUp: true, handle: s.purge},
	}
}

// trashItem is a deleted record.
type trashItem struct {
	kind, name, who string
	id              int64
	corporate       bool
	at              db.Stamp
}

// trashPage is how many deleted records a page shows.
const trashPage = 100

// trash lists what was deleted in the last 30 days.
func (s *Server) trash(p *Page) error {
	before, _ := strconv.ParseInt(p.R.URL.Query().Get("before"), 10, 64)
	if before <= 0 {
		before = 1<<53 - 1
	}
	var items []trashItem
	err := p.View(func(ctx context.Context, tx *db.Tx) error {
		return tx.Each(ctx, `SELECT kind, id, name, corporate, at, coalesce((SELECT u.name FROM {user} u WHERE u.id = x.who), '') FROM (
				SELECT 'client' AS kind, c.id, c.name, CASE WHEN c.kind = 'corporate' THEN 1 ELSE 0 END AS corporate, c.deleted_at AS at, c.updated_by AS who FROM {client.trash} c
				UNION ALL
				SELECT 'traveler', t.id, CASE WHEN t.given = '' THEN t.family ELSE t.family || '/' || t.given END, 0, t.deleted_at, t.updated_by FROM {traveler.trash} t
			) x WHERE at < $1 ORDER BY at DESC, kind, id LIMIT $2`, []any{before, trashPage + 1}, func(rows db.Rows) error {
			var i trashItem
			var corporate int64
			err := rows.Scan(&i.kind, &i.id, &i.name, &corporate, &i.at, &i.who)
			i.corporate = corporate == 1
			items = append(items, i)
			return err
		})
	})
	if err != nil {
		return err
	}
	next := ""
	if len(items) > trashPage {
		items = items[:trashPage]
		next = fmt.Sprintf("/trash?before=%d", int64(items[trashPage-1].at))
	}
	return p.Render(Screen{Title: p.T("nav.trash"), Nav: "trash"}, trashScreen(p, items, next))
}

func (s *Server) restore(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	kind := p.R.PathValue("kind")
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		switch kind {
		case "client":
			return flow.RestoreClient(ctx, tx, id)
		case "traveler":
			return flow.RestoreTraveler(ctx, tx, id)
		}
		return errs.Missing()
	})
	if err != nil {
		return err
	}
	p.Flash("good", "trash.restored")
	return p.Redirect(fmt.Sprintf("/%ss/%d", kind, id))
}

// purge removes a deleted record for good, before its 30 days are over.
func (s *Server) purge(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	kind := p.R.PathValue("kind")
	if kind != "client" && kind != "traveler" {
		return errs.Missing()
	}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error { return record.Purge(ctx, tx, kind, id) })
	if err != nil {
		return err
	}
	p.Flash("good", "trash.purged")
	return p.Redirect("/trash")
}

// left is how long a deleted record can still be restored, in days.
func (i trashItem) left(p *Page) int {
	passed := p.s.DB.Now().Sub(i.at.Time()).Hours() / 24
	return max(0, 30-int(passed))
}

func (i trashItem) title() ui.Name { return nameOf(i.name, i.corporate) }

// deleted says when and, unless Carnet did it by itself, by whom.
func (i trashItem) deleted(p *Page) string {
	if i.who == "" {
		return p.T("trash.deleted_at", "When", p.moment(i.at))
	}
	return p.T("trash.deleted", "When", p.moment(i.at), "Who", i.who)
}
