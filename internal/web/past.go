package web

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/clientlist"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/phone"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// pastOf is the timeline of something small with a name: a view, a list of clients.
func (p *Page) pastOf(kind string, id int64, name string, history []record.Entry, users map[int64]string, branches []ui.Option) templ.Component {
	offices := map[int64]string{}
	for _, b := range branches {
		offices[parseID(b.Value)] = b.Label
	}
	v := &recordView{p: p, ref: record.Ref{Kind: kind, ID: id}, names: names{"user": users, "branch": offices, kind: {id: name}}}
	for _, e := range history {
		for i := range e.Changes {
			c := &e.Changes[i]
			if c.Field == "share_role" || c.Field == "role" {
				c.Old, c.New = p.known("agency.role.", c.Old), p.known("agency.role.", c.New)
			}
			if c.Field == "share" {
				c.Old, c.New = p.known("view.share.", c.Old), p.known("view.share.", c.New)
			}
			if c.Field == "members_at" {
				c.Old, c.New = p.momentText(c.Old), p.momentText(c.New)
			}
		}
		v.history = append(v.history, e)
	}
	return ui.Timeline{L: p.L, Days: v.days()} // without the head of records, with which something happens
}

// momentText writes a stored stamp as people read it.
func (p *Page) momentText(s string) string {
	if n := parseID(s); n > 0 {
		return p.moment(db.Stamp(n))
	}
	return ""
}

// describe says in words what a query asks for. A list of clients that the visitor doesn't
// find is told as such.
func (p *Page) describe(ctx context.Context, tx *db.Tx, d *list.Def, q list.Query) (string, error) {
	q, err := clientlist.Worded(ctx, tx, q, p.T("client_list.unseen"))
	if err != nil {
		return "", err
	}
	return d.Describe(ctx, tx, q, p.L.Lang())
}

// tellQueries puts the words of queries in the place of their JSON.
func (p *Page) tellQueries(ctx context.Context, tx *db.Tx, d *list.Def, history []record.Entry) {
	words := func(raw string) string {
		var q list.Query
		if raw == "" || json.Unmarshal([]byte(raw), &q) != nil {
			return ""
		}
		text, err := p.describe(ctx, tx, d, q)
		if err != nil {
			return p.T("history.hidden") // a field that is gone, or not the reader's
		}
		if text == "" {
			return p.T("view.no_filter")
		}
		return text
	}
	for _, e := range history {
		for i := range e.Changes {
			if c := &e.Changes[i]; c.Field == "query" {
				c.Old, c.New = words(c.Old), words(c.New)
			}
		}
	}
}

// parseID reads a number of a record, 0 where it is none.
func parseID(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// phoneText writes a number as people of the agency's country do.
func (p *Page) phoneText(norm string) string {
	if norm == "" {
		return ""
	}
	return phone.Format(norm, p.Agency.Country)
}
