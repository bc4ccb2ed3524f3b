package record

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// shape is what the tags of one record type say.
type shape struct {
	table   string
	cols    []column
	list    string // the SELECT list with the prefix "r."
	secrets bool   // one of the columns is sealed
	bag     *column
}

type column struct {
	name, history, need string
	derived, secret     bool
	bag                 bool
	reveal              string // right to see a secret in the clear
	index               []int  // path of the field
}

var shapes sync.Map // reflect.Type -> *shape

func shapeOf(r Record) *shape {
	t := reflect.TypeOf(r).Elem()
	if s, ok := shapes.Load(t); ok {
		return s.(*shape)
	}
	s := &shape{table: r.Table()}
	s.walk(t, nil)
	var names []string
	for i := range s.cols {
		names = append(names, "r."+s.cols[i].name)
		if s.cols[i].bag {
			s.bag = &s.cols[i]
		}
	}
	s.list = strings.Join(names, ", ")
	v, _ := shapes.LoadOrStore(t, s)
	return v.(*shape)
}

func (s *shape) walk(t reflect.Type, path []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(append([]int(nil), path...), i)
		name := f.Tag.Get("db")
		if f.Anonymous && name == "" {
			s.walk(f.Type, at)
		} else if name != "" {
			s.cols = append(s.cols, column{name: name, history: f.Tag.Get("history"), need: f.Tag.Get("need"), derived: f.Tag.Get("derived") != "",
				secret: f.Type == secretType, bag: f.Type == bagType, reveal: f.Tag.Get("reveal"), index: at})
			s.secrets = s.secrets || f.Type == secretType
		}
	}
}

func (c column) value(r Record) reflect.Value {
	return reflect.ValueOf(r).Elem().FieldByIndex(c.index)
}

// Column describes a column of a record for tests, lists and the API.
type Column struct{ Name, History, Need string }

// Columns returns the columns of a record.
func Columns(r Record) []Column {
	var out []Column
	for _, c := range shapeOf(r).cols {
		out = append(out, Column{c.name, c.history, c.need})
	}
	return out
}

func (s *shape) pointers(r Record) []any {
	v := reflect.ValueOf(r).Elem()
	out := make([]any, len(s.cols))
	for i, c := range s.cols {
		out[i] = v.FieldByIndex(c.index).Addr().Interface()
	}
	return out
}

// insertSQL is "INSERT INTO t (agency_id, ...) VALUES " without the rows; with
// ids the column id is among them.
func (s *shape) insertSQL(withID bool) (string, []column) {
	var cols []column
	names := []string{"agency_id"}
	for _, c := range s.cols {
		if c.name != "id" || withID {
			cols = append(cols, c)
			names = append(names, c.name)
		}
	}
	return fmt.Sprintf(`INSERT INTO "%s" (%s) VALUES `, s.table, strings.Join(names, ", ")), cols
}

func (s *shape) insert(tx *db.Tx, r Record) (string, []any) {
	head, cols := s.insertSQL(r.base().ID != 0)
	args := make([]any, 1, len(cols)+1)
	args[0] = tx.Actor.AgencyID
	v := reflect.ValueOf(r).Elem()
	for _, c := range cols {
		args = append(args, v.FieldByIndex(c.index).Interface())
	}
	return head + "(" + marks(1, len(args)) + ") RETURNING id", args
}

func (s *shape) update(tx *db.Tx, r Record, was int64) (string, []any) {
	var b strings.Builder
	fmt.Fprintf(&b, `UPDATE "%s" SET `, s.table)
	var args []any
	v := reflect.ValueOf(r).Elem()
	for _, c := range s.cols {
		if c.name == "id" || c.derived {
			continue
		}
		if args = append(args, v.FieldByIndex(c.index).Interface()); len(args) > 1 {
			b.WriteString(", ")
		}
		b.WriteString(c.name + " = $" + strconv.Itoa(len(args)))
	}
	n := len(args)
	fmt.Fprintf(&b, " WHERE agency_id = $%d AND id = $%d AND version = $%d", n+1, n+2, n+3)
	return b.String(), append(args, tx.Actor.AgencyID, r.base().ID, was)
}

// marks returns "$from, ... $to".
func marks(from, to int) string {
	var b strings.Builder
	for i := from; i <= to; i++ {
		if i > from {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(i))
	}
	return b.String()
}

func clone(r Record) Record {
	c := reflect.New(reflect.TypeOf(r).Elem())
	c.Elem().Set(reflect.ValueOf(r).Elem())
	return c.Interface().(Record)
}

// same compares the stored columns except the stamps.
func same(a, b Record) bool {
	for _, c := range shapeOf(a).cols {
		switch c.name {
		case "version", "updated_at", "updated_by":
			continue
		}
		if !c.derived && c.value(a).Interface() != c.value(b).Interface() {
			return false
		}
	}
	return true
}

// hide zeroes the fields that the actor has no right to.
func hide(r Record, a db.Actor) {
	for _, c := range shapeOf(r).cols {
		if c.need != "" && !a.May(c.need) {
			c.value(r).SetZero()
		}
	}
}

// guard refuses a change of a field that the actor has no right to, and puts
// back the value that hide took out.
func guard(r, old Record, a db.Actor) error {
	for _, c := range shapeOf(r).cols {
		if c.need == "" || a.May(c.need) {
			continue
		}
		v := c.value(r)
		if !v.IsZero() {
			e := errs.Bad(c.name, "error.forbidden_field")
			e.Kind = errs.Forbidden
			return e
		}
		if old != nil {
			v.Set(c.value(old))
		}
	}
	return nil
}
