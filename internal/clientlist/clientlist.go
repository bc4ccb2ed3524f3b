// Package clientlist keeps named lists of clients for further work: letters, mailings,
// exports (R117, the "paczka"). A fixed list has members; a living one is a filter that
// is asked anew each time, with the rights of whoever asks. Neither shows anybody a
// client that they don't see anyway.
//
// What needs the clients themselves, such as filling a list with all that match, is in
// package flow/clientlists.
package clientlist

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// RightEdit is the right to make and change lists.
const RightEdit = "client_list.edit"

// The kinds of lists.
const (
	Fixed  = "fixed"
	Living = "living"
)

// Who finds a list finds its members; what is shown of them are the clients that the
// reader sees, through {client}. Members come and go with their list and their client by
// foreign keys: nothing has to be cleaned up. A list may have a hundred thousand members,
// so the rule asks which lists are found once, not for each member.
const (
	listed   = `list_id IN (SELECT l.id FROM {client_list} l)`
	editable = `list_id IN (SELECT l.id FROM {client_list.edit} l)`
)

// Tables are the tenant tables of this package.
var Tables = []db.Table{
	{Name: "client_list", Trash: true, View: agency.SharedView, Edit: agency.SharedEdit.With(RightEdit)},
	{Name: "client_list_member", View: db.Same(listed), Edit: db.Same(editable).With(RightEdit)},
}

var _ = record.Register(
	record.Kind{Name: "client_list", New: func() record.Record { return new(List) }},
	record.Kind{Name: "client_list_member", New: func() record.Record { return new(Member) }, Silent: true},
)

// List is a named list of clients.
type List struct {
	record.Base
	agency.Sharing
	Name      string   `db:"name" history:"track"`
	NameKey   string   `db:"name_key" history:"-"`
	Kind      string   `db:"kind" history:"track"`       // Fixed or Living
	Query     string   `db:"query" history:"track"`      // of a living one: JSON of list.Query
	Note      string   `db:"note" history:"track"`       // what it is for
	MembersAt db.Stamp `db:"members_at" history:"track"` // when members were last added or removed
	JobID     int64    `db:"job_id" history:"-"`         // the last job that adds or removes, 0 for none
}

// Table names the table and the kind.
func (*List) Table() string { return "client_list" }

// maxName and maxNote are in characters, maxQuery in bytes.
const maxName, maxNote, maxQuery = 80, 2000, 20000

// Check tidies l and reports what is wrong with it.
func (l *List) Check() error {
	var c errs.Collect
	l.Name, l.Note = strings.Join(strings.Fields(l.Name), " "), strings.TrimSpace(l.Note)
	l.NameKey = fold.Key(l.Name)
	c.Required("name", l.Name)
	c.MaxLen("name", l.Name, maxName)
	c.MaxLen("note", l.Note, maxNote)
	c.OneOf("kind", l.Kind, Fixed, Living)
	l.CheckSharing(&c)
	if _, err := l.Ask(); err != nil || len(l.Query) > maxQuery || (l.Kind == Fixed) != (l.Query == "") {
		c.Add("query", "client_list.error.query")
	}
	return c.Err()
}

// Guard holds who may share, that a list stays of its kind, and that a living one
// doesn't follow itself.
func (l *List) Guard(ctx context.Context, tx *db.Tx, old record.Record) error {
	was, _ := old.(*List)
	if was == nil {
		if err := l.GuardSharing(ctx, tx, nil); err != nil {
			return err
		}
	} else if err := l.GuardSharing(ctx, tx, &was.Sharing); err != nil {
		return err
	} else if was.Kind != l.Kind {
		return errs.Bad("kind", "client_list.error.kind")
	}
	if l.Kind == Fixed || was != nil && was.Query == l.Query {
		return nil
	}
	q, err := l.Ask()
	if err != nil {
		return err
	}
	return chain(ctx, tx, q, []int64{l.ID})
}

// Ask is what a living list asks of the clients.
func (l *List) Ask() (q list.Query, err error) {
	if l.Query == "" {
		return q, nil
	}
	if err := json.Unmarshal([]byte(l.Query), &q); err != nil {
		return q, fmt.Errorf("reading the query of client list %d: %w", l.ID, err)
	}
	return q, nil
}

// Keep stores what a living list asks. Columns and sort aren't part of it.
func (l *List) Keep(q list.Query) error {
	q.Columns, q.Sort = nil, ""
	b, err := json.Marshal(q)
	if err != nil {
		return fmt.Errorf("storing the query of a client list: %w", err)
	}
	l.Query = string(b)
	return nil
}

// Member is a client of a fixed list. Who put it there and when is in its stamps.
type Member struct {
	record.Base
	ListID   int64 `db:"list_id" history:"-"`
	ClientID int64 `db:"client_id" history:"-"`
}

// Table names the table and the kind.
func (*Member) Table() string { return "client_list_member" }

// Check reports what is wrong with m.
func (m *Member) Check() error {
	if m.ListID == 0 || m.ClientID == 0 {
		return errs.Bad("client_id", "error.required")
	}
	return nil
}

// Unique names the field of a violated constraint.
func (*Member) Unique(string) string { return "client_id" }

// MaxDepth is how many lists may follow one another in a row.
const MaxDepth = 5

// chain follows the lists that a query names and refuses a circle, and more than
// MaxDepth of them in a row. Path is the way so far.
func chain(ctx context.Context, tx *db.Tx, q list.Query, path []int64) error {
	for _, id := range named(q) {
		if id != 0 && slices.Contains(path, id) {
			return errs.Bad("query", "client_list.error.circle")
		}
		if len(path) >= MaxDepth {
			return errs.Bad("query", "client_list.error.deep", "Max", MaxDepth)
		}
		l, err := Get(ctx, tx, id)
		if err != nil {
			return err
		}
		inner, err := l.Ask()
		if err != nil {
			return err
		}
		if err := chain(ctx, tx, inner, append(slices.Clone(path), id)); err != nil {
			return err
		}
	}
	return nil
}

// named returns the lists that a query names, also through what hangs on a client: its
// travelers, and their clients again.
func named(q list.Query) (ids []int64) {
	var of func(filters []list.Filter)
	of = func(filters []list.Filter) {
		for _, f := range filters {
			of(f.Where)
			if f.Key != Key {
				continue
			}
			for _, v := range f.Values {
				if id, err := strconv.ParseInt(v, 10, 64); err == nil {
					ids = append(ids, id)
				}
			}
		}
	}
	of(q.Filters)
	for _, g := range q.Groups {
		of(g.Filters)
	}
	return ids
}

// Get reads a list. To those who can't see it, it doesn't exist; those it was shared
// with are told that it has been deleted.
func Get(ctx context.Context, tx *db.Tx, id int64) (*List, error) {
	l := new(List)
	err := record.Get(ctx, tx, l, id)
	if !errs.Is(err, errs.NotFound) {
		return l, err
	}
	if record.GetAny(ctx, tx, l, id) == nil {
		return nil, errs.New(errs.NotFound, "client_list.error.deleted", "Name", l.Name)
	}
	return nil, errs.New(errs.NotFound, "client_list.error.missing")
}

// All returns the lists that the actor finds, by name.
func All(ctx context.Context, tx *db.Tx) ([]List, error) {
	var out []List
	err := record.Select(ctx, tx, &out, "ORDER BY r.name_key, r.id")
	return out, err
}

// Restore brings a list back from the trash: who may change it may restore it.
func Restore(ctx context.Context, tx *db.Tx, id int64) (*List, error) {
	l := new(List)
	if err := record.GetAny(ctx, tx, l, id); err != nil {
		return nil, err
	}
	if !l.MayChange(tx.Actor) {
		return nil, errs.New(errs.Forbidden, "error.forbidden")
	}
	return l, record.Restore(ctx, tx, l, id)
}
