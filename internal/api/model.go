package api

import (
	"cmp"
	"reflect"
	"strconv"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
)

// prop is a column of a record as the API shows it.
type prop struct {
	name    string // in JSON
	col     string // in the record; name where empty
	doc     string
	example any
	enum    []string
	max     int  // characters
	ro      bool // set by the server
	must    bool // a new record needs it
	yes     bool // a flag that new records have where nothing is said

	kind  byte // t text, d date, r reference, n number, b flag, s stamp, x secret, m values of the agency's own fields
	need  string
	index []int
}

// model is a kind of record as the API shows it. Columns that it doesn't name
// stay inside.
type model struct {
	name  string // component of the OpenAPI document: "Client"
	doc   string
	props []prop
	read  *schema // what is answered
	write *schema // what a new record may say
	patch *schema // what a change may say
}

// base are the first and last properties of every record.
var (
	baseHead = []prop{
		{name: "id", doc: "Number of the record, unique within the agency's records of its kind.", example: int64(7), ro: true},
		{name: "version", doc: "Grows with every change. Send it as If-Match to change or delete the record.", example: int64(3), ro: true},
	}
	baseTail = []prop{
		{name: "created_at", doc: "When the record was created.", ro: true},
		{name: "created_by", doc: "The user who created it, null for the program itself.", example: int64(2), ro: true},
		{name: "updated_at", doc: "When the record was last changed.", ro: true},
		{name: "updated_by", doc: "The user who changed it last, null for the program itself.", example: int64(2), ro: true},
	}
)

// newModel ties properties to the columns of a record. A property without a
// column, or named twice, is a mistake in the program and stops it at the start.
func newModel(name, doc string, r record.Record, props ...prop) *model {
	m := &model{name: name, doc: doc}
	m.props = append(append(append(m.props, baseHead...), props...), baseTail...)
	cols := map[string]reflect.StructField{}
	collect(reflect.TypeOf(r).Elem(), nil, cols)
	named := map[string]bool{}
	for i := range m.props {
		p := &m.props[i]
		if named[p.name] {
			panic("api: " + name + " has " + p.name + " twice")
		}
		named[p.name] = true
		if p.col == "" {
			p.col = p.name
		}
		f, ok := cols[p.col]
		if !ok {
			panic("api: " + name + " has no column " + p.col)
		}
		p.index, p.need = f.Index, f.Tag.Get("need")
		p.kind = kindOf(f.Type)
	}
	m.read = obj(name, doc)
	m.write, m.patch = obj(name+"New", doc), obj(name+"Change", "The fields to change; the others stay as they are. null empties a field.")
	for _, p := range m.props {
		m.read.members = append(m.read.members, member{p.name, p.schema(true)})
		m.read.required = append(m.read.required, p.requiredIn()...)
		if p.ro {
			ro := p.schema(false) // kept, so that sending it gets a clear answer
			m.write.members, m.patch.members = append(m.write.members, member{p.name, ro}), append(m.patch.members, member{p.name, ro})
			continue
		}
		m.write.members = append(m.write.members, member{p.name, p.schema(false)})
		m.patch.members = append(m.patch.members, member{p.name, p.schema(false)})
		if p.must {
			m.write.required = append(m.write.required, p.name)
		}
	}
	return m
}

func collect(t reflect.Type, path []int, cols map[string]reflect.StructField) {
	for i := range t.NumField() {
		f := t.Field(i)
		f.Index = append(append([]int(nil), path...), i)
		if name := f.Tag.Get("db"); name != "" {
			cols[name] = f
		} else if f.Anonymous {
			collect(f.Type, f.Index, cols)
		}
	}
}

func kindOf(t reflect.Type) byte {
	switch t {
	case reflect.TypeFor[date.Date]():
		return 'd'
	case reflect.TypeFor[db.Ref]():
		return 'r'
	case reflect.TypeFor[db.Stamp]():
		return 's'
	case reflect.TypeFor[record.Secret]():
		return 'x'
	case reflect.TypeFor[record.Bag]():
		return 'm'
	}
	switch t.Kind() {
	case reflect.Bool:
		return 'b'
	case reflect.Int64:
		return 'n'
	}
	return 't'
}

// requiredIn says that a property is always there, unless it depends on a right.
func (p *prop) requiredIn() []string {
	if p.need != "" {
		return nil
	}
	return []string{p.name}
}

// schema of a property in an answer, or in what is sent.
func (p *prop) schema(answer bool) *schema {
	s := &schema{doc: p.doc, example: p.example, enum: p.enum, max: p.max, readOnly: p.ro, need: p.need}
	switch p.kind {
	case 'b':
		s.typ = "boolean"
	case 'n':
		s.typ = "integer"
	case 'r':
		s.typ, s.nullable = "integer", true
	case 's':
		s.typ, s.format, s.nullable = "string", "date-time", true
		if s.example == nil {
			s.example = "2026-03-12T09:30:00.000Z"
		}
	case 'd':
		s.typ, s.format, s.nullable = "string", "date", true
	case 'm':
		s.typ, s.format = "object", "values"
	default:
		s.typ = "string"
		s.nullable = !answer // null empties a text, an answer has ""
	}
	if !answer && s.typ == "boolean" {
		s.nullable = true
	}
	return s
}

// append writes the members of r that the actor may see, without the braces.
func (m *model) append(b []byte, r record.Record, a db.Actor) []byte {
	v := reflect.ValueOf(r).Elem()
	for i := range m.props {
		p := &m.props[i]
		if p.need != "" && !a.May(p.need) {
			continue
		}
		f := v.FieldByIndex(p.index)
		b = appendKey(b, p.name)
		switch p.kind {
		case 'b':
			b = strconv.AppendBool(b, f.Bool())
		case 'n':
			b = strconv.AppendInt(b, f.Int(), 10)
		case 's':
			b = appendMoment(b, f.Int())
		case 'r':
			if f.Int() == 0 {
				b = append(b, "null"...)
			} else {
				b = strconv.AppendInt(b, f.Int(), 10)
			}
		case 'd':
			if f.String() == "" {
				b = append(b, "null"...)
			} else {
				b = appendString(b, f.String())
			}
		case 'm':
			b = append(b, cmp.Or(f.String(), "{}")...)
		case 'x': // only whether there is one
			b = appendString(b, record.Secret(f.String()).String())
		default:
			b = appendString(b, f.String())
		}
	}
	return b
}

// fill sets the fields of r that o names. o fits the schema of the model.
func (m *model) fill(r record.Record, o object) {
	v := reflect.ValueOf(r).Elem()
	for i := range m.props {
		p := &m.props[i]
		x, sent := o[p.name]
		if !sent || p.ro {
			continue
		}
		f := v.FieldByIndex(p.index)
		switch x := x.(type) {
		case nil:
			f.SetZero()
		case string:
			if p.kind == 'x' {
				if f.String() != "" && x == record.Secret(f.String()).String() {
					continue // sent back as it was read
				}
				x = string(record.Plain(x))
			}
			f.SetString(x)
		case bool:
			f.SetBool(x)
		case int64:
			f.SetInt(x)
		case object: // of the agency's own fields those that are sent
			bag := record.Bag(f.String())
			for key, v := range x {
				bag = bag.With(key, v)
			}
			f.SetString(string(bag))
		}
	}
}

// fillNew is fill for a new record: flags that are usual are set where nothing is
// said.
func (m *model) fillNew(r record.Record, o object) {
	v := reflect.ValueOf(r).Elem()
	for i := range m.props {
		if m.props[i].yes {
			v.FieldByIndex(m.props[i].index).SetBool(true)
		}
	}
	m.fill(r, o)
}
