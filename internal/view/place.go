package view

import (
	"context"
	"slices"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// Tab is a view that stands as a tab on the actor's list.
type Tab struct {
	ID      int64
	Name    string
	Version int64
	Mine    bool // the actor owns it
	Shared  bool // others find it too
	Forced  bool // a tab because of the one who shared it, not pinned by the actor
}

// meant holds for the views (v) that are the actor's ($2) or shared with them: those
// who manage shared views find more than that, but not among their tabs. $3 is the
// branch.
const meant = `(v.owner_id = $2 OR v.share = 'all' OR (v.share = 'branch' AND v.share_branch_id = $3)
	OR (v.share = 'role' AND v.share_role = (SELECT u.role FROM {user} u WHERE u.id = $2)))`

// Tabs returns the tabs of a list: what the actor pinned in their order, then what is
// everybody's by name.
func Tabs(ctx context.Context, tx *db.Tx, listName string) ([]Tab, error) {
	var out []Tab
	err := tx.Each(ctx, `SELECT v.id, v.name, v.version, coalesce(v.owner_id, 0) = $2, v.share <> 'private', p.id IS NULL
		FROM {view} v LEFT JOIN {view_pin} p ON p.view_id = v.id
		WHERE v.list = $1 AND ((p.id IS NOT NULL AND NOT p.hidden) OR (p.id IS NULL AND v.tab AND `+meant+`))
		ORDER BY CASE WHEN p.id IS NULL THEN 1 ELSE 0 END, p.position, v.name_key, v.id`,
		[]any{listName, tx.Actor.UserID, tx.Actor.BranchID}, func(rows db.Rows) error {
			var t Tab
			err := rows.Scan(&t.ID, &t.Name, &t.Version, &t.Mine, &t.Shared, &t.Forced)
			out = append(out, t)
			return err
		})
	return out, err
}

// Pinned returns the numbers of the views that stand as tabs of the actor's.
func Pinned(ctx context.Context, tx *db.Tx, listName string) ([]int64, error) {
	tabs, err := Tabs(ctx, tx, listName)
	var ids []int64
	for _, t := range tabs {
		ids = append(ids, t.ID)
	}
	return ids, err
}

// SetPin makes a view a tab of the actor's, at the end, or takes it away.
func SetPin(ctx context.Context, tx *db.Tx, id int64, on bool) error {
	v, err := Get(ctx, tx, "", id)
	if err != nil {
		return err
	}
	tabs, err := Pinned(ctx, tx, v.List)
	if err != nil {
		return err
	}
	if slices.Contains(tabs, id) == on {
		return nil
	}
	if on {
		return Order(ctx, tx, v.List, append(tabs, id))
	}
	return putPin(ctx, tx, id, func(p *Pin) { p.Hidden = true })
}

// Order puts the actor's tabs into an order; what isn't named follows.
func Order(ctx context.Context, tx *db.Tx, listName string, ids []int64) error {
	tabs, err := Pinned(ctx, tx, listName)
	if err != nil {
		return err
	}
	for _, id := range tabs {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			continue
		}
		if _, err := Get(ctx, tx, listName, id); err != nil {
			return err
		}
		if err := putPin(ctx, tx, id, func(p *Pin) { p.Position, p.Hidden = int64(i+1), false }); err != nil {
			return err
		}
	}
	return nil
}

// Step moves one of the actor's tabs by so many places: what the keyboard can do.
func Step(ctx context.Context, tx *db.Tx, id int64, by int) error {
	v, err := Get(ctx, tx, "", id)
	if err != nil {
		return err
	}
	tabs, err := Pinned(ctx, tx, v.List)
	if err != nil {
		return err
	}
	at := slices.Index(tabs, id)
	if at < 0 {
		return nil
	}
	to := min(max(at+by, 0), len(tabs)-1)
	tabs = slices.Insert(slices.Delete(tabs, at, at+1), to, id)
	return Order(ctx, tx, v.List, tabs)
}

// putPin changes the actor's pin of a view, which is made where there is none.
func putPin(ctx context.Context, tx *db.Tx, viewID int64, change func(*Pin)) error {
	var have []Pin
	if err := record.Select(ctx, tx, &have, "WHERE r.view_id = $1", viewID); err != nil {
		return err
	}
	if len(have) == 0 {
		p := &Pin{UserID: db.Ref(tx.Actor.UserID), ViewID: viewID}
		change(p)
		return record.Insert(ctx, tx, p)
	}
	p := &have[0]
	return record.Edit(ctx, tx, p, p.ID, 0, func() error { change(p); return nil })
}

// Default returns the view with which the list opens for the actor: their own choice,
// else that for their role. There is none where the chosen one isn't theirs to see any
// more.
func Default(ctx context.Context, tx *db.Tx, listName string) (*View, bool, error) {
	var id int64
	err := tx.Row(ctx, `SELECT v.id FROM {view_default} d JOIN {view} v ON v.id = d.view_id
		WHERE d.list = $1 AND v.list = $1 AND (d.user_id = $2 OR (d.user_id IS NULL AND d.role = (SELECT u.role FROM {user} u WHERE u.id = $2)))
		ORDER BY CASE WHEN d.user_id IS NULL THEN 1 ELSE 0 END LIMIT 1`, []any{listName, tx.Actor.UserID}, &id)
	if errs.Is(err, errs.NotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	v, err := Get(ctx, tx, listName, id)
	return v, err == nil, err
}

// Standards returns the actor's own default and those of the roles, for one list or
// for all.
func Standards(ctx context.Context, tx *db.Tx, listName string) ([]Standard, error) {
	var out []Standard
	err := record.Select(ctx, tx, &out, "WHERE $1 = '' OR r.list = $1 ORDER BY r.id", listName)
	return out, err
}

// SetDefault has the view's list open with it: for the actor where role is "", else
// for everybody of the role, who must find the view. Off takes the choice back.
func SetDefault(ctx context.Context, tx *db.Tx, id int64, role string, on bool) error {
	v, err := Get(ctx, tx, "", id)
	if err != nil {
		return err
	}
	if role != "" {
		switch {
		case !tx.Actor.May(agency.RightManage):
			return errs.New(errs.Forbidden, "error.forbidden")
		case on && v.Share != agency.ForAll && !(v.Share == agency.ForRole && v.Role == role):
			return errs.Bad("role", "view.error.default_private")
		}
	}
	all, err := Standards(ctx, tx, v.List)
	if err != nil {
		return err
	}
	for i := range all {
		s := &all[i]
		if s.Role != role || (role == "") != (int64(s.UserID) == tx.Actor.UserID && s.UserID != 0) {
			continue
		}
		if !on {
			if s.ViewID != id {
				return nil
			}
			return record.Delete(ctx, tx, new(Standard), s.ID, 0)
		}
		return record.Edit(ctx, tx, s, s.ID, 0, func() error { s.ViewID = id; return nil })
	}
	if !on {
		return nil
	}
	s := &Standard{List: v.List, Role: role, ViewID: id}
	if role == "" {
		s.UserID = db.Ref(tx.Actor.UserID)
	}
	return record.Insert(ctx, tx, s)
}

// Save stores a new view, as a tab of the actor's where pin says so.
func Save(ctx context.Context, tx *db.Tx, v *View, pin bool) error {
	if err := record.Insert(ctx, tx, v); err != nil || !pin {
		return err
	}
	return SetPin(ctx, tx, v.ID, true)
}

// Update changes a view; version is the one that the actor saw.
func Update(ctx context.Context, tx *db.Tx, id, version int64, change func(*View) error) (*View, error) {
	v := new(View)
	err := record.Edit(ctx, tx, v, id, version, func() error { return change(v) })
	return v, err
}

// SaveQuery has the view ask something else: "save the changes to this view".
func SaveQuery(ctx context.Context, tx *db.Tx, id, version int64, q list.Query, widths string) (*View, error) {
	return Update(ctx, tx, id, version, func(v *View) error {
		if widths != "" {
			v.Widths = widths
		}
		return v.Keep(q)
	})
}

// Duplicate makes a private copy of a view for the actor.
func Duplicate(ctx context.Context, tx *db.Tx, id int64, name string) (*View, error) {
	v, err := Get(ctx, tx, "", id)
	if err != nil {
		return nil, err
	}
	c := &View{List: v.List, Name: name, Query: v.Query, Widths: v.Widths, Density: v.Density}
	return c, record.Insert(ctx, tx, c)
}

// Delete moves a view to the trash. Its tabs and defaults go with it, and come back
// with it.
func Delete(ctx context.Context, tx *db.Tx, id, version int64) error {
	return record.Delete(ctx, tx, new(View), id, version)
}

// Restore brings a view back from the trash: who may change it may restore it.
func Restore(ctx context.Context, tx *db.Tx, id int64) (*View, error) {
	v := new(View)
	if err := record.GetAny(ctx, tx, v, id); err != nil {
		return nil, err
	}
	if !v.MayChange(tx.Actor) {
		return nil, errs.New(errs.Forbidden, "error.forbidden")
	}
	return v, record.Restore(ctx, tx, v, id)
}
