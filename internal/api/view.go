package api

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/traveler"
	"github.com/carnetcrm/carnet/internal/view"
)

// sharingProps are the properties of what a person makes and may show to others.
var sharingProps = []prop{
	{name: "owner_id", doc: "Whose it is; one's own where nothing is said.", example: int64(2)},
	{name: "share", doc: "Who finds it beside its owner: nobody, a role, a branch or everybody. Whoever opens it sees their own rows only.", enum: agency.Shares, example: "all"},
	{name: "share_role", doc: "The role, where share is role.", enum: append([]string{""}, agency.Roles...), example: ""},
	{name: "share_branch_id", doc: "The branch, where share is branch.", example: int64(1)},
}

var queryMember = text("query", "What is asked, as the query string of the list: its filters, \"where\" for brackets, \"sort\", and \"cols\" for the columns.",
	"segment=vip_incentive&sort=-created&cols=name,city")

// queryTold is queryMember as it is answered.
var queryTold = text("query", "What is asked, as the query string of the list; null where it asks by a field that you don't see.",
	"segment=vip_incentive&sort=-created&cols=name,city").orNull()

var viewModel = newModel("View", "A saved view of a list.", &view.View{},
	append([]prop{{name: "list", doc: "Which list; it stays.", enum: view.Lists, example: "client", must: true},
		{name: "name", doc: "Name of the view.", max: 80, example: "VIP", must: true},
		{name: "tab", doc: "Stands as a tab for everybody it is shared with.", example: false}}, sharingProps...)...)

var (
	viewSchema = viewModel.read.with("View", "A saved view of a list.", queryTold).must("query")
	viewNew    = viewModel.write.with("ViewNew", "A view to save.", queryMember, yesno("pin", "Stands as a tab of one's own.", true))
	viewChange = viewModel.patch.with("ViewChange", "What to change.", queryMember)
)

// viewDefs are the lists that have views, as pages ask them.
var viewDefs = map[string]*list.Def{"client": &client.List, "traveler": &traveler.List}

func viewOps() []op {
	id := "/views/{id}"
	base := op{group: "Views", what: "view", status: 200, reply: viewSchema, etag: true}
	with := func(name, method, path, summary, doc string, change func(*op)) op {
		o := base
		o.id, o.method, o.path, o.summary, o.doc = "view."+name, method, path, summary, doc
		change(&o)
		return o
	}
	return []op{
		with("list", "GET", "/views", "List views", "The views that you find: your own, and those shared with you.", func(o *op) {
			o.query = []param{{member: enum("list", "Of one list.", "client", view.Lists...)}}
			o.etag, o.reply, o.run = false, all("View", viewSchema), listViews
		}),
		with("create", "POST", "/views", "Save a view", "Sharing it with others needs the right view.share.", func(o *op) {
			o.body, o.status, o.run = viewNew, 201, createView
		}),
		with("get", "GET", id, "Read a view", "To use it, send its number as view= to the list.", func(o *op) { o.run = getView }),
		with("edit", "PATCH", id, "Change a view", "Its owner changes it, and with the right view.manage those who find it.", func(o *op) {
			o.body, o.ifMatch, o.run = viewChange, true, editView
		}),
		with("delete", "DELETE", id, "Delete a view", "Its tabs go with it. It can be restored for 30 days.", func(o *op) {
			o.status, o.reply, o.etag, o.ifMatch = 204, nil, false, true
			o.run = func(ctx context.Context, tx *db.Tx, q *req) error { return view.Delete(ctx, tx, q.id(), q.version) }
		}),
		with("restore", "POST", id+"/restore", "Restore a view", "With its tabs.", func(o *op) {
			o.run = func(ctx context.Context, tx *db.Tx, q *req) error {
				v, err := view.Restore(ctx, tx, q.id())
				if err != nil {
					return err
				}
				return q.answerView(ctx, tx, v)
			}
		}),
		with("pin", "POST", id+"/pin", "Show a view as a tab", "Of one's own list, at the end; or take the tab away.", func(o *op) {
			o.body = obj("ViewPin", "Whether it is a tab.", yesno("on", "True pins it, false takes it away.", true)).must("on")
			o.run = func(ctx context.Context, tx *db.Tx, q *req) error {
				if err := view.SetPin(ctx, tx, q.id(), boolOf(q.body, "on")); err != nil {
					return err
				}
				return getView(ctx, tx, q)
			}
		}),
		with("default", "POST", id+"/default", "Open the list with a view", "For oneself, or, with the right view.manage, for a role that finds the view.", func(o *op) {
			o.body = obj("ViewDefault", "For whom.", enum("role", "The role; empty for oneself.", "", append([]string{""}, agency.Roles...)...),
				yesno("on", "False takes the choice back.", true)).must("on")
			o.run = func(ctx context.Context, tx *db.Tx, q *req) error {
				if err := view.SetDefault(ctx, tx, q.id(), q.text("role"), boolOf(q.body, "on")); err != nil {
					return err
				}
				return getView(ctx, tx, q)
			}
		}),
	}
}

// appendView writes the members of a view.
func appendView(ctx context.Context, tx *db.Tx, b []byte, v *view.View, a db.Actor) ([]byte, error) {
	asked, err := v.Ask()
	if err != nil {
		return b, err
	}
	return appendQuery(ctx, tx, viewModel.append(b, v, a), viewDefs[v.List], asked, a)
}

// appendQuery writes what a view or a living list asks, null for who doesn't see all
// fields by which it asks.
func appendQuery(ctx context.Context, tx *db.Tx, b []byte, d *list.Def, asked list.Query, a db.Actor) ([]byte, error) {
	known, err := d.For(ctx, tx)
	if err != nil {
		return b, err
	}
	told, ok := view.Tell(known, a, asked)
	if !ok {
		return append(appendKey(b, "query"), "null"...), nil
	}
	return appendText(b, "query", d.EncodeQuery(told).Encode()), nil
}

func (q *req) answerView(ctx context.Context, tx *db.Tx, v *view.View) error {
	b, err := appendView(ctx, tx, append(q.out, '{'), v, q.actor)
	q.out, q.etag = append(b, '}'), v.Version
	return err
}

func listViews(ctx context.Context, tx *db.Tx, q *req) error {
	views, err := view.All(ctx, tx, q.query.Get("list"))
	if err != nil {
		return err
	}
	b := append(q.out, `{"items":[`...)
	for i := range views {
		if b, err = appendView(ctx, tx, append(appendComma(b), '{'), &views[i], q.actor); err != nil {
			return err
		}
		b = append(b, '}')
	}
	q.out = append(b, ']', '}')
	return nil
}

func getView(ctx context.Context, tx *db.Tx, q *req) error {
	v, err := view.Get(ctx, tx, "", q.id())
	if err != nil {
		return err
	}
	return q.answerView(ctx, tx, v)
}

func createView(ctx context.Context, tx *db.Tx, q *req) error {
	v := new(view.View)
	viewModel.fillNew(v, q.body)
	asked, err := q.asked(viewDefs[v.List])
	if err == nil {
		err = v.Keep(asked)
	}
	if err == nil {
		err = view.Save(ctx, tx, v, boolOf(q.body, "pin"))
	}
	if err != nil {
		return err
	}
	q.location = base + "/views/" + itoa(v.ID)
	return q.answerView(ctx, tx, v)
}

func editView(ctx context.Context, tx *db.Tx, q *req) error {
	v := new(view.View)
	err := record.Edit(ctx, tx, v, q.id(), q.version, func() error {
		of := v.List
		if viewModel.fill(v, q.body); v.List != of {
			return errs.Bad("list", "api.read_only_field")
		}
		if _, sent := q.body["query"]; !sent {
			return nil
		}
		asked, err := q.asked(viewDefs[v.List])
		if err != nil {
			return err
		}
		return v.Keep(asked)
	})
	if err != nil {
		return err
	}
	return q.answerView(ctx, tx, v)
}

// asked reads the query that the body holds as a query string. What the list doesn't
// know is refused: without it the query would ask for more.
func (q *req) asked(d *list.Def) (list.Query, error) {
	raw := q.text("query")
	if d == nil || raw == "" {
		return list.Query{}, nil
	}
	v, err := url.ParseQuery(raw)
	if err != nil {
		return list.Query{}, errs.Bad("query", "api.bad_query")
	}
	for key := range v {
		name, _, _ := strings.Cut(strings.TrimPrefix(key, "op."), ".")
		if _, ok := d.Field(name, q.actor); !ok && !list.IsOwn(name) && !slices.Contains([]string{"where", "sort", "cols"}, key) {
			return list.Query{}, errs.Bad("query", "list.unknown_field", "Field", key)
		}
	}
	out, err := d.ParseQuery(v, q.actor)
	out.Cursor = ""
	return out, err
}

// viewed adds what a view asks to the parameters of a list: filters narrow it further,
// a sort and columns of one's own take the place of the view's.
func (q *req) viewed(ctx context.Context, tx *db.Tx, d *list.Def, own list.Query) (list.Query, error) {
	raw := q.query.Get("view")
	if raw == "" {
		return own, nil
	}
	id, err := q.numberOf("view")
	if err != nil {
		return own, err
	}
	v, err := view.Get(ctx, tx, d.Name, id)
	if err != nil {
		return own, err
	}
	known, err := d.For(ctx, tx)
	if err != nil {
		return own, err
	}
	base, err := v.Open(known, q.actor)
	if err != nil {
		return own, err
	}
	return base.Narrow(own)
}
