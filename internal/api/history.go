package api

import (
	"context"
	"strconv"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/flow/bulk"
	"github.com/carnetcrm/carnet/internal/record"
)

var historySchema = obj("HistoryEntry", "One saved change.",
	number("id", "Number of the entry.", 812),
	moment("at", "When it was saved."),
	number("user_id", "Who saved it, null for the program itself.", 2).orNull(),
	enum("via", "The way in.", "api", "web", "api", "import", "job", "cli"),
	number("run_id", "The import that it belongs to, null for none.", 4).orNull(),
	number("act_id", "The act on many records that it belongs to, null for none.", 12).orNull(),
	enum("op", "What was done.", "edit", "create", "edit", "delete", "restore", "purge"),
	text("kind", "Kind of the record that changed: the client or traveler, or something that hangs on it.", "client"),
	number("record_id", "Number of that record.", 7),
	number("version", "Version of that record after the change.", 3),
	array("changes", "The fields that changed. Values of secret fields are left out.", obj("FieldChange", "One changed field.",
		text("field", "Name of the field.", "memo"), text("old", "Value before.", ""), text("new", "Value after.", "Call back")).must("field", "old", "new")),
).must("id", "at", "user_id", "via", "run_id", "act_id", "op", "kind", "record_id", "version", "changes")

// history is the operation that tells what happened to a record (R017).
func (o owner) history() op {
	return op{id: o.kind + ".history", method: "GET", path: o.path + "/history", group: o.group, summary: "Read the history",
		doc:    "Who changed what and when, newest first, with what happened to everything that hangs on the record.",
		query:  []param{{member: number("limit", "Entries per page, 1 to 200.", 50)}, {member: text("cursor", "\"next\" of the page before.", "")}},
		status: 200, reply: page("History", historySchema),
		run: func(ctx context.Context, tx *db.Tx, q *req) error {
			if err := o.known(ctx, tx, q); err != nil {
				return err
			}
			return pageBack(q, func(before int64, n int) ([]record.Entry, error) { return record.History(ctx, tx, o.ref(q), before, n) },
				func(e *record.Entry) int64 { return e.ID }, q.appendEntry)
		}}
}

// known is seen for records in the trash as well: their history is what tells who
// put them there.
func (o owner) known(ctx context.Context, tx *db.Tx, q *req) error {
	var one int64
	return tx.Row(ctx, "SELECT 1 FROM {"+o.kind+".any} r WHERE r.id = $1", []any{q.id()}, &one)
}

func (q *req) appendEntry(b []byte, e *record.Entry) []byte {
	b = appendInt(b, "id", e.ID)
	b = appendStamp(b, "at", e.At)
	b = appendRef(b, "user_id", int64(e.UserID))
	b = appendText(b, "via", e.Via)
	b = appendRef(b, "run_id", max(0, e.RunID))
	b = appendRef(b, "act_id", bulk.ActOf(e))
	b = appendText(b, "op", e.Op)
	b = appendText(b, "kind", e.Kind)
	b = appendInt(b, "record_id", e.RefID)
	b = appendInt(b, "version", e.Version)
	b = append(appendKey(b, "changes"), '[')
	for _, c := range e.Changes {
		b = appendText(append(appendComma(b), '{'), "field", q.pathOf(c.Field))
		b = appendText(b, "old", c.Old)
		b = append(appendText(b, "new", c.New), '}')
	}
	return append(b, ']')
}

// pageBack answers a page of rows, the newest first. Read returns at most n of them with an
// id below before, 0 for no bound; write writes the members of one.
func pageBack[R any](q *req, read func(before int64, n int) ([]R, error), id func(*R) int64, write func(b []byte, r *R) []byte) error {
	limit, err := q.limit(50, 200)
	if err != nil {
		return err
	}
	before, err := q.before()
	if err != nil {
		return err
	}
	rows, err := read(before, limit+1)
	if err != nil {
		return err
	}
	next := ""
	if len(rows) > limit {
		rows = rows[:limit]
		next = strconv.FormatInt(id(&rows[limit-1]), 10)
	}
	b := append(q.out, `{"items":[`...)
	for i := range rows {
		b = append(write(append(appendComma(b), '{'), &rows[i]), '}')
	}
	q.out = appendNext(append(b, ']'), next)
	return nil
}

// appendNext ends a page.
func appendNext(b []byte, next string) []byte {
	if next == "" {
		return append(appendKey(b, "next"), "null}"...)
	}
	return append(appendText(b, "next", next), '}')
}
