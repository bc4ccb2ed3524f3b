package list

import (
	"encoding/json"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
)

// ParseQuery reads a query from URL parameters: plain filters as Parse does, what is
// deeper as JSON in "where" ({"any":true,"filters":[...],"groups":[...]}), "sort" and
// "cols" by comma, and "cursor".
func (d *Def) ParseQuery(v url.Values, a db.Actor) (Query, error) {
	q := Query{}
	if raw := v.Get("where"); raw != "" {
		dec := json.NewDecoder(strings.NewReader(raw))
		dec.DisallowUnknownFields()
		if len(raw) > maxWhere || dec.Decode(&q) != nil {
			return q, bad("where", "list.bad_where")
		}
		q.Sort, q.Columns = "", nil
	}
	flat, err := d.Parse(v, a)
	if err != nil {
		return q, err
	}
	if q, err = q.Narrow(Query{Filters: flat}); err != nil { // what stands beside the brackets narrows them
		return q, err
	}
	q.Groups = slices.DeleteFunc(q.Groups, func(g Group) bool { return len(g.Filters) == 0 })
	q.Sort, q.Cursor = v.Get("sort"), v.Get("cursor")
	for key := range strings.SplitSeq(v.Get("cols"), ",") {
		if key = strings.TrimSpace(key); key != "" && !slices.Contains(q.Columns, key) {
			q.Columns = append(q.Columns, key)
		}
	}
	return q, nil
}

// maxWhere bounds the bytes of "where".
const maxWhere = 20000

// EncodeQuery is the inverse of ParseQuery.
func (d *Def) EncodeQuery(q Query) url.Values {
	flat, deep := []Filter{}, Query{Any: q.Any, Groups: q.Groups}
	for _, f := range q.Filters {
		i := slices.IndexFunc(flat, func(g Filter) bool { return g.Key == f.Key && g.Op == f.Op })
		if q.Any || len(f.Where) > 0 || i >= 0 || f.Op == "" && !IsOwn(f.Key) {
			deep.Filters = append(deep.Filters, f)
		} else {
			flat = append(flat, f)
		}
	}
	v := d.Encode(flat)
	if len(deep.Filters)+len(deep.Groups) > 0 {
		raw, _ := json.Marshal(deep) // of strings
		v.Set("where", string(raw))
	}
	if q.Sort != "" {
		v.Set("sort", q.Sort)
	}
	if len(q.Columns) > 0 {
		v.Set("cols", strings.Join(q.Columns, ","))
	}
	return v
}

// Parse reads filters from URL parameters: "name=kow", "name.starts=kow",
// "advisor=3&advisor=4", "phone.blank=1". A form without script sends the operator
// beside the value instead: "op.name=starts&name=kow". Parameters that name no
// field are left alone, so that others can share the query string; empty values
// are no filter. A field that the actor has no right to, or that the agency has switched
// off, is an error: without its filter the list would silently be another, wider one.
func (d *Def) Parse(v url.Values, a db.Actor) ([]Filter, error) {
	var out []Filter
	keys := make([]string, 0, len(v))
	for k := range v {
		if name, ok := strings.CutPrefix(k, "op."); ok {
			alone := Valueless(v.Get(k))
			if !alone || v.Has(name) && slices.ContainsFunc(v[name], func(s string) bool { return strings.TrimSpace(s) != "" }) {
				continue // the value's own parameter brings the filter
			}
			k = name + "." + v.Get(k)
			v = with(v, k, "1")
		}
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		name, op, dotted := strings.Cut(k, ".")
		f, ok := d.Field(name, a)
		if !ok && d.Extra != nil && IsOwn(name) { // looked up when it is asked
			f = Field{Key: name}
		} else if !ok {
			if dotted || d.asks(name) {
				return nil, bad(k, "list.unknown_field", "Field", name)
			}
			continue
		}
		if op == "" {
			op = v.Get("op." + name)
		}
		if op == "" && f.Kind != "" {
			op = Ops[f.Kind][0]
		}
		if ops := f.Ops(); ok && !slices.Contains(ops, op) {
			return nil, bad(name, "list.unknown_operator", "Operator", op, "Allowed", strings.Join(ops, ", "))
		}
		vals := slices.DeleteFunc(slices.Clone(v[k]), func(s string) bool { return strings.TrimSpace(s) == "" })
		if len(vals) == 0 {
			continue
		}
		if op != "between" && (f.Kind == Date || f.Kind == Stamp || f.Kind == Number || f.Kind == Area) {
			slices.Sort(vals)
			if vals = slices.Compact(vals); len(vals) > 1 && !Valueless(op) { // of several only one would be asked
				return nil, bad(k, "list.needs_one")
			}
		}
		if Valueless(op) || f.Kind == Area && op == "none" {
			// "filled=0" isn't "blank"; what a form sends beside the operator may be left over.
			if dotted && slices.ContainsFunc(vals, func(s string) bool { return s != "1" && s != "true" }) {
				return nil, bad(k, "error.choice", "Allowed", "1")
			}
			vals = nil
		}
		out = append(out, Filter{Key: name, Op: op, Values: vals})
	}
	return out, nil
}

// asks reports whether a parameter of that name is a filter, whoever may use it.
func (d *Def) asks(name string) bool {
	return IsOwn(name) || slices.ContainsFunc(d.Fields, func(f Field) bool { return f.Key == name })
}

// Asks reports whether parameters hold a part of a query, be it an empty one, or only what
// others put into the address.
func (d *Def) Asks(v url.Values) bool {
	for key := range v {
		name, _, _ := strings.Cut(strings.TrimPrefix(key, "op."), ".")
		if slices.Contains([]string{"where", "sort", "cols"}, key) || d.asks(name) {
			return true
		}
	}
	return false
}

func with(v url.Values, key, value string) url.Values {
	out := url.Values{}
	for k, vals := range v {
		out[k] = vals
	}
	out.Set(key, value)
	return out
}

// Encode is the inverse of Parse, for filters that are not within others.
func (d *Def) Encode(filters []Filter) url.Values {
	v := url.Values{}
	for _, flt := range filters {
		i := slices.IndexFunc(d.Fields, func(f Field) bool { return f.Key == flt.Key })
		key := flt.Key
		if (i < 0 || Ops[d.Fields[i].Kind][0] != flt.Op) && flt.Op != "" {
			key += "." + flt.Op
		}
		if len(flt.Values) == 0 {
			v[key] = append(v[key], "1")
		} else {
			v[key] = append(v[key], flt.Values...)
		}
	}
	return v
}

// A Selection is what an act is done to: rows that were ticked, or all that match.
type Selection struct {
	IDs   []int64 `json:"ids,omitempty"`
	All   bool    `json:"all,omitempty"`
	Query Query   `json:"query"`
}

// maxTicked bounds the rows that a form may tick one by one.
const maxTicked = 20000

// ParseSelection reads a selection from a form: "ids" by comma or several times, or
// "all=1", beside the parameters of the query.
func (d *Def) ParseSelection(v url.Values, a db.Actor) (Selection, error) {
	s := Selection{All: v.Get("all") == "1"}
	var err error
	if s.Query, err = d.ParseQuery(v, a); err != nil || s.All {
		return s, err
	}
	seen := map[int64]bool{}
	for _, list := range v["ids"] {
		for word := range strings.SplitSeq(list, ",") {
			if word = strings.TrimSpace(word); word == "" {
				continue
			}
			id, err := strconv.ParseInt(word, 10, 64)
			if err != nil || id <= 0 {
				return s, bad("ids", "error.number")
			}
			if !seen[id] {
				seen[id] = true
				s.IDs = append(s.IDs, id)
			}
		}
	}
	switch {
	case len(s.IDs) == 0:
		return s, bad("ids", "list.nothing_chosen")
	case len(s.IDs) > maxTicked:
		return s, bad("ids", "list.too_many_ticked", "Max", maxTicked)
	}
	return s, nil
}

// Encode is the inverse of Def.ParseSelection.
func (s Selection) Encode(d *Def) url.Values {
	v := d.EncodeQuery(s.Query)
	if s.All {
		v.Set("all", "1")
		return v
	}
	words := make([]string, len(s.IDs))
	for i, id := range s.IDs {
		words[i] = strconv.FormatInt(id, 10)
	}
	v.Set("ids", strings.Join(words, ","))
	return v
}
