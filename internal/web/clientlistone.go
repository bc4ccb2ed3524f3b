package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/clientlist"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow/clientlists"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// clientListView is the page of one list.
type clientListView struct {
	list     *clientlist.List
	form     Form
	err      error
	words    string // what a living one follows
	count    counted
	clients  list.Page // the first of its clients
	job      *jobs.Info
	names    map[int64]string
	branches []ui.Option
	every    []ui.Option // other lists
	history  []record.Entry
}

// shownClients is how many clients the page of a list shows; the page of clients has
// the others.
const shownClients = 25

func (v *clientListView) load(ctx context.Context, tx *db.Tx, p *Page, id int64) (err error) {
	if v.list == nil {
		if v.list, err = clientlist.Get(ctx, tx, id); err != nil {
			return err
		}
	}
	if v.job, err = jobOf(ctx, tx, v.list); err != nil {
		return err
	}
	if v.count = p.countList(ctx, tx, id); v.count.known {
		q := clientlists.In(id)
		q.Limit, q.Lang, q.Columns = shownClients, p.L.Lang(), []string{"name", "kind", "phone", "email"}
		if v.clients, err = client.List.Run(ctx, tx, q); err != nil {
			return err
		}
	}
	if v.list.Kind == clientlist.Living {
		q, err := v.list.Ask()
		if err != nil {
			return err
		}
		if v.words, err = p.describe(ctx, tx, &client.List, q); err != nil {
			v.words = p.queryFault(err)
		}
	}
	all, err := clientlist.All(ctx, tx)
	if err != nil {
		return err
	}
	for _, l := range all {
		if l.ID != id {
			v.every = append(v.every, ui.Option{Value: clientListValue(l.ID), Label: l.Name})
		}
	}
	if v.names, err = userNames(ctx, tx); err != nil {
		return err
	}
	if v.branches, err = branchOptions(ctx, tx); err != nil {
		return err
	}
	v.history, err = record.History(ctx, tx, record.Ref{Kind: "client_list", ID: id}, 0, eventsPerPage)
	v.history = slices.DeleteFunc(v.history, func(e record.Entry) bool { return e.Op == "edit" && len(e.Changes) == 0 })
	p.tellQueries(ctx, tx, &client.List, v.history)
	return err
}

// busy reports whether a job is at work on the list.
func (v *clientListView) busy() bool { return v.job != nil && !v.job.Ended() }

func (v *clientListView) mayChange(p *Page) bool {
	return p.Actor.May(clientlist.RightEdit) && v.list.MayChange(p.Actor)
}

func (s *Server) showClientList(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	return s.clientListPage(p, http.StatusOK, id, &clientListView{})
}

func (s *Server) clientListPage(p *Page, status int, id int64, v *clientListView) error {
	if err := p.View(func(ctx context.Context, tx *db.Tx) error { return v.load(ctx, tx, p, id) }); err != nil {
		return err
	}
	return p.RenderStatus(status, Screen{Title: v.list.Name, Nav: "lists"}, clientListScreen(p, v))
}

// clientListProgress is the bar of the job that fills a list; when it has ended the page
// is loaded again.
func (s *Server) clientListProgress(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	v := &clientListView{}
	err = p.View(func(ctx context.Context, tx *db.Tx) (err error) {
		if v.list, err = clientlist.Get(ctx, tx, id); err == nil {
			v.job, err = jobOf(ctx, tx, v.list)
		}
		return err
	})
	if err != nil {
		return err
	}
	if v.busy() && p.wantsFragment() {
		return p.Fragment(clientListBar(p, v))
	}
	if p.wantsFragment() {
		p.W.Header().Set("HX-Redirect", clientListPath(id))
		p.W.WriteHeader(http.StatusNoContent)
		return nil
	}
	return p.Redirect(clientListPath(id))
}

// saveClientList renames a list or shares it with others.
func (s *Server) saveClientList(p *Page) error {
	id, f, err := p.posted()
	if err != nil {
		return err
	}
	f = f.chosen()
	l := new(clientlist.List)
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		return record.Edit(ctx, tx, l, id, f.Int("version"), func() error {
			f.put("name", &l.Name)
			f.put("note", &l.Note)
			f.putSharing(&l.Sharing)
			return nil
		})
	})
	err = p.weigh("client_list", id, f.Int("version"), err)
	if err != nil && correctable(err) && len(fieldErrors(err)) > 0 {
		return s.clientListPage(p, StatusOf(err), id, &clientListView{list: l, form: f, err: err})
	}
	if err != nil && !isStale(err) {
		return err
	}
	p.Flash("good", "common.saved")
	return p.Redirect(clientListPath(id))
}

func (s *Server) deleteClientList(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	var l *clientlist.List
	err = p.Update(func(ctx context.Context, tx *db.Tx) (err error) {
		if l, err = clientlist.Get(ctx, tx, id); err != nil {
			return err
		}
		return record.Delete(ctx, tx, new(clientlist.List), id, 0)
	})
	if err != nil {
		return err
	}
	p.FlashUndo(clientListPath(id)+"/restore", "client_list.gone", "Name", l.Name)
	return p.Redirect("/lists")
}

func (s *Server) restoreClientList(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error { _, err := clientlist.Restore(ctx, tx, id); return err })
	if err != nil {
		return err
	}
	p.Flash("good", "client_list.restored")
	return p.Redirect(clientListPath(id))
}
