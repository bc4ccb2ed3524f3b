package api

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/carnetcrm/carnet/internal/activity"
	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/list"
)

// doc is a JSON object that keeps the order of its members.
type doc []pair

type pair struct {
	name  string
	value any
}

// MarshalJSON writes the members in their order.
func (d doc) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, p := range d {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(appendString(nil, p.name))
		b.WriteByte(':')
		raw, err := json.Marshal(p.value)
		if err != nil {
			return nil, err
		}
		b.Write(raw)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func (d doc) set(name string, value any) doc { return append(d, pair{name, value}) }

// OpenAPI returns the OpenAPI 3.1 document of the API.
func OpenAPI(version string) []byte {
	w := &writer{components: map[string]*schema{}}
	paths := doc{}
	var order []string
	byPath := map[string]doc{}
	for i := range operations {
		o := &operations[i]
		if byPath[o.path] == nil {
			order = append(order, o.path)
		}
		byPath[o.path] = byPath[o.path].set(strings.ToLower(o.method), w.operation(o))
	}
	for _, p := range order {
		paths = paths.set(base+p, byPath[p])
	}
	d := doc{}.set("openapi", "3.1.0").
		set("info", doc{}.set("title", "Carnet").set("version", version).set("description", introduction).
			set("license", doc{}.set("name", "Apache-2.0").set("identifier", "Apache-2.0"))).
		set("servers", []doc{doc{}.set("url", "/").set("description", "This installation.")}).
		set("security", []doc{doc{}.set("token", []string{})}).
		set("tags", w.groups()).
		set("paths", paths).
		set("components", doc{}.set("schemas", w.schemas()).set("responses", w.problems()).
			set("securitySchemes", doc{}.set("token", doc{}.set("type", "http").set("scheme", "bearer").
				set("description", "An API token of a person. It acts with the person's rights; a token of scope read can't write."))))
	return append(layout(nil, d, "\n"), '\n')
}

// layout writes a value in lines of readable length: what is short stays on one.
func layout(b []byte, v any, newline string) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("api: " + err.Error()) // of strings, numbers and flags
	}
	deeper := newline + "  "
	d, isDoc := v.(doc)
	list, isList := v.([]doc)
	if len(raw) <= 110 || !isDoc && !isList {
		return append(b, raw...)
	}
	if isDoc {
		b = append(b, '{')
		for i, p := range d {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(append(b, deeper...), p.name), ':', ' ')
			b = layout(b, p.value, deeper)
		}
		return append(append(b, newline...), '}')
	}
	b = append(b, '[')
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = layout(append(b, deeper...), list[i], deeper)
	}
	return append(append(b, newline...), ']')
}

const introduction = "Everything that people do in Carnet, for scripts and other programs.\n\n" +
	"Every request carries an API token and sees exactly what its person sees. " +
	"Answers are JSON; texts are never null but \"\", ids, dates and moments are null where there is none. " +
	"Calendar dates are 1980-03-12, or --03-12 where the year is unknown; moments are RFC 3339 in UTC. " +
	"Lists come in pages: send \"next\" of one page as cursor for the following one. " +
	"A record is changed or deleted with its version in If-Match, so that nobody's work is overwritten unseen. " +
	"A creation may carry an Idempotency-Key and be repeated for 24 hours without creating twice. " +
	"Unknown parameters and fields are refused. Errors are problem+json (RFC 9457) in the language of Accept-Language."

// writer gathers the components while it writes operations.
type writer struct{ components map[string]*schema }

func (w *writer) groups() (out []doc) {
	for i := range operations {
		name := operations[i].group
		if !slices.ContainsFunc(out, func(d doc) bool { return d[0].value == name }) {
			out = append(out, doc{}.set("name", name).set("description", groupDocs[name]))
		}
	}
	return out
}

// groupDocs say what each group of operations is about.
var groupDocs = map[string]string{
	"Clients":                "Accounts that buy, pay, are billed and written to.",
	"Travelers":              "Persons who travel.",
	"Documents":              "Passports, visas, nationalities and other documents of travelers.",
	"Machine-readable zones": "The lines at the foot of passports, visas and identity cards, typed or in a picture.",
	"Private links":          "What clients fill in or acknowledge without signing in.",
	"Marketing":              "Consortiums and the marketing codes that they define.",
	"Shares":                 "Who else sees the clients of an advisor.",
	"Activities":             "What happened with clients and travelers.",
	"Search":                 "Finding records, and records that are there twice.",
	"Trash":                  "Deleted clients and travelers.",
	"Agency":                 "The agency, its offices and its lists.",
	"Users":                  "The people of the agency.",
	"Tokens":                 "API tokens of oneself.",
	"Imports":                "Moving records in from files.",
	"Views":                  "Saved views of lists: what to ask, which columns, in which order.",
	"Client lists":           "Named lists of clients, fixed or following a filter.",
	"Secrets":                "What is kept sealed, and who looked at it.",
	"Files":                  "Files and links on clients and travelers, and images of travel documents.",
	"Exports":                "Lists that leave as files.",
	"Acts on many":           "What is done to many records at once, and its undo.",
}

func (w *writer) operation(o *op) doc {
	d := doc{}.set("operationId", o.id).set("tags", []string{o.group}).set("summary", o.summary).set("description", describe(o))
	if p := w.parameters(o); len(p) > 0 {
		d = d.set("parameters", p)
	}
	if o.body != nil {
		kinds := doc{}.set("application/json", doc{}.set("schema", w.ref(o.body)).set("example", exampleOf(o.body, true)))
		if o.method == http.MethodPatch {
			kinds = kinds.set("application/merge-patch+json", doc{}.set("schema", w.ref(o.body)))
		}
		d = d.set("requestBody", doc{}.set("required", true).set("content", kinds))
	}
	if o.upload {
		d = d.set("requestBody", doc{}.set("required", true).set("content", doc{}.set("multipart/form-data", doc{}.set("schema",
			doc{}.set("type", "object").set("required", []string{"file"}).set("properties",
				doc{}.set("file", doc{}.set("type", "string").set("contentMediaType", "application/octet-stream").set("description", "The file.")))))))
	}
	answer := doc{}.set("description", "Done.")
	if h := headers(o); len(h) > 0 {
		answer = answer.set("headers", h)
	}
	if o.reply != nil {
		answer = answer.set("content", doc{}.set("application/json", doc{}.set("schema", w.ref(o.reply)).set("example", exampleOf(o.reply, false))))
	}
	if o.file != "" {
		answer = answer.set("content", doc{}.set(o.file, doc{}.set("schema", doc{}.set("type", "string"))))
	}
	replies := doc{}.set(strconv.Itoa(o.status), answer)
	for _, status := range statusesOf(o) {
		replies = replies.set(strconv.Itoa(status), doc{}.set("$ref", "#/components/responses/"+strconv.Itoa(status)))
	}
	d = d.set("responses", replies)
	if o.need != "" {
		d = d.set("x-right", o.need)
	}
	return d
}

// describe is the description with the right that is needed.
func describe(o *op) string {
	s := o.doc
	if o.need != "" {
		s += " Needs the right " + o.need + "."
	}
	return s
}

func headers(o *op) (d doc) {
	if o.etag {
		d = d.set("ETag", doc{}.set("description", "The version of the record in quotes.").set("schema", doc{}.set("type", "string")).set("example", `"3"`))
	}
	if o.status == http.StatusCreated {
		d = d.set("Location", doc{}.set("description", "Where the new record can be read.").set("schema", doc{}.set("type", "string")))
	}
	return d
}

// pathDoc describes a number in a path.
func pathDoc(o *op, name string) string {
	switch {
	case name == "traveler":
		return "Number of the traveler."
	case o.what != "" && strings.HasSuffix(strings.TrimSuffix(o.path, "/restore"), "{"+name+"}"):
		return "Number of the " + o.what + "."
	}
	return "Number of the " + strings.TrimSuffix(strings.ToLower(o.group), "s") + "."
}

func (w *writer) parameters(o *op) (out []doc) {
	for part := range strings.SplitSeq(o.path, "/") {
		if name := strings.Trim(part, "{}"); name != part {
			out = append(out, doc{}.set("name", name).set("in", "path").set("required", true).set("description", pathDoc(o, name)).
				set("schema", doc{}.set("type", "integer").set("minimum", 1)).set("example", 7))
		}
	}
	for _, p := range o.params() {
		d := doc{}.set("name", p.name).set("in", "query").set("description", p.doc)
		if p.must {
			d = d.set("required", true)
		}
		d = d.set("schema", w.inline(&schema{typ: p.typ, enum: p.enum}, false))
		if p.example != nil && p.example != "" {
			d = d.set("example", p.example)
		}
		out = append(out, d)
	}
	if o.ifMatch {
		out = append(out, doc{}.set("name", "If-Match").set("in", "header").set("required", true).
			set("description", "The version that you read, from ETag, or * for whatever is there now.").
			set("schema", doc{}.set("type", "string")).set("example", `"3"`))
	}
	if o.method == http.MethodPost && o.writes() && !o.secret && o.act == nil {
		out = append(out, doc{}.set("name", "Idempotency-Key").set("in", "header").
			set("description", "Your own name for this request, up to 200 characters. Sent again within 24 hours it gets the same answer and changes nothing.").
			set("schema", doc{}.set("type", "string").set("maxLength", 200)).set("example", "4f9c2b1e"))
	}
	return out
}

// params are the query parameters of an operation with the filters of its list.
func (o *op) params() []param {
	switch o.filters {
	case nil:
		return o.query
	case clientList, &client.List:
		return slices.Concat(o.query, filterParams(o.filters, clientDocs, clientExamples))
	case activityList, &activity.List:
		return slices.Concat(o.query, filterParams(o.filters, activityDocs, activityExamples))
	}
	return slices.Concat(o.query, filterParams(o.filters, travelerDocs, travelerExamples))
}

// ref names a component, or writes a schema without a name where it stands.
func (w *writer) ref(s *schema) doc {
	if s.name == "" {
		return w.inline(s, true)
	}
	if old := w.components[s.name]; old != nil && old != s && !same(old, s) {
		panic("api: two schemas are called " + s.name)
	}
	w.components[s.name] = s
	return doc{}.set("$ref", "#/components/schemas/"+s.name)
}

// same reports whether two schemas have the same members: a copy of one.
func same(a, b *schema) bool {
	return a.typ == b.typ && slices.EqualFunc(a.members, b.members, func(x, y member) bool { return x.name == y.name })
}

func (w *writer) inline(s *schema, documented bool) (d doc) {
	if s.nullable {
		d = d.set("type", []string{s.typ, "null"})
	} else {
		d = d.set("type", s.typ)
	}
	if documented && s.doc != "" {
		text := s.doc
		if s.need != "" {
			text += " Only with the right " + s.need + "."
		}
		d = d.set("description", text)
	}
	if s.format == "date-time" { // a date without a year isn't one of JSON Schema
		d = d.set("format", s.format)
	} else if s.format == "date" {
		d = d.set("pattern", `^([0-9]{4}|-)-[0-9]{2}-[0-9]{2}$`)
	}
	if s.enum != nil {
		values := []any{}
		for _, v := range s.enum {
			values = append(values, v)
		}
		if s.nullable {
			values = append(values, nil)
		}
		d = d.set("enum", values)
	}
	if s.max > 0 && s.typ == "string" {
		d = d.set("maxLength", s.max)
	}
	if s.items != nil {
		d = d.set("items", w.ref(s.items))
	}
	if s.typ == "object" {
		d = w.object(d, s)
	} else if documented && s.example != nil {
		d = d.set("examples", []any{s.example})
	}
	return d
}

func (w *writer) object(d doc, s *schema) doc {
	value := doc{}.set("type", []string{"string", "number", "boolean", "array", "null"}).set("items", doc{}.set("type", "string"))
	if s.format == "values" {
		return d.set("additionalProperties", value)
	}
	if s.own {
		d = d.set("patternProperties", doc{}.set("^"+list.OwnPrefix, value))
	}
	props := doc{}
	for _, m := range s.members {
		if m.readOnly && !answered(s) {
			continue
		}
		props = props.set(m.name, w.ref(m.schema))
	}
	d = d.set("properties", props)
	if len(s.required) > 0 {
		d = d.set("required", s.required)
	}
	return d.set("additionalProperties", false)
}

// answered tells the schema of an answer from one of what is sent: an answer says
// its id.
func answered(s *schema) bool { return slices.Contains(s.required, "id") }

func (w *writer) schemas() (d doc) {
	out := map[string]doc{}
	for len(out) < len(w.components) { // writing one may name others
		for _, name := range slices.Sorted(maps.Keys(w.components)) {
			if out[name] == nil {
				out[name] = w.inline(w.components[name], true)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(out)) {
		d = d.set(name, out[name])
	}
	return d.set("Problem", problemDoc())
}
