package api

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow"
	"github.com/carnetcrm/carnet/internal/record"
)

var trashSchema = obj("TrashItem", "A deleted record that can still be restored.",
	enum("kind", "What it is.", "client", "client", "traveler"),
	number("id", "Its number.", 7), text("name", "Its name.", "Kowalska/Joanna"),
	moment("deleted_at", "When it was deleted."),
	number("deleted_by", "Who deleted it.", 2).orNull(),
	moment("purged_at", "When it will be removed for good."),
).must("kind", "id", "name", "deleted_at", "deleted_by", "purged_at")

// trashSQL gives the deleted records of each kind.
var trashSQL = map[string]string{
	"client":   "SELECT r.id, r.name, r.deleted_at, r.updated_by FROM {client.trash} r",
	"traveler": "SELECT r.id, " + travelerNameSQL + ", r.deleted_at, r.updated_by FROM {traveler.trash} r",
}

const travelerNameSQL = `CASE WHEN r.family = '' THEN r.given WHEN r.given = '' THEN r.family ELSE r.family || '/' || r.given END`

// trashLife is how long deleted records stay.
const trashLife = 30 * 24 * 3600 * 1e6 // microseconds

// binKinds are the kinds that have a trash, with their path.
var binKinds = []struct {
	kind, path string
	restore    func(ctx context.Context, tx *db.Tx, id int64) error
}{{"client", "clients", flow.RestoreClient}, {"traveler", "travelers", flow.RestoreTraveler}}

func trashOps() []op {
	var out []op
	for _, k := range binKinds {
		out = append(out,
			op{id: "trash." + k.kind + ".list", method: "GET", path: "/trash/" + k.path, group: "Trash", summary: "List deleted " + k.path,
				doc:    "The " + k.path + " in the trash that you could see before, last deleted first. They stay for 30 days.",
				query:  []param{{member: number("limit", "Records per page, 1 to 200.", 50)}, {member: text("cursor", "\"next\" of the page before.", "")}},
				status: 200, reply: page("Trash", trashSchema),
				run: func(ctx context.Context, tx *db.Tx, q *req) error { return listTrash(ctx, tx, q, k.kind) }},
			op{id: "trash." + k.kind + ".restore", method: "POST", path: "/trash/" + k.path + "/{id}/restore", group: "Trash", what: k.kind,
				summary: "Restore a deleted " + k.kind, doc: "The same as POST /" + k.path + "/{id}/restore, without an answer.", need: "client.delete", status: 204,
				run: func(ctx context.Context, tx *db.Tx, q *req) error { return k.restore(ctx, tx, q.id()) }},
			op{id: "trash." + k.kind + ".purge", method: "DELETE", path: "/trash/" + k.path + "/{id}", group: "Trash", what: k.kind,
				summary: "Remove a deleted " + k.kind + " for good", need: "trash.purge", proof: proofAlways, body: proofBody, status: 204,
				doc: "Before the 30 days are over. Its history loses all values. It takes your password or a code of your authenticator app.",
				run: func(ctx context.Context, tx *db.Tx, q *req) error { return record.Purge(ctx, tx, k.kind, q.id()) }})
	}
	return out
}

func listTrash(ctx context.Context, tx *db.Tx, q *req, kind string) error {
	limit, err := q.limit(50, 200)
	if err != nil {
		return err
	}
	at, id, err := trashCursor(q.query.Get("cursor"))
	if err != nil {
		return err
	}
	b, n := append(q.out, `{"items":[`...), 0
	var next string
	var last [2]int64 // where the next page begins
	err = tx.Each(ctx, trashSQL[kind]+" WHERE (r.deleted_at, r.id) < ($1, $2) ORDER BY r.deleted_at DESC, r.id DESC LIMIT $3",
		[]any{at, id, limit + 1}, func(rows db.Rows) error {
			var id int64
			var name string
			var at db.Stamp
			var by db.Ref
			if err := rows.Scan(&id, &name, &at, &by); err != nil {
				return err
			}
			if n++; n > limit {
				next = "more"
				return nil
			}
			last = [2]int64{int64(at), id}
			b = appendText(append(appendComma(b), '{'), "kind", kind)
			b = appendInt(b, "id", id)
			b = appendText(b, "name", name)
			b = appendStamp(b, "deleted_at", at)
			b = appendRef(b, "deleted_by", int64(by))
			b = append(appendStamp(b, "purged_at", at+trashLife), '}')
			return nil
		})
	if next != "" {
		next = base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(last[0], 10) + "," + strconv.FormatInt(last[1], 10)))
	}
	q.out = appendNext(append(b, ']'), next)
	return err
}

// trashCursor reads where a page begins: behind a time of deletion and a number.
func trashCursor(s string) (at, id int64, err error) {
	if s == "" {
		return 1<<62 - 1, 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	left, right, ok := strings.Cut(string(raw), ",")
	at, err1 := strconv.ParseInt(left, 10, 64)
	id, err2 := strconv.ParseInt(right, 10, 64)
	if err != nil || !ok || err1 != nil || err2 != nil {
		return 0, 0, errs.Bad("cursor", "list.bad_cursor")
	}
	return at, id, nil
}
