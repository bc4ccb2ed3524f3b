package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/web/ui"
)

// catalog is a short list that an agency keeps: branches, departments, customer
// types, tags. All of them are listed, created, changed and removed alike.
type catalog struct {
	name, kind, right string
	noun              string // what one is called, where it isn't the kind
	actions           func(p *Page) []templ.Component
	blankRecord       func() record.Record
	rows              func(ctx context.Context, tx *db.Tx, p *Page) ([]ui.Row, error)
	fill              func(f Form, r record.Record)
	fields            func(p *Page, r record.Record, err error, branches []ui.Option) templ.Component
	drop              func(ctx context.Context, tx *db.Tx, id int64) error // removes one; record.Delete where nil
}

var catalogs = []*catalog{
	{name: "branches", kind: "branch", right: "agency.manage", blankRecord: func() record.Record { return &agency.Branch{Active: true} },
		rows: branchRows, fill: fillBranch, fields: branchFields},
	{name: "departments", kind: "department", right: "agency.manage", blankRecord: func() record.Record { return &agency.Department{Active: true} },
		rows: departmentRows, fill: fillDepartment, fields: departmentFields},
	{name: "types", kind: "customer_type", right: "type.manage", blankRecord: func() record.Record { return &client.Type{Active: true} },
		rows: typeRows, fill: fillType, fields: typeFields},
	countryCatalog,
	{name: "relations", kind: "relation_type", right: "option.manage", blankRecord: func() record.Record { return &traveler.RelationType{Active: true} },
		rows: kinshipRows, fill: fillKinship, fields: kinshipFields,
		drop: func(ctx context.Context, tx *db.Tx, id int64) error { return traveler.DropRelationType(ctx, tx, id, 0) }},
	tagCatalog("tags", "tag"), tagCatalog("attributes", "attribute"), tagCatalog("interests", "interest"),
	ackCatalog,
	fieldCatalog,
}

// tagCatalog are the tags of one kind: a screen each (R075, R077, R079).
func tagCatalog(name, kind string) *catalog {
	return &catalog{name: name, kind: "tag", noun: kind, right: "tag.manage", actions: tagActions,
		blankRecord: func() record.Record { return &tag.Tag{Kind: kind, Active: true} },
		rows: func(ctx context.Context, tx *db.Tx, p *Page) ([]ui.Row, error) {
			return tagRows(ctx, tx, p, kind, "/admin/"+name)
		},
		fill: fillTag, fields: tagFields,
		drop: func(ctx context.Context, tx *db.Tx, id int64) error { return flow.DropTag(ctx, tx, id, 0) }}
}

// called is what one record of the catalog is called in translation keys.
func (c *catalog) called() string {
	if c.noun != "" {
		return c.noun
	}
	return c.kind
}

func (c *catalog) base() string { return "/admin/" + c.name }

func (c *catalog) title(p *Page) string { return p.T("admin.tab." + c.name) }

func (c *catalog) list(p *Page) error {
	var rows []ui.Row
	err := p.View(func(ctx context.Context, tx *db.Tx) (err error) { rows, err = c.rows(ctx, tx, p); return err })
	if err != nil {
		return err
	}
	head := ui.PageHead{Title: c.title(p), Count: countOf(len(rows))}
	if c.actions != nil {
		head.Actions = c.actions(p)
	}
	head.Actions = append(head.Actions, ui.Button{Label: p.T("admin.new." + c.called()), Icon: "plus", Kind: "primary", Href: c.base() + "/new"})
	return p.showAdmin(http.StatusOK, c.name, head, rowsCard(p, c.title(p), rows))
}

func (c *catalog) blank(p *Page) error {
	return c.form(p, http.StatusOK, c.blankRecord(), nil, nil)
}

// form shows the record, new or not, with what is wrong with it.
func (c *catalog) form(p *Page, status int, r record.Record, f Form, problem error) error {
	var branches []ui.Option
	err := p.View(func(ctx context.Context, tx *db.Tx) (err error) { branches, err = branchOptions(ctx, tx); return err })
	if err != nil {
		return err
	}
	b := record.Stamps(r)
	card := ui.EditCard{L: p.L, ID: "record", Title: p.T("admin.new." + c.called()), Action: c.base() + "/new", Cancel: c.base()}
	if b.ID != 0 {
		card.Title, card.Action, card.Version = p.T("admin.edit."+c.called()), c.base()+"/"+strconv.FormatInt(b.ID, 10), b.Version
	}
	head := ui.PageHead{Title: card.Title, Back: ui.Link{Href: c.base(), Text: c.title(p)}}
	fields := c.fields(p, r, problem, branches)
	if isStale(problem) {
		fields = carried(f) // the choice between two values takes the place of the fields
	}
	remove := ""
	if b.ID != 0 && problem == nil {
		remove = card.Action + "/delete"
	}
	return p.showAdmin(status, c.name, head, catalogForm(p, card, p.adminProblem(c.kind, f, problem), fields, remove))
}

// carried are hidden fields with all that was typed.
func carried(f Form) templ.Component {
	var out ui.Group
	for name, vals := range f {
		if name == "version" {
			continue
		}
		for _, v := range vals {
			out = append(out, ui.Hidden{Name: name, Value: v})
		}
	}
	return out
}

func (c *catalog) create(p *Page) error {
	f, err := p.Form()
	if err != nil {
		return err
	}
	r := c.blankRecord()
	c.fill(f, r)
	err = p.Update(func(ctx context.Context, tx *db.Tx) error { return record.Insert(ctx, tx, r) })
	if err != nil && correctable(err) {
		return c.form(p, StatusOf(err), r, f, err)
	}
	if err != nil {
		return err
	}
	p.Flash("good", "common.saved")
	return p.Redirect(c.base())
}

func (c *catalog) show(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	r := c.blankRecord()
	err = p.View(func(ctx context.Context, tx *db.Tx) error { return record.Get(ctx, tx, r, id) })
	if err != nil {
		return err
	}
	return c.form(p, http.StatusOK, r, nil, nil)
}

func (c *catalog) save(p *Page) error {
	id, f, err := p.posted()
	if err != nil {
		return err
	}
	f = f.chosen()
	r := c.blankRecord()
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		return record.Edit(ctx, tx, r, id, f.Int("version"), func() error { c.fill(f, r); return nil })
	})
	err = p.weigh(c.kind, id, f.Int("version"), err)
	if err != nil && correctable(err) && len(fieldErrors(err)) > 0 {
		return c.form(p, StatusOf(err), r, f, err)
	}
	if err != nil && !isStale(err) { // stale without a difference: it is stored already
		return err
	}
	p.Flash("good", "common.saved")
	return p.Redirect(c.base())
}

func (c *catalog) remove(p *Page) error {
	id, err := p.ID("id")
	if err != nil {
		return err
	}
	err = p.Update(func(ctx context.Context, tx *db.Tx) error {
		if c.drop != nil {
			return c.drop(ctx, tx, id)
		}
		return record.Delete(ctx, tx, c.blankRecord(), id, 0)
	})
	if errs.Is(err, errs.Conflict) { // something refers to it: it can only be set inactive
		p.Flash("caution", "error.in_use")
		return p.Redirect(c.base() + "/" + strconv.FormatInt(id, 10))
	}
	if err != nil {
		return err
	}
	p.Flash("good", "common.deleted")
	return p.Redirect(c.base())
}

// branchOptions are the branches to choose from.
func branchOptions(ctx context.Context, tx *db.Tx) (out []ui.Option, err error) {
	return idOptions(ctx, tx, "SELECT b.id, b.name FROM {branch} b WHERE b.active ORDER BY b.name")
}

func departmentOptions(ctx context.Context, tx *db.Tx) (out []ui.Option, err error) {
	return idOptions(ctx, tx, "SELECT d.id, d.name FROM {department} d WHERE d.active ORDER BY d.name")
}

// idOptions are the ids and names that a query of settled tables finds.
func idOptions(ctx context.Context, tx *db.Tx, query string) (out []ui.Option, err error) {
	names, err := idNames(ctx, tx, query)
	for _, n := range names {
		out = append(out, ui.Option{Value: strconv.FormatInt(n.id, 10), Label: n.name})
	}
	return out, err
}

// idName is a row of a settled table.
type idName struct {
	id   int64
	name string
}

// nameIn is the name that an id has, "" where it has none.
func nameIn(list []idName, id int64) string {
	if i := slices.IndexFunc(list, func(n idName) bool { return n.id == id }); i >= 0 {
		return list[i].name
	}
	return ""
}

// idNames reads the rows of a query of settled tables, which are shared: nobody may
// change them.
func idNames(ctx context.Context, tx *db.Tx, query string) ([]idName, error) {
	return db.Kept(ctx, tx, query, nil, func(rows db.Rows) (out []idName, err error) {
		for rows.Next() && err == nil {
			out = append(out, idName{})
			n := &out[len(out)-1]
			err = rows.Scan(&n.id, &n.name)
		}
		return out, err
	})
}
