package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/clientlist"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/clientlists"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// clientListRoutes are the pages of named lists of clients (R117). The page of clients
// posts its selection here. Fields of a list begin with "l_": the query of the clients,
// which stands beside them, has a filter "name".
func (s *Server) clientListRoutes() []Route {
	r := func(pattern string, h handler) Route {
		return Route{Pattern: pattern, Right: clientlist.RightEdit, handle: h}
	}
	return []Route{
		{Pattern: "GET /lists", handle: s.clientLists},
		r("GET /lists/new", s.newClientList),
		r("POST /lists/new", s.createClientList),
		r("GET /lists/add", s.addToList),
		r("POST /lists/add", s.addToList),
		r("POST /lists/combine", s.combineLists),
		{Pattern: "GET /lists/{id}", handle: s.showClientList},
		{Pattern: "GET /lists/{id}/progress", handle: s.clientListProgress},
		r("POST /lists/{id}", s.saveClientList),
		r("POST /lists/{id}/update", s.followClientList),
		r("POST /lists/{id}/remove", s.removeFromList),
		r("POST /lists/{id}/delete", s.deleteClientList),
		r("POST /lists/{id}/restore", s.restoreClientList),
	}
}

func clientListPath(id int64) string { return "/lists/" + strconv.FormatInt(id, 10) }

// clientListHref opens the clients of a list.
func clientListHref(id int64) string {
	return "/clients?" + clientlist.Key + "=" + strconv.FormatInt(id, 10)
}

// counted is a number of clients, as far as it is known.
type counted struct {
	n     int
	known bool
	err   error // why it can't be counted
}

// listsView is the page of all lists.
type listsView struct {
	lists    []clientlist.List
	counts   map[int64]counted
	gone     []goneThing
	names    map[int64]string
	branches []ui.Option
}

// countFor is how long the page of all lists counts: what it hasn't come to by then is
// counted on its own page.
const countFor = 800 * time.Millisecond

func (v *listsView) load(ctx context.Context, tx *db.Tx, p *Page) (err error) {
	if v.lists, err = clientlist.All(ctx, tx); err != nil {
		return err
	}
	v.counts = map[int64]counted{}
	for began, i := time.Now(), 0; i < len(v.lists) && time.Since(began) < countFor; i++ {
		v.counts[v.lists[i].ID] = p.countList(ctx, tx, v.lists[i].ID)
	}
	if v.gone, err = goneShared(ctx, tx, "client_list", p.User.ID); err != nil {
		return err
	}
	if v.names, err = userNames(ctx, tx); err != nil {
		return err
	}
	v.branches, err = branchOptions(ctx, tx)
	return err
}

// countList counts what the visitor sees of a list. A list that can't be asked, because
// it follows a field or a list that isn't theirs, says so and spoils nothing else.
func (p *Page) countList(ctx context.Context, tx *db.Tx, id int64) counted {
	n, err := clientlists.Count(ctx, tx, id, countBound)
	return counted{n, err == nil, err}
}

func (s *Server) clientLists(p *Page) error {
	v := &listsView{}
	if err := p.View(func(ctx context.Context, tx *db.Tx) error { return v.load(ctx, tx, p) }); err != nil {
		return err
	}
	return p.Render(Screen{Title: p.T("nav.lists"), Nav: "lists"}, clientListsScreen(p, v))
}

// countWords is a number of clients in words.
func (p *Page) countWords(c counted) string {
	switch {
	case !c.known:
		return p.T("client_list.uncounted")
	case c.n > countBound:
		return p.T("client_list.count_over", "N", p.L.Number(countBound))
	}
	return p.T("client_list.count", "Count", c.n, "N", p.L.Number(int64(c.n)))
}

// listAsk is a form about a list that isn't there yet: a new one, or what is to become
// of a selection.
type listAsk struct {
	list     *clientlist.List
	form     Form
	err      error
	keep     []ui.Hidden // the selection
	chosen   string      // how many clients it has
	all      bool        // all that match: the list can follow the filter
	words    string
	lists    []ui.Option // fixed lists that can take them
	every    []ui.Option // all lists, to be combined
	branches []ui.Option
	back     string
}

func (a *listAsk) load(ctx context.Context, tx *db.Tx, p *Page) error {
	all, err := clientlist.All(ctx, tx)
	if err != nil {
		return err
	}
	for _, l := range all {
		o := ui.Option{Value: strconv.FormatInt(l.ID, 10), Label: l.Name}
		a.every = append(a.every, o)
		if l.Kind == clientlist.Fixed && l.MayChange(p.Actor) {
			a.lists = append(a.lists, o)
		}
	}
	a.branches, err = branchOptions(ctx, tx)
	return err
}

// newList is what the form says about a new list.
func (f Form) newList() *clientlist.List {
	l := &clientlist.List{Name: f.Str("l_name"), Note: f.Str("l_note"), Kind: f.Str("l_kind")}
	if l.Kind == "" {
		l.Kind = clientlist.Fixed
	}
	f.putSharing(&l.Sharing)
	return l
}

func (s *Server) newClientList(p *Page) error {
	return s.askList(p, http.StatusOK, &listAsk{list: &clientlist.List{}})
}

func (s *Server) askList(p *Page, status int, a *listAsk) error {
	a.back = "/lists"
	if err := p.View(func(ctx context.Context, tx *db.Tx) error { return a.load(ctx, tx, p) }); err != nil {
		return err
	}
	return p.RenderStatus(status, Screen{Title: p.T("client_list.new"), Nav: "lists"}, clientListNewScreen(p, a))
}

func (s *Server) createClientList(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	l := f.newList()
	l.Kind = clientlist.Fixed // what it follows is chosen on the page of clients
	err = p.Update(func(ctx context.Context, tx *db.Tx) error { _, err := clientlists.Create(ctx, tx, l, nil); return err })
	if err != nil && correctable(err) {
		return s.askList(p, StatusOf(err), &listAsk{list: l, form: f, err: err})
	}
	if err != nil {
		return err
	}
	p.Flash("good", "client_list.created", "Name", l.Name)
	return p.Redirect(clientListPath(l.ID))
}

// combineLists makes a new list of what others have in common, or not.
func (s *Server) combineLists(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	l := f.newList()
	var ids []int64
	for _, name := range []string{"first", "second"} {
		if id := f.Int(name); id != 0 {
			ids = append(ids, id)
		}
	}
	var done clientlists.Done
	err = p.Update(func(ctx context.Context, tx *db.Tx) (err error) {
		done, err = clientlists.Combine(ctx, tx, l, f.Str("way"), ids)
		return err
	})
	if err != nil && correctable(err) {
		return s.askList(p, StatusOf(err), &listAsk{list: l, form: f, err: err})
	}
	if err != nil {
		return err
	}
	return p.filled(l, done, false)
}

// filled tells what became of an act on the members of a list, and shows the list.
func (p *Page) filled(l *clientlist.List, done clientlists.Done, remove bool) error {
	switch {
	case l.Kind == clientlist.Living:
		p.Flash("good", "client_list.created", "Name", l.Name)
	case done.JobID != 0:
		p.s.Kick()
		p.Flash("good", "client_list.working", "Name", l.Name)
	case remove:
		p.Flash("good", "client_list.removed", "Count", done.Changed, "Name", l.Name)
	case done.Changed == done.Chosen:
		p.Flash("good", "client_list.added", "Count", done.Changed, "Name", l.Name)
	default:
		p.Flash("good", "client_list.added_some", "Count", done.Changed, "Name", l.Name, "There", done.Chosen-done.Changed)
	}
	return p.Redirect(clientListPath(l.ID))
}

// addToList puts the selection of the page of clients into a list. First it asks into
// which one, or for the name of a new one; by following a link it only asks.
func (s *Server) addToList(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	look := p.R.Method != http.MethodPost
	if look && !f.Has("ids") && !f.Has("all") {
		return p.Redirect("/clients")
	}
	sel, err := client.List.ParseSelection(url.Values(f), p.Actor)
	if err != nil {
		return err
	}
	l := f.newList()
	if look || !f.Has("to") && !f.Has("l_name") {
		if done, err := p.toAddress("/lists/add", sel.Encode(&client.List)); done || err != nil {
			return err
		}
		return s.askAdd(p, http.StatusOK, l, f, nil)
	}
	var done clientlists.Done
	err = p.Update(func(ctx context.Context, tx *db.Tx) (err error) {
		if to := f.Int("to"); to != 0 {
			if l, err = clientlist.Get(ctx, tx, to); err == nil {
				done, err = clientlists.Add(ctx, tx, to, sel)
			}
			return err
		}
		done, err = clientlists.Create(ctx, tx, l, &sel)
		return err
	})
	if err != nil && correctable(err) && f.Int("to") == 0 {
		return s.askAdd(p, StatusOf(err), l, f, err)
	}
	if err != nil {
		return err
	}
	return p.filled(l, done, false)
}

// askAdd asks into which list a selection goes.
func (s *Server) askAdd(p *Page, status int, l *clientlist.List, f Form, problem error) error {
	sel, err := client.List.ParseSelection(url.Values(f), p.Actor)
	if err != nil {
		return err
	}
	a := &listAsk{list: l, form: f, err: problem, keep: hiddenOf(sel.Encode(&client.List)), all: sel.All}
	a.back = "/clients"
	if enc := client.List.EncodeQuery(sel.Query).Encode(); enc != "" {
		a.back += "?" + enc
	}
	err = p.View(func(ctx context.Context, tx *db.Tx) error {
		ids, err := client.List.Selected(ctx, tx, sel, countBound)
		if err != nil {
			return err
		}
		a.chosen = p.countWords(counted{n: len(ids), known: true})
		if sel.All {
			if a.words, err = p.describe(ctx, tx, &client.List, sel.Query); err != nil {
				return err
			}
		}
		return a.load(ctx, tx, p)
	})
	if err != nil {
		return err
	}
	return p.RenderStatus(status, Screen{Title: p.T("client_list.add"), Nav: "clients"}, clientListAddScreen(p, a))
}

// removeFromList takes a selection out of a list.
func (s *Server) removeFromList(p *Page) error {
	id, f, err := p.posted()
	if err != nil {
		return err
	}
	if f.Has("id") { // tick boxes without script
		f["ids"] = append(f["ids"], f["id"]...)
		delete(f, "id")
	}
	sel, err := client.List.ParseSelection(url.Values(f), p.Actor)
	if err != nil {
		return err
	}
	var done clientlists.Done
	var l *clientlist.List
	err = p.Update(func(ctx context.Context, tx *db.Tx) (err error) {
		if l, err = clientlist.Get(ctx, tx, id); err == nil {
			done, err = clientlists.Remove(ctx, tx, id, sel)
		}
		return err
	})
	if err != nil {
		return err
	}
	return p.filled(l, done, true)
}

// jobOf is the job that fills a list, nil where none is at work.
func jobOf(ctx context.Context, tx *db.Tx, l *clientlist.List) (*jobs.Info, error) {
	if l.JobID == 0 {
		return nil, nil
	}
	j, err := jobs.Get(ctx, tx, l.JobID)
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	return j, err
}

// followClientList has a living list follow what the page of clients shows now.
func (s *Server) followClientList(p *Page) error {
	id, f, err := p.posted()
	if err != nil {
		return err
	}
	def, err := p.knownDef(&client.List)
	if err != nil {
		return err
	}
	q, err := def.ParseQuery(url.Values(f), p.Actor)
	if err != nil {
		return err
	}
	l := new(clientlist.List)
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		return record.Edit(ctx, tx, l, id, f.Int("version"), func() error {
			if l.Kind != clientlist.Living {
				return errs.New(errs.Conflict, "client_list.error.fixed", "Name", l.Name)
			}
			return l.Keep(q)
		})
	})
	if err != nil {
		return err
	}
	p.Flash("good", "common.saved")
	return p.Redirect(clientListPath(id))
}
