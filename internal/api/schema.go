package api

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/carnetcrm/carnet/internal/date"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
)

// A schema describes a JSON value. The same schema checks what is sent, writes the
// OpenAPI document and fills the reference page, so that the three can't differ.
type schema struct {
	name     string // of the component in the OpenAPI document, "" for an inline one
	typ      string // object, array, string, integer, boolean
	format   string // date, date-time; values: an object of the agency's own fields
	doc      string
	example  any
	enum     []string
	max      int // characters of a string, elements of an array
	nullable bool
	readOnly bool   // never sent by the caller
	need     string // right without which the member doesn't exist
	members  []member
	required []string
	items    *schema
	own      bool // has further members, field_ and the code of a field of the agency's own
}

// member is one property of an object.
type member struct {
	name string
	*schema
}

// object is a decoded JSON object that fits its schema: values are string, int64,
// bool, nil, object or []any.
type object = map[string]any

func (s *schema) member(name string) *schema {
	for _, m := range s.members {
		if m.name == name {
			return m.schema
		}
	}
	return nil
}

// with returns a copy of an object's schema with further members.
func (s *schema) with(name, doc string, more ...member) *schema {
	c := *s
	c.name, c.doc = name, doc
	c.members = append(slices.Clone(s.members), more...)
	c.required = slices.Clone(s.required) // must appends to it
	return &c
}

func obj(name, doc string, members ...member) *schema {
	return &schema{name: name, typ: "object", doc: doc, members: members}
}

func (s *schema) must(names ...string) *schema {
	s.required = append(s.required, names...)
	return s
}

func text(name, doc string, example string) member {
	return member{name, &schema{typ: "string", doc: doc, example: example}}
}

func enum(name, doc, example string, values ...string) member {
	return member{name, &schema{typ: "string", doc: doc, example: example, enum: values}}
}

func number(name, doc string, example int64) member {
	return member{name, &schema{typ: "integer", doc: doc, example: example}}
}

func yesno(name, doc string, example bool) member {
	return member{name, &schema{typ: "boolean", doc: doc, example: example}}
}

func day(name, doc, example string) member {
	return member{name, &schema{typ: "string", format: "date", doc: doc, example: example}}
}

func moment(name, doc string) member {
	return member{name, &schema{typ: "string", format: "date-time", doc: doc, example: "2026-03-12T09:30:00.000Z"}}
}

func array(name, doc string, of *schema) member {
	return member{name, &schema{typ: "array", doc: doc, items: of, max: maxItems}}
}

func (m member) orNull() member {
	c := *m.schema
	c.nullable = true
	return member{m.name, &c}
}

// maxItems bounds every array that is sent.
const maxItems = 500

// decoder turns a request body into an object and gathers what is wrong with it.
type decoder struct {
	a         db.Actor
	bad       errs.Collect
	forbidden bool
}

// decode reads one JSON object of schema s.
func decode(s *schema, body []byte, a db.Actor) (object, error) {
	if !utf8.Valid(body) {
		return nil, errBadJSON()
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, errBadJSON()
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errBadJSON()
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, errBadJSON()
	}
	d := &decoder{a: a}
	d.object(s, o, "")
	err := d.bad.Err()
	if e, ok := err.(*errs.Error); ok && d.forbidden {
		e.Kind = errs.Forbidden
	}
	return o, err
}

func (d *decoder) object(s *schema, o map[string]any, path string) {
	for _, name := range s.required {
		if v, ok := o[name]; !ok || v == nil {
			d.bad.Add(path+name, "error.required")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		at := path + name
		m := s.member(name)
		switch {
		case m == nil:
			if isCode(name) {
				d.bad.Add(at, "card.error.code")
				continue
			}
			d.bad.Add(at, "error.unknown_field", "Name", name)
		case m.readOnly:
			d.bad.Add(at, "api.read_only_field")
		case !d.a.May(m.need):
			d.bad.Add(at, "error.forbidden_field")
			d.forbidden = true
		case o[name] == nil && slices.Contains(s.required, name): // noted above
		default:
			o[name] = d.value(m, o[name], at)
		}
	}
}

// value checks v against s and returns it in the types named at object.
func (d *decoder) value(s *schema, v any, path string) any {
	if v == nil {
		if !s.nullable {
			d.wrong(s, path)
		}
		return nil
	}
	switch s.typ {
	case "object":
		if o, ok := v.(map[string]any); ok && s.format == "values" {
			d.values(o, path+".")
			return o
		} else if ok {
			d.object(s, o, path+".")
			return o
		}
	case "array":
		if list, ok := v.([]any); ok {
			if len(list) > s.max {
				d.bad.Add(path, "error.too_many_items", "Max", s.max)
				return nil
			}
			for i := range list {
				list[i] = d.value(s.items, list[i], path+"["+strconv.Itoa(i)+"]")
			}
			return list
		}
	case "string":
		if t, ok := v.(string); ok {
			d.text(s, t, path)
			return t
		}
	case "integer":
		if n, ok := v.(json.Number); ok {
			if i, err := n.Int64(); err == nil && i < 1<<53 && i > -1<<53 {
				return i
			}
		}
	case "boolean":
		if b, ok := v.(bool); ok {
			return b
		}
	}
	d.wrong(s, path)
	return nil
}

// values checks the values of fields that the agency has defined itself; what each of
// them takes is known to package field.
func (d *decoder) values(o map[string]any, path string) {
	if len(o) > maxItems {
		d.bad.Add(strings.TrimSuffix(path, "."), "error.too_many_items", "Max", maxItems)
	}
	for key, v := range o {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		if len(list) > maxItems {
			d.bad.Add(path+key, "error.too_many_items", "Max", maxItems)
		}
		for _, x := range list {
			switch t := x.(type) {
			case string:
				d.text(&schema{}, t, path+key)
			case nil, bool, json.Number:
			default:
				d.bad.Add(path+key, "api.type", "Type", "string")
			}
		}
	}
}

// text refuses what a database or a page can't hold.
func (d *decoder) text(s *schema, t, path string) {
	if strings.ContainsFunc(t, unprintable) {
		d.bad.Add(path, "error.characters")
	}
	if s.format == "date" && t != "" && !date.Date(t).Valid() {
		d.bad.Add(path, "error.date")
	}
}

// unprintable are control characters other than line breaks and tabs.
func unprintable(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f }

func (d *decoder) wrong(s *schema, path string) {
	name := s.typ
	if s.format != "" {
		name = s.format
	}
	d.bad.Add(path, "api.type", "Type", name)
}
