package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/traveler"
)

// tickedMax bounds the ids of one act; more are named by their filter.
const tickedMax = 20000

func bulkOrder(name string) *schema {
	ids := array("ids", "The records, up to 20,000. Instead of them all may be true.", &schema{typ: "integer", doc: "Number of a record.", example: int64(7)})
	ids.max = tickedMax
	return obj(name, "What is to be done, and to which records.", ids,
		yesno("all", "All records that match the filters in the query, which are those of the list.", false),
		enum("act", "Set a field, or move to the trash.", bulk.Modify, bulk.Modify, bulk.Delete),
		text("field", "The field that is set, as the list names it: status, advisor, tag.", "status"),
		enum("op", "Set or clear the field; add or remove a tag.", bulk.Set, "", bulk.Set, bulk.Clear, bulk.Add, bulk.Remove),
		text("value", "What it is set to: a code, true or false, or the number of an advisor, a branch, a type, a tag.", "inactive"),
		text("note", "Value of a tag that takes one.", "")).must("act")
}

var bulkReason = obj("BulkReason", "Why records can't be changed.",
	text("reason", "In the language of Accept-Language.", "Only administrators can give a client to another advisor."),
	number("count", "How many.", 3)).must("reason", "count")

var bulkGroup = obj("BulkGroup", "How many records go from one value to another.",
	text("from", "Value before, as stored.", "active"), text("to", "Value after.", "inactive"), number("count", "How many.", 4800)).must("from", "to", "count")

var bulkPreview = obj("BulkPreview", "What an act would do.",
	number("total", "Records that are meant and that you may see.", 5000),
	number("looked", "Of these, how many the following is about: the first 10,000.", 5000),
	number("changed", "Would be changed.", 4800), number("unchanged", "Are so already.", 200), number("refused", "Can't be changed.", 0),
	array("groups", "From what to what.", bulkGroup), array("reasons", "Why some can't be changed.", bulkReason)).
	must("total", "looked", "changed", "unchanged", "refused", "groups", "reasons")

var bulkAct = obj("BulkAct", "One act on many records.",
	number("id", "Number of the act.", 12),
	text("kind", "Kind of the records: client or traveler.", "client"),
	enum("act", "What it does.", bulk.Modify, bulk.Modify, bulk.Delete),
	text("field", "The field that is set; empty for the trash.", "status"), text("op", "set, clear, add or remove; empty for the trash.", "set"),
	text("value", "What it is set to; null where you have no right to the field.", "inactive").orNull(),
	text("note", "Value of a tag that takes one; null as value.", "").orNull(),
	enum("state", "Where it stands.", bulk.Done, bulk.States...),
	number("total", "Records that it is about.", 5000), number("done", "Records that were gone through.", 5000),
	number("changed", "Were changed.", 4800), number("unchanged", "Were so already.", 200), number("refused", "Could not be changed.", 0),
	number("undone", "Of the changed ones: put back by undo.", 0), number("kept", "Of the changed ones: changed since by somebody, and left alone by undo.", 0),
	yesno("undoable", "Whether undo is possible.", true), text("error", "Why it failed; empty otherwise.", ""),
	moment("created_at", "When it was asked for."), number("created_by", "Who asked for it.", 2).orNull(), moment("finished_at", "When it ended.").orNull(),
).must("id", "kind", "act", "field", "op", "value", "note", "state", "total", "done", "changed", "unchanged", "refused", "undone", "kept", "undoable", "error",
	"created_at", "created_by", "finished_at")

var bulkRow = obj("BulkRow", "What became of one record.",
	number("number", "Counts the rows.", 88), number("record_id", "The record, null where you don't see it any more.", 7).orNull(),
	text("name", "Its name; empty where you don't see it any more.", "Kowalska/Joanna"),
	enum("outcome", "What became of it.", bulk.Refused, bulk.Changed, bulk.Refused, bulk.PutBack, bulk.Kept),
	text("from", "Value before, as stored.", ""), text("to", "Value after.", ""),
	text("reason", "Why it was refused or left alone, in the language of Accept-Language.", "Changed since by Ewa")).
	must("number", "record_id", "name", "outcome", "from", "to", "reason")

func bulkOps() []op {
	var out []op
	for _, n := range []struct {
		kind, path, group, name string
		def                     *list.Def
	}{{"client", "/clients", "Clients", "ClientBulk", &client.List}, {"traveler", "/travelers", "Travelers", "TravelerBulk", &traveler.List}} {
		order := bulkOrder(n.name)
		out = append(out,
			op{id: n.kind + ".bulk_preview", method: "POST", path: n.path + "/bulk/preview", group: n.group, summary: "Look at a change to many",
				doc:  "Says what changing or deleting many records would do, from what to what, and what can't be changed and why. Nothing is written.",
				need: "client.edit", reads: true, filters: n.def, body: order, status: 200, reply: bulkPreview,
				run: func(ctx context.Context, tx *db.Tx, q *req) error { return previewBulk(ctx, tx, q, n.kind, n.def) }},
			op{id: n.kind + ".bulk", method: "POST", path: n.path + "/bulk", group: n.group, summary: "Change or delete many",
				doc: "Sets a field, gives or takes a tag, or moves records to the trash, each under its own rules. It is done in the background: " +
					"read the act to see how far it is. The whole act can be undone for 30 days.",
				need: "client.edit", filters: n.def, body: order, status: 202, reply: bulkAct,
				run: func(ctx context.Context, tx *db.Tx, q *req) error { return beginBulk(ctx, tx, q, n.kind, n.def) }})
	}
	base := op{group: "Acts on many", status: 200, reply: bulkAct}
	with := func(id, method, path, summary, doc string, change func(*op)) op {
		o := base
		o.id, o.method, o.path, o.summary, o.doc = "bulk."+id, method, "/bulk-acts"+path, summary, doc
		change(&o)
		return o
	}
	pages := []param{{member: number("limit", "Records per page, 1 to 200.", 50)}, {member: text("cursor", "\"next\" of the page before.", "")}}
	return append(out,
		with("list", "GET", "", "List acts on many records", "Your acts, the newest first; those of everybody with the right audit.view.",
			func(o *op) { o.query, o.reply, o.run = pages, page("BulkAct", bulkAct), listActs }),
		with("get", "GET", "/{id}", "Read an act", "Where it stands, and its counts.", func(o *op) { o.run = getAct }),
		with("rows", "GET", "/{id}/rows", "List what became of the records", "One outcome at a time, for 30 days.", func(o *op) {
			o.query = append([]param{{member: enum("outcome", "Which records.", bulk.Refused, bulk.Changed, bulk.Refused, bulk.PutBack, bulk.Kept), must: true}}, pages...)
			o.reply, o.run = page("BulkRow", bulkRow), listBulkRows
		}),
		with("cancel", "POST", "/{id}/cancel", "Stop an act or its undo", "It stops after its present step. What was done stays until it is undone.", func(o *op) {
			o.need = "client.edit"
			o.act = func(q *req, _ http.ResponseWriter) error {
				a, err := (&bulk.Service{DB: q.s.DB}).Cancel(q.http.Context(), q.actor, q.id())
				if err != nil {
					return err
				}
				return q.answerAct(a)
			}
		}),
		with("undo", "POST", "/{id}/undo", "Take an act back", "As a whole, in the background. Records that somebody has changed since stay as they are.", func(o *op) {
			o.need, o.status = "client.edit", 202
			o.run = func(ctx context.Context, tx *db.Tx, q *req) error {
				a, err := bulk.BeginUndo(ctx, tx, q.id())
				if err != nil {
					return err
				}
				return q.answerAct(a)
			}
		}))
}

// bulkAsked reads order and selection.
func (q *req) bulkAsked(kind string, d *list.Def) (bulk.Order, list.Selection, error) {
	o := bulk.Order{Kind: kind, What: q.text("act"), Field: q.text("field"), Op: q.text("op"), Value: q.text("value"), Note: q.text("note")}
	sel := list.Selection{All: boolOf(q.body, "all")}
	ids, _ := q.body["ids"].([]any)
	for _, v := range ids {
		if id, ok := v.(int64); ok {
			sel.IDs = append(sel.IDs, id)
		}
	}
	if sel.All == (len(sel.IDs) > 0) {
		return o, sel, errs.Bad("ids", "list.nothing_chosen")
	}
	var err error
	sel.Query, err = d.ParseQuery(q.query, q.actor)
	return o, sel, err
}

func previewBulk(ctx context.Context, tx *db.Tx, q *req, kind string, d *list.Def) error {
	o, sel, err := q.bulkAsked(kind, d)
	if err != nil {
		return err
	}
	n, err := bulk.NounOf(kind)
	if err != nil {
		return err
	}
	p, err := n.Preview(ctx, tx, o, sel)
	if err != nil {
		return err
	}
	l := i18n.For(q.lang())
	b := append(q.out, '{')
	for _, c := range []struct {
		name string
		n    int
	}{{"total", p.Total}, {"looked", p.Looked}, {"changed", p.Changed}, {"unchanged", p.Unchanged}, {"refused", p.Refused()}} {
		b = appendInt(b, c.name, int64(c.n))
	}
	b = append(appendKey(b, "groups"), '[')
	for _, g := range p.Groups {
		if o.Field == "tag" {
			break // a tag goes from nowhere to nowhere
		}
		b = appendText(appendText(append(appendComma(b), '{'), "from", g.Was), "to", g.Now)
		b = append(appendInt(b, "count", int64(g.Count)), '}')
	}
	b = append(appendKey(append(b, ']'), "reasons"), '[')
	for _, r := range p.Reasons {
		b = appendText(append(appendComma(b), '{'), "reason", l.T(r.Key, r.Args...))
		b = append(appendInt(b, "count", int64(r.Count)), '}')
	}
	q.out = append(b, ']', '}')
	return nil
}

func beginBulk(ctx context.Context, tx *db.Tx, q *req, kind string, d *list.Def) error {
	o, sel, err := q.bulkAsked(kind, d)
	if err != nil {
		return err
	}
	a, err := bulk.Begin(ctx, tx, o, sel)
	if err != nil {
		return err
	}
	q.location = base + "/bulk-acts/" + strconv.FormatInt(a.ID, 10)
	return q.answerAct(a)
}

func getAct(ctx context.Context, tx *db.Tx, q *req) error {
	a, err := bulk.Get(ctx, tx, q.id())
	if err != nil {
		return err
	}
	return q.answerAct(a)
}

func (q *req) answerAct(a *bulk.Act) error {
	q.out = append(appendAct(append(q.out, '{'), a, q), '}')
	return nil
}

func appendAct(b []byte, a *bulk.Act, q *req) []byte {
	b = appendText(appendText(appendInt(b, "id", a.ID), "kind", a.Kind), "act", a.What)
	b = appendText(appendText(b, "field", a.Field), "op", a.Op)
	if a.Readable(q.actor) {
		b = appendText(appendText(b, "value", a.Value), "note", a.Note)
	} else {
		b = append(appendKey(b, "value"), "null"...)
		b = append(appendKey(b, "note"), "null"...)
	}
	b = appendText(b, "state", a.State)
	for _, c := range []struct {
		name string
		n    int64
	}{{"total", a.Total}, {"done", a.Position}, {"changed", a.Changed}, {"unchanged", a.Unchanged}, {"refused", a.Refused}, {"undone", a.Undone}, {"kept", a.Kept}} {
		b = appendInt(b, c.name, c.n)
	}
	why := ""
	if a.Error != "" {
		why = i18n.For(q.lang()).T(a.Error)
	}
	b = appendText(appendBool(b, "undoable", a.Undoable()), "error", why)
	b = appendRef(appendStamp(b, "created_at", a.CreatedAt), "created_by", int64(a.CreatedBy))
	return appendStamp(b, "finished_at", a.FinishedAt)
}

func listActs(ctx context.Context, tx *db.Tx, q *req) error {
	return pageBack(q, func(before int64, n int) ([]bulk.Act, error) { return bulk.List(ctx, tx, before, n) },
		func(a *bulk.Act) int64 { return a.ID }, func(b []byte, a *bulk.Act) []byte { return appendAct(b, a, q) })
}

func listBulkRows(ctx context.Context, tx *db.Tx, q *req) error {
	limit, err := q.limit(50, 200)
	if err != nil {
		return err
	}
	after, err := q.before()
	if err != nil {
		return err
	}
	a, err := bulk.Get(ctx, tx, q.id())
	if err != nil {
		return err
	}
	lines, err := bulk.Lines(ctx, tx, a, q.query.Get("outcome"), after, limit+1)
	if err != nil {
		return err
	}
	next := ""
	if len(lines) > limit {
		lines = lines[:limit]
		next = strconv.FormatInt(lines[limit-1].ID, 10)
	}
	l := i18n.For(q.lang())
	tag := a.What == bulk.Modify && a.Field == "tag"
	b := append(q.out, `{"items":[`...)
	for i := range lines {
		r := &lines[i]
		if tag || a.What == bulk.Delete { // what undo needs to know of these is no value
			r.Was, r.Now = "", ""
		}
		why := ""
		if w := r.Why(); w.Key != "" {
			why = l.T(w.Key, w.Args...)
		}
		b = appendRef(appendInt(append(appendComma(b), '{'), "number", r.ID), "record_id", r.RecordID)
		b = appendText(appendText(b, "name", r.Name), "outcome", r.Outcome)
		b = append(appendText(appendText(appendText(b, "from", r.Was), "to", r.Now), "reason", why), '}')
	}
	q.out = appendNext(append(b, ']'), next)
	return nil
}
