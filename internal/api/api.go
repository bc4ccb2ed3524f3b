// Package api is the JSON interface of Carnet: everything that the pages do with
// clients, travelers and the agency, for scripts and other programs.
//
// Each noun has a file with its operations. An operation is a value (see op) that
// says what it takes, what it answers and who may call it; requests are checked
// against it, and the OpenAPI document and the reference page are made of it. To
// add a noun, write a file that adds its operations in a function and name that
// function in the table operations.
package api

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/errs"
	"github.com/carnetcrm/carnet/internal/flow/exports"
	"github.com/carnetcrm/carnet/internal/flow/imports"
	"github.com/carnetcrm/carnet/internal/login"
	"github.com/carnetcrm/carnet/internal/ocr"
)

const (
	base     = "/api/v1"
	docsPath = "/api/docs"
	specPath = base + "/openapi.json"
)

// maxBody bounds a request body, in bytes.
const maxBody = 1 << 20

// operations is the table of all nouns.
var operations = slices.Concat(clientOps(), linkOps(), travelerOps(), relationOps(), activityOps(), ownedOps(), fileOps(), documentOps(), tasteOps(), shareOps(), viewOps(), clientListOps(), searchOps(), trashOps(),
	mrzOps(), marketingOps(), importOps(), exportOps(), bulkOps(), agencyOps(), revealOps(), cardOps(), fillInOps(), ackOps(), userOps(), accessOps(), tokenOps())

// Deps is what the API works with.
type Deps struct {
	DB *db.DB

	// Authenticate returns who the bearer of a token is, or an Unauthenticated
	// error. It runs on every request. Where nil, Login does it.
	Authenticate func(ctx context.Context, bearer string) (db.Actor, error)

	// Login keeps API tokens and invitations.
	Login *login.Service

	Imports *imports.Service // moving in
	Exports *exports.Service // lists that leave
	OCR     *ocr.Reader      // reads the lines in pictures; nil without the program

	MaxFile int64 // bytes of a file on a record; 0 is no limit

	Version string       // of the program, shown in the OpenAPI document
	Log     *slog.Logger // slog.Default where nil
}

type server struct {
	Deps
	log    *slog.Logger
	mux    *http.ServeMux
	flight flight // idempotency keys at work
}

// New returns the handler of everything below /api/.
func New(d Deps) http.Handler {
	s := &server{Deps: d, log: d.Log, mux: http.NewServeMux()}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.Authenticate == nil {
		s.Authenticate = func(ctx context.Context, bearer string) (db.Actor, error) {
			a, _, err := s.Login.AuthenticateToken(ctx, bearer)
			return a, err
		}
	}
	for i := range operations {
		o := &operations[i]
		s.mux.HandleFunc(o.method+" "+base+o.path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, o) })
	}
	s.documents()
	s.mux.HandleFunc("/", s.unknown)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["X-Content-Type-Options"] = noSniff
		h["Cache-Control"] = noStore
		s.mux.ServeHTTP(w, r)
	})
}

// Header values that every answer shares, so that they aren't made anew.
var (
	noSniff  = []string{"nosniff"}
	noStore  = []string{"no-store"}
	jsonType = []string{"application/json"}
)

// Route is one operation for the matrix of rights.
type Route struct {
	ID     string
	Method string
	Path   string // "/api/v1/clients/{id}"
	Need   string // right without which it is refused with 403, "" for everybody
	Writes bool   // refused for read-only tokens
}

// Routes lists every operation.
func Routes() []Route {
	var out []Route
	for i := range operations {
		o := &operations[i]
		out = append(out, Route{o.id, o.method, base + o.path, o.need, o.writes()})
	}
	return out
}

// buffers keeps the memory of answers from one request to the next.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 32<<10); return &b }}

func (s *server) serve(w http.ResponseWriter, r *http.Request, o *op) {
	buf := buffers.Get().(*[]byte)
	q := &req{s: s, op: o, http: r, out: (*buf)[:0]}
	defer func() {
		if cap(q.out) <= 1<<20 {
			*buf = q.out
		}
		buffers.Put(buf)
	}()
	actor, err := s.authenticate(r)
	if err == nil {
		q.actor = actor
		err = q.check(w)
	}
	status := o.status
	if err == nil {
		status, err = s.perform(q, w)
	}
	if err != nil {
		s.problem(w, r, q, err)
		return
	}
	if o.file != "" {
		return // written already
	}
	h := w.Header()
	if q.etag != 0 {
		h["Etag"] = []string{`"` + strconv.FormatInt(q.etag, 10) + `"`}
	}
	if q.location != "" {
		h["Location"] = []string{q.location}
	}
	if status != http.StatusNoContent {
		h["Content-Type"] = jsonType
		h["Content-Length"] = []string{strconv.Itoa(len(q.out))}
	}
	w.WriteHeader(status)
	if status != http.StatusNoContent {
		w.Write(q.out)
	}
}

// perform runs the operation in one transaction and returns the status.
func (s *server) perform(q *req, w http.ResponseWriter) (int, error) {
	ctx, o := q.http.Context(), q.op
	if err := q.prove(); err != nil {
		return 0, err
	}
	if o.act != nil {
		return o.status, o.act(q, w)
	}
	if !o.writes() {
		return o.status, s.DB.View(ctx, q.actor, func(tx *db.Tx) error { return q.run(ctx, tx) })
	}
	if key := q.http.Header.Get("Idempotency-Key"); key != "" && o.method == http.MethodPost && !o.secret {
		return s.once(ctx, q, key)
	}
	return o.status, s.DB.Update(ctx, q.actor, func(tx *db.Tx) error { return q.run(ctx, tx) })
}

// run starts the answer afresh: the database may ask for a second attempt.
func (q *req) run(ctx context.Context, tx *db.Tx) error {
	q.out, q.etag, q.location = q.out[:0], 0, ""
	return q.op.run(ctx, tx, q)
}

func (s *server) authenticate(r *http.Request) (db.Actor, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		return db.Actor{}, errs.New(errs.Unauthenticated, "api.no_token")
	}
	a, err := s.Authenticate(r.Context(), token)
	if err == nil && a.AgencyID == 0 {
		err = errs.New(errs.Unauthenticated, "api.bad_token")
	}
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Unauthenticated) {
		err = errs.Wrap(err, errs.Unauthenticated, "api.bad_token")
	}
	a.Via = "api"
	return a, err
}

// readBody reads and checks what was sent.
func (q *req) readBody(w http.ResponseWriter) error {
	o, r := q.op, q.http
	if o.body == nil {
		return nil
	}
	if o.body == proofBody && r.ContentLength == 0 {
		q.body = object{}
		return nil // the answer will be what is missing
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" && !(o.method == http.MethodPatch && kind == "application/merge-patch+json") {
		return errMediaType()
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return errs.New(errs.TooLarge, "error.too_large", "Max", "1 MB")
	} else if err != nil {
		return errBadJSON()
	}
	q.raw = raw
	q.body, err = decode(o.body, raw, q.actor)
	return err
}

// unknown answers addresses that no operation has, and known ones with another
// method.
func (s *server) unknown(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, m := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		other := r.Clone(r.Context())
		other.Method = m
		if _, pattern := s.mux.Handler(other); pattern != "/" && pattern != "" {
			allowed = append(allowed, m)
		}
	}
	if len(allowed) == 0 {
		s.problem(w, r, nil, errs.New(errs.NotFound, "api.no_route"))
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	s.problem(w, r, nil, errMethod())
}
