package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/carnetcrm/carnet/internal/agency"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/i18n"
	"github.com/carnetcrm/carnet/internal/list"
	"github.com/carnetcrm/carnet/internal/record"
)

// An op is one operation: what it is called, what it takes and answers, who may
// call it, and what it does. The router, the checks of a request, the OpenAPI
// document, the reference page and the matrix of rights all read this value.
type op struct {
	id      string // "client.create"
	method  string
	path    string // below /api/v1; every {name} in it is a number
	group   string // heading in the reference
	what    string // what the last number of the path names, where it isn't the group
	summary string
	doc     string
	need    string // right without which it is refused, "" for everybody
	reads   bool   // a POST that changes nothing: read-only tokens may call it
	query   []param
	filters *list.Def // its fields are query parameters too
	body    *schema
	status  int // of success
	reply   *schema
	etag    bool      // answers one record with its version
	ifMatch bool      // demands the version that the caller read
	secret  bool      // the answer is shown once and is never kept for a repetition
	proof   proofRule // whether it asks for fresh proof; its body says how it is given
	run     func(ctx context.Context, tx *db.Tx, q *req) error

	// For work that doesn't fit into one transaction: act runs instead of run.
	act    func(q *req, w http.ResponseWriter) error
	upload bool   // takes a file as multipart/form-data, part "file"
	file   string // media type of an answer that act writes itself
}

// anyType is the media type of files that say themselves what they are.
const anyType = "*/*"

// proofRule says whether an operation asks who holds the token to prove who they are.
type proofRule int

const (
	proofNever  proofRule = iota
	proofPart             // run asks for it, by what is changed: see req.needProof
	proofAlways           // nothing happens without
)

// proofMembers are how a body gives proof.
var proofMembers = []member{text("password", "Password of the person whose token it is.", "").orNull(),
	text("code", "Or a code of their authenticator app.", "").orNull()}

// proofBody is the body of what takes nothing else.
var proofBody = obj("Proof", "Proof of who holds the token.", proofMembers...)

// param is a query parameter.
type param struct {
	member
	must bool
}

func (o *op) writes() bool { return o.method != http.MethodGet && !o.reads }

// req is a request that has passed the checks of its operation.
type req struct {
	s       *server
	op      *op
	http    *http.Request
	actor   db.Actor
	query   url.Values
	body    object
	raw     []byte   // the body as it was sent
	proved  bool     // fresh proof was given
	ids     [3]int64 // the numbers of the path in their order
	version int64    // from If-Match; 0 stands for any

	out      []byte // the answer
	etag     int64  // version of the answered record
	location string
}

// id is the first number of the path, sub the second.
func (q *req) id() int64  { return q.ids[0] }
func (q *req) sub() int64 { return q.ids[1] }

// lang is the language of texts in the answer.
func (q *req) lang() string { return i18n.Match(q.http.Header.Get("Accept-Language")) }

// text returns a text of the body, "" where it wasn't sent.
func (q *req) text(name string) string { return textOf(q.body, name) }

func textOf(o object, name string) string { s, _ := o[name].(string); return s }
func intOf(o object, name string) int64   { n, _ := o[name].(int64); return n }
func boolOf(o object, name string) bool   { b, _ := o[name].(bool); return b }

func textsOf(o object, name string) (out []string) {
	list, _ := o[name].([]any)
	for _, v := range list {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

func objectsOf(o object, name string) (out []object) {
	list, _ := o[name].([]any)
	for _, v := range list {
		if s, ok := v.(object); ok {
			out = append(out, s)
		}
	}
	return out
}

// answer writes one record as the whole answer.
func (q *req) answer(m *model, r record.Record) {
	q.out = append(m.append(append(q.out, '{'), r, q.actor), '}')
	q.etag = record.Stamps(r).Version
}

// created is answer for a new record with the address where it can be read.
func (q *req) created(m *model, r record.Record) {
	q.answer(m, r)
	q.location = q.http.URL.Path + "/" + strconv.FormatInt(record.Stamps(r).ID, 10)
}

// pathIDs reads the numbers of the path. What can't be a number of a record is as
// unknown as a record that doesn't exist.
func (q *req) pathIDs() error {
	i := 0
	for part := range strings.SplitSeq(q.op.path, "/") {
		if !strings.HasPrefix(part, "{") {
			continue
		}
		n, err := strconv.ParseInt(q.http.PathValue(strings.Trim(part, "{}")), 10, 64)
		if err != nil || n < 1 || n >= 1<<53 {
			return errs.Missing()
		}
		q.ids[i] = n
		i++
	}
	return nil
}

// params refuses query parameters that the operation doesn't know: a filter with a
// typing error must not answer with everything.
func (q *req) params() error {
	if q.http.URL.RawQuery == "" {
		return q.needParams()
	}
	var err error
	if q.query, err = url.ParseQuery(q.http.URL.RawQuery); err != nil {
		return errs.New(errs.Invalid, "api.bad_query")
	}
	var bad errs.Collect
	for name, values := range q.query {
		if !q.op.knows(name, q.actor) {
			bad.Add(name, "api.unknown_parameter", "Name", name)
			continue
		}
		for _, v := range values {
			if !utf8.ValidString(v) || strings.ContainsFunc(v, unprintable) {
				bad.Add(name, "error.characters")
			}
		}
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return q.needParams()
}

func (q *req) needParams() error {
	var bad errs.Collect
	for _, p := range q.op.query {
		if p.must {
			bad.Required(p.name, q.query.Get(p.name))
		}
	}
	return bad.Err()
}

func (o *op) knows(name string, a db.Actor) bool {
	if slices.ContainsFunc(o.query, func(p param) bool { return p.name == name }) {
		return true
	}
	if o.filters == nil {
		return false
	}
	key, _, _ := strings.Cut(name, ".")
	_, ok := o.filters.Field(key, a)
	return ok || o.filters.Extra != nil && list.IsOwn(key) // looked up when it is asked
}

// limit reads the number of elements that are asked for.
func (q *req) limit(standard, most int) (int, error) {
	s := q.query.Get("limit")
	if s == "" {
		return standard, nil
	}
	n, err := strconv.Atoi(s)
	switch {
	case err != nil:
		return 0, errs.Bad("limit", "error.number")
	case n < 1:
		return 0, errs.Bad("limit", "error.min", "Min", 1)
	case n > most:
		return 0, errs.Bad("limit", "error.max", "Max", most)
	}
	return n, nil
}

// before reads a cursor that is the id of the last element that was answered.
func (q *req) before() (int64, error) {
	s := q.query.Get("cursor")
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return 0, errs.Bad("cursor", "list.bad_cursor")
	}
	return n, nil
}

// matched reads If-Match: the quoted version that the caller read, or * for
// whatever is there now.
func (q *req) matched() error {
	h := strings.TrimSpace(q.http.Header.Get("If-Match"))
	if h == "" {
		return errNoVersion()
	}
	if h == "*" {
		return nil
	}
	h = strings.Trim(strings.TrimPrefix(h, "W/"), `"`)
	n, err := strconv.ParseInt(h, 10, 64)
	if err != nil || n < 1 {
		return errBadVersion()
	}
	q.version = n
	return nil
}

// check refuses a request before anything is read from the database.
func (q *req) check(w http.ResponseWriter) error {
	o := q.op
	if !q.actor.May(o.need) {
		return agency.Refused(q.http.Context(), q.s.DB, q.actor, o.need)
	}
	if o.writes() && q.actor.ReadOnly {
		return errs.New(errs.Forbidden, "api.read_only_token")
	}
	if err := q.pathIDs(); err != nil {
		return err
	}
	if err := q.params(); err != nil {
		return err
	}
	if o.ifMatch {
		if err := q.matched(); err != nil {
			return err
		}
	}
	return q.readBody(w)
}
