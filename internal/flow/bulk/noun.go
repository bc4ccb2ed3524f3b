package bulk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/field"
	"github.com/carnetcrm/carnet/internal/list"
)

// Noun is a kind of record on which acts are possible. Which fields can be modified
// is declared in its list (list.Field.Bulk).
type Noun struct {
	Kind string // also the name of Def
	Def  *list.Def
	Name string // expression of a record's name over the alias x

	Edit, Remove string // rights to modify and to delete

	// Needs is the right that changing a field needs beside Edit, where it is empty and
	// where it isn't: undo asks for it, since it puts back with the eyes of the agency.
	// Nil and "" for none.
	Needs func(field string, empty bool) string

	// Clear are the keys of the fields that may be left empty. Options narrows the
	// values of a field to those that make sense from now on.
	Clear   []string
	Options map[string]func(context.Context, *db.Tx) ([]list.Option, error)

	// MayTrash says why a record can't be deleted, Hindered which of many can't
	// because something hangs on them. Trash and Restore do it.
	MayTrash       func(ctx context.Context, tx *db.Tx, id int64) error
	Hindered       func(ctx context.Context, tx *db.Tx, ids []int64) (map[int64]error, error)
	Trash, Restore func(ctx context.Context, tx *db.Tx, id int64) error
}

var nouns = map[string]*Noun{}

// Register makes nouns known; flow calls it while it is initialised.
func Register(list ...*Noun) bool {
	for _, n := range list {
		nouns[n.Kind] = n
	}
	return true
}

// NounOf returns the registered noun of a kind, or NotFound.
func NounOf(kind string) (*Noun, error) {
	if n, ok := nouns[kind]; ok {
		return n, nil
	}
	return nil, errs.Missing()
}

// For returns the noun with the fields that the agency has defined itself.
func (n *Noun) For(ctx context.Context, tx *db.Tx) (*Noun, error) {
	d, err := n.Def.For(ctx, tx)
	if err != nil || d == n.Def {
		return n, err
	}
	out := *n
	out.Def, out.Clear = d, slices.Clone(n.Clear)
	for _, f := range d.Fields {
		if list.IsOwn(f.Key) {
			out.Clear = append(out.Clear, f.Key)
		}
	}
	return &out, nil
}

// nounFor returns the noun of an order with the fields that it needs.
func nounFor(ctx context.Context, tx *db.Tx, o Order) (*Noun, error) {
	n, err := NounOf(o.Kind)
	if err != nil || !list.IsOwn(o.Field) {
		return n, err
	}
	return n.For(ctx, tx)
}

// tags is the column of list.Field.Bulk that stands for the tags of a record.
const tags = "tags"

// A Field can be modified on many records at once.
type Field struct {
	list.Field
	Ops []string // Set and perhaps Clear, or Add and Remove
}

// Fields returns the fields that the actor can modify.
func (n *Noun) Fields(a db.Actor) (out []Field) {
	if !a.May(n.Edit) {
		return nil
	}
	for _, f := range n.Def.Visible(a) {
		switch {
		case f.Bulk == "":
			continue
		case f.Bulk == tags:
			out = append(out, Field{f, []string{Add, Remove}})
		case slices.Contains(n.Clear, f.Key):
			out = append(out, Field{f, []string{Set, Clear}})
		default:
			out = append(out, Field{f, []string{Set}})
		}
	}
	return out
}

// Field returns one field that the actor can modify.
func (n *Noun) Field(key string, a db.Actor) (Field, bool) {
	all := n.Fields(a)
	i := slices.IndexFunc(all, func(f Field) bool { return f.Key == key })
	if i < 0 {
		return Field{}, false
	}
	return all[i], true
}

// Values returns what a choice can be set to, in the order of the labels.
func (n *Noun) Values(ctx context.Context, tx *db.Tx, key, lang string) ([]list.Option, error) {
	if f := n.Options[key]; f != nil {
		return f(ctx, tx)
	}
	all, err := n.Def.Options(ctx, tx, key, lang)
	return slices.DeleteFunc(slices.Clone(all), func(o list.Option) bool { return o.Off }), err
}

// right is what an order needs.
func (n *Noun) right(o Order) string {
	if o.What == Delete {
		return n.Remove
	}
	return n.Edit
}

// may reports whether the actor has the right to an act: to its order, and to the field
// that it sets. A field that the agency has done away with since is nobody's.
func (a *Act) may(ctx context.Context, tx *db.Tx) (bool, error) {
	o := a.Order()
	n, err := nounFor(ctx, tx, o)
	if err != nil || !tx.Actor.May(n.right(o)) {
		return false, err
	}
	if o.What != Modify {
		return true, nil
	}
	if _, ok := n.Field(o.Field, tx.Actor); ok {
		return true, nil
	}
	all, err := nounFor(ctx, own(tx), o)
	if err != nil {
		return false, err
	}
	_, kept := all.Field(o.Field, own(tx).Actor)
	return !kept, nil
}

// Check completes an order and refuses what can't be done at all.
func (n *Noun) Check(ctx context.Context, tx *db.Tx, o *Order) error {
	if !tx.Actor.May(n.right(*o)) {
		return errs.New(errs.Forbidden, "error.forbidden")
	}
	switch o.What {
	case Delete:
		o.Field, o.Op, o.Value, o.Note = "", "", "", ""
		return nil
	case Modify:
	default:
		return errs.Bad("act", "error.choice", "Allowed", Modify+", "+Delete)
	}
	f, ok := n.Field(o.Field, tx.Actor)
	if !ok {
		return errs.Bad("field", "bulk.error.field")
	}
	if o.Op == "" {
		o.Op = f.Ops[0]
	}
	if !slices.Contains(f.Ops, o.Op) {
		return errs.Bad("op", "error.choice", "Allowed", strings.Join(f.Ops, ", "))
	}
	o.Value, o.Note = strings.TrimSpace(o.Value), strings.TrimSpace(o.Note)
	if f.Bulk != tags {
		o.Note = ""
	}
	if o.Op == Clear {
		o.Value = ""
		return nil
	}
	if o.Value == "" {
		return errs.Bad("value", "error.required")
	}
	return n.checkValue(ctx, tx, f, o)
}

func (n *Noun) checkValue(ctx context.Context, tx *db.Tx, f Field, o *Order) error {
	if f.Tidy != nil {
		tidied, err := f.Tidy(o.Value)
		o.Value = tidied
		return err
	}
	switch f.Kind {
	case list.Bool:
		b, err := strconv.ParseBool(o.Value)
		if err != nil {
			return errs.Bad("value", "error.choice", "Allowed", "true, false")
		}
		if o.Value = strconv.FormatBool(b); !b {
			o.Value = "" // as record writes it
		}
	case list.Choice:
		opts, err := n.Values(ctx, tx, f.Key, "en")
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(opts, func(x list.Option) bool { return x.Value == o.Value }) {
			return errs.Bad("value", "bulk.error.value")
		}
	case list.Number:
		if _, err := strconv.ParseInt(o.Value, 10, 64); err != nil {
			return errs.Bad("value", "error.number")
		}
	}
	return nil
}

// effect is what an order does to one record.
type effect struct {
	was, now string
	changed  bool
}

// A doer carries an order out on some records, fewer than stepSize+1.
type doer interface {
	// do does it and tells what became of each; dry only says what would. Tell
	// decides whether an error ends it.
	do(ctx context.Context, tx *db.Tx, ids []int64, dry bool, tell teller) error
	// undo puts records back; errSince is told of one that isn't any more as the act
	// left it.
	undo(ctx context.Context, tx *db.Tx, rows []Row, tell teller) error
}

type teller func(id int64, e effect, err error) error

// errSince reports a record that somebody has changed since.
var errSince = errors.New("bulk: changed since")

func (n *Noun) doer(ctx context.Context, tx *db.Tx, o Order) (doer, error) {
	if o.What == Delete {
		return trasher{n}, nil
	}
	if code, own := strings.CutPrefix(o.Field, list.OwnPrefix); own {
		return setter{n, field.Path(code), o.Value}, nil
	}
	i := slices.IndexFunc(n.Def.Fields, func(f list.Field) bool { return f.Key == o.Field })
	if i < 0 {
		return nil, errs.Bad("field", "bulk.error.field")
	}
	f := n.Def.Fields[i]
	if f.Bulk != tags {
		return setter{n, f.Bulk, o.Value}, nil
	}
	return newTagger(ctx, tx, n.Kind, o)
}

func asError(err error, to **errs.Error) bool { return errors.As(err, to) }
