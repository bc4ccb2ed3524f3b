package clientlists_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/clientlist"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/clientlists"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// TestNested: lists that follow lists, up to a depth and never in a circle; and lists
// that the reader of the outer one doesn't find.
func TestNested(t *testing.T) {
	w := newWorld(t)
	fixed := w.make("ada", shared(clientlist.Fixed), ticked(w.ids("a1", "a2", "b1")...))
	vips := w.make("ada", shared(clientlist.Living), all(is("list", value(fixed)), is("segment", "vip_incentive")))
	w.in("ada", vips, "a1", "b1")
	w.in("ann", vips, "a1")
	both := w.make("ada", shared(clientlist.Living), all(is("list", value(vips), value(fixed))))
	w.in("ada", both, "a1", "a2", "b1")
	rest := w.make("ada", shared(clientlist.Living), all(is("list", value(fixed)), list.Filter{Key: "list", Op: "none", Values: []string{value(vips)}}))
	w.in("ada", rest, "a2")
	or := w.make("ada", shared(clientlist.Living), &list.Selection{All: true, Query: list.Query{Any: true, Filters: []list.Filter{is("list", value(rest)), is("segment", "regular")}}})
	w.in("ada", or, "a2", "b2")
	w.in("bob", or, "b2")

	follow := func(id int64, of ...int64) error {
		return w.try("ada", func(ctx context.Context, tx *db.Tx) error {
			l := new(clientlist.List)
			return record.Edit(ctx, tx, l, id, 0, func() error {
				q := list.Query{}
				for _, o := range of {
					q.Filters = append(q.Filters, is("list", value(o)))
				}
				return l.Keep(q)
			})
		})
	}
	for what, err := range map[string]error{"itself": follow(vips, vips), "its follower": follow(vips, fixed, both), "two": follow(vips, rest)} {
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("a list follows %s: %v", what, err)
		}
	}
	last := vips
	for i := 0; ; i++ {
		l := shared(clientlist.Living)
		l.Name = fmt.Sprint("Level ", i)
		err := w.try("ada", func(ctx context.Context, tx *db.Tx) error {
			_, err := clientlists.Create(ctx, tx, l, all(is("list", value(last))))
			return err
		})
		if err != nil {
			if !errs.Is(err, errs.Invalid) || i < 2 || i > clientlist.MaxDepth {
				t.Errorf("level %d: %v", i, err)
			}
			break
		}
		w.in("ada", l.ID, "a1", "b1")
		last = l.ID
	}

	// The outer list is everybody's, the inner one isn't any more.
	w.do("ada", func(ctx context.Context, tx *db.Tx) error {
		l := new(clientlist.List)
		return record.Edit(ctx, tx, l, fixed, 0, func() error { l.Share = agency.Private; return nil })
	})
	w.in("ada", vips, "a1", "b1")
	if err := w.try("ann", func(ctx context.Context, tx *db.Tx) error {
		_, err := clientlists.Count(ctx, tx, vips, 10)
		return err
	}); !errs.Is(err, errs.Invalid) {
		t.Errorf("ann asks a list that follows a private one: %v", err)
	}
}

// TestCircleThroughArea: a list that follows another one through the travelers of its
// clients follows it all the same.
func TestCircleThroughArea(t *testing.T) {
	w := newWorld(t)
	through := func(id int64) list.Filter {
		return list.Filter{Key: "traveler", Op: "has", Where: []list.Filter{{Key: "client", Op: "has", Where: []list.Filter{is("list", value(id))}}}}
	}
	first := w.make("ada", &clientlist.List{Name: "First", Kind: clientlist.Living}, all(is("segment", "vip_incentive")))
	second := w.make("ada", &clientlist.List{Name: "Second", Kind: clientlist.Living}, all(through(first)))
	w.in("ada", second, "a1", "a3", "b1")
	for what, q := range map[string]list.Query{
		"another":    {Filters: []list.Filter{is("list", value(second))}},
		"itself":     {Filters: []list.Filter{through(first)}},
		"in a group": {Groups: []list.Group{{Any: true, Filters: []list.Filter{is("status", "active"), through(second)}}}},
	} {
		err := w.try("ada", func(ctx context.Context, tx *db.Tx) error {
			l := new(clientlist.List)
			return record.Edit(ctx, tx, l, first, 0, func() error { return l.Keep(q) })
		})
		var e *errs.Error
		if !errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Key != "client_list.error.circle" {
			t.Errorf("%s: %v", what, err)
		}
	}
	w.in("ada", second, "a1", "a3", "b1")
}
