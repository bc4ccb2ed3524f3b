package web

import (
	"context"
	"fmt"
	"strconv"
	"strings"

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
	from := trashPlace(p.R.URL.Query().Get("before"))
	var items []trashItem
	err := p.View(func(ctx context.Context, tx *db.Tx) error {
		return tx.Each(ctx, `SELECT kind, id, name, corporate, at, coalesce((SELECT u.name FROM {user} u WHERE u.id = x.who), '') FROM (
				SELECT 'client' AS kind, c.id, c.name, CASE WHEN c.kind = 'corporate' THEN 1 ELSE 0 END AS corporate, c.deleted_at AS at, c.updated_by AS who FROM {client.trash} c
				UNION ALL
				SELECT 'traveler', t.id, CASE WHEN t.given = '' THEN t.family ELSE t.family || '/' || t.given END, 0, t.deleted_at, t.updated_by FROM {traveler.trash} t
			) x WHERE at < $1 OR at = $1 AND (kind > $2 OR kind = $2 AND id < $3) ORDER BY at DESC, kind, id DESC LIMIT $4`,
			[]any{int64(from.at), from.kind, from.id, trashPage + 1}, func(rows db.Rows) error {
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
		last := items[trashPage-1]
		next = fmt.Sprintf("/trash?before=%d-%s-%d", int64(last.at), last.kind, last.id)
	}
	return p.Render(Screen{Title: p.T("nav.trash"), Nav: "trash"}, trashScreen(p, items, next))
}

// trashPlace reads where a page of the trash begins: behind a time of deletion, a kind
// and an id, for many records are deleted in one moment. What isn't a place is the top.
func trashPlace(s string) trashItem {
	at, rest, _ := strings.Cut(s, "-")
	kind, id, _ := strings.Cut(rest, "-")
	when, err1 := strconv.ParseInt(at, 10, 64)
	n, err2 := strconv.ParseInt(id, 10, 64)
	if err1 != nil || err2 != nil {
		return trashItem{at: 1<<53 - 1}
	}
	return trashItem{at: db.Stamp(when), kind: kind, id: n}
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
