// Package view keeps the saved views of lists: which filters, columns and sort
// somebody wants to come back to, who finds them, and where they show (R113, W17).
//
// A view says what to ask, never what may be seen: each reader gets the rows of their
// own. It stores a list.Query and knows no noun.
package view

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/fold"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// Tables are the tenant tables of this package.
var Tables = []db.Table{
	{Name: "view", Trash: true, View: agency.SharedView, Edit: agency.SharedEdit},
	{Name: "view_pin", View: db.Same("user_id = :user"), Edit: db.Same("user_id = :user")},
	{Name: "view_default", View: db.Same("user_id = :user OR user_id IS NULL"),
		Edit: db.Same("user_id = :user OR (user_id IS NULL AND " + agency.Manages + ")")},
}

var _ = record.Register(
	record.Kind{Name: "view", New: func() record.Record { return new(View) }},
	record.Kind{Name: "view_pin", New: func() record.Record { return new(Pin) }, Silent: true},
	record.Kind{Name: "view_default", New: func() record.Record { return new(Standard) }},
)

// Lists are the names of the lists that have views.
var Lists = []string{"client", "traveler"}

// View is a list as somebody wants to see it again.
type View struct {
	record.Base
	agency.Sharing
	List    string `db:"list" history:"-"` // one of Lists
	Name    string `db:"name" history:"track"`
	NameKey string `db:"name_key" history:"-"`
	Query   string `db:"query" history:"track"`   // JSON of list.Query; see Ask
	Widths  string `db:"widths" history:"-"`      // JSON, pixels by column
	Density string `db:"density" history:"track"` // as of agency.User
	Tab     bool   `db:"tab" history:"track"`     // stands as a tab for everybody it is shared with
}

// Table names the table and the kind.
func (*View) Table() string { return "view" }

// maxName is the longest name, in characters; maxQuery the longest query, in bytes.
const maxName, maxQuery = 80, 20000

// Check tidies v and reports what is wrong with it.
func (v *View) Check() error {
	var c errs.Collect
	v.Name = strings.Join(strings.Fields(v.Name), " ")
	v.NameKey = fold.Key(v.Name)
	c.Required("name", v.Name)
	c.MaxLen("name", v.Name, maxName)
	c.OneOf("list", v.List, Lists...)
	c.OneOf("density", v.Density, "", "compact")
	v.CheckSharing(&c)
	if v.Share == agency.Private {
		v.Tab = false
	}
	if _, err := v.Ask(); err != nil || len(v.Query) > maxQuery {
		c.Add("query", "view.error.query")
	}
	if widths := map[string]int{}; v.Widths != "" && (json.Unmarshal([]byte(v.Widths), &widths) != nil || len(v.Widths) > maxQuery) {
		c.Add("widths", "view.error.query")
	}
	return c.Err()
}

// Guard holds who may share.
func (v *View) Guard(ctx context.Context, tx *db.Tx, old record.Record) error {
	was, _ := old.(*View)
	if was == nil {
		return v.GuardSharing(ctx, tx, nil)
	}
	return v.GuardSharing(ctx, tx, &was.Sharing)
}

// Ask is what the view asks of its list.
func (v *View) Ask() (q list.Query, err error) {
	if v.Query == "" {
		return q, nil
	}
	if err := json.Unmarshal([]byte(v.Query), &q); err != nil {
		return q, fmt.Errorf("reading the query of view %d: %w", v.ID, err)
	}
	return q, nil
}

// Keep stores what the view asks: what belongs to one request is left out.
func (v *View) Keep(q list.Query) error {
	b, err := json.Marshal(q)
	if err != nil {
		return fmt.Errorf("storing the query of a view: %w", err)
	}
	v.Query = string(b)
	return nil
}

// Pin is the place of a view among a person's tabs.
type Pin struct {
	record.Base
	UserID   db.Ref `db:"user_id" history:"-"`
	ViewID   int64  `db:"view_id" history:"-"`
	Position int64  `db:"position" history:"-"`
	Hidden   bool   `db:"hidden" history:"-"` // taken away, though it is everybody's tab
}

// Table names the table and the kind.
func (*Pin) Table() string { return "view_pin" }

// Check finds nothing wrong.
func (*Pin) Check() error { return nil }

// Standard is the view with which a list opens, for a person or for a role.
type Standard struct {
	record.Base
	List   string `db:"list" history:"-"`
	UserID db.Ref `db:"user_id" history:"-"`  // or
	Role   string `db:"role" history:"track"` // of agency.Roles
	ViewID int64  `db:"view_id" history:"track"`
}

// Table names the table and the kind.
func (*Standard) Table() string { return "view_default" }

// Roots shows the change in the history of the view.
func (s *Standard) Roots() []record.Ref { return []record.Ref{{Kind: "view", ID: s.ViewID}} }

// Check reports what is wrong with s.
func (s *Standard) Check() error {
	var c errs.Collect
	c.OneOf("list", s.List, Lists...)
	if s.UserID == 0 && !agency.IsRole(s.Role) {
		c.Add("role", "agency.error.share_role")
	}
	return c.Err()
}

// Get reads a view of a list, "" for any. To those who can't see it, it doesn't
// exist; those it was shared with are told that it has been deleted.
func Get(ctx context.Context, tx *db.Tx, listName string, id int64) (*View, error) {
	v := new(View)
	err := record.Get(ctx, tx, v, id)
	if err == nil && (listName == "" || v.List == listName) {
		return v, nil
	}
	if err != nil && !errs.Is(err, errs.NotFound) {
		return nil, err
	}
	if err != nil && record.GetAny(ctx, tx, v, id) == nil {
		return nil, errs.New(errs.NotFound, "view.error.deleted", "Name", v.Name)
	}
	return nil, errs.New(errs.NotFound, "view.error.missing")
}

// All returns the views that the actor finds, of one list or of all, by name.
func All(ctx context.Context, tx *db.Tx, listName string) ([]View, error) {
	var out []View
	err := record.Select(ctx, tx, &out, "WHERE $1 = '' OR r.list = $1 ORDER BY r.list, r.name_key, r.id", listName)
	return out, err
}

// Open, of a list that list.Def.For returned, turns a view into a query that the actor may ask. A column to which they have
// no right is left out, and so is a sort; a filter by a field that is gone, or that
// they have no right to, is an error that names it: without the filter the list would
// silently be another, wider one.
func (v *View) Open(d *list.Def, a db.Actor) (list.Query, error) {
	q, err := v.Ask()
	if err != nil {
		return q, err
	}
	d.Complete(&q)
	if key := lacking(d, a, q); key != "" {
		return q, errs.New(errs.Invalid, "view.error.field", "Name", v.Name, "Field", key)
	}
	reduce(d, a, &q)
	return q, nil
}

// Tell is what the actor may be told of a query of the list d, as list.Def.For returned
// it: without the columns and sorts to which they have no right. False where it asks by a
// field that is gone or kept from them: the value that a hidden field is asked for would
// tell as much as the field.
func Tell(d *list.Def, a db.Actor, q list.Query) (list.Query, bool) {
	reduce(d, a, &q)
	return q, lacking(d, a, q) == ""
}

// reduce leaves out the columns and sorts to which the actor has no right.
func reduce(d *list.Def, a db.Actor, q *list.Query) {
	kept := q.Columns[:0:0]
	for _, key := range q.Columns {
		if f, ok := d.Field(key, a); ok && !f.NoShow {
			kept = append(kept, key)
		}
	}
	q.Columns = kept
	var sorts []string
	for key := range strings.SplitSeq(q.Sort, ",") {
		if f, ok := d.Field(strings.TrimPrefix(key, "-"), a); ok && f.Sort != "" {
			sorts = append(sorts, key)
		}
	}
	q.Sort = strings.Join(sorts, ",")
}

// lacking returns the key of the first field among the filters that doesn't exist for
// the actor, "" where all do.
func lacking(d *list.Def, a db.Actor, q list.Query) string {
	if key := lackingOf(d, a, q.Filters); key != "" {
		return key
	}
	for _, g := range q.Groups {
		if key := lackingOf(d, a, g.Filters); key != "" {
			return key
		}
	}
	return ""
}

func lackingOf(d *list.Def, a db.Actor, filters []list.Filter) string {
	for _, flt := range filters {
		f, ok := d.Field(flt.Key, a)
		if !ok {
			return flt.Key
		}
		if f.Area == nil {
			continue
		}
		if key := lackingOf(f.Area.Def, a, flt.Where); key != "" {
			return flt.Key + "." + key
		}
	}
	return ""
}
