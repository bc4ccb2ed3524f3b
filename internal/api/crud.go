package api

import (
	"cmp"
	"context"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/record"
)

// noun is a kind of record with the usual operations: list, create, read, change
// and delete. Record does the work; a noun says what belongs to the path.
type noun[T any] struct {
	one, many string // "communication", "communications": ids and summaries
	id        string // prefix of the operations' ids: "client.communication"
	group     string
	path      string // of all; one record is at path/{number}
	doc       string
	model     *model
	new, edit *schema // what is sent; those of the model where nil
	readNeed  string  // right to read
	need      string  // right to write
	noDelete  bool
	dropDoc   string // what deleting one does, where there is a drop

	list func(ctx context.Context, tx *db.Tx, q *req) ([]T, error)
	prep func(q *req, r *T)                                            // sets the owner of a new record
	owns func(q *req, r *T) bool                                       // whether the record belongs to the path
	drop func(ctx context.Context, tx *db.Tx, id, version int64) error // deletes one; record.Delete where nil
}

type recordOf[T any] interface {
	*T
	record.Record
}

// ops makes the operations of a noun.
func ops[T any, P recordOf[T]](n noun[T]) []op {
	if n.new == nil {
		n.new = n.model.write
	}
	if n.edit == nil {
		n.edit = n.model.patch
	}
	one := n.path + "/{number}"
	out := []op{
		{id: n.id + ".list", method: "GET", path: n.path, group: n.group, summary: "List " + n.many, doc: n.doc, need: n.readNeed,
			status: 200, reply: all(n.model.name, n.model.read), run: listAll[T, P](n)},
		{id: n.id + ".create", method: "POST", path: n.path, group: n.group, summary: "Add " + article(n.one), doc: n.doc, need: n.need,
			body: n.new, status: 201, reply: n.model.read, etag: true, run: create[T, P](n)},
		{id: n.id + ".get", method: "GET", path: one, group: n.group, summary: "Read " + article(n.one), doc: n.doc, need: n.readNeed,
			status: 200, reply: n.model.read, etag: true, run: get[T, P](n)},
		{id: n.id + ".edit", method: "PATCH", path: one, group: n.group, summary: "Change " + article(n.one),
			doc: "Changes the fields that are sent and leaves the others alone.", need: n.need,
			body: n.edit, status: 200, reply: n.model.read, etag: true, ifMatch: true, run: edit[T, P](n)},
	}
	if !n.noDelete {
		out = append(out, op{id: n.id + ".delete", method: "DELETE", path: one, group: n.group, summary: "Remove " + article(n.one),
			doc: cmp.Or(n.dropDoc, "Removes it for good; the history keeps what it was."), need: n.need, status: 204, ifMatch: true, run: remove[T, P](n)})
	}
	for i := range out {
		out[i].what = n.one
	}
	return out
}

// article puts "a" or "an" before a noun.
func article(noun string) string {
	if strings.ContainsRune("aeio", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

type runner = func(ctx context.Context, tx *db.Tx, q *req) error

func listAll[T any, P recordOf[T]](n noun[T]) runner {
	return func(ctx context.Context, tx *db.Tx, q *req) error {
		list, err := n.list(ctx, tx, q)
		if err != nil {
			return err
		}
		q.out = appendRecords[T, P](append(q.out, `{"items":`...), n.model, list, q.actor)
		q.out = append(q.out, '}')
		return nil
	}
}

func create[T any, P recordOf[T]](n noun[T]) runner {
	return func(ctx context.Context, tx *db.Tx, q *req) error {
		r := new(T)
		n.model.fillNew(P(r), q.body)
		if n.prep != nil {
			n.prep(q, r)
		}
		if err := record.Insert(ctx, tx, P(r)); err != nil {
			return err
		}
		q.created(n.model, P(r))
		return nil
	}
}

// number is that of the record, the last one of the path.
func (n *noun[T]) number(q *req) int64 {
	if q.ids[1] != 0 {
		return q.ids[1]
	}
	return q.ids[0]
}

func (n *noun[T]) belongs(q *req, r *T) error {
	if n.owns != nil && !n.owns(q, r) {
		return errs.Missing()
	}
	return nil
}

func get[T any, P recordOf[T]](n noun[T]) runner {
	return func(ctx context.Context, tx *db.Tx, q *req) error {
		r := new(T)
		if err := record.Get(ctx, tx, P(r), n.number(q)); err != nil {
			return err
		}
		q.answer(n.model, P(r))
		return n.belongs(q, r)
	}
}

func edit[T any, P recordOf[T]](n noun[T]) runner {
	return func(ctx context.Context, tx *db.Tx, q *req) error {
		r := new(T)
		err := record.Edit(ctx, tx, P(r), n.number(q), q.version, func() error {
			if err := n.belongs(q, r); err != nil {
				return err
			}
			n.model.fill(P(r), q.body)
			return nil
		})
		if err != nil {
			return err
		}
		q.answer(n.model, P(r))
		return nil
	}
}

func remove[T any, P recordOf[T]](n noun[T]) runner {
	return func(ctx context.Context, tx *db.Tx, q *req) error {
		r := new(T)
		if err := record.Get(ctx, tx, P(r), n.number(q)); err != nil {
			return err
		}
		if err := n.belongs(q, r); err != nil {
			return err
		}
		if n.drop != nil {
			return n.drop(ctx, tx, n.number(q), q.version)
		}
		return record.Delete(ctx, tx, P(new(T)), n.number(q), q.version)
	}
}

// everyone lists all records of a small table.
func everyone[T any, P interface {
	*T
	record.Record
}](order string) func(ctx context.Context, tx *db.Tx, q *req) ([]T, error) {
	return func(ctx context.Context, tx *db.Tx, q *req) ([]T, error) {
		var out []T
		err := record.Select[T, P](ctx, tx, &out, "ORDER BY "+order)
		return out, err
	}
}
