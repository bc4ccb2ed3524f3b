package api

import (
	"context"
	"strconv"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/clientlist"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/clientlists"
	"github.com/carnetcrm/carnet/internal/jobs"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// numberOf reads a query parameter that is the number of a record.
func (q *req) numberOf(name string) (int64, error) {
	n, err := strconv.ParseInt(q.query.Get(name), 10, 64)
	if err != nil || n < 1 || n >= 1<<53 {
		return 0, errs.Bad(name, "error.number")
	}
	return n, nil
}

var clientListModel = newModel("ClientList", "A named list of clients.", &clientlist.List{},
	append([]prop{{name: "name", doc: "Name of the list.", max: 80, example: "Christmas cards", must: true},
		{name: "kind", doc: "A fixed list has members; a living one follows its query. It stays.", enum: []string{clientlist.Fixed, clientlist.Living}, example: clientlist.Fixed, must: true},
		{name: "note", doc: "What it is for.", max: 2000, example: ""},
		{name: "members_at", doc: "When clients were last added or taken out.", ro: true}}, sharingProps...)...)

var clientListQuery = text("query", "What a living list asks of the clients, as the query string of their list; empty for a fixed one.", "segment=vip_incentive")

// clientListTold is clientListQuery as it is answered.
var clientListTold = text("query", "What a living list asks of the clients, as the query string of their list; empty for a fixed one, null where it asks by a field that you don't see.",
	"segment=vip_incentive").orNull()

var (
	clientListSchema = clientListModel.read.with("ClientList", "A named list of clients.", clientListTold,
		number("count", "How many of its clients you see, counted to 10,000; null where the list can't be asked by you.", 212).orNull(),
		yesno("busy", "Whether clients are being added or taken out in the background.", false)).must("query", "count", "busy")
	clientListRow    = clientListModel.read.with("ClientListRow", "A named list of clients.", clientListTold).must("query")
	clientListNew    = clientListModel.write.with("ClientListNew", "A list to make.", clientListQuery)
	clientListChange = clientListModel.patch.with("ClientListChange", "What to change.", clientListQuery)
	clientListDone   = obj("ClientListDone", "What became of the members of a list.",
		number("changed", "Clients added or taken out; of a big selection 0, the job does it.", 12),
		number("chosen", "Clients of the selection that you see; of a big selection 0.", 14),
		yesno("busy", "Whether more than a thousand are being done in the background: read the list until it isn't busy.", false)).must("changed", "chosen", "busy")
)

func memberOrder(name string) *schema {
	ids := array("ids", "The clients, up to 20,000. Instead of them all may be true.", &schema{typ: "integer", doc: "Number of a client.", example: int64(7)})
	ids.max = tickedMax
	return obj(name, "Which clients.", ids, yesno("all", "All clients that match the filters in the query, which are those of the list of clients.", false))
}

func clientListOps() []op {
	id := "/client-lists/{id}"
	base := op{group: "Client lists", what: "client list", status: 200, reply: clientListSchema, etag: true, need: clientlist.RightEdit}
	with := func(name, method, path, summary, doc string, change func(*op)) op {
		o := base
		o.id, o.method, o.path, o.summary, o.doc = "client_list."+name, method, path, summary, doc
		change(&o)
		return o
	}
	member := func(o *op, schema string, act func(context.Context, *db.Tx, int64, list.Selection) (clientlists.Done, error)) {
		o.etag, o.filters, o.body, o.reply = false, clientList, memberOrder(schema), clientListDone
		o.run = func(ctx context.Context, tx *db.Tx, q *req) error {
			sel, err := q.chosen(clientList)
			if err != nil {
				return err
			}
			done, err := act(ctx, tx, q.id(), sel)
			q.answerDone(done)
			return err
		}
	}
	return []op{
		with("list", "GET", "/client-lists", "List client lists", "The lists that you find: your own, and those shared with you.", func(o *op) {
			o.need, o.etag, o.reply, o.run = "", false, all("ClientListRow", clientListRow), listClientLists
		}),
		with("create", "POST", "/client-lists", "Make a client list", "Empty, or living with a query. Sharing it with others needs the right view.share.", func(o *op) {
			o.body, o.status, o.run = clientListNew, 201, createClientList
		}),
		with("combine", "POST", "/client-lists/combine", "Make a list out of others", "A fixed list of what they have in common or not, as you see them now. One list alone is copied.", func(o *op) {
			lists := array("lists", "The lists, up to 20.", &schema{typ: "integer", doc: "Number of a client list.", example: int64(3)})
			o.body = obj("ClientListCombination", "Which lists, and how.", text("name", "Name of the new list.", "Cards without VIP"), lists,
				enum("way", "Clients in one of the lists, in all of them, or in the first and in none of the others.", clientlists.Difference, clientlists.Ways...)).must("name", "lists", "way")
			o.status, o.run = 201, combineClientLists
		}),
		with("get", "GET", id, "Read a client list", "With the number of its clients. To read them, send its number as list= to the list of clients.", func(o *op) {
			o.need, o.run = "", getClientList
		}),
		with("edit", "PATCH", id, "Change a client list", "Its owner changes it, and with the right view.manage those who find it.", func(o *op) {
			o.body, o.ifMatch, o.run = clientListChange, true, editClientList
		}),
		with("delete", "DELETE", id, "Delete a client list", "Its clients stay as they are. It can be restored for 30 days.", func(o *op) {
			o.status, o.reply, o.etag, o.ifMatch = 204, nil, false, true
			o.run = func(ctx context.Context, tx *db.Tx, q *req) error {
				return record.Delete(ctx, tx, new(clientlist.List), q.id(), q.version)
			}
		}),
		with("restore", "POST", id+"/restore", "Restore a client list", "With its members.", func(o *op) {
			o.run = func(ctx context.Context, tx *db.Tx, q *req) error {
				l, err := clientlist.Restore(ctx, tx, q.id())
				if err != nil {
					return err
				}
				return q.answerClientList(ctx, tx, l)
			}
		}),
		with("add", "POST", id+"/members", "Add clients to a list", "Those of the selection that you see; who is on the list already stays there.", func(o *op) {
			member(o, "ClientListAdd", clientlists.Add)
		}),
		with("remove", "POST", id+"/members/remove", "Take clients out of a list", "Those of the selection that you see.", func(o *op) {
			member(o, "ClientListRemove", clientlists.Remove)
		}),
	}
}

// chosen reads a selection: numbers, or all that match the filters in the query.
func (q *req) chosen(d *list.Def) (list.Selection, error) {
	sel := list.Selection{All: boolOf(q.body, "all"), IDs: q.numbers("ids")}
	if sel.All == (len(sel.IDs) > 0) {
		return sel, errs.Bad("ids", "list.nothing_chosen")
	}
	var err error
	sel.Query, err = d.ParseQuery(q.query, q.actor)
	return sel, err
}

// numbers reads an array of numbers of the body.
func (q *req) numbers(name string) (out []int64) {
	ids, _ := q.body[name].([]any)
	for _, v := range ids {
		if id, ok := v.(int64); ok {
			out = append(out, id)
		}
	}
	return out
}

func (q *req) answerDone(d clientlists.Done) {
	b := appendInt(appendInt(append(q.out, '{'), "changed", int64(d.Changed)), "chosen", int64(d.Chosen))
	q.out = append(appendBool(b, "busy", d.JobID != 0), '}')
}

// appendClientList writes the members of a list but for what has to be counted.
func appendClientList(ctx context.Context, tx *db.Tx, b []byte, l *clientlist.List, a db.Actor) ([]byte, error) {
	asked, err := l.Ask()
	if err != nil {
		return b, err
	}
	return appendQuery(ctx, tx, clientListModel.append(b, l, a), &client.List, asked, a)
}

// answerClientList writes a list with its count as the whole answer.
func (q *req) answerClientList(ctx context.Context, tx *db.Tx, l *clientlist.List) error {
	b, err := appendClientList(ctx, tx, append(q.out, '{'), l, q.actor)
	if err != nil {
		return err
	}
	n, err := clientlists.Count(ctx, tx, l.ID, countBound)
	switch {
	case errs.Is(err, errs.Invalid): // it follows what isn't the reader's, or takes too long
		b = append(appendKey(b, "count"), "null"...)
	case err != nil:
		return err
	default:
		b = appendInt(b, "count", int64(min(n, countBound)))
	}
	busy := false
	if l.JobID != 0 {
		j, err := jobs.Get(ctx, tx, l.JobID)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		busy = err == nil && !j.Ended()
	}
	q.out, q.etag = append(appendBool(b, "busy", busy), '}'), l.Version
	return nil
}

func listClientLists(ctx context.Context, tx *db.Tx, q *req) error {
	lists, err := clientlist.All(ctx, tx)
	if err != nil {
		return err
	}
	b := append(q.out, `{"items":[`...)
	for i := range lists {
		if b, err = appendClientList(ctx, tx, append(appendComma(b), '{'), &lists[i], q.actor); err != nil {
			return err
		}
		b = append(b, '}')
	}
	q.out = append(b, ']', '}')
	return nil
}

func getClientList(ctx context.Context, tx *db.Tx, q *req) error {
	l, err := clientlist.Get(ctx, tx, q.id())
	if err != nil {
		return err
	}
	return q.answerClientList(ctx, tx, l)
}

// follow puts the query of the body into a living list.
func (q *req) follow(l *clientlist.List) error {
	asked, err := q.asked(&client.List)
	switch {
	case err != nil:
		return err
	case l.Kind == clientlist.Living:
		return l.Keep(asked)
	case q.text("query") != "":
		return errs.Bad("query", "client_list.error.query")
	}
	return nil
}

func createClientList(ctx context.Context, tx *db.Tx, q *req) error {
	l := new(clientlist.List)
	clientListModel.fillNew(l, q.body)
	if err := q.follow(l); err != nil {
		return err
	}
	if _, err := clientlists.Create(ctx, tx, l, nil); err != nil {
		return err
	}
	q.location = base + "/client-lists/" + itoa(l.ID)
	return q.answerClientList(ctx, tx, l)
}

func editClientList(ctx context.Context, tx *db.Tx, q *req) error {
	l := new(clientlist.List)
	err := record.Edit(ctx, tx, l, q.id(), q.version, func() error {
		clientListModel.fill(l, q.body)
		if _, sent := q.body["query"]; !sent {
			return nil
		}
		return q.follow(l)
	})
	if err != nil {
		return err
	}
	return q.answerClientList(ctx, tx, l)
}

func combineClientLists(ctx context.Context, tx *db.Tx, q *req) error {
	l := &clientlist.List{Name: q.text("name")}
	if _, err := clientlists.Combine(ctx, tx, l, q.text("way"), q.numbers("lists")); err != nil {
		return err
	}
	if err := record.Get(ctx, tx, l, l.ID); err != nil { // with the number of its job
		return err
	}
	q.location = base + "/client-lists/" + itoa(l.ID)
	return q.answerClientList(ctx, tx, l)
}
